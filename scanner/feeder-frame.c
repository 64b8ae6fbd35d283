#include "feeder-frame-private.h"

#include <string.h>

#include "scanner-pages.h"
#include "words-private.h"

/* Rows may be padded, but not by more than this. */
#define MAX_PADDING_BYTES 65536

static gsize
row_bytes(const FeederFrame *frame)
{
    gsize samples = (gsize)frame->width_px * (frame->planes ? 1 : frame->samples);
    return (samples * frame->depth + 7) / 8;
}

gsize
feeder_frame_bytes(const FeederFrame *frame)
{
    gboolean known = (frame->samples == 1 || frame->samples == 3) &&
                     (frame->depth == 8 || frame->depth == 16 || (frame->depth == 1 && frame->samples == 1));
    for (guint c = 0; c < 3; c++)
        known = known && frame->plane[c] < 3;
    if (!known || frame->width_px < SCANNER_MIN_SIDE_PX || frame->width_px > SCANNER_MAX_SIDE_PX ||
        frame->lines < SCANNER_MIN_SIDE_PX || frame->lines > SCANNER_MAX_SIDE_PX ||
        (guint64)frame->width_px * frame->lines > SCANNER_MAX_PIXELS)
        return 0;
    gsize row = row_bytes(frame);
    if (frame->bytes_per_line < row || frame->bytes_per_line > row + MAX_PADDING_BYTES)
        return 0;
    return (gsize)frame->bytes_per_line * frame->lines * (frame->planes ? frame->samples : 1);
}

/* Sample `i` of a row, in 8 bits. */
static inline guint8
sample_at(const guint8 *row, guint i, guint depth)
{
    if (depth == 8)
        return row[i];
    guint16 sample;
    memcpy(&sample, row + (gsize)i * 2, sizeof sample);
    return (guint8)(sample >> 8);
}

/* SANE and Leptonica agree on 1 bit (1 is black, the first pixel in the highest bit) and on 8 bits, but for
 * the byte order of Leptonica's words: it is turned on the way, since a second pass over the page costs as
 * much as the first. */
static void
copy_bytes(const FeederFrame *frame, const guint8 *data, PIX *pix)
{
    gsize row = row_bytes(frame), whole = row / 4;
    for (guint y = 0; y < frame->lines; y++) {
        const guint8 *from = data + (gsize)y * frame->bytes_per_line;
        l_uint32 *to = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        words_turn(to, from, whole);
        if (row % 4) {
            guint32 last = 0;
            memcpy(&last, from + 4 * whole, row % 4);
            to[whole] = GUINT32_FROM_BE(last);
        }
    }
    pixSetPadBits(pix, 0);
}

static void
narrow_grey(const FeederFrame *frame, const guint8 *data, PIX *pix)
{
    for (guint y = 0; y < frame->lines; y++) {
        const guint8 *row = data + (gsize)y * frame->bytes_per_line;
        l_uint32 *to = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        for (guint x = 0; x < frame->width_px; x++)
            SET_DATA_BYTE(to, x, sample_at(row, x, 16));
    }
}

static void
compose_colour(const FeederFrame *frame, const guint8 *data, PIX *pix)
{
    gsize plane = (gsize)frame->bytes_per_line * frame->lines;
    for (guint y = 0; y < frame->lines; y++) {
        const guint8 *row = data + (gsize)y * frame->bytes_per_line;
        l_uint32 *to = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        for (guint x = 0; x < frame->width_px; x++) {
            guint8 rgb[3];
            for (guint c = 0; c < 3; c++)
                rgb[c] = frame->planes ? sample_at(row + frame->plane[c] * plane, x, frame->depth)
                                       : sample_at(row, 3 * x + c, frame->depth);
            composeRGBPixel(rgb[0], rgb[1], rgb[2], &to[x]);
        }
    }
}

PIX *
feeder_frame_to_pix(const FeederFrame *frame, const guint8 *data)
{
    int depth = frame->samples == 3 ? 32 : frame->depth == 1 ? 1 : 8;
    PIX *pix = pixCreateNoInit((int)frame->width_px, (int)frame->lines, depth);
    if (!pix)
        return NULL;
    if (frame->samples == 3)
        compose_colour(frame, data, pix);
    else if (frame->depth == 16)
        narrow_grey(frame, data, pix);
    else
        copy_bytes(frame, data, pix);
    pixSetResolution(pix, (int)(frame->dpi_x + 0.5), (int)(frame->dpi_y + 0.5));
    return pix;
}
