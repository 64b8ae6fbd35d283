/* PNG through libpng itself: Leptonica's reader lets libpng print, and takes a second copy. */
#include "file-private.h"

#include <glib/gi18n-lib.h>
#include <png.h>
#include <string.h>

#define M_PER_INCH 0.0254

/* All that lives across libpng's long jumps. */
typedef struct {
    const guint8 *data;
    gsize size, at;
    png_structp png;
    png_infop info;
    gboolean invert; /* 1 bit: black is stored as 0 */
    int depth;       /* of the PIX */
    PIX *pix;
    png_bytep *rows;
    char problem[120];
} PngReader;

static void
on_error(png_structp png, png_const_charp message)
{
    PngReader *reader = png_get_error_ptr(png);
    g_strlcpy(reader->problem, message, sizeof reader->problem);
    png_longjmp(png, 1);
}

static void
on_warning(G_GNUC_UNUSED png_structp png, G_GNUC_UNUSED png_const_charp message)
{
}

static void
on_read(png_structp png, png_bytep to, size_t length)
{
    PngReader *reader = png_get_io_ptr(png);
    if (length > reader->size - reader->at)
        png_error(png, _("its data end too early"));
    memcpy(to, reader->data + reader->at, length);
    reader->at += length;
}

/* Runs `step`; FALSE when libpng jumped out of it, with the problem noted. */
static gboolean
run(PngReader *reader, void (*step)(PngReader *reader))
{
    if (setjmp(png_jmpbuf(reader->png)))
        return FALSE;
    step(reader);
    return TRUE;
}

static gboolean
is_grey(const png_color *entry)
{
    return entry->red == entry->green && entry->green == entry->blue;
}

/* A palette of black and white alone stays 1 bit. */
static gboolean
is_bilevel_palette(PngReader *reader, const png_color *palette, int n)
{
    if (png_get_bit_depth(reader->png, reader->info) != 1 || n != 2 || !is_grey(&palette[0]) ||
        !is_grey(&palette[1]))
        return FALSE;
    reader->invert = palette[0].red < palette[1].red;
    return MIN(palette[0].red, palette[1].red) == 0 && MAX(palette[0].red, palette[1].red) == 255;
}

/* Decides on 1, 8 or 32 bpp and asks libpng for rows in that form. */
static void
choose_form(PngReader *reader)
{
    png_structp png = reader->png;
    png_infop info = reader->info;
    int colour = png_get_color_type(png, info), bits = png_get_bit_depth(png, info), n = 0;
    gboolean transparent = (colour & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
    gboolean grey = !(colour & PNG_COLOR_MASK_COLOR);
    png_color *palette = NULL;

    if (colour == PNG_COLOR_TYPE_PALETTE && png_get_PLTE(png, info, &palette, &n)) {
        grey = TRUE;
        for (int i = 0; i < n; i++)
            grey = grey && is_grey(&palette[i]);
    }
    reader->depth = 1;
    if (!transparent && colour == PNG_COLOR_TYPE_GRAY && bits == 1) {
        reader->invert = TRUE;
        return;
    }
    if (!transparent && palette != NULL && is_bilevel_palette(reader, palette, n))
        return;

    reader->depth = grey ? 8 : 32;
    png_set_expand(png);
    png_set_scale_16(png);
    if (transparent) {
        png_color_16 white = {.red = 65535, .green = 65535, .blue = 65535, .gray = 65535};
        if (bits <= 8)
            white = (png_color_16){.red = 255, .green = 255, .blue = 255, .gray = 255};
        png_set_background_fixed(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 0);
    }
    if (grey && colour == PNG_COLOR_TYPE_PALETTE)
        png_set_rgb_to_gray_fixed(png, PNG_ERROR_ACTION_NONE, -1, -1);
    if (!grey)
        png_set_filler(png, 0, PNG_FILLER_AFTER);
}

static void
read_head(PngReader *reader)
{
    png_read_info(reader->png, reader->info);
}

static void
prepare(PngReader *reader)
{
    choose_form(reader);
    png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
}

static void
read_rows(PngReader *reader)
{
    png_read_image(reader->png, reader->rows);
    png_read_end(reader->png, NULL);
}

static gboolean
fail(const ScannerFile *file, const PngReader *reader, GError **error)
{
    return scanner_fail(file, 0, SCANNER_ERROR_DAMAGED, error,
                        _("the PNG is damaged or cut off (%s); copy or scan it again"), reader->problem);
}

static gboolean
decode(const ScannerFile *file, PngReader *reader, GError **error)
{
    if (!run(reader, read_head))
        return fail(file, reader, error);

    guint width_px = png_get_image_width(reader->png, reader->info);
    guint height_px = png_get_image_height(reader->png, reader->info);
    if (!scanner_check_size(file, 0, width_px, height_px, error))
        return FALSE;
    if (!run(reader, prepare))
        return fail(file, reader, error);

    reader->pix = scanner_pix_new(file, 0, (int)width_px, (int)height_px, reader->depth, error);
    if (reader->pix == NULL)
        return FALSE;
    gsize pitch = (gsize)pixGetWpl(reader->pix) * 4;
    if (png_get_rowbytes(reader->png, reader->info) > pitch)
        return scanner_fail(file, 0, SCANNER_ERROR_DAMAGED, error,
                            _("a PNG of a sort that cannot be read; save it as 8-bit PNG"));
    reader->rows = g_new(png_bytep, height_px);
    for (guint y = 0; y < height_px; y++)
        reader->rows[y] = (png_bytep)pixGetData(reader->pix) + y * pitch;
    if (!run(reader, read_rows))
        return fail(file, reader, error);

    scanner_pix_from_byte_order(reader->pix);
    if (reader->invert && reader->depth == 1) {
        pixInvert(reader->pix, reader->pix);
        pixSetPadBits(reader->pix, 0);
    }
    return TRUE;
}

static void
read_density(const PngReader *reader, ScannerPage *page)
{
    png_uint_32 x, y;
    int unit;
    if (png_get_pHYs(reader->png, reader->info, &x, &y, &unit) && unit == PNG_RESOLUTION_METER) {
        page->dpi_x = x * M_PER_INCH;
        page->dpi_y = y * M_PER_INCH;
    }
}

static gboolean
read_page(ScannerFile *file, G_GNUC_UNUSED int index, ScannerPage *page, GError **error)
{
    PngReader reader = {0};
    reader.data = g_bytes_get_data(file->bytes, &reader.size);
    reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
    reader.info = reader.png != NULL ? png_create_info_struct(reader.png) : NULL;
    if (reader.info == NULL) {
        png_destroy_read_struct(&reader.png, NULL, NULL);
        return scanner_fail(file, 0, SCANNER_ERROR_MACHINE, error, _("not enough memory for a PNG decoder"));
    }
    png_set_read_fn(reader.png, &reader, on_read);

    gboolean done = decode(file, &reader, error);
    if (done) {
        read_density(&reader, page);
        page->pix = scanner_pix_least_depth(reader.pix);
    }
    pixDestroy(&reader.pix);
    g_free(reader.rows);
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    return done;
}

const ScannerKind scanner_kind_png = {.name = "PNG", .ending = "png", .read = read_page};
