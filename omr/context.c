#include "context-private.h"

#include <math.h>

#include "order-private.h"

/* Strokes are followed to positions whose centres are at most this far away. */
#define FOLLOW_MM 16.0

/* A line that strikes out several rows comes through their positions at most this far from each other. */
#define ALONE_MM 25.0

/* A line of 0.5 mm across a bubble is narrower than this; the arm of a tick is not, for its hook. */
#define VERY_STRAIGHT 0.8

/* Of what a line makes of a position, so much is enough not to be a mark for certain. */
#define LINE 0.5

/* Once or twice is no style. */
#define LEAST_PASSES 3

/* What two thirds of the page's marks do is this person's way; the others may be corrections. */
#define USUAL_SHARE 0.33

/* A line swings from one position to the next, by so many steps of 15 degrees. */
#define SWING 2

/* What has this share of the usual mass of the page's marks may be a mark by itself. */
#define MARK_SHARE 0.7

/* Rings have all their ink around: only marks that cover so much tell how far a person's marks run over. */
#define SOLID_COVER 0.3

static gboolean
is_mark(const OmrMeasure *measure, const CalibrationMarks *model)
{
    return calibration_mark_probability(model, &measure->mark) > model->reject;
}

/* A thin straight line that comes in on one side and goes out on the other. */
static gboolean
passes_through(const OmrMeasure *measure, const CalibrationMarks *model)
{
    const CalibrationMark *mark = &measure->mark;

    return is_mark(measure, model) && mark->arms <= 2 && mark->through >= model->stray_through &&
           mark->hook <= model->stray_hook && mark->cover < model->stray_cover;
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

/* Whether a stroke leaves the position in the direction (dx, dy), give or take so many steps of 15 degrees.
 */
static gboolean
leaves_towards(const OmrMeasure *measure, double dx, double dy, int give)
{
    int sector = omr_sector_of(dx, dy);

    for (int beside = -give; beside <= give; beside++) {
        if (measure->leaving >> ((sector + beside + OMR_SECTORS) % OMR_SECTORS) & 1)
            return TRUE;
    }
    return FALSE;
}

/* A thin stroke that comes from outside along its row, as the ends of lines that strike a question out do, on
 * a page where marks stay inside and are heavier. */
static gboolean
is_unlike_the_page(const OmrMeasure *measure, double usual_mass, double usual_leaves,
                   const CalibrationMarks *model)
{
    const CalibrationMark *mark = &measure->mark;
    gboolean along_row = leaves_towards(measure, 1, 0, 1) || leaves_towards(measure, -1, 0, 1);

    return is_mark(measure, model) && usual_leaves < 1 && mark->leaves >= 1 && mark->arms <= 2 && along_row &&
           mark->straight >= model->stray_straight && mark->mass < model->stray_unlike * usual_mass;
}

/* Whether one stroke may run from the one position into the other, (dx, dy) away. */
static gboolean
are_joined(const OmrMeasure *from, const OmrMeasure *to, double dx, double dy, int give)
{
    return leaves_towards(from, dx, dy, give) && leaves_towards(to, -dx, -dy, give);
}

/* Whether there is a line in the position, be it over a mark. A fold is fainter than what was written. */
static gboolean
has_line(const OmrMeasure *measure, const CalibrationMarks *model)
{
    const CalibrationMark *mark = &measure->mark;

    return mark->leaves >= 2 && (mark->through >= LINE || mark->over >= LINE) &&
           mark->depth >= model->style_share * mark->style;
}

/* What a stroke that leaves a position is to the mark that it goes on to. */
typedef enum {
    END_NONE,
    END_OF_LIKE,    /* as one straight line, with one so like it that either may be the end of the other; or
                       of a line that may go on here */
    END_OF_GREATER, /* its end */
} End;

static End
ends_another_mark(const OmrBlank *blank, const GArray *measures, guint at, const CalibrationMarks *model)
{
    const OmrTarget *here = &g_array_index(blank->targets, OmrTarget, at);
    const OmrMeasure *measure = &g_array_index(measures, OmrMeasure, at);
    gboolean bent = measure->mark.arms > 1 && measure->mark.straight < model->stray_straight;
    /* a tick goes out twice, but not as one line */
    gboolean own =
        measure->mark.exits > 1 && !has_line(measure, model) && measure->mark.straight < VERY_STRAIGHT;
    End end = END_NONE;

    if (measure->mark.leaves < 1 || measure->mark.arms > 2 || bent || own || !is_mark(measure, model) ||
        measure->mark.cover >= model->stray_cover)
        return END_NONE;
    for (guint i = 0; i < measures->len; i++) {
        const OmrTarget *there = &g_array_index(blank->targets, OmrTarget, i);
        const OmrMeasure *other = &g_array_index(measures, OmrMeasure, i);
        double dx = there->x_mm - here->x_mm, dy = there->y_mm - here->y_mm;
        if (i == at || there->option == NULL || hypot(dx, dy) > FOLLOW_MM || other->mark.leaves < 1)
            continue;
        gboolean less = measure->mark.mass < model->stray_mass * other->mark.mass;
        gboolean alike = !less && model->stray_mass * measure->mark.mass < other->mark.mass;
        if ((alike && are_joined(measure, other, dx, dy, 0)) ||
            (less && has_line(other, model) && are_joined(measure, other, dx, dy, 2)))
            return END_OF_LIKE;
        if (less && are_joined(measure, other, dx, dy, 2))
            end = END_OF_GREATER;
    }
    return end;
}

/* What the line of a stray goes on to is in doubt with it: it may run through a position together with a
 * mark, or bend there. TRUE when there was any. */
static gboolean
spread_from(const OmrBlank *blank, GArray *measures, guint at, const CalibrationMarks *model)
{
    const OmrTarget *here = &g_array_index(blank->targets, OmrTarget, at);
    const OmrMeasure *stray = &g_array_index(measures, OmrMeasure, at);
    gboolean spread = FALSE;

    for (guint i = 0; i < measures->len; i++) {
        const OmrTarget *there = &g_array_index(blank->targets, OmrTarget, i);
        OmrMeasure *other = &g_array_index(measures, OmrMeasure, i);
        double dx = there->x_mm - here->x_mm, dy = there->y_mm - here->y_mm;
        if (other->stray || other->mark.leaves < 1 || hypot(dx, dy) > FOLLOW_MM || !is_mark(other, model) ||
            !are_joined(stray, other, dx, dy, 1))
            continue;
        other->stray = spread = TRUE;
    }
    return spread;
}

/* A line that strikes out several positions goes on from one to the next. */
static void
spread_strays(const OmrBlank *blank, GArray *measures, const CalibrationMarks *model)
{
    gboolean spread = TRUE;

    while (spread) {
        spread = FALSE;
        for (guint i = 0; i < measures->len; i++) {
            const OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
            if (measure->stray && !measure->elsewhere)
                spread = spread_from(blank, measures, i, model) || spread;
        }
    }
}

/* Whether the line at `at` goes on as another line of its field, of `n` positions from `first` on. */
static gboolean
goes_on_in_field(const OmrBlank *blank, const GArray *measures, guint first, guint n, guint at,
                 const CalibrationMarks *model)
{
    const OmrTarget *here = &g_array_index(blank->targets, OmrTarget, at);
    const OmrMeasure *measure = &g_array_index(measures, OmrMeasure, at);

    for (guint i = first; i < first + n; i++) {
        const OmrTarget *there = &g_array_index(blank->targets, OmrTarget, i);
        const OmrMeasure *other = &g_array_index(measures, OmrMeasure, i);
        if (i != at && is_mark(other, model) && has_line(other, model) &&
            are_joined(measure, other, there->x_mm - here->x_mm, there->y_mm - here->y_mm, SWING))
            return TRUE;
    }
    return FALSE;
}

/* A line through several positions of a field strikes it out. */
static void
find_struck_fields(const OmrBlank *blank, GArray *measures, const CalibrationMarks *model)
{
    for (guint at = 0, n; at < measures->len; at += n) {
        n = MAX(g_array_index(blank->targets, OmrTarget, at).field->options->len, 1);
        for (guint i = at; i < at + n; i++) {
            OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
            gboolean struck = is_mark(measure, model) && has_line(measure, model) &&
                              goes_on_in_field(blank, measures, at, n, i, model);
            measure->stray = measure->stray || struck;
        }
    }
}

/* A slip of the pen runs through one position; a line through several may be meant to strike them out. */
static gboolean
is_alone(const OmrBlank *blank, const GArray *measures, guint at, const CalibrationMarks *model)
{
    const OmrTarget *here = &g_array_index(blank->targets, OmrTarget, at);

    for (guint i = 0; i < measures->len; i++) {
        const OmrTarget *there = &g_array_index(blank->targets, OmrTarget, i);
        const OmrMeasure *other = &g_array_index(measures, OmrMeasure, i);
        if (i != at && (other->stray || has_line(other, model)) &&
            hypot(there->x_mm - here->x_mm, there->y_mm - here->y_mm) <= ALONE_MM)
            return FALSE;
    }
    return TRUE;
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
        if (g_array_index(blank->targets, OmrTarget, i).option == NULL)
            continue;
        End end = ends_another_mark(blank, measures, i, model);
        measure->stray = (passing_counts && passes_through(measure, model)) ||
                         is_unlike_the_page(measure, usual_mass, usual_leaves, model) || end != END_NONE ||
                         measure->runs_on;
        measure->elsewhere = end == END_OF_GREATER && measure->mark.mass < MARK_SHARE * usual_mass;
    }
    find_struck_fields(blank, measures, model);
    spread_strays(blank, measures, model);
    for (guint i = 0; i < measures->len; i++) {
        OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
        gboolean slip =
            measure->stray && passes_through(measure, model) && is_alone(blank, measures, i, model);
        measure->elsewhere = measure->elsewhere || slip;
    }
}
