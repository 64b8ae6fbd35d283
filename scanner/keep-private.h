/* Pages as bytes to be kept: what the formats share. */
#pragma once

#include "scanner-pages.h"

/* Row `y` of 8 or 32 bpp with its bytes in the order of the pixels (grey, or red, green, blue and one more);
 * `to` has room for whole words of 4 bytes. Leptonica keeps them as words of the machine. */
void keep_row(PIX *pix, int y, guint32 *to);

/* `pix` (8 or 32 bpp; 4:2:0 in colour) as a baseline JPEG with the resolution of `page`. NULL when there is
 * no memory. */
GBytes *keep_jpeg(const ScannerPage *page, PIX *pix, int quality);
