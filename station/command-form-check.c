#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "command-private.h"
#include "definition-summary-private.h"

CommandStatus
command_form_check(CommandCall *call, GError **error)
{
    if (!command_parse(call, NULL, 1, 1, error) || !command_need_path(call->rest[0], error))
        return COMMAND_FAILED;
    g_autoptr(FormDefinition) definition = form_definition_load(call->rest[0], error);
    if (!definition)
        return COMMAND_FAILED;
    definition_summary_print(definition);
    printf(_("No problem found. Next: phieu form compile %s -o NAME.form.json\n"), call->rest[0]);
    return COMMAND_DONE;
}
