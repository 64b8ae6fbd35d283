/* Sides of sheets on their way from the feeder to the store, in the order fed: one thread adds them, several
 * work on them, one takes them. */
#pragma once

#include "scanner-feeder.h"
#include "store-ledger.h"

/* Sides take at most so much memory together, as pixels or as kept; three may wait however large. Of those
 * not yet read there are so many more than readers at most: a slow disk is waited for with what is kept. */
#define SCAN_WAITING_BYTES (120 * 1024 * 1024)
#define SCAN_WAITING_LEAST 3
#define SCAN_UNREAD_SPARE  2

typedef enum {
    SCAN_STEP_WAITING,
    SCAN_STEP_WORKED_ON,
    SCAN_STEP_DONE,
} ScanStep;

/* A side: filled by the feeder's thread, then by the one that reads it. */
typedef struct {
    ScanStep step; /* these two are the queue's own */
    gsize weight;
    guint sheet; /* in this run, from 1 */
    gboolean back;
    const char *cause; /* of a lost one, else NULL */
    ScannerPage page;  /* let go of once it is read and encoded */
    FormReading *reading;
    GBytes *bytes; /* as kept */
    char *sha256;
    const char *ending;
    GBytes *thumbnail;
} ScanQueueSide;

void scan_queue_side_free(ScanQueueSide *side);

typedef struct ScanQueue ScanQueue;

/* For so many readers. */
ScanQueue *scan_queue_new(guint readers);
void scan_queue_free(ScanQueue *queue);

/* Adds a side, waiting until there is room; the queue owns it. FALSE when the run has failed (the side is let
 * go). */
gboolean scan_queue_add(ScanQueue *queue, ScanQueueSide *side);

/* No more are added. */
void scan_queue_close(ScanQueue *queue);

/* Ends the run: `error` is kept, the first one counts; waiting threads come back. */
void scan_queue_fail(ScanQueue *queue, GError *error);

/* The next side to read, or NULL when there is none to come. */
ScanQueueSide *scan_queue_begin(ScanQueue *queue);

/* It is ready to be taken; its pixels are gone. */
void scan_queue_done(ScanQueue *queue, ScanQueueSide *side);

/* Waits up to `timeout_ms` for the next side in order. NULL: not yet, or, with `over`, none to come. The
 * caller frees it. */
ScanQueueSide *scan_queue_take(ScanQueue *queue, int timeout_ms, gboolean *over);

/* Whether the run has failed. */
gboolean scan_queue_has_failed(ScanQueue *queue);

/* The error that ended the run, or NULL; the caller owns it. For when all threads have ended. */
GError *scan_queue_error(ScanQueue *queue);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScanQueue, scan_queue_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScanQueueSide, scan_queue_side_free)
