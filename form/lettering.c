#include "form-lettering.h"

#include "type-private.h"

#define PT_PER_MM (72 / 25.4)

struct FormLettering {
    PangoContext *context;
};

FormLettering *
form_lettering_new(GError **error)
{
    PangoContext *context = type_context_new(error);
    if (!context)
        return NULL;
    FormLettering *lettering = g_new0(FormLettering, 1);
    lettering->context = context;
    return lettering;
}

void
form_lettering_free(FormLettering *lettering)
{
    if (!lettering)
        return;
    g_object_unref(lettering->context);
    g_free(lettering);
}

double
form_lettering_draw(const FormLettering *lettering, cairo_t *cr, const char *text, double x_mm, double y_mm,
                    double width_mm, FormLetteringStyle style)
{
    static const PangoAlignment alignments[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT};
    PangoLayout *layout =
        type_layout_new(lettering->context, style.size_pt,
                        style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL, PANGO_STYLE_NORMAL);
    pango_layout_set_text(layout, text, -1);
    pango_layout_set_width(layout, (int)(width_mm * PT_PER_MM * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, alignments[style.align]);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_move_to(cr, x_mm * PT_PER_MM, y_mm * PT_PER_MM);
    pango_cairo_show_layout(cr, layout);
    PangoRectangle logical;
    pango_layout_get_extents(layout, NULL, &logical);
    g_object_unref(layout);
    return (double)logical.height / PANGO_SCALE / PT_PER_MM;
}
