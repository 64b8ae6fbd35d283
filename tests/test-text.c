/* Writing boxes: an empty one is no work for a person, and what is written in one is never lost. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibration-simulation.h"
#include "simulation-private.h"
#include "survey-fixture.h"

#define SEED 1004

/* Draws into one box; `cr` is in mm of the page. */
typedef void (*DrawBox)(cairo_t *cr, const FormField *field, GRand *random);

/* Pages of an ordinary scan, `draw` called for every box of them; a seal may lie over a box, so there is
 * none. */
static FormReading *
read_page(const Survey *survey, int n, double dpi, CalibrationMode mode, DrawBox draw)
{
    FormSheetId id = {.code = "SIPAS26", .version = 1, .page = n % 4 == 0 ? 1 : 4};
    const FormPage *page = form_package_page(survey->package, id.page);

    g_snprintf(id.serial, sizeof id.serial, "%07d", n);
    g_autoptr(GRand) random = calibration_random(SEED, id.serial, id.page, "boxes");
    CalibrationScan scan = calibration_scan_ordinary(dpi, mode, random);
    scan.seal = 0;
    g_autoptr(cairo_surface_t) paper = form_printer_render(survey->printer, dpi, &id, NULL, NULL);
    g_autoptr(cairo_t) cr = cairo_create(paper);
    cairo_scale(cr, dpi / 25.4, dpi / 25.4);
    for (guint i = 0; i < page->fields->len && draw != NULL; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        if (field->has_box)
            draw(cr, field, random);
    }
    g_autoptr(PIX) pix = calibration_scan_paper(paper, survey->package, id.page, &scan, random);
    return survey_read(survey, pix);
}

/* Counts the boxes, and those that are not in the state wanted. */
static void
count_boxes(const Survey *survey, const FormReading *reading, FormFieldState wanted, guint *boxes,
            guint *others)
{
    g_assert_false(reading->refused);
    const FormPage *page = form_package_page(survey->package, reading->page);

    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        const FormFieldReading *read = g_ptr_array_index(reading->fields, i);
        if (!field->has_box)
            continue;
        (*boxes)++;
        if (read->state != wanted) {
            (*others)++;
            g_test_message("%s of %s is %s", field->name, reading->serial,
                           form_field_state_name(read->state));
        }
    }
}

static const CalibrationMode modes[] = {CALIBRATION_BILEVEL, CALIBRATION_GREY, CALIBRATION_COLOUR};

static void
check_states(const Survey *survey, int first, DrawBox draw, FormFieldState wanted)
{
    static const double resolutions[] = {150, 200, 300};
    guint boxes = 0, others = 0;

    for (int i = 0; i < 36; i++) {
        g_autoptr(FormReading) reading =
            read_page(survey, first + i, resolutions[i / 3 % 3], modes[i % 3], draw);
        count_boxes(survey, reading, wanted, &boxes, &others);
    }
    g_autoptr(FormReading) fine = read_page(survey, first + 36, 600, CALIBRATION_GREY, draw);
    count_boxes(survey, fine, wanted, &boxes, &others);
    g_assert_cmpuint(boxes, >, 100);
    g_assert_cmpuint(others, ==, 0);
}

static void
test_empty(gconstpointer data)
{
    check_states(data, 100, NULL, FORM_FIELD_BLANK);
}

/* The least that anybody writes: a single stroke, anywhere in the box or in one of its cells, of a pen that
 * 1 bit still shows. */
static void
draw_one(cairo_t *cr, const FormField *field, GRand *random)
{
    const FormRect *box = &field->box;
    double cell_mm = field->cells > 0 ? box->w_mm / field->cells : box->w_mm;
    int cell = field->cells > 0 ? g_rand_int_range(random, 0, field->cells) : 0;
    double height = g_rand_double_range(random, 2.8, 4.5), dark = g_rand_double_range(random, 0, 0.3);
    double x = box->x_mm + cell * cell_mm + g_rand_double_range(random, 1.2, cell_mm - 1.2);
    double y = box->y_mm + g_rand_double_range(random, 1, box->h_mm - height - 1);

    cairo_set_source_rgb(cr, dark, dark, dark);
    cairo_set_line_width(cr, g_rand_double_range(random, 0.35, 0.6));
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_move_to(cr, x + g_rand_double_range(random, 0, 0.7), y);
    cairo_line_to(cr, x, y + height);
    cairo_stroke(cr);
}

static void
test_single_stroke(gconstpointer data)
{
    check_states(data, 200, draw_one, FORM_FIELD_TO_KEY);
}

/* A line through the whole box says that there is nothing to say; so does a fold. */
static void
draw_line(cairo_t *cr, const FormField *field, GRand *random)
{
    double y = field->box.y_mm + field->box.h_mm * g_rand_double_range(random, 0.4, 0.6);

    cairo_set_source_rgb(cr, 0.1, 0.1, 0.3);
    cairo_set_line_width(cr, 0.4);
    cairo_move_to(cr, field->box.x_mm - 0.5, y);
    cairo_line_to(cr, field->box.x_mm + field->box.w_mm + 0.5, y + g_rand_double_range(random, -0.5, 0.5));
    cairo_stroke(cr);
}

static void
test_line_through(gconstpointer data)
{
    check_states(data, 300, draw_line, FORM_FIELD_BLANK);
}

/* ---- what is written ---- */

static const char *const words[] = {
    "Nguyen Van An", "Quang Tri 1987", "0912345678",      "HUE 2026",       "Tran Thi Hoa",
    "15-08-2026",    "Dong Ha",        "Nguyễn Văn Bình", "Thừa Thiên Huế", "4567"};
static const char *const fonts[] = {"Noto Sans", "DejaVu Sans Mono", "DejaVu Serif", "Noto Serif",
                                    "DejaVu Sans"};

/* What is typed into a box of page `n`. The caller frees it. */
static char *
typed_text(const FormField *field, GRand *random)
{
    if (field->cells == 0)
        return g_strdup(words[g_rand_int_range(random, 0, G_N_ELEMENTS(words))]);
    GString *digits = g_string_new("0");
    for (int i = 1; i < field->cells; i++)
        g_string_append_c(digits, (char)('0' + g_rand_int_range(random, 0, 10)));
    return g_string_free(digits, FALSE);
}

/* A typewriter's or printer's text: in the middle of the box, or of each of its cells. */
static char *
draw_typed(cairo_t *cr, const FormField *field, GRand *random)
{
    char *text = typed_text(field, random);
    cairo_text_extents_t extents;

    cairo_select_font_face(cr, fonts[g_rand_int_range(random, 0, G_N_ELEMENTS(fonts))],
                           CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, g_rand_double_range(random, 3.5, 4.6));
    cairo_set_source_rgb(cr, 0.05, 0.05, 0.05);
    double y = field->box.y_mm + MIN(field->box.h_mm / 2, 8) + g_rand_double_range(random, 1, 1.6);
    if (field->cells == 0) {
        cairo_move_to(cr, field->box.x_mm + 2, y);
        cairo_show_text(cr, text);
        return text;
    }
    for (int i = 0; i < field->cells; i++) {
        const char digit[2] = {text[i], 0};
        cairo_text_extents(cr, digit, &extents);
        cairo_move_to(
            cr, field->box.x_mm + (i + 0.5) * field->box.w_mm / field->cells - extents.x_advance / 2, y);
        cairo_show_text(cr, digit);
    }
    return text;
}

/* A careful hand: letters of a single stroke, each a little off its line, its size and its slant. */
static char *
draw_neat_hand(cairo_t *cr, const FormField *field, GRand *random)
{
    char *text = typed_text(field, random);
    double slant = g_rand_double_range(random, -0.1, 0.3), size = g_rand_double_range(random, 1.5, 1.9);
    double y = field->box.y_mm + MIN(field->box.h_mm / 2, 8) + size;
    double x = field->box.x_mm + 2, pen_mm = g_rand_double_range(random, 0.3, 0.55);
    int cell = 0;

    cairo_set_source_rgb(cr, 0.1, 0.1, 0.3);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c), cell++) {
        cairo_save(cr);
        if (field->cells > 0)
            x = field->box.x_mm + (cell + 0.3) * field->box.w_mm / field->cells;
        double own = size * g_rand_double_range(random, 0.94, 1.06);
        cairo_matrix_t shear;
        cairo_translate(cr, x, y + g_rand_double_range(random, -0.15, 0.15));
        cairo_scale(cr, own, own);
        cairo_matrix_init(&shear, 1, g_rand_double_range(random, -0.04, 0.04),
                          -slant + g_rand_double_range(random, -0.05, 0.05), 1, 0, 0);
        cairo_transform(cr, &shear);
        cairo_new_path(cr);
        double advance = calibration_writing_letter(cr, g_utf8_get_char(c));
        cairo_restore(cr);
        cairo_set_line_width(cr, pen_mm);
        cairo_stroke(cr);
        x += advance * own + 0.3;
    }
    return text;
}

typedef char *(*WriteBox)(cairo_t *cr, const FormField *field, GRand *random);

/* How many boxes were written in, read as they should be, left to a person, read wrongly. */
typedef struct {
    guint boxes, right, to_key, wrong, suggested;
    double text_ms;
} Written;

static void
read_written(const Survey *survey, int n, double dpi, CalibrationMode mode, WriteBox write, Written *counts)
{
    FormSheetId id = {.code = "SIPAS26", .version = 1, .page = n % 2 == 0 ? 1 : 4};
    const FormPage *page = form_package_page(survey->package, id.page);
    g_autoptr(GPtrArray) truth = g_ptr_array_new_with_free_func(g_free);

    g_snprintf(id.serial, sizeof id.serial, "%07d", n);
    g_autoptr(GRand) random = calibration_random(SEED, id.serial, id.page, "written");
    CalibrationScan scan = calibration_scan_ordinary(dpi, mode, random);
    scan.seal = 0;
    g_autoptr(cairo_surface_t) paper = form_printer_render(survey->printer, dpi, &id, NULL, NULL);
    g_autoptr(cairo_t) cr = cairo_create(paper);
    cairo_scale(cr, dpi / 25.4, dpi / 25.4);
    if (write == NULL) {
        CalibrationHabits habits = calibration_habits_ordinary;
        habits.written = 1;
        g_autoptr(CalibrationRespondent) respondent =
            calibration_respondent_new(survey->package, &habits, SEED, id.serial);
        cairo_save(cr);
        cairo_scale(cr, 25.4 / 72, 25.4 / 72);
        calibration_respondent_draw(respondent, id.page, cr);
        cairo_restore(cr);
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = g_ptr_array_index(page->fields, i);
            g_ptr_array_add(truth, g_strdup(calibration_respondent_value(respondent, field->name)));
        }
    }
    for (guint i = 0; i < page->fields->len && write != NULL; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        g_ptr_array_add(truth, field->has_box ? write(cr, field, random) : NULL);
    }
    g_autoptr(PIX) pix = calibration_scan_paper(paper, survey->package, id.page, &scan, random);
    g_autoptr(FormReading) reading = survey_read(survey, pix);
    g_assert_false(reading->refused);
    counts->text_ms += reading->time_ms.text;
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        const FormFieldReading *read = g_ptr_array_index(reading->fields, i);
        const char *written = g_ptr_array_index(truth, i);
        if (!field->has_box || *written == '\0')
            continue;
        counts->boxes++;
        counts->to_key += read->state == FORM_FIELD_TO_KEY;
        counts->suggested += read->suggestion != NULL;
        gboolean right = read->state == FORM_FIELD_ANSWERED && g_strcmp0(read->value, written) == 0;
        counts->right += right;
        counts->wrong += read->state != FORM_FIELD_TO_KEY && !right;
        if (read->state == FORM_FIELD_ANSWERED || read->suggestion != NULL)
            g_test_message("%g dpi %s: wrote '%s', %s '%s' %s %.2f", dpi, field->name, written,
                           form_field_state_name(read->state), read->value,
                           read->suggestion != NULL ? read->suggestion : "",
                           read->suggestion != NULL ? read->suggestion_confidence : read->confidence);
    }
}

static void
test_printed(gconstpointer data)
{
    Written counts = {0};

    for (int i = 0; i < 16; i++)
        read_written(data, 400 + i, i % 3 == 0 ? 200 : 300, modes[i % 2], draw_typed, &counts);
    g_test_message("%u boxes, %u read, %u to a person", counts.boxes, counts.right, counts.to_key);
    g_assert_cmpuint(counts.wrong, ==, 0);
    g_assert_cmpfloat(counts.right, >, counts.boxes / 3.0);
}

/* PHIEU_HANDS pages of each, 20 when not told. */
static void
test_handwriting(gconstpointer data)
{
    Written hands = {0}, neat = {0};
    const char *many = g_getenv("PHIEU_HANDS");
    int pages = many != NULL ? atoi(many) : 20;

    for (int i = 0; i < pages; i++) {
        double dpi = i % 3 == 0 ? 200 : 300;
        read_written(data, 500 + i, dpi, modes[i % 2], NULL, &hands);
        read_written(data, 100500 + i, dpi, modes[i % 2], draw_neat_hand, &neat);
    }
    g_test_message("ordinary hands: %u boxes, %u suggested; careful ones: %u boxes, %u suggested",
                   hands.boxes, hands.suggested, neat.boxes, neat.suggested);
    g_assert_cmpuint(hands.to_key, ==, hands.boxes);
    g_assert_cmpuint(neat.to_key, ==, neat.boxes);
    g_assert_cmpuint(neat.boxes, >, 50);
}

int
main(int argc, char *argv[])
{
    static const SurveyTest tests[] = {
        {"/text/empty-boxes", test_empty},         {"/text/single-stroke", test_single_stroke},
        {"/text/line-through", test_line_through}, {"/text/printed", test_printed},
        {"/text/handwriting", test_handwriting},
    };

    g_test_init(&argc, &argv, NULL);
    return survey_run(tests, G_N_ELEMENTS(tests));
}
