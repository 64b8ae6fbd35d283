/* The virtual feeder's options and devices, and folders that cannot be fed, through the real libsane. */
#include "virtual-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- options ---- */

static void
check_descriptor(SANE_Handle handle, SANE_Int i)
{
    const SANE_Option_Descriptor *option = sane_get_option_descriptor(handle, i);
    char value[64];
    SANE_Int info = -1;
    g_assert_nonnull(option->name);
    g_assert_cmpuint(strlen(option->title), >, 0);
    if (option->type == SANE_TYPE_GROUP || !SANE_OPTION_IS_ACTIVE(option->cap)) {
        g_assert_cmpint(sane_control_option(handle, i, SANE_ACTION_GET_VALUE, value, NULL), ==,
                        SANE_STATUS_INVAL);
        return;
    }
    g_assert_cmpint(option->size, >, 0);
    g_assert_cmpint(option->size, <=, (int)sizeof value);
    g_assert_cmpint(sane_control_option(handle, i, SANE_ACTION_GET_VALUE, value, &info), ==,
                    SANE_STATUS_GOOD);
    g_assert_cmpint(info, ==, 0);
    g_assert_cmpint(sane_control_option(handle, i, SANE_ACTION_SET_AUTO, value, NULL), ==, SANE_STATUS_INVAL);
    SANE_Status set = sane_control_option(handle, i, SANE_ACTION_SET_VALUE, value, NULL);
    g_assert_cmpint(set, ==, SANE_OPTION_IS_SETTABLE(option->cap) ? SANE_STATUS_GOOD : SANE_STATUS_INVAL);
    for (SANE_Int other = 1; other < i && option->name[0] != '\0'; other++)
        g_assert_cmpstr(sane_get_option_descriptor(handle, other)->name, !=, option->name);
}

static void
test_descriptors(void)
{
    static const char *const scripts[] = {NULL, "[feeder]\nduplex=false\nsensors=false\n"};
    for (guint k = 0; k < G_N_ELEMENTS(scripts); k++) {
        char *folder = virtual_folder(2, scripts[k]);
        SANE_Handle handle = virtual_open(folder);
        SANE_Int n = 0;
        g_assert_cmpint(sane_control_option(handle, 0, SANE_ACTION_GET_VALUE, &n, NULL), ==,
                        SANE_STATUS_GOOD);
        g_assert_cmpint(n, >, 15);
        for (SANE_Int i = 0; i < n; i++)
            check_descriptor(handle, i);
        g_assert_null(sane_get_option_descriptor(handle, n));
        g_assert_null(sane_get_option_descriptor(handle, -1));
        g_assert_cmpint(sane_control_option(handle, n, SANE_ACTION_GET_VALUE, &n, NULL), ==,
                        SANE_STATUS_INVAL);
        virtual_expect(handle, 1);
        sane_close(handle);
        virtual_remove(folder);
    }
}

static SANE_Status
try_word(SANE_Handle handle, const char *name, const char *word)
{
    char value[64];
    g_strlcpy(value, word, sizeof value);
    return sane_control_option(handle, virtual_find(handle, name), SANE_ACTION_SET_VALUE, value, NULL);
}

static gboolean
is_active(SANE_Handle handle, const char *name)
{
    return SANE_OPTION_IS_ACTIVE(sane_get_option_descriptor(handle, virtual_find(handle, name))->cap);
}

static void
test_words(void)
{
    char *folder = virtual_folder(2, NULL);
    SANE_Handle handle = virtual_open(folder);
    char value[64];
    sane_control_option(handle, virtual_find(handle, "source"), SANE_ACTION_GET_VALUE, value, NULL);
    g_assert_cmpstr(value, ==, "ADF Duplex");
    g_assert_cmpint(try_word(handle, "source", "Flatbed"), ==, SANE_STATUS_INVAL);
    g_assert_cmpint(try_word(handle, "mode", "gray"), ==, SANE_STATUS_INVAL);
    g_assert_cmpint(virtual_set_word(handle, "mode", "Lineart"), ==,
                    SANE_INFO_RELOAD_OPTIONS | SANE_INFO_RELOAD_PARAMS);
    g_assert_false(is_active(handle, "depth"));
    virtual_set_word(handle, "mode", "Gray");
    g_assert_true(is_active(handle, "depth"));
    sane_close(handle);
    virtual_write(folder, "feeder.conf", "[feeder]\nduplex=false\n", 22);
    handle = virtual_open(folder);
    g_assert_cmpint(try_word(handle, "source", "ADF Duplex"), ==, SANE_STATUS_INVAL);
    g_assert_cmpint(try_word(handle, "source", "ADF Front"), ==, SANE_STATUS_GOOD);
    sane_close(handle);
    virtual_remove(folder);
}

static void
test_numbers(void)
{
    static const struct {
        const char *name;
        int wanted, got;
    } cases[] = {{"resolution", 10, 75}, {"resolution", 2400, 600}, {"resolution", 200, 200},
                 {"depth", 12, 16},      {"depth", 1, 8},           {"first-sheet", 0, 1},
                 {"first-sheet", 99, 3}, {"tl-x", -SANE_FIX(1), 0}, {"br-x", SANE_FIX(400), 0}};
    char *folder = virtual_folder(4, NULL);
    SANE_Handle handle = virtual_open(folder);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        int got = strcmp(cases[i].name, "br-x") == 0 ? virtual_get(handle, "page-width") : cases[i].got;
        SANE_Int info = virtual_set(handle, cases[i].name, cases[i].wanted);
        g_assert_cmpint(virtual_get(handle, cases[i].name), ==, got);
        g_assert_cmpint(!!(info & SANE_INFO_INEXACT), ==, got != cases[i].wanted);
        g_assert_true(info & (SANE_INFO_RELOAD_PARAMS | SANE_INFO_RELOAD_OPTIONS));
    }
    sane_close(handle);
    virtual_remove(folder);
}

/* As on the drivers of document scanners: the window is cut to the page until the page is made larger. */
static void
test_page_size(void)
{
    char *folder = virtual_folder(2, NULL);
    SANE_Handle handle = virtual_open(folder);
    g_assert_true(virtual_set_mm(handle, "br-y", 350) & SANE_INFO_INEXACT);
    g_assert_cmpfloat_with_epsilon(virtual_get_mm(handle, "br-y"), PAGE_HEIGHT_PX * 0.254, 0.001);
    g_assert_cmpint(virtual_set_mm(handle, "page-height", 355), ==,
                    SANE_INFO_RELOAD_OPTIONS | SANE_INFO_RELOAD_PARAMS);
    g_assert_false(virtual_set_mm(handle, "br-y", 350) & SANE_INFO_INEXACT);
    g_assert_cmpfloat_with_epsilon(virtual_get_mm(handle, "br-y"), 350, 0.001);
    virtual_set_mm(handle, "page-height", 100);
    g_assert_cmpfloat_with_epsilon(virtual_get_mm(handle, "br-y"), 100, 0.001);

    virtual_set_mm(handle, "tl-y", 100);
    g_assert_cmpint(sane_start(handle), ==, SANE_STATUS_INVAL);
    virtual_set_mm(handle, "tl-y", 0);
    g_assert_cmpint(sane_start(handle), ==, SANE_STATUS_GOOD);
    sane_close(handle);
    virtual_remove(folder);
}

/* ---- devices ---- */

static const SANE_Device **
list_devices(const char *folders)
{
    SANE_Handle handle;
    const SANE_Device **list = NULL;
    virtual_try_open("/nowhere", &handle);
    g_setenv("PHIEU_VIRTUAL", folders, TRUE);
    g_assert_cmpint(sane_get_devices(&list, SANE_TRUE), ==, SANE_STATUS_GOOD);
    return list;
}

static void
test_devices(void)
{
    char *one = virtual_folder(2, "[feeder]\nmodel=Trainer 7\n"), *two = virtual_folder(2, NULL);
    g_autofree char *folders = g_strjoin(":", one, "/nowhere", two, NULL);
    g_autofree char *name = g_strconcat("phieu:", one, NULL);
    const SANE_Device **list = list_devices(folders);
    g_assert_cmpstr(list[0]->name, ==, name);
    g_assert_cmpstr(list[0]->model, ==, "Trainer 7");
    g_assert_true(g_str_has_suffix(list[1]->name, two));
    g_assert_cmpstr(list[1]->model, ==, "virtual feeder");
    g_assert_null(list[2]);

    SANE_Handle handle;
    g_assert_cmpint(virtual_try_open("", &handle), ==, SANE_STATUS_GOOD);
    virtual_expect(handle, 1);
    sane_close(handle);
    g_assert_null(list_devices("")[0]);
    g_assert_cmpint(virtual_try_open("", &handle), ==, SANE_STATUS_INVAL);
    virtual_remove(one);
    virtual_remove(two);
}

/* Two at once know nothing of each other. */
static void
test_two(void)
{
    char *folder = virtual_folder(4, NULL);
    SANE_Handle a = virtual_open(folder), b = virtual_open(folder);
    virtual_expect(a, 1);
    virtual_expect(b, 1);
    virtual_expect(a, 2);
    virtual_expect(a, 3);
    sane_cancel(a);
    virtual_expect(b, 2);
    sane_close(a);
    virtual_expect(b, 3);
    sane_close(b);
    virtual_remove(folder);
}

/* ---- what is refused ---- */

static void
test_broken_scripts(void)
{
    static const char *const scripts[] = {
        "nonsense",
        "[feeder\n",
        "[scanner]\nduplex=true\n",
        "[feeder]\ncolour=true\n",
        "[feeder]\nduplex=perhaps\n",
        "[feeder]\nrow_padding=-1\n",
        "[feeder]\nrow_padding=100000\n",
        "[feeder]\nsheets_per_minute=-3\n",
        "[feeder]\nsheets_per_minute=nan\n",
        "[feeder]\nprinted_sides=3\n",
        "[feeder]\ncapacity=99999999999999999999\n",
        "[feeder]\nmodel=\n",
        "[fault ]\nwhat=jammed\nside=1\n",
        "[fault a]\nside=1\n",
        "[fault a]\nwhat=good\nside=1\n",
        "[fault a]\nwhat=jammed\n",
        "[fault a]\nwhat=jammed\nside=1\nsheet=1\n",
        "[fault a]\nwhat=jammed\nside=0\n",
        "[fault a]\nwhat=jammed\nside=1\nat=end\n",
        "[fault a]\nwhat=jammed\nside=1\nat=101%\n",
        "[fault a]\nwhat=jammed\nside=1\nat=-1%\n",
        "[fault a]\nwhat=jammed\nside=1\nat=%\n",
        "[fault a]\nwhat=jammed\nside=1\nat=nan%\n",
        "[fault a]\nwhat=jammed\nside=1\ntimes=2\n",
        "[fault a]\nwhat=jammed\nside=1\nstatus=no-docs\n",
        "[fault a]\nwhat=jammed\nside=1\nalways=sometimes\n",
        "[fault a]\nwhat=short\nside=1\nat=start\n",
        "[fault a]\nwhat=multi-pick\nside=1\nsheets=1\n",
        "[fault a]\nwhat=multi-pick\nside=1\nstatus=crash\n",
        "[fault a]\nwhat=lost-behind\nside=1\nstatus=good\n",
    };
    char *folder = virtual_folder(2, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(scripts); i++) {
        SANE_Handle handle;
        virtual_write(folder, "feeder.conf", scripts[i], strlen(scripts[i]));
        if (virtual_try_open(folder, &handle) != SANE_STATUS_INVAL)
            g_error("not refused: %s", scripts[i]);
    }
    virtual_write(folder, "feeder.conf", "", 0);
    sane_close(virtual_open(folder));
    virtual_remove(folder);
}

static void
test_no_folder(void)
{
    char *folder = virtual_folder(1, NULL);
    g_autofree char *file = g_build_filename(folder, "1.pgm", NULL);
    SANE_Handle handle;
    g_assert_cmpint(virtual_try_open("/nowhere", &handle), ==, SANE_STATUS_INVAL);
    g_assert_cmpint(virtual_try_open(file, &handle), ==, SANE_STATUS_INVAL);
    virtual_remove(folder);
}

/* An empty feeder is no fault. */
static void
test_empty(void)
{
    char *folder = virtual_folder(0, NULL);
    virtual_write(folder, ".1.pgm", "P5", 2);
    virtual_write(folder, "1.txt", "page", 4);
    SANE_Handle handle = virtual_open(folder);
    g_assert_false(virtual_get(handle, "page-loaded"));
    g_assert_cmpfloat_with_epsilon(virtual_get_mm(handle, "br-y"), 297, 0.001);
    virtual_expect_end(handle);
    sane_close(handle);
    virtual_remove(folder);
}

/* An image that is none is an I/O error when its side comes; those behind it are fed. */
static void
test_damaged_images(void)
{
    static const struct {
        const char *name, *bytes;
        gsize length;
    } cases[] = {
        {"1.jpg", "", 0},
        {"1.jpg", "\xff\xd8\xff\xe0 and nothing more", 20},
        {"1.png", "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0", 20},
        {"1.png", "GIF89a, by its first bytes", 26},
        {"1.pgm", "P5\n10 10\n255\nshort", 18},
        {"1.pgm", "P5\n10 10\n65535\n", 15},
        {"1.pgm", "P5\n99999 99999 255\n", 19},
        {"1.pgm", "P5\n99999999999999999999 1 255\n", 30},
        {"1.pgm", "P5\n# no end", 11},
        {"1.pgm", "P5\n0 7 255\n........", 19},
        {"1.pbm", "P4\n20000 20000\n", 15},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *folder = virtual_folder(4, NULL);
        g_autofree char *first = g_build_filename(folder, "1.pgm", NULL);
        g_unlink(first);
        virtual_write(folder, cases[i].name, cases[i].bytes, cases[i].length);
        SANE_Handle handle = virtual_open(folder);
        g_assert_cmpint(sane_start(handle), ==, SANE_STATUS_IO_ERROR);
        virtual_expect(handle, 3);
        sane_close(handle);
        virtual_remove(folder);
    }
}

static void
test_no_regular_file(void)
{
    char *folder = virtual_folder(4, NULL);
    g_autofree char *first = g_build_filename(folder, "1.pgm", NULL);
    g_autofree char *second = g_build_filename(folder, "2.pgm", NULL);
    g_unlink(first);
    g_unlink(second);
    g_assert_cmpint(mkfifo(first, 0600), ==, 0);
    g_assert_cmpint(g_mkdir(second, 0700), ==, 0);
    SANE_Handle handle = virtual_open(folder);
    g_assert_cmpint(sane_start(handle), ==, SANE_STATUS_IO_ERROR);
    virtual_set(handle, "first-sheet", 1);
    virtual_set_word(handle, "source", "ADF Back");
    g_assert_cmpint(sane_start(handle), ==, SANE_STATUS_IO_ERROR);
    virtual_expect(handle, 4);
    sane_close(handle);
    g_rmdir(second);
    virtual_remove(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/virtual-options/descriptors", test_descriptors);
    g_test_add_func("/virtual-options/words", test_words);
    g_test_add_func("/virtual-options/numbers", test_numbers);
    g_test_add_func("/virtual-options/page-size", test_page_size);
    g_test_add_func("/virtual-options/devices", test_devices);
    g_test_add_func("/virtual-options/two", test_two);
    g_test_add_func("/virtual-options/broken-scripts", test_broken_scripts);
    g_test_add_func("/virtual-options/no-folder", test_no_folder);
    g_test_add_func("/virtual-options/empty", test_empty);
    g_test_add_func("/virtual-options/damaged-images", test_damaged_images);
    g_test_add_func("/virtual-options/no-regular-file", test_no_regular_file);
    return g_test_run();
}
