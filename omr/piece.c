#include "piece-private.h"

OmrPiece
omr_piece_take(guint8 *ink, int width, int height, int at, int *stack, const guint8 *sectors)
{
    OmrPiece piece = {at % width, at % width, at / width, at / width, 0, 0};
    int n = 0;

    stack[n++] = at;
    ink[at] = 0;
    while (n > 0) {
        int here = stack[--n], y = here / width, x = here - y * width;
        piece.n++;
        piece.sectors |= sectors != NULL ? 1u << sectors[here] : 0;
        piece.left = MIN(piece.left, x);
        piece.right = MAX(piece.right, x);
        piece.top = MIN(piece.top, y);
        piece.bottom = MAX(piece.bottom, y);
        for (int row = MAX(y - 1, 0); row <= MIN(y + 1, height - 1); row++) {
            for (int column = MAX(x - 1, 0); column <= MIN(x + 1, width - 1); column++) {
                /* without a branch, which processors would guess wrong half of the time */
                stack[n] = row * width + column;
                n += ink[stack[n]] != 0;
                ink[row * width + column] = 0;
            }
        }
    }
    return piece;
}
