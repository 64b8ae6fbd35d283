/* Runs of document feeders, and what was last used with each. */
#include <glib/gi18n-lib.h>
#include <jansson.h>
#include <string.h>

#include "batch-private.h"
#include "feed-private.h"
#include "text-private.h"

#define MAX_SCANNER  1000
#define MAX_SETTINGS 65536
#define MAX_SHEETS   1000000

static gboolean
check_settings(const char *scanner, const char *settings_json, GError **error)
{
    if (!store_text_is_line(scanner, 1, MAX_SCANNER)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("a scanner needs a name of 1 to %d characters on one line"), MAX_SCANNER);
        return FALSE;
    }
    json_t *json = settings_json != NULL && strlen(settings_json) <= MAX_SETTINGS
                       ? json_loads(settings_json, JSON_REJECT_DUPLICATES, NULL)
                       : NULL;
    gboolean object = json_is_object(json);
    json_decref(json);
    if (!object)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("the settings of scanner %s are no JSON object of at most %d bytes"), scanner,
                    MAX_SETTINGS);
    return object;
}

static gboolean
check_cause(const char *cause, GError **error)
{
    gboolean code = store_text_is_code(cause);

    if (!code)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("'%s' is no cause; it is a code of 1 to %d of a-z, 0-9 and _"),
                    cause == NULL ? "" : cause, STORE_MAX_CODE);
    return code;
}

/* Replaces the operator's count of a batch. */
static gboolean
count_batch(Store *store, gint64 batch, guint sheets, GError **error)
{
    g_autoptr(StoreQuery) query =
        store_query(store, "UPDATE batch SET sheets = :sheets WHERE id = :batch", error);

    if (query == NULL)
        return FALSE;
    store_bind_integer(query, ":sheets", sheets);
    store_bind_integer(query, ":batch", batch);
    return store_run(store, query, error);
}

/* Nobody else scans the batch, so a feed of it that has no end died with its station: when, nobody knows. */
static gboolean
bury(Store *store, gint64 batch, GError **error)
{
    g_autoptr(StoreQuery) query = store_query(
        store, "UPDATE feed SET cause = '" STORE_CAUSE_DIED "' WHERE batch = :batch AND cause IS NULL",
        error);

    if (query == NULL)
        return FALSE;
    store_bind_integer(query, ":batch", batch);
    return store_run(store, query, error);
}

static const char *
settings_of(const StoreFeedStart *start)
{
    return start->settings_json == NULL ? "{}" : start->settings_json;
}

static gboolean
insert_feed(Store *store, const StoreFeedStart *start, gint64 batch, gint64 *feed, GError **error)
{
    g_autofree char *now = store_now();
    g_autoptr(StoreQuery) query = store_query(store,
                                              "INSERT INTO feed (batch, scanner, settings, duplex, begun)"
                                              " VALUES (:batch, :scanner, :settings, :duplex, :begun)",
                                              error);

    if (query == NULL)
        return FALSE;
    store_bind_integer(query, ":batch", batch);
    store_bind_text(query, ":scanner", start->scanner);
    store_bind_text(query, ":settings", settings_of(start));
    store_bind_integer(query, ":duplex", start->duplex ? 1 : 0);
    store_bind_text(query, ":begun", now);
    gboolean inserted = store_run(store, query, error);
    *feed = sqlite3_last_insert_rowid(store->db);
    return inserted;
}

gboolean
store_feed_next_sheet(Store *store, gint64 batch, guint *sheet, GError **error)
{
    g_autoptr(StoreQuery) query =
        store_query(store, "SELECT coalesce(max(sheet), 0) + 1 FROM frame WHERE batch = :batch", error);
    gboolean row;

    if (query == NULL)
        return FALSE;
    store_bind_integer(query, ":batch", batch);
    if (!store_step(store, query, &row, error))
        return FALSE;
    *sheet = (guint)sqlite3_column_int64(query, 0);
    return TRUE;
}

gboolean
store_feed_begin(Store *store, const StoreFeedStart *start, StoreFeed *feed, GError **error)
{
    g_auto(StoreTransaction) transaction = {0};
    gint64 batch;

    if (!store_batch_check_name(start->batch, error) ||
        !check_settings(start->scanner, settings_of(start), error))
        return FALSE;
    if (start->sheets > MAX_SHEETS) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT, _("a batch has at most %d sheets; make several"),
                    MAX_SHEETS);
        return FALSE;
    }
    if (!store_begin(store, STORE_WRITE, &transaction, error) ||
        !store_batch_make(store, start->batch, &batch, error) ||
        !store_feed_lock(store, batch, start->batch, error))
        return FALSE;
    gboolean begun = (start->sheets == 0 || count_batch(store, batch, start->sheets, error)) &&
                     bury(store, batch, error) && insert_feed(store, start, batch, &feed->id, error) &&
                     store_feed_next_sheet(store, batch, &feed->next_sheet, error) &&
                     store_commit(&transaction, error);
    if (!begun)
        store_feed_unlock(store, batch);
    return begun;
}

gboolean
store_feed_end(Store *store, gint64 feed, const char *cause, GError **error)
{
    g_autofree char *now = store_now();
    g_autoptr(StoreQuery) query =
        store_query(store,
                    "UPDATE feed SET ended = :now, cause = :cause WHERE id = :feed AND cause IS NULL"
                    " RETURNING batch",
                    error);
    gboolean row, ended;

    if (query == NULL || !check_cause(cause, error))
        return FALSE;
    store_bind_text(query, ":now", now);
    store_bind_text(query, ":cause", cause);
    store_bind_integer(query, ":feed", feed);
    if (!store_step(store, query, &ended, error))
        return FALSE;
    if (!ended) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT, _("this feed is not running"));
        return FALSE;
    }
    gint64 batch = sqlite3_column_int64(query, 0);
    if (!store_step(store, query, &row, error)) /* the end of the statement commits it */
        return FALSE;
    store_feed_unlock(store, batch);
    return TRUE;
}

gboolean
store_scanner_settings(Store *store, const char *scanner, char **settings_json, GError **error)
{
    g_autoptr(StoreQuery) query =
        store_query(store, "SELECT settings FROM scanner_settings WHERE scanner = :scanner", error);
    gboolean row;

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":scanner", scanner);
    if (!store_step(store, query, &row, error))
        return FALSE;
    *settings_json = row ? g_strdup(store_column(query, 0)) : NULL;
    return TRUE;
}

gboolean
store_scanner_settings_put(Store *store, const char *scanner, const char *settings_json, GError **error)
{
    g_autoptr(StoreQuery) query =
        store_query(store,
                    "INSERT INTO scanner_settings (scanner, settings) VALUES (:scanner, :settings)"
                    " ON CONFLICT (scanner) DO UPDATE SET settings = excluded.settings",
                    error);

    if (query == NULL || !check_settings(scanner, settings_json, error))
        return FALSE;
    store_bind_text(query, ":scanner", scanner);
    store_bind_text(query, ":settings", settings_json);
    return store_run(store, query, error);
}
