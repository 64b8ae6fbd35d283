#include "suggest-private.h"

#include <string.h>

#define MAX_LETTERS 64

/* Insertions, deletions, replacements and swaps of neighbours between two words: the optimal string alignment
 * distance (https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance). */
static guint
distance(const char *a, const char *b)
{
    gsize n = strlen(a), m = strlen(b);
    if (n > MAX_LETTERS || m > MAX_LETTERS)
        return G_MAXUINT;
    guint cost[MAX_LETTERS + 1][MAX_LETTERS + 1];
    for (gsize i = 0; i <= n; i++)
        cost[i][0] = (guint)i;
    for (gsize j = 0; j <= m; j++)
        cost[0][j] = (guint)j;
    for (gsize i = 1; i <= n; i++) {
        for (gsize j = 1; j <= m; j++) {
            guint change = a[i - 1] != b[j - 1];
            guint best = MIN(cost[i - 1][j], cost[i][j - 1]) + 1;
            best = MIN(best, cost[i - 1][j - 1] + change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = MIN(best, cost[i - 2][j - 2] + 1);
            cost[i][j] = best;
        }
    }
    return cost[n][m];
}

const char *
suggest_nearest(const char *word, const char *const *names)
{
    const char *nearest = NULL;
    guint least = MAX(2, (guint)strlen(word) / 3) + 1;
    for (; *names; names++) {
        guint edits = distance(word, *names);
        /* "check" is most of "form check": a forgotten first word is one edit. */
        const char *last = strrchr(*names, ' ');
        if (last)
            edits = MIN(edits, distance(word, last + 1) + 1);
        if (edits < least) {
            least = edits;
            nearest = *names;
        }
    }
    return nearest;
}
