/* The final line through log odds. */
#include <math.h>

#include "fit-private.h"

#define SCALE_SIGMA 0.3 /* of the logarithm */
#define SHIFT_SIGMA 1.0

typedef struct {
    const double *score;
    const gboolean *marked;
    guint n;
    double of_marked, of_empty; /* targets */
    double label_error;
} Scores;

static CalibrationLine
line_of(const double *at)
{
    return (CalibrationLine){.scale = exp(SCALE_SIGMA * at[0]), .shift = SHIFT_SIGMA * at[1]};
}

/* −ln(1 / (1 + e^−x)) */
static double
loss_of(double log_odds)
{
    return log_odds > 0 ? log1p(exp(-log_odds)) : log1p(exp(log_odds)) - log_odds;
}

static double
line_loss(const double *at, gpointer data)
{
    const Scores *scores = data;
    CalibrationLine line = line_of(at);
    double loss = (at[0] * at[0] + at[1] * at[1]) / 2;

    for (guint i = 0; i < scores->n; i++) {
        double x = line.scale * scores->score[i] + line.shift;
        double target = scores->marked[i] ? scores->of_marked : scores->of_empty;
        loss += target * fmin(loss_of(x), -log(scores->label_error)) +
                (1 - target) * fmin(loss_of(-x), -log(scores->label_error));
    }
    return loss;
}

gboolean
calibration_fit_line(const double *score, const gboolean *marked, guint n,
                     const CalibrationFitOptions *options, CalibrationLine *line, GError **error)
{
    guint n_marked = 0;
    double at[2];

    for (guint i = 0; i < n; i++)
        n_marked += marked[i] ? 1 : 0;
    Scores scores = {.score = score,
                     .marked = marked,
                     .n = n,
                     .of_marked = (n_marked + 1.0) / (n_marked + 2.0),
                     .of_empty = 1 / (n - n_marked + 2.0),
                     .label_error = fmax(options->label_error, 1e-15)};
    CalibrationMinimum minimum = {
        .value = line_loss, .data = &scores, .n = 2, .go_on = options->go_on, .go_on_data = options->data};
    if (!calibration_minimise(&minimum, at, error))
        return FALSE;
    *line = line_of(at);
    return TRUE;
}
