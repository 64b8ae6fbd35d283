/* Bilinear values in equal steps: a sixth of what reading a page costs goes through here. */
#include <math.h>
#include <string.h>

#include "image-private.h"

/* Values are made in runs of so many: places within a run are counted in 1/256 px from its first, which fits
 * 16 bits. */
#define RUN 8

/* Rows of a window are far apart in memory, which processors do not foresee: they are asked for so many rows
 * ahead, one place in so many. Where the page is not in the cache that takes a quarter of the time. */
#define FETCH_AHEAD  12
#define FETCH_PLACES 32

/* A run of a row of a raster: its first place in 1/256 px, and how many. */
typedef struct {
    gint32 x, y;
    int n;
} Run;

/* From a run's first place to each of its places, in 1/256 px. */
typedef struct {
    gint32 x[RUN], y[RUN];
} Offsets;

static void
sample_run(const OmrImage *image, const Run *run, const Offsets *to, guint8 *out)
{
    for (int i = 0; i < run->n; i++) {
        gint32 x = run->x + to->x[i], y = run->y + to->y[i];
        const guint8 *above = image->pixels + (gsize)(y >> 8) * (gsize)image->stride + (x >> 8);
        const guint8 *below = above + image->stride;
        gint32 right = x & 255, down = y & 255;
        gint32 top = above[0] * 256 + right * (above[1] - above[0]);
        gint32 bottom = below[0] * 256 + right * (below[1] - below[0]);
        out[i] = (guint8)((top - (top * down >> 8) + (bottom * down >> 8)) >> 8);
    }
}

/* Runs of a row, one after the other. */
typedef struct {
    gint32 x, y, step_x, step_y; /* the first place of a run, and from run to run, in 1/65536 px */
} Walk;

static inline Run
next_run(Walk *walk, int left)
{
    Run run = {walk->x >> 8, walk->y >> 8, MIN(RUN, left)};

    walk->x += walk->step_x;
    walk->y += walk->step_y;
    return run;
}

static void
sample_row(const OmrImage *image, Walk walk, const Offsets *to, int width, guint8 *out)
{
    for (int column = 0; column < width; column += RUN) {
        Run run = next_run(&walk, width - column);
        sample_run(image, &run, to, out + column);
    }
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

/* The same for runs that stay within 16 columns and two neighbouring rows. */
#define MOST_ACROSS 1.9
#define MOST_DOWN   0.14

/* Eight 16-bit values between the row at `above` and the next. `left` picks each place's pixel out of the 16
 * from there, `right` the next one; `across` and `down` are the places' parts of a pixel, `down` × 256. */
__attribute__((target("ssse3"))) static inline __m128i
between_rows(const guint8 *above, int stride, __m128i left, __m128i right, __m128i across, __m128i down)
{
    __m128i upper = _mm_loadu_si128((const __m128i *)(const void *)above);
    __m128i lower = _mm_loadu_si128((const __m128i *)(const void *)(above + stride));
    __m128i upper_left = _mm_shuffle_epi8(upper, left), lower_left = _mm_shuffle_epi8(lower, left);
    __m128i upper_step = _mm_sub_epi16(_mm_shuffle_epi8(upper, right), upper_left);
    __m128i lower_step = _mm_sub_epi16(_mm_shuffle_epi8(lower, right), lower_left);
    __m128i top = _mm_add_epi16(_mm_slli_epi16(upper_left, 8), _mm_mullo_epi16(upper_step, across));
    __m128i bottom = _mm_add_epi16(_mm_slli_epi16(lower_left, 8), _mm_mullo_epi16(lower_step, across));

    top = _mm_sub_epi16(top, _mm_mulhi_epu16(top, down));
    return _mm_srli_epi16(_mm_add_epi16(top, _mm_mulhi_epu16(bottom, down)), 8);
}

/* They fit 16 bits where steps are as small as this. */
static inline __m128i
load_offsets(const gint32 *offsets)
{
    const __m128i *at = (const __m128i *)(const void *)offsets;

    return _mm_packs_epi32(_mm_loadu_si128(at), _mm_loadu_si128(at + 1));
}

__attribute__((target("ssse3"))) static inline void
sample_run_at_once(const OmrImage *image, const Run *run, const Offsets *to, guint8 *out)
{
    const __m128i low_byte = _mm_set1_epi16(255), no_high_byte = _mm_set1_epi16((gint16)0x8000);
    gint32 last_x = run->x + to->x[run->n - 1], last_y = run->y + to->y[run->n - 1];
    int column = MIN(run->x, last_x) >> 8, first_row = run->y >> 8, last_row = last_y >> 8;
    const guint8 *at = image->pixels + (gsize)first_row * (gsize)image->stride + column;

    __m128i x = _mm_add_epi16(load_offsets(to->x), _mm_set1_epi16((gint16)(run->x - column * 256)));
    __m128i y = _mm_add_epi16(load_offsets(to->y), _mm_set1_epi16((gint16)(run->y & 255)));
    __m128i left = _mm_or_si128(_mm_srli_epi16(x, 8), no_high_byte);
    __m128i right = _mm_add_epi16(left, _mm_set1_epi16(1));
    __m128i across = _mm_and_si128(x, low_byte), down = _mm_slli_epi16(y, 8);
    __m128i values = between_rows(at, image->stride, left, right, across, down);
    if (last_row != first_row) {
        __m128i others = between_rows(at + (last_row - first_row) * image->stride, image->stride, left, right,
                                      across, down);
        __m128i is_first = _mm_cmpeq_epi16(_mm_srai_epi16(y, 8), _mm_setzero_si128());
        values = _mm_or_si128(_mm_and_si128(is_first, values), _mm_andnot_si128(is_first, others));
    }
    _mm_storel_epi64((__m128i *)(void *)out, _mm_packus_epi16(values, values));
}

__attribute__((target("ssse3"))) static void
sample_row_at_once(const OmrImage *image, Walk walk, const Offsets *to, int width, guint8 *out)
{
    int column = 0;

    for (; column + RUN <= width; column += RUN) {
        Run run = next_run(&walk, RUN);
        sample_run_at_once(image, &run, to, out + column);
    }
    if (column < width) {
        Run run = next_run(&walk, width - column);
        guint8 values[RUN];
        sample_run_at_once(image, &run, to, values);
        memcpy(out + column, values, (gsize)run.n);
    }
}

static gboolean
can_at_once(double across_x, double across_y)
{
    return fabs(across_x) <= MOST_ACROSS && fabs(across_y) <= MOST_DOWN && __builtin_cpu_supports("ssse3");
}
#else
static void
sample_row_at_once(const OmrImage *image, Walk walk, const Offsets *to, int width, guint8 *out)
{
    sample_row(image, walk, to, width, out);
}

static gboolean
can_at_once(double across_x, double across_y)
{
    (void)across_x;
    (void)across_y;
    return FALSE;
}
#endif

/* Places in whole numbers are off by less than this, px: those nearer to an edge are not read by them. */
#define SLIP 0.01

static gboolean
holds(const OmrImage *image, double x, double y)
{
    return x >= SLIP && y >= SLIP && x < image->width - 1 - SLIP && y < image->height - 1 - SLIP;
}

/* A row with places outside the image, or at its very edge. */
static void
sample_edge(const OmrImage *image, const OmrRaster *row, int width, guint8 *out)
{
    for (int i = 0; i < width; i++)
        out[i] = (guint8)omr_image_at(image, (float)(row->x + row->across_x * i),
                                      (float)(row->y + row->across_y * i));
}

/* A raster from one of its rows on. */
static inline OmrRaster
from_row(const OmrRaster *raster, int row)
{
    OmrRaster rest = *raster;

    rest.x += raster->down_x * row;
    rest.y += raster->down_y * row;
    return rest;
}

static gboolean
holds_row(const OmrImage *image, const OmrRaster *row, int width)
{
    return holds(image, row->x, row->y) &&
           holds(image, row->x + row->across_x * (width - 1), row->y + row->across_y * (width - 1));
}

/* In line, as GCC takes a function that does nothing but this for one without effect and drops its calls. */
G_ALWAYS_INLINE static inline void
fetch_row(const OmrImage *image, const OmrRaster *row, int width)
{
    for (int next = 0; next < width - 1 + FETCH_PLACES; next += FETCH_PLACES) {
        int i = MIN(next, width - 1);
        gsize x = (gsize)(row->x + row->across_x * i), y = (gsize)(row->y + row->across_y * i);
        __builtin_prefetch(image->pixels + y * (gsize)image->stride + x);
    }
}

void
omr_image_sample(const OmrImage *image, const OmrRaster *raster, int width, int height, guint8 *out,
                 int stride)
{
    gboolean at_once = can_at_once(raster->across_x, raster->across_y);
    OmrRaster last = from_row(raster, height - 1);
    gboolean within = holds_row(image, raster, width) && holds_row(image, &last, width);
    Offsets to;

    for (int i = 0; i < RUN; i++) {
        to.x[i] = (gint32)lrint(raster->across_x * i * 256);
        to.y[i] = (gint32)lrint(raster->across_y * i * 256);
    }
    gint32 step_x = (gint32)lrint(raster->across_x * RUN * 65536),
           step_y = (gint32)lrint(raster->across_y * RUN * 65536);
    for (int row = -FETCH_AHEAD; row < height; row++) {
        OmrRaster ahead = from_row(raster, row + FETCH_AHEAD), line = from_row(raster, row);
        if (row + FETCH_AHEAD < height && (within || holds_row(image, &ahead, width)))
            fetch_row(image, &ahead, width);
        if (row < 0)
            continue;
        if (!within && !holds_row(image, &line, width)) {
            sample_edge(image, &line, width, out + row * stride);
            continue;
        }
        Walk walk = {(gint32)(line.x * 65536), (gint32)(line.y * 65536), step_x, step_y};
        if (at_once)
            sample_row_at_once(image, walk, &to, width, out + row * stride);
        else
            sample_row(image, walk, &to, width, out + row * stride);
    }
}

/* A level with the pixels that a raster is sampled from. */
static const OmrImage *
image_of(const OmrPyramid *pyramid, int level, const OmrRaster *raster, int width, int height)
{
    double across = raster->across_y * (width - 1), down = raster->down_y * (height - 1);
    double top = raster->y + MIN(across, 0) + MIN(down, 0),
           bottom = raster->y + MAX(across, 0) + MAX(down, 0);
    double most = pyramid->level[level].height;

    return omr_pyramid_rows(pyramid, level, (int)CLAMP(top - 1, 0, most), (int)CLAMP(bottom + 2, 0, most));
}

void
omr_pyramid_sample(const OmrPyramid *pyramid, const OmrRaster *raster, int width, int height, guint8 *out,
                   int stride)
{
    double area = raster->across_x * raster->down_y - raster->across_y * raster->down_x;
    int level = omr_pyramid_level(pyramid, sqrt(fabs(area)));
    double factor = (double)(1 << level);
    OmrRaster scaled = {(raster->x + 0.5) / factor - 0.5, (raster->y + 0.5) / factor - 0.5,
                        raster->across_x / factor,        raster->across_y / factor,
                        raster->down_x / factor,          raster->down_y / factor};

    omr_image_sample(image_of(pyramid, level, &scaled, width, height), &scaled, width, height, out, stride);
}
