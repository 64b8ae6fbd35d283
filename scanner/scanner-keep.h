/* A page from a feeder as bytes to be kept: what the archive of images holds of it. */
#pragma once

#include "scanner-pages.h"

typedef enum {
    SCANNER_KEEP_JPEG,     /* quality 90: about 1 MB a page in grey at 300 dpi */
    SCANNER_KEEP_LOSSLESS, /* PNG, packed quickly: three to five times as much, and slower */
} ScannerKeep;

/* Encodes `page` with its resolution; 1 bit is TIFF G4 either way, which is lossless and small. `ending` is
 * "jpg", "png" or "tif". The same page gives the same bytes. SCANNER_ERROR_MACHINE when there is no memory.
 */
GBytes *scanner_page_encode(const ScannerPage *page, ScannerKeep keep, const char **ending, GError **error);

/* A small picture of it for people, a JPEG of SCANNER_THUMBNAIL_PX on its longer side, whatever its depth.
 * SCANNER_ERROR_MACHINE when there is no memory. */
#define SCANNER_THUMBNAIL_PX 240
GBytes *scanner_page_thumbnail(const ScannerPage *page, GError **error);
