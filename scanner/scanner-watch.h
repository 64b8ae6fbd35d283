/* Where page images come from: a folder that scanners save to. Tells which of its files are complete; moves
 * and deletes nothing.
 *
 *   seen ──▶ waiting ──closed by its writer, moved in──▶ complete ──▶ told
 *               ▲ └────────unchanged for settle_s────────▶┘            │
 *               └──────────changed, or scanner_watch_later()───────────┘
 *
 * A file is complete when the kernel says that its writer has closed it or that it was moved in (inotify), or
 * when its size and time have stayed the same for settle_s by this machine's clock: the writes of a file
 * server (SMB, NFS) and what was there before the watch began come without a word from the kernel. The folder
 * is therefore also looked through every settle_s, and once more whenever words of the kernel were lost. A
 * file that another process of this machine has open for writing is not complete, where the file system can
 * tell (fcntl(2), leases).
 *
 * Sub-folders are watched too, 8 deep. Passed over: names that begin with '.' or '~' (of folders also '@',
 * '#' and '$': what servers keep beside the files), or end with '~' or as unfinished files do (.part .partial
 * .tmp .temp .filepart .crdownload .download .swp .lock), what Windows leaves everywhere (Thumbs.db,
 * desktop.ini, System Volume Information), lost+found, links, and what is no regular file. */
#pragma once

#include <glib.h>

#include "scanner-pages.h"

/* What tells that a file is still the same. */
typedef struct {
    guint64 device, inode;
    gint64 bytes, modified_ns;
} ScannerStamp;

/* The stamp of a regular file; FALSE where there is none (links are not followed). */
gboolean scanner_stamp_of(const char *path, ScannerStamp *stamp);
gboolean scanner_stamp_equal(const ScannerStamp *a, const ScannerStamp *b);

/* A file that is complete. */
typedef struct {
    char *path; /* DIR/… */
    ScannerStamp stamp;
    gboolean settled; /* unchanged for settle_s; FALSE: closed or moved in only now, and a writer that writes
                         in pieces may open it again */
} ScannerComplete;

void scanner_complete_free(ScannerComplete *complete);

typedef struct {
    guint settle_s;            /* at least 1 */
    const char *const *except; /* names in DIR itself that are passed over; NULL-terminated, or NULL */
    const char *barrier;       /* sub-folders that hold an entry of this name are passed over; or NULL */
} ScannerWatchOptions;

#define SCANNER_WATCH_MAX_TOLD  200    /* files told at once */
#define SCANNER_WATCH_MAX_FILES 200000 /* files known at a time; the others wait until these are gone */

/* A watch, used by one thread. */
typedef struct ScannerWatch ScannerWatch;

/* Begins to watch `dir`; what is in it already is found. Where the kernel cannot tell of files (no inotify
 * left for this user), looking through the folder finds them all the same. `options` must outlive the watch.
 * SCANNER_ERROR_INPUT when there is no such folder or it cannot be read. */
ScannerWatch *scanner_watch_new(const char *dir, const ScannerWatchOptions *options, GError **error);
void scanner_watch_free(ScannerWatch *watch);

/* Waits until files are complete, but no longer than wait_ms, nor than a signal; appends them to `complete`
 * (of ScannerComplete*, the caller's) in the order of their names, numbers by value. Every file is told once:
 * again only after scanner_watch_later(), or when it has changed. SCANNER_ERROR_MACHINE when the folder is
 * gone: removed, renamed, unmounted, or its server does not answer. */
gboolean scanner_watch_wait(ScannerWatch *watch, int wait_ms, GPtrArray *complete, GError **error);

/* A file told could not be taken: it is told again, settled, once unchanged for settle_s from now. */
void scanner_watch_later(ScannerWatch *watch, const char *path);

/* A file told has been moved away. */
void scanner_watch_forget(ScannerWatch *watch, const char *path);

/* Files known that are not complete yet. */
guint scanner_watch_n_waiting(const ScannerWatch *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScannerComplete, scanner_complete_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScannerWatch, scanner_watch_free)
