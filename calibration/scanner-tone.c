/* Levels: white and black, the grey steps, noise, and the threshold of 1 bit. */
#include <math.h>
#include <string.h>

#include "scanner-private.h"

#define STEP_INSET_MM  1.5
#define WHITE_INSET_MM 1.5
#define WHITE_COLUMNS  7 /* pieces that each white band is looked at in */
#define CONTENT_X_MM   17.0
#define CONTENT_W_MM   176.0
#define TILE_MM        2.0 /* noise is what differs within a tile */
#define TILE_LEAST_PX  20
#define TOLD_LEVELS    3.0 /* a step is told from white when it is darker by so many levels … */
#define TOLD_NOISE     0.5 /* … and so many deviations of the noise: 5 of the mean of a stroke of 100 px */
#define RAMP_SLICES    87  /* of 2 mm */
#define RAMP_INSET_MM  1.0

static const FormRect *
content_part(const FormRect *band, int i, int n, FormRect *part)
{
    double width = CONTENT_W_MM / n;
    *part = (FormRect){CONTENT_X_MM + i * width, band->y_mm, width, band->h_mm};
    return part;
}

static void
measure_white(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading)
{
    double levels[TARGET_N_WHITES * WHITE_COLUMNS], least = 255, most = 0;
    ScanHistogram all = {0};
    int n = 0;
    for (int band = 0; band < TARGET_N_WHITES; band++)
        for (int i = 0; i < WHITE_COLUMNS; i++) {
            FormRect part;
            ScanHistogram one = {0};
            content_part(&target_whites[band], i, WHITE_COLUMNS, &part);
            scan_histogram_add(&one, image, map, &part, WHITE_INSET_MM);
            if (!one.n)
                continue;
            double level = reading->mode == CALIBRATION_BILEVEL ? scan_histogram_quantile(&one, 0.5)
                                                                : scan_histogram_mean(&one);
            levels[n++] = level;
            least = MIN(least, level);
            most = MAX(most, level);
            for (int v = 0; v < 256; v++)
                all.count[v] += one.count[v];
            all.n += one.n;
        }
    reading->white = scan_median(levels, n);
    reading->shading = most > 0 ? (most - least) / most : NAN;
    reading->white_clipped = all.n ? (double)all.count[255] / all.n : NAN;
    if (reading->mode == CALIBRATION_BILEVEL)
        reading->white_specks = all.n ? (double)all.count[0] / all.n : NAN;
}

static void
measure_black(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading)
{
    ScanHistogram all = {0};
    for (int i = 0; i < TARGET_N_BLACKS; i++)
        scan_histogram_add(&all, image, map, &target_blacks[i], STEP_INSET_MM);
    reading->black = scan_histogram_quantile(&all, 0.5);
    reading->black_clipped = all.n ? (double)all.count[0] / all.n : NAN;
    if (reading->mode == CALIBRATION_BILEVEL)
        reading->black_specks = all.n ? (double)all.count[255] / all.n : NAN;
}

/* Least squares of ln((level - black) / (white - black)) = gamma · ln(1 - darkness), where both are well
 * inside. */
static double
fit_gamma(const CalibrationScannerReading *reading)
{
    double top = 0, bottom = 0;
    for (int i = 0; i < TARGET_N_STEPS; i++) {
        double u = 1 - target_steps[i] / 100,
               v = (reading->steps[i] - reading->black) / (reading->white - reading->black);
        if (u < 0.15 || u > 0.96 || !(v > 0.02 && v < 0.98))
            continue;
        top += log(u) * log(v);
        bottom += log(u) * log(u);
    }
    return bottom > 0 ? top / bottom : NAN;
}

/* Both wedges, one the other way round: what the lamp loses to one side cancels out. */
static void
measure_steps(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading)
{
    reading->lightest_told = NAN;
    for (int i = 0; i < TARGET_N_STEPS; i++) {
        double sum = 0, noise = 0;
        for (int wedge = 0; wedge < TARGET_N_WEDGES; wedge++) {
            ScanHistogram one = {0};
            FormRect rect = target_step_rect(wedge, i);
            scan_histogram_add(&one, image, map, &rect, STEP_INSET_MM);
            sum += scan_histogram_mean(&one) / TARGET_N_WEDGES;
            noise = MAX(noise, scan_histogram_deviation(&one));
        }
        reading->steps[i] = sum;
        double darker = reading->steps[0] - sum;
        if (i > 0 && isnan(reading->lightest_told) && darker > MAX(TOLD_LEVELS, TOLD_NOISE * noise))
            reading->lightest_told = target_steps[i];
    }
    reading->gamma = reading->mode == CALIBRATION_BILEVEL ? NAN : fit_gamma(reading);
}

/* From white on: where half of a slice has turned black. */
static double
ramp_threshold(const ScanImage *image, const ScanMap *map, int ramp)
{
    const FormRect *whole = &target_ramps[ramp];
    double step = whole->w_mm / RAMP_SLICES, before = 0;
    for (int i = 0; i < RAMP_SLICES; i++) {
        int at = ramp == 0 ? i : RAMP_SLICES - 1 - i;
        FormRect slice = {whole->x_mm + at * step, whole->y_mm + RAMP_INSET_MM, step,
                          whole->h_mm - 2 * RAMP_INSET_MM};
        ScanHistogram one = {0};
        scan_histogram_add(&one, image, map, &slice, 0);
        double black = one.n ? (double)one.count[0] / one.n : before;
        if (black >= 0.5)
            /* The shares are those of the slices' middles. */
            return CLAMP(i - 0.5 + (black > before ? (0.5 - before) / (black - before) : 0), 0, RAMP_SLICES) /
                   RAMP_SLICES;
        before = black;
    }
    return 1;
}

void
scan_measure_tone(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading)
{
    reading->threshold = reading->white_specks = reading->black_specks = NAN;
    measure_white(image, map, reading);
    measure_black(image, map, reading);
    measure_steps(image, map, reading);
    if (reading->mode != CALIBRATION_BILEVEL)
        return;
    reading->threshold = 0;
    for (int i = 0; i < TARGET_N_RAMPS; i++)
        reading->threshold += ramp_threshold(image, map, i) / TARGET_N_RAMPS;
}

/* The median over tiles of the deviation within a tile: dust and folds are in few of them. */
static double
noise_of(const ScanImage *image, const ScanMap *map, const FormRect *bands, int n_bands)
{
    g_autoptr(GArray) deviations = g_array_new(FALSE, FALSE, sizeof(double));
    for (int band = 0; band < n_bands; band++)
        for (double y = bands[band].y_mm + 1; y + TILE_MM < bands[band].y_mm + bands[band].h_mm; y += TILE_MM)
            for (double x = CONTENT_X_MM + 1; x + TILE_MM < CONTENT_X_MM + CONTENT_W_MM; x += 2 * TILE_MM) {
                FormRect tile = {x, y, TILE_MM, TILE_MM};
                ScanHistogram one = {0};
                scan_histogram_add(&one, image, map, &tile, 0);
                double deviation = scan_histogram_deviation(&one);
                if (one.n >= TILE_LEAST_PX)
                    g_array_append_val(deviations, deviation);
            }
    return scan_median((double *)(void *)deviations->data, (int)deviations->len);
}

void
scan_measure_noise(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading)
{
    reading->noise_white = reading->noise_grey = NAN;
    if (reading->mode == CALIBRATION_BILEVEL)
        return;
    reading->noise_white = noise_of(image, map, target_whites, TARGET_N_WHITES);
    reading->noise_grey = noise_of(image, map, target_greys, TARGET_N_GREYS);
}
