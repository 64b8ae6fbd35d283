/* Pages that lost all their QRs: known by the printed serial, and never by one that is not wholly right. */
#include <string.h>

#include "calibration-simulation.h"
#include "form-compiled.h"
#include "omr-reader.h"

#define SEED 1002

typedef struct {
    char *dir;
    FormPackage *package, *other; /* two forms that look the same but for their code */
    FormPrinter *printer;
    OmrForms *forms;
    CalibrationProfile *profile;
    OmrReader *reader;
} Fixture;

static FormPackage *
compile_demo(Fixture *fixture, const char *code)
{
    FormPackage *package = compile_shipped("demo", fixture->dir);

    g_free(package->code);
    package->code = g_strdup(code);
    return package;
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    fixture->dir = new_dir();
    fixture->package = compile_demo(fixture, "ONE");
    fixture->other = compile_demo(fixture, "TWO");
    fixture->printer = form_printer_new(fixture->package, &error);
    g_assert_no_error(error);
    fixture->forms = omr_forms_new();
    omr_forms_add(fixture->forms, fixture->package, &error);
    g_assert_no_error(error);
    fixture->profile = calibration_profile_default();
    fixture->reader = omr_reader_new(fixture->forms, fixture->profile);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    omr_reader_free(fixture->reader);
    calibration_profile_free(fixture->profile);
    omr_forms_free(fixture->forms);
    form_printer_free(fixture->printer);
    form_package_free(fixture->package);
    form_package_free(fixture->other);
    remove_dir(fixture->dir);
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
scan_page(const Fixture *fixture, Case *c)
{
    c->id.version = fixture->package->version;
    g_autoptr(GRand) random = calibration_random(SEED, c->id.serial, c->id.page, "serial");
    g_autoptr(cairo_surface_t) paper = form_printer_render(fixture->printer, c->scan.dpi, &c->id, NULL, NULL);
    g_autoptr(cairo_t) cr = cairo_create(paper);
    const FormPage *page = form_package_page(fixture->package, c->id.page);

    cairo_scale(cr, c->scan.dpi / 25.4, c->scan.dpi / 25.4);
    for (guint i = 0; i < page->qr->len; i++)
        paint_white(cr, &g_array_index(page->qr, FormRect, i));
    if (c->text != NULL)
        print_text(cr, &page->serial_text, c->text);
    return calibration_scan_paper(paper, fixture->package, c->id.page, &c->scan, random);
}

static FormReading *
read_pix(OmrReader *reader, PIX *pix)
{
    OmrInput input = {.pix = pix, .image = "page"};

    return omr_reader_read(reader, &input);
}

static FormReading *
read_case(const Fixture *fixture, Case *c)
{
    g_autoptr(PIX) pix = scan_page(fixture, c);

    return read_pix(fixture->reader, pix);
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
test_known(Fixture *fixture, gconstpointer data)
{
    static const char *const serials[] = {"0100423", "7", "HN-01.0042", "01234567890123456789", "B8S50ZQ2G6"};

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(serials); i++) {
        for (int dpi = 150; dpi <= 300; dpi += 50) {
            Case c = case_of("ONE", serials[i], dpi);
            c.scan.mode = dpi == 250 ? CALIBRATION_BILEVEL : CALIBRATION_GREY;
            c.scan.quarter_turns = (dpi / 50 + (int)i) % 4;
            c.scan.skew_deg = (dpi - 225) / 20.0;
            g_test_message("%s at %d dpi", serials[i], dpi);
            g_autoptr(FormReading) reading = read_case(fixture, &c);
            assert_known(reading, &c.id);
        }
    }
}

/* A photo, or a flatbed larger than the sheet: the image is not of the sheet's shape. */
static void
test_known_on_a_larger_image(Fixture *fixture, gconstpointer data)
{
    Case c = case_of("ONE", "0100423", 200);

    (void)data;
    c.scan.skew_deg = 1.5;
    g_autoptr(PIX) pix = scan_page(fixture, &c);
    g_autoptr(PIX) larger = pixAddBorderGeneral(pix, 150, 500, 60, 20, 250);
    g_autoptr(FormReading) reading = read_pix(fixture->reader, larger);
    assert_known(reading, &c.id);
}

/* Every single digit changed: a check value that fails is never accepted. */
static void
test_wrong_check(Fixture *fixture, gconstpointer data)
{
    Case c = case_of("ONE", "0100423", 200);
    (void)data;
    c.id.version = fixture->package->version;
    g_autofree char *text = form_sheet_id_print(&c.id);

    c.text = text;
    g_autoptr(FormReading) control = read_case(fixture, &c);
    assert_known(control, &c.id);
    for (gsize i = 0; i < strlen(text); i++) {
        char right = text[i];
        if (right == '-')
            continue;
        text[i] = right == '7' ? '3' : '7';
        g_test_message("%s", text);
        g_autoptr(FormReading) reading = read_case(fixture, &c);
        assert_not_known(reading);
        text[i] = right;
    }
}

/* Two forms of the same look: the check value knows which one it is, and no other form will do. */
static void
test_other_form(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    Case c = case_of("TWO", "0100423", 200);

    (void)data;
    g_autoptr(FormReading) unknown = read_case(fixture, &c);
    assert_not_known(unknown);
    omr_forms_add(fixture->forms, fixture->other, &error);
    g_assert_no_error(error);
    g_autoptr(FormReading) known = read_case(fixture, &c);
    assert_known(known, &c.id);
}

static void
test_nothing_printed(Fixture *fixture, gconstpointer data)
{
    Case c = case_of("ONE", "0100423", 200);

    (void)data;
    c.text = "";
    g_autoptr(FormReading) reading = read_case(fixture, &c);
    assert_not_known(reading);
}

/* No data to read print with: said once, and the page refused like any without QR. */
static void
test_no_data(Fixture *fixture, gconstpointer data)
{
    const char *before = g_getenv("TESSDATA_PREFIX");
    g_autofree char *kept = g_strdup(before);
    Case c = case_of("ONE", "0100423", 200);

    (void)data;
    g_setenv("TESSDATA_PREFIX", fixture->dir, TRUE);
    for (int i = 0; i < 2; i++) {
        g_autoptr(FormReading) reading = read_case(fixture, &c);
        assert_not_known(reading);
        g_assert_true(form_reading_has_flag(reading, "no_text_data"));
    }
    if (kept != NULL)
        g_setenv("TESSDATA_PREFIX", kept, TRUE);
    else
        g_unsetenv("TESSDATA_PREFIX");
}

typedef struct {
    Fixture *fixture;
    PIX *pix;
} Work;

static gpointer
read_in_thread(gpointer data)
{
    const Work *work = data;
    g_autoptr(OmrReader) reader = omr_reader_new(work->fixture->forms, work->fixture->profile);

    return read_pix(reader, work->pix);
}

/* What is prepared late is prepared once, whichever thread comes first. */
static void
test_threads(Fixture *fixture, gconstpointer data)
{
    Case c = case_of("ONE", "0100423", 200);
    g_autoptr(PIX) pix = scan_page(fixture, &c);
    g_autoptr(PIX) larger = pixAddBorderGeneral(pix, 150, 500, 60, 20, 250);
    Work work = {fixture, larger};
    GThread *thread[3];

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(thread); i++)
        thread[i] = g_thread_new("reader", read_in_thread, &work);
    for (guint i = 0; i < G_N_ELEMENTS(thread); i++) {
        g_autoptr(FormReading) reading = g_thread_join(thread[i]);
        assert_known(reading, &c.id);
    }
}

int
main(int argc, char *argv[])
{
    static const struct {
        const char *path;
        void (*test)(Fixture *fixture, gconstpointer data);
    } tests[] = {
        {"/serial/known", test_known},
        {"/serial/known-on-a-larger-image", test_known_on_a_larger_image},
        {"/serial/wrong-check", test_wrong_check},
        {"/serial/other-form", test_other_form},
        {"/serial/nothing-printed", test_nothing_printed},
        {"/serial/no-data", test_no_data},
        {"/serial/threads", test_threads},
    };

    g_test_init(&argc, &argv, NULL);
    setMsgSeverity(L_SEVERITY_NONE);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++)
        g_test_add(tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
    return g_test_run();
}
