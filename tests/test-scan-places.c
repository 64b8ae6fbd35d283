/* The simulated paper, scanner and camera: everything lies where it is said to lie, whatever moves it. */
#include "scans-fixture.h"

/* Centre of what is dark around a place; FALSE where nothing is. */
static gboolean
dark_centre(PIX *pix, CalibrationScan *scan, double x_px, double y_px, double *cx_px, double *cy_px)
{
    double half = 2.9 * scan->dpi / 25.4, sum = 0, sum_x = 0, sum_y = 0;
    for (int y = (int)(y_px - half); y <= y_px + half; y++)
        for (int x = (int)(x_px - half); x <= x_px + half; x++) {
            double dark = MAX(0, 200 - grey_at(pix, x, y));
            sum += dark;
            sum_x += dark * (x + 0.5);
            sum_y += dark * (y + 0.5);
        }
    *cx_px = sum_x / sum;
    *cy_px = sum_y / sum;
    return sum > 0;
}

/* Whether the dot is whole and within the image: no jump and no fold goes through it, as its middle lies in
 * the middle of its corners. */
static gboolean
is_whole(const CalibrationScan *scan, const FormPackage *package, FormRect r, const PIX *pix)
{
    double x, y, sum_x = 0, sum_y = 0, k = scan->dpi / 25.4;
    for (int i = 0; i < 4; i++) {
        calibration_scan_place(scan, package, r.x_mm - 1.5 + (i & 1 ? 6 : 0), r.y_mm - 1.5 + (i & 2 ? 6 : 0),
                               &x, &y);
        if (x < 0 || y < 0 || x >= pixGetWidth(pix) || y >= pixGetHeight(pix))
            return FALSE;
        sum_x += x;
        sum_y += y;
    }
    calibration_scan_place(scan, package, r.x_mm + 1.5, r.y_mm + 1.5, &x, &y);
    return hypot(sum_x / 4 - x, sum_y / 4 - y) < 0.06 * k;
}

/* Every dot lies where it is said to; returns how many were whole. */
static int
check_places(const FormPackage *package, CalibrationScan *scan, double most_off_mm)
{
    g_autoptr(PIX) pix = scan_page(package, scan, PRINT_DOTS, 1);
    int whole = 0;
    for (int i = 0; i < DOTS_X * DOTS_Y; i++) {
        FormRect r = dot(i);
        double x_px, y_px, cx_px, cy_px;
        if (!is_whole(scan, package, r, pix))
            continue;
        calibration_scan_place(scan, package, r.x_mm + 1.5, r.y_mm + 1.5, &x_px, &y_px);
        g_assert_true(dark_centre(pix, scan, x_px, y_px, &cx_px, &cy_px));
        g_assert_cmpfloat(hypot(cx_px - x_px, cy_px - y_px) * 25.4 / scan->dpi, <, most_off_mm);
        whole++;
    }
    return whole;
}

static void
test_print_scale(void)
{
    g_autoptr(FormPackage) package = make_package();
    for (int turns = 0; turns < 4; turns++) {
        CalibrationScan small = plain_scan(200), large = plain_scan(200);
        small.print_scale = 0.94;
        large.print_scale = 1.06;
        small.quarter_turns = large.quarter_turns = turns;
        small.skew_deg = 1;
        g_assert_cmpint(check_places(package, &small, 0.08), ==, DOTS_X * DOTS_Y);
        g_assert_cmpint(check_places(package, &large, 0.08), >, DOTS_X * DOTS_Y - 24);
    }
    CalibrationScan scan = plain_scan(100);
    double left, top, right, bottom;
    scan.print_scale = 0.94;
    calibration_scan_place(&scan, package, 0, 0, &left, &top);
    calibration_scan_place(&scan, package, 210, 297, &right, &bottom);
    g_assert_cmpfloat_with_epsilon((right - left) * 0.254, 210 * 0.94, 0.05);
    g_assert_cmpfloat_with_epsilon((bottom - top) * 0.254, 297 * 0.94, 0.05);
    g_assert_cmpfloat_with_epsilon((left + right) / 2 * 0.254, 105, 0.1);
}

static void
test_feed(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(200);
    scan.drift_mm = 1.5;
    scan.skew_deg = -1.2;
    g_assert_cmpint(check_places(package, &scan, 0.08), ==, DOTS_X * DOTS_Y);
    double x_px, before, after;
    calibration_scan_place(&scan, package, 105, 148.5, &x_px, &after);
    scan.drift_mm = 0;
    calibration_scan_place(&scan, package, 105, 148.5, &x_px, &before);
    /* What is fed ahead is seen earlier. */
    g_assert_cmpfloat_with_epsilon((before - after) * 25.4 / 200, 1.5, 0.05);

    static const double jumps[] = {1.5, -1.5};
    for (guint i = 0; i < G_N_ELEMENTS(jumps); i++) {
        CalibrationScan slipped = plain_scan(200);
        slipped.jump_mm[0] = jumps[i];
        slipped.jump_at[0] = 0.4;
        slipped.jump_mm[1] = 0.3;
        slipped.jump_at[1] = 0.7;
        g_assert_cmpint(check_places(package, &slipped, 0.08), >, DOTS_X * (DOTS_Y - 2));
        calibration_scan_place(&slipped, package, 105, 20, &x_px, &before);
        calibration_scan_place(&slipped, package, 105, 160, &x_px, &after);
        g_assert_cmpfloat_with_epsilon((after - before) * 25.4 / 200, 140 - jumps[i], 0.05);
    }
}

static void
test_shape(void)
{
    g_autoptr(FormPackage) package = make_package();
    static const double steps[] = {0.6, -0.6};
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        CalibrationScan folded = plain_scan(200);
        folded.fold = 1;
        folded.fold_at = 0.43;
        folded.fold_slope = 0.01;
        folded.fold_step_mm = steps[i];
        folded.skew_deg = 3;
        g_assert_cmpint(check_places(package, &folded, 0.08), >, DOTS_X * (DOTS_Y - 2));
        double x_px, y_px, folded_y_px;
        folded.skew_deg = 0;
        calibration_scan_place(&folded, package, 50, 250, &x_px, &folded_y_px);
        folded.fold_step_mm = 0;
        calibration_scan_place(&folded, package, 50, 250, &x_px, &y_px);
        g_assert_cmpfloat_with_epsilon((folded_y_px - y_px) * 25.4 / 200, steps[i], 0.01);
    }
    for (int edge = CALIBRATION_EDGE_TOP; edge <= CALIBRATION_EDGE_LEFT; edge++)
        for (int turns = 0; turns < 2; turns++) {
            CalibrationScan curled = plain_scan(200);
            curled.curl_edge = (CalibrationEdge)edge;
            curled.curl_mm = 3;
            curled.skew_deg = -1.5;
            curled.quarter_turns = turns;
            g_assert_cmpint(check_places(package, &curled, 0.08), ==, DOTS_X * DOTS_Y);
        }
    /* The right edge comes nearer to the middle, by what was asked for; the middle stays. */
    CalibrationScan curled = plain_scan(200);
    curled.curl_edge = CALIBRATION_EDGE_RIGHT;
    curled.curl_mm = 3;
    double x_px, y_px;
    calibration_scan_place(&curled, package, 210, 100, &x_px, &y_px);
    g_assert_cmpfloat_with_epsilon(x_px * 25.4 / 200, 207, 0.05);
    calibration_scan_place(&curled, package, 105, 100, &x_px, &y_px);
    g_assert_cmpfloat_with_epsilon(x_px * 25.4 / 200, 105, 0.05);
}

static void
test_photo_places(void)
{
    g_autoptr(FormPackage) package = make_package();
    for (int i = 0; i < 8; i++) {
        CalibrationScan photo = plain_scan(150);
        photo.photo = TRUE;
        photo.tilt_deg = 30;
        photo.tilt_towards_deg = 45 * i;
        photo.skew_deg = 7;
        photo.quarter_turns = i % 4;
        g_assert_cmpint(check_places(package, &photo, 0.1), >, DOTS_X * DOTS_Y / 2);
    }
    /* The far edge of a tilted sheet is shorter than the near one. */
    CalibrationScan photo = plain_scan(150);
    photo.photo = TRUE;
    photo.tilt_deg = 30;
    photo.tilt_towards_deg = 90;
    double x[4], y[4];
    for (int i = 0; i < 4; i++)
        calibration_scan_place(&photo, package, i & 1 ? 210 : 0, i & 2 ? 297 : 0, &x[i], &y[i]);
    g_assert_cmpfloat((x[1] - x[0]) / (x[3] - x[2]), >, 1.2);
    g_autoptr(PIX) pix = scan_page(package, &photo, PRINT_DOTS, 1);
    for (int i = 0; i < 4; i++) {
        g_assert_cmpfloat(x[i], >, 0);
        g_assert_cmpfloat(x[i], <, pixGetWidth(pix));
        g_assert_cmpfloat(y[i], >, 0);
        g_assert_cmpfloat(y[i], <, pixGetHeight(pix));
    }
}

/* What takes dots away, darkens or covers them is left out; all that moves them stays. */
static void
test_hard_places(void)
{
    g_autoptr(FormPackage) package = make_package();
    int moved = 0;
    for (guint32 seed = 1; seed <= 24; seed++) {
        g_autoptr(GRand) random = calibration_random(seed, SERIAL, 1, "hard");
        CalibrationScan hard = calibration_scan_hard(random), scan = plain_scan(150);
        scan.quarter_turns = hard.quarter_turns;
        scan.skew_deg = hard.skew_deg;
        scan.shift_x_mm = hard.shift_x_mm;
        scan.shift_y_mm = hard.shift_y_mm;
        scan.stretch_x = hard.stretch_x;
        scan.stretch_y = hard.stretch_y;
        scan.print_scale = hard.print_scale;
        scan.drift_mm = hard.drift_mm;
        memcpy(scan.jump_mm, hard.jump_mm, sizeof scan.jump_mm);
        memcpy(scan.jump_at, hard.jump_at, sizeof scan.jump_at);
        scan.fold = hard.fold > 0 ? 1 : 0;
        scan.fold_at = hard.fold_at;
        scan.fold_slope = hard.fold_slope;
        scan.fold_step_mm = hard.fold_step_mm;
        scan.curl_edge = hard.curl_edge;
        scan.curl_mm = hard.curl_mm;
        scan.wobble_mm = hard.wobble_mm;
        int whole = check_places(package, &scan, 0.1 + scan.wobble_mm);
        g_assert_cmpint(whole, >, DOTS_X * DOTS_Y / 2);
        moved += hard.drift_mm != 0 || hard.print_scale > 0 || hard.jump_mm[0] != 0;
    }
    g_assert_cmpint(moved, >, 5);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_add_func("/scans/print-scale", test_print_scale);
    g_test_add_func("/scans/feed", test_feed);
    g_test_add_func("/scans/shape", test_shape);
    g_test_add_func("/scans/photo-places", test_photo_places);
    g_test_add_func("/scans/hard-places", test_hard_places);
    return g_test_run();
}
