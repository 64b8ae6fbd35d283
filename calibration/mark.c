/* Marks: how people fill, tick, cross, ring and scribble out. */
#include <math.h>

#include "simulation-private.h"

/* Free distance between a mark and a neighbouring option. */
#define CLEARANCE_MM 0.15

/* The strokes of a mark before they are drawn. */
typedef struct {
    GPtrArray *strokes; /* of GArray of CalibrationPoint */
    gboolean straight;  /* zigzag, not curves */
    gboolean quick;     /* thinning tails */
} Mark;

static void
free_stroke(gpointer stroke)
{
    g_array_unref(stroke);
}

static void
mark_init(Mark *mark)
{
    *mark = (Mark){.strokes = g_ptr_array_new_with_free_func(free_stroke)};
}

static void
mark_clear(Mark *mark)
{
    g_ptr_array_unref(mark->strokes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Mark, mark_clear)

static GArray *
add_stroke(Mark *mark)
{
    GArray *stroke = g_array_new(FALSE, FALSE, sizeof(CalibrationPoint));
    g_ptr_array_add(mark->strokes, stroke);
    return stroke;
}

static void
add_point(GArray *stroke, double x, double y)
{
    CalibrationPoint point = {x, y};
    g_array_append_val(stroke, point);
}

/* The area that the respondent takes for the position: the bubble, or the middle of a large table cell. */
static FormOption
target_of(const FormOption *option)
{
    FormOption target = *option;
    if (option->shape == FORM_SHAPE_CELL) {
        target.w_mm = MIN(option->w_mm * 0.8, 7);
        target.h_mm = MIN(option->h_mm * 0.8, 7);
    }
    return target;
}

void
calibration_hand_init(CalibrationHand *hand, const CalibrationHabits *habits, GRand *random)
{
    hand->kind = (CalibrationMarkKind)calibration_pick(random, habits->kind, G_N_ELEMENTS(habits->kind));
    hand->pen = (CalibrationPen)calibration_pick(random, habits->pen, G_N_ELEMENTS(habits->pen));
    hand->size = g_rand_double_range(random, 0.85, 1.3);
    hand->offset_x_mm = calibration_normal(random, 0.2);
    hand->offset_y_mm = calibration_normal(random, 0.2);
    hand->scatter_mm = g_rand_double_range(random, 0.08, 0.3);
    hand->hatch_rad = calibration_chance(random, 0.15) ? g_rand_double_range(random, -0.2, 0.2)
                                                       : g_rand_double_range(random, -1.2, -0.5);
    hand->coverage = g_rand_double_range(random, 0.7, 1.0);
    hand->spiral = calibration_chance(random, 0.35);
    hand->slant = g_rand_double_range(random, -0.05, 0.3);
    hand->letter = g_rand_double_range(random, 0.85, 1.15);
}

/* Lines across a box end at its sides. */
static void
add_within(GArray *stroke, const FormOption *target, double reach, double x, double y)
{
    if (target->shape != FORM_SHAPE_ELLIPSE) {
        double half_w = target->w_mm / 2 * reach, half_h = target->h_mm / 2 * reach;
        x = CLAMP(x, -half_w, half_w);
        y = CLAMP(y, -half_h, half_h);
    }
    add_point(stroke, target->x_mm + x, target->y_mm + y);
}

/* To and fro across an ellipse, line by line; `reach` is its size against the target's. A box is hatched as
 * the ellipse around it, cut at its sides. */
static void
add_hatch(Mark *mark, const FormOption *target, double angle, double reach, double spacing_mm, GRand *random)
{
    GArray *stroke = add_stroke(mark);
    double around = target->shape == FORM_SHAPE_ELLIPSE ? 1 : 1.35;
    double a = target->w_mm / 2 * reach * around, b = target->h_mm / 2 * reach * around;
    double co = cos(angle), si = sin(angle);
    /* Half the extent across the lines, and the chord at a distance from the centre, of an ellipse. */
    double across = sqrt(a * a * si * si + b * b * co * co);
    double along = a * b / across, lean = (b * b - a * a) * si * co / (across * across);
    double from = -across * g_rand_double_range(random, 0.82, 0.97),
           to = across * g_rand_double_range(random, 0.82, 0.97);
    gboolean forward = TRUE;
    for (double at = from; at <= to; at += spacing_mm * g_rand_double_range(random, 0.7, 1.3)) {
        double half = along * sqrt(MAX(0, 1 - at * at / (across * across)));
        double side = forward ? 1 : -1;
        double near = at * lean - side * half * g_rand_double_range(random, 0.8, 1.05);
        double far = at * lean + side * half * g_rand_double_range(random, 0.8, 1.05);
        add_within(stroke, target, reach, near * co - at * si, near * si + at * co);
        add_within(stroke, target, reach, far * co - at * si, far * si + at * co);
        forward = !forward;
    }
}

/* Round and round, from the rim inwards. */
static void
add_spiral(Mark *mark, const FormOption *target, double reach, double spacing_mm, GRand *random)
{
    GArray *stroke = add_stroke(mark);
    double a = target->w_mm / 2 * reach, b = target->h_mm / 2 * reach, r = 0.93;
    double angle = g_rand_double_range(random, 0, 2 * G_PI), step = 2 * G_PI / 14;
    double shrink = spacing_mm / MIN(a, b) / 14;
    for (; r > 0.08; r -= shrink * g_rand_double_range(random, 0.5, 1.5), angle += step) {
        double wobble = r * g_rand_double_range(random, 0.94, 1.06);
        add_point(stroke, target->x_mm + a * wobble * cos(angle), target->y_mm + b * wobble * sin(angle));
    }
}

static void
add_fill(Mark *mark, const CalibrationHand *hand, const CalibrationInk *ink, const FormOption *target,
         GRand *random)
{
    double coverage = calibration_normal_within(random, hand->coverage, 0.08, 0.55, 1);
    /* A line covers its own width; lines closer than that overlap. */
    double spacing = ink->width_mm * (coverage > 0.95 ? 0.75 : 0.75 / coverage);
    double reach = g_rand_double_range(random, 0.86, 1.0) + (calibration_chance(random, 0.15) ? 0.18 : 0);
    FormOption inner = *target;
    inner.w_mm = MAX(target->w_mm - ink->width_mm, 1);
    inner.h_mm = MAX(target->h_mm - ink->width_mm, 1);
    if (hand->spiral) {
        add_spiral(mark, &inner, reach, spacing, random);
        return;
    }
    mark->straight = TRUE;
    add_hatch(mark, &inner, hand->hatch_rad + calibration_normal(random, 0.12), reach, spacing, random);
    if (coverage > 0.9 && calibration_chance(random, 0.5))
        add_hatch(mark, &inner, hand->hatch_rad + calibration_normal(random, 0.4), reach, spacing * 2,
                  random);
}

static void
add_tick(Mark *mark, const CalibrationHand *hand, const FormOption *target, GRand *random)
{
    double size = MIN(target->w_mm, target->h_mm) * hand->size * g_rand_double_range(random, 0.8, 1.25);
    double turn = calibration_normal(random, 0.12), co = cos(turn), si = sin(turn);
    double rise = g_rand_double_range(random, 0.7, 1.05), run = g_rand_double_range(random, 0.6, 0.95);
    CalibrationPoint shape[4] = {{-0.5, g_rand_double_range(random, -0.15, 0.1)},
                                 {-0.15, g_rand_double_range(random, 0.35, 0.5)},
                                 {run * 0.5 - 0.05, 0.42 - rise * 0.6},
                                 {run, 0.45 - rise * 1.05}};
    GArray *stroke = add_stroke(mark);
    for (guint i = 0; i < G_N_ELEMENTS(shape); i++) {
        double x = shape[i].x * size, y = shape[i].y * size;
        add_point(stroke, target->x_mm + x * co - y * si, target->y_mm + x * si + y * co);
    }
    mark->quick = TRUE;
}

static void
add_line(Mark *mark, CalibrationPoint centre, double angle, double length, GRand *random)
{
    GArray *stroke = add_stroke(mark);
    double bend = calibration_normal(random, 0.04) * length, co = cos(angle), si = sin(angle);
    add_point(stroke, centre.x - co * length / 2, centre.y - si * length / 2);
    add_point(stroke, centre.x - si * bend, centre.y + co * bend);
    add_point(stroke, centre.x + co * length / 2, centre.y + si * length / 2);
}

static void
add_cross(Mark *mark, const CalibrationHand *hand, const FormOption *target, GRand *random)
{
    double size =
        hypot(target->w_mm, target->h_mm) * 0.8 * hand->size * g_rand_double_range(random, 0.72, 1.1);
    double steep = g_rand_double_range(random, 0.6, 0.95);
    for (int i = 0; i < 2; i++) {
        CalibrationPoint centre = {target->x_mm + calibration_normal(random, 0.12),
                                   target->y_mm + calibration_normal(random, 0.12)};
        double angle = (i ? G_PI - steep : steep) + calibration_normal(random, 0.1);
        add_line(mark, centre, angle, size * g_rand_double_range(random, 0.8, 1.15), random);
    }
    mark->quick = TRUE;
}

/* A ring around the bubble: outside its outline all the way, closed, overlapping or left a little open. */
static void
add_ring(Mark *mark, const CalibrationHand *hand, const FormOption *target, GRand *random)
{
    double grow = 1 + 0.42 * hand->size * g_rand_double_range(random, 0.8, 1.3);
    double a = target->w_mm / 2 * grow * g_rand_double_range(random, 0.95, 1.2);
    double b = target->h_mm / 2 * grow * g_rand_double_range(random, 0.92, 1.05);
    double start = g_rand_double_range(random, -2.2, -0.9);
    double sweep = calibration_chance(random, 0.3) ? g_rand_double_range(random, 5.4, 6.1)
                                                   : g_rand_double_range(random, 6.2, 7.2);
    double tilt = calibration_normal(random, 0.12), drift = calibration_normal(random, 0.07);
    double lobe = g_rand_double_range(random, 0, 0.05), phase = g_rand_double_range(random, 0, 6.28);
    GArray *stroke = add_stroke(mark);
    for (int i = 0; i <= 16; i++) {
        double t = start - sweep * i / 16, r = 1 + drift * (i / 16.0 - 0.5) + lobe * sin(2 * t + phase);
        double x = a * r * cos(t), y = b * r * sin(t);
        add_point(stroke, target->x_mm + x * cos(tilt) - y * sin(tilt),
                  target->y_mm + x * sin(tilt) + y * cos(tilt));
    }
}

static gboolean
is_near(const CalibrationPoint *point, const FormOption *option, double margin_mm)
{
    return fabs(point->x - option->x_mm) < option->w_mm / 2 + margin_mm &&
           fabs(point->y - option->y_mm) < option->h_mm / 2 + margin_mm;
}

/* Whether the segment comes near the option, tried every 0.3 mm. */
static gboolean
segment_is_near(CalibrationPoint from, CalibrationPoint to, const FormOption *option, double margin_mm)
{
    int steps = 1 + (int)(hypot(to.x - from.x, to.y - from.y) / 0.3);
    for (int i = 0; i <= steps; i++) {
        CalibrationPoint point = {from.x + (to.x - from.x) * i / steps, from.y + (to.y - from.y) * i / steps};
        if (is_near(&point, option, margin_mm))
            return TRUE;
    }
    return FALSE;
}

static gboolean
mark_is_near(const Mark *mark, const FormOption *option, double margin_mm)
{
    for (guint i = 0; i < mark->strokes->len; i++) {
        const GArray *stroke = g_ptr_array_index(mark->strokes, i);
        const CalibrationPoint *p = (const CalibrationPoint *)(const void *)stroke->data;
        for (guint k = 0; k + 1 < stroke->len; k++)
            if (segment_is_near(p[k], p[k + 1], option, margin_mm))
                return TRUE;
        /* A quick stroke runs on a little, thinning. */
        if (mark->quick && stroke->len >= 2) {
            CalibrationPoint last = p[stroke->len - 1], before = p[stroke->len - 2];
            CalibrationPoint end = {last.x + (last.x - before.x) * 0.6, last.y + (last.y - before.y) * 0.6};
            if (segment_is_near(last, end, option, margin_mm))
                return TRUE;
        }
    }
    return FALSE;
}

/* The other options of the page that a mark of some 20 mm could reach. */
static GPtrArray *
neighbours_of(const FormPage *page, const FormOption *option)
{
    GPtrArray *near = g_ptr_array_new();
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint k = 0; k < field->options->len; k++) {
            FormOption *other = &g_array_index(field->options, FormOption, k);
            CalibrationPoint centre = {option->x_mm, option->y_mm};
            if (other != option && is_near(&centre, other, 10 + MAX(option->w_mm, option->h_mm)))
                g_ptr_array_add(near, other);
        }
    }
    return near;
}

/* A careful hand makes the mark smaller where the next bubble is close. */
static void
keep_clear(Mark *mark, const CalibrationInk *ink, const FormPage *page, const FormOption *option)
{
    g_autoptr(GPtrArray) near = neighbours_of(page, option);
    double margin_mm = ink->width_mm * 0.55 + 2.5 * ink->tremor_mm + CLEARANCE_MM;
    for (int tries = 0; tries < 14; tries++) {
        gboolean clear = TRUE;
        for (guint i = 0; i < near->len && clear; i++)
            clear = !mark_is_near(mark, g_ptr_array_index(near, i), margin_mm);
        if (clear)
            return;
        for (guint i = 0; i < mark->strokes->len; i++) {
            GArray *stroke = g_ptr_array_index(mark->strokes, i);
            for (guint k = 0; k < stroke->len; k++) {
                CalibrationPoint *p = &g_array_index(stroke, CalibrationPoint, k);
                p->x = option->x_mm + (p->x - option->x_mm) * 0.9;
                p->y = option->y_mm + (p->y - option->y_mm) * 0.9;
            }
        }
    }
}

static void
draw_strokes(const Mark *mark, const CalibrationInk *ink, cairo_t *cr, GRand *random)
{
    for (guint i = 0; i < mark->strokes->len; i++) {
        const GArray *stroke = g_ptr_array_index(mark->strokes, i);
        if (stroke->len < 2)
            continue;
        if (mark->straight)
            calibration_ink_zigzag(ink, cr, stroke, random);
        else
            calibration_ink_stroke(ink, cr, stroke, mark->quick, random);
    }
}

void
calibration_mark_draw(const CalibrationHand *hand, CalibrationMarkKind kind, const CalibrationInk *ink,
                      const FormPage *page, const FormOption *option, cairo_t *cr, GRand *random)
{
    g_auto(Mark) mark;
    mark_init(&mark);
    FormOption target = target_of(option);
    double aim = kind == CALIBRATION_MARK_FILL ? 0.5 : 1; /* who fills looks closely */
    target.x_mm += aim * (hand->offset_x_mm + calibration_normal(random, hand->scatter_mm));
    target.y_mm += aim * (hand->offset_y_mm + calibration_normal(random, hand->scatter_mm));
    switch (kind) {
    case CALIBRATION_MARK_FILL:
        add_fill(&mark, hand, ink, &target, random);
        break;
    case CALIBRATION_MARK_TICK:
        add_tick(&mark, hand, &target, random);
        break;
    case CALIBRATION_MARK_CROSS:
        add_cross(&mark, hand, &target, random);
        break;
    case CALIBRATION_MARK_CIRCLE:
        add_ring(&mark, hand, &target, random);
        break;
    }
    keep_clear(&mark, ink, page, option);
    draw_strokes(&mark, ink, cr, random);
}

/* Heavy, in two directions, over the rim: it says "not this one" beyond doubt. */
void
calibration_mark_scribble(const CalibrationHand *hand, const CalibrationInk *ink, const FormPage *page,
                          const FormOption *option, cairo_t *cr, GRand *random)
{
    g_auto(Mark) mark;
    mark_init(&mark);
    mark.straight = TRUE;
    FormOption target = target_of(option);
    target.x_mm += calibration_normal(random, 0.2);
    target.y_mm += calibration_normal(random, 0.2);
    double reach = g_rand_double_range(random, 1.2, 1.5);
    add_hatch(&mark, &target, hand->hatch_rad + calibration_normal(random, 0.2), reach, ink->width_mm * 0.7,
              random);
    add_hatch(&mark, &target, hand->hatch_rad + g_rand_double_range(random, 0.5, 1.4), reach * 0.95,
              ink->width_mm * 0.9, random);
    keep_clear(&mark, ink, page, option);
    draw_strokes(&mark, ink, cr, random);
}
