/* What is lost of a sheet: corners torn off or folded over, edges cut off or covered, codes covered. */
#include <math.h>

#include "scan-private.h"

static void
set_grey(cairo_t *cr, double grey)
{
    cairo_set_source_rgb(cr, grey, grey, grey);
}

/* A corner of the sheet, 1 … 4 clockwise from the top left, and the directions inwards. */
static CalibrationPoint
corner_of(const CalibrationSheet *sheet, int corner, CalibrationPoint *inwards)
{
    gboolean right = corner == 2 || corner == 3, low = corner >= 3;
    *inwards = (CalibrationPoint){right ? -1 : 1, low ? -1 : 1};
    return (CalibrationPoint){sheet->paper.x_mm + (right ? sheet->paper.w_mm : 0),
                              sheet->paper.y_mm + (low ? sheet->paper.h_mm : 0)};
}

/* How far along the edges the tear goes: the corner's fiducial goes with it. */
static double
tear_reach_mm(const CalibrationSheet *sheet, CalibrationPoint corner)
{
    double nearest = G_MAXDOUBLE, reach = 0;
    for (guint i = 0; i < sheet->page->fiducials->len; i++) {
        const FormRect *r = &g_array_index(sheet->page->fiducials, FormRect, i);
        double dx = fabs(r->x_mm + r->w_mm / 2 - corner.x) + r->w_mm / 2;
        double dy = fabs(r->y_mm + r->h_mm / 2 - corner.y) + r->h_mm / 2;
        if (dx + dy < nearest) {
            nearest = dx + dy;
            reach = (dx + dy) * 1.15 + 3;
        }
    }
    return CLAMP(reach, 22, MIN(sheet->package->width_mm, sheet->package->height_mm) / 3);
}

static void
tear_corner(const CalibrationSheet *sheet)
{
    cairo_t *cr = sheet->cr;
    CalibrationPoint in, corner = corner_of(sheet, sheet->scan->lost_corner, &in);
    double reach = tear_reach_mm(sheet, corner);
    double along_x = reach * g_rand_double_range(sheet->random, 1, 1.25),
           along_y = reach * g_rand_double_range(sheet->random, 1, 1.25);
    CalibrationPoint edge[26];
    for (int i = 0; i < 26; i++) {
        double t = i / 25.0, rough = i == 0 || i == 25 ? 0 : g_rand_double_range(sheet->random, -0.2, 0.8);
        edge[i] = (CalibrationPoint){corner.x + in.x * (along_x * t + rough),
                                     corner.y + in.y * (along_y * (1 - t) + rough)};
    }
    for (int pass = 0; pass < 2; pass++) {
        /* The fibres of the torn edge cast a faint shadow. */
        set_grey(cr, pass == 0 ? sheet->background / 255 * 0.85 : sheet->background / 255);
        cairo_set_line_width(cr, 0.5);
        cairo_move_to(cr, corner.x - 5 * in.x, corner.y - 5 * in.y);
        cairo_line_to(cr, corner.x - 5 * in.x, edge[0].y);
        for (int i = 0; i < 26; i++)
            cairo_line_to(cr, edge[i].x, edge[i].y);
        cairo_line_to(cr, edge[25].x, corner.y - 5 * in.y);
        cairo_close_path(cr);
        if (pass == 0)
            cairo_stroke(cr);
        else
            cairo_fill(cr);
    }
}

/* A dog ear: beyond the crease there is no sheet, and before it lies the corner's back, white or a little
 * grey. The crease cuts the edges at a and b; the corner comes to lie at its mirror image. */
static void
fold_corner(const CalibrationSheet *sheet)
{
    cairo_t *cr = sheet->cr;
    CalibrationPoint in, corner = corner_of(sheet, sheet->scan->folded_corner, &in);
    double most = MIN(sheet->package->width_mm, sheet->package->height_mm) / 2;
    double length = CLAMP(sheet->scan->dog_ear_mm, 1, most);
    double along_x = length * g_rand_double_range(sheet->random, 0.75, 1.25),
           along_y = length * g_rand_double_range(sheet->random, 0.75, 1.25);
    CalibrationPoint a = {corner.x + in.x * along_x, corner.y}, b = {corner.x, corner.y + in.y * along_y};
    double dx = b.x - a.x, dy = b.y - a.y;
    double t = ((corner.x - a.x) * dx + (corner.y - a.y) * dy) / (dx * dx + dy * dy);
    CalibrationPoint tip = {2 * (a.x + t * dx) - corner.x, 2 * (a.y + t * dy) - corner.y};
    set_grey(cr, sheet->background / 255);
    cairo_move_to(cr, corner.x - 3 * in.x, corner.y - 3 * in.y);
    cairo_line_to(cr, a.x, corner.y - 3 * in.y);
    cairo_line_to(cr, a.x, a.y);
    cairo_line_to(cr, b.x, b.y);
    cairo_line_to(cr, corner.x - 3 * in.x, b.y);
    cairo_close_path(cr);
    cairo_fill(cr);
    for (int pass = 0; pass < 2; pass++) {
        set_grey(cr, pass == 0 ? g_rand_double_range(sheet->random, 0.55, 0.8)
                               : g_rand_double_range(sheet->random, 0.9, 0.99));
        cairo_set_line_width(cr, 0.6);
        cairo_move_to(cr, a.x, a.y);
        cairo_line_to(cr, tip.x, tip.y);
        cairo_line_to(cr, b.x, b.y);
        cairo_close_path(cr);
        if (pass == 0)
            cairo_stroke(cr);
        else
            cairo_fill(cr);
    }
}

/* An edge cut off askew, or a strip of paper over it. */
static void
lose_edge(const CalibrationSheet *sheet)
{
    cairo_t *cr = sheet->cr;
    CalibrationEdge edge = sheet->scan->lost_edge;
    gboolean upright = edge == CALIBRATION_EDGE_LEFT || edge == CALIBRATION_EDGE_RIGHT;
    gboolean far = edge == CALIBRATION_EDGE_RIGHT || edge == CALIBRATION_EDGE_BOTTOM;
    const FormRect *paper = &sheet->paper;
    double deep = CLAMP(sheet->scan->lost_edge_mm, 0, MIN(paper->w_mm, paper->h_mm) / 2);
    double skew = deep * g_rand_double_range(sheet->random, -0.15, 0.15);
    gboolean strip = calibration_chance(sheet->random, 0.4);
    double grey = strip ? g_rand_double_range(sheet->random, 0.85, 0.98) : sheet->background / 255;
    double from = upright ? paper->y_mm : paper->x_mm, to = from + (upright ? paper->h_mm : paper->w_mm);
    double edge_at = (upright ? paper->x_mm : paper->y_mm) + (!far ? 0 : upright ? paper->w_mm : paper->h_mm);
    double in = far ? -1 : 1;
    CalibrationPoint corners[] = {{from - 3, edge_at - 3 * in},
                                  {to + 3, edge_at - 3 * in},
                                  {to + 3, edge_at + (deep + skew) * in},
                                  {from - 3, edge_at + (deep - skew) * in}};
    for (int i = 0; i < 4; i++)
        cairo_line_to(cr, upright ? corners[i].y : corners[i].x, upright ? corners[i].x : corners[i].y);
    cairo_close_path(cr);
    set_grey(cr, grey);
    cairo_fill_preserve(cr);
    cairo_set_line_width(cr, 0.25);
    set_grey(cr, grey * 0.75);
    cairo_stroke(cr);
}

void
calibration_paper_tear(const CalibrationSheet *sheet)
{
    if (sheet->scan->folded_corner > 0)
        fold_corner(sheet);
    if (sheet->scan->lost_edge != CALIBRATION_EDGE_NONE)
        lose_edge(sheet);
    if (sheet->scan->lost_corner > 0)
        tear_corner(sheet);
}
