/* Pieces of the blank that are found again on a page, and how easily each is mistaken for its like. */
#include <math.h>
#include <string.h>

#include "blank-private.h"

const double omr_scale_dpi[OMR_SCALES] = {36, 72, 144};

/* Half width of a patch in px of its scale: 12, 8 and 5 mm of paper hold enough print to be found by. */
static const int patch_half[OMR_SCALES] = {8, 11, OMR_PATCH_MAX_HALF};

/* At most one patch a cell of this many columns and rows over the page, so that they cover all of it. */
static const int patch_columns[OMR_SCALES] = {7, 8, 10}, patch_rows[OMR_SCALES] = {10, 12, 14};

/* A patch needs this mean square gradient (grey values a pixel) in its weakest direction to be found in both.
 */
#define MIN_STRUCTURE 12.0

/* Rows and columns of a form are 5 to 12 mm apart, and print repeats along the page's axes: a patch's rival
 * is looked for from OMR_REPEAT_MIN_MM to REPEAT_MAX_MM above, below, left and right of it, in a band of 1
 * mm. */
#define REPEAT_MAX_MM  26.0
#define REPEAT_BAND_PX 2

/* px at the middle scale, on which all rivals are looked for: its own patch, and the finest one's 5 mm; of
 * the first every second pixel is enough. */
#define MIDDLE_HALF  11
#define FINEST_HALF  7
#define WORTH_A_LOOK 0.25 /* a quarter of the pixels tells which places are worth all of them */

/* Sums of the squares and products of the grey value's slopes, over all pixels above and left: with them the
 * structure of any rectangle costs four look-ups. */
typedef struct {
    int width;
    double *xx, *yy, *xy;
} Slopes;

static void
slopes_init(Slopes *slopes, const OmrImage *image)
{
    gsize width = (gsize)image->width + 1, n = width * ((gsize)image->height + 1);

    slopes->width = (int)width;
    slopes->xx = g_new0(double, n);
    slopes->yy = g_new0(double, n);
    slopes->xy = g_new0(double, n);
    for (int y = 0; y < image->height; y++) {
        double xx = 0, yy = 0, xy = 0;
        for (int x = 0; x < image->width; x++) {
            const guint8 *at = image->pixels + (gsize)y * (gsize)image->stride + x;
            gboolean edge = x == 0 || y == 0 || x == image->width - 1 || y == image->height - 1;
            double across = edge ? 0 : (at[1] - at[-1]) / 2.0;
            double down = edge ? 0 : (at[image->stride] - at[-image->stride]) / 2.0;
            gsize above = (gsize)y * width + (gsize)x + 1, here = above + width;
            xx += across * across;
            yy += down * down;
            xy += across * down;
            slopes->xx[here] = slopes->xx[above] + xx;
            slopes->yy[here] = slopes->yy[above] + yy;
            slopes->xy[here] = slopes->xy[above] + xy;
        }
    }
}

static void
slopes_clear(Slopes *slopes)
{
    g_free(slopes->xx);
    g_free(slopes->yy);
    g_free(slopes->xy);
}

static double
sum_over(const double *sums, int width, int x, int y, int half)
{
    gsize w = (gsize)width, left = (gsize)(x - half), right = (gsize)(x + half + 1);
    gsize top = (gsize)(y - half), bottom = (gsize)(y + half + 1);

    return sums[bottom * w + right] - sums[top * w + right] - sums[bottom * w + left] + sums[top * w + left];
}

/* The smaller eigenvalue of the structure tensor (Shi and Tomasi, "Good features to track", 1994), a pixel.
 */
static double
structure_at(const Slopes *slopes, int x, int y, int half)
{
    double area = (2 * half + 1) * (2 * half + 1);
    double xx = sum_over(slopes->xx, slopes->width, x, y, half) / area;
    double yy = sum_over(slopes->yy, slopes->width, x, y, half) / area;
    double xy = sum_over(slopes->xy, slopes->width, x, y, half) / area;

    return (xx + yy) / 2 - sqrt((xx - yy) * (xx - yy) / 4 + xy * xy);
}

static gboolean
rect_holds(const FormRect *rect, double x_mm, double y_mm, double grown_mm)
{
    return x_mm > rect->x_mm - grown_mm && x_mm < rect->x_mm + rect->w_mm + grown_mm &&
           y_mm > rect->y_mm - grown_mm && y_mm < rect->y_mm + rect->h_mm + grown_mm;
}

/* What differs from copy to copy is no landmark. */
static gboolean
is_variable(const FormPage *page, double x_mm, double y_mm, double grown_mm)
{
    for (guint i = 0; i < page->qr->len; i++) {
        if (rect_holds(&g_array_index(page->qr, FormRect, i), x_mm, y_mm, grown_mm))
            return TRUE;
    }
    return (page->has_serial_text && rect_holds(&page->serial_text, x_mm, y_mm, grown_mm)) ||
           (page->head != NULL && rect_holds(&page->head->rect, x_mm, y_mm, grown_mm));
}

static void
patch_clear(gpointer data)
{
    OmrPatch *patch = data;

    g_free(patch->values);
}

static void
add_patch(OmrScale *scale, const OmrImage *image, int x, int y, double pixel_mm)
{
    int side = 2 * scale->half + 1, n = side * side;
    OmrPatch patch = {.x_mm = (x + 0.5) * pixel_mm,
                      .y_mm = (y + 0.5) * pixel_mm,
                      .values = g_new0(gint16, (gsize)(side * OMR_PATCH_STRIDE))};
    const guint8 *first = image->pixels + (gsize)(y - scale->half) * (gsize)image->stride + (x - scale->half);
    long sum = 0;

    for (int i = 0; i < n; i++)
        sum += first[i / side * image->stride + i % side];
    gint16 mean = (gint16)((sum + n / 2) / n);
    double squares = 0;
    for (int row = 0; row < side; row++) {
        for (int column = 0; column < side; column++) {
            gint16 value = (gint16)(first[row * image->stride + column] - mean);
            patch.values[row * OMR_PATCH_STRIDE + column] = value;
            squares += value * value;
        }
    }
    patch.norm = sqrt(squares);
    g_array_append_val(scale->patches, patch);
}

/* Two cells may share the best piece at their border: it is not taken twice. */
static gboolean
is_taken(const OmrScale *scale, double x_mm, double y_mm, double nearest_mm)
{
    for (guint i = 0; i < scale->patches->len; i++) {
        const OmrPatch *patch = &g_array_index(scale->patches, OmrPatch, i);
        if (fabs(patch->x_mm - x_mm) < nearest_mm && fabs(patch->y_mm - y_mm) < nearest_mm)
            return TRUE;
    }
    return FALSE;
}

/* The best-structured patch of each cell. */
static void
choose_patches(OmrBlank *blank, int index, const OmrImage *image)
{
    OmrScale *scale = &blank->scale[index];
    double pixel_mm = 25.4 / omr_scale_dpi[index];
    int half = scale->half, step = MAX(half / 4, 1);
    Slopes slopes;

    slopes_init(&slopes, image);
    for (int row = 0; row < patch_rows[index]; row++) {
        for (int column = 0; column < patch_columns[index]; column++) {
            int left = MAX(image->width * column / patch_columns[index], half);
            int right = MIN(image->width * (column + 1) / patch_columns[index], image->width - half - 1);
            int top = MAX(image->height * row / patch_rows[index], half);
            int bottom = MIN(image->height * (row + 1) / patch_rows[index], image->height - half - 1);
            double best = MIN_STRUCTURE;
            int best_x = -1, best_y = -1;
            for (int y = top; y < bottom; y += step) {
                for (int x = left; x < right; x += step) {
                    double structure = structure_at(&slopes, x, y, half);
                    double x_mm = (x + 0.5) * pixel_mm, y_mm = (y + 0.5) * pixel_mm;
                    if (structure > best && !is_variable(blank->page, x_mm, y_mm, half * pixel_mm) &&
                        !is_taken(scale, x_mm, y_mm, half * pixel_mm)) {
                        best = structure;
                        best_x = x;
                        best_y = y;
                    }
                }
            }
            if (best_x >= 0)
                add_patch(scale, image, best_x, best_y, pixel_mm);
        }
    }
    slopes_clear(&slopes);
}

/* A square around a pixel. */
typedef struct {
    int x, y, half;
} Square;

/* Normalised correlation of every `step`th pixel of a square and a like one of the same image; 0 for a plain
 * one.
 */
static double
resemblance(const OmrImage *image, const Square *square, int other_x, int other_y, int step)
{
    long sum = 0, other_sum = 0, sum_square = 0, other_square = 0, product = 0, n = 0;

    for (int dy = -square->half; dy <= square->half; dy += step) {
        const guint8 *here = image->pixels + (gsize)(square->y + dy) * (gsize)image->stride + square->x;
        const guint8 *there = image->pixels + (gsize)(other_y + dy) * (gsize)image->stride + other_x;
        for (int dx = -square->half; dx <= square->half; dx += step) {
            int a = here[dx], b = there[dx];
            sum += a;
            other_sum += b;
            sum_square += a * a;
            other_square += b * b;
            product += a * b;
            n++;
        }
    }
    double variance = (double)sum_square - (double)sum * (double)sum / (double)n;
    double other_variance = (double)other_square - (double)other_sum * (double)other_sum / (double)n;

    if (variance < (double)n || other_variance < (double)n)
        return 0;
    return ((double)product - (double)sum * (double)other_sum / (double)n) / sqrt(variance * other_variance);
}

static void
find_rival(const OmrImage *image, const Square *square, int other_x, int other_y, double *rival)
{
    int half = square->half;

    if (other_x >= half && other_y >= half && other_x < image->width - half &&
        other_y < image->height - half &&
        resemblance(image, square, other_x, other_y, 2) > *rival - WORTH_A_LOOK)
        *rival = MAX(*rival, resemblance(image, square, other_x, other_y, 1));
}

static double
rival_of(const OmrImage *image, const Square *square, double pixel_mm)
{
    int nearest = (int)(OMR_REPEAT_MIN_MM / pixel_mm), furthest = (int)(REPEAT_MAX_MM / pixel_mm);
    int x = square->x, y = square->y;
    double rival = -1;

    for (int along = nearest; along <= furthest; along++) {
        for (int across = -REPEAT_BAND_PX; across <= REPEAT_BAND_PX; across++) {
            find_rival(image, square, x + along, y + across, &rival);
            find_rival(image, square, x - along, y + across, &rival);
            find_rival(image, square, x + across, y + along, &rival);
            find_rival(image, square, x + across, y - along, &rival);
        }
    }
    return rival;
}

static void
find_rivals(OmrScale *scale, const OmrImage *middle, double pixel_mm, int half)
{
    for (guint i = 0; i < scale->patches->len; i++) {
        OmrPatch *patch = &g_array_index(scale->patches, OmrPatch, i);
        Square square = {CLAMP((int)(patch->x_mm / pixel_mm), half, middle->width - half - 1),
                         CLAMP((int)(patch->y_mm / pixel_mm), half, middle->height - half - 1), half};
        patch->rival = rival_of(middle, &square, pixel_mm);
    }
}

void
omr_blank_find_landmarks(OmrBlank *blank, const OmrSource *source)
{
    OmrImage image[OMR_SCALES];

    for (int i = 0; i < OMR_SCALES; i++) {
        omr_source_resample(source, blank->package, omr_scale_dpi[i], &image[i]);
        blank->scale[i].half = patch_half[i];
        blank->scale[i].patches = g_array_new(FALSE, FALSE, sizeof(OmrPatch));
        g_array_set_clear_func(blank->scale[i].patches, patch_clear);
        choose_patches(blank, i, &image[i]);
    }
    find_rivals(&blank->scale[1], &image[1], 25.4 / omr_scale_dpi[1], MIDDLE_HALF);
    find_rivals(&blank->scale[2], &image[1], 25.4 / omr_scale_dpi[1], FINEST_HALF);
    for (int i = 0; i < OMR_SCALES; i++)
        omr_image_clear(&image[i]);
}
