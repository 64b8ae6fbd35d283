/* Looks through a PDF's streams before poppler does.
 *
 * poppler takes memory by what an image's dictionary says, unpacks without a bound, and shows half an image
 * as if it were whole. Image data always stand in the file itself as streams with a plain dictionary (ISO
 * 32000-1, 7.5.7: streams are not kept in object streams), so they can be checked there. What is behind
 * encryption is not looked at. */
#pragma once

#include <glib.h>

/* A3 at 600 dpi in a PDF; poppler holds such an image twice at 4 bytes a pixel. */
#define SCANNER_PDF_MAX_IMAGE_PIXELS (80 * 1000 * 1000)

/* What all streams but images may unpack to: text, fonts and colour profiles of 2,000 pages stay far below.
 */
#define SCANNER_PDF_MAX_UNPACKED_BYTES (256 * 1024 * 1024)

typedef enum {
    SCANNER_PDF_SOUND,
    SCANNER_PDF_CUT_OFF, /* no end mark, or a stream without its end */
    SCANNER_PDF_BOMB,    /* unpacks to more than SCANNER_PDF_MAX_UNPACKED_BYTES */
} ScannerPdfState;

/* Checks `bytes`. `checked` gets the bytes for poppler: the same, or, where images are damaged or too large,
 * a copy in which these have no width any more, so that poppler reports SCANNER_PDF_BAD_IMAGE on the pages
 * that show them. */
ScannerPdfState scanner_pdf_guard(GBytes *bytes, GBytes **checked);

/* poppler's words for an image without a width. */
#define SCANNER_PDF_BAD_IMAGE "Bad image parameters"
