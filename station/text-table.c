#include "text-table-private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct TextTable {
    char *columns;
    GPtrArray *cells; /* of char* */
};

TextTable *
text_table_new(const char *columns)
{
    TextTable *table = g_new0(TextTable, 1);
    table->columns = g_strdup(columns);
    table->cells = g_ptr_array_new_with_free_func(g_free);
    return table;
}

void
text_table_free(TextTable *table)
{
    if (!table)
        return;
    g_free(table->columns);
    g_ptr_array_unref(table->cells);
    g_free(table);
}

void
text_table_add(TextTable *table, const char *cell)
{
    g_ptr_array_add(table->cells, g_strdup(cell));
}

void
text_table_add_number(TextTable *table, gint64 number)
{
    text_table_add_format(table, "%" G_GINT64_FORMAT, number);
}

void
text_table_add_format(TextTable *table, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    g_ptr_array_add(table->cells, g_strdup_vprintf(format, values));
    va_end(values);
}

static glong *
measure_columns(const TextTable *table, guint n_columns)
{
    glong *widths = g_new0(glong, n_columns);
    for (guint i = 0; i < table->cells->len; i++) {
        glong width = g_utf8_strlen(table->cells->pdata[i], -1);
        widths[i % n_columns] = MAX(widths[i % n_columns], width);
    }
    return widths;
}

void
text_table_print(const TextTable *table, guint indent)
{
    guint n_columns = (guint)strlen(table->columns);
    g_autofree glong *widths = measure_columns(table, n_columns);
    GString *line = g_string_new(NULL);
    for (guint i = 0; i < table->cells->len; i++) {
        guint column = i % n_columns;
        const char *cell = table->cells->pdata[i];
        int gap = (int)(widths[column] - g_utf8_strlen(cell, -1));
        g_string_append_printf(line, "%*s", column ? 2 : (int)indent, "");
        if (table->columns[column] == 'r')
            g_string_append_printf(line, "%*s%s", gap, "", cell);
        else
            g_string_append_printf(line, "%s%*s", cell, gap, "");
        if (column + 1 < n_columns && i + 1 < table->cells->len)
            continue;
        puts(g_strchomp(line->str));
        g_string_truncate(line, 0);
    }
    g_string_free(line, TRUE);
}
