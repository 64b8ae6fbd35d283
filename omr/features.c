#include "features-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The picture is worked on with its longer side this long: about 100 dpi for A4, enough for print of 8 pt. */
#define LONG_SIDE_PX 1200.0

#define N_STEPS      7   /* of scale, each … */
#define STEP         1.2 /* … smaller by this (ORB's own value): sizes may differ up to 3 times */
#define BUCKET_PX    32  /* features are spread: at most … */
#define PER_BUCKET   4   /* … so many in a square of this side */
#define PATCH_RADIUS 15
#define BITS         256
#define MIN_CORNER   2000.0 /* Harris response (squared grey-value slopes): leaves paper grain out */

/* A match is kept when its descriptor is clearly nearer than the next one's (Lowe's ratio test, 2004). */
#define MAX_DISTANCE 70
#define MAX_RATIO    0.88

/* Agreement of two matches: direction and size within these, place within this share of the page's diagonal.
 */
#define MAX_TURN_RAD   0.45
#define MAX_SIZE_RATIO 1.5
#define LOOSE_SHARE    0.04
#define TIGHT_SHARE    0.008
#define MIN_CONSENSUS  8

/* A consensus is looked for around this many matches, spread evenly over all: each true match is as good a
 * start as any other, so more only cost time. */
#define MAX_SEEDS 300u

typedef struct {
    float x, y;  /* in the units of omr_features_new() */
    float size;  /* one pixel of the scale it was found on, in the same units */
    float angle; /* radians */
    guint64 bits[BITS / 64];
} Feature;

struct OmrFeatures {
    GArray *features; /* of Feature */
};

typedef struct {
    float x, y, response;
} Corner;

static void
resize(const OmrPyramid *pyramid, double step, OmrImage *out)
{
    const OmrImage *base = &pyramid->level[0];
    int level = omr_pyramid_level(pyramid, step);
    double factor = (double)(1 << level);
    const OmrImage *image = omr_pyramid_image(pyramid, level);

    omr_image_init(out, MAX((int)(base->width / step), 1), MAX((int)(base->height / step), 1));
    for (int y = 0; y < out->height; y++) {
        for (int x = 0; x < out->width; x++) {
            float value = omr_image_at(image, (float)((x + 0.5) * step / factor - 0.5),
                                       (float)((y + 0.5) * step / factor - 0.5));
            out->pixels[(gsize)y * (gsize)out->stride + (gsize)x] = (guint8)value;
        }
    }
}

/* 5 × 5 mean: single pixels decide each bit of a descriptor, so noise must not. */
static void
smooth(const OmrImage *image, OmrImage *out)
{
    g_autofree guint16 *column_sums = g_new0(guint16, (gsize)image->width);

    omr_image_init(out, image->width, image->height);
    memset(out->pixels, 255, (gsize)out->stride * (gsize)out->height);
    for (int y = 2; y < image->height - 2; y++) {
        for (int x = 0; x < image->width; x++) {
            guint sum = 0;
            for (int row = y - 2; row <= y + 2; row++)
                sum += image->pixels[(gsize)row * (gsize)image->stride + (gsize)x];
            column_sums[x] = (guint16)sum;
        }
        for (int x = 2; x < image->width - 2; x++) {
            int sum = column_sums[x - 2] + column_sums[x - 1] + column_sums[x] + column_sums[x + 1] +
                      column_sums[x + 2];
            out->pixels[(gsize)y * (gsize)out->stride + (gsize)x] = (guint8)(sum / 25);
        }
    }
}

static float
slope_x(const OmrImage *image, int x, int y)
{
    const guint8 *at = image->pixels + (gsize)y * (gsize)image->stride + x;

    return (float)(at[1] - at[-1]);
}

static float
slope_y(const OmrImage *image, int x, int y)
{
    const guint8 *at = image->pixels + (gsize)y * (gsize)image->stride + x;

    return (float)(at[image->stride] - at[-image->stride]);
}

/* Harris and Stephens, "A combined corner and edge detector", 1988: det - 0.04 trace², over 7 × 7 pixels,
 * taken to the power ½ so that it is in squared grey values. */
static float *
corner_responses(const OmrImage *image)
{
    gsize width = (gsize)image->width;
    float *responses = g_new0(float, width *(gsize)image->height);
    g_autofree float *rows = g_new0(float, width * 3 * 7);

    for (int y = 1; y < image->height - 1; y++) {
        float *row = rows + (gsize)(y % 7) * width * 3;
        for (int x = 1; x < image->width - 1; x++) {
            float across = slope_x(image, x, y), down = slope_y(image, x, y);
            row[3 * x] = across * across;
            row[3 * x + 1] = down * down;
            row[3 * x + 2] = across * down;
        }
        if (y < 7)
            continue;
        g_autofree float *sums = g_new0(float, width * 3);
        for (int k = 0; k < 7; k++) {
            for (gsize i = 0; i < width * 3; i++)
                sums[i] += rows[(gsize)k * width * 3 + i];
        }
        for (int x = 4; x < image->width - 4; x++) {
            float xx = 0, yy = 0, xy = 0;
            for (int k = x - 3; k <= x + 3; k++) {
                xx += sums[3 * k];
                yy += sums[3 * k + 1];
                xy += sums[3 * k + 2];
            }
            float corner = xx * yy - xy * xy - 0.04f * (xx + yy) * (xx + yy);
            responses[(gsize)(y - 3) * width + (gsize)x] = corner > 0 ? sqrtf(corner) : 0;
        }
    }
    return responses;
}

static gboolean
is_peak(const float *responses, int width, int x, int y)
{
    float here = responses[y * width + x];

    for (int row = y - 2; row <= y + 2; row++) {
        for (int column = x - 2; column <= x + 2; column++) {
            float other = responses[row * width + column];
            if (other > here || (other == here && (row < y || (row == y && column < x))))
                return FALSE;
        }
    }
    return TRUE;
}

/* Keeps the strongest of a bucket, in a small sorted list. */
static void
keep_strongest(Corner *list, int *n, Corner corner)
{
    int at = *n;

    while (at > 0 && list[at - 1].response < corner.response) {
        if (at < PER_BUCKET)
            list[at] = list[at - 1];
        at--;
    }
    if (at < PER_BUCKET) {
        list[at] = corner;
        *n = MIN(*n + 1, PER_BUCKET);
    }
}

static GArray *
find_corners(const OmrImage *image)
{
    g_autofree float *responses = corner_responses(image);
    GArray *corners = g_array_new(FALSE, FALSE, sizeof(Corner));
    int border = PATCH_RADIUS + 5;

    for (int top = border; top < image->height - border; top += BUCKET_PX) {
        for (int left = border; left < image->width - border; left += BUCKET_PX) {
            Corner best[PER_BUCKET];
            int n = 0;
            for (int y = top; y < MIN(top + BUCKET_PX, image->height - border); y++) {
                for (int x = left; x < MIN(left + BUCKET_PX, image->width - border); x++) {
                    float response = responses[(gsize)y * (gsize)image->width + (gsize)x];
                    if (response > MIN_CORNER && is_peak(responses, image->width, x, y))
                        keep_strongest(best, &n, (Corner){(float)x, (float)y, response});
                }
            }
            g_array_append_vals(corners, best, (guint)n);
        }
    }
    return corners;
}

/* Direction from the patch's centre to its centre of darkness. */
static float
direction_at(const OmrImage *image, int x, int y)
{
    long across = 0, down = 0;

    for (int dy = -PATCH_RADIUS; dy <= PATCH_RADIUS; dy++) {
        const guint8 *row = image->pixels + (gsize)(y + dy) * (gsize)image->stride;
        int reach = (int)sqrt(PATCH_RADIUS * PATCH_RADIUS - dy * dy);
        for (int dx = -reach; dx <= reach; dx++) {
            across += dx * (255 - row[x + dx]);
            down += dy * (255 - row[x + dx]);
        }
    }
    return atan2f((float)down, (float)across);
}

/* Where the pairs of pixels that make a descriptor lie: BRIEF's isotropic normal distribution of a fifth of
 * the patch (Calonder et al., 2010), drawn once from a fixed seed. */
typedef struct {
    float from_x, from_y, to_x, to_y;
} Probe;

static float
probe_offset(GRand *random)
{
    double sum = 0;

    for (int i = 0; i < 12; i++)
        sum += g_rand_double(random);
    return (float)CLAMP((sum - 6) * (2 * PATCH_RADIUS + 1) / 5.0, -PATCH_RADIUS + 2, PATCH_RADIUS - 2);
}

static Probe *
make_probes(void)
{
    GRand *random = g_rand_new_with_seed(20260101);
    Probe *probes = g_new(Probe, BITS);

    for (int i = 0; i < BITS; i++) {
        probes[i].from_x = probe_offset(random);
        probes[i].from_y = probe_offset(random);
        probes[i].to_x = probe_offset(random);
        probes[i].to_y = probe_offset(random);
    }
    g_rand_free(random);
    return probes;
}

static void
describe(const OmrImage *smoothed, const Corner *corner, const Probe *probes, Feature *feature)
{
    float c = cosf(feature->angle), s = sinf(feature->angle);
    int x = (int)corner->x, y = (int)corner->y;

    memset(feature->bits, 0, sizeof feature->bits);
    for (int i = 0; i < BITS; i++) {
        const Probe *p = &probes[i];
        int x1 = x + (int)lrintf(c * p->from_x - s * p->from_y),
            y1 = y + (int)lrintf(s * p->from_x + c * p->from_y);
        int x2 = x + (int)lrintf(c * p->to_x - s * p->to_y), y2 = y + (int)lrintf(s * p->to_x + c * p->to_y);
        guint8 first = smoothed->pixels[(gsize)y1 * (gsize)smoothed->stride + (gsize)x1];
        guint8 second = smoothed->pixels[(gsize)y2 * (gsize)smoothed->stride + (gsize)x2];
        if (first < second)
            feature->bits[i / 64] |= G_GUINT64_CONSTANT(1) << (i % 64);
    }
}

static void
find_on_scale(const OmrPyramid *pyramid, double step, double px_per_unit, const Probe *probes,
              GArray *features)
{
    g_auto(OmrImage) image = {0}, smoothed = {0};

    resize(pyramid, step, &image);
    if (MIN(image.width, image.height) < 4 * PATCH_RADIUS)
        return;
    smooth(&image, &smoothed);
    g_autoptr(GArray) corners = find_corners(&image);
    for (guint i = 0; i < corners->len; i++) {
        const Corner *corner = &g_array_index(corners, Corner, i);
        Feature feature = {
            .x = (float)((corner->x + 0.5) * step / px_per_unit),
            .y = (float)((corner->y + 0.5) * step / px_per_unit),
            .size = (float)(step / px_per_unit),
            .angle = direction_at(&image, (int)corner->x, (int)corner->y),
        };
        describe(&smoothed, corner, probes, &feature);
        g_array_append_val(features, feature);
    }
}

OmrFeatures *
omr_features_new(const OmrPyramid *pyramid, double px_per_unit)
{
    g_autofree Probe *probes = make_probes();
    OmrFeatures *features = g_new0(OmrFeatures, 1);
    double longer = MAX(pyramid->level[0].width, pyramid->level[0].height);

    features->features = g_array_new(FALSE, FALSE, sizeof(Feature));
    for (int i = 0; i < N_STEPS; i++)
        find_on_scale(pyramid, longer / LONG_SIDE_PX * pow(STEP, i), px_per_unit, probes, features->features);
    return features;
}

void
omr_features_free(OmrFeatures *features)
{
    if (features == NULL)
        return;
    g_array_unref(features->features);
    g_free(features);
}

/* A feature of one picture and the like of it in the other. */
typedef struct {
    const Feature *from, *to;
    gboolean used;
} Match;

static int
distance_between(const Feature *a, const Feature *b)
{
    int distance = 0;

    for (int i = 0; i < BITS / 64; i++)
        distance += __builtin_popcountll(a->bits[i] ^ b->bits[i]);
    return distance;
}

/* The best partner of `feature`, or NULL when none is clearly the best. A second-best right beside the best
 * (the same corner on another scale) is no rival. */
static const Feature *
best_partner(const Feature *feature, const GArray *others)
{
    const Feature *best = NULL;
    int best_distance = MAX_DISTANCE + 1, next_distance = BITS;

    for (guint i = 0; i < others->len; i++) {
        const Feature *other = &g_array_index(others, Feature, i);
        int distance = distance_between(feature, other);
        if (distance >= next_distance)
            continue;
        gboolean neighbour = best != NULL && hypotf(other->x - best->x, other->y - best->y) < 6 * best->size;
        if (distance < best_distance) {
            if (!neighbour)
                next_distance = best_distance;
            best_distance = distance;
            best = other;
        } else if (!neighbour) {
            next_distance = distance;
        }
    }
    return best != NULL && best_distance <= MAX_RATIO * next_distance ? best : NULL;
}

static GArray *
match_features(const OmrFeatures *from, const OmrFeatures *to)
{
    GArray *matches = g_array_new(FALSE, FALSE, sizeof(Match));

    for (guint i = 0; i < from->features->len; i++) {
        const Feature *feature = &g_array_index(from->features, Feature, i);
        Match match = {.from = feature, .to = best_partner(feature, to->features)};
        if (match.to != NULL)
            g_array_append_val(matches, match);
    }
    return matches;
}

/* The turn-and-scale map that a single match implies. */
static OmrHomography
similarity_of(const Match *match)
{
    double scale = (double)(match->to->size / match->from->size),
           turn = (double)(match->to->angle - match->from->angle);
    double c = scale * cos(turn), s = scale * sin(turn);
    double x = (double)match->from->x, y = (double)match->from->y;

    return (OmrHomography){
        {c, -s, (double)match->to->x - c * x + s * y, s, c, (double)match->to->y - s * x - c * y, 0, 0}};
}

static gboolean
agrees(const Match *match, const Match *seed, const OmrHomography *map, double tolerance)
{
    float turn = (match->to->angle - match->from->angle) - (seed->to->angle - seed->from->angle);
    float ratio = (match->to->size / match->from->size) / (seed->to->size / seed->from->size);
    OmrPoint at = omr_homography_apply(map, (OmrPoint){(double)match->from->x, (double)match->from->y});

    return cosf(turn) > cosf((float)MAX_TURN_RAD) && ratio < (float)MAX_SIZE_RATIO &&
           ratio > 1 / (float)MAX_SIZE_RATIO &&
           hypot(at.x - (double)match->to->x, at.y - (double)match->to->y) < tolerance;
}

static guint
consensus_of(const GArray *matches, guint seed, double tolerance, GArray *members)
{
    const Match *first = &g_array_index(matches, Match, seed);
    OmrHomography map = similarity_of(first);
    guint n = 0;

    for (guint i = 0; i < matches->len; i++) {
        const Match *match = &g_array_index(matches, Match, i);
        if (match->used || !agrees(match, first, &map, tolerance))
            continue;
        n++;
        if (members != NULL)
            g_array_append_val(members, i);
    }
    return n;
}

static double
diagonal_of(const OmrFeatures *features)
{
    float x = 0, y = 0;

    for (guint i = 0; i < features->features->len; i++) {
        const Feature *feature = &g_array_index(features->features, Feature, i);
        x = MAX(x, feature->x);
        y = MAX(y, feature->y);
    }
    return (double)hypotf(x, y);
}

/* Fits the consensus ever more tightly: turn and scale, then affine, then projective. Returns the matches
 * that stay. */
static guint
fit_consensus(const GArray *matches, const GArray *members, double diagonal, OmrHomography *map)
{
    g_autofree OmrPair *pairs = g_new(OmrPair, members->len);

    for (guint i = 0; i < members->len; i++) {
        const Match *match = &g_array_index(matches, Match, g_array_index(members, guint, i));
        pairs[i].from = (OmrPoint){(double)match->from->x, (double)match->from->y};
        pairs[i].to = (OmrPoint){(double)match->to->x, (double)match->to->y};
        pairs[i].weight = 1;
    }
    if (!omr_homography_fit_similarity(pairs, members->len, map) ||
        omr_homography_refine(map, pairs, members->len, LOOSE_SHARE * diagonal, FALSE) == 0)
        return 0;
    OmrHomography affine = *map;
    guint kept = omr_homography_refine(map, pairs, members->len, TIGHT_SHARE * 2 * diagonal, TRUE);
    if (kept > 0)
        kept = omr_homography_refine(map, pairs, members->len, TIGHT_SHARE * diagonal, TRUE);
    if (kept == 0) {
        *map = affine;
        kept = omr_homography_refine(map, pairs, members->len, TIGHT_SHARE * diagonal, FALSE);
    }
    return kept;
}

guint
omr_features_locate(const OmrFeatures *from, const OmrFeatures *to, OmrHomography *maps, guint max)
{
    g_autoptr(GArray) matches = match_features(from, to);
    double diagonal = diagonal_of(to);
    guint found = 0;

    while (found < max) {
        guint best = 0, best_size = 0, stride = MAX(matches->len / MAX_SEEDS, 1);
        for (guint i = 0; i < matches->len; i += stride) {
            guint size = g_array_index(matches, Match, i).used
                             ? 0
                             : consensus_of(matches, i, LOOSE_SHARE * diagonal, NULL);
            if (size > best_size) {
                best = i;
                best_size = size;
            }
        }
        if (best_size < MIN_CONSENSUS)
            break;
        g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(guint));
        consensus_of(matches, best, LOOSE_SHARE * diagonal, members);
        if (fit_consensus(matches, members, diagonal, &maps[found]) >= MIN_CONSENSUS)
            found++;
        for (guint i = 0; i < members->len; i++)
            g_array_index(matches, Match, g_array_index(members, guint, i)).used = TRUE;
    }
    return found;
}
