#include "database-private.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "store-resources.h"

/* "PHIE": tells a station's database from any other SQLite file. */
#define APPLICATION_ID 0x50484945

/* Another process holds the write lock for one page at a time; a minute of waiting means that something
 * hangs. */
#define BUSY_MS (60 * 1000)

/* Step N makes schema version N + 1. Only ever appended to. */
static const char *const migrations[] = {
    "/phieu/store/schema.sql",
    "/phieu/store/schema-2.sql",
    "/phieu/store/schema-3.sql",
    "/phieu/store/schema-4.sql",
    "/phieu/store/schema-5.sql",
};

gboolean
store_database_fail(sqlite3 *db, GError **error)
{
    const char *path = sqlite3_db_filename(db, "main");

    switch (sqlite3_errcode(db) & 0xff) {
    case SQLITE_NOTADB:
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("%s: is no database; put the station's own file back from a backup"), path);
        break;
    case SQLITE_CORRUPT:
        g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE,
                    _("%s: the database is damaged; restore the last backup"), path);
        break;
    case SQLITE_FULL:
        g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE,
                    _("%s: the disk is full; nothing was changed, make room and try again"), path);
        break;
    case SQLITE_BUSY:
        g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE,
                    _("%s: another program keeps the station locked; end it and try again"), path);
        break;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
        g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE,
                    _("%s: cannot be opened for writing; check the rights of the file and its folder"), path);
        break;
    default:
        g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE, _("%s: the database fails (%s); check the disk"),
                    path, sqlite3_errmsg(db));
    }
    return FALSE;
}

static gboolean
execute(sqlite3 *db, const char *sql, GError **error)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || store_database_fail(db, error);
}

static gboolean
read_pragma(sqlite3 *db, const char *sql, int *number, GError **error)
{
    sqlite3_stmt *statement = NULL;
    gboolean read = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
                    sqlite3_step(statement) == SQLITE_ROW;

    if (read)
        *number = sqlite3_column_int(statement, 0);
    else
        store_database_fail(db, error);
    sqlite3_finalize(statement);
    return read;
}

static gboolean
prepare_connection(sqlite3 *db, gboolean create, GError **error)
{
    int application_id = 0;

    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, BUSY_MS);
    if (!read_pragma(db, "PRAGMA application_id", &application_id, error))
        return FALSE;
    if (!create && application_id != APPLICATION_ID) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("%s: is the database of another program; put the station's own file back"),
                    sqlite3_db_filename(db, "main"));
        return FALSE;
    }
    if (sqlite3_db_readonly(db, "main") == 1) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE,
                    _("%s: cannot be written; check the rights of the file and its folder"),
                    sqlite3_db_filename(db, "main"));
        return FALSE;
    }
    return (!create || execute(db, "PRAGMA application_id = " G_STRINGIFY(APPLICATION_ID), error)) &&
           execute(db,
                   "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                   "PRAGMA cache_size = -16384",
                   error);
}

sqlite3 *
store_database_open(const char *path, gboolean create, GError **error)
{
    g_autoptr(sqlite3) db = NULL;
    /* A connection serves one thread at a time: SQLite's own mutexes would guard nothing. */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);

    if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE,
                    _("%s: cannot be opened for writing; check the rights of the file and its folder"), path);
        return NULL;
    }
    if (!prepare_connection(db, create, error))
        return NULL;
    return g_steal_pointer(&db);
}

static gboolean
apply_steps(sqlite3 *db, const char *const *steps, guint n_steps, GError **error)
{
    int version = 0;

    if (!read_pragma(db, "PRAGMA user_version", &version, error))
        return FALSE;
    if (version > (int)n_steps) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("%s: was written by a newer phieu (schema %d, this one knows %u); use that one"),
                    sqlite3_db_filename(db, "main"), version, n_steps);
        return FALSE;
    }
    for (guint i = (guint)version; i < n_steps; i++) {
        if (!execute(db, steps[i], error))
            return FALSE;
    }
    /* A PRAGMA takes no parameter; the number is ours. */
    g_autofree char *set_version = g_strdup_printf("PRAGMA user_version = %u", n_steps);
    return version == (int)n_steps || execute(db, set_version, error);
}

gboolean
store_database_migrate(sqlite3 *db, const char *const *steps, guint n_steps, GError **error)
{
    int version = 0;

    if (!read_pragma(db, "PRAGMA user_version", &version, error))
        return FALSE;
    if (version == (int)n_steps)
        return TRUE;
    /* Another process may be at it too: the version is read again under the lock. */
    if (!execute(db, "BEGIN IMMEDIATE", error))
        return FALSE;
    if (apply_steps(db, steps, n_steps, error) && execute(db, "COMMIT", error))
        return TRUE;
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return FALSE;
}

gboolean
store_database_update(sqlite3 *db, GError **error)
{
    GBytes *files[G_N_ELEMENTS(migrations)];
    const char *steps[G_N_ELEMENTS(migrations)];

    for (guint i = 0; i < G_N_ELEMENTS(migrations); i++) {
        /* Part of the program; GResource ends every file with a NUL. */
        files[i] =
            g_resource_lookup_data(store_get_resource(), migrations[i], G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
        steps[i] = g_bytes_get_data(files[i], NULL);
    }
    gboolean updated = store_database_migrate(db, steps, G_N_ELEMENTS(migrations), error);
    for (guint i = 0; i < G_N_ELEMENTS(migrations); i++)
        g_bytes_unref(files[i]);
    return updated;
}

StoreQuery *
store_query(Store *store, const char *sql, GError **error)
{
    sqlite3_stmt *statement = g_hash_table_lookup(store->queries, sql);

    if (statement != NULL)
        return statement;
    if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
        store_database_fail(store->db, error);
        return NULL;
    }
    g_hash_table_insert(store->queries, (gpointer)sql, statement);
    return statement;
}

void
store_query_done(StoreQuery *query)
{
    sqlite3_reset(query);
    sqlite3_clear_bindings(query);
}

void
store_bind_text(StoreQuery *query, const char *name, const char *text)
{
    sqlite3_bind_text(query, sqlite3_bind_parameter_index(query, name), text, -1, SQLITE_TRANSIENT);
}

void
store_bind_integer(StoreQuery *query, const char *name, gint64 number)
{
    sqlite3_bind_int64(query, sqlite3_bind_parameter_index(query, name), number);
}

void
store_bind_real(StoreQuery *query, const char *name, double number)
{
    sqlite3_bind_double(query, sqlite3_bind_parameter_index(query, name), number);
}

gboolean
store_step(Store *store, StoreQuery *query, gboolean *row, GError **error)
{
    int code = sqlite3_step(query);

    *row = code == SQLITE_ROW;
    return code == SQLITE_ROW || code == SQLITE_DONE || store_database_fail(store->db, error);
}

gboolean
store_run(Store *store, StoreQuery *query, GError **error)
{
    gboolean row, done = store_step(store, query, &row, error);

    store_query_done(query);
    return done;
}

const char *
store_column(StoreQuery *query, int column)
{
    const char *text = (const char *)sqlite3_column_text(query, column);

    return text == NULL ? "" : text;
}

gboolean
store_begin(Store *store, StoreAccess access, StoreTransaction *transaction, GError **error)
{
    /* IMMEDIATE takes the write lock first, so that what is read before writing still holds when it is
     * written. */
    if (!execute(store->db, access == STORE_WRITE ? "BEGIN IMMEDIATE" : "BEGIN", error))
        return FALSE;
    transaction->store = store;
    return TRUE;
}

gboolean
store_commit(StoreTransaction *transaction, GError **error)
{
    if (!execute(transaction->store->db, "COMMIT", error))
        return FALSE;
    transaction->store = NULL;
    return TRUE;
}

void
store_transaction_clear(StoreTransaction *transaction)
{
    if (transaction->store != NULL)
        sqlite3_exec(transaction->store->db, "ROLLBACK", NULL, NULL, NULL);
    transaction->store = NULL;
}

char *
store_now(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();

    return g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
}
