/* calibrate target, calibrate scanner: what they print, how they end and what they keep. */
#include <glib/gstdio.h>
#include <string.h>

#include "calibration-target.h"
#include "command-fixture.h"
#include "form-image.h"

static char *
folder(void)
{
    GError *error = NULL;
    char *dir = g_dir_make_tmp("phieu-scanner-XXXXXX", &error);
    g_assert_no_error(error);
    return dir;
}

/* A scan of the target, written as PNG; `dark_line` adds a streak 63 mm from the left. */
static char *
write_scan(const char *dir, const char *name, double brightness, gboolean dark_line)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(cairo_surface_t) paper = calibration_target_render(200, 1, &error);
    g_assert_no_error(error);
    g_autoptr(FormPackage) package = calibration_target_package();
    g_autoptr(GRand) random = calibration_random(1005, name, 1, "scan");
    CalibrationScan scan = {
        .dpi = 200, .mode = CALIBRATION_GREY, .brightness = brightness, .noise = 3, .blur_mm = 0.045};
    g_autoptr(PIX) pix = calibration_scan_paper(paper, package, 1, &scan, random);
    g_assert_nonnull(pix);
    BOX *line = boxCreate((int)(63 / 25.4 * 200), 0, 3, pixGetHeight(pix));
    if (dark_line)
        pixSetInRectArbitrary(pix, line, 150);
    boxDestroy(&line);
    char *path = g_build_filename(dir, name, NULL);
    g_assert_cmpint(pixWrite(path, pix, IFF_PNG), ==, 0);
    return path;
}

static void
test_pass_and_mend(void)
{
    g_autofree char *dir = folder(), *target = g_build_filename(dir, "target.pdf", NULL);
    g_auto(Run) print = run_phieu("calibrate", "target", "-o", target, NULL);
    assert_status(print, 0);
    g_assert_true(g_file_test(target, G_FILE_TEST_EXISTS));
    /* The print itself, rendered, is a perfect scan. */
    g_auto(Run) itself = run_phieu("calibrate", "scanner", target, NULL);
    assert_status(itself, 0);

    g_autofree char *good = write_scan(dir, "good.png", 244, FALSE),
                    *dirty = write_scan(dir, "dirty.png", 244, TRUE);
    g_auto(Run) pass = run_phieu("calibrate", "scanner", good, NULL);
    assert_status(pass, 0);
    g_assert_nonnull(strstr(pass.output, ": pass"));
    g_auto(Run) mend = run_phieu("calibrate", "scanner", good, dirty, NULL);
    assert_status(mend, 1);
    g_assert_nonnull(strstr(mend.output, "a dark line 63 mm from the left"));
    g_assert_nonnull(strstr(mend.output, "clean the feeder's glass strip"));
    g_assert_cmpstr(mend.problems, ==, "");
}

static json_t *
parse_line(const char *text)
{
    json_t *object = json_loads(text, 0, NULL);
    g_assert_true(json_is_object(object));
    return object;
}

static void
test_json(void)
{
    g_autofree char *dir = folder(), *dirty = write_scan(dir, "dirty.png", 244, TRUE);
    g_auto(Run) run =
        run_phieu("calibrate", "scanner", "--json", "--name", "Phòng 12", "--ruler-mm", "200", dirty, NULL);
    assert_status(run, 1);
    g_assert_cmpuint(count_lines(run.output), ==, 1);
    json_t *object = parse_line(run.output);
    g_assert_true(json_is_false(json_object_get(object, "pass")));
    g_assert_cmpstr(json_string_value(json_object_get(object, "scanner")), ==, "Phòng 12");
    g_assert_cmpstr(json_string_value(json_object_get(object, "mode")), ==, "grey");
    g_assert_true(json_is_null(json_object_get(json_object_get(object, "bilevel"), "threshold")));
    const json_t *streak = json_array_get(json_object_get(object, "streaks"), 0);
    g_assert_cmpfloat_with_epsilon(json_real_value(json_object_get(streak, "from_left_mm")), 63.1, 0.3);
    g_assert_cmpfloat_with_epsilon(
        json_real_value(json_object_get(json_object_get(object, "geometry"), "print_scale_y")), 1, 1e-6);
    json_decref(object);
}

/* A station keeps the history of its scanners; drift is told. */
static void
test_station(void)
{
    g_autofree char *dir = folder(), *station = g_build_filename(dir, "station", NULL);
    g_autofree char *history = g_build_filename(station, "profiles", "scanner-room 12.jsonl", NULL),
                    *text = NULL;
    g_auto(Run) init = run_phieu("init", station, NULL);
    assert_status(init, 0);
    g_autofree char *first = write_scan(dir, "first.png", 244, FALSE),
                    *faded = write_scan(dir, "faded.png", 215, FALSE);
    g_auto(Run) keep = run_phieu("-C", station, "calibrate", "scanner", "--name", "room 12", first, NULL);
    assert_status(keep, 0);
    g_assert_nonnull(strstr(keep.output, "Kept in"));
    g_auto(Run) again = run_phieu("-C", station, "calibrate", "scanner", "--name", "room 12", first, NULL);
    assert_status(again, 0);
    g_assert_nonnull(strstr(again.output, "already"));
    g_auto(Run) drift = run_phieu("-C", station, "calibrate", "scanner", "--name", "room 12", faded, NULL);
    assert_status(drift, 1);
    g_assert_nonnull(strstr(drift.output, "the white level has drifted"));
    g_assert_true(g_file_get_contents(history, &text, NULL, NULL));
    g_assert_cmpuint(count_lines(text), ==, 2);
    g_auto(Run) elsewhere = run_phieu("calibrate", "scanner", "--history", dir, first, NULL);
    assert_status(elsewhere, 0);
    g_autofree char *other = g_build_filename(dir, "scanner-scanner.jsonl", NULL);
    g_assert_true(g_file_test(other, G_FILE_TEST_EXISTS));
}

static void
test_refused(void)
{
    g_autofree char *dir = folder(), *white = g_build_filename(dir, "white.png", NULL),
                    *good = write_scan(dir, "good.png", 244, FALSE),
                    *letter = g_build_filename(dir, "letter.txt", NULL);
    fixture_png(white, 1654, 2339);
    fixture_write(letter, "Dear Sir,\n", -1);
    g_auto(Run) blank = run_phieu("calibrate", "scanner", white, NULL);
    assert_one_line(blank, 2, "no scan of the target page");
    g_auto(Run) both = run_phieu("calibrate", "scanner", white, good, NULL);
    assert_one_line(both, 2, "no scan of the target page");
    g_assert_nonnull(strstr(both.output, ": pass"));
    g_auto(Run) text = run_phieu("calibrate", "scanner", letter, NULL);
    assert_one_line(text, 2, "letter.txt");
    g_auto(Run) no_history = run_phieu("calibrate", "scanner", "--history", letter, good, NULL);
    assert_one_line(no_history, 2, "is no history");
    g_auto(Run) ruler = run_phieu("calibrate", "scanner", "--ruler-mm", "20", good, NULL);
    assert_one_line(ruler, 2, "--ruler-mm");
    g_auto(Run) name = run_phieu("calibrate", "scanner", "--name", "../x", good, NULL);
    assert_one_line(name, 2, "--name");
    g_auto(Run) no_station = run_phieu("-C", dir, "calibrate", "scanner", good, NULL);
    assert_one_line(no_station, 2, "is no station");
    g_auto(Run) nowhere = run_phieu("calibrate", "target", NULL);
    assert_one_line(nowhere, 2, "-o TARGET.pdf");
    g_auto(Run) no_folder = run_phieu("calibrate", "target", "-o", "/no/such/x.pdf", NULL);
    assert_one_line(no_folder, 2, "/no/such");
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scanner/pass-and-mend", test_pass_and_mend);
    g_test_add_func("/scanner/json", test_json);
    g_test_add_func("/scanner/station", test_station);
    g_test_add_func("/scanner/refused", test_refused);
    return g_test_run();
}
