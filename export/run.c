#include <glib/gi18n-lib.h>
#include <string.h>

#include "aside-private.h"
#include "codebook-private.h"

static const char *const file_names[] = {"responses.csv", "cells.csv", "codebook.csv", NULL};

/* An export under way. */
typedef struct {
    GPtrArray *forms; /* of FormPackage*: the versions of the form, oldest first; not owned */
    ExportPlan *plan;
    GArray *sample;          /* of guint: indexes of the sample list's columns but the serial's */
    GPtrArray *sample_names; /* of char*, owned: their names in responses.csv */
    GHashTable *places;      /* FormPackage* -> GArray of int: the cell of each question of the plan, or -1 */
    ExportCsv *responses, *cells;
    ExportResult result;
} Run;

static void
run_clear(Run *run)
{
    g_clear_pointer(&run->forms, g_ptr_array_unref);
    g_clear_pointer(&run->plan, export_plan_free);
    g_clear_pointer(&run->sample, g_array_unref);
    g_clear_pointer(&run->sample_names, g_ptr_array_unref);
    g_clear_pointer(&run->places, g_hash_table_unref);
    g_clear_pointer(&run->responses, export_csv_free);
    g_clear_pointer(&run->cells, export_csv_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

/* The codes of `forms`, each once, joined by ", ". */
static char *
list_codes(const GPtrArray *forms, guint *count)
{
    g_autoptr(GString) codes = g_string_new(NULL);
    const char *last = NULL;

    *count = 0;
    for (guint i = 0; i < forms->len; i++) {
        const FormPackage *form = g_ptr_array_index(forms, i);
        if (g_strcmp0(form->code, last) == 0)
            continue;
        g_string_append_printf(codes, "%s%s", last == NULL ? "" : ", ", form->code);
        last = form->code;
        (*count)++;
    }
    return g_string_free(g_steal_pointer(&codes), FALSE);
}

/* The versions of the form to export. */
static gboolean
choose_form(Run *run, const GPtrArray *forms, const char *code, GError **error)
{
    guint n_codes;
    g_autofree char *codes = list_codes(forms, &n_codes);

    if (n_codes == 0) {
        g_set_error(
            error, EXPORT_ERROR, EXPORT_ERROR_INPUT,
            _("the station has no form, so there is nothing to export; add one with `phieu form add`"));
        return FALSE;
    }
    if (code == NULL && n_codes > 1) {
        g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_INPUT,
                    _("the station has several forms; name one with --form: %s"), codes);
        return FALSE;
    }
    run->forms = g_ptr_array_new();
    for (guint i = 0; i < forms->len; i++) {
        FormPackage *form = g_ptr_array_index(forms, i);
        if (code == NULL || strcmp(form->code, code) == 0)
            g_ptr_array_add(run->forms, form);
    }
    if (run->forms->len == 0)
        g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_INPUT,
                    _("there is no form “%s” in the station; it has: %s"), code, codes);
    return run->forms->len > 0;
}

static gboolean
name_is_taken(const Run *run, const char *name)
{
    for (guint i = 0; i < run->plan->columns->len; i++) {
        if (g_ascii_strcasecmp(g_array_index(run->plan->columns, ExportColumn, i).name, name) == 0)
            return TRUE;
    }
    for (guint i = 0; i < run->sample_names->len; i++) {
        if (g_ascii_strcasecmp(g_ptr_array_index(run->sample_names, i), name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* The sample list's columns but its serial; one that is called as a question gets the prefix `sample_`. */
static gboolean
choose_sample_columns(Run *run, Store *store, GError **error)
{
    g_auto(GStrv) columns = store_sample_columns(store, error);

    if (columns == NULL)
        return FALSE;
    run->sample = g_array_new(FALSE, FALSE, sizeof(guint));
    run->sample_names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; columns[i] != NULL; i++) {
        if (g_ascii_strcasecmp(columns[i], "serial") == 0)
            continue;
        char *name = g_strdup(columns[i]);
        while (name_is_taken(run, name)) {
            char *longer = g_strconcat("sample_", name, NULL);
            g_free(name);
            name = longer;
        }
        g_array_append_val(run->sample, i);
        g_ptr_array_add(run->sample_names, name);
    }
    return TRUE;
}

static void
unref_array(gpointer data)
{
    g_array_unref(data);
}

/* Which cell of a questionnaire of `form` answers each question of the plan: cells come in form order without
 * notes. */
static GArray *
find_places(const ExportPlan *plan, const FormPackage *form)
{
    g_autoptr(GHashTable) cells = g_hash_table_new(g_str_hash, g_str_equal);
    GArray *places = g_array_new(FALSE, FALSE, sizeof(int));
    int n_cells = 0;

    for (guint i = 0; i < form->questions->len; i++) {
        const FormQuestion *question = g_ptr_array_index(form->questions, i);
        if (question->type != FORM_NOTE)
            g_hash_table_insert(cells, question->name, GINT_TO_POINTER(++n_cells));
    }
    for (guint i = 0; i < plan->questions->len; i++) {
        const ExportQuestion *question = g_ptr_array_index(plan->questions, i);
        int place = GPOINTER_TO_INT(g_hash_table_lookup(cells, question->question->name)) - 1;
        g_array_append_val(places, place);
    }
    return places;
}

static void
write_heads(const Run *run)
{
    static const char *const names[] = {"serial", "field", "value", "state", "source", "confidence"};

    export_csv_cell(run->responses, "serial");
    export_csv_cells(run->responses, run->sample_names);
    for (guint i = 0; i < run->plan->columns->len; i++)
        export_csv_cell(run->responses, g_array_index(run->plan->columns, ExportColumn, i).name);
    export_csv_end_row(run->responses);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        export_csv_cell(run->cells, names[i]);
    export_csv_end_row(run->cells);
}

/* A version may lack an option that another has: not offered is not the same as not marked. */
static gboolean
offers(const FormPackage *form, const char *name, const char *value)
{
    if (value == NULL)
        return TRUE;

    const FormQuestion *question = form_package_question(form, name);
    for (guint i = 0; i < question->choices->len; i++) {
        const FormChoice *choice = g_ptr_array_index(question->choices, i);
        if (strcmp(choice->value, value) == 0)
            return TRUE;
    }
    return FALSE;
}

static void
write_response(const Run *run, const StoreQuestionnaire *questionnaire)
{
    const GArray *places = g_hash_table_lookup(run->places, questionnaire->form);

    export_csv_cell(run->responses, questionnaire->serial);
    for (guint i = 0; i < run->sample->len; i++) {
        guint column = g_array_index(run->sample, guint, i);
        export_csv_cell(run->responses, questionnaire->sample == NULL ? "" : questionnaire->sample[column]);
    }
    for (guint i = 0; i < run->plan->columns->len; i++) {
        const ExportColumn *column = &g_array_index(run->plan->columns, ExportColumn, i);
        int place = g_array_index(places, int, column->question);
        const StoreCell *cell = place < 0 ? NULL : &questionnaire->cells[place];
        gboolean answered =
            cell != NULL && strcmp(cell->state, form_field_state_name(FORM_FIELD_ANSWERED)) == 0;
        gboolean offered = answered && offers(questionnaire->form, cell->name, column->value);
        export_csv_cell(run->responses, export_column_text(column, offered ? cell->value : ""));
    }
    export_csv_end_row(run->responses);
}

static void
write_cell(const Run *run, const StoreCell *cell, gboolean personal)
{
    char confidence[G_ASCII_DTOSTR_BUF_SIZE] = "";

    if (cell->source[0] != '\0')
        g_ascii_formatd(confidence, sizeof confidence, "%.9g", cell->confidence);
    export_csv_cell(run->cells, cell->serial);
    export_csv_cell(run->cells, cell->name);
    export_csv_cell(run->cells, personal ? "" : cell->value);
    export_csv_cell(run->cells, cell->state);
    export_csv_cell(run->cells, cell->source);
    export_csv_cell(run->cells, confidence);
    export_csv_end_row(run->cells);
}

static gboolean
write_questionnaire(const StoreQuestionnaire *questionnaire, gpointer data, GError **error)
{
    Run *run = data;
    const GArray *places = g_hash_table_lookup(run->places, questionnaire->form);
    g_autofree gboolean *personal = g_new0(gboolean, questionnaire->n_cells + 1);

    (void)error;
    for (guint i = 0; i < run->plan->questions->len; i++) {
        int place = g_array_index(places, int, i);
        if (place >= 0)
            personal[place] = ((const ExportQuestion *)g_ptr_array_index(run->plan->questions, i))->personal;
    }
    write_response(run, questionnaire);
    for (guint i = 0; i < questionnaire->n_cells; i++)
        write_cell(run, &questionnaire->cells[i], personal[i]);
    run->result.questionnaires++;
    run->result.cells += questionnaire->n_cells;
    return TRUE;
}

static ExportCsv *
open_file(const ExportAside *aside, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(aside->folder, name, NULL);

    return export_csv_new(path, error);
}

static gboolean
write_codebook(const Run *run, const ExportAside *aside, const char *language, GError **error)
{
    const FormPackage *newest = g_ptr_array_index(run->forms, run->forms->len - 1);
    g_autoptr(ExportCsv) codebook = open_file(aside, "codebook.csv", error);

    if (codebook == NULL)
        return FALSE;
    export_codebook_write(codebook, run->plan, run->sample_names,
                          language == NULL ? newest->language : language);
    return export_csv_finish(codebook, error);
}

static gboolean
write_files(Run *run, Store *store, const ExportOptions *options, const ExportAside *aside, GError **error)
{
    run->responses = open_file(aside, "responses.csv", error);
    run->cells = run->responses == NULL ? NULL : open_file(aside, "cells.csv", error);
    if (run->cells == NULL)
        return FALSE;
    write_heads(run);
    if (!store_each_questionnaire(store, run->forms, options->batches, write_questionnaire, run, error))
        return FALSE;
    if (run->result.questionnaires == 0) {
        g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_INPUT,
                    _("there is nothing to export: no page of this form is held; import some first"));
        return FALSE;
    }
    return export_csv_finish(run->responses, error) && export_csv_finish(run->cells, error) &&
           write_codebook(run, aside, options->language, error);
}

/* "csv", or several joined by commas. */
static gboolean
check_formats(const char *formats, GError **error)
{
    g_auto(GStrv) names = g_strsplit(formats == NULL ? "csv" : formats, ",", -1);

    for (guint i = 0; names[i] != NULL; i++) {
        if (strcmp(g_strstrip(names[i]), "csv") == 0)
            continue;
        g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_INPUT, _("there is no format “%s”; there is: csv"),
                    names[i]);
        return FALSE;
    }
    return TRUE;
}

gboolean
export_run(Store *store, const ExportOptions *options, ExportResult *result, GError **error)
{
    g_auto(ExportAside) aside = {0};
    g_autoptr(GPtrArray) forms = NULL;
    g_auto(Run) run = {0};

    if (!check_formats(options->formats, error) || (forms = store_load_forms(store, error)) == NULL ||
        !choose_form(&run, forms, options->form, error))
        return FALSE;
    run.plan = export_plan_new(run.forms);
    run.places = g_hash_table_new_full(NULL, NULL, NULL, unref_array);
    for (guint i = 0; i < run.forms->len; i++) {
        const FormPackage *form = g_ptr_array_index(run.forms, i);
        g_hash_table_insert(run.places, (gpointer)form, find_places(run.plan, form));
    }
    if (!choose_sample_columns(&run, store, error) || !export_aside_init(&aside, options->dir, error) ||
        !write_files(&run, store, options, &aside, error) || !export_aside_place(&aside, file_names, error))
        return FALSE;
    if (result != NULL)
        *result = run.result;
    return TRUE;
}
