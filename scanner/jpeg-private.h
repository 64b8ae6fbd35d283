/* What JPEG files and the JPEGs in PDF files have in common. */
#pragma once

#include <glib.h>

/* Whether the `n` bytes before the end mark are zeros: some devices pad so, and no pixel is lost. Any other
 * bytes that a decoder finds left there mean that it lost its way. */
gboolean scanner_jpeg_is_padding(const guint8 *data, gsize size, gsize n);

/* Whether the whole of a JPEG can be decoded without a warning, every code looked at; it has at most
 * `max_pixels`. Slower than TurboJPEG's fast path, which passes over bad codes, and as careful as the libjpeg
 * inside poppler. */
gboolean scanner_jpeg_check(const guint8 *data, gsize size, double max_pixels);
