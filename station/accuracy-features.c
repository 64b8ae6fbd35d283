/* What was measured, beside the truth, a line a position: what mark models are fitted from. */
#include "accuracy-private.h"

#include "export-csv.h"

static const char *const fixed_columns[] = {
    "questionnaire", "page",  "scan",        "field",       "option",  "truth",
    "kind",          "state", "field_state", "probability", "support", "outline",
};

void
accuracy_features_header(GString *text)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new();
    for (guint i = 0; i < G_N_ELEMENTS(fixed_columns); i++)
        g_ptr_array_add(cells, (gpointer)fixed_columns[i]);
    for (guint i = 0; i < calibration_mark_n_features(); i++)
        g_ptr_array_add(cells, (gpointer)calibration_mark_feature_name(i));
    g_ptr_array_add(cells, NULL);
    export_csv_append(text, (const char *const *)cells->pdata);
}

static void
add_number(GPtrArray *cells, double number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_ptr_array_add(cells, g_strdup(g_ascii_formatd(text, sizeof text, "%.6g", number)));
}

static void
add_line(const AccuracySubject *subject, const AccuracyPage *page, const OmrPosition *position,
         const AccuracyTruthMark *truth, const FormFieldReading *read, const FormMarkReading *mark,
         GString *text)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(cells,
                    g_strdup_printf("%s-%u-%s", subject->population->name, subject->seed, page->id.serial));
    g_ptr_array_add(cells, g_strdup_printf("%d", page->id.page));
    g_ptr_array_add(cells, accuracy_scan_name(&page->scan));
    g_ptr_array_add(cells, g_strdup(position->field->name));
    g_ptr_array_add(cells, g_strdup(position->option->value));
    g_ptr_array_add(cells, g_strdup(form_mark_state_name(truth->state)));
    g_ptr_array_add(cells, g_strdup(truth->kind));
    g_ptr_array_add(cells, g_strdup(form_mark_state_name(mark->state)));
    g_ptr_array_add(cells, g_strdup(form_field_state_name(read->state)));
    add_number(cells, mark->probability);
    add_number(cells, position->support);
    add_number(cells, position->outline);
    for (guint i = 0; i < calibration_mark_n_features(); i++)
        add_number(cells, calibration_mark_feature(&position->mark, i));
    g_ptr_array_add(cells, NULL);
    export_csv_append(text, (const char *const *)cells->pdata);
}

void
accuracy_page_add_features(const AccuracySubject *subject, const AccuracyPage *page, GString *text)
{
    if (page->reading->refused || accuracy_is_mistaken(page->reading, &page->id, page->truth))
        return;
    guint at = 0; /* positions stand in the order of the page's fields and options, a box counting as one */
    for (guint i = 0; i < page->truth->fields->len; i++) {
        const AccuracyTruthField *field = &g_array_index(page->truth->fields, AccuracyTruthField, i);
        const FormFieldReading *read = accuracy_find_field(page->reading, field->field->name);
        while (at < page->positions->len &&
               g_array_index(page->positions, OmrPosition, at).field != field->field)
            at++;
        for (guint k = 0; k < field->field->options->len && at < page->positions->len; k++, at++)
            if (read && k < read->marks->len)
                add_line(subject, page, &g_array_index(page->positions, OmrPosition, at), &field->marks[k],
                         read, &g_array_index(read->marks, FormMarkReading, k), text);
    }
}
