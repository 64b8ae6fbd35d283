/* The simulated scanner: its geometry, its tones, and that a seed gives the same pages for ever. */
#include <stdlib.h>

#include <glib/gstdio.h>

#include "calibration-error.h"
#include "simulation-fixture.h"

static void
test_random(void)
{
    g_autoptr(GRand) a = calibration_random(1, "A", 1, "x"), b = calibration_random(1, "A", 1, "x");
    g_autoptr(GRand) seed = calibration_random(2, "A", 1, "x"), serial = calibration_random(1, "B", 1, "x");
    g_autoptr(GRand) page = calibration_random(1, "A", 2, "x"), purpose = calibration_random(1, "A", 1, "y");
    guint32 first = g_rand_int(a);
    g_assert_cmpuint(first, ==, g_rand_int(b));
    g_assert_cmpuint(first, !=, g_rand_int(seed));
    g_assert_cmpuint(first, !=, g_rand_int(serial));
    g_assert_cmpuint(first, !=, g_rand_int(page));
    g_assert_cmpuint(first, !=, g_rand_int(purpose));
}

/* A whole page of one serial, as a hash. */
static char *
simulate_serial(const char *serial)
{
    g_autoptr(FormPackage) package = make_package();
    g_autoptr(CalibrationRespondent) respondent =
        calibration_respondent_new(package, &calibration_habits_ordinary, 5, serial);
    g_autoptr(GRand) random = calibration_random(5, serial, 1, "ordinary");
    CalibrationScan scan = calibration_scan_ordinary(150, CALIBRATION_COLOUR, random);
    scan.fold = 30;
    scan.seal = 0.6;
    g_autoptr(PIX) pix = simulate(package, respondent, &scan, 5);
    return hash(pix);
}

static gpointer
simulate_thread(gpointer serial)
{
    return simulate_serial(serial);
}

static void
test_same_seed_same_page(void)
{
    g_autofree char *a = simulate_serial("A"), *b = simulate_serial("B");
    g_autofree char *b_again = simulate_serial("B"), *a_again = simulate_serial("A");
    GThread *thread = g_thread_new("page", simulate_thread, (gpointer) "A");
    g_autofree char *b_beside = simulate_serial("B");
    g_autofree char *a_thread = g_thread_join(thread);
    g_assert_cmpstr(a, ==, a_again);
    g_assert_cmpstr(a, ==, a_thread);
    g_assert_cmpstr(b, ==, b_again);
    g_assert_cmpstr(b, ==, b_beside);
    g_assert_cmpstr(a, !=, b);
}

/* Centroid of what is dark in a square window, px. */
static void
dark_centre(PIX *pix, double x_px, double y_px, double half_px, double *cx_px, double *cy_px)
{
    double sum = 0, sum_x = 0, sum_y = 0;
    for (int y = (int)(y_px - half_px); y <= y_px + half_px; y++)
        for (int x = (int)(x_px - half_px); x <= x_px + half_px; x++) {
            double dark = MAX(0, 235 - grey_at(pix, x, y));
            sum += dark;
            sum_x += dark * (x + 0.5);
            sum_y += dark * (y + 0.5);
        }
    g_assert_cmpfloat(sum, >, 0);
    *cx_px = sum_x / sum;
    *cy_px = sum_y / sum;
}

static void
check_geometry(const FormPackage *package, const CalibrationScan *scan)
{
    g_autoptr(PIX) pix = simulate(package, NULL, scan, 1);
    for (guint i = 0; i < G_N_ELEMENTS(fiducials); i++) {
        double x_px, y_px, cx_px, cy_px;
        calibration_scan_place(scan, package, fiducials[i].x_mm + 2.5, fiducials[i].y_mm + 2.5, &x_px, &y_px);
        dark_centre(pix, x_px, y_px, 4.2 * scan->dpi / 25.4, &cx_px, &cy_px);
        double off_mm = hypot(cx_px - x_px, cy_px - y_px) * 25.4 / scan->dpi;
        g_assert_cmpfloat(off_mm, <, 0.1);
    }
}

static void
test_geometry(void)
{
    g_autoptr(FormPackage) package = make_package();
    static const double dpis[] = {150, 300, 600};
    for (guint i = 0; i < G_N_ELEMENTS(dpis); i++)
        for (int turns = 0; turns < 4; turns++) {
            CalibrationScan scan = plain_scan(dpis[i]);
            scan.quarter_turns = turns;
            scan.skew_deg = turns % 2 ? 1.1 : -0.9;
            scan.shift_x_mm = 1.3;
            scan.shift_y_mm = -0.8;
            scan.stretch_x = 0.994;
            scan.stretch_y = 1.006;
            check_geometry(package, &scan);
        }
    for (int sign = -1; sign <= 1; sign += 2) {
        CalibrationScan scan = plain_scan(200);
        scan.skew_deg = 5 * sign;
        scan.wobble_mm = 0.03;
        check_geometry(package, &scan);
    }
}

/* The page's top left corner goes clockwise round the image with the turns. */
static void
test_orientation(void)
{
    g_autoptr(FormPackage) package = make_package();
    static const gboolean right[] = {FALSE, TRUE, TRUE, FALSE}, low[] = {FALSE, FALSE, TRUE, TRUE};
    for (int turns = 0; turns < 4; turns++) {
        CalibrationScan scan = plain_scan(100);
        scan.quarter_turns = turns;
        g_autoptr(PIX) pix = simulate(package, NULL, &scan, 1);
        g_assert_cmpint(pixGetWidth(pix), ==, turns % 2 ? 1169 : 827);
        g_assert_cmpint(pixGetHeight(pix), ==, turns % 2 ? 827 : 1169);
        double x_px, y_px;
        calibration_scan_place(&scan, package, 0, 0, &x_px, &y_px);
        g_assert_cmpint(x_px > 400, ==, right[turns]);
        g_assert_cmpint(y_px > 400, ==, low[turns]);
    }
    /* Clockwise skew takes the top of the page to the right. */
    CalibrationScan skewed = plain_scan(100);
    skewed.skew_deg = 1;
    double x_px, y_px;
    calibration_scan_place(&skewed, package, 105, 0, &x_px, &y_px);
    g_assert_cmpfloat(x_px, >, 827 / 2.0);
}

static void
test_modes(void)
{
    g_autoptr(FormPackage) package = make_package();
    static const int depths[] = {1, 8, 32};
    for (int mode = 0; mode < 3; mode++) {
        CalibrationScan scan = plain_scan(200);
        scan.mode = (CalibrationMode)mode;
        g_autoptr(PIX) pix = simulate(package, NULL, &scan, 1);
        g_assert_cmpint(pixGetDepth(pix), ==, depths[mode]);
        g_assert_cmpint(pixGetXRes(pix), ==, 200);
        g_assert_cmpint(pixGetYRes(pix), ==, 200);
        l_uint32 dark = 0, light = 0;
        pixGetPixel(pix, (int)(10.5 * 200 / 25.4), (int)(10.5 * 200 / 25.4), &dark);
        pixGetPixel(pix, (int)(60 * 200 / 25.4), (int)(30 * 200 / 25.4), &light);
        if (mode == CALIBRATION_BILEVEL) {
            g_assert_cmpuint(dark, ==, 1);
            g_assert_cmpuint(light, ==, 0);
        } else {
            guint32 shift = mode == CALIBRATION_COLOUR ? 24 : 0;
            g_assert_cmpuint(dark >> shift, <, 60);
            g_assert_cmpuint(light >> shift, ==, 255);
        }
    }
}

/* Lightest less darkest grey within a square, px. */
static double
contrast_at(PIX *pix, double x_px, double y_px, double half_px)
{
    double least = 255, most = 0;
    for (int y = (int)(y_px - half_px); y <= y_px + half_px; y++)
        for (int x = (int)(x_px - half_px); x <= x_px + half_px; x++) {
            least = MIN(least, grey_at(pix, x, y));
            most = MAX(most, grey_at(pix, x, y));
        }
    return most - least;
}

static void
test_lost_corner(void)
{
    g_autoptr(FormPackage) package = make_package();
    static const int corner_fiducial[] = {0, 1, 3, 2}; /* clockwise from the top left */
    for (int corner = 1; corner <= 4; corner++)
        for (guint32 seed = 0; seed < 4; seed++) {
            CalibrationScan scan = plain_scan(150);
            scan.lost_corner = corner;
            g_autoptr(PIX) pix = simulate(package, NULL, &scan, seed);
            for (int other = 0; other < 4; other++) {
                const FormRect *r = &fiducials[corner_fiducial[other]];
                double k = 150 / 25.4,
                       contrast = contrast_at(pix, (r->x_mm + 2.5) * k, (r->y_mm + 2.5) * k, 3 * k);
                if (other == corner - 1)
                    g_assert_cmpfloat(contrast, <, 60);
                else
                    g_assert_cmpfloat(contrast, >, 180);
            }
        }
}

static void
test_lost_qr(void)
{
    g_autoptr(FormPackage) package = make_package();
    for (int lost = 1; lost <= 2; lost++)
        for (guint32 seed = 0; seed < 6; seed++) {
            CalibrationScan scan = plain_scan(150);
            scan.lost_qr = lost;
            g_autoptr(PIX) pix = simulate(package, NULL, &scan, seed);
            for (int code = 0; code < 2; code++) {
                double k = 150 / 25.4;
                double contrast =
                    contrast_at(pix, (codes[code].x_mm + 12) * k, (codes[code].y_mm + 12) * k, 10 * k);
                if (code == lost - 1)
                    g_assert_cmpfloat(contrast, <, 20);
                else
                    g_assert_cmpfloat(contrast, >, 180);
            }
        }
}

static gulong
count_red(PIX *pix)
{
    gulong n = 0;
    for (int y = 0; y < pixGetHeight(pix); y++)
        for (int x = 0; x < pixGetWidth(pix); x++) {
            l_int32 red, green, blue;
            pixGetRGBPixel(pix, x, y, &red, &green, &blue);
            n += red - green > 50 && red - blue > 50;
        }
    return n;
}

static void
test_seal_and_fold(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100);
    scan.mode = CALIBRATION_COLOUR;
    g_autoptr(PIX) clean = simulate(package, NULL, &scan, 2);
    scan.seal = 0.7;
    g_autoptr(PIX) sealed = simulate(package, NULL, &scan, 2);
    g_assert_cmpuint(count_red(clean), ==, 0);
    g_assert_cmpuint(count_red(sealed), >, 500);

    CalibrationScan folded = plain_scan(100);
    folded.fold = 60;
    g_autoptr(PIX) pix = simulate(package, NULL, &folded, 2);
    double darkest = 255;
    for (int y = 200; y < 1000; y++) /* a column without print */
        darkest = MIN(darkest, grey_at(pix, 100, y));
    g_assert_cmpfloat(darkest, <, 225);
    g_assert_cmpfloat(darkest, >, 150);
}

/* Standard deviation and mean of white paper. */
static void
paper_statistics(PIX *pix, double *mean, double *deviation)
{
    double sum = 0, squares = 0, n = 0;
    for (int y = 300; y < 700; y++)
        for (int x = 100; x < 500; x++) {
            double value = grey_at(pix, x, y);
            sum += value;
            squares += value * value;
            n++;
        }
    *mean = sum / n;
    *deviation = sqrt(squares / n - *mean * *mean);
}

static void
test_tone(void)
{
    g_autoptr(FormPackage) package = make_package();
    double mean, deviation;
    CalibrationScan scan = plain_scan(200);
    scan.brightness = 200;
    scan.noise = 5;
    g_autoptr(PIX) noisy = simulate(package, NULL, &scan, 4);
    paper_statistics(noisy, &mean, &deviation);
    g_assert_cmpfloat_with_epsilon(mean, 200, 1);
    g_assert_cmpfloat_with_epsilon(deviation, 5, 0.4);
    scan.noise = 0;
    scan.grain = 4;
    g_autoptr(PIX) grainy = simulate(package, NULL, &scan, 4);
    paper_statistics(grainy, &mean, &deviation);
    g_assert_cmpfloat_with_epsilon(deviation, 4, 0.8);
    scan.grain = 0;
    scan.shading = 40;
    g_autoptr(PIX) shaded = simulate(package, NULL, &scan, 4);
    double left = grey_at(shaded, 300, 1100), right = grey_at(shaded, 1640, 1100);
    double top = grey_at(shaded, 820, 20), low = grey_at(shaded, 820, 2320);
    g_assert_cmpfloat(MAX(fabs(left - right), fabs(top - low)), >, 25);
}

/* Blur widens an edge to what a Gaussian of that deviation makes of it: 16 % … 84 % is two deviations. */
static void
test_blur(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(300);
    scan.blur_mm = 0.2;
    g_autoptr(PIX) pix = simulate(package, NULL, &scan, 1);
    int y = (int)(10.5 * 300 / 25.4), from = 0, to = 0;
    for (int x = (int)(6 * 300 / 25.4); x < (int)(10 * 300 / 25.4); x++) {
        double share = (255 - grey_at(pix, x, y)) / (255 - 24);
        from += share < 0.16;
        to += share < 0.84;
    }
    g_assert_cmpfloat_with_epsilon((to - from) * 25.4 / 300, 0.4, 0.1);
}

static double
distance(PIX *a, PIX *b)
{
    double sum = 0;
    for (int y = 0; y < pixGetHeight(a); y += 3)
        for (int x = 0; x < pixGetWidth(a); x += 3)
            sum += fabs(grey_at(a, x, y) - grey_at(b, x, y));
    return sum;
}

static void
test_jpeg(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100);
    g_autoptr(PIX) exact = simulate(package, NULL, &scan, 1);
    scan.jpeg_quality = 92;
    g_autoptr(PIX) fine = simulate(package, NULL, &scan, 1);
    scan.jpeg_quality = 30;
    g_autoptr(PIX) coarse = simulate(package, NULL, &scan, 1);
    g_assert_cmpfloat(distance(exact, fine), >, 0);
    g_assert_cmpfloat(distance(exact, coarse), >, 1.5 * distance(exact, fine));
}

static void
test_write(void)
{
    g_autoptr(FormPackage) package = make_package();
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp("phieu-simulation-XXXXXX", &error);
    g_assert_no_error(error);
    static const char *const names[] = {"a.tif", "b.jpg", "c.jpg"};
    for (int mode = 0; mode < 3; mode++) {
        CalibrationScan scan = plain_scan(150);
        scan.mode = (CalibrationMode)mode;
        g_autoptr(PIX) pix = simulate(package, NULL, &scan, 1);
        g_autofree char *path = g_build_filename(dir, names[mode], NULL);
        g_assert_true(calibration_write(pix, &scan, path, &error));
        g_assert_no_error(error);
        g_autoptr(PIX) back = pixRead(path);
        g_assert_nonnull(back);
        g_assert_cmpint(pixGetWidth(back), ==, pixGetWidth(pix));
        g_assert_cmpint(pixGetHeight(back), ==, pixGetHeight(pix));
        g_assert_cmpint(pixGetDepth(back), ==, pixGetDepth(pix));
        g_assert_cmpint(pixGetXRes(back), ==, 150);
        l_int32 same = 0;
        if (mode == CALIBRATION_BILEVEL) {
            g_assert_cmpint(pixGetInputFormat(back), ==, IFF_TIFF_G4);
            pixEqual(pix, back, &same);
            g_assert_true(same);
        }
        g_assert_cmpint(g_unlink(path), ==, 0);
    }
    CalibrationScan scan = plain_scan(100);
    g_autoptr(PIX) pix = simulate(package, NULL, &scan, 1);
    g_autofree char *nowhere = g_build_filename(dir, "no", "such", "folder.jpg", NULL);
    g_assert_false(calibration_write(pix, &scan, nowhere, &error));
    g_assert_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_MACHINE);
    /* Nothing is left behind: the folder can go. */
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

static void
test_ordinary_scans(void)
{
    g_autoptr(GRand) random = calibration_random(1, "", 0, "many");
    int folds = 0, seals = 0, upside_down = 0;
    for (int i = 0; i < 2000; i++) {
        CalibrationScan scan = calibration_scan_ordinary(300, CALIBRATION_GREY, random);
        g_assert_cmpfloat(fabs(scan.skew_deg), <=, 1.2);
        g_assert_cmpfloat(fabs(scan.shift_x_mm), <=, 2);
        g_assert_cmpfloat(fabs(scan.stretch_y - 1), <=, 0.0101);
        g_assert_cmpint(scan.jpeg_quality, >=, 80);
        g_assert_cmpint(scan.jpeg_quality, <=, 92);
        g_assert_cmpint(scan.lost_corner + scan.lost_qr, ==, 0);
        folds += scan.fold > 0;
        seals += scan.seal > 0;
        upside_down += scan.quarter_turns == 2;
    }
    g_assert_cmpint(folds, >, 200);
    g_assert_cmpint(folds, <, 400);
    g_assert_cmpint(seals, >, 100);
    g_assert_cmpint(seals, <, 220);
    g_assert_cmpint(upside_down, >, 25);
    g_assert_cmpint(upside_down, <, 105);
    CalibrationScan line_art = calibration_scan_ordinary(300, CALIBRATION_BILEVEL, random);
    g_assert_cmpint(line_art.jpeg_quality, ==, 0);
}

static void
test_bounds(void)
{
    g_autoptr(FormPackage) package = make_package();
    g_autoptr(cairo_surface_t) paper = print_page(package, 60);
    g_autoptr(GRand) random = calibration_random(1, "", 0, "bounds");
    CalibrationScan low = plain_scan(49), high = plain_scan(1201), none = plain_scan(NAN),
                    right = plain_scan(60);
    g_assert_null(calibration_scan_paper(paper, package, 1, &low, random));
    g_assert_null(calibration_scan_paper(paper, package, 1, &high, random));
    g_assert_null(calibration_scan_paper(paper, package, 1, &none, random));
    g_assert_null(calibration_scan_paper(paper, package, 2, &right, random));
    CalibrationScan wild = {.dpi = 60,
                            .mode = CALIBRATION_COLOUR,
                            .quarter_turns = -3,
                            .skew_deg = 217,
                            .shift_x_mm = 900,
                            .stretch_x = 0.3,
                            .stretch_y = 9,
                            .wobble_mm = 40,
                            .blur_mm = 30,
                            .noise = 1e4,
                            .grain = 1e4,
                            .brightness = 1,
                            .shading = 1e4,
                            .fold = 1e4,
                            .seal = 9,
                            .lost_corner = 4,
                            .lost_qr = 77,
                            .jpeg_quality = 400};
    g_autoptr(PIX) pix = calibration_scan_paper(paper, package, 1, &wild, random);
    g_assert_nonnull(pix);
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/simulation/random", test_random);
    g_test_add_func("/simulation/same-seed-same-page", test_same_seed_same_page);
    g_test_add_func("/simulation/geometry", test_geometry);
    g_test_add_func("/simulation/orientation", test_orientation);
    g_test_add_func("/simulation/modes", test_modes);
    g_test_add_func("/simulation/lost-corner", test_lost_corner);
    g_test_add_func("/simulation/lost-qr", test_lost_qr);
    g_test_add_func("/simulation/seal-and-fold", test_seal_and_fold);
    g_test_add_func("/simulation/tone", test_tone);
    g_test_add_func("/simulation/blur", test_blur);
    g_test_add_func("/simulation/jpeg", test_jpeg);
    g_test_add_func("/simulation/write", test_write);
    g_test_add_func("/simulation/ordinary-scans", test_ordinary_scans);
    g_test_add_func("/simulation/bounds", test_bounds);
    return g_test_run();
}
