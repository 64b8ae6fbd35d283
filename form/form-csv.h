/* Comma-separated values as people and spreadsheet programs write them (RFC 4180, with its usual liberties).
 */
#pragma once

#include <glib.h>

#define FORM_CSV_MAX_COLUMNS 1000

typedef enum {
    FORM_CSV_ROW,
    FORM_CSV_END,
    FORM_CSV_TEXT_AFTER_QUOTE, /* a row, damaged: "abc"def */
    FORM_CSV_UNCLOSED_QUOTE,   /* the rest of the file is one field */
    FORM_CSV_TOO_MANY_COLUMNS, /* a row, cut off at FORM_CSV_MAX_COLUMNS */
} FormCsvResult;

/* Reads in place: fields point into the text, which is changed (quotes are taken off, ends are marked). */
typedef struct {
    char *at, *end; /* text not read yet; *end is NUL */
    char separator;
    int next_line;
    /* The row read last: */
    int line;          /* it begins in */
    GPtrArray *fields; /* of char*: NUL-terminated */
} FormCsv;

/* `text` must have a NUL at text[length], and none before, and must outlive the reader. The separator —
 * comma, semicolon or tab — is told by the first line; a line "sep=;" as Excel knows it tells it too and is
 * skipped. */
void form_csv_init(FormCsv *csv, char *text, gsize length);
void form_csv_clear(FormCsv *csv);

/* Reads the next row that is not empty. */
FormCsvResult form_csv_next(FormCsv *csv);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FormCsv, form_csv_clear)
