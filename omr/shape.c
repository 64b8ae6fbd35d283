#include "shape-private.h"

#include <math.h>
#include <string.h>

#include "image-private.h"
#include "piece-private.h"

#define ALL_SECTORS ((1u << OMR_SECTORS) - 1)

/* The arms of a mark are counted this far from its middle, by the position's size. */
#define ARM_SHARE 0.28

/* A ring may be cut by the window's edge into several arcs; each spans so many directions, specks do not. */
#define ARC_SECTORS 3

/* The places of ink in a map: `at` has room for all of it. Most of it is paper, which memchr() passes over
 * many pixels at once. */
static guint
find_ink(const guint8 *map, gsize n, guint32 *at)
{
    const guint8 *next = map, *end = map + n;
    guint found = 0;

    while ((next = memchr(next, TRUE, (gsize)(end - next))) != NULL) {
        for (; next < end && *next != 0; next++)
            at[found++] = (guint32)(next - map);
    }
    return found;
}

/* The largest extent of the pieces of ink in `map`, which is cleared, and the directions in which their arcs
 * lie: `sectors`, which may be NULL, has one for each pixel. */
static double
measure_pieces(const OmrTarget *target, const OmrPixels *ink, guint8 *map, const guint8 *sectors,
               guint32 *arcs)
{
    g_autofree int *stack = g_new(int, ink->n);
    double extent_px = 0;

    *arcs = 0;
    for (guint i = 0; i < ink->n; i++) {
        if (map[ink->at[i]] == 0)
            continue;
        OmrPiece piece = omr_piece_take(map, target->width, target->height, (int)ink->at[i], stack, sectors);
        guint32 directions = piece.sectors & ALL_SECTORS;
        extent_px = MAX(extent_px, hypot(piece.right - piece.left + 1, piece.bottom - piece.top + 1));
        if (__builtin_popcount(directions) >= ARC_SECTORS)
            *arcs |= directions;
    }
    return extent_px;
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

/* Where there is ink around, where strokes cross the outline, and where they leave. */
static void
measure_borders(OmrShape *shape, const OmrTarget *target, const OmrPixels *ink)
{
    guint32 at_border[2 * OMR_BORDER_EDGE] = {0}; /* a bit for each direction in which there is ink there */

    for (guint i = 0; i < ink->n; i++) {
        at_border[target->borders[ink->at[i]]] |= 1u << target->sector[ink->at[i]];
        shape->specks |= 1u << target->arc[ink->at[i]];
    }
    shape->specks &= ALL_SECTORS;
    guint32 within = at_border[OMR_BORDER_WITHIN], both = at_border[OMR_BORDER_WITHOUT | OMR_BORDER_EDGE];
    guint32 crossing = within & widen(at_border[OMR_BORDER_WITHOUT] | both);
    shape->exits = count_runs(widen(crossing) & widen(within));
    shape->leaving = widen(widen(crossing)) & (at_border[OMR_BORDER_EDGE] | both);
    shape->leaves = count_runs(shape->leaving);
}

/* Where the ink inside lies, and how it spreads: the square roots of its covariance's eigenvalues. */
typedef struct {
    int left, top, right, bottom; /* px, both ends included */
    double x, y, length, breadth;
} Spread;

static Spread
spread_of(const OmrTarget *target, const OmrPixels *inside)
{
    Spread spread = {.left = target->width, .top = target->height};
    double sum_x = 0, sum_y = 0, xx = 0, xy = 0, yy = 0, n = inside->n;

    for (guint i = 0; i < inside->n; i++) {
        int row = (int)inside->at[i] / target->width, column = (int)inside->at[i] - row * target->width;
        spread.left = MIN(spread.left, column);
        spread.right = MAX(spread.right, column);
        spread.top = MIN(spread.top, row);
        spread.bottom = MAX(spread.bottom, row);
        sum_x += column;
        sum_y += row;
        xx += column * column;
        xy += column * row;
        yy += row * row;
    }
    spread.x = sum_x / n;
    spread.y = sum_y / n;
    xx = xx / n - spread.x * spread.x;
    xy = xy / n - spread.x * spread.y;
    yy = yy / n - spread.y * spread.y;
    double mean = (xx + yy) / 2, apart = hypot((xx - yy) / 2, xy);
    spread.length = sqrt(MAX(mean + apart, 0));
    spread.breadth = sqrt(MAX(mean - apart, 0));
    return spread;
}

/* Counts the strokes that cross a circle about the middle of the ink. */
static int
count_arms(const OmrTarget *target, const Spread *spread, const guint8 *ink)
{
    double radius = ARM_SHARE * target->size_mm * target->px_per_mm;
    guint32 bits = 0;

    for (int sector = 0; sector < OMR_SECTORS; sector++) {
        double angle = 2 * G_PI * sector / OMR_SECTORS;
        int column = (int)lround(spread->x + radius * cos(angle)),
            row = (int)lround(spread->y + radius * sin(angle));
        if (column >= 0 && row >= 0 && column < target->width && row < target->height &&
            ink[row * target->width + column] != 0)
            bits |= 1u << sector;
    }
    return bits == ALL_SECTORS ? 0 : count_runs(bits);
}

/* Leaves of a map what is the upper left of a square of 2 × 2; whether that is anything. A column to its
 * right and a row below it are empty. */
OMR_VECTOR_CLONES static gboolean
take_layer(guint8 *map, int width, int height)
{
    guint8 any = 0;

    for (int y = 0; y < height; y++) {
        guint8 *restrict row = map + y * (width + 1);
        const guint8 *below = row + width + 1;
        for (int x = 0; x < width; x++) {
            row[x] &= row[x + 1] & below[x] & below[x + 1];
            any |= row[x];
        }
    }
    return any != 0;
}

/* The side of the largest square of ink, in px: how thick the thickest stroke is, in layers. */
static int
thickness(const guint8 *inside, int stride, const Spread *spread)
{
    int width = spread->right - spread->left + 1, height = spread->bottom - spread->top + 1, layers = 1;
    g_autofree guint8 *map = g_malloc0((gsize)(width + 1) * (gsize)(height + 1));

    for (int y = 0; y < height; y++)
        memcpy(map + y * (width + 1), inside + (spread->top + y) * stride + spread->left, (gsize)width);
    while (take_layer(map, width, height))
        layers++;
    return layers;
}

static void
measure_inside(OmrShape *shape, const OmrTarget *target, const OmrPixels *ink, const guint8 *map)
{
    g_autofree guint8 *inside_map = g_malloc0((gsize)target->width * (gsize)target->height);
    g_autofree guint32 *places = g_new(guint32, MAX(ink->n, 1));
    OmrPixels inside = {0, places};
    guint32 arcs;

    for (guint i = 0; i < ink->n; i++) {
        if (target->zone[ink->at[i]] != OMR_ZONE_INSIDE)
            continue;
        inside.at[inside.n++] = ink->at[i];
        inside_map[ink->at[i]] = TRUE;
    }
    if (inside.n == 0)
        return;
    Spread spread = spread_of(target, &inside);
    shape->arms = count_arms(target, &spread, map);
    shape->straight = spread.length > 0 ? 1 - spread.breadth / spread.length : 0;
    shape->width_mm = thickness(inside_map, target->width, &spread) / target->px_per_mm;
    shape->reach =
        measure_pieces(target, &inside, inside_map, NULL, &arcs) / target->px_per_mm / target->size_mm;
}

void
omr_shape_measure(OmrShape *shape, const OmrTarget *target, const guint8 *ink)
{
    gsize n = (gsize)target->width * (gsize)target->height;
    g_autofree guint8 *pieces = g_memdup2(ink, n);
    g_autofree guint32 *places = g_new(guint32, n);
    OmrPixels pixels = {find_ink(ink, n, places), places};

    memset(shape, 0, sizeof *shape);
    measure_borders(shape, target, &pixels);
    measure_pieces(target, &pixels, pieces, target->arc, &shape->arcs);
    shape->ring = __builtin_popcount(shape->arcs) / (double)OMR_SECTORS;
    measure_inside(shape, target, &pixels, ink);
}
