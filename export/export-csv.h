/* One record of a CSV file as RFC 4180 has it: for what is written beside an export and compared with it. */
#pragma once

#include <glib.h>

/* Appends a record of `cells` (NULL-terminated) with its CRLF, quoted where needed. */
void export_csv_append(GString *text, const char *const *cells);
