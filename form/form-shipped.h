/* The definitions that come with the program: form/shipped/NAME.md, held inside it. */
#pragma once

#include <gio/gio.h>

/* Their names, NULL-terminated: "demo", "sipas-2026". */
const char *const *form_shipped_names(void);

/* The Markdown of one, for form_definition_parse(). FORM_ERROR_INPUT lists the names when there is none such.
 * The caller unrefs it. */
GBytes *form_shipped_definition(const char *name, GError **error);
