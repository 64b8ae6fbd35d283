/* Names that people give: of batches, of scanners. */
#pragma once

#include <glib.h>

/* A name for what is done now: date and time. The caller frees it. */
char *name_of_now(void);

/* Whether `name` is one of 1 to 100 printable characters; NULL is fine. STATION_ERROR_INPUT otherwise:
 * `option` names it. */
gboolean name_check(const char *option, const char *name, GError **error);
