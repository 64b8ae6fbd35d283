/* Several writers at once, crashes at any point, and full disks: the station stays whole. */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "database-private.h"
#include "store-dying.h"
#include "store-station.h"

/* --- several at once --- */

static int
child_result(pid_t child)
{
    int status = -1;

    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void
test_race(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    enum { RACERS = 4, ROUNDS = 15 };

    for (int round = 0; round < ROUNDS; round++) {
        g_autofree char *serial = g_strdup_printf("R%d", round);
        int pipe_fds[2], results[5] = {0};
        pid_t children[RACERS];

        g_assert_cmpint(pipe(pipe_fds), ==, 0);
        for (int i = 0; i < RACERS; i++) {
            children[i] = fork();
            if (children[i] == 0) {
                /* half of them have the same file, half another scan of the sheet */
                g_autofree char *bytes = g_strdup_printf("%s scan %d", serial, i % 2);
                Station own = station_join(&station);
                StorePageResult result = STORE_PAGE_NEW;
                char go;
                close(pipe_fds[1]);
                while (read(pipe_fds[0], &go, 1) < 0 && errno == EINTR)
                    ;
                FormReading *reading = reading_new("DEMO", 1, serial, 1, "1");
                g_autoptr(GError) error = NULL;
                gboolean stored = station_try(&own, bytes, reading, &result, &error);
                if (!stored)
                    g_printerr("# %s\n", error->message);
                _exit(stored ? (int)result : 99);
            }
        }
        close(pipe_fds[0]);
        close(pipe_fds[1]); /* they all start now */
        for (int i = 0; i < RACERS; i++) {
            int result = child_result(children[i]);
            g_assert_cmpint(result, <, 5);
            results[result]++;
        }
        g_assert_cmpint(results[STORE_PAGE_NEW], ==, 1);
        g_assert_cmpint(results[STORE_PAGE_SAME_FILE] + results[STORE_PAGE_SAME_PAGE], ==, RACERS - 1);
    }
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page"), ==, ROUNDS);
    station_check(&station);
}

typedef struct {
    const Station *station;
    const char *prefix;
} Writer;

static gpointer
write_many(gpointer data)
{
    const Writer *writer = data;
    Station own = station_join(writer->station);

    for (int i = 0; i < 60; i++) {
        g_autofree char *serial = g_strdup_printf("%s%d", writer->prefix, i);
        station_put_simple(&own, serial, 1);
        g_autoptr(StoreStatus) status = i % 10 == 0 ? store_status(own.store, NULL) : NULL;
        g_assert_true(i % 10 != 0 || status != NULL);
    }
    station_leave(&own);
    return NULL;
}

static void
test_threads(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    Writer writers[] = {{&station, "A"}, {&station, "B"}};
    GThread *threads[] = {g_thread_new("a", write_many, &writers[0]),
                          g_thread_new("b", write_many, &writers[1])};

    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page WHERE state = 'held'"), ==, 120);
    station_check(&station);
}

/* --- crashes and full disks --- */

enum { KILL_PAGES = 40, KILL_WITHIN = 4 /* the first part of so many of a life */ };

/* Puts all pages; SAME_FILE for those that an earlier life held. */
static void
put_all(Station *station, int results[5])
{
    for (int i = 0; i < KILL_PAGES; i++) {
        g_autofree char *serial = g_strdup_printf("K%d", i / 2), *bytes = g_strdup_printf("kill %d", i);
        StorePageResult result = STORE_PAGE_NEW;
        g_autoptr(FormReading) reading = reading_new("DEMO", 1, serial, i % 2 + 1, "1");
        g_autoptr(GError) error = NULL;
        g_assert_true(station_try(station, bytes, reading, &result, &error));
        g_assert_no_error(error);
        results[result]++;
    }
}

static pid_t
begin_life(Station *station)
{
    pid_t child = fork();
    if (child == 0) {
        Station own = station_join(station);
        int ignored[5] = {0};
        put_all(&own, ignored);
        _exit(0);
    }
    return child;
}

/* How long a life is that nobody ends, here and now: kills come within it, on slow machines too. */
static gint32
measure_life_us(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    gint64 begun_us = g_get_monotonic_time();
    int status = -1;

    g_assert_cmpint(waitpid(begin_life(&station), &status, 0), >, 0);
    g_assert_cmpint(status, ==, 0);
    return (gint32)CLAMP(g_get_monotonic_time() - begun_us, 1000, 2 * G_USEC_PER_SEC);
}

static void
test_kill(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(2026);
    gint32 life_us = measure_life_us();
    int stations = 0, killed = 0, partly = 0;

    while (killed < 100) {
        g_auto(Station) station = station_new_with("DEMO", 2);
        int results[5] = {0};

        stations++;
        for (int life = 0; life < 10; life++) {
            pid_t child = begin_life(&station);
            g_usleep((gulong)g_rand_int_range(random, 0, life_us / KILL_WITHIN));
            kill(child, SIGKILL);
            int status = -1;
            g_assert_cmpint(waitpid(child, &status, 0), ==, child);
            killed += WIFSIGNALED(status) ? 1 : 0;
            g_assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
            station_reopen(&station);
            station_check(&station);
            gint64 held = number(station.store->db, "SELECT count(*) FROM page");
            partly += held > 0 && held < KILL_PAGES ? 1 : 0;
        }
        put_all(&station, results);
        g_assert_cmpint(results[STORE_PAGE_NEW] + results[STORE_PAGE_SAME_FILE], ==, KILL_PAGES);
        g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page WHERE state = 'held'"), ==,
                        KILL_PAGES);
        station_check(&station);
        g_assert_cmpint(stations, <, 200);
    }
    g_test_message("%d kills on %d stations, %d in the middle of the pages", killed, stations, partly);
    g_assert_cmpint(partly, >, 0);
}

/* Killed before each sync and each rename of storing one page, one after the other: no luck needed. */
static void
test_kill_each_step(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    int steps = 0, status = 0;

    station_put_simple(&station, "FIRST", 1);
    do {
        g_autofree char *serial = g_strdup_printf("N%d", ++steps);
        pid_t child = fork();
        if (child == 0) {
            Station own = station_join(&station);
            steps_to_live = steps;
            station_put_simple(&own, serial, 1);
            _exit(0);
        }
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
        station_reopen(&station);
        station_check(&station);
        FormReading *reading = reading_new("DEMO", 1, serial, 1, "1");
        g_autofree char *content = g_strdup_printf("%s/1", serial);
        StorePageResult again = station_put(&station, content, 0, reading);
        g_assert_true(again == STORE_PAGE_NEW || again == STORE_PAGE_SAME_FILE);
        g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page WHERE state = 'held'"), ==,
                        steps + 1);
        station_check(&station);
    } while (WIFSIGNALED(status));
    /* the image, its name, its folders (two made), and the commit: fewer would mean that something is not
     * synced */
    g_assert_cmpint(steps - 1, >=, 6);
}

/* A disk that is full: every write beyond a size fails, first the image's, then the database's. */
static void
test_disk_full(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    g_autofree char *large = g_strnfill(300 * 1024, 'x');

    station_put_simple(&station, "S0", 1);
    pid_t child = fork();
    if (child == 0) {
        Station own = station_join(&station);
        g_autoptr(GError) error = NULL;
        StorePageResult result = STORE_PAGE_NEW;
        struct rlimit limit = {200 * 1024, 200 * 1024};

        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
            _exit(9);
        if (station_try(&own, large, reading_new("DEMO", 1, "BIG", 1, "1"), &result, &error) ||
            !g_error_matches(error, STORE_ERROR, STORE_ERROR_MACHINE))
            _exit(1);
        int stored = 0;
        for (; stored < 1000; stored++) {
            g_autofree char *serial = g_strdup_printf("S%d", stored + 1);
            g_clear_error(&error);
            if (!station_try(&own, serial, reading_new("DEMO", 1, serial, 1, "1"), &result, &error))
                break;
        }
        _exit(stored == 1000 || !g_error_matches(error, STORE_ERROR, STORE_ERROR_MACHINE) ? 2 : 0);
    }
    g_assert_cmpint(child_result(child), ==, 0);
    station_reopen(&station);
    station_check(&station);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page WHERE serial = 'BIG'"), ==, 0);
    g_autofree char *files = station_list(station.dir);
    g_assert_null(strstr(files, ".new")); /* what was begun has been cleared away */
    /* room again: all goes on */
    gint64 held = number(station.store->db, "SELECT count(*) FROM page");
    g_assert_cmpint(held, >, 1);
    station_put_simple(&station, "AFTER", 1);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page"), ==, held + 1);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/race", test_race);
    g_test_add_func("/store/threads", test_threads);
    g_test_add_func("/store/kill", test_kill);
    g_test_add_func("/store/kill-each-step", test_kill_each_step);
    g_test_add_func("/store/disk-full", test_disk_full);
    return g_test_run();
}
