/* A reader of the small form of page-fixture.h, people's ways to mark it, and short words for what it reads:
 * for the tests of marks, rules, quality and of the reader as a whole. */
#pragma once

#include <glib/gstdio.h>
#include <string.h>

#include "omr-reader.h"
#include "page-fixture.h"

#define WIDTH_PX  1181
#define HEIGHT_PX 1575

#define SEVERAL_ROW 10 /* of this row several options may be marked, after let_several() */

typedef struct {
    char *dir;
    FormPackage *package; /* page-fixture.h: one page, a blank, no QR */
    OmrForms *forms;
    CalibrationProfile *profile;
    OmrReader *reader;
} Fixture;

typedef void (*FixtureFunc)(Fixture *fixture, gconstpointer data);
typedef void (*DrawFunc)(cairo_t *cr, gpointer data);

/* The package as it is drawn; what a test adds to it, it adds before make_reader(). */
static inline void
make_package(Fixture *fixture)
{
    fixture->dir = g_dir_make_tmp("phieu-marks-XXXXXX", NULL);
    fixture->package = fixture_package(fixture->dir);
}

static inline void
let_several(Fixture *fixture)
{
    FormPage *page = form_package_page(fixture->package, 1);
    FormField *several = g_ptr_array_index(page->fields, SEVERAL_ROW);

    several->type = FORM_SELECT_MULTIPLE;
}

/* A question for every field. */
static inline void
add_questions(Fixture *fixture, FormMarksRule rule)
{
    const FormPage *page = form_package_page(fixture->package, 1);

    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        FormQuestion *question = form_question_new(field->name, field->type);
        question->marks = rule;
        g_ptr_array_add(fixture->package->questions, question);
    }
}

static inline void
make_reader(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;

    fixture->forms = omr_forms_new();
    omr_forms_add(fixture->forms, fixture->package, &error);
    g_assert_no_error(error);
    fixture->profile = calibration_profile_default();
    fixture->reader = omr_reader_new(fixture->forms, fixture->profile);
}

static inline void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_autofree char *blank = g_build_filename(fixture->dir, "blank.png", NULL);

    (void)data;
    omr_reader_free(fixture->reader);
    calibration_profile_free(fixture->profile);
    omr_forms_free(fixture->forms);
    form_package_free(fixture->package);
    g_unlink(blank);
    g_rmdir(fixture->dir);
    g_free(fixture->dir);
}

typedef struct {
    const char *path;
    FixtureFunc test;
    gconstpointer data; /* for it and for its set_up, or NULL */
} FixtureTest;

static inline int
run_tests(const FixtureTest *tests, guint n, FixtureFunc set_up)
{
    setMsgSeverity(L_SEVERITY_NONE);
    for (guint i = 0; i < n; i++)
        g_test_add(tests[i].path, Fixture, tests[i].data, set_up, tests[i].test, tear_down);
    return g_test_run();
}

static inline FormReading *
read_pix(const Fixture *fixture, PIX *pix)
{
    OmrInput input = {.pix = pix, .image = "page"};

    return omr_reader_read(fixture->reader, &input);
}

static inline PIX *
draw_page(DrawFunc marks, gpointer data)
{
    OmrHomography upright = fixture_upright();

    return fixture_draw(&upright, WIDTH_PX, HEIGHT_PX, marks, data);
}

/* The form as it is drawn; where `data` points to a DrawFunc, with its print, too. */
static inline void
set_up_form(Fixture *fixture, gconstpointer data)
{
    const DrawFunc *print = data;

    make_package(fixture);
    if (print != NULL) {
        g_autofree char *path = g_build_filename(fixture->dir, "blank.png", NULL);
        g_autoptr(PIX) printed = draw_page(*print, NULL);
        g_assert_cmpint(pixWrite(path, printed, IFF_PNG), ==, 0);
    }
    make_reader(fixture);
}

/* Print for set_up_form(): bold black outlines. */
static inline void
draw_outlines(cairo_t *cr, gpointer data)
{
    (void)data;
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_set_line_width(cr, 0.7);
    for (int i = 0; i < FIXTURE_ROWS * FIXTURE_COLS; i++) {
        OmrPoint at = fixture_option_mm(i / FIXTURE_COLS, i % FIXTURE_COLS);
        cairo_new_path(cr);
        cairo_arc(cr, at.x, at.y, FIXTURE_OPTION_MM / 2, 0, 2 * G_PI);
        cairo_stroke(cr);
    }
}

static inline FormReading *
read_marks(const Fixture *fixture, DrawFunc marks, gpointer data)
{
    g_autoptr(PIX) pix = draw_page(marks, data);
    FormReading *reading = read_pix(fixture, pix);

    g_assert_false(reading->refused);
    g_assert_cmpuint(reading->fields->len, ==, form_package_page(fixture->package, 1)->fields->len);
    return reading;
}

static inline const FormFieldReading *
row_of(const FormReading *reading, int row)
{
    return g_ptr_array_index(reading->fields, row);
}

static inline const FormMarkReading *
mark_of(const FormReading *reading, int row, int column)
{
    return &g_array_index(row_of(reading, row)->marks, FormMarkReading, column);
}

static inline gboolean
has_reason(const FormFieldReading *field, const char *reason)
{
    for (guint i = 0; i < field->reasons->len; i++) {
        if (g_str_equal(g_ptr_array_index(field->reasons, i), reason))
            return TRUE;
    }
    return FALSE;
}

static inline gboolean
has_field_flag(const FormReading *reading, const char *field, const char *code)
{
    for (guint i = 0; i < reading->flags->len; i++) {
        const FormFlag *flag = &g_array_index(reading->flags, FormFlag, i);
        if (g_strcmp0(flag->field, field) == 0 && g_str_equal(flag->code, code))
            return TRUE;
    }
    return FALSE;
}

/* Whether the row is answered by the option in this column. */
static inline gboolean
is_answered(const FormReading *reading, int row, int column)
{
    char value[2] = {(char)('1' + column), 0};

    return row_of(reading, row)->state == FORM_FIELD_ANSWERED &&
           g_str_equal(row_of(reading, row)->value, value);
}

/* The option that each row's mark stands at in the tests that mark every row once. */
static inline int
column_of(int row)
{
    return row * 2 % FIXTURE_COLS;
}

static inline int
other_column_of(int row)
{
    return (column_of(row) + 2) % FIXTURE_COLS;
}

/* How a person marks; lengths in mm. */
typedef struct {
    const char *name;
    void (*draw)(cairo_t *cr, double x, double y);
    double pen_mm, grey; /* 0 black */
    gboolean plain;      /* no doubt is excused */
} Hand;

static inline void
draw_fill(cairo_t *cr, double x, double y)
{
    for (int i = 0; i < 9; i++) {
        double dy = -1.6 + 0.4 * i, half = sqrt(1.7 * 1.7 - dy * dy);
        cairo_move_to(cr, x - half, y + dy);
        cairo_line_to(cr, x + half, y + dy);
    }
}

static inline void
draw_tick(cairo_t *cr, double x, double y)
{
    cairo_move_to(cr, x - 1.6, y - 0.2);
    cairo_line_to(cr, x - 0.4, y + 1.4);
    cairo_line_to(cr, x + 2.2, y - 2.4);
}

static inline void
draw_cross(cairo_t *cr, double x, double y)
{
    cairo_move_to(cr, x - 1.5, y - 1.4);
    cairo_line_to(cr, x + 1.4, y + 1.5);
    cairo_move_to(cr, x + 1.5, y - 1.5);
    cairo_line_to(cr, x - 1.4, y + 1.4);
}

static inline void
draw_ring(cairo_t *cr, double x, double y)
{
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + 0.2, y - 0.1, 3.1, 0.2, 0.2 + 2 * G_PI);
}

static inline void
draw_stroke(cairo_t *cr, double x, double y)
{
    cairo_move_to(cr, x - 1.3, y + 1.2);
    cairo_line_to(cr, x + 1.3, y - 1.2);
}

static const Hand hands[] = {
    {"filled with a black pen", draw_fill, 0.5, 0, TRUE},
    {"filled with a blue pen", draw_fill, 0.4, 0.3, TRUE},
    {"filled with a light pencil", draw_fill, 0.5, 0.6, FALSE},
    {"ticked with a pen", draw_tick, 0.4, 0.1, TRUE},
    {"ticked with a thin pen", draw_tick, 0.25, 0.2, FALSE},
    {"ticked with a light pencil", draw_tick, 0.5, 0.6, FALSE},
    {"crossed with a pen", draw_cross, 0.4, 0.1, TRUE},
    {"crossed with a light pencil", draw_cross, 0.5, 0.6, FALSE},
    {"ringed with a pen", draw_ring, 0.4, 0.1, FALSE},
    {"ringed with a light pencil", draw_ring, 0.5, 0.55, FALSE},
    {"one stroke of a pen", draw_stroke, 0.4, 0.1, TRUE},
    {"one stroke of a light pencil", draw_stroke, 0.5, 0.6, FALSE},
};

static const Hand pen_fill = {"filled with a pen", draw_fill, 0.5, 0.05, TRUE};

static inline void
mark_with(cairo_t *cr, const Hand *hand, int row, int column)
{
    OmrPoint at = fixture_option_mm(row, column);

    cairo_new_path(cr);
    cairo_set_line_width(cr, hand->pen_mm);
    cairo_set_source_rgb(cr, hand->grey, hand->grey, hand->grey);
    hand->draw(cr, at.x, at.y);
    cairo_stroke(cr);
}

static inline void
mark_every_row(cairo_t *cr, gpointer data)
{
    for (int row = 0; row < FIXTURE_ROWS; row++)
        mark_with(cr, data, row, column_of(row));
}
