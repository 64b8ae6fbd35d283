#include "white-private.h"

#include <math.h>
#include <string.h>

/* Cells are read on a level where they are about this many pixels wide: enough for a percentile. */
#define CELL_SAMPLES 6.0

/* Cells along a side of the image, at most. */
#define MAX_CELLS 1024

/* Print and ink are taken out up to five cells wide; what is larger and dark is a shadow. */
#define REACH 2

/* Shadows leave so much of the page's light at least. */
#define LEAST_LIGHT 0.3f

static float
percentile_80(const OmrImage *image, int left, int top, int right, int bottom)
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
        if (seen * 5 >= count)
            return (float)value;
    }
    return 1;
}

/* Each of `n` cells becomes the larger, or the lesser, of itself and the one beside it. */
OMR_VECTOR_CLONES static void
spread_cells(float *restrict cells, const float *restrict beside, int n, gboolean largest)
{
    for (int i = 0; i < n; i++) {
        float more = MAX(cells[i], beside[i]), less = MIN(cells[i], beside[i]);
        cells[i] = largest ? more : less;
    }
}

/* Each cell becomes the largest, or the least, of the cells within REACH of it along a row, or, where all
 * rows are taken for a single one, along a column: then neighbours are `step` apart. */
static void
spread_row(float *cells, int n, int step, gboolean largest)
{
    g_autofree float *before = g_memdup2(cells, (gsize)n * sizeof *cells);

    for (int beyond = step; beyond <= REACH * step; beyond += step) {
        spread_cells(cells, before + beyond, n - beyond, largest);
        spread_cells(cells + beyond, before, n - beyond, largest);
    }
}

static void
spread(OmrWhite *white, gboolean largest)
{
    for (int row = 0; row < white->rows; row++)
        spread_row(white->white + row * white->columns, white->columns, 1, largest);
    spread_row(white->white, white->rows * white->columns, white->columns, largest);
}

/* What is far darker than most of the page is no paper in the shade: a lid, a tear, black ink. */
static void
raise_to_least(OmrWhite *white)
{
    int n = white->columns * white->rows, seen = 0, usual = 0;
    int cells[256] = {0}; /* by their value, which is whole */

    for (int i = 0; i < n; i++)
        cells[(int)white->white[i]]++;
    while ((seen += cells[usual]) <= n * 3 / 4)
        usual++;
    float least = LEAST_LIGHT * (float)usual;
    for (int i = 0; i < n; i++)
        white->white[i] = MAX(white->white[i], least);
}

void
omr_white_init(OmrWhite *white, const OmrPyramid *pyramid, double cell_px)
{
    int level = omr_pyramid_level(pyramid, cell_px / CELL_SAMPLES);
    const OmrImage *image = omr_pyramid_image(pyramid, level);
    double longer = MAX(image->width, image->height);
    double cell = MAX(MAX(cell_px / (double)(1 << level), 2), longer / (MAX_CELLS - 1));

    white->columns = MAX((int)ceil(image->width / cell), 1);
    white->rows = MAX((int)ceil(image->height / cell), 1);
    white->cell_px = (float)(cell * (double)(1 << level));
    white->white = g_new(float, (gsize)(white->columns * white->rows));
    for (int row = 0; row < white->rows; row++) {
        for (int column = 0; column < white->columns; column++) {
            int right = MIN((int)((column + 1) * cell), image->width);
            int bottom = MIN((int)((row + 1) * cell), image->height);
            white->white[row * white->columns + column] =
                percentile_80(image, MIN((int)(column * cell), right - 1), MIN((int)(row * cell), bottom - 1),
                              right, bottom);
        }
    }
    spread(white, TRUE);
    spread(white, FALSE);
    raise_to_least(white);
}

void
omr_white_clear(OmrWhite *white)
{
    g_clear_pointer(&white->white, g_free);
    g_clear_pointer(&white->folds, g_array_unref);
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

double
omr_white_step(const OmrWhite *white, double x_px, double y_px, double reach_px)
{
    float least = 255, most = 1;

    for (int i = 0; i < 9; i++) {
        float here = omr_white_at(white, x_px + (i % 3 - 1) * reach_px, y_px + (int)(i / 3 - 1) * reach_px);
        least = MIN(least, here);
        most = MAX(most, here);
    }
    return 1 - (double)(least / most);
}
