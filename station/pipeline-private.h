/* Image files in, readings out: several threads decode and read, one thread takes the results in the order of
 * the files.
 *
 *   paths ─┬─ worker: open, decode, read ─┬─ slots, one a file ─── taker: prints or stores
 *          └─ worker: open, decode, read ─┘
 *
 * Memory is bounded: workers run at most a window of files ahead of the taker, and hold at most
 * PIPELINE_MAX_WAITING_BYTES of files read but not yet taken (or one file, where that alone is larger). */
#pragma once

#include "calibration-profile.h"
#include "form-reading.h"
#include "omr-reader.h"

#define PIPELINE_MAX_WAITING_BYTES (256 * 1024 * 1024)

typedef enum {
    PIPELINE_READ,     /* `reading` is set, refused or not */
    PIPELINE_HELD,     /* the page was not read, because `is_held` said so */
    PIPELINE_REJECTED, /* the file is no image or cannot be read at all: `error` is set */
} PipelineKind;

/* What became of one page. */
typedef struct {
    PipelineKind kind;
    const char *path;
    int index;            /* page of the file, from 0 */
    FormReading *reading; /* for a damaged page: refused as damaged_image */
    GError *error;        /* also set for a damaged page: the line for people */
    GBytes *bytes;        /* of the whole file, where options.keep_bytes */
    char *sha256, *ending;
} PipelinePage;

typedef struct {
    const GPtrArray *paths; /* of char* */
    const OmrForms *forms;
    const CalibrationProfile *profile;
    int page; /* as OmrInput has it */
    guint jobs;
    gboolean keep_bytes;
    /* Whether a page needs no reading; `means` is the worker's own, made by begin_held. All three or none. */
    gpointer (*begin_held)(gpointer data, GError **error);
    void (*end_held)(gpointer means);
    gboolean (*is_held)(gpointer means, const char *sha256, int index, gboolean *held, GError **error);
    /* Takes one page, in the order of files and of pages in them. FALSE with an error set ends the run. */
    gboolean (*take)(PipelinePage *page, gpointer data, GError **error);
    /* All pages of a file that there will be have been taken: `whole` unless an interrupt or a failure came
     * in between. May be NULL. */
    void (*end_file)(const char *path, gboolean whole, gpointer data);
    gboolean
        whole_files; /* an interrupt lets files begun be read to their end, not only to the page in work */
    /* A file is done, or time has passed: `files` of them are taken. */
    void (*tick)(guint files, gpointer data);
    gpointer data;
} Pipeline;

/* Runs until all files are taken, an interrupt is asked for (files begun are finished to the page in work, or
 * to their end), or something fails. `files` is the number of files taken whole. */
gboolean pipeline_run(const Pipeline *pipeline, guint *files, GError **error);
