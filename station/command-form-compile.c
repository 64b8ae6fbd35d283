#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "command-private.h"
#include "definition-summary-private.h"
#include "form-layout.h"

static CommandStatus
compile(const char *source, const char *output, const char *language, GError **error)
{
    g_autoptr(FormDefinition) definition = form_definition_load(source, error);
    if (!definition)
        return COMMAND_FAILED;
    g_autoptr(FormPackage) package = form_layout_compile(definition, language, output, error);
    if (!package)
        return COMMAND_FAILED;
    guint fields = 0;
    for (guint i = 0; i < package->pages->len; i++)
        fields += ((const FormPage *)package->pages->pdata[i])->fields->len;
    definition_summary_print(definition);
    printf(_("Written: %s (pages: %u of %.0f × %.0f mm, fields: %u, language: %s)\n"), output,
           package->pages->len, package->width_mm, package->height_mm, fields, package->language);
    return COMMAND_DONE;
}

CommandStatus
command_form_compile(CommandCall *call, GError **error)
{
    g_autofree char *output = NULL, *language = NULL;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("The package to write; needed"),
         "NAME.form.json"},
        {"language", 'l', 0, G_OPTION_ARG_STRING, &language, N_("Language of the print (vi, en …)"), "L"},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse(call, entries, 1, 1, error))
        return COMMAND_FAILED;
    if (!output || !g_str_has_suffix(output, ".form.json")) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("form compile: where to write is missing or no package name; add '-o NAME.form.json'"));
        return COMMAND_FAILED;
    }
    if (!command_need_path(call->rest[0], error) || !command_need_folder(output, error))
        return COMMAND_FAILED;
    return compile(call->rest[0], output, language, error);
}
