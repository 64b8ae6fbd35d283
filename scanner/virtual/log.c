#include "log-private.h"

#include <stdio.h>

void
virtual_log(const char *format, ...)
{
    const char *level = g_getenv("SANE_DEBUG_PHIEU");
    if (level == NULL || g_ascii_strtoll(level, NULL, 10) <= 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fprintf(stderr, "[phieu] %s\n", text);
}
