/* The virtual feeder's pile and options, through the real libsane. */
#include "virtual-fixture.h"

#include <sane/saneopts.h>
#include <string.h>
#include <unistd.h>

/* ---- the pile ---- */

static void
test_duplex(void)
{
    char *folder = virtual_folder(12, NULL);
    SANE_Handle handle = virtual_open(folder);
    for (int side = 1; side <= 12; side++)
        virtual_expect(handle, side);
    virtual_expect_end(handle);
    sane_cancel(handle);
    virtual_expect_end(handle);
    sane_close(handle);

    handle = virtual_open(folder);
    virtual_expect(handle, 1);
    sane_close(handle);
    virtual_remove(folder);
}

static void
test_simplex(void)
{
    char *folder = virtual_folder(4, NULL);
    SANE_Handle handle = virtual_open(folder);
    virtual_set_word(handle, "source", "ADF Front");
    virtual_expect(handle, 1);
    virtual_expect(handle, 3);
    virtual_expect_end(handle);
    virtual_set_word(handle, "source", "ADF Back");
    virtual_set(handle, "first-sheet", 1);
    virtual_expect(handle, 2);
    virtual_expect(handle, 4);
    virtual_expect_end(handle);
    sane_close(handle);
    virtual_remove(folder);
}

static void
expect_blank(SANE_Handle handle)
{
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_assert_cmpint(fed.end, ==, SANE_STATUS_EOF);
    g_assert_cmpuint(fed.bytes->len, ==, PAGE_WIDTH_PX * PAGE_HEIGHT_PX);
    for (guint i = 0; i < fed.bytes->len; i++)
        if (fed.bytes->data[i] != 255)
            g_assert_cmpint(fed.bytes->data[i], ==, 255);
}

/* A sheet has a back, printed or not. */
static void
test_blank_backs(void)
{
    char *folder = virtual_folder(3, NULL);
    SANE_Handle handle = virtual_open(folder);
    for (int side = 1; side <= 3; side++)
        virtual_expect(handle, side);
    expect_blank(handle);
    virtual_expect_end(handle);
    sane_close(handle);

    virtual_write(folder, "feeder.conf", "[feeder]\nprinted_sides=1\n", 25);
    handle = virtual_open(folder);
    for (int side = 1; side <= 3; side++) {
        virtual_expect(handle, side);
        expect_blank(handle);
    }
    virtual_expect_end(handle);
    sane_close(handle);
    virtual_remove(folder);
}

static void
test_first_sheet(void)
{
    char *folder = virtual_folder(6, NULL);
    SANE_Handle handle = virtual_open(folder);
    g_assert_cmpint(virtual_get(handle, "first-sheet"), ==, 1);
    g_assert_true(virtual_set(handle, "first-sheet", 3) & SANE_INFO_RELOAD_OPTIONS);
    virtual_expect(handle, 5);
    g_assert_cmpint(virtual_get(handle, "first-sheet"), ==, 4);
    g_assert_false(virtual_get(handle, "page-loaded"));
    virtual_expect(handle, 6);
    virtual_expect_end(handle);
    virtual_set(handle, "first-sheet", 2);
    g_assert_true(virtual_get(handle, "page-loaded"));
    virtual_expect(handle, 3);
    sane_cancel(handle);
    /* the sheet begun is out of the feeder, its back is lost */
    virtual_expect(handle, 5);
    SANE_Int first = 1;
    g_assert_cmpint(
        sane_control_option(handle, virtual_find(handle, "first-sheet"), SANE_ACTION_SET_VALUE, &first, NULL),
        ==, SANE_STATUS_DEVICE_BUSY);
    sane_close(handle);
    virtual_remove(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/virtual-feeder/duplex", test_duplex);
    g_test_add_func("/virtual-feeder/simplex", test_simplex);
    g_test_add_func("/virtual-feeder/blank-backs", test_blank_backs);
    g_test_add_func("/virtual-feeder/first-sheet", test_first_sheet);
    return g_test_run();
}
