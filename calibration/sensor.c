/* The scanner's eye: blur of the optics, light of the lamp, texture of the paper, noise of the sensor, dirt
 * on the glass. */
#include <math.h>
#include <string.h>

#include "scan-private.h"

#define NOISE_MOST 40 /* with WHITE_MOST and GRAIN_MOST: sums of 64ths stay within 16 bits */
#define GRAIN_MOST 20
#define GRAIN_MM   0.085 /* of one value of the texture: one pixel at 300 dpi */
#define BLACK      24    /* what office scanners read on solid toner, of 255 */
#define WHITE_MOST 320

/* Light along the image's width and height; the light of a pixel is the sum of the two. */
typedef struct {
    gint16 *column, *row; /* what white reads there, in 64ths */
    int black;
} Light;

double
calibration_scan_white(const CalibrationScan *scan)
{
    return scan->brightness > 0 ? MIN(scan->brightness, WHITE_MOST) : 255;
}

/* What is laid over a row, in parts of 2^shift: 16 bits hold both. */
typedef struct {
    gint16 noise, grain;
    int shift;
} Unevenness;

static Unevenness
unevenness_of(const CalibrationScan *scan)
{
    double noise = CLAMP(scan->noise, 0, NOISE_MOST), grain = CLAMP(scan->grain, 0, GRAIN_MOST);
    Unevenness uneven = {.shift = noise + grain < 28 ? 8 : 6};
    uneven.noise = (gint16)lround(noise * (1 << uneven.shift) / CALIBRATION_UNIT);
    uneven.grain = (gint16)lround(grain * (1 << uneven.shift) / CALIBRATION_UNIT);
    return uneven;
}

/* One row: tone curve, then texture and noise; written so that compilers vectorise it. */
static void
expose_row(guint8 *restrict row, const Light *light, int y, const gint8 *restrict grain,
           const gint8 *restrict noise, const Unevenness *uneven, int n)
{
    const gint16 *restrict column = light->column;
    const gint16 lift = light->row[y], black = (gint16)(light->black * 64 + 32);
    const gint16 by_noise = uneven->noise, by_grain = uneven->grain;
    const int shift = uneven->shift - 6;
    for (int x = 0; x < n; x++) {
        guint16 white = (guint16)MAX(column[x] + lift, 0), tone = (guint16)(row[x] * 257);
        gint16 lit = (gint16)((guint32)tone * white >> 16);
        gint16 off = (gint16)((gint16)(noise[x] * by_noise) + (gint16)(grain[x] * by_grain));
        gint16 value = (gint16)(lit + black + (gint16)(off >> shift)) >> 6;
        row[x] = (guint8)CLAMP(value, 0, 255);
    }
}

/* Texture at the image's resolution, made line by line when asked for, as the table repeats down the page. */
typedef struct {
    gint8 *lines;
    guint8 made[CALIBRATION_GRAIN_SIZE];
    int width;
    double px_per_value;
    int x, y; /* where the sheet's texture begins */
} Texture;

static void
texture_init(Texture *texture, const CalibrationPose *pose, int width)
{
    *texture = (Texture){.width = width, .px_per_value = pose->px_per_mm * GRAIN_MM};
    texture->lines = g_malloc((gsize)CALIBRATION_GRAIN_SIZE * (gsize)width);
    texture->x = pose->grain_x;
    texture->y = pose->grain_y;
}

static const gint8 *
texture_line(Texture *texture, int y)
{
    const int size = CALIBRATION_GRAIN_SIZE;
    int line = ((int)(y / texture->px_per_value) + texture->y) % size;
    gint8 *to = texture->lines + (gsize)line * (gsize)texture->width;
    if (!texture->made[line]) {
        const gint8 *from = calibration_grain() + line * size;
        guint32 at = (guint32)(texture->x % size) << 16, step = (guint32)(65536 / texture->px_per_value);
        for (int x = 0; x < texture->width; x++, at += step)
            to[x] = from[at >> 16 & (CALIBRATION_GRAIN_SIZE - 1)];
        texture->made[line] = 1;
    }
    return to;
}

/* Light lost at `t`, 0 … 1 of the way along one axis of n px: the lamp weakens towards one end, the image's
 * sides are dark, a lens loses light with the distance from its middle. */
static double
light_lost(const CalibrationPose *pose, double white, double t, int n, gboolean across)
{
    const CalibrationScan *scan = pose->scan;
    double lost = 0, middle = 2 * t - 1, end_mm = MIN(t, 1 - t) * n / pose->px_per_mm;
    if (pose->dark_edge == (across ? 0 : 2))
        lost += CLAMP(scan->shading, 0, white) * (1 - t);
    if (pose->dark_edge == (across ? 1 : 3))
        lost += CLAMP(scan->shading, 0, white) * t;
    if (across && end_mm < scan->dark_edge_mm) {
        double in = 1 - end_mm / scan->dark_edge_mm;
        lost += 0.55 * white * in * in;
    }
    return lost + white * CLAMP(scan->vignetting, 0, 1) * middle * middle / 2;
}

static void
light_init(Light *light, const CalibrationPlane *plane, const CalibrationPose *pose, double brightness)
{
    double black = pose->scan->black > 0 ? MIN(pose->scan->black, 254) : BLACK;
    double white = MAX(0, brightness - black);
    light->black = (int)lround(black);
    light->column = g_new(gint16, plane->width);
    light->row = g_new(gint16, plane->height);
    for (int x = 0; x < plane->width; x++) {
        double lost = light_lost(pose, white, (double)x / plane->width, plane->width, TRUE);
        light->column[x] = (gint16)lround(MAX(white - lost, 0) * 64);
    }
    for (int y = 0; y < plane->height; y++) {
        double lost = light_lost(pose, white, (double)y / plane->height, plane->height, FALSE);
        light->row[y] = (gint16)-lround(MIN(lost, WHITE_MOST) * 64);
    }
}

static void
light_clear(Light *light)
{
    g_free(light->column);
    g_free(light->row);
}

/* A crease: a dark line with a lighter flank, where the bent sheet catches the lamp. */
static void
crease_row(guint8 *row, const CalibrationPose *pose, int y, CalibrationNode *nodes)
{
    int n = calibration_pose_row(pose, y, nodes);
    for (int i = 0; i + 1 < n; i++) {
        double over = calibration_pose_over_fold(pose, nodes[i].paper_x_mm, nodes[i].paper_y_mm);
        double next = calibration_pose_over_fold(pose, nodes[i + 1].paper_x_mm, nodes[i + 1].paper_y_mm);
        double step = (next - over) / (nodes[i + 1].x - nodes[i].x);
        if (MIN(over, next) > 2.5 || MAX(over, next) < -2.5)
            continue;
        for (int x = nodes[i].x; x < nodes[i + 1].x; x++, over += step) {
            if (fabs(over) > 2.5)
                continue;
            double dark = exp(-over * over / (2 * 0.16 * 0.16)),
                   flank = exp(-(over - 0.8) * (over - 0.8) / (2 * 0.5 * 0.5));
            double value = row[x] + pose->scan->fold * (0.3 * flank - dark - 0.15 * exp(-over * over / 2));
            row[x] = (guint8)CLAMP(value, 0, 255);
        }
    }
}

/* A streak down the image: its tone goes towards black or white. */
static void
draw_streak(CalibrationPlane *plane, const CalibrationStreak *streak, double px_per_mm)
{
    double middle = streak->at * plane->width, half = streak->width_mm * px_per_mm / 2;
    int left = (int)CLAMP(floor(middle - half), 0, plane->width),
        right = (int)CLAMP(ceil(middle + half), 0, plane->width);
    gboolean whole = streak->from == 0 && streak->to == 0;
    int top = (int)(CLAMP(streak->from, 0, 1) * plane->height),
        low = whole ? plane->height : (int)(CLAMP(streak->to, 0, 1) * plane->height);
    double target = streak->depth < 0 ? 255 : 0, depth = MIN(fabs(streak->depth), 1);
    for (int x = left; x < right; x++) {
        double cover = depth * CLAMP(MIN(x + 1, middle + half) - MAX(x, middle - half), 0, 1);
        guint8 *pixel = plane->bytes + (gsize)top * (gsize)plane->width + x;
        for (int y = top; y < low; y++, pixel += plane->width)
            *pixel = (guint8)lround(*pixel + cover * (target - *pixel));
    }
}

void
calibration_sensor_expose(CalibrationPlane *plane, const CalibrationPose *pose, double brightness,
                          GRand *random)
{
    const CalibrationScan *scan = pose->scan;
    calibration_blur(plane, MAX(0, scan->blur_mm) * pose->px_per_mm);
    calibration_blur_motion(plane, MAX(0, scan->motion_mm) * pose->px_per_mm, scan->motion_deg * G_PI / 180);
    const gint8 *noise = calibration_noise();
    const Unevenness uneven = unevenness_of(scan);
    g_autofree CalibrationNode *nodes = g_new(CalibrationNode, calibration_pose_nodes(pose));
    const int width = plane->width;
    Texture texture;
    texture_init(&texture, pose, width);
    Light light;
    light_init(&light, plane, pose, brightness);
    for (int y = 0; y < plane->height; y++) {
        const gint8 *sparks = noise + g_rand_int_range(random, 0, CALIBRATION_NOISE_SIZE - width);
        guint8 *row = plane->bytes + (gsize)y * (gsize)width;
        expose_row(row, &light, y, texture_line(&texture, y), sparks, &uneven, width);
        if (scan->fold > 0)
            crease_row(row, pose, y, nodes);
    }
    g_free(texture.lines);
    light_clear(&light);
    for (int i = 0; i < CALIBRATION_STREAKS; i++)
        draw_streak(plane, &scan->streaks[i], pose->px_per_mm);
}
