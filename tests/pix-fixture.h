/* What an image looks like. */
#pragma once

#include <glib.h>
#include <leptonica/allheaders.h>

static inline double
grey_at(PIX *pix, int x, int y)
{
    l_uint32 value = 255;
    pixGetPixel(pix, x, y, &value);
    return value;
}

static inline char *
hash(PIX *pix)
{
    gsize length = (gsize)pixGetWpl(pix) * (gsize)pixGetHeight(pix) * 4;
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)pixGetData(pix), length);
}
