/* How light the paper is, place by place: shading, shadows and coloured paper are taken out by it. */
#pragma once

#include "image-private.h"

/* Cells are this large on paper: print leaves paper showing in nearly all of them, and shadows are wider. */
#define OMR_WHITE_CELL_MM 6.0

typedef struct {
    int columns, rows;
    float cell_px; /* of the pyramid's level 0 */
    float *white;  /* grey value of paper at the centre of each cell */
} OmrWhite;

/* The 90th percentile of each cell of `cell_px`, the largest of its neighbours, smoothed. */
void omr_white_init(OmrWhite *white, const OmrPyramid *pyramid, double cell_px);
void omr_white_clear(OmrWhite *white);

/* Paper white at a point of level 0, at least 1. */
float omr_white_at(const OmrWhite *white, double x_px, double y_px);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrWhite, omr_white_clear)
