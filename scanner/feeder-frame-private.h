/* A page as the driver gave it, in a page buffer, and the picture that it is. */
#pragma once

#include <glib.h>
#include <leptonica/allheaders.h>

typedef struct {
    guint width_px, lines;
    guint bytes_per_line; /* may be more than the pixels need */
    guint depth;          /* bits a sample: 1, 8 or 16 (in the machine's own byte order) */
    guint samples;        /* a pixel: 1 or 3 */
    gboolean planes;      /* samples lie in planes of `lines` rows, one after the other … */
    guint plane[3];       /* … and red, green, blue in these of them */
    double dpi_x, dpi_y;
} FeederFrame;

/* Bytes of the whole frame; 0 where it is none that can be read (sides and pixels beyond the bounds of
 * scanner-pages.h, rows too short for their pixels, another depth). */
gsize feeder_frame_bytes(const FeederFrame *frame);

/* The picture: 1 bpp of 1 bit, 8 bpp of grey, 32 bpp of colours. NULL when there is no memory. */
PIX *feeder_frame_to_pix(const FeederFrame *frame, const guint8 *data);
