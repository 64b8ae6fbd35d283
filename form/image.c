#include "form-image.h"

/* ITU-R BT.601 luma in 1/256; the weights add up to 256, so white stays 255. */
static inline guint32
luma(guint32 pixel)
{
    return (77 * ((pixel >> 16) & 0xff) + 150 * ((pixel >> 8) & 0xff) + 29 * (pixel & 0xff) + 128) >> 8;
}

static void
grey_line(const guint32 *from, l_uint32 *to, int width)
{
    int x = 0;
    for (; x + 4 <= width; x += 4)
        *to++ = luma(from[x]) << 24 | luma(from[x + 1]) << 16 | luma(from[x + 2]) << 8 | luma(from[x + 3]);
    for (int rest = 0; x < width; x++, rest++)
        SET_DATA_BYTE(to, rest, luma(from[x]));
}

static void
colour_line(const guint32 *from, l_uint32 *to, int width)
{
    for (int x = 0; x < width; x++)
        to[x] = from[x] << 8;
}

PIX *
form_image_from_surface(cairo_surface_t *surface, gboolean colour)
{
    int width = cairo_image_surface_get_width(surface);
    int height = cairo_image_surface_get_height(surface);
    if (width < 1 || height < 1)
        return NULL;
    PIX *pix = pixCreateNoInit(width, height, colour ? 32 : 8);
    if (!pix)
        return NULL;
    pixSetPadBits(pix, 0);
    cairo_surface_flush(surface);
    const guchar *from = cairo_image_surface_get_data(surface);
    size_t stride = cairo_image_surface_get_stride(surface);
    l_uint32 *to = pixGetData(pix);
    size_t words = pixGetWpl(pix);
    for (int y = 0; y < height; y++) {
        const guint32 *line = (const guint32 *)(const void *)(from + y * stride);
        if (colour)
            colour_line(line, to + y * words, width);
        else
            grey_line(line, to + y * words, width);
    }
    return pix;
}
