#include "csv-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "export-csv.h"
#include "export.h"

struct ExportCsv {
    char *path;
    FILE *file;
    int failure;  /* errno of the first failed write, 0 while all is well */
    GString *row; /* at hand */
    guint cells;  /* in it */
};

/* `count` cells stand in the row already. */
static void
append_cell(GString *row, guint count, const char *content)
{
    if (count > 0)
        g_string_append_c(row, ',');
    if (strpbrk(content, ",\"\r\n") == NULL) {
        g_string_append(row, content);
        return;
    }
    g_string_append_c(row, '"');
    for (const char *at = content; *at != '\0'; at++) {
        if (*at == '"')
            g_string_append_c(row, '"');
        g_string_append_c(row, *at);
    }
    g_string_append_c(row, '"');
}

/* A row of one empty cell would be an empty line, which readers skip. */
static void
end_row(GString *row, gboolean one_empty_cell)
{
    g_string_append(row, one_empty_cell ? "\"\"\r\n" : "\r\n");
}

void
export_csv_append(GString *text, const char *const *cells)
{
    guint count = 0;

    for (; cells[count] != NULL; count++)
        append_cell(text, count, cells[count]);
    end_row(text, count == 1 && cells[0][0] == '\0');
}

static void
note_failure(ExportCsv *csv, gboolean ok)
{
    if (!ok && csv->failure == 0)
        csv->failure = errno == 0 ? EIO : errno;
}

ExportCsv *
export_csv_new(const char *path, GError **error)
{
    FILE *file = g_fopen(path, "we");
    int number = errno;

    if (file == NULL) {
        g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_MACHINE,
                    _("%s: cannot be written (%s); check the folder's rights and the disk"), path,
                    g_strerror(number));
        return NULL;
    }
    ExportCsv *csv = g_new0(ExportCsv, 1);
    csv->path = g_strdup(path);
    csv->file = file;
    csv->row = g_string_new(NULL);
    return csv;
}

void
export_csv_free(ExportCsv *csv)
{
    if (csv == NULL)
        return;
    if (csv->file != NULL)
        fclose(csv->file);
    g_string_free(csv->row, TRUE);
    g_free(csv->path);
    g_free(csv);
}

void
export_csv_cell(ExportCsv *csv, const char *text)
{
    append_cell(csv->row, csv->cells++, text == NULL ? "" : text);
}

void
export_csv_cells(ExportCsv *csv, const GPtrArray *cells)
{
    for (guint i = 0; i < cells->len; i++)
        export_csv_cell(csv, g_ptr_array_index(cells, i));
}

void
export_csv_end_row(ExportCsv *csv)
{
    end_row(csv->row, csv->cells == 1 && csv->row->len == 0);
    note_failure(csv, fwrite(csv->row->str, 1, csv->row->len, csv->file) == csv->row->len);
    g_string_truncate(csv->row, 0);
    csv->cells = 0;
}

gboolean
export_csv_finish(ExportCsv *csv, GError **error)
{
    note_failure(csv, fflush(csv->file) == 0);
    note_failure(csv, fsync(fileno(csv->file)) == 0);
    if (csv->failure != 0)
        g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_MACHINE,
                    _("%s: cannot be written (%s); make room on the disk and export again"), csv->path,
                    g_strerror(csv->failure));
    return csv->failure == 0;
}
