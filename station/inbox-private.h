/* A watched folder and its two trays: done/ for files that the station holds, failed/ for those that it
 * cannot take, each with its reason beside it (NAME.txt, one line).
 *
 * A file keeps its name and the sub-folder it lay in; where the name is taken already it gets a number
 * (scan-2.jpg). Nothing is ever overwritten. Killed at any moment, a file is either in its old place or in
 * its new one; a reason that was written but not yet named is named by the next inbox_open(). */
#pragma once

#include "store.h"

#define INBOX_DONE   "done"
#define INBOX_FAILED "failed"

typedef struct Inbox Inbox;

/* Takes a folder for this process alone, by a lock on DIR/.phieu-watch.lock that ends with the process, makes
 * its trays and tries whether files can be moved there. STATION_ERROR_INPUT when it is not there, is not to
 * be written to, is watched already, or is the station's own; STATION_ERROR_MACHINE when the disk is full or
 * fails. */
Inbox *inbox_open(const char *dir, const Store *store, GError **error);
void inbox_free(Inbox *inbox);

/* Moves a file of the folder to done/, or with its reason to failed/. On error it is where it was. */
gboolean inbox_move_done(Inbox *inbox, const char *path, GError **error);
gboolean inbox_move_failed(Inbox *inbox, const char *path, const char *reason, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Inbox, inbox_free)
