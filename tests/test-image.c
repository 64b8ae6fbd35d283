/* Sampling and correlating, against the plain formula: what vector code may get wrong at edges and in odd
 * sizes. */
#include <math.h>
#include <string.h>

#include "correlate-private.h"
#include "form-image.h"

static PIX *
new_noise(int width, int height, guint32 seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    PIX *pix = pixCreate(width, height, 8);

    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            pixSetPixel(pix, x, y, (l_uint32)g_rand_int_range(random, 0, 256));
    }
    return pix;
}

static int
value_of(const OmrImage *image, int x, int y)
{
    return image->pixels[(gsize)y * (gsize)image->stride + (gsize)x];
}

/* Every level is the 2 × 2 mean of the one before, in any size; level 0 is the page. */
static void
test_pyramid(void)
{
    static const int sides[][2] = {{613, 1205}, {640, 640}, {301, 299}, {606, 601}, {607, 608}, {1217, 603}};
    g_auto(OmrPyramid) pyramid = {0};

    for (gsize i = 0; i < G_N_ELEMENTS(sides); i++) {
        g_autoptr(PIX) pix = new_noise(sides[i][0], sides[i][1], (guint32)i);
        omr_pyramid_init(&pyramid, pix);
        const OmrImage *image = omr_pyramid_image(&pyramid, 0);
        g_assert_cmpint(image->width, ==, sides[i][0]);
        g_assert_cmpint(image->height, ==, sides[i][1]);
        for (int y = 0; y < image->height; y++) {
            for (int x = 0; x < image->width; x++) {
                l_uint32 value;
                pixGetPixel(pix, x, y, &value);
                g_assert_cmpint(value_of(image, x, y), ==, (int)value);
            }
        }
        for (int level = 1; level < pyramid.n_levels; level++) {
            const OmrImage *half = omr_pyramid_image(&pyramid, level);
            g_assert_cmpint(half->width, ==, image->width / 2);
            g_assert_cmpint(half->height, ==, image->height / 2);
            for (int y = 0; y < half->height; y++) {
                for (int x = 0; x < half->width; x++) {
                    int sum = value_of(image, 2 * x, 2 * y) + value_of(image, 2 * x + 1, 2 * y) +
                              value_of(image, 2 * x, 2 * y + 1) + value_of(image, 2 * x + 1, 2 * y + 1);
                    g_assert_cmpint(value_of(half, x, y), ==, (sum + 2) / 4);
                }
            }
            image = half;
        }
    }
}

/* A window of the page's own pixels is of this page, whatever was looked at of the one before. */
static void
test_rows(void)
{
    g_autoptr(PIX) before = new_noise(613, 705, 1), page = new_noise(613, 705, 2);
    g_auto(OmrPyramid) whole = {0}, parts = {0};
    guint8 wanted[40 * 30], got[40 * 30];

    omr_pyramid_init(&whole, page);
    omr_pyramid_image(&whole, 0);
    omr_pyramid_init(&parts, before);
    omr_pyramid_image(&parts, 0);
    omr_pyramid_init(&parts, page);
    for (int turn_deg = 0; turn_deg < 360; turn_deg += 15) {
        double c = cos(turn_deg * G_PI / 180), s = sin(turn_deg * G_PI / 180);
        for (int y = -20; y < 720; y += 61) {
            OmrRaster raster = {300.3, y, c, s, -s, c};
            omr_pyramid_sample(&whole, &raster, 40, 30, wanted, 40);
            omr_pyramid_sample(&parts, &raster, 40, 30, got, 40);
            g_assert_cmpmem(got, sizeof got, wanted, sizeof wanted);
        }
    }
}

/* A smooth picture, so that a slip of a pixel shows and rounding does not. */
static void
fill_smoothly(OmrImage *image, int width, int height)
{
    omr_image_init(image, width, height);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++)
            image->pixels[y * image->stride + x] =
                (guint8)(128 + 60 * sin(x * 0.31) + 60 * cos(y * 0.23 + x * 0.05));
    }
}

/* In every turn, in steps short and long, wholly inside and across every edge. */
static void
test_sample(void)
{
    static const double turns_deg[] = {0, 0.4, -0.4, 3, -7, 9, 45, 89.6, 90, 135, 179.8, 180, 181, -90};
    static const double steps[] = {0.3, 0.71, 1, 1.04, 1.4, 1.95, 3.7, 19};
    g_auto(OmrImage) image = {0};
    guint8 out[40 * 48];

    fill_smoothly(&image, 203, 157);
    for (gsize t = 0; t < G_N_ELEMENTS(turns_deg); t++) {
        for (gsize s = 0; s < G_N_ELEMENTS(steps); s++) {
            for (int start = 0; start < 24; start++) {
                double c = cos(turns_deg[t] * G_PI / 180) * steps[s],
                       k = sin(turns_deg[t] * G_PI / 180) * steps[s];
                OmrRaster raster = {start % 6 * 41.3 - 3, start / 6 * 52.7 - 1, c, k, -k, c};
                int width = 29 + start % 11, height = 17;
                omr_image_sample(&image, &raster, width, height, out, 48);
                for (int row = 0; row < height; row++) {
                    for (int column = 0; column < width; column++) {
                        float wanted = omr_image_at(&image, (float)(raster.x + c * column - k * row),
                                                    (float)(raster.y + k * column + c * row));
                        g_assert_cmpfloat(fabs(out[row * 48 + column] - wanted), <=, 1.5);
                    }
                }
            }
        }
    }
}

/* Along the very edges, where places in whole numbers could slip out of the image: all within is white, and
 * all beside it in memory black. */
static void
test_sample_edges(void)
{
    const int side = 96;
    g_autofree guint8 *memory = g_malloc0((gsize)side * (gsize)side * 3);
    OmrImage image = {.width = side, .height = side, .stride = side, .pixels = memory + side * side};
    guint8 out[80];

    memset(image.pixels, 255, (gsize)side * (gsize)side);
    for (double start = 0; start < 0.04; start += 0.0005) {
        for (double slope = -0.0005; slope < 0.0005; slope += 0.00001) {
            double far = side - 1 - start;
            const OmrRaster rasters[] = {
                {start + 5, start, 1, slope, 0, 1},   {start + 5, far, 1, slope, 0, -1},
                {start + 5, start, 2.5, slope, 0, 1}, {start, start + 5, slope, 1, 1, 0},
                {far, start + 5, slope, 1, -1, 0},    {far, start + 5, -1, slope, 0, 1}};
            for (guint i = 0; i < G_N_ELEMENTS(rasters); i++) {
                omr_image_sample(&image, &rasters[i], 30, 1, out, 30);
                for (int column = 0; column < 30; column++)
                    g_assert_cmpint(out[column], ==, 255);
            }
        }
    }
}

/* The correlation of a square with a patch, whose mean is 0. */
static double
correlation_of(const guint8 *values, int stride, const OmrPatch *patch, int side)
{
    double mean = 0, squares = 0, product = 0;

    for (int i = 0; i < side * side; i++)
        mean += values[i / side * stride + i % side] / (double)(side * side);
    for (int i = 0; i < side * side; i++) {
        double value = values[i / side * stride + i % side];
        squares += (value - mean) * (value - mean);
        product += value * patch->values[i / side * OMR_PATCH_STRIDE + i % side];
    }
    return product / (sqrt(squares) * patch->norm);
}

/* A piece of a picture is found where it is, with the correlation it has there, for every size and radius. */
static void
test_search(void)
{
    g_auto(OmrPyramid) pyramid = {0};
    g_autoptr(PIX) pix = new_noise(290, 280, 7);
    g_autoptr(OmrSearch) search = omr_search_new();
    gint16 values[(2 * OMR_PATCH_MAX_HALF + 1) * OMR_PATCH_STRIDE];

    omr_pyramid_init(&pyramid, pix);
    const OmrImage *image = omr_pyramid_image(&pyramid, 0);
    for (int half = 4; half <= OMR_PATCH_MAX_HALF; half++) {
        int side = 2 * half + 1, x = 120 + half, y = 141 - half;
        const guint8 *at = image->pixels + (y - half) * image->stride + x - half;
        OmrPatch patch = {.values = values};
        int sum = 0;
        for (int i = 0; i < side * side; i++)
            sum += at[i / side * image->stride + i % side];
        memset(values, 0, sizeof values);
        for (int i = 0; i < side * side; i++) {
            gint16 value = (gint16)(at[i / side * image->stride + i % side] - sum / (side * side));
            values[i / side * OMR_PATCH_STRIDE + i % side] = value;
            patch.norm += value * value;
        }
        patch.norm = sqrt(patch.norm);
        for (int radius = 2; radius <= OMR_SEARCH_MAX_PX; radius += 4) {
            int shift = radius - 1;
            OmrSought sought = {&patch, half, {x - shift, y + shift / 2}, {1, 0, 0, 1}, radius};
            OmrPoint offset = {0, 0};
            double score = omr_search(search, &pyramid, &sought, 0.5, &offset);
            g_assert_cmpfloat(fabs(offset.x - shift), <, 0.5);
            g_assert_cmpfloat(fabs(offset.y + shift / 2), <, 0.5);
            g_assert_cmpfloat(fabs(score - correlation_of(at, image->stride, &patch, side)), <, 1e-3);
            sought.centre.x -= 2;
            g_assert_cmpfloat(omr_search(search, &pyramid, &sought, 0.5, &offset), ==, 0);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/image/pyramid", test_pyramid);
    g_test_add_func("/image/rows", test_rows);
    g_test_add_func("/image/sample", test_sample);
    g_test_add_func("/image/sample/edges", test_sample_edges);
    g_test_add_func("/image/search", test_search);
    return g_test_run();
}
