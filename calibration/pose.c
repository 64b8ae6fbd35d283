/* Geometry of a scan: where each point of the page comes to lie in the image, and back.
 *
 * page --print scale--> paper --fold, curl--> flat view --stretch, turn, skew, tilt--> image --feed--> row */
#include <math.h>
#include <string.h>

#include "scan-private.h"

/* Beyond this skew the image grows to hold the turned page, as with scanners that find the page's size
 * themselves. */
#define OVERSCAN_DEG 2.0

#define SHADOW_MM       0.35 /* width of the paper's shadow on the lid */
#define PHOTO_MARGIN_MM 8.0
#define DISTANCE_MM     400.0
#define CURL_REACH_MM   60.0 /* so far from its edge does a curled sheet rise */
#define NODE_PX         32   /* between two nodes of a row that is not straight */

static double
or_one(double scale)
{
    return scale > 0 ? scale : 1;
}

/* a = b a, of 3 × 3 matrices. */
static void
then(double a[9], const double b[9])
{
    double product[9];
    for (int row = 0; row < 3; row++)
        for (int column = 0; column < 3; column++)
            product[3 * row + column] =
                b[3 * row] * a[column] + b[3 * row + 1] * a[3 + column] + b[3 * row + 2] * a[6 + column];
    memcpy(a, product, sizeof product);
}

static void
then_scale(double a[9], double x, double y)
{
    const double b[9] = {x, 0, 0, 0, y, 0, 0, 0, 1};
    then(a, b);
}

static void
then_move(double a[9], double x, double y)
{
    const double b[9] = {1, 0, x, 0, 1, y, 0, 0, 1};
    then(a, b);
}

static void
then_rotate(double a[9], double angle_rad)
{
    double co = cos(angle_rad), si = sin(angle_rad);
    const double b[9] = {co, -si, 0, si, co, 0, 0, 0, 1};
    then(a, b);
}

static void
invert(const double a[9], double inverse[9])
{
    double c[9] = {a[4] * a[8] - a[5] * a[7], a[2] * a[7] - a[1] * a[8], a[1] * a[5] - a[2] * a[4],
                   a[5] * a[6] - a[3] * a[8], a[0] * a[8] - a[2] * a[6], a[2] * a[3] - a[0] * a[5],
                   a[3] * a[7] - a[4] * a[6], a[1] * a[6] - a[0] * a[7], a[0] * a[4] - a[1] * a[3]};
    double determinant = a[0] * c[0] + a[1] * c[3] + a[2] * c[6];
    for (int i = 0; i < 9; i++)
        inverse[i] = c[i] / determinant;
}

static CalibrationPoint
map(const double a[9], double x, double y)
{
    double w = a[6] * x + a[7] * y + a[8];
    return (CalibrationPoint){(a[0] * x + a[1] * y + a[2]) / w, (a[3] * x + a[4] * y + a[5]) / w};
}

/* A sheet tilted away from the camera, seen through a pinhole. */
static void
then_tilt(double a[9], const CalibrationScan *scan)
{
    double angle = CLAMP(scan->tilt_deg, -60, 60) * G_PI / 180, towards = scan->tilt_towards_deg * G_PI / 180;
    double distance = MAX(scan->distance_mm > 0 ? scan->distance_mm : DISTANCE_MM, 250);
    then_rotate(a, -towards);
    const double b[9] = {cos(angle), 0, 0, 0, 1, 0, sin(angle) / distance, 0, 1};
    then(a, b);
    then_rotate(a, towards);
}

/* Size of a scanner's image, mm. */
static void
glass_size(const CalibrationScan *scan, const FormPackage *package, double *width_mm, double *height_mm)
{
    gboolean turned = scan->quarter_turns % 2 != 0;
    double w = turned ? package->height_mm : package->width_mm,
           h = turned ? package->width_mm : package->height_mm;
    double co = 1, si = 0;
    if (fabs(scan->skew_deg) > OVERSCAN_DEG) {
        co = fabs(cos(scan->skew_deg * G_PI / 180));
        si = fabs(sin(scan->skew_deg * G_PI / 180));
    }
    *width_mm = w * co + h * si;
    *height_mm = w * si + h * co;
}

/* Moves the tilted sheet of a photo to a margin from the image's top left, and tells the image's size. */
static void
frame_photo(double a[9], const FormPackage *package, double *width_mm, double *height_mm)
{
    double left = G_MAXDOUBLE, top = G_MAXDOUBLE, right = -G_MAXDOUBLE, low = -G_MAXDOUBLE;
    for (int corner = 0; corner < 4; corner++) {
        CalibrationPoint p = map(a, corner & 1 ? package->width_mm : 0, corner & 2 ? package->height_mm : 0);
        left = MIN(left, p.x);
        right = MAX(right, p.x);
        top = MIN(top, p.y);
        low = MAX(low, p.y);
    }
    then_move(a, PHOTO_MARGIN_MM - left, PHOTO_MARGIN_MM - top);
    *width_mm = right - left + 2 * PHOTO_MARGIN_MM;
    *height_mm = low - top + 2 * PHOTO_MARGIN_MM;
}

/* Paper mm -> image px, curl, fold and feed apart; and the image's size. */
static void
image_of_paper(const CalibrationScan *scan, const FormPackage *package, double a[9], int *width_px,
               int *height_px)
{
    static const double identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    double width_mm, height_mm;
    memcpy(a, identity, sizeof identity);
    then_move(a, -package->width_mm / 2, -package->height_mm / 2);
    then_scale(a, or_one(scan->stretch_x), or_one(scan->stretch_y));
    then_rotate(a, scan->skew_deg * G_PI / 180 + scan->quarter_turns * G_PI / 2);
    if (scan->photo) {
        then_tilt(a, scan);
        frame_photo(a, package, &width_mm, &height_mm);
    } else {
        glass_size(scan, package, &width_mm, &height_mm);
        then_move(a, scan->shift_x_mm, scan->shift_y_mm);
    }
    double px_per_mm = scan->dpi / 25.4;
    *width_px = (int)lround(width_mm * px_per_mm);
    *height_px = (int)lround(height_mm * px_per_mm);
    then_scale(a, px_per_mm, px_per_mm);
    if (!scan->photo)
        then_move(a, *width_px / 2.0, *height_px / 2.0);
}

/* How far the feed has come, of an even one, when the scanner is at `y_mm` of an image `height_mm` high. */
static double
feed(const CalibrationScan *scan, double y_mm, double height_mm)
{
    double t = y_mm / height_mm, fed = y_mm + 4 * scan->drift_mm * t * (1 - t);
    for (int i = 0; i < CALIBRATION_JUMPS; i++) {
        double after = y_mm - scan->jump_at[i] * height_mm;
        if (after > 0)
            fed += scan->jump_mm[i] > 0 ? scan->jump_mm[i] : -MIN(-scan->jump_mm[i], after);
    }
    return fed;
}

/* Where the scanner is when the feed has come so far: by bisection, as the feed never runs back. */
static double
feed_back(const CalibrationScan *scan, double fed_mm, double height_mm)
{
    double low = fed_mm - 30, high = fed_mm + 30;
    for (int i = 0; i < 40; i++) {
        double middle = (low + high) / 2;
        *(feed(scan, middle, height_mm) < fed_mm ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

static gboolean
is_even_feed(const CalibrationScan *scan)
{
    gboolean even = scan->drift_mm == 0;
    for (int i = 0; i < CALIBRATION_JUMPS; i++)
        even = even && scan->jump_mm[i] == 0;
    return even;
}

/* The coordinate along which the sheet is curled, as distance from the curled edge: d = offset ± coordinate.
 */
static double *
curl_axis(const CalibrationScan *scan, const FormPackage *package, CalibrationPoint *p, double *offset,
          double *sign)
{
    gboolean far = scan->curl_edge == CALIBRATION_EDGE_RIGHT || scan->curl_edge == CALIBRATION_EDGE_BOTTOM;
    gboolean across = scan->curl_edge == CALIBRATION_EDGE_RIGHT || scan->curl_edge == CALIBRATION_EDGE_LEFT;
    *offset = !far ? 0 : across ? package->width_mm : package->height_mm;
    *sign = far ? -1 : 1;
    return across ? &p->x : &p->y;
}

static gboolean
is_curled(const CalibrationScan *scan)
{
    return scan->curl_edge != CALIBRATION_EDGE_NONE && scan->curl_mm > 0;
}

/* A curled edge rises from the glass and is seen nearer to the middle: by c (1 - d/R)², d from the edge. */
static void
curl(const CalibrationScan *scan, const FormPackage *package, CalibrationPoint *p, gboolean back)
{
    double offset, sign, *along = curl_axis(scan, package, p, &offset, &sign);
    const double reach = CURL_REACH_MM, c = MIN(scan->curl_mm, reach / 4);
    double d = offset + sign * *along;
    if (d >= reach)
        return;
    if (!back) {
        d += c * (1 - d / reach) * (1 - d / reach);
    } else {
        double square = c / (reach * reach), linear = 1 - 2 * c / reach;
        d = (sqrt(MAX(0, linear * linear - 4 * square * (c - d))) - linear) / (2 * square);
    }
    *along = sign * (d - offset);
}

static double
over_fold(const CalibrationScan *scan, const FormPackage *package, double x_mm, double y_mm)
{
    double at = scan->fold_at > 0 ? scan->fold_at : 0.5;
    return y_mm - at * package->height_mm - scan->fold_slope * (x_mm - package->width_mm / 2);
}

double
calibration_pose_over_fold(const CalibrationPose *pose, double paper_x_mm, double paper_y_mm)
{
    return over_fold(pose->scan, pose->package, paper_x_mm, paper_y_mm);
}

void
calibration_scan_place(const CalibrationScan *scan, const FormPackage *package, double x_mm, double y_mm,
                       double *x_px, double *y_px)
{
    double a[9], scale = or_one(scan->print_scale);
    int width, height;
    image_of_paper(scan, package, a, &width, &height);
    CalibrationPoint p = {package->width_mm / 2 + scale * (x_mm - package->width_mm / 2),
                          package->height_mm / 2 + scale * (y_mm - package->height_mm / 2)};
    if (scan->fold > 0 && over_fold(scan, package, p.x, p.y) > 0)
        p.y += scan->fold_step_mm;
    if (is_curled(scan))
        curl(scan, package, &p, FALSE);
    p = map(a, p.x, p.y);
    *x_px = p.x;
    *y_px = p.y;
    double px_per_mm = scan->dpi / 25.4;
    if (!is_even_feed(scan))
        *y_px = feed_back(scan, p.y / px_per_mm, height / px_per_mm) * px_per_mm;
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

/* The sheet as drawn has the page's resolution on paper of its own size: where the printer made the page
 * smaller there is paper about it, where larger it is cropped. */
static void
init_sheet(CalibrationPose *pose, const FormPackage *package)
{
    double scale = or_one(pose->scan->print_scale), k = pose->px_per_mm;
    int page_width = (int)lround(package->width_mm * k), page_height = (int)lround(package->height_mm * k);
    pose->sheet_width = (int)lround(page_width / scale);
    pose->sheet_height = (int)lround(page_height / scale);
    pose->sheet_x = (int)lround((pose->sheet_width - page_width) / 2.0);
    pose->sheet_y = (int)lround((pose->sheet_height - page_height) / 2.0);
    gboolean turned = pose->turns % 2 != 0;
    pose->fed_width = turned ? pose->sheet_height : pose->sheet_width;
    pose->fed_height = turned ? pose->sheet_width : pose->sheet_height;
    cairo_matrix_t turn;
    turn_matrix(&turn, pose->turns, pose->sheet_width, pose->sheet_height);
    double centre_x = package->width_mm / 2, centre_y = package->height_mm / 2;
    cairo_matrix_t *m = &pose->fed_of_paper;
    cairo_matrix_init_translate(m, pose->sheet_x, pose->sheet_y);
    cairo_matrix_scale(m, k, k);
    cairo_matrix_translate(m, centre_x, centre_y);
    cairo_matrix_scale(m, 1 / scale, 1 / scale);
    cairo_matrix_translate(m, -centre_x, -centre_y);
    cairo_matrix_multiply(m, m, &turn);
}

/* Beside the paper: the lid, white or black; a white one carries the paper's shadow on one or two sides. */
static void
draw_surroundings(CalibrationPose *pose, GRand *random)
{
    gboolean dark = calibration_chance(random, 0.35);
    pose->background = dark ? g_rand_double_range(random, 10, 50) : g_rand_double_range(random, 236, 255);
    if (pose->scan->lid > 0) {
        pose->background = MIN(pose->scan->lid, 255);
        dark = pose->background < 100;
    }
    for (int i = 0; i < 4; i++) {
        double shadow = g_rand_double_range(random, 0.6, 0.9);
        gboolean shaded = calibration_chance(random, 0.4);
        pose->edge[i] = dark || !shaded ? pose->background : pose->background * shadow;
    }
}

void
calibration_pose_init(CalibrationPose *pose, const CalibrationScan *scan, const FormPackage *package,
                      GRand *random)
{
    *pose = (CalibrationPose){.scan = scan, .package = package, .px_per_mm = scan->dpi / 25.4};
    pose->rim = MAX(1, (int)lround(SHADOW_MM * pose->px_per_mm));
    pose->turns = (scan->quarter_turns % 4 + 4) % 4;
    double a[9];
    image_of_paper(scan, package, a, &pose->width, &pose->height);
    invert(a, pose->to_paper);
    pose->straight = !scan->photo && !is_curled(scan);
    init_sheet(pose, package);
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
    draw_surroundings(pose, random);
}

static double
wobble_mm(const CalibrationPose *pose, double at_mm)
{
    double sum = 0;
    for (int i = 0; i < 2; i++)
        sum += pose->wobble_mm[i] * sin(2 * G_PI * at_mm / pose->wobble_period_mm[i] + pose->wobble_phase[i]);
    return sum;
}

int
calibration_pose_nodes(const CalibrationPose *pose)
{
    return pose->straight ? 2 : pose->width / NODE_PX + 2;
}

int
calibration_pose_row(const CalibrationPose *pose, int y, CalibrationNode *nodes)
{
    double at_mm = (y + 0.5) / pose->px_per_mm;
    double fed_mm = feed(pose->scan, at_mm, pose->height / pose->px_per_mm) + wobble_mm(pose, at_mm);
    int n = 0, step = pose->straight ? pose->width : NODE_PX;
    gboolean curled = is_curled(pose->scan);
    for (int x = 0;; x = MIN(x + step, pose->width)) {
        CalibrationPoint p = map(pose->to_paper, x + 0.5, fed_mm * pose->px_per_mm);
        if (curled)
            curl(pose->scan, pose->package, &p, TRUE);
        nodes[n++] = (CalibrationNode){x, p.x, p.y};
        if (x == pose->width)
            return n;
    }
}
