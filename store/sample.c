#include "database-private.h"

#include <glib/gi18n-lib.h>
#include <jansson.h>
#include <string.h>

/* Problems named in one message; beyond that only their number. */
#define MAX_PROBLEMS 50

char **
store_sample_columns(Store *store, GError **error)
{
    g_autoptr(GStrvBuilder) columns = g_strv_builder_new();
    g_autoptr(StoreQuery) query =
        store_query(store, "SELECT name FROM sample_column ORDER BY position", error);
    gboolean row;

    if (query == NULL)
        return NULL;
    while (store_step(store, query, &row, error)) {
        if (!row)
            return g_strv_builder_end(columns);
        g_strv_builder_add(columns, store_column(query, 0));
    }
    return NULL;
}

static int
find_column(char *const *columns, const char *name)
{
    g_autofree char *wanted = g_utf8_casefold(name, -1);

    for (int i = 0; columns[i] != NULL; i++) {
        g_autofree char *folded = g_utf8_casefold(columns[i], -1);
        if (strcmp(folded, wanted) == 0)
            return i;
    }
    return -1;
}

static void
add_name(GString *names, const char *name)
{
    if (names->len > 0)
        g_string_append(names, ", ");
    g_string_append(names, name);
}

/* Where each of the station's `columns` stands in the list; both must have the same ones, in any order. */
static int *
match_columns(char *const *columns, const FormSample *sample, GError **error)
{
    g_autoptr(GString) missing = g_string_new(NULL), extra = g_string_new(NULL);
    g_autofree int *order = g_new0(int, g_strv_length((char **)columns) + 1);

    for (int i = 0; columns[i] != NULL; i++) {
        order[i] = find_column(sample->columns, columns[i]);
        if (order[i] < 0)
            add_name(missing, columns[i]);
    }
    for (int i = 0; sample->columns[i] != NULL; i++) {
        if (find_column(columns, sample->columns[i]) < 0)
            add_name(extra, sample->columns[i]);
    }
    if (missing->len == 0 && extra->len == 0)
        return g_steal_pointer(&order);
    g_set_error(
        error, STORE_ERROR, STORE_ERROR_INPUT,
        _("the list has other columns than the station's (missing: %s; new: %s); give it the same ones"),
        missing->len > 0 ? missing->str : "-", extra->len > 0 ? extra->str : "-");
    return NULL;
}

static gboolean
insert_columns(Store *store, const FormSample *sample, GError **error)
{
    g_autoptr(StoreQuery) query =
        store_query(store, "INSERT INTO sample_column (position, name) VALUES (:position, :name)", error);

    for (guint i = 0; query != NULL && i < sample->n_columns; i++) {
        store_bind_integer(query, ":position", i);
        store_bind_text(query, ":name", sample->columns[i]);
        if (!store_run(store, query, error))
            return FALSE;
    }
    return query != NULL;
}

/* A row's values in the station's column order, as the database keeps them. */
static json_t *
row_to_json(const FormSampleRow *row, const int *order, guint n_columns)
{
    json_t *cells = json_array();

    for (guint i = 0; i < n_columns; i++)
        json_array_append_new(cells, json_string(row->values[order[i]]));
    return cells;
}

/* What differs, for a message: "commune (“A”, now “B”)". */
static char *
describe_difference(json_t *cells, const char *held_text, char *const *columns)
{
    g_autoptr(GString) text = g_string_new(NULL);
    json_t *held = json_loads(held_text, 0, NULL);

    for (gsize i = 0; i < json_array_size(cells); i++) {
        json_t *now = json_array_get(cells, i), *before = json_array_get(held, i);
        if (json_equal(now, before))
            continue;
        g_autofree char *one = g_strdup_printf(_("%s (“%s”, now “%s”)"), columns[i],
                                               json_string_value(before), json_string_value(now));
        add_name(text, one);
    }
    json_decref(held);
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* An import under way. */
typedef struct {
    Store *store;
    const FormSample *sample;
    char **columns; /* the station's */
    int *order;     /* of the list's columns in them */
    StoreQuery *find, *insert;
    GString *problems;
    guint n_problems;
    StoreSampleResult result;
} Import;

static void
add_problem(Import *import, const FormSampleRow *row, json_t *cells, const char *held)
{
    if (import->n_problems++ >= MAX_PROBLEMS)
        return;
    g_autofree char *difference = describe_difference(cells, held, import->columns);
    if (import->problems->len > 0)
        g_string_append_c(import->problems, '\n');
    g_string_append_printf(import->problems, _("line %d: serial %s is in the station with other values: %s"),
                           row->line, row->serial, difference);
}

/* Adds one row, counts it as the same, or notes that it contradicts. */
static gboolean
import_row(Import *import, const FormSampleRow *row, GError **error)
{
    json_t *cells = row_to_json(row, import->order, g_strv_length(import->columns));
    char *text = json_dumps(cells, JSON_COMPACT);
    gboolean known = FALSE;

    store_bind_text(import->find, ":serial", row->serial);
    gboolean done = store_step(import->store, import->find, &known, error);
    if (done && known && strcmp(store_column(import->find, 0), text) == 0) {
        import->result.same++;
    } else if (done && known) {
        add_problem(import, row, cells, store_column(import->find, 0));
    } else if (done) {
        store_bind_text(import->insert, ":serial", row->serial);
        store_bind_text(import->insert, ":cells", text);
        done = store_run(import->store, import->insert, error);
        import->result.added++;
    }
    store_query_done(import->find);
    free(text);
    json_decref(cells);
    return done;
}

static gboolean
import_rows(Import *import, GError **error)
{
    g_autoptr(StoreQuery) find =
        store_query(import->store, "SELECT cells FROM sample WHERE serial = :serial", error);
    g_autoptr(StoreQuery) insert =
        store_query(import->store, "INSERT INTO sample (serial, cells) VALUES (:serial, :cells)", error);

    if (find == NULL || insert == NULL)
        return FALSE;
    import->find = find;
    import->insert = insert;
    for (guint i = 0; i < import->sample->rows->len; i++) {
        if (!import_row(import, g_ptr_array_index(import->sample->rows, i), error))
            return FALSE;
    }
    if (import->n_problems > MAX_PROBLEMS)
        g_string_append_printf(import->problems, _("\nand %u more"), import->n_problems - MAX_PROBLEMS);
    if (import->n_problems > 0)
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_INPUT, import->problems->str);
    return import->n_problems == 0;
}

gboolean
store_import_sample(Store *store, const FormSample *sample, StoreSampleResult *result, GError **error)
{
    g_auto(StoreTransaction) transaction = {0};
    g_autoptr(GString) problems = g_string_new(NULL);
    g_auto(GStrv) columns = NULL;
    g_autofree int *order = NULL;

    if (!store_begin(store, STORE_WRITE, &transaction, error))
        return FALSE;
    columns = store_sample_columns(store, error);
    if (columns != NULL && columns[0] == NULL) {
        if (!insert_columns(store, sample, error))
            return FALSE;
        g_strfreev(columns);
        columns = g_strdupv(sample->columns);
    }
    if (columns == NULL || (order = match_columns(columns, sample, error)) == NULL)
        return FALSE;

    Import import = {
        .store = store, .sample = sample, .columns = columns, .order = order, .problems = problems};
    if (!import_rows(&import, error) || !store_commit(&transaction, error))
        return FALSE;
    if (result != NULL)
        *result = import.result;
    return TRUE;
}
