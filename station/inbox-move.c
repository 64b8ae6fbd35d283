/* A file that fails is moved in three steps, so that a crash between any two of them can be told:
 *
 *   1. its reason is written to failed/.NAME.txt.new (and synced)
 *   2. it is moved to failed/NAME
 *   3. the reason gets its name, failed/NAME.txt
 *
 * A reason without a name whose file is there was left between 2 and 3; one whose file is not, before 2. */
#include "inbox-move-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command-private.h"

#define REASON       ".txt"
#define REASON_ASIDE ".new"
#define MAX_NAME     255 /* bytes; of Linux's file systems */
#define MAX_ENDING   10  /* what is longer is no ending of a file's name */
#define MAX_NUMBER   1000000
#define MAX_DEPTH    16

static gboolean
is_there(const char *path)
{
    GStatBuf about;
    return g_lstat(path, &about) == 0 || errno != ENOENT;
}

static const char *
ending_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot != name && strlen(dot) <= MAX_ENDING ? dot : name + strlen(name);
}

/* The name with a number from 2 on, its stem cut where it would become longer than `most` bytes. */
static char *
numbered(const char *name, guint number, gsize most)
{
    const char *ending = ending_of(name);
    g_autofree char *tail = number > 1 ? g_strdup_printf("-%u%s", number, ending) : g_strdup(ending);
    gsize stem = (gsize)(ending - name);
    while (stem > 1 && stem + strlen(tail) > most)
        stem--;
    while (stem > 1 && ((guchar)name[stem] & 0xc0) == 0x80) /* not within a character */
        stem--;
    return g_strdup_printf("%.*s%s", (int)stem, name, tail);
}

static char *
reason_of(const char *dir, const char *name)
{
    g_autofree char *reason = g_strconcat(name, REASON, NULL);
    return g_build_filename(dir, reason, NULL);
}

static char *
reason_aside(const char *dir, const char *name)
{
    g_autofree char *reason = g_strconcat(".", name, REASON REASON_ASIDE, NULL);
    return g_build_filename(dir, reason, NULL);
}

/* Moves and never overwrites; an errno, 0 when done. */
static int
move(const char *from, const char *to)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return errno;
    /* A file system that cannot promise it. Nobody but us writes there, and the lock keeps others like us
     * out.
     */
    if (is_there(to))
        return EEXIST;
    return g_rename(from, to) == 0 ? 0 : errno;
}

/* Written and on the disk before the file that it is of is moved; an errno, 0 when done. */
static int
write_reason(const char *path, const char *reason)
{
    g_autofree char *line = g_strconcat(reason, "\n", NULL);
    g_strdelimit(line, "\r\n", ' ');
    line[strlen(line) - 1] = '\n';
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return errno;
    gsize length = strlen(line);
    errno = ENOSPC; /* what a short write means */
    gboolean fine = write(fd, line, length) == (gssize)length && (fsync(fd) == 0 || errno == EINVAL);
    int number = fine ? 0 : errno;
    if (close(fd) != 0 && !number)
        number = errno;
    if (number)
        g_unlink(path);
    return number;
}

/* Moves to dir/name with its reason; an errno, EEXIST when one of the names is taken. */
static int
move_with_reason(const char *from, const char *dir, const char *name, const char *reason)
{
    g_autofree char *to = g_build_filename(dir, name, NULL), *aside = reason_aside(dir, name),
                    *beside = reason_of(dir, name);
    if (is_there(to) || is_there(beside))
        return EEXIST;
    int number = write_reason(aside, reason);
    if (number)
        return number;
    number = move(from, to);
    if (number)
        g_unlink(aside);
    else if (move(aside, beside) != 0)
        return 0; /* the file is where it belongs; its reason gets its name at the next start */
    return number;
}

static int
move_as(const char *from, const char *dir, const char *name, const char *reason)
{
    if (reason)
        return move_with_reason(from, dir, name, reason);
    g_autofree char *to = g_build_filename(dir, name, NULL);
    return move(from, to);
}

/* Makes a tray and a folder in it, but never their parent: it may have been unmounted. An errno, 0 when done.
 */
static int
make_place(const char *dir, const char *tray, const char *place)
{
    g_autofree char *path = g_build_filename(dir, tray, NULL);
    if (g_mkdir(path, 0777) != 0 && errno != EEXIST)
        return errno;
    return g_mkdir_with_parents(place, 0777) == 0 ? 0 : errno;
}

gboolean
inbox_move(const char *dir, const char *path, const char *tray, const char *reason, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path), *name = g_path_get_basename(path);
    const char *below = g_str_has_prefix(folder, dir) ? folder + strlen(dir) : "";
    g_autofree char *target = g_build_filename(dir, tray, below, NULL);
    gsize most = MAX_NAME - (reason ? strlen("." REASON REASON_ASIDE) : 0);
    int number = is_there(path) ? make_place(dir, tray, target) : ENOENT;
    guint next = 1;
    do {
        g_autofree char *as = numbered(name, next++, most);
        number = number && number != EEXIST ? number : move_as(path, target, as, reason);
    } while (number == EEXIST && next < MAX_NUMBER);
    if (!number)
        return TRUE;
    g_autofree char *shown = g_filename_display_name(path), *place = g_filename_display_name(target);
    g_set_error(error, STATION_ERROR, STATION_ERROR_MACHINE,
                _("%s: cannot be moved to %s (%s); mend that, it is tried again"), shown, place,
                g_strerror(number));
    return FALSE;
}

static gboolean
is_aside(const char *name)
{
    const char *tail = REASON REASON_ASIDE;
    return name[0] == '.' && strlen(name) > 1 + strlen(tail) && g_str_has_suffix(name, tail);
}

static void
name_reason(const char *dir, const char *aside)
{
    gsize tail = strlen(REASON REASON_ASIDE);
    g_autofree char *name = g_strndup(aside + 1, strlen(aside) - 1 - tail);
    g_autofree char *file = g_build_filename(dir, name, NULL), *from = g_build_filename(dir, aside, NULL),
                    *to = reason_of(dir, name);
    if (!is_there(file) || move(from, to) == EEXIST)
        g_unlink(from);
}

static void
name_reasons_below(const char *folder, int depth)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; dir && (name = g_dir_read_name(dir));)
        g_ptr_array_add(names, g_strdup(name));
    if (dir)
        g_dir_close(dir);
    for (guint i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (is_aside(name))
            name_reason(folder, name);
        else if (depth < MAX_DEPTH && !g_file_test(path, G_FILE_TEST_IS_SYMLINK) &&
                 g_file_test(path, G_FILE_TEST_IS_DIR))
            name_reasons_below(path, depth + 1);
    }
}

void
inbox_name_reasons(const char *failed)
{
    name_reasons_below(failed, 0);
}
