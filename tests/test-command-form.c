/* form check, compile, print, proof: what they make, and what they say of bad input. */
#include <glib/gstdio.h>
#include <string.h>

#include "command-fixture.h"

#define SETTINGS "## settings\n\n| form_id | version | form_title |\n|---|---|---|\n| T | 1 | Title |\n\n"
#define SURVEY   SETTINGS "## survey\n\n| type | name | label |\n|---|---|---|\n"
#define CHOICES                                                                                              \
    "\n## choices\n\n| list_name | name | label |\n|---|---|---|\n| yn | 1 | yes |\n| yn | 2 | no |\n"

static void
test_check(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Run) run = run_phieu("form", "check", fixture->definition, NULL);
    assert_status(run, 0);
    g_assert_nonnull(strstr(run.output, "TESTFORM"));
    g_assert_cmpstr(run.problems, ==, "");
}

/* All problems of a definition at once, a line each, with the row; a compile of it writes nothing. */
static void
test_bad_definition(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "bad.md"),
                    *package = fixture_path(fixture, "bad.form.json");
    fixture_write(path,
                  SURVEY
                  "| select_one yn | a | first |\n| select_one yn | a | same name |\n"
                  "| holograph | b | unknown type |\n| select_one nolist | c | unknown list |\n" CHOICES,
                  -1);
    g_auto(Run) check = run_phieu("form", "check", path, NULL);
    g_auto(Run) compile = run_phieu("form", "compile", path, "-o", package, NULL);
    const Run *runs[] = {&check, &compile};
    for (guint i = 0; i < G_N_ELEMENTS(runs); i++) {
        assert_status(*runs[i], 2);
        g_test_message("%s", runs[i]->problems);
        g_assert_cmpuint(count_lines(runs[i]->problems), ==, 3);
        g_assert_nonnull(strstr(runs[i]->problems, "bad.md"));
        g_assert_nonnull(strstr(runs[i]->problems, "holograph"));
        g_assert_nonnull(strstr(runs[i]->problems, "nolist"));
        g_assert_cmpstr(runs[i]->output, ==, "");
    }
    g_assert_false(g_file_test(package, G_FILE_TEST_EXISTS));
}

static void
test_one_problem(Fixture *fixture, gconstpointer data)
{
    const char *const *rows = data;
    g_autofree char *path = fixture_path(fixture, "bad.md");
    g_autofree char *text = g_strconcat(SURVEY, rows[0], CHOICES, NULL);
    fixture_write(path, text, -1);
    g_auto(Run) run = run_phieu("form", "check", path, NULL);
    assert_one_line(run, 2, rows[1]);
}

static const char *const duplicate_name[] = {
    "| select_one yn | twin | one |\n| select_one yn | twin | two |\n", "twin"};
static const char *const unknown_type[] = {"| select_one yn | a | one |\n| holograph | b | two |\n",
                                           "holograph"};
static const char *const unknown_list[] = {"| select_one nolist | a | one |\n", "nolist"};

static void
test_compile(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const files[] = {"form-p1.png", "form-p2.png", "form.pdf"};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = fixture_path(fixture, files[i]);
        g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    }
    g_autofree char *package = fixture_path(fixture, "again.form.json");
    g_auto(Run) run = run_phieu("form", "compile", fixture->definition, "-o", package, NULL);
    assert_status(run, 0);
    g_assert_nonnull(strstr(run.output, "pages: 2"));
    g_auto(Run) no_name = run_phieu("form", "compile", fixture->definition, "-o", "thing.json", NULL);
    assert_one_line(no_name, 2, ".form.json");
    g_auto(Run) no_disk =
        run_phieu("form", "compile", fixture->definition, "-o", "/proc/no/x.form.json", NULL);
    assert_one_line(no_disk, 2, "/proc/no/x.form.json");
}

static void
assert_pdf(const Fixture *fixture, const char *name)
{
    g_autofree char *path = fixture_path(fixture, name), *content = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(path, &content, &length, NULL));
    g_assert_cmpuint(length, >, 1000);
    g_assert_true(g_str_has_prefix(content, "%PDF-"));
}

static void
test_print(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *list = fixture_path(fixture, "list.csv"), *pdf = fixture_path(fixture, "out.pdf");
    fixture_write(list, "serial,commune\n0100001,A\n0100002,B\n0100003,B\n", -1);
    g_auto(Run) whole = run_phieu("form", "print", fixture->package_path, "--sample", list, "-o", pdf, NULL);
    assert_status(whole, 0);
    g_assert_nonnull(strstr(whole.output, "questionnaires: 3"));
    assert_pdf(fixture, "out.pdf");
    g_auto(Run) split = run_phieu("form", "print", fixture->package_path, "--sample", list, "-o", pdf,
                                  "--split-by", "commune", NULL);
    assert_status(split, 0);
    assert_pdf(fixture, "out-A.pdf");
    assert_pdf(fixture, "out-B.pdf");
    g_auto(Run) no_column = run_phieu("form", "print", fixture->package_path, "--sample", list, "-o", pdf,
                                      "--split-by", "planet", NULL);
    assert_one_line(no_column, 2, "planet");
}

/* A sample list as spreadsheets save it is taken; a broken one leaves no PDF. */
static void
test_print_lists(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *list = fixture_path(fixture, "list.csv"), *pdf = fixture_path(fixture, "out.pdf");
    fixture_write(list, "serial;commune\n0100001;A\n0100002;B\n", -1);
    g_auto(Run) semicolons =
        run_phieu("form", "print", fixture->package_path, "--sample", list, "-o", pdf, NULL);
    assert_status(semicolons, 0);
    g_assert_nonnull(strstr(semicolons.output, "questionnaires: 2"));
    g_unlink(pdf);
    fixture_write(list, "serial,commune\n0100001,A\n0100001,B\n", -1);
    g_auto(Run) twins = run_phieu("form", "print", fixture->package_path, "--sample", list, "-o", pdf, NULL);
    assert_one_line(twins, 2, "line 3");
    g_assert_false(g_file_test(pdf, G_FILE_TEST_EXISTS));
}

static void
test_proof(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Run) run = run_phieu("form", "proof", fixture->package_path, "--count", "1", "--seed", "3", NULL);
    assert_status(run, 0);
    g_assert_nonnull(strstr(run.output, "300 dpi"));
    g_assert_nonnull(strstr(run.output, "Proven"));
}

/* A form whose blank is not what is printed cannot be read, and the proof says so. */
static void
test_proof_fails(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *blank = fixture_path(fixture, "form-p1.png");
    PIX *pix = pixRead(blank);
    g_assert_nonnull(pix);
    pixSetAll(pix);
    g_assert_cmpint(pixWrite(blank, pix, IFF_PNG), ==, 0);
    pixDestroy(&pix);
    g_auto(Run) run = run_phieu("form", "proof", fixture->package_path, "--count", "1", NULL);
    g_assert_cmpint(run.status, >=, 1);
    g_assert_cmpint(run.status, <=, 2);
}

static void
test_broken_package(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const broken[] = {
        "{\"phieu\": 1, \"code\": \"X\"",
        "[]",
        "{\"phieu\": 1, \"code\": \"X\", \"paper\": {\"width_mm\": 210, \"height_mm\": 297}, \"pages\": []}",
        "{\"phieu\": 1, \"code\": \"X\", \"paper\": {\"width_mm\": -1, \"height_mm\": 297},"
        " \"pages\": [{\"page\": 1, \"fields\": []}]}",
    };
    g_autofree char *path = fixture_path(fixture, "broken.form.json"),
                    *list = fixture_path(fixture, "list.csv");
    g_autofree char *pdf = fixture_path(fixture, "out.pdf");
    fixture_write(list, "serial\n0100001\n", -1);
    for (guint i = 0; i < G_N_ELEMENTS(broken); i++) {
        fixture_write(path, broken[i], -1);
        g_auto(Run) proof = run_phieu("form", "proof", path, NULL);
        assert_one_line(proof, 2, "broken.form.json");
        g_auto(Run) print = run_phieu("form", "print", path, "--sample", list, "-o", pdf, NULL);
        assert_one_line(print, 2, "broken.form.json");
    }
    g_assert_false(g_file_test(pdf, G_FILE_TEST_EXISTS));
}

/* A compiled page's own blank is traced: the same positions, a package that loads, a picture to look at. */
static void
test_trace(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *blank = fixture_path(fixture, "form-p1.png"),
                    *path = fixture_path(fixture, "traced.form.json"),
                    *overlay = fixture_path(fixture, "look.png"), *white = fixture_path(fixture, "white.png");
    g_auto(Run) run = run_phieu("form", "trace", blank, "-o", path, "--overlay", overlay, NULL);
    assert_status(run, 0);
    g_assert_nonnull(strstr(run.output, "positions: 12"));
    g_assert_true(g_file_test(overlay, G_FILE_TEST_EXISTS));
    g_autoptr(FormPackage) package = form_package_load(path, NULL);
    g_assert_nonnull(package);
    g_assert_cmpstr(package->code, ==, "TRACED");
    /* An edited package is not lost to a second run, nor the scan to its own blank. */
    g_auto(Run) again = run_phieu("form", "trace", blank, "-o", path, NULL);
    assert_one_line(again, 2, "is there already");
    g_autofree char *itself = fixture_path(fixture, "look.form.json"),
                    *scan = fixture_path(fixture, "look-p1.png");
    g_assert_cmpint(g_rename(overlay, scan), ==, 0);
    g_auto(Run) over = run_phieu("form", "trace", scan, "-o", itself, NULL);
    assert_one_line(over, 2, "the scan itself");
    g_auto(Run) read = run_phieu("read", "--form", path, blank, NULL);
    assert_status(read, 0);
    g_assert_null(strstr(read.output, "\"answered\""));

    fixture_png(white, 1654, 2339);
    g_autofree char *other = fixture_path(fixture, "other.form.json");
    g_auto(Run) no_dpi = run_phieu("form", "trace", white, "-o", other, NULL);
    assert_one_line(no_dpi, 2, "--dpi");
    g_auto(Run) nothing = run_phieu("form", "trace", white, "--paper", "A4", "-o", other, NULL);
    g_auto(Run) wrong_dpi = run_phieu("form", "trace", white, "--dpi", "1000", "-o", other, NULL);
    assert_one_line(wrong_dpi, 2, "true resolution");
    assert_one_line(nothing, 2, "white.png");
    g_auto(Run) paper = run_phieu("form", "trace", white, "--paper", "A17", "-o", other, NULL);
    assert_one_line(paper, 2, "A17");
    g_auto(Run) both = run_phieu("form", "trace", white, "--paper", "A4", "--dpi", "200", NULL);
    assert_one_line(both, 2, "--paper");
    g_auto(Run) name = run_phieu("form", "trace", blank, "-o", "thing.json", NULL);
    assert_one_line(name, 2, ".form.json");
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_init(&argc, &argv, NULL);
    add_test("/form/check", test_check, NULL);
    add_test("/form/bad-definition", test_bad_definition, NULL);
    add_test("/form/duplicate-name", test_one_problem, duplicate_name);
    add_test("/form/unknown-type", test_one_problem, unknown_type);
    add_test("/form/unknown-list", test_one_problem, unknown_list);
    add_test("/form/compile", test_compile, NULL);
    add_test("/form/print", test_print, NULL);
    add_test("/form/print-lists", test_print_lists, NULL);
    add_test("/form/proof", test_proof, NULL);
    add_test("/form/proof-fails", test_proof_fails, NULL);
    add_test("/form/trace", test_trace, NULL);
    add_test("/form/broken-package", test_broken_package, NULL);
    return g_test_run();
}
