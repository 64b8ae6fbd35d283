/* The files that a command's words name. */
#pragma once

#include <glib.h>

/* All image files at or below `words` (NULL-terminated), in order. STATION_ERROR_INPUT when one is not there
 * or nothing is found. The caller owns the array (of char*, owned). */
GPtrArray *paths_list(char *const *words, GError **error);
