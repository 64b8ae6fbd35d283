/* bench accuracy: what it counts, that it counts the same in one sitting or several, and what it keeps. */
#include <glib/gstdio.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "command-fixture.h"

/* The fixture's form has 15 positions in 5 fields to mark, on two pages. */
#define POSITIONS "90"

static json_t *
parse(const Run *run)
{
    json_error_t error;
    json_t *object = json_loads(run->output, 0, &error);
    if (!object)
        g_test_message("%s: %s", error.text, run->output);
    g_assert_nonnull(object);
    return object;
}

static gint64
count_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value))
        g_test_message("no number: %s", key);
    g_assert_true(json_is_integer(value));
    return json_integer_value(value);
}

/* Without what the clock says. */
static char *
counted(const Run *run)
{
    json_t *object = parse(run);
    json_object_del(object, "seconds");
    json_object_del(object, "pages_per_s");
    char *text = json_dumps(object, JSON_SORT_KEYS), *copy = g_strdup(text);
    free(text);
    json_decref(object);
    return copy;
}

static void
test_counts(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Run) run = run_phieu("bench", "accuracy", "--form", fixture->package_path, "--positions",
                                POSITIONS, "--seed", "1000", "--json", NULL);
    assert_status(run, 0);
    g_assert_cmpstr(run.problems, ==, "");
    json_t *object = parse(&run);
    g_assert_cmpstr(json_string_value(json_object_get(object, "population")), ==, "ordinary");
    g_assert_cmpint(count_of(object, "seed"), ==, 1000);
    g_assert_cmpint(count_of(object, "pages") % 2, ==, 0);
    g_assert_cmpint(count_of(object, "positions"), >=, 90);
    g_assert_cmpint(count_of(object, "pages_refused"), ==, 0);
    g_assert_cmpint(count_of(object, "positions"), ==, count_of(object, "pages") / 2 * 15);
    g_assert_cmpint(count_of(object, "fields"), ==, count_of(object, "pages") / 2 * 5);
    g_assert_cmpint(count_of(object, "boxes"), ==, count_of(object, "pages") / 2);
    g_assert_cmpint(count_of(object, "fields_handed_over"), <, count_of(object, "fields"));
    g_assert_cmpint(count_of(object, "silent_errors"), ==, 0);
    double bound = json_real_value(json_object_get(object, "silent_error_bound_95"));
    double exact = 1 - pow(0.05, 1 / (double)count_of(object, "positions")); /* for no error at all */
    g_assert_cmpfloat_with_epsilon(bound, exact, 1e-6);
    gint64 positions = 0;
    const char *kind;
    json_t *row;
    json_object_foreach(json_object_get(object, "kinds"), kind, row)
    {
        positions += count_of(row, "positions");
        g_assert_cmpint(count_of(row, "positions"), ==,
                        count_of(row, "empty") + count_of(row, "marked") + count_of(row, "cancelled") +
                            count_of(row, "unsure"));
    }
    g_assert_cmpint(positions, ==, count_of(object, "positions"));
    json_decref(object);
}

/* Pages whose place is never good enough. */
static void
test_refusals_are_counted_apart(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *profile = fixture_path(fixture, "strict.profile"), *kept = fixture_path(fixture, "kept"),
                    *findings = g_build_filename(kept, "findings.jsonl", NULL), *text = NULL;
    fixture_write(profile, "[align]\ncorrelation=0.99\nresidual_mm=0.01\n", -1);
    g_auto(Run) run = run_phieu("bench", "accuracy", "--form", fixture->package_path, "--positions", "30",
                                "--profile", profile, "--keep", kept, "--json", NULL);
    assert_status(run, 0);
    json_t *object = parse(&run);
    g_assert_cmpint(count_of(object, "pages"), ==, 8); /* twice what should have sufficed, and no more */
    g_assert_cmpint(count_of(object, "pages_refused"), ==, 8);
    g_assert_cmpint(count_of(object, "positions"), ==, 0);
    g_assert_cmpint(count_of(object, "fields_refused"), ==, 20);
    g_assert_cmpint(count_of(json_object_get(json_object_get(object, "refusals"), "unaligned"), "pages"), ==,
                    8);
    json_decref(object);

    g_assert_true(g_file_get_contents(findings, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(g_strchomp(text), "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 8);
    for (guint k = 0; lines[k]; k++) {
        json_t *finding = json_loads(lines[k], 0, NULL);
        g_assert_cmpstr(json_string_value(json_object_get(finding, "verdict")), ==, "refused");
        g_autofree char *image =
            g_build_filename(kept, json_string_value(json_object_get(finding, "image")), NULL);
        g_assert_true(g_file_test(image, G_FILE_TEST_EXISTS));
        json_decref(finding);
    }
}

/* One sitting or two, one thread or three: the same counts and the same files. */
static void
test_resumed(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *state = fixture_path(fixture, "state.json"), *one = fixture_path(fixture, "one.csv"),
                    *two = fixture_path(fixture, "two.csv");
    const char *form = fixture->package_path;
    g_auto(Run) whole = run_phieu("bench", "accuracy", "--form", form, "--positions", POSITIONS, "--features",
                                  one, "-j", "3", "--json", NULL);
    g_auto(Run) half = run_phieu("bench", "accuracy", "--form", form, "--positions", "45", "--features", two,
                                 "-j", "1", "--resume", state, "--json", NULL);
    assert_status(whole, 0);
    assert_status(half, 0);
    FILE *file = fopen(two, "a"); /* what a sitting left behind that was ended within a block */
    g_assert_nonnull(file);
    fputs("half a li", file);
    fclose(file);
    g_auto(Run) rest = run_phieu("bench", "accuracy", "--form", form, "--positions", POSITIONS, "--features",
                                 two, "-j", "2", "--resume", state, "--json", NULL);
    assert_status(rest, 0);
    g_autofree char *whole_text = counted(&whole), *rest_text = counted(&rest), *half_text = counted(&half);
    g_assert_cmpstr(rest_text, ==, whole_text);
    g_assert_cmpstr(half_text, !=, whole_text);

    g_autofree char *one_text = NULL, *two_text = NULL;
    g_assert_true(g_file_get_contents(one, &one_text, NULL, NULL));
    g_assert_true(g_file_get_contents(two, &two_text, NULL, NULL));
    g_assert_cmpstr(two_text, ==, one_text);
    g_assert_cmpuint(count_lines(one_text), ==, 91);
    g_assert_true(g_str_has_prefix(one_text, "questionnaire,page,scan,field,option,truth,kind,state,"));
}

static void
test_resumed_otherwise(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *state = fixture_path(fixture, "state.json"), *before = NULL, *after = NULL;
    const char *form = fixture->package_path;
    g_auto(Run) run = run_phieu("bench", "accuracy", "--form", form, "--positions", "30", "--resume", state,
                                "--json", NULL);
    assert_status(run, 0);
    g_assert_true(g_file_get_contents(state, &before, NULL, NULL));
    g_auto(Run) seed = run_phieu("bench", "accuracy", "--form", form, "--positions", "60", "--seed", "2",
                                 "--resume", state, NULL);
    assert_one_line(seed, 2, "seed");
    g_autofree char *profile = fixture_path(fixture, "other.profile");
    fixture_write(profile, "[marks]\nink=0.5\n", -1);
    g_auto(Run) other = run_phieu("bench", "accuracy", "--form", form, "--positions", "60", "--profile",
                                  profile, "--resume", state, NULL);
    assert_one_line(other, 2, "profile");
    g_assert_true(g_file_get_contents(state, &after, NULL, NULL));
    g_assert_cmpstr(after, ==, before);

    static const char *const damaged[] = {"", "{", "[]", "{\"phieu_accuracy\": 1}",
                                          "{\"phieu_accuracy\": 1, \"settings\": {}}"};
    for (guint i = 0; i < G_N_ELEMENTS(damaged); i++) {
        fixture_write(state, damaged[i], -1);
        g_auto(Run) bad = run_phieu("bench", "accuracy", "--form", form, "--resume", state, NULL);
        assert_one_line(bad, 2, "state.json");
    }
    g_autofree char *cut = g_strndup(before, strlen(before) / 2);
    char *count = strstr(before, "\"positions\": 15");
    fixture_write(state, cut, -1);
    g_auto(Run) half = run_phieu("bench", "accuracy", "--form", form, "--resume", state, NULL);
    assert_one_line(half, 2, "state.json");
    g_assert_nonnull(count);
    memcpy(count, "\"positions\": -3", 15);
    fixture_write(state, before, -1);
    g_auto(Run) negative = run_phieu("bench", "accuracy", "--form", form, "--resume", state, NULL);
    assert_one_line(negative, 2, "state.json");
}

static void
test_wrong_words(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const wrong[][4] = {
        {"--population", "perfect", NULL, "perfect"},
        {"--positions", "0", NULL, "--positions"},
        {"--positions", "many", NULL, "--positions"},
        {"--seed", "-1", NULL, "--seed"},
        {"--seed", "4294967296", NULL, "--seed"},
        {"--keep-doubts", NULL, NULL, "--keep"},
        {"--form", "/no/such.form.json", NULL, "/no/such.form.json"},
        {"--resume", "/no/such/state", NULL, "/no/such/state"},
        {"--features", "/no/such/f.csv", NULL, "/no/such/f.csv"},
    };
    (void)fixture;
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        const char *words[] = {"bench", "accuracy", wrong[i][0], wrong[i][1], wrong[i][2], NULL};
        g_auto(Run) run = run_phieu_v(words, NULL);
        assert_one_line(run, 2, wrong[i][3]);
        g_assert_cmpstr(run.output, ==, "");
    }
    /* `bench` itself is still a command. */
    g_auto(Run) help = run_phieu("bench", "--help", NULL);
    assert_status(help, 0);
    g_assert_nonnull(strstr(help.output, "--questionnaires"));
    g_auto(Run) other = run_phieu("bench", "accurately", NULL);
    assert_one_line(other, 2, "accurately");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_test("/accuracy/counts", test_counts, NULL);
    add_test("/accuracy/refusals-are-counted-apart", test_refusals_are_counted_apart, NULL);
    add_test("/accuracy/resumed", test_resumed, NULL);
    add_test("/accuracy/resumed-otherwise", test_resumed_otherwise, NULL);
    add_test("/accuracy/wrong-words", test_wrong_words, NULL);
    return g_test_run();
}
