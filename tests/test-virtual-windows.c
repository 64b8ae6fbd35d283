/* Windows and resolutions of the virtual feeder, through the real libsane. */
#include "virtual-fixture.h"

#include <string.h>

/* ---- windows ---- */

/* Pixels from (x, y) on of a page, white beyond it. */
static GByteArray *
window_of(const GByteArray *page, int x, int y, int width, int height)
{
    GByteArray *cut = virtual_bytes((gsize)width * (gsize)height);
    for (int i = 0; i < width * height; i++) {
        int from_x = x + i % width, from_y = y + i / width;
        cut->data[i] = from_x < PAGE_WIDTH_PX && from_y < PAGE_HEIGHT_PX
                           ? page->data[from_y * PAGE_WIDTH_PX + from_x]
                           : 255;
    }
    return cut;
}

/* At 100 dpi, in pixels. */
static void
set_window(SANE_Handle handle, int x, int y, int width, int height)
{
    virtual_set_mm(handle, "page-width", 300);
    virtual_set_mm(handle, "page-height", 600);
    virtual_set_mm(handle, "tl-x", x * 0.254);
    virtual_set_mm(handle, "tl-y", y * 0.254);
    virtual_set_mm(handle, "br-x", (x + width) * 0.254);
    virtual_set_mm(handle, "br-y", (y + height) * 0.254);
}

static void
test_windows(void)
{
    static const int cases[][4] = {{0, 0, PAGE_WIDTH_PX, 1500}, {0, 50, PAGE_WIDTH_PX, 1500},
                                   {0, 0, 900, 1200},           {100, 200, 300, 400},
                                   {800, 1100, 200, 200},       {0, 1200, PAGE_WIDTH_PX, 100},
                                   {50, 0, PAGE_WIDTH_PX, 100}, {900, 0, 100, 100}};
    char *folder = virtual_folder(2, "[feeder]\nupside_down_backs=true\n");
    g_autoptr(GByteArray) page = virtual_page(1), back = virtual_page(2),
                          back_turned = virtual_turned(back, 1);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const int *at = cases[i];
        SANE_Handle handle = virtual_open(folder);
        set_window(handle, at[0], at[1], at[2], at[3]);
        g_autoptr(GByteArray) cut = window_of(page, at[0], at[1], at[2], at[3]);
        g_autoptr(GByteArray) cut_back = window_of(back_turned, at[0], at[1], at[2], at[3]);
        virtual_expect_bytes(handle, cut);
        virtual_expect_bytes(handle, cut_back);
        sane_close(handle);
    }
    virtual_remove(folder);
}

/* ---- resolution ---- */

static void
test_halved(void)
{
    char *folder = virtual_folder(0, NULL);
    g_autoptr(GByteArray) page = virtual_bytes(1654 * 2340), wanted = virtual_bytes(827 * 1170);
    for (guint i = 0; i < page->len; i++)
        page->data[i] = virtual_pixel(1, (int)(i % 1654), (int)(i / 1654));
    for (guint i = 0; i < wanted->len; i++) {
        const guint8 *at = page->data + (i / 827 * 2) * 1654 + i % 827 * 2;
        wanted->data[i] = (guint8)((at[0] + at[1] + at[1654] + at[1655] + 2) / 4);
    }
    virtual_write_pnm(folder, "1.pgm", '5', 1654, 2340, page);
    SANE_Handle handle = virtual_open(folder);
    g_assert_cmpint(virtual_get(handle, "resolution"), ==, 200);
    virtual_expect_bytes(handle, page);
    sane_cancel(handle);
    virtual_set(handle, "resolution", 100);
    virtual_set(handle, "first-sheet", 1);
    virtual_expect_near(handle, wanted, 1);
    sane_close(handle);
    virtual_remove(folder);
}

static void
test_other_resolutions(void)
{
    static const int cases[][3] = {{75, 620, 877}, {99, 819, 1157}, {300, 2481, 3507}, {600, 4962, 7014}};
    char *folder = virtual_folder(0, NULL);
    g_autoptr(GByteArray) page = virtual_bytes(N_PIXELS);
    memset(page->data, 77, page->len);
    virtual_write_pnm(folder, "1.pgm", '5', PAGE_WIDTH_PX, PAGE_HEIGHT_PX, page);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        SANE_Handle handle = virtual_open(folder);
        virtual_set(handle, "resolution", cases[i][0]);
        g_auto(VirtualFed) fed = virtual_feed(handle);
        g_assert_cmpint(fed.parameters.pixels_per_line, ==, cases[i][1]);
        g_assert_cmpint(fed.parameters.lines, ==, cases[i][2]);
        guint other = 0;
        for (guint k = 0; k < fed.bytes->len; k++)
            other += fed.bytes->data[k] != 77;
        g_assert_cmpuint(other, ==, 0);
        sane_close(handle);
    }
    virtual_remove(folder);
}

/* A file's own word, where a sheet in a feeder could have it. */
static void
test_dpi_of_file(void)
{
    static const struct {
        int unit, x, y, dpi;
        double width_mm, height_mm;
    } cases[] = {{1, 200, 200, 200, PAGE_WIDTH_PX * 0.127, PAGE_HEIGHT_PX * 0.127},
                 {1, 200, 100, 200, PAGE_WIDTH_PX * 0.127, PAGE_HEIGHT_PX * 0.254},
                 {2, 59, 59, 150, PAGE_WIDTH_PX * 25.4 / 150, PAGE_HEIGHT_PX * 25.4 / 150},
                 {0, 1, 1, 100, PAGE_WIDTH_PX * 0.254, PAGE_HEIGHT_PX * 0.254},
                 {1, 50, 50, 100, PAGE_WIDTH_PX * 0.254, PAGE_HEIGHT_PX * 0.254},
                 {1, 1200, 1200, 100, PAGE_WIDTH_PX * 0.254, PAGE_HEIGHT_PX * 0.254},
                 {1, 200, 0, 100, PAGE_WIDTH_PX * 0.254, PAGE_HEIGHT_PX * 0.254}};
    g_autoptr(GByteArray) page = virtual_colour_page(1), jpeg = virtual_jpeg(page);
    char *folder = virtual_folder(0, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        jpeg->data[13] = (guint8)cases[i].unit;
        jpeg->data[14] = (guint8)(cases[i].x >> 8), jpeg->data[15] = (guint8)cases[i].x;
        jpeg->data[16] = (guint8)(cases[i].y >> 8), jpeg->data[17] = (guint8)cases[i].y;
        virtual_write(folder, "1.jpg", jpeg->data, jpeg->len);
        SANE_Handle handle = virtual_open(folder);
        g_assert_cmpint(virtual_get(handle, "resolution"), ==, cases[i].dpi);
        g_assert_cmpfloat_with_epsilon(virtual_get_mm(handle, "br-x"), cases[i].width_mm, 0.001);
        g_assert_cmpfloat_with_epsilon(virtual_get_mm(handle, "page-height"), cases[i].height_mm, 0.001);
        sane_close(handle);
    }
    virtual_remove(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/virtual-windows/windows", test_windows);
    g_test_add_func("/virtual-windows/halved", test_halved);
    g_test_add_func("/virtual-windows/other-resolutions", test_other_resolutions);
    g_test_add_func("/virtual-windows/dpi-of-file", test_dpi_of_file);
    return g_test_run();
}
