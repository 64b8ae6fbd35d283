/* What is known of a QR before it is read, and the drawing of what was read. */
#include <math.h>
#include <string.h>

#include "grid-private.h"

#define FINDER 7 /* modules of a finder pattern */

/* The format of level Q and a mask of 0 … 7: 15 bits. */
static guint
format_of(guint mask)
{
    guint data = 3u << 3 | mask, rest = data << 10;

    for (int bit = 14; bit >= 10; bit--) {
        if (rest >> bit & 1)
            rest ^= 0x537u << (bit - 10);
    }
    return (data << 10 | rest) ^ 0x5412u;
}

/* The two places of a bit of the format, 0 the lowest. */
static void
format_places(int modules, int bit, int place[2][2])
{
    if (bit < 8) {
        place[0][0] = modules - 1 - bit;
        place[0][1] = 8;
        place[1][0] = 8;
        place[1][1] = bit < 6 ? bit : bit + 1;
    } else {
        place[0][0] = 8;
        place[0][1] = modules - 7 + bit - 8;
        place[1][0] = bit == 8 ? 7 : 14 - bit;
        place[1][1] = 8;
    }
}

/* A pattern of rings around a centre, black outermost: finders of 7, alignment patterns of 5 modules. */
static int
ring_at(int dx, int dy, int radius)
{
    int ring = MAX(abs(dx), abs(dy));

    return ring > radius || (radius == 3 && ring == 2) || (radius == 2 && ring == 1) ? 1 : -1;
}

int
omr_grid_known(int modules, int x, int y)
{
    int far = modules - FINDER;
    gboolean low_x = x <= FINDER, low_y = y <= FINDER, high_x = x >= far - 1, high_y = y >= far - 1;

    if (x < 0 || y < 0 || x >= modules || y >= modules)
        return 1;
    if (low_x && low_y)
        return ring_at(x - 3, y - 3, 3);
    if (high_x && low_y)
        return ring_at(x - far - 3, y - 3, 3);
    if (low_x && high_y)
        return ring_at(x - 3, y - far - 3, 3);
    if (x == 6 || y == 6)
        return (x + y) % 2 == 0 ? -1 : 1;
    if (modules > 21 && abs(x - far) <= 2 && abs(y - far) <= 2)
        return ring_at(x - far, y - far, 2);
    return x == 8 && y == modules - 8 ? -1 : 0;
}

static void
put_format(float *value, int modules)
{
    guint best = 0;
    double best_score = -1e9;
    int place[2][2];

    for (guint mask = 0; mask < 8; mask++) {
        double score = 0;
        for (int bit = 0; bit < 15; bit++) {
            float black = format_of(mask) >> bit & 1 ? -1 : 1;
            format_places(modules, bit, place);
            for (int copy = 0; copy < 2; copy++)
                score += (double)(black * value[place[copy][1] * modules + place[copy][0]]);
        }
        if (score > best_score) {
            best_score = score;
            best = mask;
        }
    }
    for (int bit = 0; bit < 15; bit++) {
        format_places(modules, bit, place);
        for (int copy = 0; copy < 2; copy++)
            value[place[copy][1] * modules + place[copy][0]] = format_of(best) >> bit & 1 ? -1 : 1;
    }
}

/* Takes from each module what blur spread there from its four neighbours. */
static void
sharpen(float *value, int modules, float share)
{
    g_autofree float *blurred = g_memdup2(value, sizeof(float) * (gsize)(modules * modules));

    for (int y = 0; y < modules; y++) {
        for (int x = 0; x < modules; x++) {
            int at = y * modules + x;
            float left = x > 0 ? blurred[at - 1] : 1, right = x < modules - 1 ? blurred[at + 1] : 1;
            float above = y > 0 ? blurred[at - modules] : 1;
            float below = y < modules - 1 ? blurred[at + modules] : 1;
            value[at] -= share * (left + right + above + below) / 4;
        }
    }
}

int
omr_grid_draw(const OmrGrid *const *grids, guint n, double sharpening,
              guint8 pixels[OMR_GRID_MAX_SIDE * OMR_GRID_MAX_SIDE])
{
    int modules = grids[0]->modules, side = (modules + 2 * OMR_GRID_QUIET) * OMR_GRID_PX;
    float value[OMR_GRID_MAX_MODULES * OMR_GRID_MAX_MODULES] = {0};

    for (guint i = 0; i < n; i++) {
        for (int at = 0; at < modules * modules; at++)
            value[at] += grids[i]->value[at] / (float)n;
    }
    if (sharpening > 0)
        sharpen(value, modules, (float)sharpening);
    put_format(value, modules);
    memset(pixels, 255, (gsize)side * (gsize)side);
    for (int y = 0; y < modules; y++) {
        for (int x = 0; x < modules; x++) {
            int known = omr_grid_known(modules, x, y);
            gboolean black = known != 0 ? known < 0 : value[y * modules + x] < 0;
            for (int row = 0; row < OMR_GRID_PX && black; row++)
                memset(pixels + ((y + OMR_GRID_QUIET) * OMR_GRID_PX + row) * side +
                           (x + OMR_GRID_QUIET) * OMR_GRID_PX,
                       0, OMR_GRID_PX);
        }
    }
    return side;
}
