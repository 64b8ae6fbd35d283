#include "line-private.h"

#include <math.h>

#include "response-private.h"

/* Of the edge of the window so much is looked at. */
#define EDGE_MM 0.2

/* Opposite sides are at least so many directions apart: 135 degrees. */
#define LEAST_APART 9

/* A way with less ink than this is none. */
#define WAY_INKED 0.5

/* A line by hand keeps so close to the straight way. */
#define SWAY_PX 1

/* Half a felt tip's stroke, and its sway. */
#define STROKE_MM 0.6

/* Where ink reaches the edge in one direction: its middle. */
typedef struct {
    double x, y;
    guint n;
} Exit;

static void
find_exits(const OmrTarget *target, const guint8 *ink, Exit *exits)
{
    int edge = (int)ceil(EDGE_MM * target->px_per_mm);

    for (int row = 0; row < target->height; row++) {
        gboolean inner_row = row >= edge && row < target->height - edge;
        for (int column = 0; column < target->width; column++) {
            if (inner_row && column == edge)
                column = MAX(target->width - edge, edge);
            if (ink[row * target->width + column] == 0)
                continue;
            guint sector = target->sector[row * target->width + column];
            exits[sector].x += column;
            exits[sector].y += row;
            exits[sector].n++;
        }
    }
    for (int i = 0; i < OMR_SECTORS; i++) {
        exits[i].x /= MAX(exits[i].n, 1);
        exits[i].y /= MAX(exits[i].n, 1);
    }
}

static gboolean
is_inked_about(const OmrTarget *target, const guint8 *ink, int row, int column)
{
    for (int y = MAX(row - SWAY_PX, 0); y <= MIN(row + SWAY_PX, target->height - 1); y++) {
        for (int x = MAX(column - SWAY_PX, 0); x <= MIN(column + SWAY_PX, target->width - 1); x++) {
            if (ink[y * target->width + x] != 0)
                return TRUE;
        }
    }
    return FALSE;
}

/* Under print, where ink is not told as well, a gap says nothing. */
static double
inked_share(const OmrTarget *target, const guint8 *ink, const Exit *from, const Exit *to)
{
    int n = (int)ceil(hypot(to->x - from->x, to->y - from->y)), inked = 0, bare = 0;

    for (int i = 0; i <= n; i++) {
        int column = (int)lround(from->x + (to->x - from->x) * i / MAX(n, 1));
        int row = (int)lround(from->y + (to->y - from->y) * i / MAX(n, 1));
        if (is_inked_about(target, ink, row, column))
            inked++;
        else if (target->expected[row * target->width + column] < OMR_PAPER)
            bare++;
    }
    return inked > 0 ? (double)inked / (inked + bare) : 0;
}

/* From opposite side to opposite side, where ink leads all along. */
typedef struct {
    const Exit *from, *to;
    double inked;
} Way;

#define MOST_WAYS (OMR_SECTORS * OMR_SECTORS / 2)

static guint
find_ways(const OmrTarget *target, const guint8 *ink, const Exit *exits, Way *ways)
{
    guint n = 0;

    for (int from = 0; from < OMR_SECTORS; from++) {
        for (int to = from + LEAST_APART; to < OMR_SECTORS && to - from <= OMR_SECTORS - LEAST_APART; to++) {
            Way way = {.from = &exits[from], .to = &exits[to]};
            if (way.from->n > 0 && way.to->n > 0)
                way.inked = inked_share(target, ink, way.from, way.to);
            if (way.inked >= WAY_INKED)
                ways[n++] = way;
        }
    }
    return n;
}

/* Pixels with ink. */
typedef struct {
    guint n;
    int *column, *row;
} Ink;

static void
ink_init(Ink *inked, const OmrTarget *target, const OmrPixels *pixels, const guint8 *ink)
{
    inked->n = 0;
    inked->column = g_new(int, pixels->n);
    inked->row = g_new(int, pixels->n);
    for (guint i = 0; i < pixels->n; i++) {
        guint32 at = pixels->at[i];
        if (ink[at] == 0)
            continue;
        inked->column[inked->n] = (int)at % target->width;
        inked->row[inked->n++] = (int)at / target->width;
    }
}

static void
ink_clear(Ink *inked)
{
    g_free(inked->column);
    g_free(inked->row);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Ink, ink_clear)

/* How much of the ink lies on the way: the hook of a tick does not. */
static guint
count_on_way(const Ink *ink, const Way *way, double px_per_mm)
{
    double dx = way->to->x - way->from->x, dy = way->to->y - way->from->y;
    double reach = STROKE_MM * px_per_mm * hypot(dx, dy);
    guint on = 0;

    for (guint i = 0; i < ink->n; i++)
        on += fabs(dx * (ink->row[i] - way->from->y) - dy * (ink->column[i] - way->from->x)) <= reach;
    return on;
}

static double
share(guint part, guint whole)
{
    return part > 0 ? (double)part / whole : 0;
}

void
omr_line_measure(OmrLine *line, const OmrTarget *target, const guint8 *ink)
{
    Exit exits[OMR_SECTORS] = {0};
    Way ways[MOST_WAYS];

    *line = (OmrLine){0};
    find_exits(target, ink, exits);
    guint n = find_ways(target, ink, exits, ways);
    if (n == 0)
        return;
    /* ink on the outline says nothing: it may be print */
    g_auto(Ink) around = {0}, inside = {0};
    ink_init(&around, target, &target->around, ink);
    ink_init(&inside, target, &target->inside, ink);
    for (guint i = 0; i < n; i++) {
        guint on_around = count_on_way(&around, &ways[i], target->px_per_mm);
        guint on_inside = count_on_way(&inside, &ways[i], target->px_per_mm);
        double through = share(on_around + on_inside, around.n + inside.n);
        line->through = MAX(line->through, ways[i].inked * through);
        line->over = MAX(line->over, ways[i].inked * share(on_around, around.n));
    }
}
