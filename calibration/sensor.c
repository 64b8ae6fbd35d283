/* The scanner's eye: blur of the optics, shading of the lamp, texture of the paper, noise of the sensor. */
#include <math.h>
#include <string.h>

#include "simulation-private.h"

#define BLUR_MOST  24 /* px to each side */
#define NOISE_SIZE (1 << 20)
#define GRAIN_SIZE 1024
#define GRAIN_MM   0.085 /* of one value of the texture: one pixel at 300 dpi */
#define UNIT       32    /* tables hold standard normal values times this */
#define BLACK      24    /* what office scanners read on solid toner, of 255 */

/* Tables made once a process from a seed of their own, so that every run has the same. */
static GRand *
table_random(const char *purpose)
{
    return calibration_random(0, "", 0, purpose);
}

static const gint8 *
noise_table(void)
{
    static const gint8 *table = NULL;
    if (g_once_init_enter(&table)) {
        g_autoptr(GRand) random = table_random("sensor noise");
        gint8 *made = g_malloc(NOISE_SIZE);
        for (int i = 0; i < NOISE_SIZE; i++)
            made[i] = (gint8)lround(calibration_normal(random, 1) * UNIT);
        g_once_init_leave(&table, made);
    }
    return table;
}

/* Mean over 2 * radius + 1 values along a line that wraps round. */
static void
box_blur(float *line, int n, int stride, int radius)
{
    g_autofree float *copy = g_new(float, n);
    for (int i = 0; i < n; i++)
        copy[i] = line[i * stride];
    float sum = 0;
    for (int i = -radius; i <= radius; i++)
        sum += copy[(i + n) % n];
    for (int i = 0; i < n; i++) {
        line[i * stride] = sum / (float)(2 * radius + 1);
        sum += copy[(i + radius + 1) % n] - copy[(i - radius + n) % n];
    }
}

static void
smooth(float *value, int radius)
{
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < GRAIN_SIZE; i++) {
            box_blur(value + i * GRAIN_SIZE, GRAIN_SIZE, 1, radius);
            box_blur(value + i, GRAIN_SIZE, GRAIN_SIZE, radius);
        }
}

static float *
uneven(const char *purpose, int radius)
{
    g_autoptr(GRand) random = table_random(purpose);
    gsize n = (gsize)GRAIN_SIZE * GRAIN_SIZE;
    float *value = g_new(float, n);
    for (gsize i = 0; i < n; i++)
        value[i] = (float)(g_rand_double(random) - 0.5);
    smooth(value, radius);
    double sum = 0;
    for (gsize i = 0; i < n; i++)
        sum += (double)value[i] * value[i];
    float scale = (float)(1 / sqrt(sum / (double)n));
    for (gsize i = 0; i < n; i++)
        value[i] *= scale;
    return value;
}

/* Paper: fibres of some tenths of a mm, and the clouds of its formation, some mm wide. */
static const gint8 *
grain_table(void)
{
    static const gint8 *table = NULL;
    if (g_once_init_enter(&table)) {
        g_autofree float *fibre = uneven("fibres", 1), *cloud = uneven("clouds", 14);
        gsize n = (gsize)GRAIN_SIZE * GRAIN_SIZE;
        gint8 *made = g_malloc(n);
        for (gsize i = 0; i < n; i++)
            made[i] = (gint8)lround(CLAMP(0.85 * fibre[i] + 0.53 * cloud[i], -3.9, 3.9) * UNIT);
        g_once_init_leave(&table, made);
    }
    return table;
}

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

static void
blur(CalibrationPlane *plane, double sigma_px)
{
    guint16 weights[2 * BLUR_MOST + 1] = {0};
    int radius = blur_kernel(sigma_px, weights), width = plane->width, height = plane->height;
    if (radius == 0)
        return;
    guint8 *blurred = g_malloc((gsize)width * (gsize)height);
    g_autofree guint8 *row = g_malloc((gsize)width + 2 * BLUR_MOST);
    g_autofree guint16 *sum = g_new(guint16, width);
    for (int x = 0; x < width; x++)
        sum[x] = 128;
    for (int y = 0; y < height; y++) {
        for (int k = -radius; k <= radius; k++)
            accumulate(sum, plane->bytes + (gsize)CLAMP(y + k, 0, height - 1) * (gsize)width,
                       weights[k + radius], width);
        take_mean(sum, row + radius, width);
        memset(row, row[radius], (gsize)radius);
        memset(row + radius + width, row[radius + width - 1], (gsize)radius);
        for (int k = 0; k <= 2 * radius; k++)
            accumulate(sum, row + k, weights[k], width);
        take_mean(sum, blurred + (gsize)y * (gsize)width, width);
    }
    g_free(plane->bytes);
    plane->bytes = blurred;
}

/* One row: tone curve, then texture and noise. `gain` is of 256 a column; `lift` is added to all of them. */
static void
expose_row(guint8 *restrict row, const gint16 *restrict gain, int lift, const gint8 *restrict grain,
           int grain_scale, const gint8 *restrict noise, int noise_scale, int n)
{
    for (int x = 0; x < n; x++) {
        int value = row[x] * (gain[x] + lift) + noise[x] * noise_scale + grain[x] * grain_scale + 128;
        value = (value >> 8) + BLACK;
        row[x] = (guint8)CLAMP(value, 0, 255);
    }
}

/* A crease: a dark line with a lighter flank, where the bent sheet catches the lamp. */
static void
crease_row(guint8 *row, const CalibrationPose *pose, double fold, int y, int n)
{
    double px = 0.5, py = y + 0.5, dx = 1, dy = 0;
    cairo_matrix_transform_point(&pose->page_of_image, &px, &py);
    cairo_matrix_transform_distance(&pose->page_of_image, &dx, &dy);
    double over = (py - pose->fold_slope * px) / pose->px_per_mm - pose->fold_y_mm;
    double over_step = (dy - pose->fold_slope * dx) / pose->px_per_mm;
    if (MIN(over, over + over_step * n) > 2.5 || MAX(over, over + over_step * n) < -2.5)
        return;
    for (int x = 0; x < n; x++, over += over_step) {
        if (fabs(over) > 2.5)
            continue;
        double dark = exp(-over * over / (2 * 0.16 * 0.16)),
               flank = exp(-(over - 0.8) * (over - 0.8) / (2 * 0.5 * 0.5));
        double value = row[x] + fold * (0.3 * flank - dark - 0.15 * exp(-over * over / 2));
        row[x] = (guint8)CLAMP(value, 0, 255);
    }
}

void
calibration_sensor_expose(CalibrationPlane *plane, const CalibrationPose *pose, const CalibrationScan *scan,
                          double brightness, GRand *random)
{
    blur(plane, MAX(0, scan->blur_mm) * pose->px_per_mm);
    const gint8 *noise = noise_table(), *grain = grain_table();
    int width = plane->width, height = plane->height;
    double white = (brightness > 0 ? MIN(brightness, 255) : 255) - BLACK,
           fall = CLAMP(scan->shading, 0, white);
    int noise_scale = (int)lround(CLAMP(scan->noise, 0, 60) * 256 / UNIT);
    int grain_scale = (int)lround(CLAMP(scan->grain, 0, 60) * 256 / UNIT);
    g_autofree gint16 *gain = g_new(gint16, width);
    g_autofree gint8 *texture = g_malloc((gsize)width);
    for (int x = 0; x < width; x++) {
        double t = pose->dark_edge == 0   ? 1 - (double)x / width
                   : pose->dark_edge == 1 ? (double)x / width
                                          : 0;
        gain[x] = (gint16)lround((white - fall * t) * 256 / 255);
    }
    for (int y = 0; y < height; y++) {
        double t = pose->dark_edge == 2   ? 1 - (double)y / height
                   : pose->dark_edge == 3 ? (double)y / height
                                          : 0;
        const gint8 *line =
            grain + (gsize)((int)(y / pose->px_per_mm / GRAIN_MM) + pose->grain_y) % GRAIN_SIZE * GRAIN_SIZE;
        guint32 at = (guint32)(pose->grain_x % GRAIN_SIZE) << 16,
                step = (guint32)(65536 / pose->px_per_mm / GRAIN_MM);
        for (int x = 0; x < width && grain_scale > 0; x++, at += step)
            texture[x] = line[at >> 16 & (GRAIN_SIZE - 1)];
        const gint8 *sparks = noise + g_rand_int_range(random, 0, NOISE_SIZE - width);
        guint8 *row = plane->bytes + (gsize)y * (gsize)width;
        if (grain_scale == 0)
            memset(texture, 0, (gsize)width);
        expose_row(row, gain, -(int)lround(fall * t * 256 / 255), texture, grain_scale, sparks, noise_scale,
                   width);
        if (pose->folded)
            crease_row(row, pose, scan->fold, y, width);
    }
}
