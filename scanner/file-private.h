/* What the kinds of file share with the dispatch in file.c. */
#pragma once

#include "scanner-pages.h"

static inline void
scanner_pix_free(PIX *pix)
{
    pixDestroy(&pix);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PIX, scanner_pix_free)

/* A kind of file. `open` finds the pages (and may keep something in `data`), `read` fills pix and dpi of a
 * page, `close` frees what `open` kept; `open` and `close` may be NULL: one page, nothing kept. */
typedef struct {
    const char *name;
    const char *ending;
    gboolean (*open)(ScannerFile *file, GError **error);
    gboolean (*read)(ScannerFile *file, int index, ScannerPage *page, GError **error);
    void (*close)(ScannerFile *file);
} ScannerKind;

extern const ScannerKind scanner_kind_jpeg;
extern const ScannerKind scanner_kind_png;
extern const ScannerKind scanner_kind_tiff;
extern const ScannerKind scanner_kind_pdf;

struct ScannerFile {
    char *name;
    GBytes *bytes;
    char *sha256; /* NULL until asked for */
    const ScannerKind *kind;
    int n_pages;
    gpointer data; /* of the kind */
};

/* The bytes of a file's head that tell its kind. */
#define SCANNER_HEAD_BYTES 1024

/* The kind that a file's first bytes show, or NULL. */
const ScannerKind *scanner_kind_of(const guint8 *head, gsize size);

/* Sets `error` to "NAME: …" or, in a file of several pages, "NAME, page N: …" (`index` from 0; -1 for the
 * file). Returns FALSE, so that a check is one line. */
gboolean scanner_fail(const ScannerFile *file, int index, ScannerError code, GError **error,
                      const char *format, ...) G_GNUC_PRINTF(5, 6);

/* SCANNER_ERROR_DAMAGED where a page of these sides is too small or too large. */
gboolean scanner_check_size(const ScannerFile *file, int index, double width_px, double height_px,
                            GError **error);

/* An uninitialised image of a size that was checked; SCANNER_ERROR_MACHINE when out of memory. */
PIX *scanner_pix_new(const ScannerFile *file, int index, int width_px, int height_px, int depth,
                     GError **error);

/* For an image filled with bytes in the order of its pixels: brings it into Leptonica's word order and clears
 * what lies right of the last pixel. */
void scanner_pix_from_byte_order(PIX *pix);

/* The image itself, or 8 bpp where no pixel of 32 bpp has a colour (many programs save grey pages so). The
 * caller frees it and keeps `pix`. */
PIX *scanner_pix_least_depth(PIX *pix);

/* Orders file names as people number them: digits by value, letters without regard to case. */
int scanner_compare_names(const char *a, const char *b);

/* `dpi`, or 0 where no scanner would have made it. */
double scanner_believable_dpi(double dpi);
