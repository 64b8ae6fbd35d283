/* Counts by two words: what was there against what was read, for instance. Rows come as they are needed,
 * columns are given. */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct Crosstab Crosstab;

/* `columns`: NULL-terminated, and outlive the table. They are keys of the JSON, and translatable words. */
Crosstab *crosstab_new(const char *const *columns);
void crosstab_free(Crosstab *table);

/* Adds `count` in the row of that name. */
void crosstab_add(Crosstab *table, const char *row, guint column, guint64 count);
guint64 crosstab_get(const Crosstab *table, const char *row, guint column);

/* Adds all of `part`, which has the same columns. */
void crosstab_merge(Crosstab *table, const Crosstab *part);

/* {"row": {"column": count, …}, …}, rows by name. The caller owns the reference. */
json_t *crosstab_to_json(const Crosstab *table);

/* Adds what crosstab_to_json() wrote. FALSE when `object` is no such thing. */
gboolean crosstab_add_json(Crosstab *table, const json_t *object);

gboolean crosstab_is_empty(const Crosstab *table);

/* For people: a header, `head` above the names of the rows, and a line a row, by name. */
void crosstab_print(const Crosstab *table, const char *head);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Crosstab, crosstab_free)
