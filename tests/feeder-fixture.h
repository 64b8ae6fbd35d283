/* Feeders in tests: the test program starts itself as the feeder process, with a private SANE. */
#pragma once

#include "scanner-feeder.h"

/* First thing in main(): where this program was started in the role of the feeder process it serves and ends.
 * Else it gets `limit_s` seconds in all, since drivers can hang for ever. */
void feeder_fixture_main(int argc, char **argv, guint limit_s);

/* The words that start this program in that role. */
extern const char *const feeder_fixture_program[];

/* Whether SANE has this driver on this machine. */
gboolean feeder_fixture_has_driver(const char *name);

/* What main() returns where something is not there: all its tests are skipped, for this reason. */
int feeder_fixture_skip(const char *reason);

/* A new folder as SANE's only configuration (SANE_CONFIG_DIR is set to it): the one driver `name`, with
 * `conf` as its settings. */
char *feeder_fixture_sane(const char *name, const char *conf);
void feeder_fixture_remove(char *folder);

/* What came of one run, in order. */
typedef struct {
    GPtrArray *pages; /* of FedPage* */
    guint n_lost;     /* pages said to be lost, at most one … */
    guint lost_sheet; /* … this one */
    gboolean lost_back;
    guint sheet; /* where the run ended */
    gboolean back;
    ScannerCause cause;
    char *detail;
} FeederRun;

typedef struct {
    guint sheet;
    gboolean back;
    PIX *pix;
    double dpi_x, dpi_y;
} FedPage;

/* The next event that is any, within a time that no test reaches. */
void feeder_fixture_next(ScannerFeeder *feeder, ScannerEvent *event);

/* Takes all there is of a run that was started, up to its end. Nothing may come after that. */
FeederRun feeder_fixture_finish(ScannerFeeder *feeder);

/* The same of a run begun here; one that does not start fails the test. */
FeederRun feeder_fixture_run(ScannerFeeder *feeder);
void feeder_run_clear(FeederRun *run);

/* Opens and sets a feeder; either failing fails the test. */
ScannerFeeder *feeder_fixture_open(const ScannerFeederOptions *options, const ScannerSettings *settings);

/* The run ended for this, at this sheet, after so many pages. */
void feeder_fixture_expect(const FeederRun *run, guint n_pages, ScannerCause cause, guint sheet);

const FedPage *feeder_run_page(const FeederRun *run, guint i);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FeederRun, feeder_run_clear)
