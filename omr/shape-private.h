/* The shape of the ink at a position: how far it reaches, how thick it is, where it comes from. */
#pragma once

#include <math.h>

#include "blank-private.h"

/* Directions from the middle of a position are told apart in so many steps, clockwise from the left. */
#define OMR_SECTORS 24

typedef struct {
    double reach;    /* extent of the largest connected ink inside, by the position's shorter side */
    double width_mm; /* of the thickest stroke inside */
    double ring;     /* share of the directions in which there is ink around */
    guint32 arcs;   /* a bit for each direction in which there is a piece of ink as long as part of one … */
    guint32 specks; /* … or any ink */
    int exits;      /* how many times ink crosses the outline */
    int arms; /* strokes that go out from the middle of the ink inside: a line has 2, a cross 4, a dot none */
    double straight; /* how narrow the ink inside is against its length: 1 a thin line, 0 as broad as long */
    int leaves;      /* how many of these strokes go on to the edge of the target's window */
    guint32 leaving; /* a bit for each direction in which they do */
} OmrShape;

/* The direction of (dx, dy), of OMR_SECTORS. */
static inline int
omr_sector_of(double dx, double dy)
{
    return (int)((atan2(dy, dx) + G_PI) / (2 * G_PI) * OMR_SECTORS) % OMR_SECTORS;
}

/* Whether arcs go around a position: they lie on opposite sides, as those of a ring do and no bend of a line
 * beside it. */
static inline gboolean
omr_arcs_go_around(guint32 arcs)
{
    return (arcs & (arcs << OMR_SECTORS / 2 | arcs >> OMR_SECTORS / 2)) != 0;
}

/* `ink` has a byte for each pixel of the target's window: 0 paper, 1 ink. */
void omr_shape_measure(OmrShape *shape, const OmrTarget *target, const guint8 *ink);
