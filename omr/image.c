#include "image-private.h"

#include <math.h>
#include <string.h>

#include "form-image.h"

#define SMALLEST_SIDE 150

void
omr_image_init(OmrImage *image, int width, int height)
{
    image->width = width;
    image->height = height;
    image->stride = (width + 15) & ~15;
    image->pixels = g_malloc((gsize)image->stride * (gsize)height);
}

void
omr_image_clear(OmrImage *image)
{
    g_clear_pointer(&image->pixels, g_free);
}

void
omr_image_halve(const OmrImage *image, OmrImage *half)
{
    omr_image_init(half, image->width / 2, image->height / 2);
    for (int row = 0; row < half->height; row++) {
        const guint8 *above = image->pixels + (gsize)(2 * row) * (gsize)image->stride;
        const guint8 *below = above + image->stride;
        guint8 *out = half->pixels + (gsize)row * (gsize)half->stride;
        for (int x = 0; x < half->width; x++)
            out[x] = (guint8)((above[2 * x] + above[2 * x + 1] + below[2 * x] + below[2 * x + 1] + 2) >> 2);
    }
}

/* Leptonica packs bytes into host-order words, the leftmost pixel in the highest byte. */
static void
copy_grey(OmrImage *image, PIX *grey)
{
    const guint32 *data = pixGetData(grey);
    int words_per_line = pixGetWpl(grey);

    for (int row = 0; row < image->height; row++) {
        const guint32 *line = data + (gsize)row * (gsize)words_per_line;
        guint8 *out = image->pixels + (gsize)row * (gsize)image->stride;
        for (int word = 0; word * 4 < image->width; word++) {
            guint32 big_endian = GUINT32_TO_BE(line[word]);
            memcpy(out + word * 4, &big_endian, 4);
        }
    }
}

static PIX *
to_grey(PIX *pix)
{
    if (pixGetDepth(pix) == 8 && pixGetColormap(pix) == NULL)
        return pixClone(pix);
    if (pixGetDepth(pix) == 32)
        return pixConvertRGBToGray(pix, 0.299f, 0.587f, 0.114f);
    return pixConvertTo8(pix, FALSE);
}

void
omr_pyramid_init(OmrPyramid *pyramid, PIX *pix)
{
    g_autoptr(PIX) grey = to_grey(pix);
    OmrImage *base = &pyramid->level[0];

    memset(pyramid, 0, sizeof *pyramid);
    omr_image_init(base, pixGetWidth(grey), pixGetHeight(grey));
    copy_grey(base, grey);
    pyramid->n_levels = 1;
    while (pyramid->n_levels < OMR_IMAGE_LEVELS) {
        const OmrImage *last = &pyramid->level[pyramid->n_levels - 1];
        if (MIN(last->width, last->height) < 2 * SMALLEST_SIDE)
            break;
        omr_image_halve(last, &pyramid->level[pyramid->n_levels++]);
    }
}

void
omr_pyramid_clear(OmrPyramid *pyramid)
{
    for (int i = 0; i < pyramid->n_levels; i++)
        omr_image_clear(&pyramid->level[i]);
    pyramid->n_levels = 0;
}

int
omr_pyramid_level(const OmrPyramid *pyramid, double step)
{
    int level = step <= 1 ? 0 : (int)floor(log2(step) + 0.5);

    return CLAMP(level, 0, pyramid->n_levels - 1);
}
