#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "command-private.h"
#include "store.h"

CommandStatus
command_init(CommandCall *call, GError **error)
{
    if (!command_parse(call, NULL, 0, 1, error))
        return COMMAND_FAILED;
    const char *dir = call->rest[0] ? call->rest[0] : call->station_dir;
    if (!store_create(dir, error))
        return COMMAND_FAILED;
    printf(_("%s: an empty station. Next: phieu -C %s form add PACKAGE\n"), dir, dir);
    return COMMAND_DONE;
}
