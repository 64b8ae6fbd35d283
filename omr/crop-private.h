/* A piece of the page cut out of the image, upright. */
#pragma once

#include "align-private.h"

/* The rectangle (page mm) at `dpi` of the page, 8 bpp; white where it lies beyond the image. NULL when it
 * would be larger than a page at that resolution. The caller frees it. */
PIX *omr_crop(const OmrPyramid *image, const OmrAlignment *alignment, const FormRect *rect, double dpi);
