/* A whole CSV file in memory: for comparing an export with the truth. */
#pragma once

#include <glib.h>

/* A header and its records. */
typedef struct {
    GPtrArray *records; /* of GStrv, the header first */
} Csv;

/* Reads a file that `export` or the demo wrote. STATION_ERROR_INPUT when it is not there, no UTF-8, or a
 * record has not as many cells as the header. */
Csv *csv_load(const char *path, GError **error);
void csv_free(Csv *csv);

/* Index of a header's column, or -1. */
int csv_column(const Csv *csv, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Csv, csv_free)
