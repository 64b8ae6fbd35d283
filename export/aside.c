#include "aside-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "export.h"

static gboolean
fail_errno(const char *path, GError **error)
{
    int number = errno;

    g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_MACHINE,
                _("%s: cannot be written (%s); check the folder's rights and the disk"), path,
                g_strerror(number));
    return FALSE;
}

static gboolean
sync_dir(const char *dir, GError **error)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* Some file systems cannot sync a folder (EINVAL). */
    gboolean synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

    if (!synced)
        fail_errno(dir, error);
    if (fd >= 0)
        close(fd);
    return synced;
}

/* Where `dir` really is, and what is there. */
static gboolean
look_at(ExportAside *aside, const char *dir, struct stat *status, GError **error)
{
    if (stat(dir, status) != 0) {
        if (errno != ENOENT)
            return fail_errno(dir, error);
        aside->dir = g_canonicalize_filename(dir, NULL);
        return TRUE;
    }
    if (!S_ISDIR(status->st_mode)) {
        g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_INPUT, _("%s: is no folder; name another with -o"),
                    dir);
        return FALSE;
    }
    char *real = realpath(dir, NULL);
    aside->dir = g_strdup(real == NULL ? dir : real);
    free(real);
    aside->exists = TRUE;
    aside->mode = status->st_mode & 07777;
    return TRUE;
}

gboolean
export_aside_init(ExportAside *aside, const char *dir, GError **error)
{
    struct stat status, above;

    if (!look_at(aside, dir, &status, error))
        return FALSE;
    g_autofree char *parent = g_path_get_dirname(aside->dir), *name = g_path_get_basename(aside->dir);
    if (!aside->exists && g_mkdir_with_parents(parent, 0777) != 0)
        return fail_errno(parent, error);

    aside->folder = g_strdup_printf("%s/.%s.new-XXXXXX", parent, name);
    /* A mount point's parent is another file system: nothing can be renamed from there. */
    gboolean one_system = !aside->exists || (stat(parent, &above) == 0 && above.st_dev == status.st_dev);
    if (one_system && g_mkdtemp_full(aside->folder, 0777) != NULL)
        return TRUE;
    g_free(aside->folder);
    aside->folder = g_strdup_printf("%s/.new-XXXXXX", aside->dir);
    aside->inside = TRUE;
    if (g_mkdtemp_full(aside->folder, 0777) != NULL)
        return TRUE;
    fail_errno(aside->dir, error);
    g_clear_pointer(&aside->folder, g_free);
    return FALSE;
}

/* Whether `dir` has no entries but files called `names`. */
static gboolean
holds_only(const char *dir, const char *const *names)
{
    GDir *entries = g_dir_open(dir, 0, NULL);
    const char *entry;
    gboolean only = entries != NULL;

    while (only && (entry = g_dir_read_name(entries)) != NULL) {
        g_autofree char *path = g_build_filename(dir, entry, NULL);
        only = g_strv_contains(names, entry) && g_file_test(path, G_FILE_TEST_IS_REGULAR);
    }
    if (entries != NULL)
        g_dir_close(entries);
    return only;
}

/* All in one step: the folder itself changes places. FALSE where that cannot be. */
static gboolean
place_folder(const ExportAside *aside, const char *const *names)
{
    if (aside->inside || (aside->exists && g_chmod(aside->folder, (int)aside->mode) != 0))
        return FALSE;
    if (g_rename(aside->folder, aside->dir) == 0) /* a new or an empty one */
        return TRUE;
    return holds_only(aside->dir, names) &&
           renameat2(AT_FDCWD, aside->folder, AT_FDCWD, aside->dir, RENAME_EXCHANGE) == 0;
}

static gboolean
place_files(const ExportAside *aside, const char *const *names, GError **error)
{
    for (guint i = 0; names[i] != NULL; i++) {
        g_autofree char *target = g_build_filename(aside->dir, names[i], NULL);
        if (!g_file_test(target, G_FILE_TEST_IS_DIR))
            continue;
        g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_INPUT,
                    _("%s: is a folder where a file goes; move it away"), target);
        return FALSE;
    }
    for (guint i = 0; names[i] != NULL; i++) {
        g_autofree char *source = g_build_filename(aside->folder, names[i], NULL);
        g_autofree char *target = g_build_filename(aside->dir, names[i], NULL);
        if (g_rename(source, target) != 0)
            return fail_errno(target, error);
    }
    return sync_dir(aside->dir, error);
}

gboolean
export_aside_place(ExportAside *aside, const char *const *names, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(aside->dir);

    if (!sync_dir(aside->folder, error))
        return FALSE;
    if (place_folder(aside, names))
        return sync_dir(parent, error);
    return place_files(aside, names, error);
}

void
export_aside_clear(ExportAside *aside)
{
    GDir *dir = aside->folder == NULL ? NULL : g_dir_open(aside->folder, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename(aside->folder, name, NULL);
        g_remove(path);
    }
    if (dir != NULL)
        g_dir_close(dir);
    if (aside->folder != NULL)
        g_rmdir(aside->folder);
    g_clear_pointer(&aside->folder, g_free);
    g_clear_pointer(&aside->dir, g_free);
}
