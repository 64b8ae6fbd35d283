/* Pens: what a stroke leaves on paper. */
#include <math.h>

#include "simulation-private.h"

#define TEXTURE_PX 192
#define TEXTURE_MM                                                                                           \
    0.08 /* of one texel: paper fibres, which graphite and ball catch, are about 0.1 mm apart */

/* Uneven values, mean 0, about -1 … 1, wrapping round. */
static void
fill_texture(float *value, GRand *random)
{
    const int n = TEXTURE_PX;
    g_autofree float *raw = g_new(float, n *n);
    for (int i = 0; i < n * n; i++)
        raw[i] = (float)(g_rand_double(random) * 2 - 1);
    for (int y = 0; y < n; y++) {
        const float *row[3] = {raw + (y + n - 1) % n * n, raw + y * n, raw + (y + 1) % n * n};
        for (int x = 0; x < n; x++) {
            int left = (x + n - 1) % n, right = (x + 1) % n;
            float near = row[1][left] + row[1][right] + row[0][x] + row[2][x];
            value[y * n + x] = row[1][x] * 0.62f + near * 0.33f;
        }
    }
}

/* Adds a slow unevenness, wrapping round: soft patches of 0.5 … 2 mm, up to `depth`. */
static void
add_patches(float *value, double depth, GRand *random)
{
    enum { N = TEXTURE_PX, STEP = 12, KNOTS = N / STEP };
    float knots[KNOTS][KNOTS];
    for (int i = 0; i < KNOTS * KNOTS; i++)
        knots[i / KNOTS][i % KNOTS] = (float)((g_rand_double(random) * 2 - 1) * depth * 1.5);
    for (int y = 0; y < N; y++) {
        float below = (float)(y % STEP) / STEP;
        const float *top = knots[y / STEP], *low = knots[(y / STEP + 1) % KNOTS];
        for (int x = 0; x < N; x++) {
            float beside = (float)(x % STEP) / STEP;
            int left = x / STEP, right = (left + 1) % KNOTS;
            value[y * N + x] += (top[left] * (1 - beside) + top[right] * beside) * (1 - below) +
                                (low[left] * (1 - beside) + low[right] * beside) * below;
        }
    }
}

/* `patches` is the slow unevenness, relative. */
static cairo_pattern_t *
patchy_texture_new(const CalibrationTexture *texture, double patches, GRand *random)
{
    const int n = TEXTURE_PX;
    g_autofree float *value = g_new(float, n *n);
    fill_texture(value, random);
    if (patches > 0 && texture->texture > 0)
        add_patches(value, patches / texture->texture, random);
    g_autoptr(cairo_surface_t) tile = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, n, n);
    guint8 *bytes = cairo_image_surface_get_data(tile);
    int stride = cairo_image_surface_get_stride(tile);
    for (int y = 0; y < n; y++) {
        guint32 *row = (guint32 *)(void *)(bytes + (gsize)y * (gsize)stride);
        for (int x = 0; x < n; x++) {
            double cover = texture->cover * (1 + texture->texture * value[y * n + x]);
            double alpha = CLAMP(cover, 0, 1) * 255;
            row[x] = (guint32)(alpha + 0.5) << 24 | (guint32)(texture->red * alpha + 0.5) << 16 |
                     (guint32)(texture->green * alpha + 0.5) << 8 | (guint32)(texture->blue * alpha + 0.5);
        }
    }
    cairo_surface_mark_dirty(tile);
    cairo_pattern_t *pattern = cairo_pattern_create_for_surface(tile);
    cairo_pattern_set_extend(pattern, CAIRO_EXTEND_REPEAT);
    cairo_pattern_set_filter(pattern, CAIRO_FILTER_BILINEAR);
    cairo_matrix_t texel;
    cairo_matrix_init_scale(&texel, 1 / TEXTURE_MM, 1 / TEXTURE_MM);
    cairo_pattern_set_matrix(pattern, &texel);
    return pattern;
}

cairo_pattern_t *
calibration_texture_new(const CalibrationTexture *texture, GRand *random)
{
    return patchy_texture_new(texture, 0, random);
}

/* Colours are of the dried line on white paper, as a colour scanner sees it: luminance (BT.601) of black ball
 * pens 0.08 … 0.22, of blue ones 0.24 … 0.42. */
static CalibrationTexture
texture_of(const CalibrationHand *hand, double tint)
{
    switch (hand->pen) {
    case CALIBRATION_PEN_BLACK:
        return (CalibrationTexture){0.07 + 0.13 * tint, 0.07 + 0.13 * tint, 0.09 + 0.15 * tint, 0.96, 0.10};
    case CALIBRATION_PEN_BLUE:
        return (CalibrationTexture){0.12 + 0.15 * tint, 0.17 + 0.22 * tint, 0.55 + 0.2 * tint, 0.95, 0.12};
    default:
        /* Graphite shines: even pressed hard it stays a dark grey. It sits on the fibres and leaves the pits
         * white. */
        return (CalibrationTexture){0.2, 0.2, 0.22, CLAMP(hand->contrast, 0, 1) / 0.8, 0.85};
    }
}

/* Line widths as sold: "0.5" and "0.7" balls draw 0.35 … 0.55 mm and spread on absorbent paper. */
void
calibration_ink_init(CalibrationInk *ink, const CalibrationHand *hand, GRand *random)
{
    CalibrationTexture texture = texture_of(hand, g_rand_double(random));
    gboolean pencil = hand->pen == CALIBRATION_PEN_PENCIL;
    ink->width_mm = g_rand_double_range(random, pencil ? 0.45 : 0.35, pencil ? 0.9 : 0.7);
    if (hand->nib_mm > 0)
        ink->width_mm = hand->nib_mm;
    ink->tremor_mm = g_rand_double_range(random, 0.02, 0.08);
    ink->pattern = patchy_texture_new(&texture, pencil ? hand->patches : 0, random);
    ink->skip_mm = hand->skip_mm;
    ink->residue = NULL;
}

double
calibration_ink_darkness(const CalibrationHand *hand, GRand *random)
{
    CalibrationTexture texture = texture_of(hand, g_rand_double(random));
    return texture.cover * (1 - 0.299 * texture.red - 0.587 * texture.green - 0.114 * texture.blue);
}

void
calibration_ink_init_residue(CalibrationInk *ink, const CalibrationHand *hand, GRand *random)
{
    double most = CLAMP(0.03 + 0.12 * hand->contrast, 0.03, 0.07);
    double dark = 0.03 + (most - 0.03) * g_rand_double(random);
    CalibrationTexture texture = {0.2, 0.2, 0.22, dark / 0.8, 0.6};
    ink->residue = patchy_texture_new(&texture, 0.3, random);
}

void
calibration_ink_clear(CalibrationInk *ink)
{
    g_clear_pointer(&ink->pattern, cairo_pattern_destroy);
    g_clear_pointer(&ink->residue, cairo_pattern_destroy);
}

/* Runs of ink with short gaps. */
static void
skip(const CalibrationInk *ink, cairo_t *cr, GRand *random)
{
    double dashes[8];
    for (int i = 0; i < 8; i += 2) {
        dashes[i] = ink->skip_mm * g_rand_double_range(random, 0.3, 1.7);
        dashes[i + 1] = g_rand_double_range(random, 0.06, 0.5);
    }
    cairo_set_dash(cr, dashes, 8, ink->skip_mm * g_rand_double(random));
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
}

static void
begin(const CalibrationInk *ink, cairo_t *cr, GRand *random)
{
    cairo_set_source(cr, ink->pattern);
    cairo_set_operator(cr, CAIRO_OPERATOR_MULTIPLY);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(cr, ink->width_mm * g_rand_double_range(random, 0.88, 1.1));
    if (ink->skip_mm > 0)
        skip(ink, cr, random);
}

/* Inks the path and ends what begin() began. */
static void
finish(cairo_t *cr)
{
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
}

/* Whether the line turns so sharply at a point that the pen stops there: by the cosine of the turn. */
static gboolean
is_corner(const CalibrationPoint *p, int i, int n, double corner_cos)
{
    if (i == 0 || i + 1 >= n)
        return TRUE;
    double ax = p[i].x - p[i - 1].x, ay = p[i].y - p[i - 1].y, bx = p[i + 1].x - p[i].x,
           by = p[i + 1].y - p[i].y;
    return ax * bx + ay * by < corner_cos * hypot(ax, ay) * hypot(bx, by);
}

/* Catmull-Rom splines, as Bézier curves. */
void
calibration_ink_path(cairo_t *cr, const CalibrationPoint *p, int n, double corner_cos)
{
    cairo_move_to(cr, p[0].x, p[0].y);
    for (int i = 0; i + 1 < n; i++) {
        const CalibrationPoint *before = &p[is_corner(p, i, n, corner_cos) ? i : i - 1];
        const CalibrationPoint *after = &p[is_corner(p, i + 1, n, corner_cos) ? i + 1 : i + 2];
        cairo_curve_to(cr, p[i].x + (p[i + 1].x - before->x) / 6, p[i].y + (p[i + 1].y - before->y) / 6,
                       p[i + 1].x - (after->x - p[i].x) / 6, p[i + 1].y - (after->y - p[i].y) / 6, p[i + 1].x,
                       p[i + 1].y);
    }
}

/* The pen is lifted while it moves: the line runs on a little and thins out. Darkening instead of multiplying
 * hides the seam. */
static void
draw_tail(cairo_t *cr, const CalibrationPoint *from, CalibrationPoint end, double width_mm)
{
    double dx = end.x - from->x, dy = end.y - from->y, length = hypot(dx, dy);
    if (length < 0.05)
        return;
    double reach = MIN(length, 1.2) * 0.6, across_x = -dy / length * width_mm / 2,
           across_y = dx / length * width_mm / 2;
    CalibrationPoint tip = {end.x + dx / length * reach, end.y + dy / length * reach};
    cairo_move_to(cr, end.x + across_x, end.y + across_y);
    cairo_line_to(cr, tip.x + across_x * 0.3, tip.y + across_y * 0.3);
    cairo_line_to(cr, tip.x - across_x * 0.3, tip.y - across_y * 0.3);
    cairo_line_to(cr, end.x - across_x, end.y - across_y);
    cairo_close_path(cr);
    cairo_set_operator(cr, CAIRO_OPERATOR_DARKEN);
    cairo_fill(cr);
}

void
calibration_ink_stroke(const CalibrationInk *ink, cairo_t *cr, const GArray *points, gboolean quick,
                       GRand *random)
{
    g_return_if_fail(points->len >= 2);
    guint n = points->len;
    g_autofree CalibrationPoint *p = g_new(CalibrationPoint, n);
    for (guint i = 0; i < n; i++) {
        p[i] = g_array_index(points, CalibrationPoint, i);
        p[i].x += calibration_normal(random, ink->tremor_mm);
        p[i].y += calibration_normal(random, ink->tremor_mm);
    }
    begin(ink, cr, random);
    calibration_ink_path(cr, p, (int)n, 0.4);
    finish(cr);
    if (quick)
        draw_tail(cr, &p[n - 2], p[n - 1], cairo_get_line_width(cr));
}

void
calibration_ink_zigzag(const CalibrationInk *ink, cairo_t *cr, const GArray *points, GRand *random)
{
    begin(ink, cr, random);
    for (guint i = 0; i < points->len; i++) {
        const CalibrationPoint *p = &g_array_index(points, CalibrationPoint, i);
        cairo_line_to(cr, p->x + calibration_normal(random, ink->tremor_mm),
                      p->y + calibration_normal(random, ink->tremor_mm));
    }
    finish(cr);
}
