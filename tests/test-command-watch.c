/* A folder being watched, as its users see it: files go in, pages are stored once, files end in done/ or
 * failed/ once, whatever befalls the program. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command-fixture.h"

static const char *const serials[] = {"0100001", "0100002", "0100003", "0100004", "0100005",
                                      "0100006", "0100007", "0100008", NULL};

#define POLL_US    (G_USEC_PER_SEC / 100)
#define PATIENCE_S 120 /* for what must come, however slow the machine is */

/* The program, watching. */
typedef struct {
    char *station, *dir;     /* dir: the watched folder */
    char *output, *problems; /* files that it prints to */
    const char *language;    /* NULL: as the tests have it */
    GPid pid;
} Watcher;

static char *
read_all(const char *path)
{
    char *text = NULL;
    GError *error = NULL;
    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static gboolean
says(const char *path, const char *part)
{
    g_autofree char *text = read_all(path);
    return strstr(text, part) != NULL;
}

#define wait_for(watcher, condition)                                                                         \
    G_STMT_START                                                                                             \
    {                                                                                                        \
        gint64 until_us_ = g_get_monotonic_time() + (gint64)PATIENCE_S * G_USEC_PER_SEC;                     \
        while (!(condition) && g_get_monotonic_time() < until_us_)                                           \
            g_usleep(POLL_US);                                                                               \
        if (!(condition)) {                                                                                  \
            g_autofree char *output_ = read_all((watcher)->output),                                          \
                            *problems_ = read_all((watcher)->problems);                                      \
            g_test_message("waited in vain for " #condition "\n%s%s", output_, problems_);                   \
            g_test_fail();                                                                                   \
            kill((watcher)->pid, SIGKILL);                                                                   \
            return;                                                                                          \
        }                                                                                                    \
    }                                                                                                        \
    G_STMT_END

static Watcher
watcher_new(const Fixture *fixture, guint n_serials)
{
    g_autoptr(GPtrArray) some = g_ptr_array_new();
    for (guint i = 0; i < n_serials; i++)
        g_ptr_array_add(some, (gpointer)serials[i]);
    g_ptr_array_add(some, NULL);
    Watcher watcher = {.station = fixture_station(fixture, (const char *const *)some->pdata),
                       .dir = fixture_path(fixture, "in"),
                       .output = fixture_path(fixture, "output"),
                       .problems = fixture_path(fixture, "problems")};
    g_assert_cmpint(g_mkdir(watcher.dir, 0777), ==, 0);
    return watcher;
}

static void
watcher_clear(Watcher *watcher)
{
    g_free(watcher->station);
    g_free(watcher->dir);
    g_free(watcher->output);
    g_free(watcher->problems);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Watcher, watcher_clear)

/* In the child: a test that fails leaves no watcher behind. */
static void
die_with_the_test(gpointer data G_GNUC_UNUSED)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/* Starts the program; `option` and its value may be NULL. */
static void
start(Watcher *watcher, const char *option, const char *value)
{
    const char *words[] = {g_getenv("PHIEU"), "-C", watcher->station, "import", "--watch", watcher->dir,
                           "--settle",        "1",  option,           value,    NULL};
    int output = open(watcher->output, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666),
        problems = open(watcher->problems, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    GError *error = NULL;
    g_auto(GStrv) environment = g_get_environ();
    if (watcher->language)
        environment = g_environ_setenv(environment, "LANGUAGE", watcher->language, TRUE);
    g_spawn_async_with_fds(NULL, (char **)words, environment, G_SPAWN_DO_NOT_REAP_CHILD, die_with_the_test,
                           NULL, &watcher->pid, -1, output, problems, &error);
    g_assert_no_error(error);
    close(output);
    close(problems);
}

/* Waits for its end; the exit status, or minus the signal that ended it. */
static int
ended(const Watcher *watcher)
{
    int status = 0;
    g_assert_cmpint(waitpid(watcher->pid, &status, 0), ==, watcher->pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int
stop(const Watcher *watcher, int signal)
{
    g_assert_cmpint(kill(watcher->pid, signal), ==, 0);
    return ended(watcher);
}

#define assert_ends(watcher, signal, expected)                                                               \
    G_STMT_START                                                                                             \
    {                                                                                                        \
        int status_ = stop(watcher, signal);                                                                 \
        g_autofree char *output_ = read_all((watcher)->output), *problems_ = read_all((watcher)->problems);  \
        g_test_message("%s%s", output_, problems_);                                                          \
        g_assert_cmpint(status_, ==, expected);                                                              \
    }                                                                                                        \
    G_STMT_END

static char *
in(const Watcher *watcher, const char *name)
{
    return g_build_filename(watcher->dir, name, NULL);
}

static gboolean
is_there(const Watcher *watcher, const char *name)
{
    g_autofree char *path = in(watcher, name);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static char *
content(const Watcher *watcher, const char *name)
{
    g_autofree char *path = in(watcher, name);
    return read_all(path);
}

/* A scan beside the watched folder; its path, to be freed. */
static char *
scan(const Fixture *fixture, const char *serial, int page)
{
    g_autofree char *name = g_strdup_printf("%s-%d.jpg", serial, page);
    char *path = fixture_path(fixture, name);
    fixture_scan(fixture, NULL, serial, page, path);
    return path;
}

static void
move_in(const Watcher *watcher, const char *path, const char *name)
{
    g_autofree char *target = in(watcher, name);
    g_assert_cmpint(g_rename(path, target), ==, 0);
}

static void
append(const char *path, const char *bytes, gsize length)
{
    FILE *file = fopen(path, "ab");
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(bytes, 1, length, file), ==, length);
    g_assert_cmpint(fclose(file), ==, 0);
}

static gint64
status_number(const Watcher *watcher, const char *key)
{
    g_auto(Run) run = run_phieu("-C", watcher->station, "status", "--json", NULL);
    assert_status(run, 0);
    json_t *object = json_loads(run.output, 0, NULL);
    gint64 number = json_integer_value(json_object_get(object, key));
    json_decref(object);
    return number;
}

/* The files in the folder itself that are not hidden. */
static guint
count_files(const Watcher *watcher, const char *tray)
{
    g_autofree char *path = in(watcher, tray);
    GDir *dir = g_dir_open(path, 0, NULL);
    guint files = 0;
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        files += name[0] != '.' && g_file_test(file, G_FILE_TEST_IS_REGULAR);
    }
    if (dir)
        g_dir_close(dir);
    return files;
}

/* There at start, moved in, written in pieces (each closed), below a sub-folder, and under a name that says
 * that it is not finished: each good page once, and the last one not at all. */
static void
test_ways_in(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, 3);
    g_autofree char *at_start = scan(fixture, "0100001", 1), *moved = scan(fixture, "0100001", 2),
                    *below = scan(fixture, "0100002", 1), *slow = scan(fixture, "0100002", 2),
                    *unfinished = scan(fixture, "0100003", 1), *bytes = NULL;
    gsize length = 0;
    move_in(&watcher, at_start, "at start.jpg");
    start(&watcher, "--batch", "b1");
    wait_for(&watcher, says(watcher.output, "Watching"));
    move_in(&watcher, moved, "moved.jpg");
    wait_for(&watcher, is_there(&watcher, "done/moved.jpg"));

    g_autofree char *sub = in(&watcher, "Tổ 3"), *in_pieces = in(&watcher, "Tổ 3/slow.jpg");
    g_assert_cmpint(g_mkdir(sub, 0777), ==, 0);
    move_in(&watcher, below, "Tổ 3/below.jpg");
    move_in(&watcher, unfinished, "unfinished.jpg.part");
    g_assert_true(g_file_get_contents(slow, &bytes, &length, NULL));
    for (gsize at = 0; at < length; at += 20000)
        append(in_pieces, bytes + at, MIN(20000, length - at));

    wait_for(&watcher, is_there(&watcher, "done/at start.jpg"));
    wait_for(&watcher, is_there(&watcher, "done/Tổ 3/below.jpg"));
    wait_for(&watcher, is_there(&watcher, "done/Tổ 3/slow.jpg"));
    assert_ends(&watcher, SIGINT, 0);
    g_assert_true(says(watcher.output, "b1"));
    g_assert_true(says(watcher.output, "4 files to done, 0 to failed"));
    g_assert_true(is_there(&watcher, "unfinished.jpg.part"));
    g_assert_false(is_there(&watcher, "Tổ 3/slow.jpg"));
    g_assert_cmpint(status_number(&watcher, "pages"), ==, 4);
    g_assert_cmpint(status_number(&watcher, "complete"), ==, 2);
    g_assert_cmpint(status_number(&watcher, "refused"), ==, 0);
    g_auto(Run) batch = run_phieu("-C", watcher.station, "batch", "show", "b1", NULL);
    assert_status(batch, 0);
}

/* Half an image is no damaged image while it may still be written: the station never sees the half. */
static void
test_half_then_whole(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, 1);
    g_autofree char *path = scan(fixture, "0100001", 1), *other = scan(fixture, "0100001", 2), *bytes = NULL,
                    *slow = in(&watcher, "slow.jpg");
    gsize length = 0;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    start(&watcher, "--settle", "3600");
    wait_for(&watcher, says(watcher.output, "Watching"));
    append(slow, bytes, length / 2);
    move_in(&watcher, other, "other.jpg"); /* taken after the half was looked at */
    wait_for(&watcher, is_there(&watcher, "done/other.jpg"));
    g_assert_true(is_there(&watcher, "slow.jpg"));
    append(slow, bytes + length / 2, length - length / 2);
    assert_ends(&watcher, SIGTERM, 0);
    g_assert_cmpint(status_number(&watcher, "refused"), ==, 0);

    start(&watcher, NULL, NULL);
    wait_for(&watcher, is_there(&watcher, "done/slow.jpg"));
    assert_ends(&watcher, SIGTERM, 0);
    g_assert_cmpint(status_number(&watcher, "pages"), ==, 2);
    g_assert_cmpint(status_number(&watcher, "refused"), ==, 0);
}

/* No image: to failed/ with the reason, in the user's language. A damaged image is kept: done. */
static void
test_junk(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, 1);
    g_autofree char *notes = in(&watcher, "notes.doc"), *path = scan(fixture, "0100001", 1), *bytes = NULL,
                    *half = in(&watcher, "half.jpg"), *empty = in(&watcher, "empty.png");
    gsize length = 0;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    start(&watcher, NULL, NULL);
    fixture_write(notes, "notes\n", -1);
    fixture_write(half, bytes, (gssize)length / 2);
    fixture_write(empty, "", 0);
    wait_for(&watcher, is_there(&watcher, "failed/notes.doc.txt"));
    wait_for(&watcher, is_there(&watcher, "done/half.jpg"));
    wait_for(&watcher, is_there(&watcher, "done/empty.png"));
    assert_ends(&watcher, SIGINT, 2);
    g_assert_true(is_there(&watcher, "failed/notes.doc"));
    g_assert_false(is_there(&watcher, "notes.doc"));
    g_autofree char *reason = content(&watcher, "failed/notes.doc.txt"),
                    *problems = read_all(watcher.problems);
    g_assert_cmpuint(count_lines(reason), ==, 1);
    g_assert_nonnull(strstr(reason, "notes.doc"));
    g_assert_nonnull(strstr(reason, "JPEG, PNG, TIFF or PDF"));
    g_assert_cmpuint(count_lines(problems), ==, 3);
    g_assert_cmpint(status_number(&watcher, "refused"), ==, 2);

    watcher.language = "vi";
    start(&watcher, NULL, NULL);
    fixture_write(notes, "notes\n", -1);
    wait_for(&watcher, is_there(&watcher, "failed/notes-2.doc.txt"));
    assert_ends(&watcher, SIGINT, 2);
    g_autofree char *translated = content(&watcher, "failed/notes-2.doc.txt");
    g_assert_nonnull(strstr(translated, "không"));
}

/* The same name tomorrow: nothing is overwritten, whatever the name. */
static void
test_same_names(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, 2);
    g_autofree char *long_name = g_strnfill(250, 'x'), *reason_name = in(&watcher, "a.txt"),
                    *name = in(&watcher, "a"), *longest = in(&watcher, long_name);
    start(&watcher, NULL, NULL);
    wait_for(&watcher, says(watcher.output, "Watching"));
    for (int i = 0; i < 3; i++) {
        g_autofree char *path = scan(fixture, serials[i / 2], 1 + i % 2);
        move_in(&watcher, path, "scan.jpg");
        wait_for(&watcher, !is_there(&watcher, "scan.jpg"));
    }
    g_assert_true(is_there(&watcher, "done/scan.jpg"));
    g_assert_true(is_there(&watcher, "done/scan-2.jpg"));
    g_assert_true(is_there(&watcher, "done/scan-3.jpg"));

    fixture_write(reason_name, "mine", -1); /* a's reason could be named so */
    wait_for(&watcher, is_there(&watcher, "failed/a.txt.txt"));
    fixture_write(name, "first", -1);
    append(longest, "long", 4);
    wait_for(&watcher, is_there(&watcher, "failed/a-2.txt"));
    wait_for(&watcher, count_files(&watcher, "failed") == 6);
    assert_ends(&watcher, SIGINT, 2);
    g_autofree char *mine = content(&watcher, "failed/a.txt"), *first = content(&watcher, "failed/a-2");
    g_assert_cmpstr(mine, ==, "mine");
    g_assert_cmpstr(first, ==, "first");
    g_assert_cmpint(status_number(&watcher, "pages"), ==, 3);
}

/* What a crash leaves: a file stored but not moved, a reason without its name, one without its file. */
static void
test_left_by_crashes(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, 1);
    g_autofree char *path = scan(fixture, "0100001", 1), *failed = in(&watcher, "failed"),
                    *moved = in(&watcher, "failed/x.doc"), *its = in(&watcher, "failed/.x.doc.txt.new"),
                    *other = in(&watcher, "failed/.y.doc.txt.new");
    g_auto(Run) stored = run_phieu("-C", watcher.station, "import", "--batch", "b1", path, NULL);
    assert_status(stored, 0);
    move_in(&watcher, path, "scan.jpg");
    g_assert_cmpint(g_mkdir(failed, 0777), ==, 0);
    fixture_write(moved, "x", -1);
    fixture_write(its, "its reason\n", -1);
    fixture_write(other, "no reason\n", -1);
    start(&watcher, NULL, NULL);
    wait_for(&watcher, is_there(&watcher, "done/scan.jpg"));
    assert_ends(&watcher, SIGINT, 0);
    g_assert_true(says(watcher.output, "the same file"));
    g_assert_cmpint(status_number(&watcher, "pages"), ==, 1);
    g_autofree char *reason = content(&watcher, "failed/x.doc.txt");
    g_assert_cmpstr(reason, ==, "its reason\n");
    g_assert_false(g_file_test(its, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(other, G_FILE_TEST_EXISTS));
}

static void
test_two_watchers(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, 1);
    start(&watcher, NULL, NULL);
    wait_for(&watcher, says(watcher.output, "Watching"));
    g_auto(Run) second = run_phieu("-C", watcher.station, "import", "--watch", watcher.dir, NULL);
    assert_one_line(second, 2, watcher.dir);
    g_autofree char *pid = g_strdup_printf("%d", (int)watcher.pid);
    g_assert_nonnull(strstr(second.problems, pid));
    assert_ends(&watcher, SIGKILL, -SIGKILL);
    start(&watcher, NULL, NULL); /* the lock died with it */
    wait_for(&watcher, says(watcher.output, "Watching"));
    assert_ends(&watcher, SIGTERM, 0);
}

static void
check_refused(const Watcher *watcher, const char *dir, const char *part)
{
    g_auto(Run) run = run_phieu("-C", watcher->station, "import", "--watch", dir, NULL);
    assert_one_line(run, 2, part);
}

/* Folders that cannot be watched are refused before anything is touched. */
static void
test_refused(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, 1);
    g_autofree char *none = in(&watcher, "none"), *images = g_build_filename(watcher.station, "images", NULL),
                    *file = fixture_path(fixture, "file"), *done = in(&watcher, "done"),
                    *scans = fixture_path(fixture, "scans"), *station = fixture_path(fixture, "empty");
    check_refused(&watcher, none, none);
    fixture_write(file, "", 0);
    check_refused(&watcher, file, file);
    check_refused(&watcher, watcher.station, "station's own");
    check_refused(&watcher, images, "station's own");
    fixture_write(done, "", 0);
    check_refused(&watcher, watcher.dir, done);
    g_assert_cmpint(g_unlink(done), ==, 0);

    g_auto(Run) both = run_phieu("-C", watcher.station, "import", "--watch", watcher.dir, file, NULL);
    assert_one_line(both, 2, file);
    g_auto(Run) neither = run_phieu("-C", watcher.station, "import", NULL);
    assert_one_line(neither, 2, "--watch");
    g_auto(Run) hasty =
        run_phieu("-C", watcher.station, "import", "--watch", watcher.dir, "--settle", "0", NULL);
    assert_one_line(hasty, 2, "--settle");
    g_auto(Run) made = run_phieu("init", station, NULL);
    assert_status(made, 0);
    g_auto(Run) no_form = run_phieu("-C", station, "import", "--watch", watcher.dir, NULL);
    assert_one_line(no_form, 2, "form add");
    if (geteuid() == 0) {
        g_test_message("not tried as root: a folder that may not be written");
        return;
    }
    g_assert_cmpint(g_mkdir(scans, 0555), ==, 0);
    check_refused(&watcher, scans, scans);
}

/* A station in the watched folder is no scan: its files stay. */
static void
test_station_below(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, 1);
    g_autofree char *path = scan(fixture, "0100001", 1), *inside = in(&watcher, "station");
    g_assert_cmpint(g_rename(watcher.station, inside), ==, 0);
    g_free(watcher.station);
    watcher.station = g_strdup(inside);
    start(&watcher, NULL, NULL);
    wait_for(&watcher, says(watcher.output, "Watching"));
    g_autofree char *first = in(&watcher, "first.doc");
    fixture_write(first, "settles after a look at all", -1);
    wait_for(&watcher, is_there(&watcher, "failed/first.doc"));
    move_in(&watcher, path, "scan.jpg");
    wait_for(&watcher, is_there(&watcher, "done/scan.jpg"));
    assert_ends(&watcher, SIGINT, 2);
    g_assert_true(is_there(&watcher, "station/station.db"));
    g_assert_cmpint(status_number(&watcher, "pages"), ==, 1);
}

static void
test_folder_gone(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, 1);
    g_autofree char *path = scan(fixture, "0100001", 1), *elsewhere = fixture_path(fixture, "elsewhere");
    start(&watcher, NULL, NULL);
    wait_for(&watcher, says(watcher.output, "Watching"));
    move_in(&watcher, path, "scan.jpg");
    wait_for(&watcher, is_there(&watcher, "done/scan.jpg"));
    g_assert_cmpint(g_rename(watcher.dir, elsewhere), ==, 0);
    g_assert_cmpint(ended(&watcher), ==, 3);
    g_autofree char *problems = read_all(watcher.problems);
    g_assert_cmpuint(count_lines(problems), ==, 1);
    g_assert_nonnull(strstr(problems, watcher.dir));
    g_assert_true(says(watcher.output, "1 files to done"));
    g_assert_false(g_file_test(watcher.dir, G_FILE_TEST_EXISTS));
}

/* A file that cannot be moved stays, is complained of once, and is moved as soon as that is mended. */
static void
test_cannot_move(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, 1);
    g_autofree char *first = scan(fixture, "0100001", 1), *done = in(&watcher, "done");
    start(&watcher, NULL, NULL);
    wait_for(&watcher, says(watcher.output, "Watching"));
    g_assert_cmpint(g_rmdir(done), ==, 0);
    fixture_write(done, "in the way", -1);
    move_in(&watcher, first, "scan.jpg");
    wait_for(&watcher, says(watcher.problems, "scan.jpg"));
    g_assert_cmpint(status_number(&watcher, "pages"), ==, 1);
    assert_ends(&watcher, SIGTERM, 3);
    g_assert_true(is_there(&watcher, "scan.jpg"));

    g_assert_cmpint(g_unlink(done), ==, 0);
    start(&watcher, NULL, NULL);
    wait_for(&watcher, says(watcher.output, "Watching"));
    g_assert_cmpint(g_rmdir(done), ==, 0);
    fixture_write(done, "in the way", -1);
    wait_for(&watcher, says(watcher.problems, "scan.jpg"));
    g_assert_cmpint(g_unlink(done), ==, 0);
    wait_for(&watcher, is_there(&watcher, "done/scan.jpg"));
    assert_ends(&watcher, SIGTERM, 0);
    g_autofree char *problems = read_all(watcher.problems);
    g_assert_cmpuint(count_lines(problems), ==, 1);
    g_assert_cmpint(status_number(&watcher, "pages"), ==, 1);
}

/* Stopped in the middle of a file of many pages, it is finished first. */
static void
test_stop_finishes(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, G_N_ELEMENTS(serials) - 1);
    g_autofree char *tiff = fixture_path(fixture, "many.tif");
    enum { PAGES = 16, TIMES = 8 }; /* the same pages again, for a file that takes long */
    PIX *pages[PAGES];
    for (int i = 0; i < PAGES; i++) {
        g_autofree char *path = scan(fixture, serials[i / 2], 1 + i % 2);
        pages[i] = pixRead(path);
        g_assert_nonnull(pages[i]);
    }
    for (int i = 0; i < PAGES * TIMES; i++)
        g_assert_cmpint(pixWriteTiff(tiff, pages[i % PAGES], IFF_TIFF_ZIP, i ? "a" : "w"), ==, 0);
    for (int i = 0; i < PAGES; i++)
        pixDestroy(&pages[i]);
    start(&watcher, "--jobs", "1");
    wait_for(&watcher, says(watcher.output, "Watching"));
    move_in(&watcher, tiff, "many.tif");
    wait_for(&watcher, status_number(&watcher, "pages") > 0);
    assert_ends(&watcher, SIGINT, 0);
    g_assert_true(is_there(&watcher, "done/many.tif"));
    g_assert_cmpint(status_number(&watcher, "pages"), ==, PAGES);
}

/* Without --batch, one batch a day. */
static void
test_batch_of_the_day(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, 1);
    g_autoptr(GDateTime) before = g_date_time_new_now_local();
    for (int page = 1; page <= 2; page++) {
        g_autofree char *path = scan(fixture, "0100001", page);
        start(&watcher, NULL, NULL);
        wait_for(&watcher, says(watcher.output, "Watching"));
        move_in(&watcher, path, "scan.jpg");
        wait_for(&watcher, !is_there(&watcher, "scan.jpg"));
        assert_ends(&watcher, SIGINT, 0);
    }
    g_autoptr(GDateTime) after = g_date_time_new_now_local();
    g_autofree char *today = g_date_time_format(before, "%Y-%m-%d"),
                    *tomorrow = g_date_time_format(after, "%Y-%m-%d");
    g_auto(Run) batches = run_phieu("-C", watcher.station, "batch", "list", NULL);
    assert_status(batches, 0);
    g_assert_true(strstr(batches.output, today) || strstr(batches.output, tomorrow));
}

/* A form that the station is given while it watches is known at once. */
static void
test_new_form(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Watcher) watcher = watcher_new(fixture, 2);
    g_autofree char *first = scan(fixture, "0100001", 1), *other = fixture_path(fixture, "other.jpg"),
                    *text = read_all(fixture->definition), *definition = fixture_path(fixture, "other.md"),
                    *package = fixture_path(fixture, "other.form.json");
    start(&watcher, NULL, NULL);
    wait_for(&watcher, says(watcher.output, "Watching"));
    move_in(&watcher, first, "first.jpg");
    wait_for(&watcher, is_there(&watcher, "done/first.jpg"));

    g_auto(GStrv) parts = g_strsplit(text, "TESTFORM", -1);
    g_autofree char *renamed = g_strjoinv("OTHER", parts);
    fixture_write(definition, renamed, -1);
    g_auto(Run) compiled = run_phieu("form", "compile", definition, "-o", package, NULL);
    assert_status(compiled, 0);
    g_auto(Run) added = run_phieu("-C", watcher.station, "form", "add", package, NULL);
    assert_status(added, 0);
    fixture_scan(fixture, "OTHER", "0100002", 1, other);
    move_in(&watcher, other, "other.jpg");
    wait_for(&watcher, is_there(&watcher, "done/other.jpg"));
    assert_ends(&watcher, SIGINT, 0);
    g_assert_cmpint(status_number(&watcher, "pages"), ==, 2);
}

/* Killed at random moments, again and again, while files come in: every page is stored once, every file ends
 * in a tray once. Files that an earlier life left, and others that it dealt with, are moved in again, so that
 * the next one takes them at once. PHIEU_WATCH_KILLS says how often. */
static void
test_killed(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    enum { PAGES = 2 * (G_N_ELEMENTS(serials) - 1), MAX_LIFE_US = 100000 };
    const char *wanted = g_getenv("PHIEU_WATCH_KILLS");
    int lives = wanted ? atoi(wanted) : 12;
    g_auto(Watcher) watcher = watcher_new(fixture, G_N_ELEMENTS(serials) - 1);
    g_autofree char *hold = fixture_path(fixture, "hold");
    for (guint i = 0; i < PAGES; i++) {
        g_autofree char *path = scan(fixture, serials[i / 2], 1 + (int)i % 2),
                        *name = g_strdup_printf("%u.jpg", i);
        move_in(&watcher, path, name);
        g_autofree char *junk_name = g_strdup_printf("%u.doc", i), *junk = in(&watcher, junk_name);
        fixture_write(junk, junk_name, -1);
    }
    for (int life = 0; life < lives; life++) {
        start(&watcher, "--jobs", life % 2 ? "1" : "2");
        wait_for(&watcher, says(watcher.output, "Watching"));
        guint first = (guint)g_test_rand_int_range(0, PAGES - 1);
        for (guint i = first; i < first + 2; i++) {
            g_autofree char *name = g_strdup_printf("%u.jpg", i), *path = in(&watcher, name),
                            *done_name = g_strdup_printf("done/%u.jpg", i), *done = in(&watcher, done_name);
            if (g_rename(path, hold) == 0 || g_rename(done, hold) == 0)
                move_in(&watcher, hold, name);
        }
        g_usleep((gulong)g_test_rand_int_range(0, MAX_LIFE_US));
        assert_ends(&watcher, SIGKILL, -SIGKILL);
    }
    g_test_message("%u of %u pages done before the last life", count_files(&watcher, "done"), (guint)PAGES);
    start(&watcher, NULL, NULL);
    wait_for(&watcher, count_files(&watcher, ".") == 0);
    assert_ends(&watcher, SIGINT, 2);
    g_assert_cmpint(status_number(&watcher, "pages"), ==, PAGES);
    g_assert_cmpint(status_number(&watcher, "complete"), ==, PAGES / 2);
    g_assert_cmpint(status_number(&watcher, "doubled"), ==, 0);
    g_assert_cmpint(status_number(&watcher, "refused"), ==, 0);
    g_assert_cmpuint(count_files(&watcher, "done"), ==, PAGES);
    g_assert_cmpuint(count_files(&watcher, "failed"), ==, 2 * PAGES);
    for (guint i = 0; i < PAGES; i++) {
        g_autofree char *page = g_strdup_printf("done/%u.jpg", i),
                        *reason = g_strdup_printf("failed/%u.doc.txt", i);
        g_assert_true(is_there(&watcher, page));
        g_assert_true(is_there(&watcher, reason));
    }
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_init(&argc, &argv, NULL);
    add_test("/watch/ways-in", test_ways_in, NULL);
    add_test("/watch/half-then-whole", test_half_then_whole, NULL);
    add_test("/watch/junk", test_junk, NULL);
    add_test("/watch/same-names", test_same_names, NULL);
    add_test("/watch/left-by-crashes", test_left_by_crashes, NULL);
    add_test("/watch/two-watchers", test_two_watchers, NULL);
    add_test("/watch/refused", test_refused, NULL);
    add_test("/watch/station-below", test_station_below, NULL);
    add_test("/watch/folder-gone", test_folder_gone, NULL);
    add_test("/watch/cannot-move", test_cannot_move, NULL);
    add_test("/watch/stop-finishes", test_stop_finishes, NULL);
    add_test("/watch/batch-of-the-day", test_batch_of_the_day, NULL);
    add_test("/watch/new-form", test_new_form, NULL);
    add_test("/watch/killed", test_killed, NULL);
    return g_test_run();
}
