#include "marks-report-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdio.h>

#include "calibration-chart.h"
#include "folder-private.h"
#include "text-table-private.h"

/* Digits of a fingerprint that people compare. */
#define SHORT_DIGEST 12

static void
print_labels(const MarksReport *report)
{
    guint judged, marked;
    calibration_labels_judged(report->labels, &judged, &marked);
    printf(_("Labels: %u positions of %u questionnaires, data %.*s\n"), report->review->positions,
           report->review->groups, SHORT_DIGEST, report->digest);
    printf(_("  %u decided by the model (%u marked), %u by other rules\n\n"), judged, marked,
           report->review->positions - judged);
}

static void
print_fit(const MarksReport *report)
{
    CalibrationScores before = calibration_scores(report->labels, report->fit->before);
    CalibrationScores after = calibration_scores(report->labels, report->fit->after);
    const struct {
        const char *name;
        double before, after;
    } rows[] = {
        {_("log loss"), before.log_loss, after.log_loss},
        {_("Brier score"), before.brier, after.brier},
        {_("calibration error"), before.calibration, after.calibration},
    };
    g_autofree char *title = g_strdup_printf(_("Fit, judged by cross-validation (%u folds)"), report->folds);
    g_autoptr(TextTable) table = text_table_new("lrr");
    text_table_add(table, title);
    text_table_add(table, _("before"));
    text_table_add(table, _("after"));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        text_table_add(table, rows[i].name);
        text_table_add_format(table, "%.3g", rows[i].before);
        text_table_add_format(table, "%.3g", rows[i].after);
    }
    text_table_print(table, 0);
    g_autoptr(GString) keys = g_string_new(NULL);
    if (!report->better)
        printf(_("  no better than '%s', whose numbers stay\n\n"), calibration_profile_name(report->base));
    else if (calibration_fit_moved(report->base, &report->fit->marks, keys))
        printf(_("  moved: %s\n\n"), keys->str);
}

/* The range of a bin. Near 1 it is told from there down, where the digits are. */
static char *
range_of(const CalibrationBin *bin)
{
    if (bin->high <= 0.99)
        return g_strdup_printf("%g … %g", bin->low, bin->high);
    return bin->high < 1 ? g_strdup_printf("1−%g … 1−%g", 1 - bin->low, 1 - bin->high)
                         : g_strdup_printf("1−%g … 1", 1 - bin->low);
}

/* Counts what is rarer in the bin: marked positions below a half, empty ones above. */
static void
add_bin(TextTable *table, const CalibrationBin *bin)
{
    gboolean upper = bin->high > 0.5;
    g_autofree char *range = range_of(bin);
    text_table_add(table, range);
    text_table_add_number(table, bin->n);
    text_table_add(table, upper ? _("empty") : _("marked"));
    text_table_add_format(table, "%.3g", upper ? bin->n - bin->expected : bin->expected);
    text_table_add_number(table, upper ? bin->n - bin->found : bin->found);
    text_table_add_format(table, "%.2g … %.2g", upper ? 1 - bin->most : bin->least,
                          upper ? 1 - bin->least : bin->most);
    double predicted = bin->expected / bin->n;
    text_table_add(table, predicted < bin->least || predicted > bin->most ? _("outside") : "");
}

static void
print_reliability(const MarksReport *report)
{
    static const char *const titles[] = {N_("probability"), N_("positions"), N_("the rarer are"),
                                         N_("expected"),    N_("found"),     N_("share (95 %)")};
    CalibrationBin bins[CALIBRATION_BINS];
    g_autoptr(TextTable) table = text_table_new("lrlrrll");
    printf("%s\n", _("Reliability, on questionnaires that were not fitted to"));
    for (guint i = 0; i < G_N_ELEMENTS(titles); i++)
        text_table_add(table, _(titles[i]));
    text_table_add(table, "");
    calibration_reliability(report->labels, report->better ? report->fit->after : report->fit->before, bins);
    for (guint i = 0; i < CALIBRATION_BINS; i++)
        if (bins[i].n)
            add_bin(table, &bins[i]);
    text_table_print(table, 2);
    printf("\n");
}

static double
percent(guint part, guint whole)
{
    return whole ? 100.0 * part / whole : 0;
}

static void
print_review(const MarksReport *report)
{
    const CalibrationReview *review = report->review;
    const CalibrationReviewPoint *at = &review->at;
    printf(_("Review: for at most %g silent errors a position\n"), report->error_rate);
    printf(_("  accept = %.15g, reject = %.15g\n"), 1 - at->doubt, at->doubt);
    printf(_("  fields handed to a person: %.3g %% (%u of %u; %u for doubt, the rest by other rules)\n"),
           percent(at->fields_handed, review->fields), at->fields_handed, review->fields, at->unsure);
    printf(_("  silent errors found: %u of %u positions, in %u of %u questionnaires; %.2g expected by the "
             "probabilities\n"),
           at->wrong, review->positions, review->wrong_groups, review->groups, at->expected);
    printf(_("  so the rate is at most %.2g (95 %%)\n"), at->upper);
    if (review->by_rules)
        printf(_("  %u of these errors are of other rules: no threshold would have caught them\n"),
               review->by_rules);
    if (!review->bearable)
        printf("  %s\n", _("that is NOT bearable: the probabilities are worth little on these pages"));
    else if (review->proven)
        printf("  %s\n", _("the wanted rate is proven by these labels"));
    else if (at->wrong)
        printf("  %s\n",
               _("the wanted rate is NOT reached: no bearable threshold keeps these errors from passing"));
    else
        printf(
            _("  the wanted rate is NOT proven: %u positions without an error can prove %.2g, and %.0f would "
              "be needed\n"),
            review->positions, review->least_provable, ceil(-log(0.05) / report->error_rate));
}

void
marks_report_print(const MarksReport *report)
{
    print_labels(report);
    print_fit(report);
    print_reliability(report);
    print_review(report);
}

gboolean
marks_report_draw(const MarksReport *report, const char *path, GError **error)
{
    CalibrationBin before[CALIBRATION_BINS], after[CALIBRATION_BINS];
    calibration_reliability(report->labels, report->fit->before, before);
    calibration_reliability(report->labels, report->better ? report->fit->after : report->fit->before, after);
    g_autofree char *note = g_strdup_printf(
        _("%u positions of %u questionnaires; data %.*s; %u-fold cross-validation; base profile %s"),
        report->review->positions, report->review->groups, SHORT_DIGEST, report->digest, report->folds,
        calibration_profile_name(report->base));
    CalibrationChart chart = {.title = _("Calibration of marks"),
                              .note = note,
                              .before = before,
                              .after = after,
                              .review = report->review,
                              .error_rate = report->error_rate};
    g_autofree char *svg = calibration_chart_svg(&chart);
    return folder_write(path, svg, error);
}
