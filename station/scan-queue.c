#include "scan-queue-private.h"

struct ScanQueue {
    GMutex mutex; /* guards all below */
    GCond changed;
    GQueue sides;    /* of ScanQueueSide*, not yet taken, in order */
    gsize bytes;     /* that they take */
    guint unread;    /* of them, waiting for a reader or with one … */
    guint most;      /* … at most so many */
    gboolean closed; /* no more come */
    GError *error;   /* the run has failed */
};

void
scan_queue_side_free(ScanQueueSide *side)
{
    if (!side)
        return;
    scanner_page_clear(&side->page);
    form_reading_free(side->reading);
    g_clear_pointer(&side->bytes, g_bytes_unref);
    g_clear_pointer(&side->thumbnail, g_bytes_unref);
    g_free(side->sha256);
    g_free(side);
}

ScanQueue *
scan_queue_new(guint readers)
{
    ScanQueue *queue = g_new0(ScanQueue, 1);
    queue->most = readers + SCAN_UNREAD_SPARE;
    g_mutex_init(&queue->mutex);
    g_cond_init(&queue->changed);
    g_queue_init(&queue->sides);
    return queue;
}

void
scan_queue_free(ScanQueue *queue)
{
    if (!queue)
        return;
    g_queue_clear_full(&queue->sides, (GDestroyNotify)scan_queue_side_free);
    g_clear_error(&queue->error);
    g_mutex_clear(&queue->mutex);
    g_cond_clear(&queue->changed);
    g_free(queue);
}

/* What a side takes: its pixels, then what is kept of them. */
static gsize
bytes_of(const ScanQueueSide *side)
{
    PIX *pix = side->page.pix;
    gsize pixels = pix ? (gsize)pixGetWpl(pix) * 4 * (gsize)pixGetHeight(pix) : 0;
    return pixels + (side->bytes ? g_bytes_get_size(side->bytes) : 0);
}

static gboolean
has_room(const ScanQueue *queue, gsize bytes)
{
    return queue->unread < queue->most &&
           (queue->sides.length < SCAN_WAITING_LEAST || queue->bytes + bytes <= SCAN_WAITING_BYTES);
}

gboolean
scan_queue_add(ScanQueue *queue, ScanQueueSide *side)
{
    gsize bytes = bytes_of(side);
    g_mutex_lock(&queue->mutex);
    while (!queue->error && !has_room(queue, bytes))
        g_cond_wait(&queue->changed, &queue->mutex);
    gboolean added = !queue->error;
    if (added) {
        side->step = side->page.pix ? SCAN_STEP_WAITING : SCAN_STEP_DONE;
        side->weight = bytes;
        queue->bytes += bytes;
        queue->unread += side->step == SCAN_STEP_WAITING;
        g_queue_push_tail(&queue->sides, side);
        g_cond_broadcast(&queue->changed);
    }
    g_mutex_unlock(&queue->mutex);
    if (!added)
        scan_queue_side_free(side);
    return added;
}

void
scan_queue_close(ScanQueue *queue)
{
    g_mutex_lock(&queue->mutex);
    queue->closed = TRUE;
    g_cond_broadcast(&queue->changed);
    g_mutex_unlock(&queue->mutex);
}

void
scan_queue_fail(ScanQueue *queue, GError *error)
{
    g_mutex_lock(&queue->mutex);
    if (queue->error)
        g_error_free(error);
    else
        queue->error = error;
    g_cond_broadcast(&queue->changed);
    g_mutex_unlock(&queue->mutex);
}

static ScanQueueSide *
find_waiting(const ScanQueue *queue)
{
    for (const GList *at = queue->sides.head; at; at = at->next) {
        ScanQueueSide *side = at->data;
        if (side->step == SCAN_STEP_WAITING)
            return side;
    }
    return NULL;
}

ScanQueueSide *
scan_queue_begin(ScanQueue *queue)
{
    ScanQueueSide *side;
    g_mutex_lock(&queue->mutex);
    while (!(side = find_waiting(queue)) && !queue->closed && !queue->error)
        g_cond_wait(&queue->changed, &queue->mutex);
    if (queue->error)
        side = NULL;
    if (side)
        side->step = SCAN_STEP_WORKED_ON;
    g_mutex_unlock(&queue->mutex);
    return side;
}

void
scan_queue_done(ScanQueue *queue, ScanQueueSide *side)
{
    scanner_page_clear(&side->page);
    g_mutex_lock(&queue->mutex);
    queue->bytes -= side->weight;
    side->weight = bytes_of(side);
    queue->bytes += side->weight;
    queue->unread--;
    side->step = SCAN_STEP_DONE;
    g_cond_broadcast(&queue->changed);
    g_mutex_unlock(&queue->mutex);
}

static ScanQueueSide *
first_done(const ScanQueue *queue)
{
    ScanQueueSide *side = g_queue_peek_head((GQueue *)&queue->sides);
    return side && side->step == SCAN_STEP_DONE ? side : NULL;
}

ScanQueueSide *
scan_queue_take(ScanQueue *queue, int timeout_ms, gboolean *over)
{
    gint64 until_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    g_mutex_lock(&queue->mutex);
    while (!first_done(queue) && !queue->error && !(queue->closed && !queue->sides.length))
        if (!g_cond_wait_until(&queue->changed, &queue->mutex, until_us))
            break;
    ScanQueueSide *side = first_done(queue);
    if (side) {
        g_queue_pop_head(&queue->sides);
        queue->bytes -= side->weight;
    }
    *over = !side && (queue->error || (queue->closed && !queue->sides.length));
    g_cond_broadcast(&queue->changed);
    g_mutex_unlock(&queue->mutex);
    return side;
}

gboolean
scan_queue_has_failed(ScanQueue *queue)
{
    g_mutex_lock(&queue->mutex);
    gboolean failed = queue->error != NULL;
    g_mutex_unlock(&queue->mutex);
    return failed;
}

GError *
scan_queue_error(ScanQueue *queue)
{
    return g_steal_pointer(&queue->error);
}
