#include "image-private.h"

#include <math.h>
#include <string.h>

#include "form-image.h"

#define SMALLEST_SIDE 150

void
omr_image_init(OmrImage *image, int width, int height)
{
    int stride = (width + 15) & ~15;
    gsize needed = (gsize)stride * (gsize)height;

    if (image->capacity < needed) {
        g_free(image->pixels);
        image->pixels = g_malloc(needed);
        image->capacity = needed;
    }
    image->width = width;
    image->height = height;
    image->stride = stride;
}

void
omr_image_clear(OmrImage *image)
{
    g_clear_pointer(&image->pixels, g_free);
    image->capacity = 0;
}

static void
halve_row(const OmrImage *image, OmrImage *half, int row)
{
    /* two neighbours are read as one 16-bit number, which compilers turn into vector code; rows are aligned
     */
    const guint16 *above =
        (const guint16 *)(const void *)(image->pixels + (gsize)(2 * row) * (gsize)image->stride);
    const guint16 *below = above + image->stride / 2;
    guint8 *out = half->pixels + (gsize)row * (gsize)half->stride;

    for (int x = 0; x < half->width; x++) {
        guint16 sum = (guint16)((above[x] & 255) + (above[x] >> 8) + (below[x] & 255) + (below[x] >> 8) + 2);
        out[x] = (guint8)(sum >> 2);
    }
}

void
omr_image_halve(const OmrImage *image, OmrImage *half)
{
    omr_image_init(half, image->width / 2, image->height / 2);
    for (int row = 0; row < half->height; row++)
        halve_row(image, half, row);
}

static gboolean
holds(const OmrImage *image, double x, double y)
{
    return x >= 0 && y >= 0 && x < image->width - 1.01 && y < image->height - 1.01;
}

void
omr_image_sample(const OmrImage *image, OmrStep at, int n, guint8 *out)
{
    if (!holds(image, at.x, at.y) || !holds(image, at.x + at.dx * (n - 1), at.y + at.dy * (n - 1))) {
        for (int i = 0; i < n; i++)
            out[i] = (guint8)omr_image_at(image, (float)(at.x + at.dx * i), (float)(at.y + at.dy * i));
        return;
    }
    gint32 x = (gint32)(at.x * 65536), y = (gint32)(at.y * 65536);
    gint32 dx = (gint32)lrint(at.dx * 65536), dy = (gint32)lrint(at.dy * 65536);

    for (int i = 0; i < n; i++, x += dx, y += dy) {
        const guint8 *above = image->pixels + (gsize)(y >> 16) * (gsize)image->stride + (x >> 16);
        const guint8 *below = above + image->stride;
        int right = (x >> 8) & 255, down = (y >> 8) & 255;
        int top = above[0] * 256 + right * (above[1] - above[0]);
        int bottom = below[0] * 256 + right * (below[1] - below[0]);
        out[i] = (guint8)((top * 256 + down * (bottom - top)) >> 16);
    }
}

/* Leptonica packs bytes into host-order words, the leftmost pixel in the highest byte. */
static void
copy_row(OmrImage *image, const guint32 *line, int row)
{
    guint8 *out = image->pixels + (gsize)row * (gsize)image->stride;

    for (int word = 0; word * 4 < image->width; word++) {
        guint32 big_endian = GUINT32_TO_BE(line[word]);
        memcpy(out + word * 4, &big_endian, 4);
    }
}

/* Copies the page and halves every two rows while they are at hand: the page passes through memory once. */
static void
copy_and_halve(OmrImage *image, OmrImage *half, PIX *grey)
{
    const guint32 *data = pixGetData(grey);
    gsize words_per_line = (gsize)pixGetWpl(grey);

    omr_image_init(image, pixGetWidth(grey), pixGetHeight(grey));
    omr_image_init(half, image->width / 2, image->height / 2);
    for (int row = 0; row < image->height; row++) {
        copy_row(image, data + (gsize)row * words_per_line, row);
        if (row % 2 == 1)
            halve_row(image, half, row / 2);
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

    copy_and_halve(&pyramid->level[0], &pyramid->level[1], grey);
    pyramid->n_levels = 1;
    while (pyramid->n_levels < OMR_IMAGE_LEVELS) {
        const OmrImage *last = &pyramid->level[pyramid->n_levels - 1];
        if (MIN(last->width, last->height) < 2 * SMALLEST_SIDE)
            break;
        if (pyramid->n_levels > 1)
            omr_image_halve(last, &pyramid->level[pyramid->n_levels]);
        pyramid->n_levels++;
    }
}

void
omr_pyramid_clear(OmrPyramid *pyramid)
{
    for (int i = 0; i < OMR_IMAGE_LEVELS; i++)
        omr_image_clear(&pyramid->level[i]);
    pyramid->n_levels = 0;
}

int
omr_pyramid_level(const OmrPyramid *pyramid, double step)
{
    int level = step <= 1 ? 0 : (int)floor(log2(step) + 0.5);

    return CLAMP(level, 0, pyramid->n_levels - 1);
}
