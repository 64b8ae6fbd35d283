#include "archive-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

char *
store_image_path(const Store *store, const char *sha256, const char *ending)
{
    return g_strdup_printf("%s/%s/%.2s/%.2s/%s.%s", store->dir, STORE_IMAGES, sha256, sha256 + 2, sha256,
                           ending);
}

static gboolean
fail_errno(const char *path, GError **error)
{
    int number = errno;

    g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE,
                _("%s: cannot be written (%s); nothing was stored, check the disk"), path,
                g_strerror(number));
    return FALSE;
}

/* Makes one folder; its name is synced into its parent, so that what is put into it later cannot be lost with
 * it. */
static gboolean
make_folder(const char *path, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(path);

    if (g_mkdir(path, 0777) == 0)
        return store_sync_dir(parent, error);
    return errno == EEXIST || fail_errno(path, error);
}

static gboolean
make_folders(const char *image_path, GError **error)
{
    g_autofree char *inner = g_path_get_dirname(image_path), *outer = g_path_get_dirname(inner);

    return g_file_test(inner, G_FILE_TEST_IS_DIR) || (make_folder(outer, error) && make_folder(inner, error));
}

static gboolean
write_all(int fd, GBytes *bytes)
{
    gsize left, done = 0;
    const char *data = g_bytes_get_data(bytes, &left);

    for (; left > 0; data += done, left -= done) {
        gssize written = write(fd, data, left);
        if (written < 0 && errno != EINTR)
            return FALSE;
        done = written < 0 ? 0 : (gsize)written;
    }
    return fsync(fd) == 0;
}

gboolean
store_aside_write(Store *store, const StoreImage *image, StoreAside *aside, GError **error)
{
    GStatBuf status;

    aside->path = store_image_path(store, image->sha256, image->ending);
    if (g_stat(aside->path, &status) == 0 && (gsize)status.st_size == g_bytes_get_size(image->bytes))
        return TRUE;
    if (!make_folders(aside->path, error))
        return FALSE;

    g_autofree char *temporary = g_strconcat(aside->path, ".XXXXXX.new", NULL);
    int fd = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail_errno(temporary, error);
    aside->temporary = g_steal_pointer(&temporary);
    gboolean written = write_all(fd, image->bytes);
    if (!written)
        fail_errno(aside->temporary, error);
    close(fd);
    return written;
}

gboolean
store_aside_place(StoreAside *aside, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(aside->path);

    if (aside->temporary != NULL && g_rename(aside->temporary, aside->path) != 0)
        return fail_errno(aside->path, error);
    g_clear_pointer(&aside->temporary, g_free);
    /* Also where the file was found in its place: whoever put it there may have died before this. */
    return store_sync_dir(dir, error);
}

void
store_aside_clear(StoreAside *aside)
{
    if (aside->temporary != NULL)
        g_remove(aside->temporary);
    g_clear_pointer(&aside->temporary, g_free);
    g_clear_pointer(&aside->path, g_free);
}
