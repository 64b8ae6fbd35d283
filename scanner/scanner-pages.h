/* Where page images come from: files. JPEG, PNG, TIFF (multi-page, 1 bit, G4 …) and PDF (embedded images
 * first, else rendered), told by content, never by name.
 *
 * Every size is checked against the bounds below before memory is taken for it. Messages are one line: the
 * name, what is wrong, how to mend it. The libraries below print nothing of their own once the program has
 * called setMsgSeverity(L_SEVERITY_NONE). */
#pragma once

#include <glib.h>
#include <leptonica/allheaders.h>

#define SCANNER_ERROR (scanner_error_quark())

typedef enum {
    SCANNER_ERROR_INPUT,   /* no such file, none of the kinds above, or a PDF locked with a password */
    SCANNER_ERROR_MACHINE, /* the disk fails, or no memory */
    SCANNER_ERROR_DAMAGED, /* a known kind, but damaged, cut off, too small or too large; or a file that is
                              empty or all zeros: a sheet may be behind it */
} ScannerError;

GQuark scanner_error_quark(void);

/* A page's sides and pixels: 100 dpi A6 … 1200 dpi A4 or 600 dpi A3; beyond that it is no page of ours. */
#define SCANNER_MIN_SIDE_PX    300
#define SCANNER_MAX_SIDE_PX    20000
#define SCANNER_MAX_PIXELS     (160 * 1000 * 1000)
#define SCANNER_MAX_FILE_BYTES (512LL * 1024 * 1024)
#define SCANNER_MAX_PAGES      2000 /* a file */

/* One page image: 1, 8 or 32 bpp, white paper light (1 bpp: 0 is white, as Leptonica has it).
 *
 * JPEGs come as 8 bpp luma, whatever their colours (TurboJPEG then leaves the colour planes alone: the fast
 * path). Other kinds come in colour only where a pixel has one, in 1 bpp where the file has two values, else
 * in grey; what is transparent lies on white. Pages are upright as stored: orientation tags of TIFF and EXIF
 * are not obeyed, since reading finds the orientation from the page itself; a PDF page is turned as it is
 * shown. */
typedef struct {
    PIX *pix;
    double dpi_x, dpi_y; /* as the file says, 0 where it says nothing believable (below 50 or above 2400) */
    int index;           /* from 0 in its file */
    double decode_ms;
} ScannerPage;

void scanner_page_clear(ScannerPage *page);

/* A file being read page by page, by one thread at a time. */
typedef struct ScannerFile ScannerFile;

/* Opens `path`; the whole file is held in memory. Errors: SCANNER_ERROR_INPUT, _MACHINE, _DAMAGED. */
ScannerFile *scanner_file_open(const char *path, GError **error);

/* The same of bytes in memory; `name` stands in messages. */
ScannerFile *scanner_file_open_bytes(const char *name, GBytes *bytes, GError **error);
void scanner_file_free(ScannerFile *file);

/* Pages in the file, at least 1. Thumbnails and masks in a TIFF are no pages. Where a TIFF's chain of pages
 * is broken, one more page is counted, whose reading fails: it stands for all that are lost. */
int scanner_file_n_pages(const ScannerFile *file);

/* Decodes page `index`; a damaged page does not keep the others from being read. SCANNER_ERROR_DAMAGED when
 * it is cut off, too small or too large. `page` is cleared by the caller. */
gboolean scanner_file_read(ScannerFile *file, int index, ScannerPage *page, GError **error);

/* The bytes as received, their SHA-256 in hex (computed when first asked for), and the ending that fits the
 * kind: "jpg" "png" "tif" "pdf". */
GBytes *scanner_file_bytes(const ScannerFile *file);
const char *scanner_file_sha256(ScannerFile *file);
const char *scanner_file_ending(const ScannerFile *file);

/* SHA-256 of an image's bytes in hex, by the processor's own instructions where it has them: 1.5 GB/s instead
 * of 0.3 (docs/decisions/0006-gnutls-for-digests.md). The caller frees it. */
char *scanner_digest(GBytes *bytes);

/* All image files at or below `path`: a file itself, or a folder walked in name order, numbers by value
 * (2.jpg before 10.jpg). In folders hidden files are passed over, and files that neither their first bytes
 * nor their names show to be of a kind above; links are followed, each folder is walked once. Appends to
 * `paths` (of char*, owned): all, or nothing on error (no such path, a folder that cannot be read, folders
 * too deep). A folder without images appends nothing. */
gboolean scanner_list_files(const char *path, GPtrArray *paths, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ScannerPage, scanner_page_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScannerFile, scanner_file_free)
