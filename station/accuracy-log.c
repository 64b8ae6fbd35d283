#include "accuracy-run-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command-private.h"

struct AccuracyLog {
    char *path;
    FILE *file;
    guint64 length;
};

static gboolean
fail(const AccuracyLog *log, StationError code, GError **error)
{
    g_set_error(error, STATION_ERROR, code, _("%s: cannot be written (%s); check the folder and the disk"),
                log->path, g_strerror(errno));
    return FALSE;
}

AccuracyLog *
accuracy_log_open(const char *path, guint64 length, GError **error)
{
    g_autoptr(AccuracyLog) log = g_new0(AccuracyLog, 1);
    log->path = g_strdup(path);
    log->length = length;
    log->file = g_fopen(path, length ? "r+b" : "wb");
    if (!log->file) {
        fail(log, STATION_ERROR_INPUT, error);
        return NULL;
    }
    GStatBuf about;
    if (fstat(fileno(log->file), &about) != 0 || (guint64)about.st_size < length) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: is shorter than the run that is resumed left it; begin anew with another --resume "
                      "file"),
                    path);
        return NULL;
    }
    if (ftruncate(fileno(log->file), (off_t)length) != 0 || fseeko(log->file, 0, SEEK_END) != 0) {
        fail(log, STATION_ERROR_MACHINE, error);
        return NULL;
    }
    return g_steal_pointer(&log);
}

gboolean
accuracy_log_append(AccuracyLog *log, const char *text, GError **error)
{
    size_t length = strlen(text);
    if (fwrite(text, 1, length, log->file) != length || fflush(log->file) != 0)
        return fail(log, STATION_ERROR_MACHINE, error);
    log->length += length;
    return TRUE;
}

guint64
accuracy_log_length(const AccuracyLog *log)
{
    return log ? log->length : 0;
}

void
accuracy_log_close(AccuracyLog *log)
{
    if (!log)
        return;
    if (log->file)
        fclose(log->file);
    g_free(log->path);
    g_free(log);
}
