#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "feeder-child-private.h"
#include "feeder-feed-private.h"
#include "feeder-message-private.h"
#include "scanner-feeder.h"

/* The feeder process: this thread takes the station's messages, the device thread makes all SANE calls.
 *
 *   "list" "open" "start" "quit" ── queue ──▶ device thread ── "devices" "opened" "failed" "page" … ──▶
 * station "pause" "resume" "stop" "cancel" "give-back": at once, by this thread */
typedef struct {
    FeederFeed feed;
    GAsyncQueue *orders; /* of FeederMessage*, for the device thread */
} Process;

static void
tell_failure(const Process *process, const GError *error)
{
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "code", "u", (guint32)error->code);
    feeder_facts_text(&facts, "message", error->message);
    feeder_send(process->feed.socket, "failed", g_variant_dict_end(&facts), -1);
}

static GVariant *
pack_device(const ScannerDevice *device)
{
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    feeder_facts_text(&facts, "name", device->name);
    feeder_facts_text(&facts, "vendor", device->vendor);
    feeder_facts_text(&facts, "model", device->model);
    feeder_facts_text(&facts, "type", device->type);
    feeder_facts_text(&facts, "trouble", device->trouble);
    if (device->sources)
        g_variant_dict_insert(&facts, "sources", "^as", device->sources);
    if (device->modes)
        g_variant_dict_insert(&facts, "modes", "^as", device->modes);
    if (device->sensors)
        g_variant_dict_insert(&facts, "sensors", "^as", device->sensors);
    g_variant_dict_insert_value(&facts, "dpi",
                                g_variant_new_fixed_array(G_VARIANT_TYPE_DOUBLE, device->dpi->data,
                                                          device->dpi->len, sizeof(double)));
    g_variant_dict_insert(&facts, "any_dpi", "u", (guint32)device->any_dpi);
    g_variant_dict_insert(&facts, "width_mm", "d", device->width_mm);
    g_variant_dict_insert(&facts, "height_mm", "d", device->height_mm);
    return g_variant_dict_end(&facts);
}

static void
list_devices(Process *process)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) devices = feeder_device_list(&error);
    if (!devices) {
        tell_failure(process, error);
        g_error_free(error);
        return;
    }
    for (guint i = 0; i < devices->len; i++)
        feeder_send(process->feed.socket, "device", pack_device(devices->pdata[i]), -1);
    feeder_send(process->feed.socket, "listed", NULL, -1);
}

static void
tell_about(const Process *process, const char *what)
{
    const ScannerAbout *about = &process->feed.device.about;
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    feeder_facts_text(&facts, "device", about->device);
    feeder_facts_text(&facts, "source", about->source);
    feeder_facts_text(&facts, "mode", about->mode);
    g_variant_dict_insert(&facts, "duplex", "u", (guint32)about->duplex);
    g_variant_dict_insert(&facts, "single", "u", (guint32)about->single);
    g_variant_dict_insert(&facts, "dpi_x", "d", about->dpi_x);
    g_variant_dict_insert(&facts, "dpi_y", "d", about->dpi_y);
    feeder_send(process->feed.socket, what, g_variant_dict_end(&facts), -1);
}

static void
open_device(Process *process, const FeederMessage *order)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *wanted = feeder_message_text(order, "device");

    if (feeder_device_open(&process->feed.device, wanted, &error))
        tell_about(process, "opened");
    else
        tell_failure(process, error);
}

static void
set_device(Process *process, const FeederMessage *order)
{
    g_autoptr(GError) error = NULL;
    g_auto(ScannerSettings) settings = {.source = feeder_message_text(order, "source"),
                                        .mode = feeder_message_text(order, "mode"),
                                        .dpi = (int)feeder_message_number(order, "dpi"),
                                        .width_mm = feeder_message_real(order, "width_mm"),
                                        .height_mm = feeder_message_real(order, "height_mm"),
                                        .options = feeder_message_texts(order, "options")};

    if (feeder_device_set(&process->feed.device, &settings, &error))
        tell_about(process, "set");
    else
        tell_failure(process, error);
}

static void
obey(Process *process, const FeederMessage *order)
{
    if (feeder_message_is(order, "list"))
        list_devices(process);
    else if (feeder_message_is(order, "open") && !process->feed.device.handle)
        open_device(process, order);
    else if (feeder_message_is(order, "set") && process->feed.device.handle)
        set_device(process, order);
    else if (feeder_message_is(order, "start") && process->feed.device.handle)
        feeder_feed_run(&process->feed);
}

static gpointer
run_device(gpointer data)
{
    Process *process = data;
    SANE_Int version;
    gboolean quit = FALSE;

    sane_init(&version, NULL);
    while (!quit) {
        g_autoptr(FeederMessage) order = g_async_queue_pop(process->orders);
        quit = feeder_message_is(order, "quit");
        obey(process, order);
    }
    feeder_device_close(&process->feed.device);
    sane_exit();
    return NULL;
}

/* Does what `message` says, or gives it to the device thread. */
static void
take(Process *process, FeederMessage *message)
{
    FeederFeed *feed = &process->feed;

    if (feeder_message_is(message, "pause") || feeder_message_is(message, "resume")) {
        feeder_feed_pause(feed, feeder_message_is(message, "pause"));
    } else if (feeder_message_is(message, "stop")) {
        feeder_feed_stop(feed);
    } else if (feeder_message_is(message, "cancel")) {
        feeder_feed_cancel(feed);
    } else if (feeder_message_is(message, "give-back")) {
        feeder_feed_give_back(feed, feeder_message_number(message, "buffer"));
    } else {
        if (feeder_message_is(message, "start"))
            feeder_feed_prepare(feed);
        g_async_queue_push(process->orders, message);
        return;
    }
    feeder_message_free(message);
}

/* When the station is gone this process ends, whatever a driver does with the other threads: it may hold
 * even the one that takes the messages, in sane_cancel(). */
static gpointer
watch_station(gpointer socket)
{
    struct pollfd station = {.fd = GPOINTER_TO_INT(socket)};
    while (poll(&station, 1, -1) <= 0)
        continue;
    g_usleep(FEEDER_LAST_SECONDS * G_USEC_PER_SEC);
    _exit(EXIT_FAILURE);
    return NULL;
}

int
scanner_feeder_serve(int socket)
{
    Process process = {.orders = g_async_queue_new()};
    FeederMessage *message;

    /* drivers write to scanners that are gone; the others come to both processes, from a terminal or a
     * service's end: the station decides what they mean, and this process ends with its socket */
    static const int ignored[] = {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    for (guint i = 0; i < G_N_ELEMENTS(ignored); i++)
        signal(ignored[i], SIG_IGN);
    fcntl(socket, F_SETFD, FD_CLOEXEC); /* what drivers start must not hold it open */
    feeder_feed_init(&process.feed, socket);
    g_thread_unref(g_thread_new("watch", watch_station, GINT_TO_POINTER(socket)));
    GThread *device = g_thread_new("device", run_device, &process);
    while (feeder_receive(socket, -1, &message) == FEEDER_RECEIVED)
        take(&process, message);
    feeder_feed_cancel(&process.feed);
    g_async_queue_push(process.orders, feeder_message_new("quit"));
    g_thread_join(device);
    feeder_feed_clear(&process.feed);
    g_async_queue_unref(process.orders);
    return EXIT_SUCCESS;
}
