/* From the sheet to the image: turned as fed, then sampled along each row of the image. */
#include <math.h>
#include <string.h>

#include "scan-private.h"

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
    for (int left = 0; left < width; left += block) {
        int right = MIN(width, left + block);
        for (int y = 0; y < height; y++) {
            const guint32 *from = (const guint32 *)(const void *)(data + (gsize)y * (gsize)stride);
            guint8 *to = origin + y * down + left * along;
            for (int x = left; x < right; x++, to += along) {
                guint32 p = from[x];
                /* ITU-R BT.601 luma in 16 bits. */
                *to = (guint8)(shift >= 0 ? p >> shift
                                          : ((p >> 16 & 255) * 19595 + (p >> 8 & 255) * 38470 +
                                             (p & 255) * 7471 + 32768) >>
                                                16);
            }
        }
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

/* n bilinear samples, pixel centres at whole numbers; u, v and their steps with 32 bits of fraction. */
static void
sample(const CalibrationPlane *fed, guint8 *out, int n, gint64 u, gint64 du, gint64 v, gint64 dv)
{
    const gsize width = (gsize)fed->width;
    for (int x = 0; x < n; x++, u += du, v += dv) {
        const guint8 *p = fed->bytes + (gsize)(v >> 32) * width + (gsize)(u >> 32);
        guint32 fx = (guint32)(u >> 24) & 255, fy = (guint32)(v >> 24) & 255;
        guint32 top = p[0] * (256 - fx) + p[1] * fx, low = p[width] * (256 - fx) + p[width + 1] * fx;
        out[x] = (guint8)((top * (256 - fy) + low * fy + 32768) >> 16);
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
    gint64 u = (gint64)((start[0] + step[0] * first) * 4294967296.0),
           v = (gint64)((start[1] + step[1] * first) * 4294967296.0);
    sample(fed, out + first, last - first, MAX(u, 0), (gint64)(step[0] * 4294967296.0), MAX(v, 0),
           (gint64)(step[1] * 4294967296.0));
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
