#include "feeder-feed-private.h"

#include <string.h>

#include "feeder-frame-private.h"
#include "feeder-message-private.h"

/* Page buffers take at most so much together, but there are two: one is filled while the other is read. */
#define ALL_BUFFERS_BYTES (96 * 1024 * 1024)
/* A read asks for at most this much, and has at least this much room, so that rows beyond those announced
 * show. */
#define CHUNK_BYTES (1024 * 1024)
#define ROOM_BYTES  (64 * 1024)
/* A driver that gives nothing is asked again after 1, 2, 4 … and at most 128 ms. */
#define MAX_BACKOFF 7
/* The station is told this often that something comes. */
#define TELL_US (G_USEC_PER_SEC / 2)
/* A page of unknown height is taken for this long at first; its buffer grows as needed. */
#define FIRST_LINES 4000

/* How far the run is, and the page in work. */
typedef struct {
    guint sheet; /* from 1 */
    gboolean back;
    guint n_pages; /* given to the station */
    guint buffer;
    FeederFrame frame;
    gsize used;     /* bytes in the buffer */
    gsize pass_end; /* where the pass in work ends; G_MAXSIZE: not told */
    guint passes;   /* of a page that comes in three, begun so far, and their colours as bits */
    guint colours;
    gint64 told_us;
} Work;

/* What became of a call, and where: how a run ends. */
typedef struct {
    ScannerCause cause;
    const char *detail;
} End;

void
feeder_feed_init(FeederFeed *feed, int socket)
{
    memset(feed, 0, sizeof *feed);
    feed->socket = socket;
    for (guint i = 0; i < FEEDER_MAX_BUFFERS; i++)
        feed->buffers[i] = FEEDER_BUFFER_NONE;
    g_mutex_init(&feed->mutex);
    g_cond_init(&feed->changed);
}

void
feeder_feed_clear(FeederFeed *feed)
{
    feeder_device_close(&feed->device);
    for (guint i = 0; i < FEEDER_MAX_BUFFERS; i++)
        feeder_buffer_clear(&feed->buffers[i]);
    g_mutex_clear(&feed->mutex);
    g_cond_clear(&feed->changed);
}

/* What the other thread asks for. */

static void
change(FeederFeed *feed, gboolean *what, gboolean value)
{
    g_mutex_lock(&feed->mutex);
    *what = value;
    g_cond_broadcast(&feed->changed);
    g_mutex_unlock(&feed->mutex);
}

void
feeder_feed_pause(FeederFeed *feed, gboolean paused)
{
    change(feed, &feed->paused, paused);
}

void
feeder_feed_prepare(FeederFeed *feed)
{
    g_mutex_lock(&feed->mutex);
    feed->stop = feed->cancel = feed->paused = FALSE;
    g_mutex_unlock(&feed->mutex);
}

void
feeder_feed_stop(FeederFeed *feed)
{
    change(feed, &feed->stop, TRUE);
}

void
feeder_feed_give_back(FeederFeed *feed, guint buffer)
{
    if (buffer < FEEDER_MAX_BUFFERS)
        change(feed, &feed->lent[buffer], FALSE);
}

void
feeder_feed_cancel(FeederFeed *feed)
{
    g_mutex_lock(&feed->mutex);
    gboolean again = feed->cancel;
    feed->cancel = TRUE;
    g_cond_broadcast(&feed->changed);
    if (feed->calling && !again)
        sane_cancel(feed->device.handle);
    g_mutex_unlock(&feed->mutex);
}

/* Waiting. */

static void
tell_place(FeederFeed *feed, const char *what, const Work *work)
{
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "sheet", "u", work->sheet);
    g_variant_dict_insert(&facts, "back", "u", (guint32)work->back);
    feeder_send(feed->socket, what, g_variant_dict_end(&facts), -1);
}

static gboolean
is_cancelled(FeederFeed *feed)
{
    g_mutex_lock(&feed->mutex);
    gboolean cancelled = feed->cancel;
    g_mutex_unlock(&feed->mutex);
    return cancelled;
}

/* Waits until a sheet may be begun; FALSE when the run is to end first. */
static gboolean
wait_for_leave(FeederFeed *feed, const Work *work)
{
    g_mutex_lock(&feed->mutex);
    if (feed->paused && !feed->stop && !feed->cancel) {
        tell_place(feed, "waiting", work);
        while (feed->paused && !feed->stop && !feed->cancel)
            g_cond_wait(&feed->changed, &feed->mutex);
    }
    gboolean leave = !feed->stop && !feed->cancel;
    g_mutex_unlock(&feed->mutex);
    return leave;
}

static guint
n_buffers(const FeederFeed *feed)
{
    gsize largest = 1;
    for (guint i = 0; i < FEEDER_MAX_BUFFERS; i++)
        largest = MAX(largest, feed->buffers[i].bytes);
    return CLAMP(ALL_BUFFERS_BYTES / largest, 2, FEEDER_MAX_BUFFERS);
}

static gboolean
find_buffer(const FeederFeed *feed, guint *buffer)
{
    for (guint i = 0; i < n_buffers(feed); i++)
        if (!feed->lent[i]) {
            *buffer = i;
            return TRUE;
        }
    return FALSE;
}

/* Waits for a page buffer that the station does not read; FALSE when the run is cancelled first. */
static gboolean
wait_for_buffer(FeederFeed *feed, Work *work)
{
    g_mutex_lock(&feed->mutex);
    gboolean found = find_buffer(feed, &work->buffer);
    if (!found)
        tell_place(feed, "waiting", work);
    while (!found && !feed->cancel) {
        g_cond_wait(&feed->changed, &feed->mutex);
        found = find_buffer(feed, &work->buffer);
    }
    gboolean go_on = !feed->cancel;
    g_mutex_unlock(&feed->mutex);
    return go_on;
}

/* Calls that may take long, and that sane_cancel() may end. */

static gboolean
enter_call(FeederFeed *feed)
{
    g_mutex_lock(&feed->mutex);
    feed->calling = !feed->cancel;
    gboolean enter = feed->calling;
    g_mutex_unlock(&feed->mutex);
    return enter;
}

static void
leave_call(FeederFeed *feed)
{
    g_mutex_lock(&feed->mutex);
    feed->calling = FALSE;
    g_mutex_unlock(&feed->mutex);
}

/* After a cancel that came while it waited, sane_start() may have begun something new: the flag decides. */
static SANE_Status
start_page(FeederFeed *feed)
{
    if (!enter_call(feed))
        return SANE_STATUS_CANCELLED;
    feed->device.began = TRUE;
    SANE_Status status = sane_start(feed->device.handle);
    leave_call(feed);
    return is_cancelled(feed) ? SANE_STATUS_CANCELLED : status;
}

/* `got` is 0 where the driver gave nothing, however it says so: left alone, 0 or less. */
static SANE_Status
read_some(FeederFeed *feed, guint8 *at, gsize room, gsize *got)
{
    SANE_Int length = 0;
    *got = 0;
    if (!enter_call(feed))
        return SANE_STATUS_CANCELLED;
    SANE_Status status = sane_read(feed->device.handle, at, (SANE_Int)MIN(room, CHUNK_BYTES), &length);
    leave_call(feed);
    if (length > 0)
        *got = MIN((gsize)length, room);
    return status;
}

/* Why it ended. */

static gboolean
sensor_says_double(const FeederFeed *feed)
{
    return feeder_device_sensor(&feed->device, "double-feed") > 0;
}

/* What a status means: `begun` says that part of this page came. */
static End
end_of(const FeederFeed *feed, const Work *work, SANE_Status status, gboolean begun)
{
    End end = {.cause = SCANNER_CAUSE_IO_ERROR, .detail = sane_strstatus(status)};

    switch (status) {
    case SANE_STATUS_NO_DOCS:
        end.cause = begun ? SCANNER_CAUSE_MISFED : SCANNER_CAUSE_EMPTY;
        break;
    case SANE_STATUS_DEVICE_BUSY:
        end.cause = begun || work->n_pages ? SCANNER_CAUSE_MISFED : SCANNER_CAUSE_BUSY;
        break;
    case SANE_STATUS_JAMMED:
        end.cause = sensor_says_double(feed) ? SCANNER_CAUSE_DOUBLE_FEED : SCANNER_CAUSE_JAMMED;
        break;
    case SANE_STATUS_COVER_OPEN:
        end.cause = SCANNER_CAUSE_COVER_OPEN;
        break;
    case SANE_STATUS_CANCELLED:
        end.cause = SCANNER_CAUSE_CANCELLED;
        break;
    case SANE_STATUS_INVAL:
    case SANE_STATUS_UNSUPPORTED:
    case SANE_STATUS_ACCESS_DENIED:
        end.cause = SCANNER_CAUSE_REFUSED;
        break;
    default:
        if (sensor_says_double(feed))
            end.cause = SCANNER_CAUSE_DOUBLE_FEED;
    }
    return end;
}

/* A page. */

/* One of three passes: each colour comes once, in any order, and as large as the first. */
static gboolean
take_pass(Work *work, FeederFrame *frame, guint colour)
{
    const FeederFrame *first = &work->frame;

    if (frame->lines < 1 || work->colours & (1u << colour))
        return FALSE;
    if (work->passes &&
        (!first->planes || frame->width_px != first->width_px || frame->lines != first->lines ||
         frame->bytes_per_line != first->bytes_per_line || frame->depth != first->depth))
        return FALSE;
    memcpy(frame->plane, first->plane, sizeof frame->plane);
    frame->plane[colour] = work->passes++;
    work->colours |= 1u << colour;
    return TRUE;
}

/* The parameters of the pass just begun, checked against those of the page; FALSE where they make no page. */
static gboolean
take_parameters(FeederFeed *feed, Work *work, gboolean *last)
{
    SANE_Parameters given = {0};
    if (sane_get_parameters(feed->device.handle, &given) != SANE_STATUS_GOOD || given.pixels_per_line < 1 ||
        given.bytes_per_line < 1 || given.depth < 1 || given.lines < -1 || given.lines > SCANNER_MAX_SIDE_PX)
        return FALSE;
    gboolean pass = given.format >= SANE_FRAME_RED && given.format <= SANE_FRAME_BLUE;
    if (!pass && given.format != SANE_FRAME_GRAY && given.format != SANE_FRAME_RGB)
        return FALSE;
    FeederFrame frame = {.width_px = (guint)given.pixels_per_line,
                         .lines = (guint)MAX(given.lines, 0),
                         .bytes_per_line = (guint)given.bytes_per_line,
                         .depth = (guint)given.depth,
                         .samples = pass || given.format == SANE_FRAME_RGB ? 3 : 1,
                         .planes = pass,
                         .dpi_x = feed->device.about.dpi_x,
                         .dpi_y = feed->device.about.dpi_y};
    if (pass ? !take_pass(work, &frame, (guint)(given.format - SANE_FRAME_RED)) : work->passes > 0)
        return FALSE;
    FeederFrame probe = frame;
    if (!probe.lines)
        probe.lines = SCANNER_MIN_SIDE_PX;
    if (!feeder_frame_bytes(&probe))
        return FALSE;
    gsize pass_bytes = (gsize)frame.bytes_per_line * frame.lines;
    work->frame = frame;
    work->pass_end = frame.lines ? work->used + pass_bytes : G_MAXSIZE;
    *last = !pass || work->passes == 3;
    gsize wanted =
        frame.lines ? (pass ? 3 * pass_bytes : pass_bytes) : (gsize)frame.bytes_per_line * FIRST_LINES;
    return feeder_buffer_grow(&feed->buffers[work->buffer], wanted + ROOM_BYTES);
}

static gboolean
make_room(FeederFeed *feed, const Work *work)
{
    FeederBuffer *buffer = &feed->buffers[work->buffer];
    if (buffer->bytes - work->used >= ROOM_BYTES)
        return TRUE;
    gsize most = (gsize)work->frame.bytes_per_line * SCANNER_MAX_SIDE_PX + 2 * ROOM_BYTES;
    return work->pass_end == G_MAXSIZE && buffer->bytes < most &&
           feeder_buffer_grow(buffer, buffer->bytes + buffer->bytes / 2);
}

static void
tell_reading(FeederFeed *feed, Work *work)
{
    gint64 now = g_get_monotonic_time();
    if (now - work->told_us < TELL_US)
        return;
    work->told_us = now;
    tell_place(feed, "reading", work);
}

static void
back_off(guint *empty_reads)
{
    g_usleep(1000UL << MIN(*empty_reads, MAX_BACKOFF));
    (*empty_reads)++;
}

/* Reads one pass to its end. */
static SANE_Status
read_pass(FeederFeed *feed, Work *work)
{
    guint empty_reads = 0;
    for (;;) {
        gsize got;
        if (!make_room(feed, work))
            return SANE_STATUS_NO_MEM;
        const FeederBuffer *buffer = &feed->buffers[work->buffer];
        SANE_Status status = read_some(feed, buffer->data + work->used, buffer->bytes - work->used, &got);
        work->used += got;
        if (status != SANE_STATUS_GOOD)
            return status;
        if (work->pass_end != G_MAXSIZE && work->used > work->pass_end)
            return SANE_STATUS_IO_ERROR;
        if (!got) {
            back_off(&empty_reads);
            continue;
        }
        empty_reads = 0;
        tell_reading(feed, work);
    }
}

/* Whether all rows announced came; a page of unknown height ends with a whole row. */
static gboolean
is_whole(Work *work)
{
    if (work->pass_end != G_MAXSIZE)
        return work->used == work->pass_end;
    work->frame.lines = (guint)(work->used / work->frame.bytes_per_line);
    return work->used % work->frame.bytes_per_line == 0 && feeder_frame_bytes(&work->frame) > 0;
}

/* Feeds one page into its buffer. FALSE with `end` where it does not come. */
static gboolean
feed_page(FeederFeed *feed, Work *work, End *end)
{
    gboolean last = FALSE;
    work->used = 0;
    work->passes = work->colours = 0;
    work->frame = (FeederFrame){0};
    work->told_us = 0;
    while (!last) {
        SANE_Status status = start_page(feed);
        gboolean begun = work->used > 0;
        if (status != SANE_STATUS_GOOD) {
            *end = end_of(feed, work, status, begun);
            return FALSE;
        }
        if (!take_parameters(feed, work, &last)) {
            *end = (End){SCANNER_CAUSE_IO_ERROR, "the driver announces a page that cannot be"};
            return FALSE;
        }
        status = read_pass(feed, work);
        if (status != SANE_STATUS_EOF) {
            *end = end_of(feed, work, status, work->used > 0);
            return FALSE;
        }
        if (!is_whole(work)) {
            *end = (End){SCANNER_CAUSE_SHORT, sane_strstatus(status)};
            return FALSE;
        }
    }
    return TRUE;
}

static void
send_page(FeederFeed *feed, Work *work)
{
    const FeederFrame *frame = &work->frame;
    const struct {
        const char *name;
        guint32 value;
    } numbers[] = {
        {"sheet", work->sheet},     {"back", work->back},        {"buffer", work->buffer},
        {"width", frame->width_px}, {"lines", frame->lines},     {"bytes_per_line", frame->bytes_per_line},
        {"depth", frame->depth},    {"samples", frame->samples}, {"planes", frame->planes},
        {"red", frame->plane[0]},   {"green", frame->plane[1]},  {"blue", frame->plane[2]}};
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        g_variant_dict_insert(&facts, numbers[i].name, "u", numbers[i].value);
    g_variant_dict_insert(&facts, "dpi_x", "d", frame->dpi_x);
    g_variant_dict_insert(&facts, "dpi_y", "d", frame->dpi_y);
    g_mutex_lock(&feed->mutex);
    feed->lent[work->buffer] = TRUE;
    g_mutex_unlock(&feed->mutex);
    feeder_send(feed->socket, "page", g_variant_dict_end(&facts),
                feed->sent[work->buffer] ? -1 : feed->buffers[work->buffer].fd);
    feed->sent[work->buffer] = TRUE;
    work->n_pages++;
    work->used = 0;
}

/* The run. */

static void
tell_end(FeederFeed *feed, const Work *work, const End *end)
{
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "sheet", "u", work->sheet);
    g_variant_dict_insert(&facts, "back", "u", (guint32)work->back);
    g_variant_dict_insert(&facts, "begun", "u", (guint32)(work->used > 0));
    g_variant_dict_insert(&facts, "cause", "u", (guint32)end->cause);
    feeder_facts_text(&facts, "detail", end->detail);
    feeder_send(feed->socket, "ending", g_variant_dict_end(&facts), -1);
}

/* Feeds one sheet, both its sides; FALSE with `end` where the run is over. */
static gboolean
feed_sheet(FeederFeed *feed, Work *work, End *end)
{
    work->back = FALSE;
    if (!wait_for_leave(feed, work)) {
        *end = (End){SCANNER_CAUSE_STOPPED, ""};
        return FALSE;
    }
    for (int side = 0; side < (feed->device.about.duplex ? 2 : 1); side++) {
        work->back = side == 1;
        if (!wait_for_buffer(feed, work)) {
            *end = (End){SCANNER_CAUSE_STOPPED, ""};
            return FALSE;
        }
        tell_place(feed, "calling", work);
        if (!feed_page(feed, work, end))
            return FALSE;
        send_page(feed, work);
    }
    return TRUE;
}

void
feeder_feed_run(FeederFeed *feed)
{
    Work work = {.sheet = 1};
    End end = {SCANNER_CAUSE_EMPTY, ""};

    while (feed_sheet(feed, &work, &end) && !feed->device.about.single)
        work.sheet++;
    tell_end(feed, &work, &end);
    if (feed->device.began)
        sane_cancel(feed->device.handle);
    feed->device.began = FALSE;
    feeder_send(feed->socket, "ended", NULL, -1);
}
