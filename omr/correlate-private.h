/* Finding a piece of the blank again around a place of the page image. */
#pragma once

#include "blank-private.h"
#include "homography-private.h"

/* The furthest that can be looked around, in px of a scale: 21 mm at the coarsest. */
#define OMR_SEARCH_MAX_PX 30

/* Memory for searching; one a thread. */
typedef struct OmrSearch OmrSearch;

OmrSearch *omr_search_new(void);
void omr_search_free(OmrSearch *search);

/* What is looked for, and where: `step` is what a pixel of the scale along x (or y) is in the image. */
typedef struct {
    const OmrPatch *patch;
    int half; /* the patch is 2 half + 1 px wide */
    OmrPoint centre;
    OmrJacobian step;
    int radius; /* looked around, px of the scale */
} OmrSought;

/* The best normalised correlation within the radius, and where it is, px of the scale from the centre, to a
 * part of a pixel. 0 when it stays below `least` or is at the radius itself. */
double omr_search(OmrSearch *search, const OmrPyramid *image, const OmrSought *sought, double least,
                  OmrPoint *offset);

/* Sums of products of a pattern with the pixels from `values`, `values` + 1 … on, `n` of them. Rows of the
 * pattern are `width` long, a multiple of 16, 0 past what counts; as much is read of the pixels' rows, which
 * are `stride` apart. */
typedef struct {
    const gint16 *values;
    int width, height;
} OmrPattern;

void omr_products(const guint8 *values, int stride, const OmrPattern *pattern, int n, gint32 *product);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OmrSearch, omr_search_free)
