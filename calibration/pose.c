/* Geometry of a scan: where each point of the page comes to lie in the image, and the resampling that
 * follows. */
#include <math.h>
#include <string.h>

#include "simulation-private.h"

/* Beyond this skew the image grows to hold the turned page, as scanners do that find the page's size
 * themselves. */
#define OVERSCAN_DEG 2.0

/* Width of the paper's shadow on the lid. */
#define SHADOW_MM 0.35

static double
true_stretch(double stretch)
{
    return stretch > 0 ? stretch : 1;
}

/* Size of the image, px. */
static void
image_size(const CalibrationScan *scan, const FormPackage *package, int *width, int *height)
{
    gboolean turned = scan->quarter_turns % 2 != 0;
    double w = turned ? package->height_mm : package->width_mm,
           h = turned ? package->width_mm : package->height_mm;
    if (fabs(scan->skew_deg) > OVERSCAN_DEG) {
        double co = fabs(cos(scan->skew_deg * G_PI / 180)), si = fabs(sin(scan->skew_deg * G_PI / 180));
        double hull_w = w * co + h * si, hull_h = w * si + h * co;
        w = hull_w;
        h = hull_h;
    }
    *width = (int)lround(w * scan->dpi / 25.4);
    *height = (int)lround(h * scan->dpi / 25.4);
}

/* Page mm -> image px. */
static void
image_of_mm(const CalibrationScan *scan, const FormPackage *package, cairo_matrix_t *matrix)
{
    int width, height;
    image_size(scan, package, &width, &height);
    double px_per_mm = scan->dpi / 25.4;
    cairo_matrix_init_translate(matrix, width / 2.0, height / 2.0);
    cairo_matrix_scale(matrix, px_per_mm, px_per_mm);
    cairo_matrix_translate(matrix, scan->shift_x_mm, scan->shift_y_mm);
    cairo_matrix_rotate(matrix, scan->skew_deg * G_PI / 180 + scan->quarter_turns * G_PI / 2);
    cairo_matrix_scale(matrix, true_stretch(scan->stretch_x), true_stretch(scan->stretch_y));
    cairo_matrix_translate(matrix, -package->width_mm / 2, -package->height_mm / 2);
}

void
calibration_scan_place(const CalibrationScan *scan, const FormPackage *package, double x_mm, double y_mm,
                       double *x_px, double *y_px)
{
    cairo_matrix_t matrix;
    image_of_mm(scan, package, &matrix);
    *x_px = x_mm;
    *y_px = y_mm;
    cairo_matrix_transform_point(&matrix, x_px, y_px);
}

/* A whole number of quarter turns clockwise of an image of width × height px. */
static void
turn_matrix(cairo_matrix_t *matrix, int turns, int width, int height)
{
    switch (turns) {
    case 1:
        cairo_matrix_init(matrix, 0, 1, -1, 0, height, 0);
        break;
    case 2:
        cairo_matrix_init(matrix, -1, 0, 0, -1, width, height);
        break;
    case 3:
        cairo_matrix_init(matrix, 0, -1, 1, 0, 0, width);
        break;
    default:
        cairo_matrix_init_identity(matrix);
    }
}

/* Beside the paper: the lid, white or black; a white one carries the paper's shadow on one or two sides. */
static void
draw_surroundings(CalibrationPose *pose, GRand *random)
{
    gboolean dark = calibration_chance(random, 0.35);
    pose->background = dark ? g_rand_double_range(random, 10, 50) : g_rand_double_range(random, 236, 255);
    for (int i = 0; i < 4; i++) {
        double shadow = g_rand_double_range(random, 0.6, 0.9);
        gboolean shaded = calibration_chance(random, 0.4);
        pose->edge[i] = dark || !shaded ? pose->background : pose->background * shadow;
    }
}

/* Sheets are folded once across the middle, or twice in thirds to fit an envelope. */
static void
draw_fold(CalibrationPose *pose, const CalibrationScan *scan, const FormPackage *package, GRand *random)
{
    double thirds = calibration_chance(random, 0.5) ? 1 / 3.0 : 2 / 3.0;
    double at = calibration_chance(random, 0.7) ? 0.5 : thirds;
    pose->folded = scan->fold > 0;
    pose->fold_slope = calibration_normal(random, 0.004);
    pose->fold_y_mm = package->height_mm * (at + calibration_normal(random, 0.008)) -
                      pose->fold_slope * package->width_mm / 2;
    pose->fold_step_mm = g_rand_double_range(random, -0.12, 0.12);
}

void
calibration_pose_init(CalibrationPose *pose, const CalibrationScan *scan, const FormPackage *package,
                      GRand *random)
{
    *pose = (CalibrationPose){.px_per_mm = scan->dpi / 25.4};
    pose->rim = MAX(1, (int)lround(SHADOW_MM * pose->px_per_mm));
    image_size(scan, package, &pose->width, &pose->height);
    int page_width = (int)lround(package->width_mm * pose->px_per_mm);
    int page_height = (int)lround(package->height_mm * pose->px_per_mm);
    int turns = pose->turns = (scan->quarter_turns % 4 + 4) % 4;
    pose->fed_width = turns % 2 ? page_height : page_width;
    pose->fed_height = turns % 2 ? page_width : page_height;
    turn_matrix(&pose->fed_of_page, turns, page_width, page_height);
    cairo_matrix_t image;
    image_of_mm(scan, package, &image);
    cairo_matrix_scale(&image, 1 / pose->px_per_mm, 1 / pose->px_per_mm);
    cairo_matrix_invert(&image);
    pose->page_of_image = image;
    for (int i = 0; i < 2; i++) {
        pose->wobble_mm[i] = scan->wobble_mm * (i ? 0.4 : 0.6);
        /* Once round of a feed roller, and of a gear. */
        pose->wobble_period_mm[i] =
            i ? g_rand_double_range(random, 12, 25) : g_rand_double_range(random, 45, 110);
        pose->wobble_phase[i] = g_rand_double_range(random, 0, 2 * G_PI);
    }
    pose->dark_edge = g_rand_int_range(random, 0, 4);
    pose->grain_x = g_rand_int_range(random, 0, 1 << 14);
    pose->grain_y = g_rand_int_range(random, 0, 1 << 14);
    draw_fold(pose, scan, package, random);
    draw_surroundings(pose, random);
}

/* The page's bytes (one colour, or luma where `shift` is below 0) turned as fed, within a rim of the
 * surroundings. */
static CalibrationPlane
fed_page(const CalibrationPose *pose, cairo_surface_t *page, int shift)
{
    const int turns = pose->turns;
    int rim = pose->rim;
    CalibrationPlane fed = {pose->fed_width + 2 * rim, pose->fed_height + 2 * rim, NULL};
    fed.bytes = g_malloc((gsize)fed.width * (gsize)fed.height);
    const guint8 *data = cairo_image_surface_get_data(page);
    int stride = cairo_image_surface_get_stride(page);
    int width = MIN(turns % 2 ? pose->fed_height : pose->fed_width, cairo_image_surface_get_width(page));
    int height = MIN(turns % 2 ? pose->fed_width : pose->fed_height, cairo_image_surface_get_height(page));
    /* Where the page's pixel 0|0 goes, and the steps to its neighbours; in blocks, so that a turned page
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

/* One run of an image row: bilinear samples of `fed` at u + du * x | v + dv * x (pixel centres at whole
 * numbers). */
static void
sample_run(const CalibrationPlane *fed, guint8 background, guint8 *out, int from, int to,
           const double start[2], const double step[2])
{
    if (from >= to)
        return;
    memset(out + from, background, (gsize)(to - from));
    int first = from, last = to;
    narrow(start[0], step[0], 0, fed->width - 1.001, &first, &last);
    narrow(start[1], step[1], 0, fed->height - 1.001, &first, &last);
    if (first >= last)
        return;
    /* 32 bits of fraction; the slack of 0.001 px above absorbs the rounding of the steps. */
    gint64 u = (gint64)((start[0] + step[0] * first) * 4294967296.0), du = (gint64)(step[0] * 4294967296.0);
    gint64 v = (gint64)((start[1] + step[1] * first) * 4294967296.0), dv = (gint64)(step[1] * 4294967296.0);
    u = MAX(u, 0);
    v = MAX(v, 0);
    const gsize width = (gsize)fed->width;
    for (int x = first; x < last; x++, u += du, v += dv) {
        const guint8 *p = fed->bytes + (gsize)(v >> 32) * width + (gsize)(u >> 32);
        guint32 fx = (guint32)(u >> 24) & 255, fy = (guint32)(v >> 24) & 255;
        guint32 top = p[0] * (256 - fx) + p[1] * fx, low = p[width] * (256 - fx) + p[width + 1] * fx;
        out[x] = (guint8)((top * (256 - fy) + low * fy + 32768) >> 16);
    }
}

/* Image px -> px of the fed page with its rim, pixel centres at whole numbers. */
static cairo_matrix_t
sample_matrix(const CalibrationPose *pose)
{
    cairo_matrix_t matrix, half;
    cairo_matrix_init_translate(&half, 0.5, 0.5);
    cairo_matrix_multiply(&matrix, &half, &pose->page_of_image);
    cairo_matrix_multiply(&matrix, &matrix, &pose->fed_of_page);
    matrix.x0 += pose->rim - 0.5;
    matrix.y0 += pose->rim - 0.5;
    return matrix;
}

static double
wobble_px(const CalibrationPose *pose, int y)
{
    double at_mm = y / pose->px_per_mm, sum = 0;
    for (int i = 0; i < 2; i++)
        sum += pose->wobble_mm[i] * sin(2 * G_PI * at_mm / pose->wobble_period_mm[i] + pose->wobble_phase[i]);
    return sum * pose->px_per_mm;
}

CalibrationPlane
calibration_pose_resample(const CalibrationPose *pose, cairo_surface_t *page, int shift)
{
    CalibrationPlane fed = fed_page(pose, page, shift);
    paint_rim(pose, &fed);
    CalibrationPlane image = {pose->width, pose->height, NULL};
    image.bytes = g_malloc((gsize)image.width * (gsize)image.height);
    cairo_matrix_t matrix = sample_matrix(pose);
    const double step[2] = {matrix.xx, matrix.yx};
    /* Below the fold the page lies fold_step further down; in px of the fed page: */
    double fold_dx = 0, fold_dy = pose->folded ? pose->fold_step_mm * pose->px_per_mm : 0;
    cairo_matrix_transform_distance(&pose->fed_of_page, &fold_dx, &fold_dy);
    for (int y = 0; y < image.height; y++) {
        double at = y + wobble_px(pose, y);
        double start[2] = {matrix.xy * at + matrix.x0, matrix.yy * at + matrix.y0};
        guint8 *out = image.bytes + (gsize)y * (gsize)image.width;
        guint8 background = (guint8)pose->background;
        if (!pose->folded) {
            sample_run(&fed, background, out, 0, image.width, start, step);
            continue;
        }
        /* Which part of the row is below the fold: its height over the fold is linear in x. */
        double px = 0.5, py = y + 0.5, dx = 1, dy = 0;
        cairo_matrix_transform_point(&pose->page_of_image, &px, &py);
        cairo_matrix_transform_distance(&pose->page_of_image, &dx, &dy);
        double over = py - pose->fold_slope * px - pose->fold_y_mm * pose->px_per_mm;
        double over_step = dy - pose->fold_slope * dx;
        int below = 0, end = image.width;
        narrow(over, over_step, 0, 1e9, &below, &end);
        if (below >= end)
            below = end = 0;
        double moved[2] = {start[0] - fold_dx, start[1] - fold_dy};
        sample_run(&fed, background, out, 0, below, start, step);
        sample_run(&fed, background, out, below, end, moved, step);
        sample_run(&fed, background, out, end, image.width, start, step);
    }
    g_free(fed.bytes);
    return image;
}
