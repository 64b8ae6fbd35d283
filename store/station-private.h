/* What every file of store/ needs of a station's directory. */
#pragma once

#include "database-private.h"

#define STORE_DATABASE "station.db"
#define STORE_IMAGES   "images"
#define STORE_FORMS    "forms"

/* Byte N of it is locked while the batch with the id N is being scanned; it holds nothing. */
#define STORE_FEEDS_LOCK "feeds.lock"

/* Makes sure that a folder's entries (names made, renamed, removed) survive a power cut. */
gboolean store_sync_dir(const char *dir, GError **error);

/* Removes a file, or a folder and what is in it; what is not there is fine. */
void store_remove_tree(const char *path);
