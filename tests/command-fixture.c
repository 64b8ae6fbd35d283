#include "command-fixture.h"

#include <ftw.h>
#include <glib/gstdio.h>
#include <qrencode.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <zlib.h>

#define SCAN_DPI 200

static const char definition[] =
    "## settings\n\n"
    "| form_id | version | form_title | default_language |\n|---|---|---|---|\n"
    "| TESTFORM | 1 | A form for tests | English (en) |\n\n"
    "## survey\n\n"
    "| type | name | label | appearance | print::break |\n|---|---|---|---|---|\n"
    "| begin_group | views | What do you think? | table-list | |\n"
    "| select_one level | v1 | Of the rain | | |\n"
    "| select_one level | v2 | Of the sun | | |\n"
    "| select_one level | v3 | Of the wind | | |\n"
    "| end_group | | | | |\n"
    "| select_multiple animal | animals | Which do you keep? | | |\n"
    "| text | other | Anything else? | | |\n"
    "| select_one level | last | Of this form | | yes |\n\n"
    "## choices\n\n"
    "| list_name | name | label |\n|---|---|---|\n"
    "| level | 1 | bad |\n| level | 2 | fair |\n| level | 3 | good |\n"
    "| animal | 1 | cat |\n| animal | 2 | dog |\n| animal | 3 | duck |\n";

static char *
take_output(FILE *file)
{
    GString *text = g_string_new(NULL);
    char block[4096];
    gsize n;
    rewind(file);
    while ((n = fread(block, 1, sizeof block, file)) > 0)
        g_string_append_len(text, block, (gssize)n);
    return g_string_free(text, FALSE);
}

Run
run_phieu_v(const char *const *words, const char *const *environment)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, (gpointer)g_getenv("PHIEU"));
    for (; *words; words++)
        g_ptr_array_add(argv, (gpointer)*words);
    g_ptr_array_add(argv, NULL);
    FILE *output = tmpfile(), *problems = tmpfile();
    g_assert_nonnull(output);
    g_assert_nonnull(problems);
    GPid pid = 0;
    GError *error = NULL;
    g_spawn_async_with_fds(NULL, (char **)argv->pdata, (char **)environment, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
                           NULL, &pid, -1, fileno(output), fileno(problems), &error);
    g_assert_no_error(error);
    int status = 0;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFEXITED(status));
    Run run = {
        .status = WEXITSTATUS(status), .output = take_output(output), .problems = take_output(problems)};
    fclose(output);
    fclose(problems);
    return run;
}

Run
run_phieu(const char *first, ...)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    va_list rest;
    va_start(rest, first);
    for (const char *word = first; word; word = va_arg(rest, const char *))
        g_ptr_array_add(words, (gpointer)word);
    va_end(rest);
    g_ptr_array_add(words, NULL);
    return run_phieu_v((const char *const *)words->pdata, NULL);
}

void
run_clear(Run *run)
{
    g_free(run->output);
    g_free(run->problems);
}

guint
count_lines(const char *text)
{
    guint lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

char *
fixture_path(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->dir, name, NULL);
}

void
fixture_write(const char *path, const void *content, gssize length)
{
    GError *error = NULL;
    g_file_set_contents(path, content, length, &error);
    g_assert_no_error(error);
}

static void
set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    GError *error = NULL;
    fixture->dir = g_dir_make_tmp("phieu-command-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->definition = fixture_path(fixture, "form.md");
    fixture->package_path = fixture_path(fixture, "form.form.json");
    fixture_write(fixture->definition, definition, -1);
    g_auto(Run) run = run_phieu("form", "compile", fixture->definition, "-o", fixture->package_path, NULL);
    assert_status(run, 0);
    fixture->package = form_package_load(fixture->package_path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(fixture->package->pages->len, ==, 2);
    fixture->printer = form_printer_new(fixture->package, &error);
    g_assert_no_error(error);
}

static int
remove_one(const char *path, const struct stat *about G_GNUC_UNUSED, int kind G_GNUC_UNUSED,
           struct FTW *place G_GNUC_UNUSED)
{
    return remove(path);
}

static void
tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    form_printer_free(fixture->printer);
    form_package_free(fixture->package);
    nftw(fixture->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    g_free(fixture->dir);
    g_free(fixture->definition);
    g_free(fixture->package_path);
}

void
add_test(const char *path, void (*test)(Fixture *fixture, gconstpointer data), gconstpointer data)
{
    g_test_add(path, Fixture, data, set_up, test, tear_down);
}

static PIX *
simulate(const Fixture *fixture, const char *code, const char *serial, int page, CalibrationScan *scan)
{
    FormSheetId id = {.version = 1, .page = page};
    g_strlcpy(id.code, code ? code : "TESTFORM", sizeof id.code);
    g_strlcpy(id.serial, serial, sizeof id.serial);
    g_autoptr(CalibrationRespondent) respondent =
        calibration_respondent_new(fixture->package, &calibration_habits_ordinary, 1, serial);
    g_autoptr(GRand) random = calibration_random(1, serial, page, "scan");
    *scan = (CalibrationScan){.dpi = SCAN_DPI, .mode = CALIBRATION_GREY};
    PIX *pix = calibration_simulate(fixture->printer, &id, respondent, scan, random);
    g_assert_nonnull(pix);
    return pix;
}

void
fixture_scan(const Fixture *fixture, const char *code, const char *serial, int page, const char *path)
{
    GError *error = NULL;
    CalibrationScan scan;
    g_autoptr(PIX) pix = simulate(fixture, code, serial, page, &scan);
    calibration_write(pix, &scan, path, &error);
    g_assert_no_error(error);
}

/* Paints `code` over an area, with its quiet zone of 4 modules. */
static void
paint_qr(PIX *pix, const FormRect *rect, const QRcode *code)
{
    double px = SCAN_DPI / 25.4;
    pixSetInRect(pix, &(BOX){.x = (int)(rect->x_mm * px),
                             .y = (int)(rect->y_mm * px),
                             .w = (int)(rect->w_mm * px),
                             .h = (int)(rect->h_mm * px)});
    double module = rect->w_mm * px / (code->width + 8);
    for (int row = 0; row < code->width; row++)
        for (int column = 0; column < code->width; column++)
            if (code->data[row * code->width + column] & 1)
                pixRasterop(pix, (int)(rect->x_mm * px + (column + 4) * module),
                            (int)(rect->y_mm * px + (row + 4) * module), (int)(module + 1), (int)(module + 1),
                            PIX_CLR, NULL, 0, 0);
}

void
fixture_scan_with_qr(const Fixture *fixture, const char *serial, int page, const char *payload,
                     const char *path)
{
    GError *error = NULL;
    CalibrationScan scan;
    g_autoptr(PIX) pix = simulate(fixture, NULL, serial, page, &scan);
    QRcode *code = QRcode_encodeString(payload, 0, QR_ECLEVEL_Q, QR_MODE_8, 1);
    g_assert_nonnull(code);
    const FormPage *form_page = form_package_page(fixture->package, page);
    for (guint i = 0; i < form_page->qr->len; i++)
        paint_qr(pix, &g_array_index(form_page->qr, FormRect, i), code);
    QRcode_free(code);
    calibration_write(pix, &scan, path, &error);
    g_assert_no_error(error);
}

static void
append_u32(GByteArray *bytes, guint32 value)
{
    value = GUINT32_TO_BE(value);
    g_byte_array_append(bytes, (const guint8 *)&value, 4);
}

static void
append_chunk(GByteArray *bytes, const char *kind, const guint8 *data, guint length)
{
    append_u32(bytes, length);
    guint start = bytes->len;
    g_byte_array_append(bytes, (const guint8 *)kind, 4);
    if (length)
        g_byte_array_append(bytes, data, length);
    append_u32(bytes, (guint32)crc32(0, bytes->data + start, bytes->len - start));
}

void
fixture_png(const char *path, guint32 width, guint32 height)
{
    z_stream deflater = {0};
    g_assert_cmpint(deflateInit(&deflater, 1), ==, Z_OK);
    g_autofree guint8 *row = g_malloc(width + 1);
    memset(row, 0xff, width + 1);
    row[0] = 0; /* no filter */
    g_autoptr(GByteArray) pixels = g_byte_array_new();
    guint8 block[16384];
    for (guint32 y = 0; y < height; y++) {
        deflater.next_in = row;
        deflater.avail_in = width + 1;
        do {
            deflater.next_out = block;
            deflater.avail_out = sizeof block;
            deflate(&deflater, y + 1 == height ? Z_FINISH : Z_NO_FLUSH);
            g_byte_array_append(pixels, block, (guint)(sizeof block - deflater.avail_out));
        } while (deflater.avail_out == 0);
    }
    deflateEnd(&deflater);

    g_autoptr(GByteArray) header = g_byte_array_new();
    append_u32(header, width);
    append_u32(header, height);
    g_byte_array_append(header, (const guint8 *)"\x08\x00\x00\x00\x00", 5);
    g_autoptr(GByteArray) file = g_byte_array_new();
    g_byte_array_append(file, (const guint8 *)"\x89PNG\r\n\x1a\n", 8);
    append_chunk(file, "IHDR", header->data, header->len);
    append_chunk(file, "IDAT", pixels->data, pixels->len);
    append_chunk(file, "IEND", NULL, 0);
    fixture_write(path, file->data, file->len);
}

/* About a thousand to one. */
static GByteArray *
deflated_zeros(gsize zeros)
{
    z_stream deflater = {0};
    g_assert_cmpint(deflateInit(&deflater, 1), ==, Z_OK);
    guint8 block[16384], nothing[16384] = {0};
    GByteArray *bytes = g_byte_array_new();
    while (zeros) {
        gsize n = MIN(zeros, sizeof nothing);
        zeros -= n;
        deflater.next_in = nothing;
        deflater.avail_in = (guint)n;
        do {
            deflater.next_out = block;
            deflater.avail_out = sizeof block;
            deflate(&deflater, zeros ? Z_NO_FLUSH : Z_FINISH);
            g_byte_array_append(bytes, block, (guint)(sizeof block - deflater.avail_out));
        } while (deflater.avail_out == 0);
    }
    deflateEnd(&deflater);
    return bytes;
}

void
fixture_pdf_bomb(const char *path)
{
    g_autoptr(GByteArray) stream = deflated_zeros((gsize)30000 * 60000);
    g_autoptr(GString) pdf = g_string_new("%PDF-1.4\n");
    gsize offsets[6] = {0};
    static const char *const objects[] = {
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /XObject << /I 5 0 R >> >> >>",
        "<< /Length 28 >>\nstream\nq 595 0 0 842 0 0 cm /I Do Q\nendstream",
    };
    for (guint i = 0; i < G_N_ELEMENTS(objects); i++) {
        offsets[i + 1] = pdf->len;
        g_string_append_printf(pdf, "%u 0 obj\n%s\nendobj\n", i + 1, objects[i]);
    }
    offsets[5] = pdf->len;
    g_string_append_printf(
        pdf,
        "5 0 obj\n<< /Type /XObject /Subtype /Image /Width 30000 /Height 60000 /BitsPerComponent 8"
        " /ColorSpace /DeviceGray /Filter /FlateDecode /Length %u >>\nstream\n",
        stream->len);
    g_string_append_len(pdf, (const char *)stream->data, stream->len);
    g_string_append(pdf, "\nendstream\nendobj\n");
    gsize table = pdf->len;
    g_string_append(pdf, "xref\n0 6\n0000000000 65535 f \n");
    for (guint i = 1; i <= 5; i++)
        g_string_append_printf(pdf, "%010" G_GSIZE_FORMAT " 00000 n \n", offsets[i]);
    g_string_append_printf(
        pdf, "trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%" G_GSIZE_FORMAT "\n%%%%EOF\n", table);
    fixture_write(path, pdf->str, (gssize)pdf->len);
}

void
fixture_photo(const char *path)
{
    g_autoptr(PIX) pix = pixCreate(1600, 1200, 8);
    for (guint y = 0; y < 1200; y++)
        for (guint x = 0; x < 1600; x++) {
            guint stain = (x * x / 900 + y * y / 500 + x * y / 700) % 511;
            pixSetPixel(pix, (int)x, (int)y, stain > 255 ? 510 - stain : stain);
        }
    g_assert_cmpint(pixWrite(path, pix, IFF_PNG), ==, 0);
}

char *
fixture_station(const Fixture *fixture, const char *const *serials)
{
    char *station = fixture_path(fixture, "station");
    g_autofree char *list = fixture_path(fixture, "list.csv");
    g_autoptr(GString) text = g_string_new("serial,commune\n");
    for (; *serials; serials++)
        g_string_append_printf(text, "%s,Sóc Sơn\n", *serials);
    fixture_write(list, text->str, -1);
    g_auto(Run) made = run_phieu("init", station, NULL);
    assert_status(made, 0);
    g_auto(Run) form = run_phieu("-C", station, "form", "add", fixture->package_path, NULL);
    assert_status(form, 0);
    g_auto(Run) sample = run_phieu("-C", station, "sample", "import", list, NULL);
    assert_status(sample, 0);
    return station;
}

/* Filled by nftw(), which takes no data. */
static GPtrArray *names;

static int
note_name(const char *path, const struct stat *about, int kind, struct FTW *place G_GNUC_UNUSED)
{
    if (kind == FTW_F)
        g_ptr_array_add(names, g_strdup_printf("%s %ld", path, (long)about->st_size));
    return 0;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

char *
fixture_snapshot(const Fixture *fixture, const char *station)
{
    g_autofree char *images = g_build_filename(station, "images", NULL);
    names = g_ptr_array_new_with_free_func(g_free);
    nftw(images, note_name, 16, FTW_PHYS);
    g_ptr_array_sort(names, compare_names);
    g_ptr_array_add(names, NULL);
    GString *all = g_string_new(NULL);
    g_autofree char *listed = g_strjoinv("\n", (char **)names->pdata);
    g_string_append(all, listed);
    g_ptr_array_unref(names);

    g_autofree char *dir = fixture_path(fixture, "snapshot");
    g_auto(Run) status = run_phieu("-C", station, "status", "--json", NULL);
    assert_status(status, 0);
    g_string_append(all, status.output);
    g_auto(Run) exported = run_phieu("-C", station, "export", "-o", dir, NULL);
    assert_status(exported, 0);
    for (guint i = 0; i < 2; i++) {
        g_autofree char *path = g_build_filename(dir, i ? "cells.csv" : "responses.csv", NULL), *text = NULL;
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_string_append(all, text);
    }
    return g_string_free(all, FALSE);
}
