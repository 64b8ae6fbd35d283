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

/* Growing: landmarks up to so far from what is known are looked for, within … and this share of that distance
 * (the scale of a photo changes by 8 % over 60 mm, at 30° and 40 cm), and once more when more is known. From
 * so many pairs on a projective map is fitted. */
#define GROW_MM        55.0
#define GROW_LEAST_MM  1.0
#define GROW_SHARE     0.07
#define GROW_TRIES     2
#define GROW_CUTOFF_MM 4.0
#define GROWN          14

/* Landmarks of this scale and finer ones are witnesses; those of this one that are missing are looked for up
 * to 19 mm away along the page's axes, in a band. */
#define WITNESS_SCALE 1
#define MOVED_PX      30
#define MOVED_BAND_PX 2

/* Answer positions are told apart by more than this. */
#define SAME_MM 0.1

void
omr_alignment_clear(OmrAlignment *alignment)
{
    omr_bend_clear(&alignment->bend);
    g_clear_pointer(&alignment->places, g_array_unref);
    g_clear_pointer(&alignment->sightings, g_array_unref);
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
    OmrPoint off = omr_bend_at(&alignment->bend, x_mm, y_mm);
    const OmrPlace *place = place_of(alignment, x_mm, y_mm);

    if (place != NULL)
        off = (OmrPoint){off.x + place->offset.x, off.y + place->offset.y};
    if (support != NULL) {
        gboolean sure = (place == NULL || !place->doubtful) &&
                        omr_alignment_is_witnessed(alignment, (OmrPoint){x_mm, y_mm}, off);
        *support = sure ? support_at(alignment->bend.anchors, x_mm, y_mm) : 0;
    }
    return (OmrPoint){at.x + off.x, at.y + off.y};
}

/* Whether a landmark of the middle scale that is not in its place stands a row or a column away. */
static gboolean
has_moved(OmrSearch *search, const OmrPyramid *image, const OmrSought *sought, double least)
{
    static const int across[4] = {1, -1, 0, 0}, down[4] = {0, 0, 1, -1};
    double nearest = OMR_REPEAT_MIN_MM * omr_scale_dpi[WITNESS_SCALE] / 25.4;

    for (int i = 0; i < 4; i++) {
        OmrSought there = *sought;
        OmrPoint offset;
        there.radius = MOVED_PX;
        there.centre.x += MOVED_PX * (across[i] * sought->step.xx + down[i] * sought->step.xy);
        there.centre.y += MOVED_PX * (across[i] * sought->step.yx + down[i] * sought->step.yy);
        if (omr_search(search, image, &there, least, &offset) <= 0)
            continue;
        double aside = fabs(across[i] != 0 ? offset.y : offset.x);
        double along = MOVED_PX + offset.x * across[i] + offset.y * down[i];
        if (aside <= MOVED_BAND_PX && along >= nearest)
            return TRUE;
    }
    return FALSE;
}

/* A patch where `alignment` predicts it. */
static OmrSought
sought_at(const OmrAlignment *alignment, const OmrBlank *blank, int index, const OmrPatch *patch,
          double radius_mm)
{
    double pixel_mm = 25.4 / omr_scale_dpi[index];
    OmrJacobian step = omr_homography_jacobian(&alignment->map, (OmrPoint){patch->x_mm, patch->y_mm});

    return (OmrSought){
        .patch = patch,
        .half = blank->scale[index].half,
        .centre = omr_alignment_point(alignment, patch->x_mm, patch->y_mm, NULL),
        .step = {step.xx * pixel_mm, step.xy * pixel_mm, step.yx * pixel_mm, step.yy * pixel_mm},
        .radius = CLAMP((int)ceil(radius_mm / pixel_mm) + 1, 2, OMR_SEARCH_MAX_PX),
    };
}

/* What a distinct landmark says of its surroundings, if anything. */
static void
note_sighting(OmrAlignment *alignment, const OmrSighting *sighting, double score,
              const CalibrationAlign *limits)
{
    if (score > 0 && score < sighting->patch->rival + limits->evidence)
        return;
    g_array_append_vals(alignment->sightings, sighting, 1);
    g_array_index(alignment->sightings, OmrSighting, alignment->sightings->len - 1).seen = score > 0;
}

static double
px_per_mm_at(const OmrHomography *map, OmrPoint page)
{
    OmrJacobian step = omr_homography_jacobian(map, page);

    return sqrt(fabs(step.xx * step.yy - step.xy * step.yx));
}

/* What the sightings are as witnesses, now that the map is known. */
static void
settle_sightings(OmrAlignment *alignment)
{
    for (guint i = 0; i < alignment->sightings->len; i++) {
        OmrSighting *sighting = &g_array_index(alignment->sightings, OmrSighting, i);
        OmrPoint page = {sighting->patch->x_mm, sighting->patch->y_mm};
        OmrPoint at = omr_homography_apply(&alignment->map, page);
        sighting->off = (OmrPoint){sighting->at.x - at.x, sighting->at.y - at.y};
        sighting->px_per_mm = px_per_mm_at(&alignment->map, page);
    }
}

/* Landmarks that are nowhere near may stand a row or a column away. */
static void
look_for_moved(OmrAlignment *alignment, const OmrBlank *blank, const OmrPyramid *image,
               const CalibrationAlign *limits)
{
    g_autoptr(OmrSearch) search = omr_search_new();

    for (guint i = 0; i < alignment->sightings->len; i++) {
        OmrSighting *sighting = &g_array_index(alignment->sightings, OmrSighting, i);
        if (sighting->seen || sighting->scale != WITNESS_SCALE)
            continue;
        OmrSought sought = sought_at(alignment, blank, WITNESS_SCALE, sighting->patch, 0);
        double least = MAX(limits->correlation, sighting->patch->rival) + limits->evidence;
        sighting->moved = has_moved(search, image, &sought, least);
    }
}

/* Looks for a patch and returns its correlation, 0 when it was not found; `at` is where, in the image. */
static double
look_for(OmrSearch *search, const OmrPyramid *image, const OmrSought *sought, double least, OmrPoint *at)
{
    const OmrJacobian *step = &sought->step;
    OmrPoint offset = {0, 0};
    double score = omr_search(search, image, sought, least, &offset);

    *at = (OmrPoint){sought->centre.x + step->xx * offset.x + step->xy * offset.y,
                     sought->centre.y + step->yx * offset.x + step->yy * offset.y};
    return score;
}

/* Looks for every patch of a scale where `alignment` predicts it. */
static GArray *
find_pairs(OmrAlignment *alignment, const OmrBlank *blank, int index, const OmrPyramid *image,
           double radius_mm, const CalibrationAlign *limits)
{
    const OmrScale *scale = &blank->scale[index];
    GArray *pairs = g_array_new(FALSE, FALSE, sizeof(OmrPair));
    g_autoptr(OmrSearch) search = omr_search_new();

    for (guint i = 0; i < scale->patches->len; i++) {
        const OmrPatch *patch = &g_array_index(scale->patches, OmrPatch, i);
        OmrPoint page = {patch->x_mm, patch->y_mm}, at;
        OmrSought sought = sought_at(alignment, blank, index, patch, radius_mm);
        double score = look_for(search, image, &sought, limits->correlation, &at);
        if (index >= WITNESS_SCALE && patch->rival <= limits->rival)
            note_sighting(alignment, &(OmrSighting){.patch = patch, .scale = index, .at = at}, score, limits);
        if (score <= 0)
            continue;
        OmrPair pair = {.from = page, .to = at, .weight = 1, .tag = score >= patch->rival + limits->evidence};
        g_array_append_val(pairs, pair);
    }
    return pairs;
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

/* Fits what is known so far. The bend is kept too: near what is known it tells more than the map. */
static void
fit_known(OmrAlignment *alignment, GArray *pairs, double px_per_mm)
{
    OmrPair *data = (OmrPair *)(void *)pairs->data;
    OmrHomography map = alignment->map;

    if (pairs->len < GROWN
            ? omr_homography_fit_affine(data, pairs->len, &map)
            : omr_homography_refine(&map, data, pairs->len, GROW_CUTOFF_MM * px_per_mm, TRUE) > 0)
        alignment->map = map;
    g_array_set_size(alignment->bend.anchors, 0);
    for (guint i = 0; i < pairs->len; i++) {
        OmrPoint at = omr_homography_apply(&alignment->map, data[i].from);
        OmrAnchor anchor = {data[i].from.x, data[i].from.y, data[i].to.x - at.x, data[i].to.y - at.y, FALSE};
        g_array_append_val(alignment->bend.anchors, anchor);
    }
    if (pairs->len >= GROWN)
        omr_bend_settle(&alignment->bend, px_per_mm, &alignment->spread_mm);
}

static double
nearest_pair_mm(const GArray *pairs, const OmrPatch *patch)
{
    double nearest = G_MAXDOUBLE;

    for (guint i = 0; i < pairs->len; i++) {
        OmrPoint from = g_array_index(pairs, OmrPair, i).from;
        nearest = MIN(nearest, hypot(from.x - patch->x_mm, from.y - patch->y_mm));
    }
    return nearest;
}

/* From the little that is known exactly, over the page: the next landmarks are never far from those found
 * before, so that they need not be looked for far around. Perspective and curl, which no start can tell, are
 * followed. */
static void
grow(OmrAlignment *alignment, const OmrBlank *blank, const OmrPyramid *image, const OmrPose *start,
     const CalibrationAlign *limits)
{
    const OmrScale *scale = &blank->scale[0];
    g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(OmrPair));
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(OmrPair));
    g_autofree guint8 *tries = g_new0(guint8, MAX(scale->patches->len, 1));
    g_autoptr(OmrSearch) search = omr_search_new();
    OmrPoint middle = {start->known[0].from.x, start->known[0].from.y};

    g_array_append_vals(pairs, start->known, start->n_known);
    for (guint n_known = 0; pairs->len > n_known;) {
        fit_known(alignment, pairs, px_per_mm_at(&alignment->map, middle));
        n_known = pairs->len;
        for (guint i = 0; i < scale->patches->len; i++) {
            const OmrPatch *patch = &g_array_index(scale->patches, OmrPatch, i);
            OmrPair pair = {.from = {patch->x_mm, patch->y_mm}, .weight = 1};
            double away_mm = nearest_pair_mm(pairs, patch);
            if (tries[i] >= GROW_TRIES || away_mm > GROW_MM)
                continue;
            tries[i]++;
            OmrSought sought = sought_at(alignment, blank, 0, patch, GROW_LEAST_MM + GROW_SHARE * away_mm);
            if (look_for(search, image, &sought, limits->correlation, &pair.to) <= 0)
                continue;
            tries[i] = GROW_TRIES;
            g_array_append_val(found, pair);
        }
        g_array_append_vals(pairs, found->data, found->len);
        g_array_set_size(found, 0);
    }
    fit_known(alignment, pairs, px_per_mm_at(&alignment->map, middle));
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
    alignment->sightings = g_array_new(FALSE, FALSE, sizeof(OmrSighting));
    if (start->n_known > 0)
        grow(alignment, blank, image, start, limits);
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
    if (omr_alignment_is_trusted(alignment, blank, limits, NULL)) {
        settle_sightings(alignment);
        look_for_moved(alignment, blank, image, limits);
        omr_alignment_find_places(alignment, blank, image);
    }
    return TRUE;
}
