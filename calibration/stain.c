/* What comes onto a sheet on its way: coffee, ink, grease, dirt; and how it is crumpled. */
#include <math.h>

#include "scan-private.h"

typedef struct {
    double red, green, blue;
} Colour;

/* A closed, uneven outline around a point. */
static void
outline(cairo_t *cr, CalibrationPoint centre, double radius_mm, double uneven, GRand *random)
{
    enum { N = 18 };
    CalibrationPoint rim[N + 1];
    double flat = g_rand_double_range(random, 0.7, 1.3);
    for (int i = 0; i < N; i++) {
        double angle = 2 * G_PI * i / N, r = radius_mm * (1 + calibration_normal(random, uneven));
        rim[i] = (CalibrationPoint){centre.x + r * flat * cos(angle), centre.y + r / flat * sin(angle)};
    }
    rim[N] = rim[0];
    calibration_ink_path(cr, rim, N + 1, -1);
    cairo_close_path(cr);
}

static void
set_stain(cairo_t *cr, Colour colour, double depth)
{
    cairo_set_source_rgba(cr, colour.red, colour.green, colour.blue, CLAMP(depth, 0, 1));
}

/* The foot of a cup, 60 … 85 mm across: a ring with gaps, darker at its rims, and drops beside it. */
static void
draw_ring(const CalibrationSheet *sheet, CalibrationPoint at, Colour colour, double depth)
{
    GRand *random = sheet->random;
    double radius = g_rand_double_range(random, 30, 42.5), start = g_rand_double_range(random, 0, 2 * G_PI);
    for (int i = 0; i < 3; i++) {
        double from = start + calibration_normal(random, 0.5);
        cairo_new_sub_path(sheet->cr);
        cairo_arc(sheet->cr, at.x, at.y, radius - 0.8 * i, from,
                  from + g_rand_double_range(random, 3, 2 * G_PI));
        set_stain(sheet->cr, colour, depth * g_rand_double_range(random, 0.4, 0.9));
        cairo_set_line_width(sheet->cr, i == 1 ? 2.2 : 0.5);
        cairo_stroke(sheet->cr);
    }
    for (int drops = g_rand_int_range(random, 0, 5); drops > 0; drops--) {
        CalibrationPoint drop = {at.x + calibration_normal(random, radius),
                                 at.y + calibration_normal(random, radius)};
        outline(sheet->cr, drop, g_rand_double_range(random, 0.5, 2.5), 0.1, random);
        set_stain(sheet->cr, colour, depth);
        cairo_fill(sheet->cr);
    }
}

/* Spilt: a pale middle and a dark rim, as liquid dries. */
static void
draw_blot(const CalibrationSheet *sheet, CalibrationPoint at, Colour colour, double depth)
{
    outline(sheet->cr, at, g_rand_double_range(sheet->random, 3, 18), 0.06, sheet->random);
    set_stain(sheet->cr, colour, depth * 0.6);
    cairo_fill_preserve(sheet->cr);
    set_stain(sheet->cr, colour, depth);
    cairo_set_line_width(sheet->cr, g_rand_double_range(sheet->random, 0.3, 0.9));
    cairo_stroke(sheet->cr);
}

/* Grease: no outline, only a shade. */
static void
draw_grease(const CalibrationSheet *sheet, CalibrationPoint at, Colour colour, double depth)
{
    double radius = g_rand_double_range(sheet->random, 10, 35);
    cairo_pattern_t *shade = cairo_pattern_create_radial(at.x, at.y, radius * 0.4, at.x, at.y, radius);
    cairo_pattern_add_color_stop_rgba(shade, 0, colour.red, colour.green, colour.blue, depth * 0.6);
    cairo_pattern_add_color_stop_rgba(shade, 1, colour.red, colour.green, colour.blue, 0);
    cairo_set_source(sheet->cr, shade);
    cairo_arc(sheet->cr, at.x, at.y, radius, 0, 2 * G_PI);
    cairo_fill(sheet->cr);
    cairo_pattern_destroy(shade);
}

static CalibrationPoint
anywhere(const CalibrationSheet *sheet)
{
    double x = g_rand_double(sheet->random), y = g_rand_double(sheet->random);
    return (CalibrationPoint){sheet->paper.x_mm + x * sheet->paper.w_mm,
                              sheet->paper.y_mm + y * sheet->paper.h_mm};
}

static void
draw_stain(const CalibrationSheet *sheet)
{
    static const Colour coffee = {0.35, 0.2, 0.08}, ink = {0.1, 0.1, 0.35}, grease = {0.45, 0.42, 0.3};
    static const double share[] = {0.35, 0.3, 0.1, 0.25};
    double depth = CLAMP(sheet->scan->stain_depth, 0, 1);
    CalibrationPoint at = anywhere(sheet);
    switch (calibration_pick(sheet->random, share, G_N_ELEMENTS(share))) {
    case 0:
        draw_ring(sheet, at, coffee, depth);
        break;
    case 1:
        draw_blot(sheet, at, coffee, depth);
        break;
    case 2:
        draw_blot(sheet, at, ink, MIN(1, 2 * depth));
        break;
    default:
        draw_grease(sheet, at, grease, depth);
    }
}

/* Dust and specks of toner, more of it on coarser paper; on dirty sheets also smears of fingers. */
static void
draw_dirt(const CalibrationSheet *sheet)
{
    cairo_t *cr = sheet->cr;
    GRand *random = sheet->random;
    double dirt = CLAMP(sheet->scan->dirt, 0, 1);
    int n = (int)(MIN(sheet->scan->grain, 1000) * g_rand_double_range(random, 0, 4) +
                  120 * dirt * g_rand_double(random));
    for (int i = 0; i < n; i++) {
        double dark = g_rand_double_range(random, 0.2, 0.8);
        CalibrationPoint at = anywhere(sheet);
        cairo_set_source_rgb(cr, dark, dark, dark);
        cairo_set_line_width(cr, g_rand_double_range(random, 0.08, 0.22 + 0.1 * dirt));
        cairo_move_to(cr, at.x, at.y);
        cairo_line_to(cr, at.x + calibration_normal(random, 0.15), at.y + calibration_normal(random, 0.15));
        cairo_stroke(cr);
    }
    for (int smears = (int)lround(dirt * g_rand_double_range(random, 0, 6)); smears > 0; smears--) {
        CalibrationPoint at = anywhere(sheet);
        cairo_save(cr);
        cairo_translate(cr, at.x, at.y);
        cairo_rotate(cr, g_rand_double_range(random, 0, 2 * G_PI));
        cairo_scale(cr, 1, g_rand_double_range(random, 0.15, 0.6));
        double radius = g_rand_double_range(random, 4, 15);
        cairo_pattern_t *shade = cairo_pattern_create_radial(0, 0, 0, 0, 0, radius);
        cairo_pattern_add_color_stop_rgba(shade, 0, 0.3, 0.3, 0.3, 0.18 * dirt);
        cairo_pattern_add_color_stop_rgba(shade, 1, 0.3, 0.3, 0.3, 0);
        cairo_set_source(cr, shade);
        cairo_arc(cr, 0, 0, radius, 0, 2 * G_PI);
        cairo_fill(cr);
        cairo_pattern_destroy(shade);
        cairo_restore(cr);
    }
}

void
calibration_paper_stain(const CalibrationSheet *sheet)
{
    cairo_save(sheet->cr);
    cairo_set_line_cap(sheet->cr, CAIRO_LINE_CAP_ROUND);
    draw_dirt(sheet);
    cairo_set_operator(sheet->cr, CAIRO_OPERATOR_MULTIPLY);
    for (int i = 0; i < MIN(sheet->scan->stains, 50); i++)
        draw_stain(sheet);
    cairo_restore(sheet->cr);
}

/* A crease runs crookedly over a part of the sheet. */
static void
draw_crease(const CalibrationSheet *sheet)
{
    GRand *random = sheet->random;
    enum { N = 7 };
    CalibrationPoint at = anywhere(sheet), line[N];
    double angle = g_rand_double_range(random, 0, 2 * G_PI);
    double piece = g_rand_double_range(random, 20, 160) / N;
    for (int i = 0; i < N; i++) {
        line[i] = at;
        at.x += piece * cos(angle);
        at.y += piece * sin(angle);
        angle += calibration_normal(random, 0.15);
    }
    double dark = CLAMP(sheet->scan->crease_depth / 255, 0, 1) * g_rand_double_range(random, 0.4, 1);
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < N; i++)
            cairo_line_to(sheet->cr, line[i].x, line[i].y);
        cairo_set_source_rgba(sheet->cr, 0, 0, 0, pass == 0 ? dark * 0.25 : dark);
        cairo_set_line_width(sheet->cr, pass == 0 ? 1.4 : g_rand_double_range(random, 0.1, 0.3));
        cairo_stroke(sheet->cr);
    }
}

/* A curled edge is further from the lamp. */
static void
shade_curl(const CalibrationSheet *sheet)
{
    const FormRect *paper = &sheet->paper;
    double x = paper->x_mm, y = paper->y_mm, reach = 60;
    cairo_pattern_t *shade = NULL;
    switch (sheet->scan->curl_edge) {
    case CALIBRATION_EDGE_TOP:
        shade = cairo_pattern_create_linear(0, y, 0, y + reach);
        break;
    case CALIBRATION_EDGE_RIGHT:
        shade = cairo_pattern_create_linear(x + paper->w_mm, 0, x + paper->w_mm - reach, 0);
        break;
    case CALIBRATION_EDGE_BOTTOM:
        shade = cairo_pattern_create_linear(0, y + paper->h_mm, 0, y + paper->h_mm - reach);
        break;
    default:
        shade = cairo_pattern_create_linear(x, 0, x + reach, 0);
    }
    for (int i = 0; i <= 4; i++) {
        double t = i / 4.0;
        cairo_pattern_add_color_stop_rgba(shade, t, 0, 0, 0,
                                          CLAMP(sheet->scan->curl_shade, 0, 1) * (1 - t) * (1 - t));
    }
    cairo_set_source(sheet->cr, shade);
    cairo_paint(sheet->cr);
    cairo_pattern_destroy(shade);
}

void
calibration_paper_crumple(const CalibrationSheet *sheet)
{
    for (int i = 0; i < MIN(sheet->scan->creases, 100); i++)
        draw_crease(sheet);
    if (sheet->scan->curl_edge != CALIBRATION_EDGE_NONE && sheet->scan->curl_shade > 0)
        shade_curl(sheet);
}
