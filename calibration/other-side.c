/* What else is seen of paper: the back through the sheet, the back of a folded sheet, another sheet on top.
 */
#include <math.h>
#include <string.h>

#include "scan-private.h"

#define SPREAD_MM 0.25 /* paper scatters what shows through it: standard deviation */

/* How dark the back is, 0 … 255, mirrored. */
static CalibrationPlane
mirrored_darkness(cairo_surface_t *back)
{
    CalibrationPlane plane = {cairo_image_surface_get_width(back), cairo_image_surface_get_height(back),
                              NULL};
    plane.bytes = g_malloc((gsize)plane.width * (gsize)plane.height);
    cairo_surface_flush(back);
    const guint8 *data = cairo_image_surface_get_data(back);
    int stride = cairo_image_surface_get_stride(back);
    for (int y = 0; y < plane.height; y++) {
        const guint32 *from = (const guint32 *)(const void *)(data + (gsize)y * (gsize)stride);
        guint8 *to = plane.bytes + (gsize)(y + 1) * (gsize)plane.width;
        for (int x = 0; x < plane.width; x++) {
            guint32 p = from[x];
            *--to = (guint8)(255 -
                             (((p >> 16 & 255) * 19595 + (p >> 8 & 255) * 38470 + (p & 255) * 7471 + 32768) >>
                              16));
        }
    }
    return plane;
}

/* Darkens one row by 256 - loss / 256 of what `top` and `low` say, mixed by `down` of 256. */
static void
darken_row(guint32 *row, int n, const guint8 *top, const guint8 *low, guint32 down, guint32 step, int width,
           guint32 loss)
{
    guint32 at = 0;
    for (int x = 0; x < n; x++, at += step) {
        guint32 i = MIN(at >> 16, (guint32)width - 2), fx = at >> 8 & 255;
        if (!(top[i] | top[i + 1] | low[i] | low[i + 1]))
            continue;
        guint32 a = top[i] * (256 - fx) + top[i + 1] * fx, b = low[i] * (256 - fx) + low[i + 1] * fx;
        guint32 dark = (a * (256 - down) + b * down) >> 16;
        guint32 keep = 256 - dark * loss / 255;
        guint32 p = row[x];
        row[x] =
            ((p >> 16 & 255) * keep >> 8) << 16 | ((p >> 8 & 255) * keep >> 8) << 8 | (p & 255) * keep >> 8;
    }
}

/* The back is printed to fit the front, within what a printer's duplex unit is off. */
void
calibration_paper_show_through(const CalibrationSheet *sheet, cairo_surface_t *back)
{
    CalibrationPlane plane = mirrored_darkness(back);
    int width = cairo_image_surface_get_width(sheet->surface),
        height = cairo_image_surface_get_height(sheet->surface);
    if (plane.width >= 2 && plane.height >= 2) {
        calibration_blur(&plane, SPREAD_MM * plane.width / sheet->package->width_mm);
        cairo_surface_flush(sheet->surface);
        guint8 *data = cairo_image_surface_get_data(sheet->surface);
        int stride = cairo_image_surface_get_stride(sheet->surface);
        guint32 loss = (guint32)lround(CLAMP(sheet->scan->show_through, 0, 1) * 256);
        guint32 step = (guint32)((double)plane.width / width * 65536);
        int off = (int)lround(calibration_normal(sheet->random, 0.5) * sheet->px_per_mm);
        for (int y = 0; y < height; y++) {
            double at = CLAMP((y + off) * (double)plane.height / height, 0, plane.height - 1.001);
            const guint8 *top = plane.bytes + (gsize)at * (gsize)plane.width;
            darken_row((guint32 *)(void *)(data + (gsize)y * (gsize)stride), width, top, top + plane.width,
                       (guint32)((at - floor(at)) * 256), step, plane.width, loss);
        }
        cairo_surface_mark_dirty(sheet->surface);
    }
    g_free(plane.bytes);
}

/* A slightly slanted line across the sheet, and all below it down to `depth_mm`, as a path. */
static void
add_part_below(const CalibrationSheet *sheet, double y_mm, double slant_mm, double to_mm)
{
    double left = sheet->paper.x_mm - 5, right = left + sheet->paper.w_mm + 10;
    cairo_move_to(sheet->cr, left, y_mm - slant_mm);
    cairo_line_to(sheet->cr, right, y_mm + slant_mm);
    cairo_line_to(sheet->cr, right, to_mm);
    cairo_line_to(sheet->cr, left, to_mm);
    cairo_close_path(sheet->cr);
}

/* The lower part folded up over the rest: its white back hides as much again above the crease. */
static void
fold_over(const CalibrationSheet *sheet)
{
    double share = CLAMP(sheet->scan->folded_over, 0, 0.5), height = sheet->paper.h_mm;
    double bottom = sheet->paper.y_mm + height, crease = bottom - share * height;
    double slant = calibration_normal(sheet->random, 3), white = g_rand_double_range(sheet->random, 0.93, 1);
    add_part_below(sheet, crease - share * height, slant, crease);
    cairo_set_source_rgb(sheet->cr, white, white, white);
    cairo_fill_preserve(sheet->cr);
    cairo_set_source_rgb(sheet->cr, 0.6, 0.6, 0.6);
    cairo_set_line_width(sheet->cr, 0.4);
    cairo_stroke(sheet->cr);
    double grey = sheet->background / 255;
    add_part_below(sheet, crease, 0, bottom + 5);
    cairo_set_source_rgb(sheet->cr, grey, grey, grey);
    cairo_fill(sheet->cr);
}

/* Another sheet over the lower part, a little askew, its top edge casting a shadow. */
static void
overlap(const CalibrationSheet *sheet, cairo_surface_t *other)
{
    cairo_t *cr = sheet->cr;
    double top = sheet->paper.y_mm + (1 - CLAMP(sheet->scan->overlapped, 0, 1)) * sheet->paper.h_mm;
    double angle = calibration_normal(sheet->random, 0.02);
    cairo_save(cr);
    cairo_translate(cr, sheet->paper.x_mm + calibration_normal(sheet->random, 2), top);
    cairo_rotate(cr, angle);
    cairo_rectangle(cr, -2, 0, sheet->paper.w_mm + 4, sheet->paper.h_mm);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_fill_preserve(cr);
    cairo_set_source_rgb(cr, 0.5, 0.5, 0.5);
    cairo_set_line_width(cr, 0.35);
    cairo_stroke(cr);
    if (other) {
        double scale = sheet->paper.w_mm / MAX(1, cairo_image_surface_get_width(other));
        cairo_rectangle(cr, 0, 0.2, sheet->paper.w_mm, sheet->paper.h_mm);
        cairo_scale(cr, scale, scale);
        cairo_set_source_surface(cr, other, 0, 0);
        cairo_fill(cr);
    }
    cairo_restore(cr);
}

void
calibration_paper_hide(const CalibrationSheet *sheet, cairo_surface_t *other)
{
    if (sheet->scan->overlapped > 0)
        overlap(sheet, other);
    if (sheet->scan->folded_over > 0)
        fold_over(sheet);
}
