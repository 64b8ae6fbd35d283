#include "decide-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "kind-private.h"

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

/* Ink beside a position makes it doubtful, unless a single choice has its answer: then it is that mark's, or
 * the next row's. */
static gboolean
may_be_missed(const FormField *field, const OmrMeasure *measures, guint at, const CalibrationMarks *model)
{
    if (field->type != FORM_SELECT_ONE)
        return TRUE;
    for (guint i = 0; i < field->options->len; i++) {
        if (i != at && calibration_mark_probability(model, &measures[i].mark) >= model->accept)
            return FALSE;
    }
    return TRUE;
}

/* Whether a position in doubt is so much weaker than the clear answer of its single choice that it is none: a
 * speck, a residue, the shade of a fold. */
static gboolean
is_outdone(const FormField *field, const OmrMeasure *measures, guint at, const CalibrationMarks *model)
{
    const CalibrationMark *mark = &measures[at].mark, *answer = NULL;

    if (field->type != FORM_SELECT_ONE)
        return FALSE;
    for (guint i = 0; i < field->options->len; i++) {
        if (i != at && calibration_mark_probability(model, &measures[i].mark) >= model->accept)
            answer = &measures[i].mark;
    }
    if (answer == NULL || mark->ring >= model->ring_half)
        return FALSE;
    gboolean faint = mark->style >= model->style_least && mark->depth < model->style_share * mark->style;
    gboolean small = mark->mass < model->speck_mass * MAX(answer->mass, model->mass_half);
    if (calibration_mark_probability(model, mark) >= model->accept)
        return faint && small;
    return faint || (small && mark->cover < model->speck_cover);
}

static void
decide_mark(FormReading *reading, FormFieldReading *field, const OmrTarget *target, const OmrMeasure *measure,
            double probability, const CalibrationProfile *profile)
{
    FormMarkReading mark = {
        .value = form_reading_string(reading, target->option->value),
        .x_px = measure->x_px,
        .y_px = measure->y_px,
        .ink = measure->mark.cover,
        .probability = probability,
        .state = state_of(probability, calibration_profile_marks(profile)),
    };

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
    if (!is_in_place(measure, profile)) {
        mark.state = FORM_MARK_UNSURE;
        doubt_place(reading, field);
    }
    g_array_append_val(field->marks, mark);
}

static void
decide_marks(FormReading *reading, FormFieldReading *field, const OmrTarget *targets,
             const OmrMeasure *measures, const CalibrationProfile *profile)
{
    const CalibrationMarks *model = calibration_profile_marks(profile);
    const FormField *form_field = targets[0].field;

    for (guint i = 0; i < form_field->options->len; i++) {
        double probability = calibration_mark_probability(model, &measures[i].mark);
        if (may_be_missed(form_field, measures, i, model))
            probability = MAX(probability, calibration_miss_probability(model, &measures[i].mark));
        if (is_outdone(form_field, measures, i, model))
            probability = MIN(probability, model->reject);
        decide_mark(reading, field, &targets[i], &measures[i], probability, profile);
    }
}

/* What several marks in the field mean. */
static FormMarksRule
rule_of(const OmrBlank *blank, const FormField *field)
{
    const FormQuestion *question = form_package_question(blank->package, field->name);

    return question != NULL ? question->marks : FORM_MARKS_NONE;
}

/* A mark's ink that covers its surroundings too: nobody marks like that, but people cross out like that, and
 * so look tears and stains. */
static gboolean
overruns(const FormMarkReading *mark, const OmrMeasure *measure, const CalibrationMarks *model)
{
    return mark->state == FORM_MARK_MARKED &&
           measure->mark.spill >= MAX(model->spill, model->spill_usual * measure->usual_spill) &&
           measure->mark.cover >= model->spill_cover;
}

/* A position covered whole and beyond was taken back where another is clearly marked: whether that settles
 * the question is the form's rule. Alone it may also be a careless fill. One covered in part, from outside,
 * may be torn or stained. */
static void
look_for_overruns(FormReading *reading, FormFieldReading *field, const OmrMeasure *measures,
                  FormMarksRule rule, gboolean multiple, const CalibrationMarks *model)
{
    guint n_clear = 0;

    for (guint i = 0; i < field->marks->len; i++) {
        const FormMarkReading *mark = &g_array_index(field->marks, FormMarkReading, i);
        n_clear += mark->state == FORM_MARK_MARKED && !overruns(mark, &measures[i], model);
    }
    for (guint i = 0; i < field->marks->len; i++) {
        FormMarkReading *mark = &g_array_index(field->marks, FormMarkReading, i);
        gboolean whole = measures[i].mark.cover >= model->scribble_cover;
        if (!overruns(mark, &measures[i], model))
            continue;
        gboolean scribbled = whole && !multiple && measures[i].mark.ring >= model->scribble_ring;
        mark->state = scribbled && n_clear > 0 ? FORM_MARK_CANCELLED : FORM_MARK_UNSURE;
        if (mark->state == FORM_MARK_CANCELLED && rule != FORM_MARKS_NONE)
            form_reading_add_flag(reading, "corrected", field->name,
                                  _("a mark is crossed out, another counts"));
        else if (whole)
            doubt(reading, field, "correction", _("a mark seems to be crossed out"));
        else
            doubt(reading, field, "overrun",
                  _("ink runs over a position from outside: a tear, a stain or a stray stroke"));
    }
}

/* A field that seems blank although something in it is as dark as the page's marks. */
static void
look_for_overlooked(FormReading *reading, FormFieldReading *field, const OmrMeasure *measures,
                    const CalibrationMarks *model)
{
    for (guint i = 0; i < field->marks->len; i++) {
        if (g_array_index(field->marks, FormMarkReading, i).state != FORM_MARK_EMPTY)
            return;
    }
    for (guint i = 0; i < field->marks->len; i++) {
        const CalibrationMark *mark = &measures[i].mark;
        double style = mark->style >= model->style_least ? model->style_share * mark->style : 0;
        if (mark->cover < model->cover_half * 3 / 4 || mark->depth < MAX(model->overlooked, style))
            continue;
        g_array_index(field->marks, FormMarkReading, i).state = FORM_MARK_UNSURE;
        doubt(reading, field, "unsure_mark", _("there may be a mark, or only a speck or a stray stroke"));
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
apply_rule(FormReading *reading, FormFieldReading *field, const OmrMeasure *measures, FormMarksRule rule,
           gboolean multiple, const CalibrationMarks *model)
{
    field->rule = form_marks_rule_name(rule);
    look_for_overruns(reading, field, measures, rule, multiple, model);
    look_for_overlooked(reading, field, measures, model);
    if (rule == FORM_MARKS_LARGEST && !multiple && field->reasons->len == 0)
        let_largest_count(reading, field, measures, model);
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
        decide_marks(reading, field, target, first, profile);
        at += form_field->options->len;
        gboolean multiple = form_field->type == FORM_SELECT_MULTIPLE;
        apply_rule(reading, field, first, rule_of(blank, form_field), multiple,
                   calibration_profile_marks(profile));
        decide_value(reading, field, multiple);
        name_kinds(field, first, calibration_profile_marks(profile));
    }
}
