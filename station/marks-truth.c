/* Known answers out of a CSV file. */
#include "marks-labels-private.h"

#include <glib/gi18n-lib.h>

#include "command-private.h"
#include "csv-private.h"

struct MarksTruthFile {
    Csv *csv;
    GHashTable *serials, *images; /* char* -> GStrv record, both of csv; empty without such a column */
    GHashTable *columns;          /* char* -> index + 1 */
};

void
marks_truth_free(MarksTruthFile *truth)
{
    if (!truth)
        return;
    csv_free(truth->csv);
    g_hash_table_unref(truth->serials);
    g_hash_table_unref(truth->images);
    g_hash_table_unref(truth->columns);
    g_free(truth);
}

static gboolean
index_records(const MarksTruthFile *truth, const char *column, GHashTable *records, const char *path,
              GError **error)
{
    int at = csv_column(truth->csv, column);
    for (guint i = 1; at >= 0 && i < truth->csv->records->len; i++) {
        GStrv record = truth->csv->records->pdata[i];
        if (!record[at][0] || g_hash_table_insert(records, record[at], record))
            continue;
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: two rows are of %s %s; which one is true?"), path, column, record[at]);
        return FALSE;
    }
    return TRUE;
}

MarksTruthFile *
marks_truth_load(const char *path, GError **error)
{
    g_autoptr(MarksTruthFile) truth = g_new0(MarksTruthFile, 1);
    truth->serials = g_hash_table_new(g_str_hash, g_str_equal);
    truth->images = g_hash_table_new(g_str_hash, g_str_equal);
    truth->columns = g_hash_table_new(g_str_hash, g_str_equal);
    truth->csv = csv_load(path, error);
    if (!truth->csv || !index_records(truth, "serial", truth->serials, path, error) ||
        !index_records(truth, "image", truth->images, path, error))
        return NULL;
    GStrv header = truth->csv->records->pdata[0];
    for (guint i = 0; header[i]; i++)
        g_hash_table_insert(truth->columns, header[i], GUINT_TO_POINTER(i + 1));
    if (g_hash_table_size(truth->serials) || g_hash_table_size(truth->images))
        return g_steal_pointer(&truth);
    g_set_error(
        error, STATION_ERROR, STATION_ERROR_INPUT,
        _("%s: needs a column serial or image that tells whose answers a row has, and a row at least"), path);
    return NULL;
}

/* The record of a page: by its serial, else by its image's name. */
static GStrv
find_record(const MarksTruthFile *truth, const FormReading *reading)
{
    GStrv record = reading->serial ? g_hash_table_lookup(truth->serials, reading->serial) : NULL;
    return record ? record : g_hash_table_lookup(truth->images, reading->image);
}

gboolean
marks_truth_judge(const FormReading *reading, const OmrPosition *position, gpointer data,
                  CalibrationTruth *truth)
{
    const MarksTruthFile *file = data;
    GStrv record = find_record(file, reading);
    guint column = GPOINTER_TO_UINT(g_hash_table_lookup(file->columns, position->field->name));
    if (!record || !column || (!record[column - 1][0] && position->field->type == FORM_SELECT_ONE))
        return FALSE;
    *truth = marks_truth_of(record[column - 1], position);
    return TRUE;
}
