/* A deck of known answers: copies of a form, printed with their marks, and the truth of them beside it.
 * docs/calibration.md. */
#pragma once

#include "accuracy-report-private.h"
#include "calibration-labels.h"
#include "form-package.h"

#define DECK_MAX_COPIES 500

typedef struct {
    char *serial;
    GPtrArray *pages;                  /* of AccuracyTruth*, in the form's order */
    CalibrationRespondent *respondent; /* who fills in; NULL of a deck that was loaded */
} DeckCopy;

typedef struct {
    char *id; /* "D1A2F": from form and seed; serials are "D1A2F-01" … */
    guint32 seed;
    GPtrArray *copies;     /* of DeckCopy*, owned */
    GHashTable *by_serial; /* serial -> DeckCopy */
} Deck;

/* The package must outlive it. */
Deck *deck_new(const FormPackage *package, guint32 seed, guint copies);
void deck_free(Deck *deck);

/* For loading: a deck without copies, and a copy without pages. */
Deck *deck_alloc(const char *id, guint32 seed);
DeckCopy *deck_add(Deck *deck, const char *serial);

/* What truly stands on a page; NULL when the deck has no such page. */
const AccuracyTruth *deck_find(const Deck *deck, const char *serial, int page);

/* How often each kind of mark stands in the deck: a row each, one column. The caller frees it. */
Crosstab *deck_kinds(const Deck *deck);

/* Prints all copies into one PDF, with a head that says what they are. */
gboolean deck_print(const Deck *deck, const FormPackage *package, const char *path, GError **error);

/* DECK.pdf -> DECK.truth.json. The caller frees it. */
char *deck_truth_path(const char *pdf);
gboolean deck_truth_save(const Deck *deck, const FormPackage *package, const char *path, GError **error);

/* STATION_ERROR_INPUT when it is no truth of a deck, or one of another form than `package`. */
Deck *deck_truth_load(const FormPackage *package, const char *path, GError **error);

/* A MarksJudge of `calibrate marks`; `deck` is the Deck. */
gboolean deck_judge(const FormReading *reading, const OmrPosition *position, gpointer deck,
                    CalibrationTruth *truth);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Deck, deck_free)
