#include "missing-private.h"

static void
refusal_free(gpointer data)
{
    StoreRefusal *refusal = data;

    g_free(refusal->reason);
    g_free(refusal);
}

void
store_status_free(StoreStatus *status)
{
    if (status == NULL)
        return;
    g_ptr_array_unref(status->refusals);
    g_ptr_array_unref(status->missing);
    g_ptr_array_unref(status->doubles);
    g_free(status);
}

/* Calls `take` for every row of `sql`. */
static gboolean
each_row(Store *store, const char *sql, void (*take)(StoreQuery *row, StoreStatus *status),
         StoreStatus *status, GError **error)
{
    g_autoptr(StoreQuery) query = store_query(store, sql, error);
    gboolean row = query != NULL;

    while (row) {
        if (!store_step(store, query, &row, error))
            return FALSE;
        if (row)
            take(query, status);
    }
    return query != NULL;
}

static void
take_counts(StoreQuery *row, StoreStatus *status)
{
    gint64 *const counts[] = {&status->expected, &status->seen,    &status->pages,
                              &status->fields,   &status->doubled, &status->refused};

    for (guint i = 0; i < G_N_ELEMENTS(counts); i++)
        *counts[i] = sqlite3_column_int64(row, (int)i);
}

static void
take_doubts(StoreQuery *row, StoreStatus *status)
{
    status->to_review = sqlite3_column_int64(row, 0);
    status->to_key = sqlite3_column_int64(row, 1);
}

static void
take_complete(StoreQuery *row, StoreStatus *status)
{
    status->complete = sqlite3_column_int64(row, 0);
    status->missing_total = status->seen - status->complete;
}

static void
take_refusal(StoreQuery *row, StoreStatus *status)
{
    StoreRefusal *refusal = g_new0(StoreRefusal, 1);

    refusal->reason = g_strdup(store_column(row, 0));
    refusal->pages = sqlite3_column_int64(row, 1);
    g_ptr_array_add(status->refusals, refusal);
}

static void
take_double(StoreQuery *row, StoreStatus *status)
{
    g_ptr_array_add(status->doubles,
                    g_strdup_printf("%s/%d", store_column(row, 0), sqlite3_column_int(row, 1)));
}

static void
take_missing(StoreQuery *row, StoreStatus *status)
{
    g_ptr_array_add(status->missing, store_missing_read(row));
}

static const struct {
    void (*take)(StoreQuery *row, StoreStatus *status);
    const char *sql;
} parts[] = {
    {take_counts, "SELECT (SELECT count(*) FROM sample),"
                  " (SELECT count(*) FROM questionnaire),"
                  " (SELECT count(*) FROM page WHERE state = 'held'),"
                  " (SELECT total(fields) FROM page WHERE state = 'held'),"
                  " (SELECT count(*) FROM page WHERE state = 'doubled'),"
                  " (SELECT count(*) FROM page WHERE state = 'refused')"},
    /* the index field_for_person serves only a query that repeats its very condition */
    {take_doubts, "SELECT total(state <> 'to_key'), total(state = 'to_key') FROM field"
                  " WHERE state IN ('multiple', 'unsure', 'to_key')"
                  " AND page NOT IN (SELECT id FROM page WHERE state <> 'held')"},
    {take_complete,
     "SELECT count(*) FROM (SELECT questionnaire, count(*) AS held FROM page WHERE state = 'held'"
     "  GROUP BY questionnaire) AS seen"
     " JOIN questionnaire ON questionnaire.id = seen.questionnaire"
     " JOIN form ON form.id = questionnaire.form WHERE seen.held = form.pages"},
    {take_refusal, "SELECT coalesce(flag.code, '') AS reason, count(*) AS pages FROM page"
                   " LEFT JOIN flag ON flag.page = page.id AND flag.position = 0"
                   " WHERE page.state = 'refused' GROUP BY reason ORDER BY pages DESC, reason"},
    {take_missing, STORE_MISSING_SQL("") " LIMIT " G_STRINGIFY(STORE_MAX_LISTED)},
    {take_double, "SELECT DISTINCT questionnaire.serial, page.page FROM page"
                  " JOIN questionnaire ON questionnaire.id = page.questionnaire"
                  " WHERE page.state = 'doubled' ORDER BY questionnaire.serial, page.page"
                  " LIMIT " G_STRINGIFY(STORE_MAX_LISTED)},
};

StoreStatus *
store_status(Store *store, GError **error)
{
    g_autoptr(StoreStatus) status = g_new0(StoreStatus, 1);
    g_auto(StoreTransaction) transaction = {0};

    status->refusals = g_ptr_array_new_with_free_func(refusal_free);
    status->missing = g_ptr_array_new_with_free_func(store_missing_free);
    status->doubles = g_ptr_array_new_with_free_func(g_free);
    if (!store_begin(store, STORE_READ, &transaction, error))
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (!each_row(store, parts[i].sql, parts[i].take, status, error))
            return NULL;
    }
    return g_steal_pointer(&status);
}

static void
batch_free(gpointer data)
{
    StoreBatch *batch = data;

    g_free(batch->name);
    g_free(batch->created);
    g_free(batch);
}

GPtrArray *
store_list_batches(Store *store, GError **error)
{
    g_autoptr(GPtrArray) batches = g_ptr_array_new_with_free_func(batch_free);
    g_autoptr(StoreQuery) query =
        store_query(store,
                    "SELECT batch.name, batch.created, count(page.id), total(page.state = 'refused'),"
                    " count(DISTINCT CASE page.state WHEN 'held' THEN page.questionnaire END)"
                    " FROM batch LEFT JOIN page ON page.batch = batch.id GROUP BY batch.id ORDER BY batch.id",
                    error);
    gboolean row = query != NULL;

    while (row) {
        if (!store_step(store, query, &row, error))
            return NULL;
        if (!row)
            break;
        StoreBatch *batch = g_new0(StoreBatch, 1);
        batch->name = g_strdup(store_column(query, 0));
        batch->created = g_strdup(store_column(query, 1));
        batch->pages = sqlite3_column_int64(query, 2);
        batch->refused = sqlite3_column_int64(query, 3);
        batch->questionnaires = sqlite3_column_int64(query, 4);
        g_ptr_array_add(batches, batch);
    }
    return query == NULL ? NULL : g_steal_pointer(&batches);
}
