/* Sharpness by slanted edges: the edge spread function of a straight edge that crosses the pixel rows at a
 * small angle is sampled far finer than the pixels; its derivative's Fourier transform is the modulation
 * transfer function (ISO 12233:2017, 6.2 and annex D, e-SFR; P. D. Burns, "Slanted-Edge MTF for Digital
 * Camera and Scanner Analysis", IS&T PICS 2000). */
#include <math.h>
#include <string.h>

#include "scanner-private.h"

#define BINS_A_PX  4    /* of the edge spread function: fourfold oversampling, as the standard has it */
#define REACH_MM   1.6  /* the edge is looked at so far to both sides … */
#define END_MM     1.5  /* … and not so near to the square's corners */
#define SLICE_MM   0.5  /* pieces along the edge that it is fitted by */
#define MAX_BINS   1024 /* 2 · 1.6 mm · 4 bins at 1200 dpi: 605 */
#define MAX_SLICES 32
#define MTF_STEPS  200 /* looked at up to one cycle a pixel */

/* One straight edge: its middle, its direction and its normal, dark on the side the normal points away from.
 * px. */
typedef struct {
    TargetPoint middle, along, normal;
    double half_length, reach;
} Edge;

typedef struct {
    double mtf50;     /* cycles a pixel */
    double roughness; /* px */
    gboolean measured;
} EdgeReading;

static Edge
edge_of(const ScanMap *map, const TargetPoint *square, int side)
{
    double turn = TARGET_TILT_DEG * G_PI / 180 + side * G_PI / 2, half = TARGET_SQUARE_MM / 2;
    TargetPoint normal = {cos(turn), sin(turn)}, along = {-sin(turn), cos(turn)};
    double mx = square->x + half * normal.x, my = square->y + half * normal.y, reach = half - END_MM;
    TargetPoint a = scan_map_apply(map, mx - reach * along.x, my - reach * along.y),
                b = scan_map_apply(map, mx + reach * along.x, my + reach * along.y),
                centre = scan_map_apply(map, square->x, square->y);
    double length = hypot(b.x - a.x, b.y - a.y);
    Edge edge = {.middle = {(a.x + b.x) / 2, (a.y + b.y) / 2},
                 .along = {(b.x - a.x) / length, (b.y - a.y) / length},
                 .half_length = length / 2,
                 .reach = REACH_MM * map->px_per_mm};
    edge.normal = (TargetPoint){edge.along.y, -edge.along.x};
    double out = (edge.middle.x - centre.x) * edge.normal.x + (edge.middle.y - centre.y) * edge.normal.y;
    if (out < 0)
        edge.normal = (TargetPoint){-edge.normal.x, -edge.normal.y};
    return edge;
}

/* Calls `take` for the pixels about the edge. */
typedef void (*TakePixel)(double along, double across, double value, gpointer data);

static void
each_pixel(const ScanImage *image, const Edge *edge, TakePixel take, gpointer data)
{
    double half = hypot(edge->half_length, edge->reach);
    for (int y = (int)MAX(0, edge->middle.y - half); y < MIN(image->height, edge->middle.y + half); y++)
        for (int x = (int)MAX(0, edge->middle.x - half); x < MIN(image->width, edge->middle.x + half); x++) {
            double dx = x + 0.5 - edge->middle.x, dy = y + 0.5 - edge->middle.y;
            double along = dx * edge->along.x + dy * edge->along.y,
                   across = dx * edge->normal.x + dy * edge->normal.y;
            if (fabs(along) <= edge->half_length && fabs(across) <= edge->reach)
                take(along, across, image->bytes[(gsize)y * (gsize)image->width + x], data);
        }
}

/* In each slice along the edge, the darkness summed across tells where the edge lies. */
typedef struct {
    const Edge *edge;
    int n;
    double sum[MAX_SLICES], count[MAX_SLICES], low, high;
    double sum_along[MAX_SLICES];
} Slices;

static void
take_slice(double along, double across G_GNUC_UNUSED, double value, gpointer data)
{
    Slices *slices = data;
    int i = (int)((along + slices->edge->half_length) / (2 * slices->edge->half_length) * slices->n);
    i = CLAMP(i, 0, slices->n - 1);
    slices->sum[i] += value;
    slices->count[i]++;
    slices->sum_along[i] += along;
}

/* Shifts and turns the edge to where it is; its remaining unevenness is the roughness. Area of dark within
 * the slice over its width is the edge's place: blur does not move it. */
static gboolean
fit_edge(const ScanImage *image, Edge *edge, double black, double white, double *roughness)
{
    Slices slices = {.edge = edge};
    slices.n = CLAMP((int)(2 * edge->half_length / (edge->reach / REACH_MM * SLICE_MM)), 4, MAX_SLICES);
    each_pixel(image, edge, take_slice, &slices);
    double place[MAX_SLICES], at[MAX_SLICES], s = 0, st = 0, sp = 0, stt = 0, stp = 0;
    for (int i = 0; i < slices.n; i++) {
        if (slices.count[i] < 8)
            return FALSE;
        double dark = (white - slices.sum[i] / slices.count[i]) / (white - black);
        place[i] = (2 * dark - 1) * edge->reach;
        at[i] = slices.sum_along[i] / slices.count[i];
        s++;
        st += at[i];
        sp += place[i];
        stt += at[i] * at[i];
        stp += at[i] * place[i];
    }
    double slope = (s * stp - st * sp) / (s * stt - st * st), shift = (sp - slope * st) / s, square = 0;
    if (!(fabs(slope) < 0.05 && fabs(shift) < 0.6 * edge->reach))
        return FALSE;
    for (int i = 0; i < slices.n; i++)
        square += pow(place[i] - shift - slope * at[i], 2);
    *roughness = sqrt(square / (s - 2));
    edge->middle =
        (TargetPoint){edge->middle.x + shift * edge->normal.x, edge->middle.y + shift * edge->normal.y};
    double length = hypot(1, slope);
    TargetPoint along = edge->along, normal = edge->normal;
    edge->along = (TargetPoint){(along.x + slope * normal.x) / length, (along.y + slope * normal.y) / length};
    edge->normal =
        (TargetPoint){(normal.x - slope * along.x) / length, (normal.y - slope * along.y) / length};
    edge->reach -= fabs(shift);
    return TRUE;
}

typedef struct {
    double reach;
    int n;
    double sum[MAX_BINS], count[MAX_BINS];
} Spread;

static void
take_spread(double along G_GNUC_UNUSED, double across, double value, gpointer data)
{
    Spread *spread = data;
    int i = (int)floor((across + spread->reach) * BINS_A_PX);
    if (i < 0 || i >= spread->n)
        return;
    spread->sum[i] += value;
    spread->count[i]++;
}

/* The edge spread function's derivative, windowed (Hamming, as the standard has it). */
static int
line_spread(const ScanImage *image, const Edge *edge, double out[MAX_BINS])
{
    g_autofree Spread *spread = g_new0(Spread, 1);
    spread->reach = edge->reach;
    spread->n = MIN(MAX_BINS, (int)(2 * edge->reach * BINS_A_PX));
    each_pixel(image, edge, take_spread, spread);
    double last = NAN;
    for (int i = 0; i < spread->n; i++) {
        if (spread->count[i] > 0)
            last = spread->sum[i] / spread->count[i];
        spread->sum[i] = last;
    }
    if (spread->n < 8 || isnan(spread->sum[1]))
        return 0;
    for (int i = 1; i < spread->n; i++) {
        double window = 0.54 - 0.46 * cos(2 * G_PI * i / (spread->n - 1));
        out[i - 1] =
            window * (spread->sum[i] - (isnan(spread->sum[i - 1]) ? spread->sum[i] : spread->sum[i - 1]));
    }
    return spread->n - 1;
}

/* Modulation at `frequency` cycles a pixel, with what the bins and the difference took away given back. */
static double
modulation(const double *line, int n, double frequency)
{
    double re = 0, im = 0, whole = 0, angle = 2 * G_PI * frequency / BINS_A_PX;
    for (int i = 0; i < n; i++) {
        re += line[i] * cos(angle * i);
        im += line[i] * sin(angle * i);
        whole += line[i];
    }
    double sinc = angle > 0 ? sin(angle / 2) / (angle / 2) : 1;
    return whole > 0 ? hypot(re, im) / whole / (sinc * sinc) : 0;
}

static double
find_mtf50(const double *line, int n)
{
    double before = 1;
    for (int i = 1; i <= MTF_STEPS; i++) {
        double value = modulation(line, n, (double)i / MTF_STEPS);
        if (value <= 0.5)
            return (i - 1 + (before - 0.5) / (before - value)) / MTF_STEPS;
        before = value;
    }
    return 1;
}

static EdgeReading
read_edge(const ScanImage *image, Edge edge, double black, double white, gboolean bilevel)
{
    EdgeReading reading = {.mtf50 = NAN, .roughness = NAN};
    if (!fit_edge(image, &edge, black, white, &reading.roughness) ||
        !fit_edge(image, &edge, black, white, &reading.roughness))
        return reading;
    reading.measured = TRUE;
    if (bilevel)
        return reading;
    double line[MAX_BINS];
    int n = line_spread(image, &edge, line);
    reading.measured = n > 0;
    reading.mtf50 = n > 0 ? find_mtf50(line, n) : NAN;
    return reading;
}

/* White and black about one square: light and toner vary over the page. */
static void
square_levels(const ScanImage *image, const ScanMap *map, const TargetPoint *at, double *black, double *white)
{
    FormRect inside = {at->x - 3.5, at->y - 3.5, 7, 7};
    ScanHistogram dark = {0}, light = {0};
    scan_histogram_add(&dark, image, map, &inside, 0);
    *black = scan_histogram_mean(&dark);
    for (int i = 0; i < 2; i++) {
        FormRect beside = {at->x - 5, i ? at->y + 8.2 : at->y - 9.2, 10, 1};
        scan_histogram_add(&light, image, map, &beside, 0);
    }
    *white = scan_histogram_mean(&light);
}

/* sigma of the Gaussian whose modulation exp(-2 π² σ² f²) is one half at f. */
static double
sigma_of(double mtf50)
{
    return sqrt(G_LN2 / 2) / (G_PI * mtf50);
}

void
scan_measure_sharpness(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading)
{
    double found[2][2 * TARGET_N_SQUARES], rough[4 * TARGET_N_SQUARES];
    int n[2] = {0}, n_rough = 0;
    gboolean bilevel = reading->mode == CALIBRATION_BILEVEL;
    reading->blur_worst_mm = reading->blur_worst_x_mm = reading->blur_worst_y_mm = NAN;
    for (int i = 0; i < TARGET_N_SQUARES; i++) {
        double black, white, here[4];
        int n_here = 0;
        square_levels(image, map, &target_squares[i], &black, &white);
        for (int side = 0; side < 4 && white - black > 30; side++) {
            Edge edge = edge_of(map, &target_squares[i], side);
            EdgeReading one = read_edge(image, edge, black, white, bilevel);
            if (!one.measured)
                continue;
            rough[n_rough++] = one.roughness / map->px_per_mm;
            double lp_mm = one.mtf50 * map->px_per_mm;
            if (!bilevel)
                here[n_here++] = found[side % 2][n[side % 2]++] = lp_mm;
        }
        double blur = sigma_of(scan_median(here, n_here));
        if (n_here && !(blur <= reading->blur_worst_mm)) {
            reading->blur_worst_mm = blur;
            reading->blur_worst_x_mm = target_squares[i].x;
            reading->blur_worst_y_mm = target_squares[i].y;
        }
    }
    reading->mtf50_across = scan_median(found[0], n[0]);
    reading->mtf50_along = scan_median(found[1], n[1]);
    reading->blur_across_mm = sigma_of(reading->mtf50_across);
    reading->blur_along_mm = sigma_of(reading->mtf50_along);
    reading->roughness_mm = bilevel ? scan_median(rough, n_rough) : NAN;
}

/* The patch's Fourier coefficient at its own frequency, by what full contrast would have: a square wave of
 * amplitude (white - black) / 2 has 4/π of it in its first harmonic. Points are taken on the page, so skew
 * does not matter. */
static double
bar_contrast(const ScanImage *image, const ScanMap *map, const CalibrationScannerReading *reading, int set,
             int i)
{
    FormRect rect = target_bar_rect(set, i);
    double period = 1 / target_bar_lp_mm(i), inset = 0.6, re = 0, im = 0, count = 0, mean = 0;
    double length = floor((TARGET_BAR_PATCH_MM - 2 * inset) / period) * period, step = 0.3 / map->px_per_mm;
    for (int pass = 0; pass < 2; pass++)
        for (double u = inset; u < inset + length; u += step)
            for (double v = 1; v < TARGET_BAR_PATCH_MM - 1; v += 4 * step) {
                gboolean across = target_bar_across(set);
                TargetPoint p =
                    scan_map_apply(map, rect.x_mm + (across ? u : v), rect.y_mm + (across ? v : u));
                double value = scan_image_at(image, p.x, p.y) - (pass ? mean / count : 0);
                if (pass == 0) {
                    mean += value;
                    count++;
                    continue;
                }
                re += value * cos(2 * G_PI * u / period);
                im += value * sin(2 * G_PI * u / period);
            }
    double amplitude = 2 * hypot(re, im) / count, full = 2 / G_PI * (reading->white - reading->black);
    return full > 0 ? amplitude / full : NAN;
}

void
scan_measure_bars(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading)
{
    for (int i = 0; i < TARGET_N_BARS; i++) {
        double sum[2] = {0};
        for (int set = 0; set < TARGET_N_BAR_SETS; set++)
            sum[target_bar_across(set)] += bar_contrast(image, map, reading, set, i) / 2;
        reading->bars_across[i] = sum[1];
        reading->bars_along[i] = sum[0];
    }
}
