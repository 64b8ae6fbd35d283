/* Folds: where a sheet was folded its paper is darker, and often lighter beside it, in one line from edge to
 * edge. What lies on a fold is seen as if there were no fold. Writing boxes leave out such lines themselves. */
#pragma once

#include "align-private.h"
#include "white-private.h"

/* Across a fold its light is known in steps of this, so many of them. */
#define OMR_FOLD_STEP_MM 0.15
#define OMR_FOLD_STEPS   33

typedef struct {
    double per_x, per_y, offset; /* a place of level 0 is per_x · x + per_y · y + offset mm beyond the fold */
    float light[OMR_FOLD_STEPS]; /* what is left there of the paper's light, from one side to the other */
} OmrFold;

/* Finds folds across the page's width, up to two degrees askew: lines that are darker than the paper on both
 * sides by `least` (share of white) nearly everywhere, out to both edges, which no print and no pen reaches.
 * The caller frees the array (of OmrFold). Meant for scanners: a camera's perspective is not followed. */
GArray *omr_folds_find(const OmrPyramid *image, const OmrWhite *white, const OmrAlignment *alignment,
                       const FormPackage *package, double least);

/* Gives places on a fold the light that they would have without it: `darkness` is 0 for paper … 255. */
void omr_folds_lighten(const GArray *folds, const OmrRaster *raster, int width, int height, guint8 *darkness);
