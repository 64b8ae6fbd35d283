/* The one font of all our print, set the same by the layout and the printer. */
#pragma once

#include <pango/pangocairo.h>

/* Debian's fonts-noto-core. Only its regular, bold and italic are used, because they are there wherever it
 * is. */
#define TYPE_FAMILY "Noto Sans"

/* A context in points without hinting, so that a text takes the same room at every resolution.
 * FORM_ERROR_MACHINE when the font is not installed. The caller owns it. */
PangoContext *type_context_new(GError **error);

/* An empty text in that font; no other font steps in for characters that it lacks. The caller owns it. */
PangoLayout *type_layout_new(PangoContext *context, double size_pt, PangoWeight weight, PangoStyle slant);
