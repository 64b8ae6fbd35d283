#include "name-private.h"

#include <glib/gi18n-lib.h>

#include "command-private.h"

#define MAX_NAME 100

char *
name_of_now(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    return g_date_time_format(now, "%Y-%m-%d-%H%M%S");
}

gboolean
name_check(const char *option, const char *name, GError **error)
{
    glong letters = name ? g_utf8_strlen(name, -1) : 1;
    gboolean fine = letters >= 1 && letters <= MAX_NAME;
    for (const char *c = name; c && *c && fine; c = g_utf8_next_char(c))
        fine = g_unichar_isprint(g_utf8_get_char(c));
    if (!fine)
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: a name is 1 to %d printable characters; choose another"), option, MAX_NAME);
    return fine;
}
