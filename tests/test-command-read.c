/* read: the JSON of a page, and what becomes of every sort of bad input. */
#include <jansson.h>
#include <string.h>

#include "command-fixture.h"

static json_t *
parse_line(const char *line)
{
    json_error_t error;
    json_t *object = json_loads(line, 0, &error);
    if (!object)
        g_test_message("%s: %s", error.text, line);
    g_assert_nonnull(object);
    return object;
}

static const char *
first_flag(const json_t *object)
{
    return json_string_value(json_object_get(json_array_get(json_object_get(object, "flags"), 0), "code"));
}

static Run
read_file(const Fixture *fixture, const char *name)
{
    g_autofree char *path = fixture_path(fixture, name);
    return run_phieu("read", "--form", fixture->package_path, path, NULL);
}

/* The page prints one object with this flag first and no fields. */
static void
assert_refused(const Run *run, const char *flag)
{
    g_assert_cmpuint(count_lines(run->output), ==, 1);
    json_t *object = parse_line(run->output);
    g_assert_cmpstr(first_flag(object), ==, flag);
    g_assert_cmpuint(json_array_size(json_object_get(object, "fields")), ==, 0);
    json_decref(object);
}

static void
test_page(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "a.jpg");
    fixture_scan(fixture, NULL, "0100423", 1, path);
    g_auto(Run) run = read_file(fixture, "a.jpg");
    assert_status(run, 0);
    g_assert_cmpstr(run.problems, ==, "");
    g_assert_cmpuint(count_lines(run.output), ==, 1);
    json_t *object = parse_line(run.output);
    g_assert_cmpstr(json_string_value(json_object_get(object, "image")), ==, path);
    g_assert_cmpstr(json_string_value(json_object_get(object, "form")), ==, "TESTFORM");
    g_assert_cmpstr(json_string_value(json_object_get(object, "serial")), ==, "0100423");
    g_assert_cmpint(json_integer_value(json_object_get(object, "page")), ==, 1);
    g_assert_true(json_is_object(json_object_get(object, "align")));
    g_assert_true(json_is_object(json_object_get(object, "time_ms")));
    const json_t *fields = json_object_get(object, "fields");
    g_assert_cmpuint(json_array_size(fields), ==, 5);
    g_autoptr(CalibrationRespondent) truth =
        calibration_respondent_new(fixture->package, &calibration_habits_ordinary, 1, "0100423");
    for (gsize i = 0; i < json_array_size(fields); i++) {
        const json_t *field = json_array_get(fields, i);
        const char *name = json_string_value(json_object_get(field, "name"));
        const char *state = json_string_value(json_object_get(field, "state"));
        if (g_str_equal(state, "answered") || g_str_equal(state, "blank"))
            g_assert_cmpstr(json_string_value(json_object_get(field, "value")), ==,
                            calibration_respondent_value(truth, name));
    }
    json_decref(object);
}

/* Several files: objects in the order given, whatever the number of threads. */
static void
test_order(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    const char *fixed[] = {"read", "--jobs", "3", "--form", fixture->package_path};
    for (guint i = 0; i < G_N_ELEMENTS(fixed); i++)
        g_ptr_array_add(words, g_strdup(fixed[i]));
    for (guint i = 0; i < 6; i++) {
        g_autofree char *name = g_strdup_printf("%u.jpg", i), *serial = g_strdup_printf("010000%u", i);
        char *path = fixture_path(fixture, name);
        fixture_scan(fixture, NULL, serial, 1 + (int)i % 2, path);
        g_ptr_array_add(words, path);
    }
    g_ptr_array_add(words, NULL);
    g_auto(Run) run = run_phieu_v((const char *const *)words->pdata, NULL);
    assert_status(run, 0);
    g_auto(GStrv) lines = g_strsplit(run.output, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 7);
    for (guint i = 0; i < 6; i++) {
        json_t *object = parse_line(lines[i]);
        const char *serial = json_string_value(json_object_get(object, "serial"));
        g_assert_cmpint(serial[6] - '0', ==, (int)i);
        json_decref(object);
    }
}

/* A file of several pages: an object a page, numbered from 0. */
static void
test_pages_of_a_file(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *single = fixture_path(fixture, "single.jpg"), *both = fixture_path(fixture, "both.tif");
    for (int page = 1; page <= 2; page++) {
        fixture_scan(fixture, NULL, "0100423", page, single);
        g_autoptr(PIX) pix = pixRead(single);
        g_assert_cmpint(pixWriteTiff(both, pix, IFF_TIFF_ZIP, page == 1 ? "w" : "a"), ==, 0);
    }
    g_auto(Run) run = read_file(fixture, "both.tif");
    assert_status(run, 0);
    g_auto(GStrv) lines = g_strsplit(run.output, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 3);
    for (int i = 0; i < 2; i++) {
        json_t *object = parse_line(lines[i]);
        g_assert_cmpint(json_integer_value(json_object_get(object, "index")), ==, i);
        g_assert_cmpint(json_integer_value(json_object_get(object, "page")), ==, i + 1);
        json_decref(object);
    }
}

/* An image that holds no whole page is named. */
static void
check_damaged(const Fixture *fixture, const char *name)
{
    g_auto(Run) run = read_file(fixture, name);
    assert_one_line(run, 1, name);
    assert_refused(&run, "damaged_image");
}

static void
check_refused(const Fixture *fixture, const char *name, const char *flag)
{
    g_auto(Run) run = read_file(fixture, name);
    assert_status(run, 1);
    assert_refused(&run, flag);
}

static void
test_missing_file(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *good = fixture_path(fixture, "a.jpg");
    fixture_scan(fixture, NULL, "0100423", 1, good);
    g_auto(Run) run = run_phieu("read", "--form", fixture->package_path, good, "/no/such/file.jpg", NULL);
    assert_one_line(run, 2, "/no/such/file.jpg");
    g_assert_cmpstr(run.output, ==, "");
}

static void
test_not_an_image(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "notes.jpg");
    fixture_write(path, "these are notes, not an image\n", -1);
    g_auto(Run) run = read_file(fixture, "notes.jpg");
    assert_one_line(run, 2, "notes.jpg");
    assert_refused(&run, "damaged_image");
}

static void
test_empty_file(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "empty.jpg");
    fixture_write(path, "", 0);
    check_damaged(fixture, "empty.jpg");
}

static void
test_truncated(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "cut.jpg"), *content = NULL;
    gsize length = 0;
    fixture_scan(fixture, NULL, "0100423", 1, path);
    g_assert_true(g_file_get_contents(path, &content, &length, NULL));
    fixture_write(path, content, (gssize)length / 2);
    check_damaged(fixture, "cut.jpg");
}

static void
test_too_small(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "small.png");
    fixture_png(path, 100, 100);
    check_damaged(fixture, "small.png");
}

static void
test_too_large(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "large.png");
    fixture_png(path, 30000, 30000);
    check_damaged(fixture, "large.png");
}

static void
test_pdf_bomb(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "bomb.pdf");
    fixture_pdf_bomb(path);
    check_damaged(fixture, "bomb.pdf");
}

static void
test_photo(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "photo.png");
    fixture_photo(path);
    check_refused(fixture, "photo.png", "no_form");
}

static void
test_blank_sheet(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "white.png");
    fixture_png(path, 1654, 2339);
    check_refused(fixture, "white.png", "blank_page");
}

static void
test_other_survey(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "other.jpg");
    fixture_scan(fixture, "OTHER", "0100423", 1, path);
    check_refused(fixture, "other.jpg", "wrong_form");
}

static void
test_bad_check(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "check.jpg");
    fixture_scan_with_qr(fixture, "0100423", 1, "PH1:TESTFORM:1:0100424:1:0000", path);
    check_refused(fixture, "check.jpg", "bad_check");
}

static void
test_broken_package(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "broken.form.json"),
                    *image = fixture_path(fixture, "white.png");
    fixture_write(path, "{\"phieu\": 1, \"code\": \"X\", \"pages\": 7}", -1);
    fixture_png(image, 1654, 2339);
    g_auto(Run) run = run_phieu("read", "--form", path, image, NULL);
    assert_one_line(run, 2, "broken.form.json");
    g_assert_cmpstr(run.output, ==, "");
}

/* A good page among bad ones is read as ever. */
static void
test_mixed(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *notes = fixture_path(fixture, "notes.txt"), *good = fixture_path(fixture, "good.jpg");
    g_autofree char *small = fixture_path(fixture, "small.png");
    fixture_write(notes, "notes\n", -1);
    fixture_png(small, 100, 100);
    fixture_scan(fixture, NULL, "0100423", 2, good);
    g_auto(Run) run = run_phieu("read", "--form", fixture->package_path, notes, small, good, NULL);
    assert_status(run, 2);
    g_assert_cmpuint(count_lines(run.problems), ==, 2);
    g_auto(GStrv) lines = g_strsplit(run.output, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 4);
    json_t *object = parse_line(lines[2]);
    g_assert_cmpstr(json_string_value(json_object_get(object, "serial")), ==, "0100423");
    json_decref(object);
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_init(&argc, &argv, NULL);
    add_test("/read/page", test_page, NULL);
    add_test("/read/order", test_order, NULL);
    add_test("/read/pages-of-a-file", test_pages_of_a_file, NULL);
    add_test("/read/missing-file", test_missing_file, NULL);
    add_test("/read/not-an-image", test_not_an_image, NULL);
    add_test("/read/empty-file", test_empty_file, NULL);
    add_test("/read/truncated", test_truncated, NULL);
    add_test("/read/too-small", test_too_small, NULL);
    add_test("/read/too-large", test_too_large, NULL);
    add_test("/read/pdf-bomb", test_pdf_bomb, NULL);
    add_test("/read/photo", test_photo, NULL);
    add_test("/read/blank-sheet", test_blank_sheet, NULL);
    add_test("/read/other-survey", test_other_survey, NULL);
    add_test("/read/bad-check", test_bad_check, NULL);
    add_test("/read/broken-package", test_broken_package, NULL);
    add_test("/read/mixed", test_mixed, NULL);
    return g_test_run();
}
