#include <math.h>
#include <poppler.h>
#include <signal.h>
#include <sys/resource.h>
#include <zbar.h>

#include "form-compiled.h"
#include "form-print.h"
#include "form-qr.h"
#include "qr-private.h"

typedef struct {
    char *dir;
    FormPackage *package;
    FormSample *sample;
    char *output;
} Fixture;

/* A list of `n` rows over three communes, in turn. */
static FormSample *
make_sample(const char *dir, guint n)
{
    static const char *const communes[] = {"Phường Bến Thành", "Xã Tân/An", "xã tân:an"};
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) csv = g_string_new("serial,Province,commune,village\n");
    for (guint i = 0; i < n; i++)
        g_string_append_printf(csv, "%07u,Huế,%s,Tổ %u\n", 100423 + i, communes[i % 3], i);
    g_autofree char *path = g_build_filename(dir, "sample.csv", NULL);
    g_assert_true(g_file_set_contents(path, csv->str, -1, NULL));
    FormSample *sample = form_sample_load(path, &error);
    g_assert_no_error(error);
    return sample;
}

static void
set_up(Fixture *fixture, gconstpointer name)
{
    fixture->dir = new_dir();
    fixture->package = compile_shipped(name, fixture->dir);
    fixture->sample = make_sample(fixture->dir, 7);
    fixture->output = g_build_filename(fixture->dir, "out.pdf", NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer name)
{
    (void)name;
    form_package_free(fixture->package);
    form_sample_free(fixture->sample);
    g_free(fixture->output);
    remove_dir(fixture->dir);
}

static FormSheetId
sheet(const FormPackage *package, const char *serial, int page)
{
    FormSheetId id = {.version = package->version, .page = page};
    g_strlcpy(id.code, package->code, sizeof id.code);
    g_strlcpy(id.serial, serial, sizeof id.serial);
    return id;
}

static PopplerDocument *
open_pdf(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GFile) file = g_file_new_for_path(path);
    PopplerDocument *document = poppler_document_new_from_gfile(file, NULL, NULL, &error);
    g_assert_no_error(error);
    return document;
}

static char *
text_of(PopplerDocument *document, int index)
{
    PopplerPage *page = poppler_document_get_page(document, index);
    char *text = poppler_page_get_text(page);
    g_object_unref(page);
    return text;
}

static void
print(const Fixture *fixture, const FormSample *sample, const char *split_by)
{
    g_autoptr(GError) error = NULL;
    FormPrintOptions options = {.output = fixture->output, .split_by = split_by};
    g_assert_true(form_print(fixture->package, sample, &options, &error));
    g_assert_no_error(error);
}

/* ---- QR ---- */

/* How many QRs with that payload the image has. */
static guint
codes_in(cairo_surface_t *surface, const char *payload)
{
    g_autoptr(PIX) pix = form_image_from_surface(surface, FALSE);
    guint width = (guint)pixGetWidth(pix), height = (guint)pixGetHeight(pix), found = 0;
    g_autofree guchar *grey = g_malloc((gsize)width * height);
    for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++)
            grey[(gsize)y * width + x] =
                (guchar)GET_DATA_BYTE(pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix), x);
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_scanner_set_config(scanner, 0, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_t *image = zbar_image_create();
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, width, height);
    zbar_image_set_data(image, grey, (gulong)width * height, NULL);
    zbar_scan_image(scanner, image);
    for (const zbar_symbol_t *s = zbar_image_first_symbol(image); s; s = zbar_symbol_next(s))
        found += strcmp(zbar_symbol_get_data(s), payload) == 0;
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    return found;
}

static void
test_qr_reads_back(Fixture *fixture, gconstpointer name)
{
    (void)name;
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPrinter) printer = form_printer_new(fixture->package, &error);
    g_assert_no_error(error);
    static const double resolutions_dpi[] = {200, 300};
    static const char *const serials[] = {"0100423", "ABCDEFGHIJ0123456789"};
    for (gsize d = 0; d < G_N_ELEMENTS(resolutions_dpi); d++)
        for (gsize s = 0; s < G_N_ELEMENTS(serials); s++) {
            FormSheetId id = sheet(fixture->package, serials[s], 1);
            g_autofree char *payload = form_sheet_id_payload(&id);
            g_autoptr(cairo_surface_t) image =
                form_printer_render(printer, resolutions_dpi[d], &id, NULL, NULL);
            g_assert_cmpuint(codes_in(image, payload), ==, 2);
        }
}

/* The table says what the encoder makes. */
static void
test_qr_modules_of_any_length(Fixture *fixture, gconstpointer name)
{
    (void)fixture;
    (void)name;
    g_autoptr(GString) payload = g_string_new(NULL);

    g_assert_cmpint(form_qr_modules(""), ==, 0);
    g_assert_cmpint(form_qr_modules("no capitals"), ==, 0);
    while (payload->len < 90) {
        g_string_append_c(payload, "PHIEU/1:"[payload->len % 8]);
        QRcode *code = qr_encode(payload->str);
        g_assert_nonnull(code);
        g_assert_cmpint(form_qr_modules(payload->str), ==, code->width);
        QRcode_free(code);
    }
}

static void
test_qr_modules(Fixture *fixture, gconstpointer name)
{
    (void)name;
    static const struct {
        const char *serial;
        int modules;
        double least_mm;
    } cases[] = {{"0100423", 25, 0.5}, {"ABCDEFGHIJ0123456789", 29, 0.42}};
    for (gsize c = 0; c < G_N_ELEMENTS(cases); c++) {
        FormSheetId id = sheet(fixture->package, cases[c].serial, 1);
        g_autofree char *payload = form_sheet_id_payload(&id);
        const FormPage *page = form_package_page(fixture->package, 1);
        for (guint i = 0; i < page->qr->len; i++) {
            const FormRect *rect = &g_array_index(page->qr, FormRect, i);
            FormRect symbol;
            g_assert_true(form_qr_symbol(rect, payload, &symbol));
            double module_mm = symbol.w_mm / cases[c].modules;
            g_assert_cmpfloat(module_mm, >=, cases[c].least_mm);
            g_assert_cmpfloat(symbol.x_mm - rect->x_mm, >=, 4 * module_mm - 0.05);
            g_assert_cmpfloat(rect->x_mm + rect->w_mm - symbol.x_mm - symbol.w_mm, >=, 4 * module_mm - 0.05);
            g_assert_cmpfloat(symbol.y_mm - rect->y_mm, >=, 4 * module_mm - 0.05);
            g_assert_cmpfloat(rect->y_mm + rect->h_mm - symbol.y_mm - symbol.h_mm, >=, 4 * module_mm - 0.05);
        }
    }
}

/* ---- one PDF ---- */

static void
test_pages_in_order(Fixture *fixture, gconstpointer name)
{
    (void)name;
    print(fixture, fixture->sample, NULL);
    PopplerDocument *document = open_pdf(fixture->output);
    g_assert_cmpint(poppler_document_get_n_pages(document), ==, 28);
    for (int i = 0; i < 28; i++) {
        FormSheetId id = sheet(fixture->package, "", i % 4 + 1);
        g_snprintf(id.serial, sizeof id.serial, "%07d", 100423 + i / 4);
        g_autofree char *serial = form_sheet_id_print(&id), *village = g_strdup_printf("Tổ %d", i / 4);
        g_autofree char *text = text_of(document, i), *page = g_strdup_printf("Trang %d/4", i % 4 + 1);
        g_assert_nonnull(strstr(text, serial));
        g_assert_nonnull(strstr(text, "Huế"));
        g_assert_nonnull(strstr(text, village));
        g_assert_nonnull(strstr(text, page));
    }
    g_object_unref(document);
}

/* The form's own text stays text, and each of its pages is there once, however many questionnaires there are.
 */
static void
test_each_form_page_once(Fixture *fixture, gconstpointer name)
{
    (void)name;
    gsize sizes[2], fonts[2];
    static const guint counts[2] = {2, 40};
    for (int i = 0; i < 2; i++) {
        g_autofree char *bytes = NULL;
        g_autoptr(FormSample) sample = make_sample(fixture->dir, counts[i]);
        print(fixture, sample, NULL);
        g_assert_true(g_file_get_contents(fixture->output, &bytes, &sizes[i], NULL));
        fonts[i] = 0;
        for (gsize at = 0; at + 9 < sizes[i]; at++)
            fonts[i] += memcmp(bytes + at, "/FontFile", 9) == 0;
    }
    g_assert_cmpuint(fonts[0], >, 0);
    g_assert_cmpuint(fonts[0], ==, fonts[1]);
    g_assert_cmpuint((sizes[1] - sizes[0]) / ((counts[1] - counts[0]) * 4), <, 9000);
    PopplerDocument *document = open_pdf(fixture->output);
    g_autofree char *text = text_of(document, 159);
    g_assert_nonnull(strstr(text, "Ý kiến khác của Ông/Bà"));
    g_object_unref(document);
}

static guint told;

static gboolean
on_progress(guint done, guint total, gpointer data, GError **error)
{
    (void)error;
    told++;
    g_assert_cmpuint(done, ==, told);
    g_assert_cmpuint(total, ==, 7);
    g_assert_true(data == &told);
    return TRUE;
}

static void
test_progress(Fixture *fixture, gconstpointer name)
{
    (void)name;
    g_autoptr(GError) error = NULL;
    FormPrintOptions options = {.output = fixture->output, .progress = on_progress, .data = &told};
    told = 0;
    g_assert_true(form_print(fixture->package, fixture->sample, &options, &error));
    g_assert_cmpuint(told, ==, 7);
}

static gboolean
stop_at_third(guint done, guint total, gpointer data, GError **error)
{
    (void)total;
    (void)data;
    g_assert_cmpuint(done, <=, 3);
    if (done == 3)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "enough");
    return done < 3;
}

/* Who stops a print finds no file of it, whether one was to come or several. */
static void
test_stopped(Fixture *fixture, gconstpointer name)
{
    (void)name;
    static const char *const split_by[] = {NULL, "commune"};
    for (guint i = 0; i < G_N_ELEMENTS(split_by); i++) {
        g_autoptr(GError) error = NULL;
        FormPrintOptions options = {
            .output = fixture->output, .split_by = split_by[i], .progress = stop_at_third};
        g_assert_false(form_print(fixture->package, fixture->sample, &options, &error));
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        g_autoptr(GDir) entries = g_dir_open(fixture->dir, 0, NULL);
        for (const char *entry; (entry = g_dir_read_name(entries));)
            g_assert_false(g_str_has_prefix(entry, "out"));
    }
}

static glong
peak_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void
test_memory_does_not_grow(Fixture *fixture, gconstpointer name)
{
    (void)name;
#ifdef __SANITIZE_ADDRESS__
    g_test_skip("the sanitizer keeps freed memory");
    return;
#endif
    g_autoptr(FormSample) few = make_sample(fixture->dir, 20);
    print(fixture, few, NULL);
    glong before = peak_kb();
    g_autoptr(FormSample) many = make_sample(fixture->dir, 400);
    print(fixture, many, NULL);
    g_assert_cmpint(peak_kb() - before, <, 8 * 1024);
}

/* Duplex must not put two people's pages on one sheet. */
static void
test_odd_pages_are_padded(Fixture *fixture, gconstpointer name)
{
    (void)name;
    g_autoptr(FormDefinition) definition = small_definition(
        NULL, "| text | a | A | | | |\n| text | b | B | | yes | |\n| text | c | C | | yes | |", NULL);
    g_autoptr(FormPackage) package = compile(definition, fixture->dir, "three");
    g_assert_cmpuint(package->pages->len, ==, 3);
    g_autoptr(GError) error = NULL;
    FormPrintOptions options = {.output = fixture->output};
    g_assert_true(form_print(package, fixture->sample, &options, &error));
    PopplerDocument *document = open_pdf(fixture->output);
    g_assert_cmpint(poppler_document_get_n_pages(document), ==, 7 * 4);
    g_autofree char *blank = text_of(document, 3), *next = text_of(document, 4);
    g_assert_cmpstr(g_strstrip(blank), ==, "");
    g_assert_nonnull(strstr(next, "0100424-1-"));
    g_object_unref(document);
}

/* ---- a PDF a value ---- */

static int
pages_in(const Fixture *fixture, const char *file)
{
    g_autofree char *path = g_build_filename(fixture->dir, file, NULL);
    PopplerDocument *document = open_pdf(path);
    int n = poppler_document_get_n_pages(document);
    g_object_unref(document);
    return n;
}

static void
test_split(Fixture *fixture, gconstpointer name)
{
    (void)name;
    print(fixture, fixture->sample, "COMMUNE");
    g_assert_false(g_file_test(fixture->output, G_FILE_TEST_EXISTS));
    g_assert_cmpint(pages_in(fixture, "out-Phường_Bến_Thành.pdf"), ==, 12);
    g_assert_cmpint(pages_in(fixture, "out-Xã_Tân_An.pdf"), ==, 8);
    g_assert_cmpint(pages_in(fixture, "out-xã_tân_an-2.pdf"), ==, 8);
}

static void
test_split_odd_values(Fixture *fixture, gconstpointer name)
{
    (void)name;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(fixture->dir, "odd.csv", NULL);
    g_assert_true(g_file_set_contents(path,
                                      "serial,province,commune,village\n1,a,..,x\n2,a,../../etc/passwd,x\n"
                                      "3,a,a-2,x\n4,a,a,x\n5,a,A,x\n6,a,,x\n",
                                      -1, NULL));
    g_autoptr(FormSample) sample = form_sample_load(path, &error);
    g_assert_no_error(error);
    print(fixture, sample, "commune");
    static const char *const files[] = {
        "out-_.pdf", "out-_._.._etc_passwd.pdf", "out-a-2.pdf", "out-a.pdf", "out-A-3.pdf", "out-_-2.pdf"};
    guint pdfs = 0;
    g_autoptr(GDir) entries = g_dir_open(fixture->dir, 0, NULL);
    for (const char *entry; (entry = g_dir_read_name(entries));)
        pdfs += g_str_has_prefix(entry, "out-");
    g_assert_cmpuint(pdfs, ==, G_N_ELEMENTS(files));
    g_assert_cmpint(pages_in(fixture, "out-a.pdf"), ==, 4);
    g_assert_cmpint(pages_in(fixture, "out-a-2.pdf"), ==, 4);
    g_assert_cmpint(pages_in(fixture, "out-A-3.pdf"), ==, 4);
}

/* ---- what is wrong ---- */

static void
assert_not_printed(const Fixture *fixture, const FormSample *sample, const FormPrintOptions *options,
                   int code, const char *says)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(form_print(fixture->package, sample, options, &error));
    g_assert_error(error, FORM_ERROR, code);
    g_assert_nonnull(strstr(error->message, says));
}

static void
test_unknown_split_column(Fixture *fixture, gconstpointer name)
{
    (void)name;
    FormPrintOptions options = {.output = fixture->output, .split_by = "district"};
    assert_not_printed(fixture, fixture->sample, &options, FORM_ERROR_INPUT,
                       "serial, Province, commune, village");
}

static void
test_unknown_head_column(Fixture *fixture, gconstpointer name)
{
    (void)name;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(fixture->dir, "less.csv", NULL);
    g_assert_true(g_file_set_contents(path, "serial,province,commune\n1,a,b\n", -1, NULL));
    g_assert_true(g_file_set_contents(fixture->output, "as before", -1, NULL));
    g_autoptr(FormSample) sample = form_sample_load(path, &error);
    g_assert_no_error(error);
    FormPrintOptions options = {.output = fixture->output};
    assert_not_printed(fixture, sample, &options, FORM_ERROR_INPUT, "village");
    g_autofree char *content = NULL;
    g_assert_true(g_file_get_contents(fixture->output, &content, NULL, NULL));
    g_assert_cmpstr(content, ==, "as before");
}

static void
test_folder_not_there(Fixture *fixture, gconstpointer name)
{
    (void)name;
    g_autofree char *output = g_build_filename(fixture->dir, "nowhere", "out.pdf", NULL);
    FormPrintOptions options = {.output = output};
    assert_not_printed(fixture, fixture->sample, &options, FORM_ERROR_MACHINE, "nowhere");
}

static void
test_disk_full(Fixture *fixture, gconstpointer name)
{
    (void)name;
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
        g_test_trap_assert_passed();
        return;
    }
    struct rlimit limit = {50000, 50000};
    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    FormPrintOptions options = {.output = fixture->output};
    assert_not_printed(fixture, fixture->sample, &options, FORM_ERROR_MACHINE, "out.pdf");
    g_assert_false(g_file_test(fixture->output, G_FILE_TEST_EXISTS));
    g_autoptr(GDir) entries = g_dir_open(fixture->dir, 0, NULL);
    for (const char *entry; (entry = g_dir_read_name(entries));)
        g_assert_false(g_str_has_prefix(entry, "out.pdf"));
}

static void
assert_no_printer(const FormPackage *package, const char *says)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPrinter) printer = form_printer_new(package, &error);
    g_assert_null(printer);
    g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, says));
}

static void
test_broken_master(Fixture *fixture, gconstpointer name)
{
    (void)name;
    g_autofree char *path = form_package_path(fixture->package, fixture->package->print_file);
    g_assert_true(g_file_set_contents(path, "%PDF-1.5 and no more", -1, NULL));
    assert_no_printer(fixture->package, "sipas-2026.pdf");
    g_assert_cmpint(g_unlink(path), ==, 0);
    assert_no_printer(fixture->package, "sipas-2026.pdf");
    g_clear_pointer(&fixture->package->print_file, g_free);
    FormPage *page = form_package_page(fixture->package, 1);
    g_autofree char *blank = form_package_path(fixture->package, page->blank_file);
    g_assert_true(g_file_set_contents(blank, "no image", -1, NULL));
    assert_no_printer(fixture->package, "sipas-2026-p1.png");
}

/* ---- images ---- */

static double
mean_difference(PIX *a, PIX *b)
{
    double sum = 0;
    int width = MIN(pixGetWidth(a), pixGetWidth(b)), height = MIN(pixGetHeight(a), pixGetHeight(b));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            sum += abs((int)GET_DATA_BYTE(pixGetData(a) + (gsize)y * (gsize)pixGetWpl(a), x) -
                       (int)GET_DATA_BYTE(pixGetData(b) + (gsize)y * (gsize)pixGetWpl(b), x));
    return sum / width / height;
}

static void
clear_rect(PIX *pix, const FormRect *r)
{
    double px_per_mm = 300 / 25.4;
    BOX *box = boxCreate((int)(r->x_mm * px_per_mm), (int)(r->y_mm * px_per_mm),
                         (int)ceil(r->w_mm * px_per_mm) + 1, (int)ceil(r->h_mm * px_per_mm) + 1);
    pixSetInRect(pix, box);
    boxDestroy(&box);
}

/* The printed page, without QRs and serial, is its blank, with every bubble where the package says. */
static void
assert_is_the_blank(const Fixture *fixture, const FormPage *page, cairo_surface_t *image)
{
    g_autoptr(PIX) printed = form_image_from_surface(image, FALSE);
    for (guint i = 0; i < page->qr->len; i++)
        clear_rect(printed, &g_array_index(page->qr, FormRect, i));
    clear_rect(printed, &page->serial_text);
    g_autofree char *path = form_package_path(fixture->package, page->blank_file);
    g_autoptr(PIX) blank = pixRead(path);
    g_assert_cmpint(pixGetWidth(printed), ==, pixGetWidth(blank));
    g_assert_cmpint(pixGetHeight(printed), ==, pixGetHeight(blank));
    g_assert_cmpfloat(mean_difference(printed, blank), <, 0.6);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = page->fields->pdata[i];
        for (guint o = 0; o < field->options->len; o++) {
            const FormOption *option = &g_array_index(field->options, FormOption, o);
            assert_outline(printed, (FormRect){option->x_mm - option->w_mm / 2,
                                               option->y_mm - option->h_mm / 2, option->w_mm, option->h_mm});
        }
    }
}

static void
test_render_is_the_blank(Fixture *fixture, gconstpointer name)
{
    (void)name;
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPrinter) printer = form_printer_new(fixture->package, &error);
    g_assert_no_error(error);
    for (int p = 1; p <= 4; p++) {
        FormSheetId id = sheet(fixture->package, "1", p);
        g_autoptr(cairo_surface_t) image = form_printer_render(printer, 300, &id, NULL, NULL);
        assert_is_the_blank(fixture, form_package_page(fixture->package, p), image);
    }
}

static void
test_pdf_is_the_blank(Fixture *fixture, gconstpointer name)
{
    (void)name;
    const FormPage *page = form_package_page(fixture->package, 3);
    print(fixture, fixture->sample, NULL);
    PopplerDocument *document = open_pdf(fixture->output);
    PopplerPage *third = poppler_document_get_page(document, 2);
    g_autoptr(cairo_surface_t) image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 2480, 3508);
    g_autoptr(cairo_t) cr = cairo_create(image);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, 300.0 / 72, 300.0 / 72);
    poppler_page_render_for_printing(third, cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_rectangle(cr, page->head->rect.x_mm / 25.4 * 72, page->head->rect.y_mm / 25.4 * 72,
                    page->head->rect.w_mm / 25.4 * 72, page->head->rect.h_mm / 25.4 * 72);
    cairo_fill(cr);
    assert_is_the_blank(fixture, page, image);
    g_object_unref(third);
    g_object_unref(document);
}

/* The page kept for later copies is not written on by earlier ones. */
static void
test_render_again(Fixture *fixture, gconstpointer name)
{
    (void)name;
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPrinter) printer = form_printer_new(fixture->package, &error);
    g_assert_no_error(error);
    FormSheetId a = sheet(fixture->package, "AAAA", 2), b = sheet(fixture->package, "BBBB", 2);
    const FormSampleRow *row = fixture->sample->rows->pdata[0];
    g_autoptr(cairo_surface_t) first = form_printer_render(printer, 150, &a, fixture->sample, row);
    g_autoptr(cairo_surface_t) between = form_printer_render(printer, 150, &b, NULL, NULL);
    g_autoptr(cairo_surface_t) other_dpi = form_printer_render(printer, 100, &b, NULL, NULL);
    g_autoptr(cairo_surface_t) again = form_printer_render(printer, 150, &a, fixture->sample, row);
    g_autoptr(PIX) p1 = form_image_from_surface(first, FALSE), p2 = form_image_from_surface(again, FALSE);
    g_autoptr(PIX) p3 = form_image_from_surface(between, FALSE);
    g_assert_cmpfloat(mean_difference(p1, p2), ==, 0);
    g_assert_cmpfloat(mean_difference(p1, p3), >, 0.1);
    g_assert_cmpint(cairo_image_surface_get_width(other_dpi), ==, 827);
}

/* A package made by hand has no print master: its blanks are printed. */
static void
test_blank_only_package(Fixture *fixture, gconstpointer name)
{
    (void)name;
    g_autoptr(GError) error = NULL;
    g_clear_pointer(&fixture->package->print_file, g_free);
    g_autoptr(FormPrinter) printer = form_printer_new(fixture->package, &error);
    g_assert_no_error(error);
    FormSheetId id = sheet(fixture->package, "0100423", 1);
    g_autofree char *payload = form_sheet_id_payload(&id);
    g_autoptr(cairo_surface_t) image = form_printer_render(printer, 300, &id, NULL, NULL);
    g_assert_cmpuint(codes_in(image, payload), ==, 2);

    const FormPage *page = form_package_page(fixture->package, 3);
    g_autofree char *path = form_package_path(fixture->package, page->blank_file);
    g_autoptr(PIX) blank = pixRead(path);
    id.page = 3;
    g_autoptr(cairo_surface_t) third = form_printer_render(printer, 300, &id, NULL, NULL);
    g_autoptr(PIX) printed = form_image_from_surface(third, FALSE);
    for (guint i = 0; i < page->qr->len; i++)
        clear_rect(printed, &g_array_index(page->qr, FormRect, i));
    clear_rect(printed, &page->serial_text);
    g_assert_cmpfloat(mean_difference(printed, blank), <, 0.1);

    print(fixture, fixture->sample, NULL);
    g_autofree char *bytes = NULL;
    gsize size = 0, images = 0;
    g_assert_true(g_file_get_contents(fixture->output, &bytes, &size, NULL));
    for (gsize at = 0; at + 14 < size; at++)
        images += memcmp(bytes + at, "/Subtype /Image", 15) == 0;
    g_assert_cmpuint(images, ==, 4);
}

static void
draw_over(cairo_t *cr, const FormSheetId *id, gpointer data)
{
    GString *seen = data;
    g_string_append_printf(seen, "%s-%d ", id->serial, id->page);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_move_to(cr, 300, 400);
    cairo_set_font_size(cr, 10);
    cairo_show_text(cr, "OVERLAY");
}

/* Copies of no sample list: their own head, which needs no columns, and what is drawn over each page. */
static void
test_own_head_and_overlay(Fixture *fixture, gconstpointer name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);
    char serial_column[] = "serial", serial[] = "TEST1";
    char *columns[] = {serial_column, NULL}, *values[] = {serial, NULL};
    FormSampleRow row = {serial, values, 1};
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    FormSample sample = {columns, 1, 0, rows};
    FormPrintOptions options = {
        .output = fixture->output, .head = "A test, no answers", .overlay = draw_over, .data = seen};

    (void)name;
    g_ptr_array_add(rows, &row);
    g_assert_true(form_print(fixture->package, &sample, &options, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(seen->str, ==, "TEST1-1 TEST1-2 TEST1-3 TEST1-4 ");
    PopplerDocument *document = open_pdf(fixture->output);
    for (int i = 0; i < 4; i++) {
        g_autofree char *text = text_of(document, i);
        g_assert_nonnull(strstr(text, "A test, no answers"));
        g_assert_nonnull(strstr(text, "OVERLAY"));
        g_assert_null(strstr(text, "${"));
    }
    g_object_unref(document);
    options.head = NULL;
    g_assert_false(form_print(fixture->package, &sample, &options, &error));
    g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
}

#define ADD(path, function) g_test_add(path, Fixture, "sipas-2026", set_up, function, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    setMsgSeverity(L_SEVERITY_NONE);
    ADD("/print/qr/reads-back", test_qr_reads_back);
    ADD("/print/qr/modules", test_qr_modules);
    ADD("/print/qr/modules-of-any-length", test_qr_modules_of_any_length);
    ADD("/print/one/pages-in-order", test_pages_in_order);
    ADD("/print/one/each-form-page-once", test_each_form_page_once);
    ADD("/print/one/progress", test_progress);
    ADD("/print/one/stopped", test_stopped);
    ADD("/print/one/memory-does-not-grow", test_memory_does_not_grow);
    ADD("/print/one/own-head-and-overlay", test_own_head_and_overlay);
    ADD("/print/one/odd-pages-are-padded", test_odd_pages_are_padded);
    ADD("/print/split/by-commune", test_split);
    ADD("/print/split/odd-values", test_split_odd_values);
    ADD("/print/errors/unknown-split-column", test_unknown_split_column);
    ADD("/print/errors/unknown-head-column", test_unknown_head_column);
    ADD("/print/errors/folder-not-there", test_folder_not_there);
    ADD("/print/errors/disk-full", test_disk_full);
    ADD("/print/errors/broken-master", test_broken_master);
    ADD("/print/image/render-is-the-blank", test_render_is_the_blank);
    ADD("/print/image/pdf-is-the-blank", test_pdf_is_the_blank);
    ADD("/print/image/render-again", test_render_again);
    ADD("/print/image/blank-only-package", test_blank_only_package);
    return g_test_run();
}
