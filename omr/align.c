#include "align-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* How far each scale looks around the place that the one before predicts, after the first: at most this, and
 * less where the scale before found its landmarks in agreement. */
static const double search_mm[OMR_SCALES] = {0, 1.6, 0.8};

/* … namely this many times the disagreement that nine of ten landmarks stay below, and a little more. */
#define SEARCH_FACTOR   2.0
#define SEARCH_LEAST_MM 0.3

/* Pairs further off than this from the projective map are outliers of its fit; paper that bends stays within.
 */
static const double cutoff_mm[OMR_SCALES] = {2.5, 2.0, 1.5};

/* An anchor speaks for its surroundings with a weight of exp(-d²/2σ²); spacing of anchors is 20 mm (blank.c).
 */
#define REACH_MM 15.0

/* Weight of "no correction": where anchors are far the projective map holds. */
#define DAMPING 0.3

/* An anchor that its neighbours contradict by more than this many times the median contradiction is dropped.
 */
#define OUTLIER_FACTOR 3.5
#define OUTLIER_MIN_MM 0.2

/* A landmark is distinct when its rival leaves room below a good find. */
#define MAX_RIVAL 0.8

/* With fewer distinct landmarks than this a share of them says nothing. */
#define FEW_DISTINCT 6

#define MAX_RADIUS_PX 30 /* of a scale: 21 mm at the coarsest */
#define MAX_SIDE      (2 * (14 + MAX_RADIUS_PX) + 1)

void
omr_alignment_clear(OmrAlignment *alignment)
{
    g_clear_pointer(&alignment->anchors, g_array_unref);
}

static OmrPoint
correction_at(const GArray *anchors, double x_mm, double y_mm, const OmrAnchor *except, double *support)
{
    OmrPoint sum = {0, 0};
    double total = 0;

    for (guint i = 0; anchors != NULL && i < anchors->len; i++) {
        const OmrAnchor *anchor = &g_array_index(anchors, OmrAnchor, i);
        double dx = anchor->x_mm - x_mm, dy = anchor->y_mm - y_mm;
        double square = (dx * dx + dy * dy) / (2 * REACH_MM * REACH_MM);
        if (anchor == except || square > 8)
            continue;
        double weight = exp(-square);
        sum.x += weight * anchor->dx_px;
        sum.y += weight * anchor->dy_px;
        total += weight;
    }
    if (support != NULL)
        *support = MIN(total, 1);
    return (OmrPoint){sum.x / (total + DAMPING), sum.y / (total + DAMPING)};
}

OmrPoint
omr_alignment_point(const OmrAlignment *alignment, double x_mm, double y_mm, double *support)
{
    OmrPoint at = omr_homography_apply(&alignment->map, (OmrPoint){x_mm, y_mm});
    OmrPoint correction = correction_at(alignment->anchors, x_mm, y_mm, NULL, support);

    return (OmrPoint){at.x + correction.x, at.y + correction.y};
}

/* Pixels of the page image around a place, in the blank's own turn and scale, with sums for the correlation.
 */
typedef struct {
    int side;
    gint16 values[MAX_SIDE * MAX_SIDE];
    gint32 sums[(MAX_SIDE + 1) * (MAX_SIDE + 1)];
    gint64 squares[(MAX_SIDE + 1) * (MAX_SIDE + 1)];
} Window;

static void
sample_window(Window *window, const OmrPyramid *image, OmrPoint centre, const OmrJacobian *step, int half)
{
    double step_px = sqrt(fabs(step->xx * step->yy - step->xy * step->yx));
    int level = omr_pyramid_level(image, step_px), side = 2 * half + 1, width = side + 1;
    const OmrImage *pixels = &image->level[level];
    double factor = (double)(1 << level);

    window->side = side;
    memset(window->sums, 0, sizeof(gint32) * (gsize)width);
    memset(window->squares, 0, sizeof(gint64) * (gsize)width);
    for (int row = 0; row < side; row++) {
        double x = centre.x - step->xx * half + step->xy * (row - half);
        double y = centre.y - step->yx * half + step->yy * (row - half);
        OmrStep walk = {(x + 0.5) / factor - 0.5, (y + 0.5) / factor - 0.5, step->xx / factor,
                        step->yx / factor};
        gint32 sum = 0, square = 0;
        int *sums = window->sums + (row + 1) * width;
        gint64 *squares = window->squares + (row + 1) * width;
        guint8 values[MAX_SIDE];
        omr_image_sample(pixels, walk, side, values);
        sums[0] = 0;
        squares[0] = 0;
        for (int column = 0; column < side; column++) {
            gint32 value = values[column];
            window->values[row * side + column] = (gint16)value;
            sum += value;
            square += value * value;
            sums[column + 1] = window->sums[row * width + column + 1] + sum;
            squares[column + 1] = window->squares[row * width + column + 1] + square;
        }
    }
}

static double
correlation_at(const Window *window, const OmrPatch *patch, int side, int left, int top)
{
    int width = window->side + 1, n = side * side;
    gint64 product = 0;

    for (int row = 0; row < side; row++) {
        const gint16 *values = window->values + (top + row) * window->side + left;
        const gint16 *wanted = patch->values + row * side;
        gint32 sum = 0;
        for (int column = 0; column < side; column++)
            sum += values[column] * wanted[column];
        product += sum;
    }
    const gint32 *s = window->sums;
    const gint64 *q = window->squares;
    int a = top * width + left, b = a + side, c = (top + side) * width + left, d = c + side;
    double sum = s[d] - s[b] - s[c] + s[a], square = (double)(q[d] - q[b] - q[c] + q[a]);
    double variance = square - sum * sum / n;

    return variance > n ? (double)product / (patch->norm * sqrt(variance)) : 0;
}

/* Offset of a parabola's peak through three values, the middle one the largest: -½ … ½. */
static double
peak_offset(double before, double at, double after)
{
    double curve = before - 2 * at + after;

    return curve < -1e-9 ? CLAMP(0.5 * (before - after) / curve, -0.5, 0.5) : 0;
}

/* Finds `patch` within `radius` px of the window's centre and returns its correlation; 0 when that stays
 * below `least` or the best is at the edge. */
static double
find_patch(const Window *window, const OmrPatch *patch, int half, int radius, double least, OmrPoint *offset)
{
    int n = 2 * radius + 1, side = 2 * half + 1, best = 0;
    double score[(2 * MAX_RADIUS_PX + 1) * (2 * MAX_RADIUS_PX + 1)];

    for (int i = 0; i < n * n; i++) {
        score[i] = correlation_at(window, patch, side, i % n, i / n);
        if (score[i] > score[best])
            best = i;
    }
    int x = best % n, y = best / n;
    if (score[best] < least || x == 0 || y == 0 || x == n - 1 || y == n - 1)
        return 0;
    offset->x = x - radius + peak_offset(score[best - 1], score[best], score[best + 1]);
    offset->y = y - radius + peak_offset(score[best - n], score[best], score[best + n]);
    return score[best];
}

/* Looks for every patch of a scale where `alignment` predicts it. */
static GArray *
find_pairs(const OmrAlignment *alignment, const OmrBlank *blank, int index, const OmrPyramid *image,
           double radius_mm, double least)
{
    const OmrScale *scale = &blank->scale[index];
    double pixel_mm = 25.4 / omr_scale_dpi[index];
    int radius = CLAMP((int)ceil(radius_mm / pixel_mm) + 1, 2, MAX_RADIUS_PX);
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(OmrPair));
    g_autofree Window *window = g_new(Window, 1);

    for (guint i = 0; i < scale->patches->len; i++) {
        const OmrPatch *patch = &g_array_index(scale->patches, OmrPatch, i);
        OmrPoint page = {patch->x_mm, patch->y_mm}, offset;
        OmrPoint centre = omr_alignment_point(alignment, page.x, page.y, NULL);
        OmrJacobian step = omr_homography_jacobian(&alignment->map, page);
        step = (OmrJacobian){step.xx * pixel_mm, step.xy * pixel_mm, step.yx * pixel_mm, step.yy * pixel_mm};
        sample_window(window, image, centre, &step, scale->half + radius);
        double score = find_patch(window, patch, scale->half, radius, least, &offset);
        if (score <= 0)
            continue;
        OmrPair pair = {
            .from = page,
            .to = {centre.x + step.xx * offset.x + step.xy * offset.y,
                   centre.y + step.yx * offset.x + step.yy * offset.y},
            .weight = 1,
            .tag = score >= patch->rival + OMR_EVIDENCE,
        };
        g_array_append_val(pairs, pair);
    }
    return pairs;
}

static double
px_per_mm_at(const OmrHomography *map, OmrPoint page)
{
    OmrJacobian step = omr_homography_jacobian(map, page);

    return sqrt(fabs(step.xx * step.yy - step.xy * step.yx));
}

static int
compare_doubles(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* How far each anchor is from what its neighbours say, in mm. */
static double *
contradictions_of(const GArray *anchors, double px_per_mm)
{
    double *contradictions = g_new(double, MAX(anchors->len, 1));

    for (guint i = 0; i < anchors->len; i++) {
        const OmrAnchor *anchor = &g_array_index(anchors, OmrAnchor, i);
        OmrPoint predicted = correction_at(anchors, anchor->x_mm, anchor->y_mm, anchor, NULL);
        contradictions[i] = hypot(anchor->dx_px - predicted.x, anchor->dy_px - predicted.y) / px_per_mm;
    }
    return contradictions;
}

/* Drops the anchors that their neighbours contradict and returns the root mean square of those that stay.
 * `spread_mm` is what nine of ten stayed below before. */
static double
drop_outliers(GArray *anchors, double px_per_mm, double *spread_mm)
{
    for (int round = 0; round < 3 && anchors->len > 0; round++) {
        g_autofree double *contradictions = contradictions_of(anchors, px_per_mm);
        g_autofree double *sorted = g_memdup2(contradictions, sizeof(double) * anchors->len);
        qsort(sorted, anchors->len, sizeof(double), compare_doubles);
        if (round == 0)
            *spread_mm = sorted[anchors->len * 9 / 10];
        double limit = MAX(OUTLIER_FACTOR * sorted[anchors->len / 2], OUTLIER_MIN_MM);
        for (guint i = anchors->len; i-- > 0;) {
            if (contradictions[i] > limit)
                g_array_remove_index(anchors, i);
        }
    }
    g_autofree double *left = contradictions_of(anchors, px_per_mm);
    double sum = 0;
    for (guint i = 0; i < anchors->len; i++)
        sum += left[i] * left[i];
    return anchors->len > 0 ? sqrt(sum / anchors->len) : 0;
}

/* Fits the map to the pairs, from loose to tight, and turns what is left into anchors. */
static gboolean
fit_map(OmrAlignment *alignment, GArray *pairs, double error_mm, double tight_mm, double px_per_mm)
{
    OmrPair *data = (OmrPair *)(void *)pairs->data;
    double loosest_mm = MAX(2 * error_mm, tight_mm);
    guint kept = 0;

    for (double cutoff = loosest_mm;; cutoff = MAX(cutoff / 2, tight_mm)) {
        gboolean projective = cutoff <= 4 * tight_mm && pairs->len >= 12;
        kept = omr_homography_refine(&alignment->map, data, pairs->len, cutoff * px_per_mm, projective);
        if (kept == 0 || cutoff <= tight_mm)
            break;
    }
    if (kept == 0)
        return FALSE;
    g_array_set_size(alignment->anchors, 0);
    for (guint i = 0; i < pairs->len; i++) {
        if (data[i].weight <= 0)
            continue;
        OmrPoint at = omr_homography_apply(&alignment->map, data[i].from);
        OmrAnchor anchor = {data[i].from.x, data[i].from.y, data[i].to.x - at.x, data[i].to.y - at.y,
                            data[i].tag};
        g_array_append_val(alignment->anchors, anchor);
    }
    alignment->residual_mm = drop_outliers(alignment->anchors, px_per_mm, &alignment->spread_mm);
    return alignment->anchors->len > 0;
}

static void
extend(double *low, double *high, double value)
{
    *low = MIN(*low, value);
    *high = MAX(*high, value);
}

static double
coverage_of(const OmrAlignment *alignment, const OmrScale *scale)
{
    double print[4] = {1e9, -1e9, 1e9, -1e9}, found[4] = {1e9, -1e9, 1e9, -1e9};

    for (guint i = 0; i < scale->patches->len; i++) {
        const OmrPatch *patch = &g_array_index(scale->patches, OmrPatch, i);
        extend(&print[0], &print[1], patch->x_mm);
        extend(&print[2], &print[3], patch->y_mm);
    }
    for (guint i = 0; i < alignment->anchors->len; i++) {
        const OmrAnchor *anchor = &g_array_index(alignment->anchors, OmrAnchor, i);
        extend(&found[0], &found[1], anchor->x_mm);
        extend(&found[2], &found[3], anchor->y_mm);
    }
    return MIN((found[1] - found[0]) / MAX(print[1] - print[0], 1),
               (found[3] - found[2]) / MAX(print[3] - print[2], 1));
}

static void
count_tried(OmrAlignment *alignment, const OmrScale *scale)
{
    alignment->tried = scale->patches->len;
    alignment->distinct = 0;
    for (guint i = 0; i < scale->patches->len; i++)
        alignment->distinct += g_array_index(scale->patches, OmrPatch, i).rival <= MAX_RIVAL ? 1 : 0;
}

gboolean
omr_align(OmrAlignment *alignment, const OmrBlank *blank, const OmrPyramid *image, const OmrPose *start,
          const CalibrationAlign *limits)
{
    OmrPoint middle = {blank->package->width_mm / 2, blank->package->height_mm / 2};

    omr_alignment_clear(alignment);
    alignment->map = start->map;
    alignment->spread_mm = 0;
    alignment->anchors = g_array_new(FALSE, FALSE, sizeof(OmrAnchor));
    for (int i = 0; i < OMR_SCALES; i++) {
        double wanted_mm = SEARCH_FACTOR * alignment->spread_mm + SEARCH_LEAST_MM;
        double radius_mm = i == 0            ? start->error_mm
                           : start->thorough ? search_mm[i]
                                             : MIN(search_mm[i], wanted_mm);
        double px_per_mm = px_per_mm_at(&alignment->map, middle);
        if (!(px_per_mm > 0.5 && px_per_mm < 100))
            return FALSE;
        g_autoptr(GArray) pairs = find_pairs(alignment, blank, i, image, radius_mm, limits->correlation);
        if (!fit_map(alignment, pairs, radius_mm, cutoff_mm[i], px_per_mm))
            return FALSE;
    }
    count_tried(alignment, &blank->scale[OMR_SCALES - 1]);
    alignment->coverage = coverage_of(alignment, &blank->scale[OMR_SCALES - 1]);
    return TRUE;
}

/* A page seen by a scanner or a hand-held camera is not mirrored, not much wider than high against its own
 * shape, and no corner is much nearer than another. */
static gboolean
is_plausible(const OmrHomography *map, const FormPackage *package, const CalibrationAlign *limits)
{
    double smallest = 1e9, largest = 0;

    for (int corner = 0; corner < 4; corner++) {
        OmrPoint page = {corner % 2 * package->width_mm, corner / 2 * package->height_mm};
        OmrJacobian step = omr_homography_jacobian(map, page);
        double area = step.xx * step.yy - step.xy * step.yx;
        double aspect = hypot(step.xx, step.yx) / MAX(hypot(step.xy, step.yy), 1e-9);
        if (!(area > 0) || aspect > limits->aspect || aspect < 1 / limits->aspect)
            return FALSE;
        extend(&smallest, &largest, sqrt(area));
    }
    return largest / smallest <= limits->perspective;
}

/* Rows look like rows: landmarks that repeat are found one row off as well, so only those that are found
 * better than their rivals are evidence against that. A form with hardly any must be found nearly whole: one
 * row off, its outermost rows are missing. */
static gboolean
is_unmistakable(const OmrAlignment *alignment, const CalibrationAlign *limits)
{
    guint found = 0;

    if (alignment->distinct < FEW_DISTINCT)
        return alignment->anchors->len >= limits->share_repeating * alignment->tried;
    for (guint i = 0; i < alignment->anchors->len; i++)
        found += g_array_index(alignment->anchors, OmrAnchor, i).evidence ? 1 : 0;
    return found >= limits->share_distinct * alignment->distinct;
}

gboolean
omr_alignment_is_trusted(const OmrAlignment *alignment, const OmrBlank *blank, const CalibrationAlign *limits,
                         char **why)
{
    double share = (double)alignment->anchors->len / MAX(alignment->tried, 1);
    g_autofree char *reason = NULL;

    if (alignment->anchors->len < (guint)limits->anchors || share < limits->share)
        reason = g_strdup_printf(_("only %u of %u landmarks of the form were found"), alignment->anchors->len,
                                 alignment->tried);
    else if (!is_unmistakable(alignment, limits))
        reason = g_strdup(_("too little of the form's own print was found to tell its rows apart"));
    else if (alignment->coverage < limits->coverage)
        reason =
            g_strdup_printf(_("landmarks were found on %.0f%% of the page only"), 100 * alignment->coverage);
    else if (alignment->residual_mm > limits->residual_mm)
        reason = g_strdup_printf(_("landmarks disagree by %.2f mm"), alignment->residual_mm);
    else if (!is_plausible(&alignment->map, blank->package, limits))
        reason = g_strdup(_("the page is distorted more than a scan or photo can be"));
    if (reason == NULL)
        return TRUE;
    if (why != NULL)
        *why = g_steal_pointer(&reason);
    return FALSE;
}
