#include "patch-private.h"

#include <math.h>

/* A patch is as large as the smallest dot that is a mark; docs/simulation.md. */
#define PATCH_MM 0.8

/* A window less `edge` px along all of its sides. */
typedef struct {
    int edge, width, height;
} Part;

/* Sums over the part's upper left rectangles: a row and a column more than it has, the first of 0. */
static int *
sums_of(const OmrTarget *target, const Part *part, const guint8 *darkness, const OmrResponse *response,
        double shade)
{
    int stride = part->width + 1, due[256];
    int *sums = g_new0(int, (gsize)stride *(gsize)(part->height + 1));

    for (int i = 0; i < 256; i++)
        due[i] = (int)(response->tone[i] + shade + 0.5);
    for (int row = 0; row < part->height; row++) {
        int sum = 0, first = (row + part->edge) * target->width + part->edge;
        for (int column = 0; column < part->width; column++) {
            sum += darkness[first + column] - due[target->print[first + column]];
            sums[(row + 1) * stride + column + 1] = sums[row * stride + column + 1] + sum;
        }
    }
    return sums;
}

double
omr_patch_darkest(const OmrTarget *target, const guint8 *darkness, const OmrResponse *response, double shade)
{
    int half = (int)(PATCH_MM / 2 * target->px_per_mm), side = 2 * half + 1, darkest = -255 * side * side;
    int edge = MAX((int)(target->margin_mm * target->px_per_mm) - half, 0); /* no patch reaches so far out */
    Part part = {edge, target->width - 2 * edge, target->height - 2 * edge};
    g_autofree int *sums = sums_of(target, &part, darkness, response, shade);
    int stride = part.width + 1;

    for (int row = half; row < part.height - half; row++) {
        const guint8 *zone = target->zone + (row + edge) * target->width + edge;
        for (int column = half; column < part.width - half; column++) {
            if (zone[column] != OMR_ZONE_INSIDE)
                continue;
            const int *above = sums + (row - half) * stride + column - half, *below = above + side * stride;
            darkest = MAX(darkest, below[side] - below[0] - above[side] + above[0]);
        }
    }
    return darkest / (255.0 * side * side);
}
