#include <math.h>

#include "calibration-profile.h"

/* Keeps the logarithm of "no ink at all" finite: a thousandth of the position, less than a pixel. */
#define LEAST_COVER 0.001

static double
logistic(double log_odds)
{
    return 1 / (1 + exp(-log_odds));
}

/* Change of log odds with the logarithm of a share. */
static double
evidence(double share, double half, double slope)
{
    return slope * log(fmax(share, LEAST_COVER) / half);
}

static double
stroke_log_odds(const CalibrationMarks *model, const CalibrationMark *mark)
{
    double faint = fmin(mark->darkness / model->dark, 1);
    double inside = evidence(mark->cover * faint * faint, model->cover_half, model->cover_slope);
    double beside = evidence(mark->beside, model->around_half, model->around_slope);

    if (mark->reach < model->reach_half)
        inside -= model->reach_slope * (1 - mark->reach / model->reach_half);
    return inside > 0 && beside > 0 ? inside + fmin(beside, model->around_most) : inside;
}

double
calibration_mark_probability(const CalibrationMarks *model, const CalibrationMark *mark)
{
    double ring = model->ring_slope * (mark->ring - model->ring_half);
    double ring_ink = evidence(mark->ring * mark->around, model->ring_ink, model->ring_ink_slope);

    double log_odds = fmax(stroke_log_odds(model, mark), fmin(ring, ring_ink));

    return logistic(model->final_scale * log_odds + model->final_shift);
}

double
calibration_miss_probability(const CalibrationMarks *model, const CalibrationMark *mark)
{
    return logistic(evidence(mark->beside, model->around_half, model->around_slope)) / 2;
}
