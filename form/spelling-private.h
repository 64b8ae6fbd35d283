/* "Did you mean …?": the known word nearest to a mistyped one. */
#pragma once

#include <glib.h>

typedef struct {
    const char *word;
    const char *nearest; /* one of the offered words, or NULL when none is near enough to be meant */
    guint distance;
} Spelling;

/* Letters inserted, dropped, changed or swapped with their neighbour between two words, in any case; bytes
 * beyond 64 are not looked at. */
guint spelling_distance(const char *a, const char *b);

Spelling spelling_of(const char *word);

/* Offers a known word; it is near when at most a third of the letters (or one, if there are two at least)
 * differ. */
void spelling_offer(Spelling *spelling, const char *known);

/* "; did you mean “x”?", or "" when nothing is near. The caller frees it. */
char *spelling_hint(const Spelling *spelling);
