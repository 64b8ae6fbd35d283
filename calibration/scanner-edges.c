/* The paper's borders: what is dark there, and what the image leaves away. */
#include <math.h>

#include "scanner-private.h"

#define FROM_MM  7.5  /* inwards of the paper's edge: ring marks begin at 8 */
#define TO_MM    -3.0 /* and so far beyond it: the print may lie a little off */
#define STEP_MM  0.25
#define ALONG_MM 1.0
#define DARK     0.8 /* of white: darker is a shadow, a lid or dirt */

static TargetPoint
border_point(CalibrationSide side, double in_mm, double along_mm)
{
    switch (side) {
    case CALIBRATION_LEFT:
        return (TargetPoint){in_mm, along_mm};
    case CALIBRATION_RIGHT:
        return (TargetPoint){TARGET_WIDTH_MM - in_mm, along_mm};
    case CALIBRATION_TOP:
        return (TargetPoint){along_mm, in_mm};
    default:
        return (TargetPoint){along_mm, TARGET_HEIGHT_MM - in_mm};
    }
}

/* The middle level of a line along a border; NAN when less than half of it lies in the image. */
static double
line_level(const ScanImage *image, const ScanMap *map, CalibrationSide side, double in_mm)
{
    gboolean upright = side == CALIBRATION_LEFT || side == CALIBRATION_RIGHT;
    double most = (upright ? TARGET_HEIGHT_MM : TARGET_WIDTH_MM) - TARGET_FIRST_DOT_MM, values[300];
    int n = 0, asked = 0;
    for (double along = TARGET_FIRST_DOT_MM; along <= most; along += ALONG_MM, asked++) {
        TargetPoint page = border_point(side, in_mm, along), p = scan_map_apply(map, page.x, page.y);
        if (p.x >= 0.5 && p.y >= 0.5 && p.x < image->width - 0.5 && p.y < image->height - 0.5)
            values[n++] = scan_image_at(image, p.x, p.y);
    }
    return 2 * n >= asked ? scan_median(values, n) : NAN;
}

void
scan_measure_edges(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading)
{
    static const CalibrationSide opposite[] = {CALIBRATION_RIGHT, CALIBRATION_LEFT, CALIBRATION_BOTTOM,
                                               CALIBRATION_TOP};
    for (int side = 0; side < 4; side++) {
        int at = reading->upside_down ? (int)opposite[side] : side;
        reading->edge_dark_mm[at] = 0;
        reading->edge_cut_mm[at] = NAN;
        for (double in = FROM_MM; in >= TO_MM; in -= STEP_MM) {
            double level = line_level(image, map, side, in);
            if (isnan(level)) {
                reading->edge_cut_mm[at] = in + STEP_MM > 0 ? in + STEP_MM : NAN;
                break;
            }
            if (level < DARK * reading->white && in > 0)
                reading->edge_dark_mm[at] = MAX(reading->edge_dark_mm[at], in);
        }
    }
}
