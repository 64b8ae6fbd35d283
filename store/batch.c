#include "batch-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

gboolean
store_batch_check_name(const char *name, GError **error)
{
    gsize length = name == NULL ? 0 : strlen(name);
    gboolean printable = length >= 1 && length <= 200 && g_utf8_validate(name, -1, NULL);

    for (const char *at = name; printable && *at != '\0'; at = g_utf8_next_char(at))
        printable = !g_unichar_iscntrl(g_utf8_get_char(at));
    if (!printable)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("a batch needs a name of 1 to 200 bytes of UTF-8 on one line; name another"));
    return printable;
}

/* `id` is 0 where there is none. */
static gboolean
look_up(Store *store, const char *name, gint64 *id, GError **error)
{
    g_autoptr(StoreQuery) query = store_query(store, "SELECT id FROM batch WHERE name = :name", error);
    gboolean row;

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":name", name);
    if (!store_step(store, query, &row, error))
        return FALSE;
    *id = row ? sqlite3_column_int64(query, 0) : 0;
    return TRUE;
}

gboolean
store_batch_find(Store *store, const char *name, gint64 *id, GError **error)
{
    if (!look_up(store, name, id, error))
        return FALSE;
    if (*id == 0)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("there is no batch “%s”; `phieu batch list` names them"), name);
    return *id != 0;
}

gboolean
store_batch_make(Store *store, const char *name, gint64 *id, GError **error)
{
    if (!look_up(store, name, id, error) || *id != 0)
        return *id != 0;

    g_autofree char *now = store_now();
    g_autoptr(StoreQuery) query =
        store_query(store, "INSERT INTO batch (name, created) VALUES (:name, :created)", error);
    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":name", name);
    store_bind_text(query, ":created", now);
    gboolean inserted = store_run(store, query, error);
    *id = sqlite3_last_insert_rowid(store->db);
    return inserted;
}
