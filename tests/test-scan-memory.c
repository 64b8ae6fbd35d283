/* Memory of station and feeder process while the feeder is fast and the disk does not come along. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <leptonica/allheaders.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command-fixture.h"

/* The promise: 400 MB for A4 at 300 dpi in grey. It holds for these others too. */
#define MOST_KB   (400 * 1000 * 1000 / 1024)
#define GREY_DARK 24 /* noise, so that a page kept takes as much as a scanned one */

/* Nothing has moved for so many looks: all that can wait does. */
#define STILL_LOOKS  10
#define LOOK_US      (100 * 1000)
#define LOOKS_AT_ALL 3000

typedef struct {
    const char *name;
    int width, height;
    gboolean colour;
    const char *dpi, *mode;
    guint sides; /* more than may wait */
} Pile;

static const Pile piles[] = {
    {"grey-300", 2480, 3508, FALSE, "300", "gray", 100},
    {"grey-600", 4961, 7016, FALSE, "600", "gray", 40},
    {"colour-300", 2480, 3508, TRUE, "300", "color", 80},
};

/* A process, as /proc tells. */
typedef struct {
    long peak_kb, shared_kb;
    gint64 cpu_ticks;
} Usage;

static char *
read_proc(GPid pid, const char *what)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/%s", (int)pid, what);
    char *text = NULL;
    return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static long
kb_of(const char *status, const char *key)
{
    const char *line = strstr(status, key);
    return line ? strtol(line + strlen(key), NULL, 10) : 0;
}

static gboolean
look_at(GPid pid, Usage *usage)
{
    g_autofree char *status = read_proc(pid, "status"), *stat = read_proc(pid, "stat");
    const char *fields = stat ? strrchr(stat, ')') : NULL;
    unsigned long user = 0, kernel = 0;
    if (!status || !fields || !strstr(status, "VmHWM:"))
        return FALSE;
    if (sscanf(fields, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel) != 2)
        return FALSE;
    *usage = (Usage){.peak_kb = kb_of(status, "VmHWM:"),
                     .shared_kb = kb_of(status, "RssShmem:"),
                     .cpu_ticks = (gint64)(user + kernel)};
    return TRUE;
}

static GPid
child_of(GPid pid)
{
    g_autofree char *what = g_strdup_printf("task/%d/children", (int)pid);
    g_autofree char *children = read_proc(pid, what);
    return children ? (GPid)strtol(children, NULL, 10) : 0;
}

/* Whether the station's thread that takes pages from the feeder is there: the pile is not at its end. */
static gboolean
is_feeding(GPid pid)
{
    g_autofree char *tasks = g_strdup_printf("/proc/%d/task", (int)pid);
    g_autoptr(GDir) dir = g_dir_open(tasks, 0, NULL);
    for (const char *task; dir && (task = g_dir_read_name(dir));) {
        g_autofree char *what = g_strdup_printf("task/%s/comm", task), *name = read_proc(pid, what);
        if (name && g_str_equal(name, "feeder\n"))
            return TRUE;
    }
    return FALSE;
}

static void
write_pnm(PIX *grey, const Pile *pile, const char *path)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    int samples = pile->colour ? 3 : 1;
    g_autofree guint8 *row = g_malloc((gsize)pile->width * (gsize)samples);
    FILE *file = fopen(path, "wb");
    g_assert_nonnull(file);
    fprintf(file, "P%d\n%d %d\n255\n", pile->colour ? 6 : 5, pile->width, pile->height);
    for (int y = 0; y < pile->height; y++) {
        const l_uint32 *from = pixGetData(grey) + (gsize)y * (gsize)pixGetWpl(grey);
        for (int x = 0; x < pile->width; x++) {
            int light = GET_DATA_BYTE(from, x) - g_rand_int_range(random, 0, GREY_DARK);
            memset(row + x * samples, MAX(light, 0), (gsize)samples);
        }
        g_assert_cmpuint(fwrite(row, (gsize)pile->width, (gsize)samples, file), ==, (gsize)samples);
    }
    g_assert_cmpint(fclose(file), ==, 0);
}

/* Two pages, again and again under other names. */
static char *
make_pile(const Fixture *fixture, const Pile *pile)
{
    const char *ending = pile->colour ? "ppm" : "pgm";
    char *dir = fixture_path(fixture, pile->name);
    g_assert_cmpint(g_mkdir(dir, 0777), ==, 0);
    for (guint i = 0; i < pile->sides; i++) {
        g_autofree char *path = g_strdup_printf("%s/%04u.%s", dir, i + 1, ending);
        if (i >= 2) {
            g_autofree char *first = g_strdup_printf("%s/%04u.%s", dir, i % 2 + 1, ending);
            g_assert_cmpint(link(first, path), ==, 0);
            continue;
        }
        g_autofree char *scan = g_strdup_printf("%s.png", path);
        fixture_scan(fixture, NULL, "1001", (int)i + 1, scan);
        PIX *small = pixRead(scan), *grey = pixScaleToSize(small, pile->width, pile->height);
        g_assert_nonnull(grey);
        write_pnm(grey, pile, path);
        g_assert_cmpint(g_unlink(scan), ==, 0);
        pixDestroy(&small);
        pixDestroy(&grey);
    }
    return dir;
}

static GPid
start_scan(const Fixture *fixture, const Pile *pile, const char *station, const char *slow)
{
    g_autofree char *dir = make_pile(fixture, pile), *device = g_strconcat("virtual:", dir, NULL);
    g_autofree char *output = fixture_path(fixture, "output");
    const char *words[] = {g_getenv("PHIEU"), "-C",       station,  "scan", "--device", device,
                           "--batch",         "slow",     "--jobs", "2",    "--dpi",    pile->dpi,
                           "--mode",          pile->mode, "--json", NULL};
    g_auto(GStrv) environment = g_get_environ();
    environment = g_environ_setenv(environment, "LD_PRELOAD", g_getenv("PHIEU_SLOW_DISK"), TRUE);
    environment = g_environ_setenv(environment, "SLOW_DISK", slow, TRUE);
    environment = g_environ_unsetenv(environment, "MALLOC_PERTURB_"); /* Meson's: touches all that is taken */
    g_autoptr(GError) error = NULL;
    GPid pid = 0;
    int fd = g_open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    g_assert_cmpint(fd, >=, 0);
    g_spawn_async_with_fds(NULL, (char **)words, environment, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, -1,
                           fd, -1, &error);
    g_assert_no_error(error);
    close(fd);
    return pid;
}

/* Waits until nothing moves any more; the most memory of both up to then, the page buffers that they share
 * counted once. */
static long
wait_for_stillness(GPid station)
{
    Usage of_station = {0}, of_feeder = {0};
    gint64 ticks = 0;
    guint still = 0;
    for (guint i = 0; i < LOOKS_AT_ALL && still < STILL_LOOKS; i++) {
        g_usleep(LOOK_US);
        GPid feeder = child_of(station);
        if (!feeder || !look_at(station, &of_station) || !look_at(feeder, &of_feeder))
            continue;
        gint64 now = of_station.cpu_ticks + of_feeder.cpu_ticks;
        gboolean begun = of_feeder.shared_kb > 0;
        still = begun && now == ticks ? still + 1 : 0;
        ticks = now;
    }
    g_assert_cmpuint(still, ==, STILL_LOOKS);
    g_test_message("station %ld MB, feeder process %ld MB, of it shared %ld MB", of_station.peak_kb / 1000,
                   of_feeder.peak_kb / 1000, of_feeder.shared_kb / 1000);
    return of_station.peak_kb + of_feeder.peak_kb - of_feeder.shared_kb;
}

static void
check_all_came(const Fixture *fixture, const Pile *pile)
{
    g_autofree char *path = fixture_path(fixture, "output"), *output = NULL;
    g_autofree char *fed = g_strdup_printf("\"fed\":%u,", pile->sides / 2);
    g_assert_true(g_file_get_contents(path, &output, NULL, NULL));
    g_assert_nonnull(strstr(output, fed));
}

static void
test_slow_disk(Fixture *fixture, gconstpointer data)
{
    static const char *const serials[] = {"1001", NULL};
    const Pile *pile = data;
#ifdef __SANITIZE_ADDRESS__
    g_test_skip("AddressSanitizer takes memory of its own");
    return;
#endif
    g_autofree char *station = fixture_station(fixture, serials), *slow = fixture_path(fixture, "slow");
    int status = 0;
    fixture_write(slow, "", 0);
    GPid pid = start_scan(fixture, pile, station, slow);
    long most_kb = wait_for_stillness(pid);
    gboolean feeding = is_feeding(pid);
    g_assert_cmpint(g_unlink(slow), ==, 0);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFEXITED(status));
    g_assert_true(feeding);
    g_assert_cmpint(most_kb, <, MOST_KB);
    check_all_came(fixture, pile);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(piles); i++) {
        g_autofree char *path = g_strconcat("/scan-memory/", piles[i].name, NULL);
        add_test(path, test_slow_disk, &piles[i]);
    }
    return g_test_run();
}
