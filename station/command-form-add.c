#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "command-private.h"
#include "form-package.h"
#include "store.h"

/* Somebody gives the definition where the package is meant. */
static gboolean
is_definition(const char *path)
{
    g_autofree char *name = g_ascii_strdown(path, -1);
    return g_str_has_suffix(name, ".md") || g_str_has_suffix(name, ".xlsx");
}

CommandStatus
command_form_add(CommandCall *call, GError **error)
{
    if (!command_parse(call, NULL, 1, 1, error))
        return COMMAND_FAILED;
    const char *path = call->rest[0];
    if (!command_need_path(path, error))
        return COMMAND_FAILED;
    if (is_definition(path)) {
        g_set_error(
            error, STATION_ERROR, STATION_ERROR_INPUT,
            _("%s: a definition is no package; compile it first: phieu form compile %s -o NAME.form.json"),
            path, path);
        return COMMAND_FAILED;
    }
    g_autoptr(Store) store = store_open(call->station_dir, error);
    if (!store)
        return COMMAND_FAILED;
    g_autoptr(FormPackage) package = form_package_load(path, error);
    gboolean added = FALSE;
    if (!package || !store_add_form(store, package, &added, error))
        return COMMAND_FAILED;
    if (added)
        printf(_("Form %s version %d added (pages: %u).\n"), package->code, package->version,
               package->pages->len);
    else
        printf(_("Form %s version %d is here already; nothing changed.\n"), package->code, package->version);
    return COMMAND_DONE;
}
