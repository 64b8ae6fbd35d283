#include "text-private.h"

#include <string.h>

gboolean
store_text_is_line(const char *text, glong least, glong most)
{
    if (text == NULL || !g_utf8_validate(text, -1, NULL) || g_utf8_strlen(text, -1) < least ||
        g_utf8_strlen(text, -1) > most)
        return FALSE;
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        if (g_unichar_iscntrl(g_utf8_get_char(text)))
            return FALSE;
    }
    return TRUE;
}

gboolean
store_text_is_code(const char *text)
{
    gsize length = text == NULL ? 0 : strlen(text);

    return length >= 1 && length <= STORE_MAX_CODE &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}
