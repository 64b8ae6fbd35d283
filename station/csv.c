#include "csv-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "command-private.h"
#include "form-csv.h"

static gboolean
add_record(Csv *csv, const char *path, const FormCsv *reader, FormCsvResult result, GError **error)
{
    g_autoptr(GStrvBuilder) record = g_strv_builder_new();
    for (guint i = 0; i < reader->fields->len; i++)
        g_strv_builder_add(record, reader->fields->pdata[i]);
    g_ptr_array_add(csv->records, g_strv_builder_end(record));
    if (result == FORM_CSV_ROW && reader->fields->len == g_strv_length(csv->records->pdata[0]))
        return TRUE;
    g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                _("%s: record %u has not as many cells as the header; export it again"), path,
                csv->records->len);
    return FALSE;
}

Csv *
csv_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    GError *problem = NULL;
    if (!g_file_get_contents(path, &text, &length, &problem)) {
        g_set_error_literal(error, STATION_ERROR, STATION_ERROR_INPUT, problem->message);
        g_error_free(problem);
        return NULL;
    }
    if (!g_utf8_validate(text, (gssize)length, NULL)) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("%s: is not UTF-8 text; export it again"),
                    path);
        return NULL;
    }
    gsize mark = g_str_has_prefix(text, "\xEF\xBB\xBF") ? 3 : 0;
    g_autoptr(Csv) csv = g_new0(Csv, 1);
    csv->records = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    g_auto(FormCsv) reader;
    form_csv_init(&reader, text + mark, length - mark);
    FormCsvResult result;
    while ((result = form_csv_next(&reader)) != FORM_CSV_END)
        if (!add_record(csv, path, &reader, result, error))
            return NULL;
    if (!csv->records->len) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("%s: is empty; export it again"), path);
        return NULL;
    }
    return g_steal_pointer(&csv);
}

void
csv_free(Csv *csv)
{
    if (!csv)
        return;
    g_clear_pointer(&csv->records, g_ptr_array_unref);
    g_free(csv);
}

int
csv_column(const Csv *csv, const char *name)
{
    GStrv header = csv->records->pdata[0];
    for (int i = 0; header[i]; i++)
        if (g_str_equal(header[i], name))
            return i;
    return -1;
}
