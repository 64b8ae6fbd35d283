/* The last look: every answer position by its own print.
 *
 * Each is correlated with the page in the small surroundings of where it should be; the scores of neighbours
 * are added up, those in line across the feed counting most, so that marks, which hide an outline or add
 * another, do not decide alone. A jump of the feed then falls between two rows, not across several. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "align-private.h"
#include "correlate-private.h"

#define MAX_REACH 5 /* px of OMR_OUTLINE_DPI; outlines.c */
#define MAX_MAP   ((2 * MAX_REACH + 1) * (2 * MAX_REACH + 1))
#define MAX_HIGH  (OMR_OUTLINE_SIDE + 2 * MAX_REACH)
#define STRIDE    (OMR_OUTLINE_STRIDE + 2 * MAX_REACH)

/* Positions nearer than this, along the page's lines and down it, are asked too. */
#define ACROSS_MM 32.0
#define ALONG_MM  10.0

/* A score is relative to the best that half of all positions reach. What a single one has above 1, which
 * print does not have, counts less, and below 0 it counts only so far. */
#define ABOVE 0.25f
#define LEAST (-0.4f)

/* Print that shows less than this of the blank's contrast is no guide. */
#define MIN_GAIN 0.1f

/* The print is found where so much of it shows, and elsewhere only where so much more of it shows. */
#define FOUND  0.45f
#define BETTER 0.12f

/* Map and bend are more exact than this where they are right. */
#define MOVED_MM 0.15

/* Where so much of the neighbourhood's print shows, a mark, not the place, makes a position look otherwise.
 */
#define PLAIN_FOUND 0.8f

/* A position's own print contradicts when it shows there so well, at least so far off, and so little here. */
#define OWN_FOUND  0.9f
#define OWN_OFF_MM 0.5
#define OWN_HERE   0.5f

/* The feed jumped between two positions so near each other that lie otherwise by so much; one of them that
 * does not plainly belong to its side is torn apart by the jump. */
#define NEARBY_MM    9.0
#define OTHERWISE_MM 0.3
#define PLAIN        0.7f
#define PLAIN_SECOND 0.6f
#define SECOND_PX    3

typedef struct {
    const OmrOutline *outline;
    OmrPoint centre; /* in the image */
    OmrJacobian step;
    float score[MAX_MAP]; /* by offset: (2 reach + 1)² */
    float tamed[MAX_MAP]; /* what they count in a sum */
    float best;
} Look;

static inline int
side_of(const OmrOutline *outline)
{
    return 2 * outline->reach + 1;
}

/* Grey values around a position, and their mean. */
static float
sample_around(const Look *look, const OmrPyramid *image, int width, int height, guint8 *values)
{
    const OmrJacobian *step = &look->step;
    double left = (width - 1) / 2.0, up = (height - 1) / 2.0;
    OmrRaster raster = {.x = look->centre.x - step->xx * left - step->xy * up,
                        .y = look->centre.y - step->yx * left - step->yy * up,
                        .across_x = step->xx,
                        .across_y = step->yx,
                        .down_x = step->xy,
                        .down_y = step->yy};
    guint32 sum = 0;

    omr_pyramid_sample(image, &raster, width, height, values, STRIDE);
    for (int row = 0; row < height; row++) {
        for (int column = 0; column < width; column++)
            sum += values[row * STRIDE + column];
    }
    return (float)sum / (float)(width * height);
}

/* How much of the print shows at each offset, by the paper's brightness there. */
static void
look_around(Look *look, const OmrPyramid *image)
{
    const OmrOutline *outline = look->outline;
    OmrPattern pattern = {outline->values, outline->stride, outline->height};
    int side = side_of(outline), width = outline->width + 2 * outline->reach,
        height = outline->height + 2 * outline->reach;
    guint8 values[MAX_HIGH * STRIDE] = {0};
    float mean = sample_around(look, image, width, height, values);
    float scale = 255.0f / (MAX(mean, 1) * (float)outline->energy);
    gint32 product[2 * MAX_REACH + 1];

    look->best = 0;
    for (int y = 0; y < side; y++) {
        omr_products(values + y * STRIDE, STRIDE, &pattern, side, product);
        for (int x = 0; x < side; x++) {
            look->score[y * side + x] = scale * (float)product[x];
            look->best = MAX(look->best, look->score[y * side + x]);
        }
    }
}

static GArray *
look_everywhere(const OmrAlignment *alignment, const OmrBlank *blank, const OmrPyramid *image)
{
    GArray *looks = g_array_sized_new(FALSE, FALSE, sizeof(Look), blank->outlines->len);
    double pixel_mm = 25.4 / OMR_OUTLINE_DPI;

    for (guint i = 0; i < blank->outlines->len; i++) {
        const OmrOutline *outline = &g_array_index(blank->outlines, OmrOutline, i);
        OmrPoint page = {outline->x_mm, outline->y_mm};
        if (outline->values == NULL)
            continue;
        OmrJacobian step = omr_homography_jacobian(&alignment->map, page);
        Look look = {
            .outline = outline,
            .centre = omr_alignment_point(alignment, page.x, page.y, NULL),
            .step = {step.xx * pixel_mm, step.xy * pixel_mm, step.yx * pixel_mm, step.yy * pixel_mm}};
        look_around(&look, image);
        g_array_append_val(looks, look);
    }
    return looks;
}

static int
compare_floats(gconstpointer a, gconstpointer b)
{
    float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

/* How strongly print shows on this page: half of all positions show more. */
static float
gain_of(const GArray *looks)
{
    g_autofree float *best = g_new(float, MAX(looks->len, 1));

    for (guint i = 0; i < looks->len; i++)
        best[i] = g_array_index(looks, Look, i).best;
    qsort(best, looks->len, sizeof(float), compare_floats);
    return looks->len > 0 ? best[looks->len / 2] : 0;
}

static inline float
tamed(float score)
{
    return score > 1 ? 1 + ABOVE * (score - 1) : MAX(score, LEAST);
}

/* What each score counts in a sum. */
static void
tame(GArray *looks, float gain)
{
    for (guint i = 0; i < looks->len; i++) {
        Look *look = &g_array_index(looks, Look, i);
        int side = side_of(look->outline);
        for (int at = 0; at < side * side; at++)
            look->tamed[at] = tamed(look->score[at] / gain);
    }
}

static inline void
add_row(float *sum, const float *tamed_scores, int n, float weight)
{
    for (int i = 0; i < n; i++)
        sum[i] += weight * tamed_scores[i];
}

/* Scores of a position and its neighbours, per unit of weight. Neighbours that look less far around are
 * asked as far as they do. */
static void
add_up(const GArray *looks, guint index, const double reach_mm[2], float *sum)
{
    const Look *here = &g_array_index(looks, Look, index);
    int reach = here->outline->reach, side = side_of(here->outline);
    float total = 0;

    memset(sum, 0, sizeof(float) * (gsize)(side * side));
    for (guint i = 0; i < looks->len; i++) {
        const Look *look = &g_array_index(looks, Look, i);
        double u = (look->outline->x_mm - here->outline->x_mm) / reach_mm[0];
        double v = (look->outline->y_mm - here->outline->y_mm) / reach_mm[1];
        double near = 1 - u * u - v * v;
        if (near <= 0 || look->outline->reach < reach)
            continue;
        float weight = (float)(near * near);
        int other = side_of(look->outline), shift = look->outline->reach - reach;
        for (int y = 0; y < side; y++)
            add_row(sum + y * side, look->tamed + (y + shift) * other + shift, side, weight);
        total += weight;
    }
    for (int at = 0; at < side * side; at++)
        sum[at] /= total;
}

static int
largest_of(const float *values, int n)
{
    int best = 0;

    for (int i = 1; i < n; i++)
        best = values[i] > values[best] ? i : best;
    return best;
}

/* Offset of a parabola's peak through three values, the middle one the largest. */
static double
peak_offset(float before, float at, float after)
{
    float curve = before - 2 * at + after;

    return curve < -1e-6f ? CLAMP(0.5 * (double)((before - after) / curve), -0.5, 0.5) : 0;
}

/* Whether a position's own print is plainly somewhere else than at `at`. */
static gboolean
is_contradicted(const Look *look, float gain, int at)
{
    int side = side_of(look->outline), own = largest_of(look->score, side * side);
    double off_mm = hypot(own % side - at % side, own / side - at / side) * 25.4 / OMR_OUTLINE_DPI;

    return look->score[own] >= OWN_FOUND * gain && off_mm >= OWN_OFF_MM && look->score[at] <= OWN_HERE * gain;
}

/* Where the neighbourhood of a position was found, in px of OMR_OUTLINE_DPI from where it should be. */
typedef struct {
    double dx, dy;
    float shown, second; /* how much of the print shows there, and at most at another place */
    gboolean doubtful;
} Finding;

/* The largest score at least SECOND_PX away from `best`. */
static float
second_of(const float *sum, int side, int best)
{
    float second = LEAST;

    for (int at = 0; at < side * side; at++) {
        if (abs(at % side - best % side) >= SECOND_PX || abs(at / side - best / side) >= SECOND_PX)
            second = MAX(second, sum[at]);
    }
    return second;
}

static Finding
find_place(const GArray *looks, guint index, float gain, const double reach_mm[2])
{
    const Look *look = &g_array_index(looks, Look, index);
    int side = side_of(look->outline), reach = look->outline->reach, middle = reach * side + reach;
    float sum[MAX_MAP];

    add_up(looks, index, reach_mm, sum);
    int best = largest_of(sum, side * side);
    if (sum[best] < FOUND || sum[best] < sum[middle] + BETTER)
        best = middle;
    int x = best % side, y = best / side;
    gboolean at_edge = x == 0 || y == 0 || x == side - 1 || y == side - 1;
    Finding finding = {.dx = x - reach,
                       .dy = y - reach,
                       .shown = sum[best],
                       .second = second_of(sum, side, best),
                       .doubtful = at_edge || (sum[best] < PLAIN_FOUND && is_contradicted(look, gain, best))};
    if (!at_edge && best != middle) {
        finding.dx += peak_offset(sum[best - 1], sum[best], sum[best + 1]);
        finding.dy += peak_offset(sum[best - side], sum[best], sum[best + side]);
    }
    return finding;
}

/* Whether the feed jumped right here: positions nearby lie otherwise, and neither place is plainly this
 * one's.
 */
static gboolean
is_torn(const GArray *looks, const Finding *findings, guint index)
{
    const OmrOutline *here = g_array_index(looks, Look, index).outline;

    if (findings[index].shown >= PLAIN && findings[index].second <= PLAIN_SECOND * findings[index].shown)
        return FALSE;
    for (guint i = 0; i < looks->len; i++) {
        const OmrOutline *other = g_array_index(looks, Look, i).outline;
        double off_mm = hypot(findings[i].dx - findings[index].dx, findings[i].dy - findings[index].dy) *
                        25.4 / OMR_OUTLINE_DPI;
        if (off_mm > OTHERWISE_MM && hypot(other->x_mm - here->x_mm, other->y_mm - here->y_mm) < NEARBY_MM)
            return TRUE;
    }
    return FALSE;
}

static OmrPlace
place_of(const Look *look, const Finding *finding)
{
    OmrPlace place = {.x_mm = look->outline->x_mm, .y_mm = look->outline->y_mm};

    if (hypot(finding->dx, finding->dy) * 25.4 / OMR_OUTLINE_DPI > MOVED_MM)
        place.offset = (OmrPoint){look->step.xx * finding->dx + look->step.xy * finding->dy,
                                  look->step.yx * finding->dx + look->step.yy * finding->dy};
    return place;
}

void
omr_alignment_find_places(OmrAlignment *alignment, const OmrBlank *blank, const OmrPyramid *image)
{
    g_autoptr(GArray) looks = look_everywhere(alignment, blank, image);
    g_autofree Finding *findings = g_new0(Finding, MAX(looks->len, 1));
    float gain = gain_of(looks);
    /* the feed runs along the image's height: lines of the page that lie across it are moved as one */
    gboolean upright = fabs(alignment->map.h[0]) >= fabs(alignment->map.h[3]);
    const double reach_mm[2] = {upright ? ACROSS_MM : ALONG_MM, upright ? ALONG_MM : ACROSS_MM};

    alignment->places = g_array_new(FALSE, FALSE, sizeof(OmrPlace));
    if (gain < MIN_GAIN)
        return;
    tame(looks, gain);
    for (guint i = 0; i < looks->len; i++)
        findings[i] = find_place(looks, i, gain, reach_mm);
    for (guint i = 0; i < looks->len; i++) {
        OmrPlace place = place_of(&g_array_index(looks, Look, i), &findings[i]);
        place.doubtful = findings[i].doubtful || is_torn(looks, findings, i);
        if (place.doubtful || place.offset.x != 0 || place.offset.y != 0)
            g_array_append_val(alignment->places, place);
    }
}
