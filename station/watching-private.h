/* `phieu import --watch`: takes what scanners save to a folder into the station, file by file, until it is
 * stopped. The scanner's half, which files are complete, is scanner-watch.h; where they go is
 * inbox-private.h.
 *
 *   complete ─▶ read, every page stored ─────▶ done/
 *           ├─▶ no image, and unchanged for a while ─▶ failed/ and its reason
 *           └─▶ damaged or no image, but may still be being written; cannot be read or moved now ─▶ later
 *
 * A file leaves the folder only after the store has committed all its pages. Killed before that, or between
 * that and the move, the same file is taken again at the next start: the pages that the station holds are
 * known by their content and change nothing. */
#pragma once

#include "command-private.h"
#include "intake-private.h"

typedef struct {
    const char *dir;
    const char *station_dir;
    const char *batch;   /* all pages come in this one; or NULL: one a day, named by its date */
    const char *scanner; /* or NULL */
    const CalibrationProfile *profile;
    guint jobs;
    guint settle_s; /* scanner-watch.h */
} WatchingOptions;

/* Runs until an interrupt (the files in work are finished first), then prints what came of it and returns as
 * `import` does. On an error, what was taken until then is printed too. */
CommandStatus watching_run(Store *store, const WatchingOptions *options, GError **error);
