/* Grey pixels in raster order and their halved copies: what aligning and measuring sample from. */
#pragma once

#include <glib.h>
#include <leptonica/allheaders.h>

#define OMR_IMAGE_LEVELS 6

/* 8-bit grey, 255 white, one byte a pixel from left to right. */
typedef struct {
    int width, height, stride;
    gsize capacity; /* bytes at `pixels` */
    guint8 *pixels;
} OmrImage;

/* An image and its copies of half the size each, by 2 × 2 means; level 0 is the image itself. */
typedef struct {
    int n_levels;
    OmrImage level[OMR_IMAGE_LEVELS];
} OmrPyramid;

/* A straight walk over an image's pixels. */
typedef struct {
    double x, y, dx, dy;
} OmrStep;

/* Makes room for so many pixels; `image` is zeroed or was in use before, whose memory is then used again. */
void omr_image_init(OmrImage *image, int width, int height);
void omr_image_clear(OmrImage *image);

/* Makes the pyramid of a 1, 8 or 32 bpp PIX, down to sides of about 150 px. `pyramid` is zeroed or was in use
 * before: a reader takes the same memory for page after page. */
void omr_pyramid_init(OmrPyramid *pyramid, PIX *pix);
void omr_pyramid_clear(OmrPyramid *pyramid);

/* The level whose pixels are the nearest to `step` pixels of level 0 without being coarser by more than √2;
 * its factor is 2^level. */
int omr_pyramid_level(const OmrPyramid *pyramid, double step);

/* Bilinear value at (x, y), pixel centres at whole numbers; 255 outside. */
static inline float
omr_image_at(const OmrImage *image, float x, float y)
{
    if (!(x >= 0 && y >= 0 && x < (float)(image->width - 1) && y < (float)(image->height - 1)))
        return 255;
    int column = (int)x, row = (int)y;
    float right = x - (float)column, down = y - (float)row;
    const guint8 *at = image->pixels + (gsize)row * (gsize)image->stride + column;
    const guint8 *below = at + image->stride;
    float above_value = (float)at[0] + right * (float)(at[1] - at[0]);
    float below_value = (float)below[0] + right * (float)(below[1] - below[0]);
    return above_value + down * (below_value - above_value);
}

/* `n` bilinear values in steps of (dx, dy) from (x, y): what omr_image_at() gives, rounded to 1/256 of a
 * pixel. */
void omr_image_sample(const OmrImage *image, OmrStep at, int n, guint8 *out);

/* The copy of `image` of half its size. `half` as in omr_image_init(). */
void omr_image_halve(const OmrImage *image, OmrImage *half);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrImage, omr_image_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrPyramid, omr_pyramid_clear)
