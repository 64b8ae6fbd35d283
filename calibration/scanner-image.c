/* The scan as grey pixels, and what stands in its rectangles. */
#include <math.h>
#include <stdlib.h>

#include "form-image.h"
#include "scanner-private.h"

gboolean
scan_image_init(ScanImage *image, PIX *pix)
{
    int depth = pixGetDepth(pix);
    g_autoptr(PIX) grey =
        depth == 1 || (depth == 8 && !pixGetColormap(pix)) ? pixClone(pix) : pixConvertTo8(pix, FALSE);
    *image = (ScanImage){0};
    if (!grey)
        return FALSE;
    image->width = pixGetWidth(grey);
    image->height = pixGetHeight(grey);
    image->bytes = g_try_malloc((gsize)image->width * (gsize)image->height);
    if (!image->bytes)
        return FALSE;
    for (int y = 0; y < image->height; y++) {
        const l_uint32 *from = pixGetData(grey) + (gsize)y * (gsize)pixGetWpl(grey);
        guint8 *to = image->bytes + (gsize)y * (gsize)image->width;
        for (int x = 0; x < image->width; x++)
            to[x] = depth == 1 ? (from[x >> 5] >> (31 - (x & 31)) & 1 ? 0 : 255)
                               : (guint8)(from[x >> 2] >> (24 - 8 * (x & 3)));
    }
    return TRUE;
}

void
scan_image_clear(ScanImage *image)
{
    g_clear_pointer(&image->bytes, g_free);
}

double
scan_image_at(const ScanImage *image, double x_px, double y_px)
{
    double x = x_px - 0.5, y = y_px - 0.5;
    if (!(x >= 0 && y >= 0 && x < image->width - 1 && y < image->height - 1))
        return 255;
    int column = (int)x, row = (int)y;
    double right = x - column, down = y - row;
    const guint8 *at = image->bytes + (gsize)row * (gsize)image->width + column, *below = at + image->width;
    double above_value = at[0] + right * (at[1] - at[0]),
           below_value = below[0] + right * (below[1] - below[0]);
    return above_value + down * (below_value - above_value);
}

/* How far a line of the page at `y_mm` lies beyond its even place. */
static double
bend_at(const ScanMap *map, double y_mm)
{
    double at = (y_mm - TARGET_FIRST_DOT_MM) / TARGET_PITCH_MM;
    int k = (int)CLAMP(floor(at), 0, TARGET_COLUMN_DOTS - 2);
    double t = CLAMP(at - k, 0, 1);
    return map->bend_mm[k] * (1 - t) + map->bend_mm[k + 1] * t;
}

TargetPoint
scan_map_apply(const ScanMap *map, double x_mm, double y_mm)
{
    double y = y_mm + bend_at(map, y_mm);
    return (TargetPoint){map->xx * x_mm + map->xy * y + map->x0, map->yx * x_mm + map->yy * y + map->y0};
}

TargetPoint
scan_map_invert(const ScanMap *map, double x_px, double y_px)
{
    double u = x_px - map->x0, v = y_px - map->y0, det = map->xx * map->yy - map->xy * map->yx;
    double x = (map->yy * u - map->xy * v) / det, y = (map->xx * v - map->yx * u) / det;
    return (TargetPoint){x, y - bend_at(map, y)};
}

/* The pixels that a rectangle of the page may touch. */
static void
bounds(const ScanImage *image, const ScanMap *map, const FormRect *rect, int box[4])
{
    double least_x = 1e9, least_y = 1e9, most_x = -1e9, most_y = -1e9;
    for (int i = 0; i < 4; i++) {
        TargetPoint p =
            scan_map_apply(map, rect->x_mm + (i & 1) * rect->w_mm, rect->y_mm + (i >> 1) * rect->h_mm);
        least_x = MIN(least_x, p.x);
        most_x = MAX(most_x, p.x);
        least_y = MIN(least_y, p.y);
        most_y = MAX(most_y, p.y);
    }
    box[0] = (int)CLAMP(floor(least_x), 0, image->width);
    box[1] = (int)CLAMP(floor(least_y), 0, image->height);
    box[2] = (int)CLAMP(ceil(most_x), 0, image->width);
    box[3] = (int)CLAMP(ceil(most_y), 0, image->height);
}

void
scan_histogram_add(ScanHistogram *histogram, const ScanImage *image, const ScanMap *map, const FormRect *rect,
                   double inset_mm)
{
    int box[4];
    bounds(image, map, rect, box);
    for (int y = box[1]; y < box[3]; y++) {
        const guint8 *line = image->bytes + (gsize)y * (gsize)image->width;
        for (int x = box[0]; x < box[2]; x++) {
            TargetPoint p = scan_map_invert(map, x + 0.5, y + 0.5);
            if (!scan_rect_contains(rect, p.x, p.y, inset_mm))
                continue;
            histogram->count[line[x]]++;
            histogram->n++;
        }
    }
}

double
scan_histogram_mean(const ScanHistogram *histogram)
{
    double sum = 0;
    for (int i = 0; i < 256; i++)
        sum += (double)i * histogram->count[i];
    return histogram->n ? sum / histogram->n : NAN;
}

double
scan_histogram_deviation(const ScanHistogram *histogram)
{
    double mean = scan_histogram_mean(histogram), sum = 0;
    for (int i = 0; i < 256; i++)
        sum += (i - mean) * (i - mean) * histogram->count[i];
    return histogram->n > 1 ? sqrt(sum / (histogram->n - 1)) : NAN;
}

double
scan_histogram_quantile(const ScanHistogram *histogram, double share)
{
    double wanted = share * histogram->n, sum = 0;
    if (!histogram->n)
        return NAN;
    for (int i = 0; i < 256; i++) {
        sum += histogram->count[i];
        if (sum >= wanted)
            return i;
    }
    return 255;
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double
scan_median(double *values, int n)
{
    if (n == 0)
        return NAN;
    qsort(values, (size_t)n, sizeof *values, compare);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}
