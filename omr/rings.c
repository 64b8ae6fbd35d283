#include "rings-private.h"

#include <math.h>

#include "shape-private.h"

/* A ring reaches in at positions so many of its own sizes away, and spans there so many directions to each
 * side: it is drawn up to 1.7 sizes wide, and positions are looked at up to half way to the next. */
#define RING_SIZES 2.0
#define RING_SPAN  4

/* Once or twice is no habit. */
#define LEAST_RINGS 3

static gboolean
is_ring(const OmrMeasure *measure, const CalibrationMarks *model)
{
    return measure->mark.ring >= model->ring_half && measure->mark.cover <= model->alone_ring_cover &&
           omr_arcs_go_around(measure->arcs) &&
           calibration_mark_probability(model, &measure->mark) > model->reject;
}

/* Marks the directions in which a ring, or what looks like one, may reach in at other positions. */
static void
point_to_ring(const OmrBlank *blank, GArray *measures, guint at)
{
    const OmrTarget *ring = &g_array_index(blank->targets, OmrTarget, at);

    for (guint i = 0; i < measures->len; i++) {
        const OmrTarget *target = &g_array_index(blank->targets, OmrTarget, i);
        double dx = ring->x_mm - target->x_mm, dy = ring->y_mm - target->y_mm;
        if (i == at || hypot(dx, dy) > RING_SIZES * ring->size_mm)
            continue;
        for (int beside = -RING_SPAN; beside <= RING_SPAN; beside++)
            g_array_index(measures, OmrMeasure, i).towards_rings |=
                1u << (omr_sector_of(dx, dy) + beside + OMR_SECTORS) % OMR_SECTORS;
    }
}

void
omr_rings_find(const OmrBlank *blank, GArray *measures, const CalibrationMarks *model)
{
    guint n_rings = 0;

    for (guint i = 0; i < measures->len; i++) {
        const OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
        n_rings += is_ring(measure, model);
        if (measure->mark.ring >= model->alone_ring && omr_arcs_go_around(measure->arcs))
            point_to_ring(blank, measures, i);
    }
    for (guint i = 0; i < measures->len; i++) {
        OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
        measure->beside_ring = measure->specks != 0 && (measure->specks & ~measure->towards_rings) == 0;
        measure->rings = n_rings >= LEAST_RINGS + (guint)is_ring(measure, model);
    }
}

/* How much of a ring is drawn around a position. Where strokes may be broken any ink counts, else only such
 * as goes on. */
static double
ring_ink(const OmrMeasure *measure, gboolean broken)
{
    guint32 directions = broken ? measure->specks : measure->arcs;

    return __builtin_popcount(directions) / (double)OMR_SECTORS * measure->mark.around;
}

/* Whether a ring is drawn around it, and nothing in any of the others, or around them but their neighbours'
 * rings. On a page with other rings its strokes may be broken. */
static gboolean
is_ringed_alone(const OmrMeasure *measures, guint n, guint at, const CalibrationMarks *model)
{
    const OmrMeasure *measure = &measures[at];
    guint32 directions = measure->rings ? measure->specks : measure->arcs;
    double ink = ring_ink(measure, measure->rings);

    for (guint i = 0; i < n; i++) {
        gboolean ring = !measures[i].beside_ring &&
                        ring_ink(&measures[i], measure->rings) > model->alone_ring_others * ink;
        if (i != at && (ring || measures[i].mark.prominence >= model->overlooked))
            return FALSE;
    }
    return measure->light_step < model->ink && omr_arcs_go_around(directions & ~measure->towards_rings) &&
           __builtin_popcount(directions) >= model->alone_ring * OMR_SECTORS &&
           measure->mark.cover <= model->alone_ring_cover && ink >= model->ring_ink;
}

int
omr_rings_find_alone(const FormField *field, const OmrMeasure *measures, const CalibrationMarks *model)
{
    guint n = field->options->len;

    for (guint at = 0; field->type == FORM_SELECT_ONE && at < n; at++) {
        if (is_ringed_alone(measures, n, at, model))
            return (int)at;
    }
    return -1;
}
