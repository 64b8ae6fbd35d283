#include "forms-private.h"

static void
form_free(gpointer data)
{
    OmrForm *form = data;

    g_ptr_array_unref(form->blanks);
    g_free(form);
}

OmrForms *
omr_forms_new(void)
{
    OmrForms *forms = g_new0(OmrForms, 1);

    forms->forms = g_ptr_array_new_with_free_func(form_free);
    return forms;
}

void
omr_forms_free(OmrForms *forms)
{
    if (forms == NULL)
        return;
    g_ptr_array_unref(forms->forms);
    g_free(forms);
}

gboolean
omr_forms_add(OmrForms *forms, const FormPackage *package, GError **error)
{
    OmrForm *form = g_new0(OmrForm, 1);

    form->package = package;
    form->blanks = g_ptr_array_new_with_free_func((GDestroyNotify)omr_blank_free);
    for (guint i = 0; i < package->pages->len; i++) {
        OmrBlank *blank = omr_blank_new(package, g_ptr_array_index(package->pages, i), error);
        if (blank == NULL) {
            form_free(form);
            return FALSE;
        }
        g_ptr_array_add(form->blanks, blank);
    }
    g_ptr_array_add(forms->forms, form);
    return TRUE;
}

const OmrForm *
omr_forms_find(const OmrForms *forms, const char *code, int version)
{
    for (guint i = 0; i < forms->forms->len; i++) {
        const OmrForm *form = g_ptr_array_index(forms->forms, i);
        if (g_str_equal(form->package->code, code) && form->package->version == version)
            return form;
    }
    return NULL;
}
