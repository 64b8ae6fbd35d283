/* Noise of sensors and texture of paper, as tables. */
#include <math.h>

#include "scan-private.h"

/* Tables made once a process from a seed of their own, so that every run has the same. */
static GRand *
table_random(const char *purpose)
{
    return calibration_random(0, "", 0, purpose);
}

const gint8 *
calibration_noise(void)
{
    static const gint8 *table = NULL;
    if (g_once_init_enter(&table)) {
        g_autoptr(GRand) random = table_random("sensor noise");
        gint8 *made = g_malloc(CALIBRATION_NOISE_SIZE);
        for (int i = 0; i < CALIBRATION_NOISE_SIZE; i++)
            made[i] = (gint8)lround(calibration_normal(random, 1) * CALIBRATION_UNIT);
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
        for (int i = 0; i < CALIBRATION_GRAIN_SIZE; i++) {
            box_blur(value + i * CALIBRATION_GRAIN_SIZE, CALIBRATION_GRAIN_SIZE, 1, radius);
            box_blur(value + i, CALIBRATION_GRAIN_SIZE, CALIBRATION_GRAIN_SIZE, radius);
        }
}

static float *
uneven(const char *purpose, int radius)
{
    g_autoptr(GRand) random = table_random(purpose);
    gsize n = (gsize)CALIBRATION_GRAIN_SIZE * CALIBRATION_GRAIN_SIZE;
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
const gint8 *
calibration_grain(void)
{
    static const gint8 *table = NULL;
    if (g_once_init_enter(&table)) {
        g_autofree float *fibre = uneven("fibres", 1), *cloud = uneven("clouds", 14);
        gsize n = (gsize)CALIBRATION_GRAIN_SIZE * CALIBRATION_GRAIN_SIZE;
        gint8 *made = g_malloc(n);
        for (gsize i = 0; i < n; i++)
            made[i] = (gint8)lround(CLAMP(0.85 * fibre[i] + 0.53 * cloud[i], -3.9, 3.9) * CALIBRATION_UNIT);
        g_once_init_leave(&table, made);
    }
    return table;
}
