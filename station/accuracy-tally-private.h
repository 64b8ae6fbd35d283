/* What was counted: pages with known answers against how they were read. docs/accuracy.md defines the words.
 */
#pragma once

#include "accuracy-truth-private.h"
#include "crosstab-private.h"
#include "form-reading.h"
#include "form-sheet-id.h"

/* In the order in which they are reported. */
typedef enum {
    ACCURACY_POSITIONS,
    ACCURACY_SILENT_ERRORS,
    ACCURACY_POSITIONS_SETTLED, /* of fields that were not handed over */
    ACCURACY_FIELDS,
    ACCURACY_FIELDS_HANDED_OVER,
    ACCURACY_FIELDS_WRONG, /* with a silent error */
    ACCURACY_FIELDS_REFUSED,
    ACCURACY_PAGES,
    ACCURACY_PAGES_REFUSED,
    ACCURACY_PAGES_MISTAKEN, /* read as another page or questionnaire */
    ACCURACY_BOXES,
    ACCURACY_BOXES_TO_KEY,
    ACCURACY_BOXES_EMPTY,       /* truly */
    ACCURACY_BOXES_EMPTY_ASKED, /* … and handed over nevertheless */
    ACCURACY_SILENT_BOX_ERRORS,
    ACCURACY_N_COUNTS,
} AccuracyCount;

/* The key of a count in JSON. */
const char *accuracy_count_name(AccuracyCount count);

typedef struct {
    guint64 count[ACCURACY_N_COUNTS];
    Crosstab *kinds;    /* what truly stands at a position × how it was read */
    Crosstab *reasons;  /* why a field was handed over × what was truly in the field */
    Crosstab *scans;    /* how the page was scanned × what became of it */
    Crosstab *damages;  /* what befell the page (a page may stand in several rows) × what became of it */
    Crosstab *refusals; /* why a page was refused × pages */
} AccuracyTally;

void accuracy_tally_init(AccuracyTally *tally);
void accuracy_tally_clear(AccuracyTally *tally);
void accuracy_tally_merge(AccuracyTally *tally, const AccuracyTally *part);

/* {"positions": …, "kinds": {…}, …}. The caller owns the reference. */
json_t *accuracy_tally_to_json(const AccuracyTally *tally);

/* Adds what accuracy_tally_to_json() wrote; FALSE when `object` is no such thing. */
gboolean accuracy_tally_add_json(AccuracyTally *tally, const json_t *object);

/* How a page was scanned, in the words of the tables. */
typedef struct {
    const char *scan;           /* the row of `scans`: "300 dpi grey" */
    const char *const *damages; /* the rows of `damages`, NULL-terminated; or NULL */
} AccuracyScanRows;

/* What a page turned out to be. */
typedef enum {
    ACCURACY_FINE,
    ACCURACY_DOUBTFUL, /* nothing wrong, but fields were handed over */
    ACCURACY_REFUSED,
    ACCURACY_WRONG, /* a silent error, in positions or boxes */
} AccuracyVerdict;

/* Counts one page: `id` is what it is, `truth` what stands on it (NULL where neither is known of a refused
 * page), `rows` where it is counted by scan. */
AccuracyVerdict accuracy_judge(AccuracyTally *tally, const FormReading *reading, const FormSheetId *id,
                               const AccuracyTruth *truth, const AccuracyScanRows *rows);

/* Whether a reading is of another page than it should be; a refused one is not. */
gboolean accuracy_is_mistaken(const FormReading *reading, const FormSheetId *id, const AccuracyTruth *truth);

/* Whether a position or box was read wrong and nobody will look at it. `read` NULL: nothing was read of it at
 * all, though the page was read. */
gboolean accuracy_position_is_wrong(const FormFieldReading *read, guint option,
                                    const AccuracyTruthField *field);
gboolean accuracy_box_is_wrong(const FormFieldReading *read, const AccuracyTruthField *field);

/* The reading of a field, or NULL. */
const FormFieldReading *accuracy_find_field(const FormReading *reading, const char *name);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AccuracyTally, accuracy_tally_clear)
