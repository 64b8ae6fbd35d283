/* Moving a file into a tray of its folder. */
#pragma once

#include <glib.h>

/* Moves `path`, which lies in or below `dir`, to the same place below dir/tray, under a name that is free
 * there. With a reason, that is written beside it. */
gboolean inbox_move(const char *dir, const char *path, const char *tray, const char *reason, GError **error);

/* Gives the reasons below `failed` their names whose files were moved there before a crash, and drops those
 * whose files were not. */
void inbox_name_reasons(const char *failed);
