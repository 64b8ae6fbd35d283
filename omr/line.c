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

/* How far to each side of its way a line's ink lies: half its width and some sway, within these. A tick's
 * hook goes further. */
#define SWAY_MM        0.15
#define LEAST_REACH_MM 0.4
#define MOST_REACH_MM  0.6

/* A line that sways lies off its way in its middle. What lies off it within this share of an end is a hook.
 */
#define END_SHARE 0.3

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

/* Of some of the ink, how much lies on a way, and how much off it near one of its ends. */
typedef struct {
    guint on, hook, n;
} Part;

static Part
part_on_way(const OmrTarget *target, const OmrPixels *pixels, const guint8 *ink, const Exit *from,
            const Exit *to, double reach_mm)
{
    double dx = to->x - from->x, dy = to->y - from->y;
    double reach = reach_mm * target->px_per_mm * hypot(dx, dy);
    Part part = {0};

    for (guint i = 0; i < pixels->n; i++) {
        int at = (int)pixels->at[i];
        if (ink[at] == 0)
            continue;
        int row = at / target->width, column = at % target->width;
        gboolean on = fabs(dx * (row - from->y) - dy * (column - from->x)) <= reach;
        double along = (dx * (column - from->x) + dy * (row - from->y)) / (dx * dx + dy * dy);
        part.on += on;
        part.hook += !on && (along < END_SHARE || along > 1 - END_SHARE);
        part.n++;
    }
    return part;
}

/* Ink on the outline says nothing: it may be print. */
static void
follow_way(OmrLine *line, const OmrTarget *target, const guint8 *ink, const Exit *from, const Exit *to,
           double width_mm)
{
    double reach_mm = CLAMP(width_mm / 2 + SWAY_MM, LEAST_REACH_MM, MOST_REACH_MM);
    double inked = from->n > 0 && to->n > 0 ? inked_share(target, ink, from, to) : 0;

    if (inked < WAY_INKED)
        return;
    /* what it runs over may be wider than it */
    Part over = part_on_way(target, &target->around, ink, from, to, LEAST_REACH_MM);
    Part around = part_on_way(target, &target->around, ink, from, to, reach_mm);
    Part inside = part_on_way(target, &target->inside, ink, from, to, reach_mm);
    double n = MAX(around.n + inside.n, 1), through = inked * ((around.on + inside.on) / n);
    if (through > line->through) {
        line->through = through;
        line->hook = (around.hook + inside.hook) / n;
    }
    line->over = MAX(line->over, inked * ((double)over.on / MAX(over.n, 1)));
}

void
omr_line_measure(OmrLine *line, const OmrTarget *target, const guint8 *ink, double width_mm)
{
    Exit exits[OMR_SECTORS] = {0};

    *line = (OmrLine){0};
    find_exits(target, ink, exits);
    for (int from = 0; from < OMR_SECTORS; from++) {
        for (int to = from + LEAST_APART; to < OMR_SECTORS && to - from <= OMR_SECTORS - LEAST_APART; to++)
            follow_way(line, target, ink, &exits[from], &exits[to], width_mm);
    }
}
