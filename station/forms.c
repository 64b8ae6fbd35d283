#include "forms-private.h"

#include <glib/gi18n-lib.h>

#include "command-private.h"

void
station_forms_clear(StationForms *forms)
{
    g_clear_pointer(&forms->forms, omr_forms_free);
    g_clear_pointer(&forms->packages, g_ptr_array_unref);
}

gboolean
station_forms_load(Store *store, const char *station_dir, StationForms *forms, GError **error)
{
    forms->packages = store_load_forms(store, error);
    if (!forms->packages)
        return FALSE;
    if (!forms->packages->len) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: this station has no form yet; give it one with 'phieu form add PACKAGE'"),
                    station_dir);
        return FALSE;
    }
    forms->forms = omr_forms_new();
    for (guint i = 0; i < forms->packages->len; i++)
        if (!omr_forms_add(forms->forms, forms->packages->pdata[i], error))
            return FALSE;
    return TRUE;
}

const FormPackage *
station_forms_find(const StationForms *forms, const char *code, int version)
{
    for (guint i = 0; i < forms->packages->len; i++) {
        const FormPackage *package = forms->packages->pdata[i];
        if (package->version == version && g_strcmp0(package->code, code) == 0)
            return package;
    }
    return NULL;
}
