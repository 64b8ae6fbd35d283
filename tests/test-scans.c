/* The simulated paper, scanner and camera: that everything that may befall a page does, and lies where it is
 * said to lie. */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "calibration-simulation.h"
#include "form-definition.h"
#include "form-layout.h"
#include "form-shipped.h"

#define SERIAL "0100423"

static const FormRect fiducials[] = {{8, 8, 5, 5}, {197, 8, 5, 5}, {8, 284, 5, 5}, {197, 284, 5, 5}};
static const FormRect codes[] = {{150, 20, 24, 24}, {30, 255, 24, 24}};

static FormPackage *
make_package(void)
{
    FormPackage *package = form_package_new("TEST", 1);
    package->width_mm = 210;
    package->height_mm = 297;
    FormPage *page = form_package_add_page(package);
    g_array_append_vals(page->fiducials, fiducials, G_N_ELEMENTS(fiducials));
    g_array_append_vals(page->qr, codes, G_N_ELEMENTS(codes));
    return package;
}

/* Squares of 3 mm on a grid of 25 mm, to be found again. */
#define DOTS_X 8
#define DOTS_Y 11

static FormRect
dot(int i)
{
    return (FormRect){16 + 25 * (i % DOTS_X), 20 + 25 * (i / DOTS_X), 3, 3};
}

typedef enum { PRINT_NOTHING, PRINT_DOTS, PRINT_CODES } Print;

static cairo_surface_t *
print_page(const FormPackage *package, double dpi, Print what)
{
    double k = dpi / 25.4;
    cairo_surface_t *paper = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)lround(package->width_mm * k), (int)lround(package->height_mm * k));
    g_autoptr(cairo_t) cr = cairo_create(paper);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, k, k);
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (int i = 0; i < DOTS_X * DOTS_Y && what == PRINT_DOTS; i++)
        cairo_rectangle(cr, dot(i).x_mm, dot(i).y_mm, dot(i).w_mm, dot(i).h_mm);
    for (guint i = 0; i < G_N_ELEMENTS(codes) && what == PRINT_CODES; i++)
        for (int cell = 0; cell < 400; cell++)
            if (cell * 7919 % 13 < 6)
                cairo_rectangle(cr, codes[i].x_mm + 2 + cell % 20, codes[i].y_mm + 2 + cell / 20, 1, 1);
    cairo_fill(cr);
    return paper;
}

static PIX *
scan_page(const FormPackage *package, const CalibrationScan *scan, Print what, guint32 seed)
{
    g_autoptr(cairo_surface_t) paper = print_page(package, scan->dpi, what);
    g_autoptr(GRand) random = calibration_random(seed, SERIAL, 1, "scan");
    PIX *pix = calibration_scan_paper(paper, package, 1, scan, random);
    g_assert_nonnull(pix);
    return pix;
}

static double
grey_at(PIX *pix, int x, int y)
{
    l_uint32 value = 255;
    pixGetPixel(pix, x, y, &value);
    return value;
}

/* Mean and lightest less darkest of a rectangle in mm of a straight scan. */
static double
mean_in(PIX *pix, double dpi, FormRect r, double *contrast)
{
    double k = dpi / 25.4, sum = 0, n = 0, least = 255, most = 0;
    for (int y = (int)(r.y_mm * k); y < (r.y_mm + r.h_mm) * k; y++)
        for (int x = (int)(r.x_mm * k); x < (r.x_mm + r.w_mm) * k; x++) {
            double value = grey_at(pix, x, y);
            sum += value;
            n++;
            least = MIN(least, value);
            most = MAX(most, value);
        }
    if (contrast)
        *contrast = most - least;
    return sum / n;
}

static double
grey_in(PIX *pix, double dpi, double x_mm, double y_mm, double w_mm, double h_mm)
{
    return mean_in(pix, dpi, (FormRect){x_mm, y_mm, w_mm, h_mm}, NULL);
}

static char *
hash(PIX *pix)
{
    gsize length = (gsize)pixGetWpl(pix) * (gsize)pixGetHeight(pix) * 4;
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)pixGetData(pix), length);
}

static CalibrationScan
plain_scan(double dpi)
{
    return (CalibrationScan){.dpi = dpi, .mode = CALIBRATION_GREY, .lid = 250};
}

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

static void
test_lost(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100);
    double contrast;
    scan.lost_qr = CALIBRATION_ALL_QR;
    g_autoptr(PIX) covered = scan_page(package, &scan, PRINT_CODES, 1);
    for (int i = 0; i < 2; i++) {
        mean_in(covered, 100, (FormRect){codes[i].x_mm + 2, codes[i].y_mm + 2, 20, 20}, &contrast);
        g_assert_cmpfloat(contrast, <, 20);
    }
    /* Cut or covered, nothing of the dots next to an edge is left, and those in the middle stay. */
    static const double beside[][2] = {{116, 20}, {191, 145}, {116, 270}, {16, 145}};
    for (int edge = CALIBRATION_EDGE_TOP; edge <= CALIBRATION_EDGE_LEFT; edge++)
        for (guint32 seed = 0; seed < 3; seed++) {
            CalibrationScan cut = plain_scan(100);
            cut.lost_edge = (CalibrationEdge)edge;
            cut.lost_edge_mm = 32;
            g_autoptr(PIX) pix = scan_page(package, &cut, PRINT_DOTS, seed);
            for (int i = 0; i < 4; i++) {
                double grey = grey_in(pix, 100, beside[i][0] + 0.5, beside[i][1] + 0.5, 2, 2);
                if (i == edge - 1)
                    g_assert_cmpfloat(grey, >, 150);
                else
                    g_assert_cmpfloat(grey, <, 60);
            }
        }
}

static void
test_dog_ear(void)
{
    g_autoptr(FormPackage) package = make_package();
    static const double places[][2] = {{16, 20}, {191, 20}, {191, 270}, {16, 270}};
    for (int corner = 1; corner <= 4; corner++) {
        CalibrationScan scan = plain_scan(100);
        scan.folded_corner = corner;
        scan.dog_ear_mm = 60;
        scan.lid = 120;
        g_autoptr(PIX) pix = scan_page(package, &scan, PRINT_DOTS, 3);
        for (int i = 0; i < 4; i++) {
            double grey = grey_in(pix, 100, places[i][0] + 0.5, places[i][1] + 0.5, 2, 2);
            if (i == corner - 1)
                g_assert_cmpfloat(grey, >, 100);
            else
                g_assert_cmpfloat(grey, <, 60);
        }
        /* The corner itself is the lid, its back is white. */
        int x = corner == 2 || corner == 3 ? pixGetWidth(pix) - 6 : 5;
        int y = corner >= 3 ? pixGetHeight(pix) - 6 : 5;
        g_assert_cmpfloat(fabs(grey_at(pix, x, y) - 137), <, 20);
    }
}

static void
test_qr_damage(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(150);
    g_autoptr(PIX) whole = scan_page(package, &scan, PRINT_CODES, 1);
    for (int kind = 0; kind < CALIBRATION_QR_DAMAGES; kind++) {
        double before = 0;
        scan.qr_damage = 1 << kind;
        for (int strength = 0; strength <= 2; strength++) {
            double changed = 0;
            scan.qr_strength = strength / 2.0;
            for (guint32 seed = 0; seed < 12; seed++) {
                g_autoptr(PIX) pix = scan_page(package, &scan, PRINT_CODES, seed);
                for (int y = (int)(20 * 150 / 25.4); y < 44 * 150 / 25.4; y += 2)
                    for (int x = (int)(150 * 150 / 25.4); x < 174 * 150 / 25.4; x += 2)
                        changed += fabs(grey_at(pix, x, y) - grey_at(whole, x, y));
                /* Elsewhere only strokes go on. */
                if (kind != 4)
                    g_assert_cmpfloat(grey_in(pix, 150, 60, 100, 80, 60), >, 254);
            }
            if (strength == 0)
                g_assert_cmpfloat(changed, <, 1);
            else
                g_assert_cmpfloat(changed, >, before * 1.2 + 100);
            before = changed;
        }
    }
}

/* The back's print is seen mirrored and faint. */
static void
test_show_through(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100);
    scan.show_through = 0.2;
    g_autoptr(cairo_surface_t) front = print_page(package, 100, PRINT_NOTHING);
    g_autoptr(cairo_surface_t) back = print_page(package, 60, PRINT_NOTHING);
    g_autoptr(cairo_t) cr = cairo_create(back);
    cairo_rectangle(cr, 20 * 60 / 25.4, 50 * 60 / 25.4, 30 * 60 / 25.4, 20 * 60 / 25.4);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_fill(cr);
    cairo_surface_flush(back);
    const CalibrationPaper paper = {.package = package, .page = 1, .front = front, .back = back};
    g_autoptr(GRand) random = calibration_random(1, SERIAL, 1, "scan");
    g_autoptr(PIX) pix = calibration_scan_sheet(&paper, &scan, random);
    g_assert_cmpfloat_with_epsilon(grey_in(pix, 100, 165, 54, 20, 12), 255 - 0.2 * (255 - 24), 4);
    g_assert_cmpfloat(grey_in(pix, 100, 25, 54, 20, 12), >, 253);
}

static void
test_soiled(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100), stained = scan, dirty = scan, creased = scan, curled = scan;
    g_autoptr(PIX) clean = scan_page(package, &scan, PRINT_NOTHING, 2);
    double white = grey_in(clean, 100, 1, 1, 208, 295);
    g_assert_cmpfloat(white, >, 254.5);
    stained.stains = 6;
    stained.stain_depth = 0.4;
    dirty.dirt = 1;
    creased.creases = 20;
    creased.crease_depth = 80;
    curled.curl_edge = CALIBRATION_EDGE_BOTTOM;
    curled.curl_mm = 0.5;
    curled.curl_shade = 0.4;
    const CalibrationScan *scans[] = {&stained, &dirty, &creased, &curled};
    for (guint i = 0; i < G_N_ELEMENTS(scans); i++) {
        g_autoptr(PIX) pix = scan_page(package, scans[i], PRINT_NOTHING, 2);
        double grey = grey_in(pix, 100, 1, 1, 208, 295);
        g_assert_cmpfloat(grey, <, white - 0.03);
        g_assert_cmpfloat(grey, >, white - 40);
    }
    g_autoptr(PIX) bent = scan_page(package, &curled, PRINT_NOTHING, 2);
    g_assert_cmpfloat(grey_in(bent, 100, 50, 290, 100, 3), <, grey_in(bent, 100, 50, 200, 100, 3) - 40);
}

static void
test_streaks(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(300);
    scan.brightness = 200;
    scan.streaks[0] = (CalibrationStreak){.at = 0.25, .width_mm = 0.5, .depth = 0.8};
    scan.streaks[1] = (CalibrationStreak){.at = 0.5, .width_mm = 0.5, .depth = -1};
    scan.streaks[2] = (CalibrationStreak){.at = 0.75, .width_mm = 0.5, .depth = 0.8, .from = 0.4, .to = 0.6};
    g_autoptr(PIX) pix = scan_page(package, &scan, PRINT_NOTHING, 1);
    for (int y = 10; y < 3500; y += 50) {
        g_assert_cmpfloat_with_epsilon(grey_at(pix, 620, y), 40, 2);
        g_assert_cmpfloat_with_epsilon(grey_at(pix, 1240, y), 255, 1);
        g_assert_cmpfloat_with_epsilon(grey_at(pix, 1860, y), y > 1404 && y < 2104 ? 40 : 200, 2);
        g_assert_cmpfloat_with_epsilon(grey_at(pix, 900, y), 200, 1);
        g_assert_cmpfloat_with_epsilon(grey_at(pix, 612, y), 200, 1);
        g_assert_cmpfloat_with_epsilon(grey_at(pix, 628, y), 200, 1);
    }
}

static void
test_light(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100);
    scan.black = 90;
    scan.brightness = 200;
    g_autoptr(PIX) flat = scan_page(package, &scan, PRINT_DOTS, 1);
    g_assert_cmpfloat_with_epsilon(grey_in(flat, 100, 30, 30, 5, 5), 200, 1);
    g_assert_cmpfloat_with_epsilon(grey_in(flat, 100, 16.6, 20.6, 1.8, 1.8), 90, 2);
    scan.brightness = 290;
    scan.black = 24;
    scan.shading = 30; /* does not show where all is beyond white */
    g_autoptr(PIX) over = scan_page(package, &scan, PRINT_DOTS, 1);
    g_assert_cmpfloat(grey_in(over, 100, 20, 28, 160, 15), ==, 255);
    CalibrationScan edges = plain_scan(100);
    edges.dark_edge_mm = 10;
    g_autoptr(PIX) dark = scan_page(package, &edges, PRINT_NOTHING, 1);
    g_assert_cmpfloat(grey_in(dark, 100, 0.3, 100, 1, 50), <, 170);
    g_assert_cmpfloat(grey_in(dark, 100, 208.5, 100, 1, 50), <, 170);
    g_assert_cmpfloat(grey_in(dark, 100, 12, 100, 180, 50), ==, 255);
}

static void
test_camera(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100);
    scan.photo = TRUE;
    scan.vignetting = 0.4;
    g_autoptr(PIX) pix = scan_page(package, &scan, PRINT_NOTHING, 1);
    double middle = grey_in(pix, 100, 108, 150, 10, 10), corner = grey_in(pix, 100, 10, 10, 3, 3);
    g_assert_cmpfloat_with_epsilon((middle - corner) / (middle - 24), 0.35, 0.06);
    CalibrationScan coloured = plain_scan(100);
    coloured.mode = CALIBRATION_COLOUR;
    coloured.cast[2] = 0.3;
    g_autoptr(PIX) warm = scan_page(package, &coloured, PRINT_NOTHING, 1);
    l_int32 red, green, blue;
    pixGetRGBPixel(warm, 400, 500, &red, &green, &blue);
    g_assert_cmpint(red, >, blue + 55);
    /* A hand that moves sideways widens what is upright only. */
    CalibrationScan moving = plain_scan(200);
    moving.motion_mm = 1;
    g_autoptr(PIX) moved = scan_page(package, &moving, PRINT_DOTS, 1);
    g_assert_cmpfloat(grey_in(moved, 200, 15.6, 21, 0.3, 1), <, 250);
    g_assert_cmpfloat(grey_in(moved, 200, 17, 19.5, 1, 0.3), >, 254);
}

/* Dithering keeps the tone: the share of black is what is lost of white. */
static void
test_dither(void)
{
    g_autoptr(FormPackage) package = make_package();
    for (int dither = CALIBRATION_DITHER_ORDERED; dither <= CALIBRATION_DITHER_DIFFUSION; dither++) {
        double before = -1;
        for (int tone = 1; tone <= 3; tone++) {
            CalibrationScan scan = plain_scan(150);
            scan.mode = CALIBRATION_BILEVEL;
            scan.threshold = 0.5;
            scan.dither = (CalibrationDither)dither;
            g_autoptr(cairo_surface_t) paper = print_page(package, 150, PRINT_NOTHING);
            g_autoptr(cairo_t) cr = cairo_create(paper);
            cairo_set_source_rgb(cr, tone * 0.25, tone * 0.25, tone * 0.25);
            cairo_paint(cr);
            cairo_surface_flush(paper);
            g_autoptr(GRand) random = calibration_random(1, SERIAL, 1, "scan");
            g_autoptr(PIX) pix = calibration_scan_paper(paper, package, 1, &scan, random);
            double black = grey_in(pix, 150, 50, 50, 100, 100);
            if (dither == CALIBRATION_DITHER_DIFFUSION)
                g_assert_cmpfloat_with_epsilon(black, 1 - (24 + tone * 0.25 * 231) / 255, 0.03);
            if (before >= 0)
                g_assert_cmpfloat(before - black, >, 0.15);
            before = black;
        }
    }
}

static void
test_threshold(void)
{
    g_autoptr(FormPackage) package = make_package();
    double black[2];
    for (int i = 0; i < 2; i++) {
        CalibrationScan scan = plain_scan(150);
        scan.mode = CALIBRATION_BILEVEL;
        scan.blur_mm = 0.15;
        scan.threshold = i ? 0.75 : 0.35;
        g_autoptr(PIX) pix = scan_page(package, &scan, PRINT_DOTS, 1);
        black[i] = grey_in(pix, 150, 10, 10, 190, 270);
    }
    g_assert_cmpfloat(black[1], >, black[0] * 1.08);
}

/* What a station must flag. */
static void
test_defects(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100), cut = scan, tail = scan, over = scan, two = scan, faint = scan;
    cut.cut_off = 0.3;
    g_autoptr(PIX) shorter = scan_page(package, &cut, PRINT_DOTS, 1);
    g_assert_cmpint(pixGetWidth(shorter), ==, 827);
    g_assert_cmpint(pixGetHeight(shorter), ==, 818);
    tail.grey_tail = 0.25;
    tail.noise = 4;
    g_autoptr(PIX) grey = scan_page(package, &tail, PRINT_DOTS, 1);
    double contrast;
    g_assert_cmpfloat(mean_in(grey, 100, (FormRect){0, 223, 209, 73}, &contrast), ==, 128);
    g_assert_cmpfloat(contrast, ==, 0);
    g_assert_cmpfloat(grey_in(grey, 100, 0, 216, 209, 6), >, 200);
    over.folded_over = 0.3;
    over.lid = 60;
    g_autoptr(PIX) folded = scan_page(package, &over, PRINT_DOTS, 1);
    g_assert_cmpfloat(grey_in(folded, 100, 16.5, 45.5, 2, 2), <, 60);
    mean_in(folded, 100, (FormRect){10, 140, 190, 60}, &contrast);
    g_assert_cmpfloat(contrast, <, 20);
    g_assert_cmpfloat_with_epsilon(grey_in(folded, 100, 10, 215, 190, 75), 24 + 60 * 231 / 255.0, 20);
    two.overlapped = 0.4;
    g_autoptr(PIX) lapped = scan_page(package, &two, PRINT_DOTS, 1);
    g_assert_cmpfloat(grey_in(lapped, 100, 16.5, 45.5, 2, 2), <, 60);
    mean_in(lapped, 100, (FormRect){10, 190, 190, 95}, &contrast);
    g_assert_cmpfloat(contrast, <, 20);
    faint.fade = 0.9;
    g_autoptr(PIX) pale = scan_page(package, &faint, PRINT_DOTS, 1);
    g_assert_cmpfloat(grey_in(pale, 100, 16.6, 20.6, 1.8, 1.8), >, 220);
}

static void
check_hard(const CalibrationScan *scan)
{
    g_assert_cmpfloat(fabs(scan->skew_deg), <=, 10);
    g_assert_true(scan->print_scale == 0 || (scan->print_scale >= 0.94 && scan->print_scale <= 1.06));
    for (int i = 0; i < CALIBRATION_JUMPS; i++)
        g_assert_true(scan->jump_mm[i] == 0 ||
                      (fabs(scan->jump_mm[i]) >= 0.3 && fabs(scan->jump_mm[i]) <= 1.5));
    for (int i = 0; i < CALIBRATION_STREAKS; i++)
        g_assert_true(scan->streaks[i].width_mm == 0 ||
                      (scan->streaks[i].width_mm >= 0.1 && scan->streaks[i].width_mm <= 0.5));
    g_assert_true(scan->mode == CALIBRATION_BILEVEL ? scan->jpeg_quality == 0
                                                    : scan->jpeg_quality >= 50 && scan->jpeg_quality <= 92);
    /* Pages that cannot be read are no part of it. */
    g_assert_cmpfloat(scan->fade + scan->folded_over + scan->overlapped + scan->cut_off + scan->grey_tail, ==,
                      0);
    g_assert_false(scan->photo);
}

static void
test_hard_population(void)
{
    enum { N = 4000 };
    g_autoptr(GRand) random = calibration_random(1, "", 0, "many");
    int usual_dpi = 0, modes[3] = {0}, seen[12] = {0};
    for (int i = 0; i < N; i++) {
        CalibrationScan scan = calibration_scan_hard(random);
        check_hard(&scan);
        usual_dpi += scan.dpi == 200 || scan.dpi == 300;
        modes[scan.mode]++;
        int have[] = {scan.fold > 0,           scan.seal > 0,          scan.seal_anywhere,
                      scan.stains > 0,         scan.show_through > 0,  scan.streaks[0].width_mm > 0,
                      scan.jump_mm[0] != 0,    scan.folded_corner > 0, scan.quarter_turns == 2,
                      fabs(scan.skew_deg) > 5, scan.dither > 0,        scan.curl_mm > 0};
        for (guint k = 0; k < G_N_ELEMENTS(have); k++)
            seen[k] += have[k];
    }
    static const int least[] = {1000, 300, 70, 140, 800, 100, 160, 50, 300, 100, 30, 220};
    for (guint k = 0; k < G_N_ELEMENTS(least); k++)
        g_assert_cmpint(seen[k], >, least[k]);
    g_assert_cmpint(usual_dpi, >, N / 2);
    for (int mode = 0; mode < 3; mode++)
        g_assert_cmpint(modes[mode], >, N / 10);
    for (int i = 0; i < 200; i++) {
        CalibrationScan scan = calibration_scan_hard(random);
        calibration_scan_spare_pencil(&scan);
        g_assert_cmpint(scan.mode, !=, CALIBRATION_BILEVEL);
        g_assert_cmpfloat(scan.brightness, <=, 255);
    }
}

static char *
hash_hard(guint32 seed, gboolean photo)
{
    g_autoptr(FormPackage) package = make_package();
    g_autoptr(GRand) random = calibration_random(seed, SERIAL, 1, "hard");
    CalibrationScan scan = photo ? calibration_scan_photo(30, random) : calibration_scan_hard(random);
    scan.dpi = 100;
    g_autoptr(PIX) pix = scan_page(package, &scan, PRINT_CODES, seed);
    return hash(pix);
}

static void
test_same_seed_same_page(void)
{
    for (guint32 seed = 1; seed <= 12; seed++) {
        g_autofree char *a = hash_hard(seed, seed > 8), *b = hash_hard(seed, seed > 8);
        g_autofree char *other = hash_hard(seed + 100, seed > 8);
        g_assert_cmpstr(a, ==, b);
        g_assert_cmpstr(a, !=, other);
    }
}

/* The head is printed from a row of the sample list. */
static void
test_head(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp("phieu-scans-XXXXXX", &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) bytes = form_shipped_definition("sipas-2026", &error);
    g_assert_no_error(error);
    g_autoptr(FormDefinition) definition = form_definition_parse("sipas-2026", bytes, &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(dir, "f.form.json", NULL);
    g_autoptr(FormPackage) package = form_layout_compile(definition, NULL, path, &error);
    g_assert_no_error(error);
    g_autoptr(FormPrinter) printer = form_printer_new(package, &error);
    g_assert_no_error(error);
    FormPage *page = form_package_page(package, 1);
    if (!page->head) {
        page->head = g_new0(FormHead, 1);
        page->head->rect = (FormRect){20, 30, 100, 8};
        page->head->text = g_strdup("${commune}");
    }
    char *columns[] = {(char *)"serial", (char *)"commune", (char *)"province", NULL};
    char *values[] = {(char *)SERIAL, (char *)"Xã Đông Hòa", (char *)"Tỉnh Bắc", NULL};
    const FormSample sample = {.columns = columns, .n_columns = 3};
    const FormSampleRow row = {.serial = (char *)SERIAL, .values = values, .line = 2};
    CalibrationCopy copy = {.printer = printer, .id = {.version = package->version, .page = 1}};
    g_strlcpy(copy.id.code, package->code, sizeof copy.id.code);
    g_strlcpy(copy.id.serial, SERIAL, sizeof copy.id.serial);
    CalibrationScan scan = plain_scan(150);
    g_autoptr(GRand) random = calibration_random(1, SERIAL, 1, "scan");
    g_autoptr(PIX) empty = calibration_simulate_copy(&copy, &scan, random);
    copy.sample = &sample;
    copy.row = &row;
    g_autoptr(PIX) filled = calibration_simulate_copy(&copy, &scan, random);
    FormRect head = page->head->rect;
    g_assert_cmpfloat(mean_in(filled, 150, head, NULL), <, mean_in(empty, 150, head, NULL) - 1);
    g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
    for (const char *name; (name = g_dir_read_name(open));) {
        g_autofree char *file = g_build_filename(dir, name, NULL);
        g_assert_cmpint(g_unlink(file), ==, 0);
    }
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

/* Numbers beyond any sense are bounded, and everything at once is still a page. */
static void
test_bounds(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan wild = {.dpi = 60,
                            .mode = CALIBRATION_COLOUR,
                            .print_scale = 0.2,
                            .fade = 7,
                            .drift_mm = 1e3,
                            .jump_mm = {1e3, -1e3, 5},
                            .jump_at = {0.1, 0.2, 3},
                            .fold = 50,
                            .fold_at = 9,
                            .fold_slope = 100,
                            .fold_step_mm = 1e4,
                            .curl_edge = CALIBRATION_EDGE_RIGHT,
                            .curl_mm = 1e4,
                            .curl_shade = 9,
                            .creases = 100000000,
                            .crease_depth = 1e4,
                            .folded_corner = 3,
                            .dog_ear_mm = 1e5,
                            .lost_edge = CALIBRATION_EDGE_LEFT,
                            .lost_edge_mm = 1e5,
                            .lost_qr = 55,
                            .qr_damage = -1,
                            .qr_strength = 1e3,
                            .seal = 2,
                            .seal_anywhere = TRUE,
                            .stains = 100000000,
                            .stain_depth = 60,
                            .dirt = 1e6,
                            .show_through = 7,
                            .brightness = 1e6,
                            .black = 1e6,
                            .dark_edge_mm = 1e4,
                            .lid = 1e4,
                            .streaks = {{-3, 1e5, 9, -3, 7}, {0.5, 1e5, -9, 7, -3}},
                            .photo = TRUE,
                            .tilt_deg = 1e3,
                            .distance_mm = 1,
                            .vignetting = 50,
                            .motion_mm = 1e5,
                            .cast = {9, 9, 9},
                            .jpeg_quality = 50,
                            .folded_over = 9,
                            .overlapped = 9,
                            .cut_off = 0.5,
                            .grey_tail = 0.2};
    g_autoptr(PIX) photo = scan_page(package, &wild, PRINT_CODES, 1);
    g_assert_nonnull(photo);
    wild.photo = FALSE;
    wild.mode = CALIBRATION_BILEVEL;
    wild.dither = CALIBRATION_DITHER_DIFFUSION;
    wild.print_scale = 5;
    wild.threshold = 40;
    wild.cut_off = 2;
    g_autoptr(PIX) pix = scan_page(package, &wild, PRINT_CODES, 1);
    g_assert_nonnull(pix);
    double x_px, y_px;
    calibration_scan_place(&wild, package, 10, 10, &x_px, &y_px);
    g_assert_true(isfinite(x_px) && isfinite(y_px));
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scans/print-scale", test_print_scale);
    g_test_add_func("/scans/feed", test_feed);
    g_test_add_func("/scans/shape", test_shape);
    g_test_add_func("/scans/photo-places", test_photo_places);
    g_test_add_func("/scans/hard-places", test_hard_places);
    g_test_add_func("/scans/lost", test_lost);
    g_test_add_func("/scans/dog-ear", test_dog_ear);
    g_test_add_func("/scans/qr-damage", test_qr_damage);
    g_test_add_func("/scans/show-through", test_show_through);
    g_test_add_func("/scans/soiled", test_soiled);
    g_test_add_func("/scans/streaks", test_streaks);
    g_test_add_func("/scans/light", test_light);
    g_test_add_func("/scans/camera", test_camera);
    g_test_add_func("/scans/dither", test_dither);
    g_test_add_func("/scans/threshold", test_threshold);
    g_test_add_func("/scans/defects", test_defects);
    g_test_add_func("/scans/hard-population", test_hard_population);
    g_test_add_func("/scans/same-seed-same-page", test_same_seed_same_page);
    g_test_add_func("/scans/head", test_head);
    g_test_add_func("/scans/bounds", test_bounds);
    return g_test_run();
}
