/* What is printed at every answer position: its outline, and what stands right around it. */
#include <math.h>

#include "blank-private.h"

/* The outline is looked for in this band about it: what people write inside does not matter. */
#define INSIDE_MM  0.5
#define OUTSIDE_MM 0.6

/* Print that varies less than this (standard deviation, of 255) is not found again. */
#define MIN_CONTRAST 8.0

/* How far around its place a position is looked for: jumps of the feed are up to 1.5 mm, half of which the
 * landmarks about them take up; less where positions are so close that one would be taken for the next. */
#define REACH_MM    1.25
#define REACH_SHARE 0.42

#define PIXEL_MM (25.4 / OMR_OUTLINE_DPI)

static double
nearest_mm(const FormPage *page, const FormOption *option)
{
    double nearest = G_MAXDOUBLE;

    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint k = 0; k < field->options->len; k++) {
            const FormOption *other = &g_array_index(field->options, FormOption, k);
            if (other != option)
                nearest = MIN(nearest, hypot(other->x_mm - option->x_mm, other->y_mm - option->y_mm));
        }
    }
    return nearest;
}

static gboolean
is_inside(const FormOption *option, double dx_mm, double dy_mm)
{
    double across = dx_mm / MAX(option->w_mm / 2 - INSIDE_MM, 0.01);
    double down = dy_mm / MAX(option->h_mm / 2 - INSIDE_MM, 0.01);

    return option->shape == FORM_SHAPE_ELLIPSE ? across * across + down * down < 1
                                               : fabs(across) < 1 && fabs(down) < 1;
}

/* The grey values of the band less their mean, 0 elsewhere. */
static void
sample_band(OmrOutline *outline, const OmrSource *source, const FormOption *option)
{
    int n = outline->width * outline->height, in_band = 0;
    g_autofree float *values = g_new(float, (gsize)n);
    g_autofree gboolean *band = g_new(gboolean, (gsize)n);
    float sum = 0;

    for (int at = 0; at < n; at++) {
        double dx_mm = (at % outline->width - (outline->width - 1) / 2.0) * PIXEL_MM;
        double dy_mm = (at / outline->width - (outline->height - 1) / 2.0) * PIXEL_MM;
        band[at] = !is_inside(option, dx_mm, dy_mm);
        values[at] = omr_source_at(source, option->x_mm + dx_mm, option->y_mm + dy_mm, PIXEL_MM);
        sum += band[at] ? values[at] : 0;
        in_band += band[at];
    }
    float mean = sum / (float)MAX(in_band, 1);
    outline->stride = (outline->width + 15) & ~15;
    outline->values = g_new0(gint16, (gsize)(outline->stride * outline->height));
    for (int at = 0; at < n; at++) {
        gint16 value = (gint16)(band[at] ? lrintf(values[at] - mean) : 0);
        outline->values[at / outline->width * outline->stride + at % outline->width] = value;
        outline->energy += value * value;
    }
    if (outline->energy < MIN_CONTRAST * MIN_CONTRAST * in_band)
        g_clear_pointer(&outline->values, g_free);
}

static void
outline_clear(gpointer data)
{
    g_free(((OmrOutline *)data)->values);
}

void
omr_blank_find_outlines(OmrBlank *blank, const OmrSource *source)
{
    blank->outlines = g_array_new(FALSE, TRUE, sizeof(OmrOutline));
    g_array_set_clear_func(blank->outlines, outline_clear);
    for (guint i = 0; i < blank->targets->len; i++) {
        const FormOption *option = g_array_index(blank->targets, OmrTarget, i).option;
        OmrOutline outline = {0};
        if (option != NULL) {
            double reach_mm = MIN(REACH_MM, REACH_SHARE * nearest_mm(blank->page, option));
            outline.x_mm = option->x_mm;
            outline.y_mm = option->y_mm;
            outline.reach = MAX((int)(reach_mm / PIXEL_MM + 0.01), 1);
            outline.width = MIN((int)ceil((option->w_mm + 2 * OUTSIDE_MM) / PIXEL_MM), OMR_OUTLINE_SIDE);
            outline.height = MIN((int)ceil((option->h_mm + 2 * OUTSIDE_MM) / PIXEL_MM), OMR_OUTLINE_SIDE);
            sample_band(&outline, source, option);
        }
        g_array_append_val(blank->outlines, outline);
    }
}
