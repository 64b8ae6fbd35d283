#include "crosstab-private.h"

#include <glib/gi18n-lib.h>

#include "text-table-private.h"

struct Crosstab {
    const char *const *columns;
    guint n_columns;
    GTree *rows; /* of name to guint64[n_columns] */
};

static int
compare_names(gconstpointer a, gconstpointer b, gpointer data G_GNUC_UNUSED)
{
    return g_strcmp0(a, b);
}

Crosstab *
crosstab_new(const char *const *columns)
{
    Crosstab *table = g_new0(Crosstab, 1);
    table->columns = columns;
    table->n_columns = g_strv_length((char **)columns);
    table->rows = g_tree_new_full(compare_names, NULL, g_free, g_free);
    return table;
}

void
crosstab_free(Crosstab *table)
{
    if (!table)
        return;
    g_tree_unref(table->rows);
    g_free(table);
}

static guint64 *
row_of(Crosstab *table, const char *name)
{
    guint64 *row = g_tree_lookup(table->rows, name);
    if (!row) {
        row = g_new0(guint64, table->n_columns);
        g_tree_insert(table->rows, g_strdup(name), row);
    }
    return row;
}

void
crosstab_add(Crosstab *table, const char *row, guint column, guint64 count)
{
    row_of(table, row)[column] += count;
}

guint64
crosstab_get(const Crosstab *table, const char *row, guint column)
{
    const guint64 *counts = g_tree_lookup(table->rows, row);
    return counts ? counts[column] : 0;
}

void
crosstab_merge(Crosstab *table, const Crosstab *part)
{
    for (GTreeNode *node = g_tree_node_first(part->rows); node; node = g_tree_node_next(node)) {
        const guint64 *from = g_tree_node_value(node);
        guint64 *to = row_of(table, g_tree_node_key(node));
        for (guint i = 0; i < table->n_columns; i++)
            to[i] += from[i];
    }
}

json_t *
crosstab_to_json(const Crosstab *table)
{
    json_t *object = json_object();
    for (GTreeNode *node = g_tree_node_first(table->rows); node; node = g_tree_node_next(node)) {
        const guint64 *counts = g_tree_node_value(node);
        json_t *row = json_object();
        for (guint i = 0; i < table->n_columns; i++)
            json_object_set_new(row, table->columns[i], json_integer((json_int_t)counts[i]));
        json_object_set_new(object, g_tree_node_key(node), row);
    }
    return object;
}

gboolean
crosstab_add_json(Crosstab *table, const json_t *object)
{
    const char *name;
    json_t *row;
    if (!json_is_object(object))
        return FALSE;
    json_object_foreach((json_t *)object, name, row)
    {
        guint64 *counts = row_of(table, name);
        for (guint i = 0; i < table->n_columns; i++) {
            const json_t *count = json_object_get(row, table->columns[i]);
            if (!json_is_integer(count) || json_integer_value(count) < 0)
                return FALSE;
            counts[i] += (guint64)json_integer_value(count);
        }
    }
    return TRUE;
}

gboolean
crosstab_is_empty(const Crosstab *table)
{
    return g_tree_nnodes(table->rows) == 0;
}

void
crosstab_print(const Crosstab *table, const char *head)
{
    g_autofree char *align = g_strnfill(table->n_columns + 1, 'r');
    align[0] = 'l';
    g_autoptr(TextTable) text = text_table_new(align);
    text_table_add(text, head);
    for (guint i = 0; i < table->n_columns; i++)
        text_table_add(text, _(table->columns[i]));
    for (GTreeNode *node = g_tree_node_first(table->rows); node; node = g_tree_node_next(node)) {
        const guint64 *counts = g_tree_node_value(node);
        text_table_add(text, g_tree_node_key(node));
        for (guint i = 0; i < table->n_columns; i++)
            text_table_add_number(text, (gint64)counts[i]);
    }
    text_table_print(text, 2);
}
