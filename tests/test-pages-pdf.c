/* scanner-pages.h on PDF: embedded images in their own pixels, other pages rendered, bombs refused. */
#include "pages-made.h"

#include <cairo-pdf.h>
#include <zlib.h>

/* A page on which the image lies at so many dpi. */
#define IMAGE_DPI 100.0
#define WIDTH_PT  (MADE_WIDTH_PX * 72 / IMAGE_DPI)
#define HEIGHT_PT (MADE_HEIGHT_PX * 72 / IMAGE_DPI)

static GBytes *
deflated(gconstpointer data, gsize size)
{
    uLongf packed_size = compressBound(size);
    guint8 *packed = g_malloc(packed_size);
    g_assert_cmpint(compress2(packed, &packed_size, data, size, 6), ==, Z_OK);
    return g_bytes_new_take(packed, packed_size);
}

/* A one-page PDF whose image is `pix`, compressed by `filter` ("", "/Filter/FlateDecode",
 * "/Filter/DCTDecode"). */
static GBytes *
made_pdf(PIX *pix, const char *filter, const char *page_extra, const char *contents, const char *image_extra)
{
    g_autofree char *pixels = NULL, *dictionary = NULL;
    g_autoptr(GBytes) data = made_pdf_pixels(pix, &pixels);
    if (strstr(filter, "Flate") != NULL) {
        g_autoptr(GBytes) raw = g_steal_pointer(&data);
        data = deflated(g_bytes_get_data(raw, NULL), g_bytes_get_size(raw));
    } else if (strstr(filter, "DCT") != NULL) {
        g_bytes_unref(data);
        data = made_jpeg(pix, 90, 0);
    }
    dictionary = g_strconcat(pixels, filter, image_extra, NULL);
    MadePdf pdf = made_pdf_begin(1, WIDTH_PT, HEIGHT_PT, "");
    made_pdf_page(&pdf, page_extra, contents, dictionary, data);
    return made_pdf_end(&pdf);
}

/* Content that lays the image over the whole page by the unit square's matrix. */
static char *
laid(double a, double b, double c, double d, double e, double f, const char *more)
{
    return g_strdup_printf("q %g %g %g %g %g %g cm /I Do Q %s", a * WIDTH_PT, b * HEIGHT_PT, c * WIDTH_PT,
                           d * HEIGHT_PT, e * WIDTH_PT, f * HEIGHT_PT, more);
}

static void
test_embedded(void)
{
    static const char *const filters[] = {"", "/Filter/FlateDecode", "/Filter[/FlateDecode]"};
    const int depths[] = {1, 8, 32};
    g_autofree char *contents = laid(1, 0, 0, 1, 0, 0, "");
    for (guint i = 0; i < G_N_ELEMENTS(depths); i++)
        for (guint f = 0; f < G_N_ELEMENTS(filters); f++) {
            g_test_message("%d bpp, filter \"%s\"", depths[i], filters[f]);
            g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, depths[i], 100 + i);
            g_autoptr(GBytes) bytes = made_pdf(made, filters[f], "", contents, "");
            g_auto(ScannerPage) page = {0};
            made_read(bytes, 0, &page);
            made_same(page.pix, made);
            g_assert_cmpfloat_with_epsilon(page.dpi_x, IMAGE_DPI, 0.1);
            g_assert_cmpfloat_with_epsilon(page.dpi_y, IMAGE_DPI, 0.1);
        }
}

static void
test_embedded_a4(void)
{
    g_autoptr(PIX) made = made_page(2480, 3508, 8, 110);
    g_autofree char *dictionary = NULL;
    g_autoptr(GBytes) data = made_pdf_pixels(made, &dictionary);
    MadePdf pdf = made_pdf_begin(1, 595.28, 841.89, "");
    made_pdf_page(&pdf, "", "q 595.28 0 0 841.89 0 0 cm /I Do Q", dictionary, data);
    g_autoptr(GBytes) bytes = made_pdf_end(&pdf);
    g_auto(ScannerPage) page = {0};
    made_read(bytes, 0, &page);
    made_same(page.pix, made);
    g_assert_cmpfloat_with_epsilon(page.dpi_x, 300, 0.2);
}

/* What stands in the PDF as JPEG has the pixels of that JPEG. */
static void
test_embedded_jpeg(void)
{
    g_autofree char *contents = laid(1, 0, 0, 1, 0, 0, "");
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 111);
    g_autoptr(GBytes) jpeg = made_jpeg(made, 90, 0);
    g_autoptr(GBytes) bytes = made_pdf(made, "/Filter/DCTDecode", "", contents, "");
    g_auto(ScannerPage) page = {0}, direct = {0};
    made_read(bytes, 0, &page);
    made_read(jpeg, 0, &direct);
    made_same(page.pix, direct.pix);
}

/* /Rotate turns clockwise; the matrix may turn and mirror too. The page comes as it is shown. */
static void
test_turned(void)
{
    static const struct {
        const char *rotate;
        double matrix[6];
        int quarter_turns;
        gboolean mirrored;
    } cases[] = {
        {"/Rotate 90", {1, 0, 0, 1, 0, 0}, 1, FALSE},    {"/Rotate 180", {1, 0, 0, 1, 0, 0}, 2, FALSE},
        {"/Rotate 270", {1, 0, 0, 1, 0, 0}, 3, FALSE},   {"", {-1, 0, 0, -1, 1, 1}, 2, FALSE},
        {"/Rotate 180", {-1, 0, 0, -1, 1, 1}, 0, FALSE}, {"", {-1, 0, 0, 1, 1, 0}, 0, TRUE},
        {"/Rotate 90", {-1, 0, 0, -1, 1, 1}, 3, FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const double *m = cases[i].matrix;
        g_autofree char *contents = laid(m[0], m[1], m[2], m[3], m[4], m[5], "");
        g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 120 + i);
        g_autoptr(PIX) turned = pixRotateOrth(made, cases[i].quarter_turns);
        if (cases[i].mirrored)
            pixFlipLR(turned, turned);
        g_autoptr(GBytes) bytes = made_pdf(made, "", cases[i].rotate, contents, "");
        g_auto(ScannerPage) page = {0};
        made_read(bytes, 0, &page);
        made_same(page.pix, turned);
        g_assert_cmpfloat_with_epsilon(page.dpi_x, IMAGE_DPI, 0.1);
    }
}

/* Inverted values, and a stencil through which black is painted. */
static void
test_polarity(void)
{
    g_autofree char *contents = laid(1, 0, 0, 1, 0, 0, "");
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 1, 130);
    g_autoptr(PIX) inverted = pixInvert(NULL, made);
    g_autoptr(GBytes) a = made_pdf(made, "", "", contents, "/Decode[1 0]");
    g_auto(ScannerPage) page = {0}, stencil = {0};
    made_read(a, 0, &page);
    made_same(page.pix, inverted);

    g_autofree char *pixels = NULL;
    g_autoptr(GBytes) data = made_pdf_pixels(made, &pixels);
    g_autofree char *dictionary =
        g_strdup_printf("/Width %d/Height %d/ImageMask true", MADE_WIDTH_PX, MADE_HEIGHT_PX);
    MadePdf pdf = made_pdf_begin(1, WIDTH_PT, HEIGHT_PT, "");
    made_pdf_page(&pdf, "", contents, dictionary, data);
    g_autoptr(GBytes) b = made_pdf_end(&pdf);
    made_read(b, 0, &stencil);
    g_autoptr(PIX) grey = pixConvertTo8(stencil.pix, FALSE);
    g_autoptr(PIX) wide = pixScaleToSize(made, pixGetWidth(grey), pixGetHeight(grey));
    g_autoptr(PIX) wanted = pixConvertTo8(wide, FALSE);
    g_assert_cmpfloat(made_difference(grey, wanted), <, 3);
}

/* A pen stroke over the image, an image beside it, an image on a part of the page: only rendering shows it
 * all. */
static void
test_rendered(void)
{
    g_autofree char *ticked = laid(1, 0, 0, 1, 0, 0, "1.5 w 200 150 m 206 144 l 214 162 l S");
    g_autofree char *twice = laid(1, 0, 0, 0.5, 0, 0.5, "");
    g_autofree char *strips =
        g_strdup_printf("%s q %g 0 0 %g 0 0 cm /I Do Q", twice, WIDTH_PT, HEIGHT_PT / 2);
    g_autofree char *part = laid(0.7, 0, 0, 0.7, 0, 0, "");
    const char *contents[] = {ticked, strips, part};
    for (guint i = 0; i < G_N_ELEMENTS(contents); i++) {
        g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 140);
        /* White around the tick: nothing of the image hides it. */
        pixSetInRectArbitrary(made, &(BOX){.x = 240, .y = 150, .w = 90, .h = 90}, 255);
        g_autoptr(GBytes) bytes = made_pdf(made, "", "", contents[i], "");
        g_auto(ScannerPage) page = {0};
        made_read(bytes, 0, &page);
        g_assert_cmpint(pixGetWidth(page.pix), ==, 3 * MADE_WIDTH_PX);
        g_assert_cmpint(pixGetHeight(page.pix), ==, 3 * MADE_HEIGHT_PX);
        g_assert_cmpfloat(page.dpi_x, ==, 300);
    }
}

static cairo_status_t
append(void *closure, const unsigned char *data, unsigned length)
{
    g_byte_array_append(closure, data, length);
    return CAIRO_STATUS_SUCCESS;
}

/* Drawings of Cairo: A4 at 300 dpi, grey unless something is coloured, pages in order. */
static void
test_drawn(void)
{
    GByteArray *array = g_byte_array_new();
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(append, array, 595.276, 841.89);
    cairo_t *cr = cairo_create(surface);
    for (int i = 0; i < 3; i++) {
        cairo_set_source_rgb(cr, i == 2, 0, 0);
        cairo_rectangle(cr, 72, 72 * (i + 1), 144, 36);
        cairo_fill(cr);
        cairo_show_page(cr);
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes(array);
    for (int i = 0; i < 3; i++) {
        g_auto(ScannerPage) page = {0};
        made_read(bytes, i, &page);
        g_assert_cmpint(pixGetWidth(page.pix), ==, 2480);
        g_assert_cmpint(pixGetHeight(page.pix), ==, 3508);
        g_assert_cmpint(pixGetDepth(page.pix) == 32, ==, i == 2);
        for (int k = 0; k < 3; k++) {
            l_uint32 value, paper;
            pixGetPixel(page.pix, 600, 300 * (k + 1) + 75, &value);
            pixGetPixel(page.pix, 600, 2000, &paper);
            g_assert_cmpint(value != paper, ==, k == i);
        }
    }
}

/* Programs of phones write one point a pixel: rendered at fewer dpi, not refused. A page of 5 m is refused.
 */
static void
test_page_size(void)
{
    static const struct {
        double width_pt, height_pt;
        gboolean read;
    } cases[] = {
        {2480, 3508, TRUE}, {14400, 14400, FALSE}, {1e9, 1e9, FALSE}, {60, 60, FALSE}, {14400, 100, FALSE}};
    g_autoptr(GBytes) none = g_bytes_new_static("0", 1);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("page of %g x %g points", cases[i].width_pt, cases[i].height_pt);
        MadePdf pdf = made_pdf_begin(1, cases[i].width_pt, cases[i].height_pt, "");
        made_pdf_page(&pdf, "", "10 w 100 100 m 2000 3000 l S",
                      "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", none);
        g_autoptr(GBytes) bytes = made_pdf_end(&pdf);
        if (cases[i].read) {
            g_auto(ScannerPage) page = {0};
            made_read(bytes, 0, &page);
            g_assert_cmpint(pixGetWidth(page.pix) * pixGetHeight(page.pix), <, 37 * 1000 * 1000);
            g_assert_cmpfloat(page.dpi_x, <, 300);
        } else {
            made_refused(bytes, 0, SCANNER_ERROR_DAMAGED, "");
        }
    }
}

/* The JPEG of page 2 is cut off inside a sound PDF: pages 1 and 3 are read, page 2 never is. */
static void
test_damaged_page(void)
{
    g_autofree char *contents = laid(1, 0, 0, 1, 0, 0, "");
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 150);
    g_autofree char *pixels = NULL;
    g_autoptr(GBytes) raw = made_pdf_pixels(made, &pixels);
    g_autoptr(GBytes) jpeg = made_jpeg(made, 90, 0);
    g_autoptr(GBytes) flate = deflated(g_bytes_get_data(raw, NULL), g_bytes_get_size(raw));
    static const char *const filters[] = {"/Filter/DCTDecode", "/Filter/FlateDecode"};
    GBytes *const sound[] = {jpeg, flate};
    for (guint kind = 0; kind < 2; kind++)
        for (gsize eighths = 1; eighths < 8; eighths++) {
            g_autofree char *dictionary = g_strconcat(pixels, filters[kind], NULL);
            g_autoptr(GBytes) cut =
                g_bytes_new_from_bytes(sound[kind], 0, g_bytes_get_size(sound[kind]) * eighths / 8);
            MadePdf pdf = made_pdf_begin(3, WIDTH_PT, HEIGHT_PT, "");
            for (int i = 0; i < 3; i++)
                made_pdf_page(&pdf, "", contents, dictionary, i == 1 ? cut : sound[kind]);
            g_autoptr(GBytes) bytes = made_pdf_end(&pdf);
            made_refused(bytes, 1, SCANNER_ERROR_DAMAGED, "page 2");
            g_auto(ScannerPage) a = {0}, b = {0};
            made_read(bytes, 0, &a);
            made_read(bytes, 2, &b);
            made_same(a.pix, b.pix);
        }
}

static void
test_locked(void)
{
    g_autofree char *contents = laid(1, 0, 0, 1, 0, 0, "");
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 160);
    g_autoptr(GBytes) open = made_pdf(made, "", "", contents, "");
    GString *text = g_string_new_len(g_bytes_get_data(open, NULL), (gssize)g_bytes_get_size(open));
    const char *trailer = memmem(text->str, text->len, "/Root 1 0 R", 11);
    g_string_insert(text, trailer - text->str,
                    "/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4"
                    "/O(abcdefghijklmnopqrstuvwxyzabcdef)/U(abcdefghijklmnopqrstuvwxyzabcdef)>>");
    g_autoptr(GBytes) bytes = g_string_free_to_bytes(text);
    made_refused(bytes, 0, SCANNER_ERROR_INPUT, "password");
}

/* ---- bombs ---- */

static void
test_large_image(void)
{
    static const char *const dictionaries[] = {
        "/Width 60000/Height 60000/BitsPerComponent 1/ColorSpace/DeviceGray",
        "/Width 4294967297/Height 10/BitsPerComponent 1/ColorSpace/DeviceGray",
        "/Height 30000/BitsPerComponent 1/ColorSpace/DeviceGray/Width 7 0 R",
        "/Height 30000/BitsPerComponent 1/ColorSpace/DeviceGray/Width 99 0 R",
        "/W 30000/H 30000/BPC 8/CS/G/Filter/FlateDecode",
        "/Filter/JPXDecode",
    };
    g_autoptr(GBytes) jpx =
        g_bytes_new_static("\xff\x4f\xff\x51\0\x2f\0\0\x00\x00\xff\xff\x00\x00\xff\xff\0\0\0\0", 20);
    for (guint i = 0; i < G_N_ELEMENTS(dictionaries); i++) {
        MadePdf pdf = made_pdf_begin(1, 595, 842, "");
        made_pdf_page(&pdf, "", "q 595 0 0 842 0 0 cm /I Do Q", dictionaries[i], jpx);
        g_array_append_val(pdf.offsets, pdf.text->len);
        g_string_append(pdf.text, "7 0 obj\n30000\nendobj\n");
        g_autoptr(GBytes) bytes = made_pdf_end(&pdf);
        made_refused(bytes, 0, SCANNER_ERROR_DAMAGED, "");
    }
}

static void
test_unpacking(void)
{
    gsize size = 300 * 1000 * 1000;
    g_autofree char *spaces = g_malloc(size);
    memset(spaces, ' ', size);
    g_autoptr(GBytes) once = deflated(spaces, size);
    g_autoptr(GBytes) twice = deflated(g_bytes_get_data(once, NULL), g_bytes_get_size(once));
    const struct {
        GBytes *data;
        const char *dictionary;
    } cases[] = {{once, "/Filter/FlateDecode"},
                 {twice, "/Filter[/FlateDecode /FlateDecode]"},
                 {once, "/Filter[/Fl/Fl/Fl/Fl/Fl/Fl]"}};
    g_autoptr(GBytes) none = g_bytes_new_static("0", 1);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        MadePdf pdf = made_pdf_begin(1, 595, 842, "");
        made_pdf_page(&pdf, "", "", "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", none);
        made_pdf_object(&pdf, cases[i].dictionary, g_bytes_get_data(cases[i].data, NULL),
                        g_bytes_get_size(cases[i].data));
        g_autoptr(GBytes) bytes = made_pdf_end(&pdf);
        made_refused(bytes, 0, SCANNER_ERROR_DAMAGED, "unpack");
    }
}

/* Numbers may stand in objects of their own, as Cairo writes every length: they are found at once, however
 * many objects there are (looking each up from the file's start took minutes here). */
static void
test_numbers_elsewhere(void)
{
    g_autoptr(GBytes) dark = g_bytes_new_static("\x40", 1);
    MadePdf pdf = made_pdf_begin(1, 595, 842, "");
    made_pdf_page(&pdf, "", "q 595 0 0 842 0 0 cm /I Do Q",
                  "/Width 7 0 R/Height 7 0 R/BitsPerComponent 8/ColorSpace/DeviceGray", dark);
    g_array_append_val(pdf.offsets, pdf.text->len);
    g_string_append(pdf.text, "7 0 obj\n1\nendobj\n");
    for (guint i = 0; i < 60000; i++) {
        g_array_append_val(pdf.offsets, pdf.text->len);
        g_string_append_printf(pdf.text, "%u 0 obj\n<</Length %u 0 R>>\nstream\nq Q\nendstream\nendobj\n",
                               pdf.offsets->len, pdf.offsets->len + 1);
        g_array_append_val(pdf.offsets, pdf.text->len);
        g_string_append_printf(pdf.text, "%u 0 obj\n3\nendobj\n", pdf.offsets->len);
    }
    g_autoptr(GBytes) bytes = made_pdf_end(&pdf);
    g_auto(ScannerPage) page = {0};
    made_read(bytes, 0, &page);
    l_uint32 value = 0;
    pixGetPixel(page.pix, pixGetWidth(page.pix) / 2, pixGetHeight(page.pix) / 2, &value);
    g_assert_cmpuint(value, ==, 0x40);
}

static void
test_many_pages(void)
{
    g_autoptr(GBytes) none = g_bytes_new_static("0", 1);
    MadePdf pdf = made_pdf_begin(SCANNER_MAX_PAGES + 1, 595, 842, "");
    for (int i = 0; i <= SCANNER_MAX_PAGES; i++)
        made_pdf_page(&pdf, "", "", "/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray", none);
    g_autoptr(GBytes) bytes = made_pdf_end(&pdf);
    made_refused(bytes, 0, SCANNER_ERROR_DAMAGED, "2001 pages");
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pages/pdf/embedded", test_embedded);
    g_test_add_func("/pages/pdf/embedded-a4", test_embedded_a4);
    g_test_add_func("/pages/pdf/embedded-jpeg", test_embedded_jpeg);
    g_test_add_func("/pages/pdf/turned", test_turned);
    g_test_add_func("/pages/pdf/polarity", test_polarity);
    g_test_add_func("/pages/pdf/rendered", test_rendered);
    g_test_add_func("/pages/pdf/drawn", test_drawn);
    g_test_add_func("/pages/pdf/page-size", test_page_size);
    g_test_add_func("/pages/pdf/damaged-page", test_damaged_page);
    g_test_add_func("/pages/pdf/locked", test_locked);
    g_test_add_func("/pages/pdf/large-image", test_large_image);
    g_test_add_func("/pages/pdf/unpacking", test_unpacking);
    g_test_add_func("/pages/pdf/numbers-elsewhere", test_numbers_elsewhere);
    g_test_add_func("/pages/pdf/many-pages", test_many_pages);
    return g_test_run();
}
