/* What befalls a sheet between the respondent and the scanner, in the order in which it does. */
#include <math.h>

#include "scan-private.h"

/* Print and pen become fainter: mixed with white. */
static void
fade(const CalibrationSheet *sheet)
{
    cairo_set_source_rgba(sheet->cr, 1, 1, 1, CLAMP(sheet->scan->fade, 0, 1));
    cairo_paint(sheet->cr);
}

static void
damage_codes(const CalibrationSheet *sheet)
{
    for (guint i = 0; i < sheet->page->qr->len; i++) {
        const FormRect *qr = &g_array_index(sheet->page->qr, FormRect, i);
        calibration_paper_damage_qr(sheet, qr);
        if (sheet->scan->lost_qr == CALIBRATION_ALL_QR || sheet->scan->lost_qr == (int)i + 1)
            calibration_paper_cover_qr(sheet, qr);
    }
}

void
calibration_paper_damage(const CalibrationSheet *sheet, const CalibrationPaper *paper)
{
    const CalibrationScan *scan = sheet->scan;
    if (scan->fade > 0)
        fade(sheet);
    if (scan->show_through > 0 && paper->back)
        calibration_paper_show_through(sheet, paper->back);
    calibration_paper_stain(sheet);
    if (scan->seal > 0)
        calibration_paper_seal(sheet);
    damage_codes(sheet);
    calibration_paper_crumple(sheet);
    calibration_paper_tear(sheet);
    if (scan->folded_over > 0 || scan->overlapped > 0)
        calibration_paper_hide(sheet, paper->other);
}
