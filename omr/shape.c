#include "shape-private.h"

#include <math.h>

#include "piece-private.h"

#define ALL_SECTORS ((1u << OMR_SECTORS) - 1)

/* The arms of a mark are counted this far from its middle, by the position's size. */
#define ARM_SHARE 0.28

/* A ring may be cut by the window's edge into several arcs; each spans so many directions, specks do not. */
#define ARC_SECTORS 3

/* A stroke crosses the outline where there is ink this near to it on either side … */
#define RIM_MM 0.6

/* … and goes on to the neighbours where it comes this near to the edge of the window. */
#define EDGE_MM 0.35

static guint32
direction_of(const OmrTarget *target, int row, int column)
{
    double dx = column - (target->width - 1) / 2.0, dy = row - (target->height - 1) / 2.0;

    return 1u << ((int)((atan2(dy, dx) + G_PI) / (2 * G_PI) * OMR_SECTORS) % OMR_SECTORS);
}

/* The largest extent of the pieces of `ink`, which is cleared, and the directions in which their arcs lie:
 * `directions` has a bit for each pixel around the position. */
static double
measure_pieces(const OmrTarget *target, guint8 *ink, const guint32 *directions, guint32 *arcs)
{
    int n = target->width * target->height;
    g_autofree int *stack = g_new(int, (gsize)n);
    double extent_px = 0;

    *arcs = 0;
    for (int at = 0; at < n; at++) {
        if (ink[at] == 0)
            continue;
        OmrPiece piece = omr_piece_take(ink, target->width, target->height, at, stack, directions);
        extent_px = MAX(extent_px, hypot(piece.right - piece.left + 1, piece.bottom - piece.top + 1));
        if (__builtin_popcount(piece.marks) >= ARC_SECTORS)
            *arcs |= piece.marks;
    }
    return extent_px;
}

/* The side of the largest square of ink, in px: how thick the thickest stroke is. */
static int
thickness(const guint8 *ink, int width, int height)
{
    g_autofree guint8 *above = g_malloc0((gsize)width + 1), *here = g_malloc0((gsize)width + 1);
    guint8 largest = 0;

    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            guint8 least = MIN(MIN(above[x], above[x + 1]), here[x]);
            here[x + 1] = ink[y * width + x] != 0 ? (guint8)(MIN(least, 254) + 1) : 0;
            largest = MAX(largest, here[x + 1]);
        }
        guint8 *swap = above;
        above = here;
        here = swap;
    }
    return largest;
}

/* Bits for the directions from the position's centre in which ink lies … */
typedef struct {
    guint32 within;  /* just inside its outline */
    guint32 without; /* just outside */
    guint32 edge;    /* at the window's edge */
} Directions;

/* How far a place lies beyond the outline, in mm, below 0 inside; `away` is its distance from the centre. */
static double
beyond_outline_mm(const OmrTarget *target, double dx_mm, double dy_mm, double away_mm)
{
    double half_w = target->width / target->px_per_mm / 2 - target->margin_mm;
    double half_h = target->height / target->px_per_mm / 2 - target->margin_mm;
    double out = target->option->shape == FORM_SHAPE_ELLIPSE
                     ? hypot(dx_mm / half_w, dy_mm / half_h)
                     : MAX(fabs(dx_mm) / half_w, fabs(dy_mm) / half_h);

    return out > 0 ? away_mm * (1 - 1 / out) : -MIN(half_w, half_h);
}

static void
note_direction(Directions *directions, guint32 bit, const OmrTarget *target, int row, int column)
{
    double dx_mm = (column - (target->width - 1) / 2.0) / target->px_per_mm;
    double dy_mm = (row - (target->height - 1) / 2.0) / target->px_per_mm;
    double beyond_mm = beyond_outline_mm(target, dx_mm, dy_mm, hypot(dx_mm, dy_mm));
    double edge_px = EDGE_MM * target->px_per_mm;
    guint8 zone = target->zone[row * target->width + column];

    if (zone == OMR_ZONE_INSIDE && beyond_mm > -RIM_MM)
        directions->within |= bit;
    if (zone != OMR_ZONE_AROUND)
        return;
    if (beyond_mm < RIM_MM)
        directions->without |= bit;
    if (row < edge_px || column < edge_px || row >= target->height - edge_px ||
        column >= target->width - edge_px)
        directions->edge |= bit;
}

/* Each direction and the two beside it. */
static guint32
widen(guint32 bits)
{
    return (bits | bits << 1 | bits >> 1 | bits >> (OMR_SECTORS - 1) | bits << (OMR_SECTORS - 1)) &
           ALL_SECTORS;
}

/* Runs of neighbouring directions in the circle. */
static int
count_runs(guint32 bits)
{
    guint32 before = (bits << 1 | bits >> (OMR_SECTORS - 1)) & ALL_SECTORS;

    return bits == ALL_SECTORS ? 1 : __builtin_popcount(bits & ~before);
}

/* Where the ink inside lies, and how it spreads: the square roots of its covariance's eigenvalues. */
typedef struct {
    double x, y, length, breadth;
} Spread;

/* FALSE when there is no ink. */
static gboolean
spread_of(const OmrTarget *target, const guint8 *inside, Spread *spread)
{
    double sum_x = 0, sum_y = 0, xx = 0, xy = 0, yy = 0, n = 0;

    for (int row = 0; row < target->height; row++) {
        for (int column = 0; column < target->width; column++) {
            if (inside[row * target->width + column] == 0)
                continue;
            sum_x += column;
            sum_y += row;
            xx += column * column;
            xy += column * row;
            yy += row * row;
            n++;
        }
    }
    if (n < 1)
        return FALSE;
    spread->x = sum_x / n;
    spread->y = sum_y / n;
    xx = xx / n - spread->x * spread->x;
    xy = xy / n - spread->x * spread->y;
    yy = yy / n - spread->y * spread->y;
    double mean = (xx + yy) / 2, apart = hypot((xx - yy) / 2, xy);
    spread->length = sqrt(MAX(mean + apart, 0));
    spread->breadth = sqrt(MAX(mean - apart, 0));
    return TRUE;
}

/* Counts the strokes that cross a circle about the middle of the ink. */
static void
count_arms(OmrShape *shape, const OmrTarget *target, const guint8 *inside, const guint8 *ink)
{
    double radius = ARM_SHARE * target->size_mm * target->px_per_mm;
    guint32 bits = 0;
    Spread spread;

    shape->arms = 0;
    shape->straight = 0;
    if (!spread_of(target, inside, &spread))
        return;
    for (int sector = 0; sector < OMR_SECTORS; sector++) {
        double angle = 2 * G_PI * sector / OMR_SECTORS;
        int column = (int)lround(spread.x + radius * cos(angle)),
            row = (int)lround(spread.y + radius * sin(angle));
        if (column >= 0 && row >= 0 && column < target->width && row < target->height &&
            ink[row * target->width + column] != 0)
            bits |= 1u << sector;
    }
    shape->arms = bits == ALL_SECTORS ? 0 : count_runs(bits);
    shape->straight = spread.length > 0 ? 1 - spread.breadth / spread.length : 0;
}

void
omr_shape_measure(OmrShape *shape, const OmrTarget *target, const guint8 *ink)
{
    gsize n = (gsize)target->width * (gsize)target->height;
    g_autofree guint8 *inside = g_malloc(n), *pieces = g_memdup2(ink, n);
    g_autofree guint32 *around = g_new0(guint32, n);
    Directions directions = {0};
    guint32 arcs;

    for (int row = 0; row < target->height; row++) {
        for (int column = 0; column < target->width; column++) {
            int at = row * target->width + column;
            inside[at] = target->zone[at] == OMR_ZONE_INSIDE ? ink[at] : 0;
            if (ink[at] == 0)
                continue;
            guint32 direction = direction_of(target, row, column);
            around[at] = target->zone[at] == OMR_ZONE_AROUND ? direction : 0;
            note_direction(&directions, direction, target, row, column);
        }
    }
    guint32 crossing = directions.within & widen(directions.without);
    shape->exits = count_runs(widen(crossing) & widen(directions.within));
    shape->leaving = widen(widen(crossing)) & directions.edge;
    shape->leaves = count_runs(shape->leaving);
    measure_pieces(target, pieces, around, &arcs);
    shape->ring = __builtin_popcount(arcs) / (double)OMR_SECTORS;
    count_arms(shape, target, inside, ink);
    shape->width_mm = thickness(inside, target->width, target->height) / target->px_per_mm;
    shape->reach = measure_pieces(target, inside, NULL, &arcs) / target->px_per_mm / target->size_mm;
}
