/* Pieces of connected ink in a small map of bytes. */
#pragma once

#include <glib.h>

typedef struct {
    int left, right, top, bottom; /* px, both ends included */
    int n;                        /* px of ink */
    guint32 sectors;              /* a bit for each sector that it lies in */
} OmrPiece;

/* Takes the piece that `at` belongs to, over eight neighbours, out of `ink`, where a byte other than 0 is
 * ink: it is 0 afterwards. `stack` has room for width × height numbers; `sectors`, which may be NULL, has a
 * number below 32 for each pixel. */
OmrPiece omr_piece_take(guint8 *ink, int width, int height, int at, int *stack, const guint8 *sectors);
