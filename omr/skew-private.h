/* A page that nothing but its lines of print tells of: how askew it lies, and the first guesses from that. */
#pragma once

#include "align-private.h"

typedef struct {
    double deg[2]; /* clockwise, of lines across the image and of lines along it; 0 where there are none */
} OmrSkew;

/* Measures it on the whole image: some ms. */
void omr_skew_measure(const OmrPyramid *image, OmrSkew *skew);

/* The page in the middle of an image that shows a whole sheet and no more, by the image's shape; as it lies
 * and upside down, or turned either way. Returns their number: 0 for an image of another shape. */
guint omr_poses_from_skew(const OmrSkew *skew, const FormPackage *package, const OmrImage *image,
                          OmrPose poses[4]);
