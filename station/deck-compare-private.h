/* The scans of a deck beside its truth. */
#pragma once

#include "command-private.h"
#include "deck-private.h"
#include "pipeline-private.h"

typedef struct {
    AccuracyTally tally;
    GPtrArray *wrong;    /* of char*: a line for people for everything that was read wrong silently */
    GPtrArray *others;   /* of char*: pages that were refused, or of no copy of the deck */
    GPtrArray *missing;  /* of char*: "D1A2F-03 page 2": pages of the deck that were not among the images */
    guint strangers;     /* pages of no copy of the deck */
    guint rejected;      /* files that could not be read at all */
    CommandStatus worst; /* of these */
    char *fingerprint;   /* of all the images */
} DeckComparison;

/* Reads the images that the pipeline names (its `take` and `data` are set here) and compares. A page may come
 * several times. Clear the comparison, also after an error. */
gboolean deck_compare(const Deck *deck, Pipeline *pipeline, DeckComparison *comparison, GError **error);
void deck_comparison_clear(DeckComparison *comparison);

/* Whether everything of the deck was read, and nothing wrong silently. */
gboolean deck_comparison_passed(const DeckComparison *comparison);

/* Who compared: what the record names. */
typedef struct {
    const Deck *deck;
    const FormPackage *package;
    const CalibrationProfile *profile;
    const char *scanner;
    const char *history; /* the file, or NULL */
} DeckRecord;

/* Adds the comparison to the history, if there is one. `before` becomes the latest record of the same scanner
 * and form but of other images, or NULL; the caller owns the reference. */
gboolean deck_history_add(const DeckRecord *record, const DeckComparison *comparison, json_t **before,
                          GError **error);

/* On standard output. */
void deck_report_text(const DeckRecord *record, const DeckComparison *comparison, const json_t *before);
void deck_report_json(const DeckRecord *record, const DeckComparison *comparison, const json_t *before);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DeckComparison, deck_comparison_clear)
