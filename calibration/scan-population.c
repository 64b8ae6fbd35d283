/* What scans there are: the populations, and photos. docs/simulation.md has the tables. */
#include <math.h>

#include "scan-private.h"

CalibrationScan
calibration_scan_ordinary(double dpi, CalibrationMode mode, GRand *random)
{
    CalibrationScan scan = {.dpi = dpi, .mode = mode};
    scan.quarter_turns = calibration_chance(random, 0.03) ? 2 : 0;
    scan.skew_deg = calibration_normal_within(random, 0, 0.5, -1.2, 1.2);
    scan.shift_x_mm = g_rand_double_range(random, -2, 2);
    scan.shift_y_mm = g_rand_double_range(random, -2, 2);
    scan.stretch_x = calibration_normal_within(random, 1, 0.004, 0.99, 1.01);
    scan.stretch_y = calibration_normal_within(random, 1, 0.005, 0.99, 1.01);
    scan.wobble_mm = g_rand_double_range(random, 0.01, 0.06);
    scan.blur_mm = g_rand_double_range(random, 0.03, 0.06);
    scan.noise = g_rand_double_range(random, 2, 5);
    scan.grain = g_rand_double_range(random, 1, 3);
    scan.brightness = g_rand_double_range(random, 235, 250);
    scan.shading = g_rand_double_range(random, 0, 15);
    double fold = g_rand_double_range(random, 15, 60), seal = g_rand_double_range(random, 0.5, 0.8);
    scan.fold = calibration_chance(random, 0.15) ? fold : 0;
    scan.seal = calibration_chance(random, 0.08) ? seal : 0;
    int quality = g_rand_int_range(random, 80, 93);
    scan.jpeg_quality = mode == CALIBRATION_BILEVEL ? 0 : quality;
    /* Sheets are folded once across the middle, or twice in thirds to fit an envelope. */
    double third = calibration_chance(random, 0.5) ? 1 / 3.0 : 2 / 3.0;
    scan.fold_at = (calibration_chance(random, 0.7) ? 0.5 : third) + calibration_normal(random, 0.008);
    scan.fold_slope = calibration_normal(random, 0.004);
    scan.fold_step_mm = g_rand_double_range(random, -0.12, 0.12);
    return scan;
}

static int
either_sign(GRand *random)
{
    return calibration_chance(random, 0.5) ? 1 : -1;
}

static void
draw_file(CalibrationScan *scan, GRand *random)
{
    static const double dpis[] = {150, 200, 300, 400, 600}, dpi_share[] = {0.1, 0.34, 0.43, 0.09, 0.04};
    static const double mode_share[] = {0.15, 0.6, 0.25};
    scan->dpi = dpis[calibration_pick(random, dpi_share, G_N_ELEMENTS(dpis))];
    scan->mode = (CalibrationMode)calibration_pick(random, mode_share, G_N_ELEMENTS(mode_share));
    if (scan->mode != CALIBRATION_BILEVEL) {
        scan->jpeg_quality = calibration_chance(random, 0.3) ? g_rand_int_range(random, 50, 65)
                                                             : g_rand_int_range(random, 65, 93);
        return;
    }
    scan->threshold = g_rand_double_range(random, 0.42, 0.72);
    if (calibration_chance(random, 0.1)) {
        gboolean ordered = calibration_chance(random, 0.5);
        scan->dpi = MAX(scan->dpi, 200);
        scan->dither = ordered ? CALIBRATION_DITHER_ORDERED : CALIBRATION_DITHER_DIFFUSION;
    }
}

static void
draw_feed(CalibrationScan *scan, GRand *random)
{
    static const double skew_share[] = {0.83, 0.13, 0.04};
    static const double skew_from[] = {0, 1.5, 5}, skew_to[] = {1.5, 5, 10};
    int kind = calibration_pick(random, skew_share, G_N_ELEMENTS(skew_share));
    scan->skew_deg = either_sign(random) * g_rand_double_range(random, skew_from[kind], skew_to[kind]);
    double turned = g_rand_double(random);
    scan->quarter_turns = turned < 0.1 ? 2 : turned < 0.11 ? 1 : turned < 0.12 ? 3 : 0;
    scan->shift_x_mm = g_rand_double_range(random, -3, 3);
    scan->shift_y_mm = g_rand_double_range(random, -3, 3);
    scan->stretch_x = calibration_normal_within(random, 1, 0.005, 0.985, 1.015);
    scan->stretch_y = calibration_normal_within(random, 1, 0.007, 0.98, 1.02);
    scan->wobble_mm = g_rand_double_range(random, 0.02, 0.1);
    if (calibration_chance(random, 0.2))
        scan->print_scale = g_rand_double_range(random, 0.94, 1.06);
    if (calibration_chance(random, 0.25))
        scan->drift_mm = g_rand_double_range(random, -1.5, 1.5);
    int jumps = calibration_chance(random, 0.06) ? g_rand_int_range(random, 1, CALIBRATION_JUMPS) : 0;
    for (int i = 0; i < jumps; i++) {
        scan->jump_mm[i] = either_sign(random) * g_rand_double_range(random, 0.3, 1.5);
        scan->jump_at[i] = g_rand_double_range(random, 0.05, 0.95);
    }
}

static void
draw_shape(CalibrationScan *scan, GRand *random)
{
    if (calibration_chance(random, 0.3)) {
        static const double places[] = {0.5, 1 / 3.0, 2 / 3.0, 0.25, 0.75},
                            share[] = {0.5, 0.2, 0.2, 0.05, 0.05};
        scan->fold = g_rand_double_range(random, 15, 90);
        scan->fold_at =
            places[calibration_pick(random, share, G_N_ELEMENTS(share))] + calibration_normal(random, 0.015);
        scan->fold_slope = calibration_normal(random, 0.01);
        scan->fold_step_mm = calibration_normal(random, 0.25);
    }
    if (calibration_chance(random, 0.08)) {
        scan->curl_edge =
            (CalibrationEdge)g_rand_int_range(random, CALIBRATION_EDGE_TOP, CALIBRATION_EDGE_LEFT + 1);
        scan->curl_mm = g_rand_double_range(random, 0.3, 3);
        scan->curl_shade = g_rand_double_range(random, 0, 0.35);
    }
    if (calibration_chance(random, 0.12)) {
        scan->creases = g_rand_int_range(random, 1, 9);
        scan->crease_depth = g_rand_double_range(random, 10, 60);
    }
}

static void
draw_losses(CalibrationScan *scan, GRand *random)
{
    double lost = g_rand_double(random);
    if (lost < 0.012)
        scan->lost_corner = g_rand_int_range(random, 1, 5);
    else if (lost < 0.035) {
        scan->folded_corner = g_rand_int_range(random, 1, 5);
        scan->dog_ear_mm = g_rand_double_range(random, 6, 28);
    } else if (lost < 0.045) {
        scan->lost_edge =
            (CalibrationEdge)g_rand_int_range(random, CALIBRATION_EDGE_TOP, CALIBRATION_EDGE_LEFT + 1);
        scan->lost_edge_mm = g_rand_double_range(random, 4, 14);
    } else if (lost < 0.06)
        scan->lost_qr = calibration_chance(random, 0.1) ? CALIBRATION_ALL_QR : g_rand_int_range(random, 1, 3);
    else if (lost < 0.08) {
        scan->qr_damage = 1 << g_rand_int_range(random, 0, CALIBRATION_QR_DAMAGES);
        scan->qr_strength = g_rand_double_range(random, 0.1, 0.5);
    }
}

static void
draw_soiling(CalibrationScan *scan, GRand *random)
{
    if (calibration_chance(random, 0.1)) {
        scan->seal = g_rand_double_range(random, 0.4, 0.9);
        scan->seal_anywhere = calibration_chance(random, 0.3);
    }
    if (calibration_chance(random, 0.05)) {
        scan->stains = g_rand_int_range(random, 1, 3);
        scan->stain_depth = g_rand_double_range(random, 0.06, 0.4);
    }
    if (calibration_chance(random, 0.15))
        scan->dirt = g_rand_double_range(random, 0, 1);
    if (calibration_chance(random, 0.25))
        scan->show_through = g_rand_double_range(random, 0.03, 0.16);
}

static void
draw_optics(CalibrationScan *scan, GRand *random)
{
    scan->blur_mm = g_rand_double_range(random, 0.03, 0.09);
    scan->noise = g_rand_double_range(random, 2, 10);
    scan->grain = g_rand_double_range(random, 1, 4.5);
    scan->brightness = g_rand_double_range(random, 200, 252);
    scan->shading = g_rand_double_range(random, 0, 40);
    double tone = g_rand_double(random);
    if (tone < 0.04)
        scan->brightness = g_rand_double_range(random, 262, 300);
    else if (tone < 0.07)
        scan->brightness = g_rand_double_range(random, 130, 180);
    else if (tone < 0.12)
        scan->black = g_rand_double_range(random, 50, 100);
    if (calibration_chance(random, 0.1))
        scan->dark_edge_mm = g_rand_double_range(random, 2, 10);
    if (calibration_chance(random, 0.08))
        scan->lid = g_rand_double_range(random, 90, 200);
}

/* A streak may begin and end where the dirt came and went. */
static void
draw_streaks(CalibrationScan *scan, GRand *random)
{
    static const double number_share[] = {0.96, 0.025, 0.01, 0.005};
    int streaks = calibration_pick(random, number_share, G_N_ELEMENTS(number_share));
    for (int i = 0; i < streaks; i++) {
        CalibrationStreak *streak = &scan->streaks[i];
        streak->at = g_rand_double_range(random, 0.02, 0.98);
        streak->width_mm = g_rand_double_range(random, 0.1, 0.5);
        streak->depth = calibration_chance(random, 0.65) ? g_rand_double_range(random, 0.15, 0.9)
                                                         : -g_rand_double_range(random, 0.3, 1);
        if (calibration_chance(random, 0.25)) {
            streak->from = g_rand_double_range(random, 0, 0.5);
            streak->to = g_rand_double_range(random, 0.5, 1);
        }
    }
}

CalibrationScan
calibration_scan_hard(GRand *random)
{
    CalibrationScan scan = {0};
    draw_file(&scan, random);
    draw_feed(&scan, random);
    draw_shape(&scan, random);
    draw_losses(&scan, random);
    draw_soiling(&scan, random);
    draw_optics(&scan, random);
    draw_streaks(&scan, random);
    return scan;
}

void
calibration_scan_spare_pencil(CalibrationScan *scan)
{
    scan->brightness = MIN(scan->brightness, 252);
    if (scan->mode != CALIBRATION_BILEVEL)
        return;
    scan->mode = CALIBRATION_GREY;
    scan->dither = CALIBRATION_DITHER_NONE;
    scan->threshold = 0;
    scan->jpeg_quality = 75;
}

CalibrationScan
calibration_scan_photo(double tilt_deg, GRand *random)
{
    CalibrationScan scan = {.dpi = g_rand_double_range(random, 150, 300), .photo = TRUE};
    scan.mode = calibration_chance(random, 0.8) ? CALIBRATION_COLOUR : CALIBRATION_GREY;
    static const double turn_share[] = {0.8, 0.08, 0.04, 0.08};
    scan.quarter_turns = calibration_pick(random, turn_share, G_N_ELEMENTS(turn_share));
    scan.skew_deg = calibration_normal_within(random, 0, 4, -10, 10);
    scan.tilt_deg = g_rand_double_range(random, 0, MAX(tilt_deg, 1e-9));
    scan.tilt_towards_deg = g_rand_double_range(random, 0, 360);
    scan.distance_mm = g_rand_double_range(random, 330, 600);
    scan.vignetting = g_rand_double_range(random, 0, 0.35);
    scan.shading = g_rand_double_range(random, 0, 90);
    scan.brightness = g_rand_double_range(random, 170, 250);
    scan.black = g_rand_double_range(random, 15, 50);
    scan.blur_mm = g_rand_double_range(random, 0.05, 0.14);
    scan.motion_mm = calibration_chance(random, 0.5) ? g_rand_double_range(random, 0.1, 0.4) : 0;
    scan.motion_deg = g_rand_double_range(random, 0, 180);
    /* Lamps lack blue, shade lacks red. */
    gboolean warm = calibration_chance(random, 0.7);
    scan.cast[warm ? 2 : 0] = g_rand_double_range(random, 0, 0.22);
    scan.cast[1] = g_rand_double_range(random, 0, 0.08);
    scan.noise = g_rand_double_range(random, 2, 9);
    scan.grain = g_rand_double_range(random, 1, 3);
    scan.lid = g_rand_double_range(random, 30, 190);
    scan.jpeg_quality = g_rand_int_range(random, 60, 93);
    if (calibration_chance(random, 0.3)) {
        scan.curl_edge =
            (CalibrationEdge)g_rand_int_range(random, CALIBRATION_EDGE_TOP, CALIBRATION_EDGE_LEFT + 1);
        scan.curl_mm = g_rand_double_range(random, 0.3, 3);
        scan.curl_shade = g_rand_double_range(random, 0, 0.3);
    }
    return scan;
}
