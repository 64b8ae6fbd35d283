/* What doubt costs, and how much of it is needed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibration-reliability.h"

/* Doubts that are looked at, from 1e-15 to 0.5: round numbers, ten a factor of ten. */
#define STRICTEST 1e-15
static const double steps[] = {1, 1.3, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8};

/* Handing over more than this share of the fields for doubt is no remedy: the errors need another one. */
#define MOST_REVIEW 0.2

/* 1 − 0.999 is a little more than 0.001. */
#define ROUNDING (1 + 1e-9)

/* The positions of one field that is decided or handed over as one. */
typedef struct {
    double doubt;    /* the largest of its positions that the model decides: it is handed over below it */
    gboolean handed; /* whatever the threshold */
    guint wrong;     /* positions, decided by the nearer side */
    guint by_rules;  /* of them by other rules */
    double expected; /* of wrong ones */
    const char *group;
} Field;

static double
doubt_of(double probability)
{
    return fmin(probability, 1 - probability);
}

static void
add_position(Field *field, const CalibrationLabel *label, double probability)
{
    gboolean by_model = label->rule == CALIBRATION_RULE_MODEL;
    gboolean read = by_model ? probability >= 0.5 : label->rule == CALIBRATION_RULE_MARKED;
    gboolean wrong = read != (label->truth == CALIBRATION_TRUTH_MARKED);

    field->handed = field->handed || label->handed || label->rule == CALIBRATION_RULE_PERSON;
    field->wrong += wrong;
    field->by_rules += wrong && !by_model;
    if (by_model) {
        field->doubt = fmax(field->doubt, doubt_of(probability));
        field->expected += doubt_of(probability);
    }
}

static int
compare_doubt(gconstpointer a, gconstpointer b)
{
    double x = ((const Field *)a)->doubt, y = ((const Field *)b)->doubt;

    return (x > y) - (x < y);
}

/* Fields by doubt, the surest first. */
static GArray *
gather_fields(const CalibrationLabels *labels, const double *probability)
{
    GArray *fields = g_array_new(FALSE, FALSE, sizeof(Field));
    const char *name = NULL, *group = NULL;

    for (guint i = 0; i < calibration_labels_count(labels); i++) {
        const CalibrationLabel *label = calibration_labels_at(labels, i);
        if (label->field != name || label->group != group) {
            Field field = {.group = label->group};
            g_array_append_val(fields, field);
            name = label->field;
            group = label->group;
        }
        add_position(&g_array_index(fields, Field, fields->len - 1), label, probability[i]);
    }
    g_array_sort(fields, compare_doubt);
    return fields;
}

/* All points from strict to lenient: a walk over the sorted fields. */
static void
walk(const GArray *fields, CalibrationReview *review)
{
    CalibrationReviewPoint point = {.fields_handed = fields->len};
    guint at = 0, handed = 0;

    for (guint i = 0; i < fields->len; i++)
        handed += g_array_index(fields, Field, i).handed;
    for (int step = 0; point.doubt < 0.5; step++) {
        point.doubt =
            STRICTEST * pow(10, step / (int)G_N_ELEMENTS(steps)) * steps[step % G_N_ELEMENTS(steps)];
        for (; at < fields->len && g_array_index(fields, Field, at).doubt <= point.doubt; at++) {
            const Field *field = &g_array_index(fields, Field, at);
            if (field->handed)
                continue;
            point.fields_handed--;
            point.wrong += field->wrong;
            point.expected += field->expected;
        }
        point.unsure = point.fields_handed - handed;
        point.upper = calibration_upper_bound(point.wrong, review->positions);
        g_array_append_val(review->points, point);
    }
}

static const CalibrationReviewPoint *
at_point(const CalibrationReview *review, int i)
{
    return &g_array_index(review->points, CalibrationReviewPoint, i);
}

static gboolean
is_bearable(const CalibrationReview *review, int i)
{
    return at_point(review, i)->unsure <= MOST_REVIEW * review->fields;
}

/* The last of the points, from the strictest on, that are all good. -1 where not even the first is. */
static int
last_good(const CalibrationReview *review, gboolean proven, const CalibrationWish *wish)
{
    int good = -1;

    for (guint i = 0; i < review->points->len; i++) {
        const CalibrationReviewPoint *point = at_point(review, (int)i);
        if (point->expected > wish->error_rate * review->positions ||
            (proven ? point->upper > wish->error_rate
                    : point->wrong > review->by_rules || point->doubt > wish->doubt * ROUNDING))
            break;
        good = (int)i;
    }
    return good;
}

/* The doubt in use, or the nearest below it. */
static int
last_within(const CalibrationReview *review, double doubt)
{
    int last = 0;

    while ((guint)last + 1 < review->points->len && at_point(review, last + 1)->doubt <= doubt * ROUNDING)
        last++;
    return last;
}

/* Back to the smallest doubt, not below the one in use, that costs the same. */
static int
without_cost(const CalibrationReview *review, int at, double doubt)
{
    while (at > 0 && at_point(review, at - 1)->doubt >= doubt / ROUNDING &&
           at_point(review, at - 1)->fields_handed == at_point(review, at)->fields_handed)
        at--;
    return at;
}

static guint
count_groups(const GArray *fields, double doubt)
{
    g_autoptr(GHashTable) groups = g_hash_table_new(g_direct_hash, g_direct_equal);

    for (guint i = 0; i < fields->len; i++) {
        const Field *field = &g_array_index(fields, Field, i);
        if (doubt < 0 || (!field->handed && field->doubt <= doubt && field->wrong > 0))
            g_hash_table_add(groups, (gpointer)field->group);
    }
    return g_hash_table_size(groups);
}

void
calibration_review_run(const CalibrationLabels *labels, const double *probability,
                       const CalibrationWish *wish, CalibrationReview *review)
{
    g_autoptr(GArray) fields = gather_fields(labels, probability);

    *review = (CalibrationReview){.positions = calibration_labels_count(labels),
                                  .fields = fields->len,
                                  .groups = count_groups(fields, -1),
                                  .points = g_array_new(FALSE, FALSE, sizeof(CalibrationReviewPoint))};
    for (guint i = 0; i < fields->len; i++) {
        const Field *field = &g_array_index(fields, Field, i);
        review->by_rules += field->handed ? 0 : field->by_rules;
    }
    review->least_provable = calibration_upper_bound(0, review->positions);
    walk(fields, review);
    int chosen = last_good(review, TRUE, wish);
    if (chosen < 0)
        chosen = last_good(review, FALSE, wish);
    if (chosen < 0 || !is_bearable(review, chosen))
        chosen = last_within(review, wish->doubt);
    chosen = without_cost(review, chosen, wish->doubt);
    review->at = *at_point(review, chosen);
    review->proven = review->at.upper <= wish->error_rate;
    review->bearable = is_bearable(review, chosen);
    review->wrong_groups = count_groups(fields, review->at.doubt);
}

void
calibration_review_clear(CalibrationReview *review)
{
    g_clear_pointer(&review->points, g_array_unref);
}
