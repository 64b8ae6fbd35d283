/* Where the QR that identifies a page stands: alphanumeric, error correction Q. */
#pragma once

#include <cairo.h>

#include "form-package.h"

/* How many modules a side of a payload's QR has, without drawing it; 0 when the payload cannot be encoded. */
int form_qr_modules(const char *payload);

/* Where the modules of a payload's QR lie within the package's rectangle, as form_printer_draw() draws them:
 * without the quiet zone. FALSE when the payload cannot be encoded. */
gboolean form_qr_symbol(const FormRect *rect, const char *payload, FormRect *symbol);

/* Draws a payload's QR in the middle of a rectangle that includes the quiet zone; `cr` is in points. FALSE
 * when the payload cannot be encoded. */
gboolean form_qr_draw(cairo_t *cr, const FormRect *rect, const char *payload);
