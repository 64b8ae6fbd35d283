#include "accuracy-truth-private.h"

static void
clear_field(gpointer data)
{
    AccuracyTruthField *field = data;
    g_free(field->marks);
    g_free(field->value);
}

AccuracyTruth *
accuracy_truth_new(const FormPage *page)
{
    AccuracyTruth *truth = g_new0(AccuracyTruth, 1);
    truth->page = page;
    truth->fields = g_array_new(FALSE, TRUE, sizeof(AccuracyTruthField));
    g_array_set_clear_func(truth->fields, clear_field);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = page->fields->pdata[i];
        AccuracyTruthField own = {.field = field};
        if (field->options->len > 0)
            own.marks = g_new(AccuracyTruthMark, field->options->len);
        else if (field->has_box)
            own.value = g_strdup("");
        for (guint k = 0; k < field->options->len; k++)
            own.marks[k] =
                (AccuracyTruthMark){FORM_MARK_EMPTY, calibration_mark_kind_name(CALIBRATION_MARK_NONE)};
        g_array_append_val(truth->fields, own);
    }
    return truth;
}

void
accuracy_truth_free(AccuracyTruth *truth)
{
    if (!truth)
        return;
    g_array_unref(truth->fields);
    g_free(truth);
}

AccuracyTruth *
accuracy_truth_of_respondent(const CalibrationRespondent *respondent, const FormPage *page)
{
    AccuracyTruth *truth = accuracy_truth_new(page);
    for (guint i = 0; i < truth->fields->len; i++) {
        AccuracyTruthField *own = &g_array_index(truth->fields, AccuracyTruthField, i);
        const char *name = own->field->name;
        for (guint k = 0; k < own->field->options->len; k++) {
            const char *value = g_array_index(own->field->options, FormOption, k).value;
            FormMarkState state = calibration_respondent_mark(respondent, name, value);
            CalibrationMarkKind kind = calibration_respondent_kind(respondent, name, value);
            own->marks[k] = (AccuracyTruthMark){state, calibration_mark_kind_name(kind)};
        }
        if (!own->value)
            continue;
        g_free(own->value);
        own->value = g_strdup(calibration_respondent_value(respondent, name));
    }
    return truth;
}

const char *
accuracy_truth_of_field(const AccuracyTruthField *field)
{
    guint n_marked = 0, n_cancelled = 0;
    for (guint i = 0; field->marks && i < field->field->options->len; i++) {
        n_marked += field->marks[i].state == FORM_MARK_MARKED;
        n_cancelled += field->marks[i].state == FORM_MARK_CANCELLED;
    }
    if (n_cancelled > 0)
        return "corrected";
    if (n_marked > 1 && field->field->type == FORM_SELECT_ONE)
        return "double";
    return n_marked > 0 ? "answered" : "blank";
}
