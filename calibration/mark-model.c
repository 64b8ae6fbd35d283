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

/* What depth a mark of this page has at least; 0 where the page shows no style. */
static double
least_depth(const CalibrationMarks *model, const CalibrationMark *mark)
{
    return mark->style >= model->style_least ? model->style_share * mark->style : 0;
}

/* Light pencil: nowhere dark, but the inside is darker as a whole. Where the page's marks are dark, such a
 * shade is no more than a doubt. */
static double
shade_log_odds(const CalibrationMarks *model, const CalibrationMark *mark)
{
    double shade = evidence(mark->mass, model->mass_half, model->mass_slope);

    return mark->style > model->mass_style ? fmin(shade, 0) : shade;
}

/* What is fainter than the page's marks was erased, or is a crease, a shadow's edge, or shows through from
 * the back. Thin strokes may come out fainter than fills; but a wide mark that is faint is never certain. */
static double
doubt_by_style(const CalibrationMarks *model, const CalibrationMark *mark, double log_odds)
{
    double least = least_depth(model, mark);

    if (mark->depth >= least)
        return log_odds;
    log_odds -= model->style_slope * (1 - mark->depth / least);
    return mark->cover >= model->style_cover ? fmin(log_odds, 0) : log_odds;
}

/* Ink is faint against a pen's, or against the page's own marks where these are fainter. */
static double
stroke_log_odds(const CalibrationMarks *model, const CalibrationMark *mark)
{
    double least = least_depth(model, mark);
    double dark = least > 0 ? fmin(model->dark, least) : model->dark;
    double faint = fmin(mark->darkness / dark, 1);
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

    double inside =
        doubt_by_style(model, mark, fmax(stroke_log_odds(model, mark), shade_log_odds(model, mark)));
    double log_odds = fmax(inside, fmin(ring, ring_ink));

    return logistic(model->final_scale * log_odds + model->final_shift);
}

double
calibration_miss_probability(const CalibrationMarks *model, const CalibrationMark *mark)
{
    return logistic(evidence(mark->beside, model->around_half, model->around_slope)) / 2;
}
