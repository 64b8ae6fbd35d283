#include "decide-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "kind-private.h"
#include "look-private.h"
#include "rings-private.h"

/* On a page without a single mark, dust is likelier than a faint one: it must stand out so much more. */
#define UNMARKED 2

/* What is torn off, folded over or stained is as large as this. */
#define NEARBY_MM 25.0

static void
doubt(FormReading *reading, FormFieldReading *field, const char *reason, const char *detail)
{
    for (guint i = 0; i < field->reasons->len; i++) {
        if (g_str_equal(g_ptr_array_index(field->reasons, i), reason))
            return;
    }
    g_ptr_array_add(field->reasons, (gpointer)form_reading_string(reading, reason));
    form_reading_add_flag(reading, reason, field->name, detail);
}

/* Whether what was measured is the position at all. */
static gboolean
is_in_place(const OmrMeasure *measure, const CalibrationProfile *profile)
{
    const CalibrationAlign *limits = calibration_profile_align(profile);

    return measure->support >= limits->support && measure->outline >= limits->outline;
}

static void
doubt_place(FormReading *reading, FormFieldReading *field)
{
    doubt(reading, field, "unsure_place",
          _("this place of the form is cut off, covered, or not certain for lack of landmarks nearby"));
}

static FormMarkState
state_of(double probability, const CalibrationMarks *model)
{
    if (probability >= model->accept)
        return FORM_MARK_MARKED;
    return probability <= model->reject ? FORM_MARK_EMPTY : FORM_MARK_UNSURE;
}

/* Whether a mark is much fainter than the page's are. */
static gboolean
is_faint(const CalibrationMark *mark, const CalibrationMarks *model)
{
    return mark->style >= model->style_least &&
           MAX(mark->depth, mark->patch) < model->alone_style * mark->style;
}

/* Whether no other position of the field comes near what this one has. */
static gboolean
stands_alone(const OmrMeasure *measures, guint n, guint at, const CalibrationMarks *model)
{
    const CalibrationMark *mark = &measures[at].mark;

    /* the edge of a shadow stands alone, too */
    if (mark->prominence < model->alone_least || measures[at].stray || is_faint(mark, model) ||
        measures[at].light_step >= model->ink || omr_look_of(&measures[at], model) != OMR_LOOK_PLAIN)
        return FALSE;
    for (guint i = 0; i < n; i++) {
        const CalibrationMark *other = &measures[i].mark;
        if (i != at && (measures[i].stray || other->prominence > model->alone_others * mark->prominence ||
                        calibration_mark_probability(model, other) > model->alone_rival))
            return FALSE;
    }
    return TRUE;
}

/* Whether what stands in the position may be a mark: by its probability, or because its darkest patch is one
 * all over and about as dark as the page's marks, which specks are not. */
static gboolean
is_likely(const CalibrationMark *mark, const CalibrationMarks *model)
{
    gboolean patch = mark->style >= model->style_least && mark->patch >= model->alone_patch * mark->style &&
                     mark->patch >= model->alone_even * mark->depth;

    return patch || calibration_mark_probability(model, mark) >= model->alone;
}

/* The mark of a single choice that stands alone: then it is an answer with less proof than beside a rival,
 * since hardly anybody leaves a question out. -1 when there is none. */
static int
find_alone(const FormField *field, const OmrMeasure *measures, const CalibrationMarks *model)
{
    guint n = field->options->len;

    for (guint at = 0; field->type == FORM_SELECT_ONE && at < n; at++) {
        if (is_likely(&measures[at].mark, model) && stands_alone(measures, n, at, model))
            return (int)at;
    }
    return -1;
}

/* The only clear mark of a single choice that lies where it should and is nobody else's; -1 when there is
 * none or more than one. */
static int
find_answer(const FormField *field, const OmrMeasure *measures, const CalibrationProfile *profile)
{
    const CalibrationMarks *model = calibration_profile_marks(profile);
    int answer = -1;

    for (guint i = 0; field->type == FORM_SELECT_ONE && i < field->options->len; i++) {
        if (calibration_mark_probability(model, &measures[i].mark) < model->accept || measures[i].stray)
            continue;
        if (answer >= 0 || !is_in_place(&measures[i], profile))
            return -1;
        answer = (int)i;
    }
    return answer;
}

/* Whether a position in doubt is so much weaker than the clear answer of its single choice that it is none: a
 * speck, a residue, the shade of a fold. Not beside what goes over its rim on all sides: that may be crossed
 * out. */
static gboolean
is_outdone(const CalibrationMark *mark, const CalibrationMark *answer, const CalibrationMarks *model)
{
    if (mark->ring >= model->ring_half || answer->ring * answer->cover >= model->scribble_ring)
        return FALSE;
    gboolean faint = mark->style >= model->style_least && mark->depth < model->style_share * mark->style;
    gboolean small = mark->mass < model->speck_mass * MAX(answer->mass, model->mass_half);
    if (calibration_mark_probability(model, mark) >= model->accept)
        return faint && small;
    return faint || (small && mark->cover < model->speck_cover);
}

/* A field of options as it is decided. */
typedef struct {
    const OmrTarget *targets;
    const OmrMeasure *measures;
    const CalibrationProfile *profile;
    const CalibrationMarks *model;
    int answer;          /* find_answer() */
    int ringed;          /* omr_rings_find_alone() */
    int alone;           /* find_alone(), or else that */
    gboolean lost_alone; /* one position hereabouts is not in place, and others lie all around it */
} Choice;

/* Ink beside a position makes it doubtful, unless it is part of a ring around another, or a single choice has
 * its answer: then it is that mark's, or the next row's. */
static double
probability_of(const Choice *choice, guint at)
{
    const CalibrationMark *mark = &choice->measures[at].mark;
    double probability = calibration_mark_probability(choice->model, mark);

    if (choice->alone >= 0)
        return (int)at == choice->alone ? MAX(probability, choice->model->accept)
                                        : MIN(probability, choice->model->reject);
    if (choice->answer < 0 && !choice->measures[at].beside_ring)
        return MAX(probability, calibration_miss_probability(choice->model, mark));
    if (choice->answer < 0)
        return probability;
    gboolean outdone =
        (int)at != choice->answer && is_outdone(mark, &choice->measures[choice->answer].mark, choice->model);
    return outdone ? MIN(probability, choice->model->reject) : probability;
}

/* A place that cannot be seen is no matter where it lies under white paint, nothing stands in it, and the
 * single choice has a clear answer without it. */
static gboolean
is_settled_without(const Choice *choice, guint at)
{
    const OmrMeasure *measure = &choice->measures[at];

    return choice->answer >= 0 && choice->lost_alone && !measure->streaked &&
           measure->support >= calibration_profile_align(choice->profile)->support &&
           calibration_mark_probability(choice->model, &measure->mark) <= choice->model->reject;
}

/* A ring so near to a position's own print is taken for it, and the position for one out of place. But its
 * print shows in its place, too, and all others of the field are in theirs: so is this one. */
static gboolean
is_hidden_by_ring(const Choice *choice, guint at)
{
    guint n = choice->targets->field->options->len;

    for (guint i = 0; i < n; i++) {
        if (i != at && !is_in_place(&choice->measures[i], choice->profile))
            return FALSE;
    }
    return (int)at == choice->ringed && n > 1 &&
           choice->measures[at].outline >= calibration_profile_align(choice->profile)->outline;
}

/* Whether the answer is not drawn like a line, so that a line beside it cannot be a second answer. */
static gboolean
is_answered_otherwise(const Choice *choice)
{
    if (choice->answer < 0)
        return FALSE;
    const CalibrationMark *mark = &choice->measures[choice->answer].mark;
    gboolean straight = mark->arms <= 2 && mark->straight >= choice->model->stray_straight;
    return mark->cover >= choice->model->stray_cover || !straight;
}

static void
decide_mark(FormReading *reading, FormFieldReading *field, const Choice *choice, guint at)
{
    const OmrMeasure *measure = &choice->measures[at];
    double probability = probability_of(choice, at);
    FormMarkReading mark = {
        .value = form_reading_string(reading, choice->targets[at].option->value),
        .x_px = measure->x_px,
        .y_px = measure->y_px,
        .ink = measure->mark.cover,
        .probability = probability,
        .state = state_of(probability, choice->model),
    };

    if (measure->stray && measure->elsewhere && is_answered_otherwise(choice))
        mark.state = FORM_MARK_EMPTY;
    if (mark.state == FORM_MARK_UNSURE)
        doubt(reading, field, "unsure_mark", _("there may be a mark, or only a speck or a stray stroke"));
    if (measure->stray && mark.state != FORM_MARK_EMPTY) {
        mark.state = FORM_MARK_UNSURE;
        doubt(reading, field, "stray", _("a stroke from elsewhere runs through a position"));
    }
    if (measure->streaked) {
        mark.state = FORM_MARK_UNSURE;
        doubt(reading, field, "streak", _("a dark line of the scanner runs through a position"));
    }
    if (!is_in_place(measure, choice->profile) && !is_settled_without(choice, at) &&
        !is_hidden_by_ring(choice, at)) {
        mark.state = FORM_MARK_UNSURE;
        doubt_place(reading, field);
    }
    g_array_append_val(field->marks, mark);
}

static Choice
choice_of(const OmrTarget *targets, const OmrMeasure *measures, gboolean lost_alone,
          const CalibrationProfile *profile)
{
    const FormField *field = targets[0].field;
    const CalibrationMarks *model = calibration_profile_marks(profile);
    int alone = find_alone(field, measures, model), ringed = omr_rings_find_alone(field, measures, model);

    return (Choice){
        .targets = targets,
        .measures = measures,
        .profile = profile,
        .model = model,
        .answer = find_answer(field, measures, profile),
        .ringed = ringed,
        .alone = alone >= 0 ? alone : ringed,
        .lost_alone = lost_alone,
    };
}

/* What several marks in the field mean. */
static FormMarksRule
rule_of(const OmrBlank *blank, const FormField *field)
{
    const FormQuestion *question = form_package_question(blank->package, field->name);

    return question != NULL ? question->marks : FORM_MARKS_NONE;
}

/* A mark that was taken back where another one is clear: whether that settles the question is the form's
 * rule. Alone it may also be a careless fill. */
static void
look_for_cancelled(FormReading *reading, FormFieldReading *field, const Choice *choice, FormMarksRule rule,
                   gboolean multiple)
{
    const OmrMeasure *measures = choice->measures;
    const CalibrationMarks *model = choice->model;
    guint n_clear = 0, n_marked = 0;

    for (guint i = 0; i < field->marks->len; i++) {
        gboolean marked = g_array_index(field->marks, FormMarkReading, i).state == FORM_MARK_MARKED;
        n_marked += marked;
        n_clear += marked && omr_look_of(&measures[i], model) == OMR_LOOK_PLAIN &&
                   !is_faint(&measures[i].mark, model);
    }
    for (guint i = 0; i < field->marks->len; i++) {
        FormMarkReading *mark = &g_array_index(field->marks, FormMarkReading, i);
        OmrLook look = omr_look_of(&measures[i], model);
        gboolean ring = look == OMR_LOOK_OVERRUN && (int)i == choice->ringed && measures[i].rings;
        if (mark->state != FORM_MARK_MARKED || look == OMR_LOOK_PLAIN || ring)
            continue;
        gboolean certain = look == OMR_LOOK_SCRIBBLED || look == OMR_LOOK_STRUCK;
        gboolean careless = (look == OMR_LOOK_COVERED || look == OMR_LOOK_SCRIBBLED) && n_marked == 1 &&
                            field->reasons->len == 0 && measures[i].mark.ring < model->scribble_least;
        if (careless && !multiple)
            continue;
        mark->state = certain && !multiple && n_clear > 0 ? FORM_MARK_CANCELLED : FORM_MARK_UNSURE;
        if (mark->state == FORM_MARK_CANCELLED && rule != FORM_MARKS_NONE)
            form_reading_add_flag(reading, "corrected", field->name,
                                  _("a mark is crossed out, another counts"));
        else if (look == OMR_LOOK_OVERRUN)
            doubt(reading, field, "overrun",
                  _("ink runs over a position from outside: a tear, a stain or a stray stroke"));
        else
            doubt(reading, field, "correction", _("a mark seems to be crossed out"));
    }
}

/* How prominent a position of a field that seems blank must be, on this page, to be in doubt. */
static double
least_prominence(double faintest, const CalibrationMarks *model)
{
    return faintest > 0 ? MIN(model->overlooked_share * faintest, model->vague) : UNMARKED * model->vague;
}

/* A field that seems blank although a position in it is darker than empty ones are on this page, or any may
 * be without our seeing it. */
static void
look_for_overlooked(FormReading *reading, FormFieldReading *field, const OmrMeasure *measures,
                    const CalibrationMarks *model)
{
    double least = least_prominence(measures[0].faintest, model);
    int at = -1;

    for (guint i = 0; i < field->marks->len; i++) {
        if (g_array_index(field->marks, FormMarkReading, i).state != FORM_MARK_EMPTY)
            return;
        if (measures[i].stands_out && measures[i].mark.prominence >= least)
            at = (int)i;
    }
    if (at >= 0) {
        g_array_index(field->marks, FormMarkReading, at).state = FORM_MARK_UNSURE;
        doubt(reading, field, "unsure_mark", _("there may be a mark, or only a speck or a stray stroke"));
    } else if (measures[0].vague) {
        doubt(reading, field, "unsure_mark",
              _("marks are so faint on this page that one may not be seen here"));
    }
}

/* By the rule `largest` the greatest of the marks that count overrules the others, if it is so clearly. */
static void
let_largest_count(FormReading *reading, FormFieldReading *field, const OmrMeasure *measures,
                  const CalibrationMarks *model)
{
    guint largest = 0;
    double most = 0, next = 0;

    for (guint i = 0; i < field->marks->len; i++) {
        double mass = measures[i].mark.mass;
        if (g_array_index(field->marks, FormMarkReading, i).state != FORM_MARK_MARKED)
            continue;
        next = MAX(next, MIN(mass, most));
        if (mass > most)
            largest = i;
        most = MAX(most, mass);
    }
    if (next <= 0 || most < model->largest * next)
        return;
    for (guint i = 0; i < field->marks->len; i++) {
        FormMarkReading *mark = &g_array_index(field->marks, FormMarkReading, i);
        if (i != largest && mark->state == FORM_MARK_MARKED)
            mark->state = FORM_MARK_CANCELLED;
    }
    form_reading_add_flag(reading, "corrected", field->name, _("a larger mark overrules another"));
}

/* What several marks mean together, before the value is told. */
static void
apply_rule(FormReading *reading, FormFieldReading *field, const Choice *choice, FormMarksRule rule,
           gboolean multiple)
{
    field->rule = form_marks_rule_name(rule);
    look_for_cancelled(reading, field, choice, rule, multiple);
    look_for_overlooked(reading, field, choice->measures, choice->model);
    if (rule == FORM_MARKS_LARGEST && !multiple && field->reasons->len == 0)
        let_largest_count(reading, field, choice->measures, choice->model);
}

static void
decide_value(FormReading *reading, FormFieldReading *field, gboolean multiple)
{
    g_autoptr(GString) values = g_string_new(NULL);
    guint n_marked = 0;

    field->confidence = 1;
    for (guint i = 0; i < field->marks->len; i++) {
        const FormMarkReading *mark = &g_array_index(field->marks, FormMarkReading, i);
        field->confidence *= MAX(mark->probability, 1 - mark->probability);
        if (mark->state != FORM_MARK_MARKED)
            continue;
        g_string_append_printf(values, "%s%s", n_marked > 0 ? " " : "", mark->value);
        n_marked++;
    }
    if (field->reasons->len > 0) {
        field->state = FORM_FIELD_UNSURE;
    } else if (n_marked == 0) {
        field->state = FORM_FIELD_BLANK;
    } else if (n_marked > 1 && !multiple) {
        field->state = FORM_FIELD_MULTIPLE;
        doubt(reading, field, "multiple_marks", _("several marks where one is allowed"));
    } else {
        field->state = FORM_FIELD_ANSWERED;
        field->value = form_reading_string(reading, values->str);
    }
}

static void
name_kinds(FormFieldReading *field, const OmrMeasure *measures, const CalibrationMarks *model)
{
    for (guint i = 0; i < field->marks->len; i++) {
        FormMarkReading *mark = &g_array_index(field->marks, FormMarkReading, i);
        mark->kind = omr_kind_of(&measures[i], mark->state, model);
    }
}

static void
decide_box(FormReading *reading, FormFieldReading *field, const OmrMeasure *measure,
           const CalibrationProfile *profile)
{
    field->confidence = 1;
    field->state = FORM_FIELD_BLANK;
    if (measure->ink_mm2 >= calibration_profile_text(profile)->writing_mm2)
        g_ptr_array_add(field->reasons, (gpointer)form_reading_string(reading, "written"));
    if (!is_in_place(measure, profile))
        doubt_place(reading, field);
    if (field->reasons->len > 0) {
        field->state = FORM_FIELD_TO_KEY;
        field->confidence = 0;
    }
}

/* Whether a position in place lies in every quarter about this one: what tears or folds it away would take
 * one of them, too, since it comes from a side. */
static gboolean
is_enclosed(const OmrBlank *blank, const GArray *measures, const OmrTarget *lost,
            const CalibrationProfile *profile)
{
    guint quarters = 0;

    for (guint i = 0; i < measures->len; i++) {
        const OmrTarget *target = &g_array_index(blank->targets, OmrTarget, i);
        double dx = target->x_mm - lost->x_mm, dy = target->y_mm - lost->y_mm;
        if (dx != 0 && dy != 0 && is_in_place(&g_array_index(measures, OmrMeasure, i), profile))
            quarters |= 1u << ((dx > 0) + 2 * (dy > 0));
    }
    return quarters == 0xf;
}

/* Whether of all positions in and near a field just one is not in place, so that it is not torn off or folded
 * over with others. */
static gboolean
is_lost_alone(const OmrBlank *blank, const GArray *measures, guint field, const CalibrationProfile *profile)
{
    const OmrTarget *first = &g_array_index(blank->targets, OmrTarget, field);
    const OmrTarget *last = first + first->field->options->len - 1, *lost = NULL;

    for (guint i = 0; i < measures->len; i++) {
        const OmrTarget *target = &g_array_index(blank->targets, OmrTarget, i);
        gboolean beside = target->x_mm > MAX(first->x_mm, last->x_mm) + NEARBY_MM ||
                          target->x_mm < MIN(first->x_mm, last->x_mm) - NEARBY_MM;
        gboolean above_or_below = target->y_mm > MAX(first->y_mm, last->y_mm) + NEARBY_MM ||
                                  target->y_mm < MIN(first->y_mm, last->y_mm) - NEARBY_MM;
        if (beside || above_or_below || is_in_place(&g_array_index(measures, OmrMeasure, i), profile))
            continue;
        if (lost != NULL)
            return FALSE;
        lost = target;
    }
    return lost != NULL && is_enclosed(blank, measures, lost, profile);
}

void
omr_decide(FormReading *reading, const OmrBlank *blank, const GArray *measures,
           const CalibrationProfile *profile)
{
    guint at = 0;

    while (at < blank->targets->len) {
        const OmrTarget *target = &g_array_index(blank->targets, OmrTarget, at);
        const FormField *form_field = target->field;
        const OmrMeasure *first = &g_array_index(measures, OmrMeasure, at);
        FormFieldReading *field = form_reading_add_field(reading, form_field->name);
        if (target->option == NULL) {
            decide_box(reading, field, first, profile);
            at++;
            continue;
        }
        Choice choice = choice_of(target, first, is_lost_alone(blank, measures, at, profile), profile);
        for (guint i = 0; i < form_field->options->len; i++)
            decide_mark(reading, field, &choice, i);
        at += form_field->options->len;
        gboolean multiple = form_field->type == FORM_SELECT_MULTIPLE;
        apply_rule(reading, field, &choice, rule_of(blank, form_field), multiple);
        decide_value(reading, field, multiple);
        name_kinds(field, first, calibration_profile_marks(profile));
    }
}
