#include <glib/gi18n-lib.h>
#include <string.h>

#include "form-error.h"
#include "layout-private.h"
#include "type-private.h"

/* Sizes relative to the running text, with the floor of 9 pt that every text keeps. */
static const struct {
    double scale;
    double floor_pt;
    PangoWeight weight;
    PangoStyle slant;
} styles[LAYOUT_N_STYLES] = {
    [LAYOUT_TITLE] = {1.5, 13, PANGO_WEIGHT_BOLD, PANGO_STYLE_NORMAL},
    [LAYOUT_SUBTITLE] = {1.15, 11, PANGO_WEIGHT_NORMAL, PANGO_STYLE_NORMAL},
    [LAYOUT_SECTION] = {1.1, 10, PANGO_WEIGHT_BOLD, PANGO_STYLE_NORMAL},
    [LAYOUT_SUBSECTION] = {1.0, 9, PANGO_WEIGHT_BOLD, PANGO_STYLE_NORMAL},
    [LAYOUT_LABEL] = {1.0, 9, PANGO_WEIGHT_BOLD, PANGO_STYLE_NORMAL},
    [LAYOUT_BODY] = {1.0, 9, PANGO_WEIGHT_NORMAL, PANGO_STYLE_NORMAL},
    [LAYOUT_HINT] = {1.0, 9, PANGO_WEIGHT_NORMAL, PANGO_STYLE_ITALIC},
    [LAYOUT_SCALE] = {0.9, 9, PANGO_WEIGHT_NORMAL, PANGO_STYLE_NORMAL},
    [LAYOUT_SMALL] = {0.9, 9, PANGO_WEIGHT_NORMAL, PANGO_STYLE_NORMAL},
    [LAYOUT_SMALL_BOLD] = {0.9, 9, PANGO_WEIGHT_BOLD, PANGO_STYLE_NORMAL},
    [LAYOUT_NUMBER] = {0.7, 6.5, PANGO_WEIGHT_NORMAL, PANGO_STYLE_NORMAL},
    [LAYOUT_SERIAL] = {1.1, 11, PANGO_WEIGHT_BOLD, PANGO_STYLE_NORMAL},
};

/* Lines a little closer than Noto Sans asks for (1.36 em): 1.25 em still clears Vietnamese stacked accents.
 */
#define LINE_SPACING 0.92

static gboolean
font_is_there(PangoFontMap *map)
{
    PangoFontFamily **families = NULL;
    int n = 0;
    gboolean found = FALSE;
    pango_font_map_list_families(map, &families, &n);
    for (int i = 0; i < n && !found; i++)
        found = strcmp(pango_font_family_get_name(families[i]), TYPE_FAMILY) == 0;
    g_free(families);
    return found;
}

PangoContext *
type_context_new(GError **error)
{
    PangoFontMap *map = pango_cairo_font_map_get_default();
    if (!font_is_there(map)) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_MACHINE,
                    _("the font %s is not installed; mend it with `apt install fonts-noto-core`"),
                    TYPE_FAMILY);
        return NULL;
    }
    PangoContext *context = pango_font_map_create_context(map);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(context, 72);
    pango_context_set_round_glyph_positions(context, FALSE);
    return context;
}

PangoLayout *
type_layout_new(PangoContext *context, double size_pt, PangoWeight weight, PangoStyle slant)
{
    PangoLayout *layout = pango_layout_new(context);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, TYPE_FAMILY);
    pango_font_description_set_weight(font, weight);
    pango_font_description_set_style(font, slant);
    pango_font_description_set_size(font, (int)(size_pt * PANGO_SCALE + 0.5));
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);

    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_fallback_new(FALSE));
    pango_layout_set_attributes(layout, attributes);
    pango_attr_list_unref(attributes);
    pango_layout_set_line_spacing(layout, LINE_SPACING);
    return layout;
}

LayoutType *
layout_type_new(double base_pt, GError **error)
{
    PangoContext *context = type_context_new(error);
    if (!context)
        return NULL;
    LayoutType *type = g_new0(LayoutType, 1);
    type->context = context;
    type->problems = g_string_new(NULL);
    for (int i = 0; i < LAYOUT_N_STYLES; i++)
        type->size_pt[i] = MAX(base_pt * styles[i].scale, styles[i].floor_pt);
    return type;
}

void
layout_type_free(LayoutType *type)
{
    if (!type)
        return;
    g_object_unref(type->context);
    g_string_free(type->problems, TRUE);
    g_free(type);
}

/* The characters of `text` that the font lacks, each once. */
static char *
missing_characters(PangoLayout *layout, const char *text)
{
    PangoContext *context = pango_layout_get_context(layout);
    PangoFont *font = pango_context_load_font(context, pango_layout_get_font_description(layout));
    GString *missing = g_string_new(NULL);
    for (const char *c = text; font && *c; c = g_utf8_next_char(c)) {
        gunichar u = g_utf8_get_char(c);
        char utf8[7] = "";
        g_unichar_to_utf8(u, utf8);
        if (g_unichar_isgraph(u) && !pango_font_has_char(font, u) && !strstr(missing->str, utf8))
            g_string_append_printf(missing, "%s%s (U+%04X)", missing->len ? ", " : "", utf8, u);
    }
    g_clear_object(&font);
    return g_string_free(missing, FALSE);
}

PangoLayout *
layout_type_set(LayoutType *type, LayoutStyle style, const char *text, double width_mm, PangoAlignment align)
{
    PangoLayout *layout =
        type_layout_new(type->context, type->size_pt[style], styles[style].weight, styles[style].slant);
    pango_layout_set_text(layout, text, -1);
    if (width_mm >= 0) {
        pango_layout_set_width(layout, (int)(width_mm / LAYOUT_MM_PER_PT * PANGO_SCALE));
        pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
        pango_layout_set_alignment(layout, align);
    }
    if (pango_layout_get_unknown_glyphs_count(layout) > 0) {
        g_autofree char *missing = missing_characters(layout, text);
        g_string_append_printf(
            type->problems, _("%s: the font %s cannot show %s in “%.60s”; write it with other characters\n"),
            type->where ? type->where : "?", TYPE_FAMILY, missing, text);
    }
    return layout;
}

gboolean
layout_type_check(const LayoutType *type, GError **error)
{
    if (type->problems->len == 0)
        return TRUE;
    g_autofree char *lines = g_strchomp(g_strdup(type->problems->str));
    g_set_error_literal(error, FORM_ERROR, FORM_ERROR_INPUT, lines);
    return FALSE;
}

double
layout_text_width_mm(PangoLayout *text)
{
    PangoRectangle logical;
    pango_layout_get_extents(text, NULL, &logical);
    return (double)logical.width / PANGO_SCALE * LAYOUT_MM_PER_PT;
}

double
layout_text_height_mm(PangoLayout *text)
{
    PangoRectangle logical;
    pango_layout_get_extents(text, NULL, &logical);
    return (double)logical.height / PANGO_SCALE * LAYOUT_MM_PER_PT;
}

double
layout_text_baseline_mm(PangoLayout *text)
{
    return (double)pango_layout_get_baseline(text) / PANGO_SCALE * LAYOUT_MM_PER_PT;
}
