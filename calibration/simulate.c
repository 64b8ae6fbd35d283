/* The whole way of a page: printed, filled in, scanned. */
#include <string.h>

#include "simulation-private.h"

/* What shows through or overlaps is blurred or hidden mostly: it needs no more. */
#define OTHER_DPI 100.0

static cairo_surface_t *
print_and_fill(const CalibrationCopy *copy, const FormSheetId *id, double dpi)
{
    cairo_surface_t *paper = form_printer_render(copy->printer, dpi, id, copy->sample, copy->row);
    if (copy->respondent) {
        g_autoptr(cairo_t) cr = cairo_create(paper);
        cairo_scale(cr, dpi / 72, dpi / 72);
        calibration_respondent_draw(copy->respondent, id->page, cr);
    }
    return paper;
}

/* The page on the sheet's back, NULL where the form has none: pages 1|2, 3|4 … are printed on one sheet. */
static cairo_surface_t *
print_back(const CalibrationCopy *copy)
{
    FormSheetId id = copy->id;
    id.page += id.page % 2 ? 1 : -1;
    if (!form_package_page(form_printer_package(copy->printer), id.page))
        return NULL;
    return print_and_fill(copy, &id, OTHER_DPI);
}

/* The same page of a neighbour in the pile: its serial ends in another digit. */
static cairo_surface_t *
print_neighbour(const CalibrationCopy *copy, double dpi)
{
    FormSheetId id = copy->id;
    gsize length = strlen(id.serial);
    if (length > 0)
        id.serial[length - 1] = id.serial[length - 1] == '7' ? '3' : '7';
    return print_and_fill(copy, &id, dpi);
}

static gboolean
is_drawn(cairo_surface_t *surface)
{
    return surface && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
}

PIX *
calibration_simulate_copy(const CalibrationCopy *copy, const CalibrationScan *scan, GRand *random)
{
    const FormPackage *package = form_printer_package(copy->printer);
    if (!form_package_page(package, copy->id.page) || !(scan->dpi >= 50 && scan->dpi <= 1200))
        return NULL;
    g_autoptr(cairo_surface_t) front = print_and_fill(copy, &copy->id, scan->dpi);
    g_autoptr(cairo_surface_t) other = scan->overlapped > 0 ? print_neighbour(copy, scan->dpi) : NULL;
    g_autoptr(cairo_surface_t) back = scan->show_through > 0 ? print_back(copy) : NULL;
    if (!is_drawn(front))
        return NULL;
    const CalibrationPaper paper = {.package = package,
                                    .page = copy->id.page,
                                    .front = front,
                                    .back = is_drawn(back) ? back : NULL,
                                    .other = is_drawn(other) ? other : NULL};
    return calibration_scan_sheet(&paper, scan, random);
}

PIX *
calibration_simulate(FormPrinter *printer, const FormSheetId *id, const CalibrationRespondent *respondent,
                     const CalibrationScan *scan, GRand *random)
{
    const CalibrationCopy copy = {.printer = printer, .id = *id, .respondent = respondent};
    return calibration_simulate_copy(&copy, scan, random);
}
