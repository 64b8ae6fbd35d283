/* The page's own bend: what remains of it after a projective map. Stretch, folds, curl. */
#pragma once

#include <glib.h>

#include "homography-private.h"

/* A place that was found: what is left there after the projective map. */
typedef struct {
    double x_mm, y_mm;
    double dx_px, dy_px;
    gboolean evidence; /* it was found better than its rival would be */
} OmrAnchor;

typedef struct {
    GArray *anchors;               /* of OmrAnchor */
    double reach_x_mm, reach_y_mm; /* an anchor speaks for what is nearer than this along the page's axes */
} OmrBend;

void omr_bend_init(OmrBend *bend);
void omr_bend_clear(OmrBend *bend);

/* How far a place of the page is from where the projective map puts it, as the anchors around it say: the
 * plane through their offsets, the nearer ones counting more (moving least squares; Schaefer et al., "Image
 * deformation using moving least squares", 2006). Far from all anchors it is 0. */
OmrPoint omr_bend_at(const OmrBend *bend, double x_mm, double y_mm);

/* Drops the anchors that their neighbours contradict, and chooses the reach by which the others foretell each
 * other best: a feeder's unevenness changes along one axis only. Returns the root mean square of what
 * neighbours do not foretell of those that stay, in mm; nine of ten disagreed by less than `spread_mm`
 * before. */
double omr_bend_settle(OmrBend *bend, double px_per_mm, double *spread_mm);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrBend, omr_bend_clear)
