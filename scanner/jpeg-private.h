/* What JPEG files and the JPEGs in PDF files have in common. */
#pragma once

#include <glib.h>
#include <turbojpeg.h>

/* Whether tjDecompress2() returning `state` gave all pixels. A warning means that some were made up (a flat
 * grey tail, a shifted rest), which is no better than an error; but for zeros between the last coded block
 * and the end mark, with which some devices pad. */
gboolean scanner_jpeg_is_whole(tjhandle decoder, int state, const guint8 *data, gsize size);
