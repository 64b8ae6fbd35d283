/* The sample list: a row a questionnaire, read from CSV.
 *
 * First line: column names; one of them is `serial` (any case). UTF-8 with or without a byte-order mark,
 * UTF-16 with one; separated by comma, semicolon or tab (told by the first line); quotes as in RFC 4180. */
#pragma once

#include <glib.h>

typedef struct {
    char *serial;
    char **values; /* one a column of the list, the serial's own included */
    int line;      /* in the file, from 1 */
} FormSampleRow;

typedef struct {
    char **columns; /* NULL-terminated, as written */
    guint n_columns;
    guint serial_column; /* which of them is the serial */
    GPtrArray *rows;     /* of FormSampleRow*, owned */
} FormSample;

/* Reads a whole list. All problems are found in one go (bad rows, double serials): FORM_ERROR_INPUT with one
 * line each, "FILE: line 17: …", at most 50 and then a count; nothing is half-loaded. At most
 * FORM_SAMPLE_MAX_BYTES. */
FormSample *form_sample_load(const char *path, GError **error);
void form_sample_free(FormSample *sample);

#define FORM_SAMPLE_MAX_BYTES (256 * 1024 * 1024)

/* A row's value in the column of that name (any case), or NULL. */
const char *form_sample_value(const FormSample *sample, const FormSampleRow *row, const char *column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FormSample, form_sample_free)
