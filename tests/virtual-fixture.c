#include "virtual-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <turbojpeg.h>

guint8
virtual_pixel(int side, int x, int y)
{
    if (x < 64 && y < 64)
        return (guint8)side;
    return (guint8)(x * 7 + y * 13 + (x * y) / 5 + side * 31);
}

GByteArray *
virtual_page(int side)
{
    GByteArray *page = virtual_bytes(N_PIXELS);
    for (int y = 0; y < PAGE_HEIGHT_PX; y++)
        for (int x = 0; x < PAGE_WIDTH_PX; x++)
            page->data[y * PAGE_WIDTH_PX + x] = virtual_pixel(side, x, y);
    return page;
}

GByteArray *
virtual_bytes(gsize n)
{
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_set_size(bytes, (guint)n);
    return bytes;
}

GByteArray *
virtual_colour_page(int side)
{
    GByteArray *page = virtual_bytes(3 * N_PIXELS);
    for (int i = 0; i < N_PIXELS; i++)
        for (int c = 0; c < 3; c++)
            page->data[3 * i + c] = virtual_pixel(side + 40 * c, i % PAGE_WIDTH_PX, i / PAGE_WIDTH_PX);
    return page;
}

GByteArray *
virtual_turned(const GByteArray *rows, guint channels)
{
    GByteArray *back = virtual_bytes(rows->len);
    for (guint i = 0; i < rows->len; i += channels)
        memcpy(back->data + rows->len - channels - i, rows->data + i, channels);
    return back;
}

GByteArray *
virtual_jpeg(const GByteArray *colour)
{
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    tjhandle encoder = tjInitCompress();
    g_assert_cmpint(tjCompress2(encoder, colour->data, PAGE_WIDTH_PX, 0, PAGE_HEIGHT_PX, TJPF_RGB, &jpeg,
                                &size, TJSAMP_420, 90, 0),
                    ==, 0);
    tjDestroy(encoder);
    GByteArray *bytes = virtual_bytes(size);
    memcpy(bytes->data, jpeg, size);
    tjFree(jpeg);
    return bytes;
}

void
virtual_write(const char *folder, const char *name, gconstpointer data, gsize length)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, data, (gssize)length, NULL));
}

void
virtual_write_pnm(const char *folder, const char *name, char kind, int width_px, int height_px,
                  GByteArray *rows)
{
    g_autofree char *head = g_strdup_printf(
        kind == '4' ? "P%c\n# made\n%d %d\n" : "P%c\n# made\n%d %d\n255\n", kind, width_px, height_px);
    g_autoptr(GByteArray) file = g_byte_array_new();
    g_byte_array_append(file, (const guint8 *)head, (guint)strlen(head));
    g_byte_array_append(file, rows->data, rows->len);
    virtual_write(folder, name, file->data, file->len);
}

char *
virtual_folder(int n_sides, const char *script)
{
    char *folder = g_dir_make_tmp("phieu-virtual-XXXXXX", NULL);
    for (int side = 1; side <= n_sides; side++) {
        g_autoptr(GByteArray) page = virtual_page(side);
        g_autofree char *name = g_strdup_printf("%d.pgm", side);
        virtual_write_pnm(folder, name, '5', PAGE_WIDTH_PX, PAGE_HEIGHT_PX, page);
    }
    if (script != NULL)
        virtual_write(folder, "feeder.conf", script, strlen(script));
    return folder;
}

void
virtual_remove(char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_dir_close(dir);
    g_rmdir(folder);
    g_free(folder);
}

/* ---- devices and options ---- */

SANE_Status
virtual_try_open(const char *folder, SANE_Handle *handle)
{
    static gsize started;
    if (g_once_init_enter(&started)) {
        g_assert_cmpint(sane_init(NULL, NULL), ==, SANE_STATUS_GOOD);
        g_once_init_leave(&started, 1);
    }
    g_autofree char *name = g_strconcat("phieu:", folder, NULL);
    return sane_open(name, handle);
}

SANE_Handle
virtual_open(const char *folder)
{
    SANE_Handle handle = NULL;
    g_assert_cmpint(virtual_try_open(folder, &handle), ==, SANE_STATUS_GOOD);
    return handle;
}

SANE_Int
virtual_find(SANE_Handle handle, const char *name)
{
    const SANE_Option_Descriptor *option;
    for (SANE_Int i = 0; (option = sane_get_option_descriptor(handle, i)) != NULL; i++)
        if (g_strcmp0(option->name, name) == 0)
            return i;
    g_error("there is no option %s", name);
}

SANE_Int
virtual_set(SANE_Handle handle, const char *name, int value)
{
    SANE_Int info = 0;
    SANE_Status status =
        sane_control_option(handle, virtual_find(handle, name), SANE_ACTION_SET_VALUE, &value, &info);
    g_assert_cmpint(status, ==, SANE_STATUS_GOOD);
    return info;
}

SANE_Int
virtual_set_mm(SANE_Handle handle, const char *name, double mm)
{
    return virtual_set(handle, name, SANE_FIX(mm));
}

SANE_Int
virtual_set_word(SANE_Handle handle, const char *name, const char *value)
{
    SANE_Int info = 0;
    g_autofree char *copy = g_strdup(value);
    SANE_Status status =
        sane_control_option(handle, virtual_find(handle, name), SANE_ACTION_SET_VALUE, copy, &info);
    g_assert_cmpint(status, ==, SANE_STATUS_GOOD);
    return info;
}

int
virtual_get(SANE_Handle handle, const char *name)
{
    SANE_Word value = -1;
    SANE_Status status =
        sane_control_option(handle, virtual_find(handle, name), SANE_ACTION_GET_VALUE, &value, NULL);
    g_assert_cmpint(status, ==, SANE_STATUS_GOOD);
    return value;
}

double
virtual_get_mm(SANE_Handle handle, const char *name)
{
    return SANE_UNFIX(virtual_get(handle, name));
}

/* ---- feeding ---- */

VirtualFed
virtual_feed_by(SANE_Handle handle, int most)
{
    VirtualFed fed = {.bytes = g_byte_array_new()};
    g_autofree SANE_Byte *buffer = g_malloc((gsize)most);
    fed.start = fed.end = sane_start(handle);
    if (fed.start != SANE_STATUS_GOOD)
        return fed;
    g_assert_cmpint(sane_get_parameters(handle, &fed.parameters), ==, SANE_STATUS_GOOD);
    for (;;) {
        SANE_Int length = 0;
        fed.end = sane_read(handle, buffer, most, &length);
        if (fed.end != SANE_STATUS_GOOD) {
            g_assert_cmpint(length, ==, 0);
            return fed;
        }
        g_assert_cmpint(length, >, 0);
        g_assert_cmpint(length, <=, most);
        g_byte_array_append(fed.bytes, buffer, (guint)length);
    }
}

VirtualFed
virtual_feed(SANE_Handle handle)
{
    return virtual_feed_by(handle, 1 << 20);
}

void
virtual_fed_clear(VirtualFed *fed)
{
    g_clear_pointer(&fed->bytes, g_byte_array_unref);
}

void
virtual_expect(SANE_Handle handle, int side)
{
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_autoptr(GByteArray) page = virtual_page(side);
    g_assert_cmpint(fed.start, ==, SANE_STATUS_GOOD);
    g_assert_cmpint(fed.end, ==, SANE_STATUS_EOF);
    g_assert_cmpuint(fed.bytes->len, >, 0);
    g_assert_cmpint(fed.bytes->data[0], ==, side);
    g_assert_cmpmem(fed.bytes->data, fed.bytes->len, page->data, page->len);
}

void
virtual_expect_end(SANE_Handle handle)
{
    g_assert_cmpint(sane_start(handle), ==, SANE_STATUS_NO_DOCS);
}

void
virtual_expect_bytes(SANE_Handle handle, const GByteArray *wanted)
{
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_assert_cmpint(fed.end, ==, SANE_STATUS_EOF);
    g_assert_cmpint(fed.parameters.lines * fed.parameters.bytes_per_line, ==, (int)fed.bytes->len);
    g_assert_cmpmem(fed.bytes->data, fed.bytes->len, wanted->data, wanted->len);
}

void
virtual_expect_near(SANE_Handle handle, const GByteArray *wanted, int most)
{
    g_auto(VirtualFed) fed = virtual_feed(handle);
    g_assert_cmpint(fed.end, ==, SANE_STATUS_EOF);
    g_assert_cmpuint(fed.bytes->len, ==, wanted->len);
    int worst = 0;
    for (guint i = 0; i < wanted->len; i++)
        worst = MAX(worst, ABS(fed.bytes->data[i] - wanted->data[i]));
    g_assert_cmpint(worst, <=, most);
}
