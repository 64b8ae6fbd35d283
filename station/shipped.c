#include "shipped-private.h"

#include "form-layout.h"
#include "form-shipped.h"

FormPackage *
shipped_compile(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = form_shipped_definition(SHIPPED_FORM, error);
    g_autoptr(FormDefinition) definition =
        bytes ? form_definition_parse(SHIPPED_FORM ".md", bytes, error) : NULL;
    return definition ? form_layout_compile(definition, NULL, path, error) : NULL;
}
