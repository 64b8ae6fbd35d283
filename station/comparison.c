#include "comparison-private.h"

#include <glib/gi18n-lib.h>

#include "command-private.h"
#include "csv-private.h"

void
comparison_clear(Comparison *comparison)
{
    g_clear_pointer(&comparison->wrong, g_ptr_array_unref);
}

static Csv *
load(const char *dir, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    return csv_load(path, error);
}

/* "serial field" -> state; the strings of states belong to `cells`. NULL with an error when a column is
 * missing. */
static GHashTable *
index_states(const Csv *cells, GError **error)
{
    int serial = csv_column(cells, "serial"), field = csv_column(cells, "field"),
        state = csv_column(cells, "state");
    if (serial < 0 || field < 0 || state < 0) {
        g_set_error_literal(error, STATION_ERROR, STATION_ERROR_INPUT,
                            _("cells.csv: has no columns serial, field and state; export it again"));
        return NULL;
    }
    GHashTable *states = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 1; i < cells->records->len; i++) {
        GStrv record = cells->records->pdata[i];
        g_hash_table_insert(states, g_strdup_printf("%s %s", record[serial], record[field]), record[state]);
    }
    return states;
}

static GHashTable *
index_serials(const Csv *csv)
{
    GHashTable *records = g_hash_table_new(g_str_hash, g_str_equal);
    int serial = csv_column(csv, "serial");
    for (guint i = 1; i < csv->records->len && serial >= 0; i++) {
        GStrv record = csv->records->pdata[i];
        g_hash_table_insert(records, record[serial], record);
    }
    return records;
}

static void
compare_questionnaire(const FormPackage *package, const Csv *truth, GStrv true_record, GStrv read_record,
                      GHashTable *states, Comparison *comparison)
{
    const char *serial = true_record[csv_column(truth, "serial")];
    for (guint i = 0; i < package->questions->len; i++) {
        const FormQuestion *question = package->questions->pdata[i];
        int column = csv_column(truth, question->name);
        if (question->type == FORM_NOTE || column < 0)
            continue;
        g_autofree char *key = g_strdup_printf("%s %s", serial, question->name);
        const char *state = g_hash_table_lookup(states, key);
        if (score_field(&comparison->score, form_type_is_select(question->type),
                        state ? state : "missing_page", read_record[column], true_record[column]))
            g_ptr_array_add(comparison->wrong,
                            g_strdup_printf(_("%s %s: read as '%s', truly '%s'"), serial, question->name,
                                            read_record[column], true_record[column]));
    }
}

gboolean
comparison_run(const FormPackage *package, const char *export_dir, const char *truth_path,
               Comparison *comparison, GError **error)
{
    *comparison = (Comparison){.wrong = g_ptr_array_new_with_free_func(g_free)};
    g_autoptr(Csv) truth = csv_load(truth_path, error);
    g_autoptr(Csv) responses = truth ? load(export_dir, "responses.csv", error) : NULL;
    g_autoptr(Csv) cells = responses ? load(export_dir, "cells.csv", error) : NULL;
    g_autoptr(GHashTable) states = cells ? index_states(cells, error) : NULL;
    if (!states)
        return FALSE;
    g_autofree char *columns = g_strjoinv(",", responses->records->pdata[0]);
    g_autofree char *true_columns = g_strjoinv(",", truth->records->pdata[0]);
    if (!g_str_equal(columns, true_columns)) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: its columns are not those of %s/responses.csv; they are of different forms or "
                      "sample lists"),
                    truth_path, export_dir);
        return FALSE;
    }
    g_autoptr(GHashTable) read_records = index_serials(responses);
    int serial = csv_column(truth, "serial");
    for (guint i = 1; i < truth->records->len && serial >= 0; i++) {
        GStrv record = truth->records->pdata[i];
        GStrv read_record = g_hash_table_lookup(read_records, record[serial]);
        comparison->questionnaires++;
        if (read_record)
            compare_questionnaire(package, truth, record, read_record, states, comparison);
        else
            comparison->lost++;
    }
    return TRUE;
}
