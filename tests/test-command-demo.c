/* demo and bench: what they leave and what they print. */
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

#include "command-fixture.h"

static void
assert_there(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        g_test_message("missing: %s", path);
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

static char *
contents(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static char *
first_line(const char *text)
{
    return g_strndup(text, strcspn(text, "\r\n"));
}

/* The demo's own promise: no wrong answer but those handed to a person. */
static void
test_demo(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const left[] = {"sample.csv",
                                       "truth.csv",
                                       "station.db",
                                       "scans/0001.jpg",
                                       "scans/0008.jpg",
                                       "exports/demo/responses.csv",
                                       "exports/demo/cells.csv",
                                       "exports/demo/codebook.csv"};
    g_autofree char *dir = fixture_path(fixture, "demo");
    g_auto(Run) run = run_phieu("demo", dir, "--count", "2", "--seed", "7", "--no-console", NULL);
    assert_status(run, 0);
    g_assert_cmpstr(run.problems, ==, "");
    for (guint i = 0; i < G_N_ELEMENTS(left); i++)
        assert_there(dir, left[i]);
    g_autofree char *truth = contents(dir, "truth.csv"),
                    *responses = contents(dir, "exports/demo/responses.csv");
    g_autofree char *true_columns = first_line(truth), *columns = first_line(responses);
    g_assert_cmpstr(true_columns, ==, columns);
    g_assert_true(g_str_has_prefix(columns, "serial,"));
    g_assert_cmpuint(count_lines(truth), ==, 3);

    /* Again: made anew, the same from the same seed. */
    g_auto(Run) again = run_phieu("demo", dir, "--count", "2", "--seed", "7", NULL);
    assert_status(again, 0);
    g_autofree char *same_truth = contents(dir, "truth.csv"),
                    *same = contents(dir, "exports/demo/responses.csv");
    g_assert_cmpstr(truth, ==, same_truth);
    g_assert_cmpstr(responses, ==, same);

    /* What is not the demo's is not removed. */
    g_autofree char *own = g_build_filename(dir, "my-thesis.odt", NULL);
    fixture_write(own, "chapter 1", -1);
    g_auto(Run) refused = run_phieu("demo", dir, "--count", "1", NULL);
    assert_one_line(refused, 2, "my-thesis.odt");
    assert_there(dir, "my-thesis.odt");
    assert_there(dir, "scans/0001.jpg");
}

static void
test_demo_elsewhere(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Run) run = run_phieu("demo", fixture->dir, "--count", "1", NULL);
    assert_one_line(run, 2, fixture->dir);
    assert_there(fixture->dir, "form.md");
    g_auto(Run) file = run_phieu("demo", fixture->definition, "--count", "1", NULL);
    assert_one_line(file, 2, "form.md");
}

static void
test_bench(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const keys[] = {"pixels_ms_median",
                                       "pixels_ms_p99",
                                       "jpeg_ms_median",
                                       "decode_ms_median",
                                       "jpeg_over_decode",
                                       "import_over_decode",
                                       "import_pages_per_s",
                                       "scan_sides_per_s",
                                       "scan_core_percent",
                                       "print_pages_per_s",
                                       "print_seconds",
                                       "print_peak_mb",
                                       "peak_mb"};
    g_auto(Run) run =
        run_phieu("bench", "--json", "--pages", "4", "--questionnaires", "2", "--dir", fixture->dir, NULL);
    assert_status(run, 0);
    g_assert_cmpstr(run.problems, ==, "");
    g_assert_cmpuint(count_lines(run.output), ==, 1);
    json_t *object = json_loads(run.output, 0, NULL);
    g_assert_nonnull(object);
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_test_message("%s", keys[i]);
        g_assert_cmpfloat(json_number_value(json_object_get(object, keys[i])), >, 0);
    }
    json_decref(object);

    /* It takes away what it made. */
    g_autoptr(GDir) dir = g_dir_open(fixture->dir, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir)))
        g_assert_false(g_str_has_prefix(name, "phieu-bench"));
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_init(&argc, &argv, NULL);
    add_test("/demo/demo", test_demo, NULL);
    add_test("/demo/elsewhere", test_demo_elsewhere, NULL);
    add_test("/demo/bench", test_bench, NULL);
    return g_test_run();
}
