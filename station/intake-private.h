/* Image files into the station: the pipeline with the store at its end, one transaction a page. */
#pragma once

#include "calibration-profile.h"
#include "forms-private.h"
#include "progress-private.h"
#include "store.h"

/* What a watched folder has to say, of whose files some may not be complete yet. */
typedef struct {
    /* Whether a page may be stored, or a file rejected, now; `problem` is why it is damaged or no image, or
     * NULL. FALSE leaves all of the file for later: nothing of it is counted or reported from then on. */
    gboolean (*may_take)(const char *path, const GError *problem, gpointer data);
    /* A file is stored whole (`problem` NULL), or is no image (`problem` says so); not called for one that is
     * left for later. */
    void (*file_done)(const char *path, const GError *problem, gpointer data);
    /* A file cannot be finished now. */
    void (*file_later)(const char *path, gpointer data);
    void (*tick)(gpointer data); /* in place of the progress's own update */
    gpointer data;
} IntakeHooks;

typedef struct {
    const char *station_dir;
    const GPtrArray *paths;    /* of char*: files */
    const StationForms *forms; /* or NULL: loaded for this run */
    const char *batch;
    const char *scanner; /* or NULL: nobody said */
    const CalibrationProfile *profile;
    guint jobs;
    Progress *progress;       /* or NULL */
    const IntakeHooks *hooks; /* or NULL */
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
 * its line on standard error. `result`, all zeros or that of an earlier run, which is added to, is right for
 * what was stored, also on error; the caller clears it. With hooks, an interrupt lets files begun be
 * finished. */
gboolean intake_run(Store *store, const IntakeOptions *options, IntakeResult *result, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IntakeResult, intake_result_clear)
