#include "parallel-private.h"

#include "command-private.h"

#define LOOK_INTERVAL_US (G_USEC_PER_SEC / 10)

typedef struct {
    const Parallel *parallel;
    GMutex mutex;
    GCond changed;
    guint next, done, running; /* under the mutex */
    GError *error;             /* likewise: the first one */
} Run;

/* The next item, or FALSE when there is none. */
static gboolean
take_item(Run *run, guint *item)
{
    g_mutex_lock(&run->mutex);
    gboolean more = !run->error && !command_interrupted() && run->next < run->parallel->items;
    if (more)
        *item = run->next++;
    g_mutex_unlock(&run->mutex);
    return more;
}

static void
finish_item(Run *run, GError *error)
{
    g_mutex_lock(&run->mutex);
    if (!error)
        run->done++;
    else if (!run->error)
        run->error = error;
    else
        g_error_free(error);
    g_cond_signal(&run->changed);
    g_mutex_unlock(&run->mutex);
}

static gpointer
run_thread(gpointer data)
{
    Run *run = data;
    const Parallel *parallel = run->parallel;
    GError *error = NULL;
    gpointer means = parallel->begin(parallel->data, &error);
    guint item = 0;
    if (!means)
        finish_item(run, error);
    while (means && take_item(run, &item)) {
        error = NULL;
        parallel->work(item, means, parallel->data, &error);
        finish_item(run, error);
    }
    if (means)
        parallel->end(means);
    g_mutex_lock(&run->mutex);
    run->running--;
    g_cond_signal(&run->changed);
    g_mutex_unlock(&run->mutex);
    return NULL;
}

/* Waits for the threads, telling how far they are. */
static void
watch(Run *run)
{
    g_mutex_lock(&run->mutex);
    while (run->running) {
        g_cond_wait_until(&run->changed, &run->mutex, g_get_monotonic_time() + LOOK_INTERVAL_US);
        guint done = run->done;
        if (!run->parallel->progress)
            continue;
        g_mutex_unlock(&run->mutex);
        run->parallel->progress(done, run->parallel->progress_data);
        g_mutex_lock(&run->mutex);
    }
    g_mutex_unlock(&run->mutex);
}

gboolean
parallel_run(const Parallel *parallel, GError **error)
{
    Run run = {.parallel = parallel};
    g_mutex_init(&run.mutex);
    g_cond_init(&run.changed);
    guint n_threads = CLAMP(parallel->items, 1, parallel->threads);
    run.running = n_threads;
    g_autoptr(GPtrArray) threads = g_ptr_array_new();
    for (guint i = 0; i < n_threads; i++)
        g_ptr_array_add(threads, g_thread_new("parallel", run_thread, &run));
    watch(&run);
    for (guint i = 0; i < n_threads; i++)
        g_thread_join(threads->pdata[i]);
    g_mutex_clear(&run.mutex);
    g_cond_clear(&run.changed);
    if (!run.error && run.done < parallel->items)
        command_fail_stopped(&run.error);
    if (!run.error)
        return TRUE;
    g_propagate_error(error, run.error);
    return FALSE;
}
