#include "score-private.h"

static gboolean
is_handed(const char *state)
{
    static const char *const handed[] = {"unsure", "multiple", "to_key", "missing_page", NULL};
    return g_strv_contains(handed, state);
}

gboolean
score_field(Score *score, gboolean is_select, const char *state, const char *value, const char *truth)
{
    gboolean handed = is_handed(state);
    gboolean wrong = !handed && !g_str_equal(value, truth);
    if (is_select) {
        score->marked++;
        score->marked_handed += handed;
        score->marked_wrong += wrong;
    } else {
        score->boxes++;
        score->boxes_handed += handed;
        score->boxes_wrong += wrong;
    }
    return wrong;
}

void
score_add(Score *sum, const Score *part)
{
    sum->marked += part->marked;
    sum->marked_handed += part->marked_handed;
    sum->marked_wrong += part->marked_wrong;
    sum->boxes += part->boxes;
    sum->boxes_handed += part->boxes_handed;
    sum->boxes_wrong += part->boxes_wrong;
}

double
score_handed_percent(const Score *score)
{
    return score->marked ? 100.0 * (double)score->marked_handed / (double)score->marked : 0;
}
