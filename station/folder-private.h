/* Folders and files that the demo and the bench make and take away. */
#pragma once

#include <glib.h>

/* Makes `path` and what it lies in. STATION_ERROR_MACHINE when it cannot. */
gboolean folder_make(const char *path, GError **error);

/* Writes a text file: built aside, synced, renamed. */
gboolean folder_write(const char *path, const char *text, GError **error);

/* Removes a file, or a folder with all in it, never following links; nothing there is fine. */
gboolean folder_remove(const char *path, GError **error);
