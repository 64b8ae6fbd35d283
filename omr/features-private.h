/* Points of a picture that are found again whatever its turn, size and place: how a page without QR is
 * located.
 *
 * Oriented FAST corners with rotated binary descriptors (Rublee et al., "ORB: an efficient alternative to
 * SIFT or SURF", 2011) on a pyramid of scales. */
#pragma once

#include "homography-private.h"
#include "image-private.h"

typedef struct OmrFeatures OmrFeatures;

/* Finds features; positions are level 0 pixels divided by `px_per_unit` (mm for a blank, 1 for a page image).
 */
OmrFeatures *omr_features_new(const OmrPyramid *pyramid, double px_per_unit);
void omr_features_free(OmrFeatures *features);

/* Maps `from` onto `to`: candidates, the best supported first, at most `max`. Each is a projective map that a
 * consensus of matched features agrees on. Returns their number. */
guint omr_features_locate(const OmrFeatures *from, const OmrFeatures *to, OmrHomography *maps, guint max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OmrFeatures, omr_features_free)
