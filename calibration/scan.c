/* The scanner: from the sheet of paper to the page image. */
#include <math.h>
#include <string.h>

#include "scan-private.h"

/* The sheet as printed: the page itself or, where the printer scaled it, a white sheet with as much of the
 * page as fits. The caller destroys it. */
static cairo_surface_t *
make_sheet(const CalibrationPose *pose, cairo_surface_t *page)
{
    if (!(pose->scan->print_scale > 0) || pose->scan->print_scale == 1)
        return cairo_surface_reference(page);
    cairo_surface_t *sheet =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, pose->sheet_width, pose->sheet_height);
    g_autoptr(cairo_t) cr = cairo_create(sheet);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_set_source_surface(cr, page, pose->sheet_x, pose->sheet_y);
    cairo_paint(cr);
    return sheet;
}

static void
damage_sheet(const CalibrationPose *pose, const CalibrationPaper *paper, cairo_surface_t *surface,
             GRand *random)
{
    double scale = pose->scan->print_scale > 0 ? pose->scan->print_scale : 1, k = pose->px_per_mm;
    const FormPackage *package = paper->package;
    double width = package->width_mm / scale, height = package->height_mm / scale;
    g_autoptr(cairo_t) cr = cairo_create(surface);
    cairo_translate(cr, pose->sheet_x, pose->sheet_y);
    cairo_scale(cr, k, k);
    const CalibrationSheet sheet = {
        .scan = pose->scan,
        .package = package,
        .page = form_package_page(package, paper->page),
        .surface = surface,
        .cr = cr,
        .paper = {(package->width_mm - width) / 2, (package->height_mm - height) / 2, width, height},
        .px_per_mm = k,
        .background = pose->background,
        .random = random};
    calibration_paper_damage(&sheet, paper);
    cairo_surface_flush(surface);
}

/* The image ends early, or goes on in grey, as from a file that was cut short. */
static void
cut_off(CalibrationPlane *plane, const CalibrationScan *scan)
{
    int kept = (int)lround(plane->height * (1 - CLAMP(scan->cut_off, 0, 1)));
    plane->height = MAX(1, kept);
}

static void
paint_tail(PIX *pix, const CalibrationScan *scan)
{
    int height = pixGetHeight(pix), from = (int)lround(height * (1 - CLAMP(scan->grey_tail, 0, 1)));
    gsize row = (gsize)pixGetWpl(pix) * 4;
    if (pixGetDepth(pix) > 1)
        memset((guint8 *)(void *)pixGetData(pix) + (gsize)from * row, 128, (gsize)(height - from) * row);
}

PIX *
calibration_scan_sheet(const CalibrationPaper *paper, const CalibrationScan *scan, GRand *random)
{
    if (!form_package_page(paper->package, paper->page) || !(scan->dpi >= 50 && scan->dpi <= 1200))
        return NULL;
    CalibrationPose pose;
    calibration_pose_init(&pose, scan, paper->package, random);
    g_autoptr(cairo_surface_t) sheet = make_sheet(&pose, paper->front);
    if (cairo_surface_status(sheet) != CAIRO_STATUS_SUCCESS)
        return NULL;
    damage_sheet(&pose, paper, sheet, random);

    static const int shifts[] = {16, 8, 0};
    /* Paper is a little warm, so is the lamp. */
    static const double warmth[] = {1, 0.995, 0.98};
    gboolean colour = scan->mode == CALIBRATION_COLOUR;
    double white = calibration_scan_white(scan);
    CalibrationPlane planes[3] = {0};
    for (int i = 0; i < (colour ? 3 : 1); i++) {
        double light = colour ? white * warmth[i] * (1 - CLAMP(scan->cast[i], 0, 1)) : white;
        planes[i] = calibration_resample(&pose, sheet, colour ? shifts[i] : -1);
        calibration_sensor_expose(&planes[i], &pose, light, random);
        cut_off(&planes[i], scan);
    }
    PIX *pix = calibration_pack(planes, scan, random);
    for (int i = 0; i < 3; i++)
        g_free(planes[i].bytes);
    if (pix && scan->grey_tail > 0)
        paint_tail(pix, scan);
    return pix;
}

PIX *
calibration_scan_paper(cairo_surface_t *page, const FormPackage *package, int number,
                       const CalibrationScan *scan, GRand *random)
{
    const CalibrationPaper paper = {.package = package, .page = number, .front = page};
    return calibration_scan_sheet(&paper, scan, random);
}
