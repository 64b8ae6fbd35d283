/* Writing boxes: an empty one is no work for a person, and what is written in one is never lost. */
#include <math.h>
#include <string.h>

#include "calibration-simulation.h"
#include "form-compiled.h"
#include "omr-reader.h"

#define SEED 1004

typedef struct {
    char *dir;
    FormPackage *package;
    FormPrinter *printer;
    OmrForms *forms;
    CalibrationProfile *profile;
    OmrReader *reader;
} Survey;

static void
survey_init(Survey *survey)
{
    g_autoptr(GError) error = NULL;

    survey->dir = new_dir();
    survey->package = compile_shipped("sipas-2026", survey->dir);
    survey->printer = form_printer_new(survey->package, &error);
    g_assert_no_error(error);
    survey->forms = omr_forms_new();
    omr_forms_add(survey->forms, survey->package, &error);
    g_assert_no_error(error);
    survey->profile = calibration_profile_default();
    survey->reader = omr_reader_new(survey->forms, survey->profile);
}

static void
survey_clear(Survey *survey)
{
    omr_reader_free(survey->reader);
    calibration_profile_free(survey->profile);
    omr_forms_free(survey->forms);
    form_printer_free(survey->printer);
    form_package_free(survey->package);
    remove_dir(survey->dir);
}

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
    OmrInput input = {.pix = pix, .image = "page"};
    return omr_reader_read(survey->reader, &input);
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

int
main(int argc, char *argv[])
{
    static const struct {
        const char *path;
        GTestDataFunc test;
    } tests[] = {
        {"/text/empty-boxes", test_empty},
        {"/text/single-stroke", test_single_stroke},
        {"/text/line-through", test_line_through},
    };
    Survey survey = {0};

    g_test_init(&argc, &argv, NULL);
    setMsgSeverity(L_SEVERITY_NONE);
    survey_init(&survey);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add_data_func(tests[i].path, &survey, tests[i].test);
    int status = g_test_run();
    survey_clear(&survey);
    return status;
}
