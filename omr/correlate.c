#include "correlate-private.h"

#include <math.h>
#include <string.h>

#define MAX_SIDE   (2 * (OMR_PATCH_MAX_HALF + OMR_SEARCH_MAX_PX) + 1)
#define MAX_ACROSS (2 * OMR_SEARCH_MAX_PX + 1)

/* Rows of a patch are compared in whole, past its last pixel: it is 0 there. */
#define STRIDE (MAX_SIDE + OMR_PATCH_STRIDE)

/* Pixels of the page image around a place, in the blank's own turn and scale, and what comes of them. */
struct OmrSearch {
    guint8 values[MAX_SIDE * STRIDE];
    gint32 sums[MAX_SIDE], squares[MAX_SIDE]; /* of each column, over as many rows as a patch has */
    gint32 product[MAX_ACROSS];
    double variance[MAX_ACROSS];
    double score[MAX_ACROSS * MAX_ACROSS];
};

OmrSearch *
omr_search_new(void)
{
    return g_new0(OmrSearch, 1);
}

void
omr_search_free(OmrSearch *search)
{
    g_free(search);
}

static void
sample_window(OmrSearch *search, const OmrPyramid *image, const OmrSought *sought)
{
    const OmrJacobian *step = &sought->step;
    int reach = sought->half + sought->radius, side = 2 * reach + 1;
    OmrRaster raster = {.x = sought->centre.x - (step->xx + step->xy) * reach,
                        .y = sought->centre.y - (step->yx + step->yy) * reach,
                        .across_x = step->xx,
                        .across_y = step->yx,
                        .down_x = step->xy,
                        .down_y = step->yy};

    omr_pyramid_sample(image, &raster, side, side, search->values, STRIDE);
}

/* Adds a row to the columns' sums, or takes it away. */
OMR_VECTOR_CLONES static void
add_row(gint32 *sums, gint32 *squares, const guint8 *values, int n, gint32 sign)
{
    for (int i = 0; i < n; i++) {
        gint32 value = values[i];
        sums[i] += sign * value;
        squares[i] += sign * value * value;
    }
}

/* Of each square of the patch's size along a row of places: the sum of squared differences from its mean. */
static void
find_variances(OmrSearch *search, int side, int n)
{
    gint32 sum = 0, square = 0;

    for (int i = 0; i < side - 1; i++) {
        sum += search->sums[i];
        square += search->squares[i];
    }
    for (int i = 0; i < n; i++) {
        sum += search->sums[i + side - 1];
        square += search->squares[i + side - 1];
        search->variance[i] = square - (double)sum * sum / (side * side);
        sum -= search->sums[i];
        square -= search->squares[i];
    }
}

/* Sums of products of the patch and the squares at `n` neighbouring places from `values` on. */
static void
find_products(const guint8 *values, const OmrPatch *patch, int side, int n, gint32 *product)
{
    for (int i = 0; i < n; i++) {
        product[i] = 0;
        for (int row = 0; row < side; row++) {
            const guint8 *at = values + row * STRIDE + i;
            const gint16 *wanted = patch->values + row * OMR_PATCH_STRIDE;
            gint32 sum = 0;
            for (int column = 0; column < OMR_PATCH_STRIDE; column++)
                sum += (gint16)at[column] * wanted[column];
            product[i] += sum;
        }
    }
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

/* Half a row of a patch: the products with 16 pixels, added up in pairs. */
__attribute__((target("avx2"))) static inline __m256i
multiply_half(const guint8 *values, const gint16 *wanted)
{
    __m256i pixels = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)values));

    return _mm256_madd_epi16(pixels, _mm256_loadu_si256((const __m256i *)(const void *)wanted));
}

__attribute__((target("avx2"))) static void
find_products_at_once(const guint8 *values, const OmrPatch *patch, int side, int n, gint32 *product)
{
    G_STATIC_ASSERT(OMR_PATCH_STRIDE == 32);
    for (int i = 0; i < n; i++) {
        const guint8 *at = values + i;
        const gint16 *wanted = patch->values;
        __m256i left = _mm256_setzero_si256(), right = _mm256_setzero_si256();
        for (int row = 0; row < side; row++, at += STRIDE, wanted += OMR_PATCH_STRIDE) {
            left = _mm256_add_epi32(left, multiply_half(at, wanted));
            right = _mm256_add_epi32(right, multiply_half(at + 16, wanted + 16));
        }
        left = _mm256_add_epi32(left, right);
        __m128i four = _mm_add_epi32(_mm256_castsi256_si128(left), _mm256_extracti128_si256(left, 1));
        __m128i two = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));
        product[i] = _mm_cvtsi128_si32(two) + _mm_extract_epi32(two, 1);
    }
}

static gboolean
can_at_once(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}
#else
#define find_products_at_once find_products

static gboolean
can_at_once(void)
{
    return FALSE;
}
#endif

OMR_VECTOR_CLONES static void
find_scores(const OmrSearch *search, const OmrPatch *patch, int n, double least_variance, double *score)
{
    for (int i = 0; i < n; i++) {
        double variance = search->variance[i];
        double value = search->product[i] / (patch->norm * sqrt(MAX(variance, least_variance)));
        score[i] = variance > least_variance ? value : 0;
    }
}

/* Correlates the patch with every square of the window. */
static void
correlate(OmrSearch *search, const OmrSought *sought)
{
    int side = 2 * sought->half + 1, n = 2 * sought->radius + 1, width = side + n - 1;
    gboolean at_once = can_at_once();

    memset(search->sums, 0, sizeof search->sums);
    memset(search->squares, 0, sizeof search->squares);
    for (int row = 0; row < side - 1; row++)
        add_row(search->sums, search->squares, search->values + row * STRIDE, width, 1);
    for (int top = 0; top < n; top++) {
        const guint8 *values = search->values + top * STRIDE;
        add_row(search->sums, search->squares, values + (side - 1) * STRIDE, width, 1);
        find_variances(search, side, n);
        if (at_once)
            find_products_at_once(values, sought->patch, side, n, search->product);
        else
            find_products(values, sought->patch, side, n, search->product);
        find_scores(search, sought->patch, n, side * side, search->score + top * n);
        add_row(search->sums, search->squares, values, width, -1);
    }
}

/* Offset of a parabola's peak through three values, the middle one the largest: -½ … ½. */
static double
peak_offset(double before, double at, double after)
{
    double curve = before - 2 * at + after;

    return curve < -1e-9 ? CLAMP(0.5 * (before - after) / curve, -0.5, 0.5) : 0;
}

double
omr_search(OmrSearch *search, const OmrPyramid *image, const OmrSought *sought, double least,
           OmrPoint *offset)
{
    int radius = sought->radius, n = 2 * radius + 1, best = 0;
    const double *score = search->score;

    sample_window(search, image, sought);
    correlate(search, sought);
    for (int i = 1; i < n * n; i++) {
        if (score[i] > score[best])
            best = i;
    }
    int x = best % n, y = best / n;
    if (score[best] < least || x == 0 || y == 0 || x == n - 1 || y == n - 1)
        return 0;
    offset->x = x - radius + peak_offset(score[best - 1], score[best], score[best + 1]);
    offset->y = y - radius + peak_offset(score[best - n], score[best], score[best + n]);
    return score[best];
}
