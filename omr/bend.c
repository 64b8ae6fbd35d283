#include "bend-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "order-private.h"

/* Reaches that are tried, the first unless another is clearly better: round, and narrow along one of the
 * axes, as landmarks in line across the feed are moved alike. Landmarks are 21 mm apart (landmarks.c): each
 * of the three holds about a dozen. */
static const double reaches_mm[][2] = {{42, 42}, {85, 24}, {24, 85}};

#define CLEARLY_BETTER 0.85

/* Weight of "no offset", and of "no slope", against an anchor right there: where anchors are few or all on
 * one side the projective map holds. */
#define DAMPING       0.1
#define SLOPE_DAMPING 0.08

/* An anchor that its neighbours contradict by more than this many times the median contradiction is dropped.
 */
#define OUTLIER_FACTOR 3.5
#define OUTLIER_MIN_MM 0.2
#define ROUNDS         3

void
omr_bend_init(OmrBend *bend)
{
    bend->anchors = g_array_new(FALSE, FALSE, sizeof(OmrAnchor));
    bend->reach_x_mm = reaches_mm[0][0];
    bend->reach_y_mm = reaches_mm[0][1];
}

void
omr_bend_clear(OmrBend *bend)
{
    g_clear_pointer(&bend->anchors, g_array_unref);
}

/* The normal equations of the plane value = a + b u + c v, for both directions of the offset. */
typedef struct {
    double w, u, v, uu, uv, vv;
    double x, xu, xv, y, yu, yv;
} Sums;

static inline void
add(Sums *sums, double weight, double u, double v, const OmrAnchor *anchor)
{
    double wu = weight * u, wv = weight * v;

    sums->w += weight;
    sums->u += wu;
    sums->v += wv;
    sums->uu += wu * u;
    sums->uv += wu * v;
    sums->vv += wv * v;
    sums->x += weight * anchor->dx_px;
    sums->xu += wu * anchor->dx_px;
    sums->xv += wv * anchor->dx_px;
    sums->y += weight * anchor->dy_px;
    sums->yu += wu * anchor->dy_px;
    sums->yv += wv * anchor->dy_px;
}

/* The plane's value at u = v = 0, by Cramer's rule. The damping keeps the matrix regular. */
static OmrPoint
value_of(const Sums *s)
{
    double w = s->w + DAMPING, uu = s->uu + SLOPE_DAMPING, vv = s->vv + SLOPE_DAMPING;
    double c0 = uu * vv - s->uv * s->uv, c1 = s->uv * s->v - s->u * vv, c2 = s->u * s->uv - uu * s->v;
    double determinant = w * c0 + s->u * c1 + s->v * c2;

    return (OmrPoint){(s->x * c0 + s->xu * c1 + s->xv * c2) / determinant,
                      (s->y * c0 + s->yu * c1 + s->yv * c2) / determinant};
}

static OmrPoint
value_at(const OmrBend *bend, double x_mm, double y_mm, const OmrAnchor *except)
{
    const OmrAnchor *anchors = (const OmrAnchor *)(const void *)bend->anchors->data;
    double scale_x = 1 / bend->reach_x_mm, scale_y = 1 / bend->reach_y_mm;
    Sums sums = {0};

    for (guint i = 0; i < bend->anchors->len; i++) {
        double u = (anchors[i].x_mm - x_mm) * scale_x, v = (anchors[i].y_mm - y_mm) * scale_y;
        if (fabs(v) >= 1) /* most of them, in long runs */
            continue;
        double near = 1 - u * u - v * v;
        if (near > 0 && &anchors[i] != except)
            add(&sums, near * near, u, v, &anchors[i]);
    }
    return value_of(&sums);
}

OmrPoint
omr_bend_at(const OmrBend *bend, double x_mm, double y_mm)
{
    return value_at(bend, x_mm, y_mm, NULL);
}

/* How far each anchor is from what the others say, in mm; `sorted` gets the same in order. */
static void
find_contradictions(const OmrBend *bend, double px_per_mm, double *contradictions, double *sorted)
{
    guint n = bend->anchors->len;

    for (guint i = 0; i < n; i++) {
        const OmrAnchor *anchor = &g_array_index(bend->anchors, OmrAnchor, i);
        OmrPoint told = value_at(bend, anchor->x_mm, anchor->y_mm, anchor);
        sorted[i] = contradictions[i] = hypot(anchor->dx_px - told.x, anchor->dy_px - told.y) / px_per_mm;
    }
    qsort(sorted, n, sizeof(double), omr_compare_doubles);
}

/* By the three quarters that agree best: what contradicts all is no reason. */
static double
mean_of_best(const double *sorted, guint n)
{
    double sum = 0;
    guint kept = (3 * n + 3) / 4;

    for (guint i = 0; i < kept; i++)
        sum += sorted[i];
    return sum / MAX(kept, 1);
}

/* Chooses the reach and finds the contradictions with it. */
static void
choose_reach(OmrBend *bend, double px_per_mm, double *contradictions, double *sorted)
{
    guint best = 0, n = bend->anchors->len;
    g_autofree double *these = g_new(double, n), *these_sorted = g_new(double, n);
    double least = G_MAXDOUBLE;

    for (guint i = 0; i < G_N_ELEMENTS(reaches_mm); i++) {
        bend->reach_x_mm = reaches_mm[i][0];
        bend->reach_y_mm = reaches_mm[i][1];
        find_contradictions(bend, px_per_mm, these, these_sorted);
        double mean = mean_of_best(these_sorted, n);
        if (mean < (i == 0 ? 1 : CLEARLY_BETTER) * least) {
            least = mean;
            best = i;
            memcpy(contradictions, these, n * sizeof *these);
            memcpy(sorted, these_sorted, n * sizeof *these);
        }
    }
    bend->reach_x_mm = reaches_mm[best][0];
    bend->reach_y_mm = reaches_mm[best][1];
}

double
omr_bend_settle(OmrBend *bend, double px_per_mm, double *spread_mm)
{
    guint n = bend->anchors->len;
    g_autofree double *contradictions = g_new0(double, MAX(n, 1)), *sorted = g_new0(double, MAX(n, 1));
    double sum = 0;

    *spread_mm = 0;
    if (n == 0)
        return 0;
    choose_reach(bend, px_per_mm, contradictions, sorted);
    *spread_mm = sorted[n * 9 / 10];
    for (int round = 0; round < ROUNDS; round++) {
        double limit = MAX(OUTLIER_FACTOR * sorted[bend->anchors->len / 2], OUTLIER_MIN_MM);
        if (sorted[bend->anchors->len - 1] <= limit)
            break;
        for (guint i = bend->anchors->len; i-- > 0;) {
            if (contradictions[i] > limit)
                g_array_remove_index(bend->anchors, i);
        }
        find_contradictions(bend, px_per_mm, contradictions, sorted);
    }
    for (guint i = 0; i < bend->anchors->len; i++)
        sum += contradictions[i] * contradictions[i];
    return sqrt(sum / bend->anchors->len);
}
