#include "calibration-reliability.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#define LEAST_PROBABILITY   1e-15
#define NORMAL_95           1.959963984540054 /* two-sided */
#define CONFIDENCE          0.95
#define NORMAL_95_ONE_SIDED 1.644853626951472
#define MOST_EXACT          1000

/* Edges below a half; above it they are mirrored. */
static const double edges[CALIBRATION_BINS / 2] = {0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1};

/* Told from the smaller of p and 1 − p, so that the bins above a half are as fine as those below. */
static guint
bin_of(double probability)
{
    double small = fmin(probability, 1 - probability);
    guint bin = 0;

    while (bin + 1 < CALIBRATION_BINS / 2 && small >= edges[bin + 1])
        bin++;
    return probability < 0.5 ? bin : CALIBRATION_BINS - 1 - bin;
}

static void
lay_bins(CalibrationBin *bins)
{
    guint half = CALIBRATION_BINS / 2;

    for (guint i = 0; i < half; i++) {
        double high = i + 1 < half ? edges[i + 1] : 0.5;
        bins[i] = (CalibrationBin){.low = edges[i], .high = high, .most = 1};
        bins[CALIBRATION_BINS - 1 - i] = (CalibrationBin){.low = 1 - high, .high = 1 - edges[i], .most = 1};
    }
}

void
calibration_wilson(guint k, guint n, double *least, double *most)
{
    double z2 = NORMAL_95 * NORMAL_95, share = (double)k / n;
    double centre = (share + z2 / (2.0 * n)) / (1 + z2 / n);
    double half = NORMAL_95 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4.0 * n * n));

    *least = k == 0 ? 0 : fmax(centre - half, 0);
    *most = k == n ? 1 : fmin(centre + half, 1);
}

/* Wilson's bound instead, where so many events make the two the same and GSL's series no longer converge. */
static double
upper_bound_of_many(double k, double n)
{
    double z2 = NORMAL_95_ONE_SIDED * NORMAL_95_ONE_SIDED, share = k / n;

    return (share + z2 / (2 * n) + NORMAL_95_ONE_SIDED * sqrt(share * (1 - share) / n + z2 / (4 * n * n))) /
           (1 + z2 / n);
}

double
calibration_upper_bound(guint64 k, guint64 n)
{
    double low = (double)k / (double)n, high = fmin(1, ((double)k + 10 + 5 * sqrt((double)k)) / (double)n);

    if (k >= n)
        return 1;
    if (k == 0)
        return -expm1(log(1 - CONFIDENCE) / (double)n);
    if (k > MOST_EXACT || n > G_MAXUINT)
        return upper_bound_of_many((double)k, (double)n);
    while (high - low > 1e-9 * high) {
        double middle = (low + high) / 2;
        if (gsl_cdf_binomial_P((guint)k, middle, (guint)n) > 1 - CONFIDENCE)
            low = middle;
        else
            high = middle;
    }
    return high;
}

void
calibration_reliability(const CalibrationLabels *labels, const double *probability,
                        CalibrationBin bins[CALIBRATION_BINS])
{
    lay_bins(bins);
    for (guint i = 0; i < calibration_labels_count(labels); i++) {
        const CalibrationLabel *label = calibration_labels_at(labels, i);
        CalibrationBin *bin = &bins[bin_of(probability[i])];
        if (!calibration_label_is_judged(label))
            continue;
        bin->n++;
        bin->expected += probability[i];
        bin->found += label->truth == CALIBRATION_TRUTH_MARKED;
    }
    for (guint i = 0; i < CALIBRATION_BINS; i++) {
        if (bins[i].n > 0)
            calibration_wilson(bins[i].found, bins[i].n, &bins[i].least, &bins[i].most);
    }
}

CalibrationScores
calibration_scores(const CalibrationLabels *labels, const double *probability)
{
    CalibrationScores scores = {0};
    CalibrationBin bins[CALIBRATION_BINS];

    for (guint i = 0; i < calibration_labels_count(labels); i++) {
        const CalibrationLabel *label = calibration_labels_at(labels, i);
        if (!calibration_label_is_judged(label))
            continue;
        double right = label->truth == CALIBRATION_TRUTH_MARKED ? probability[i] : 1 - probability[i];
        scores.n++;
        scores.log_loss -= log(fmax(right, LEAST_PROBABILITY));
        scores.brier += (1 - right) * (1 - right);
    }
    if (scores.n == 0)
        return scores;
    calibration_reliability(labels, probability, bins);
    for (guint i = 0; i < CALIBRATION_BINS; i++)
        scores.calibration += fabs(bins[i].expected - bins[i].found);
    scores.log_loss /= scores.n;
    scores.brier /= scores.n;
    scores.calibration /= scores.n;
    return scores;
}
