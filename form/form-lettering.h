/* Lines of text on pages that are no form (target, reports): in the one font of all our print. */
#pragma once

#include <cairo.h>
#include <glib.h>

typedef enum {
    FORM_LETTERING_LEFT,
    FORM_LETTERING_CENTRE,
    FORM_LETTERING_RIGHT,
} FormLetteringAlign;

typedef struct {
    double size_pt;
    gboolean bold;
    FormLetteringAlign align;
} FormLetteringStyle;

typedef struct FormLettering FormLettering;

/* FORM_ERROR_MACHINE when the font is not installed. */
FormLettering *form_lettering_new(GError **error);
void form_lettering_free(FormLettering *lettering);

/* Draws UTF-8 text in black from (x_mm, y_mm), its top left corner, broken into lines of `width_mm`. `cr` is
 * in points, as form_printer_draw(). Returns the height of what was drawn, in mm. */
double form_lettering_draw(const FormLettering *lettering, cairo_t *cr, const char *text, double x_mm,
                           double y_mm, double width_mm, FormLetteringStyle style);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FormLettering, form_lettering_free)
