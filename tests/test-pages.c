/* scanner-pages.h on sound files: every kind and depth, pixel by pixel; folders. */
#include "pages-made.h"

#include <sys/stat.h>
#include <unistd.h>

static void
set_density(guint8 *jpeg, int unit, int x, int y)
{
    jpeg[13] = (guint8)unit;
    jpeg[14] = (guint8)(x >> 8), jpeg[15] = (guint8)x;
    jpeg[16] = (guint8)(y >> 8), jpeg[17] = (guint8)y;
}

/* ---- JPEG ---- */

static void
test_jpeg_grey(void)
{
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 1);
    g_autoptr(GBytes) bytes = made_jpeg(made, 95, 0);
    g_auto(ScannerPage) page = {0};
    made_read(bytes, 0, &page);
    g_assert_cmpfloat(made_difference(page.pix, made), <, 1.5);
    g_assert_cmpfloat(page.dpi_x, ==, 0);
    g_assert_cmpfloat(page.decode_ms, >, 0);
}

static void
test_jpeg_colour_is_luma(void)
{
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 32, 2);
    g_autoptr(PIX) luma = pixConvertRGBToGray(made, 0.299f, 0.587f, 0.114f);
    const int flags[] = {0, TJFLAG_PROGRESSIVE};
    for (guint i = 0; i < G_N_ELEMENTS(flags); i++) {
        g_autoptr(GBytes) bytes = made_jpeg(made, 95, flags[i]);
        g_auto(ScannerPage) page = {0};
        made_read(bytes, 0, &page);
        g_assert_cmpfloat(made_difference(page.pix, luma), <, 2.5);
    }
}

/* Adobe's way: light is stored, not ink. */
static void
test_jpeg_cmyk(void)
{
    g_autoptr(PIX) wanted = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 3);
    g_autofree guint8 *row = g_malloc(MADE_WIDTH_PX), *cmyk = g_malloc(4 * MADE_WIDTH_PX * MADE_HEIGHT_PX);
    for (int y = 0; y < MADE_HEIGHT_PX; y++) {
        made_row(wanted, y, row);
        for (int x = 0; x < MADE_WIDTH_PX; x++) {
            guint8 *to = cmyk + 4 * (y * MADE_WIDTH_PX + x);
            to[0] = to[1] = to[2] = y < 200 ? row[x] : 255;
            to[3] = y < 200 ? 255 : row[x];
        }
    }
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    tjhandle encoder = tjInitCompress();
    g_assert_cmpint(tjCompress2(encoder, cmyk, MADE_WIDTH_PX, 0, MADE_HEIGHT_PX, TJPF_CMYK, &jpeg, &size,
                                TJSAMP_444, 95, 0),
                    ==, 0);
    tjDestroy(encoder);
    g_autoptr(GBytes) bytes = g_bytes_new(jpeg, size);
    tjFree(jpeg);
    g_auto(ScannerPage) page = {0};
    made_read(bytes, 0, &page);
    g_assert_cmpfloat(made_difference(page.pix, wanted), <, 1.5);
}

static void
test_jpeg_density(void)
{
    static const struct {
        int unit, x, y;
        double dpi_x, dpi_y;
    } cases[] = {
        {1, 300, 200, 300, 200}, {2, 118, 118, 299.72, 299.72}, {0, 300, 300, 0, 0}, {1, 1, 65535, 0, 0}};
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 4);
    g_autoptr(GBytes) bytes = made_jpeg(made, 80, 0);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        gsize size;
        gconstpointer data = g_bytes_get_data(bytes, &size);
        guint8 *copy = g_memdup2(data, size);
        set_density(copy, cases[i].unit, cases[i].x, cases[i].y);
        g_autoptr(GBytes) changed = g_bytes_new_take(copy, size);
        g_auto(ScannerPage) page = {0};
        made_read(changed, 0, &page);
        g_assert_cmpfloat_with_epsilon(page.dpi_x, cases[i].dpi_x, 0.01);
        g_assert_cmpfloat_with_epsilon(page.dpi_y, cases[i].dpi_y, 0.01);
    }
}

/* Padding before and behind the end mark is no damage: all pixels are there. */
static void
test_jpeg_padding(void)
{
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 5);
    g_autoptr(GBytes) bytes = made_jpeg(made, 80, 0);
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    GByteArray *padded = g_byte_array_new();
    g_byte_array_append(padded, data, (guint)size - 2);
    g_byte_array_append(padded, (const guint8 *)"\0\0\0\0\xff\xd9\0\0\0\0", 10);
    g_autoptr(GBytes) changed = g_byte_array_free_to_bytes(padded);
    g_auto(ScannerPage) page = {0}, plain = {0};
    made_read(bytes, 0, &plain);
    made_read(changed, 0, &page);
    made_same(page.pix, plain.pix);
}

/* ---- PNG ---- */

static void
test_png_depths(void)
{
    const int depths[] = {1, 8, 32};
    for (guint i = 0; i < G_N_ELEMENTS(depths); i++) {
        g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, depths[i], 6 + i);
        pixSetResolution(made, 300, 200);
        g_autoptr(GBytes) bytes = made_png(made);
        g_auto(ScannerPage) page = {0};
        made_read(bytes, 0, &page);
        made_same(page.pix, made);
        g_assert_cmpfloat_with_epsilon(page.dpi_x, 300, 0.1);
        g_assert_cmpfloat_with_epsilon(page.dpi_y, 200, 0.1);
    }
}

static void
test_png_16_bit(void)
{
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 9);
    g_autoptr(PIX) wide = pixCreate(MADE_WIDTH_PX, MADE_HEIGHT_PX, 16);
    for (int y = 0; y < MADE_HEIGHT_PX; y++)
        for (int x = 0; x < MADE_WIDTH_PX; x++) {
            l_uint32 value;
            pixGetPixel(made, x, y, &value);
            pixSetPixel(wide, x, y, value * 257);
        }
    g_autoptr(GBytes) bytes = made_png(wide);
    g_auto(ScannerPage) page = {0};
    made_read(bytes, 0, &page);
    made_same(page.pix, made);
}

/* 2 and 4 bit grey, and palettes: of grey, of colours, of black and white in either order. */
static void
test_png_palettes(void)
{
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 10);
    for (int levels = 4; levels <= 16; levels *= 4) {
        g_autoptr(PIX) few = levels == 4 ? pixConvertTo2(made) : pixConvertTo4(made);
        g_autoptr(PIX) wanted = pixConvertTo8(few, FALSE);
        g_autoptr(GBytes) bytes = made_png(few);
        g_auto(ScannerPage) page = {0};
        made_read(bytes, 0, &page);
        made_same(page.pix, wanted);
    }
    static const struct {
        int colours[2][3];
        int depth;
    } cases[] = {{{{255, 255, 255}, {0, 0, 0}}, 1},
                 {{{0, 0, 0}, {255, 255, 255}}, 1},
                 {{{200, 200, 200}, {10, 10, 10}}, 8},
                 {{{255, 255, 255}, {0, 0, 160}}, 32}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PIX) bits = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 1, 11);
        g_autoptr(PIX) wanted = pixCreate(MADE_WIDTH_PX, MADE_HEIGHT_PX, cases[i].depth);
        PIXCMAP *map = pixcmapCreate(1);
        for (int c = 0; c < 2; c++)
            pixcmapAddColor(map, cases[i].colours[c][0], cases[i].colours[c][1], cases[i].colours[c][2]);
        for (int y = 0; y < MADE_HEIGHT_PX; y++)
            for (int x = 0; x < MADE_WIDTH_PX; x++) {
                l_uint32 bit, rgb;
                pixGetPixel(bits, x, y, &bit);
                const int *c = cases[i].colours[bit];
                composeRGBPixel(c[0], c[1], c[2], &rgb);
                pixSetPixel(wanted, x, y,
                            cases[i].depth == 1   ? c[0] == 0
                            : cases[i].depth == 8 ? (guint)c[0]
                                                  : rgb);
            }
        pixSetColormap(bits, map);
        g_autoptr(GBytes) bytes = made_png(bits);
        g_auto(ScannerPage) page = {0};
        made_read(bytes, 0, &page);
        made_same(page.pix, wanted);
    }
}

/* Transparent is paper; half-transparent ink is half ink. */
static void
test_png_alpha(void)
{
    g_autoptr(PIX) made = pixCreate(400, 400, 32);
    pixSetSpp(made, 4);
    for (int y = 0; y < 400; y++)
        for (int x = 0; x < 400; x++)
            pixSetPixel(made, x, y, x < 100 ? 0 : x < 200 ? 0x80 : x < 300 ? 0xff0000ff : 0x000000ff);
    g_autoptr(GBytes) bytes = made_png(made);
    g_auto(ScannerPage) page = {0};
    made_read(bytes, 0, &page);
    const l_uint32 wanted[] = {0xffffff00, 0x7f7f7f00, 0xff000000, 0};
    g_assert_cmpint(pixGetDepth(page.pix), ==, 32);
    for (int i = 0; i < 4; i++) {
        l_uint32 value;
        pixGetPixel(page.pix, 100 * i + 50, 200, &value);
        g_assert_cmphex(value & 0xffffff00, ==, wanted[i]);
    }
}

/* A grey page saved in colour is grey. */
static void
test_grey_in_colour(void)
{
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 12);
    g_autoptr(PIX) rgb = pixConvertTo32(made);
    g_autoptr(GBytes) png = made_png(rgb);
    const MadeTiff how = {"w", COMPRESSION_LZW, PHOTOMETRIC_RGB, 8, RESUNIT_INCH, 300, 0, FALSE};
    g_autoptr(GBytes) tiff = made_tiff(rgb, &how);
    g_auto(ScannerPage) a = {0}, b = {0};
    made_read(png, 0, &a);
    made_same(a.pix, made);
    made_read(tiff, 0, &b);
    made_same(b.pix, made);
}

/* ---- TIFF ---- */

static void
test_tiff_kinds(void)
{
    static const struct {
        int depth;
        MadeTiff how;
    } cases[] = {
        {1, {"w", COMPRESSION_CCITTFAX4, PHOTOMETRIC_MINISWHITE, 1, RESUNIT_INCH, 300, 0, FALSE}},
        {1, {"w", COMPRESSION_CCITTFAX4, PHOTOMETRIC_MINISBLACK, 1, RESUNIT_INCH, 300, 64, FALSE}},
        {1, {"wb", COMPRESSION_CCITTFAX3, PHOTOMETRIC_MINISWHITE, 1, RESUNIT_INCH, 200, 32, FALSE}},
        {1, {"w", COMPRESSION_CCITTRLE, PHOTOMETRIC_MINISWHITE, 1, RESUNIT_INCH, 200, 0, FALSE}},
        {1, {"wl", COMPRESSION_NONE, PHOTOMETRIC_MINISBLACK, 1, RESUNIT_CENTIMETER, 118.11, 0, FALSE}},
        {1, {"w", COMPRESSION_PACKBITS, PHOTOMETRIC_MINISWHITE, 1, RESUNIT_INCH, 300, 16, FALSE}},
        {1, {"w8", COMPRESSION_LZW, PHOTOMETRIC_MINISBLACK, 1, RESUNIT_INCH, 300, 16, FALSE}},
        {1, {"w", COMPRESSION_CCITTFAX4, PHOTOMETRIC_MINISWHITE, 1, RESUNIT_INCH, 300, 0, TRUE}},
        {8, {"w", COMPRESSION_NONE, PHOTOMETRIC_MINISBLACK, 8, RESUNIT_INCH, 300, 16, FALSE}},
        {8, {"w", COMPRESSION_LZW, PHOTOMETRIC_MINISWHITE, 8, RESUNIT_INCH, 600, 16, FALSE}},
        {8, {"wb", COMPRESSION_ADOBE_DEFLATE, PHOTOMETRIC_MINISBLACK, 8, RESUNIT_NONE, 300, 0, FALSE}},
        {8, {"w", COMPRESSION_LZW, PHOTOMETRIC_MINISBLACK, 8, RESUNIT_INCH, 300, 0, TRUE}},
        {8, {"w", COMPRESSION_NONE, PHOTOMETRIC_MINISBLACK, 16, RESUNIT_INCH, 300, 16, FALSE}},
        {8, {"wb", COMPRESSION_ADOBE_DEFLATE, PHOTOMETRIC_MINISWHITE, 16, RESUNIT_INCH, 300, 16, FALSE}},
        {32, {"w", COMPRESSION_NONE, PHOTOMETRIC_RGB, 8, RESUNIT_INCH, 300, 16, FALSE}},
        {32, {"w8", COMPRESSION_ADOBE_DEFLATE, PHOTOMETRIC_RGB, 8, RESUNIT_INCH, 300, 16, FALSE}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("case %u", i);
        g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, cases[i].depth, 20 + i);
        g_autoptr(GBytes) bytes = made_tiff(made, &cases[i].how);
        g_auto(ScannerPage) page = {0};
        made_read(bytes, 0, &page);
        made_same(page.pix, made);
        double dpi = cases[i].how.unit == RESUNIT_NONE   ? 0
                     : cases[i].how.unit == RESUNIT_INCH ? cases[i].how.dpi
                                                         : 300;
        g_assert_cmpfloat_with_epsilon(page.dpi_x, dpi, 0.01);
    }
}

static void
test_tiff_jpeg(void)
{
    static const struct {
        int depth;
        MadeTiff how;
    } cases[] = {{8, {"w", COMPRESSION_JPEG, PHOTOMETRIC_MINISBLACK, 8, RESUNIT_INCH, 300, 64, FALSE}},
                 {32, {"w", COMPRESSION_JPEG, PHOTOMETRIC_YCBCR, 8, RESUNIT_INCH, 300, 64, FALSE}}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, cases[i].depth, 40 + i);
        g_autoptr(GBytes) bytes = made_tiff(made, &cases[i].how);
        g_auto(ScannerPage) page = {0};
        made_read(bytes, 0, &page);
        g_assert_cmpint(pixGetDepth(page.pix), ==, cases[i].depth);
        g_autoptr(PIX) a = pixConvertTo8(page.pix, FALSE), b = pixConvertTo8(made, FALSE);
        g_assert_cmpfloat(made_difference(a, b), <, 6);
    }
}

/* A palette of colours, 8 bit. */
static void
test_tiff_palette(void)
{
    g_autofree char *path = made_path("palette.tif");
    guint16 red[256], green[256], blue[256];
    for (int i = 0; i < 256; i++)
        red[i] = (guint16)(i * 257), green[i] = (guint16)((255 - i) * 257), blue[i] = 0;
    TIFF *tiff = TIFFOpen(path, "w");
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    TIFFSetField(tiff, TIFFTAG_COLORMAP, red, green, blue);
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 42);
    const MadeTiff how = {"w", COMPRESSION_LZW, PHOTOMETRIC_PALETTE, 8, RESUNIT_INCH, 300, 0, FALSE};
    made_tiff_page(tiff, made, &how);
    TIFFClose(tiff);
    g_autoptr(GBytes) bytes = made_load(path);
    g_auto(ScannerPage) page = {0};
    made_read(bytes, 0, &page);
    l_uint32 index, value;
    pixGetPixel(made, 300, 200, &index);
    pixGetPixel(page.pix, 300, 200, &value);
    g_assert_cmphex(value, ==, index << 24 | (255 - index) << 16);
}

/* Pages of several kinds in one file, in order; thumbnails are none. */
static void
test_tiff_pages(void)
{
    g_autofree char *path = made_path("pages.tif");
    g_autoptr(PIX) bits = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 1, 50);
    g_autoptr(PIX) grey = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX + 7, 8, 51);
    g_autoptr(PIX) thumbnail = made_page(100, 70, 8, 52);
    const MadeTiff g4 = {"w", COMPRESSION_CCITTFAX4, PHOTOMETRIC_MINISWHITE, 1, RESUNIT_INCH, 300, 0, FALSE};
    const MadeTiff lzw = {"w", COMPRESSION_LZW, PHOTOMETRIC_MINISBLACK, 8, RESUNIT_INCH, 150, 32, FALSE};
    TIFF *tiff = TIFFOpen(path, "w");
    made_tiff_page(tiff, bits, &g4);
    TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
    made_tiff_page(tiff, thumbnail, &lzw);
    made_tiff_page(tiff, grey, &lzw);
    TIFFClose(tiff);
    g_autoptr(GBytes) bytes = made_load(path);
    g_autoptr(ScannerFile) file = scanner_file_open_bytes("made", bytes, NULL);
    g_assert_cmpint(scanner_file_n_pages(file), ==, 2);
    g_auto(ScannerPage) a = {0}, b = {0};
    made_read(bytes, 1, &b);
    made_read(bytes, 0, &a);
    made_same(a.pix, bits);
    made_same(b.pix, grey);
    g_assert_cmpfloat(b.dpi_x, ==, 150);
}

static void
test_tiff_500_pages(void)
{
    g_autofree char *path = made_path("many.tif");
    const MadeTiff g4 = {"w", COMPRESSION_CCITTFAX4, PHOTOMETRIC_MINISWHITE, 1, RESUNIT_INCH, 300, 0, FALSE};
    TIFF *tiff = TIFFOpen(path, "w");
    for (guint i = 0; i < 500; i++) {
        g_autoptr(PIX) pix = made_page(320, 300, 1, i);
        made_tiff_page(tiff, pix, &g4);
    }
    TIFFClose(tiff);
    g_autoptr(GBytes) bytes = made_load(path);
    g_autoptr(ScannerFile) file = scanner_file_open_bytes("made", bytes, NULL);
    g_assert_cmpint(scanner_file_n_pages(file), ==, 500);
    for (int i = 0; i < 500; i++) {
        g_auto(ScannerPage) page = {0};
        g_autoptr(PIX) wanted = made_page(320, 300, 1, (guint32)i);
        g_assert_true(scanner_file_read(file, i, &page, NULL));
        made_same(page.pix, wanted);
    }
}

/* ---- files and folders ---- */

static void
test_file(void)
{
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 60);
    g_autoptr(GBytes) bytes = made_png(made);
    g_autofree char *path = made_path("really-a-png.jpg");
    g_autofree char *wanted = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    g_assert_true(
        g_file_set_contents(path, g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes), NULL));
    g_autoptr(GError) error = NULL;
    g_autoptr(ScannerFile) file = scanner_file_open(path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(scanner_file_ending(file), ==, "png");
    g_assert_cmpstr(scanner_file_sha256(file), ==, wanted);
    g_assert_true(g_bytes_equal(scanner_file_bytes(file), bytes));
    g_auto(ScannerPage) page = {0};
    g_assert_false(scanner_file_read(file, 1, &page, &error));
    g_assert_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT);
    g_remove(path);
}

static void
test_not_a_file(void)
{
    g_autofree char *gone = made_path("gone.jpg"), *pipe = made_path("pipe.jpg"),
                    *folder = g_path_get_dirname(pipe);
    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    const char *paths[] = {gone, pipe, folder};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(scanner_file_open(paths[i], &error));
        g_assert_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT);
        g_assert_true(g_str_has_prefix(error->message, paths[i]));
    }
    g_remove(pipe);
}

static void
test_foreign(void)
{
    static const struct {
        const char *bytes, *kind;
        gsize size;
    } cases[] = {{"BM\0\0", "BMP", 4},
                 {"GIF89a", "GIF", 6},
                 {"P5\n1 1\n", "PNM", 7},
                 {"RIFF\0\0\0\0WEBP", "WebP", 12},
                 {"\0\0\0\x18"
                  "ftypheic",
                  "HEIC", 12},
                 {"PK\x03\x04", "ZIP", 4},
                 {"Dear Sir", "not a JPEG, PNG, TIFF or PDF", 8}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_static(cases[i].bytes, cases[i].size);
        made_refused(bytes, 0, SCANNER_ERROR_INPUT, cases[i].kind);
    }
    g_autoptr(GBytes) empty = g_bytes_new_static("", 0);
    made_refused(empty, 0, SCANNER_ERROR_DAMAGED, "0 bytes");
    g_autoptr(GBytes) zeros = g_bytes_new_take(g_malloc0(5000), 5000);
    made_refused(zeros, 0, SCANNER_ERROR_DAMAGED, "zeros");
}

static void
put(const char *dir, const char *name, const char *bytes)
{
    g_autofree char *path = g_build_filename(dir, name, NULL), *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, bytes, -1, NULL));
}

static void
test_list(void)
{
    static const char *const wanted[] = {"1.jpg",    "02.jpg",      "2.JPG",    "10.jpg",     "a/9.png",
                                         "a/10.png", "B-scan2.tif", "b-scan10", "emptied.pdf"};
    g_autofree char *dir = made_path("list"), *loop = made_path("list/a/loop"),
                    *nowhere = made_path("list/nowhere.jpg");
    for (guint i = 0; i < G_N_ELEMENTS(wanted); i++)
        put(dir, wanted[i], strstr(wanted[i], "emptied") != NULL ? "" : "\xff\xd8\xff\xe0");
    put(dir, ".hidden.jpg", "\xff\xd8\xff\xe0");
    put(dir, "notes.txt", "Dear Sir");
    put(dir, "list.csv", "serial,province\n");
    g_assert_cmpint(symlink("..", loop), ==, 0);
    g_assert_cmpint(symlink("not-there", nowhere), ==, 0);

    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_assert_true(scanner_list_files(dir, paths, &error));
    g_assert_no_error(error);
    for (guint i = 0; i < paths->len && i < G_N_ELEMENTS(wanted); i++)
        g_assert_cmpstr((const char *)g_ptr_array_index(paths, i) + strlen(dir) + 1, ==, wanted[i]);
    g_assert_cmpuint(paths->len, ==, G_N_ELEMENTS(wanted));

    g_autofree char *file = made_path("list/notes.txt"), *gone = made_path("list/gone");
    g_assert_true(scanner_list_files(file, paths, &error));
    g_assert_cmpstr(g_ptr_array_index(paths, paths->len - 1), ==, file);
    g_assert_false(scanner_list_files(gone, paths, &error));
    g_assert_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT);
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    TIFFSetWarningHandler(NULL);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pages/jpeg/grey", test_jpeg_grey);
    g_test_add_func("/pages/jpeg/colour-is-luma", test_jpeg_colour_is_luma);
    g_test_add_func("/pages/jpeg/cmyk", test_jpeg_cmyk);
    g_test_add_func("/pages/jpeg/density", test_jpeg_density);
    g_test_add_func("/pages/jpeg/padding", test_jpeg_padding);
    g_test_add_func("/pages/png/depths", test_png_depths);
    g_test_add_func("/pages/png/16-bit", test_png_16_bit);
    g_test_add_func("/pages/png/palettes", test_png_palettes);
    g_test_add_func("/pages/png/alpha", test_png_alpha);
    g_test_add_func("/pages/grey-in-colour", test_grey_in_colour);
    g_test_add_func("/pages/tiff/kinds", test_tiff_kinds);
    g_test_add_func("/pages/tiff/jpeg", test_tiff_jpeg);
    g_test_add_func("/pages/tiff/palette", test_tiff_palette);
    g_test_add_func("/pages/tiff/pages", test_tiff_pages);
    g_test_add_func("/pages/tiff/500-pages", test_tiff_500_pages);
    g_test_add_func("/pages/file", test_file);
    g_test_add_func("/pages/not-a-file", test_not_a_file);
    g_test_add_func("/pages/foreign", test_foreign);
    g_test_add_func("/pages/list", test_list);
    return g_test_run();
}
