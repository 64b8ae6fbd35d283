#include "form-shipped.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "form-error.h"
#include "shipped-resource.h"

static const char *const names[] = {"demo", "sipas-2026", NULL};

const char *const *
form_shipped_names(void)
{
    return names;
}

GBytes *
form_shipped_definition(const char *name, GError **error)
{
    if (!g_strv_contains(names, name)) {
        g_autofree char *all = g_strjoinv(", ", (char **)names);
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT, _("there is no shipped form “%s”; there are: %s"),
                    name, all);
        return NULL;
    }
    g_autofree char *path = g_strdup_printf("/phieu/shipped/%s.md", name);
    return g_resource_lookup_data(shipped_get_resource(), path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
}
