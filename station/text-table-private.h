/* A small table for people: columns as wide as their widest cell. */
#pragma once

#include <glib.h>

typedef struct TextTable TextTable;

/* `columns`: one letter a column, 'l' left or 'r' right. */
TextTable *text_table_new(const char *columns);
void text_table_free(TextTable *table);

/* The next cell, rows filled from the left; a copy is kept. */
void text_table_add(TextTable *table, const char *cell);
void text_table_add_number(TextTable *table, gint64 number);
void text_table_add_format(TextTable *table, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Prints all rows on standard output, each indented by `indent` blanks. */
void text_table_print(const TextTable *table, guint indent);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TextTable, text_table_free)
