/* Marks: how people fill, tick, cross, ring, dot and strike a position. */
#include <math.h>

#include "people-private.h"

FormOption
calibration_mark_target(const FormOption *option)
{
    FormOption target = *option;
    if (option->shape == FORM_SHAPE_CELL) {
        target.w_mm = MIN(option->w_mm * 0.8, 7);
        target.h_mm = MIN(option->h_mm * 0.8, 7);
    }
    return target;
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
    calibration_strokes_point(stroke, target->x_mm + x, target->y_mm + y);
}

/* A box is hatched as the ellipse around it, cut at its sides. */
void
calibration_mark_hatch(CalibrationStrokes *mark, const FormOption *target, const CalibrationHatch *hatch,
                       GRand *random)
{
    GArray *stroke = calibration_strokes_add(mark);
    double around = target->shape == FORM_SHAPE_ELLIPSE ? 1 : 1.35;
    double a = target->w_mm / 2 * hatch->reach * around, b = target->h_mm / 2 * hatch->reach * around;
    double co = cos(hatch->angle), si = sin(hatch->angle);
    /* Half the extent across the lines, and the chord at a distance from the centre, of an ellipse. */
    double across = sqrt(a * a * si * si + b * b * co * co);
    double along = a * b / across, lean = (b * b - a * a) * si * co / (across * across);
    double girth = across * (hatch->girth / hatch->reach);
    double from = -girth * g_rand_double_range(random, 0.82, 0.97),
           to = girth * g_rand_double_range(random, 0.82, 0.97);
    gboolean forward = TRUE;
    for (double at = from; at <= to; at += hatch->spacing_mm * g_rand_double_range(random, 0.7, 1.3)) {
        double half = along * sqrt(MAX(0, 1 - at * at / (across * across)));
        double side = forward ? 1 : -1;
        double near = at * lean - side * half * g_rand_double_range(random, 0.8, 1.05);
        double far = at * lean + side * half * g_rand_double_range(random, 0.8, 1.05);
        add_within(stroke, target, hatch->reach, near * co - at * si, near * si + at * co);
        add_within(stroke, target, hatch->reach, far * co - at * si, far * si + at * co);
        forward = !forward;
    }
}

/* Round and round, from the rim inwards. */
static void
add_spiral(CalibrationStrokes *mark, const FormOption *target, double reach, double spacing_mm, GRand *random)
{
    GArray *stroke = calibration_strokes_add(mark);
    double a = target->w_mm / 2 * reach, b = target->h_mm / 2 * reach, r = 0.93;
    double angle = g_rand_double_range(random, 0, 2 * G_PI), step = 2 * G_PI / 14;
    double shrink = spacing_mm / MIN(a, b) / 14;
    for (; r > 0.08; r -= shrink * g_rand_double_range(random, 0.5, 1.5), angle += step) {
        double wobble = r * g_rand_double_range(random, 0.94, 1.06);
        calibration_strokes_point(stroke, target->x_mm + a * wobble * cos(angle),
                                  target->y_mm + b * wobble * sin(angle));
    }
}

static void
add_fill(CalibrationStrokes *mark, const CalibrationHand *hand, const CalibrationInk *ink,
         const FormOption *target, GRand *random)
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
    CalibrationHatch hatch = {hand->hatch_rad + calibration_normal(random, 0.12), reach, reach, spacing};
    calibration_mark_hatch(mark, &inner, &hatch, random);
    if (coverage > 0.9 && calibration_chance(random, 0.5)) {
        hatch.angle = hand->hatch_rad + calibration_normal(random, 0.4);
        hatch.spacing_mm = spacing * 2;
        calibration_mark_hatch(mark, &inner, &hatch, random);
    }
}

static void
add_tick(CalibrationStrokes *mark, const CalibrationHand *hand, const FormOption *target, GRand *random)
{
    double size = MIN(target->w_mm, target->h_mm) * hand->size * g_rand_double_range(random, 0.8, 1.25);
    double turn = calibration_normal(random, 0.12), co = cos(turn), si = sin(turn);
    double rise = g_rand_double_range(random, 0.7, 1.05), run = g_rand_double_range(random, 0.6, 0.95);
    CalibrationPoint shape[4] = {{-0.5, g_rand_double_range(random, -0.15, 0.1)},
                                 {-0.15, g_rand_double_range(random, 0.35, 0.5)},
                                 {run * 0.5 - 0.05, 0.42 - rise * 0.6},
                                 {run, 0.45 - rise * 1.05}};
    GArray *stroke = calibration_strokes_add(mark);
    for (guint i = 0; i < G_N_ELEMENTS(shape); i++) {
        double x = shape[i].x * size, y = shape[i].y * size;
        calibration_strokes_point(stroke, target->x_mm + x * co - y * si, target->y_mm + x * si + y * co);
    }
    mark->quick = TRUE;
}

static void
add_line(CalibrationStrokes *mark, CalibrationPoint centre, double angle, double length, GRand *random)
{
    GArray *stroke = calibration_strokes_add(mark);
    double bend = calibration_normal(random, 0.04) * length, co = cos(angle), si = sin(angle);
    calibration_strokes_point(stroke, centre.x - co * length / 2, centre.y - si * length / 2);
    calibration_strokes_point(stroke, centre.x - si * bend, centre.y + co * bend);
    calibration_strokes_point(stroke, centre.x + co * length / 2, centre.y + si * length / 2);
}

static void
add_cross(CalibrationStrokes *mark, const CalibrationHand *hand, const FormOption *target, GRand *random)
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
add_ring(CalibrationStrokes *mark, const CalibrationHand *hand, const FormOption *target, GRand *random)
{
    double grow = 1 + 0.42 * hand->size * g_rand_double_range(random, 0.8, 1.3);
    double a = target->w_mm / 2 * grow * g_rand_double_range(random, 0.95, 1.2);
    double b = target->h_mm / 2 * grow * g_rand_double_range(random, 0.92, 1.05);
    double start = g_rand_double_range(random, -2.2, -0.9);
    double sweep = calibration_chance(random, 0.3) ? g_rand_double_range(random, 5.4, 6.1)
                                                   : g_rand_double_range(random, 6.2, 7.2);
    double tilt = calibration_normal(random, 0.12), drift = calibration_normal(random, 0.07);
    double lobe = g_rand_double_range(random, 0, 0.05), phase = g_rand_double_range(random, 0, 6.28);
    GArray *stroke = calibration_strokes_add(mark);
    for (int i = 0; i <= 16; i++) {
        double t = start - sweep * i / 16, r = 1 + drift * (i / 16.0 - 0.5) + lobe * sin(2 * t + phase);
        double x = a * r * cos(t), y = b * r * sin(t);
        calibration_strokes_point(stroke, target->x_mm + x * cos(tilt) - y * sin(tilt),
                                  target->y_mm + x * sin(tilt) + y * cos(tilt));
    }
}

/* A pen pressed down and turned a little: as wide as two or three lines. Smaller bubbles, smaller dots. */
static void
add_dot(CalibrationStrokes *mark, const CalibrationInk *ink, const FormOption *target, GRand *random)
{
    double size = MIN(target->w_mm, target->h_mm);
    double across_mm = g_rand_double_range(random, 1.1, 1.6), widest_mm = size * 0.45;
    across_mm = MIN(across_mm, widest_mm);
    FormOption dot = *target;
    dot.shape = FORM_SHAPE_ELLIPSE;
    double grow = g_rand_double_range(random, 1.0, 1.1);
    dot.w_mm = MAX((across_mm * grow - ink->width_mm) / 0.93, 0.12);
    dot.h_mm = MAX((across_mm / grow - ink->width_mm) / 0.93, 0.12);
    add_spiral(mark, &dot, 1, MIN(ink->width_mm * 0.7, dot.w_mm * 0.12), random);
}

/* From the lower left to the upper right, seldom the other way; its ends stay near the rim. */
static void
add_slash(CalibrationStrokes *mark, const CalibrationHand *hand, const FormOption *target, GRand *random)
{
    double size = MIN(target->w_mm, target->h_mm);
    double length = size * CLAMP(hand->size, 0.8, 1.15) * g_rand_double_range(random, 0.75, 1.15);
    double angle = -g_rand_double_range(random, 0.6, 1.2);
    if (calibration_chance(random, 0.12))
        angle = -G_PI - angle;
    CalibrationPoint centre = {target->x_mm, target->y_mm};
    add_line(mark, centre, angle, length, random);
    mark->quick = calibration_chance(random, 0.5);
}

static void
add_small_cross(CalibrationStrokes *mark, const FormOption *target, GRand *random)
{
    double size = MIN(target->w_mm, target->h_mm) * g_rand_double_range(random, 0.38, 0.62);
    double steep = g_rand_double_range(random, 0.6, 0.95);
    for (int i = 0; i < 2; i++) {
        CalibrationPoint centre = {target->x_mm + calibration_normal(random, 0.06 * size),
                                   target->y_mm + calibration_normal(random, 0.06 * size)};
        double angle = (i ? G_PI - steep : steep) + calibration_normal(random, 0.1);
        add_line(mark, centre, angle, size * g_rand_double_range(random, 0.85, 1.2), random);
    }
}

/* The hook in the bubble, the long arm 1.4 to 2.6 bubbles away. */
static void
add_long_tick(CalibrationStrokes *mark, const FormOption *target, GRand *random)
{
    double size = MIN(target->w_mm, target->h_mm), length = size * g_rand_double_range(random, 1.4, 2.6);
    double angle = -g_rand_double_range(random, 0.35, 1.15);
    CalibrationPoint shape[4] = {{-0.4, g_rand_double_range(random, -0.2, 0.1)},
                                 {-0.1, g_rand_double_range(random, 0.2, 0.4)},
                                 {0, 0},
                                 {0, 0}};
    for (int i = 0; i < 4; i++)
        shape[i] = (CalibrationPoint){shape[i].x * size, shape[i].y * size};
    double bow = calibration_normal(random, 0.05) * length;
    for (int i = 2; i < 4; i++) {
        double at = length * (i == 2 ? 0.5 : 1), side = i == 2 ? bow : 0;
        shape[i].x = shape[1].x + at * cos(angle) - side * sin(angle);
        shape[i].y = shape[1].y + at * sin(angle) + side * cos(angle);
    }
    GArray *stroke = calibration_strokes_add(mark);
    for (int i = 0; i < 4; i++)
        calibration_strokes_point(stroke, target->x_mm + shape[i].x, target->y_mm + shape[i].y);
    mark->quick = TRUE;
}

/* A few loose strokes over a third to two thirds of the bubble, mostly beside its middle. */
static void
add_patchy(CalibrationStrokes *mark, const CalibrationHand *hand, const CalibrationInk *ink,
           const FormOption *target, GRand *random)
{
    FormOption part = *target;
    double share = g_rand_double_range(random, 0.6, 0.85);
    part.x_mm += calibration_normal(random, target->w_mm * (1 - share) * 0.3);
    part.y_mm += calibration_normal(random, target->h_mm * (1 - share) * 0.3);
    double spacing_mm = ink->width_mm * g_rand_double_range(random, 1.1, 1.9),
           least_mm = MIN(target->w_mm, target->h_mm) * 0.1;
    CalibrationHatch hatch = {hand->hatch_rad + calibration_normal(random, 0.2), share, share,
                              MAX(spacing_mm, least_mm)};
    mark->straight = TRUE;
    calibration_mark_hatch(mark, &part, &hatch, random);
}

/* Filled in haste: the strokes run over the rim at their ends, but not across. */
static void
add_overflow(CalibrationStrokes *mark, const CalibrationHand *hand, const CalibrationInk *ink,
             const FormOption *target, GRand *random)
{
    FormOption open = *target;
    if (target->shape != FORM_SHAPE_ELLIPSE) {
        open.shape = FORM_SHAPE_ELLIPSE;
        open.w_mm *= 1.1;
        open.h_mm *= 1.1;
    }
    CalibrationHatch hatch = {hand->hatch_rad + calibration_normal(random, 0.12),
                              g_rand_double_range(random, 1.2, 1.5), g_rand_double_range(random, 0.85, 1.0),
                              MAX(ink->width_mm, 0.25) * g_rand_double_range(random, 0.8, 1.2)};
    mark->straight = TRUE;
    calibration_mark_hatch(mark, &open, &hatch, random);
}

static void
add_mark(CalibrationStrokes *strokes, const CalibrationHand *hand, CalibrationMarkKind way,
         const CalibrationInk *ink, const FormOption *target, GRand *random)
{
    switch (way) {
    case CALIBRATION_MARK_TICK:
        add_tick(strokes, hand, target, random);
        break;
    case CALIBRATION_MARK_CROSS:
        add_cross(strokes, hand, target, random);
        break;
    case CALIBRATION_MARK_CIRCLE:
        add_ring(strokes, hand, target, random);
        break;
    case CALIBRATION_MARK_DOT:
        add_dot(strokes, ink, target, random);
        break;
    case CALIBRATION_MARK_SLASH:
        add_slash(strokes, hand, target, random);
        break;
    case CALIBRATION_MARK_SMALL_CROSS:
        add_small_cross(strokes, target, random);
        break;
    case CALIBRATION_MARK_LONG_TICK:
        add_long_tick(strokes, target, random);
        break;
    case CALIBRATION_MARK_PATCHY:
        add_patchy(strokes, hand, ink, target, random);
        break;
    case CALIBRATION_MARK_OVERFLOW:
        add_overflow(strokes, hand, ink, target, random);
        break;
    default:
        add_fill(strokes, hand, ink, target, random);
        break;
    }
}

/* Who fills, dots or makes small marks looks closely. */
static double
carelessness(CalibrationMarkKind way)
{
    switch (way) {
    case CALIBRATION_MARK_TICK:
    case CALIBRATION_MARK_CROSS:
    case CALIBRATION_MARK_CIRCLE:
        return 1;
    case CALIBRATION_MARK_LONG_TICK:
        return 0.7;
    default:
        return 0.5;
    }
}

void
calibration_mark_strokes(CalibrationStrokes *strokes, const CalibrationHand *hand, CalibrationMarkKind way,
                         const CalibrationInk *ink, const FormPage *page, const FormOption *option,
                         GRand *random)
{
    FormOption target = calibration_mark_target(option);
    double aim = carelessness(way);
    target.x_mm += aim * (hand->offset_x_mm + calibration_normal(random, hand->scatter_mm));
    target.y_mm += aim * (hand->offset_y_mm + calibration_normal(random, hand->scatter_mm));
    add_mark(strokes, hand, way, ink, &target, random);
    calibration_strokes_keep_clear(strokes, ink, page, option);
}
