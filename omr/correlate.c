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
static inline void
add_row(gint32 *sums, gint32 *squares, const guint8 *values, int n, gint32 sign)
{
    for (int i = 0; i < n; i++) {
        gint32 value = values[i];
        sums[i] += sign * value;
        squares[i] += sign * value * value;
    }
}

/* Of each square of the patch's size along a row of places: the sum of squared differences from its mean. */
static inline void
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

static void
find_products(const guint8 *values, int stride, const OmrPattern *pattern, int n, gint32 *product)
{
    for (int i = 0; i < n; i++) {
        product[i] = 0;
        for (int row = 0; row < pattern->height; row++) {
            const guint8 *at = values + row * stride + i;
            const gint16 *wanted = pattern->values + row * pattern->width;
            gint32 sum = 0;
            for (int column = 0; column < pattern->width; column++)
                sum += (gint16)at[column] * wanted[column];
            product[i] += sum;
        }
    }
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

/* The products of 16 pixels, added up in pairs. */
__attribute__((target("avx2"))) static inline __m256i
multiply(const guint8 *values, __m256i wanted)
{
    return _mm256_madd_epi16(_mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(const void *)values)),
                             wanted);
}

__attribute__((target("avx2"))) static inline gint32
sum_of(__m256i eight)
{
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
    __m128i two = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));

    return _mm_cvtsi128_si32(two) + _mm_extract_epi32(two, 1);
}

/* Places that are compared at once: they share the pattern (measured: 2 and 4 take longer). */
#define AT_ONCE 3

/* Of the places from `values` on, `last` being the last one: it stands for those beyond. */
__attribute__((target("avx2"))) static inline void
find_some_products(const guint8 *values, int stride, const OmrPattern *pattern, int width, int last,
                   gint32 *product)
{
    const gint16 *wanted = pattern->values;
    __m256i sum[AT_ONCE];

    for (int i = 0; i < AT_ONCE; i++)
        sum[i] = _mm256_setzero_si256();
    for (int row = 0; row < pattern->height; row++, values += stride) {
        for (int column = 0; column < width; column += 16, wanted += 16) {
            __m256i sixteen = _mm256_loadu_si256((const __m256i *)(const void *)wanted);
            for (int i = 0; i < AT_ONCE; i++)
                sum[i] = _mm256_add_epi32(sum[i], multiply(values + column + MIN(i, last), sixteen));
        }
    }
    for (int i = 0; i < AT_ONCE; i++)
        product[MIN(i, last)] = sum_of(sum[i]);
}

/* Patches are all as wide: told so, compilers make no loop of a row. */
__attribute__((target("avx2"))) static void
find_products_at_once(const guint8 *values, int stride, const OmrPattern *pattern, int n, gint32 *product)
{
    for (int i = 0; i < n; i += AT_ONCE) {
        if (pattern->width == OMR_PATCH_STRIDE)
            find_some_products(values + i, stride, pattern, OMR_PATCH_STRIDE, n - 1 - i, product + i);
        else
            find_some_products(values + i, stride, pattern, pattern->width, n - 1 - i, product + i);
    }
}

void
omr_products(const guint8 *values, int stride, const OmrPattern *pattern, int n, gint32 *product)
{
    if (__builtin_cpu_supports("avx2"))
        find_products_at_once(values, stride, pattern, n, product);
    else
        find_products(values, stride, pattern, n, product);
}
#else
void
omr_products(const guint8 *values, int stride, const OmrPattern *pattern, int n, gint32 *product)
{
    find_products(values, stride, pattern, n, product);
}
#endif

static inline void
find_scores(const OmrSearch *search, const OmrPatch *patch, int n, double least_variance, double *score)
{
    for (int i = 0; i < n; i++) {
        double variance = search->variance[i];
        double value = search->product[i] / (patch->norm * sqrt(MAX(variance, least_variance)));
        score[i] = variance > least_variance ? value : 0;
    }
}

/* Correlates the patch with every square of the window. */
OMR_VECTOR_CLONES static void
correlate(OmrSearch *search, const OmrSought *sought)
{
    int side = 2 * sought->half + 1, n = 2 * sought->radius + 1, width = side + n - 1;
    OmrPattern pattern = {sought->patch->values, OMR_PATCH_STRIDE, side};

    memset(search->sums, 0, sizeof search->sums);
    memset(search->squares, 0, sizeof search->squares);
    for (int row = 0; row < side - 1; row++)
        add_row(search->sums, search->squares, search->values + row * STRIDE, width, 1);
    for (int top = 0; top < n; top++) {
        const guint8 *values = search->values + top * STRIDE;
        add_row(search->sums, search->squares, values + (side - 1) * STRIDE, width, 1);
        find_variances(search, side, n);
        omr_products(values, STRIDE, &pattern, n, search->product);
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
