#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "command-private.h"
#include "intake-private.h"
#include "name-private.h"
#include "paths-private.h"
#include "refusal-private.h"
#include "text-table-private.h"

static void
add_line(TextTable *table, const char *what, guint64 count)
{
    text_table_add(table, what);
    text_table_add_number(table, (gint64)count);
}

static void
add_line_if_any(TextTable *table, const char *what, guint64 count)
{
    if (count)
        add_line(table, what, count);
}

static void
print_summary(const char *batch, const IntakeResult *result)
{
    printf(_("Batch %s\n"), batch);
    g_autoptr(TextTable) table = text_table_new("lr");
    add_line(table, _("pages new"), result->added);
    add_line_if_any(table, _("pages held already (the same file)"), result->same_file);
    add_line_if_any(table, _("pages held already (the same page, saying the same)"), result->same_page);
    add_line_if_any(table, _("pages doubled (the same page, saying something else)"), result->doubled);
    g_autoptr(GList) reasons = g_list_sort(g_hash_table_get_keys(result->reasons), (GCompareFunc)g_strcmp0);
    for (GList *reason = reasons; reason; reason = reason->next) {
        g_autofree char *words = refusal_words(reason->data);
        g_autofree char *what = g_strdup_printf(_("pages refused: %s"), words);
        add_line(table, what, GPOINTER_TO_UINT(g_hash_table_lookup(result->reasons, reason->data)));
    }
    add_line_if_any(table, _("files that are no page image (not stored)"), result->rejected);
    add_line(table, _("fields read"), result->fields);
    add_line(table, _("  of them for a person to look at"), result->to_review);
    add_line(table, _("  of them for a person to type"), result->to_key);
    text_table_print(table, 2);
}

typedef struct {
    char *batch, *profile, *scanner;
    int jobs;
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
    if (result->machine_failed)
        return COMMAND_MACHINE_FAILED;
    if (result->rejected)
        return COMMAND_WRONG_USE;
    return result->refused || result->doubled ? COMMAND_NEEDS_PERSON : COMMAND_DONE;
}

static CommandStatus
import(const CommandCall *call, ImportOptions *options, GError **error)
{
    guint jobs = 0;
    if (!options->batch)
        options->batch = name_of_now();
    if (!name_check("--batch", options->batch, error) || !name_check("--scanner", options->scanner, error) ||
        !command_jobs(options->jobs, &jobs, error))
        return COMMAND_FAILED;
    if (options->profile && !command_need_path(options->profile, error))
        return COMMAND_FAILED;
    g_autoptr(CalibrationProfile) profile =
        options->profile ? calibration_profile_load(options->profile, error) : calibration_profile_default();
    g_autoptr(Store) store = profile ? store_open(call->station_dir, error) : NULL;
    g_autoptr(GPtrArray) paths = store ? paths_list(call->rest, error) : NULL;
    if (!paths)
        return COMMAND_FAILED;
    command_catch_interrupts();
    g_autoptr(Progress) progress = progress_new(_("Reading"), _("pages"), paths->len);
    IntakeOptions intake = {.station_dir = call->station_dir,
                            .paths = paths,
                            .batch = options->batch,
                            .scanner = options->scanner,
                            .profile = profile,
                            .jobs = jobs,
                            .progress = progress};
    g_auto(IntakeResult) result = {0};
    gboolean fine = intake_run(store, &intake, &result, error);
    progress_hide(progress);
    if (fine || result.pages)
        print_summary(options->batch, &result);
    return fine ? conclude(&result, paths->len) : COMMAND_FAILED;
}

CommandStatus
command_import(CommandCall *call, GError **error)
{
    ImportOptions options = {0};
    const GOptionEntry entries[] = {
        {"batch", 'b', 0, G_OPTION_ARG_STRING, &options.batch,
         N_("The batch that the pages come in; named by date and time unless given"), "NAME"},
        {"profile", 0, 0, G_OPTION_ARG_FILENAME, &options.profile,
         N_("Calibration profile; the shipped one unless given"), "FILE"},
        {"scanner", 0, 0, G_OPTION_ARG_STRING, &options.scanner,
         N_("The scanner that made the images, so that it can be calibrated by what people decide"), "NAME"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs, N_("Worker threads; one a processor unless given"),
         "N"},
        G_OPTION_ENTRY_NULL,
    };
    CommandStatus status = COMMAND_FAILED;
    if (command_parse(call, entries, 1, G_MAXUINT, error))
        status = import(call, &options, error);
    g_free(options.batch);
    g_free(options.profile);
    g_free(options.scanner);
    return status;
}
