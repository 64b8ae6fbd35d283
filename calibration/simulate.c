/* The whole way of a page: printed, filled in, scanned. */
#include "simulation-private.h"

PIX *
calibration_simulate(FormPrinter *printer, const FormSheetId *id, const CalibrationRespondent *respondent,
                     const CalibrationScan *scan, GRand *random)
{
    const FormPackage *package = form_printer_package(printer);
    if (!form_package_page(package, id->page) || !(scan->dpi >= 50 && scan->dpi <= 1200))
        return NULL;
    g_autoptr(cairo_surface_t) paper = form_printer_render(printer, scan->dpi, id, NULL, NULL);
    if (!paper || cairo_surface_status(paper) != CAIRO_STATUS_SUCCESS)
        return NULL;
    if (respondent) {
        g_autoptr(cairo_t) cr = cairo_create(paper);
        cairo_scale(cr, scan->dpi / 72, scan->dpi / 72);
        calibration_respondent_draw(respondent, id->page, cr);
    }
    return calibration_scan_paper(paper, package, id->page, scan, random);
}
