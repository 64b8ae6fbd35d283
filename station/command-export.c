#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "command-private.h"
#include "export.h"

/* exports/2026-05-31 of the station. */
static char *
default_dir(const char *station_dir)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *day = g_date_time_format(now, "%Y-%m-%d");
    return g_build_filename(station_dir, "exports", day, NULL);
}

CommandStatus
command_export(CommandCall *call, GError **error)
{
    g_auto(GStrv) batches = NULL;
    g_autofree char *form = NULL, *format = NULL, *language = NULL, *output = NULL;
    const GOptionEntry entries[] = {
        {"batch", 'b', 0, G_OPTION_ARG_STRING_ARRAY, &batches,
         N_("Only this batch; may be given again; all unless given"), "NAME"},
        {"form", 0, 0, G_OPTION_ARG_STRING, &form, N_("Form to export, where the station has several"),
         "CODE"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &format, N_("File format: csv"), "csv"},
        {"language", 'l', 0, G_OPTION_ARG_STRING, &language, N_("Language of the labels in the codebook"),
         "L"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
         N_("Folder to write to; exports/DATE of the station unless given"), "DIR"},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse(call, entries, 0, 0, error))
        return COMMAND_FAILED;
    g_autoptr(Store) store = store_open(call->station_dir, error);
    if (!store)
        return COMMAND_FAILED;
    if (!output)
        output = default_dir(call->station_dir);
    ExportOptions options = {.batches = (const char *const *)batches,
                             .form = form,
                             .formats = format ? format : "csv",
                             .language = language,
                             .dir = output};
    ExportResult result = {0};
    if (!export_run(store, &options, &result, error))
        return COMMAND_FAILED;
    printf(_("Exported: %s (questionnaires: %u, fields: %u)\n"), output, result.questionnaires, result.cells);
    return COMMAND_DONE;
}
