/* What measuring needs to know of a window's pixels and is the same for every page: told beforehand. */
#include <math.h>

#include "parts-private.h"
#include "response-private.h"
#include "shape-private.h"

/* A stroke crosses the outline where there is ink this near to it on either side … */
#define RIM_MM 0.6

/* … and goes on to the neighbours where it comes this near to the edge of the window. */
#define EDGE_MM 0.35

/* Beside print that has lost its edges is this share of it. */
#define BESIDE_SHARE 0.6

static gboolean
is_inside(const OmrTarget *target, int at)
{
    return target->zone[at] == OMR_ZONE_INSIDE;
}

static gboolean
is_paper_around(const OmrTarget *target, int at)
{
    return target->zone[at] == OMR_ZONE_AROUND && target->expected[at] < OMR_PAPER;
}

static gboolean
is_print_around(const OmrTarget *target, int at)
{
    return target->zone[at] == OMR_ZONE_AROUND && target->expected[at] >= OMR_PAPER;
}

static gboolean
is_outline(const OmrTarget *target, int at)
{
    int n = target->width * target->height;

    return target->zone[at] == OMR_ZONE_OUTLINE && at % target->width < target->width - 1 &&
           at < n - target->width;
}

static gboolean
is_printed(const OmrTarget *target, int at)
{
    return target->zone[at] != OMR_ZONE_AROUND && target->print[at] > 0;
}

/* Adds the places of the pixels that are so. */
static void
add_pixels(OmrPixels *pixels, const OmrTarget *target, gboolean (*are)(const OmrTarget *target, int at))
{
    int n = target->width * target->height;

    pixels->at = g_renew(guint32, pixels->at, pixels->n + (guint)n);
    for (int at = 0; at < n; at++) {
        if (are(target, at))
            pixels->at[pixels->n++] = (guint32)at;
    }
    pixels->at = g_renew(guint32, pixels->at, MAX(pixels->n, 1));
}

/* Paper beside print may carry some of it: only paper proper teaches its tones. */
static guint8
lesson_of(const OmrTarget *target, int at)
{
    gboolean beside = target->print[at] < OMR_PAPER && target->expected[at] >= OMR_PAPER;

    return (guint8)(beside ? OMR_TONES : target->print[at] * OMR_TONES / 256);
}

/* Without it, a blurred outline would be a ring around itself. Inside, where marks are small, the blank stays
 * as it is. */
static guint8
softened_at(const OmrTarget *target, int row, int column)
{
    const int width = target->width, at = row * width + column;
    int darkest = 0;

    if (target->zone[at] == OMR_ZONE_INSIDE)
        return target->expected[at];
    for (int y = MAX(row - 1, 0); y <= MIN(row + 1, target->height - 1); y++) {
        for (int x = MAX(column - 1, 0); x <= MIN(column + 1, width - 1); x++)
            darkest = MAX(darkest, target->expected[y * width + x]);
    }
    return (guint8)MAX(target->expected[at], BESIDE_SHARE * darkest);
}

/* How far a place lies beyond the outline, in mm, below 0 inside. */
static double
beyond_outline_mm(const OmrTarget *target, double dx_mm, double dy_mm)
{
    double half_w = target->width / target->px_per_mm / 2 - target->margin_mm;
    double half_h = target->height / target->px_per_mm / 2 - target->margin_mm;
    double out = target->option->shape == FORM_SHAPE_ELLIPSE
                     ? hypot(dx_mm / half_w, dy_mm / half_h)
                     : MAX(fabs(dx_mm) / half_w, fabs(dy_mm) / half_h);

    return out > 0 ? hypot(dx_mm, dy_mm) * (1 - 1 / out) : -MIN(half_w, half_h);
}

static guint8
borders_of(const OmrTarget *target, int row, int column, double dx_mm, double dy_mm)
{
    double beyond_mm = beyond_outline_mm(target, dx_mm, dy_mm), edge_px = EDGE_MM * target->px_per_mm;
    OmrZone zone = target->zone[row * target->width + column];

    if (zone == OMR_ZONE_INSIDE)
        return beyond_mm > -RIM_MM ? OMR_BORDER_WITHIN : 0;
    if (zone == OMR_ZONE_OUTLINE)
        return 0;
    gboolean at_edge = row < edge_px || column < edge_px || row >= target->height - edge_px ||
                       column >= target->width - edge_px;
    return (guint8)((beyond_mm < RIM_MM ? OMR_BORDER_WITHOUT : 0) | (at_edge ? OMR_BORDER_EDGE : 0));
}

static void
find_surroundings(OmrTarget *target)
{
    for (int row = 0; row < target->height; row++) {
        for (int column = 0; column < target->width; column++) {
            int at = row * target->width + column;
            double dx = column - (target->width - 1) / 2.0, dy = row - (target->height - 1) / 2.0;
            double turn = (atan2(dy, dx) + G_PI) / (2 * G_PI);
            target->softened[at] = softened_at(target, row, column);
            target->sector[at] = (guint8)((int)(turn * OMR_SECTORS) % OMR_SECTORS);
            target->arc[at] = target->zone[at] == OMR_ZONE_AROUND ? target->sector[at] : OMR_SECTORS;
            target->borders[at] =
                borders_of(target, row, column, dx / target->px_per_mm, dy / target->px_per_mm);
        }
    }
}

void
omr_parts_find(OmrTarget *target)
{
    gsize n = (gsize)target->width * (gsize)target->height;

    target->lesson = g_malloc(n);
    for (gsize at = 0; at < n; at++)
        target->lesson[at] = lesson_of(target, (int)at);
    add_pixels(&target->inside, target, is_inside);
    if (target->option == NULL)
        return;
    add_pixels(&target->around, target, is_paper_around);
    target->n_paper_around = target->around.n;
    add_pixels(&target->around, target, is_print_around);
    add_pixels(&target->outline, target, is_outline);
    add_pixels(&target->printed, target, is_printed);
    target->softened = g_malloc(n);
    target->sector = g_malloc(n);
    target->arc = g_malloc(n);
    target->borders = g_malloc(n);
    find_surroundings(target);
    target->steepness = omr_steepness(target, target->print);
}

void
omr_parts_clear(OmrTarget *target)
{
    g_free(target->lesson);
    g_free(target->inside.at);
    g_free(target->around.at);
    g_free(target->outline.at);
    g_free(target->printed.at);
    g_free(target->softened);
    g_free(target->sector);
    g_free(target->arc);
    g_free(target->borders);
}
