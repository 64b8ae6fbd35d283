#include "scan-private.h"

#include <string.h>

#include "forms-private.h"
#include "scan-queue-private.h"

/* How often the run looks up from waiting. */
#define TICK_MS 100

const char *const scan_feeder_program[] = {"/proc/self/exe", "feeder", NULL};

typedef struct {
    Store *store;
    const ScanOptions *options;
    ScanResult *result;
    StationForms *forms;
    ScanQueue *queue;
    StoreFeed feed;
    gboolean duplex;
    ScanQueueSide *front; /* of the sheet whose back is still to come */
} Run;

void
scan_result_clear(ScanResult *result)
{
    g_clear_pointer(&result->detail, g_free);
}

/* The feeder's thread. */

static void
obey_control(const ScanOptions *options, gboolean *paused, gboolean *stopped)
{
    gboolean pause = g_atomic_int_get(&options->control->paused) != 0;

    if (pause != *paused) {
        *paused = pause;
        if (pause)
            scanner_feeder_pause(options->feeder);
        else
            scanner_feeder_resume(options->feeder);
    }
    if (!*stopped && g_atomic_int_get(&options->control->stop)) {
        *stopped = TRUE;
        scanner_feeder_stop(options->feeder);
    }
}

static gboolean
add_side(Run *run, ScannerEvent *event)
{
    ScanQueueSide *side = g_new0(ScanQueueSide, 1);

    side->sheet = event->sheet;
    side->back = event->back;
    if (event->kind == SCANNER_FEEDER_LOST)
        side->cause = scanner_cause_name(event->cause);
    side->page = event->page;
    event->page = (ScannerPage){0};
    return scan_queue_add(run->queue, side);
}

/* Takes what the feeder gives until its run ends, or ours has failed. */
static gpointer
receive(gpointer data)
{
    Run *run = data;
    const ScanOptions *options = run->options;
    gboolean paused = FALSE, stopped = FALSE, over = FALSE;

    while (!over && !scan_queue_has_failed(run->queue)) {
        g_auto(ScannerEvent) event = {0};
        GError *error = NULL;
        obey_control(options, &paused, &stopped);
        if (!scanner_feeder_next(options->feeder, TICK_MS, &event, &error)) {
            scan_queue_fail(run->queue, error);
            return NULL;
        }
        if (event.kind == SCANNER_FEEDER_PAGE || event.kind == SCANNER_FEEDER_LOST)
            over = !add_side(run, &event);
        if (event.kind == SCANNER_FEEDER_ENDED) {
            over = TRUE;
            run->result->cause = event.cause;
            run->result->detail = g_steal_pointer(&event.detail);
        }
    }
    scan_queue_close(run->queue);
    return NULL;
}

/* The readers. */

/* A page whose transfer broke is said to be whole by the driver; its end is one flat grey. The paper is still
 * at hand: it is fed again. */
static const char *
damage_of(const FormReading *reading)
{
    return form_reading_has_flag(reading, "flat_tail") ? "flat_tail" : NULL;
}

static gboolean
read_side(const Run *run, OmrReader *reader, ScanQueueSide *side, GError **error)
{
    g_autofree char *name =
        g_strdup_printf("%s %u %s", run->options->batch, run->feed.next_sheet + side->sheet - 1,
                        store_side_name(side->back ? STORE_SIDE_BACK : STORE_SIDE_FRONT));
    OmrInput input = {.pix = side->page.pix,
                      .dpi_x = side->page.dpi_x,
                      .dpi_y = side->page.dpi_y,
                      .image = name,
                      .decode_ms = side->page.decode_ms};

    side->reading = omr_reader_read(reader, &input);
    side->cause = damage_of(side->reading);
    if (run->options->thumbnails && !(side->thumbnail = scanner_page_thumbnail(&side->page, error)))
        return FALSE;
    if (side->cause)
        return TRUE;
    side->bytes = scanner_page_encode(&side->page, run->options->keep, &side->ending, error);
    if (!side->bytes)
        return FALSE;
    side->sha256 = scanner_digest(side->bytes);
    return TRUE;
}

static gpointer
read_sides(gpointer data)
{
    Run *run = data;
    g_autoptr(OmrReader) reader = omr_reader_new(run->forms->forms, run->options->profile);
    ScanQueueSide *side;

    while ((side = scan_queue_begin(run->queue))) {
        GError *error = NULL;
        if (!read_side(run, reader, side, &error))
            scan_queue_fail(run->queue, error);
        scan_queue_done(run->queue, side);
    }
    return NULL;
}

/* The taker. */

/* What is behind a form's last page is bare where its pages are odd in number; it is no page of anything. */
static gboolean
is_bare(const Run *run, const ScanQueueSide *side, const ScanQueueSide *behind)
{
    if (!side || !behind || !side->reading || !behind->reading || behind->reading->refused || side->cause ||
        !form_reading_has_flag(side->reading, "blank_page"))
        return FALSE;
    const FormPackage *package =
        station_forms_find(run->forms, behind->reading->form, behind->reading->version);
    return package && behind->reading->page == (int)package->pages->len && package->pages->len % 2 == 1;
}

static void
count_side(ScanResult *result, const StoreFrame *frame)
{
    if (frame->cause) {
        result->lost++;
        return;
    }
    if (frame->bare)
        return;
    if (frame->result == STORE_PAGE_SAME_FILE || frame->result == STORE_PAGE_SAME_PAGE) {
        result->same++;
        return;
    }
    if (frame->result == STORE_PAGE_REFUSED) {
        result->refused++;
        return;
    }
    result->pages++;
    for (guint i = 0; i < frame->reading->fields->len; i++) {
        const FormFieldReading *field = frame->reading->fields->pdata[i];
        result->to_key += field->state == FORM_FIELD_TO_KEY;
        result->to_review += field->state != FORM_FIELD_TO_KEY && form_field_needs_person(field->state);
    }
}

static void
show_side(const Run *run, guint sheet, const StoreFrame *frame, const ScanQueueSide *side)
{
    ScanSide shown = {.sheet = sheet,
                      .side = frame->side,
                      .cause = frame->cause,
                      .reading = frame->reading,
                      .result = frame->result,
                      .bare = frame->bare,
                      .thumbnail = side->thumbnail};

    if (run->options->show)
        run->options->show(&shown, run->options->data);
}

/* Stores a sheet: its front, its back, or both. */
static gboolean
store_sheet(Run *run, ScanQueueSide *front, ScanQueueSide *back, GError **error)
{
    ScanQueueSide *sides[] = {front, back};
    StoreFrame frames[2];
    const ScanQueueSide *of[2];
    guint n = 0, sheet = run->feed.next_sheet + (front ? front : back)->sheet - 1;

    for (guint i = 0; i < 2; i++) {
        const ScanQueueSide *side = sides[i];
        if (!side)
            continue;
        of[n] = side;
        frames[n++] = (StoreFrame){.side = side->back ? STORE_SIDE_BACK : STORE_SIDE_FRONT,
                                   .reading = side->reading,
                                   .cause = side->cause,
                                   .bare = is_bare(run, side, side == front ? back : front),
                                   .image = {.bytes = side->bytes,
                                             .sha256 = side->sha256,
                                             .ending = side->ending,
                                             .source = side->reading ? side->reading->image : "",
                                             .scanner = scanner_feeder_about(run->options->feeder)->device}};
    }
    if (!store_put_sheet(run->store, run->feed.id, sheet, frames, n, error))
        return FALSE;
    run->result->sheets++;
    for (guint i = 0; i < n; i++) {
        count_side(run->result, &frames[i]);
        show_side(run, sheet, &frames[i], of[i]);
    }
    return TRUE;
}

/* Stores the front whose back does not come. */
static gboolean
store_front(Run *run, GError **error)
{
    g_autoptr(ScanQueueSide) front = g_steal_pointer(&run->front);

    return !front || store_sheet(run, front, NULL, error);
}

static gboolean
take_side(Run *run, ScanQueueSide *taken, GError **error)
{
    g_autoptr(ScanQueueSide) side = taken;

    if (side->back && run->front && run->front->sheet == side->sheet) {
        g_autoptr(ScanQueueSide) front = g_steal_pointer(&run->front);
        return store_sheet(run, front, side, error);
    }
    if (!store_front(run, error))
        return FALSE;
    if (!run->duplex || side->back)
        return store_sheet(run, side->back ? NULL : side, side->back ? side : NULL, error);
    run->front = g_steal_pointer(&side);
    return TRUE;
}

/* Takes every side in order, until there is none to come. */
static gboolean
take_sides(Run *run, GError **error)
{
    gboolean over = FALSE;

    while (!over) {
        ScanQueueSide *side = scan_queue_take(run->queue, TICK_MS, &over);
        if (side && !take_side(run, side, error))
            return FALSE;
        if (run->options->tick)
            run->options->tick(run->options->data);
    }
    /* after a failure nobody knows whether its back would have come */
    return scan_queue_has_failed(run->queue) || store_front(run, error);
}

static gboolean
begin_feed(Run *run, GError **error)
{
    const ScannerAbout *about = scanner_feeder_about(run->options->feeder);
    StoreFeedStart start = {.batch = run->options->batch,
                            .scanner = about->device,
                            .settings_json = run->options->settings_json,
                            .duplex = about->duplex,
                            .sheets = run->options->sheets};

    run->duplex = about->duplex;
    if (!store_feed_begin(run->store, &start, &run->feed, error))
        return FALSE;
    run->result->first_sheet = run->feed.next_sheet;
    return scanner_feeder_start(run->options->feeder, error);
}

/* Runs the threads until the feeder has ended and all that it gave is stored. */
static gboolean
feed_all(Run *run, GError **error)
{
    g_autoptr(GPtrArray) readers = g_ptr_array_new();
    GError *problem = NULL;

    for (guint i = 0; i < run->options->jobs; i++)
        g_ptr_array_add(readers, g_thread_new("reader", read_sides, run));
    GThread *receiver = g_thread_new("feeder", receive, run);
    if (!take_sides(run, &problem))
        scan_queue_fail(run->queue, problem);
    g_thread_join(receiver);
    for (guint i = 0; i < readers->len; i++)
        g_thread_join(readers->pdata[i]);
    problem = scan_queue_error(run->queue);
    if (problem)
        g_propagate_error(error, problem);
    return problem == NULL;
}

gboolean
scan_run(Store *store, const ScanOptions *options, ScanResult *result, GError **error)
{
    Run run = {.store = store, .options = options, .result = result};

    *result = (ScanResult){.cause = SCANNER_CAUSE_STOPPED};
    run.forms = station_forms_new(store, options->station_dir, error);
    run.queue = scan_queue_new(options->jobs);
    gboolean done = run.forms && begin_feed(&run, error) && feed_all(&run, error) &&
                    store_feed_end(store, run.feed.id, scanner_cause_name(result->cause), error);
    if (!done && run.feed.id)
        store_feed_end(store, run.feed.id, "station_failed", NULL);
    g_clear_pointer(&run.front, scan_queue_side_free);
    g_clear_pointer(&run.queue, scan_queue_free);
    station_forms_free(run.forms);
    return done;
}
