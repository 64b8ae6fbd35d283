#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "form-error.h"
#include "form-sample.h"

/* The list lies in memory, with a path like a file's: thousands of writes stay quick on any disk. */
typedef struct {
    int memory;
    char *path;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->memory = memfd_create("list.csv", MFD_CLOEXEC);
    g_assert_cmpint(fixture->memory, >=, 0);
    fixture->path = g_strdup_printf("/proc/self/fd/%d", fixture->memory);
}

static void
tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    close(fixture->memory);
    g_free(fixture->path);
}

static FormSample *
load(Fixture *fixture, const char *text, gssize length, GError **error)
{
    gsize size = length < 0 ? strlen(text) : (gsize)length;
    g_assert_cmpint(ftruncate(fixture->memory, 0), ==, 0);
    g_assert_cmpint(pwrite(fixture->memory, text, size, 0), ==, (gssize)size);
    return form_sample_load(fixture->path, error);
}

static FormSample *
load_good(Fixture *fixture, const char *text)
{
    g_autoptr(GError) error = NULL;
    FormSample *sample = load(fixture, text, -1, &error);
    g_assert_no_error(error);
    g_assert_nonnull(sample);
    return sample;
}

static const FormSampleRow *
row(const FormSample *sample, guint index)
{
    g_assert_cmpuint(index, <, sample->rows->len);
    return g_ptr_array_index(sample->rows, index);
}

/* Every expected line, in order, each without the file's name: nothing more and nothing less. */
static void
assert_problems(Fixture *fixture, const char *text, gssize length, const char *const *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormSample) sample = load(fixture, text, length, &error);
    g_assert_null(sample);
    g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
    g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
    g_autofree char *before = g_strconcat(fixture->path, ": ", NULL);
    guint i = 0;
    for (; lines[i] != NULL && expected[i] != NULL; i++) {
        g_assert_true(g_str_has_prefix(lines[i], before));
        if (!g_str_has_prefix(lines[i] + strlen(before), expected[i]))
            g_test_message("“%s” does not begin with “%s”", lines[i] + strlen(before), expected[i]);
        g_assert_true(g_str_has_prefix(lines[i] + strlen(before), expected[i]));
        g_assert_nonnull(strstr(lines[i], ";"));
    }
    g_assert_null(lines[i]);
    g_assert_null(expected[i]);
}

#define ASSERT_PROBLEMS(text, ...)                                                                           \
    assert_problems(fixture, text, sizeof(text) - 1, (const char *const[]){__VA_ARGS__, NULL})

static const char plain[] =
    "Serial,Province,Xã\n0100001,01 Hà Nội,\"Ba Đình, \"\"mới\"\"\"\n0100002,,Đống Đa\n";

static void
assert_is_plain(const FormSample *sample)
{
    g_assert_cmpuint(sample->n_columns, ==, 3);
    g_assert_cmpuint(sample->serial_column, ==, 0);
    g_assert_cmpuint(sample->rows->len, ==, 2);
    g_assert_cmpstr(row(sample, 0)->serial, ==, "0100001");
    g_assert_cmpstr(form_sample_value(sample, row(sample, 0), "PROVINCE"), ==, "01 Hà Nội");
    g_assert_cmpstr(form_sample_value(sample, row(sample, 0), "xã"), ==, "Ba Đình, \"mới\"");
    g_assert_cmpstr(form_sample_value(sample, row(sample, 0), "XÃ"), ==, "Ba Đình, \"mới\"");
    g_assert_cmpstr(form_sample_value(sample, row(sample, 1), "Province"), ==, "");
    g_assert_null(form_sample_value(sample, row(sample, 1), "village"));
    g_assert_cmpint(row(sample, 1)->line, ==, 3);
}

static void
test_plain(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(FormSample) sample = load_good(fixture, plain);
    assert_is_plain(sample);
    g_assert_cmpstr(sample->columns[2], ==, "Xã");
    g_assert_null(sample->columns[3]);
    g_assert_cmpstr(row(sample, 0)->values[0], ==, "0100001");
    form_sample_free(NULL);
}

static void
test_encodings(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const charsets[] = {"UTF-16LE", "UTF-16BE"};
    static const char *const marks[] = {"\xFF\xFE", "\xFE\xFF"};
    g_autofree char *marked = g_strconcat("\xEF\xBB\xBF", plain, NULL);
    g_autoptr(FormSample) utf8 = load_good(fixture, marked);
    assert_is_plain(utf8);
    for (guint i = 0; i < 2; i++) {
        gsize length;
        g_autoptr(GString) text = g_string_new_len(marks[i], 2);
        g_autofree char *wide = g_convert(plain, -1, charsets[i], "UTF-8", NULL, &length, NULL);
        g_assert_nonnull(wide);
        g_string_append_len(text, wide, (gssize)length);
        g_autoptr(GError) error = NULL;
        g_autoptr(FormSample) sample = load(fixture, text->str, (gssize)text->len, &error);
        g_assert_no_error(error);
        assert_is_plain(sample);
        g_autoptr(FormSample) cut = load(fixture, text->str, (gssize)text->len - 1, &error);
        g_assert_null(cut);
        g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
        g_assert_nonnull(strstr(error->message, "damaged UTF-16; "));
        g_clear_error(&error);
        g_autoptr(FormSample) unmarked = load(fixture, wide, (gssize)length, &error);
        g_assert_null(unmarked);
        g_assert_nonnull(strstr(error->message, "UTF-16 without its mark; "));
    }
}

static void
test_separators(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const lists[] = {
        "serial;name\nA1;x,y\n",
        "serial\tname\nA1\tx,y\n",
        "serial,name\nA1,\"x,y\"\n",
        "sep=;\nserial;name\nA1;x,y",
        "sep=,\r\nserial,name\r\nA1,\"x,y\"",
        "\"serial,\";name;serial\n;x,y;A1\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autoptr(FormSample) sample = load_good(fixture, lists[i]);
        g_assert_cmpuint(sample->rows->len, ==, 1);
        g_assert_cmpstr(row(sample, 0)->serial, ==, "A1");
        g_assert_cmpstr(form_sample_value(sample, row(sample, 0), "name"), ==, "x,y");
    }
    g_autoptr(FormSample) alone = load_good(fixture, "serial\nA1\nA2");
    g_assert_cmpuint(alone->n_columns, ==, 1);
    g_assert_cmpuint(alone->rows->len, ==, 2);
}

static void
test_quotes_and_lines(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(FormSample) sample = load_good(fixture, "name,serial,x\r\n\r\n"
                                                      "\"two\r\nlines\",  A1 ,5\" pipe\r\n"
                                                      ",,\r\n"
                                                      "  \"in\"  ,\"A2\",\"\"\r\n\r\n"
                                                      "c,\"\tA3 \",\r\n");
    g_assert_cmpuint(sample->rows->len, ==, 3);
    g_assert_cmpuint(sample->serial_column, ==, 1);
    g_assert_cmpstr(row(sample, 0)->values[0], ==, "two\r\nlines");
    g_assert_cmpstr(row(sample, 0)->values[1], ==, "A1");
    g_assert_cmpstr(row(sample, 0)->values[2], ==, "5\" pipe");
    g_assert_cmpint(row(sample, 0)->line, ==, 3);
    g_assert_cmpstr(row(sample, 1)->values[0], ==, "in");
    g_assert_cmpint(row(sample, 1)->line, ==, 6);
    g_assert_cmpstr(row(sample, 2)->serial, ==, "A3");
    g_assert_cmpint(row(sample, 2)->line, ==, 8);
    g_autoptr(FormSample) mac = load_good(fixture, "serial,x\rA1,1\rA2,2\r");
    g_assert_cmpuint(mac->rows->len, ==, 2);
    g_assert_cmpint(row(mac, 1)->line, ==, 3);
}

/* Spreadsheets leave blank columns at the right. */
static void
test_blank_columns(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(FormSample) sample = load_good(fixture, "serial,name,,\nA1,x,,\nA2,y\nA3,,,,,\n");
    g_assert_cmpuint(sample->n_columns, ==, 2);
    g_assert_cmpuint(sample->rows->len, ==, 3);
}

static void
test_bad_rows(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    ASSERT_PROBLEMS(
        "serial,name\nA1,x\nA2\nA3,x,y\n,z\na4,x\nA 5,x\nA1,y\nA6,\"x\"y\nA7,x\n",
        "line 3: 1 fields where the first line names 2 columns; ",
        "line 4: 3 fields where the first line names 2 columns; put fields that hold a “,” in quotes",
        "line 5: the serial is missing; ",
        "line 6: the serial “a4” has small letters, which a QR code cannot hold; write A4",
        "line 7: “A 5” cannot be a serial; use at most 20 of the letters A–Z, digits, “-” and “.”",
        "line 8: the serial A1 stands in line 2 already; ", "line 9: text stands behind a closing quote; ");
    ASSERT_PROBLEMS("serial\n123456789012345678901\n1.00E+05\n",
                    "line 2: “123456789012345678901” cannot be a serial",
                    "line 3: “1.00E+05” cannot be a serial");
    ASSERT_PROBLEMS("serial,name\nA1,\"two\nlines\"\nA2,\"never closed\nA3,x\n",
                    "line 4: a quote opens in this row");
}

static void
test_bad_headers(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    ASSERT_PROBLEMS("", "the list is empty; ");
    ASSERT_PROBLEMS("\n\n , \n", "the list is empty; ");
    ASSERT_PROBLEMS("serial,name\n", "the list has column names but no rows; ");
    ASSERT_PROBLEMS("number,name\nA1,x\n", "line 1: no column is named serial; ");
    ASSERT_PROBLEMS("serial,Name,x,name,\"Tỉnh\",TỈNH\nA1,,,,,z\n",
                    "line 1: columns 2 and 4 are both named “name”; ",
                    "line 1: columns 5 and 6 are both named “TỈNH”; ");
    ASSERT_PROBLEMS("serial,,name\nA1,x,y\n", "line 1: column 2 has no name; ");
    ASSERT_PROBLEMS("serial,Serial\nA1,x\n", "line 1: columns 1 and 2 are both named “Serial”; ");
    ASSERT_PROBLEMS("\"serial\nA1\n", "line 1: a quote in the column names is wrong; ");
    g_autoptr(GString) wide = g_string_new("serial");
    for (int i = 0; i < 2000; i++)
        g_string_append_printf(wide, ",c%d", i);
    g_string_append(wide, "\nA1\n");
    assert_problems(fixture, wide->str, -1, (const char *const[]){"line 1: too many columns; ", NULL});
}

static void
test_bad_bytes(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    ASSERT_PROBLEMS("serial,name\nA1,H\xE0 N\xF4i\nA2,x\nA3,a\0b\nA4,\xFF\xFF\nA2,\n",
                    "line 2: letters that are not UTF-8; ", "line 4: a NUL byte; ",
                    "line 5: letters that are not UTF-8; ",
                    "line 6: the serial A2 stands in line 3 already; ");
}

static void
test_many_problems(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GString) list = g_string_new("serial\n");
    for (int i = 0; i < 20000; i++)
        g_string_append(list, "A 1\n");
    g_autoptr(GError) error = NULL;
    g_autoptr(FormSample) sample = load(fixture, list->str, -1, &error);
    g_assert_null(sample);
    g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 51);
    g_assert_true(g_str_has_suffix(lines[50], ": 19950 more problems"));
}

static void
test_not_a_file(Fixture *fixture G_GNUC_UNUSED, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(form_sample_load("/nowhere/list.csv", &error));
    g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
    g_assert_true(g_str_has_prefix(error->message, "/nowhere/list.csv: cannot be read: "));
    g_clear_error(&error);
    g_assert_null(form_sample_load(g_get_tmp_dir(), &error));
    g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
}

static void
test_too_large(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(ftruncate(fixture->memory, FORM_SAMPLE_MAX_BYTES + 1), ==, 0);
    g_assert_null(form_sample_load(fixture->path, &error));
    g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, ": larger than 256 MB; "));
}

static void
test_large(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GString) list = g_string_new("serial;province;commune;name\n");
    for (int i = 0; i < 300000; i++)
        g_string_append_printf(list, "%07d;01 Hà Nội;\"Xã số %d\";Người %d\n", i, i % 3000, i);
    g_autoptr(FormSample) sample = load_good(fixture, list->str);
    g_assert_cmpuint(sample->rows->len, ==, 300000);
    g_assert_cmpstr(row(sample, 299999)->serial, ==, "0299999");
    g_assert_cmpstr(form_sample_value(sample, row(sample, 299999), "commune"), ==, "Xã số 2999");
    g_assert_cmpint(row(sample, 299999)->line, ==, 300001);
}

/* Whatever fields hold, they come back from a list written as RFC 4180 says. */
static void
test_written_and_read(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const pieces[] = {"\"", ",", ";", "\n", "\r\n", "x", " ", "ế", "=", "\t"};
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    for (int round = 0; round < 50; round++) {
        g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GString) list = g_string_new("serial,text\n");
        for (int i = 0; i < 30; i++) {
            g_autoptr(GString) field = g_string_new(NULL);
            for (int length = g_rand_int_range(random, 0, 8); length > 0; length--)
                g_string_append(field, pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))]);
            g_autoptr(GString) quoted = g_string_new(field->str);
            g_string_replace(quoted, "\"", "\"\"", 0);
            g_string_append_printf(list, "S%d,\"%s\"\n", i, quoted->str);
            g_ptr_array_add(fields, g_strdup(field->str));
        }
        g_autoptr(FormSample) sample = load_good(fixture, list->str);
        g_assert_cmpuint(sample->rows->len, ==, fields->len);
        for (guint i = 0; i < fields->len; i++)
            g_assert_cmpstr(row(sample, i)->values[1], ==, g_ptr_array_index(fields, i));
    }
}

static void
test_damage(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20261122);
    for (int i = 0; i < 3000; i++) {
        g_autofree char *damaged = g_memdup2(plain, sizeof plain);
        gint32 length = g_rand_int_range(random, 1, sizeof plain);
        for (int flips = g_rand_int_range(random, 1, 8); flips > 0; flips--)
            damaged[g_rand_int_range(random, 0, length)] = g_rand_boolean(random)
                                                               ? "\",;\n\r\0 "[g_rand_int_range(random, 0, 7)]
                                                               : (char)g_rand_int_range(random, 0, 256);
        g_autoptr(GError) error = NULL;
        g_autoptr(FormSample) sample = load(fixture, damaged, length, &error);
        g_assert_true((sample == NULL) == (error != NULL));
        if (error != NULL)
            g_assert_true(g_utf8_validate(error->message, -1, NULL));
    }
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/sample/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("plain", test_plain);
    ADD("encodings", test_encodings);
    ADD("separators", test_separators);
    ADD("quotes-and-lines", test_quotes_and_lines);
    ADD("blank-columns", test_blank_columns);
    ADD("bad-rows", test_bad_rows);
    ADD("bad-headers", test_bad_headers);
    ADD("bad-bytes", test_bad_bytes);
    ADD("many-problems", test_many_problems);
    ADD("not-a-file", test_not_a_file);
    ADD("too-large", test_too_large);
    ADD("large", test_large);
    ADD("written-and-read", test_written_and_read);
    ADD("damage", test_damage);
    return g_test_run();
}
