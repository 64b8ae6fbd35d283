/* Whether an alignment can be relied on. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "align-private.h"

/* Of the nearest so many distinct landmarks on a side, up to this far away, a place needs this share. One off
 * to the side counts as further away. */
#define WITNESSES     5
#define WITNESS_MM    70.0
#define ASIDE         0.35
#define WITNESS_SHARE 0.4

/* One landmark that is written over and resembles print elsewhere says nothing: a fold moves many. */
#define CONTRARY 2

/* Places are off alike but for this much, and this much a mm between them: a jump of the feed, and curl. Rows
 * are further apart. */
#define STEP_MM 2.0
#define STRAIN  0.03

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
    for (guint i = 0; i < alignment->bend.anchors->len; i++) {
        const OmrAnchor *anchor = &g_array_index(alignment->bend.anchors, OmrAnchor, i);
        extend(&found[0], &found[1], anchor->x_mm);
        extend(&found[2], &found[3], anchor->y_mm);
    }
    return MIN((found[1] - found[0]) / MAX(print[1] - print[0], 1),
               (found[3] - found[2]) / MAX(print[3] - print[2], 1));
}

/* Landmarks unlike their rivals: what can be evidence against them. */
static guint
count_distinct(const OmrScale *scale, const CalibrationAlign *limits)
{
    guint distinct = 0;

    for (guint i = 0; i < scale->patches->len; i++)
        distinct += g_array_index(scale->patches, OmrPatch, i).rival <= limits->rival;
    return distinct;
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
is_unmistakable(const OmrAlignment *alignment, const OmrScale *scale, const CalibrationAlign *limits)
{
    guint found = 0, distinct = count_distinct(scale, limits);

    if (distinct < limits->distinct)
        return alignment->bend.anchors->len >= limits->share_repeating * scale->patches->len;
    for (guint i = 0; i < alignment->bend.anchors->len; i++)
        found += g_array_index(alignment->bend.anchors, OmrAnchor, i).evidence ? 1 : 0;
    return found >= limits->share_distinct * distinct;
}

gboolean
omr_alignment_is_trusted(const OmrAlignment *alignment, const OmrBlank *blank, const CalibrationAlign *limits,
                         char **why)
{
    const OmrScale *scale = &blank->scale[OMR_SCALES - 1];
    guint found = alignment->bend.anchors->len, tried = scale->patches->len;
    double coverage = coverage_of(alignment, scale);
    g_autofree char *reason = NULL;

    if (found < limits->anchors || found < limits->share * tried)
        reason = g_strdup_printf(_("only %u of %u landmarks of the form were found"), found, tried);
    else if (!is_unmistakable(alignment, scale, limits))
        reason = g_strdup(_("too little of the form's own print was found to tell its rows apart"));
    else if (coverage < limits->coverage)
        reason = g_strdup_printf(_("landmarks were found on %.0f%% of the page only"), 100 * coverage);
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

typedef struct {
    double mm; /* how far away it counts */
    const OmrSighting *sighting;
} Witness;

/* Keeps the nearest in a small sorted list. */
static void
keep_nearest(Witness *list, int *n, Witness witness)
{
    int at = *n;

    if (witness.mm > WITNESS_MM)
        return;
    while (at > 0 && list[at - 1].mm > witness.mm) {
        if (at < WITNESSES)
            list[at] = list[at - 1];
        at--;
    }
    if (at < WITNESSES) {
        list[at] = witness;
        *n = MIN(*n + 1, WITNESSES);
    }
}

/* Whether a landmark was seen, and as far off the map as the place it is asked for. */
static gboolean
is_for(const OmrSighting *sighting, OmrPoint place, OmrPoint off)
{
    double mm = hypot(sighting->patch->x_mm - place.x, sighting->patch->y_mm - place.y);
    double other_px = hypot(sighting->off.x - off.x, sighting->off.y - off.y);

    return sighting->seen && other_px <= (STEP_MM + STRAIN * mm) * sighting->px_per_mm;
}

gboolean
omr_alignment_is_witnessed(const OmrAlignment *alignment, OmrPoint page, OmrPoint off)
{
    Witness witnesses[4][WITNESSES]; /* left, right, above, below */
    int n[4] = {0};

    for (guint i = 0; i < alignment->sightings->len; i++) {
        const OmrSighting *sighting = &g_array_index(alignment->sightings, OmrSighting, i);
        double dx = sighting->patch->x_mm - page.x, dy = sighting->patch->y_mm - page.y;
        double across = fabs(dx) + ASIDE * fabs(dy), along = fabs(dy) + ASIDE * fabs(dx);
        int side_x = dx < 0 ? 0 : 1, side_y = dy < 0 ? 2 : 3;
        if (!sighting->seen && !sighting->moved)
            continue;
        keep_nearest(witnesses[side_x], &n[side_x], (Witness){across, sighting});
        keep_nearest(witnesses[side_y], &n[side_y], (Witness){along, sighting});
    }
    for (int side = 0; side < 4; side++) {
        int for_it = 0;
        for (int i = 0; i < n[side]; i++)
            for_it += is_for(witnesses[side][i].sighting, page, off);
        if (n[side] - for_it >= CONTRARY && for_it < WITNESS_SHARE * n[side])
            return FALSE;
    }
    return TRUE;
}
