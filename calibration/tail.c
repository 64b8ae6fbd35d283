/* Ticks and crosses that end in somebody else's bubble. */
#include <math.h>

#include "people-private.h"

/* Further than this nobody's pen runs on. */
#define TAIL_MOST_MM 17

/* Upwards to the right, as the long arm of a tick; and a cross also downwards to the left. */
static gboolean
lies_in_reach(CalibrationMarkKind way, double dx, double dy)
{
    double length = hypot(dx, dy);
    if (length > TAIL_MOST_MM || length < 0.5)
        return FALSE;
    double up_right = (0.75 * dx - 0.66 * dy) / length;
    return up_right > 0.8 || (way == CALIBRATION_MARK_CROSS && up_right < -0.85);
}

/* From the hook, or from the far side of the bubble, to the end in or beyond the other. */
void
calibration_tail_strokes(CalibrationStrokes *strokes, const CalibrationPosition *position,
                         const FormOption *option, GRand *random)
{
    FormOption own = calibration_mark_target(option), other = calibration_mark_target(position->tail_to);
    double size = MIN(own.w_mm, own.h_mm), dx = other.x_mm - own.x_mm, dy = other.y_mm - own.y_mm;
    double length = hypot(dx, dy), beyond = size * g_rand_double_range(random, -0.3, 0.7) / length;
    CalibrationPoint end = {other.x_mm + dx * beyond + calibration_normal(random, 0.06 * size),
                            other.y_mm + dy * beyond + calibration_normal(random, 0.06 * size)};
    double ux = dx / length, uy = dy / length;
    if (position->way == CALIBRATION_MARK_CROSS) {
        double arm = size * g_rand_double_range(random, 0.45, 0.65);
        calibration_strokes_line(strokes, (CalibrationPoint){own.x_mm - uy * arm, own.y_mm + ux * arm},
                                 (CalibrationPoint){own.x_mm + uy * arm, own.y_mm - ux * arm}, random);
        calibration_strokes_line(
            strokes, (CalibrationPoint){own.x_mm - ux * arm * 0.9, own.y_mm - uy * arm * 0.9}, end, random);
    } else {
        CalibrationPoint hook = {own.x_mm + calibration_normal(random, 0.08 * size),
                                 own.y_mm + size * g_rand_double_range(random, 0.1, 0.35)};
        GArray *stroke = calibration_strokes_add(strokes);
        calibration_strokes_point(stroke, hook.x - size * g_rand_double_range(random, 0.25, 0.4),
                                  hook.y - size * g_rand_double_range(random, 0.2, 0.4));
        calibration_strokes_point(stroke, hook.x, hook.y);
        calibration_strokes_point(stroke, (hook.x + end.x) / 2 + 0.02 * (end.y - hook.y),
                                  (hook.y + end.y) / 2 - 0.02 * (end.x - hook.x));
        calibration_strokes_point(stroke, end.x, end.y);
    }
}

/* Whether a line between the two passes all others of the page by a margin. */
static gboolean
is_open(const FormPage *page, const FormOption *from, const FormOption *to)
{
    g_auto(CalibrationStrokes) line;
    calibration_strokes_init(&line);
    double dx = to->x_mm - from->x_mm, dy = to->y_mm - from->y_mm, size = MIN(to->w_mm, to->h_mm);
    double beyond = 1 + 0.9 * size / hypot(dx, dy);
    GArray *stroke = calibration_strokes_add(&line);
    calibration_strokes_point(stroke, from->x_mm, from->y_mm);
    calibration_strokes_point(stroke, from->x_mm + dx * beyond, from->y_mm + dy * beyond);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint k = 0; k < field->options->len; k++) {
            const FormOption *other = &g_array_index(field->options, FormOption, k);
            if (other != from && other != to && calibration_strokes_near(&line, other, 0.7))
                return FALSE;
        }
    }
    return calibration_slip_is_free(&line, page, 0.5);
}

/* The first empty position in reach whose own field is answered properly. */
static void
run_on(CalibrationRespondent *respondent, const FormPage *page, CalibrationPosition *position,
       const FormOption *option)
{
    for (guint i = 0; i < page->fields->len; i++) {
        CalibrationAnswer *answer = calibration_answer_of(respondent, g_ptr_array_index(page->fields, i));
        for (guint k = 0; answer->positions && !answer->struck && k < answer->field->options->len; k++) {
            const FormOption *other = calibration_answer_option(answer, k);
            if (answer->positions[k].kind != CALIBRATION_MARK_NONE ||
                !lies_in_reach(position->way, other->x_mm - option->x_mm, other->y_mm - option->y_mm) ||
                !is_open(page, option, other))
                continue;
            answer->positions[k].kind = CALIBRATION_MARK_TAIL;
            position->tail_to = other;
            return;
        }
    }
}

void
calibration_tail_plan(CalibrationRespondent *respondent, const FormPage *page, GRand *random)
{
    for (guint i = 0; respondent->habits.tail > 0 && i < page->fields->len; i++) {
        CalibrationAnswer *answer = calibration_answer_of(respondent, g_ptr_array_index(page->fields, i));
        for (guint k = 0; answer->positions && !answer->struck && k < answer->field->options->len; k++) {
            CalibrationPosition *position = &answer->positions[k];
            gboolean tick =
                position->way == CALIBRATION_MARK_TICK || position->way == CALIBRATION_MARK_LONG_TICK;
            if (position->state == FORM_MARK_MARKED && position->kind == position->way &&
                (tick || position->way == CALIBRATION_MARK_CROSS) &&
                calibration_chance(random, respondent->habits.tail))
                run_on(respondent, page, position, calibration_answer_option(answer, k));
        }
    }
}
