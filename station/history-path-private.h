/* Where the history of a scanner is kept. */
#pragma once

#include "command-private.h"

/* Whether `name` may be a scanner's name: it becomes part of a file's name. STATION_ERROR_INPUT. */
gboolean history_check_name(const char *name, GError **error);

/* PREFIX-NAME.jsonl in `told` (where that is a folder; else `told` is the file itself), or in the profiles/
 * of the station; NULL where there is neither. The caller frees `path`. */
gboolean history_find(const CommandCall *call, const char *told, const char *prefix, const char *name,
                      char **path, GError **error);
