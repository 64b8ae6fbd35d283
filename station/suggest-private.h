/* What somebody may have meant. */
#pragma once

#include <glib.h>

/* The one of `names` (NULL-terminated) that differs from `word` by the fewest edits, or NULL where none is
 * near: more than a third of the word's letters, and more than 2, would have to change. */
const char *suggest_nearest(const char *word, const char *const *names);
