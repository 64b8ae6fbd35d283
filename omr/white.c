#include "white-private.h"

#include <math.h>
#include <string.h>

/* Cells are read on a level where they are about this many pixels wide: enough for a percentile. */
#define CELL_SAMPLES 12.0

static float
percentile_90(const OmrImage *image, int left, int top, int right, int bottom)
{
    guint histogram[256] = {0}, count = 0, seen = 0;

    for (int y = top; y < bottom; y++) {
        const guint8 *row = image->pixels + (gsize)y * (gsize)image->stride;
        for (int x = left; x < right; x++)
            histogram[row[x]]++;
        count += (guint)(right - left);
    }
    for (int value = 255; value > 0; value--) {
        seen += histogram[value];
        if (seen * 10 >= count)
            return (float)value;
    }
    return 1;
}

/* Each cell becomes the largest (or the mean) of its 3 × 3 neighbours. */
static void
spread(OmrWhite *white, gboolean mean)
{
    g_autofree float *before = g_memdup2(white->white, sizeof(float) * (gsize)(white->columns * white->rows));

    for (int row = 0; row < white->rows; row++) {
        for (int column = 0; column < white->columns; column++) {
            float largest = 0, sum = 0;
            int count = 0;
            for (int y = MAX(row - 1, 0); y <= MIN(row + 1, white->rows - 1); y++) {
                for (int x = MAX(column - 1, 0); x <= MIN(column + 1, white->columns - 1); x++) {
                    float value = before[y * white->columns + x];
                    largest = MAX(largest, value);
                    sum += value;
                    count++;
                }
            }
            white->white[row * white->columns + column] = mean ? sum / (float)count : largest;
        }
    }
}

void
omr_white_init(OmrWhite *white, const OmrPyramid *pyramid, double cell_px)
{
    int level = omr_pyramid_level(pyramid, cell_px / CELL_SAMPLES);
    const OmrImage *image = omr_pyramid_image(pyramid, level);
    double cell = MAX(cell_px / (double)(1 << level), 2);

    white->columns = MAX((int)ceil(image->width / cell), 1);
    white->rows = MAX((int)ceil(image->height / cell), 1);
    white->cell_px = (float)(cell * (double)(1 << level));
    white->white = g_new(float, (gsize)(white->columns * white->rows));
    for (int row = 0; row < white->rows; row++) {
        for (int column = 0; column < white->columns; column++) {
            int right = MIN((int)((column + 1) * cell), image->width);
            int bottom = MIN((int)((row + 1) * cell), image->height);
            white->white[row * white->columns + column] =
                percentile_90(image, MIN((int)(column * cell), right - 1), MIN((int)(row * cell), bottom - 1),
                              right, bottom);
        }
    }
    spread(white, FALSE);
    spread(white, TRUE);
}

void
omr_white_clear(OmrWhite *white)
{
    g_clear_pointer(&white->white, g_free);
}

float
omr_white_at(const OmrWhite *white, double x_px, double y_px)
{
    float x = CLAMP((float)x_px / white->cell_px - 0.5f, 0, (float)(white->columns - 1));
    float y = CLAMP((float)y_px / white->cell_px - 0.5f, 0, (float)(white->rows - 1));
    int column = MIN((int)x, MAX(white->columns - 2, 0)), row = MIN((int)y, MAX(white->rows - 2, 0));
    int right = MIN(column + 1, white->columns - 1), below = MIN(row + 1, white->rows - 1);
    float across = x - (float)column, down = y - (float)row;
    const float *top_row = white->white + row * white->columns,
                *bottom_row = white->white + below * white->columns;
    float top = top_row[column] + across * (top_row[right] - top_row[column]);
    float bottom = bottom_row[column] + across * (bottom_row[right] - bottom_row[column]);

    return MAX(top + down * (bottom - top), 1);
}
