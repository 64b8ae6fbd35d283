/* From a page image to the numbers of a scanner. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "calibration-error.h"
#include "calibration-target.h"
#include "scanner-private.h"

#define DOTS_LEAST 0.85 /* share of the edge dots that must be there */
#define SIDE_LEAST 400  /* px: fewer than 50 dpi */
#define MAX_PIXELS (200 * 1000 * 1000)
#define CONTRAST   40 /* levels between paper and print */

static gboolean
refuse(const char *name, GError **error, const char *why)
{
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT, "%s: %s", name, why);
    return FALSE;
}

static gboolean
refuse_rings(const char *name, int rings, GError **error)
{
    if (rings == 0)
        return refuse(
            name, error,
            _("is no scan of the target page; print it with 'phieu calibrate target' and scan that"));
    g_set_error(
        error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
        _("%s: only %d of the target's 5 ring marks can be found; scan the whole page again, flat, with all "
          "of its edges in the picture"),
        name, rings);
    return FALSE;
}

/* The map of a page that lies on its side has x of the page along y of the image. */
static gboolean
check_direction(const ScanMap *map, const char *name, GError **error)
{
    if (fabs(map->xx) > fabs(map->yx) && map->xx * map->yy - map->xy * map->yx > 0)
        return TRUE;
    if (fabs(map->xx) <= fabs(map->yx))
        return refuse(
            name, error,
            _("the target lies on its side; feed it with its short edge first and turn off the scanner's "
              "automatic rotation"));
    return refuse(name, error, _("the image is mirrored; correct the scanner's settings"));
}

static gboolean
check_name(const ScanImage *image, const ScanMap *map, const char *name, CalibrationScannerReading *reading,
           GError **error)
{
    g_autofree char *payload = scan_read_qr(image, map);
    reading->qr_read = payload && g_str_equal(payload, CALIBRATION_TARGET_PAYLOAD);
    if (!payload || reading->qr_read)
        return TRUE;
    g_autofree char *shown = g_utf8_make_valid(payload, -1);
    g_strdelimit(shown, "\n\r", ' ');
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                _("%s: is another target ('%.40s'); this program measures '%s': print it anew"), name, shown,
                CALIBRATION_TARGET_PAYLOAD);
    return FALSE;
}

/* Rulers tell how large the print truly is; with them the resolution is the scanner's own. */
static void
apply_rulers(const CalibrationScanFacts *facts, CalibrationScannerReading *reading)
{
    double along = facts->ruler_along_mm / TARGET_RULER_ALONG_MM,
           across = facts->ruler_across_mm / TARGET_RULER_ACROSS_MM;
    if (along <= 0 && across <= 0)
        return;
    reading->print_scale_y = along > 0 ? along : across;
    reading->print_scale_x = across > 0 ? across : along;
    reading->dpi_x /= reading->print_scale_x;
    reading->dpi_y /= reading->print_scale_y;
}

static gboolean
locate(const ScanImage *image, const char *name, ScanMap *map, CalibrationScannerReading *reading,
       GError **error)
{
    int rings = scan_find_rings(image, map);
    if (rings < TARGET_N_RINGS)
        return refuse_rings(name, rings, error);
    if (!check_direction(map, name, error) || !check_name(image, map, name, reading, error))
        return FALSE;
    double share = scan_fit(image, map, reading);
    if (share >= DOTS_LEAST)
        return TRUE;
    g_set_error(
        error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
        _("%s: the target is damaged or covered: %d of its %d edge dots can be found; print it anew and scan "
          "it flat"),
        name, reading->dots, reading->dots_expected);
    return FALSE;
}

gboolean
calibration_scanner_measure(PIX *pix, const char *name, const CalibrationScanFacts *facts,
                            CalibrationScannerReading *reading, GError **error)
{
    int width = pixGetWidth(pix), height = pixGetHeight(pix), depth = pixGetDepth(pix);
    *reading = (CalibrationScannerReading){.width_px = width, .height_px = height};
    if (MIN(width, height) < SIDE_LEAST || (gint64)width * height > MAX_PIXELS)
        return refuse(name, error, _("is too small or too large for the scan of an A4 page"));
    reading->mode = depth == 1 ? CALIBRATION_BILEVEL : depth == 32 ? CALIBRATION_COLOUR : CALIBRATION_GREY;
    reading->claimed_dpi_x = facts->claimed_dpi_x;
    reading->claimed_dpi_y = facts->claimed_dpi_y;
    g_auto(ScanImage) image = {0};
    if (!scan_image_init(&image, pix)) {
        g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_MACHINE,
                    _("%s: not enough memory for its pixels"), name);
        return FALSE;
    }
    ScanMap map;
    if (!locate(&image, name, &map, reading, error))
        return FALSE;
    scan_measure_tone(&image, &map, reading);
    if (!(reading->white - reading->black >= CONTRAST))
        return refuse(name, error,
                      _("paper and print hardly differ; check brightness and contrast of the scan"));
    scan_measure_noise(&image, &map, reading);
    scan_measure_sharpness(&image, &map, reading);
    scan_measure_bars(&image, &map, reading);
    scan_measure_edges(&image, &map, reading);
    scan_measure_streaks(&image, &map, reading);
    apply_rulers(facts, reading);
    /* Positions are told on the glass, not on the print. */
    for (int i = 0; i < reading->n_streaks && reading->print_scale_x > 0; i++) {
        reading->streaks[i].from_left_mm *= reading->print_scale_x;
        reading->streaks[i].width_mm *= reading->print_scale_x;
    }
    return TRUE;
}
