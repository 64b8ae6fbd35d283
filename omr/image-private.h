/* Grey pixels in raster order and their halved copies: what aligning and measuring sample from. */
#pragma once

#include <glib.h>
#include <leptonica/allheaders.h>

#define OMR_IMAGE_LEVELS 6

/* A function made twice, the second time for processors with AVX2, which the program chooses between when it
 * starts: for loops that compilers make vector code of. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define OMR_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define OMR_VECTOR_CLONES
#endif

/* 8-bit grey, 255 white, one byte a pixel from left to right. Some bytes may be read beyond the last row. */
typedef struct {
    int width, height, stride;
    gsize capacity; /* bytes at `pixels` */
    guint8 *pixels;
} OmrImage;

/* An image and its copies of half the size each, by 2 × 2 means; level 0 is the image itself.
 *
 * At 300 dpi and more hardly anything looks at level 0: its pixels stay where they are, `page`, until
 * omr_pyramid_image() or omr_pyramid_rows() is asked for them. */
typedef struct {
    int n_levels;
    OmrImage level[OMR_IMAGE_LEVELS]; /* sizes; pixels by omr_pyramid_image() */
    PIX *page;
    gboolean bilevel;  /* it was black and white, 1 bpp */
    gboolean *has_row; /* the rows of level 0 that have their pixels; NULL: none has */
} OmrPyramid;

/* Values at places of an image in equal steps: value (column, row) is the one at (x, y) + column × across +
 * row × down. */
typedef struct {
    double x, y;
    double across_x, across_y;
    double down_x, down_y;
} OmrRaster;

/* Makes room for so many pixels; `image` is zeroed or was in use before, whose memory is then used again. */
void omr_image_init(OmrImage *image, int width, int height);
void omr_image_clear(OmrImage *image);

/* Makes the pyramid of a 1, 8 or 32 bpp PIX, down to sides of about 150 px. `pyramid` is zeroed or was in use
 * before: a reader takes the same memory for page after page. The PIX must not change until
 * omr_pyramid_let_go() or the next call. */
void omr_pyramid_init(OmrPyramid *pyramid, PIX *pix);

/* Gives up the page that the pyramid was made of, and keeps the memory for the next one. */
void omr_pyramid_let_go(OmrPyramid *pyramid);
void omr_pyramid_clear(OmrPyramid *pyramid);

/* A level with its pixels, or with those of its rows from `first` to `last`, which may be beyond it. The
 * first call for rows of level 0 copies them: a pyramid is one thread's. */
const OmrImage *omr_pyramid_image(const OmrPyramid *pyramid, int level);
const OmrImage *omr_pyramid_rows(const OmrPyramid *pyramid, int level, int first, int last);

/* The level whose pixels are the nearest to `step` pixels of level 0 without being coarser by more than √2;
 * its factor is 2^level. */
int omr_pyramid_level(const OmrPyramid *pyramid, double step);

/* Samples a raster in pixels of level 0 on the level that suits its steps, into rows of `stride` bytes. */
void omr_pyramid_sample(const OmrPyramid *pyramid, const OmrRaster *raster, int width, int height,
                        guint8 *out, int stride);

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

/* Samples a raster into rows of `stride` bytes: what omr_image_at() gives, to 1/256 of a pixel (sample.c). */
void omr_image_sample(const OmrImage *image, const OmrRaster *raster, int width, int height, guint8 *out,
                      int stride);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrImage, omr_image_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrPyramid, omr_pyramid_clear)
