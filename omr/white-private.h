/* How light the paper is, place by place: shading, shadows and coloured paper are taken out by it. */
#pragma once

#include "image-private.h"

/* Cells are this large on paper: five of them, which print and ink leave paper showing in, are narrower than
 * shadows are. */
#define OMR_WHITE_CELL_MM 3.0

typedef struct {
    int columns, rows;
    float cell_px; /* of the pyramid's level 0 */
    GArray *folds; /* of OmrFold: darker lines in the paper; NULL: not looked for */
    float *white;  /* grey value of paper at the centre of each cell */
} OmrWhite;

/* The 80th percentile of each cell of `cell_px`, closed over five cells (the largest nearby, of that the
 * least nearby): dark things narrower than that vanish, while the edges of shadows stay where they are. */
void omr_white_init(OmrWhite *white, const OmrPyramid *pyramid, double cell_px);
void omr_white_clear(OmrWhite *white);

/* How much paper white changes within `reach_px` of a point along the image's axes, as a share of the
 * lightest. */
double omr_white_step(const OmrWhite *white, double x_px, double y_px, double reach_px);

/* Paper white at a point of level 0, at least 1. */
float omr_white_at(const OmrWhite *white, double x_px, double y_px);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrWhite, omr_white_clear)
