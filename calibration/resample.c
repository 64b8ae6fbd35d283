/* From the sheet to the image: turned as fed, then sampled along each row of the image. */
#include <math.h>
#include <string.h>

#include "scan-private.h"

/* ITU-R BT.601 luma in 16 bits. */
static guint8
luma(guint32 p)
{
    return (guint8)(((p >> 16 & 255) * 19595 + (p >> 8 & 255) * 38470 + (p & 255) * 7471 + 32768) >> 16);
}

/* n pixels of a row of the sheet, `along` bytes from each other. */
static void
copy_row(const guint32 *restrict from, guint8 *restrict to, int n, gssize along, int shift)
{
    if (along == 1 && shift < 0)
        for (int x = 0; x < n; x++)
            to[x] = luma(from[x]);
    else if (along == 1)
        for (int x = 0; x < n; x++)
            to[x] = (guint8)(from[x] >> shift);
    else
        for (int x = 0; x < n; x++, to += along)
            *to = shift < 0 ? luma(from[x]) : (guint8)(from[x] >> shift);
}

/* The sheet's bytes (one colour, or luma where `shift` is below 0) turned as fed, within a rim of the
 * surroundings. */
static CalibrationPlane
fed_sheet(const CalibrationPose *pose, cairo_surface_t *sheet, int shift)
{
    const int turns = pose->turns;
    int rim = pose->rim;
    CalibrationPlane fed = {pose->fed_width + 2 * rim, pose->fed_height + 2 * rim, NULL};
    fed.bytes = g_malloc((gsize)fed.width * (gsize)fed.height);
    const guint8 *data = cairo_image_surface_get_data(sheet);
    int stride = cairo_image_surface_get_stride(sheet);
    int width = MIN(pose->sheet_width, cairo_image_surface_get_width(sheet));
    int height = MIN(pose->sheet_height, cairo_image_surface_get_height(sheet));
    /* Where the sheet's pixel 0|0 goes, and the steps to its neighbours; in blocks, so that a turned sheet
     * stays in cache. */
    gssize along = turns == 0 ? 1 : turns == 1 ? fed.width : turns == 2 ? -1 : -fed.width;
    gssize down = turns == 0 ? fed.width : turns == 1 ? -1 : turns == 2 ? -fed.width : 1;
    int corner_x = turns == 1 || turns == 2 ? fed.width - 1 - rim : rim;
    int corner_y = turns >= 2 ? fed.height - 1 - rim : rim;
    guint8 *origin = fed.bytes + (gssize)corner_y * fed.width + corner_x;
    int block = turns % 2 ? 64 : width;
    for (int left = 0; left < width; left += block)
        for (int y = 0; y < height; y++) {
            const guint32 *from = (const guint32 *)(const void *)(data + (gsize)y * (gsize)stride);
            copy_row(from + left, origin + y * down + left * along, MIN(block, width - left), along, shift);
        }
    return fed;
}

static void
paint_rim(const CalibrationPose *pose, CalibrationPlane *fed)
{
    gsize width = (gsize)fed->width, rim = (gsize)pose->rim, height = (gsize)fed->height;
    for (gsize y = 0; y < height; y++) {
        memset(fed->bytes + y * width, (int)pose->edge[0], rim);
        memset(fed->bytes + (y + 1) * width - rim, (int)pose->edge[2], rim);
    }
    memset(fed->bytes, (int)pose->edge[1], rim * width);
    memset(fed->bytes + (height - rim) * width, (int)pose->edge[3], rim * width);
}

/* Narrows from … to (whole numbers x) to where low <= at + step * x <= high. */
static void
narrow(double at, double step, double low, double high, int *from, int *to)
{
    if (fabs(step) < 1e-12) {
        if (at < low || at > high)
            *to = *from;
        return;
    }
    double first = (step > 0 ? low - at : high - at) / step, last = (step > 0 ? high - at : low - at) / step;
    *from = (int)MAX(*from, ceil(CLAMP(first, -1e6, 1e6)));
    *to = (int)MIN(*to, floor(CLAMP(last, -1e6, 1e6)) + 1);
}

/* Positions have 32 bits of fraction. */
typedef struct {
    gint64 u, v, du, dv;
} Walk;

static guint8
mix(guint32 a, guint32 b, guint32 share)
{
    return (guint8)((a * (256 - share) + b * share + 128) >> 8);
}

/* n bilinear samples, pixel centres at whole numbers. */
static void
sample(const CalibrationPlane *fed, guint8 *out, int n, Walk walk)
{
    const gsize width = (gsize)fed->width;
    for (int x = 0; x < n; x++, walk.u += walk.du, walk.v += walk.dv) {
        const guint8 *p = fed->bytes + (gsize)(walk.v >> 32) * width + (gsize)(walk.u >> 32);
        guint32 fx = (guint32)(walk.u >> 24) & 255, fy = (guint32)(walk.v >> 24) & 255;
        out[x] = mix(mix(p[0], p[1], fx), mix(p[width], p[width + 1], fx), fy);
    }
}

/* The same where the samples go through pixels side by side in one row: written so that compilers vectorise
 * it. */
static void
sample_beside(const guint8 *restrict top, const guint8 *restrict low, guint8 *restrict out, int n, Walk walk)
{
    guint16 u = (guint16)(walk.u >> 16), v = (guint16)(walk.v >> 16);
    const guint16 du = (guint16)(walk.du >> 16), dv = (guint16)(walk.dv >> 16);
    for (int x = 0; x < n; x++) {
        guint16 fx = (guint16)(u + (guint16)x * du) >> 8, fy = (guint16)(v + (guint16)x * dv) >> 8;
        guint16 rest_x = (guint16)(256 - fx), rest_y = (guint16)(256 - fy);
        guint16 a = (guint16)(top[x] * rest_x + top[x + 1] * fx + 128) >> 8;
        guint16 b = (guint16)(low[x] * rest_x + low[x + 1] * fx + 128) >> 8;
        out[x] = (guint8)((guint16)(a * rest_y + b * fy + 128) >> 8);
    }
}

/* For how many steps the whole part of `at` stays the same when it moves on by `step`; at most n. */
static int
steps_within(gint64 at, gint64 step, int n)
{
    gint64 fraction = at & 0xffffffff;
    if (step == 0)
        return n;
    gint64 left = step > 0 ? (0xffffffff - fraction) / step : fraction / -step;
    return (int)MIN(left + 1, n);
}

/* In pieces that go through pixels side by side, as long as the sheet is hardly turned. */
static void
sample_pieces(const CalibrationPlane *fed, guint8 *out, int n, Walk walk)
{
    const gint64 one = (gint64)1 << 32;
    while (n > 0) {
        int piece = MIN(steps_within(walk.u, walk.du - one, n), steps_within(walk.v, walk.dv, n));
        piece = MIN(piece, 4096);
        const guint8 *top = fed->bytes + (gsize)(walk.v >> 32) * (gsize)fed->width + (gsize)(walk.u >> 32);
        Walk beside = {walk.u, walk.v, walk.du - one, walk.dv};
        sample_beside(top, top + fed->width, out, piece, beside);
        walk.u += piece * walk.du;
        walk.v += piece * walk.dv;
        out += piece;
        n -= piece;
    }
}

/* One run of an image row, from … to: samples of `fed` at start + step * x. What is beyond the sheet stays
 * as it is. */
static void
sample_run(const CalibrationPlane *fed, guint8 *out, int from, int to, const double start[2],
           const double step[2])
{
    int first = from, last = to;
    narrow(start[0], step[0], 0, fed->width - 1.001, &first, &last);
    narrow(start[1], step[1], 0, fed->height - 1.001, &first, &last);
    if (first >= last)
        return;
    /* The slack of 0.001 px above absorbs the rounding of the steps. */
    const double one = 4294967296.0;
    Walk walk = {.u = MAX((gint64)((start[0] + step[0] * first) * one), 0),
                 .v = MAX((gint64)((start[1] + step[1] * first) * one), 0),
                 .du = (gint64)(step[0] * one),
                 .dv = (gint64)(step[1] * one)};
    gboolean beside = fabs(step[0] - 1) + fabs(step[1]) < 0.05;
    (beside ? sample_pieces : sample)(fed, out + first, last - first, walk);
}

/* Samples between two nodes that lie on one side of the fold. */
static void
sample_flat(const CalibrationPose *pose, const CalibrationPlane *fed, guint8 *out,
            const CalibrationNode ends[2], int from, int to, gboolean below)
{
    double n = ends[1].x - ends[0].x, moved = below ? pose->scan->fold_step_mm : 0;
    double x = ends[0].paper_x_mm, y = ends[0].paper_y_mm - moved;
    double dx = (ends[1].paper_x_mm - x) / n, dy = (ends[1].paper_y_mm - moved - y) / n;
    cairo_matrix_transform_point(&pose->fed_of_paper, &x, &y);
    cairo_matrix_transform_distance(&pose->fed_of_paper, &dx, &dy);
    const double start[2] = {x + pose->rim - 0.5 - dx * ends[0].x, y + pose->rim - 0.5 - dy * ends[0].x};
    const double step[2] = {dx, dy};
    sample_run(fed, out, from, to, start, step);
}

static void
sample_segment(const CalibrationPose *pose, const CalibrationPlane *fed, guint8 *out,
               const CalibrationNode ends[2])
{
    int from = ends[0].x, to = ends[1].x;
    if (!(pose->scan->fold > 0)) {
        sample_flat(pose, fed, out, ends, from, to, FALSE);
        return;
    }
    double over[2];
    for (int i = 0; i < 2; i++)
        over[i] = calibration_pose_over_fold(pose, ends[i].paper_x_mm, ends[i].paper_y_mm);
    int cross = to;
    if ((over[0] > 0) != (over[1] > 0))
        cross = from + (int)ceil((to - from) * over[0] / (over[0] - over[1]));
    sample_flat(pose, fed, out, ends, from, MIN(cross, to), over[0] > 0);
    sample_flat(pose, fed, out, ends, MIN(cross, to), to, over[1] > 0);
}

CalibrationPlane
calibration_resample(const CalibrationPose *pose, cairo_surface_t *sheet, int shift)
{
    CalibrationPlane fed = fed_sheet(pose, sheet, shift);
    paint_rim(pose, &fed);
    CalibrationPlane image = {pose->width, pose->height, NULL};
    image.bytes = g_malloc((gsize)image.width * (gsize)image.height);
    memset(image.bytes, (int)pose->background, (gsize)image.width * (gsize)image.height);
    g_autofree CalibrationNode *nodes = g_new(CalibrationNode, calibration_pose_nodes(pose));
    for (int y = 0; y < image.height; y++) {
        guint8 *out = image.bytes + (gsize)y * (gsize)image.width;
        int n = calibration_pose_row(pose, y, nodes);
        for (int i = 0; i + 1 < n; i++)
            sample_segment(pose, &fed, out, nodes + i);
    }
    g_free(fed.bytes);
    return image;
}
