#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command-private.h"
#include "folder-private.h"
#include "name-private.h"
#include "progress-private.h"
#include "scan-json-private.h"
#include "scan-keys-private.h"
#include "scan-private.h"
#include "scan-report-private.h"
#include "scan-settings-private.h"
#include "virtual-feeder-private.h"

#define MAX_SHEETS  1000000
#define MAX_STALL_S 3600

typedef struct {
    char *device, *batch, *source, *mode, *size, *keep, *profile, *thumbnails;
    GStrv options, once;
    int sheets, dpi, jobs, stall_s, cancel_s;
    gboolean list, json, fresh;
} ScanWishes;

/* A run as people see it. */
typedef struct {
    const ScanWishes *wishes;
    const char *station_dir;
    Progress *progress;
    ScanKeys *keys;
    ScanControl control;
    const ScanResult *result; /* of the run, so far */
    guint sheets;             /* the last one shown … */
    guint sides;              /* … and how many sides were */
    GError *error;            /* of writing a thumbnail */
} Live;

static const char *
first_flag(const FormReading *reading)
{
    return reading && reading->flags->len ? g_array_index(reading->flags, FormFlag, 0).code : NULL;
}

/* What needs a person is told at once, while the sheet still lies on top of the tray. */
static void
tell_trouble(Live *live, const ScanSide *side)
{
    const char *outcome = scan_outcome_name(side);
    const char *why = side->cause ? scan_cause_words(side->cause) : first_flag(side->reading);
    if (!g_str_equal(outcome, "lost") && !g_str_equal(outcome, "refused") && !g_str_equal(outcome, "doubled"))
        return;
    progress_hide(live->progress);
    command_warn(side->side == STORE_SIDE_FRONT ? _("sheet %u, front: %s (%s)")
                                                : _("sheet %u, back: %s (%s)"),
                 side->sheet,
                 g_str_equal(outcome, "lost")      ? _("lost, feed it again")
                 : g_str_equal(outcome, "refused") ? _("refused, goes to a person")
                                                   : _("held already with other answers"),
                 why ? why : "?");
}

static void
write_thumbnail(Live *live, const ScanSide *side)
{
    g_autofree char *path =
        g_strdup_printf("%s/%06u-%s.jpg", live->wishes->thumbnails, side->sheet, store_side_name(side->side));
    gsize length;
    const char *data = g_bytes_get_data(side->thumbnail, &length);
    if (!live->error)
        g_file_set_contents(path, data, (gssize)length, &live->error);
}

static void
show_side(const ScanSide *side, gpointer data)
{
    Live *live = data;
    live->sheets = side->sheet;
    live->sides++;
    if (side->thumbnail)
        write_thumbnail(live, side);
    if (live->wishes->json)
        scan_json_print(scan_json_side(side));
    else
        tell_trouble(live, side);
}

static void
tick(gpointer data)
{
    Live *live = data;
    if (command_interrupted() && !g_atomic_int_get(&live->control.stop)) {
        g_atomic_int_set(&live->control.stop, 1);
        progress_hide(live->progress);
        command_warn(_("stopping after the sheet in work; asked again, at once"));
    }
    scan_keys_look(live->keys);
    if (!live->progress)
        return;
    const ScanResult *result = live->result;
    const char *state = g_atomic_int_get(&live->control.paused) ? _("; paused") : "";
    g_autofree char *line = g_strdup_printf(
        _("sheet %u; sides %u, refused %u, lost %u; fields for people %u%s"), live->sheets, live->sides,
        result->refused, result->lost, (guint)(result->to_review + result->to_key), state);
    progress_say(live->progress, line);
}

/* The end of the command: what needs a person, what failed. */
static CommandStatus
conclude(const ScanResult *result, const StoreLedger *ledger)
{
    switch (result->cause) {
    case SCANNER_CAUSE_IO_ERROR:
    case SCANNER_CAUSE_HUNG:
    case SCANNER_CAUSE_CRASHED:
    case SCANNER_CAUSE_REFUSED:
    case SCANNER_CAUSE_BUSY:
        return COMMAND_MACHINE_FAILED;
    case SCANNER_CAUSE_EMPTY:
        return ledger->unsettled || ledger->difference || ledger->missing_total || ledger->refused ||
                       ledger->doubled
                   ? COMMAND_NEEDS_PERSON
                   : COMMAND_DONE;
    default:
        return COMMAND_NEEDS_PERSON;
    }
}

static CommandStatus
report(const Live *live, Store *store, const ScanResult *result, GError **error)
{
    g_autoptr(StoreLedger) ledger = store_ledger(store, live->wishes->batch, error);
    if (!ledger)
        return COMMAND_FAILED;
    if (live->wishes->json)
        scan_json_print(scan_json_end(live->wishes->batch, result, ledger));
    else
        scan_report_print(live->station_dir, live->wishes->batch, result->detail, ledger);
    return conclude(result, ledger);
}

/* On a terminal, after what a person can mend: whether to feed on. */
static gboolean
ask_to_go_on(const ScanWishes *wishes, const ScanResult *result)
{
    char answer[16];
    if (wishes->json || result->cause == SCANNER_CAUSE_EMPTY || result->cause == SCANNER_CAUSE_STOPPED ||
        command_interrupted() || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return FALSE;
    printf("%s ", _("Enter: feed on; q: end."));
    fflush(stdout);
    return fgets(answer, sizeof answer, stdin) && answer[0] == '\n';
}

static CommandStatus
run_once(Store *store, ScanOptions *options, Live *live, gboolean *again, GError **error)
{
    const ScanWishes *wishes = live->wishes;
    g_auto(ScanResult) result = {0};
    live->result = &result;
    live->control = (ScanControl){0};
    live->keys = scan_keys_new(&live->control);
    if (live->keys && !wishes->json)
        printf("%s\n", _("p: pause, and go on; s: stop after the sheet in work."));
    live->progress = wishes->json ? NULL : progress_new(_("Scanning"), _("sides"), 0);
    gboolean done = scan_run(store, options, &result, error);
    g_clear_pointer(&live->progress, progress_free);
    g_clear_pointer(&live->keys, scan_keys_free);
    if (!done) {
        g_autoptr(GError) further = NULL;
        if (result.first_sheet)
            report(live, store, &result, &further);
        return COMMAND_FAILED;
    }
    CommandStatus status = report(live, store, &result, error);
    *again = status != COMMAND_FAILED && ask_to_go_on(wishes, &result);
    return status;
}

/* Feeds with an open and set feeder, again and again where a person says so. */
static CommandStatus
feed(const CommandCall *call, const ScanWishes *wishes, Store *store, ScanOptions *options, GError **error)
{
    Live live = {.wishes = wishes, .station_dir = call->station_dir};
    guint jobs = 0;
    gboolean again = TRUE;
    CommandStatus status = COMMAND_FAILED;
    g_autoptr(CalibrationProfile) profile =
        wishes->profile ? calibration_profile_load(wishes->profile, error) : calibration_profile_default();

    if (!profile || !command_jobs(wishes->jobs, &jobs, error))
        return COMMAND_FAILED;
    options->station_dir = call->station_dir;
    options->batch = wishes->batch;
    options->sheets = (guint)wishes->sheets;
    options->profile = profile;
    options->jobs = jobs;
    options->thumbnails = wishes->thumbnails != NULL;
    options->control = &live.control;
    options->show = show_side;
    options->tick = tick;
    options->data = &live;
    command_catch_interrupts();
    while (again) {
        again = FALSE;
        status = run_once(store, options, &live, &again, error);
    }
    if (live.error && status != COMMAND_FAILED) {
        g_propagate_error(error, live.error);
        return COMMAND_FAILED;
    }
    g_clear_error(&live.error);
    return status;
}

/* What the scanner is set to, also by what was remembered. */
static void
tell_settings(const ScanSettings *settings, const ScannerAbout *about)
{
    g_autofree char *options =
        settings->settings.options ? g_strjoinv(" ", settings->settings.options) : g_strdup("");
    printf("%s: %s, %s, %.0f dpi%s%s\n", about->device, about->source ? about->source : "-",
           about->mode ? about->mode : "-", about->dpi_x, *options ? ", " : "", options);
}

/* Opens the device, sets it as asked and as remembered, feeds, and remembers. */
static CommandStatus
scan_with(const CommandCall *call, const ScanWishes *wishes, ScanSettings *settings,
          const ScannerFeederOptions *device, GError **error)
{
    g_autoptr(Store) store = store_open(call->station_dir, error);
    g_autoptr(ScannerFeeder) feeder = store ? scanner_feeder_open(device, error) : NULL;
    if (!feeder)
        return COMMAND_FAILED;
    const ScannerAbout *about = scanner_feeder_about(feeder); /* setting makes its strings anew */
    if (!wishes->fresh && !scan_settings_recall(settings, store, about->device, error))
        return COMMAND_FAILED;
    ScannerSettings of_run = scan_settings_of_run(settings);
    g_autofree GStrv borrowed = of_run.options;
    g_autofree char *json = scan_settings_to_json(settings);
    if (!scanner_feeder_set(feeder, &of_run, error) ||
        !store_scanner_settings_put(store, about->device, json, error))
        return COMMAND_FAILED;
    if (!wishes->json)
        tell_settings(settings, about);
    ScanOptions options = {.feeder = feeder, .settings_json = json, .keep = settings->keep};
    return feed(call, wishes, store, &options, error);
}

/* Listing. */

static void
print_words(const char *what, GStrv words)
{
    if (!words || !words[0])
        return;
    g_autofree char *joined = g_strjoinv(", ", words);
    printf("    %s: %s\n", what, joined);
}

static void
print_dpi(const ScannerDevice *device)
{
    g_autoptr(GString) numbers = g_string_new(NULL);
    for (guint i = 0; i < device->dpi->len; i++)
        g_string_append_printf(numbers, "%s%g",
                               i == 0            ? ""
                               : device->any_dpi ? " – "
                                                 : ", ",
                               g_array_index(device->dpi, double, i));
    if (numbers->len)
        printf("    %s: %s\n", _("dpi"), numbers->str);
}

static void
print_device(const ScannerDevice *device)
{
    printf("%s\n    %s %s, %s\n", device->name, device->vendor, device->model, device->type);
    if (device->trouble)
        printf(_("    cannot be opened: %s\n"), device->trouble);
    print_words(_("sources"), device->sources);
    print_words(_("modes"), device->modes);
    print_dpi(device);
    if (device->width_mm > 0)
        printf(_("    largest page: %.0f × %.0f mm\n"), device->width_mm, device->height_mm);
    print_words(_("sensors"), device->sensors);
}

static CommandStatus
list_devices(const ScannerFeederOptions *options, GError **error)
{
    g_autoptr(GPtrArray) devices = scanner_devices_new();
    gboolean all = scanner_list_devices(options, devices, error);
    for (guint i = 0; i < devices->len; i++)
        print_device(devices->pdata[i]);
    if (!all)
        return COMMAND_FAILED;
    if (!devices->len)
        printf("%s\n", _("No scanner found. 'virtual:DIR' scans the images in DIR."));
    return COMMAND_DONE;
}

static gboolean
check_range(const char *option, int value, int most, GError **error)
{
    if (value >= 0 && value <= most)
        return TRUE;
    g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("%s %d: must be 1 to %d"), option, value, most);
    return FALSE;
}

static gboolean
check_wishes(ScanWishes *wishes, GError **error)
{
    if (!wishes->batch)
        wishes->batch = name_of_now();
    if (!name_check("--batch", wishes->batch, error) ||
        !check_range("--sheets", wishes->sheets, MAX_SHEETS, error) ||
        !check_range("--dpi", wishes->dpi, 2400, error) ||
        !check_range("--stall", wishes->stall_s, MAX_STALL_S, error) ||
        !check_range("--cancel", wishes->cancel_s, MAX_STALL_S, error))
        return FALSE;
    if (wishes->thumbnails && !folder_make(wishes->thumbnails, error))
        return FALSE;
    return !wishes->profile || command_need_path(wishes->profile, error);
}

static CommandStatus
scan(const CommandCall *call, ScanWishes *wishes, GError **error)
{
    g_autofree char *virtual_dir = virtual_feeder_dir();
    g_auto(ScanSettings) settings = {.settings = {.source = g_strdup(wishes->source),
                                                  .mode = g_strdup(wishes->mode),
                                                  .dpi = wishes->dpi,
                                                  .options = g_strdupv(wishes->options)},
                                     .once = g_strdupv(wishes->once)};
    ScannerFeederOptions device = {.program = scan_feeder_program,
                                   .virtual_dir = virtual_dir,
                                   .device = wishes->device,
                                   .stall_s = (guint)MAX(wishes->stall_s, 0),
                                   .cancel_s = (guint)MAX(wishes->cancel_s, 0)};

    if (wishes->list)
        return list_devices(&device, error);
    if (!check_wishes(wishes, error) || !scan_settings_keep(&settings, wishes->keep, error) ||
        !scan_settings_size(&settings, wishes->size, error))
        return COMMAND_FAILED;
    return scan_with(call, wishes, &settings, &device, error);
}

CommandStatus
command_scan(CommandCall *call, GError **error)
{
    ScanWishes wishes = {0};
    const GOptionEntry entries[] = {
        {"device", 'd', 0, G_OPTION_ARG_STRING, &wishes.device,
         N_("The scanner: SANE's name or a part of its name or model; the only one there is unless given; "
            "virtual:DIR "
            "scans the images in DIR"),
         "NAME"},
        {"list", 'l', 0, G_OPTION_ARG_NONE, &wishes.list,
         N_("Shows the scanners there are, and what they can"), NULL},
        {"batch", 'b', 0, G_OPTION_ARG_STRING, &wishes.batch,
         N_("The batch that the sheets come in; named by date and time unless given"), "NAME"},
        {"sheets", 'n', 0, G_OPTION_ARG_INT, &wishes.sheets,
         N_("How many sheets the batch has in all, counted by hand: a loss against it is named"), "N"},
        {"source", 0, 0, G_OPTION_ARG_STRING, &wishes.source,
         N_("The scanner's source, or part of its word; its duplex feeder unless given"), "WORD"},
        {"mode", 0, 0, G_OPTION_ARG_STRING, &wishes.mode, N_("gray (unless given), color or lineart"),
         "WORD"},
        {"dpi", 0, 0, G_OPTION_ARG_INT, &wishes.dpi, N_("Resolution (300 unless given)"), "N"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &wishes.size,
         N_("The sheet: A4 (unless given), A5, A3, Letter, Legal or WIDTHxHEIGHT in mm"), "SIZE"},
        {"option", 'o', 0, G_OPTION_ARG_STRING_ARRAY, &wishes.options,
         N_("An option of the scanner; may be given again for others. These and the four above are "
            "remembered"),
         "NAME=VALUE"},
        {"once", 0, 0, G_OPTION_ARG_STRING_ARRAY, &wishes.once, N_("The same for this run alone"),
         "NAME=VALUE"},
        {"fresh", 0, 0, G_OPTION_ARG_NONE, &wishes.fresh, N_("Forgets what was remembered of the scanner"),
         NULL},
        {"keep", 0, 0, G_OPTION_ARG_STRING, &wishes.keep,
         N_("How images are kept: jpeg (quality 90, unless given) or lossless; remembered"), "HOW"},
        {"profile", 0, 0, G_OPTION_ARG_FILENAME, &wishes.profile,
         N_("Calibration profile; the shipped one unless given"), "FILE"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &wishes.jobs, N_("Reading threads; one a processor unless given"),
         "N"},
        {"stall", 0, 0, G_OPTION_ARG_INT, &wishes.stall_s,
         N_("A scanner that gives nothing for so many seconds hangs (60 unless given)"), "S"},
        {"cancel", 0, 0, G_OPTION_ARG_INT, &wishes.cancel_s,
         N_("One that hangs and is told to end is ended by force after so many seconds (35 unless given)"),
         "S"},
        {"thumbnails", 0, 0, G_OPTION_ARG_FILENAME, &wishes.thumbnails,
         N_("Writes a small picture of each side to this folder as it comes"), "DIR"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &wishes.json,
         N_("One JSON object a side as it comes, and one for the end, for programs"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    CommandStatus status = COMMAND_FAILED;
    if (command_parse(call, entries, 0, 0, error))
        status = scan(call, &wishes, error);
    char *const texts[] = {wishes.device, wishes.batch, wishes.source,  wishes.mode,
                           wishes.size,   wishes.keep,  wishes.profile, wishes.thumbnails};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_strfreev(wishes.options);
    g_strfreev(wishes.once);
    return status;
}
