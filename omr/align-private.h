/* Where every point of a form's page lies in a page image.
 *
 * From a rough start, pieces of the blank are looked for by normalised correlation, coarse to fine; a
 * projective map is fitted to where they were found, robustly, and what remains is followed locally (stretch,
 * folds, curl). */
#pragma once

#include "bend-private.h"
#include "blank-private.h"
#include "calibration-profile.h"
#include "homography-private.h"

/* Where the print of one answer position was found. */
typedef struct {
    double x_mm, y_mm; /* on the page */
    OmrPoint offset;   /* px: from where map and bend put it */
    gboolean doubtful; /* its own print is elsewhere, or as far off as was looked */
} OmrPlace;

/* A distinct landmark that was looked for: seen, better than its rival would be; or moved: it stands a row or
 * column away; or neither: it is torn, covered or written over. */
typedef struct {
    const OmrPatch *patch;
    int scale;
    OmrPoint at; /* in the image, when seen */
    gboolean seen, moved;
    OmrPoint off;     /* px: from where the map puts it, when the page is aligned */
    double px_per_mm; /* of the map there */
} OmrSighting;

typedef struct {
    OmrHomography map;  /* page mm -> image px, pixel centres at whole numbers */
    OmrBend bend;       /* the local correction */
    GArray *places;     /* of OmrPlace: answer positions that are elsewhere, or may be */
    GArray *sightings;  /* of OmrSighting */
    double residual_mm; /* root mean square of what neighbours do not foretell of a landmark */
    double spread_mm;   /* nine of ten landmarks disagreed with their neighbours by less, before outliers were
                           dropped */
} OmrAlignment;

void omr_alignment_clear(OmrAlignment *alignment);

/* A first guess of where a page lies. */
typedef struct {
    OmrHomography map; /* page mm -> image px */
    double error_mm;   /* how far off it may be on the page */
    gboolean thorough; /* look far around at every scale, not only as far as the scale before was in
                          disagreement */
    OmrPair known[8]; /* places known well, page mm -> image px: landmarks are looked for from there on … */
    guint n_known;    /* … where there are any */
} OmrPose;

/* Finds every answer position's own print near where map and bend put it, and notes those that are elsewhere
 * (places.c): landmarks are too few to tell on which side of a jump of the feed a row lies. */
void omr_alignment_find_places(OmrAlignment *alignment, const OmrBlank *blank, const OmrPyramid *image);

/* Refines `start`. FALSE when too little was found to say anything. */
gboolean omr_align(OmrAlignment *alignment, const OmrBlank *blank, const OmrPyramid *image,
                   const OmrPose *start, const CalibrationAlign *limits);

/* Whether the alignment can be relied on: enough patches found, all over the print, in agreement, and a map
 * that paper and camera can make. Otherwise `why` (if not NULL) is set to a text that the caller frees. */
gboolean omr_alignment_is_trusted(const OmrAlignment *alignment, const OmrBlank *blank,
                                  const CalibrationAlign *limits, char **why);

/* Whether the distinct landmarks next to a place, on each of its four sides, are where they should be, and as
 * far off the projective map (px) as the place is held to be. Where a fold has taken a row away, those beyond
 * it are not, though rows that look alike fit. */
gboolean omr_alignment_is_witnessed(const OmrAlignment *alignment, OmrPoint page, OmrPoint off);

/* Image place of a page place, and how strongly anchors nearby support it: 0 none … 1 a whole anchor right
 * there. */
OmrPoint omr_alignment_point(const OmrAlignment *alignment, double x_mm, double y_mm, double *support);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrAlignment, omr_alignment_clear)
