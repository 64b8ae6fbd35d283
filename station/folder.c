#include "folder-private.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "command-private.h"

#define MAX_OPEN_FOLDERS 16

static gboolean
fail(GError **error, const char *what, const char *path)
{
    g_set_error(error, STATION_ERROR, STATION_ERROR_MACHINE, "%s: %s (%s)", path, what, g_strerror(errno));
    return FALSE;
}

gboolean
folder_make(const char *path, GError **error)
{
    return g_mkdir_with_parents(path, 0777) == 0 || fail(error, _("the folder cannot be made"), path);
}

gboolean
folder_write(const char *path, const char *text, GError **error)
{
    GError *problem = NULL;
    if (g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                 0666, &problem))
        return TRUE;
    g_set_error_literal(error, STATION_ERROR, STATION_ERROR_MACHINE, problem->message);
    g_error_free(problem);
    return FALSE;
}

static int
remove_one(const char *path, const struct stat *about G_GNUC_UNUSED, int kind G_GNUC_UNUSED,
           struct FTW *place G_GNUC_UNUSED)
{
    return remove(path);
}

gboolean
folder_remove(const char *path, GError **error)
{
    if (nftw(path, remove_one, MAX_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
        return TRUE;
    return fail(error, _("cannot be removed"), path);
}
