#include "station-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A blank page or a print master; a 600 dpi A3 page in grey is 70 MB raw. */
#define MAX_FILE_BYTES (256 * 1024 * 1024)

#define SAVE_FLAGS (G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE)

static gboolean
read_file(const char *path, char **data, gsize *length, GError **error)
{
    GStatBuf status;

    if (g_stat(path, &status) == 0 && (!S_ISREG(status.st_mode) || status.st_size > MAX_FILE_BYTES)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("%s: is no file of at most %d MB; the form package names it, compile the form again"),
                    path, MAX_FILE_BYTES / 1024 / 1024);
        return FALSE;
    }
    if (g_file_get_contents(path, data, length, NULL))
        return TRUE;
    int why = g_access(path, R_OK) != 0 ? errno : EIO;
    g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                _("%s: cannot be read, but the form package needs it (%s); keep its files beside it"), path,
                g_strerror(why));
    return FALSE;
}

static gboolean
write_file(const char *path, const char *data, gsize length, GError **error)
{
    g_autoptr(GError) failure = NULL;

    if (g_file_set_contents_full(path, data, (gssize)length, SAVE_FLAGS, 0666, &failure))
        return TRUE;
    g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE, _("%s: cannot be written (%s); check the disk"),
                path, failure->message);
    return FALSE;
}

/* Copies one file that `from` names into the folder `dir` as STEM.ending, whatever it was called, and names
 * it so in the copy of the package. Its content goes into `digest`. */
static gboolean
copy_file(const FormPackage *from, const char *dir, const char *stem, char **file, GChecksum *digest,
          GError **error)
{
    g_autofree char *source = form_package_path(from, *file), *data = NULL;
    const char *dot = strrchr(*file, '.');
    gsize length = 0;

    gboolean plain = dot != NULL && strlen(dot) <= 5 && strchr(dot, '/') == NULL;
    g_autofree char *name = g_strconcat(stem, plain ? dot : "", NULL);
    g_autofree char *target = g_build_filename(dir, name, NULL);
    if (!read_file(source, &data, &length, error) || !write_file(target, data, length, error))
        return FALSE;
    g_checksum_update(digest, (const guchar *)data, (gssize)length);
    g_free(*file);
    *file = g_steal_pointer(&name);
    return TRUE;
}

static char *
package_name(const char *code)
{
    return g_strconcat(code, ".form.json", NULL);
}

/* Writes the package and its files into the folder `dir`. The digest is over them as written there, so that
 * it does not depend on how files are called or a package is indented elsewhere. */
static char *
write_copy(const FormPackage *package, const char *dir, GError **error)
{
    g_autoptr(GChecksum) digest = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *name = package_name(package->code), *path = g_build_filename(dir, name, NULL);
    FormPackage shallow = *package;

    /* Saved and loaded: a deep copy whose file names may be changed. */
    shallow.dir = shallow.sha256 = NULL;
    gboolean saved = form_package_save(&shallow, path, error);
    g_free(shallow.dir);
    g_free(shallow.sha256);
    if (!saved)
        return NULL;
    g_autoptr(FormPackage) copy = form_package_load(path, error);
    if (copy == NULL)
        return NULL;
    for (guint i = 0; i < copy->pages->len; i++) {
        FormPage *page = g_ptr_array_index(copy->pages, i);
        g_autofree char *stem = g_strdup_printf("page-%d", page->page);
        if (page->blank_file != NULL && !copy_file(package, dir, stem, &page->blank_file, digest, error))
            return NULL;
    }
    if (copy->print_file != NULL && !copy_file(package, dir, "print", &copy->print_file, digest, error))
        return NULL;
    if (!form_package_save(copy, path, error) || !store_sync_dir(dir, error))
        return NULL;
    g_checksum_update(digest, (const guchar *)copy->sha256, -1);
    return g_strdup(g_checksum_get_string(digest));
}

/* The digest of the station's form of that code and version, or NULL in `digest`. */
static gboolean
find_form(Store *store, const FormPackage *package, char **digest, GError **error)
{
    gboolean row;
    g_autoptr(StoreQuery) query =
        store_query(store, "SELECT digest FROM form WHERE code = :code AND version = :version", error);

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":code", package->code);
    store_bind_integer(query, ":version", package->version);
    if (!store_step(store, query, &row, error))
        return FALSE;
    *digest = row ? g_strdup(store_column(query, 0)) : NULL;
    return TRUE;
}

static gboolean
insert_form(Store *store, const FormPackage *package, const char *file, const char *digest, GError **error)
{
    g_autofree char *now = store_now();
    g_autoptr(StoreQuery) query = store_query(store,
                                              "INSERT INTO form (code, version, pages, file, digest, added)"
                                              " VALUES (:code, :version, :pages, :file, :digest, :added)",
                                              error);

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":code", package->code);
    store_bind_integer(query, ":version", package->version);
    store_bind_integer(query, ":pages", package->pages->len);
    store_bind_text(query, ":file", file);
    store_bind_text(query, ":digest", digest);
    store_bind_text(query, ":added", now);
    return store_run(store, query, error);
}

/* Gives the copy in `aside` its place forms/CODE-VERSION and registers it. */
static gboolean
register_form(Store *store, const FormPackage *package, const char *aside, const char *digest, GError **error)
{
    g_autofree char *folder = g_strdup_printf("%s-%d", package->code, package->version);
    g_autofree char *name = package_name(package->code), *file = g_build_filename(folder, name, NULL);
    g_autofree char *forms = g_build_filename(store->dir, STORE_FORMS, NULL);
    g_autofree char *target = g_build_filename(forms, folder, NULL);

    /* No row names it: left by a crash between the two steps below. */
    store_remove_tree(target);
    if (g_rename(aside, target) != 0) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE, _("%s: cannot be written (%s); check the disk"),
                    target, g_strerror(errno));
        return FALSE;
    }
    return store_sync_dir(forms, error) && insert_form(store, package, file, digest, error);
}

static gboolean
add_copy(Store *store, const FormPackage *package, const char *aside, gboolean *added, GError **error)
{
    g_auto(StoreTransaction) transaction = {0};
    g_autofree char *held = NULL, *digest = write_copy(package, aside, error);

    if (digest == NULL || !store_begin(store, STORE_WRITE, &transaction, error) ||
        !find_form(store, package, &held, error))
        return FALSE;
    *added = held == NULL;
    if (held != NULL && strcmp(held, digest) == 0)
        return TRUE;
    if (held != NULL) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("form %s version %d is in the station with another content; raise the version and "
                      "compile again"),
                    package->code, package->version);
        return FALSE;
    }
    return register_form(store, package, aside, digest, error) && store_commit(&transaction, error);
}

gboolean
store_add_form(Store *store, const FormPackage *package, gboolean *added, GError **error)
{
    g_autofree char *aside = g_build_filename(store->dir, STORE_FORMS, ".new-XXXXXX", NULL);
    gboolean new_form = FALSE;

    if (g_mkdtemp_full(aside, 0777) == NULL) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE, _("%s: cannot be written (%s); check the disk"),
                    aside, g_strerror(errno));
        return FALSE;
    }
    gboolean done = add_copy(store, package, aside, &new_form, error);
    store_remove_tree(aside);
    if (added != NULL)
        *added = done && new_form;
    return done;
}

GPtrArray *
store_load_forms(Store *store, GError **error)
{
    g_autoptr(GPtrArray) forms = g_ptr_array_new_with_free_func((GDestroyNotify)form_package_free);
    g_autoptr(StoreQuery) query = store_query(store, "SELECT file FROM form ORDER BY code, version", error);
    gboolean row;

    if (query == NULL)
        return NULL;
    while (store_step(store, query, &row, error)) {
        if (!row)
            return g_steal_pointer(&forms);
        g_autofree char *path = g_build_filename(store->dir, STORE_FORMS, store_column(query, 0), NULL);
        FormPackage *form = form_package_load(path, error);
        if (form == NULL)
            return NULL;
        g_ptr_array_add(forms, form);
    }
    return NULL;
}

gboolean
store_count_forms(Store *store, guint *n_forms, GError **error)
{
    g_autoptr(StoreQuery) query = store_query(store, "SELECT count(*) FROM form", error);
    gboolean row;

    if (query == NULL || !store_step(store, query, &row, error))
        return FALSE;
    *n_forms = (guint)sqlite3_column_int(query, 0);
    return TRUE;
}
