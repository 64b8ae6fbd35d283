/* Fitting the mark model: what is known of the data must come out again. */
#include <math.h>
#include <string.h>

#include "calibration-error.h"
#include "calibration-fit.h"
#include "calibration-reliability.h"
#include "fit-private.h"
#include "folder-fixture.h"

static char *
path_of(const char *name)
{
    return g_build_filename(dir, name, NULL);
}

/* Marks as different as they come, doubtful ones more than on paper. */
static CalibrationMark
draw_mark(GRand *random)
{
    CalibrationMark mark = {0};

    mark.cover = exp(g_rand_double_range(random, log(0.004), log(0.4)));
    mark.reach = g_rand_double_range(random, 0.02, 1.2);
    mark.ring = g_rand_double_range(random, 0, 0.3);
    mark.around = g_rand_double_range(random, 0, 0.1);
    mark.beside = g_rand_double_range(random, -0.02, 0.08);
    mark.darkness = g_rand_double_range(random, 0.25, 0.9);
    return mark;
}

/* Labels that follow the model exactly: 4 positions a field, 10 fields a questionnaire. */
static CalibrationLabels *
draw_labels(const CalibrationMarks *truth, guint n, guint32 seed)
{
    CalibrationLabels *labels = calibration_labels_new();
    GRand *random = g_rand_new_with_seed(seed);

    for (guint i = 0; i < n; i++) {
        g_autofree char *group = g_strdup_printf("%05u", i / 40);
        g_autofree char *field = g_strdup_printf("q%u", i / 4 % 10);
        CalibrationLabel label = {.mark = draw_mark(random), .group = group, .field = field};
        label.truth = g_rand_double(random) < calibration_mark_probability(truth, &label.mark)
                          ? CALIBRATION_TRUTH_MARKED
                          : CALIBRATION_TRUTH_EMPTY;
        g_assert_true(calibration_labels_add(labels, &label));
    }
    g_rand_free(random);
    return labels;
}

/* A model unlike the shipped one. */
static CalibrationMarks
another_model(void)
{
    g_autoptr(CalibrationProfile) shipped = calibration_profile_default();
    CalibrationMarks marks = *calibration_profile_marks(shipped);

    marks.cover_half *= 1.6;
    marks.cover_slope *= 0.5;
    marks.reach_slope *= 0.6;
    return marks;
}

static void
test_recovers_the_model(void)
{
    g_autoptr(CalibrationProfile) base = calibration_profile_default();
    CalibrationMarks truth = another_model(), fitted;
    g_autoptr(CalibrationLabels) labels = draw_labels(&truth, 40000, 11);
    CalibrationFitOptions options = {.base = base, .folds = 5, .seed = 1};
    g_autoptr(GError) error = NULL;

    g_assert_true(calibration_fit_marks(labels, &options, &fitted, &error));
    g_assert_no_error(error);
    g_test_message("cover_half %g (true %g), cover_slope %g (%g), reach_slope %g (%g)", fitted.cover_half,
                   truth.cover_half, fitted.cover_slope, truth.cover_slope, fitted.reach_slope,
                   truth.reach_slope);
    g_assert_cmpfloat_with_epsilon(fitted.cover_half / truth.cover_half, 1, 0.05);
    g_assert_cmpfloat_with_epsilon(fitted.cover_slope / truth.cover_slope, 1, 0.05);
    g_assert_cmpfloat_with_epsilon(fitted.reach_slope / truth.reach_slope, 1, 0.1);
    /* what the probability does not depend on stays */
    g_assert_cmpfloat(fitted.ink, ==, truth.ink);
    g_assert_cmpfloat(fitted.accept, ==, truth.accept);
    g_assert_cmpfloat(fitted.spill, ==, truth.spill);
    g_assert_cmpfloat(fitted.final_scale, ==, 1);
}

static double
distance(const CalibrationMarks *a, const CalibrationMarks *b)
{
    return fabs(log(a->cover_half / b->cover_half)) + fabs(log(a->cover_slope / b->cover_slope));
}

static void
test_few_labels_move_little(void)
{
    g_autoptr(CalibrationProfile) base = calibration_profile_default();
    const CalibrationMarks *shipped = calibration_profile_marks(base);
    CalibrationMarks truth = another_model(), few, many;
    g_autoptr(CalibrationLabels) few_labels = draw_labels(&truth, 120, 11);
    g_autoptr(CalibrationLabels) many_labels = draw_labels(&truth, 12000, 11);
    CalibrationFitOptions options = {.base = base, .folds = 5, .seed = 1};
    g_autoptr(GError) error = NULL;

    g_assert_true(calibration_fit_marks(few_labels, &options, &few, &error));
    g_assert_true(calibration_fit_marks(many_labels, &options, &many, &error));
    g_assert_cmpfloat(distance(&few, shipped), <, 0.8 * distance(&many, shipped));
    g_assert_cmpfloat(distance(&many, &truth), <, 0.15);
}

/* One label among thousands that is plainly wrong must not turn the model about. */
static void
test_a_wrong_label_is_bounded(void)
{
    g_autoptr(CalibrationProfile) base = calibration_profile_default();
    CalibrationMarks truth = another_model(), clean, soiled;
    g_autoptr(CalibrationLabels) labels = draw_labels(&truth, 8000, 3);
    CalibrationFitOptions options = {.base = base, .folds = 5, .seed = 1, .label_error = 1e-3};
    CalibrationLabel wrong = {
        .mark = {.cover = 0.9, .reach = 1.3, .darkness = 0.9}, .group = "x", .field = "q"};
    g_autoptr(GError) error = NULL;

    g_assert_true(calibration_fit_marks(labels, &options, &clean, &error));
    for (int i = 0; i < 5; i++)
        g_assert_true(calibration_labels_add(labels, &wrong));
    g_assert_true(calibration_fit_marks(labels, &options, &soiled, &error));
    g_assert_cmpfloat(distance(&clean, &soiled), <, 0.05);
}

static void
assert_refused(const GError *error, const char *part)
{
    g_assert_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT);
    g_assert_null(strchr(error->message, '\n'));
    if (strstr(error->message, part) == NULL)
        g_test_message("wanted “%s” in “%s”", part, error->message);
    g_assert_nonnull(strstr(error->message, part));
}

static void
test_refuses_degenerate_labels(void)
{
    g_autoptr(CalibrationProfile) base = calibration_profile_default();
    g_autoptr(CalibrationLabels) none = calibration_labels_new();
    g_autoptr(CalibrationLabels) one_kind = calibration_labels_new();
    g_autoptr(CalibrationLabels) one_group = calibration_labels_new();
    CalibrationFitOptions options = {.base = base, .folds = 5, .seed = 1};
    CalibrationLabel label = {
        .mark = {.cover = 0.5, .reach = 1, .darkness = 0.8}, .group = "1", .field = "q"};

    for (int i = 0; i < 200; i++) {
        g_autofree char *group = g_strdup_printf("%d", i);
        label.group = group;
        label.truth = CALIBRATION_TRUTH_MARKED;
        g_assert_true(calibration_labels_add(one_kind, &label));
        label.group = "1";
        label.truth = i % 2 == 0 ? CALIBRATION_TRUTH_MARKED : CALIBRATION_TRUTH_EMPTY;
        g_assert_true(calibration_labels_add(one_group, &label));
    }
    const struct {
        const CalibrationLabels *labels;
        const char *part;
    } cases[] = {{none, "0 marked and 0 empty"},
                 {one_kind, "200 marked and 0 empty positions, where 30 of each are needed"},
                 {one_group, "of 1 questionnaires, fewer than the 5 folds"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(CalibrationFit) fit = {0};
        g_assert_false(calibration_fit_run(cases[i].labels, &options, &fit, &error));
        assert_refused(error, cases[i].part);
    }
}

static void
test_folds_keep_questionnaires_whole(void)
{
    g_autoptr(CalibrationProfile) base = calibration_profile_default();
    CalibrationMarks truth = another_model();
    g_autoptr(CalibrationLabels) labels = draw_labels(&truth, 4000, 5);
    CalibrationFitOptions options = {.base = base, .folds = 4, .seed = 9};
    g_autoptr(GError) error = NULL;
    g_autofree guint *fold = calibration_fit_folds(labels, &options, &error);
    g_autoptr(GHashTable) of_group = g_hash_table_new(g_str_hash, g_str_equal);
    guint groups[4] = {0};

    g_assert_no_error(error);
    for (guint i = 0; i < calibration_labels_count(labels); i++) {
        gpointer group = (gpointer)calibration_labels_at(labels, i)->group, known;
        g_assert_cmpuint(fold[i], <, 4);
        if (g_hash_table_lookup_extended(of_group, group, NULL, &known)) {
            g_assert_cmpuint(GPOINTER_TO_UINT(known), ==, fold[i]);
            continue;
        }
        g_hash_table_insert(of_group, group, GUINT_TO_POINTER(fold[i]));
        groups[fold[i]]++;
    }
    for (int i = 0; i < 4; i++)
        g_assert_cmpuint(groups[i], ==, 25);
}

static void
test_cross_validation(void)
{
    g_autoptr(CalibrationProfile) base = calibration_profile_default();
    CalibrationMarks truth = another_model();
    g_autoptr(CalibrationLabels) labels = draw_labels(&truth, 12000, 21);
    CalibrationFitOptions options = {.base = base, .folds = 3, .seed = 4};
    g_auto(CalibrationFit) fit = {0};
    g_auto(CalibrationFit) again = {0};
    g_autoptr(GError) error = NULL;

    g_assert_true(calibration_fit_run(labels, &options, &fit, &error));
    g_assert_no_error(error);
    CalibrationScores before = calibration_scores(labels, fit.before);
    CalibrationScores after = calibration_scores(labels, fit.after);
    g_assert_cmpuint(after.n, ==, 12000);
    g_assert_cmpfloat(after.log_loss, <, before.log_loss);
    g_assert_cmpfloat(after.brier, <, before.brier);
    g_assert_cmpfloat(after.calibration, <, before.calibration / 2);
    g_assert_true(calibration_fit_run(labels, &options, &again, &error));
    g_assert_cmpmem(&again.marks, sizeof again.marks, &fit.marks, sizeof fit.marks);
}

/* The line takes back what scores claim too much. */
static void
test_final_line(void)
{
    enum { N = 20000 };
    g_autofree double *score = g_new(double, N);
    g_autofree gboolean *marked = g_new(gboolean, N);
    GRand *random = g_rand_new_with_seed(8);
    g_autoptr(CalibrationProfile) base = calibration_profile_default();
    CalibrationFitOptions options = {.base = base};
    CalibrationLine line;
    g_autoptr(GError) error = NULL;

    for (int i = 0; i < N; i++) {
        score[i] = g_rand_double_range(random, -8, 8);
        marked[i] = g_rand_double(random) < calibration_logistic(0.6 * score[i] + 0.8);
    }
    g_rand_free(random);
    g_assert_true(calibration_fit_line(score, marked, N, &options, &line, &error));
    g_assert_cmpfloat_with_epsilon(line.scale, 0.6, 0.03);
    g_assert_cmpfloat_with_epsilon(line.shift, 0.8, 0.08);
    /* a set without an error claims no certainty */
    for (int i = 0; i < N; i++) {
        score[i] = i % 2 ? 30 : -30;
        marked[i] = i % 2;
    }
    g_assert_true(calibration_fit_line(score, marked, N, &options, &line, &error));
    g_assert_cmpfloat(line.scale, <, 1);
}

static void
test_reliability_of_true_probabilities(void)
{
    CalibrationMarks truth = another_model();
    g_autoptr(CalibrationLabels) labels = draw_labels(&truth, 60000, 77);
    g_autofree double *probability = g_new(double, 60000);
    CalibrationBin bins[CALIBRATION_BINS];
    guint n = 0, outside = 0, filled = 0;

    for (guint i = 0; i < 60000; i++)
        probability[i] = calibration_mark_probability(&truth, &calibration_labels_at(labels, i)->mark);
    calibration_reliability(labels, probability, bins);
    for (guint i = 0; i < CALIBRATION_BINS; i++) {
        const CalibrationBin *bin = &bins[i];
        n += bin->n;
        if (i > 0)
            g_assert_cmpfloat(bin->low, ==, bins[i - 1].high);
        if (bin->n == 0)
            continue;
        double predicted = bin->expected / bin->n;
        filled++;
        outside += predicted < bin->least || predicted > bin->most;
        g_assert_cmpfloat(predicted, >=, bin->low);
        g_assert_cmpfloat(predicted, <=, bin->high);
    }
    g_assert_cmpuint(n, ==, 60000);
    g_assert_cmpuint(filled, >=, 10);
    g_assert_cmpuint(outside, <=, 1); /* 95 % intervals: of 14, one may miss */
    g_assert_cmpfloat(calibration_scores(labels, probability).calibration, <, 0.005);
    /* probabilities that claim too much do not lie in them */
    for (guint i = 0; i < 60000; i++)
        probability[i] = calibration_logistic(2 * calibration_log_odds(probability[i]));
    calibration_reliability(labels, probability, bins);
    for (guint i = outside = 0; i < CALIBRATION_BINS; i++)
        outside += bins[i].n > 0 && (bins[i].expected / bins[i].n < bins[i].least ||
                                     bins[i].expected / bins[i].n > bins[i].most);
    g_assert_cmpuint(outside, >=, 6);
}

static void
test_bounds(void)
{
    double least, most;

    calibration_wilson(0, 10, &least, &most); /* 0.2775: Wilson's own formula, z² / (n + z²) */
    g_assert_cmpfloat(least, ==, 0);
    g_assert_cmpfloat_with_epsilon(most, 0.27753, 1e-4);
    calibration_wilson(5, 10, &least, &most);
    g_assert_cmpfloat_with_epsilon(least, 0.23659, 1e-4);
    g_assert_cmpfloat_with_epsilon(most, 0.76341, 1e-4);
    g_assert_cmpfloat_with_epsilon(calibration_upper_bound(0, 10), 1 - pow(0.05, 0.1), 1e-9);
    g_assert_cmpfloat_with_epsilon(calibration_upper_bound(0, 1000000), 3e-6, 1e-8);
    g_assert_cmpfloat_with_epsilon(calibration_upper_bound(1, 1000000), 4.744e-6, 1e-8);
    /* GSL's own inverse ends the program for such numbers */
    g_assert_cmpfloat_with_epsilon(calibration_upper_bound(126, 278978), 5.23e-4, 2e-6);
    g_assert_cmpfloat_with_epsilon(calibration_upper_bound(1000, 5000000) / 2.1072e-4, 1, 1e-3);
    g_assert_cmpfloat_with_epsilon(calibration_upper_bound(1001, 5000000) / 2.1093e-4, 1, 1e-3);
    g_assert_cmpfloat_with_epsilon(calibration_upper_bound(4000000, 5000000), 0.8, 0.001);
    g_assert_cmpfloat(calibration_upper_bound(10, 10), ==, 1);
    g_assert_cmpfloat(calibration_upper_bound(0, 0), ==, 1);
}

static void
add_position(CalibrationLabels *labels, guint field, gboolean marked, CalibrationRule rule)
{
    g_autofree char *group = g_strdup_printf("%u", field / 20);
    g_autofree char *name = g_strdup_printf("q%u", field);
    CalibrationLabel label = {.group = group,
                              .field = name,
                              .truth = marked ? CALIBRATION_TRUTH_MARKED : CALIBRATION_TRUTH_EMPTY,
                              .rule = rule};

    g_assert_true(calibration_labels_add(labels, &label));
}

/* 1000 fields of 2 positions: 990 sure, 8 doubtful of which one is wrong, one a person's anyway, one that a
 * rule decides wrongly. */
static void
test_review(void)
{
    g_autoptr(CalibrationLabels) labels = calibration_labels_new();
    g_autofree double *probability = g_new(double, 2000);

    for (guint i = 0; i < 1000; i++) {
        gboolean doubtful = i < 8, handed = i == 8, ruled = i == 9;
        add_position(labels, i, i != 7, ruled ? CALIBRATION_RULE_EMPTY : CALIBRATION_RULE_MODEL);
        add_position(labels, i, FALSE, handed ? CALIBRATION_RULE_PERSON : CALIBRATION_RULE_MODEL);
        probability[2 * i] = doubtful ? 1 - 1e-4 : 1 - 1e-12;
        probability[2 * i + 1] = 1e-12;
    }
    g_auto(CalibrationReview) strict = {0};
    g_auto(CalibrationReview) lenient = {0};
    calibration_review_run(labels, probability, &(CalibrationWish){1e-6, 1e-3}, &strict);
    g_assert_cmpuint(strict.positions, ==, 2000);
    g_assert_cmpuint(strict.fields, ==, 1000);
    g_assert_cmpuint(strict.groups, ==, 50);
    g_assert_cmpuint(strict.by_rules, ==, 1);
    g_assert_false(strict.proven); /* 2000 positions prove 1.5e-3 at best */
    g_assert_cmpfloat_with_epsilon(strict.least_provable, 1.5e-3, 1e-5);
    g_assert_cmpuint(strict.at.fields_handed, ==, 9);
    g_assert_cmpuint(strict.at.unsure, ==, 8);
    g_assert_cmpuint(strict.at.wrong, ==, 1);
    g_assert_cmpfloat(strict.at.doubt, <, 1e-4);
    calibration_review_run(labels, probability, &(CalibrationWish){1e-2, 1e-6}, &lenient);
    g_assert_true(lenient.proven);
    g_assert_cmpfloat(lenient.at.upper, <=, 1e-2);
    g_assert_cmpuint(lenient.at.fields_handed, ==, 1);
    g_assert_cmpuint(lenient.at.wrong, ==, 2);
    g_assert_cmpuint(lenient.wrong_groups, ==, 1);
    g_assert_cmpfloat_with_epsilon(lenient.at.doubt, 1e-4, 1e-4 * 0.3); /* more would cost the same */
    /* too few labels never make the doubt in use larger */
    g_auto(CalibrationReview) unproven = {0};
    for (guint i = 0; i < 2000; i++)
        probability[i] = i % 2 == 0 ? 1 - 1e-12 : 1e-12;
    calibration_review_run(labels, probability, &(CalibrationWish){1e-6, 1e-3}, &unproven);
    g_assert_false(unproven.proven);
    g_assert_cmpfloat(unproven.at.doubt, <=, 1e-3 * (1 + 1e-8));
}

static void
test_labels_file(void)
{
    CalibrationMarks truth = another_model();
    g_autoptr(CalibrationLabels) labels = draw_labels(&truth, 500, 2);
    g_autoptr(CalibrationLabels) loaded = calibration_labels_new();
    g_autofree char *path = path_of("labels.csv"), *text = NULL;
    g_autofree char *digest = calibration_labels_digest(labels);
    g_autoptr(GError) error = NULL;
    CalibrationLabel odd = {.group = "a \"b\", c; d",
                            .field = "é",
                            .rule = CALIBRATION_RULE_PERSON,
                            .truth = CALIBRATION_TRUTH_CANCELLED,
                            .handed = TRUE};
    gsize length;

    g_assert_true(calibration_labels_add(labels, &odd));
    g_assert_true(calibration_labels_save(labels, path, &error));
    g_assert_true(calibration_labels_load(loaded, path, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(calibration_labels_count(loaded), ==, 501);
    for (guint i = 0; i < 501; i++) {
        const CalibrationLabel *a = calibration_labels_at(labels, i), *b = calibration_labels_at(loaded, i);
        g_assert_cmpmem(&a->mark, sizeof a->mark, &b->mark, sizeof b->mark);
        g_assert_cmpstr(a->group, ==, b->group);
        g_assert_cmpstr(a->field, ==, b->field);
        g_assert_cmpint(a->truth, ==, b->truth);
        g_assert_cmpint(a->handed, ==, b->handed);
        g_assert_cmpint(a->rule, ==, b->rule);
    }
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_autofree char *of_file = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, (gssize)length);
    g_autofree char *of_labels = calibration_labels_digest(loaded);
    g_assert_cmpstr(of_file, ==, of_labels);
    g_assert_cmpstr(digest, !=, of_labels);
}

/* What another rule decides or hands over, and what was taken back, says nothing of the model. */
static void
test_labels_that_are_judged(void)
{
    static const struct {
        CalibrationTruth truth;
        CalibrationRule rule;
        gboolean handed, judged;
    } cases[] = {
        {CALIBRATION_TRUTH_MARKED, CALIBRATION_RULE_MODEL, FALSE, TRUE},
        {CALIBRATION_TRUTH_EMPTY, CALIBRATION_RULE_MODEL, FALSE, TRUE},
        {CALIBRATION_TRUTH_MARKED, CALIBRATION_RULE_MODEL, TRUE, FALSE},
        {CALIBRATION_TRUTH_MARKED, CALIBRATION_RULE_PERSON, FALSE, FALSE},
        {CALIBRATION_TRUTH_MARKED, CALIBRATION_RULE_MARKED, FALSE, FALSE},
        {CALIBRATION_TRUTH_CANCELLED, CALIBRATION_RULE_MODEL, FALSE, FALSE},
    };
    g_autoptr(CalibrationLabels) labels = calibration_labels_new();
    guint judged, marked;

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CalibrationLabel label = {.group = "1",
                                  .field = "q",
                                  .truth = cases[i].truth,
                                  .rule = cases[i].rule,
                                  .handed = cases[i].handed};
        g_assert_cmpint(calibration_label_is_judged(&label), ==, cases[i].judged);
        g_assert_true(calibration_labels_add(labels, &label));
    }
    calibration_labels_judged(labels, &judged, &marked);
    g_assert_cmpuint(judged, ==, 2);
    g_assert_cmpuint(marked, ==, 1);
}

static char *
header(void)
{
    GString *line = g_string_new("group,field,truth,rule,handed");

    for (guint i = 0; i < calibration_mark_n_features(); i++)
        g_string_append_printf(line, ",%s", calibration_mark_feature_name(i));
    return g_string_free(line, FALSE);
}

static char *
row(const char *start, const char *first)
{
    GString *line = g_string_new(start);

    for (guint i = 0; i < calibration_mark_n_features(); i++)
        g_string_append_printf(line, ",%s", i == 0 ? first : "0");
    return g_string_free(line, FALSE);
}

static void
test_labels_that_are_none(void)
{
    g_autofree char *top = header(), *fine = row("1,q,marked,model,1", "0.5");
    g_autofree char *marked = row("1,q,1,model,0", "0.5"), *rule = row("1,q,marked,ruler,0", "0.5");
    g_autofree char *word = row("1,q,marked,model,1", "x"), *nan = row("1,q,marked,model,1", "nan");
    g_autofree char *huge = row("1,q,marked,model,1", "1e9"), *path = path_of("labels.csv");
    const struct {
        const char *header, *row, *part;
    } cases[] = {
        {"", "", "labels.csv: is no file of labels"},
        {"group,field,truth,rule,handed", fine, "labels.csv: its columns are not those"},
        {"group,field,truth,rule,cover", fine, "labels.csv: its columns are not those"},
        {top, "1,q,1,model", "labels.csv line 2: has not as many cells"},
        {top, marked, "labels.csv line 2: truth must be empty, marked or cancelled"},
        {top, rule, "labels.csv line 2: rule must be"},
        {top, word, "must be a number"},
        {top, nan, "must be a number"},
        {top, huge, "must be a number"},
        {top, "\xff", "labels.csv: is no file of labels: it must be CSV"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CalibrationLabels) labels = calibration_labels_new();
        g_autofree char *text = g_strdup_printf("%s\n%s\n", cases[i].header, cases[i].row);
        g_autoptr(GError) error = NULL;
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
        g_assert_false(calibration_labels_load(labels, path, &error));
        assert_refused(error, cases[i].part);
    }
    g_autoptr(CalibrationLabels) labels = calibration_labels_new();
    g_autoptr(GError) error = NULL;
    g_assert_false(calibration_labels_load(labels, dir, &error));
    assert_refused(error, "is no file of labels");
}

static void
test_profile_is_written_and_reads_alike(void)
{
    g_autoptr(CalibrationProfile) base = calibration_profile_default();
    CalibrationMarks marks = another_model();
    g_autofree char *path = path_of("made.profile"), *text = NULL;
    g_autoptr(GError) error = NULL;
    char data[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", date[] = "2026-11-22",
         command[] = "phieu calibrate marks --simulate ordinary --seed 7";
    CalibrationOrigin origin = {.date = date, .data = data, .labels = 1000, .marked = 80, .command = command};

    marks.accept = 1 - 3.2e-7;
    marks.reject = 3.2e-7;
    marks.cover_slope = 1.0 / 3;
    g_autoptr(CalibrationProfile) made = calibration_profile_fitted(base, "room 12", &marks, &origin);
    g_assert_true(calibration_profile_save(made, path, &error));
    g_autoptr(CalibrationProfile) loaded = calibration_profile_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(calibration_profile_name(loaded), ==, "room 12");
    g_assert_cmpstr(calibration_profile_fingerprint(loaded), ==, calibration_profile_fingerprint(made));
    g_assert_cmpmem(calibration_profile_marks(loaded), sizeof marks, &marks, sizeof marks);
    g_assert_cmpstr(calibration_profile_origin(loaded)->data, ==, data);
    g_assert_cmpint(calibration_profile_origin(loaded)->labels, ==, 1000);
    /* only what differs */
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "cover_half="));
    g_assert_null(strstr(text, "ring_half="));
    g_assert_null(strstr(text, "[align]"));
    GString *keys = g_string_new(NULL);
    g_assert_cmpuint(calibration_fit_moved(base, &marks, keys), ==, 5);
    g_assert_cmpstr(keys->str, ==, "cover_half cover_slope reach_slope accept reject");
    g_string_free(keys, TRUE);
    /* and not what somebody made of it later */
    g_autoptr(GString) edited = g_string_new(text);
    g_string_replace(edited, "cover_half=0.0", "cover_half=0.1", 1);
    g_assert_true(g_file_set_contents(path, edited->str, -1, NULL));
    g_assert_null(calibration_profile_load(path, &error));
    g_assert_nonnull(strstr(error->message, "not those that were fitted"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fit/recovers-the-model", test_recovers_the_model);
    g_test_add_func("/fit/few-labels-move-little", test_few_labels_move_little);
    g_test_add_func("/fit/a-wrong-label-is-bounded", test_a_wrong_label_is_bounded);
    g_test_add_func("/fit/refuses-degenerate-labels", test_refuses_degenerate_labels);
    g_test_add_func("/fit/folds-keep-questionnaires-whole", test_folds_keep_questionnaires_whole);
    g_test_add_func("/fit/cross-validation", test_cross_validation);
    g_test_add_func("/fit/final-line", test_final_line);
    g_test_add_func("/reliability/of-true-probabilities", test_reliability_of_true_probabilities);
    g_test_add_func("/reliability/bounds", test_bounds);
    g_test_add_func("/reliability/review", test_review);
    g_test_add_func("/labels/file", test_labels_file);
    g_test_add_func("/labels/that-are-judged", test_labels_that_are_judged);
    g_test_add_func("/labels/files-that-are-none", test_labels_that_are_none);
    g_test_add_func("/profile/written", test_profile_is_written_and_reads_alike);
    return run_in_folder();
}
