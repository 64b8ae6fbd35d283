/* Fitting the mark model to labelled marks, and judging what it says.
 *
 *   labels ── fit (all) ──────────────────────────→ the numbers of the new profile
 *      └───── cross-validation, k folds ── scores ─→ reliability, review share, thresholds
 *
 * The fit minimises the log loss of the labels plus a prior that keeps every number near the base profile:
 * each logarithm has a standard deviation of 0.5 about it (a factor of 1.65), so that few labels move little
 * and a number that no label speaks of stays. What the new profile is worth is only ever told from positions
 * of questionnaires that it was not fitted to. docs/calibration.md tells the whole way. */
#pragma once

#include "calibration-labels.h"

/* With fewer of either kind nothing is fitted. */
#define CALIBRATION_LEAST_LABELS 30

#define CALIBRATION_LEAST_FOLDS 2
#define CALIBRATION_MOST_FOLDS  20

typedef struct {
    const CalibrationProfile *base; /* where the numbers start, and what keeps them */
    double label_error; /* share of labels that are wrong themselves, 0 … 0.1: bounds what one of
                           them can do */
    guint folds;
    guint32 seed; /* deals questionnaires to folds, and picks the clear positions that are fitted to */
    gboolean (*go_on)(gpointer data, GError **error); /* asked now and then; FALSE ends the fit. Or NULL */
    gpointer data;
} CalibrationFitOptions;

/* Fits the numbers of [marks] that the probability depends on to the labels that the model decides, but for
 * the final line. CALIBRATION_ERROR_INPUT when the labels are too few or all of a kind. */
gboolean calibration_fit_marks(const CalibrationLabels *labels, const CalibrationFitOptions *options,
                               CalibrationMarks *fitted, GError **error);

/* The outcome of fitting and cross-validation. */
typedef struct {
    CalibrationMarks marks; /* fitted to all labels; accept and reject are the base's */
    double *before;         /* a label: probability by the base profile … */
    double *after;          /* … and by a fit that has not seen its questionnaire */
    guint n;                /* labels */
    gboolean rescaled;      /* the final scale and shift were worth it */
} CalibrationFit;

/* Fits to all labels, and for each fold to all others. Then the final line (scale and shift of the log odds)
 * is fitted to the scores of cross-validation, and kept where it lowers the log loss of the folds that it was
 * not fitted to. Needs as many groups as folds. */
gboolean calibration_fit_run(const CalibrationLabels *labels, const CalibrationFitOptions *options,
                             CalibrationFit *fit, GError **error);
void calibration_fit_clear(CalibrationFit *fit);

/* How many of `profile`'s numbers `marks` has otherwise; their keys are appended to `keys` where it is not
 * NULL. */
guint calibration_fit_moved(const CalibrationProfile *profile, const CalibrationMarks *marks, GString *keys);

/* A profile with these numbers, as `base` but for [marks]. `origin` is copied but for `fitted`, which is
 * computed. Numbers outside of their range are brought into it. */
CalibrationProfile *calibration_profile_fitted(const CalibrationProfile *base, const char *name,
                                               const CalibrationMarks *marks,
                                               const CalibrationOrigin *origin);

/* Writes what differs from the shipped profile: built aside, synced, renamed. CALIBRATION_ERROR_MACHINE. */
gboolean calibration_profile_save(const CalibrationProfile *profile, const char *path, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CalibrationFit, calibration_fit_clear)
