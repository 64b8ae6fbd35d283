#include "align-private.h"

#include <math.h>
#include <string.h>

#include "correlate-private.h"

/* How far each scale looks around the place that the one before predicts, after the first: at most this, and
 * less where the scale before found its landmarks in agreement. */
static const double search_mm[OMR_SCALES] = {0, 1.6, 0.8};

/* … namely this many times the disagreement that nine of ten landmarks stay below, and a little more. */
#define SEARCH_FACTOR   2.0
#define SEARCH_LEAST_MM 0.3

/* Pairs further off than this from the projective map are outliers of its fit … */
static const double cutoff_mm[OMR_SCALES] = {2.5, 2.0, 1.5};

/* … but still anchors of the page's bend up to here, if their neighbours agree: a sheet that curls by 10 mm
 * before a camera at 30° is off by 6 mm. */
#define MAX_BEND_MM 8.0

/* An anchor supports its surroundings with a weight of exp(-d²/2σ²). */
#define SUPPORT_MM 15.0

/* Answer positions are told apart by more than this. */
#define SAME_MM 0.1

void
omr_alignment_clear(OmrAlignment *alignment)
{
    omr_bend_clear(&alignment->bend);
    g_clear_pointer(&alignment->places, g_array_unref);
}

/* How much anchors nearby vouch for a place. */
static double
support_at(const GArray *anchors, double x_mm, double y_mm)
{
    double total = 0;

    for (guint i = 0; i < anchors->len && total < 1; i++) {
        const OmrAnchor *anchor = &g_array_index(anchors, OmrAnchor, i);
        double dx = anchor->x_mm - x_mm, dy = anchor->y_mm - y_mm;
        double square = (dx * dx + dy * dy) / (2 * SUPPORT_MM * SUPPORT_MM);
        total += square < 8 ? exp(-square) : 0;
    }
    return MIN(total, 1);
}

static const OmrPlace *
place_of(const OmrAlignment *alignment, double x_mm, double y_mm)
{
    for (guint i = 0; alignment->places != NULL && i < alignment->places->len; i++) {
        const OmrPlace *place = &g_array_index(alignment->places, OmrPlace, i);
        if (fabs(place->x_mm - x_mm) < SAME_MM && fabs(place->y_mm - y_mm) < SAME_MM)
            return place;
    }
    return NULL;
}

OmrPoint
omr_alignment_point(const OmrAlignment *alignment, double x_mm, double y_mm, double *support)
{
    OmrPoint at = omr_homography_apply(&alignment->map, (OmrPoint){x_mm, y_mm});
    OmrPoint bend = omr_bend_at(&alignment->bend, x_mm, y_mm);

    const OmrPlace *place = place_of(alignment, x_mm, y_mm);

    if (support != NULL)
        *support = place != NULL && place->doubtful ? 0 : support_at(alignment->bend.anchors, x_mm, y_mm);
    if (place != NULL)
        return (OmrPoint){at.x + bend.x + place->offset.x, at.y + bend.y + place->offset.y};
    return (OmrPoint){at.x + bend.x, at.y + bend.y};
}

/* Looks for every patch of a scale where `alignment` predicts it. */
static GArray *
find_pairs(const OmrAlignment *alignment, const OmrBlank *blank, int index, const OmrPyramid *image,
           double radius_mm, const CalibrationAlign *limits)
{
    const OmrScale *scale = &blank->scale[index];
    double pixel_mm = 25.4 / omr_scale_dpi[index];
    int radius = CLAMP((int)ceil(radius_mm / pixel_mm) + 1, 2, OMR_SEARCH_MAX_PX);
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(OmrPair));
    g_autoptr(OmrSearch) search = omr_search_new();

    for (guint i = 0; i < scale->patches->len; i++) {
        const OmrPatch *patch = &g_array_index(scale->patches, OmrPatch, i);
        OmrPoint page = {patch->x_mm, patch->y_mm}, offset;
        OmrPoint centre = omr_alignment_point(alignment, page.x, page.y, NULL);
        OmrJacobian step = omr_homography_jacobian(&alignment->map, page);
        step = (OmrJacobian){step.xx * pixel_mm, step.xy * pixel_mm, step.yx * pixel_mm, step.yy * pixel_mm};
        OmrSought sought = {patch, scale->half, centre, step, radius};
        double score = omr_search(search, image, &sought, limits->correlation, &offset);
        if (score <= 0)
            continue;
        OmrPair pair = {
            .from = page,
            .to = {centre.x + step.xx * offset.x + step.xy * offset.y,
                   centre.y + step.yx * offset.x + step.yy * offset.y},
            .weight = 1,
            .tag = score >= patch->rival + limits->evidence,
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
    g_array_set_size(alignment->bend.anchors, 0);
    for (guint i = 0; i < pairs->len; i++) {
        OmrPoint at = omr_homography_apply(&alignment->map, data[i].from);
        OmrAnchor anchor = {data[i].from.x, data[i].from.y, data[i].to.x - at.x, data[i].to.y - at.y,
                            data[i].tag};
        if (hypot(anchor.dx_px, anchor.dy_px) <= MAX_BEND_MM * px_per_mm)
            g_array_append_val(alignment->bend.anchors, anchor);
    }
    alignment->residual_mm = omr_bend_settle(&alignment->bend, px_per_mm, &alignment->spread_mm);
    return alignment->bend.anchors->len > 0;
}

gboolean
omr_align(OmrAlignment *alignment, const OmrBlank *blank, const OmrPyramid *image, const OmrPose *start,
          const CalibrationAlign *limits)
{
    OmrPoint middle = {blank->package->width_mm / 2, blank->package->height_mm / 2};

    omr_alignment_clear(alignment);
    alignment->map = start->map;
    alignment->spread_mm = 0;
    omr_bend_init(&alignment->bend);
    for (int i = 0; i < OMR_SCALES; i++) {
        double wanted_mm = SEARCH_FACTOR * alignment->spread_mm + SEARCH_LEAST_MM;
        double radius_mm = i == 0            ? start->error_mm
                           : start->thorough ? search_mm[i]
                                             : MIN(search_mm[i], wanted_mm);
        double px_per_mm = px_per_mm_at(&alignment->map, middle);
        if (!(px_per_mm > 0.5 && px_per_mm < 100))
            return FALSE;
        g_autoptr(GArray) pairs = find_pairs(alignment, blank, i, image, radius_mm, limits);
        if (!fit_map(alignment, pairs, radius_mm, cutoff_mm[i], px_per_mm))
            return FALSE;
    }
    omr_alignment_find_places(alignment, blank, image);
    return TRUE;
}
