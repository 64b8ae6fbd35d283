#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>

#include "calibration-scanner.h"
#include "history-path-private.h"
#include "paths-private.h"
#include "scanner-pages.h"
#include "scanner-report-private.h"

typedef struct {
    char *name, *history, *profile;
    double ruler_mm, ruler_across_mm;
    gboolean json;
} Options;

typedef struct {
    const Options *options;
    const CalibrationScannerLimits *limits;
    char *history; /* the file, or NULL: none is kept */
    CommandStatus status;
} Work;

static gboolean
check_ruler(const char *option, double mm, double printed_mm, GError **error)
{
    if (mm == 0 || (mm > 0.8 * printed_mm && mm < 1.25 * printed_mm))
        return TRUE;
    g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                _("%s %g: the printed ruler is about %.0f mm long; measure it and name its length in mm"),
                option, mm, printed_mm);
    return FALSE;
}

static gboolean
check_options(const Options *options, GError **error)
{
    return history_check_name(options->name, error) &&
           check_ruler("--ruler-mm", options->ruler_mm, 200, error) &&
           check_ruler("--ruler-across-mm", options->ruler_across_mm, 150, error) &&
           (!options->profile || command_need_path(options->profile, error));
}

static gboolean
keep(const Work *work, const CalibrationRecord *record, ScannerReport *report, GError **error)
{
    if (!work->history)
        return TRUE;
    report->history = work->history;
    return calibration_scanner_history_compare(work->history, record, &report->reading, work->limits,
                                               report->findings, &report->records, error) &&
           calibration_scanner_history_add(work->history, record, &report->reading, &report->added, error);
}

static gboolean
measure_page(Work *work, ScannerFile *file, const char *shown, int index, GError **error)
{
    g_auto(ScannerPage) page = {0};
    if (!scanner_file_read(file, index, &page, error))
        return FALSE;
    CalibrationScanFacts facts = {page.dpi_x, page.dpi_y, work->options->ruler_mm,
                                  work->options->ruler_across_mm};
    ScannerReport report = {.image = shown, .index = index, .scanner = work->options->name};
    if (!calibration_scanner_measure(page.pix, shown, &facts, &report.reading, error))
        return FALSE;
    report.findings = calibration_scanner_judge(&report.reading, work->limits);
    CalibrationRecord record = {work->options->name, shown, scanner_file_sha256(file), index};
    gboolean kept = keep(work, &record, &report, error);
    if (kept)
        scanner_report_print(&report, work->options->json);
    if (calibration_findings_need_mending(report.findings))
        work->status = MAX(work->status, COMMAND_NEEDS_PERSON);
    g_ptr_array_unref(report.findings);
    return kept;
}

/* One bad file or page does not keep the others from being measured. */
static void
measure_file(Work *work, const char *path)
{
    g_autofree char *shown = g_filename_display_name(path);
    g_autoptr(GError) error = NULL;
    g_autoptr(ScannerFile) file = scanner_file_open(path, &error);
    int n = file ? scanner_file_n_pages(file) : 1;
    for (int i = 0; i < n && !command_interrupted(); i++) {
        g_autofree char *name = n > 1 ? g_strdup_printf(_("%s, page %d"), shown, i + 1) : g_strdup(shown);
        if (file && measure_page(work, file, name, i, &error))
            continue;
        CommandStatus status = command_report(error);
        work->status = MAX(work->status, status);
        g_clear_error(&error);
    }
}

static CommandStatus
measure(CommandCall *call, const Options *options, GError **error)
{
    Work work = {.options = options, .status = COMMAND_DONE};
    if (!check_options(options, error))
        return COMMAND_FAILED;
    g_autoptr(GPtrArray) paths = paths_list(call->rest, error);
    if (!paths || !history_find(call, options->history, "scanner", options->name, &work.history, error))
        return COMMAND_FAILED;
    g_autofree char *history = work.history;
    g_autoptr(CalibrationProfile) profile =
        options->profile ? calibration_profile_load(options->profile, error) : calibration_profile_default();
    if (!profile)
        return COMMAND_FAILED;
    work.limits = calibration_profile_scanner(profile);
    command_catch_interrupts();
    for (guint i = 0; i < paths->len && !command_interrupted(); i++)
        measure_file(&work, paths->pdata[i]);
    return command_go_on(error) ? work.status : COMMAND_FAILED;
}

CommandStatus
command_calibrate_scanner(CommandCall *call, GError **error)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"name", 0, 0, G_OPTION_ARG_STRING, &options.name,
         N_("The scanner's name in its history ('scanner' unless given)"), "NAME"},
        {"history", 0, 0, G_OPTION_ARG_FILENAME, &options.history,
         N_("Where the history is kept: a file, or a folder; the station's profiles/ unless given"), "PATH"},
        {"ruler-mm", 0, 0, G_OPTION_ARG_DOUBLE, &options.ruler_mm,
         N_("True length of the printed ruler B (along the feed, 200 mm), as measured"), "MM"},
        {"ruler-across-mm", 0, 0, G_OPTION_ARG_DOUBLE, &options.ruler_across_mm,
         N_("True length of the printed ruler A (across, 150 mm); as B is, unless given"), "MM"},
        {"profile", 0, 0, G_OPTION_ARG_FILENAME, &options.profile,
         N_("Calibration profile with other limits; the shipped one unless given"), "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_("One JSON object a scan, for programs"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    CommandStatus status = COMMAND_FAILED;
    if (command_parse(call, entries, 1, G_MAXUINT, error)) {
        if (!options.name)
            options.name = g_strdup("scanner");
        status = measure(call, &options, error);
    }
    g_free(options.name);
    g_free(options.history);
    g_free(options.profile);
    return status;
}
