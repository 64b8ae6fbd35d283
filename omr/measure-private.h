/* Measuring: what stands at each position beyond the blank, in numbers. Nothing is decided here. */
#pragma once

#include "align-private.h"
#include "calibration-profile.h"
#include "response-private.h"
#include "streaks-private.h"
#include "white-private.h"

typedef struct {
    CalibrationMark mark;
    double ink_mm2;     /* inked area inside */
    double x_px, y_px;  /* centre in the image */
    double support;     /* of the alignment there, 0 … 1; 0 where the position cannot be seen */
    guint32 leaving;    /* directions in which strokes go on to the neighbours: OmrShape */
    double usual_spill; /* what most of the page's marks spill */
    gboolean stray;     /* the ink belongs elsewhere, or may: see context */
    gboolean runs_on;   /* a stroke goes on from it much further than marks do: see runs.c */
    gboolean elsewhere; /* … and that it does is plain: a slip all by itself, or a mark's own end */
    gboolean crowded;   /* hardly any paper is left inside: print fills it */
    double light_step;  /* how much light changes about it, as a share of the lightest: an edge of a shadow */
    guint32 arcs;       /* directions in which ink goes around it: OmrShape */
    guint32 specks;     /* directions in which any ink lies around it */
    guint32 towards_rings; /* directions in which a ring around a neighbour may reach in */
    gboolean beside_ring;  /* all ink around it is part of such rings */
    gboolean rings;        /* the page has rings around other positions */
    gboolean stands_out;   /* the most prominent of its field, by far, if not by much */
    double faintest;       /* prominence of the faintest of the page's marks, but for a few; 0 without any */
    gboolean vague;        /* marks may not show on this page: what looks empty proves nothing */
    gboolean streaked;     /* a streak of the scanner runs through it */
    double outline;        /* share of the position's own print that shows; 1 where none is due */
} OmrMeasure;

/* Measures every target of the blank, in its order, and what the page is like, in `response`. The caller
 * frees the array (of OmrMeasure). */
GArray *omr_measure(const OmrBlank *blank, const OmrPyramid *image, const OmrWhite *white,
                    const OmrAlignment *alignment, const GArray *streaks, const CalibrationMarks *model,
                    OmrResponse *response);
