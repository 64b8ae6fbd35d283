#include "bench-private.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <sys/resource.h>

#include "bench-decode-private.h"
#include "command-private.h"
#include "folder-private.h"
#include "scan-private.h"
#include "scanner-pages.h"
#include "virtual-feeder-private.h"

/* At 8.7 MB a page: not more than 1 GB on the disk. */
#define MAX_SIDES 96
/* Odd, so that the median is a measured one. */
#define ROUNDS 3
/* A fast office scanner: 5 sides a second. */
#define SHEETS_PER_MINUTE 150
#define SIDES_PER_S       (SHEETS_PER_MINUTE * 2 / 60.0)

typedef struct {
    const FormPackage *package;
    const CalibrationProfile *profile;
    guint jobs, sheets;
    char *scans, *station, *script;
} BenchFeed;

/* What the clocks say of a run. */
typedef struct {
    ScanControl control;
    guint sides;                 /* stored so far */
    double begun_s, ended_s;     /* on the wall: the first side read; all stored */
    guint from, to;              /* when so many sides are stored, a fifth and four fifths … */
    double from_cpu_s, to_cpu_s; /* … the CPU time of the station */
} Clocks;

static double
wall_s(void)
{
    return (double)g_get_monotonic_time() / G_USEC_PER_SEC;
}

static double
seconds_of(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / G_USEC_PER_SEC;
}

/* CPU time of this process, or of those that it started and that have ended. */
static double
cpu_s(int whose)
{
    struct rusage usage = {0};
    getrusage(whose, &usage);
    return seconds_of(&usage.ru_utime) + seconds_of(&usage.ru_stime);
}

static void
count_side(const ScanSide *side G_GNUC_UNUSED, gpointer data)
{
    Clocks *clocks = data;
    clocks->sides++;
    if (clocks->sides == clocks->from)
        clocks->from_cpu_s = cpu_s(RUSAGE_SELF);
    else if (clocks->sides == clocks->to)
        clocks->to_cpu_s = cpu_s(RUSAGE_SELF);
}

static void
look_up(gpointer data)
{
    Clocks *clocks = data;
    if (!clocks->begun_s)
        clocks->begun_s = wall_s();
    if (command_interrupted())
        g_atomic_int_set(&clocks->control.stop, 1);
}

static gboolean
scan_all(const BenchFeed *feed, Store *store, ScannerFeeder *feeder, Clocks *clocks, GError **error)
{
    ScanOptions options = {.station_dir = feed->station,
                           .batch = "bench",
                           .feeder = feeder,
                           .profile = feed->profile,
                           .jobs = feed->jobs,
                           .control = &clocks->control,
                           .show = count_side,
                           .tick = look_up,
                           .data = clocks};
    g_auto(ScanResult) result = {0};
    gboolean done = scan_run(store, &options, &result, error);
    clocks->ended_s = wall_s();
    if (!done || !command_go_on(error))
        return FALSE;
    if (result.cause == SCANNER_CAUSE_EMPTY && result.sheets == feed->sheets && !result.lost)
        return TRUE;
    g_set_error(error, STATION_ERROR, STATION_ERROR_MACHINE,
                _("the virtual feeder gave %u of %u sheets (%s); run it again"), result.sheets, feed->sheets,
                result.detail ? result.detail : scanner_cause_name(result.cause));
    return FALSE;
}

/* Scans the pile into a new station, which is removed afterwards. */
static gboolean
run_feeder(const BenchFeed *feed, Clocks *clocks, GError **error)
{
    gboolean added = FALSE;
    g_autofree char *device = g_strconcat(SCANNER_VIRTUAL, feed->scans, NULL);
    g_autofree char *virtual_dir = virtual_feeder_dir();
    ScannerFeederOptions options = {
        .program = scan_feeder_program, .virtual_dir = virtual_dir, .device = device};
    const ScannerSettings settings = {0};
    *clocks = (Clocks){.from = feed->sheets / 5 * 2 + 2, .to = (feed->sheets - feed->sheets / 5) * 2};
    if (!store_create(feed->station, error))
        return FALSE;
    g_autoptr(Store) store = store_open(feed->station, error);
    if (!store || !store_add_form(store, feed->package, &added, error))
        return FALSE;
    g_autoptr(ScannerFeeder) feeder = scanner_feeder_open(&options, error);
    return feeder && scanner_feeder_set(feeder, &settings, error) &&
           scan_all(feed, store, feeder, clocks, error);
}

static gboolean
measure_rate(const BenchFeed *feed, double *rate, GError **error)
{
    g_autoptr(GArray) rates = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i < ROUNDS; i++) {
        Clocks clocks;
        if (!run_feeder(feed, &clocks, error) || !folder_remove(feed->station, error))
            return FALSE;
        double one = (clocks.sides - 1) / (clocks.ended_s - clocks.begun_s);
        g_array_append_val(rates, one);
    }
    *rate = bench_quantile(rates, 0.5);
    return TRUE;
}

/* The feeder process is counted whole, its start too. */
static gboolean
measure_pace(const BenchFeed *feed, double *percent, GError **error)
{
    g_autofree char *script = g_strdup_printf("[feeder]\nsheets_per_minute=%d\n", SHEETS_PER_MINUTE);
    Clocks clocks;
    double before_s = cpu_s(RUSAGE_CHILDREN);
    if (!folder_write(feed->script, script, error) || !run_feeder(feed, &clocks, error) ||
        !folder_remove(feed->station, error))
        return FALSE;
    double feeder_s = (cpu_s(RUSAGE_CHILDREN) - before_s) / clocks.sides;
    double station_s = (clocks.to_cpu_s - clocks.from_cpu_s) / (clocks.to - clocks.from);
    *percent = 100 * SIDES_PER_S * (feeder_s + station_s);
    return TRUE;
}

/* Pages as a scanner gives them: decoded, nothing to do for the virtual feeder but to copy. */
static gboolean
write_pgm(const char *from, const char *to, GError **error)
{
    g_autoptr(ScannerFile) file = scanner_file_open(from, error);
    g_auto(ScannerPage) page = {0};
    if (!file || !scanner_file_read(file, 0, &page, error))
        return FALSE;
    int width = pixGetWidth(page.pix), height = pixGetHeight(page.pix);
    FILE *pgm = fopen(to, "wb");
    gboolean written = pgm && fprintf(pgm, "P5\n%d %d\n255\n", width, height) > 0;
    pixEndianByteSwap(page.pix);
    for (int y = 0; written && y < height; y++)
        written =
            fwrite(pixGetData(page.pix) + (gsize)y * (gsize)pixGetWpl(page.pix), (gsize)width, 1, pgm) == 1;
    if (pgm)
        written = fclose(pgm) == 0 && written;
    if (!written)
        g_set_error(error, STATION_ERROR, STATION_ERROR_MACHINE,
                    _("%s: cannot be written; is the disk full?"), to);
    return written;
}

static gboolean
make_pile(BenchFeed *feed, const GPtrArray *paths, GError **error)
{
    guint sides = MIN(paths->len, MAX_SIDES) / 2 * 2;
    feed->sheets = sides / 2;
    if (!folder_make(feed->scans, error))
        return FALSE;
    for (guint i = 0; i < sides; i++) {
        g_autofree char *path = g_strdup_printf("%s/%04u.pgm", feed->scans, i + 1);
        if (!command_go_on(error) || !write_pgm(paths->pdata[i], path, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
bench_scan(const FormPackage *package, const GPtrArray *paths, guint jobs, const char *dir, BenchScan *result,
           GError **error)
{
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();
    g_autofree char *scans = g_build_filename(dir, "feeder", NULL);
    g_autofree char *station = g_build_filename(dir, "station", NULL);
    g_autofree char *script = g_build_filename(scans, "feeder.conf", NULL);
    BenchFeed feed = {.package = package,
                      .profile = profile,
                      .jobs = jobs,
                      .scans = scans,
                      .station = station,
                      .script = script};
    return make_pile(&feed, paths, error) && measure_rate(&feed, &result->sides_per_s, error) &&
           measure_pace(&feed, &result->core_percent, error) && folder_remove(scans, error);
}
