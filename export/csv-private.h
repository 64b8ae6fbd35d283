/* A CSV file being written: UTF-8 without a byte-order mark, RFC 4180 (comma, CRLF, quotes where needed). */
#pragma once

#include <glib.h>

typedef struct ExportCsv ExportCsv;

/* Makes the file, or empties it. EXPORT_ERROR_MACHINE when it cannot be written. */
ExportCsv *export_csv_new(const char *path, GError **error);
void export_csv_free(ExportCsv *csv);

/* Adds a cell to the row at hand; NULL is empty. A failure is kept for export_csv_finish(). */
void export_csv_cell(ExportCsv *csv, const char *text);

/* Adds a row of cells to its end: a GPtrArray of char*. */
void export_csv_cells(ExportCsv *csv, const GPtrArray *cells);
void export_csv_end_row(ExportCsv *csv);

/* Writes out what is buffered and syncs the file; EXPORT_ERROR_MACHINE if anything failed since it was made.
 */
gboolean export_csv_finish(ExportCsv *csv, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExportCsv, export_csv_free)
