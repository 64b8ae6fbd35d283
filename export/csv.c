#include "csv-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "export.h"

struct ExportCsv {
    char *path;
    FILE *file;
    int failure;        /* errno of the first failed write, 0 while all is well */
    guint cells;        /* in the row at hand */
    gboolean empty_row; /* it has one cell, an empty one */
};

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
    return csv;
}

void
export_csv_free(ExportCsv *csv)
{
    if (csv == NULL)
        return;
    if (csv->file != NULL)
        fclose(csv->file);
    g_free(csv->path);
    g_free(csv);
}

static void
put(ExportCsv *csv, const char *text)
{
    note_failure(csv, fputs(text, csv->file) >= 0);
}

void
export_csv_cell(ExportCsv *csv, const char *text)
{
    const char *content = text == NULL ? "" : text;

    if (csv->cells++ > 0)
        put(csv, ",");
    csv->empty_row = csv->cells == 1 && content[0] == '\0';
    if (strpbrk(content, ",\"\r\n") == NULL) {
        put(csv, content);
        return;
    }
    put(csv, "\"");
    for (const char *at = content; *at != '\0'; at++) {
        if (*at == '"')
            put(csv, "\"");
        note_failure(csv, fputc(*at, csv->file) != EOF);
    }
    put(csv, "\"");
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
    /* A row of one empty cell would be an empty line, which readers skip. */
    put(csv, csv->empty_row ? "\"\"\r\n" : "\r\n");
    csv->cells = 0;
    csv->empty_row = FALSE;
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
