/* Streaks: dark lines along the feed, which dirt on a scanner's glass draws through every page. */
#pragma once

#include "align-private.h"
#include "white-private.h"

typedef struct {
    double left_px, right_px; /* of the image: it runs from top to bottom */
    double darkness;          /* share of paper white that it takes away, 0 … 1 */
} OmrStreak;

/* Looks for lines darker than `least` of paper white that run down the whole page, its margins included,
 * where nothing is printed. Lines that begin or end on the page are not streaks to it. The caller frees the
 * array (of OmrStreak). */
GArray *omr_streaks_find(const OmrPyramid *image, const OmrWhite *white, const OmrAlignment *alignment,
                         const FormPackage *package, double least);

/* Whether one of them comes within `reach_px` of `x_px`. */
gboolean omr_streaks_touch(const GArray *streaks, double x_px, double reach_px);
