/* What the virtual feeder delivers of an image, in every form that SANE has, through the real libsane. */
#include "virtual-fixture.h"

#include <png.h>
#include <string.h>
#include <turbojpeg.h>

/* ---- pages ---- */

static GByteArray *
luma_of(const GByteArray *colour)
{
    GByteArray *grey = virtual_bytes(colour->len / 3);
    for (guint i = 0; i < grey->len; i++) {
        const guint8 *at = colour->data + 3 * i;
        grey->data[i] = (guint8)(0.299 * at[0] + 0.587 * at[1] + 0.114 * at[2] + 0.5);
    }
    return grey;
}

/* ---- kinds of files ---- */

static GByteArray *
decoded(const GByteArray *jpeg, int format)
{
    GByteArray *pixels = virtual_bytes((gsize)tjPixelSize[format] * N_PIXELS);
    tjhandle decoder = tjInitDecompress();
    g_assert_cmpint(tjDecompress2(decoder, jpeg->data, jpeg->len, pixels->data, PAGE_WIDTH_PX, 0,
                                  PAGE_HEIGHT_PX, format, 0),
                    ==, 0);
    tjDestroy(decoder);
    return pixels;
}

static void
test_jpeg(void)
{
    char *folder = virtual_folder(0, NULL);
    g_autoptr(GByteArray) page = virtual_colour_page(1), jpeg = virtual_jpeg(page);
    g_autoptr(GByteArray) grey = decoded(jpeg, TJPF_GRAY), colour = decoded(jpeg, TJPF_RGB);
    virtual_write(folder, "1.jpg", jpeg->data, jpeg->len);
    virtual_write(folder, "2.JPEG", jpeg->data, jpeg->len);
    SANE_Handle handle = virtual_open(folder);
    virtual_expect_bytes(handle, grey);
    sane_cancel(handle);
    virtual_set(handle, "first-sheet", 1);
    virtual_set_word(handle, "mode", "Color");
    virtual_expect_bytes(handle, colour);
    virtual_expect_bytes(handle, colour);
    virtual_expect_end(handle);
    sane_close(handle);
    virtual_remove(folder);
}

static void
write_png(const char *folder, const char *name, guint format, const GByteArray *rows)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = PAGE_WIDTH_PX, .height = PAGE_HEIGHT_PX, .format = format};
    g_assert_true(png_image_write_to_file(&image, path, 0, rows->data, 0, NULL));
}

static void
test_png(void)
{
    char *folder = virtual_folder(0, NULL);
    g_autoptr(GByteArray) grey = virtual_page(1), colour = virtual_colour_page(2), luma = luma_of(colour);
    write_png(folder, "1.png", PNG_FORMAT_GRAY, grey);
    write_png(folder, "2.png", PNG_FORMAT_RGB, colour);
    SANE_Handle handle = virtual_open(folder);
    virtual_expect_bytes(handle, grey);
    virtual_expect_near(handle, luma, 1);
    virtual_expect_end(handle);
    virtual_set(handle, "first-sheet", 1);
    virtual_set_word(handle, "mode", "Color");
    g_autoptr(GByteArray) grey_in_colour = virtual_bytes(3 * N_PIXELS);
    for (guint i = 0; i < N_PIXELS; i++)
        memset(grey_in_colour->data + 3 * i, grey->data[i], 3);
    virtual_expect_bytes(handle, grey_in_colour);
    virtual_expect_bytes(handle, colour);
    sane_close(handle);
    virtual_remove(folder);
}

/* What is transparent lies on white. */
static void
test_png_alpha(void)
{
    char *folder = virtual_folder(0, NULL);
    g_autoptr(GByteArray) page = virtual_page(1), with_alpha = virtual_bytes(2 * N_PIXELS);
    for (guint i = 0; i < N_PIXELS; i++) {
        with_alpha->data[2 * i] = page->data[i];
        with_alpha->data[2 * i + 1] = i % 3 == 0 ? 0 : 255;
        page->data[i] = i % 3 == 0 ? 255 : page->data[i];
    }
    write_png(folder, "1.png", PNG_FORMAT_GA, with_alpha);
    SANE_Handle handle = virtual_open(folder);
    virtual_expect_bytes(handle, page);
    sane_close(handle);
    virtual_remove(folder);
}

static void
test_pnm(void)
{
    char *folder = virtual_folder(0, NULL);
    g_autoptr(GByteArray) colour = virtual_colour_page(1), luma = luma_of(colour), grey = virtual_page(2);
    guint pitch = (PAGE_WIDTH_PX + 7) / 8;
    g_autoptr(GByteArray) bits = virtual_bytes((gsize)pitch * PAGE_HEIGHT_PX);
    memset(bits->data, 0, bits->len);
    for (guint i = 0; i < N_PIXELS; i++) {
        gboolean dark = grey->data[i] < 128;
        bits->data[i / PAGE_WIDTH_PX * pitch + i % PAGE_WIDTH_PX / 8] |=
            dark ? 0x80 >> i % PAGE_WIDTH_PX % 8 : 0;
        grey->data[i] = dark ? 0 : 255;
    }
    virtual_write_pnm(folder, "1.ppm", '6', PAGE_WIDTH_PX, PAGE_HEIGHT_PX, colour);
    virtual_write_pnm(folder, "2.pbm", '4', PAGE_WIDTH_PX, PAGE_HEIGHT_PX, bits);
    SANE_Handle handle = virtual_open(folder);
    virtual_expect_near(handle, luma, 1);
    virtual_expect_bytes(handle, grey);
    sane_cancel(handle);
    virtual_set(handle, "first-sheet", 1);
    virtual_set_word(handle, "mode", "Color");
    virtual_expect_bytes(handle, colour);
    sane_cancel(handle);
    virtual_set_word(handle, "source", "ADF Back");
    virtual_set_word(handle, "mode", "Lineart");
    virtual_set(handle, "first-sheet", 1);
    virtual_expect_bytes(handle, bits);
    sane_close(handle);
    virtual_remove(folder);
}

/* ---- modes ---- */

static void
test_parameters(void)
{
    static const struct {
        const char *mode;
        int depth, bytes_per_line;
        SANE_Frame format;
    } cases[] = {{"Gray", 8, PAGE_WIDTH_PX, SANE_FRAME_GRAY},
                 {"Gray", 16, 2 * PAGE_WIDTH_PX, SANE_FRAME_GRAY},
                 {"Color", 8, 3 * PAGE_WIDTH_PX, SANE_FRAME_RGB},
                 {"Color", 16, 6 * PAGE_WIDTH_PX, SANE_FRAME_RGB},
                 {"Lineart", 1, (PAGE_WIDTH_PX + 7) / 8, SANE_FRAME_GRAY}};
    for (guint i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        guint k = i / 2, padding = i % 2 == 1 ? 5 : 0;
        char *folder = virtual_folder(1, padding > 0 ? "[feeder]\nrow_padding=5\n" : NULL);
        SANE_Handle handle = virtual_open(folder);
        SANE_Parameters before;
        virtual_set_word(handle, "mode", cases[k].mode);
        if (cases[k].depth > 1)
            virtual_set(handle, "depth", cases[k].depth);
        g_assert_cmpint(sane_get_parameters(handle, &before), ==, SANE_STATUS_GOOD);
        g_auto(VirtualFed) fed = virtual_feed_by(handle, 4099);
        g_assert_cmpint(fed.end, ==, SANE_STATUS_EOF);
        g_assert_cmpmem(&fed.parameters, sizeof before, &before, sizeof before);
        g_assert_cmpint(before.format, ==, cases[k].format);
        g_assert_true(before.last_frame);
        g_assert_cmpint(before.depth, ==, cases[k].depth);
        g_assert_cmpint(before.pixels_per_line, ==, PAGE_WIDTH_PX);
        g_assert_cmpint(before.lines, ==, PAGE_HEIGHT_PX);
        g_assert_cmpint(before.bytes_per_line, ==, cases[k].bytes_per_line + (int)padding);
        g_assert_cmpint((int)fed.bytes->len, ==, before.bytes_per_line * before.lines);
        sane_close(handle);
        virtual_remove(folder);
    }
}

static void
test_lineart(void)
{
    char *folder = virtual_folder(1, NULL);
    SANE_Handle handle = virtual_open(folder);
    virtual_set_word(handle, "mode", "Lineart");
    g_auto(VirtualFed) fed = virtual_feed(handle);
    guint pitch = (guint)fed.parameters.bytes_per_line, wrong = 0;
    for (int y = 0; y < PAGE_HEIGHT_PX; y++)
        for (int x = 0; x < PAGE_WIDTH_PX; x++) {
            gboolean dark = (fed.bytes->data[(guint)y * pitch + (guint)x / 8] & (0x80 >> x % 8)) != 0;
            wrong += dark != (virtual_pixel(1, x, y) < 128);
        }
    g_assert_cmpuint(wrong, ==, 0);
    sane_close(handle);
    virtual_remove(folder);
}

static void
test_sixteen_bits(void)
{
    char *folder = virtual_folder(0, NULL);
    g_autoptr(GByteArray) page = virtual_colour_page(1), wide = virtual_bytes(6 * N_PIXELS);
    for (guint i = 0; i < page->len; i++) {
        guint16 value = (guint16)(page->data[i] * 257);
        memcpy(wide->data + 2 * i, &value, 2);
    }
    virtual_write_pnm(folder, "1.ppm", '6', PAGE_WIDTH_PX, PAGE_HEIGHT_PX, page);
    SANE_Handle handle = virtual_open(folder);
    virtual_set_word(handle, "mode", "Color");
    virtual_set(handle, "depth", 16);
    virtual_expect_bytes(handle, wide);
    sane_close(handle);
    virtual_remove(folder);
}

static void
expect_pass(SANE_Handle handle, const GByteArray *colour, int channel)
{
    static const SANE_Frame formats[] = {SANE_FRAME_RED, SANE_FRAME_GREEN, SANE_FRAME_BLUE};
    g_autoptr(GByteArray) wanted = virtual_bytes(N_PIXELS);
    for (guint i = 0; i < N_PIXELS; i++)
        wanted->data[i] = colour->data[3 * i + (guint)channel];
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_assert_cmpint(fed.end, ==, SANE_STATUS_EOF);
    g_assert_cmpint(fed.parameters.format, ==, formats[channel]);
    g_assert_cmpint(fed.parameters.last_frame, ==, channel == 2);
    g_assert_cmpmem(fed.bytes->data, fed.bytes->len, wanted->data, wanted->len);
}

static void
test_three_pass(void)
{
    char *folder = virtual_folder(0, "[feeder]\nthree_pass=true\n");
    g_autoptr(GByteArray) front = virtual_colour_page(1), back = virtual_colour_page(2);
    virtual_write_pnm(folder, "1.ppm", '6', PAGE_WIDTH_PX, PAGE_HEIGHT_PX, front);
    virtual_write_pnm(folder, "2.ppm", '6', PAGE_WIDTH_PX, PAGE_HEIGHT_PX, back);
    SANE_Handle handle = virtual_open(folder);
    virtual_set_word(handle, "mode", "Color");
    for (int i = 0; i < 6; i++)
        expect_pass(handle, i < 3 ? front : back, i % 3);
    virtual_expect_end(handle);

    /* a cancel ends the side, whichever pass it is in */
    virtual_set(handle, "first-sheet", 1);
    expect_pass(handle, front, 0);
    sane_cancel(handle);
    virtual_expect_end(handle);

    /* other modes know no passes */
    virtual_set(handle, "first-sheet", 1);
    virtual_set_word(handle, "mode", "Gray");
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_assert_true(fed.parameters.last_frame);
    sane_close(handle);
    virtual_remove(folder);
}

static void
test_padding(void)
{
    char *folder = virtual_folder(1, "[feeder]\nrow_padding=13\n");
    SANE_Handle handle = virtual_open(folder);
    g_auto(VirtualFed) fed = virtual_feed_by(handle, 777);
    g_autoptr(GByteArray) page = virtual_page(1);
    guint pitch = PAGE_WIDTH_PX + 13;
    g_assert_cmpuint(fed.bytes->len, ==, pitch * PAGE_HEIGHT_PX);
    for (guint y = 0; y < PAGE_HEIGHT_PX; y++) {
        g_assert_cmpmem(fed.bytes->data + y * pitch, PAGE_WIDTH_PX, page->data + y * PAGE_WIDTH_PX,
                        PAGE_WIDTH_PX);
        g_assert_cmpint(fed.bytes->data[y * pitch + PAGE_WIDTH_PX], ==, 0x55);
        g_assert_cmpint(fed.bytes->data[y * pitch + pitch - 1], ==, 0x55);
    }
    sane_close(handle);
    virtual_remove(folder);
}

/* Rows as long as the image's, but of fewer pixels. */
static void
test_padding_of_narrow_rows(void)
{
    char *folder = virtual_folder(1, "[feeder]\nrow_padding=7\n");
    SANE_Handle handle = virtual_open(folder);
    virtual_set_mm(handle, "br-x", (PAGE_WIDTH_PX - 7) * 0.254);
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_assert_cmpint(fed.parameters.bytes_per_line, ==, PAGE_WIDTH_PX);
    g_assert_cmpint(fed.bytes->data[PAGE_WIDTH_PX - 8], ==, virtual_pixel(1, PAGE_WIDTH_PX - 8, 0));
    g_assert_cmpint(fed.bytes->data[PAGE_WIDTH_PX - 7], ==, 0x55);
    sane_close(handle);
    virtual_remove(folder);
}

/* The page ends with the paper, or with the window if that ends sooner. */
static void
test_unknown_height(void)
{
    char *folder = virtual_folder(2, "[feeder]\nunknown_height=true\n");
    SANE_Handle handle = virtual_open(folder);
    virtual_set_mm(handle, "page-height", 400);
    virtual_set_mm(handle, "br-y", 400);
    g_auto(VirtualFed) whole = virtual_feed(handle);
    g_autoptr(GByteArray) page = virtual_page(1);
    g_assert_cmpint(whole.parameters.lines, ==, -1);
    g_assert_cmpmem(whole.bytes->data, whole.bytes->len, page->data, page->len);
    sane_cancel(handle);

    virtual_set(handle, "first-sheet", 1);
    virtual_set_mm(handle, "br-y", 25.4);
    g_auto(VirtualFed) cut = virtual_feed(handle);
    g_assert_cmpint(cut.parameters.lines, ==, -1);
    g_assert_cmpmem(cut.bytes->data, cut.bytes->len, page->data, 100 * PAGE_WIDTH_PX);
    sane_close(handle);
    virtual_remove(folder);
}

static void
test_upside_down(void)
{
    char *folder = virtual_folder(2, "[feeder]\nupside_down_backs=true\n");
    g_autoptr(GByteArray) back = virtual_page(2), grey = virtual_turned(back, 1),
                          colour = virtual_colour_page(4);
    g_autoptr(GByteArray) colour_back = virtual_turned(colour, 3);
    virtual_write_pnm(folder, "3.ppm", '6', PAGE_WIDTH_PX, PAGE_HEIGHT_PX, colour);
    virtual_write_pnm(folder, "4.ppm", '6', PAGE_WIDTH_PX, PAGE_HEIGHT_PX, colour);
    SANE_Handle handle = virtual_open(folder);
    virtual_expect(handle, 1);
    virtual_expect_bytes(handle, grey);
    sane_cancel(handle);
    virtual_set_word(handle, "mode", "Color");
    virtual_expect_bytes(handle, colour);
    virtual_expect_bytes(handle, colour_back);
    sane_close(handle);
    virtual_remove(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/virtual-formats/jpeg", test_jpeg);
    g_test_add_func("/virtual-formats/png", test_png);
    g_test_add_func("/virtual-formats/png-alpha", test_png_alpha);
    g_test_add_func("/virtual-formats/pnm", test_pnm);
    g_test_add_func("/virtual-formats/parameters", test_parameters);
    g_test_add_func("/virtual-formats/lineart", test_lineart);
    g_test_add_func("/virtual-formats/sixteen-bits", test_sixteen_bits);
    g_test_add_func("/virtual-formats/three-pass", test_three_pass);
    g_test_add_func("/virtual-formats/padding", test_padding);
    g_test_add_func("/virtual-formats/padding-of-narrow-rows", test_padding_of_narrow_rows);
    g_test_add_func("/virtual-formats/unknown-height", test_unknown_height);
    g_test_add_func("/virtual-formats/upside-down", test_upside_down);
    return g_test_run();
}
