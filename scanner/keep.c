#include "scanner-keep.h"

#include <glib/gi18n-lib.h>
#include <png.h>
#include <string.h>
#include <turbojpeg.h>

#define QUALITY           90
#define THUMBNAIL_QUALITY 75
/* Level 1 packs a page in a tenth of the time that the default takes, into a tenth more. */
#define PACKING 1
/* Where a JFIF header has its unit and density (ITU-T T.871, 10.1). */
#define JFIF_UNIT      13
#define JFIF_DENSITY_X 14
#define JFIF_DENSITY_Y 16
#define JFIF_HEADER    20

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

/* TurboJPEG leaves the density open. */
static void
note_density(guint8 *jpeg, gulong length, const ScannerPage *page)
{
    guint16 x = GUINT16_TO_BE(whole_dpi(page->dpi_x)), y = GUINT16_TO_BE(whole_dpi(page->dpi_y));
    if (length < JFIF_HEADER || memcmp(jpeg + 6, "JFIF", 5) != 0 || !x || !y)
        return;
    jpeg[JFIF_UNIT] = 1; /* dots per inch */
    memcpy(jpeg + JFIF_DENSITY_X, &x, sizeof x);
    memcpy(jpeg + JFIF_DENSITY_Y, &y, sizeof y);
}

static GBytes *
encode_jpeg(const ScannerPage *page, PIX *bytes, int quality, GError **error)
{
    gboolean grey = pixGetDepth(bytes) == 8;
    guint8 *jpeg = NULL;
    gulong length = 0;
    tjhandle encoder = tjInitCompress();
    int failed =
        !encoder || tjCompress2(encoder, (const guint8 *)pixGetData(bytes), pixGetWidth(bytes),
                                pixGetWpl(bytes) * 4, pixGetHeight(bytes), grey ? TJPF_GRAY : TJPF_RGBX,
                                &jpeg, &length, grey ? TJSAMP_GRAY : TJSAMP_420, quality, 0);
    GBytes *kept = NULL;
    if (!failed) {
        note_density(jpeg, length, page);
        kept = g_bytes_new(jpeg, length);
    }
    tjFree(jpeg);
    if (encoder)
        tjDestroy(encoder);
    return kept ? kept : fail("JPEG", error);
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
write_png(png_structp png, png_infop info, const ScannerPage *page, PIX *bytes)
{
    gboolean grey = pixGetDepth(bytes) == 8;
    png_set_IHDR(png, info, (png_uint_32)pixGetWidth(bytes), (png_uint_32)pixGetHeight(bytes), 8,
                 grey ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_pHYs(png, info, (png_uint_32)(page->dpi_x / 0.0254 + 0.5),
                 (png_uint_32)(page->dpi_y / 0.0254 + 0.5), PNG_RESOLUTION_METER);
    png_set_compression_level(png, PACKING);
    png_set_filter(png, 0, PNG_FILTER_UP);
    png_write_info(png, info);
    if (!grey)
        png_set_filler(png, 0, PNG_FILLER_AFTER);
    const guint8 *rows = (const guint8 *)pixGetData(bytes);
    for (int y = 0; y < pixGetHeight(bytes); y++)
        png_write_row(png, rows + (gsize)y * (gsize)pixGetWpl(bytes) * 4);
    png_write_end(png, info);
}

static GBytes *
encode_png(const ScannerPage *page, PIX *bytes, GError **error)
{
    GByteArray *kept = g_byte_array_new();
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    gboolean done = FALSE;
    if (info && setjmp(png_jmpbuf(png)) == 0) {
        png_set_write_fn(png, kept, append, flush);
        write_png(png, info, page, bytes);
        done = TRUE;
    }
    png_destroy_write_struct(&png, &info);
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
    PIX *bytes = pixEndianByteSwapNew(page->pix);
    if (!bytes)
        return fail(*ending, error);
    GBytes *kept =
        keep == SCANNER_KEEP_JPEG ? encode_jpeg(page, bytes, QUALITY, error) : encode_png(page, bytes, error);
    pixDestroy(&bytes);
    return kept;
}

GBytes *
scanner_page_thumbnail(const ScannerPage *page, GError **error)
{
    int side = MAX(pixGetWidth(page->pix), pixGetHeight(page->pix));
    float scale = MIN((float)SCANNER_THUMBNAIL_PX / (float)side, 0.5f);
    PIX *small = pixGetDepth(page->pix) == 1 ? pixScaleToGray(page->pix, scale)
                                             : pixScaleAreaMap(page->pix, scale, scale);
    if (!small)
        return fail("JPEG", error);
    pixEndianByteSwap(small);
    GBytes *kept = encode_jpeg(page, small, THUMBNAIL_QUALITY, error);
    pixDestroy(&small);
    return kept;
}
