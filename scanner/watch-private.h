/* The parts of a watch. */
#pragma once

#include "scanner-watch.h"

/* What the kernel says of folders (inotify), as notes that name paths. */
typedef struct WatchEvents WatchEvents;

typedef enum {
    WATCH_FILE_MADE,   /* or linked in: being written, perhaps */
    WATCH_FILE_CLOSED, /* after writing, or moved in */
    WATCH_FOLDERS,     /* a sub-folder came, went or was renamed; or notes were lost: look through all */
    WATCH_GONE,        /* the root was removed, renamed or unmounted */
} WatchNote;

/* Never NULL. Where inotify is not to be had, it never notes anything. */
WatchEvents *watch_events_new(void);
void watch_events_free(WatchEvents *events);

/* Watches a folder, again under a new name perhaps; the first one is the root. */
void watch_events_add(WatchEvents *events, const char *folder);

/* To be polled; -1 where there is none. */
int watch_events_fd(const WatchEvents *events);

/* Calls `each` for what has been said since the last call; `path` is NULL but for files. */
void watch_events_read(WatchEvents *events, void (*each)(WatchNote note, const char *path, gpointer data),
                       gpointer data);

/* Whether files, or folders, of such a name are passed over. */
gboolean watch_passes_over(const char *name, gboolean folder);

/* Whether a process of this machine has the file open for writing, as far as the file system can tell. */
gboolean watch_is_open_for_writing(const char *path);

/* What scanner_watch_wait() does after waiting, at a given time: for tests, which have a clock of their own.
 */
gboolean watch_look(ScannerWatch *watch, gint64 now_us, GPtrArray *complete, GError **error);

/* The same as scanner_watch_later(), at a given time. */
void watch_later(ScannerWatch *watch, const char *path, gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(WatchEvents, watch_events_free)
