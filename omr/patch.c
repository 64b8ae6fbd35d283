#include "patch-private.h"

#include <math.h>

/* A patch is as large as the smallest dot that is a mark; docs/simulation.md. */
#define PATCH_MM 0.8

/* Sums over the window's upper left rectangles: a row and a column more than the window, the first of 0. */
static int *
sums_of(const OmrTarget *target, const guint8 *darkness, const OmrResponse *response, double shade)
{
    int stride = target->width + 1, due[256];
    int *sums = g_new0(int, (gsize)stride *(gsize)(target->height + 1));

    for (int i = 0; i < 256; i++)
        due[i] = (int)lround(response->tone[i] + shade);
    for (int row = 0; row < target->height; row++) {
        int sum = 0;
        for (int column = 0; column < target->width; column++) {
            int at = row * target->width + column;
            sum += darkness[at] - due[target->print[at]];
            sums[(row + 1) * stride + column + 1] = sums[row * stride + column + 1] + sum;
        }
    }
    return sums;
}

double
omr_patch_darkest(const OmrTarget *target, const guint8 *darkness, const OmrResponse *response, double shade)
{
    int half = (int)(PATCH_MM / 2 * target->px_per_mm), side = 2 * half + 1, stride = target->width + 1;
    int darkest = -255 * side * side;
    g_autofree int *sums = sums_of(target, darkness, response, shade);

    for (int row = half; row < target->height - half; row++) {
        for (int column = half; column < target->width - half; column++) {
            if (target->zone[row * target->width + column] != OMR_ZONE_INSIDE)
                continue;
            const int *above = sums + (row - half) * stride + column - half, *below = above + side * stride;
            darkest = MAX(darkest, below[side] - below[0] - above[side] + above[0]);
        }
    }
    return darkest / (255.0 * side * side);
}
