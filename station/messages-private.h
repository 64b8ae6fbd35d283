/* The language of the station's messages. */
#pragma once

#include <glib.h>

/* Sets locale and text domain from LANGUAGE, LC_ALL, LC_MESSAGES, LANG, the first that is set. A locale that
 * this machine lacks (a fresh Debian has no vi_VN) still gives its language. Numbers stay as in C: they go
 * into JSON and CSV. */
void messages_init(void);

/* The code of the language in use that forms are labelled with: "vi" or "en". */
const char *messages_language(void);
