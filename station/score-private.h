/* What the machine said against what was truly answered. */
#pragma once

#include <glib.h>

typedef struct {
    guint64 marked, marked_handed,
        marked_wrong; /* fields answered by marks: all, handed to a person, silently wrong */
    guint64 boxes, boxes_handed, boxes_wrong; /* the same of writing boxes */
} Score;

/* Judges one field: `state` in the words of form_field_state_name() or "missing_page". TRUE when it is wrong
 * and was not handed to a person. */
gboolean score_field(Score *score, gboolean is_select, const char *state, const char *value,
                     const char *truth);

void score_add(Score *sum, const Score *part);

/* Share of the mark fields handed over, in percent. */
double score_handed_percent(const Score *score);
