#include "decide-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Ink in a writing box is writing from this area on; a speck of dust or the tail of a stroke is less. Letters
 * of a 0.35 mm pen have about 1 mm² each. */
#define WRITING_MM2 0.4

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

static FormMarkState
state_of(double probability, const CalibrationMarks *model)
{
    if (probability >= model->accept)
        return FORM_MARK_MARKED;
    return probability <= model->reject ? FORM_MARK_EMPTY : FORM_MARK_UNSURE;
}

static void
decide_mark(FormReading *reading, FormFieldReading *field, const OmrTarget *target, const OmrMeasure *measure,
            const CalibrationProfile *profile)
{
    const CalibrationMarks *model = calibration_profile_marks(profile);
    FormMarkReading mark = {
        .value = form_reading_string(reading, target->option->value),
        .x_px = measure->x_px,
        .y_px = measure->y_px,
        .ink = measure->mark.cover,
        .probability = calibration_mark_probability(model, &measure->mark),
    };

    mark.state = state_of(mark.probability, model);
    if (mark.state == FORM_MARK_UNSURE)
        doubt(reading, field, "unsure_mark", _("there may be a mark, or only a speck or a stray stroke"));
    if (measure->support < calibration_profile_align(profile)->support) {
        mark.state = FORM_MARK_UNSURE;
        doubt(reading, field, "unsure_place",
              _("too few landmarks near this place to be sure of its position"));
    }
    g_array_append_val(field->marks, mark);
}

/* In a single choice, one mark that spills over its surroundings beside one that does not: the first was
 * probably taken back. The machine says so and leaves it to a person. */
static void
look_for_correction(FormReading *reading, FormFieldReading *field, const OmrMeasure *measures,
                    double scribble)
{
    FormMarkReading *spilt = NULL;
    guint n_spilt = 0, n_marked = 0;

    for (guint i = 0; i < field->marks->len; i++) {
        FormMarkReading *mark = &g_array_index(field->marks, FormMarkReading, i);
        if (mark->state != FORM_MARK_MARKED)
            continue;
        n_marked++;
        if (measures[i].mark.around >= scribble) {
            n_spilt++;
            spilt = mark;
        }
    }
    if (n_marked < 2 || n_spilt != 1)
        return;
    spilt->state = FORM_MARK_CANCELLED;
    doubt(reading, field, "correction", _("a mark seems to be crossed out"));
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
decide_box(FormReading *reading, FormFieldReading *field, const OmrMeasure *measure,
           const CalibrationProfile *profile)
{
    gboolean written = measure->ink_mm2 >= WRITING_MM2;

    field->confidence = 1;
    field->state = written ? FORM_FIELD_TO_KEY : FORM_FIELD_BLANK;
    if (measure->support < calibration_profile_align(profile)->support) {
        field->state = FORM_FIELD_TO_KEY;
        doubt(reading, field, "unsure_place",
              _("too few landmarks near this place to be sure of its position"));
    } else if (written) {
        g_ptr_array_add(field->reasons, (gpointer)form_reading_string(reading, "written"));
    }
    if (field->state == FORM_FIELD_TO_KEY)
        field->confidence = 0;
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
        for (guint i = 0; i < form_field->options->len; i++, at++)
            decide_mark(reading, field, &g_array_index(blank->targets, OmrTarget, at),
                        &g_array_index(measures, OmrMeasure, at), profile);
        if (form_field->type == FORM_SELECT_ONE)
            look_for_correction(reading, field, first, calibration_profile_marks(profile)->scribble);
        decide_value(reading, field, form_field->type == FORM_SELECT_MULTIPLE);
    }
}
