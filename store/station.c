#include "station-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The version of the directory's layout, in station.conf; the database has its own (PRAGMA user_version). */
#define LAYOUT 1

static const struct {
    const char *name;
    int mode;
} folders[] = {
    {STORE_IMAGES, 0777}, {STORE_FORMS, 0777}, {"profiles", 0777}, {"exports", 0777}, {"keys", 0700},
};

static gboolean
fail_errno(const char *path, GError **error)
{
    int number = errno;

    g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE,
                _("%s: cannot be written (%s); check the folder's rights and the disk"), path,
                g_strerror(number));
    return FALSE;
}

gboolean
store_sync_dir(const char *dir, GError **error)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return fail_errno(dir, error);
    /* Some network file systems cannot sync a folder (EINVAL); they keep its order themselves. */
    gboolean synced = fsync(fd) == 0 || errno == EINVAL;
    if (!synced)
        fail_errno(dir, error);
    close(fd);
    return synced;
}

void
store_remove_tree(const char *path)
{
    GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        store_remove_tree(child);
    }
    if (dir != NULL)
        g_dir_close(dir);
    g_remove(path);
}

/* Whether `dir` may become a station; `made` tells that it was not there and has been made. */
static gboolean
take_folder(const char *dir, gboolean *made, GError **error)
{
    *made = !g_file_test(dir, G_FILE_TEST_EXISTS);
    if (*made)
        return g_mkdir_with_parents(dir, 0777) == 0 || fail_errno(dir, error);

    g_autofree char *conf = g_build_filename(dir, STORE_CONF, NULL);
    if (g_file_test(conf, G_FILE_TEST_EXISTS)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("%s: is a station already; name another folder, or use this one with -C"), dir);
        return FALSE;
    }
    GDir *entries = g_dir_open(dir, 0, NULL);
    if (entries == NULL) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("%s: is no folder that can be read; name another"), dir);
        return FALSE;
    }
    gboolean empty = g_dir_read_name(entries) == NULL;
    g_dir_close(entries);
    if (!empty)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("%s: is not empty; a station needs a new or an empty folder"), dir);
    return empty;
}

/* Whether `path` is `folder` or below it; both without links. */
static gboolean
is_below(const char *path, const char *folder)
{
    gsize length = strlen(folder);

    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

gboolean
store_owns(const Store *store, const char *folder)
{
    char station[PATH_MAX], path[PATH_MAX];

    if (realpath(store->dir, station) == NULL || realpath(folder, path) == NULL)
        return FALSE;
    gboolean owns = strcmp(path, station) == 0;
    for (guint i = 0; i < G_N_ELEMENTS(folders) && !owns; i++) {
        g_autofree char *own = g_build_filename(station, folders[i].name, NULL);
        owns = is_below(path, own);
    }
    return owns;
}

static gboolean
make_database(const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, STORE_DATABASE, NULL);
    g_autoptr(sqlite3) db = store_database_open(path, TRUE, error);

    return db != NULL && store_database_update(db, error);
}

/* Written last: a folder is a station from then on. */
static gboolean
write_conf(const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, STORE_CONF, NULL), *now = store_now();
    g_autofree char *text =
        g_strdup_printf("# A phieu station.\n[station]\nlayout=%d\ncreated=%s\n", LAYOUT, now);
    g_autoptr(GError) failure = NULL;

    if (g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                 0666, &failure))
        return store_sync_dir(dir, error);
    g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE, _("%s: cannot be written (%s); check the disk"),
                path, failure->message);
    return FALSE;
}

static gboolean
fill_folder(const char *dir, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(dir, folders[i].name, NULL);
        if (g_mkdir(path, folders[i].mode) != 0)
            return fail_errno(path, error);
    }
    return make_database(dir, error) && write_conf(dir, error);
}

/* Takes back what fill_folder() made: the folder held nothing else. */
static void
empty_folder(const char *dir, gboolean made)
{
    static const char *const files[] = {STORE_CONF, STORE_DATABASE, STORE_DATABASE "-wal",
                                        STORE_DATABASE "-shm"};

    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(dir, folders[i].name, NULL);
        g_rmdir(path);
    }
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(dir, files[i], NULL);
        g_remove(path);
    }
    if (made)
        g_rmdir(dir);
}

gboolean
store_create(const char *dir, GError **error)
{
    gboolean made = FALSE;

    if (!take_folder(dir, &made, error))
        return FALSE;
    if (fill_folder(dir, error))
        return TRUE;
    empty_folder(dir, made);
    return FALSE;
}

static gboolean
check_conf(const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, STORE_CONF, NULL);
    g_autoptr(GKeyFile) conf = g_key_file_new();
    g_autoptr(GError) failure = NULL;

    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("%s: is no station (it has no %s); name one with -C, or make one with `phieu init`"),
                    dir, STORE_CONF);
        return FALSE;
    }
    int layout = g_key_file_load_from_file(conf, path, G_KEY_FILE_NONE, &failure)
                     ? g_key_file_get_integer(conf, "station", "layout", &failure)
                     : 0;
    if (failure != NULL || layout < 1) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("%s: cannot be read (%s); it should say layout=%d in its group [station]"), path,
                    failure == NULL ? _("bad layout") : failure->message, LAYOUT);
        return FALSE;
    }
    if (layout > LAYOUT) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("%s: was made by a newer phieu (layout %d, this one knows %d); use that one"), dir,
                    layout, LAYOUT);
        return FALSE;
    }
    return TRUE;
}

static void
query_free(gpointer data)
{
    sqlite3_finalize(data);
}

Store *
store_open(const char *dir, GError **error)
{
    if (!check_conf(dir, error))
        return NULL;

    g_autoptr(Store) store = g_new0(Store, 1);
    store->feeds_lock = -1;
    store->dir = g_strdup(dir);
    store->path = g_build_filename(dir, STORE_DATABASE, NULL);
    store->queries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, query_free);
    if (!g_file_test(store->path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT, _("%s: is missing; restore the last backup"),
                    store->path);
        return NULL;
    }
    store->db = store_database_open(store->path, FALSE, error);
    if (store->db == NULL || !store_database_update(store->db, error))
        return NULL;
    return g_steal_pointer(&store);
}

void
store_free(Store *store)
{
    if (store == NULL)
        return;
    g_hash_table_unref(store->queries);
    sqlite3_close(store->db);
    if (store->feeds_lock >= 0)
        close(store->feeds_lock);
    g_free(store->path);
    g_free(store->dir);
    g_free(store);
}
