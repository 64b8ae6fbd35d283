/* The station by the command line: made, filled, looked at, exported; and unharmed by bad input. */
#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "command-fixture.h"

static const char *const serials[] = {"0100001", "0100002", "0100003", NULL};

/* Both pages of the first `n` serials as DIR/scans/…jpg; the folder's path, to be freed. */
static char *
scan_all(const Fixture *fixture, guint n)
{
    char *dir = fixture_path(fixture, "scans");
    g_mkdir_with_parents(dir, 0777);
    for (guint i = 0; i < 2 * n; i++) {
        g_autofree char *path = g_strdup_printf("%s/%u.jpg", dir, i);
        fixture_scan(fixture, NULL, serials[i / 2], 1 + (int)i % 2, path);
    }
    return dir;
}

static Run
import(const char *station, const char *path)
{
    return run_phieu("-C", station, "import", "--batch", "b1", path, NULL);
}

static gint64
status_number(const char *station, const char *key)
{
    g_auto(Run) run = run_phieu("-C", station, "status", "--json", NULL);
    assert_status(run, 0);
    json_t *object = json_loads(run.output, 0, NULL);
    g_assert_nonnull(object);
    g_assert_true(json_is_integer(json_object_get(object, key)));
    gint64 number = json_integer_value(json_object_get(object, key));
    json_decref(object);
    return number;
}

static void
test_whole(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *station = fixture_station(fixture, serials), *scans = scan_all(fixture, 2);
    g_auto(Run) run = import(station, scans);
    assert_status(run, 0);
    g_assert_cmpstr(run.problems, ==, "");
    g_assert_cmpint(status_number(station, "expected"), ==, 3);
    g_assert_cmpint(status_number(station, "seen"), ==, 2);
    g_assert_cmpint(status_number(station, "complete"), ==, 2);
    g_assert_cmpint(status_number(station, "pages"), ==, 4);

    g_auto(Run) people = run_phieu("-C", station, "status", NULL);
    assert_status(people, 0);
    g_assert_nonnull(strstr(people.output, "questionnaires complete"));
    g_auto(Run) batches = run_phieu("-C", station, "batch", "list", NULL);
    assert_status(batches, 0);
    g_assert_nonnull(strstr(batches.output, "b1"));
    g_auto(Run) batch = run_phieu("-C", station, "batch", "show", "b1", NULL);
    assert_status(batch, 0);
    g_auto(Run) no_batch = run_phieu("-C", station, "batch", "show", "b2", NULL);
    assert_one_line(no_batch, 2, "b2");

    g_autofree char *out = fixture_path(fixture, "out");
    g_auto(Run) exported =
        run_phieu("-C", station, "export", "--batch", "b1", "--format", "csv", "-o", out, NULL);
    assert_status(exported, 0);
    g_autofree char *responses = g_build_filename(out, "responses.csv", NULL), *text = NULL;
    g_assert_true(g_file_get_contents(responses, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "0100001"));
    g_assert_nonnull(strstr(text, "Sóc Sơn"));
    g_auto(Run) bad_format = run_phieu("-C", station, "export", "--format", "abacus", "-o", out, NULL);
    assert_one_line(bad_format, 2, "abacus");
}

/* The same files again, and the same pages in other files, change nothing and say so. */
static void
test_again(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *station = fixture_station(fixture, serials), *scans = scan_all(fixture, 2);
    g_auto(Run) first = import(station, scans);
    assert_status(first, 0);
    g_autofree char *before = fixture_snapshot(fixture, station);
    g_auto(Run) again = import(station, scans);
    assert_status(again, 0);
    g_assert_nonnull(strstr(again.output, "the same file"));
    g_autofree char *after = fixture_snapshot(fixture, station);
    g_assert_cmpstr(before, ==, after);

    g_auto(Run) form = run_phieu("-C", station, "form", "add", fixture->package_path, NULL);
    assert_status(form, 0);
    g_assert_nonnull(strstr(form.output, "nothing changed"));
    g_auto(Run) init = run_phieu("init", station, NULL);
    assert_one_line(init, 2, station);
    g_autofree char *unharmed = fixture_snapshot(fixture, station);
    g_assert_cmpstr(before, ==, unharmed);
}

/* What is no image is named and not stored; nothing else changes. */
static void
test_not_an_image(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *station = fixture_station(fixture, serials), *scans = scan_all(fixture, 1);
    g_auto(Run) first = import(station, scans);
    assert_status(first, 0);
    g_autofree char *before = fixture_snapshot(fixture, station);
    g_autofree char *notes = fixture_path(fixture, "notes.txt");
    fixture_write(notes, "notes\n", -1);
    g_auto(Run) run = import(station, notes);
    assert_one_line(run, 2, "notes.txt");
    g_autofree char *after = fixture_snapshot(fixture, station);
    g_assert_cmpstr(before, ==, after);
}

static void
test_missing_path(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *station = fixture_station(fixture, serials), *scans = scan_all(fixture, 1);
    g_auto(Run) run = run_phieu("-C", station, "import", scans, "/no/such/folder", NULL);
    assert_one_line(run, 2, "/no/such/folder");
    g_assert_cmpint(status_number(station, "pages"), ==, 0);
}

/* A bad page image: a line for people where there is one, exit status 1, kept and counted as refused for this
 * reason; what was stored before stands as it was. */
static void
check_refused(Fixture *fixture, const char *name, const char *reason, guint lines)
{
    g_autofree char *station = fixture_station(fixture, serials), *scans = scan_all(fixture, 1);
    g_auto(Run) first = import(station, scans);
    assert_status(first, 0);
    g_autofree char *out = fixture_path(fixture, "out"),
                    *responses = g_build_filename(out, "responses.csv", NULL);
    g_autofree char *before = NULL, *after = NULL;
    g_auto(Run) exported = run_phieu("-C", station, "export", "-o", out, NULL);
    assert_status(exported, 0);
    g_assert_true(g_file_get_contents(responses, &before, NULL, NULL));

    g_autofree char *path = fixture_path(fixture, name);
    g_auto(Run) run = import(station, path);
    assert_status(run, 1);
    g_test_message("%s%s", run.output, run.problems);
    g_assert_cmpuint(count_lines(run.problems), ==, lines);
    g_assert_nonnull(strstr(run.output, reason));
    g_assert_cmpint(status_number(station, "refused"), ==, 1);
    g_assert_cmpint(status_number(station, "pages"), ==, 2);
    g_auto(Run) again = run_phieu("-C", station, "export", "-o", out, NULL);
    assert_status(again, 0);
    g_assert_true(g_file_get_contents(responses, &after, NULL, NULL));
    g_assert_cmpstr(before, ==, after);
}

static void
test_empty_file(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "bad.jpg");
    fixture_write(path, "", 0);
    check_refused(fixture, "bad.jpg", "damaged_image", 1);
}

static void
test_truncated(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "bad.jpg"), *content = NULL;
    gsize length = 0;
    fixture_scan(fixture, NULL, "0100003", 1, path);
    g_assert_true(g_file_get_contents(path, &content, &length, NULL));
    fixture_write(path, content, (gssize)length / 2);
    check_refused(fixture, "bad.jpg", "damaged_image", 1);
}

static void
test_too_small(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "bad.png");
    fixture_png(path, 100, 100);
    check_refused(fixture, "bad.png", "damaged_image", 1);
}

static void
test_too_large(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "bad.png");
    fixture_png(path, 30000, 30000);
    check_refused(fixture, "bad.png", "damaged_image", 1);
}

static void
test_pdf_bomb(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "bad.pdf");
    fixture_pdf_bomb(path);
    check_refused(fixture, "bad.pdf", "damaged_image", 1);
}

static void
test_photo(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "bad.png");
    fixture_photo(path);
    check_refused(fixture, "bad.png", "no_form", 0);
}

static void
test_other_survey(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "bad.jpg");
    fixture_scan(fixture, "OTHER", "0100003", 1, path);
    check_refused(fixture, "bad.jpg", "wrong_form", 0);
}

static void
test_bad_check(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "bad.jpg");
    fixture_scan_with_qr(fixture, "0100003", 1, "PH1:TESTFORM:1:0100003:1:0000", path);
    check_refused(fixture, "bad.jpg", "bad_check", 0);
}

static void
test_unknown_serial(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "bad.jpg");
    fixture_scan(fixture, NULL, "9999999", 1, path);
    check_refused(fixture, "bad.jpg", "unknown_serial", 0);
}

static void
test_bad_package(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *station = fixture_station(fixture, serials), *scans = scan_all(fixture, 1);
    g_auto(Run) first = import(station, scans);
    assert_status(first, 0);
    g_autofree char *before = fixture_snapshot(fixture, station);
    g_autofree char *path = fixture_path(fixture, "broken.form.json");
    fixture_write(path, "{\"phieu\": 1, \"code\": \"X\", \"pages\": 7}", -1);
    g_auto(Run) broken = run_phieu("-C", station, "form", "add", path, NULL);
    assert_one_line(broken, 2, "broken.form.json");
    g_auto(Run) definition = run_phieu("-C", station, "form", "add", fixture->definition, NULL);
    assert_one_line(definition, 2, "form compile");
    g_autofree char *after = fixture_snapshot(fixture, station);
    g_assert_cmpstr(before, ==, after);
}

static void
test_sample_lists(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *station = fixture_station(fixture, serials), *list = fixture_path(fixture, "more.csv");
    fixture_write(list, "serial;commune\n0100004;Kim Liên\n", -1);
    g_auto(Run) semicolons = run_phieu("-C", station, "sample", "import", list, NULL);
    assert_status(semicolons, 0);
    g_assert_cmpint(status_number(station, "expected"), ==, 4);

    gsize length = 0;
    g_autofree char *wide = g_convert("\xEF\xBB\xBF"
                                      "serial,commune\n0100005,Đất Mũi\n",
                                      -1, "UTF-16LE", "UTF-8", NULL, &length, NULL);
    fixture_write(list, wide, (gssize)length);
    g_auto(Run) utf16 = run_phieu("-C", station, "sample", "import", list, NULL);
    assert_status(utf16, 0);
    g_assert_cmpint(status_number(station, "expected"), ==, 5);

    static const char bad[] = "serial,commune\n0100006,A\n0100007\n0100006,B\n";
    fixture_write(list, bad, -1);
    g_auto(Run) rows = run_phieu("-C", station, "sample", "import", list, NULL);
    assert_status(rows, 2);
    g_assert_cmpuint(count_lines(rows.problems), ==, 2);
    g_assert_nonnull(strstr(rows.problems, "line 3"));
    g_assert_nonnull(strstr(rows.problems, "line 4"));
    g_assert_cmpint(status_number(station, "expected"), ==, 5);

    fixture_write(list, "name,commune\nx,A\n", -1);
    g_auto(Run) no_serial = run_phieu("-C", station, "sample", "import", list, NULL);
    assert_one_line(no_serial, 2, "serial");
    fixture_write(list, "serial,commune\n0100001,Elsewhere\n", -1);
    g_auto(Run) changed = run_phieu("-C", station, "sample", "import", list, NULL);
    assert_one_line(changed, 2, "0100001");
    g_assert_cmpint(status_number(station, "expected"), ==, 5);
}

/* Interrupted, the station holds whole pages only, and the same command does the rest. */
static void
test_interrupt(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *station = fixture_station(fixture, serials), *scans = scan_all(fixture, 3);
    const char *words[] = {g_getenv("PHIEU"), "-C", station, "import", "--jobs", "1", scans, NULL};
    GPid pid = 0;
    GError *error = NULL;
    g_spawn_async(NULL, (char **)words, NULL,
                  G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                  NULL, &pid, &error);
    g_assert_no_error(error);
    while (status_number(station, "pages") == 0)
        g_usleep(G_USEC_PER_SEC / 50);
    g_assert_cmpint(kill(pid, SIGINT), ==, 0);
    int status = 0;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), <=, 1);
    gint64 pages = status_number(station, "pages");
    g_assert_cmpint(pages, >=, 1);
    if (WEXITSTATUS(status) == 1)
        g_assert_cmpint(pages, <, 6);
    g_auto(Run) again = import(station, scans);
    assert_status(again, 0);
    g_assert_cmpint(status_number(station, "pages"), ==, 6);
    g_assert_cmpint(status_number(station, "complete"), ==, 3);
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_init(&argc, &argv, NULL);
    add_test("/import/whole", test_whole, NULL);
    add_test("/import/again", test_again, NULL);
    add_test("/import/not-an-image", test_not_an_image, NULL);
    add_test("/import/missing-path", test_missing_path, NULL);
    add_test("/import/empty-file", test_empty_file, NULL);
    add_test("/import/truncated", test_truncated, NULL);
    add_test("/import/too-small", test_too_small, NULL);
    add_test("/import/too-large", test_too_large, NULL);
    add_test("/import/pdf-bomb", test_pdf_bomb, NULL);
    add_test("/import/photo", test_photo, NULL);
    add_test("/import/other-survey", test_other_survey, NULL);
    add_test("/import/bad-check", test_bad_check, NULL);
    add_test("/import/unknown-serial", test_unknown_serial, NULL);
    add_test("/import/bad-package", test_bad_package, NULL);
    add_test("/import/sample-lists", test_sample_lists, NULL);
    add_test("/import/interrupt", test_interrupt, NULL);
    return g_test_run();
}
