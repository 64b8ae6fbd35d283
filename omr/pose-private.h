/* First guesses of where a page lies in the image. */
#pragma once

#include "align-private.h"
#include "identify-private.h"

#define OMR_MAX_POSES 32

/* From the QRs that were read: which of the page's printed QRs each one is, is told by what puts the page
 * into the image. Best first; returns their number. */
guint omr_poses_from_symbols(const GArray *symbols, const FormPackage *package, const FormPage *page,
                             const OmrImage *image, OmrPose *poses);

/* For a page without QR: from features in common with the blank, then the page filling the image in four
 * turns. */
guint omr_poses_from_print(const OmrBlank *blank, const OmrPyramid *image, OmrPose *poses);
