/* Blur of lenses and of moving hands. */
#include <math.h>
#include <string.h>

#include "scan-private.h"

#define BLUR_MOST 24 /* px to each side */

/* Gaussian weights that add up to 256; returns the radius. */
static int
blur_kernel(double sigma_px, guint16 weights[2 * BLUR_MOST + 1])
{
    int radius = sigma_px < 0.15 ? 0 : MIN(BLUR_MOST, (int)ceil(2.6 * sigma_px));
    double raw[2 * BLUR_MOST + 1], sum = 0;
    for (int i = -radius; i <= radius; i++)
        sum += raw[i + radius] = radius ? exp(-i * i / (2 * sigma_px * sigma_px)) : 1;
    int rest = 256;
    for (int i = 0; i <= 2 * radius; i++) {
        weights[i] = (guint16)lround(raw[i] / sum * 256);
        rest -= weights[i];
    }
    weights[radius] = (guint16)(weights[radius] + rest);
    return radius;
}

static void
accumulate(guint16 *restrict sum, const guint8 *restrict from, guint16 weight, int n)
{
    for (int x = 0; x < n; x++)
        sum[x] = (guint16)(sum[x] + from[x] * weight);
}

static void
take_mean(guint16 *restrict sum, guint8 *restrict to, int n)
{
    for (int x = 0; x < n; x++) {
        to[x] = (guint8)(sum[x] >> 8);
        sum[x] = 128;
    }
}

/* In place: of the rows that are overwritten, those that others still need are kept in a ring. */
void
calibration_blur(CalibrationPlane *plane, double sigma_px)
{
    guint16 weights[2 * BLUR_MOST + 1] = {0};
    const int radius = blur_kernel(sigma_px, weights), width = plane->width, height = plane->height;
    if (radius == 0)
        return;
    g_autofree guint8 *kept = g_malloc((gsize)(radius + 1) * (gsize)width);
    g_autofree guint8 *row = g_malloc((gsize)width + 2 * BLUR_MOST);
    g_autofree guint16 *sum = g_new(guint16, width);
    for (int x = 0; x < width; x++)
        sum[x] = 128;
    for (int y = 0; y < height; y++) {
        guint8 *here = plane->bytes + (gsize)y * (gsize)width;
        memcpy(kept + (gsize)(y % (radius + 1)) * (gsize)width, here, (gsize)width);
        for (int k = -radius; k <= radius; k++) {
            int from = CLAMP(y + k, 0, height - 1);
            accumulate(sum,
                       from <= y ? kept + (gsize)(from % (radius + 1)) * (gsize)width
                                 : plane->bytes + (gsize)from * (gsize)width,
                       weights[k + radius], width);
        }
        take_mean(sum, row + radius, width);
        memset(row, row[radius], (gsize)radius);
        memset(row + radius + width, row[radius + width - 1], (gsize)radius);
        for (int k = 0; k <= 2 * radius; k++)
            accumulate(sum, row + k, weights[k], width);
        take_mean(sum, here, width);
    }
}

/* A mean over the points of the line; at the image's edges, over those that repeat the edge. */
void
calibration_blur_motion(CalibrationPlane *plane, double length_px, double angle_rad)
{
    int taps = (int)CLAMP(lround(length_px), 1, 2 * BLUR_MOST), width = plane->width, height = plane->height;
    if (taps < 2)
        return;
    guint8 *blurred = g_malloc((gsize)width * (gsize)height);
    g_autofree guint8 *line = g_malloc((gsize)width + 4 * BLUR_MOST);
    g_autofree guint16 *sum = g_new(guint16, width);
    const int margin = 2 * BLUR_MOST;
    for (int x = 0; x < width; x++)
        sum[x] = 128;
    for (int y = 0; y < height; y++) {
        int rest = 256;
        for (int i = 0; i < taps; i++) {
            double along = (i + 0.5) / taps * length_px - length_px / 2;
            int dx = (int)CLAMP(lround(along * cos(angle_rad)), -margin, margin),
                dy = (int)CLAMP(lround(along * sin(angle_rad)), -height, height);
            const guint8 *row = plane->bytes + (gsize)CLAMP(y + dy, 0, height - 1) * (gsize)width;
            memset(line, row[0], (gsize)margin);
            memcpy(line + margin, row, (gsize)width);
            memset(line + margin + width, row[width - 1], (gsize)margin);
            guint16 weight = (guint16)(rest / (taps - i));
            accumulate(sum, line + margin + dx, weight, width);
            rest -= weight;
        }
        take_mean(sum, blurred + (gsize)y * (gsize)width, width);
    }
    g_free(plane->bytes);
    plane->bytes = blurred;
}
