#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "command-private.h"
#include "intake-report-private.h"
#include "name-private.h"
#include "paths-private.h"
#include "watching-private.h"

#define SETTLE_S     10
#define MAX_SETTLE_S 3600

typedef struct {
    char *batch, *profile, *scanner;
    char *watch; /* a folder; NULL: the files that were named are taken, once */
    int jobs, settle_s;
} ImportOptions;

static CommandStatus
conclude(const IntakeResult *result, guint files)
{
    if (command_interrupted() && result->files < files) {
        command_warn(
            _("stopped as asked: %u of %u files are done and stored; the same command goes on with the rest"),
            result->files, files);
        return COMMAND_NEEDS_PERSON;
    }
    return intake_status(result);
}

static CommandStatus
import_files(const CommandCall *call, Store *store, IntakeOptions *intake, GError **error)
{
    g_autoptr(GPtrArray) paths = paths_list(call->rest, error);
    if (!paths)
        return COMMAND_FAILED;
    command_catch_interrupts();
    g_autofree char *now = intake->batch ? NULL : name_of_now();
    g_autoptr(Progress) progress = progress_new(_("Reading"), _("pages"), paths->len);
    intake->paths = paths;
    intake->batch = now ? now : intake->batch;
    intake->progress = progress;
    g_auto(IntakeResult) result = {0};
    gboolean fine = intake_run(store, intake, &result, error);
    progress_hide(progress);
    if (fine || result.pages)
        intake_print(intake->batch, &result);
    return fine ? conclude(&result, paths->len) : COMMAND_FAILED;
}

static gboolean
check_watch(const CommandCall *call, const ImportOptions *options, GError **error)
{
    if (!options->watch && !call->rest[0])
        g_set_error_literal(
            error, STATION_ERROR, STATION_ERROR_INPUT,
            _("import: name image files or folders, or a folder to watch with --watch; see 'phieu "
              "import --help'"));
    else if (options->watch && call->rest[0])
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: with --watch there are no other files to import; import them by themselves"),
                    call->rest[0]);
    else if (options->settle_s < 1 || options->settle_s > MAX_SETTLE_S)
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("--settle %d: must be 1 to %d seconds"),
                    options->settle_s, MAX_SETTLE_S);
    else
        return TRUE;
    return FALSE;
}

static CommandStatus
import(const CommandCall *call, const ImportOptions *options, GError **error)
{
    guint jobs = 0;
    if (!check_watch(call, options, error) || !name_check("--batch", options->batch, error) ||
        !name_check("--scanner", options->scanner, error) || !command_jobs(options->jobs, &jobs, error))
        return COMMAND_FAILED;
    if (options->profile && !command_need_path(options->profile, error))
        return COMMAND_FAILED;
    g_autoptr(CalibrationProfile) profile =
        options->profile ? calibration_profile_load(options->profile, error) : calibration_profile_default();
    g_autoptr(Store) store = profile ? store_open(call->station_dir, error) : NULL;
    if (!store)
        return COMMAND_FAILED;
    if (options->watch) {
        WatchingOptions watching = {.dir = options->watch,
                                    .station_dir = call->station_dir,
                                    .batch = options->batch,
                                    .scanner = options->scanner,
                                    .profile = profile,
                                    .jobs = jobs,
                                    .settle_s = (guint)options->settle_s};
        return watching_run(store, &watching, error);
    }
    IntakeOptions intake = {.station_dir = call->station_dir,
                            .batch = options->batch,
                            .scanner = options->scanner,
                            .profile = profile,
                            .jobs = jobs};
    return import_files(call, store, &intake, error);
}

CommandStatus
command_import(CommandCall *call, GError **error)
{
    ImportOptions options = {.settle_s = SETTLE_S};
    const GOptionEntry entries[] = {
        {"batch", 'b', 0, G_OPTION_ARG_STRING, &options.batch,
         N_("The batch that the pages come in; named by date and time unless given, with --watch by the "
            "date"),
         "NAME"},
        {"watch", 'w', 0, G_OPTION_ARG_FILENAME, &options.watch,
         N_("Take what a scanner saves to this folder, file by file, until Ctrl-C; files go to its done/ and "
            "failed/"),
         "DIR"},
        {"settle", 0, 0, G_OPTION_ARG_INT, &options.settle_s,
         N_("A file that came without notice (network share) is complete once unchanged so long; 10 unless "
            "given"),
         "SECONDS"},
        {"profile", 0, 0, G_OPTION_ARG_FILENAME, &options.profile,
         N_("Calibration profile; the shipped one unless given"), "FILE"},
        {"scanner", 0, 0, G_OPTION_ARG_STRING, &options.scanner,
         N_("The scanner that made the images, so that it can be calibrated by what people decide"), "NAME"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs, N_("Worker threads; one a processor unless given"),
         "N"},
        G_OPTION_ENTRY_NULL,
    };
    CommandStatus status = COMMAND_FAILED;
    if (command_parse(call, entries, 0, G_MAXUINT, error))
        status = import(call, &options, error);
    g_free(options.batch);
    g_free(options.profile);
    g_free(options.scanner);
    g_free(options.watch);
    return status;
}
