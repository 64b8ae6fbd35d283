#include "context-private.h"

#include <math.h>

#include "order-private.h"

/* Strokes are followed to positions whose centres are at most this far away. */
#define FOLLOW_MM 16.0

/* Once or twice is no style. */
#define LEAST_PASSES 3

/* What two thirds of the page's marks do is this person's way; the others may be corrections. */
#define USUAL_SHARE 0.33

/* Rings have all their ink around: only marks that cover so much tell how far a person's marks run over. */
#define SOLID_COVER 0.3

static gboolean
is_mark(const OmrMeasure *measure, const CalibrationMarks *model)
{
    return calibration_mark_probability(model, &measure->mark) > model->reject;
}

/* Whether strokes leave in opposite directions, give or take one step of 15 degrees each. */
static gboolean
leaves_both_ways(guint32 leaving)
{
    guint32 opposite = (leaving << OMR_SECTORS / 2 | leaving >> OMR_SECTORS / 2) & ((1u << OMR_SECTORS) - 1);

    return (opposite & (leaving | leaving << 1 | leaving >> 1)) != 0;
}

/* A thin straight line that comes in on one side and goes out on the other. */
static gboolean
passes_through(const OmrMeasure *measure, const CalibrationMarks *model)
{
    const CalibrationMark *mark = &measure->mark;

    return is_mark(measure, model) && mark->arms == 2 && mark->straight >= model->stray_straight &&
           leaves_both_ways(measure->leaving) && mark->cover < model->stray_cover;
}

/* Some people mark with long strokes: where marks of this share of the page's answered fields pass through,
 * passing says nothing. A question struck out is one field. */
static gboolean
is_style_to_pass(const OmrBlank *blank, const GArray *measures, const CalibrationMarks *model)
{
    const FormField *marked = NULL, *passed = NULL;
    guint n_marked = 0, n_passed = 0;

    for (guint i = 0; i < measures->len; i++) {
        const OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
        const FormField *field = g_array_index(blank->targets, OmrTarget, i).field;
        if (calibration_mark_probability(model, &measure->mark) < model->accept)
            continue;
        n_marked += field != marked;
        marked = field;
        if (!passes_through(measure, model))
            continue;
        n_passed += field != passed;
        passed = field;
    }
    return n_passed >= LEAST_PASSES && n_passed > model->stray_share * n_marked;
}

/* What a share of the page's marks stays at or below, where those with less than `least_cover` count as 0; 0
 * when it has none. */
static double
quantile_of_marks(const OmrBlank *blank, const GArray *measures, gsize offset, double share,
                  double least_cover, const CalibrationMarks *model)
{
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));

    for (guint i = 0; i < measures->len; i++) {
        const OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
        double value = measure->mark.cover >= least_cover ? G_STRUCT_MEMBER(double, measure, offset) : 0;
        if (g_array_index(blank->targets, OmrTarget, i).option != NULL &&
            calibration_mark_probability(model, &measure->mark) >= model->accept)
            g_array_append_val(values, value);
    }
    g_array_sort(values, omr_compare_doubles);
    return values->len > 0 ? g_array_index(values, double, (guint)(share * values->len)) : 0;
}

/* A thin stroke that comes from outside, on a page where marks stay inside and are heavier. */
static gboolean
is_unlike_the_page(const OmrMeasure *measure, double usual_mass, double usual_leaves,
                   const CalibrationMarks *model)
{
    const CalibrationMark *mark = &measure->mark;

    return is_mark(measure, model) && usual_leaves < 1 && mark->leaves >= 1 && mark->arms <= 2 &&
           mark->straight >= model->stray_straight && mark->mass < model->stray_unlike * usual_mass;
}

/* Whether a stroke leaves the position in the direction (dx, dy), give or take so many steps of 15 degrees.
 */
static gboolean
leaves_towards(const OmrMeasure *measure, double dx, double dy, int give)
{
    int sector = (int)((atan2(dy, dx) + G_PI) / (2 * G_PI) * OMR_SECTORS) % OMR_SECTORS;

    for (int beside = -give; beside <= give; beside++) {
        if (measure->leaving >> ((sector + beside + OMR_SECTORS) % OMR_SECTORS) & 1)
            return TRUE;
    }
    return FALSE;
}

/* Whether one stroke may run from the one position into the other, (dx, dy) away. */
static gboolean
are_joined(const OmrMeasure *from, const OmrMeasure *to, double dx, double dy, int give)
{
    return leaves_towards(from, dx, dy, give) && leaves_towards(to, -dx, -dy, give);
}

/* Whether the stroke that leaves `at` goes on into a position with a greater mark; or, as one straight line,
 * with one so like it that either may be the end of the other. */
static gboolean
ends_another_mark(const OmrBlank *blank, const GArray *measures, guint at, const CalibrationMarks *model)
{
    const OmrTarget *here = &g_array_index(blank->targets, OmrTarget, at);
    const OmrMeasure *measure = &g_array_index(measures, OmrMeasure, at);
    gboolean bent = measure->mark.arms > 1 && measure->mark.straight < model->stray_straight;

    if (measure->mark.leaves < 1 || measure->mark.arms > 2 || bent || !is_mark(measure, model))
        return FALSE;
    for (guint i = 0; i < measures->len; i++) {
        const OmrTarget *there = &g_array_index(blank->targets, OmrTarget, i);
        const OmrMeasure *other = &g_array_index(measures, OmrMeasure, i);
        double dx = there->x_mm - here->x_mm, dy = there->y_mm - here->y_mm;
        if (i == at || there->option == NULL || hypot(dx, dy) > FOLLOW_MM || other->mark.leaves < 1)
            continue;
        gboolean less = measure->mark.mass < model->stray_mass * other->mark.mass;
        gboolean alike = !less && model->stray_mass * measure->mark.mass < other->mark.mass;
        if ((less && are_joined(measure, other, dx, dy, 2)) ||
            (alike && are_joined(measure, other, dx, dy, 0)))
            return TRUE;
    }
    return FALSE;
}

void
omr_context_find_spill(const OmrBlank *blank, GArray *measures, const CalibrationMarks *model)
{
    double usual = quantile_of_marks(blank, measures, G_STRUCT_OFFSET(OmrMeasure, mark.spill), USUAL_SHARE,
                                     SOLID_COVER, model);

    for (guint i = 0; i < measures->len; i++)
        g_array_index(measures, OmrMeasure, i).usual_spill = usual;
}

void
omr_context_find_strays(const OmrBlank *blank, GArray *measures, const CalibrationMarks *model)
{
    double usual_mass =
        quantile_of_marks(blank, measures, G_STRUCT_OFFSET(OmrMeasure, mark.mass), 0.5, 0, model);
    double usual_leaves =
        quantile_of_marks(blank, measures, G_STRUCT_OFFSET(OmrMeasure, mark.leaves), 0.5, 0, model);
    gboolean passing_counts = !is_style_to_pass(blank, measures, model);

    for (guint i = 0; i < measures->len; i++) {
        OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
        if (g_array_index(blank->targets, OmrTarget, i).option != NULL)
            measure->stray = (passing_counts && passes_through(measure, model)) ||
                             is_unlike_the_page(measure, usual_mass, usual_leaves, model) ||
                             ends_another_mark(blank, measures, i, model);
    }
}
