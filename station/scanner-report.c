#include "scanner-report-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>

#include "text-table-private.h"

static const char *
mode_words(CalibrationMode mode)
{
    return mode == CALIBRATION_BILEVEL ? _("1 bit") : mode == CALIBRATION_GREY ? _("grey") : _("colour");
}

static void
add_row(TextTable *table, const char *what, char *value)
{
    text_table_add(table, what);
    text_table_add(table, value);
    g_free(value);
}

static void
add_geometry(TextTable *table, const CalibrationScannerReading *reading)
{
    add_row(table, _("image"),
            g_strdup_printf(_("%d × %d px, %s"), reading->width_px, reading->height_px,
                            mode_words(reading->mode)));
    add_row(table,
            reading->print_scale_x > 0 ? _("resolution (by rulers)") : _("resolution (print at 100 %)"),
            g_strdup_printf(_("%.1f × %.1f dpi (file: %.0f × %.0f)"), reading->dpi_x, reading->dpi_y,
                            reading->claimed_dpi_x, reading->claimed_dpi_y));
    if (reading->print_scale_x > 0)
        add_row(
            table, _("scale of the print"),
            g_strdup_printf("%.2f %% × %.2f %%", 100 * reading->print_scale_x, 100 * reading->print_scale_y));
    add_row(table, _("skew"),
            g_strdup_printf("%+.2f°", fabs(reading->skew_deg) < 0.005 ? 0 : reading->skew_deg));
    add_row(table, _("feed"),
            g_strdup_printf(_("even within %.2f mm, stretch %+.2f %% to %+.2f %%"), reading->feed_mm,
                            100 * reading->stretch_least, 100 * reading->stretch_most));
}

static void
add_grey(TextTable *table, const CalibrationScannerReading *reading)
{
    add_row(table, _("white, black"),
            g_strdup_printf(_("%.0f, %.0f of 255 (uneven by %.1f %%, clipped %.1f %%)"), reading->white,
                            reading->black, 100 * reading->shading, 100 * reading->white_clipped));
    add_row(table, _("grey curve"),
            g_strdup_printf(_("gamma %.2f; lightest grey told from white: %.0f %%"), reading->gamma,
                            reading->lightest_told));
    add_row(table, _("noise"),
            g_strdup_printf(_("%.1f on white, %.1f on grey (of 255)"), reading->noise_white,
                            reading->noise_grey));
    add_row(table, _("sharpness"),
            g_strdup_printf(_("MTF50 %.1f × %.1f line pairs/mm, edges spread by %.3f × %.3f mm"),
                            reading->mtf50_across, reading->mtf50_along, reading->blur_across_mm,
                            reading->blur_along_mm));
}

static void
add_bilevel(TextTable *table, const CalibrationScannerReading *reading)
{
    add_row(table, _("threshold"),
            g_strdup_printf(_("black from %.0f %% grey on"), 100 * reading->threshold));
    add_row(table, _("specks"),
            g_strdup_printf(_("%.3f %% of white, %.3f %% of black"), 100 * reading->white_specks,
                            100 * reading->black_specks));
    add_row(table, _("rough edges"), g_strdup_printf("%.3f mm", reading->roughness_mm));
}

static void
print_text(const ScannerReport *report)
{
    g_autoptr(TextTable) table = text_table_new("ll");
    gboolean mend = calibration_findings_need_mending(report->findings);
    printf("%s: %s\n", report->image, mend ? _("to be mended") : _("pass"));
    for (guint i = 0; i < report->findings->len; i++) {
        const CalibrationFinding *finding = report->findings->pdata[i];
        printf("  %s %s\n", finding->mend ? "!" : "-", finding->text);
    }
    add_geometry(table, &report->reading);
    if (report->reading.mode == CALIBRATION_BILEVEL)
        add_bilevel(table, &report->reading);
    else
        add_grey(table, &report->reading);
    text_table_print(table, 2);
    if (!report->history)
        printf("  %s\n", _("No history is kept: name a file with --history, or a station with -C."));
    else
        printf(report->added ? _("  Kept in %s as '%s' (earlier scans of this kind: %u)\n")
                             : _("  Was in %s already as '%s' (other scans of this kind: %u)\n"),
               report->history, report->scanner, report->records);
}

static void
print_json(const ScannerReport *report)
{
    json_t *object = json_object(), *findings = json_array();
    for (guint i = 0; i < report->findings->len; i++) {
        const CalibrationFinding *finding = report->findings->pdata[i];
        json_array_append_new(findings, json_pack("{s:s, s:b, s:s}", "code", finding->code, "mend",
                                                  finding->mend, "text", finding->text));
    }
    json_object_set_new(object, "image", json_string(report->image));
    json_object_set_new(object, "index", json_integer(report->index));
    json_object_set_new(object, "scanner", json_string(report->scanner));
    json_object_set_new(object, "pass", json_boolean(!calibration_findings_need_mending(report->findings)));
    json_object_set_new(object, "findings", findings);
    json_t *reading = calibration_scanner_to_json(&report->reading);
    json_object_update(object, reading);
    json_decref(reading);
    if (report->history) {
        g_autofree char *shown = g_filename_display_name(report->history);
        json_object_set_new(object, "history",
                            json_pack("{s:s, s:b, s:i}", "file", shown, "added", report->added, "earlier",
                                      (int)report->records));
    }
    char *text = json_dumps(object, JSON_REAL_PRECISION(8));
    puts(text);
    free(text);
    json_decref(object);
}

void
scanner_report_print(const ScannerReport *report, gboolean json)
{
    if (json)
        print_json(report);
    else
        print_text(report);
}
