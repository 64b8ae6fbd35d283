/* Where the edge dots truly lie: resolution, skew, and how evenly the feeder pulled. */
#include <math.h>
#include <stdlib.h>

#include "scanner-private.h"

#define WINDOW_MM    2.0  /* a dot is looked for so far about its foretold place */
#define CORE         0.25 /* a pixel counts from this share of black on, so that noise does not pull */
#define AREA_OFF     0.4  /* a dot's ink is its area's within this share */
#define ROUNDS       3    /* of robust fitting */
#define OUTLIER      3.5  /* a dot is dirty when it is off across by so many times the median … */
#define OUTLIER_MM   0.1  /* … and so much; or along, against its neighbours, by … */
#define ALONG_MM     0.25
#define NEAR_DOTS    2 /* its neighbours are so many up and down, on both sides */
#define STRETCH_DOTS 5 /* local stretch is over so many pitches: 25 mm */

typedef struct {
    TargetPoint page, image;
    TargetSide side;
    int index; /* in its side */
    gboolean found, used;
    double across_mm, along_mm; /* off its even place */
} Mark;

/* White and black in a window: the brightest and the darkest tenth. */
static void
window_levels(const ScanImage *image, TargetPoint at, double radius, double *black, double *white)
{
    ScanHistogram histogram = {0};
    for (int y = (int)MAX(0, at.y - radius); y < MIN(image->height, at.y + radius); y++)
        for (int x = (int)MAX(0, at.x - radius); x < MIN(image->width, at.x + radius); x++) {
            histogram.count[image->bytes[(gsize)y * (gsize)image->width + x]]++;
            histogram.n++;
        }
    *black = scan_histogram_quantile(&histogram, 0.07);
    *white = scan_histogram_quantile(&histogram, 0.85);
}

/* Moves `at` to the ink's centre of gravity; FALSE where there is no dot of `area` px². */
static gboolean
refine(const ScanImage *image, TargetPoint *at, double radius, double area)
{
    double black, white, sum = 0, sum_x = 0, sum_y = 0, ink = 0;
    if (at->x < radius || at->y < radius || at->x > image->width - radius || at->y > image->height - radius)
        return FALSE;
    window_levels(image, *at, radius, &black, &white);
    if (!(white - black > 60))
        return FALSE;
    for (int y = (int)(at->y - radius); y <= at->y + radius && y < image->height; y++)
        for (int x = (int)(at->x - radius); x <= at->x + radius && x < image->width; x++) {
            double dx = x + 0.5 - at->x, dy = y + 0.5 - at->y;
            if (dx * dx + dy * dy > radius * radius)
                continue;
            double share = (white - image->bytes[(gsize)y * (gsize)image->width + x]) / (white - black);
            ink += CLAMP(share, 0, 1);
            double weight = CLAMP((share - CORE) / (1 - 2 * CORE), 0, 1);
            sum += weight;
            sum_x += weight * (x + 0.5);
            sum_y += weight * (y + 0.5);
        }
    if (sum <= 0 || fabs(ink - area) > AREA_OFF * area)
        return FALSE;
    *at = (TargetPoint){sum_x / sum, sum_y / sum};
    return TRUE;
}

static int
find_dots(const ScanImage *image, const ScanMap *map, Mark marks[TARGET_MAX_DOTS])
{
    TargetDot dots[TARGET_MAX_DOTS];
    int n = target_dots(dots), of_side[4] = {0};
    double radius = WINDOW_MM * map->px_per_mm, area = G_PI * pow(TARGET_DOT_MM * map->px_per_mm, 2);
    for (int i = 0; i < n; i++) {
        Mark *mark = &marks[i];
        *mark = (Mark){.page = dots[i].at, .side = dots[i].side, .index = of_side[dots[i].side]++};
        mark->image = scan_map_apply(map, mark->page.x, mark->page.y);
        mark->found = refine(image, &mark->image, radius, area) && refine(image, &mark->image, radius, area);
        mark->used = mark->found;
    }
    return n;
}

/* Least squares of u = p x + q y + r over the marks in use: across the page all of them, along it the columns
 * only, since the rows at the page's ends would outweigh what lies between. */
static gboolean
fit_plane(const Mark *marks, int n, gboolean vertical, double out[3])
{
    double m[3][4] = {{0}};
    for (int i = 0; i < n; i++) {
        if (!marks[i].used || (vertical && marks[i].side > TARGET_SIDE_RIGHT))
            continue;
        double row[3] = {marks[i].page.x, marks[i].page.y, 1},
               u = vertical ? marks[i].image.y : marks[i].image.x;
        for (int a = 0; a < 3; a++) {
            for (int b = 0; b < 3; b++)
                m[a][b] += row[a] * row[b];
            m[a][3] += row[a] * u;
        }
    }
    for (int a = 0; a < 3; a++) {
        if (fabs(m[a][a]) < 1e-9)
            return FALSE;
        for (int b = 0; b < 3; b++) {
            double f = b == a ? 0 : m[b][a] / m[a][a];
            for (int k = a; k < 4 && b != a; k++)
                m[b][k] -= f * m[a][k];
        }
    }
    for (int a = 0; a < 3; a++)
        out[a] = m[a][3] / m[a][a];
    return TRUE;
}

/* How far a feeder that pulls unevenly has displaced a dot is what the dot across from it says too, or its
 * neighbours. */
static gboolean
is_borne_out(const Mark *marks, int n, const Mark *mark)
{
    double near[4 * NEAR_DOTS + 2];
    int count = 0;
    for (int i = 0; i < n; i++) {
        if (!marks[i].found || marks[i].side > TARGET_SIDE_RIGHT ||
            abs(marks[i].index - mark->index) > NEAR_DOTS)
            continue;
        if (marks[i].index == mark->index && &marks[i] != mark &&
            fabs(marks[i].along_mm - mark->along_mm) < ALONG_MM)
            return TRUE;
        near[count++] = marks[i].along_mm;
    }
    return fabs(scan_median(near, count) - mark->along_mm) < ALONG_MM;
}

static void
choose(const ScanMap *map, Mark *marks, int n)
{
    double off[TARGET_MAX_DOTS];
    int found = 0;
    for (int i = 0; i < n; i++) {
        if (!marks[i].found)
            continue;
        TargetPoint page = scan_map_invert(map, marks[i].image.x, marks[i].image.y);
        marks[i].across_mm = page.x - marks[i].page.x;
        marks[i].along_mm = page.y - marks[i].page.y;
        off[found++] = fabs(marks[i].across_mm);
    }
    double limit = MAX(OUTLIER_MM, OUTLIER * scan_median(off, found));
    for (int i = 0; i < n; i++) {
        gboolean column = marks[i].side <= TARGET_SIDE_RIGHT;
        marks[i].used = marks[i].found && fabs(marks[i].across_mm) < limit &&
                        (!column || is_borne_out(marks, n, &marks[i]));
    }
}

/* Fits an affine map, leaves out what is dirty, and fits again. Returns the root mean square of what it
 * leaves in the columns. */
static double
fit_map(ScanMap *map, Mark *marks, int n)
{
    double x[3], y[3], square = 0;
    int used = 0;
    for (int round = 0; round < ROUNDS; round++) {
        if (!fit_plane(marks, n, FALSE, x) || !fit_plane(marks, n, TRUE, y))
            return NAN;
        *map = (ScanMap){.xx = x[0], .xy = x[1], .x0 = x[2], .yx = y[0], .yy = y[1], .y0 = y[2]};
        map->px_per_mm = sqrt(fabs(map->xx * map->yy - map->xy * map->yx));
        choose(map, marks, n);
    }
    for (int i = 0; i < n; i++) {
        if (!marks[i].used || marks[i].side > TARGET_SIDE_RIGHT)
            continue;
        square += pow(marks[i].across_mm, 2) + pow(marks[i].along_mm, 2);
        used++;
    }
    return used ? sqrt(square / used) : NAN;
}

/* The unevenness along the page, from both columns: at each dot's height the mean of left and right; where
 * both are lost, between its neighbours. */
static void
fit_bend(ScanMap *map, const Mark *marks, int n)
{
    double sum[TARGET_COLUMN_DOTS] = {0};
    int count[TARGET_COLUMN_DOTS] = {0}, last = -1;
    for (int i = 0; i < n; i++) {
        if (!marks[i].used || marks[i].side > TARGET_SIDE_RIGHT)
            continue;
        sum[marks[i].index] += marks[i].along_mm;
        count[marks[i].index]++;
    }
    for (int k = 0; k < TARGET_COLUMN_DOTS; k++) {
        if (!count[k])
            continue;
        map->bend_mm[k] = sum[k] / count[k];
        for (int gap = last + 1; gap < k; gap++)
            map->bend_mm[gap] = last < 0 ? map->bend_mm[k]
                                         : map->bend_mm[last] + (map->bend_mm[k] - map->bend_mm[last]) *
                                                                    (gap - last) / (k - last);
        last = k;
    }
    for (int gap = last + 1; gap < TARGET_COLUMN_DOTS && last >= 0; gap++)
        map->bend_mm[gap] = map->bend_mm[last];
}

static void
describe_feed(const ScanMap *map, CalibrationScannerReading *reading)
{
    reading->feed_mm = 0;
    reading->stretch_least = reading->stretch_most = 0;
    for (int k = 0; k < TARGET_COLUMN_DOTS; k++) {
        reading->feed_mm = MAX(reading->feed_mm, fabs(map->bend_mm[k]));
        if (k < STRETCH_DOTS)
            continue;
        double stretch =
            (map->bend_mm[k] - map->bend_mm[k - STRETCH_DOTS]) / (STRETCH_DOTS * TARGET_PITCH_MM);
        reading->stretch_least = MIN(reading->stretch_least, stretch);
        reading->stretch_most = MAX(reading->stretch_most, stretch);
    }
}

static void
describe_map(const ScanMap *map, CalibrationScannerReading *reading)
{
    double across = atan2(map->yx, map->xx), along = atan2(-map->xy, map->yy);
    reading->upside_down = map->xx < 0;
    if (reading->upside_down) {
        across = atan2(-map->yx, -map->xx);
        along = atan2(map->xy, -map->yy);
    }
    reading->dpi_x = hypot(map->xx, map->yx) * 25.4;
    reading->dpi_y = hypot(map->xy, map->yy) * 25.4;
    reading->skew_deg = (across + along) / 2 * 180 / G_PI;
    reading->shear_deg = (across - along) * 180 / G_PI;
}

double
scan_fit(const ScanImage *image, ScanMap *map, CalibrationScannerReading *reading)
{
    g_autofree Mark *marks = g_new(Mark, TARGET_MAX_DOTS);
    int n = find_dots(image, map, marks), found = 0;
    for (int i = 0; i < n; i++)
        found += marks[i].found;
    reading->dots = found;
    reading->dots_expected = n;
    if (found < n / 2)
        return (double)found / n;
    reading->residual_mm = fit_map(map, marks, n);
    describe_map(map, reading);
    fit_bend(map, marks, n);
    describe_feed(map, reading);
    return (double)found / n;
}
