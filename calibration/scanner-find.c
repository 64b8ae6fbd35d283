/* Finds the target's ring marks in a scan, and its QR. */
#include <math.h>
#include <string.h>
#include <zbar.h>

#include "form-image.h"
#include "scanner-private.h"

#define FIND_SIDE_PX   2400 /* rings are looked for in a copy whose longer side is at most this */
#define MAX_CANDIDATES 400
#define DIRECTIONS     24
#define SHARE_OF_RING  0.85 /* of the directions that must look like a ring's */
#define NEAR_MM        10.0 /* a corner's ring lies so near to where two others foretell it */
#define AGREE_MM       1.5  /* and all five so near to one affine map */

typedef struct {
    double x, y, radius; /* px of the small image */
} Candidate;

/* A copy reduced by means over `factor` × `factor` pixels. */
static void
reduce(const ScanImage *image, int factor, ScanImage *small)
{
    small->width = image->width / factor;
    small->height = image->height / factor;
    small->bytes = g_malloc((gsize)small->width * (gsize)small->height);
    for (int y = 0; y < small->height; y++)
        for (int x = 0; x < small->width; x++) {
            guint32 sum = 0;
            for (int k = 0; k < factor; k++) {
                const guint8 *from =
                    image->bytes + (gsize)(y * factor + k) * (gsize)image->width + x * factor;
                for (int i = 0; i < factor; i++)
                    sum += from[i];
            }
            small->bytes[(gsize)y * (gsize)small->width + x] = (guint8)(sum / (guint32)(factor * factor));
        }
}

/* Half-way between what is black and what is white: the target has some tenth of black. */
static int
threshold_of(const ScanImage *image)
{
    ScanHistogram all = {0};
    all.n = (guint32)(image->width * image->height);
    for (guint32 i = 0; i < all.n; i++)
        all.count[image->bytes[i]]++;
    return (int)((scan_histogram_quantile(&all, 0.03) + scan_histogram_quantile(&all, 0.8)) / 2);
}

static PIX *
binarise(const ScanImage *image, int threshold)
{
    PIX *pix = pixCreate(image->width, image->height, 1);
    if (!pix)
        return NULL;
    for (int y = 0; y < image->height; y++) {
        l_uint32 *line = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        const guint8 *from = image->bytes + (gsize)y * (gsize)image->width;
        for (int x = 0; x < image->width; x++)
            if (from[x] < threshold)
                SET_DATA_BIT(line, x);
    }
    return pix;
}

static gboolean
is_dark(const ScanImage *image, int threshold, double x, double y)
{
    int column = (int)floor(x), row = (int)floor(y);
    return column >= 0 && row >= 0 && column < image->width && row < image->height &&
           image->bytes[(gsize)row * (gsize)image->width + column] < threshold;
}

/* Whether the dot, the gap and the ring are where they must be. */
static gboolean
is_ring(const ScanImage *image, int threshold, const Candidate *at)
{
    const double dot = 0.5 * TARGET_RING_DOT_MM / TARGET_RING_OUTER_MM;
    const double gap = (TARGET_RING_DOT_MM + TARGET_RING_INNER_MM) / 2 / TARGET_RING_OUTER_MM;
    const double ring = (TARGET_RING_INNER_MM + TARGET_RING_OUTER_MM) / 2 / TARGET_RING_OUTER_MM;
    int good[3] = {0};
    for (int i = 0; i < DIRECTIONS; i++) {
        double angle = 2 * G_PI * i / DIRECTIONS, dx = cos(angle) * at->radius, dy = sin(angle) * at->radius;
        good[0] += is_dark(image, threshold, at->x + dot * dx, at->y + dot * dy);
        good[1] += !is_dark(image, threshold, at->x + gap * dx, at->y + gap * dy);
        good[2] += is_dark(image, threshold, at->x + ring * dx, at->y + ring * dy);
    }
    return MIN(good[0], MIN(good[1], good[2])) >= SHARE_OF_RING * DIRECTIONS;
}

static int
find_candidates(const ScanImage *image, Candidate candidates[MAX_CANDIDATES])
{
    int threshold = threshold_of(image), n = 0;
    double longer = MAX(image->width, image->height);
    g_autoptr(PIX) dark = binarise(image, threshold);
    BOXA *boxes = dark ? pixConnCompBB(dark, 8) : NULL;
    for (int i = 0; boxes && i < boxaGetCount(boxes) && n < MAX_CANDIDATES; i++) {
        int x, y, w, h;
        boxaGetBoxGeometry(boxes, i, &x, &y, &w, &h);
        if (MIN(w, h) < longer / 80 || MAX(w, h) > longer / 12 || MIN(w, h) < 0.8 * MAX(w, h))
            continue;
        Candidate candidate = {x + w / 2.0, y + h / 2.0, (w + h) / 4.0};
        if (is_ring(image, threshold, &candidate))
            candidates[n++] = candidate;
    }
    boxaDestroy(&boxes);
    return n;
}

static const Candidate *
nearest(const Candidate *candidates, int n, double x, double y, double within)
{
    const Candidate *best = NULL;
    for (int i = 0; i < n; i++) {
        double distance = hypot(candidates[i].x - x, candidates[i].y - y);
        if (distance <= within) {
            best = &candidates[i];
            within = distance;
        }
    }
    return best;
}

/* The affine map that fits the five rings best. */
static void
fit_rings(const Candidate *found[TARGET_N_RINGS], ScanMap *map)
{
    double sx = 0, sy = 0, su = 0, sv = 0, xx = 0, xy = 0, yy = 0, xu = 0, yu = 0, xv = 0, yv = 0;
    for (int i = 0; i < TARGET_N_RINGS; i++) {
        sx += target_rings[i].x / TARGET_N_RINGS;
        sy += target_rings[i].y / TARGET_N_RINGS;
        su += found[i]->x / TARGET_N_RINGS;
        sv += found[i]->y / TARGET_N_RINGS;
    }
    for (int i = 0; i < TARGET_N_RINGS; i++) {
        double x = target_rings[i].x - sx, y = target_rings[i].y - sy, u = found[i]->x - su,
               v = found[i]->y - sv;
        xx += x * x;
        xy += x * y;
        yy += y * y;
        xu += x * u;
        yu += y * u;
        xv += x * v;
        yv += y * v;
    }
    double det = xx * yy - xy * xy;
    *map = (ScanMap){.xx = (xu * yy - yu * xy) / det,
                     .xy = (yu * xx - xu * xy) / det,
                     .yx = (xv * yy - yv * xy) / det,
                     .yy = (yv * xx - xv * xy) / det};
    map->x0 = su - map->xx * sx - map->xy * sy;
    map->y0 = sv - map->yx * sx - map->yy * sy;
    map->px_per_mm = sqrt(fabs(map->xx * map->yy - map->xy * map->yx));
}

/* Takes `first` for the top left ring and `fifth` for the one beside it: how many rings lie where these two
 * foretell them. */
static int
try_pair(const Candidate *candidates, int n, const Candidate *first, const Candidate *fifth, ScanMap *map)
{
    const double apart_mm = TARGET_FIFTH_X_MM - TARGET_LEFT_MM;
    double dx = (fifth->x - first->x) / apart_mm, dy = (fifth->y - first->y) / apart_mm;
    double scale = hypot(dx, dy), by_size = first->radius / TARGET_RING_OUTER_MM;
    if (scale < 0.85 * by_size || scale > 1.15 * by_size)
        return 0;
    const Candidate *found[TARGET_N_RINGS] = {first, NULL, NULL, NULL, fifth};
    int count = 2;
    for (int i = 1; i < 4; i++) {
        double x = target_rings[i].x - TARGET_LEFT_MM, y = target_rings[i].y - TARGET_TOP_MM;
        found[i] =
            nearest(candidates, n, first->x + dx * x - dy * y, first->y + dy * x + dx * y, NEAR_MM * scale);
        count += found[i] != NULL;
    }
    if (count < TARGET_N_RINGS)
        return count;
    fit_rings(found, map);
    for (int i = 0; i < TARGET_N_RINGS; i++) {
        TargetPoint p = scan_map_apply(map, target_rings[i].x, target_rings[i].y);
        if (hypot(p.x - found[i]->x, p.y - found[i]->y) > AGREE_MM * map->px_per_mm)
            return TARGET_N_RINGS - 1;
    }
    return TARGET_N_RINGS;
}

int
scan_find_rings(const ScanImage *image, ScanMap *map)
{
    int factor = (MAX(image->width, image->height) + FIND_SIDE_PX - 1) / FIND_SIDE_PX;
    g_auto(ScanImage) small = {0};
    reduce(image, factor, &small);
    g_autofree Candidate *candidates = g_new(Candidate, MAX_CANDIDATES);
    int n = find_candidates(&small, candidates), best = MIN(n, TARGET_N_RINGS - 1);
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++) {
            if (a == b || try_pair(candidates, n, &candidates[a], &candidates[b], map) < TARGET_N_RINGS)
                continue;
            double *const scaled[] = {&map->xx, &map->xy, &map->x0,       &map->yx,
                                      &map->yy, &map->y0, &map->px_per_mm};
            for (guint i = 0; i < G_N_ELEMENTS(scaled); i++)
                *scaled[i] *= factor;
            return TARGET_N_RINGS;
        }
    return best;
}

char *
scan_read_qr(const ScanImage *image, const ScanMap *map)
{
    /* Drawn anew upright at 8 px a mm: some 9 px a module. */
    const double step_mm = 1 / 8.0;
    int side = (int)(target_qr.w_mm / step_mm);
    g_autofree guint8 *grey = g_malloc((gsize)side * (gsize)side);
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            TargetPoint p = scan_map_apply(map, target_qr.x_mm + (x + 0.5) * step_mm,
                                           target_qr.y_mm + (y + 0.5) * step_mm);
            grey[y * side + x] = (guint8)scan_image_at(image, p.x, p.y);
        }
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_t *picture = zbar_image_create();
    zbar_image_set_format(picture, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(picture, (unsigned)side, (unsigned)side);
    zbar_image_set_data(picture, grey, (unsigned long)side * (unsigned long)side, NULL);
    char *payload = NULL;
    if (zbar_scan_image(scanner, picture) > 0)
        payload = g_strdup(zbar_symbol_get_data(zbar_image_first_symbol(picture)));
    zbar_image_destroy(picture);
    zbar_image_scanner_destroy(scanner);
    return payload;
}
