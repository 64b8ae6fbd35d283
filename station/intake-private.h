/* Image files into the station: the pipeline with the store at its end, one transaction a page. */
#pragma once

#include "calibration-profile.h"
#include "progress-private.h"
#include "store.h"

typedef struct {
    const char *station_dir;
    const GPtrArray *paths; /* of char*: files */
    const char *batch;
    const char *scanner; /* or NULL: nobody said */
    const CalibrationProfile *profile;
    guint jobs;
    Progress *progress; /* or NULL */
} IntakeOptions;

typedef struct {
    guint files;                       /* taken whole */
    guint pages;                       /* looked at, held ones included */
    guint added;                       /* stored and read */
    guint same_file, same_page;        /* held already: nothing changed */
    guint doubled;                     /* stored beside another that says something else */
    guint refused;                     /* stored as refused */
    GHashTable *reasons;               /* char* -> guint: refused pages by their first flag */
    guint rejected;                    /* files that are no image: reported on standard error, not stored */
    gboolean machine_failed;           /* one of them could not be read from the disk */
    guint64 fields, to_review, to_key; /* of the pages stored and read */
} IntakeResult;

void intake_result_clear(IntakeResult *result);

/* Reads all files with the forms of the station and stores what they say. What is no image, or damaged, gets
 * its line on standard error. `result` is right for what was stored, also on error; the caller clears it. */
gboolean intake_run(Store *store, const IntakeOptions *options, IntakeResult *result, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IntakeResult, intake_result_clear)
