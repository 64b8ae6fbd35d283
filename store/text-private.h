/* What texts given to the store may be. */
#pragma once

#include <glib.h>

#define STORE_MAX_CODE 40

/* One line of UTF-8 of `least` to `most` characters; NULL is none. */
gboolean store_text_is_line(const char *text, glong least, glong most);

/* A short code: a-z, 0-9 and _, 1 to STORE_MAX_CODE of them. */
gboolean store_text_is_code(const char *text);
