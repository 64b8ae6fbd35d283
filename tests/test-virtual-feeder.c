/* The virtual feeder's pile, its jobs and its pace, through the real libsane. */
#include "virtual-fixture.h"

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

/* Numbers by value, letters without regard to case. */
static void
test_names(void)
{
    static const char *const names[] = {"1.pgm",   "02.pgm",  "3.PGM",    "010.pgm",
                                        "a 2.pgm", "A 9.pgm", "a 10.pgm", "b.pgm"};
    char *folder = virtual_folder(0, NULL);
    for (int side = 1; side <= (int)G_N_ELEMENTS(names); side++) {
        g_autoptr(GByteArray) page = virtual_page(side);
        virtual_write_pnm(folder, names[side - 1], '5', PAGE_WIDTH_PX, PAGE_HEIGHT_PX, page);
    }
    SANE_Handle handle = virtual_open(folder);
    for (int side = 1; side <= (int)G_N_ELEMENTS(names); side++)
        virtual_expect(handle, side);
    virtual_expect_end(handle);
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

/* A tray that holds two sheets is filled again once it was found empty. */
static void
test_capacity(void)
{
    char *folder = virtual_folder(10, "[feeder]\ncapacity=2\n");
    SANE_Handle handle = virtual_open(folder);
    for (int side = 1; side <= 10; side++) {
        g_assert_cmpint(virtual_get(handle, "page-loaded"), ==, side % 4 != 0 && side != 10);
        virtual_expect(handle, side);
        if (side % 4 == 0) {
            g_assert_false(virtual_get(handle, "page-loaded"));
            virtual_expect_end(handle);
        }
    }
    virtual_expect_end(handle);
    virtual_expect_end(handle);
    virtual_set(handle, "first-sheet", 4);
    for (int side = 7; side <= 10; side++)
        virtual_expect(handle, side);
    virtual_expect_end(handle);
    sane_close(handle);
    virtual_remove(folder);
}

static void
test_end_in_read(void)
{
    char *folder = virtual_folder(2, "[feeder]\nend_in_read=true\n");
    SANE_Handle handle = virtual_open(folder);
    virtual_expect(handle, 1);
    virtual_expect(handle, 2);
    for (int i = 0; i < 2; i++) {
        g_auto(VirtualFed) fed = virtual_feed(handle);
        g_assert_cmpint(fed.start, ==, SANE_STATUS_GOOD);
        g_assert_cmpint(fed.end, ==, SANE_STATUS_NO_DOCS);
        g_assert_cmpuint(fed.bytes->len, ==, 0);
    }
    sane_close(handle);
    virtual_remove(folder);
}

/* ---- jobs ---- */

static void
test_order_of_calls(void)
{
    char *folder = virtual_folder(4, NULL);
    SANE_Handle handle = virtual_open(folder);
    SANE_Byte byte;
    SANE_Int length = 7, fd;
    g_assert_cmpint(sane_read(handle, &byte, 1, &length), ==, SANE_STATUS_INVAL);
    g_assert_cmpint(length, ==, 0);
    g_assert_cmpint(sane_start(handle), ==, SANE_STATUS_GOOD);
    g_assert_cmpint(sane_start(handle), ==, SANE_STATUS_INVAL);
    g_assert_cmpint(sane_set_io_mode(handle, SANE_FALSE), ==, SANE_STATUS_GOOD);
    g_assert_cmpint(sane_set_io_mode(handle, SANE_TRUE), ==, SANE_STATUS_UNSUPPORTED);
    g_assert_cmpint(sane_get_select_fd(handle, &fd), ==, SANE_STATUS_UNSUPPORTED);
    g_assert_cmpint(sane_read(handle, &byte, 1, &length), ==, SANE_STATUS_GOOD);
    g_assert_cmpint(length, ==, 1);
    g_assert_cmpint(sane_read(handle, &byte, 0, &length), ==, SANE_STATUS_GOOD);
    g_assert_cmpint(length, ==, 0);
    sane_cancel(handle);
    g_assert_cmpint(sane_read(handle, &byte, 1, &length), ==, SANE_STATUS_CANCELLED);
    g_assert_cmpint(sane_read(handle, &byte, 1, &length), ==, SANE_STATUS_INVAL);
    virtual_expect(handle, 3);
    g_assert_cmpint(sane_read(handle, &byte, 1, &length), ==, SANE_STATUS_EOF);
    virtual_expect(handle, 4);
    sane_close(handle);
    virtual_remove(folder);
}

static void
test_cancels_at_rest(void)
{
    char *folder = virtual_folder(4, NULL);
    SANE_Handle handle = virtual_open(folder);
    sane_cancel(handle);
    sane_cancel(handle);
    virtual_expect(handle, 1);
    virtual_expect(handle, 2);
    sane_cancel(handle);
    virtual_expect(handle, 3);
    sane_cancel(handle);
    sane_close(handle);
    virtual_remove(folder);
}

/* ---- pace ---- */

/* No sooner than the pace has it; how much later is the machine's affair. */
static void
test_pace(void)
{
    char *folder = virtual_folder(8, "[feeder]\nsheets_per_minute=1200\n");
    SANE_Handle handle = virtual_open(folder);
    gint64 began = g_get_monotonic_time();
    for (int side = 1; side <= 8; side++)
        virtual_expect(handle, side);
    g_assert_cmpint(g_get_monotonic_time() - began, >, 3 * 50000);
    virtual_expect_end(handle);
    sane_close(handle);
    virtual_remove(folder);
}

static gpointer
cancel_soon(gpointer handle)
{
    g_usleep(50 * 1000);
    sane_cancel(handle);
    return NULL;
}

/* A sheet takes a minute: without the cancel neither the read nor the next start would return. */
static void
test_cancel_while_waiting(void)
{
    char *folder = virtual_folder(6, "[feeder]\nsheets_per_minute=1\n");
    SANE_Handle handle = virtual_open(folder);
    for (int sheet = 1; sheet <= 2; sheet++) {
        GThread *canceller = g_thread_new("cancel", cancel_soon, handle);
        g_auto(VirtualFed) fed = virtual_feed(handle);
        g_thread_join(canceller);
        g_assert_cmpint(fed.start, ==, sheet == 1 ? SANE_STATUS_GOOD : SANE_STATUS_CANCELLED);
        g_assert_cmpint(fed.end, ==, SANE_STATUS_CANCELLED);
        /* the first is out of the feeder, the second was not begun */
        g_assert_cmpint(virtual_get(handle, "first-sheet"), ==, 2);
    }
    sane_close(handle);
    virtual_remove(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/virtual-feeder/duplex", test_duplex);
    g_test_add_func("/virtual-feeder/names", test_names);
    g_test_add_func("/virtual-feeder/simplex", test_simplex);
    g_test_add_func("/virtual-feeder/blank-backs", test_blank_backs);
    g_test_add_func("/virtual-feeder/first-sheet", test_first_sheet);
    g_test_add_func("/virtual-feeder/capacity", test_capacity);
    g_test_add_func("/virtual-feeder/end-in-read", test_end_in_read);
    g_test_add_func("/virtual-feeder/order-of-calls", test_order_of_calls);
    g_test_add_func("/virtual-feeder/cancels-at-rest", test_cancels_at_rest);
    g_test_add_func("/virtual-feeder/pace", test_pace);
    g_test_add_func("/virtual-feeder/cancel-while-waiting", test_cancel_while_waiting);
    return g_test_run();
}
