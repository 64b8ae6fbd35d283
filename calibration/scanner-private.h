/* What the files that measure a target's scan share. Points on the page are mm of the print, points in the
 * image px (the first pixel's centre is at 0.5|0.5). */
#pragma once

#include "calibration-scanner.h"
#include "target-private.h"

/* Grey pixels row by row, 255 white. */
typedef struct {
    int width, height;
    guint8 *bytes;
} ScanImage;

gboolean scan_image_init(ScanImage *image, PIX *pix);
void scan_image_clear(ScanImage *image);

/* Page -> image: affine, and along the page the displacement that the edge dots show. */
typedef struct {
    double xx, xy, x0, yx, yy, y0;      /* X = xx x + xy y + x0, Y = yx x + yy y + y0 */
    double bend_mm[TARGET_COLUMN_DOTS]; /* at each dot of the columns: where it lies beyond its even place */
    double px_per_mm;                   /* mean of both directions */
} ScanMap;

TargetPoint scan_map_apply(const ScanMap *map, double x_mm, double y_mm);

/* The way back: image px -> page mm. */
TargetPoint scan_map_invert(const ScanMap *map, double x_px, double y_px);

/* Finds the five ring marks; how many were found (5: `map` is set, affine, without bend). `upside` tells
 * about the page in the image: degrees clockwise, -180 … 180. */
int scan_find_rings(const ScanImage *image, ScanMap *map);

/* The target's QR where `map` says; NULL when it cannot be read. The caller frees it. */
char *scan_read_qr(const ScanImage *image, const ScanMap *map);

/* Finds the edge dots, fits the map anew by all of them, and fills the geometry of `reading`. Returns the
 * share of the dots that were found. */
double scan_fit(const ScanImage *image, ScanMap *map, CalibrationScannerReading *reading);

/* The values of a rectangle of the page. */
typedef struct {
    guint32 count[256];
    guint32 n;
} ScanHistogram;

/* Adds the pixels of a rectangle of the page, `inset_mm` within its sides; the histogram is zeroed before the
 * first. */
void scan_histogram_add(ScanHistogram *histogram, const ScanImage *image, const ScanMap *map,
                        const FormRect *rect, double inset_mm);
double scan_histogram_mean(const ScanHistogram *histogram);
double scan_histogram_deviation(const ScanHistogram *histogram);
double scan_histogram_quantile(const ScanHistogram *histogram, double share);

/* Bilinear value; 255 outside. */
double scan_image_at(const ScanImage *image, double x_px, double y_px);

/* Sorts, and returns the middle one (of an even number, the mean of the two); NAN of none. */
double scan_median(double *values, int n);

void scan_measure_tone(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading);
void scan_measure_noise(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading);
void scan_measure_sharpness(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading);
void scan_measure_bars(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading);
void scan_measure_streaks(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading);
void scan_measure_edges(const ScanImage *image, const ScanMap *map, CalibrationScannerReading *reading);

static inline gboolean
scan_rect_contains(const FormRect *rect, double x_mm, double y_mm, double inset_mm)
{
    return x_mm >= rect->x_mm + inset_mm && x_mm <= rect->x_mm + rect->w_mm - inset_mm &&
           y_mm >= rect->y_mm + inset_mm && y_mm <= rect->y_mm + rect->h_mm - inset_mm;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ScanImage, scan_image_clear)
