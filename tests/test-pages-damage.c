/* scanner-pages.h on damaged and forged files: an error or the very page, never a wrong page, never a crash.
 * `-m slow` tries more. */
#include "pages-made.h"

#include <zlib.h>

typedef struct {
    const char *name;
    GBytes *bytes;
    PIX *page; /* as read from the sound bytes */
} Sample;

static const MadeTiff g4 = {"w",  COMPRESSION_CCITTFAX4, PHOTOMETRIC_MINISWHITE, 1, RESUNIT_INCH, 300, 64,
                            FALSE};
static const MadeTiff g4_whole = {
    "w", COMPRESSION_CCITTFAX4, PHOTOMETRIC_MINISWHITE, 1, RESUNIT_INCH, 300, 0, FALSE};
static const MadeTiff g3 = {"wb", COMPRESSION_CCITTFAX3, PHOTOMETRIC_MINISWHITE, 1, RESUNIT_INCH, 300, 0,
                            FALSE};
static const MadeTiff lzw = {"w", COMPRESSION_LZW, PHOTOMETRIC_MINISBLACK, 8, RESUNIT_INCH, 300, 64, FALSE};
static const MadeTiff tiles = {
    "w8", COMPRESSION_ADOBE_DEFLATE, PHOTOMETRIC_MINISBLACK, 8, RESUNIT_INCH, 300, 0, TRUE};
static const MadeTiff in_jpeg = {"w", COMPRESSION_JPEG, PHOTOMETRIC_YCBCR, 8, RESUNIT_INCH, 300, 64, FALSE};
static const MadeTiff plain = {"w", COMPRESSION_NONE, PHOTOMETRIC_RGB, 8, RESUNIT_INCH, 300, 64, FALSE};

static GBytes *
made_pdf(PIX *pix, gboolean jpeg)
{
    g_autofree char *pixels = NULL;
    g_autoptr(GBytes) raw = made_pdf_pixels(pix, &pixels);
    g_autoptr(GBytes) data = NULL;
    if (jpeg) {
        data = made_jpeg(pix, 85, 0);
    } else {
        uLongf size = compressBound(g_bytes_get_size(raw));
        guint8 *packed = g_malloc(size);
        g_assert_cmpint(compress(packed, &size, g_bytes_get_data(raw, NULL), g_bytes_get_size(raw)), ==,
                        Z_OK);
        data = g_bytes_new_take(packed, size);
    }
    g_autofree char *dictionary =
        g_strconcat(pixels, jpeg ? "/Filter/DCTDecode" : "/Filter/FlateDecode", NULL);
    MadePdf pdf = made_pdf_begin(1, 441.36, 295.92, "");
    made_pdf_page(&pdf, "", "q 441.36 0 0 295.92 0 0 cm /I Do Q", dictionary, data);
    return made_pdf_end(&pdf);
}

static void
add(GArray *samples, const char *name, GBytes *bytes)
{
    g_auto(ScannerPage) page = {0};
    made_read(bytes, 0, &page);
    Sample sample = {name, bytes, pixClone(page.pix)};
    g_array_append_val(samples, sample);
}

static void
clear_sample(gpointer data)
{
    Sample *sample = data;
    g_bytes_unref(sample->bytes);
    pixDestroy(&sample->page);
}

static GArray *
made_samples(void)
{
    GArray *samples = g_array_new(FALSE, FALSE, sizeof(Sample));
    g_array_set_clear_func(samples, clear_sample);
    g_autoptr(PIX) bits = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 1, 200);
    g_autoptr(PIX) grey = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 201);
    g_autoptr(PIX) colour = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 32, 202);
    add(samples, "JPEG", made_jpeg(grey, 85, 0));
    add(samples, "JPEG, progressive, colour", made_jpeg(colour, 85, TJFLAG_PROGRESSIVE));
    add(samples, "PNG", made_png(grey));
    add(samples, "PNG, 1 bit", made_png(bits));
    add(samples, "PNG, colour", made_png(colour));
    add(samples, "TIFF G4", made_tiff(bits, &g4));
    add(samples, "TIFF G4, one strip", made_tiff(bits, &g4_whole));
    add(samples, "TIFF G3", made_tiff(bits, &g3));
    add(samples, "TIFF LZW", made_tiff(grey, &lzw));
    add(samples, "TIFF tiles", made_tiff(grey, &tiles));
    add(samples, "TIFF JPEG", made_tiff(colour, &in_jpeg));
    add(samples, "TIFF plain", made_tiff(colour, &plain));
    add(samples, "PDF JPEG", made_pdf(grey, TRUE));
    add(samples, "PDF Flate", made_pdf(grey, FALSE));
    return samples;
}

/* Reads `bytes`; FALSE for an error, which must be one line of a documented code. */
static gboolean
try_read(GBytes *bytes, ScannerPage *page)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ScannerFile) file = scanner_file_open_bytes("made", bytes, &error);
    gboolean done = file != NULL && scanner_file_read(file, 0, page, &error);
    if (done) {
        g_assert_no_error(error);
        g_assert_cmpint(pixGetWidth(page->pix), >=, SCANNER_MIN_SIDE_PX);
        g_assert_cmpint(pixGetWidth(page->pix), <=, SCANNER_MAX_SIDE_PX);
        return TRUE;
    }
    g_assert_null(page->pix);
    g_assert_nonnull(error);
    g_assert_true(error->domain == SCANNER_ERROR);
    g_assert_cmpint(error->code, !=, SCANNER_ERROR_MACHINE);
    g_assert_null(strchr(error->message, '\n'));
    g_assert_true(g_str_has_prefix(error->message, "made"));
    return FALSE;
}

static void
check_cut(const Sample *sample, gsize size)
{
    gsize whole;
    gconstpointer data = g_bytes_get_data(sample->bytes, &whole);
    /* A copy of its own, so that reading beyond it is seen. */
    g_autoptr(GBytes) cut = g_bytes_new(data, size);
    g_auto(ScannerPage) page = {0};
    g_test_message("%s: %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes", sample->name, size, whole);
    if (try_read(cut, &page))
        made_same(page.pix, sample->page);
}

static void
test_cut(void)
{
    g_autoptr(GArray) samples = made_samples();
    GRand *random = g_rand_new_with_seed(1);
    int times = g_test_slow() ? 2000 : 40;
    for (guint i = 0; i < samples->len; i++) {
        const Sample *sample = &g_array_index(samples, Sample, i);
        gsize size = g_bytes_get_size(sample->bytes);
        for (gsize at = 0; at < 24; at++) {
            check_cut(sample, at);
            check_cut(sample, size - 1 - at);
        }
        for (int k = 0; k < times; k++)
            check_cut(sample, (gsize)g_rand_int_range(random, 0, (gint32)size));
    }
    g_rand_free(random);
}

/* What a power cut leaves: the right size, but zeros from some place on. */
static void
test_zero_tail(void)
{
    g_autoptr(GArray) samples = made_samples();
    GRand *random = g_rand_new_with_seed(4);
    int times = g_test_slow() ? 2000 : 40;
    for (guint i = 0; i < samples->len; i++)
        for (int k = 0; k < times; k++) {
            const Sample *sample = &g_array_index(samples, Sample, i);
            gsize size = g_bytes_get_size(sample->bytes);
            guint8 *copy = g_memdup2(g_bytes_get_data(sample->bytes, NULL), size);
            int from = g_rand_int_range(random, 0, (gint32)size);
            memset(copy + from, 0, size - (gsize)from);
            g_autoptr(GBytes) bytes = g_bytes_new_take(copy, size);
            g_auto(ScannerPage) page = {0};
            g_test_message("%s: zeros from %d", sample->name, from);
            if (try_read(bytes, &page))
                made_same(page.pix, sample->page);
        }
    g_rand_free(random);
}

/* Bytes changed anywhere. PNG has checksums: there it is the page or an error. */
static void
test_flipped(void)
{
    g_autoptr(GArray) samples = made_samples();
    GRand *random = g_rand_new_with_seed(2);
    int times = g_test_slow() ? 1000 : 100;
    for (guint i = 0; i < samples->len; i++) {
        const Sample *sample = &g_array_index(samples, Sample, i);
        for (int k = 0; k < times; k++) {
            gsize size;
            gconstpointer data = g_bytes_get_data(sample->bytes, &size);
            guint8 *copy = g_memdup2(data, size);
            /* Every other time in the head or the tail, where the structure stands. */
            int from = k % 4 == 1 ? (int)size - 300 : 0, to = k % 4 == 3 ? 300 : (int)size;
            for (int flips = g_rand_int_range(random, 1, 5); flips > 0; flips--)
                copy[g_rand_int_range(random, from, to)] = (guint8)g_rand_int(random);
            g_autoptr(GBytes) bytes = g_bytes_new_take(copy, size);
            g_auto(ScannerPage) page = {0};
            if (try_read(bytes, &page) && g_str_has_prefix(sample->name, "PNG"))
                made_same(page.pix, sample->page);
        }
    }
    g_rand_free(random);
}

/* A known head, then anything. */
static void
test_garbage(void)
{
    static const struct {
        const char *head;
        int size;
    } heads[] = {{"\xff\xd8\xff\xe0", 4},
                 {"\x89PNG\r\n\x1a\n", 8},
                 {"II\x2a\x00\x08\0\0\0", 8},
                 {"MM\x00\x2b\0\x08\0\0", 8},
                 {"%PDF-1.7\n", 9}};
    GRand *random = g_rand_new_with_seed(3);
    for (guint i = 0; i < G_N_ELEMENTS(heads); i++)
        for (int k = 0; k < 50; k++) {
            gsize size = (gsize)g_rand_int_range(random, heads[i].size, 4000);
            guint8 *data = g_malloc(size);
            for (gsize at = 0; at < size; at++)
                data[at] = (guint8)g_rand_int(random);
            memcpy(data, heads[i].head, (gsize)heads[i].size);
            g_autoptr(GBytes) bytes = g_bytes_new_take(data, size);
            g_auto(ScannerPage) page = {0};
            g_assert_false(try_read(bytes, &page));
        }
    g_rand_free(random);
}

/* ---- forged and unfit sizes ---- */

static GBytes *
forged_png(guint32 width_px, guint32 height_px)
{
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 1, 210);
    g_autoptr(GBytes) bytes = made_png(made);
    gsize size = g_bytes_get_size(bytes);
    guint8 *data = g_memdup2(g_bytes_get_data(bytes, NULL), size);
    guint32 sides[2] = {GUINT32_TO_BE(width_px), GUINT32_TO_BE(height_px)};
    memcpy(data + 16, sides, 8);
    guint32 sum = GUINT32_TO_BE((guint32)crc32(0, data + 12, 17));
    memcpy(data + 29, &sum, 4);
    return g_bytes_new_take(data, size);
}

static GBytes *
forged_jpeg(int flags, guint width_px, guint height_px)
{
    g_autoptr(PIX) made = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 211);
    g_autoptr(GBytes) bytes = made_jpeg(made, 85, flags);
    gsize size = g_bytes_get_size(bytes);
    guint8 *data = g_memdup2(g_bytes_get_data(bytes, NULL), size);
    guint8 *frame = memmem(data, size, flags & TJFLAG_PROGRESSIVE ? "\xff\xc2" : "\xff\xc0", 2);
    frame[5] = (guint8)(height_px >> 8), frame[6] = (guint8)height_px;
    frame[7] = (guint8)(width_px >> 8), frame[8] = (guint8)width_px;
    return g_bytes_new_take(data, size);
}

static GBytes *
forged_tiff(guint32 width_px, guint32 height_px)
{
    g_autoptr(PIX) made = made_page(320, 300, 1, 212);
    g_autofree char *path = made_path("forged.tif");
    TIFF *tiff = TIFFOpen(path, "w");
    made_tiff_page(tiff, made, &g4);
    TIFFClose(tiff);
    g_autoptr(GBytes) bytes = made_load(path);
    gsize size = g_bytes_get_size(bytes);
    guint8 *data = g_memdup2(g_bytes_get_data(bytes, NULL), size);
    guint32 at;
    memcpy(&at, data + 4, 4);
    for (guint8 *entry = data + at + 2; entry < data + at + 2 + 12 * data[at]; entry += 12) {
        guint16 tag;
        memcpy(&tag, entry, 2);
        if (tag != TIFFTAG_IMAGEWIDTH && tag != TIFFTAG_IMAGELENGTH)
            continue;
        guint16 type = TIFF_LONG;
        memcpy(entry + 2, &type, 2);
        memcpy(entry + 8, tag == TIFFTAG_IMAGEWIDTH ? &width_px : &height_px, 4);
    }
    return g_bytes_new_take(data, size);
}

static void
test_forged(void)
{
    static const guint32 sides[][2] = {{30000, 30000}, {65500, 65500}, {19999, 19999},
                                       {100, 100},     {400, 20},      {0, 400}};
    for (guint i = 0; i < G_N_ELEMENTS(sides); i++) {
        guint32 width_px = sides[i][0], height_px = sides[i][1];
        const char *part = width_px == 0 ? "" : width_px > 1000 ? "too many" : "too few";
        g_test_message("%u × %u", width_px, height_px);
        g_autoptr(GBytes) png = forged_png(width_px, height_px);
        g_autoptr(GBytes) jpeg = forged_jpeg(0, width_px, height_px);
        g_autoptr(GBytes) tiff = forged_tiff(width_px, height_px);
        made_refused(png, 0, SCANNER_ERROR_DAMAGED, part);
        made_refused(jpeg, 0, SCANNER_ERROR_DAMAGED, part);
        made_refused(tiff, 0, SCANNER_ERROR_DAMAGED, part);
    }
    g_autoptr(GBytes) huge_tiff = forged_tiff(G_MAXUINT32, G_MAXUINT32);
    made_refused(huge_tiff, 0, SCANNER_ERROR_DAMAGED, "");
}

/* Sides within bounds, but no data for them. */
static void
test_hollow(void)
{
    g_autoptr(GBytes) png = forged_png(12000, 12000);
    g_autoptr(GBytes) jpeg = forged_jpeg(0, 12000, 12000);
    g_autoptr(GBytes) progressive = forged_jpeg(TJFLAG_PROGRESSIVE, 12000, 12000);
    g_autoptr(GBytes) tiff = forged_tiff(12000, 12000);
    made_refused(png, 0, SCANNER_ERROR_DAMAGED, "");
    made_refused(jpeg, 0, SCANNER_ERROR_DAMAGED, "too few bytes");
    made_refused(progressive, 0, SCANNER_ERROR_DAMAGED, "too few bytes");
    made_refused(tiff, 0, SCANNER_ERROR_DAMAGED, "");
}

/* ---- TIFF ---- */

/* The raw data of a page's only strip. */
static GBytes *
raw_strip(PIX *pix, const MadeTiff *how)
{
    g_autofree char *path = made_path("raw.tif");
    TIFF *tiff = TIFFOpen(path, "w");
    made_tiff_page(tiff, pix, how);
    TIFFClose(tiff);
    tiff = TIFFOpen(path, "r");
    gsize size = (gsize)TIFFRawStripSize64(tiff, 0);
    guint8 *data = g_malloc(size);
    g_assert_cmpint(TIFFReadRawStrip(tiff, 0, data, (tmsize_t)size), ==, (tmsize_t)size);
    TIFFClose(tiff);
    g_remove(path);
    return g_bytes_new_take(data, size);
}

/* A sound file around a strip that holds less than its page. */
static GBytes *
tiff_around(GBytes *strip, const MadeTiff *how)
{
    g_autofree char *path = made_path("around.tif");
    TIFF *tiff = TIFFOpen(path, "w");
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, MADE_WIDTH_PX);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, MADE_HEIGHT_PX);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, how->bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, how->compression);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, how->photometric);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, MADE_HEIGHT_PX);
    tmsize_t size = (tmsize_t)g_bytes_get_size(strip);
    g_autofree guint8 *data = g_memdup2(g_bytes_get_data(strip, NULL), (gsize)size);
    g_assert_cmpint(TIFFWriteRawStrip(tiff, 0, data, size), ==, size);
    TIFFClose(tiff);
    return made_load(path);
}

/* libtiff calls a fax page that ends early a success. */
static void
test_short_strip(void)
{
    const MadeTiff lzw_whole = {"w", COMPRESSION_LZW, PHOTOMETRIC_MINISBLACK, 8, RESUNIT_INCH, 300, 0, FALSE};
    const MadeTiff jpeg_whole = {"w",  COMPRESSION_JPEG, PHOTOMETRIC_MINISBLACK, 8, RESUNIT_INCH, 300, 0,
                                 FALSE};
    const MadeTiff *const hows[] = {&g4_whole, &g3, &lzw_whole};
    for (guint i = 0; i < G_N_ELEMENTS(hows); i++) {
        /* Half of the data; and the sound data of a page of half the height. */
        g_autoptr(PIX) whole = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, hows[i]->bits, 220);
        g_autoptr(PIX) half = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX / 2, hows[i]->bits, 220);
        g_autoptr(GBytes) strip = raw_strip(whole, hows[i]);
        g_autoptr(GBytes) cut = g_bytes_new_from_bytes(strip, 0, g_bytes_get_size(strip) / 2);
        g_autoptr(GBytes) ended = raw_strip(half, hows[i]);
        g_autoptr(GBytes) sound = tiff_around(strip, hows[i]);
        g_autoptr(GBytes) a = tiff_around(cut, hows[i]);
        g_autoptr(GBytes) b = tiff_around(ended, hows[i]);
        g_auto(ScannerPage) page = {0};
        made_read(sound, 0, &page);
        made_same(page.pix, whole);
        made_refused(a, 0, SCANNER_ERROR_DAMAGED, "");
        made_refused(b, 0, SCANNER_ERROR_DAMAGED, "");
    }
    g_autoptr(PIX) grey = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 8, 221);
    g_autoptr(GBytes) strip = raw_strip(grey, &jpeg_whole);
    g_autoptr(GBytes) cut = g_bytes_new_from_bytes(strip, 0, g_bytes_get_size(strip) / 2);
    g_autoptr(GBytes) bytes = tiff_around(cut, &jpeg_whole);
    made_refused(bytes, 0, SCANNER_ERROR_DAMAGED, "");
}

/* Three pages, the file's bytes, and where each directory stands. */
static guint8 *
three_pages(gsize *size, guint32 places[3])
{
    g_autofree char *path = made_path("three.tif");
    TIFF *tiff = TIFFOpen(path, "wl");
    for (guint i = 0; i < 3; i++) {
        g_autoptr(PIX) pix = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 1, 230 + i);
        made_tiff_page(tiff, pix, &g4);
    }
    TIFFClose(tiff);
    g_autoptr(GBytes) bytes = made_load(path);
    *size = g_bytes_get_size(bytes);
    guint8 *data = g_memdup2(g_bytes_get_data(bytes, NULL), *size);
    memcpy(&places[0], data + 4, 4);
    for (int i = 0; i < 2; i++)
        memcpy(&places[i + 1], data + places[i] + 2 + 12 * data[places[i]], 4);
    return data;
}

static void
check_page(GBytes *bytes, int index)
{
    g_autoptr(PIX) wanted = made_page(MADE_WIDTH_PX, MADE_HEIGHT_PX, 1, 230 + (guint32)index);
    g_auto(ScannerPage) page = {0};
    made_read(bytes, index, &page);
    made_same(page.pix, wanted);
}

static void
test_damaged_page(void)
{
    /* Page 1 has a compression that does not exist. */
    gsize size;
    guint32 places[3];
    guint8 *data = three_pages(&size, places);
    for (guint8 *entry = data + places[0] + 2; entry < data + places[0] + 2 + 12 * data[places[0]];
         entry += 12)
        if (entry[0] == (TIFFTAG_COMPRESSION & 255) && entry[1] == TIFFTAG_COMPRESSION >> 8)
            entry[8] = 99;
    g_autoptr(GBytes) bytes = g_bytes_new_take(data, size);
    made_refused(bytes, 0, SCANNER_ERROR_DAMAGED, "page 1");
    check_page(bytes, 1);
    check_page(bytes, 2);
}

/* The chain leads out of the file, or back: what was found is read, and one more page stands for what is
 * lost. */
static void
test_broken_chain(void)
{
    for (int back = 0; back < 2; back++) {
        gsize size;
        guint32 places[3];
        guint8 *data = three_pages(&size, places);
        guint32 next = back ? places[0] : (guint32)size + 1000;
        memcpy(data + places[1] + 2 + 12 * data[places[1]], &next, 4);
        g_autoptr(GBytes) bytes = g_bytes_new_take(data, size);
        g_autoptr(ScannerFile) file = scanner_file_open_bytes("made", bytes, NULL);
        g_assert_cmpint(scanner_file_n_pages(file), ==, 3);
        check_page(bytes, 0);
        check_page(bytes, 1);
        made_refused(bytes, 2, SCANNER_ERROR_DAMAGED, "lost");
    }
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    TIFFSetWarningHandler(NULL);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pages/damage/cut", test_cut);
    g_test_add_func("/pages/damage/zero-tail", test_zero_tail);
    g_test_add_func("/pages/damage/flipped", test_flipped);
    g_test_add_func("/pages/damage/garbage", test_garbage);
    g_test_add_func("/pages/damage/forged", test_forged);
    g_test_add_func("/pages/damage/hollow", test_hollow);
    g_test_add_func("/pages/damage/tiff/short-strip", test_short_strip);
    g_test_add_func("/pages/damage/tiff/damaged-page", test_damaged_page);
    g_test_add_func("/pages/damage/tiff/broken-chain", test_broken_chain);
    return g_test_run();
}
