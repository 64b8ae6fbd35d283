/* Tracing: the positions of the shipped forms are found again on scans of their blanks, with none besides. */
#include "calibration-simulation.h"
#include "form-compiled.h"
#include "omr-reader.h"
#include "omr-trace.h"

#define WITHIN_MM 0.3

typedef struct {
    char *dir;
    FormPackage *sipas, *demo;
} Forms;

static Forms forms;

/* The blank of a page as a sheet of paper at `dpi`. */
static cairo_surface_t *
paper_of(const FormPackage *package, int page, double dpi)
{
    const FormPage *sheet = form_package_page(package, page);
    g_autofree char *path = form_package_path(package, sheet->blank_file);
    g_autoptr(cairo_surface_t) blank = cairo_image_surface_create_from_png(path);
    g_assert_cmpint(cairo_surface_status(blank), ==, CAIRO_STATUS_SUCCESS);
    cairo_surface_t *paper =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)lround(package->width_mm / 25.4 * dpi),
                                   (int)lround(package->height_mm / 25.4 * dpi));
    g_autoptr(cairo_t) cr = cairo_create(paper);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, dpi / sheet->blank_dpi, dpi / sheet->blank_dpi);
    cairo_set_source_surface(cr, blank, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_GOOD);
    cairo_paint(cr);
    cairo_surface_flush(paper);
    return paper;
}

static PIX *
scan_blank(const FormPackage *package, int page, const CalibrationScan *scan)
{
    g_autoptr(cairo_surface_t) paper = paper_of(package, page, scan->dpi);
    g_autoptr(GRand) random = calibration_random(1006, "trace", page, "scan");
    PIX *pix = calibration_scan_paper(paper, package, page, scan, random);
    g_assert_nonnull(pix);
    return pix;
}

static OmrTrace *
trace(PIX *pix, double dpi)
{
    OmrTraceFacts facts = {dpi, dpi};
    g_autoptr(GError) error = NULL;
    OmrTrace *made = omr_trace(pix, &facts, "blank.png", &error);
    g_assert_no_error(error);
    g_assert_nonnull(made);
    return made;
}

/* Where a position of the form comes to lie on the traced blank, in mm: scanned, then turned straight about
 * the picture's middle. */
static void
expected_place(const FormPackage *package, const CalibrationScan *scan, PIX *pix, const OmrTrace *made,
               double *x_mm, double *y_mm)
{
    double x, y, angle = made->skew_deg * G_PI / 180, cx = pixGetWidth(pix) / 2.0,
                 cy = pixGetHeight(pix) / 2.0;
    calibration_scan_place(scan, package, *x_mm, *y_mm, &x, &y);
    double px_per_mm = scan->dpi / 25.4;
    *x_mm = (cos(angle) * (x - cx) - sin(angle) * (y - cy) + cx) / px_per_mm;
    *y_mm = (sin(angle) * (x - cx) + cos(angle) * (y - cy) + cy) / px_per_mm;
}

typedef struct {
    int due, found, found_false;
    double worst_mm;
} Tally;

static Tally
compare(const FormPackage *package, int page, const CalibrationScan *scan, PIX *pix, const OmrTrace *made)
{
    const FormPage *sheet = form_package_page(package, page);
    Tally tally = {0};
    int found = 0;
    for (guint i = 0; i < sheet->fields->len; i++) {
        const FormField *field = sheet->fields->pdata[i];
        for (guint k = 0; k < field->options->len; k++) {
            const FormOption *option = &g_array_index(field->options, FormOption, k);
            double x = option->x_mm, y = option->y_mm, best = 1e9;
            gboolean same = FALSE;
            expected_place(package, scan, pix, made, &x, &y);
            for (guint f = 0; f < made->fields->len; f++) {
                const GArray *options = ((const OmrTraceField *)made->fields->pdata[f])->options;
                for (guint o = 0; o < options->len; o++) {
                    const FormOption *other = &g_array_index(options, FormOption, o);
                    double distance = hypot(other->x_mm - x, other->y_mm - y);
                    if (distance >= best)
                        continue;
                    best = distance;
                    same = other->shape == option->shape && fabs(other->w_mm - option->w_mm) < 0.4 &&
                           fabs(other->h_mm - option->h_mm) < 0.4;
                }
            }
            tally.due++;
            found += best < WITHIN_MM;
            tally.found += best < WITHIN_MM && same;
            tally.worst_mm = best < WITHIN_MM ? MAX(tally.worst_mm, best) : tally.worst_mm;
        }
    }
    tally.found_false = made->n_options - found;
    return tally;
}

/* Clean renderings: every position, its shape and size, and every box to write in. */
static void
test_rendered(void)
{
    const struct {
        const FormPackage *package;
        int page;
        guint boxes;
    } cases[] = {{forms.sipas, 1, 4},
                 {forms.sipas, 2, 0},
                 {forms.sipas, 3, 0},
                 {forms.sipas, 4, 5},
                 {forms.demo, 1, 7}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CalibrationScan scan = {.dpi = 300, .mode = CALIBRATION_GREY};
        g_autoptr(PIX) pix = scan_blank(cases[i].package, cases[i].page, &scan);
        g_autoptr(OmrTrace) made = trace(pix, 300);
        Tally tally = compare(cases[i].package, cases[i].page, &scan, pix, made);
        g_test_message("%u: %d of %d, false %d, worst %.3f mm", i, tally.found, tally.due, tally.found_false,
                       tally.worst_mm);
        g_assert_cmpint(tally.found, ==, tally.due);
        g_assert_cmpint(tally.found_false, ==, 0);
        g_assert_cmpint(made->n_guessed, ==, 0);
        g_assert_cmpuint(made->boxes->len, ==, cases[i].boxes);
    }
}

/* Scans as they come: at least 98 of 100 within 0.3 mm, none false. */
static void
test_scanned(void)
{
    static const struct {
        double dpi, skew_deg;
        CalibrationMode mode;
        int quality;
    } cases[] = {
        {300, 0.8, CALIBRATION_GREY, 85},  {200, -1.7, CALIBRATION_GREY, 70},
        {300, -3, CALIBRATION_COLOUR, 80}, {300, 1.2, CALIBRATION_BILEVEL, 0},
        {150, 0.5, CALIBRATION_GREY, 85},  {200, 8, CALIBRATION_GREY, 85},
    };
    Tally all = {0};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const FormPackage *package = i % 2 ? forms.demo : forms.sipas;
        int page = i % 2 ? 1 : 1 + (int)i / 2;
        CalibrationScan scan = {.dpi = cases[i].dpi,
                                .mode = cases[i].mode,
                                .skew_deg = cases[i].skew_deg,
                                .shift_x_mm = 1,
                                .blur_mm = 0.045,
                                .noise = 3,
                                .grain = 2,
                                .brightness = 242,
                                .shading = 10,
                                .jpeg_quality = cases[i].quality};
        g_autoptr(PIX) pix = scan_blank(package, page, &scan);
        g_autoptr(OmrTrace) made = trace(pix, scan.dpi);
        Tally tally = compare(package, page, &scan, pix, made);
        g_test_message("%u: %d of %d, false %d, worst %.3f mm, guessed %d, skew %.2f", i, tally.found,
                       tally.due, tally.found_false, tally.worst_mm, made->n_guessed, made->skew_deg);
        g_assert_cmpfloat_with_epsilon(made->skew_deg, -cases[i].skew_deg, 0.1);
        all.due += tally.due;
        all.found += tally.found;
        all.found_false += tally.found_false;
    }
    g_assert_cmpint(all.found * 100, >=, all.due * 98);
    g_assert_cmpint(all.found_false, ==, 0);
}

/* A grid is one field a row, in order, and the package is a valid one that its own blank reads blank with. */
static void
test_package(void)
{
    CalibrationScan scan = {.dpi = 300, .mode = CALIBRATION_GREY};
    g_autoptr(PIX) pix = scan_blank(forms.sipas, 3, &scan);
    g_autoptr(OmrTrace) made = trace(pix, 300);
    g_assert_cmpuint(made->fields->len, ==, 29);
    for (guint i = 0; i < made->fields->len; i++) {
        const OmrTraceField *field = made->fields->pdata[i];
        g_autofree char *name = g_strdup_printf("q%u", i + 1);
        g_assert_cmpstr(field->name, ==, name);
        g_assert_cmpuint(field->options->len, ==, 5);
        for (guint k = 1; k < 5; k++)
            g_assert_cmpfloat(g_array_index(field->options, FormOption, k).x_mm, >,
                              g_array_index(field->options, FormOption, k - 1).x_mm);
    }
    g_autofree char *path = g_build_filename(forms.dir, "traced.form.json", NULL),
                    *blank = g_build_filename(forms.dir, "traced.png", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPackage) package = omr_trace_package(made, "TRACED", "traced.png");
    g_assert_cmpint(pixWrite(blank, made->blank, IFF_PNG), ==, 0);
    g_assert_true(form_package_save(package, path, &error));
    FormPackage *loaded = form_package_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(form_package_page(loaded, 1)->fields->len, ==, 29);

    g_autoptr(OmrForms) known = omr_forms_new();
    g_assert_true(omr_forms_add(known, loaded, &error));
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();
    g_autoptr(OmrReader) reader = omr_reader_new(known, profile);
    OmrInput input = {.pix = pix, .image = "blank.png"};
    g_autoptr(FormReading) reading = omr_reader_read(reader, &input);
    g_assert_false(reading->refused);
    for (guint i = 0; i < reading->fields->len; i++)
        g_assert_cmpint(((const FormFieldReading *)reading->fields->pdata[i])->state, ==, FORM_FIELD_BLANK);
    form_package_free(loaded);
}

static void
draw_shape(cairo_t *cr, double x, double y, double size, gboolean round)
{
    cairo_new_path(cr);
    if (round)
        cairo_arc(cr, x, y, size / 2, 0, 2 * G_PI);
    else
        cairo_rectangle(cr, x - size / 2, y - size / 2, size, size);
    cairo_stroke(cr);
}

/* A page drawn in mm, at 200 dpi. */
static PIX *
draw_page(void (*draw)(cairo_t *cr))
{
    g_autoptr(cairo_surface_t) surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1654, 2339);
    g_autoptr(cairo_t) cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, 200 / 25.4, 200 / 25.4);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_set_line_width(cr, 0.3);
    cairo_select_font_face(cr, "Noto Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
    cairo_set_font_size(cr, 8);
    draw(cr);
    cairo_surface_flush(surface);
    return form_image_from_surface(surface, FALSE);
}

/* Two columns of questions side by side, single boxes below each other, a broken and a filled bubble. */
static void
draw_columns(cairo_t *cr)
{
    for (int column = 0; column < 2; column++)
        for (int row = 0; row < 10; row++)
            for (int option = 0; option < 4; option++) {
                double x = 30 + column * 90 + option * 8, y = 40 + row * 9;
                draw_shape(cr, x, y, 4, TRUE);
                if (column == 0 && row == 3 && option == 1) {
                    cairo_arc(cr, x, y, 1.9, 0, 2 * G_PI);
                    cairo_fill(cr);
                }
            }
    cairo_save(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_rectangle(cr, 120 + 16 + 1.2, 40 + 45 - 1, 1.5, 2);
    cairo_fill(cr);
    cairo_restore(cr);
    for (int row = 0; row < 5; row++)
        draw_shape(cr, 32, 160 + row * 8, 4.5, FALSE);
    for (int row = 0; row < 3; row++)
        draw_shape(cr, 32, 230 + row * 8, 4.5, FALSE);
}

static void
test_columns(void)
{
    g_autoptr(PIX) pix = draw_page(draw_columns);
    g_autoptr(OmrTrace) made = trace(pix, 200);
    g_assert_cmpint(made->n_options, ==, 88);
    g_assert_cmpint(made->n_guessed, ==, 2);
    g_assert_cmpuint(made->fields->len, ==, 22);
    static const struct {
        guint field, options;
        double x_mm, y_mm;
    } cases[] = {{0, 4, 30, 40},    {9, 4, 30, 121},  {10, 4, 120, 40},
                 {19, 4, 120, 121}, {20, 5, 32, 160}, {21, 3, 32, 230}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const OmrTraceField *field = made->fields->pdata[cases[i].field];
        const FormOption *first = &g_array_index(field->options, FormOption, 0);
        g_assert_cmpuint(field->options->len, ==, cases[i].options);
        g_assert_cmpfloat_with_epsilon(first->x_mm, cases[i].x_mm, WITHIN_MM);
        g_assert_cmpfloat_with_epsilon(first->y_mm, cases[i].y_mm, WITHIN_MM);
    }
}

/* Large letters hold round holes as well. */
static void
draw_letters(cairo_t *cr)
{
    static const char *const lines[] = {"POOR BOOKS ABOUT DOGS", "go to good old bodega", "008 900 060 898"};
    for (int i = 0; i < 9; i++) {
        cairo_move_to(cr, 15, 30 + i * 12);
        cairo_show_text(cr, lines[i % 3]);
    }
}

static void
assert_refused(PIX *pix, double dpi)
{
    OmrTraceFacts facts = {dpi, dpi};
    g_autoptr(GError) error = NULL;
    g_assert_null(omr_trace(pix, &facts, "page.png", &error));
    g_assert_error(error, OMR_ERROR, OMR_ERROR_INPUT);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, "page.png"));
}

static void
test_refused(void)
{
    g_autoptr(PIX) letters = draw_page(draw_letters);
    assert_refused(letters, 200);
    g_autoptr(PIX) white = pixCreate(1654, 2339, 8);
    pixSetAll(white);
    assert_refused(white, 200);
    g_autoptr(PIX) tiny = pixCreate(200, 200, 1);
    assert_refused(tiny, 200);
    g_autoptr(PIX) noise = pixCreate(1654, 2339, 8);
    g_autoptr(GRand) random = g_rand_new_with_seed(1007);
    for (int i = 0; i < pixGetWpl(noise) * pixGetHeight(noise); i++)
        pixGetData(noise)[i] = g_rand_int(random);
    assert_refused(noise, 200);
}

static void
test_overlay(void)
{
    CalibrationScan scan = {.dpi = 150, .mode = CALIBRATION_GREY};
    g_autoptr(PIX) pix = scan_blank(forms.demo, 1, &scan);
    g_autoptr(OmrTrace) made = trace(pix, 150);
    g_autoptr(PIX) overlay = omr_trace_overlay(made);
    l_int32 grey = 1, colour = 0;
    g_assert_cmpint(pixGetWidth(overlay), ==, pixGetWidth(made->blank));
    g_autoptr(PIX) apart = pixMaskOverColorPixels(overlay, 60, 0);
    g_assert_nonnull(apart);
    pixCountPixels(apart, &colour, NULL);
    g_assert_cmpint(colour, >, 36 * 4 * 20);
    g_assert_cmpint(pixZero(overlay, &grey), ==, 0);
    g_assert_cmpint(grey, ==, 0);
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_init(&argc, &argv, NULL);
    forms.dir = new_dir();
    forms.sipas = compile_shipped("sipas-2026", forms.dir);
    forms.demo = compile_shipped("demo", forms.dir);
    g_test_add_func("/trace/rendered", test_rendered);
    g_test_add_func("/trace/scanned", test_scanned);
    g_test_add_func("/trace/package", test_package);
    g_test_add_func("/trace/columns", test_columns);
    g_test_add_func("/trace/refused", test_refused);
    g_test_add_func("/trace/overlay", test_overlay);
    int failed = g_test_run();
    form_package_free(forms.sipas);
    form_package_free(forms.demo);
    remove_dir(forms.dir);
    return failed;
}
