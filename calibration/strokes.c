/* Strokes on paper before they are drawn: where they run, what they come near. */
#include <math.h>

#include "people-private.h"

/* Free distance between a mark and a neighbouring option. */
#define CLEARANCE_MM 0.15

static void
free_stroke(gpointer stroke)
{
    g_array_unref(stroke);
}

void
calibration_strokes_init(CalibrationStrokes *strokes)
{
    *strokes = (CalibrationStrokes){.strokes = g_ptr_array_new_with_free_func(free_stroke)};
}

void
calibration_strokes_clear(CalibrationStrokes *strokes)
{
    g_clear_pointer(&strokes->strokes, g_ptr_array_unref);
}

GArray *
calibration_strokes_add(CalibrationStrokes *strokes)
{
    GArray *stroke = g_array_new(FALSE, FALSE, sizeof(CalibrationPoint));
    g_ptr_array_add(strokes->strokes, stroke);
    return stroke;
}

void
calibration_strokes_point(GArray *stroke, double x, double y)
{
    CalibrationPoint point = {x, y};
    g_array_append_val(stroke, point);
}

void
calibration_strokes_line(CalibrationStrokes *strokes, CalibrationPoint from, CalibrationPoint to,
                         GRand *random)
{
    GArray *stroke = calibration_strokes_add(strokes);
    double bend = calibration_normal(random, 0.02);
    calibration_strokes_point(stroke, from.x, from.y);
    calibration_strokes_point(stroke, (from.x + to.x) / 2 - (to.y - from.y) * bend,
                              (from.y + to.y) / 2 + (to.x - from.x) * bend);
    calibration_strokes_point(stroke, to.x, to.y);
}

static gboolean
is_near(const CalibrationPoint *point, const FormOption *option, double margin_mm)
{
    return fabs(point->x - option->x_mm) < option->w_mm / 2 + margin_mm &&
           fabs(point->y - option->y_mm) < option->h_mm / 2 + margin_mm;
}

/* Whether the segment comes near the option, tried every 0.3 mm. */
static gboolean
segment_is_near(CalibrationPoint from, CalibrationPoint to, const FormOption *option, double margin_mm)
{
    int steps = 1 + (int)(hypot(to.x - from.x, to.y - from.y) / 0.3);
    for (int i = 0; i <= steps; i++) {
        CalibrationPoint point = {from.x + (to.x - from.x) * i / steps, from.y + (to.y - from.y) * i / steps};
        if (is_near(&point, option, margin_mm))
            return TRUE;
    }
    return FALSE;
}

gboolean
calibration_strokes_near(const CalibrationStrokes *strokes, const FormOption *option, double margin_mm)
{
    for (guint i = 0; i < strokes->strokes->len; i++) {
        const GArray *stroke = g_ptr_array_index(strokes->strokes, i);
        const CalibrationPoint *p = (const CalibrationPoint *)(const void *)stroke->data;
        for (guint k = 0; k + 1 < stroke->len; k++)
            if (segment_is_near(p[k], p[k + 1], option, margin_mm))
                return TRUE;
        /* A quick stroke runs on a little, thinning. */
        if (strokes->quick && stroke->len >= 2) {
            CalibrationPoint last = p[stroke->len - 1], before = p[stroke->len - 2];
            CalibrationPoint end = {last.x + (last.x - before.x) * 0.6, last.y + (last.y - before.y) * 0.6};
            if (segment_is_near(last, end, option, margin_mm))
                return TRUE;
        }
    }
    return FALSE;
}

/* The other options of the page that a mark of some 20 mm could reach. */
static GPtrArray *
neighbours_of(const FormPage *page, const FormOption *option)
{
    GPtrArray *near = g_ptr_array_new();
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint k = 0; k < field->options->len; k++) {
            FormOption *other = &g_array_index(field->options, FormOption, k);
            CalibrationPoint centre = {option->x_mm, option->y_mm};
            if (other != option && is_near(&centre, other, 10 + MAX(option->w_mm, option->h_mm)))
                g_ptr_array_add(near, other);
        }
    }
    return near;
}

void
calibration_strokes_keep_clear(CalibrationStrokes *strokes, const CalibrationInk *ink, const FormPage *page,
                               const FormOption *option)
{
    g_autoptr(GPtrArray) near = neighbours_of(page, option);
    double margin_mm = ink->width_mm * 0.55 + 2.5 * ink->tremor_mm + CLEARANCE_MM;
    for (int tries = 0; tries < 14; tries++) {
        gboolean clear = TRUE;
        for (guint i = 0; i < near->len && clear; i++)
            clear = !calibration_strokes_near(strokes, g_ptr_array_index(near, i), margin_mm);
        if (clear)
            return;
        for (guint i = 0; i < strokes->strokes->len; i++) {
            GArray *stroke = g_ptr_array_index(strokes->strokes, i);
            for (guint k = 0; k < stroke->len; k++) {
                CalibrationPoint *p = &g_array_index(stroke, CalibrationPoint, k);
                p->x = option->x_mm + (p->x - option->x_mm) * 0.9;
                p->y = option->y_mm + (p->y - option->y_mm) * 0.9;
            }
        }
    }
}

void
calibration_strokes_draw(const CalibrationStrokes *strokes, const CalibrationInk *ink, cairo_t *cr,
                         GRand *random)
{
    for (guint i = 0; i < strokes->strokes->len; i++) {
        const GArray *stroke = g_ptr_array_index(strokes->strokes, i);
        if (stroke->len < 2)
            continue;
        if (strokes->straight)
            calibration_ink_zigzag(ink, cr, stroke, random);
        else
            calibration_ink_stroke(ink, cr, stroke, strokes->quick, random);
    }
}
