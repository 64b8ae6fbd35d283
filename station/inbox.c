#include "inbox-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "command-private.h"
#include "inbox-move-private.h"

#define LOCK  ".phieu-watch.lock"
#define PROBE ".phieu-watch.probe"
/* Of what stands in the lock file: who holds it. */
#define MAX_HOLDER 200

struct Inbox {
    char *dir;
    int lock;
};

static gboolean
fail(const char *path, StationError code, const char *what, GError **error)
{
    g_autofree char *name = g_filename_display_name(path);
    g_set_error(error, STATION_ERROR, code, "%s: %s", name, what);
    return FALSE;
}

/* The disk's fault, or that of whoever named this folder? */
static gboolean
fail_errno(const char *path, int number, GError **error)
{
    gboolean disk = number == ENOSPC || number == EDQUOT || number == EIO || number == ENOMEM;
    g_autofree char *what = g_strdup_printf(
        disk ? _("cannot be written (%s); mend the disk and start again")
             : _("files cannot be moved here when they are done (%s); give the right to write, "
                 "or name another folder"),
        g_strerror(number));
    return fail(path, disk ? STATION_ERROR_MACHINE : STATION_ERROR_INPUT, what, error);
}

static gboolean
check_folder(const char *dir, const Store *store, GError **error)
{
    if (!command_need_path(dir, error))
        return FALSE;
    if (!g_file_test(dir, G_FILE_TEST_IS_DIR))
        return fail(dir, STATION_ERROR_INPUT, _("is no folder; name the folder that the scanner saves to"),
                    error);
    g_autofree char *station = g_build_filename(dir, STORE_CONF, NULL);
    if (store_owns(store, dir) || g_file_test(station, G_FILE_TEST_EXISTS))
        return fail(dir, STATION_ERROR_INPUT,
                    _("is a station's own folder, whose files must stay; name another to watch"), error);
    return TRUE;
}

/* Who holds the lock, as it wrote of itself; its newline is not part of it. */
static char *
read_holder(int fd)
{
    char text[MAX_HOLDER + 1] = "";
    gssize n = pread(fd, text, MAX_HOLDER, 0);
    text[MAX(n, 0)] = '\0';
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    return g_strcanon(g_strdup(g_strstrip(valid)), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS " .-:", '?');
}

static void
write_holder(int fd)
{
    g_autofree char *text = g_strdup_printf("%s %ld\n", g_get_host_name(), (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, strlen(text), 0) < 0)
        return; /* it only names the holder to people; the lock holds without */
}

static gboolean
take_lock(Inbox *inbox, GError **error)
{
    g_autofree char *path = g_build_filename(inbox->dir, LOCK, NULL);
    inbox->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    int number = errno;
    if (inbox->lock < 0) /* another user's lock, left behind, or a folder that is not to be written to */
        return fail_errno(g_file_test(path, G_FILE_TEST_EXISTS) ? path : inbox->dir, number, error);
    if (flock(inbox->lock, LOCK_EX | LOCK_NB) == 0) {
        write_holder(inbox->lock);
        return TRUE;
    }
    if (errno != EWOULDBLOCK) {
        g_autofree char *what = g_strdup_printf(_("its file system grants no locks (%s), so that two could "
                                                  "take the same file; mount it with locks"),
                                                g_strerror(errno));
        return fail(inbox->dir, STATION_ERROR_INPUT, what, error);
    }
    g_autofree char *holder = read_holder(inbox->lock);
    g_autofree char *what = g_strdup_printf(
        _("another phieu watches this folder already (computer and process: %s); one is enough"), holder);
    return fail(inbox->dir, STATION_ERROR_INPUT, what, error);
}

/* Moves a file of our own into the tray and away. */
static gboolean
try_tray(const Inbox *inbox, const char *tray, GError **error)
{
    g_autofree char *dir = g_build_filename(inbox->dir, tray, NULL),
                    *from = g_build_filename(inbox->dir, PROBE, NULL),
                    *to = g_build_filename(dir, PROBE, NULL);
    if (g_mkdir(dir, 0777) != 0 && errno != EEXIST)
        return fail_errno(dir, errno, error);
    int fd = open(from, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return fail_errno(inbox->dir, errno, error);
    close(fd);
    int number = g_rename(from, to) == 0 ? 0 : errno;
    g_unlink(number ? from : to);
    if (number == EXDEV)
        return fail(dir, STATION_ERROR_INPUT,
                    _("lies on another disk than the watched folder; make it a folder in it"), error);
    return number == 0 || fail_errno(dir, number, error);
}

static gboolean
prepare(Inbox *inbox, GError **error)
{
    g_autofree char *failed = g_build_filename(inbox->dir, INBOX_FAILED, NULL);
    if (!take_lock(inbox, error) || !try_tray(inbox, INBOX_DONE, error) ||
        !try_tray(inbox, INBOX_FAILED, error))
        return FALSE;
    inbox_name_reasons(failed);
    return TRUE;
}

Inbox *
inbox_open(const char *dir, const Store *store, GError **error)
{
    if (!check_folder(dir, store, error))
        return NULL;
    g_autoptr(Inbox) inbox = g_new0(Inbox, 1);
    inbox->dir = g_strdup(dir);
    inbox->lock = -1;
    return prepare(inbox, error) ? g_steal_pointer(&inbox) : NULL;
}

void
inbox_free(Inbox *inbox)
{
    if (!inbox)
        return;
    if (inbox->lock >= 0)
        close(inbox->lock);
    g_free(inbox->dir);
    g_free(inbox);
}

gboolean
inbox_move_done(Inbox *inbox, const char *path, GError **error)
{
    return inbox_move(inbox->dir, path, INBOX_DONE, NULL, error);
}

gboolean
inbox_move_failed(Inbox *inbox, const char *path, const char *reason, GError **error)
{
    return inbox_move(inbox->dir, path, INBOX_FAILED, reason, error);
}
