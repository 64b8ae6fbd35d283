#include "align-private.h"
#include "calibration-profile.h"
#include "homography-private.h"
#include "omr-reader.h"
#include "page-fixture.h"
#include "pose-private.h"

#include <glib/gstdio.h>

typedef struct {
    char *dir;
    FormPackage *package;
    OmrBlank *blank;
    CalibrationProfile *profile;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    fixture->dir = g_dir_make_tmp("phieu-align-XXXXXX", NULL);
    fixture->package = fixture_package(fixture->dir);
    fixture->blank = omr_blank_new(fixture->package, form_package_page(fixture->package, 1), &error);
    fixture->profile = calibration_profile_default();
    g_assert_no_error(error);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_autofree char *blank = g_build_filename(fixture->dir, "blank.png", NULL);

    (void)data;
    g_unlink(blank);
    g_rmdir(fixture->dir);
    omr_blank_free(fixture->blank);
    form_package_free(fixture->package);
    calibration_profile_free(fixture->profile);
    g_free(fixture->dir);
}

static OmrHomography
turned(double degrees, double scale, double x_px, double y_px, double perspective)
{
    double c = cos(degrees * G_PI / 180) * scale, s = sin(degrees * G_PI / 180) * scale;
    double cx = FIXTURE_W_MM / 2, cy = FIXTURE_H_MM / 2;

    return (OmrHomography){
        {c, -s, x_px - c * cx + s * cy, s, c, y_px - s * cx - c * cy, perspective, perspective / 2}};
}

/* The largest distance between where options are and where the alignment says they are, in mm. */
static double
worst_error_mm(const OmrAlignment *alignment, const OmrHomography *truth)
{
    double worst = 0;

    for (int i = 0; i < FIXTURE_ROWS * FIXTURE_COLS; i++) {
        OmrPoint mm = fixture_option_mm(i / FIXTURE_COLS, i % FIXTURE_COLS),
                 at = omr_homography_apply(truth, mm);
        OmrPoint found = omr_alignment_point(alignment, mm.x, mm.y, NULL);
        OmrJacobian step = omr_homography_jacobian(truth, mm);
        worst = MAX(worst, hypot(found.x - at.x, found.y - at.y) / hypot(step.xx, step.yx));
    }
    return worst;
}

/* Finds the page of `truth` with nothing told, and returns how far off it is. */
static double
locate(Fixture *fixture, const OmrHomography *truth, int width, int height)
{
    const CalibrationAlign *limits = calibration_profile_align(fixture->profile);
    g_autoptr(PIX) pix = fixture_draw(truth, width, height, NULL, NULL);
    g_auto(OmrPyramid) image = {0};
    g_auto(OmrAlignment) alignment = {0};
    OmrPose poses[OMR_MAX_POSES];

    omr_pyramid_init(&image, pix);
    guint n = omr_poses_from_print(fixture->blank, &image, poses);
    for (guint i = 0; i < n; i++) {
        if (omr_align(&alignment, fixture->blank, &image, &poses[i], limits) &&
            omr_alignment_is_trusted(&alignment, fixture->blank, limits, NULL))
            return worst_error_mm(&alignment, truth);
    }
    return 1e9;
}

static void
test_found_wherever_it_lies(Fixture *fixture, gconstpointer data)
{
    static const struct {
        double degrees, scale, perspective;
    } cases[] = {{0, 7.87, 0},   {180, 7.87, 0}, {90, 7.87, 0}, {270, 7.87, 0},    {5, 7.87, 0},
                 {-12, 7.87, 0}, {172, 5.9, 0},  {3, 11.8, 0},  {8, 7.87, 0.0005}, {-8, 6.5, 0.0008}};

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        int side = (int)(cases[i].scale * 265);
        OmrHomography truth = turned(cases[i].degrees, cases[i].scale, side / 2.0, side / 2.0, 0);
        OmrHomography tilt = {{1, 0, 0, 0, 1, 0, cases[i].perspective / cases[i].scale, 0}};
        truth = omr_homography_compose(&tilt, &truth);
        double error_mm = locate(fixture, &truth, side, side);
        g_test_message("turn %g°, scale %g, tilt %g: off by %.3f mm", cases[i].degrees, cases[i].scale,
                       cases[i].perspective, error_mm);
        g_assert_cmpfloat(error_mm, <, 0.15);
    }
}

/* A page that slipped in the feeder: its lower half is 1.5 mm further down than it should be. */
static void
test_follows_local_distortion(Fixture *fixture, gconstpointer data)
{
    const CalibrationAlign *limits = calibration_profile_align(fixture->profile);
    OmrHomography upright = fixture_upright();
    g_autoptr(PIX) pix = fixture_draw(&upright, 1181, 1575, NULL, NULL);
    OmrPose start = {.map = upright, .error_mm = 4};
    g_autoptr(PIX) bent = pixCreate(1181, 1575, 8);
    g_auto(OmrPyramid) image = {0};
    g_auto(OmrAlignment) alignment = {0};

    (void)data;
    for (int y = 0; y < 1575; y++) {
        double slip_px = 1.5 * FIXTURE_DPI / 25.4 / (1 + exp(-(y - 800) / 60.0));
        int source = CLAMP((int)lrint(y - slip_px), 0, 1574);
        pixRasterop(bent, 0, y, 1181, 1, PIX_SRC, pix, 0, source);
    }
    omr_pyramid_init(&image, bent);
    g_assert_true(omr_align(&alignment, fixture->blank, &image, &start, limits));
    g_assert_true(omr_alignment_is_trusted(&alignment, fixture->blank, limits, NULL));
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        OmrPoint mm = fixture_option_mm(row, 2), at = omr_homography_apply(&upright, mm);
        double slip_px = 1.5 * FIXTURE_DPI / 25.4 / (1 + exp(-(at.y - 800) / 60.0));
        OmrPoint found = omr_alignment_point(&alignment, mm.x, mm.y, NULL);
        g_assert_cmpfloat(fabs(found.y - (at.y + slip_px)) * 25.4 / FIXTURE_DPI, <, 0.35);
    }
}

/* Another page, a blank sheet and noise are never taken for the form. */
static void
test_never_trusts_what_is_not_there(Fixture *fixture, gconstpointer data)
{
    const CalibrationAlign *limits = calibration_profile_align(fixture->profile);
    g_autoptr(GRand) random = g_rand_new_with_seed(3);

    (void)data;
    for (int kind = 0; kind < 3; kind++) {
        g_autoptr(PIX) pix = pixCreate(1181, 1575, 8);
        pixSetAllArbitrary(pix, 250);
        for (int i = 0; kind > 0 && i < 4000; i++) {
            int x = g_rand_int_range(random, 0, 1181), y = g_rand_int_range(random, 0, 1575);
            int w = kind == 1 ? 1 : g_rand_int_range(random, 2, 30), h = kind == 1 ? 1 : 3;
            pixRasterop(pix, x, y, w, h, PIX_CLR, NULL, 0, 0);
        }
        g_auto(OmrPyramid) image = {0};
        OmrPose poses[OMR_MAX_POSES];
        omr_pyramid_init(&image, pix);
        guint n = omr_poses_from_print(fixture->blank, &image, poses);
        for (guint i = 0; i < n; i++) {
            g_auto(OmrAlignment) alignment = {0};
            g_assert_false(omr_align(&alignment, fixture->blank, &image, &poses[i], limits) &&
                           omr_alignment_is_trusted(&alignment, fixture->blank, limits, NULL));
        }
    }
}

/* One row off is the error that matters most: from a start that is off by exactly the spacing of the rows,
 * the page is either found where it is or refused. */
static void
test_never_one_row_off(Fixture *fixture, gconstpointer data)
{
    const CalibrationAlign *limits = calibration_profile_align(fixture->profile);
    OmrHomography upright = fixture_upright();
    g_autoptr(PIX) pix = fixture_draw(&upright, 1181, 1575, NULL, NULL);
    g_auto(OmrPyramid) image = {0};

    (void)data;
    omr_pyramid_init(&image, pix);
    for (int shift = -2; shift <= 2; shift++) {
        OmrHomography start = upright;
        g_auto(OmrAlignment) alignment = {0};
        start.h[5] += shift * 12 * FIXTURE_DPI / 25.4;
        start.h[2] += shift * 11 * FIXTURE_DPI / 25.4;
        for (double error_mm = 4; error_mm <= 12; error_mm += 8) {
            OmrPose pose = {.map = start, .error_mm = error_mm, .thorough = TRUE};
            if (omr_align(&alignment, fixture->blank, &image, &pose, limits) &&
                omr_alignment_is_trusted(&alignment, fixture->blank, limits, NULL))
                g_assert_cmpfloat(worst_error_mm(&alignment, &upright), <, 0.2);
        }
    }
}

static void
test_fits_survive_outliers(void)
{
    OmrHomography truth = {{2, 0.1, 5, -0.1, 2.2, 9, 0.0003, -0.0002}}, map = {{2, 0, 5, 0, 2, 9, 0, 0}},
                  back;
    OmrPair pairs[60];

    for (int i = 0; i < 60; i++) {
        pairs[i].from = (OmrPoint){i % 8 * 20, i / 8 * 30};
        pairs[i].to = omr_homography_apply(&truth, pairs[i].from);
        pairs[i].weight = 1;
        if (i % 4 == 0)
            pairs[i].to.x += 40 + i;
    }
    g_assert_cmpuint(omr_homography_refine(&map, pairs, 60, 60, TRUE), >, 0);
    g_assert_cmpuint(omr_homography_refine(&map, pairs, 60, 3, TRUE), ==, 45);
    g_assert_true(omr_homography_invert(&map, &back));
    for (int i = 0; i < 60; i++) {
        OmrPoint exact = omr_homography_apply(&truth, pairs[i].from);
        OmrPoint at = omr_homography_apply(&map, pairs[i].from), again = omr_homography_apply(&back, at);
        g_assert_cmpfloat(hypot(at.x - exact.x, at.y - exact.y), <, 1e-3);
        g_assert_cmpfloat(hypot(again.x - pairs[i].from.x, again.y - pairs[i].from.y), <, 1e-6);
    }
}

/* Points that do not determine a map give none, rather than a wild one. */
static void
test_degenerate_points_fit_nothing(void)
{
    OmrPair pairs[10];
    OmrHomography map;

    for (int i = 0; i < 10; i++)
        pairs[i] = (OmrPair){.from = {i, 2.0 * i}, .to = {3.0 * i, i}, .weight = 1};
    g_assert_false(omr_homography_fit(pairs, 10, &map));
    g_assert_false(omr_homography_fit_affine(pairs, 10, &map));
    g_assert_false(omr_homography_fit(pairs, 3, &map));
}

static void
add(const char *path, void (*test)(Fixture *fixture, gconstpointer data))
{
    g_test_add(path, Fixture, NULL, set_up, test, tear_down);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_add_func("/align/fits-survive-outliers", test_fits_survive_outliers);
    g_test_add_func("/align/degenerate-points-fit-nothing", test_degenerate_points_fit_nothing);
    add("/align/found-wherever-it-lies", test_found_wherever_it_lies);
    add("/align/follows-local-distortion", test_follows_local_distortion);
    add("/align/never-trusts-what-is-not-there", test_never_trusts_what_is_not_there);
    add("/align/never-one-row-off", test_never_one_row_off);
    return g_test_run();
}
