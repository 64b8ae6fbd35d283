#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "calibration-target.h"
#include "command-private.h"

CommandStatus
command_calibrate_target(CommandCall *call, GError **error)
{
    g_autofree char *output = NULL;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("The PDF to write; needed"), "TARGET.pdf"},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse(call, entries, 0, 0, error))
        return COMMAND_FAILED;
    if (!output) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("calibrate target: where to write is missing; add '-o TARGET.pdf'"));
        return COMMAND_FAILED;
    }
    if (!command_need_folder(output, error) || !calibration_target_write(output, error))
        return COMMAND_FAILED;
    printf(_("Written: %s. Print it at 100 %%, scan it in each mode, then: phieu calibrate scanner SCAN…\n"),
           output);
    return COMMAND_DONE;
}
