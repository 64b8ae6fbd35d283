/* QR codes as rectangles. */
#pragma once

#include <cairo.h>
#include <glib.h>
#include <qrencode.h>

/* Alphanumeric mode, error correction Q. NULL when the payload has other characters or memory is short. Free
 * it with QRcode_free(). */
QRcode *qr_encode(const char *payload);

/* Draws the code in the middle of a rectangle that includes the quiet zone. `cr` is in points. */
void qr_draw(cairo_t *cr, const QRcode *code, double x_pt, double y_pt, double w_pt, double h_pt);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(QRcode, QRcode_free)
