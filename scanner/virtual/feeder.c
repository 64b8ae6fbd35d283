/* Opening, cancelling and ending. */
#include "job-private.h"
#include "log-private.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* The options' first window is that of the first page that can be read. */
static void
init_options(VirtualFeeder *feeder)
{
    const GPtrArray *paths = feeder->pile.paths;
    VirtualImage image = {.fd = -1};
    gboolean known = FALSE;
    for (guint i = 0; i < paths->len && !known; i++) {
        virtual_image_clear(&image);
        known = virtual_image_open(&image, g_ptr_array_index(paths, i), NULL);
    }
    virtual_options_init(&feeder->options, &feeder->script, known ? &image : NULL, feeder->pile.n_sheets);
    virtual_image_clear(&image);
}

VirtualFeeder *
virtual_feeder_open(const char *dir)
{
    VirtualFeeder *feeder = g_new0(VirtualFeeder, 1);
    g_autoptr(GError) error = NULL;
    feeder->image.fd = -1;
    feeder->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (feeder->cancel_fd < 0 || !virtual_script_read(&feeder->script, dir, &error) ||
        !virtual_pile_open(&feeder->pile, dir, feeder->script.printed_sides, feeder->script.capacity,
                           &error)) {
        virtual_log("%s: %s", dir, error != NULL ? error->message : g_strerror(errno));
        virtual_feeder_free(feeder);
        return NULL;
    }
    init_options(feeder);
    return feeder;
}

void
virtual_feeder_free(VirtualFeeder *feeder)
{
    if (feeder == NULL)
        return;
    virtual_job_end(feeder);
    virtual_pile_clear(&feeder->pile);
    virtual_script_clear(&feeder->script);
    if (feeder->cancel_fd >= 0)
        close(feeder->cancel_fd);
    g_free(feeder);
}

void
virtual_job_end(VirtualFeeder *feeder)
{
    virtual_frame_clear(&feeder->frame);
    virtual_image_clear(&feeder->image);
    feeder->working = feeder->reading = feeder->ending = FALSE;
    feeder->side = 0;
    feeder->fault = NULL;
    feeder->wrong_reads = 0;
}

/* No more than a signal handler may do. */
void
virtual_feeder_cancel(VirtualFeeder *feeder)
{
    int saved = errno;
    guint64 one = 1;
    __atomic_store_n(&feeder->cancel_pending, 1, __ATOMIC_SEQ_CST);
    if (write(feeder->cancel_fd, &one, sizeof one) < 0) {
        /* it is full, so whoever waits is awake */
    }
    errno = saved;
}

gboolean
virtual_feeder_settle(VirtualFeeder *feeder)
{
    if (!__atomic_exchange_n(&feeder->cancel_pending, 0, __ATOMIC_SEQ_CST))
        return FALSE;
    guint64 count;
    if (read(feeder->cancel_fd, &count, sizeof count) < 0) {
        /* the cancel is just being written: the next wait ends at once, finds nothing pending and goes on */
    }
    gboolean cancelled = feeder->working;
    virtual_job_end(feeder);
    return cancelled;
}

gboolean
virtual_job_wait(VirtualFeeder *feeder, gint64 until)
{
    while (!__atomic_load_n(&feeder->cancel_pending, __ATOMIC_SEQ_CST)) {
        gint64 left = until - g_get_monotonic_time();
        if (until >= 0 && left <= 0)
            return TRUE;
        struct pollfd wait = {.fd = feeder->cancel_fd, .events = POLLIN};
        guint64 count;
        if (poll(&wait, 1, until < 0 ? -1 : (int)MIN(left / 1000 + 1, G_MAXINT)) > 0 &&
            !__atomic_load_n(&feeder->cancel_pending, __ATOMIC_SEQ_CST) &&
            read(feeder->cancel_fd, &count, sizeof count) < 0)
            continue;
    }
    return FALSE;
}
