/* Writing boxes: whether anything is written in them. */
#pragma once

#include "align-private.h"
#include "white-private.h"

/* How dark each place of a box is on the page, 0 paper … 255 black: sampled piece by piece, as the page bends
 * along a wide box, and moved to where the box's own lines are found. The caller frees it. */
guint8 *omr_box_sample(const OmrTarget *target, const OmrPyramid *image, const OmrWhite *white,
                       const OmrAlignment *alignment);

/* The inked area of what may be writing, mm²: pieces of ink of some size that are no line from edge to edge,
 * as folds and streaks are. `ink` is a map of the target's pixels darker than expected; it is cleared. */
double omr_box_writing_mm2(const OmrTarget *target, guint8 *ink);
