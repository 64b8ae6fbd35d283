#include "scanner-keep.h"

#include <glib/gi18n-lib.h>
#include <png.h>

#include "keep-private.h"
#include "words-private.h"

#define QUALITY           90
#define THUMBNAIL_QUALITY 75
/* Level 1 packs a page in a tenth of the time that the default takes, into a tenth more. */
#define PACKING 1

void
keep_row(PIX *pix, int y, guint32 *to)
{
    gsize words = (gsize)pixGetWpl(pix);
    words_turn(to, pixGetData(pix) + (gsize)y * words, words);
}

static GBytes *
fail(const char *kind, GError **error)
{
    g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_MACHINE,
                _("a page cannot be kept as %s (not enough memory?)"), kind);
    return NULL;
}

static guint
whole_dpi(double dpi)
{
    return (guint)CLAMP(dpi + 0.5, 0, G_MAXUINT16);
}

static void
append(png_structp png, png_bytep data, png_size_t length)
{
    g_byte_array_append(png_get_io_ptr(png), data, (guint)length);
}

static void
flush(png_structp png G_GNUC_UNUSED)
{
}

static void
write_png(png_structp png, png_infop info, const ScannerPage *page, guint32 *row)
{
    PIX *pix = page->pix;
    gboolean grey = pixGetDepth(pix) == 8;
    png_set_IHDR(png, info, (png_uint_32)pixGetWidth(pix), (png_uint_32)pixGetHeight(pix), 8,
                 grey ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_pHYs(png, info, (png_uint_32)(page->dpi_x / 0.0254 + 0.5),
                 (png_uint_32)(page->dpi_y / 0.0254 + 0.5), PNG_RESOLUTION_METER);
    png_set_compression_level(png, PACKING);
    png_set_filter(png, 0, PNG_FILTER_UP);
    png_write_info(png, info);
    if (!grey)
        png_set_filler(png, 0, PNG_FILLER_AFTER);
    for (int y = 0; y < pixGetHeight(pix); y++) {
        keep_row(pix, y, row);
        png_write_row(png, (const guint8 *)row);
    }
    png_write_end(png, info);
}

static GBytes *
encode_png(const ScannerPage *page, GError **error)
{
    GByteArray *kept = g_byte_array_new();
    guint32 *row = g_new(guint32, pixGetWpl(page->pix));
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    gboolean done = FALSE;
    if (info && setjmp(png_jmpbuf(png)) == 0) {
        png_set_write_fn(png, kept, append, flush);
        write_png(png, info, page, row);
        done = TRUE;
    }
    png_destroy_write_struct(&png, &info);
    g_free(row);
    if (done)
        return g_byte_array_free_to_bytes(kept);
    g_byte_array_unref(kept);
    return fail("PNG", error);
}

static GBytes *
encode_g4(const ScannerPage *page, GError **error)
{
    l_uint8 *data = NULL;
    size_t length = 0;
    pixSetResolution(page->pix, (int)whole_dpi(page->dpi_x), (int)whole_dpi(page->dpi_y));
    if (pixWriteMemTiff(&data, &length, page->pix, IFF_TIFF_G4) != 0)
        return fail("TIFF", error);
    GBytes *kept = g_bytes_new(data, length);
    lept_free(data);
    return kept;
}

GBytes *
scanner_page_encode(const ScannerPage *page, ScannerKeep keep, const char **ending, GError **error)
{
    if (pixGetDepth(page->pix) == 1) {
        *ending = "tif";
        return encode_g4(page, error);
    }
    *ending = keep == SCANNER_KEEP_JPEG ? "jpg" : "png";
    if (keep != SCANNER_KEEP_JPEG)
        return encode_png(page, error);
    GBytes *kept = keep_jpeg(page, page->pix, QUALITY);
    return kept ? kept : fail("JPEG", error);
}

GBytes *
scanner_page_thumbnail(const ScannerPage *page, GError **error)
{
    int side = MAX(pixGetWidth(page->pix), pixGetHeight(page->pix));
    float scale = MIN((float)SCANNER_THUMBNAIL_PX / (float)side, 0.5f);
    PIX *small = pixGetDepth(page->pix) == 1 ? pixScaleToGray(page->pix, scale)
                                             : pixScaleAreaMap(page->pix, scale, scale);
    GBytes *kept = small ? keep_jpeg(page, small, THUMBNAIL_QUALITY) : NULL;
    pixDestroy(&small);
    return kept ? kept : fail("JPEG", error);
}
