#include "accuracy-run-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>

#include "command-private.h"
#include "parallel-private.h"
#include "progress-private.h"

/* Questionnaires of a block: what an interrupt loses. A block is made resolution by resolution, and at each
 * one every thread renders the form's pages: larger blocks render less. */
#define BLOCK 128

/* Most images that a sitting leaves in the folder of --keep. */
#define MAX_IMAGES 1000

typedef struct {
    guint questionnaire;
    int page;
    double dpi;
} Item;

/* What is told of a page, for the logs; NULL: nothing. */
typedef struct {
    char *features, *finding;
} Lines;

typedef struct {
    const AccuracySubject *subject;
    const AccuracyOptions *options;
    AccuracyState state;
    AccuracyLog *features, *findings; /* or NULL */
    Progress *progress;               /* or NULL */
    guint pages_total, pages_before;  /* of this sitting: to be made, and made before the block */
    /* The block. */
    guint first, n; /* questionnaires */
    Item *items;    /* by resolution */
    Lines *lines;   /* by questionnaire and page; each written by one thread */
    GMutex mutex;   /* guards what follows */
    AccuracyTally tally;
    GPtrArray *idle; /* of Worker*, owned: what the threads of the block before had */
    guint images;    /* written by this sitting */
} Run;

typedef struct {
    Run *run;
    AccuracyMeans *means;
} Worker;

static void
worker_free(gpointer data)
{
    Worker *worker = data;
    accuracy_means_free(worker->means);
    g_free(worker);
}

static gpointer
begin_worker(gpointer data, GError **error)
{
    Run *run = data;
    g_mutex_lock(&run->mutex);
    Worker *worker = run->idle->len ? g_ptr_array_steal_index_fast(run->idle, 0) : NULL;
    g_mutex_unlock(&run->mutex);
    if (worker)
        return worker;
    AccuracyMeans *means = accuracy_means_new(run->subject, error);
    if (!means)
        return NULL;
    worker = g_new0(Worker, 1);
    worker->run = run;
    worker->means = means;
    return worker;
}

static void
end_worker(gpointer data)
{
    Worker *worker = data;
    g_mutex_lock(&worker->run->mutex);
    g_ptr_array_add(worker->run->idle, worker);
    g_mutex_unlock(&worker->run->mutex);
}

/* Whether this page's image is to be kept: the first MAX_IMAGES are. */
static gboolean
may_keep_image(Run *run)
{
    g_mutex_lock(&run->mutex);
    gboolean may = run->images < MAX_IMAGES;
    run->images += may;
    g_mutex_unlock(&run->mutex);
    return may;
}

/* The page as it was read, without loss, so that `phieu read` reads it the same. */
static gboolean
write_image(const AccuracyPage *page, const char *dir, const char *name, GError **error)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    if (pixWrite(path, page->pix, pixGetDepth(page->pix) == 1 ? IFF_TIFF_G4 : IFF_PNG) == 0)
        return TRUE;
    g_set_error(error, STATION_ERROR, STATION_ERROR_MACHINE,
                _("%s: the page image cannot be written; check the folder and the disk"), path);
    return FALSE;
}

static gboolean
keep(Run *run, const AccuracyPage *page, AccuracyVerdict verdict, char **line, GError **error)
{
    const AccuracyOptions *options = run->options;
    if (!options->keep_dir || verdict == ACCURACY_FINE ||
        (verdict == ACCURACY_DOUBTFUL && !options->keep_doubts))
        return TRUE;
    g_autofree char *name = g_strdup_printf("%s-%d.%s", page->id.serial, page->id.page,
                                            pixGetDepth(page->pix) == 1 ? "tif" : "png");
    gboolean image = may_keep_image(run);
    if (image && !write_image(page, options->keep_dir, name, error))
        return FALSE;
    json_t *finding = accuracy_page_describe(page, verdict);
    json_object_set_new(finding, "image", image ? json_string(name) : json_null());
    char *text = json_dumps(finding, JSON_COMPACT | JSON_REAL_PRECISION(6));
    *line = g_strdup_printf("%s\n", text);
    free(text);
    json_decref(finding);
    return TRUE;
}

static gboolean
work(guint item, gpointer data, gpointer shared, GError **error)
{
    Worker *worker = data;
    Run *run = shared;
    const Item *one = &run->items[item];
    guint n_pages = run->subject->package->pages->len;
    Lines *lines = &run->lines[(one->questionnaire - run->first) * n_pages + (guint)one->page - 1];
    g_auto(AccuracyPage) page = {0};
    if (!accuracy_page_make(run->subject, worker->means, one->questionnaire, one->page, &page, error))
        return FALSE;
    g_autofree char *scan = accuracy_scan_name(&page.scan);
    g_autofree const char **damages = accuracy_page_damages(&page);
    AccuracyScanRows rows = {scan, damages};
    g_mutex_lock(&run->mutex);
    AccuracyVerdict verdict = accuracy_judge(&run->tally, page.reading, &page.id, page.truth, &rows);
    g_mutex_unlock(&run->mutex);
    if (run->features) {
        GString *text = g_string_new(NULL);
        accuracy_page_add_features(run->subject, &page, text);
        lines->features = g_string_free(text, FALSE);
    }
    return keep(run, &page, verdict, &lines->finding, error);
}

static int
compare_items(const void *a, const void *b)
{
    const Item *x = a, *y = b;
    if (x->dpi != y->dpi)
        return x->dpi < y->dpi ? -1 : 1;
    if (x->questionnaire != y->questionnaire)
        return x->questionnaire < y->questionnaire ? -1 : 1;
    return x->page - y->page;
}

static void
begin_block(Run *run, guint n)
{
    guint n_pages = run->subject->package->pages->len;
    run->first = run->state.result->questionnaires;
    run->n = n;
    run->items = g_new0(Item, (gsize)n * n_pages);
    run->lines = g_new0(Lines, (gsize)n * n_pages);
    for (guint i = 0; i < n * n_pages; i++) {
        guint questionnaire = run->first + i / n_pages;
        int page = (int)(i % n_pages) + 1;
        run->items[i] = (Item){questionnaire, page, accuracy_dpi_of(run->subject, questionnaire, page)};
    }
    qsort(run->items, (gsize)n * n_pages, sizeof(Item), compare_items);
    accuracy_tally_init(&run->tally);
}

static void
clear_block(Run *run)
{
    guint n_lines = run->n * run->subject->package->pages->len;
    for (guint i = 0; run->lines && i < n_lines; i++) {
        g_free(run->lines[i].features);
        g_free(run->lines[i].finding);
    }
    g_clear_pointer(&run->lines, g_free);
    g_clear_pointer(&run->items, g_free);
    accuracy_tally_clear(&run->tally);
}

/* The block counts from here on. */
static gboolean
end_block(Run *run, double seconds, GError **error)
{
    guint n_pages = run->subject->package->pages->len;
    for (guint i = 0; i < run->n * n_pages; i++) {
        const Lines *lines = &run->lines[i];
        if ((lines->features && !accuracy_log_append(run->features, lines->features, error)) ||
            (lines->finding && !accuracy_log_append(run->findings, lines->finding, error)))
            return FALSE;
    }
    AccuracyResult *result = run->state.result;
    accuracy_tally_merge(&result->tally, &run->tally);
    result->questionnaires += run->n;
    result->seconds += seconds;
    run->pages_before += run->n * n_pages;
    run->state.features_length = accuracy_log_length(run->features);
    run->state.findings_length = accuracy_log_length(run->findings);
    return !run->options->state_path || accuracy_state_save(run->options->state_path, &run->state, error);
}

static void
show_progress(guint done, gpointer data)
{
    const Run *run = data;
    guint pages = MIN(run->pages_before + done, run->pages_total);
    progress_update(run->progress, pages, pages);
}

static gboolean
run_block(Run *run, guint n, GError **error)
{
    gint64 start_us = g_get_monotonic_time();
    begin_block(run, n);
    Parallel parallel = {.items = n * run->subject->package->pages->len,
                         .threads = run->options->threads,
                         .data = run,
                         .begin = begin_worker,
                         .end = end_worker,
                         .work = work,
                         .progress = run->progress ? show_progress : NULL,
                         .progress_data = run};
    gboolean fine = parallel_run(&parallel, error) &&
                    end_block(run, (double)(g_get_monotonic_time() - start_us) / G_USEC_PER_SEC, error);
    clear_block(run);
    return fine;
}

static guint
positions_each(const FormPackage *package)
{
    guint n = 0;
    for (guint i = 0; i < package->pages->len; i++) {
        const FormPage *page = package->pages->pdata[i];
        for (guint k = 0; k < page->fields->len; k++)
            n += ((const FormField *)page->fields->pdata[k])->options->len;
    }
    return n;
}

/* Questionnaires still to be made; 0 when done, or when too many were refused for it to be worth while. */
static guint64
questionnaires_ahead(const AccuracySubject *subject, guint64 positions, const AccuracyResult *result)
{
    guint64 each = positions_each(subject->package), read = result->tally.count[ACCURACY_POSITIONS];
    guint64 most = 2 * ((positions + each - 1) / each);
    if (read >= positions || result->questionnaires >= most)
        return 0;
    return MIN((positions - read + each - 1) / each, most - result->questionnaires);
}

static gboolean
open_logs(Run *run, GError **error)
{
    const AccuracyOptions *options = run->options;
    if (options->features_path) {
        run->features = accuracy_log_open(options->features_path, run->state.features_length, error);
        if (!run->features)
            return FALSE;
        g_autoptr(GString) header = g_string_new(NULL);
        accuracy_features_header(header);
        if (!run->state.features_length && !accuracy_log_append(run->features, header->str, error))
            return FALSE;
    }
    if (options->keep_dir) {
        g_autofree char *path = g_build_filename(options->keep_dir, "findings.jsonl", NULL);
        run->findings = accuracy_log_open(path, run->state.findings_length, error);
    }
    return !options->keep_dir || run->findings;
}

/* What is taken up and opened costs nothing where the options are wrong; the forms cost seconds. */
static gboolean
prepare(Run *run, AccuracySubject *subject, OmrForms *forms, GError **error)
{
    const char *path = run->options->state_path;
    subject->forms = forms;
    run->subject = subject;
    run->state.settings = accuracy_settings(subject, run->options);
    return (!path || accuracy_state_load(path, &run->state, error)) && open_logs(run, error) &&
           omr_forms_add(forms, subject->package, error);
}

static gboolean
run_blocks(Run *run, GError **error)
{
    const AccuracyResult *result = run->state.result;
    guint64 ahead = questionnaires_ahead(run->subject, run->options->positions, result);
    run->pages_total = (guint)ahead * run->subject->package->pages->len;
    if (!run->options->quiet && ahead > 0)
        run->progress = progress_new_on(stderr, _("Measuring"), _("pages"), run->pages_total);
    while ((ahead = questionnaires_ahead(run->subject, run->options->positions, result)) > 0)
        if (!run_block(run, (guint)MIN(ahead, BLOCK), error))
            return FALSE;
    run->state.result->ended_early = result->tally.count[ACCURACY_POSITIONS] < run->options->positions;
    return TRUE;
}

gboolean
accuracy_run(const AccuracySubject *subject, const AccuracyOptions *options, AccuracyResult *result,
             GError **error)
{
    AccuracySubject own = *subject;
    g_autoptr(OmrForms) forms = omr_forms_new();
    Run run = {
        .options = options,
        .state.result = result,
        .idle = g_ptr_array_new_with_free_func(worker_free),
    };
    *result = (AccuracyResult){0};
    accuracy_tally_init(&result->tally);
    g_mutex_init(&run.mutex);
    gboolean fine = prepare(&run, &own, forms, error) && run_blocks(&run, error);
    progress_free(run.progress);
    accuracy_log_close(run.features);
    accuracy_log_close(run.findings);
    g_ptr_array_unref(run.idle);
    g_mutex_clear(&run.mutex);
    json_decref(run.state.settings);
    return fine;
}
