#include "spelling-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define WORD_MAX 64

static guint
least(guint a, guint b, guint c)
{
    return MIN(a, MIN(b, c));
}

/* Optimal string alignment distance, with the last three rows of its table. */
guint
spelling_distance(const char *a, const char *b)
{
    guint length_a = (guint)strnlen(a, WORD_MAX), length_b = (guint)strnlen(b, WORD_MAX);
    guint before[WORD_MAX + 1] = {0}, last[WORD_MAX + 1], row[WORD_MAX + 1];
    for (guint j = 0; j <= length_b; j++)
        last[j] = j;
    for (guint i = 1; i <= length_a; i++) {
        row[0] = i;
        for (guint j = 1; j <= length_b; j++) {
            char x = g_ascii_tolower(a[i - 1]), y = g_ascii_tolower(b[j - 1]);
            row[j] = least(row[j - 1] + 1, last[j] + 1, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == g_ascii_tolower(b[j - 2]) && g_ascii_tolower(a[i - 2]) == y)
                row[j] = MIN(row[j], before[j - 2] + 1);
        }
        memcpy(before, last, sizeof before);
        memcpy(last, row, sizeof last);
    }
    return last[length_b];
}

Spelling
spelling_of(const char *word)
{
    guint length = (guint)strnlen(word, WORD_MAX);
    guint tolerated = length < 2 ? 0 : MAX(1, length / 3);
    return (Spelling){.word = word, .distance = tolerated + 1};
}

void
spelling_offer(Spelling *spelling, const char *known)
{
    guint distance = spelling_distance(spelling->word, known);
    if (distance < spelling->distance) {
        spelling->distance = distance;
        spelling->nearest = known;
    }
}

char *
spelling_hint(const Spelling *spelling)
{
    if (spelling->nearest == NULL)
        return g_strdup("");
    return g_strdup_printf(_("; did you mean “%s”?"), spelling->nearest);
}
