#include "scans-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "calibration-simulation.h"
#include "command-private.h"
#include "export-csv.h"
#include "export.h"
#include "folder-private.h"
#include "parallel-private.h"

#define SCAN_DPI 300

/* Share of sheets fed upside down where a delivery is mixed: a few in a hundred. */
#define UPSIDE_DOWN 0.04

typedef struct {
    guint row;
    int page;
    gboolean upside_down;
} Side;

typedef struct {
    const ScansOptions *options;
    const char *dir;
    Side *sides; /* by the order of scanning */
} Delivery;

/* Swaps sheets about (Fisher-Yates), each sheet's two sides staying together as a duplex feeder delivers
 * them. */
static void
shuffle_sheets(Side *sides, guint n_rows, guint n_pages, guint32 seed)
{
    g_autoptr(GRand) random = calibration_random(seed, "", 0, "order");
    guint sheets_each = (n_pages + 1) / 2, n_sheets = n_rows * sheets_each;
    g_autofree guint *order = g_new(guint, n_sheets);
    for (guint i = 0; i < n_sheets; i++)
        order[i] = i;
    for (guint i = n_sheets - 1; i > 0; i--) {
        guint k = (guint)g_rand_int_range(random, 0, (gint32)i + 1), swapped = order[i];
        order[i] = order[k];
        order[k] = swapped;
    }
    guint n = 0;
    for (guint i = 0; i < n_sheets; i++) {
        gboolean upside_down = g_rand_double(random) < UPSIDE_DOWN;
        guint first = order[i] % sheets_each * 2 + 1;
        for (guint page = first; page <= MIN(first + 1, n_pages); page++)
            sides[n++] = (Side){.row = order[i] / sheets_each, .page = (int)page, .upside_down = upside_down};
    }
}

static Side *
order_sides(const ScansOptions *options)
{
    guint n_rows = options->sample->rows->len, n_pages = options->package->pages->len;
    Side *sides = g_new0(Side, n_rows * n_pages);
    for (guint i = 0; i < n_rows * n_pages; i++)
        sides[i] = (Side){.row = i / n_pages, .page = (int)(i % n_pages) + 1};
    if (options->mixed)
        shuffle_sheets(sides, n_rows, n_pages, options->seed);
    return sides;
}

static gpointer
begin_printer(gpointer data, GError **error)
{
    const Delivery *delivery = data;
    return form_printer_new(delivery->options->package, error);
}

static void
end_printer(gpointer printer)
{
    form_printer_free(printer);
}

static gboolean
write_side(guint item, gpointer printer, gpointer data, GError **error)
{
    const Delivery *delivery = data;
    const ScansOptions *options = delivery->options;
    const Side *side = &delivery->sides[item];
    const FormSampleRow *row = options->sample->rows->pdata[side->row];

    g_autoptr(CalibrationRespondent) respondent = calibration_respondent_new(
        options->package, &calibration_habits_ordinary, options->seed, row->serial);
    CalibrationCopy copy = {.printer = printer,
                            .id = {.version = options->package->version, .page = side->page},
                            .respondent = respondent,
                            .sample = options->sample,
                            .row = row};
    g_strlcpy(copy.id.code, options->package->code, sizeof copy.id.code);
    g_strlcpy(copy.id.serial, row->serial, sizeof copy.id.serial);
    g_autoptr(GRand) random = calibration_random(options->seed, row->serial, side->page, "scan");
    CalibrationScan scan = calibration_scan_ordinary(SCAN_DPI, CALIBRATION_GREY, random);
    if (side->upside_down)
        scan.quarter_turns = 2;
    g_autoptr(PIX) pix = calibration_simulate_copy(&copy, &scan, random);
    if (!pix) {
        g_set_error_literal(error, STATION_ERROR, STATION_ERROR_MACHINE,
                            _("out of memory while simulating a scan"));
        return FALSE;
    }
    g_autofree char *path = g_strdup_printf("%s/%04u.jpg", delivery->dir, item + 1);
    return calibration_write(pix, &scan, path, error);
}

static void
show_progress(guint done, gpointer progress)
{
    progress_update(progress, done, done);
}

gboolean
scans_write(const ScansOptions *options, const char *dir, GError **error)
{
    g_autofree Side *sides = order_sides(options);
    Delivery delivery = {.options = options, .dir = dir, .sides = sides};
    Parallel parallel = {.items = options->sample->rows->len * options->package->pages->len,
                         .threads = options->threads,
                         .data = &delivery,
                         .begin = begin_printer,
                         .end = end_printer,
                         .work = write_side,
                         .progress = options->progress ? show_progress : NULL,
                         .progress_data = options->progress};
    return parallel_run(&parallel, error);
}

/* The sample list's columns but the serial, which stands first. */
static void
add_sample_columns(const ScansOptions *options, char *const *cells, GPtrArray *record)
{
    for (guint i = 0; i < options->sample->n_columns; i++)
        if (i != options->sample->serial_column)
            g_ptr_array_add(record, g_strdup(cells[i]));
}

/* The value of one column: a question's answer, or 0 or 1 of an option of a select_multiple ("q2/3"). */
static char *
true_value(const CalibrationRespondent *respondent, const char *column)
{
    const char *value = calibration_respondent_value(respondent, column);
    const char *slash = strrchr(column, '/');
    if (value || !slash)
        return g_strdup(value ? value : "");
    g_autofree char *name = g_strndup(column, (gsize)(slash - column));
    const char *all = calibration_respondent_value(respondent, name);
    if (!all || !*all)
        return g_strdup("");
    g_auto(GStrv) values = g_strsplit(all, " ", -1);
    return g_strdup(g_strv_contains((const char *const *)values, slash + 1) ? "1" : "0");
}

gboolean
scans_write_truth(const ScansOptions *options, const char *path, GError **error)
{
    g_autoptr(GPtrArray) columns = g_ptr_array_new_with_free_func(g_free);
    export_response_columns(options->package, columns);
    g_autoptr(GPtrArray) header = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(header, g_strdup("serial"));
    add_sample_columns(options, options->sample->columns, header);
    for (guint i = 0; i < columns->len; i++)
        g_ptr_array_add(header, g_strdup(columns->pdata[i]));
    g_ptr_array_add(header, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    export_csv_append(text, (const char *const *)header->pdata);
    for (guint i = 0; i < options->sample->rows->len; i++) {
        const FormSampleRow *row = options->sample->rows->pdata[i];
        g_autoptr(CalibrationRespondent) respondent = calibration_respondent_new(
            options->package, &calibration_habits_ordinary, options->seed, row->serial);
        g_autoptr(GPtrArray) record = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(record, g_strdup(row->serial));
        add_sample_columns(options, row->values, record);
        for (guint k = 0; k < columns->len; k++)
            g_ptr_array_add(record, true_value(respondent, columns->pdata[k]));
        g_ptr_array_add(record, NULL);
        export_csv_append(text, (const char *const *)record->pdata);
    }
    return folder_write(path, text->str, error);
}
