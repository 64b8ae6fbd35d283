#include "pipeline-private.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "command-private.h"
#include "scanner-pages.h"

/* Files that may be begun ahead of the taker, a worker. */
#define WINDOW_A_WORKER 4
/* Pages of one file that may wait for the taker. */
#define MAX_WAITING_PAGES 16
#define TICK_US           (G_USEC_PER_SEC / 10)

/* A file on its way. */
typedef struct {
    GQueue pages;  /* of PipelinePage*, waiting for the taker */
    gboolean done; /* its worker adds no more */
    gboolean cut;  /* left before its last page */
    gsize bytes;   /* of the file, while it is held */
} Slot;

typedef struct {
    const Pipeline *pipeline;
    GMutex mutex; /* guards all below */
    GCond changed;
    Slot *slots; /* a ring: file i is in slot i % window */
    guint window;
    guint next;  /* file that the next free worker begins */
    guint taken; /* files done with */
    guint whole; /* of them those with all their pages */
    gsize waiting_bytes;
    guint running; /* workers */
    gboolean stop; /* begin no more files */
    GError *error; /* of a worker: the first one */
} Run;

static void
page_free(PipelinePage *page)
{
    form_reading_free(page->reading);
    g_clear_error(&page->error);
    g_clear_pointer(&page->bytes, g_bytes_unref);
    g_free(page->sha256);
    g_free(page->ending);
    g_free(page);
}

static Slot *
slot_of(Run *run, guint file)
{
    return &run->slots[file % run->window];
}

/* Whether `file` may be begun now; the one that the taker waits for always may. */
static gboolean
may_begin(const Run *run, guint file)
{
    return file == run->taken ||
           (file < run->taken + run->window && run->waiting_bytes < PIPELINE_MAX_WAITING_BYTES);
}

static gboolean
is_stopped(Run *run)
{
    run->stop = run->stop || command_interrupted();
    return run->stop;
}

/* Whether files begun are to be left where they are. */
static gboolean
is_cut(Run *run)
{
    gboolean stopped = is_stopped(run);
    return run->pipeline->whole_files ? run->error != NULL : stopped;
}

/* The next file to begin, or FALSE when there is none. */
static gboolean
begin_file(Run *run, guint *file)
{
    g_mutex_lock(&run->mutex);
    while (!is_stopped(run) && run->next < run->pipeline->paths->len && !may_begin(run, run->next))
        g_cond_wait_until(&run->changed, &run->mutex, g_get_monotonic_time() + TICK_US);
    gboolean more = !run->stop && run->next < run->pipeline->paths->len;
    if (more) {
        *file = run->next++;
        *slot_of(run, *file) = (Slot){.pages = G_QUEUE_INIT};
    }
    g_mutex_unlock(&run->mutex);
    return more;
}

static void
weigh_file(Run *run, guint file, gsize bytes)
{
    g_mutex_lock(&run->mutex);
    slot_of(run, file)->bytes = bytes;
    run->waiting_bytes += bytes;
    g_mutex_unlock(&run->mutex);
}

/* Hands a page to the taker; FALSE when the run is to end. */
static gboolean
hand_over(Run *run, guint file, PipelinePage *page)
{
    g_mutex_lock(&run->mutex);
    Slot *slot = slot_of(run, file);
    while (slot->pages.length >= MAX_WAITING_PAGES && !is_cut(run))
        g_cond_wait(&run->changed, &run->mutex);
    g_queue_push_tail(&slot->pages, page);
    gboolean go_on = !is_cut(run);
    g_cond_broadcast(&run->changed);
    g_mutex_unlock(&run->mutex);
    return go_on;
}

static void
finish_file(Run *run, guint file, gboolean whole)
{
    g_mutex_lock(&run->mutex);
    slot_of(run, file)->done = TRUE;
    slot_of(run, file)->cut = !whole;
    g_cond_broadcast(&run->changed);
    g_mutex_unlock(&run->mutex);
}

static void
fail(Run *run, GError *error)
{
    g_mutex_lock(&run->mutex);
    run->stop = TRUE;
    if (run->error)
        g_error_free(error);
    else
        run->error = error;
    g_cond_broadcast(&run->changed);
    g_mutex_unlock(&run->mutex);
}

/* What a worker has of its own. */
typedef struct {
    Run *run;
    OmrReader *reader;
    gpointer held; /* of begin_held */
} Worker;

static PipelinePage *
page_new(PipelineKind kind, const char *path, int index)
{
    PipelinePage *page = g_new0(PipelinePage, 1);
    page->kind = kind;
    page->path = path;
    page->index = index;
    return page;
}

static PipelinePage *
damaged_page(const char *path, int index, GError *error)
{
    PipelinePage *page = page_new(PIPELINE_READ, path, index);
    g_autofree char *name = g_filename_display_name(path);
    page->reading = form_reading_new(name, index);
    form_reading_refuse(page->reading, "damaged_image", error->message);
    page->error = error;
    return page;
}

static const char *
ending_of(const char *path)
{
    static const char *const known[] = {"jpg", "png", "tif", "pdf"};
    g_autofree char *name = g_ascii_strdown(path, -1);
    for (guint i = 0; i < G_N_ELEMENTS(known); i++)
        if (g_str_has_suffix(name, known[i]))
            return known[i];
    if (g_str_has_suffix(name, ".jpeg"))
        return "jpg";
    return g_str_has_suffix(name, ".tiff") ? "tif" : "bin";
}

/* A file that did not open, as the one page that it is to the taker: a damaged image keeps its bytes, so that
 * no sheet is lost; what is no image, or too large to hold, is rejected. */
static PipelinePage *
unopened_file(const Worker *worker, const char *path, GError *error)
{
    GStatBuf about;
    char *content = NULL;
    gsize length = 0;
    gboolean keep = worker->run->pipeline->keep_bytes;
    if (!g_error_matches(error, SCANNER_ERROR, SCANNER_ERROR_DAMAGED) ||
        (keep && (g_stat(path, &about) != 0 || about.st_size > SCANNER_MAX_FILE_BYTES ||
                  !g_file_get_contents(path, &content, &length, NULL)))) {
        PipelinePage *page = page_new(PIPELINE_REJECTED, path, 0);
        page->error = error;
        return page;
    }
    PipelinePage *page = damaged_page(path, 0, error);
    if (keep) {
        page->bytes = g_bytes_new_take(content, length);
        page->sha256 = scanner_digest(page->bytes);
        page->ending = g_strdup(ending_of(path));
    }
    return page;
}

static PipelinePage *
read_page(const Worker *worker, ScannerFile *file, const char *path, int index)
{
    g_auto(ScannerPage) scan = {0};
    GError *error = NULL;
    if (!scanner_file_read(file, index, &scan, &error)) {
        if (g_error_matches(error, SCANNER_ERROR, SCANNER_ERROR_DAMAGED))
            return damaged_page(path, index, error);
        PipelinePage *page = page_new(PIPELINE_REJECTED, path, index);
        page->error = error;
        return page;
    }
    g_autofree char *name = g_filename_display_name(path);
    OmrInput input = {.pix = scan.pix,
                      .dpi_x = scan.dpi_x,
                      .dpi_y = scan.dpi_y,
                      .image = name,
                      .index = index,
                      .page = worker->run->pipeline->page,
                      .decode_ms = scan.decode_ms};
    PipelinePage *page = page_new(PIPELINE_READ, path, index);
    page->reading = omr_reader_read(worker->reader, &input);
    return page;
}

/* One page of an open file, read unless it is held. NULL with an error set when the machine fails. */
static PipelinePage *
take_page(const Worker *worker, ScannerFile *file, const char *path, int index, GError **error)
{
    const Pipeline *pipeline = worker->run->pipeline;
    gboolean held = FALSE;
    if (pipeline->is_held && !pipeline->is_held(worker->held, scanner_file_sha256(file), index, &held, error))
        return NULL;
    PipelinePage *page = held ? page_new(PIPELINE_HELD, path, index) : read_page(worker, file, path, index);
    if (pipeline->keep_bytes && page->kind == PIPELINE_READ) {
        page->bytes = g_bytes_ref(scanner_file_bytes(file));
        page->sha256 = g_strdup(scanner_file_sha256(file));
        page->ending = g_strdup(scanner_file_ending(file));
    }
    return page;
}

/* Reads a file page by page; FALSE when the run ended before its last one. */
static gboolean
work_on_file(const Worker *worker, guint number)
{
    Run *run = worker->run;
    const char *path = run->pipeline->paths->pdata[number];
    GError *error = NULL;
    g_autoptr(ScannerFile) file = scanner_file_open(path, &error);
    if (!file) {
        PipelinePage *page = unopened_file(worker, path, error);
        weigh_file(run, number, page->bytes ? g_bytes_get_size(page->bytes) : 0);
        hand_over(run, number, page);
        return TRUE;
    }
    weigh_file(run, number, g_bytes_get_size(scanner_file_bytes(file)));
    int n_pages = scanner_file_n_pages(file);
    for (int index = 0; index < n_pages; index++) {
        PipelinePage *page = take_page(worker, file, path, index, &error);
        if (!page) {
            fail(run, error);
            return FALSE;
        }
        if (!hand_over(run, number, page))
            return index + 1 == n_pages;
    }
    return TRUE;
}

static gpointer
run_worker(gpointer data)
{
    Run *run = data;
    const Pipeline *pipeline = run->pipeline;
    Worker worker = {.run = run};
    GError *error = NULL;
    if (pipeline->begin_held && !(worker.held = pipeline->begin_held(pipeline->data, &error))) {
        fail(run, error);
    } else {
        worker.reader = omr_reader_new(pipeline->forms, pipeline->profile);
        for (guint file = 0; begin_file(run, &file);)
            finish_file(run, file, work_on_file(&worker, file));
        omr_reader_free(worker.reader);
        if (pipeline->end_held)
            pipeline->end_held(worker.held);
    }
    g_mutex_lock(&run->mutex);
    run->running--;
    g_cond_broadcast(&run->changed);
    g_mutex_unlock(&run->mutex);
    return NULL;
}

static void
tick(const Run *run, guint taken)
{
    if (run->pipeline->tick)
        run->pipeline->tick(taken, run->pipeline->data);
}

/* Called with the mutex held; lets go of it. */
static void
end_file(Run *run, const Slot *slot)
{
    const Pipeline *pipeline = run->pipeline;
    gboolean whole = !slot->cut && !run->error;
    if (!pipeline->end_file)
        return;
    g_mutex_unlock(&run->mutex);
    pipeline->end_file(pipeline->paths->pdata[run->taken], whole, pipeline->data);
    g_mutex_lock(&run->mutex);
}

/* The next page in order, or NULL when there is none to come. Goes on to the next file where one is done.
 * Called with the mutex held; lets go of it for ticks and where a file ends. */
static PipelinePage *
next_page(Run *run)
{
    for (;;) {
        Slot *slot = slot_of(run, run->taken);
        gboolean begun = run->taken < run->next;
        if (begun && slot->pages.length) {
            PipelinePage *page = g_queue_pop_head(&slot->pages);
            g_cond_broadcast(&run->changed);
            return page;
        }
        if (begun && slot->done) {
            end_file(run, slot);
            run->waiting_bytes -= slot->bytes;
            run->taken++;
            run->whole += !slot->cut;
            g_cond_broadcast(&run->changed);
            continue;
        }
        if (!run->running)
            return NULL;
        g_cond_wait_until(&run->changed, &run->mutex, g_get_monotonic_time() + TICK_US);
        guint taken = run->taken;
        g_mutex_unlock(&run->mutex);
        tick(run, taken);
        g_mutex_lock(&run->mutex);
    }
}

/* Takes every page until there is none; after a failure of the taker, pages are only let go. */
static void
take_pages(Run *run)
{
    g_mutex_lock(&run->mutex);
    PipelinePage *page;
    while ((page = next_page(run))) {
        gboolean failed = run->error != NULL;
        guint taken = run->taken;
        g_mutex_unlock(&run->mutex);
        GError *error = NULL;
        if (!failed && !run->pipeline->take(page, run->pipeline->data, &error))
            fail(run, error);
        page_free(page);
        tick(run, taken);
        g_mutex_lock(&run->mutex);
    }
    g_mutex_unlock(&run->mutex);
    tick(run, run->taken);
}

gboolean
pipeline_run(const Pipeline *pipeline, guint *files, GError **error)
{
    guint jobs = CLAMP(pipeline->paths->len, 1, pipeline->jobs);
    Run run = {.pipeline = pipeline, .window = jobs * WINDOW_A_WORKER, .running = jobs};
    run.slots = g_new0(Slot, run.window);
    g_mutex_init(&run.mutex);
    g_cond_init(&run.changed);
    g_autoptr(GPtrArray) threads = g_ptr_array_new();
    for (guint i = 0; i < jobs; i++)
        g_ptr_array_add(threads, g_thread_new("reader", run_worker, &run));
    take_pages(&run);
    for (guint i = 0; i < jobs; i++)
        g_thread_join(threads->pdata[i]);
    g_mutex_clear(&run.mutex);
    g_cond_clear(&run.changed);
    g_free(run.slots);
    if (files)
        *files = run.whole;
    if (!run.error)
        return TRUE;
    g_propagate_error(error, run.error);
    return FALSE;
}
