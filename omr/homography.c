#include "homography-private.h"

#include <math.h>
#include <string.h>

#include "image-private.h"

#define ITERATIONS 12

OmrPoint
omr_homography_apply(const OmrHomography *map, OmrPoint point)
{
    const double *h = map->h;
    double w = h[6] * point.x + h[7] * point.y + 1;

    return (OmrPoint){(h[0] * point.x + h[1] * point.y + h[2]) / w,
                      (h[3] * point.x + h[4] * point.y + h[5]) / w};
}

OmrJacobian
omr_homography_jacobian(const OmrHomography *map, OmrPoint point)
{
    const double *h = map->h;
    double w = h[6] * point.x + h[7] * point.y + 1;
    OmrPoint to = omr_homography_apply(map, point);

    return (OmrJacobian){
        .xx = (h[0] - h[6] * to.x) / w,
        .xy = (h[1] - h[7] * to.x) / w,
        .yx = (h[3] - h[6] * to.y) / w,
        .yy = (h[4] - h[7] * to.y) / w,
    };
}

gboolean
omr_homography_invert(const OmrHomography *map, OmrHomography *inverse)
{
    const double *h = map->h;
    double adjugate[9] = {
        h[4] - h[5] * h[7],        h[2] * h[7] - h[1],        h[1] * h[5] - h[2] * h[4],
        h[5] * h[6] - h[3],        h[0] - h[2] * h[6],        h[2] * h[3] - h[0] * h[5],
        h[3] * h[7] - h[4] * h[6], h[1] * h[6] - h[0] * h[7], h[0] * h[4] - h[1] * h[3],
    };

    if (fabs(adjugate[8]) < 1e-12)
        return FALSE;
    for (int i = 0; i < 8; i++)
        inverse->h[i] = adjugate[i] / adjugate[8];
    return TRUE;
}

OmrHomography
omr_homography_compose(const OmrHomography *second, const OmrHomography *first)
{
    double a[9], b[9], product[9];
    OmrHomography map;

    memcpy(a, second->h, sizeof second->h);
    memcpy(b, first->h, sizeof first->h);
    a[8] = b[8] = 1;
    for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 3; column++)
            product[3 * row + column] =
                a[3 * row] * b[column] + a[3 * row + 1] * b[3 + column] + a[3 * row + 2] * b[6 + column];
    }
    for (int i = 0; i < 8; i++)
        map.h[i] = product[i] / product[8];
    return map;
}

/* Gaussian elimination with partial pivoting; `matrix` has n rows of n + 1, the last column the right side.
 */
static gboolean
solve(double *matrix, int n, double *solution)
{
    int width = n + 1;

    for (int pivot = 0; pivot < n; pivot++) {
        int best = pivot;
        for (int row = pivot + 1; row < n; row++) {
            if (fabs(matrix[row * width + pivot]) > fabs(matrix[best * width + pivot]))
                best = row;
        }
        if (fabs(matrix[best * width + pivot]) < 1e-10)
            return FALSE;
        for (int column = 0; best != pivot && column < width; column++) {
            double swap = matrix[best * width + column];
            matrix[best * width + column] = matrix[pivot * width + column];
            matrix[pivot * width + column] = swap;
        }
        for (int row = pivot + 1; row < n; row++) {
            double factor = matrix[row * width + pivot] / matrix[pivot * width + pivot];
            for (int column = pivot; column < width; column++)
                matrix[row * width + column] -= factor * matrix[pivot * width + column];
        }
    }
    for (int row = n - 1; row >= 0; row--) {
        double sum = matrix[row * width + n];
        for (int column = row + 1; column < n; column++)
            sum -= matrix[row * width + column] * solution[column];
        solution[row] = sum / matrix[row * width + row];
    }
    return TRUE;
}

#define UNKNOWNS 8

/* Normal equations of up to eight unknowns: as wide for fewer, so that compilers make vector code of it. */
typedef struct {
    double factor[UNKNOWNS][UNKNOWNS], value[UNKNOWNS];
} Normals;

/* Adds the equation row · unknowns = value. */
OMR_VECTOR_CLONES static void
accumulate(Normals *restrict normals, const double *restrict row, double value, double weight)
{
    for (int i = 0; i < UNKNOWNS; i++) {
        double weighed = weight * row[i];
        if (weighed == 0) /* nearly half of them */
            continue;
        for (int j = 0; j < UNKNOWNS; j++)
            normals->factor[i][j] += weighed * row[j];
        normals->value[i] += weighed * value;
    }
}

static gboolean
solve_normals(const Normals *normals, int n, double *solution)
{
    double matrix[UNKNOWNS * (UNKNOWNS + 1)];

    for (int i = 0; i < n; i++) {
        memcpy(matrix + i * (n + 1), normals->factor[i], (gsize)n * sizeof *matrix);
        matrix[i * (n + 1) + n] = normals->value[i];
    }
    return solve(matrix, n, solution);
}

/* Moves the centre of weight to the origin and the mean distance to √2. */
typedef struct {
    double x, y, scale;
} Normal;

static Normal
normal_of(const OmrPair *pairs, guint n, gsize offset)
{
    Normal normal = {0, 0, 1};
    double weight = 0, distance = 0;

    for (guint i = 0; i < n; i++) {
        const OmrPoint *point = (const OmrPoint *)(const void *)((const char *)&pairs[i] + offset);
        normal.x += pairs[i].weight * point->x;
        normal.y += pairs[i].weight * point->y;
        weight += pairs[i].weight;
    }
    if (weight <= 0)
        return normal;
    normal.x /= weight;
    normal.y /= weight;
    for (guint i = 0; i < n; i++) {
        const OmrPoint *point = (const OmrPoint *)(const void *)((const char *)&pairs[i] + offset);
        distance += pairs[i].weight * hypot(point->x - normal.x, point->y - normal.y);
    }
    normal.scale = distance > 1e-9 ? G_SQRT2 * weight / distance : 1;
    return normal;
}

static OmrPoint
normalised(OmrPoint point, const Normal *normal)
{
    return (OmrPoint){(point.x - normal->x) * normal->scale, (point.y - normal->y) * normal->scale};
}

/* to-normal⁻¹ ∘ map ∘ from-normal */
static OmrHomography
denormalised(const OmrHomography *map, const Normal *from, const Normal *to)
{
    OmrHomography in = {
        {from->scale, 0, -from->x * from->scale, 0, from->scale, -from->y * from->scale, 0, 0}};
    OmrHomography out = {{1 / to->scale, 0, to->x, 0, 1 / to->scale, to->y, 0, 0}};
    OmrHomography inner = omr_homography_compose(map, &in);

    return omr_homography_compose(&out, &inner);
}

static gboolean
fit(const OmrPair *pairs, guint n, int unknowns, OmrHomography *map)
{
    Normals normals = {0};
    Normal from = normal_of(pairs, n, G_STRUCT_OFFSET(OmrPair, from));
    Normal to = normal_of(pairs, n, G_STRUCT_OFFSET(OmrPair, to));
    OmrHomography inner = {{0}};
    guint used = 0;

    for (guint i = 0; i < n; i++) {
        if (pairs[i].weight <= 0)
            continue;
        OmrPoint p = normalised(pairs[i].from, &from), q = normalised(pairs[i].to, &to);
        const double for_x[UNKNOWNS] = {p.x, p.y, 1, 0, 0, 0, -p.x * q.x, -p.y * q.x};
        const double for_y[UNKNOWNS] = {0, 0, 0, p.x, p.y, 1, -p.x * q.y, -p.y * q.y};
        accumulate(&normals, for_x, q.x, pairs[i].weight);
        accumulate(&normals, for_y, q.y, pairs[i].weight);
        used++;
    }
    if (2 * used < (guint)unknowns || !solve_normals(&normals, unknowns, inner.h))
        return FALSE;
    *map = denormalised(&inner, &from, &to);
    return TRUE;
}

gboolean
omr_homography_fit(const OmrPair *pairs, guint n, OmrHomography *map)
{
    return fit(pairs, n, 8, map);
}

gboolean
omr_homography_fit_affine(const OmrPair *pairs, guint n, OmrHomography *map)
{
    return fit(pairs, n, 6, map);
}

gboolean
omr_homography_fit_similarity(const OmrPair *pairs, guint n, OmrHomography *map)
{
    Normal from = normal_of(pairs, n, G_STRUCT_OFFSET(OmrPair, from));
    Normal to = normal_of(pairs, n, G_STRUCT_OFFSET(OmrPair, to));
    double dot = 0, cross = 0, square = 0;

    for (guint i = 0; i < n; i++) {
        OmrPoint p = normalised(pairs[i].from, &from), q = normalised(pairs[i].to, &to);
        dot += pairs[i].weight * (p.x * q.x + p.y * q.y);
        cross += pairs[i].weight * (p.x * q.y - p.y * q.x);
        square += pairs[i].weight * (p.x * p.x + p.y * p.y);
    }
    if (square < 1e-12)
        return FALSE;
    OmrHomography inner = {{dot / square, -cross / square, 0, cross / square, dot / square, 0, 0, 0}};
    *map = denormalised(&inner, &from, &to);
    return TRUE;
}

static double
square_distance(const OmrHomography *map, const OmrPair *pair)
{
    OmrPoint to = omr_homography_apply(map, pair->from);
    double dx = to.x - pair->to.x, dy = to.y - pair->to.y;

    return dx * dx + dy * dy;
}

double
omr_homography_rms(const OmrHomography *map, const OmrPair *pairs, guint n)
{
    double sum = 0, weight = 0;

    for (guint i = 0; i < n; i++) {
        sum += pairs[i].weight * square_distance(map, &pairs[i]);
        weight += pairs[i].weight;
    }
    return weight > 0 ? sqrt(sum / weight) : 0;
}

guint
omr_homography_refine(OmrHomography *map, OmrPair *pairs, guint n, double cutoff, gboolean projective)
{
    OmrHomography current = *map;
    guint kept = 0;

    for (int iteration = 0; iteration < ITERATIONS; iteration++) {
        kept = 0;
        for (guint i = 0; i < n; i++) {
            double ratio = square_distance(&current, &pairs[i]) / (cutoff * cutoff);
            pairs[i].weight = ratio < 1 ? (1 - ratio) * (1 - ratio) : 0;
            kept += pairs[i].weight > 0;
        }
        if (kept < 6 || !fit(pairs, n, projective ? 8 : 6, &current))
            return 0;
    }
    *map = current;
    return kept;
}
