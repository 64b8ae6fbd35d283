/* A page with bubbles and boxes of every kind, drawn and scanned: for the tests of the simulation. */
#pragma once

#include <math.h>
#include <string.h>

#include "calibration-simulation.h"
#include "pix-fixture.h"

#define SERIAL "0100423"

static const FormRect fiducials[] = {{8, 8, 5, 5},     {197, 8, 5, 5}, {8, 284, 5, 5},
                                     {197, 284, 5, 5}, {8, 146, 5, 5}, {197, 146, 5, 5}};
static const FormRect codes[] = {{165, 12, 24, 24}, {165, 258, 24, 24}};

static inline void
add_select(FormPackage *package, FormPage *page, const char *name, FormType type, double y_mm, int options)
{
    FormQuestion *question = form_question_new(name, type);
    question->list = g_strdup("scale");
    g_ptr_array_add(package->questions, question);
    FormField *field = form_page_add_field(page, name, type);
    for (int i = 0; i < options; i++) {
        g_autofree char *value = g_strdup_printf("%d", i + 1);
        FormRect around = {109.7 + 12 * i, y_mm - 2.3, 4.6, 4.6};
        form_field_add_option(field, value, around, FORM_SHAPE_ELLIPSE);
        form_question_add_choice(question, value);
    }
}

static inline FormQuestion *
add_box(FormPackage *package, FormPage *page, const char *name, FormType type, FormRect box, int cells)
{
    FormQuestion *question = form_question_new(name, type);
    g_ptr_array_add(package->questions, question);
    FormField *field = form_page_add_field(page, name, type);
    field->has_box = TRUE;
    field->box = box;
    field->cells = cells;
    return question;
}

/* A page with 24 rows of 5 bubbles, a multiple choice with a write-in, and boxes of each kind. */
static inline FormPackage *
make_package(void)
{
    FormPackage *package = form_package_new("TEST", 1);
    package->width_mm = 210;
    package->height_mm = 297;
    FormPage *page = form_package_add_page(package);
    g_array_append_vals(page->fiducials, fiducials, G_N_ELEMENTS(fiducials));
    g_array_append_vals(page->qr, codes, G_N_ELEMENTS(codes));
    for (int row = 0; row < 24; row++) {
        g_autofree char *name = g_strdup_printf("q%d", row + 1);
        add_select(package, page, name, FORM_SELECT_ONE, 42 + 7 * row, 5);
    }
    add_select(package, page, "several", FORM_SELECT_MULTIPLE, 212, 5);
    FormQuestion *other = add_box(package, page, "other", FORM_TEXT, (FormRect){20, 206, 70, 8}, 0);
    other->write_in_of = g_strdup("several");
    other->write_in_value = g_strdup("5");
    FormQuestion *age = add_box(package, page, "age", FORM_INTEGER, (FormRect){20, 220, 15, 8}, 2);
    age->constraint = g_strdup(". >= 18 and . <= 80");
    add_box(package, page, "day", FORM_DATE, (FormRect){60, 220, 56, 8}, 8);
    add_box(package, page, "opinion", FORM_TEXT, (FormRect){20, 232, 140, 26}, 0);
    add_box(package, page, "phone", FORM_TEXT, (FormRect){20, 262, 65, 8}, 10);
    return package;
}

/* The printed page: what a form printer would give. */
static inline cairo_surface_t *
print_page(const FormPackage *package, double dpi)
{
    double k = dpi / 25.4;
    cairo_surface_t *paper = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)lround(package->width_mm * k), (int)lround(package->height_mm * k));
    g_autoptr(cairo_t) cr = cairo_create(paper);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, k, k);
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (guint i = 0; i < G_N_ELEMENTS(fiducials); i++)
        cairo_rectangle(cr, fiducials[i].x_mm, fiducials[i].y_mm, fiducials[i].w_mm, fiducials[i].h_mm);
    for (guint i = 0; i < G_N_ELEMENTS(codes); i++)
        for (int cell = 0; cell < 400; cell++)
            if (cell * 7919 % 13 < 6)
                cairo_rectangle(cr, codes[i].x_mm + 2 + cell % 20, codes[i].y_mm + 2 + cell / 20, 1, 1);
    cairo_fill(cr);
    cairo_set_line_width(cr, 0.2);
    cairo_set_source_rgb(cr, 0.45, 0.45, 0.45);
    const FormPage *page = form_package_page(package, 1);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint o = 0; o < field->options->len; o++) {
            const FormOption *option = &g_array_index(field->options, FormOption, o);
            cairo_new_sub_path(cr);
            cairo_arc(cr, option->x_mm, option->y_mm, option->w_mm / 2, 0, 2 * G_PI);
        }
        for (int c = 0; c < MAX(1, field->cells) && field->has_box; c++) {
            double width_mm = field->box.w_mm / MAX(1, field->cells);
            cairo_rectangle(cr, field->box.x_mm + c * width_mm, field->box.y_mm, width_mm, field->box.h_mm);
        }
    }
    cairo_stroke(cr);
    return paper;
}

static inline PIX *
simulate(const FormPackage *package, const CalibrationRespondent *respondent, const CalibrationScan *scan,
         guint32 seed)
{
    g_autoptr(cairo_surface_t) paper = print_page(package, scan->dpi);
    if (respondent) {
        g_autoptr(cairo_t) cr = cairo_create(paper);
        cairo_scale(cr, scan->dpi / 72, scan->dpi / 72);
        calibration_respondent_draw(respondent, 1, cr);
    }
    g_autoptr(GRand) random = calibration_random(seed, SERIAL, 1, "scan");
    return calibration_scan_paper(paper, package, 1, scan, random);
}

static inline CalibrationScan
plain_scan(double dpi)
{
    return (CalibrationScan){.dpi = dpi, .mode = CALIBRATION_GREY};
}

/* Mean difference of two images, 0 … 255, inside an ellipse about the option (`reach` = 1: the bubble
 * itself). */
static inline double
ink_at(PIX *blank, PIX *filled, double dpi, const FormOption *option, double reach)
{
    double k = dpi / 25.4, sum = 0;
    int n = 0;
    double a = option->w_mm / 2 * reach * k, b = option->h_mm / 2 * reach * k;
    double cx = option->x_mm * k, cy = option->y_mm * k;
    for (int y = (int)(cy - b); y <= cy + b; y++)
        for (int x = (int)(cx - a); x <= cx + a; x++) {
            double dx = (x + 0.5 - cx) / a, dy = (y + 0.5 - cy) / b;
            if (dx * dx + dy * dy > 1)
                continue;
            sum += fabs(grey_at(blank, x, y) - grey_at(filled, x, y));
            n++;
        }
    return sum / n;
}

static inline CalibrationHabits
only(CalibrationMarkKind kind, CalibrationPen pen)
{
    CalibrationHabits habits = {.pencil_least = 0.45, .pencil_most = 0.45, .written = 1};
    habits.kind[kind] = 1;
    habits.pen[pen] = 1;
    return habits;
}

static inline void
count_marks(const CalibrationRespondent *respondent, const FormField *field, int counts[3])
{
    memset(counts, 0, 3 * sizeof counts[0]);
    for (guint o = 0; o < field->options->len; o++)
        counts[calibration_respondent_mark(respondent, field->name,
                                           g_array_index(field->options, FormOption, o).value)]++;
}
