#include "image-private.h"

#include <math.h>
#include <string.h>

#include "bilevel-private.h"
#include "form-image.h"

#define SMALLEST_SIDE 150

/* Bytes beyond the last row that may be read, though nothing comes of them. */
#define BEYOND 32

#define CACHE_LINE 64 /* bytes, of most processors */

void
omr_image_init(OmrImage *image, int width, int height)
{
    int stride = (width + 15) & ~15;
    gsize needed = (gsize)stride * (gsize)height + BEYOND;

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

/* Means of 2 × 2 pixels from two rows in raster order: two neighbours are read as one 16-bit number. Written
 * so that compilers make vector code of it. */
OMR_VECTOR_CLONES static void
halve_bytes(const guint16 *above, const guint16 *below, int n, guint8 *out)
{
    for (int i = 0; i < n; i++) {
        guint16 sum = (guint16)((above[i] & 255) + (above[i] >> 8) + (below[i] & 255) + (below[i] >> 8) + 2);
        out[i] = (guint8)(sum >> 2);
    }
}

/* The means of a row of Leptonica's words, each with its leftmost pixel in the highest byte, in raster order.
 */
OMR_VECTOR_CLONES static void
order_means(guint16 *pairs, int n)
{
    for (int i = 0; i < n; i++)
        pairs[i] = GUINT16_TO_BE(pairs[i]);
}

static guint8 *
row_of(const OmrImage *image, int row)
{
    return image->pixels + (gsize)row * (gsize)image->stride;
}

/* `row` of `level` is made: makes what follows from it of the smaller levels while it is at hand. */
static void
pass_on(OmrPyramid *pyramid, int level, int row)
{
    for (; row % 2 == 1 && level + 1 < pyramid->n_levels; level++, row /= 2) {
        const OmrImage *image = &pyramid->level[level], *half = &pyramid->level[level + 1];
        halve_bytes((const guint16 *)(const void *)row_of(image, row - 1),
                    (const guint16 *)(const void *)row_of(image, row), half->width, row_of(half, row / 2));
    }
}

/* Asks for memory that is needed soon: some processors foresee too little of it, and then wait half of the
 * time. In line, as GCC takes a function that does nothing but this for one without effect and drops its
 * calls. */
G_ALWAYS_INLINE static inline void
fetch(const guint32 *words, gsize n)
{
    for (gsize at = 0; at < n; at += CACHE_LINE / sizeof *words)
        __builtin_prefetch(words + at);
}

/* The page passes through memory once. */
static void
halve_page(OmrPyramid *pyramid)
{
    const OmrImage *half = &pyramid->level[1];
    const guint32 *data = pixGetData(pyramid->page);
    gsize words_per_line = (gsize)pixGetWpl(pyramid->page);
    int pairs = (half->width + 1) / 2;

    for (int row = 0; row < half->height; row++, data += 2 * words_per_line) {
        guint8 *out = row_of(half, row);
        if (row + 1 < half->height)
            fetch(data + 2 * words_per_line, 2 * words_per_line);
        halve_bytes((const guint16 *)(const void *)data,
                    (const guint16 *)(const void *)(data + words_per_line), 2 * pairs, out);
        order_means((guint16 *)(void *)out, pairs);
        pass_on(pyramid, 1, row);
    }
}

static PIX *
to_grey(PIX *pix)
{
    if (pixGetDepth(pix) == 8 && pixGetColormap(pix) == NULL)
        return pixClone(pix);
    if (pixGetDepth(pix) == 32)
        return pixConvertRGBToGray(pix, 0.299f, 0.587f, 0.114f);
    if (pixGetDepth(pix) == 1)
        return omr_bilevel_to_grey(pix);
    return pixConvertTo8(pix, FALSE);
}

void
omr_pyramid_init(OmrPyramid *pyramid, PIX *pix)
{
    int width = pixGetWidth(pix), height = pixGetHeight(pix);

    omr_pyramid_let_go(pyramid);
    pyramid->page = to_grey(pix);
    pyramid->bilevel = pixGetDepth(pix) == 1;
    pyramid->level[0].width = width;
    pyramid->level[0].height = height;
    pyramid->n_levels = 1;
    while (pyramid->n_levels < OMR_IMAGE_LEVELS && MIN(width, height) >= 2 * SMALLEST_SIDE) {
        width /= 2;
        height /= 2;
        omr_image_init(&pyramid->level[pyramid->n_levels++], width, height);
    }
    if (pyramid->n_levels > 1)
        halve_page(pyramid);
}

void
omr_pyramid_let_go(OmrPyramid *pyramid)
{
    pixDestroy(&pyramid->page);
    g_clear_pointer(&pyramid->has_row, g_free);
}

void
omr_pyramid_clear(OmrPyramid *pyramid)
{
    omr_pyramid_let_go(pyramid);
    for (int i = 0; i < OMR_IMAGE_LEVELS; i++)
        omr_image_clear(&pyramid->level[i]);
    pyramid->n_levels = 0;
}

static void
copy_row(OmrImage *image, PIX *page, int row)
{
    const guint32 *line = pixGetData(page) + (gsize)row * (gsize)pixGetWpl(page);
    guint8 *out = row_of(image, row);

    for (int word = 0; word * 4 < image->width; word++) {
        guint32 big_endian = GUINT32_TO_BE(line[word]);
        memcpy(out + word * 4, &big_endian, 4);
    }
}

const OmrImage *
omr_pyramid_rows(const OmrPyramid *pyramid, int level, int first, int last)
{
    OmrPyramid *filled = (OmrPyramid *)pyramid;
    OmrImage *base = &filled->level[0];

    if (level > 0)
        return &pyramid->level[level];
    if (filled->has_row == NULL) {
        omr_image_init(base, base->width, base->height);
        filled->has_row = g_new0(gboolean, base->height);
    }
    for (int row = MAX(first, 0); row <= MIN(last, base->height - 1); row++) {
        if (!filled->has_row[row])
            copy_row(base, pyramid->page, row);
        filled->has_row[row] = TRUE;
    }
    return base;
}

const OmrImage *
omr_pyramid_image(const OmrPyramid *pyramid, int level)
{
    return omr_pyramid_rows(pyramid, level, 0, pyramid->level[level].height - 1);
}

int
omr_pyramid_level(const OmrPyramid *pyramid, double step)
{
    int level = step <= 1 ? 0 : (int)floor(log2(step) + 0.5);

    return CLAMP(level, 0, pyramid->n_levels - 1);
}
