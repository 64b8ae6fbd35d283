#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "calibration-error.h"
#include "calibration-simulation.h"
#include "fit-private.h"

/* Of the prior: standard deviation of a logarithm, and of a number that may be negative (log odds). */
#define LOG_SIGMA    0.5
#define LINEAR_SIGMA 1.0

/* A number that changes no probability by so much when it moves by half a sigma is not fitted. */
#define FELT 1e-12

/* Positions this clear (log odds), on the right side, are so many that some stand for all. */
#define CLEAR        12
#define CLEAR_SAMPLE 10000

/* However sure a label is: it never counts more than so many nats (−ln). */
#define LEAST_LABEL_ERROR 1e-9

#define MAX_LOG_ODDS 35

/* One number of the model, and how it is moved. */
typedef struct {
    const CalibrationKey *key;
    double base;
    gboolean in_log; /* base · e^(sigma · u), else base + sigma · u */
} Parameter;

typedef struct {
    const GArray *samples;      /* of CalibrationSample */
    GArray *parameters;         /* of Parameter */
    CalibrationProfile profile; /* its [marks] are at hand */
    double label_error;
} Problem;

double
calibration_logistic(double log_odds)
{
    return 1 / (1 + exp(-log_odds));
}

double
calibration_log_odds(double probability)
{
    return CLAMP(log(probability) - log1p(-probability), -MAX_LOG_ODDS, MAX_LOG_ODDS);
}

static double
moved_value(const Parameter *parameter, double u)
{
    double value =
        parameter->in_log ? parameter->base * exp(LOG_SIGMA * u) : parameter->base + LINEAR_SIGMA * u;

    return CLAMP(value, parameter->key->min, parameter->key->max);
}

static void
move(Problem *problem, const double *at)
{
    for (guint i = 0; i < problem->parameters->len; i++) {
        const Parameter *parameter = &g_array_index(problem->parameters, Parameter, i);
        calibration_key_set(&problem->profile, parameter->key, moved_value(parameter, at[i]));
    }
}

/* Log loss of the labels, some of which may be wrong themselves, and the prior's. */
static double
loss_at(const double *at, gpointer data)
{
    Problem *problem = data;
    double wrong = problem->label_error, loss = 0;

    move(problem, at);
    for (guint i = 0; i < problem->samples->len; i++) {
        const CalibrationSample *sample = &g_array_index(problem->samples, CalibrationSample, i);
        double marked = calibration_mark_probability(&problem->profile.marks, &sample->mark);
        double right = sample->marked ? marked : 1 - marked;
        loss -= sample->weight * log(wrong + (1 - 2 * wrong) * right);
    }
    for (guint i = 0; i < problem->parameters->len; i++)
        loss += at[i] * at[i] / 2;
    return loss;
}

/* Whether any probability depends on the number. */
static gboolean
is_felt(Problem *problem, const Parameter *parameter)
{
    const CalibrationMarks base = problem->profile.marks;
    gboolean felt = FALSE;

    for (double u = -0.5; u <= 0.5 && !felt; u += 1) {
        calibration_key_set(&problem->profile, parameter->key, moved_value(parameter, u));
        for (guint i = 0; i < problem->samples->len && !felt; i++) {
            const CalibrationMark *mark = &g_array_index(problem->samples, CalibrationSample, i).mark;
            felt = fabs(calibration_mark_probability(&problem->profile.marks, mark) -
                        calibration_mark_probability(&base, mark)) > FELT;
        }
        problem->profile.marks = base;
    }
    return felt;
}

/* The final line is fitted by itself, to scores that are not its own. */
static gboolean
is_of_the_line(const CalibrationKey *key)
{
    return g_str_equal(key->key, "final_scale") || g_str_equal(key->key, "final_shift");
}

/* The numbers to fit: those of [marks] that are felt. One that is 0 and cannot be negative is switched off,
 * and stays so. */
static void
find_parameters(Problem *problem)
{
    for (guint i = 0; i < calibration_n_keys; i++) {
        const CalibrationKey *key = &calibration_keys[i];
        double base = calibration_key_get(&problem->profile, key);
        Parameter parameter = {.key = key, .base = base, .in_log = key->min >= 0};
        if (!g_str_equal(key->group, "marks") || is_of_the_line(key) || (parameter.in_log && base <= 0))
            continue;
        if (is_felt(problem, &parameter))
            g_array_append_val(problem->parameters, parameter);
    }
}

double
calibration_rounded(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    return g_ascii_strtod(g_ascii_formatd(text, sizeof text, "%.6g", value), NULL);
}

gboolean
calibration_fit_samples(const GArray *samples, const CalibrationFitOptions *options, CalibrationMarks *fitted,
                        GError **error)
{
    g_autoptr(GArray) parameters = g_array_new(FALSE, FALSE, sizeof(Parameter));
    Problem problem = {.samples = samples,
                       .parameters = parameters,
                       .profile = {.marks = *calibration_profile_marks(options->base)},
                       .label_error = fmax(options->label_error, LEAST_LABEL_ERROR)};

    find_parameters(&problem);
    CalibrationMinimum minimum = {.value = loss_at,
                                  .data = &problem,
                                  .n = parameters->len,
                                  .go_on = options->go_on,
                                  .go_on_data = options->data};
    g_autofree double *at = g_new0(double, parameters->len + 1);
    if (!calibration_minimise(&minimum, at, error))
        return FALSE;
    for (guint i = 0; i < parameters->len; i++) {
        const Parameter *parameter = &g_array_index(parameters, Parameter, i);
        double value = calibration_rounded(moved_value(parameter, at[i]));
        calibration_key_set(&problem.profile, parameter->key,
                            CLAMP(value, parameter->key->min, parameter->key->max));
    }
    *fitted = problem.profile.marks;
    return TRUE;
}

static gboolean
is_clear(const CalibrationMarks *base, const CalibrationLabel *label)
{
    double log_odds = calibration_log_odds(calibration_mark_probability(base, &label->mark));

    return label->truth == CALIBRATION_TRUTH_MARKED ? log_odds > CLEAR : log_odds < -CLEAR;
}

GArray *
calibration_fit_pick(const CalibrationLabels *labels, const guint *fold, guint left_out,
                     const CalibrationFitOptions *options)
{
    const CalibrationMarks *base = calibration_profile_marks(options->base);
    GArray *samples = g_array_new(FALSE, FALSE, sizeof(CalibrationSample));
    g_autoptr(GRand) random = g_rand_new_with_seed(options->seed);
    guint n = calibration_labels_count(labels), n_clear = 0;

    for (guint i = 0; i < n; i++)
        n_clear += calibration_label_is_judged(calibration_labels_at(labels, i)) &&
                   is_clear(base, calibration_labels_at(labels, i));
    double share = n_clear > CLEAR_SAMPLE ? (double)CLEAR_SAMPLE / n_clear : 1;
    for (guint i = 0; i < n; i++) {
        const CalibrationLabel *label = calibration_labels_at(labels, i);
        if (!calibration_label_is_judged(label))
            continue;
        gboolean clear = is_clear(base, label);
        /* drawn for all, so that every fold leaves out of the same ones */
        gboolean taken = !clear || g_rand_double(random) < share;
        CalibrationSample sample = {label->mark, clear ? 1 / share : 1,
                                    label->truth == CALIBRATION_TRUTH_MARKED};
        if (taken && (fold == NULL || fold[i] != left_out))
            g_array_append_val(samples, sample);
    }
    return samples;
}

static gboolean
check_labels(const CalibrationLabels *labels, GError **error)
{
    guint judged, marked;

    calibration_labels_judged(labels, &judged, &marked);
    if (marked >= CALIBRATION_LEAST_LABELS && judged - marked >= CALIBRATION_LEAST_LABELS)
        return TRUE;
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                _("the labels cannot be fitted to: %u marked and %u empty positions, where %d of each are "
                  "needed; label more pages"),
                marked, judged - marked, CALIBRATION_LEAST_LABELS);
    return FALSE;
}

gboolean
calibration_fit_marks(const CalibrationLabels *labels, const CalibrationFitOptions *options,
                      CalibrationMarks *fitted, GError **error)
{
    if (!check_labels(labels, error))
        return FALSE;
    g_autoptr(GArray) samples = calibration_fit_pick(labels, NULL, 0, options);
    return calibration_fit_samples(samples, options, fitted, error);
}
