/* The target page: what `calibrate target` prints and `calibrate scanner` measures. docs/calibration.md shows
 * it.
 *
 * A4. Lengths in mm from the top left; everything that is measured stands on whole or half millimetres. */
#pragma once

#include <cairo.h>

#include "form-package.h"

/* What its QR says. The number changes when the page's plan does. */
#define CALIBRATION_TARGET_PAYLOAD "PHIEU TARGET 1 A4"

/* Writes the page as a PDF of vectors: built aside, synced, renamed. FORM_ERROR_MACHINE without the font,
 * CALIBRATION_ERROR_MACHINE when it cannot be written. */
gboolean calibration_target_write(const char *path, GError **error);

/* The page as an image, as calibration_scan_paper() takes it: CAIRO_FORMAT_RGB24. `scale` is that of the
 * print, 1 = true: the page is drawn so much larger or smaller about the sheet's middle. The caller destroys
 * it. */
cairo_surface_t *calibration_target_render(double dpi, double scale, GError **error);

/* A package of the target's paper with one page and no fields, for calibration_scan_paper(). */
FormPackage *calibration_target_package(void);
