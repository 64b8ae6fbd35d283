/* Cross-validation: what a fit says of questionnaires that it has not seen. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "calibration-error.h"
#include "calibration-reliability.h"
#include "fit-private.h"

/* The final line must lower the log loss by this share, else it is left out. */
#define WORTH 0.01

/* Deals the groups to folds, all labels of a group to the same. FALSE when there are fewer groups than folds.
 */
static gboolean
deal(const CalibrationLabels *labels, const CalibrationFitOptions *options, guint *fold, GError **error)
{
    g_autoptr(GHashTable) numbers = g_hash_table_new(g_direct_hash, g_direct_equal);
    g_autoptr(GRand) random = g_rand_new_with_seed(options->seed);
    guint n = calibration_labels_count(labels);

    for (guint i = 0; i < n; i++) {
        gpointer group = (gpointer)calibration_labels_at(labels, i)->group;
        if (!g_hash_table_contains(numbers, group))
            g_hash_table_insert(numbers, group, GUINT_TO_POINTER(g_hash_table_size(numbers)));
    }
    guint n_groups = g_hash_table_size(numbers);
    if (n_groups < options->folds) {
        g_set_error(
            error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
            _("the labels are of %u questionnaires, fewer than the %u folds of cross-validation; label "
              "more, or ask for fewer --folds"),
            n_groups, options->folds);
        return FALSE;
    }
    g_autofree guint *order = g_new(guint, n_groups);
    for (guint i = 0; i < n_groups; i++)
        order[i] = i;
    for (guint i = n_groups - 1; i > 0; i--) {
        guint other = (guint)g_rand_int_range(random, 0, (gint32)i + 1), kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (guint i = 0; i < n; i++) {
        gpointer group = (gpointer)calibration_labels_at(labels, i)->group;
        fold[i] = order[GPOINTER_TO_UINT(g_hash_table_lookup(numbers, group))] % options->folds;
    }
    return TRUE;
}

guint *
calibration_fit_folds(const CalibrationLabels *labels, const CalibrationFitOptions *options, GError **error)
{
    g_autofree guint *fold = g_new(guint, calibration_labels_count(labels) + 1);

    return deal(labels, options, fold, error) ? g_steal_pointer(&fold) : NULL;
}

static gboolean
fit_folds(const CalibrationLabels *labels, const CalibrationFitOptions *options, const guint *fold,
          double *probability, GError **error)
{
    guint n = calibration_labels_count(labels);

    for (guint out = 0; out < options->folds; out++) {
        g_autoptr(GArray) samples = calibration_fit_pick(labels, fold, out, options);
        CalibrationMarks fitted;
        if (!calibration_fit_samples(samples, options, &fitted, error))
            return FALSE;
        for (guint i = 0; i < n; i++) {
            if (fold[i] == out)
                probability[i] =
                    calibration_mark_probability(&fitted, &calibration_labels_at(labels, i)->mark);
        }
    }
    return TRUE;
}

/* The line fitted to the scores of all folds but `out` (or of all, where `out` is no fold). */
static gboolean
fit_line_without(const CalibrationLabels *labels, const CalibrationFitOptions *options, const guint *fold,
                 guint out, const double *probability, CalibrationLine *line, GError **error)
{
    guint n = calibration_labels_count(labels), n_scores = 0;
    g_autofree double *score = g_new(double, n);
    g_autofree gboolean *marked = g_new(gboolean, n);

    for (guint i = 0; i < n; i++) {
        const CalibrationLabel *label = calibration_labels_at(labels, i);
        if (!calibration_label_is_judged(label) || fold[i] == out)
            continue;
        score[n_scores] = calibration_log_odds(probability[i]);
        marked[n_scores++] = label->truth == CALIBRATION_TRUTH_MARKED;
    }
    return calibration_fit_line(score, marked, n_scores, options, line, error);
}

/* `probability` moved by lines that have not seen the label they move. */
static double *
move_by_lines(const CalibrationLabels *labels, const CalibrationFitOptions *options, const guint *fold,
              const double *probability, GError **error)
{
    guint n = calibration_labels_count(labels);
    g_autofree double *moved = g_new(double, n);

    for (guint out = 0; out < options->folds; out++) {
        CalibrationLine line;
        if (!fit_line_without(labels, options, fold, out, probability, &line, error))
            return NULL;
        for (guint i = 0; i < n; i++) {
            if (fold[i] == out)
                moved[i] =
                    calibration_logistic(line.scale * calibration_log_odds(probability[i]) + line.shift);
        }
    }
    return g_steal_pointer(&moved);
}

/* Adds the final line to the model where it is worth it. The base's own line, which the scores have gone
 * through already, is continued by the new one. */
static gboolean
finish_by_line(const CalibrationLabels *labels, const CalibrationFitOptions *options, const guint *fold,
               CalibrationFit *fit, GError **error)
{
    g_autofree double *moved = move_by_lines(labels, options, fold, fit->after, error);
    CalibrationLine line;

    if (moved == NULL)
        return FALSE;
    double with = calibration_scores(labels, moved).log_loss;
    if (with > (1 - WORTH) * calibration_scores(labels, fit->after).log_loss)
        return TRUE;
    if (!fit_line_without(labels, options, fold, options->folds, fit->after, &line, error))
        return FALSE;
    fit->rescaled = TRUE;
    fit->marks.final_shift = calibration_rounded(line.scale * fit->marks.final_shift + line.shift);
    fit->marks.final_scale = calibration_rounded(line.scale * fit->marks.final_scale);
    g_free(fit->after);
    fit->after = g_steal_pointer(&moved);
    return TRUE;
}

gboolean
calibration_fit_run(const CalibrationLabels *labels, const CalibrationFitOptions *options,
                    CalibrationFit *fit, GError **error)
{
    guint n = calibration_labels_count(labels);

    *fit = (CalibrationFit){.n = n, .before = g_new0(double, n + 1), .after = g_new0(double, n + 1)};
    if (!calibration_fit_marks(labels, options, &fit->marks, error))
        return FALSE;
    g_autofree guint *fold = calibration_fit_folds(labels, options, error);
    if (fold == NULL || !fit_folds(labels, options, fold, fit->after, error))
        return FALSE;
    for (guint i = 0; i < n; i++)
        fit->before[i] = calibration_mark_probability(calibration_profile_marks(options->base),
                                                      &calibration_labels_at(labels, i)->mark);
    return finish_by_line(labels, options, fold, fit, error);
}

void
calibration_fit_clear(CalibrationFit *fit)
{
    g_clear_pointer(&fit->before, g_free);
    g_clear_pointer(&fit->after, g_free);
}
