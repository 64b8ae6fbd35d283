/* A page image of the pile: JPEG, PNG or PNM (P4, P5, P6; of at most 8 bits), told by its first bytes.
 *
 * Files and sides are bounded before memory is taken: what is beyond is no page, and cannot be fed. */
#pragma once

#include <glib.h>

#define VIRTUAL_MAX_SIDE_PX    20000
#define VIRTUAL_MAX_PIXELS     (160 * 1000 * 1000)
#define VIRTUAL_MAX_FILE_BYTES (512LL * 1024 * 1024)

typedef enum {
    VIRTUAL_JPEG,
    VIRTUAL_PNG,
    VIRTUAL_PBM, /* P4 */
    VIRTUAL_PGM, /* P5 */
    VIRTUAL_PPM, /* P6 */
} VirtualImageKind;

typedef struct {
    VirtualImageKind kind;
    int fd;          /* open while `data` is not read */
    goffset size;    /* of the file */
    guint8 *data;    /* the file, where its decoder wants it whole */
    gsize pixels_at; /* PNM: where they begin in the file */
    int width_px, height_px;
    int dpi_x, dpi_y; /* as the file says; where it says nothing that a sheet in a feeder could have, as if it
                         were as wide as A4 */
    int channels;     /* of `pixels`: 1 grey, 3 colour */
    guint8 *pixels;   /* rows without gaps, from the top; NULL before virtual_image_decode() */
} VirtualImage;

/* Opens a file and learns its size. FALSE when it is no such image or beyond the bounds. `image` is cleared
 * by the caller in any case. */
gboolean virtual_image_open(VirtualImage *image, const char *path, GError **error);
void virtual_image_clear(VirtualImage *image);

/* Decodes all of it in grey (JPEG: its luma; else 0.299 R + 0.587 G + 0.114 B) or colour. Calling it again
 * for the same number of channels does nothing. */
gboolean virtual_image_decode(VirtualImage *image, int channels, GError **error);

/* Whether the file holds the very bytes that decoding would give, so that they can be read from it with
 * virtual_image_read(): `n` bytes of pixels from byte `at` on. */
gboolean virtual_image_is_raw(const VirtualImage *image, int channels);
gboolean virtual_image_read(const VirtualImage *image, guint8 *to, gsize at, gsize n);
