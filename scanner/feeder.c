#include "scanner-feeder.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "feeder-buffer-private.h"
#include "feeder-child-private.h"
#include "feeder-device-private.h"
#include "feeder-feed-private.h"
#include "feeder-frame-private.h"
#include "feeder-message-private.h"

#define DEFAULT_CANCEL_S 35
/* Resolutions beyond these are none, as in files (scanner-pages.h). */
#define MIN_DPI 50
#define MAX_DPI 2400

struct ScannerFeeder {
    const ScannerFeederOptions *options;
    const ScannerSettings *settings; /* NULL: not set yet */
    ScannerAbout about;
    FeederChild child;
    FeederBuffer buffers[FEEDER_MAX_BUFFERS];

    /* the run */
    gboolean running;
    gboolean calling; /* the driver was asked for something and has not answered */
    /* The stall clock counts the time waited for messages, so that it stands still while this process is
     * stopped or busy elsewhere. */
    gint64 silent_us; /* since a message last came */
    gboolean hung;    /* for too long: it was told to end … */
    gint64 hung_us;   /* … this long ago */
    guint sheet;      /* in work, as told last */
    gboolean back, begun;
    gboolean ending; /* it told why it ends: */
    ScannerCause cause;
    char *detail;
    gboolean lost; /* the loss that goes with the end was told */

    gboolean stale; /* the run before ended otherwise than by an empty feeder: what the driver still has of it
                       must not come as part of the next */
};

void
scanner_settings_clear(ScannerSettings *settings)
{
    g_clear_pointer(&settings->source, g_free);
    g_clear_pointer(&settings->mode, g_free);
    g_clear_pointer(&settings->options, g_strfreev);
}

void
scanner_event_clear(ScannerEvent *event)
{
    scanner_page_clear(&event->page);
    g_clear_pointer(&event->detail, g_free);
}

const char *
scanner_cause_name(ScannerCause cause)
{
    static const char *const names[SCANNER_N_CAUSES] = {
        [SCANNER_CAUSE_EMPTY] = "empty",
        [SCANNER_CAUSE_STOPPED] = "stopped",
        [SCANNER_CAUSE_CANCELLED] = "cancelled",
        [SCANNER_CAUSE_JAMMED] = "jammed",
        [SCANNER_CAUSE_DOUBLE_FEED] = "double_feed",
        [SCANNER_CAUSE_MISFED] = "misfed",
        [SCANNER_CAUSE_COVER_OPEN] = "cover_open",
        [SCANNER_CAUSE_BUSY] = "busy",
        [SCANNER_CAUSE_SHORT] = "short",
        [SCANNER_CAUSE_REFUSED] = "refused",
        [SCANNER_CAUSE_IO_ERROR] = "io_error",
        [SCANNER_CAUSE_HUNG] = "hung",
        [SCANNER_CAUSE_CRASHED] = "crashed",
    };
    return names[cause];
}

const ScannerAbout *
scanner_feeder_about(const ScannerFeeder *feeder)
{
    return &feeder->about;
}

/* Opening. */

static gint64
stall_us(const ScannerFeeder *feeder)
{
    return (gint64)feeder_child_stall_s(feeder->options) * G_USEC_PER_SEC;
}

static gint64
cancel_us(const ScannerFeeder *feeder)
{
    guint cancel_s = feeder->options->cancel_s;
    return (gint64)(cancel_s ? cancel_s : DEFAULT_CANCEL_S) * G_USEC_PER_SEC;
}

static void
end_process(ScannerFeeder *feeder, gboolean by_force)
{
    feeder_child_end(&feeder->child, by_force);
    for (guint i = 0; i < FEEDER_MAX_BUFFERS; i++)
        feeder_buffer_clear(&feeder->buffers[i]);
}

static void
about_clear(ScannerAbout *about)
{
    g_clear_pointer(&about->device, g_free);
    g_clear_pointer(&about->source, g_free);
    g_clear_pointer(&about->mode, g_free);
}

/* What the feeder process says of its device. */
static void
take_about(ScannerFeeder *feeder, const FeederMessage *message)
{
    const char *asked = feeder->options->device;
    about_clear(&feeder->about);
    feeder->about =
        (ScannerAbout){.device = feeder_is_virtual(feeder->options) ? g_strdup(asked)
                                                                    : feeder_message_text(message, "device"),
                       .source = feeder_message_text(message, "source"),
                       .mode = feeder_message_text(message, "mode"),
                       .duplex = feeder_message_number(message, "duplex") != 0,
                       .single = feeder_message_number(message, "single") != 0,
                       .dpi_x = feeder_message_real(message, "dpi_x"),
                       .dpi_y = feeder_message_real(message, "dpi_y")};
}

static gboolean
ask(ScannerFeeder *feeder, const char *order, GVariantDict *facts, GError **error)
{
    feeder_send(feeder->child.socket, order, g_variant_dict_end(facts), -1);
    g_autoptr(FeederMessage) answer = feeder_child_await(&feeder->child, feeder->options, error);
    if (answer)
        take_about(feeder, answer);
    return answer != NULL;
}

static gboolean
has_virtual_driver(const ScannerFeederOptions *options, GError **error)
{
    g_autofree char *path = g_build_filename(options->virtual_dir, "libsane-phieu.so.1", NULL);
    gboolean there = g_file_test(path, G_FILE_TEST_EXISTS);
    if (!there)
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_MACHINE,
                    _("%s: the virtual feeder's driver is not there; install or build all of phieu"), path);
    return there;
}

static gboolean
open_device(ScannerFeeder *feeder, GError **error)
{
    const char *asked = feeder->options->device;
    g_autofree char *name = feeder_is_virtual(feeder->options)
                                ? g_strconcat(FEEDER_VIRTUAL_DRIVER, asked + strlen(SCANNER_VIRTUAL), NULL)
                                : g_strdup(asked);
    GVariantDict facts;

    if (feeder_is_virtual(feeder->options) && !has_virtual_driver(feeder->options, error))
        return FALSE;
    if (!feeder_child_spawn(&feeder->child, feeder->options, error))
        return FALSE;
    g_variant_dict_init(&facts, NULL);
    feeder_facts_text(&facts, "device", name);
    return ask(feeder, "open", &facts, error);
}

static gboolean
set_device(ScannerFeeder *feeder, GError **error)
{
    const ScannerSettings *settings = feeder->settings;
    GVariantDict facts;

    g_variant_dict_init(&facts, NULL);
    feeder_facts_text(&facts, "source", settings->source);
    feeder_facts_text(&facts, "mode", settings->mode);
    g_variant_dict_insert(&facts, "dpi", "u", (guint32)MAX(settings->dpi, 0));
    g_variant_dict_insert(&facts, "width_mm", "d", settings->width_mm);
    g_variant_dict_insert(&facts, "height_mm", "d", settings->height_mm);
    if (settings->options)
        g_variant_dict_insert(&facts, "options", "^as", settings->options);
    return ask(feeder, "set", &facts, error);
}

static ScannerFeeder *
feeder_new(const ScannerFeederOptions *options)
{
    ScannerFeeder *feeder = g_new0(ScannerFeeder, 1);
    feeder->options = options;
    feeder->child = FEEDER_CHILD_NONE;
    for (guint i = 0; i < FEEDER_MAX_BUFFERS; i++)
        feeder->buffers[i] = FEEDER_BUFFER_NONE;
    return feeder;
}

ScannerFeeder *
scanner_feeder_open(const ScannerFeederOptions *options, GError **error)
{
    g_autoptr(ScannerFeeder) feeder = feeder_new(options);
    return open_device(feeder, error) ? g_steal_pointer(&feeder) : NULL;
}

gboolean
scanner_feeder_set(ScannerFeeder *feeder, const ScannerSettings *settings, GError **error)
{
    feeder->settings = settings;
    if (feeder->child.socket < 0 && !open_device(feeder, error))
        return FALSE;
    return set_device(feeder, error);
}

void
scanner_feeder_free(ScannerFeeder *feeder)
{
    if (!feeder)
        return;
    end_process(feeder, FALSE);
    about_clear(&feeder->about);
    g_free(feeder->detail);
    g_free(feeder);
}

/* The run. */

/* The device, opened and set again in a new process; without it there is no process. */
static gboolean
begin_again(ScannerFeeder *feeder, GError **error)
{
    end_process(feeder, FALSE);
    if (open_device(feeder, error) && set_device(feeder, error))
        return TRUE;
    end_process(feeder, FALSE);
    return FALSE;
}

gboolean
scanner_feeder_start(ScannerFeeder *feeder, GError **error)
{
    if (feeder->stale || feeder->child.socket < 0 || !feeder_send(feeder->child.socket, "start", NULL, -1)) {
        if (!begin_again(feeder, error))
            return FALSE;
        feeder_send(feeder->child.socket, "start", NULL, -1);
    }
    g_clear_pointer(&feeder->detail, g_free);
    feeder->stale = FALSE;
    feeder->running = TRUE;
    feeder->calling = TRUE;
    feeder->silent_us = 0;
    feeder->hung = FALSE;
    feeder->sheet = 1;
    feeder->back = feeder->begun = feeder->ending = feeder->lost = FALSE;
    return TRUE;
}

void
scanner_feeder_pause(ScannerFeeder *feeder)
{
    feeder_send(feeder->child.socket, "pause", NULL, -1);
}

void
scanner_feeder_resume(ScannerFeeder *feeder)
{
    feeder_send(feeder->child.socket, "resume", NULL, -1);
}

void
scanner_feeder_stop(ScannerFeeder *feeder)
{
    feeder_send(feeder->child.socket, "stop", NULL, -1);
}

static void
note_end(ScannerFeeder *feeder, ScannerCause cause, const char *detail)
{
    feeder->ending = TRUE;
    feeder->cause = cause;
    g_free(feeder->detail);
    feeder->detail = detail && *detail ? g_strdup(detail) : NULL;
}

/* The events of an end, one a call: first the page that is lost with it, if one is. An empty feeder loses
 * none: a back that is missing then is an odd number of sides. */
static void
tell_end(ScannerFeeder *feeder, ScannerEvent *event)
{
    event->sheet = feeder->sheet;
    event->back = feeder->back;
    event->cause = feeder->cause;
    event->detail = g_strdup(feeder->detail);
    gboolean loses = feeder->begun || (feeder->back && feeder->cause != SCANNER_CAUSE_EMPTY);
    event->kind = loses && !feeder->lost ? SCANNER_FEEDER_LOST : SCANNER_FEEDER_ENDED;
    feeder->lost = TRUE;
    feeder->running = event->kind != SCANNER_FEEDER_ENDED;
    /* the virtual feeder has nothing of that kind, and its pile lasts for as long as it is open */
    feeder->stale = feeder->cause != SCANNER_CAUSE_EMPTY && !feeder_is_virtual(feeder->options);
}

static void
take_end(ScannerFeeder *feeder, const FeederMessage *message)
{
    g_autofree char *detail = feeder_message_text(message, "detail");
    guint cause = feeder_message_number(message, "cause");
    feeder->sheet = feeder_message_number(message, "sheet");
    feeder->back = feeder_message_number(message, "back") != 0;
    feeder->begun = feeder_message_number(message, "begun") != 0;
    /* what a cancelled call says of itself is not why it was cancelled */
    note_end(feeder,
             feeder->hung               ? SCANNER_CAUSE_HUNG
             : cause < SCANNER_N_CAUSES ? (ScannerCause)cause
                                        : SCANNER_CAUSE_IO_ERROR,
             feeder->hung ? NULL : detail);
}

static double
believable(double dpi)
{
    return dpi >= MIN_DPI && dpi <= MAX_DPI ? dpi : 0;
}

static gboolean
take_page(ScannerFeeder *feeder, FeederMessage *message, ScannerEvent *event, GError **error)
{
    guint number = feeder_message_number(message, "buffer");
    FeederFrame frame = {.width_px = feeder_message_number(message, "width"),
                         .lines = feeder_message_number(message, "lines"),
                         .bytes_per_line = feeder_message_number(message, "bytes_per_line"),
                         .depth = feeder_message_number(message, "depth"),
                         .samples = feeder_message_number(message, "samples"),
                         .planes = feeder_message_number(message, "planes") != 0,
                         .plane = {feeder_message_number(message, "red"),
                                   feeder_message_number(message, "green"),
                                   feeder_message_number(message, "blue")},
                         .dpi_x = believable(feeder_message_real(message, "dpi_x")),
                         .dpi_y = believable(feeder_message_real(message, "dpi_y"))};
    FeederBuffer *buffer = number < FEEDER_MAX_BUFFERS ? &feeder->buffers[number] : NULL;
    if (buffer && message->fd >= 0 && buffer->fd < 0) {
        buffer->fd = message->fd;
        message->fd = -1;
    }
    gsize bytes = feeder_frame_bytes(&frame);
    if (!buffer || buffer->fd < 0 || !bytes || !feeder_buffer_map(buffer, bytes)) {
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_MACHINE,
                    _("the page buffer of the scanner cannot be read"));
        return FALSE;
    }
    gint64 begun_us = g_get_monotonic_time();
    event->page.pix = feeder_frame_to_pix(&frame, buffer->data);
    if (!event->page.pix) {
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_MACHINE,
                    _("not enough memory for a page of the scanner"));
        return FALSE;
    }
    event->page.dpi_x = frame.dpi_x;
    event->page.dpi_y = frame.dpi_y;
    event->page.decode_ms = (double)(g_get_monotonic_time() - begun_us) / 1000;
    event->kind = SCANNER_FEEDER_PAGE;
    event->sheet = feeder_message_number(message, "sheet");
    event->back = feeder_message_number(message, "back") != 0;
    /* what comes next, until the feeder process tells */
    feeder->back = feeder->about.duplex && !event->back;
    feeder->sheet = event->sheet + (feeder->back ? 0 : 1);
    feeder->begun = FALSE;
    GVariantDict facts;
    g_variant_dict_init(&facts, NULL);
    g_variant_dict_insert(&facts, "buffer", "u", number);
    feeder_send(feeder->child.socket, "give-back", g_variant_dict_end(&facts), -1);
    return TRUE;
}

static gboolean
take(ScannerFeeder *feeder, FeederMessage *message, ScannerEvent *event, GError **error)
{
    feeder->silent_us = 0;
    if (feeder_message_is(message, "page"))
        return take_page(feeder, message, event, error);
    if (feeder_message_is(message, "ending")) {
        feeder->calling = TRUE; /* of sane_cancel() */
        take_end(feeder, message);
    } else if (feeder_message_is(message, "ended")) {
        feeder->calling = FALSE;
        if (!feeder->ending)
            note_end(feeder, SCANNER_CAUSE_IO_ERROR, NULL);
        tell_end(feeder, event);
    } else if (feeder_message_is(message, "calling") || feeder_message_is(message, "reading") ||
               feeder_message_is(message, "waiting")) {
        feeder->calling = !feeder_message_is(message, "waiting");
        feeder->begun = feeder_message_is(message, "reading");
        feeder->sheet = feeder_message_number(message, "sheet");
        feeder->back = feeder_message_number(message, "back") != 0;
    }
    return TRUE;
}

/* The stall clock: a call that gives nothing for too long is cancelled, and killed where that does not help.
 */
static void
watch_stall(ScannerFeeder *feeder)
{
    if (!feeder->calling || feeder->silent_us < stall_us(feeder))
        return;
    if (!feeder->hung) {
        feeder->hung = TRUE;
        feeder->hung_us = 0;
        feeder_send(feeder->child.socket, "cancel", NULL, -1);
    } else if (feeder->hung_us >= cancel_us(feeder)) {
        if (!feeder->ending)
            note_end(feeder, SCANNER_CAUSE_HUNG, NULL);
        end_process(feeder, TRUE);
    }
}

static int
next_wait(const ScannerFeeder *feeder, gint64 until_us)
{
    gint64 now = g_get_monotonic_time(), wake = until_us;
    if (feeder->calling)
        wake = MIN(wake, now + MAX(stall_us(feeder) - feeder->silent_us,
                                   feeder->hung ? cancel_us(feeder) - feeder->hung_us : 0));
    return (int)CLAMP((wake - now + 999) / 1000, 0, G_MAXINT);
}

/* The next message, at the latest by `until_us`; the stall clock goes on. */
static FeederReceipt
receive(ScannerFeeder *feeder, gint64 until_us, FeederMessage **message)
{
    int wait_ms = next_wait(feeder, until_us);
    gint64 begun_us = g_get_monotonic_time();
    FeederReceipt receipt = feeder_receive(feeder->child.socket, wait_ms, message);
    gint64 waited_us = MIN(g_get_monotonic_time() - begun_us, (gint64)wait_ms * 1000);
    feeder->silent_us += waited_us;
    feeder->hung_us += waited_us;
    return receipt;
}

gboolean
scanner_feeder_next(ScannerFeeder *feeder, int timeout_ms, ScannerEvent *event, GError **error)
{
    gint64 until_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;

    while (feeder->running && event->kind == SCANNER_FEEDER_NOTHING) {
        if (feeder->child.socket < 0 || feeder->lost) {
            tell_end(feeder, event);
            break;
        }
        g_autoptr(FeederMessage) message = NULL;
        FeederReceipt receipt = receive(feeder, until_us, &message);
        if (receipt == FEEDER_RECEIVED) {
            if (!take(feeder, message, event, error))
                return FALSE;
        } else if (receipt == FEEDER_GONE) {
            if (!feeder->ending)
                note_end(feeder, feeder->hung ? SCANNER_CAUSE_HUNG : SCANNER_CAUSE_CRASHED, NULL);
            end_process(feeder, TRUE);
        } else {
            watch_stall(feeder);
            if (g_get_monotonic_time() >= until_us)
                break;
        }
    }
    return TRUE;
}
