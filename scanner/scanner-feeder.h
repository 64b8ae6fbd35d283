/* Where page images come from: document feeders, through SANE.
 *
 * Drivers hang and crash, so they run in a process of their own, the feeder process: this program started
 * again in that role. One thread of it, the device thread, makes every SANE call and reads into page buffers
 * that both processes share; all else is done on this side.
 *
 *     station ── scanner_feeder_next() ── socket pair ── feeder process: device thread ── libsane ── scanner
 *                      └──────────── page buffers in shared memory ────────────┘
 *
 * A page is held back until this side has taken an earlier one, so a slow station slows the feeder down and
 * memory stays bounded. What the feeder process sent before it died is still delivered. */
#pragma once

#include "scanner-pages.h"

/* The virtual feeder's device is this, then the folder whose images it feeds (docs/virtual-feeder.md). */
#define SCANNER_VIRTUAL "virtual:"

/* What is asked of a device. Strings may be NULL: a good default is taken. */
typedef struct {
    char *source; /* part of the device's own word ("duplex", "ADF Front"); by default its duplex feeder, else
                     its feeder, else what it has */
    char *mode;   /* "lineart", "gray" (default) or "color", or part of the device's own word */
    int dpi;      /* 0: 300; the nearest that the device has */
    double width_mm; /* of the sheet; 0: A4 */
    double height_mm;
    GStrv options; /* "name=value", set last, in this order; or NULL */
} ScannerSettings;

void scanner_settings_clear(ScannerSettings *settings);

typedef struct {
    const char *const
        *program;            /* the words that start the feeder process; the number of its socket is added */
    const char *virtual_dir; /* where the virtual feeder's driver lies */
    const char *device; /* SANE's name or a part of its name or model; "virtual:DIR" is the virtual feeder
                           with the pile in DIR; NULL: the only one there is */
    guint stall_s;  /* the device gave nothing for so long: it hangs. 0: 60 s, more than a network scanner's
                       own limits of 10 to 30 s (docs/feeder.md) */
    guint cancel_s; /* and so long it may take to end after that, before its process is killed. 0: 35 s */
} ScannerFeederOptions;

typedef struct ScannerFeeder ScannerFeeder;

/* Starts a feeder process and opens the device in it. SCANNER_ERROR_INPUT where no device or several fit;
 * SCANNER_ERROR_MACHINE where the device or its driver fails. What `options` points to must outlive the
 * feeder. */
ScannerFeeder *scanner_feeder_open(const ScannerFeederOptions *options, GError **error);

/* Ends the feeder process, by force where it does not end by itself. NULL is fine. */
void scanner_feeder_free(ScannerFeeder *feeder);

/* Sets the device; it must be done before the first start. SCANNER_ERROR_INPUT where a setting is not to be
 * had. `settings` must outlive the feeder: a device opened again after a crash is set so again. */
gboolean scanner_feeder_set(ScannerFeeder *feeder, const ScannerSettings *settings, GError **error);

/* What was opened and, once set, how it really is set. Lives as long as the feeder, but its strings are made
 * anew by scanner_feeder_set() and by a start after a crash. */
typedef struct {
    char *device; /* SANE's full name, or "virtual:DIR" */
    char *source, *mode;
    gboolean duplex; /* a sheet gives two pages, front then back */
    gboolean single; /* no feeder: one page at a time */
    double dpi_x, dpi_y;
} ScannerAbout;

const ScannerAbout *scanner_feeder_about(const ScannerFeeder *feeder);

/* Begins to feed. After a run that ended otherwise than by an empty feeder the device is opened again, in a
 * new process: drivers may still hold pages of that run, or may not have ended it. */
gboolean scanner_feeder_start(ScannerFeeder *feeder, GError **error);

/* No new sheet is begun until scanner_feeder_resume(); the sheet in work is finished. */
void scanner_feeder_pause(ScannerFeeder *feeder);
void scanner_feeder_resume(ScannerFeeder *feeder);

/* Ends the run after the sheet in work; an event SCANNER_FEEDER_ENDED follows. */
void scanner_feeder_stop(ScannerFeeder *feeder);

/* Why a run ended, or a page was lost. */
typedef enum {
    SCANNER_CAUSE_EMPTY, /* the feeder says there is no more paper. It may be wrong: a multiple feed looks the
                            same on some scanners */
    SCANNER_CAUSE_STOPPED,     /* by scanner_feeder_stop() */
    SCANNER_CAUSE_CANCELLED,   /* at the scanner itself */
    SCANNER_CAUSE_JAMMED,      /* paper jam */
    SCANNER_CAUSE_DOUBLE_FEED, /* two sheets at once, says the scanner's sensor */
    SCANNER_CAUSE_MISFED, /* the paper ended in mid page, or the scanner was busy after pages came: two sheets
                             at once, a sheet too long, or one not gripped */
    SCANNER_CAUSE_COVER_OPEN,
    SCANNER_CAUSE_BUSY,     /* before the first page: some other program uses it */
    SCANNER_CAUSE_SHORT,    /* the page ended before its last row */
    SCANNER_CAUSE_REFUSED,  /* the driver does not do what is asked, or is not allowed to */
    SCANNER_CAUSE_IO_ERROR, /* cable, network, driver */
    SCANNER_CAUSE_HUNG,     /* nothing came for too long */
    SCANNER_CAUSE_CRASHED,  /* the driver took its process down */
    SCANNER_N_CAUSES,
} ScannerCause;

/* A code for tables and JSON: "empty" "jammed" "double_feed" … */
const char *scanner_cause_name(ScannerCause cause);

typedef enum {
    SCANNER_FEEDER_NOTHING, /* the time passed */
    SCANNER_FEEDER_PAGE,    /* `page` is there */
    SCANNER_FEEDER_LOST,  /* a page that was begun, or the back of a sheet whose front came, will not come */
    SCANNER_FEEDER_ENDED, /* the run is over; it may be started again, also after a crash */
} ScannerEventKind;

typedef struct {
    ScannerEventKind kind;
    guint sheet;      /* from 1 in this run */
    gboolean back;    /* of the sheet */
    ScannerPage page; /* 1, 8 or 32 bpp, as the scanner gave it; the caller may take the pix away */
    ScannerCause cause;
    char *detail; /* what the driver said, for people; or NULL */
} ScannerEvent;

void scanner_event_clear(ScannerEvent *event);

/* Waits up to `timeout_ms` for what happens next; only the time spent here counts against a device that
 * hangs. `event` is cleared by the caller. FALSE with SCANNER_ERROR_MACHINE when this side fails (no memory).
 */
gboolean scanner_feeder_next(ScannerFeeder *feeder, int timeout_ms, ScannerEvent *event, GError **error);

/* A device that is there. */
typedef struct {
    char *name, *vendor, *model, *type; /* as SANE tells */
    char *trouble;                      /* what the driver said when it could not be opened, or NULL */
    GStrv sources, modes;
    GArray *dpi;      /* of double: those there are, or the least and the largest where any between will do */
    gboolean any_dpi; /* … the latter */
    double width_mm, height_mm; /* of the largest page; 0: not told */
    GStrv sensors;              /* "double-feed", "cover-open" … */
} ScannerDevice;

/* An array for devices, of ScannerDevice*, owned. */
GPtrArray *scanner_devices_new(void);

/* Adds all devices that SANE finds, opened one by one in a feeder process of their own. Where a driver hangs
 * or crashes it is SCANNER_ERROR_MACHINE, after those that were told before. Only program, virtual_dir,
 * device (for the virtual feeder), stall_s of `options` are read. */
gboolean scanner_list_devices(const ScannerFeederOptions *options, GPtrArray *devices, GError **error);

/* The feeder process: serves its socket until that is closed, and returns its exit status. */
int scanner_feeder_serve(int socket);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ScannerSettings, scanner_settings_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ScannerEvent, scanner_event_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScannerFeeder, scanner_feeder_free)
