/* calibrate marks: labels from simulation, from images with known answers and from people's decisions; what
 * it writes and draws. */
#include <glib/gstdio.h>
#include <libxml/parser.h>
#include <math.h>
#include <string.h>

#include "calibration-profile.h"
#include "command-fixture.h"
#include "store.h"

#define SERIALS 14

/* The fixture's form has 15 positions a questionnaire: 20 of them. */
#define POSITIONS "300"

static void
assert_says(const Run *run, const char *part)
{
    if (strstr(run->output, part) == NULL)
        g_test_message("wanted “%s” in: %s", part, run->output);
    g_assert_nonnull(strstr(run->output, part));
}

static void
serial_of(char serial[8], int i)
{
    g_snprintf(serial, 8, "%07d", i + 1);
}

static void
assert_well_formed(const char *path)
{
    xmlDoc *document = xmlReadFile(path, NULL, XML_PARSE_NONET);
    g_assert_nonnull(document);
    g_assert_cmpstr((const char *)xmlDocGetRootElement(document)->name, ==, "svg");
    xmlFreeDoc(document);
}

static void
test_simulated(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *labels = fixture_path(fixture, "labels.csv"),
                    *chart = fixture_path(fixture, "chart.svg");
    g_autofree char *profile = fixture_path(fixture, "room 12.profile"),
                    *again = fixture_path(fixture, "again.profile");
    g_auto(Run) run = run_phieu("calibrate", "marks", "--simulate", "ordinary", "--positions", POSITIONS,
                                "--seed", "1000", "--form", fixture->package_path, "--save-labels", labels,
                                "--chart", chart, "-o", profile, NULL);
    assert_status(run, 1); /* 300 positions prove no rate of one in a million … */
    assert_says(&run, "Labels: 300 positions of 20 questionnaires");
    assert_says(&run, "the wanted rate is NOT proven: 300 positions without an error can prove 0.0099, and "
                      "2995733 would be needed");
    assert_says(&run, "room 12.profile: profile 'room 12', fingerprint ");
    assert_well_formed(chart);

    g_autoptr(GError) error = NULL;
    g_autoptr(CalibrationProfile) made = calibration_profile_load(profile, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(calibration_profile_name(made), ==, "room 12");
    const CalibrationOrigin *origin = calibration_profile_origin(made);
    g_assert_cmpint(origin->labels, ==, 300);
    g_assert_cmpint(origin->marked, >, 60);
    g_assert_cmpint(origin->seed, ==, 1000);
    g_assert_true(g_str_has_prefix(origin->command, "phieu calibrate marks --simulate ordinary"));
    g_autofree char *text = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(labels, &text, &length, NULL));
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, (gssize)length);
    g_assert_cmpstr(origin->data, ==, digest);

    /* the labels kept say the same once more; … but 1 % are proven by them */
    g_auto(Run) kept = run_phieu("calibrate", "marks", "--labels", labels, "--seed", "1000", "--error-rate",
                                 "0.01", "-o", again, NULL);
    assert_status(kept, 0);
    assert_says(&kept, "the wanted rate is proven by these labels");
    g_autoptr(CalibrationProfile) same = calibration_profile_load(again, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(calibration_profile_origin(same)->data, ==, digest);
    g_assert_cmpfloat(calibration_profile_marks(same)->cover_half, ==,
                      calibration_profile_marks(made)->cover_half);
}

/* What was truly marked in the pages of fixture_scan(), as a CSV file. */
static char *
write_truth(const Fixture *fixture)
{
    static const char *const fields[] = {"v1", "v2", "v3", "animals", "last"};
    char *path = fixture_path(fixture, "truth.csv");
    g_autoptr(GString) text = g_string_new("serial,v1,v2,v3,animals,last\n");
    for (int i = 0; i < SERIALS; i++) {
        char serial[8];
        serial_of(serial, i);
        g_autoptr(CalibrationRespondent) respondent =
            calibration_respondent_new(fixture->package, &calibration_habits_ordinary, 1, serial);
        g_string_append(text, serial);
        for (guint k = 0; k < G_N_ELEMENTS(fields); k++)
            g_string_append_printf(text, ",%s", calibration_respondent_value(respondent, fields[k]));
        g_string_append_c(text, '\n');
    }
    fixture_write(path, text->str, -1);
    return path;
}

/* The first page of every questionnaire; the folder's path. */
static char *
scan_all(const Fixture *fixture)
{
    char *scans = fixture_path(fixture, "scans");
    g_assert_cmpint(g_mkdir(scans, 0700), ==, 0);
    for (int i = 0; i < SERIALS; i++) {
        char serial[8];
        serial_of(serial, i);
        g_autofree char *name = g_strdup_printf("%s.jpg", serial);
        g_autofree char *path = g_build_filename(scans, name, NULL);
        fixture_scan(fixture, NULL, serial, 1, path);
    }
    return scans;
}

static void
test_known_answers(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *truth = write_truth(fixture), *scans = scan_all(fixture);
    g_autofree char *other = g_build_filename(scans, "other.png", NULL);
    fixture_png(other, 1000, 1400);
    g_auto(Run) run = run_phieu("calibrate", "marks", "--truth", truth, "--form", fixture->package_path,
                                scans, "--error-rate", "0.05", NULL);
    assert_status(run, 0);
    assert_says(&run, "positions of 14 questionnaires");
    g_assert_nonnull(strstr(run.problems, "of 15 pages 1 were refused"));

    /* answers of others: every mark is at the wrong place, and that is seen */
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(truth, &text, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GString) turned = g_string_new(lines[0]);
    for (int i = 0; i < SERIALS; i++)
        g_string_append_printf(turned, "\n%.7s%s", lines[1 + i], lines[1 + (i + 1) % SERIALS] + 7);
    fixture_write(truth, turned->str, -1);
    g_autofree char *profile = fixture_path(fixture, "wrong.profile");
    g_auto(Run) wrong = run_phieu("calibrate", "marks", "--truth", truth, "--form", fixture->package_path,
                                  scans, "--error-rate", "0.05", "-o", profile, NULL);
    assert_status(wrong, 1);
    assert_says(&wrong, "that is NOT bearable");
    g_assert_nonnull(strstr(wrong.problems, "wrong.profile: not written"));
    g_assert_false(g_file_test(profile, G_FILE_TEST_EXISTS));
}

/* Decides every marked field of the pages as its person answered. */
static void
decide(const Fixture *fixture, const char *station)
{
    static const char *const fields[] = {"v1", "v2", "v3", "animals"};
    g_autoptr(GError) error = NULL;
    g_autoptr(Store) store = store_open(station, &error);
    g_autofree char *scans = fixture_path(fixture, "scans");
    g_assert_no_error(error);
    for (int i = 0; i < SERIALS; i++) {
        char serial[8];
        gsize length = 0;
        g_autofree char *bytes = NULL;
        serial_of(serial, i);
        g_autofree char *name = g_strdup_printf("%s/%s.jpg", scans, serial);
        g_assert_true(g_file_get_contents(name, &bytes, &length, NULL));
        g_autofree char *sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (guchar *)bytes, length);
        g_autoptr(CalibrationRespondent) respondent =
            calibration_respondent_new(fixture->package, &calibration_habits_ordinary, 1, serial);
        for (guint k = 0; k < G_N_ELEMENTS(fields); k++) {
            const char *value = calibration_respondent_value(respondent, fields[k]);
            StoreDecision decision = {.sha256 = sha256,
                                      .field = fields[k],
                                      .state = *value ? FORM_FIELD_ANSWERED : FORM_FIELD_BLANK,
                                      .value = value,
                                      .person = "Lan",
                                      .reason = ""};
            g_assert_true(store_decision_add(store, &decision, &error));
            g_assert_no_error(error);
        }
    }
}

static void
test_decisions(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    for (int i = 0; i < SERIALS; i++) {
        char serial[8];
        serial_of(serial, i);
        g_strv_builder_add(builder, serial);
    }
    g_auto(GStrv) serials = g_strv_builder_end(builder);
    g_autofree char *station = fixture_station(fixture, (const char *const *)serials);
    g_autofree char *scans = scan_all(fixture);
    g_auto(Run) import = run_phieu("-C", station, "import", "--scanner", "room 12", scans, NULL);
    g_assert_cmpint(import.status, <=, 1);
    g_auto(Run) none = run_phieu("-C", station, "calibrate", "marks", "--decisions", NULL);
    assert_one_line(none, 2, "nobody has decided about a page of this station yet");
    decide(fixture, station);
    g_auto(Run) other = run_phieu("-C", station, "calibrate", "marks", "--decisions", "--scanner", "x", NULL);
    assert_one_line(other, 2, "nobody has decided about a page of the scanner 'x'");
    g_autofree char *before = fixture_snapshot(fixture, station);
    g_auto(Run) run = run_phieu("-C", station, "calibrate", "marks", "--decisions", "--scanner", "room 12",
                                "--error-rate", "0.05", NULL);
    assert_status(run, 0);
    assert_says(&run, "Labels: 168 positions of 14 questionnaires"); /* 12 on each first page */
    g_autofree char *after = fixture_snapshot(fixture, station);
    g_assert_cmpstr(before, ==, after);
}

static void
test_wrong_use(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *form = g_strdup(fixture->package_path);
    g_autofree char *truth = fixture_path(fixture, "truth.csv"),
                    *labels = fixture_path(fixture, "labels.csv");
    fixture_write(truth, "who,v1\n1,2\n", -1);
    fixture_write(labels, "group,field\n", -1);
    const struct {
        const char *words[8];
        const char *part;
    } cases[] = {
        {{NULL}, "nothing to learn from; give --simulate NAME"},
        {{"a.jpg", "--simulate", "ordinary"}, "images need --truth FILE"},
        {{"--truth", truth, "a.jpg"}, "--truth: needs --form PACKAGE and the images"},
        {{"--truth", truth, "--form", form, form}, "needs a column serial or image"},
        {{"--simulate", "odd", "--form", form}, "there is no such population"},
        {{"--simulate", "ordinary", "--positions", "0"}, "--positions: must be 1 to 5000000"},
        {{"--simulate", "ordinary", "--error-rate", "2"}, "--error-rate: must be 1e-12 to 0.1"},
        {{"--simulate", "ordinary", "--folds", "1"}, "--folds: must be 2 to 20"},
        {{"--labels", labels}, "labels.csv: its columns are not those"},
        {{"--labels", labels, "--scanner", "a"}, "--scanner: needs --decisions"},
        {{"--labels", labels, "--name", "a"}, "--name: needs -o FILE"},
        {{"--labels", labels, "-o", "/nowhere/a.profile"}, "the folder to write to is not there"},
        {{"--simulate", "ordinary", "--positions", "30", "--form", form}, "the labels cannot be fitted to"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *words[12] = {"calibrate", "marks"};
        for (int k = 0; k < 8 && cases[i].words[k]; k++)
            words[2 + k] = cases[i].words[k];
        g_auto(Run) run = run_phieu_v(words, NULL);
        g_autofree char *problem = g_strdup(strstr(run.problems, "phieu: ")); /* past the progress */
        g_assert_nonnull(problem);
        g_free(run.problems);
        run.problems = g_steal_pointer(&problem);
        assert_one_line(run, 2, cases[i].part);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_test("/command-calibrate-marks/simulated", test_simulated, NULL);
    add_test("/command-calibrate-marks/known-answers", test_known_answers, NULL);
    add_test("/command-calibrate-marks/decisions", test_decisions, NULL);
    add_test("/command-calibrate-marks/wrong-use", test_wrong_use, NULL);
    return g_test_run();
}
