#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "command-private.h"
#include "form-print.h"
#include "progress-private.h"

static gboolean
show_progress(guint done, guint total G_GNUC_UNUSED, gpointer data, GError **error)
{
    progress_update(data, done, done);
    return command_go_on(error);
}

static CommandStatus
print(const char *path, const char *list, FormPrintOptions *options, GError **error)
{
    g_autoptr(FormPackage) package = form_package_load(path, error);
    if (!package)
        return COMMAND_FAILED;
    g_autoptr(FormSample) sample = form_sample_load(list, error);
    if (!sample)
        return COMMAND_FAILED;
    command_catch_interrupts();
    g_autoptr(Progress) progress = progress_new(_("Printing"), _("questionnaires"), sample->rows->len);
    options->progress = show_progress;
    options->data = progress;
    if (!form_print(package, sample, options, error))
        return COMMAND_FAILED;
    progress_hide(progress);
    if (options->split_by) {
        g_autofree char *stem = g_strdup(options->output);
        gsize length = strlen(stem);
        if (length > 4 && g_ascii_strcasecmp(stem + length - 4, ".pdf") == 0)
            stem[length - 4] = '\0';
        printf(
            _("Printed: %s-….pdf, one file for each value of %s (questionnaires: %u, pages of each: %u)\n"),
            stem, options->split_by, sample->rows->len, package->pages->len);
    } else
        printf(_("Printed: %s (questionnaires: %u, pages of each: %u)\n"), options->output, sample->rows->len,
               package->pages->len);
    return COMMAND_DONE;
}

CommandStatus
command_form_print(CommandCall *call, GError **error)
{
    g_autofree char *list = NULL, *output = NULL, *split_by = NULL;
    const GOptionEntry entries[] = {
        {"sample", 's', 0, G_OPTION_ARG_FILENAME, &list, N_("The sample list: a questionnaire a row; needed"),
         "LIST.csv"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("The PDF to write; needed"), "OUT.pdf"},
        {"split-by", 0, 0, G_OPTION_ARG_STRING, &split_by,
         N_("One PDF for each value of this column: OUT-VALUE.pdf"), "COLUMN"},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse(call, entries, 1, 1, error))
        return COMMAND_FAILED;
    if (!list || !output) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("form print: option '%s' is missing; add it"),
                    list ? "-o OUT.pdf" : "--sample LIST.csv");
        return COMMAND_FAILED;
    }
    if (!command_need_path(call->rest[0], error) || !command_need_path(list, error) ||
        !command_need_folder(output, error))
        return COMMAND_FAILED;
    FormPrintOptions options = {.output = output, .split_by = split_by};
    return print(call->rest[0], list, &options, error);
}
