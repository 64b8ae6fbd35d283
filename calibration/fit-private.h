/* What the files about fitting share. */
#pragma once

#include "calibration-fit.h"
#include "profile-private.h"

/* A label as the fit sees it. */
typedef struct {
    CalibrationMark mark;
    double weight;
    gboolean marked;
} CalibrationSample;

/* Fits to samples (of CalibrationSample). */
gboolean calibration_fit_samples(const GArray *samples, const CalibrationFitOptions *options,
                                 CalibrationMarks *fitted, GError **error);

/* In 6 digits, as a profile is read by people: what is judged is what is written. */
double calibration_rounded(double value);

/* What is fitted to of the labels that the model decides: every doubtful position and a weighted sample of
 * the clear ones, without those whose `fold` (a number a label, or NULL) is `left_out`. The caller frees the
 * array (of CalibrationSample). */
GArray *calibration_fit_pick(const CalibrationLabels *labels, const guint *fold, guint left_out,
                             const CalibrationFitOptions *options);

/* The fold of each label, all labels of a group in the same. The caller frees it; NULL with an error when
 * there are fewer groups than folds. */
guint *calibration_fit_folds(const CalibrationLabels *labels, const CalibrationFitOptions *options,
                             GError **error);

/* Minimises a function of n numbers that begin at 0 and whose second derivatives are about 1 or more, by BFGS
 * with differences, and where a kink stops it by a simplex. FALSE when `go_on` ended it. */
typedef struct {
    double (*value)(const double *at, gpointer data);
    gpointer data;
    guint n;
    gboolean (*go_on)(gpointer data, GError **error); /* or NULL */
    gpointer go_on_data;
} CalibrationMinimum;

gboolean calibration_minimise(const CalibrationMinimum *minimum, double *at, GError **error);

/* A line through log odds: scale · x + shift, fitted to scores of labels that the model was not fitted to.
 * J. C. Platt, Probabilistic outputs for support vector machines, 1999, with his targets that keep a set
 * without errors from claiming certainty; priors as in calibration-fit.h. */
typedef struct {
    double scale, shift;
} CalibrationLine;

gboolean calibration_fit_line(const double *score, const gboolean *marked, guint n,
                              const CalibrationFitOptions *options, CalibrationLine *line, GError **error);

/* Log odds of a probability, within ±35. */
double calibration_log_odds(double probability);
double calibration_logistic(double log_odds);
