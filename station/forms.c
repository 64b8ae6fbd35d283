#include "forms-private.h"

#include <glib/gi18n-lib.h>

#include "command-private.h"

StationForms *
station_forms_new(Store *store, const char *station_dir, GError **error)
{
    g_autoptr(StationForms) forms = g_new0(StationForms, 1);
    forms->packages = store_load_forms(store, error);
    if (!forms->packages)
        return NULL;
    if (!forms->packages->len) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: this station has no form yet; give it one with 'phieu form add PACKAGE'"),
                    station_dir);
        return NULL;
    }
    forms->forms = omr_forms_new();
    for (guint i = 0; i < forms->packages->len; i++)
        if (!omr_forms_add(forms->forms, forms->packages->pdata[i], error))
            return NULL;
    return g_steal_pointer(&forms);
}

void
station_forms_free(StationForms *forms)
{
    if (!forms)
        return;
    omr_forms_free(forms->forms);
    g_clear_pointer(&forms->packages, g_ptr_array_unref);
    g_free(forms);
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
