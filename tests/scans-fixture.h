/* A page with little on it, scanned: for the tests of what may befall a page. */
#pragma once

#include <math.h>

#include "calibration-simulation.h"
#include "pix-fixture.h"

#define SERIAL "0100423"

static const FormRect fiducials[] = {{8, 8, 5, 5}, {197, 8, 5, 5}, {8, 284, 5, 5}, {197, 284, 5, 5}};
static const FormRect codes[] = {{150, 20, 24, 24}, {30, 255, 24, 24}};

static inline FormPackage *
make_package(void)
{
    FormPackage *package = form_package_new("TEST", 1);
    package->width_mm = 210;
    package->height_mm = 297;
    FormPage *page = form_package_add_page(package);
    g_array_append_vals(page->fiducials, fiducials, G_N_ELEMENTS(fiducials));
    g_array_append_vals(page->qr, codes, G_N_ELEMENTS(codes));
    return package;
}

/* Squares of 3 mm on a grid of 25 mm, to be found again. */
#define DOTS_X 8
#define DOTS_Y 11

static inline FormRect
dot(int i)
{
    return (FormRect){16 + 25 * (i % DOTS_X), 20 + 25 * (i / DOTS_X), 3, 3};
}

typedef enum { PRINT_NOTHING, PRINT_DOTS, PRINT_CODES } Print;

static inline cairo_surface_t *
print_page(const FormPackage *package, double dpi, Print what)
{
    double k = dpi / 25.4;
    cairo_surface_t *paper = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)lround(package->width_mm * k), (int)lround(package->height_mm * k));
    g_autoptr(cairo_t) cr = cairo_create(paper);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, k, k);
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (int i = 0; i < DOTS_X * DOTS_Y && what == PRINT_DOTS; i++)
        cairo_rectangle(cr, dot(i).x_mm, dot(i).y_mm, dot(i).w_mm, dot(i).h_mm);
    for (guint i = 0; i < G_N_ELEMENTS(codes) && what == PRINT_CODES; i++)
        for (int cell = 0; cell < 400; cell++)
            if (cell * 7919 % 13 < 6)
                cairo_rectangle(cr, codes[i].x_mm + 2 + cell % 20, codes[i].y_mm + 2 + cell / 20, 1, 1);
    cairo_fill(cr);
    return paper;
}

static inline PIX *
scan_page(const FormPackage *package, const CalibrationScan *scan, Print what, guint32 seed)
{
    g_autoptr(cairo_surface_t) paper = print_page(package, scan->dpi, what);
    g_autoptr(GRand) random = calibration_random(seed, SERIAL, 1, "scan");
    PIX *pix = calibration_scan_paper(paper, package, 1, scan, random);
    g_assert_nonnull(pix);
    return pix;
}

static inline CalibrationScan
plain_scan(double dpi)
{
    return (CalibrationScan){.dpi = dpi, .mode = CALIBRATION_GREY, .lid = 250};
}
