/* Black and white made grey again. */
#pragma once

#include <leptonica/allheaders.h>

/* A 1 bpp image as 8-bit grey. Where the page is made of dots (dithered, a halftone, or full of salt), each
 * pixel becomes the mean of its surroundings by a Gaussian of one pixel, so that dots are the shade that they
 * stand for and paper scatters as in any grey image. The caller destroys it. NULL when there is no memory. */
PIX *omr_bilevel_to_grey(PIX *pix);
