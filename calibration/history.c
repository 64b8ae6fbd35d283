/* The file of a history. */
#include "calibration-history.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "calibration-error.h"

#define MAX_BYTES (64 * 1024 * 1024)

typedef struct {
    int file;
    gsize size;
    gboolean torn; /* the last line was not finished */
    char *text;
    GPtrArray *lines; /* of json_t*: the records that could be read */
} History;

static void
history_clear(History *history)
{
    if (history->file >= 0)
        close(history->file);
    g_free(history->text);
    g_clear_pointer(&history->lines, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(History, history_clear)

static gboolean
fail(const char *path, GError **error)
{
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_MACHINE,
                _("%s: the history cannot be kept (%s); check the folder and the disk"), path,
                g_strerror(errno));
    return FALSE;
}

static void
drop(gpointer line)
{
    json_decref(line);
}

static gboolean
read_text(History *history, const char *path, GError **error)
{
    struct stat about;
    if (fstat(history->file, &about) != 0)
        return fail(path, error);
    if (!S_ISREG(about.st_mode) || about.st_size > MAX_BYTES) {
        g_set_error(
            error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
            _("%s: is no history of this kind, or larger than %d MB; name another file with --history"), path,
            MAX_BYTES / 1024 / 1024);
        return FALSE;
    }
    history->size = (gsize)about.st_size;
    history->text = g_malloc(history->size + 1);
    gsize done = 0;
    while (done < history->size) {
        ssize_t n = pread(history->file, history->text + done, history->size - done, (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(path, error);
        if (n == 0)
            break;
        done += (gsize)n;
    }
    history->size = done;
    history->text[done] = '\0';
    history->torn = done > 0 && history->text[done - 1] != '\n';
    return TRUE;
}

/* A line that a crash cut short is passed over; a file without any line of ours is another file. */
static gboolean
parse(History *history, const char *path, const char *key, GError **error)
{
    g_auto(GStrv) lines = g_strsplit(history->text, "\n", -1);
    history->lines = g_ptr_array_new_with_free_func(drop);
    for (char **line = lines; *line; line++) {
        json_t *record = **line ? json_loads(*line, 0, NULL) : NULL;
        if (json_is_object(record) && json_object_get(record, key))
            g_ptr_array_add(history->lines, record);
        else
            json_decref(record);
    }
    if (history->lines->len > 0 || history->size == 0)
        return TRUE;
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                _("%s: is no history of this kind; name another file with --history"), path);
    return FALSE;
}

/* Opens and reads; with `write`, makes the file where it is missing and locks it. */
static gboolean
history_open(History *history, const char *path, const char *key, gboolean write, GError **error)
{
    int flags = write ? O_RDWR | O_CREAT | O_APPEND : O_RDONLY;
    history->file = open(path, flags | O_CLOEXEC | O_NONBLOCK, 0666);
    if (history->file < 0)
        return fail(path, error);
    if (write && flock(history->file, LOCK_EX) != 0)
        return fail(path, error);
    return read_text(history, path, error) && parse(history, path, key, error);
}

static gboolean
write_line(const History *history, const char *path, const char *line, GError **error)
{
    g_autofree char *whole = g_strconcat(history->torn ? "\n" : "", line, NULL);
    gsize length = strlen(whole);
    ssize_t n = write(history->file, whole, length);
    if (n == (ssize_t)length && fsync(history->file) == 0)
        return TRUE;
    int why = n >= 0 && n < (ssize_t)length ? ENOSPC : errno;
    if (ftruncate(history->file, (off_t)history->size) != 0)
        why = errno;
    errno = why;
    return fail(path, error);
}

/* A new file is there after a power cut only once its folder is written. */
static void
sync_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return;
    fsync(file);
    close(file);
}

GPtrArray *
calibration_history_load(const char *path, const char *key, GError **error)
{
    g_auto(History) history = {.file = -1};
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return g_ptr_array_new_with_free_func(drop);
    if (!history_open(&history, path, key, FALSE, error))
        return NULL;
    return g_steal_pointer(&history.lines);
}

static gboolean
holds(const History *history, const json_t *record, CalibrationIsSame is_same)
{
    for (guint i = 0; i < history->lines->len; i++)
        if (is_same(history->lines->pdata[i], record))
            return TRUE;
    return FALSE;
}

gboolean
calibration_history_append(const char *path, const char *key, const json_t *record, CalibrationIsSame is_same,
                           gboolean *added, GError **error)
{
    g_auto(History) history = {.file = -1};
    *added = FALSE;
    if (!history_open(&history, path, key, TRUE, error))
        return FALSE;
    if (holds(&history, record, is_same))
        return TRUE;
    char *dumped = json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(8));
    g_autofree char *line = g_strconcat(dumped, "\n", NULL);
    free(dumped);
    if (!write_line(&history, path, line, error))
        return FALSE;
    if (history.size == 0)
        sync_folder(path);
    *added = TRUE;
    return TRUE;
}
