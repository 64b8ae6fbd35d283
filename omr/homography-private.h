/* Projective maps of the plane, and fitting them to point pairs. */
#pragma once

#include <glib.h>

typedef struct {
    double x, y;
} OmrPoint;

/* x' = (h0 x + h1 y + h2) / w, y' = (h3 x + h4 y + h5) / w, w = h6 x + h7 y + 1. */
typedef struct {
    double h[8];
} OmrHomography;

/* A pair of points that should map onto each other, and how much it counts (0: not at all). */
typedef struct {
    OmrPoint from, to;
    double weight;
    int tag; /* the caller's own */
} OmrPair;

OmrPoint omr_homography_apply(const OmrHomography *map, OmrPoint point);

/* The map of the pixel vector that one step along x (or y) makes at `point`: the local linear map. */
typedef struct {
    double xx, xy, yx, yy; /* dx' = xx dx + xy dy, dy' = yx dx + yy dy */
} OmrJacobian;

OmrJacobian omr_homography_jacobian(const OmrHomography *map, OmrPoint point);

/* The map that goes the other way; FALSE when there is none. */
gboolean omr_homography_invert(const OmrHomography *map, OmrHomography *inverse);

/* `second` after `first`. */
OmrHomography omr_homography_compose(const OmrHomography *second, const OmrHomography *first);

/* The turn-and-scale map (no shear) that fits best, weighted least squares; at least two pairs. */
gboolean omr_homography_fit_similarity(const OmrPair *pairs, guint n, OmrHomography *map);

/* Weighted least squares, on normalised points (Hartley, "In defense of the eight-point algorithm", 1997): an
 * affine map from at least three pairs, a projective one from at least four. FALSE when the points do not
 * determine it. */
gboolean omr_homography_fit_affine(const OmrPair *pairs, guint n, OmrHomography *map);
gboolean omr_homography_fit(const OmrPair *pairs, guint n, OmrHomography *map);

/* Root of the weighted mean square distance of the pairs under `map`, in the units of `to`. */
double omr_homography_rms(const OmrHomography *map, const OmrPair *pairs, guint n);

/* Robust fit: starts from `map`, then reweights with Tukey's biweight of the given cut-off (in units of `to`)
 * until it settles; the weights in `pairs` are the final ones (0: outlier). `projective` FALSE fits an affine
 * map. Returns the number of pairs kept, 0 when the fit fails (`map` is then as it was). */
guint omr_homography_refine(OmrHomography *map, OmrPair *pairs, guint n, double cutoff, gboolean projective);
