/* SQLite for the files of store/: opening, migrating, cached statements, transactions. */
#pragma once

#include <sqlite3.h>

#include "store.h"

struct Store {
    char *dir;
    char *path; /* of the database, for messages */
    sqlite3 *db;
    int feeds_lock;      /* the file of feed-lock.c, from the first feed on; -1: not open */
    GHashTable *queries; /* SQL -> sqlite3_stmt* */
};

/* Opens the database at `path` for writing, making it with `create`; sets the pragmas of docs/station.md. */
sqlite3 *store_database_open(const char *path, gboolean create, GError **error);

/* Brings the database up to date with the migrations of this program. */
gboolean store_database_update(sqlite3 *db, GError **error);

/* Applies those of `steps` that are not applied yet, in one transaction: all or nothing. Step N makes schema
 * version N + 1 (PRAGMA user_version). STORE_ERROR_INPUT when the database is newer than all steps. */
gboolean store_database_migrate(sqlite3 *db, const char *const *steps, guint n_steps, GError **error);

/* Sets `error` from the database's last failure. Always FALSE. */
gboolean store_database_fail(sqlite3 *db, GError **error);

/* A prepared statement of the store's cache; reset at the end of its scope by g_autoptr(StoreQuery). `sql` is
 * a string literal; one SQL text is in use at most once at a time. */
typedef sqlite3_stmt StoreQuery;

StoreQuery *store_query(Store *store, const char *sql, GError **error);
void store_query_done(StoreQuery *query);

/* Bind by name (":serial"); a NULL text is NULL. Texts are copied. */
void store_bind_text(StoreQuery *query, const char *name, const char *text);
void store_bind_integer(StoreQuery *query, const char *name, gint64 number);
void store_bind_real(StoreQuery *query, const char *name, double number);

/* Steps to the next row: `row` tells whether there is one. */
gboolean store_step(Store *store, StoreQuery *query, gboolean *row, GError **error);

/* Runs a statement that gives no rows, and makes it ready to be bound anew. */
gboolean store_run(Store *store, StoreQuery *query, GError **error);

/* Text of a column, "" for NULL; lives until the next step. */
const char *store_column(StoreQuery *query, int column);

/* A transaction of a scope: rolled back at its end unless committed.
 *
 *   g_auto(StoreTransaction) transaction = {0};
 *   if (!store_begin(store, STORE_WRITE, &transaction, error)) … store_commit(&transaction, error) */
typedef struct {
    Store *store; /* NULL: none under way */
} StoreTransaction;

typedef enum {
    STORE_READ, /* one snapshot for several queries */
    STORE_WRITE,
} StoreAccess;

gboolean store_begin(Store *store, StoreAccess access, StoreTransaction *transaction, GError **error);
gboolean store_commit(StoreTransaction *transaction, GError **error);
void store_transaction_clear(StoreTransaction *transaction);

/* The time now, ISO 8601 in UTC to the second. The caller frees it. */
char *store_now(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StoreQuery, store_query_done)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StoreTransaction, store_transaction_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(sqlite3, sqlite3_close)
