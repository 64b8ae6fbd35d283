#include <math.h>

#include "calibration-profile.h"

/* Keeps the logarithm of "no ink at all" finite: a thousandth of the position, less than a pixel. */
#define LEAST_COVER 0.001

static double
logistic(double log_odds)
{
    return 1 / (1 + exp(-log_odds));
}

double
calibration_mark_probability(const CalibrationMarks *model, const CalibrationMark *mark)
{
    double cover = mark->cover * fmin(mark->darkness / model->dark, 1);
    double stroke = model->cover_slope * log(fmax(cover, LEAST_COVER) / model->cover_half);
    double ring = model->ring_slope * (mark->ring - model->ring_half);

    if (mark->reach < model->reach_half)
        stroke -= model->reach_slope * (1 - mark->reach / model->reach_half);
    return fmax(logistic(stroke), logistic(ring));
}

double
calibration_miss_probability(const CalibrationMarks *model, double beside)
{
    return logistic(model->around_slope * log(fmax(beside, LEAST_COVER) / model->around_half)) / 2;
}
