/* A line through a position: drawn from beyond it to beyond it, not to it. */
#pragma once

#include "shape-private.h"

/* A line's way leads straight between two places where ink reaches the edge of the target's window, on
 * opposite sides of the position. A tick reaches it on both sides, too, but not straight. Of the way that has
 * most of it: */
typedef struct {
    double through; /* share of the way that is inked, times the share of all ink that lies on the way: 1 a
                       line and nothing else, 0 none */
    double hook;    /* share of that ink that lies off the way near its ends: a tick's hook */
    double over;    /* the same by the ink around the position: 1 a line over whatever stands inside */
} OmrLine;

/* `ink` as omr_shape_measure() takes it; its thickest stroke inside is `width_mm` wide. */
void omr_line_measure(OmrLine *line, const OmrTarget *target, const guint8 *ink, double width_mm);
