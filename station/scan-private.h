/* From the feeder into the station: one run.
 *
 *   feeder process ── feeder thread ── sides in order ─┬─ reader: read, encode ─┬── taker: one transaction a
 * sheet └─ reader: read, encode ─┘
 *
 * The pages waiting are bounded: a slow disk slows the feeder down. */
#pragma once

#include "calibration-profile.h"
#include "scanner-feeder.h"
#include "scanner-keep.h"
#include "store-ledger.h"

/* What may be asked of a run while it goes, by any thread or a signal's flag. */
typedef struct {
    gint paused; /* atomic: no new sheet is begun while it is not 0 */
    gint stop;   /* atomic: the run ends after the sheet in work */
} ScanControl;

/* A side that is in the station now, or lost. Lives while it is shown. */
typedef struct {
    guint sheet; /* in the batch */
    StoreSide side;
    const char *cause;          /* of a lost one, else NULL */
    const FormReading *reading; /* NULL where nothing was read */
    StorePageResult result;     /* of one that is not lost */
    gboolean bare;              /* the back of a sheet that has none, as it should be: nothing was stored */
    GBytes *thumbnail;          /* a small JPEG, or NULL */
} ScanSide;

typedef struct {
    const char *station_dir;
    const char *batch;
    ScannerFeeder *feeder; /* open and set */
    const char *settings_json;
    guint sheets; /* the operator's count of the batch; 0: not told */
    const CalibrationProfile *profile;
    guint jobs;
    ScannerKeep keep;
    gboolean thumbnails;
    ScanControl *control;
    void (*show)(const ScanSide *side, gpointer data); /* or NULL; called by the thread that runs */
    void (*tick)(gpointer data);                       /* or NULL; some ten times a second, by the same */
    gpointer data;
} ScanOptions;

typedef struct {
    guint first_sheet;          /* in the batch */
    guint sheets;               /* stored in this run */
    guint pages, same, refused; /* of their sides: new (held or doubled), held before, refused */
    guint lost;                 /* sides */
    guint64 to_review, to_key;  /* fields of new pages */
    ScannerCause cause;         /* why the run ended … */
    char *detail;               /* … in the driver's words, or NULL */
} ScanResult;

void scan_result_clear(ScanResult *result);

/* The words that start this program in the role of the feeder process, NULL-terminated. */
extern const char *const scan_feeder_program[];

/* Feeds until the feeder ends, for whatever reason. FALSE when the station itself fails; what was stored
 * until then is held. `result` is right either way, and cleared by the caller. */
gboolean scan_run(Store *store, const ScanOptions *options, ScanResult *result, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ScanResult, scan_result_clear)
