/* What the virtual feeder tells whoever looks for a fault in a folder or a script: lines on standard error,
 * in English as all of SANE's, silent unless SANE's own variable asks for them (SANE_DEBUG_PHIEU=1). */
#pragma once

#include <glib.h>

void virtual_log(const char *format, ...) G_GNUC_PRINTF(1, 2);
