/* The feeder process over the virtual feeder: killed, orphaned, paused, stopped, left waiting. */
#include "feeder-fixture.h"

#include <dlfcn.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <sane/sane.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "virtual-fixture.h"

#define STUCK "PHIEU_TEST_STUCK_CANCEL"

/* The feeder process is this program, so this is what it calls: a driver whose sane_cancel() never returns.
 */
void
sane_cancel(SANE_Handle handle)
{
    void (*real)(SANE_Handle);
    while (g_getenv(STUCK))
        pause();
    *(void **)&real = dlsym(RTLD_NEXT, "sane_cancel");
    real(handle);
}

/* ---- processes and descriptors ---- */

/* The one child of `parent`; 0: none. */
static pid_t
child_of(pid_t parent)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/task/%d/children", (int)parent, (int)parent);
    g_autofree char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? atoi(text) : 0;
}

static guint
n_descriptors(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    guint n = 0;
    while (g_dir_read_name(dir))
        n++;
    return n;
}

typedef struct {
    char *folder, *device;
    ScannerFeederOptions options;
    guint n_descriptors;
} Pile;

static Pile
pile_new(int n_sides, const char *script)
{
    Pile pile = {.n_descriptors = n_descriptors()};
    pile.folder = virtual_folder(n_sides, script);
    pile.device = g_strconcat(SCANNER_VIRTUAL, pile.folder, NULL);
    pile.options = (ScannerFeederOptions){.program = feeder_fixture_program,
                                          .virtual_dir = g_getenv("PHIEU_VIRTUAL_DRIVER"),
                                          .device = pile.device};
    return pile;
}

/* Nothing is left of the feeder: no process, dead or alive, and no descriptor. */
static void
pile_clear(Pile *pile)
{
    g_assert_cmpint(waitpid(-1, NULL, WNOHANG), ==, -1);
    g_assert_cmpint(errno, ==, ECHILD);
    g_assert_cmpuint(n_descriptors(), ==, pile->n_descriptors);
    virtual_remove(pile->folder);
    g_free(pile->device);
}

static const ScannerSettings settings = {.dpi = 100};

/* Sides 1 to `n`, as they were put on the pile. */
static void
expect_sides(const FeederRun *run, guint n)
{
    g_assert_cmpuint(run->pages->len, ==, n);
    for (guint i = 0; i < n; i++) {
        const FedPage *fed = feeder_run_page(run, i);
        l_uint32 mark, pixel;
        g_assert_cmpuint(fed->sheet, ==, i / 2 + 1);
        g_assert_cmpint(fed->back, ==, i % 2 == 1);
        pixGetPixel(fed->pix, 0, 0, &mark);
        pixGetPixel(fed->pix, PAGE_WIDTH_PX - 1, PAGE_HEIGHT_PX - 1, &pixel);
        g_assert_cmpuint(mark, ==, i + 1);
        g_assert_cmpuint(pixel, ==, virtual_pixel((int)i + 1, PAGE_WIDTH_PX - 1, PAGE_HEIGHT_PX - 1));
    }
}

static void
start(ScannerFeeder *feeder)
{
    g_autoptr(GError) error = NULL;
    scanner_feeder_start(feeder, &error);
    g_assert_no_error(error);
}

/* ---- the station dies ---- */

/* A process that opens a feeder and waits to be killed; it writes a byte when the feeder is as it should be.
 */
static pid_t
fork_station(const Pile *pile, int *told, gboolean running)
{
    int ends[2];
    char byte = 0;
    g_assert_cmpint(pipe(ends), ==, 0);
    pid_t station = fork();
    g_assert_cmpint(station, >=, 0);
    if (station == 0) {
        ScannerFeeder *feeder = feeder_fixture_open(&pile->options, &settings);
        g_auto(ScannerEvent) event = {0};
        if (running)
            start(feeder);
        /* the first page, and then nothing until the stall clock has struck */
        if (running)
            feeder_fixture_next(feeder, &event);
        g_auto(ScannerEvent) nothing = {0};
        scanner_feeder_next(feeder, 3000, &nothing, NULL);
        if (write(ends[1], &byte, 1) == 1)
            for (;;)
                pause();
        _exit(EXIT_FAILURE);
    }
    close(ends[1]);
    *told = ends[0];
    return station;
}

static void
expect_orphan_ends(Pile *pile, gboolean running)
{
    int told;
    char byte;
    pid_t station = fork_station(pile, &told, running);
    g_assert_cmpint(read(told, &byte, 1), ==, 1);
    close(told);
    pid_t orphan = child_of(station);
    g_assert_cmpint(orphan, >, 0);
    kill(station, SIGKILL);
    g_assert_cmpint(waitpid(station, NULL, 0), ==, station);
    /* it becomes a child of this process, and ends, or this test takes for ever */
    g_assert_cmpint(waitpid(orphan, NULL, 0), ==, orphan);
}

static void
test_orphan_idle(void)
{
    Pile pile = pile_new(4, NULL);
    expect_orphan_ends(&pile, FALSE);
    pile_clear(&pile);
}

static void
test_orphan_hung(void)
{
    Pile pile = pile_new(4, "[fault one]\nwhat=hang\nside=2\n");
    expect_orphan_ends(&pile, TRUE);
    pile_clear(&pile);
}

/* The driver holds the thread that takes the messages. */
static void
test_orphan_held(void)
{
    Pile pile = pile_new(4, "[fault one]\nwhat=hang\nside=2\n");
    pile.options.stall_s = 1;
    g_assert_true(g_setenv(STUCK, "1", TRUE));
    expect_orphan_ends(&pile, TRUE);
    g_unsetenv(STUCK);
    pile_clear(&pile);
}

/* ---- the feeder process dies ---- */

static void
test_killed(void)
{
    Pile pile = pile_new(12, NULL);
    ScannerFeeder *feeder = feeder_fixture_open(&pile.options, &settings);
    start(feeder);
    g_auto(ScannerEvent) event = {0};
    feeder_fixture_next(feeder, &event);
    g_assert_cmpint(event.kind, ==, SCANNER_FEEDER_PAGE);
    kill(child_of(getpid()), SIGKILL);
    g_auto(FeederRun) run = feeder_fixture_finish(feeder);
    g_assert_cmpint(run.cause, ==, SCANNER_CAUSE_CRASHED);
    /* what was sent came, at most as many as there are page buffers; the place fits */
    guint n = run.pages->len + 1;
    g_assert_cmpuint(n, <=, 6);
    g_assert_cmpuint(run.sheet, ==, n / 2 + 1);
    g_assert_cmpint(run.back, ==, n % 2 == 1);
    if (n % 2 == 1)
        g_assert_cmpuint(run.n_lost, ==, 1);
    g_auto(FeederRun) again = feeder_fixture_run(feeder);
    feeder_fixture_expect(&again, 12, SCANNER_CAUSE_EMPTY, 7);
    expect_sides(&again, 12);
    scanner_feeder_free(feeder);
    pile_clear(&pile);
}

/* After a crash the device is not there at first, then it is. */
static void
test_away(void)
{
    Pile pile = pile_new(6, "[fault one]\nwhat=crash\nside=3\nat=middle\n");
    ScannerFeeder *feeder = feeder_fixture_open(&pile.options, &settings);
    g_auto(FeederRun) run = feeder_fixture_run(feeder);
    feeder_fixture_expect(&run, 2, SCANNER_CAUSE_CRASHED, 2);
    g_autofree char *away = g_strconcat(pile.folder, "-away", NULL);
    g_assert_cmpint(g_rename(pile.folder, away), ==, 0);
    for (int i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        g_assert_false(scanner_feeder_start(feeder, &error));
        g_assert_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT);
    }
    g_assert_cmpint(g_rename(away, pile.folder), ==, 0);
    g_auto(FeederRun) again = feeder_fixture_run(feeder);
    feeder_fixture_expect(&again, 6, SCANNER_CAUSE_EMPTY, 4);
    expect_sides(&again, 6);
    scanner_feeder_free(feeder);
    pile_clear(&pile);
}

/* Freed in mid run, hanging or not. */
static void
test_freed(void)
{
    static const char *const scripts[] = {NULL, "[fault one]\nwhat=hang\nside=2\nat=middle\n"};
    for (guint i = 0; i < G_N_ELEMENTS(scripts); i++) {
        Pile pile = pile_new(12, scripts[i]);
        ScannerFeeder *feeder = feeder_fixture_open(&pile.options, &settings);
        start(feeder);
        g_auto(ScannerEvent) event = {0};
        feeder_fixture_next(feeder, &event);
        scanner_feeder_free(feeder);
        pile_clear(&pile);
    }
}

static void
test_hung(void)
{
    Pile pile = pile_new(6, "[fault one]\nwhat=hang\nside=4\nat=middle\n");
    pile.options.stall_s = 2;
    pile.options.cancel_s = 1;
    ScannerFeeder *feeder = feeder_fixture_open(&pile.options, &settings);
    g_auto(FeederRun) run = feeder_fixture_run(feeder);
    feeder_fixture_expect(&run, 3, SCANNER_CAUSE_HUNG, 2);
    expect_sides(&run, 3);
    g_assert_cmpuint(run.n_lost, ==, 1);
    g_assert_cmpuint(run.lost_sheet, ==, 2);
    g_assert_true(run.lost_back);
    g_auto(FeederRun) again = feeder_fixture_run(feeder);
    feeder_fixture_expect(&again, 6, SCANNER_CAUSE_EMPTY, 4);
    expect_sides(&again, 6);
    scanner_feeder_free(feeder);
    pile_clear(&pile);
}

/* Stops this process and the feeder process for longer than the stall clock allows, and lets them go on, as
 * Ctrl-Z and fg do. */
static pid_t
fork_sleep(pid_t feeder)
{
    pid_t station = getpid(), pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid)
        return pid;
    g_usleep(G_USEC_PER_SEC / 2);
    kill(feeder, SIGSTOP);
    kill(station, SIGSTOP);
    g_usleep(4 * G_USEC_PER_SEC);
    kill(station, SIGCONT);
    kill(feeder, SIGCONT);
    _exit(EXIT_SUCCESS);
}

static void
test_stopped_process(void)
{
    Pile pile = pile_new(12, "[feeder]\nsheets_per_minute=120\n");
    pile.options.stall_s = 3;
    ScannerFeeder *feeder = feeder_fixture_open(&pile.options, &settings);
    start(feeder);
    pid_t sleeper = fork_sleep(child_of(getpid()));
    guint n = 0;
    for (gboolean ended = FALSE; !ended;) {
        g_auto(ScannerEvent) event = {0};
        g_assert_true(scanner_feeder_next(feeder, 100, &event, NULL));
        n += event.kind == SCANNER_FEEDER_PAGE;
        ended = event.kind == SCANNER_FEEDER_ENDED;
        if (ended)
            g_assert_cmpstr(scanner_cause_name(event.cause), ==, "empty");
    }
    g_assert_cmpuint(n, ==, 12);
    g_assert_cmpint(waitpid(sleeper, NULL, 0), ==, sleeper);
    scanner_feeder_free(feeder);
    pile_clear(&pile);
}

/* ---- pause, stop, slow stations ---- */

#define PACED   "[feeder]\nsheets_per_minute=1200\n"
#define N_SIDES 60

/* Takes pages until none comes for half a second. */
static void
take_pages(ScannerFeeder *feeder, guint *n)
{
    for (;;) {
        g_auto(ScannerEvent) event = {0};
        g_assert_true(scanner_feeder_next(feeder, 500, &event, NULL));
        if (event.kind == SCANNER_FEEDER_NOTHING)
            return;
        g_assert_cmpint(event.kind, ==, SCANNER_FEEDER_PAGE);
        g_assert_cmpuint(event.sheet, ==, *n / 2 + 1);
        g_assert_cmpint(event.back, ==, *n % 2 == 1);
        (*n)++;
    }
}

static void
test_pause(void)
{
    Pile pile = pile_new(N_SIDES, PACED);
    ScannerFeeder *feeder = feeder_fixture_open(&pile.options, &settings);
    guint n = 1;
    start(feeder);
    g_auto(ScannerEvent) event = {0};
    feeder_fixture_next(feeder, &event);
    scanner_feeder_pause(feeder);
    take_pages(feeder, &n);
    g_assert_cmpuint(n % 2, ==, 0);
    g_assert_cmpuint(n, <, N_SIDES);
    scanner_feeder_resume(feeder);
    g_auto(FeederRun) run = feeder_fixture_finish(feeder);
    feeder_fixture_expect(&run, N_SIDES - n, SCANNER_CAUSE_EMPTY, N_SIDES / 2 + 1);
    scanner_feeder_free(feeder);
    pile_clear(&pile);
}

/* The sheet in work is finished; also while the feeder pauses. */
static void
test_stop(void)
{
    for (int paused = 0; paused < 2; paused++) {
        Pile pile = pile_new(N_SIDES, PACED);
        ScannerFeeder *feeder = feeder_fixture_open(&pile.options, &settings);
        guint n = 1;
        start(feeder);
        g_auto(ScannerEvent) event = {0};
        feeder_fixture_next(feeder, &event);
        if (paused) {
            scanner_feeder_pause(feeder);
            take_pages(feeder, &n);
        }
        scanner_feeder_stop(feeder);
        g_auto(FeederRun) run = feeder_fixture_finish(feeder);
        n += run.pages->len;
        g_assert_cmpint(run.cause, ==, SCANNER_CAUSE_STOPPED);
        g_assert_cmpuint(n % 2, ==, 0);
        g_assert_cmpuint(n, <, N_SIDES);
        g_assert_cmpuint(run.sheet, ==, n / 2 + 1);
        g_assert_cmpuint(run.n_lost, ==, 0);
        /* what was asked of one run is forgotten in the next */
        g_auto(FeederRun) rest = feeder_fixture_run(feeder);
        feeder_fixture_expect(&rest, N_SIDES - n, SCANNER_CAUSE_EMPTY, (N_SIDES - n) / 2 + 1);
        scanner_feeder_free(feeder);
        pile_clear(&pile);
    }
}

/* Kilobytes of shared memory that a process holds. */
static guint
shared_kb(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", (int)pid), *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *line = strstr(text, "RssShmem:");
    return line ? (guint)atoi(line + strlen("RssShmem:")) : 0;
}

/* A station that takes nothing holds the feeder back: of 60 pages four are read. */
static void
test_slow_station(void)
{
    Pile pile = pile_new(N_SIDES, NULL);
    ScannerFeeder *feeder = feeder_fixture_open(&pile.options, &settings);
    start(feeder);
    g_usleep(2 * G_USEC_PER_SEC);
    guint kb = shared_kb(child_of(getpid()));
    g_assert_cmpuint(kb, >, 0);
    g_assert_cmpuint(kb, <, 5 * PAGE_WIDTH_PX * PAGE_HEIGHT_PX / 1024);
    g_auto(FeederRun) run = feeder_fixture_finish(feeder);
    feeder_fixture_expect(&run, N_SIDES, SCANNER_CAUSE_EMPTY, N_SIDES / 2 + 1);
    expect_sides(&run, N_SIDES);
    scanner_feeder_free(feeder);
    pile_clear(&pile);
}

int
main(int argc, char **argv)
{
    feeder_fixture_main(argc, argv, 280);
    g_test_init(&argc, &argv, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    g_test_add_func("/feeder-process/orphan-idle", test_orphan_idle);
    g_test_add_func("/feeder-process/orphan-hung", test_orphan_hung);
    g_test_add_func("/feeder-process/orphan-held", test_orphan_held);
    g_test_add_func("/feeder-process/killed", test_killed);
    g_test_add_func("/feeder-process/away", test_away);
    g_test_add_func("/feeder-process/freed", test_freed);
    g_test_add_func("/feeder-process/hung", test_hung);
    g_test_add_func("/feeder-process/stopped-process", test_stopped_process);
    g_test_add_func("/feeder-process/pause", test_pause);
    g_test_add_func("/feeder-process/stop", test_stop);
    g_test_add_func("/feeder-process/slow-station", test_slow_station);
    return g_test_run();
}
