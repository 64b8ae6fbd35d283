/* Comma-separated values as people and spreadsheet programs write them (RFC 4180, with its usual liberties).
 */
#pragma once

#include <glib.h>

#define CSV_MAX_COLUMNS 1000

typedef enum {
    CSV_ROW,
    CSV_END,
    CSV_TEXT_AFTER_QUOTE, /* a row, damaged: "abc"def */
    CSV_UNCLOSED_QUOTE,   /* the rest of the file is one field */
    CSV_TOO_MANY_COLUMNS, /* a row, cut off at CSV_MAX_COLUMNS */
} CsvResult;

/* Reads in place: fields point into the text, which is changed (quotes are taken off, ends are marked). */
typedef struct {
    char *at, *end; /* text not read yet; *end is NUL */
    char separator;
    int next_line;
    /* The row read last: */
    int line;          /* it begins in */
    GPtrArray *fields; /* of char*: NUL-terminated */
} Csv;

/* `text` must have a NUL at text[length], and none before, and must outlive the reader. The separator —
 * comma, semicolon or tab — is told by the first line; a line "sep=;" as Excel knows it tells it too and is
 * skipped. */
void csv_init(Csv *csv, char *text, gsize length);
void csv_clear(Csv *csv);

/* Reads the next row that is not empty. */
CsvResult csv_next(Csv *csv);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Csv, csv_clear)
