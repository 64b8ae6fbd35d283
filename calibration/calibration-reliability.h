/* How far probabilities can be trusted, and what doubt costs.
 *
 * Everything here looks at labels and at a probability for each; where the probabilities come from is the
 * caller's affair (honestly: a fit that has not seen the label). */
#pragma once

#include "calibration-labels.h"

/* Over the labels that the model decides. */
typedef struct {
    guint n;
    double log_loss;    /* mean, natural logarithm; a probability counts as 1e-15 at least */
    double brier;       /* mean squared difference */
    double calibration; /* expected calibration error: mean difference between predicted and found share, by
                           bins */
} CalibrationScores;

CalibrationScores calibration_scores(const CalibrationLabels *labels, const double *probability);

/* Bins of the odds, by powers of ten: below 1e-6, 1e-6 … 1e-5, …, 0.1 … 0.5, and the same above a half. */
#define CALIBRATION_BINS 14

typedef struct {
    double low, high;   /* probabilities, low ≤ p < high */
    guint n;            /* positions */
    double expected;    /* marked ones, by the sum of the probabilities */
    guint found;        /* truly marked */
    double least, most; /* share truly marked: Wilson's 95 % interval about found / n; 0 … 1 of none */
} CalibrationBin;

void calibration_reliability(const CalibrationLabels *labels, const double *probability,
                             CalibrationBin bins[CALIBRATION_BINS]);

/* Wilson's score interval at 95 % for k of n (n > 0). E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209. */
void calibration_wilson(guint k, guint n, double *least, double *most);

/* The rate that k events in n trials leave possible: Clopper and Pearson's upper bound, one-sided, 95 %; 1
 * where n is 0. With k = 0 about 3 / n, the rule of three. C. J. Clopper, E. S. Pearson, Biometrika 26 (1934)
 * 404. */
double calibration_upper_bound(guint64 k, guint64 n);

/* What happens when a position is decided only where its probability of being wrong is at most `doubt`, and
 * a field with any other position goes to a person. */
typedef struct {
    double doubt;        /* accept = 1 − doubt, reject = doubt */
    guint fields_handed; /* by doubt or by another rule */
    guint unsure;        /* of them by doubt alone */
    guint wrong;         /* positions decided wrongly in fields that no person sees */
    double expected;     /* the same by the probabilities, without those that other rules decide */
    double upper;        /* rate of wrong positions that this leaves possible, 95 % */
} CalibrationReviewPoint;

typedef struct {
    guint positions, fields, groups;
    guint wrong_groups;        /* questionnaires with a wrong position at the chosen point */
    guint by_rules;            /* wrong positions that no threshold would have caught */
    GArray *points;            /* of CalibrationReviewPoint, from the strictest to a doubt of 0.5 */
    CalibrationReviewPoint at; /* the chosen one */
    gboolean proven;           /* its `upper` is at most the wanted rate */
    gboolean bearable;         /* it hands over at most a fifth of the fields for doubt */
    double least_provable;     /* the rate that so many labels could prove with no error among them */
} CalibrationReview;

/* What is wanted. */
typedef struct {
    double error_rate; /* silent errors a position, at most */
    double doubt;      /* in use now: labels too few to prove the rate never make it larger */
} CalibrationWish;

/* Chooses the largest doubt whose rate of silent errors is at most the wanted one: by the labels, with the
 * upper bound, going from strict to lenient and ending at the first failure (as the true rate only grows on
 * that way, the bound holds for the outcome; A. N. Angelopoulos et al., Learn then Test, 2021); where the
 * labels are too few for that, by the probabilities, ending before the first silent error; and where even
 * that would hand over more than a fifth of the fields for doubt, the doubt in use stays. Of larger doubts
 * than the one in use that hand over equally many fields it takes the smallest. */
void calibration_review_run(const CalibrationLabels *labels, const double *probability,
                            const CalibrationWish *wish, CalibrationReview *review);
void calibration_review_clear(CalibrationReview *review);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CalibrationReview, calibration_review_clear)
