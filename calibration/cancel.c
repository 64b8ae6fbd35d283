/* Marks taken back: scribbled over, struck through, painted over, rubbed out. */
#include <math.h>

#include "people-private.h"

gboolean
calibration_cancel_has_room(const FormPage *page, const FormOption *option)
{
    FormOption target = calibration_mark_target(option);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint k = 0; k < field->options->len; k++) {
            const FormOption *other = &g_array_index(field->options, FormOption, k);
            if (other != option && fabs(other->x_mm - option->x_mm) < target.w_mm * 1.5 + other->w_mm / 2 &&
                fabs(other->y_mm - option->y_mm) < target.h_mm * 0.75 + other->h_mm / 2)
                return FALSE;
        }
    }
    return TRUE;
}

/* Heavy, in two directions, over the rim: it says "not this one" beyond doubt. */
static void
scribble(CalibrationStrokes *strokes, const CalibrationHand *hand, const CalibrationInk *ink,
         const FormOption *option, GRand *random)
{
    strokes->straight = TRUE;
    FormOption target = calibration_mark_target(option);
    target.x_mm += calibration_normal(random, 0.2);
    target.y_mm += calibration_normal(random, 0.2);
    double reach = g_rand_double_range(random, 1.2, 1.5);
    CalibrationHatch hatch = {hand->hatch_rad + calibration_normal(random, 0.2), reach, reach,
                              ink->width_mm * 0.7};
    calibration_mark_hatch(strokes, &target, &hatch, random);
    hatch.angle = hand->hatch_rad + g_rand_double_range(random, 0.5, 1.4);
    hatch.reach = hatch.girth = reach * 0.95;
    hatch.spacing_mm = ink->width_mm * 0.9;
    calibration_mark_hatch(strokes, &target, &hatch, random);
}

/* A line through the middle, by at least a third of the bubble beyond its rim on both sides. */
static void
strike(CalibrationStrokes *strokes, const FormOption *option, double slope, GRand *random)
{
    FormOption target = calibration_mark_target(option);
    double x = target.w_mm * g_rand_double_range(random, 0.85, 1.3),
           end = target.w_mm * g_rand_double_range(random, 0.85, 1.3);
    double y = target.y_mm + calibration_normal(random, 0.06) * target.h_mm;
    calibration_strokes_line(strokes, (CalibrationPoint){target.x_mm - x, y + slope * x},
                             (CalibrationPoint){target.x_mm + end, y - slope * end}, random);
    strokes->quick = TRUE;
}

/* Paint from a brush: a blot; from a roller: a strip. Whitish, not the paper's white, with a rim that throws
 * a shadow; what lies below may shine through a little. */
static void
paint_over(const FormPage *page, const CalibrationInk *ink, const FormOption *option, cairo_t *cr,
           GRand *random)
{
    g_auto(CalibrationStrokes) outline;
    calibration_strokes_init(&outline);
    FormOption target = calibration_mark_target(option);
    GArray *stroke = calibration_strokes_add(&outline);
    gboolean strip = calibration_chance(random, 0.35);
    double x = target.x_mm + calibration_normal(random, 0.15),
           y = target.y_mm + calibration_normal(random, 0.15);
    double a = target.w_mm / 2 * g_rand_double_range(random, 1.3, 1.7), b = target.h_mm / 2 * 1.35;
    double tilt = calibration_normal(random, 0.08);
    int n = strip ? 4 : 13;
    for (int i = 0; i <= n; i++) {
        double t = 2 * G_PI * i / n + G_PI / 4,
               r = strip ? G_SQRT2 * 0.92 : g_rand_double_range(random, 0.93, 1.07);
        double dx = a * r * cos(t), dy = b * r * sin(t);
        if (i == n) {
            CalibrationPoint first = g_array_index(stroke, CalibrationPoint, 0);
            calibration_strokes_point(stroke, first.x, first.y);
        } else {
            calibration_strokes_point(stroke, x + dx - dy * tilt, y + dy + dx * tilt);
        }
    }
    calibration_strokes_keep_clear(&outline, ink, page, option);
    double white = g_rand_double_range(random, 0.93, 1.0), rim = g_rand_double_range(random, 0.04, 0.14);
    cairo_new_path(cr);
    calibration_ink_path(cr, (const CalibrationPoint *)(const void *)stroke->data, (int)stroke->len, 0.3);
    cairo_set_operator(cr, CAIRO_OPERATOR_OVER);
    cairo_set_source_rgba(cr, 0.2, 0.2, 0.2, rim);
    cairo_set_line_width(cr, g_rand_double_range(random, 0.15, 0.35));
    cairo_stroke_preserve(cr);
    cairo_set_source_rgba(cr, white, white, white * 0.985, g_rand_double_range(random, 0.94, 1.0));
    cairo_fill(cr);
}

/* The rubbed line is left as a shadow, drawn along with the eraser, in a faint haze. Each is one path:
 * nothing adds up to more than a residue. */
static void
rub_out(const CalibrationStrokes *mark, const CalibrationInk *ink, const FormOption *option, cairo_t *cr,
        GRand *random)
{
    FormOption target = calibration_mark_target(option);
    double angle = calibration_normal(random, 0.5), drag = g_rand_double_range(random, 0.15, 0.4);
    cairo_set_operator(cr, CAIRO_OPERATOR_MULTIPLY);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_new_path(cr);
    for (int copy = 0; copy < 2; copy++)
        for (guint i = 0; i < mark->strokes->len; i++) {
            const GArray *stroke = g_ptr_array_index(mark->strokes, i);
            cairo_new_sub_path(cr);
            for (guint k = 0; k < stroke->len; k++) {
                const CalibrationPoint *p = &g_array_index(stroke, CalibrationPoint, k);
                cairo_line_to(cr, p->x + copy * drag * cos(angle), p->y + copy * drag * sin(angle));
            }
        }
    cairo_set_source(cr, ink->residue);
    cairo_set_line_width(cr, ink->width_mm * 1.1);
    cairo_stroke(cr);
    int rubs = g_rand_int_range(random, 2, 5);
    for (int i = 0; i < rubs; i++) {
        double at = target.h_mm * (0.7 * (i + 0.5) / rubs - 0.35) + calibration_normal(random, 0.2);
        double from = -target.w_mm * g_rand_double_range(random, 0.5, 0.9),
               to = target.w_mm * g_rand_double_range(random, 0.5, 0.9);
        cairo_move_to(cr, target.x_mm + from * cos(angle) - at * sin(angle),
                      target.y_mm + from * sin(angle) + at * cos(angle));
        cairo_line_to(cr, target.x_mm + to * cos(angle) - at * sin(angle),
                      target.y_mm + to * sin(angle) + at * cos(angle));
    }
    cairo_set_source_rgba(cr, 0.2, 0.2, 0.22, g_rand_double_range(random, 0.008, 0.025));
    cairo_set_line_width(cr, g_rand_double_range(random, 0.9, 1.8));
    cairo_stroke(cr);
}

void
calibration_cancel_draw(const CalibrationHand *hand, const CalibrationPosition *position,
                        const CalibrationInk *ink, const FormPage *page, const FormOption *option,
                        cairo_t *cr, GRand *random)
{
    g_auto(CalibrationStrokes) strokes;
    calibration_strokes_init(&strokes);
    switch (position->kind) {
    case CALIBRATION_MARK_SCRIBBLED:
        scribble(&strokes, hand, ink, option, random);
        break;
    case CALIBRATION_MARK_STRUCK:
        strike(&strokes, option, calibration_normal(random, 0.1), random);
        break;
    case CALIBRATION_MARK_CROSSED_OUT:
        strike(&strokes, option, g_rand_double_range(random, 0.35, 0.6), random);
        strike(&strokes, option, -g_rand_double_range(random, 0.35, 0.6), random);
        break;
    case CALIBRATION_MARK_WHITED_OUT:
    case CALIBRATION_MARK_REMARKED:
        paint_over(page, ink, option, cr, random);
        return;
    case CALIBRATION_MARK_ERASED:
        calibration_mark_strokes(&strokes, hand, position->way, ink, page, option, random);
        rub_out(&strokes, ink, option, cr, random);
        return;
    default:
        return;
    }
    calibration_strokes_keep_clear(&strokes, ink, page, option);
    calibration_strokes_draw(&strokes, ink, cr, random);
}
