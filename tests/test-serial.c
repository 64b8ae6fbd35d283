/* Pages that lost all their QRs: known by the printed serial, and never by one that is not wholly right. */
#include <string.h>

#include "calibration-simulation.h"
#include "survey-fixture.h"

#define SEED 1002

static void
set_up(Survey *survey, gconstpointer data)
{
    (void)data;
    survey_init(survey, "demo");
}

static void
tear_down(Survey *survey, gconstpointer data)
{
    (void)data;
    survey_clear(survey);
}

/* A page without its QRs, and with `text` for its serial where told. */
typedef struct {
    FormSheetId id;
    CalibrationScan scan;
    const char *text;
} Case;

static Case
case_of(const char *code, const char *serial, double dpi)
{
    Case c = {.id = {.version = 1, .page = 1},
              .scan = {.dpi = dpi, .mode = CALIBRATION_GREY, .blur_mm = 0.05, .noise = 4, .brightness = 240}};

    g_strlcpy(c.id.code, code, sizeof c.id.code);
    g_strlcpy(c.id.serial, serial, sizeof c.id.serial);
    return c;
}

static void
paint_white(cairo_t *cr, const FormRect *r)
{
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_rectangle(cr, r->x_mm, r->y_mm, r->w_mm, r->h_mm);
    cairo_fill(cr);
}

static void
print_text(cairo_t *cr, const FormRect *r, const char *text)
{
    paint_white(cr, r);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_select_font_face(cr, "Noto Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
    cairo_set_font_size(cr, 3.9);
    cairo_move_to(cr, r->x_mm, r->y_mm + r->h_mm - 1.8);
    cairo_show_text(cr, text);
}

static PIX *
scan_page(const Survey *survey, Case *c)
{
    c->id.version = survey->package->version;
    g_autoptr(GRand) random = calibration_random(SEED, c->id.serial, c->id.page, "serial");
    g_autoptr(cairo_surface_t) paper = form_printer_render(survey->printer, c->scan.dpi, &c->id, NULL, NULL);
    g_autoptr(cairo_t) cr = cairo_create(paper);
    const FormPage *page = form_package_page(survey->package, c->id.page);

    cairo_scale(cr, c->scan.dpi / 25.4, c->scan.dpi / 25.4);
    for (guint i = 0; i < page->qr->len; i++)
        paint_white(cr, &g_array_index(page->qr, FormRect, i));
    if (c->text != NULL)
        print_text(cr, &page->serial_text, c->text);
    return calibration_scan_paper(paper, survey->package, c->id.page, &c->scan, random);
}

static FormReading *
read_by(OmrReader *reader, PIX *pix)
{
    OmrInput input = {.pix = pix, .image = "page"};

    return omr_reader_read(reader, &input);
}

static FormReading *
read_case(const Survey *survey, Case *c)
{
    g_autoptr(PIX) pix = scan_page(survey, c);

    return read_by(survey->reader, pix);
}

static void
assert_known(const FormReading *reading, const FormSheetId *id)
{
    g_assert_cmpstr(reading->form, ==, id->code);
    g_assert_cmpint(reading->version, ==, id->version);
    g_assert_cmpstr(reading->serial, ==, id->serial);
    g_assert_cmpint(reading->page, ==, id->page);
    g_assert_false(reading->refused);
    g_assert_true(reading->aligned);
    g_assert_true(form_reading_has_flag(reading, "no_qr"));
    g_assert_cmpfloat(reading->time_ms.text, >, 0);
}

static void
assert_not_known(const FormReading *reading)
{
    g_assert_true(reading->refused);
    g_assert_null(reading->serial);
    g_assert_cmpint(reading->page, ==, 0);
    g_assert_true(form_reading_has_flag(reading, "no_form"));
}

static void
test_known(Survey *survey, gconstpointer data)
{
    static const char *const serials[] = {"0100423", "7", "HN-01.0042", "01234567890123456789", "B8S50ZQ2G6"};

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(serials); i++) {
        for (int dpi = 150; dpi <= 300; dpi += 50) {
            Case c = case_of("DEMO", serials[i], dpi);
            c.scan.mode = dpi == 250 ? CALIBRATION_BILEVEL : CALIBRATION_GREY;
            c.scan.quarter_turns = (dpi / 50 + (int)i) % 4;
            c.scan.skew_deg = (dpi - 225) / 20.0;
            g_test_message("%s at %d dpi", serials[i], dpi);
            g_autoptr(FormReading) reading = read_case(survey, &c);
            assert_known(reading, &c.id);
        }
    }
}

/* A photo, or a flatbed larger than the sheet: the image is not of the sheet's shape. */
static void
test_known_on_a_larger_image(Survey *survey, gconstpointer data)
{
    Case c = case_of("DEMO", "0100423", 200);

    (void)data;
    c.scan.skew_deg = 1.5;
    g_autoptr(PIX) pix = scan_page(survey, &c);
    g_autoptr(PIX) larger = pixAddBorderGeneral(pix, 150, 500, 60, 20, 250);
    g_autoptr(FormReading) reading = read_by(survey->reader, larger);
    assert_known(reading, &c.id);
}

/* Every single digit changed: a check value that fails is never accepted. */
static void
test_wrong_check(Survey *survey, gconstpointer data)
{
    Case c = case_of("DEMO", "0100423", 200);
    (void)data;
    c.id.version = survey->package->version;
    g_autofree char *text = form_sheet_id_print(&c.id);

    c.text = text;
    g_autoptr(FormReading) control = read_case(survey, &c);
    assert_known(control, &c.id);
    for (gsize i = 0; i < strlen(text); i++) {
        char right = text[i];
        if (right == '-')
            continue;
        text[i] = right == '7' ? '3' : '7';
        g_test_message("%s", text);
        g_autoptr(FormReading) reading = read_case(survey, &c);
        assert_not_known(reading);
        text[i] = right;
    }
}

/* Two forms of the same look: the check value knows which one it is, and no other form will do. */
static void
test_other_form(Survey *survey, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPackage) other = compile_shipped("demo", survey->dir);
    g_autoptr(OmrForms) both = omr_forms_new();
    Case c = case_of("TWO", "0100423", 200);

    (void)data;
    g_autoptr(PIX) pix = scan_page(survey, &c);
    g_autoptr(FormReading) unknown = read_by(survey->reader, pix);
    assert_not_known(unknown);

    g_free(other->code);
    other->code = g_strdup("TWO");
    omr_forms_add(both, survey->package, &error);
    g_assert_no_error(error);
    omr_forms_add(both, other, &error);
    g_assert_no_error(error);
    g_autoptr(OmrReader) reader = omr_reader_new(both, survey->profile);
    g_autoptr(FormReading) known = read_by(reader, pix);
    assert_known(known, &c.id);
}

static void
test_nothing_printed(Survey *survey, gconstpointer data)
{
    Case c = case_of("DEMO", "0100423", 200);

    (void)data;
    c.text = "";
    g_autoptr(FormReading) reading = read_case(survey, &c);
    assert_not_known(reading);
}

/* No data to read print with: said once, and the page refused like any without QR. */
static void
test_no_data(Survey *survey, gconstpointer data)
{
    const char *before = g_getenv("TESSDATA_PREFIX");
    g_autofree char *kept = g_strdup(before);
    Case c = case_of("DEMO", "0100423", 200);

    (void)data;
    g_setenv("TESSDATA_PREFIX", survey->dir, TRUE);
    for (int i = 0; i < 2; i++) {
        g_autoptr(FormReading) reading = read_case(survey, &c);
        assert_not_known(reading);
        g_assert_true(form_reading_has_flag(reading, "no_text_data"));
    }
    if (kept != NULL)
        g_setenv("TESSDATA_PREFIX", kept, TRUE);
    else
        g_unsetenv("TESSDATA_PREFIX");
}

typedef struct {
    Survey *survey;
    PIX *pix;
} Work;

static gpointer
read_in_thread(gpointer data)
{
    const Work *work = data;
    g_autoptr(OmrReader) reader = omr_reader_new(work->survey->forms, work->survey->profile);

    return read_by(reader, work->pix);
}

/* What is prepared late is prepared once, whichever thread comes first. */
static void
test_threads(Survey *survey, gconstpointer data)
{
    Case c = case_of("DEMO", "0100423", 200);
    g_autoptr(PIX) pix = scan_page(survey, &c);
    g_autoptr(PIX) larger = pixAddBorderGeneral(pix, 150, 500, 60, 20, 250);
    Work work = {survey, larger};
    GThread *thread[3];

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(thread); i++)
        thread[i] = g_thread_new("reader", read_in_thread, &work);
    for (guint i = 0; i < G_N_ELEMENTS(thread); i++) {
        g_autoptr(FormReading) reading = g_thread_join(thread[i]);
        assert_known(reading, &c.id);
    }
}

static void
add(const char *path, void (*test)(Survey *survey, gconstpointer data))
{
    g_test_add(path, Survey, NULL, set_up, test, tear_down);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    setMsgSeverity(L_SEVERITY_NONE);
    add("/serial/known", test_known);
    add("/serial/known-on-a-larger-image", test_known_on_a_larger_image);
    add("/serial/wrong-check", test_wrong_check);
    add("/serial/other-form", test_other_form);
    add("/serial/nothing-printed", test_nothing_printed);
    add("/serial/no-data", test_no_data);
    add("/serial/threads", test_threads);
    return g_test_run();
}
