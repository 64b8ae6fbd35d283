/* Where every point of a form's page lies in a page image.
 *
 * From a rough start, pieces of the blank are looked for by normalised correlation, coarse to fine; a
 * projective map is fitted to where they were found, robustly, and what remains is followed locally (stretch,
 * folds, curl). */
#pragma once

#include "blank-private.h"
#include "calibration-profile.h"
#include "homography-private.h"

/* A place that was found: what is left there after the projective map. */
typedef struct {
    double x_mm, y_mm;
    double dx_px, dy_px;
    gboolean evidence; /* it was found better than its rival would be */
} OmrAnchor;

typedef struct {
    OmrHomography map;  /* page mm -> image px, pixel centres at whole numbers */
    GArray *anchors;    /* of OmrAnchor: the local correction */
    guint tried;        /* patches looked for at the finest scale */
    guint distinct;     /* those of them that could be evidence against their rival */
    double residual_mm; /* root mean square of what neighbours do not predict of an anchor */
    double spread_mm;   /* nine of ten landmarks disagreed with their neighbours by less, before outliers were
                           dropped */
    double coverage;    /* share of the print's extent that anchors cover, the smaller of both directions */
} OmrAlignment;

void omr_alignment_clear(OmrAlignment *alignment);

/* A first guess of where a page lies. */
typedef struct {
    OmrHomography map; /* page mm -> image px */
    double error_mm;   /* how far off it may be on the page */
    gboolean thorough; /* look far around at every scale, not only as far as the scale before was in
                          disagreement */
} OmrPose;

/* Refines `start`. FALSE when too little was found to say anything. */
gboolean omr_align(OmrAlignment *alignment, const OmrBlank *blank, const OmrPyramid *image,
                   const OmrPose *start, const CalibrationAlign *limits);

/* Whether the alignment can be relied on: enough patches found, all over the print, in agreement, and a map
 * that paper and camera can make. Otherwise `why` (if not NULL) is set to a text that the caller frees. */
gboolean omr_alignment_is_trusted(const OmrAlignment *alignment, const OmrBlank *blank,
                                  const CalibrationAlign *limits, char **why);

/* Image place of a page place, and how strongly anchors nearby support it: 0 none … 1 a whole anchor right
 * there. */
OmrPoint omr_alignment_point(const OmrAlignment *alignment, double x_mm, double y_mm, double *support);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrAlignment, omr_alignment_clear)
