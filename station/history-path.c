#include "history-path-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_NAME_BYTES 80

gboolean
history_check_name(const char *name, GError **error)
{
    gsize length = strlen(name);
    if (length > 0 && length <= MAX_NAME_BYTES && !strpbrk(name, "/\\\n\r\t") && name[0] != '.' &&
        g_utf8_validate(name, -1, NULL))
        return TRUE;
    g_set_error_literal(
        error, STATION_ERROR, STATION_ERROR_INPUT,
        _("--name: a scanner's name is 1 to 80 characters without '/', and begins with no dot"));
    return FALSE;
}

gboolean
history_find(const CommandCall *call, const char *told, const char *prefix, const char *name, char **path,
             GError **error)
{
    g_autofree char *file = g_strdup_printf("%s-%s.jsonl", prefix, name);
    g_autofree char *database = g_build_filename(call->station_dir, "station.db", NULL);
    *path = NULL;
    if (told && g_file_test(told, G_FILE_TEST_IS_DIR))
        *path = g_build_filename(told, file, NULL);
    else if (told)
        *path = g_strdup(told);
    else if (g_file_test(database, G_FILE_TEST_EXISTS))
        *path = g_build_filename(call->station_dir, "profiles", file, NULL);
    else if (!g_str_equal(call->station_dir, ".")) {
        g_set_error(
            error, STATION_ERROR, STATION_ERROR_INPUT,
            _("%s: is no station; make one with 'phieu init', or name the history with --history FILE"),
            call->station_dir);
        return FALSE;
    }
    return !*path || command_need_folder(*path, error);
}
