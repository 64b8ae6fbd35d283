#include <glib/gi18n-lib.h>
#include <stdlib.h>

#include "command-private.h"
#include "scanner-feeder.h"

/* Not for people: the feeder process that 'scan' starts (docs/feeder.md). */
CommandStatus
command_feeder(CommandCall *call, GError **error)
{
    gint64 socket;
    if (!command_parse(call, NULL, 1, 1, error))
        return COMMAND_FAILED;
    if (!g_ascii_string_to_signed(call->rest[0], 10, 3, G_MAXINT, &socket, error))
        return COMMAND_FAILED;
    return scanner_feeder_serve((int)socket) == EXIT_SUCCESS ? COMMAND_DONE : COMMAND_MACHINE_FAILED;
}
