#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "command-private.h"
#include "paths-private.h"
#include "pipeline-private.h"

typedef struct {
    gboolean refused;      /* a page was */
    CommandStatus failure; /* worst status of the files that could not be read at all */
} ReadState;

static void
print_reading(const FormReading *reading)
{
    json_t *object = form_reading_to_json(reading);
    char *text = json_dumps(object, JSON_REAL_PRECISION(10));
    puts(text);
    free(text);
    json_decref(object);
}

static gboolean
take_page(PipelinePage *page, gpointer data, GError **error G_GNUC_UNUSED)
{
    ReadState *state = data;
    if (page->error) {
        CommandStatus status = command_report(page->error);
        if (page->kind == PIPELINE_REJECTED)
            state->failure = MAX(state->failure, status);
    }
    if (page->kind == PIPELINE_REJECTED) {
        g_autofree char *name = g_filename_display_name(page->path);
        page->reading = form_reading_new(name, page->index);
        form_reading_refuse(page->reading, "damaged_image", page->error->message);
    }
    state->refused = state->refused || page->reading->refused;
    print_reading(page->reading);
    return TRUE;
}

typedef struct {
    GStrv forms;
    char *profile;
    int page, jobs;
} ReadOptions;

static gboolean
check_options(const ReadOptions *options, GError **error)
{
    if (!options->forms) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("read: which form? Name its package: --form NAME.form.json"));
        return FALSE;
    }
    if (options->page < 0 || options->page > FORM_MAX_PAGES) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("--page %d: a form's pages are 1 to %d"),
                    options->page, FORM_MAX_PAGES);
        return FALSE;
    }
    for (guint i = 0; options->forms[i]; i++)
        if (!command_need_path(options->forms[i], error))
            return FALSE;
    return !options->profile || command_need_path(options->profile, error);
}

static CommandStatus
read_images(const ReadOptions *options, char *const *words, GError **error)
{
    guint jobs = 0;
    if (!check_options(options, error) || !command_jobs(options->jobs, &jobs, error))
        return COMMAND_FAILED;
    g_autoptr(GPtrArray) paths = paths_list(words, error);
    if (!paths)
        return COMMAND_FAILED;
    g_autoptr(CalibrationProfile) profile =
        options->profile ? calibration_profile_load(options->profile, error) : calibration_profile_default();
    if (!profile)
        return COMMAND_FAILED;
    g_autoptr(GPtrArray) packages = g_ptr_array_new_with_free_func((GDestroyNotify)form_package_free);
    g_autoptr(OmrForms) forms = omr_forms_new();
    for (guint i = 0; options->forms[i]; i++) {
        FormPackage *package = form_package_load(options->forms[i], error);
        if (!package)
            return COMMAND_FAILED;
        g_ptr_array_add(packages, package);
        if (!omr_forms_add(forms, package, error))
            return COMMAND_FAILED;
    }
    ReadState state = {.failure = COMMAND_DONE};
    Pipeline pipeline = {.paths = paths,
                         .forms = forms,
                         .profile = profile,
                         .page = options->page,
                         .jobs = jobs,
                         .take = take_page,
                         .data = &state};
    if (!pipeline_run(&pipeline, NULL, error))
        return COMMAND_FAILED;
    return MAX(state.failure, state.refused ? COMMAND_NEEDS_PERSON : COMMAND_DONE);
}

CommandStatus
command_read(CommandCall *call, GError **error)
{
    ReadOptions options = {0};
    const GOptionEntry entries[] = {
        {"form", 'f', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.forms,
         N_("Package of a form that the pages may be of; may be given again"), "PACKAGE"},
        {"page", 0, 0, G_OPTION_ARG_INT, &options.page,
         N_("The page of the form that images without a QR show"), "N"},
        {"profile", 0, 0, G_OPTION_ARG_FILENAME, &options.profile,
         N_("Calibration profile; the shipped one unless given"), "FILE"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs, N_("Worker threads; one a processor unless given"),
         "N"},
        G_OPTION_ENTRY_NULL,
    };
    CommandStatus status = COMMAND_FAILED;
    if (command_parse(call, entries, 1, G_MAXUINT, error))
        status = read_images(&options, call->rest, error);
    g_strfreev(options.forms);
    g_free(options.profile);
    return status;
}
