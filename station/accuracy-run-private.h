/* A run of `phieu bench accuracy`: pages by the block, what is kept of them, and the file it goes on from. */
#pragma once

#include "accuracy-private.h"

typedef struct {
    guint64 positions; /* to be read, at least */
    guint threads;
    const char *state_path;    /* or NULL: cannot be resumed */
    const char *features_path; /* or NULL */
    const char *keep_dir;      /* or NULL; must be there */
    gboolean keep_doubts;
    gboolean quiet; /* shows no progress on standard error */
} AccuracyOptions;

typedef struct {
    AccuracyTally tally;
    guint questionnaires; /* done */
    double seconds;       /* wall time, of all sittings */
    gboolean ended_early; /* so many pages were refused that the positions were not reached */
} AccuracyResult;

/* Pages are made until so many positions were read, or until twice the pages that should have sufficed. The
 * same subject and number of positions give the same result, whatever the number of threads and however often
 * it was resumed. The caller clears `result->tally`, also after an error. */
gboolean accuracy_run(const AccuracySubject *subject, const AccuracyOptions *options, AccuracyResult *result,
                      GError **error);

/* A text file that grows by the block. What was written after the last block that counts is dropped when a
 * run is resumed. */
typedef struct AccuracyLog AccuracyLog;

/* Opens it at `length`, dropping what comes after; 0 begins anew. */
AccuracyLog *accuracy_log_open(const char *path, guint64 length, GError **error);
gboolean accuracy_log_append(AccuracyLog *log, const char *text, GError **error);
guint64 accuracy_log_length(const AccuracyLog *log);
void accuracy_log_close(AccuracyLog *log);

/* The file that a run goes on from. */
typedef struct {
    json_t *settings; /* what must be the same: {"population": …, …} */
    AccuracyResult *result;
    guint64 features_length, findings_length;
} AccuracyState;

/* What must be the same when a run is resumed. The caller owns the reference. */
json_t *accuracy_settings(const AccuracySubject *subject, const AccuracyOptions *options);

/* Takes up the state of `path`, adding to `state->result`; a file that is not there is a run that begins.
 * STATION_ERROR_INPUT when it is of other settings or no such file. */
gboolean accuracy_state_load(const char *path, AccuracyState *state, GError **error);

/* Writes it aside and renames. */
gboolean accuracy_state_save(const char *path, const AccuracyState *state, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AccuracyLog, accuracy_log_close)
