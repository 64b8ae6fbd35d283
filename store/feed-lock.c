/* The lock of a batch that is being scanned: one byte of a file, held by the open file, so that the kernel
 * lets go of it when the process ends, however it does. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>

#include "feed-private.h"
#include "station-private.h"

static gboolean
fail_errno(const Store *store, int number, GError **error)
{
    g_set_error(error, STORE_ERROR, STORE_ERROR_MACHINE,
                _("%s/%s: cannot be locked (%s); check the folder's rights and its file system"), store->dir,
                STORE_FEEDS_LOCK, g_strerror(number));
    return FALSE;
}

static gboolean
open_file(Store *store, GError **error)
{
    g_autofree char *path = g_build_filename(store->dir, STORE_FEEDS_LOCK, NULL);

    if (store->feeds_lock < 0)
        store->feeds_lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    return store->feeds_lock >= 0 || fail_errno(store, errno, error);
}

static gboolean
set_lock(const Store *store, short type, gint64 batch)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = batch, .l_len = 1};

    return fcntl(store->feeds_lock, F_OFD_SETLK, &lock) == 0;
}

gboolean
store_feed_lock(Store *store, gint64 batch, const char *name, GError **error)
{
    if (!open_file(store, error))
        return FALSE;
    if (set_lock(store, F_WRLCK, batch))
        return TRUE;
    if (errno != EAGAIN && errno != EACCES)
        return fail_errno(store, errno, error);
    g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                _("batch “%s” is being scanned right now by another program; wait until it ends, or name "
                  "another batch"),
                name);
    return FALSE;
}

void
store_feed_unlock(Store *store, gint64 batch)
{
    if (store->feeds_lock >= 0)
        set_lock(store, F_UNLCK, batch);
}
