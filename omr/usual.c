#include "usual-private.h"

#include "order-private.h"

/* How dark positions full of print are when empty is told by so many of them; this share is darkened no more
 * than that, where up to half of them may be marked. */
#define LEAST_CROWDED 12
#define EMPTY_SHARE   0.4

/* Fewer marks than these tell nothing of how deep a person's marks are. */
#define LEAST_STYLE 3

/* Light that changes by this share about a position has an edge there. */
#define LEAST_STEP 0.1

/* Empty positions' patches scatter by this at least, and by that where there are too few to tell; so many of
 * a normal distribution lie below its mean by more than one standard deviation. */
#define LEAST_SCATTER  0.004
#define FEW_SCATTER    0.01
#define LEAST_EMPTIES  12
#define SIGMA_QUANTILE 0.16

/* Compares the ink around each option with the median of the field's other options. `measures` are the
 * field's. */
static void
measure_beside(OmrMeasure *measures, guint n)
{
    g_autofree double *others = g_new(double, n);

    for (guint at = 0; at < n; at++) {
        for (guint i = 0, k = 0; i < n; i++) {
            if (i != at)
                others[k++] = measures[i].mark.around;
        }
        qsort(others, n - 1, sizeof(double), omr_compare_doubles);
        measures[at].mark.beside = measures[at].mark.around - (n > 1 ? others[(n - 1) / 2] : 0);
    }
}

/* Positions full of print: ink hides in it, so that only their darkening as a whole tells, against that of
 * the page's other such positions, most of which are empty; where these are few, nothing tells. No ink can be
 * lighter than that darkening. */
static void
settle_crowded(GArray *measures)
{
    g_autoptr(GArray) masses = g_array_new(FALSE, FALSE, sizeof(double));

    for (guint i = 0; i < measures->len; i++) {
        const OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
        if (measure->crowded)
            g_array_append_val(masses, measure->mark.mass);
    }
    g_array_sort(masses, omr_compare_doubles);
    double usual = masses->len >= LEAST_CROWDED
                       ? g_array_index(masses, double, (guint)(EMPTY_SHARE * masses->len))
                       : G_MAXDOUBLE;
    for (guint i = 0; i < measures->len; i++) {
        OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
        if (!measure->crowded)
            continue;
        measure->mark.mass = usual < G_MAXDOUBLE ? measure->mark.mass - usual : 0;
        measure->mark.depth = MAX(measure->mark.depth, measure->mark.mass);
    }
}

static const CalibrationMark *
deepest_of(const OmrMeasure *field, guint n)
{
    const CalibrationMark *deepest = &field->mark;

    for (guint i = 1; i < n; i++)
        deepest = field[i].mark.depth > deepest->depth ? &field[i].mark : deepest;
    return deepest;
}

/* How deep the page's marks usually are: of every field the deepest position is taken, where that is a mark
 * by itself. Where hardly any is, all are taken: faint marks are told by what most fields have, and a page
 * without marks has no depth worth the name. */
static void
measure_style(const OmrBlank *blank, GArray *measures, const CalibrationMarks *model)
{
    g_autoptr(GArray) marks = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(double));

    for (guint at = 0, n; at < measures->len; at += n) {
        const OmrTarget *target = &g_array_index(blank->targets, OmrTarget, at);
        n = MAX(target->field->options->len, 1);
        if (target->option == NULL)
            continue;
        const CalibrationMark *deepest = deepest_of(&g_array_index(measures, OmrMeasure, at), n);
        g_array_append_val(all, deepest->depth);
        if (calibration_mark_probability(model, deepest) >= model->accept)
            g_array_append_val(marks, deepest->depth);
    }
    GArray *depths = marks->len >= LEAST_STYLE ? marks : all;
    if (depths->len == 0)
        return;
    g_array_sort(depths, omr_compare_doubles);
    double style = g_array_index(depths, double, depths->len / 2);
    for (guint i = 0; i < measures->len; i++)
        g_array_index(measures, OmrMeasure, i).mark.style = style;
}

/* At the edge of a shadow what is no darker than the shadow may be its own: a mark must be deeper there, and
 * what lies around it is no ring for certain. */
static void
deepen_at_shadows(GArray *measures, const CalibrationMarks *model)
{
    for (guint i = 0; i < measures->len; i++) {
        OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
        if (measure->light_step < LEAST_STEP)
            continue;
        measure->mark.style = MAX(measure->mark.style, measure->light_step / model->style_share);
        measure->mark.ring = MIN(measure->mark.ring, model->ring_half);
    }
}

/* How much darker a position's darkest patch is than that of empty ones, by the scatter of these: of every
 * field with several positions all but the darkest are taken as empty, which is mostly the answer. A page
 * with few of them has no scatter of its own. */
static void
measure_prominence(const OmrBlank *blank, GArray *measures)
{
    g_autoptr(GArray) empties = g_array_new(FALSE, FALSE, sizeof(double));
    double middle = 0, scatter = FEW_SCATTER;

    for (guint at = 0, n; at < measures->len; at += n) {
        const OmrMeasure *field = &g_array_index(measures, OmrMeasure, at);
        guint darkest = 0;
        n = MAX(g_array_index(blank->targets, OmrTarget, at).field->options->len, 1);
        for (guint i = 1; i < n; i++)
            darkest = field[i].mark.patch > field[darkest].mark.patch ? i : darkest;
        for (guint i = 0; i < n; i++) {
            if (i != darkest)
                g_array_append_val(empties, field[i].mark.patch);
        }
    }
    g_array_sort(empties, omr_compare_doubles);
    if (empties->len >= LEAST_EMPTIES) {
        middle = g_array_index(empties, double, empties->len / 2);
        scatter = MAX(middle - g_array_index(empties, double, (guint)(SIGMA_QUANTILE * empties->len)),
                      LEAST_SCATTER);
    }
    for (guint i = 0; i < measures->len; i++) {
        CalibrationMark *mark = &g_array_index(measures, OmrMeasure, i).mark;
        mark->prominence = (mark->patch - middle) / scatter;
    }
}

void
omr_usual_compare(const OmrBlank *blank, GArray *measures, const CalibrationMarks *model)
{
    for (guint at = 0, n; at < measures->len; at += n) {
        n = MAX(g_array_index(blank->targets, OmrTarget, at).field->options->len, 1);
        measure_beside(&g_array_index(measures, OmrMeasure, at), n);
    }
    settle_crowded(measures);
    measure_style(blank, measures, model);
    deepen_at_shadows(measures, model);
    measure_prominence(blank, measures);
}
