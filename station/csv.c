#include "csv-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "command-private.h"

void
csv_append(GString *text, const char *const *cells)
{
    for (guint i = 0; cells[i]; i++) {
        if (i)
            g_string_append_c(text, ',');
        if (!strpbrk(cells[i], ",\"\r\n")) {
            g_string_append(text, cells[i]);
            continue;
        }
        g_string_append_c(text, '"');
        for (const char *c = cells[i]; *c; c++) {
            if (*c == '"')
                g_string_append_c(text, '"');
            g_string_append_c(text, *c);
        }
        g_string_append_c(text, '"');
    }
    g_string_append(text, "\r\n");
}

/* Takes one cell from `at`, leaving it behind the cell: on a comma, a line's end or the end. */
static char *
take_cell(const char **at)
{
    GString *cell = g_string_new(NULL);
    const char *c = *at;
    if (*c == '"') {
        for (c++; *c && !(c[0] == '"' && c[1] != '"'); c++) {
            c += *c == '"';
            g_string_append_c(cell, *c);
        }
        c += *c == '"';
    }
    gsize plain = strcspn(c, ",\r\n");
    g_string_append_len(cell, c, (gssize)plain);
    *at = c + plain;
    return g_string_free(cell, FALSE);
}

static GStrv
take_record(const char **at)
{
    g_autoptr(GPtrArray) cells = g_ptr_array_new();
    for (;;) {
        g_ptr_array_add(cells, take_cell(at));
        if (**at != ',')
            break;
        (*at)++;
    }
    *at += **at == '\r';
    *at += **at == '\n';
    g_ptr_array_add(cells, NULL);
    return (GStrv)g_ptr_array_steal(cells, NULL);
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
    const char *at = g_str_has_prefix(text, "\xEF\xBB\xBF") ? text + 3 : text;
    g_autoptr(Csv) csv = g_new0(Csv, 1);
    csv->records = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    while (*at) {
        g_ptr_array_add(csv->records, take_record(&at));
        guint line = csv->records->len;
        if (g_strv_length(csv->records->pdata[line - 1]) != g_strv_length(csv->records->pdata[0])) {
            g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                        _("%s: record %u has not as many cells as the header; export it again"), path, line);
            return NULL;
        }
    }
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
