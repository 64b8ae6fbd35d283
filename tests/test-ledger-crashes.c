/* A station that is killed while it takes sheets: the ledger says which is the last one held, feeding goes on
 * from the next, and in the end each sheet is held exactly once. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "database-private.h"
#include "store-dying.h"
#include "store-feeds.h"

/* The stack of paper: sheet N of it is the questionnaire PN. */
static gboolean
put_paper(Store *store, const StoreFeed *feed, guint *sheet, guint paper, GError **error)
{
    g_autofree char *text = g_strdup_printf("P%u/1 P%u/2", paper, paper);
    g_autofree char *scan = g_strdup_printf("%" G_GINT64_FORMAT " %u", feed->id, *sheet);

    return feed_try_sheet(store, feed->id, (*sheet)++, text, scan, error);
}

/* Where the operator feeds from: the paper after the last one held. */
static guint
next_paper(const StoreLedger *ledger)
{
    return ledger->last.serial == NULL ? 1 : (guint)atoi(ledger->last.serial + 1) + 1;
}

/* Feeds the stack from where the ledger says, to its end; writes a byte to `told` for every sheet taken. */
static gboolean
feed_on(Station *station, guint papers, int told)
{
    StoreFeed feed = feed_begin(station, TRUE, papers);
    g_autoptr(StoreLedger) ledger = feed_ledger(station);
    guint sheet = feed.next_sheet;

    for (guint paper = next_paper(ledger); paper <= papers; paper++) {
        g_autoptr(GError) error = NULL;
        if (!put_paper(station->store, &feed, &sheet, paper, &error)) {
            g_printerr("# %s\n", error->message);
            return FALSE;
        }
        if (told >= 0 && write(told, "", 1) != 1)
            return FALSE;
    }
    return store_feed_end(station->store, feed.id, "empty", NULL);
}

static guint
check_between(Station *station)
{
    g_autoptr(StoreLedger) ledger = feed_ledger(station);

    station_check(station);
    g_assert_cmpuint(ledger->held, ==, ledger->fed);
    g_assert_cmpuint(ledger->whole, ==, ledger->fed);
    g_assert_cmpuint(ledger->last.sheet, ==, ledger->fed);
    g_assert_cmpuint(ledger->broken->len, ==, 0);
    g_assert_cmpint(ledger->missing_total, ==, 0);
    g_assert_cmpuint(next_paper(ledger), ==, ledger->fed + 1);
    return ledger->fed;
}

static void
check_end(Station *station, guint papers)
{
    g_autoptr(StoreLedger) ledger = feed_ledger(station);

    check_between(station);
    g_assert_cmpuint(ledger->held, ==, papers);
    g_assert_true(store_ledger_complete(ledger));
    g_assert_cmpint(number(station->store->db, "SELECT count(*) FROM page WHERE state = 'held'"), ==,
                    2 * papers);
    g_assert_cmpint(number(station->store->db, "SELECT count(*) FROM page"), ==, 2 * papers);
    g_assert_cmpint(number(station->store->db, "SELECT count(DISTINCT serial) FROM questionnaire"), ==,
                    papers);
}

static gboolean
was_killed(pid_t child)
{
    int status = -1;

    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
}

/* Feeds in a process of its own, which is killed after some sheets and some microseconds more. Returns
 * whether it was killed before its end. */
static gboolean
feed_and_die(const Station *station, guint papers, guint sheets, guint more_us)
{
    int told[2];
    char byte;

    g_assert_cmpint(pipe(told), ==, 0);
    pid_t child = fork();
    if (child == 0) {
        Station own = station_join(station);
        close(told[0]);
        _exit(feed_on(&own, papers, told[1]) ? 0 : 1);
    }
    close(told[1]);
    while (sheets-- > 0 && read(told[0], &byte, 1) == 1)
        ;
    g_usleep(more_us);
    kill(child, SIGKILL);
    close(told[0]);
    return was_killed(child);
}

static void
test_kill(void)
{
    enum { PAPERS = 25, KILLS = 100 };
    g_autoptr(GRand) random = g_rand_new_with_seed(2027);
    int stations = 0, killed = 0, partly = 0;

    while (killed < KILLS) {
        g_auto(Station) station = station_new_with("DEMO", 2);

        g_assert_cmpint(stations++, <, 200);
        feed_run(&station, FALSE, PAPERS, "stopped: ");
        for (int life = 0; life < 10; life++) {
            killed += feed_and_die(&station, PAPERS, (guint)g_rand_int_range(random, 0, 6),
                                   (guint)g_rand_int_range(random, 0, 3000));
            station_reopen(&station);
            guint fed = check_between(&station);
            partly += fed > 0 && fed < PAPERS;
        }
        g_assert_true(feed_on(&station, PAPERS, -1));
        check_end(&station, PAPERS);
    }
    g_test_message("%d kills on %d stations, %d in the middle of the stack", killed, stations, partly);
    g_assert_cmpint(partly, >, 0);
}

/* Killed before each sync and each rename of storing one sheet, one after the other: the sheet is there with
 * both its sides, or not at all. */
static void
test_kill_each_step(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    guint papers = 1, steps = 0;
    gboolean killed;

    feed_run(&station, FALSE, 0, "stopped: ");
    do {
        steps++;
        pid_t child = fork();
        if (child == 0) {
            Station own = station_join(&station);
            StoreFeed feed = feed_begin(&own, TRUE, 0);
            guint sheet = feed.next_sheet;
            steps_to_live = (int)steps;
            _exit(put_paper(own.store, &feed, &sheet, papers, NULL) ? 0 : 1);
        }
        killed = was_killed(child);
        station_reopen(&station);
        guint fed = check_between(&station);
        g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page"), ==, 2 * fed);
        g_assert_true(fed == papers || (killed && fed == papers - 1));
        g_assert_true(feed_on(&station, papers, -1));
        check_end(&station, papers);
        papers++;
    } while (killed);
    /* two images, their names, their folders, and the commit: fewer would mean that something is not synced
     */
    g_assert_cmpint(steps - 1, >=, 7);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ledger/kill", test_kill);
    g_test_add_func("/ledger/kill-each-step", test_kill_each_step);
    return g_test_run();
}
