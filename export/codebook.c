#include "codebook-private.h"

#include <glib/gi18n-lib.h>

/* One row of the codebook; NULL is an empty cell. */
typedef struct {
    const char *variable, *type, *label, *value, *value_label, *required, *group, *personal;
} Entry;

static void
write_entry(ExportCsv *csv, const Entry *entry)
{
    const char *const cells[] = {entry->variable,    entry->type,     entry->label, entry->value,
                                 entry->value_label, entry->required, entry->group, entry->personal};

    for (guint i = 0; i < G_N_ELEMENTS(cells); i++)
        export_csv_cell(csv, cells[i]);
    export_csv_end_row(csv);
}

static void
write_question(ExportCsv *csv, const ExportQuestion *question, const char *language)
{
    const FormQuestion *asked = question->question;
    Entry entry = {
        .variable = question->column,
        .type = form_type_name(asked->type),
        .label = form_text_get(asked->label, language),
        .required = asked->required ? "yes" : "no",
        .group = form_text_get(asked->group, language),
        .personal = question->personal ? "yes" : "no",
    };

    write_entry(csv, &entry);
    for (guint i = 0; i < question->choices->len; i++) {
        const FormChoice *choice = g_ptr_array_index(question->choices, i);
        entry.value = choice->value;
        entry.value_label = form_text_get(choice->label, language);
        write_entry(csv, &entry);
    }
}

/* The 0/1 columns of a select_multiple. */
static void
write_indicators(ExportCsv *csv, const ExportQuestion *question, const char *language)
{
    for (guint i = 0; i < question->choices->len; i++) {
        const FormChoice *choice = g_ptr_array_index(question->choices, i);
        g_autofree char *variable = g_strdup_printf("%s/%s", question->column, choice->value);
        Entry entry = {
            .variable = variable,
            .type = "indicator",
            .label = form_text_get(choice->label, language),
            .required = "no",
            .group = form_text_get(question->question->group, language),
            .personal = "no",
        };
        write_entry(csv, &entry);
    }
}

void
export_codebook_write(ExportCsv *csv, const ExportPlan *plan, const GPtrArray *sample, const char *language)
{
    const Entry head = {"variable", "type", "label", "value", "value_label", "required", "group", "personal"};
    const Entry serial = {.variable = "serial", .type = "serial", .required = "yes", .personal = "no"};

    write_entry(csv, &head);
    write_entry(csv, &serial);
    for (guint i = 0; i < sample->len; i++) {
        const Entry column = {
            .variable = g_ptr_array_index(sample, i), .type = "sample", .required = "no", .personal = "no"};
        write_entry(csv, &column);
    }
    for (guint i = 0; i < plan->questions->len; i++) {
        const ExportQuestion *question = g_ptr_array_index(plan->questions, i);
        write_question(csv, question, language);
        if (question->multiple && !question->personal)
            write_indicators(csv, question, language);
    }
}
