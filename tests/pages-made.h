/* Page images made in memory for the tests of scanner/. */
#pragma once

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <tiffio.h>
#include <turbojpeg.h>

#include "scanner-pages.h"

static inline void
made_pix_free(PIX *pix)
{
    pixDestroy(&pix);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PIX, made_pix_free)

/* Odd sides, so that every kind of padding is met. */
#define MADE_WIDTH_PX  613
#define MADE_HEIGHT_PX 411

/* A page with no symmetry: text-like boxes that differ by `seed`, on paper that darkens (8, 32 bpp), with
 * colours (32). */
G_GNUC_UNUSED static PIX *
made_page(int width_px, int height_px, int depth, guint32 seed)
{
    PIX *pix = pixCreate(width_px, height_px, depth);
    GRand *random = g_rand_new_with_seed(seed);
    for (int y = 0; y < height_px; y++)
        for (int x = 0; x < width_px; x++) {
            guint32 paper = 255 - (guint32)(40 * x / width_px);
            if (depth != 1)
                pixSetPixel(pix, x, y, depth == 32 ? paper << 24 | paper << 16 | 255u << 8 : paper);
        }
    for (int i = 0; i < 60; i++) {
        int x = g_rand_int_range(random, 10, width_px - 60), y = g_rand_int_range(random, 10, height_px - 40);
        int w = g_rand_int_range(random, 4, 50), h = g_rand_int_range(random, 2, 12);
        guint32 ink = depth == 1 ? 1 : depth == 8 ? 30 : g_rand_int(random) & 0x7f7f7f00;
        pixSetInRectArbitrary(pix, &(BOX){.x = x, .y = y, .w = w, .h = h}, ink);
    }
    pixSetInRectArbitrary(pix, &(BOX){.x = 12, .y = 12, .w = 90, .h = 30}, depth == 1);
    g_rand_free(random);
    return pix;
}

/* The bytes of a row as files have them. */
G_GNUC_UNUSED static void
made_row(PIX *pix, int y, guint8 *row)
{
    int depth = pixGetDepth(pix), width_px = pixGetWidth(pix);
    const guint32 *line = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
    memset(row, 0, (gsize)((width_px * (depth == 32 ? 24 : depth) + 7) / 8));
    for (int x = 0; x < width_px; x++) {
        if (depth == 1)
            row[x / 8] |= (guint8)(GET_DATA_BIT(line, x) << (7 - x % 8));
        else if (depth == 8)
            row[x] = (guint8)GET_DATA_BYTE(line, x);
        else
            for (int c = 0; c < 3; c++)
                row[3 * x + c] = (guint8)(line[x] >> (24 - 8 * c));
    }
}

/* 8 or 32 bpp, through TurboJPEG. */
G_GNUC_UNUSED static GBytes *
made_jpeg(PIX *pix, int quality, int flags)
{
    int width_px = pixGetWidth(pix), height_px = pixGetHeight(pix), samples = pixGetDepth(pix) == 32 ? 3 : 1;
    g_autofree guint8 *raw = g_malloc((gsize)width_px * (gsize)height_px * (gsize)samples);
    for (int y = 0; y < height_px; y++)
        made_row(pix, y, raw + (gsize)y * (gsize)width_px * (gsize)samples);
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    tjhandle encoder = tjInitCompress();
    int state = tjCompress2(encoder, raw, width_px, 0, height_px, samples == 3 ? TJPF_RGB : TJPF_GRAY, &jpeg,
                            &size, samples == 3 ? TJSAMP_420 : TJSAMP_GRAY, quality, flags);
    g_assert_cmpint(state, ==, 0);
    GBytes *bytes = g_bytes_new(jpeg, size);
    tjFree(jpeg);
    tjDestroy(encoder);
    return bytes;
}

G_GNUC_UNUSED static GBytes *
made_png(PIX *pix)
{
    l_uint8 *data = NULL;
    size_t size = 0;
    g_assert_cmpint(pixWriteMemPng(&data, &size, pix, 0), ==, 0);
    GBytes *bytes = g_bytes_new(data, size);
    lept_free(data);
    return bytes;
}

/* How a TIFF page is written. */
typedef struct {
    const char *mode; /* "w", "wb" (big-endian), "w8" (BigTIFF) … */
    guint16 compression, photometric, bits, unit;
    double dpi;
    guint32 rows_per_strip; /* 0: all in one */
    gboolean tiled;
} MadeTiff;

G_GNUC_UNUSED static char *
made_path(const char *name)
{
    static char *dir = NULL;
    if (dir == NULL)
        dir = g_dir_make_tmp("phieu-pages-XXXXXX", NULL);
    g_assert_nonnull(dir);
    return g_build_filename(dir, name, NULL);
}

G_GNUC_UNUSED static GBytes *
made_load(const char *path)
{
    char *data;
    gsize size;
    g_assert_true(g_file_get_contents(path, &data, &size, NULL));
    g_remove(path);
    return g_bytes_new_take(data, size);
}

/* A row in the file's own sense: inverted for photometric, widened to 16 bits. `row` is that of the PIX. */
static void
made_tiff_row(PIX *pix, int y, const MadeTiff *how, guint8 *row)
{
    gboolean flip = how->bits == 1 ? how->photometric == PHOTOMETRIC_MINISBLACK
                                   : how->photometric == PHOTOMETRIC_MINISWHITE;
    int width_px = pixGetWidth(pix),
        n = (width_px * (pixGetDepth(pix) == 32 ? 24 : pixGetDepth(pix)) + 7) / 8;
    made_row(pix, y, row);
    for (int i = 0; i < n && flip; i++)
        row[i] = (guint8)~row[i];
    for (int x = width_px - 1; x >= 0 && how->bits == 16; x--) {
        guint16 wide = (guint16)(row[x] * 257);
        memcpy(row + 2 * x, &wide, 2);
    }
}

G_GNUC_UNUSED static void
made_tiff_page(TIFF *tiff, PIX *pix, const MadeTiff *how)
{
    guint32 width_px = (guint32)pixGetWidth(pix), height_px = (guint32)pixGetHeight(pix);
    gboolean colour = pixGetDepth(pix) == 32;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width_px);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height_px);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, how->bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, colour ? 3 : 1);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, how->compression);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, how->photometric);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    if (how->compression == COMPRESSION_JPEG && how->photometric == PHOTOMETRIC_YCBCR)
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    if (how->dpi > 0) {
        TIFFSetField(tiff, TIFFTAG_XRESOLUTION, how->dpi);
        TIFFSetField(tiff, TIFFTAG_YRESOLUTION, how->dpi);
        TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, how->unit);
    }
    g_autofree guint8 *row = g_malloc0(4 * (width_px + 64));
    if (how->tiled) {
        /* Tiles of 64 × 32. */
        gsize pitch = 64u * how->bits / 8;
        g_autofree guint8 *tile = g_malloc0(pitch * 32);
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 64);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, 32);
        for (guint32 y = 0; y < height_px; y += 32)
            for (guint32 x = 0; x < width_px; x += 64) {
                for (guint32 dy = 0; dy < 32 && y + dy < height_px; dy++) {
                    memset(row, 0, 4 * (width_px + 64));
                    made_tiff_row(pix, (int)(y + dy), how, row);
                    memcpy(tile + dy * pitch, row + x * how->bits / 8, pitch);
                }
                g_assert_cmpint(TIFFWriteTile(tiff, tile, x, y, 0, 0), >, 0);
            }
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, how->rows_per_strip > 0 ? how->rows_per_strip : height_px);
        for (guint32 y = 0; y < height_px; y++) {
            made_tiff_row(pix, (int)y, how, row);
            g_assert_cmpint(TIFFWriteScanline(tiff, row, y, 0), ==, 1);
        }
    }
    g_assert_cmpint(TIFFWriteDirectory(tiff), ==, 1);
}

G_GNUC_UNUSED static GBytes *
made_tiff(PIX *pix, const MadeTiff *how)
{
    g_autofree char *path = made_path("made.tif");
    TIFF *tiff = TIFFOpen(path, how->mode);
    made_tiff_page(tiff, pix, how);
    TIFFClose(tiff);
    return made_load(path);
}

/* A PDF: the objects from number 4 on are the caller's; pages show `contents`, their resource /I is object 4.
 */
typedef struct {
    GString *text;
    GArray *offsets;
} MadePdf;

G_GNUC_UNUSED static MadePdf
made_pdf_begin(int pages, double width_pt, double height_pt, const char *extra)
{
    MadePdf pdf = {g_string_new("%PDF-1.4\n"), g_array_new(FALSE, FALSE, sizeof(gsize))};
    for (int i = 1; i <= 3; i++) {
        g_array_append_val(pdf.offsets, pdf.text->len);
        g_string_append_printf(pdf.text, "%d 0 obj\n", i);
        if (i == 1)
            g_string_append(pdf.text, "<</Type/Catalog/Pages 2 0 R>>");
        if (i == 2) {
            g_string_append_printf(pdf.text, "<</Type/Pages/Count %d/MediaBox[0 0 %.3f %.3f]%s/Kids[", pages,
                                   width_pt, height_pt, extra);
            for (int page = 0; page < pages; page++)
                g_string_append_printf(pdf.text, "%d 0 R ", 4 + 3 * page);
            g_string_append(pdf.text, "]>>");
        }
        if (i == 3)
            g_string_append(pdf.text, "<<>>");
        g_string_append(pdf.text, "\nendobj\n");
    }
    return pdf;
}

static void
made_pdf_object(MadePdf *pdf, const char *dictionary, const void *data, gsize size)
{
    g_array_append_val(pdf->offsets, pdf->text->len);
    g_string_append_printf(pdf->text, "%u 0 obj\n<<%s", pdf->offsets->len, dictionary);
    if (data != NULL) {
        g_string_append_printf(pdf->text, "/Length %" G_GSIZE_FORMAT ">>\nstream\n", size);
        g_string_append_len(pdf->text, data, (gssize)size);
        g_string_append(pdf->text, "\nendstream");
    } else {
        g_string_append(pdf->text, ">>");
    }
    g_string_append(pdf->text, "\nendobj\n");
}

/* A page, its content and the image /I that the content may show: three objects. */
G_GNUC_UNUSED static void
made_pdf_page(MadePdf *pdf, const char *extra, const char *contents, const char *image, GBytes *data)
{
    guint page = pdf->offsets->len + 1;
    g_autofree char *dictionary =
        g_strdup_printf("/Type/Page/Parent 2 0 R/Contents %u 0 R/Resources<</XObject<</I %u 0 R>>>>%s",
                        page + 1, page + 2, extra);
    g_autofree char *image_dictionary = g_strdup_printf("/Type/XObject/Subtype/Image%s", image);
    made_pdf_object(pdf, dictionary, NULL, 0);
    made_pdf_object(pdf, "", contents, strlen(contents));
    made_pdf_object(pdf, image_dictionary, g_bytes_get_data(data, NULL), g_bytes_get_size(data));
}

G_GNUC_UNUSED static GBytes *
made_pdf_end(MadePdf *pdf)
{
    gsize table = pdf->text->len;
    g_string_append_printf(pdf->text, "xref\n0 %u\n0000000000 65535 f \n", pdf->offsets->len + 1);
    for (guint i = 0; i < pdf->offsets->len; i++)
        g_string_append_printf(pdf->text, "%010u 00000 n \n", (guint)g_array_index(pdf->offsets, gsize, i));
    g_string_append_printf(pdf->text, "trailer\n<</Size %u/Root 1 0 R>>\nstartxref\n%u\n%%%%EOF\n",
                           pdf->offsets->len + 1, (guint)table);
    g_array_unref(pdf->offsets);
    return g_string_free_to_bytes(pdf->text);
}

/* The image's own pixels, uncompressed, as PDF has them (1 bit: 0 is black), and what its dictionary says of
 * them. */
G_GNUC_UNUSED static GBytes *
made_pdf_pixels(PIX *pix, char **dictionary)
{
    int depth = pixGetDepth(pix), width_px = pixGetWidth(pix), height_px = pixGetHeight(pix);
    gsize pitch = (gsize)((width_px * (depth == 32 ? 24 : depth) + 7) / 8), size = pitch * (gsize)height_px;
    guint8 *raw = g_malloc(size);
    for (int y = 0; y < height_px; y++)
        made_row(pix, y, raw + (gsize)y * pitch);
    for (gsize i = 0; i < size && depth == 1; i++)
        raw[i] = (guint8)~raw[i];
    *dictionary = g_strdup_printf("/Width %d/Height %d/BitsPerComponent %d/ColorSpace/%s", width_px,
                                  height_px, depth == 1 ? 1 : 8, depth == 32 ? "DeviceRGB" : "DeviceGray");
    return g_bytes_new_take(raw, size);
}

/* Reads the only page, which must be sound. */
G_GNUC_UNUSED static void
made_read(GBytes *bytes, int index, ScannerPage *page)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ScannerFile) file = scanner_file_open_bytes("made", bytes, &error);
    g_assert_no_error(error);
    gboolean done = scanner_file_read(file, index, page, &error);
    g_assert_no_error(error);
    g_assert_true(done);
    g_assert_cmpint(page->index, ==, index);
}

/* Opening or reading page `index` must fail so; the message is one line with `part` in it. */
G_GNUC_UNUSED static void
made_refused(GBytes *bytes, int index, ScannerError code, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_auto(ScannerPage) page = {0};
    g_autoptr(ScannerFile) file = scanner_file_open_bytes("made", bytes, &error);
    if (file != NULL)
        g_assert_false(scanner_file_read(file, index, &page, &error));
    g_assert_error(error, SCANNER_ERROR, (int)code);
    g_assert_null(strchr(error->message, '\n'));
    g_assert_true(g_str_has_prefix(error->message, "made"));
    if (strstr(error->message, part) == NULL)
        g_error("\"%s\" lacks \"%s\"", error->message, part);
}

/* Pixel for pixel, depth and all. */
G_GNUC_UNUSED static void
made_same(PIX *a, PIX *b)
{
    l_int32 same = 0;
    g_assert_cmpint(pixGetDepth(a), ==, pixGetDepth(b));
    g_assert_cmpint(pixGetWidth(a), ==, pixGetWidth(b));
    g_assert_cmpint(pixGetHeight(a), ==, pixGetHeight(b));
    pixEqual(a, b, &same);
    g_assert_true(same);
}

/* The mean difference of two 8 bpp images. */
G_GNUC_UNUSED static double
made_difference(PIX *a, PIX *b)
{
    double sum = 0;
    g_assert_cmpint(pixGetDepth(a), ==, 8);
    g_assert_cmpint(pixGetDepth(b), ==, 8);
    g_assert_cmpint(pixGetWidth(a), ==, pixGetWidth(b));
    g_assert_cmpint(pixGetHeight(a), ==, pixGetHeight(b));
    for (int y = 0; y < pixGetHeight(a); y++)
        for (int x = 0; x < pixGetWidth(a); x++) {
            l_uint32 value_a, value_b;
            pixGetPixel(a, x, y, &value_a);
            pixGetPixel(b, x, y, &value_b);
            sum += abs((int)value_a - (int)value_b);
        }
    return sum / pixGetWidth(a) / pixGetHeight(a);
}
