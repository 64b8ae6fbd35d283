#include "paths-private.h"

#include <glib/gi18n-lib.h>

#include "command-private.h"
#include "scanner-pages.h"

GPtrArray *
paths_list(char *const *words, GError **error)
{
    for (guint i = 0; words[i]; i++)
        if (!command_need_path(words[i], error))
            return NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; words[i]; i++)
        if (!scanner_list_files(words[i], paths, error))
            return NULL;
    if (!paths->len) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: no page images there; JPEG, PNG, TIFF and PDF files are read"), words[0]);
        return NULL;
    }
    return g_steal_pointer(&paths);
}
