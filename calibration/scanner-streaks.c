/* Streaks: columns of the image that differ from their neighbours all along the page. Dirt on a feeder's
 * glass stands still while the paper passes, so it is looked for in columns of the image, however the page
 * lies. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scanner-private.h"

#define INSET_MM      1.2   /* bands are looked at so far within their rims */
#define DOT_CLEAR_MM  1.9   /* and so far off the edge dots */
#define BORDER_MM     6.5   /* nearer to the paper's edge than a print of 106 % may bring it: its shadow */
#define WINDOW_MM     5.0   /* the neighbours: so far to both sides */
#define LEAST         0.015 /* of the way from white to black: less is not told from paper's texture */
#define LEAST_BILEVEL 0.15
#define SIGMAS        5.0 /* and a column must stand out so much from the scatter of its band */
#define MAJORITY      0.5 /* of the white bands must show it */
#define N_BANDS       (TARGET_N_WHITES + TARGET_N_GREYS + TARGET_N_BLACKS)

typedef struct {
    float *profile; /* a mean a column, NAN where nothing could be looked at; then how much darker it is */
    double sigma;
} Band;

typedef struct {
    const ScanImage *image;
    const ScanMap *map;
    double contrast, least, px_per_mm;
    Band bands[N_BANDS];
    float *strength; /* a column */
    GArray *found;   /* of CalibrationFoundStreak */
} Streaks;

/* The row at which a column of the image crosses a height of the page. */
static double
row_at(const ScanMap *map, double x_px, double y_mm)
{
    double y_px = scan_map_apply(map, TARGET_WIDTH_MM / 2, y_mm).y;
    for (int i = 0; i < 4; i++) {
        TargetPoint p = scan_map_invert(map, x_px, y_px);
        y_px += (y_mm - p.y) * map->yy;
    }
    return y_px;
}

static gboolean
near_dot(TargetPoint p)
{
    double dx = MIN(fabs(p.x - TARGET_LEFT_MM), fabs(p.x - TARGET_RIGHT_MM));
    double dy = fabs(remainder(p.y - TARGET_FIRST_DOT_MM, TARGET_PITCH_MM));
    return dx < DOT_CLEAR_MM && hypot(dx, dy) < DOT_CLEAR_MM;
}

static float
column_mean(const ScanImage *image, const ScanMap *map, const FormRect *band, int x)
{
    double a = row_at(map, x + 0.5, band->y_mm + INSET_MM),
           b = row_at(map, x + 0.5, band->y_mm + band->h_mm - INSET_MM);
    int from = (int)MAX(0, ceil(MIN(a, b))), to = (int)MIN(image->height, MAX(a, b)), n = 0;
    double sum = 0, middle = (a + b) / 2;
    TargetPoint centre = scan_map_invert(map, x + 0.5, middle);
    double least = MAX(band->x_mm + INSET_MM, BORDER_MM),
           most = MIN(band->x_mm + band->w_mm - INSET_MM, TARGET_WIDTH_MM - BORDER_MM);
    if (centre.x < least || centre.x > most || to - from < 4)
        return NAN;
    gboolean dots = fabs(centre.x - TARGET_LEFT_MM) < 2 * DOT_CLEAR_MM ||
                    fabs(centre.x - TARGET_RIGHT_MM) < 2 * DOT_CLEAR_MM;
    for (int y = from; y < to; y++) {
        if (dots && near_dot(scan_map_invert(map, x + 0.5, y + 0.5)))
            continue;
        sum += image->bytes[(gsize)y * (gsize)image->width + x];
        n++;
    }
    return n >= 4 ? (float)(sum / n) : NAN;
}

static int
compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double
median_about(const float *values, int n, int at, int reach, float *scratch)
{
    int count = 0, step = MAX(1, reach / 40);
    for (int i = MAX(0, at - reach); i <= MIN(n - 1, at + reach); i += step)
        if (!isnan(values[i]))
            scratch[count++] = values[i];
    if (count == 0)
        return NAN;
    qsort(scratch, (size_t)count, sizeof *scratch, compare);
    return scratch[count / 2];
}

/* From levels to how much darker than its neighbours each column is, by the scan's contrast. */
static void
look_at_band(Streaks *streaks, Band *band, const FormRect *rect)
{
    int width = streaks->image->width, reach = (int)(WINDOW_MM * streaks->map->px_per_mm), n = 0;
    g_autofree float *levels = g_new(float, width), *scratch = g_new(float, 2 * reach + 2);
    g_autofree double *off = g_new(double, width);
    band->profile = g_new(float, width);
    for (int x = 0; x < width; x++)
        levels[x] = column_mean(streaks->image, streaks->map, rect, x);
    for (int x = 0; x < width; x++) {
        band->profile[x] = NAN;
        if (isnan(levels[x]))
            continue;
        band->profile[x] =
            (float)((median_about(levels, width, x, reach, scratch) - levels[x]) / streaks->contrast);
        off[n++] = fabs(band->profile[x]);
    }
    band->sigma = 1.4826 * scan_median(off, n);
}

/* How many of `n` bands show a streak of that sign at a column, and the median of how strong it is there. */
static int
vote(const Streaks *streaks, const Band *bands, int n, int x, int sign, double *strength)
{
    double found[N_BANDS];
    int count = 0;
    for (int i = 0; i < n; i++) {
        double value = sign * bands[i].profile[x];
        if (value > MAX(streaks->least, SIGMAS * bands[i].sigma))
            found[count++] = value;
    }
    *strength = scan_median(found, count);
    return count;
}

/* A column's streak of that sign: its strength, 0 where there is none. */
static double
strength_at(const Streaks *streaks, int x, int sign, gboolean *in_white, double *share)
{
    const Band *whites = streaks->bands, *greys = whites + TARGET_N_WHITES, *blacks = greys + TARGET_N_GREYS;
    double white, grey, black;
    int n_white = vote(streaks, whites, TARGET_N_WHITES, x, sign, &white);
    int n_grey = vote(streaks, greys, TARGET_N_GREYS, x, sign, &grey);
    int n_black = vote(streaks, blacks, TARGET_N_BLACKS, x, sign, &black);
    *in_white = n_white > MAJORITY * TARGET_N_WHITES;
    *share = (double)n_white / TARGET_N_WHITES;
    if (*in_white)
        return white;
    *share = 1;
    if (n_grey == TARGET_N_GREYS)
        return grey;
    return n_black == TARGET_N_BLACKS ? black : 0;
}

static int
by_strength(const void *a, const void *b)
{
    double x = fabs(((const CalibrationFoundStreak *)a)->strength),
           y = fabs(((const CalibrationFoundStreak *)b)->strength);
    return (x < y) - (x > y);
}

/* Whether a column lies beyond what was looked at of most white bands. */
static gboolean
is_beyond(const Streaks *streaks, int x)
{
    int beyond = 0;
    for (int i = 0; i < TARGET_N_WHITES && x >= 0 && x < streaks->image->width; i++)
        beyond += isnan(streaks->bands[i].profile[x]);
    return x < 0 || x >= streaks->image->width || beyond > MAJORITY * TARGET_N_WHITES;
}

/* One run of columns from `from` to before `to`. A dark one that goes on beyond is an edge, not a streak. */
static void
add_streak(Streaks *streaks, int from, int to, int sign, CalibrationFoundStreak streak)
{
    const float *strength = streaks->strength;
    double most = 0, sum = 0, at = 0;
    int wide = 0;
    if (sign > 0 && (is_beyond(streaks, from - 1) || is_beyond(streaks, to)))
        return;
    for (int x = from; x < to; x++)
        most = MAX(most, (double)strength[x]);
    for (int x = from; x < to; x++) {
        wide += strength[x] >= most / 2;
        sum += strength[x];
        at += strength[x] * (x + 0.5);
    }
    streak.strength = sign * most;
    streak.width_mm = wide / streaks->px_per_mm;
    streak.from_left_mm = at / sum / streaks->px_per_mm;
    g_array_append_val(streaks->found, streak);
}

static void
collect(Streaks *streaks, int sign)
{
    int width = streaks->image->width, from = -1;
    CalibrationFoundStreak streak = {0};
    for (int x = 0; x <= width; x++) {
        gboolean in_white = FALSE;
        double share = 0;
        streaks->strength[x] = x < width ? (float)strength_at(streaks, x, sign, &in_white, &share) : 0;
        if (streaks->strength[x] > 0) {
            if (from < 0) {
                from = x;
                streak = (CalibrationFoundStreak){0};
            }
            streak.in_white = streak.in_white || in_white;
            streak.share = MAX(streak.share, share);
        } else if (from >= 0) {
            add_streak(streaks, from, x, sign, streak);
            from = -1;
        }
    }
}

void
scan_measure_streaks(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(CalibrationFoundStreak));
    g_autofree float *strength = g_new(float, image->width + 1);
    Streaks streaks = {.image = image, .map = map, .strength = strength, .found = found};
    streaks.px_per_mm = reading->dpi_x / 25.4;
    streaks.contrast = MAX(1, reading->white - reading->black);
    streaks.least = reading->mode == CALIBRATION_BILEVEL ? LEAST_BILEVEL : LEAST;
    for (int i = 0; i < N_BANDS; i++) {
        int grey = i - TARGET_N_WHITES, black = grey - TARGET_N_GREYS;
        const FormRect *rect = grey < 0    ? &target_whites[i]
                               : black < 0 ? &target_greys[grey]
                                           : &target_blacks[black];
        look_at_band(&streaks, &streaks.bands[i], rect);
    }
    collect(&streaks, 1);
    collect(&streaks, -1);
    g_array_sort(found, by_strength);
    reading->n_streaks = (int)MIN(found->len, CALIBRATION_MAX_STREAKS);
    for (int i = 0; i < reading->n_streaks; i++)
        reading->streaks[i] = g_array_index(found, CalibrationFoundStreak, i);
    for (int i = 0; i < N_BANDS; i++)
        g_free(streaks.bands[i].profile);
}
