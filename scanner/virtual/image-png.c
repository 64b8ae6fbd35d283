/* PNG through libpng: 8 bits of grey or colour, whatever the file has; what is transparent lies on white. */
#include "image-kinds-private.h"

#include <math.h>
#include <png.h>
#include <string.h>

#define M_PER_INCH 0.0254

/* All that lives across libpng's long jumps. */
typedef struct {
    const VirtualImage *image;
    gsize at;
    png_structp png;
    png_infop info;
    guint8 *pixels; /* NULL: only the head is wanted */
    int channels, file_channels;
    guint8 *decoded; /* as many channels as the file has */
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
    if (length > (gsize)reader->image->size - reader->at)
        png_error(png, "the PNG is cut off");
    memcpy(to, reader->image->data + reader->at, length);
    reader->at += length;
}

static void
choose_form(PngReader *reader)
{
    png_structp png = reader->png;
    int colour = png_get_color_type(png, reader->info);
    png_set_expand(png);
    png_set_scale_16(png);
    if ((colour & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, reader->info, PNG_INFO_tRNS)) {
        int most = png_get_bit_depth(png, reader->info) == 16 ? 65535 : 255;
        png_color_16 white = {.red = most, .green = most, .blue = most, .gray = most};
        png_set_background_fixed(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, 0);
    }
    png_set_interlace_handling(png);
    png_read_update_info(png, reader->info);
    reader->file_channels = png_get_channels(png, reader->info);
}

static void
read_rows(PngReader *reader)
{
    gsize width = (gsize)reader->image->width_px, height = (gsize)reader->image->height_px;
    gsize pitch = width * (gsize)reader->file_channels;
    if ((reader->file_channels != 1 && reader->file_channels != 3) ||
        png_get_rowbytes(reader->png, reader->info) != pitch)
        png_error(reader->png, "a PNG of a sort that cannot be fed");
    reader->decoded =
        reader->file_channels == reader->channels ? reader->pixels : g_try_malloc(pitch * height);
    if (reader->decoded == NULL)
        png_error(reader->png, "no memory for its pixels");
    reader->rows = g_new(png_bytep, height);
    for (gsize y = 0; y < height; y++)
        reader->rows[y] = reader->decoded + y * pitch;
    png_read_image(reader->png, reader->rows);
}

static void
convert(PngReader *reader)
{
    gsize n = (gsize)reader->image->width_px * (gsize)reader->image->height_px;
    if (reader->file_channels == reader->channels)
        return;
    if (reader->channels == 1)
        virtual_grey_from_colour(reader->decoded, reader->pixels, n);
    else
        virtual_colour_from_grey(reader->decoded, reader->pixels, n);
}

static gboolean
run(PngReader *reader)
{
    if (setjmp(png_jmpbuf(reader->png)))
        return FALSE;
    png_read_info(reader->png, reader->info);
    if (reader->pixels == NULL)
        return TRUE;
    choose_form(reader);
    read_rows(reader);
    convert(reader);
    return TRUE;
}

static void
take_size(const PngReader *reader, VirtualImage *image)
{
    image->width_px = (int)MIN(png_get_image_width(reader->png, reader->info), (guint)G_MAXINT);
    image->height_px = (int)MIN(png_get_image_height(reader->png, reader->info), (guint)G_MAXINT);
    png_uint_32 x, y;
    int unit;
    if (png_get_pHYs(reader->png, reader->info, &x, &y, &unit) && unit == PNG_RESOLUTION_METER) {
        image->dpi_x = (int)MIN(lround(x * M_PER_INCH), G_MAXINT / 8);
        image->dpi_y = (int)MIN(lround(y * M_PER_INCH), G_MAXINT / 8);
    }
}

static gboolean
work(PngReader *reader, VirtualImage *size, GError **error)
{
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
    reader->info = reader->png != NULL ? png_create_info_struct(reader->png) : NULL;
    g_strlcpy(reader->problem, "no memory for a PNG decoder", sizeof reader->problem);
    gboolean done = FALSE;
    if (reader->info != NULL) {
        png_set_read_fn(reader->png, reader, on_read);
        done = run(reader);
    }
    if (done && size != NULL)
        take_size(reader, size);
    if (reader->decoded != reader->pixels)
        g_free(reader->decoded);
    g_free(reader->rows);
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    return done || virtual_image_fail(error, reader->problem);
}

gboolean
virtual_png_size(VirtualImage *image, GError **error)
{
    PngReader reader = {.image = image};
    return work(&reader, image, error);
}

gboolean
virtual_png_decode(const VirtualImage *image, int channels, guint8 *pixels, GError **error)
{
    PngReader reader = {.image = image, .pixels = pixels, .channels = channels};
    return work(&reader, NULL, error);
}
