/* Pages as they are kept: scanner/scanner-keep.h. */
#include "scanner-keep.h"

#include <string.h>
#include <turbojpeg.h>

/* JFIF's head: unit and density are ours, TurboJPEG leaves them open. */
#define HEAD 20

static void
pix_free(PIX *pix)
{
    pixDestroy(&pix);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PIX, pix_free)

/* Smooth light with some detail, another at every place. */
static PIX *
make_pix(int width, int height, int depth)
{
    PIX *pix = pixCreate(width, height, depth);
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) {
            guint32 grey = (guint32)(40 + (x * 3 + y * 2) % 160 + (x * y) % 7);
            guint32 bit = (guint32)((x / 3 + y / 2) % 2);
            pixSetPixel(pix, x, y,
                        depth == 1   ? bit
                        : depth == 8 ? grey
                                     : grey << 24 | (255 - grey) << 16 | (grey / 2) << 8);
        }
    return pix;
}

static GBytes *
keep(PIX *pix, ScannerKeep how, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    const char *ending = NULL;
    ScannerPage page = {.pix = pix, .dpi_x = 300, .dpi_y = 299.6};
    GBytes *kept = scanner_page_encode(&page, how, &ending, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(ending, ==, wanted);
    return kept;
}

static void
check_as_turbojpeg(PIX *pix, GBytes *kept)
{
    gsize length;
    const guint8 *bytes = g_bytes_get_data(kept, &length);
    const guint8 jfif[] = {'J', 'F', 'I', 'F', 0, 1, 1, 1, 300 / 256, 300 % 256, 300 / 256, 300 % 256};
    g_assert_cmpuint(length, >, HEAD);
    g_assert_cmpmem(bytes + 6, sizeof jfif, jfif, sizeof jfif);

    gboolean grey = pixGetDepth(pix) == 8;
    PIX *swapped = pixEndianByteSwapNew(pix);
    tjhandle encoder = tjInitCompress();
    guint8 *wanted = NULL;
    gulong wanted_length = 0;
    g_assert_cmpint(tjCompress2(encoder, (const guint8 *)pixGetData(swapped), pixGetWidth(pix),
                                pixGetWpl(pix) * 4, pixGetHeight(pix), grey ? TJPF_GRAY : TJPF_RGBX, &wanted,
                                &wanted_length, grey ? TJSAMP_GRAY : TJSAMP_420, 90, 0),
                    ==, 0);
    g_assert_cmpmem(bytes + HEAD, length - HEAD, wanted + HEAD, wanted_length - HEAD);
    tjFree(wanted);
    tjDestroy(encoder);
    pixDestroy(&swapped);
}

/* Widths and heights that are and are not whole words, whole blocks, whole pairs of blocks. */
static const int sizes[][2] = {{64, 64}, {61, 47}, {62, 9}, {8, 8}, {1, 1}, {33, 31}, {1203, 801}};

static void
test_jpeg(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++)
        for (int depth = 8; depth <= 32; depth += 24) {
            g_autoptr(PIX) pix = make_pix(sizes[i][0], sizes[i][1], depth);
            g_autoptr(GBytes) kept = keep(pix, SCANNER_KEEP_JPEG, "jpg");
            check_as_turbojpeg(pix, kept);
        }
}

static void
test_lossless(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++)
        for (int depth = 1; depth <= 32; depth = depth == 1 ? 8 : depth + 24) {
            g_autoptr(PIX) pix = make_pix(sizes[i][0], sizes[i][1], depth);
            g_autoptr(GBytes) kept = keep(pix, SCANNER_KEEP_LOSSLESS, depth == 1 ? "tif" : "png");
            gsize length;
            const guint8 *bytes = g_bytes_get_data(kept, &length);
            g_autoptr(PIX) read = pixReadMem(bytes, length);
            l_int32 same = 0;
            g_assert_nonnull(read);
            g_assert_cmpint(pixEqual(pix, read, &same), ==, 0);
            g_assert_cmpint(same, ==, 1);
            g_assert_cmpint(pixGetXRes(read), ==, 300);
        }
}

/* Noise does not fit into the room that a JPEG is given at first. */
static void
test_grows(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    g_autoptr(PIX) pix = pixCreate(1024, 1024, 8);
    for (int i = 0; i < 1024 * 256; i++)
        pixGetData(pix)[i] = g_rand_int(random);
    g_autoptr(GBytes) kept = keep(pix, SCANNER_KEEP_JPEG, "jpg");
    g_assert_cmpuint(g_bytes_get_size(kept), >, 1024 * 1024 / 4);
    check_as_turbojpeg(pix, kept);
}

static void
test_thumbnail(void)
{
    for (int depth = 1; depth <= 32; depth = depth == 1 ? 8 : depth + 24) {
        g_autoptr(GError) error = NULL;
        g_autoptr(PIX) pix = make_pix(960, 1200, depth);
        ScannerPage page = {.pix = pix, .dpi_x = 300, .dpi_y = 300};
        g_autoptr(GBytes) kept = scanner_page_thumbnail(&page, &error);
        g_assert_no_error(error);
        gsize length;
        const guint8 *bytes = g_bytes_get_data(kept, &length);
        g_autoptr(PIX) read = pixReadMem(bytes, length);
        g_assert_nonnull(read);
        g_assert_cmpint(pixGetHeight(read), ==, SCANNER_THUMBNAIL_PX);
        g_assert_cmpint(pixGetWidth(read), ==, SCANNER_THUMBNAIL_PX * 960 / 1200);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/keep/jpeg", test_jpeg);
    g_test_add_func("/keep/lossless", test_lossless);
    g_test_add_func("/keep/grows", test_grows);
    g_test_add_func("/keep/thumbnail", test_thumbnail);
    return g_test_run();
}
