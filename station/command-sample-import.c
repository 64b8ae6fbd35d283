#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "command-private.h"
#include "store.h"

/* The store knows lines only: puts the list's name before each. */
static void
name_list(GError **error, const char *path)
{
    if (!error || !*error || (*error)->domain != STORE_ERROR || (*error)->code != STORE_ERROR_INPUT)
        return;
    g_autofree char *name = g_filename_display_name(path);
    g_autofree char *between = g_strdup_printf("\n%s: ", name);
    g_auto(GStrv) lines = g_strsplit((*error)->message, "\n", -1);
    g_autofree char *joined = g_strjoinv(between, lines);
    g_autofree char *message = g_strdup_printf("%s: %s", name, joined);
    GError *named = g_error_new_literal((*error)->domain, (*error)->code, message);
    g_error_free(*error);
    *error = named;
}

CommandStatus
command_sample_import(CommandCall *call, GError **error)
{
    if (!command_parse(call, NULL, 1, 1, error) || !command_need_path(call->rest[0], error))
        return COMMAND_FAILED;
    g_autoptr(Store) store = store_open(call->station_dir, error);
    if (!store)
        return COMMAND_FAILED;
    g_autoptr(FormSample) sample = form_sample_load(call->rest[0], error);
    StoreSampleResult result = {0};
    if (!sample)
        return COMMAND_FAILED;
    if (!store_import_sample(store, sample, &result, error)) {
        name_list(error, call->rest[0]);
        return COMMAND_FAILED;
    }
    printf(_("Sample list loaded (new questionnaires: %u, known already: %u).\n"), result.added, result.same);
    return COMMAND_DONE;
}
