/* The manner of an answer: how its marks are made, which are taken back and how; and the drawing of it. */
#include <math.h>

#include "people-private.h"

GRand *
calibration_answer_random(const CalibrationRespondent *respondent, const CalibrationAnswer *answer,
                          const char *purpose)
{
    g_autofree char *name = g_strdup_printf("%s %s", purpose, answer->field->name);
    return calibration_random(respondent->seed, respondent->serial, answer->page->page, name);
}

const FormOption *
calibration_answer_option(const CalibrationAnswer *answer, guint i)
{
    return &g_array_index(answer->field->options, FormOption, i);
}

/* Now and then a slash among fills. Draws first from the generator that draws the marks, here and when it
 * comes to drawing. */
static void
choose_ways(const CalibrationRespondent *respondent, const CalibrationAnswer *answer,
            CalibrationMarkKind *ways, GRand *random)
{
    const CalibrationHabits *habits = &respondent->habits;
    for (guint i = 0; i < answer->field->options->len; i++)
        if (answer->positions[i].state != FORM_MARK_EMPTY)
            ways[i] = calibration_chance(random, habits->other_kind)
                          ? (CalibrationMarkKind)calibration_pick(random, habits->other,
                                                                  G_N_ELEMENTS(habits->other))
                          : respondent->hand.kind;
}

static int
count(const CalibrationAnswer *answer, FormMarkState state)
{
    int n = 0;
    for (guint i = 0; i < answer->field->options->len; i++)
        n += answer->positions[i].state == state;
    return n;
}

static gboolean
covers(CalibrationMarkKind way)
{
    return way == CALIBRATION_MARK_FILL || way == CALIBRATION_MARK_PATCHY || way == CALIBRATION_MARK_OVERFLOW;
}

/* How a mark is taken back, as far as it shows: pencil is erased and ink painted over; a line through a tick
 * would make it a cross; a ring is wider than a dab of paint; and only one of several marks can outdo another
 * where one is asked for. */
static CalibrationMarkKind
choose_cancel(const CalibrationRespondent *respondent, const CalibrationAnswer *answer, guint i,
              GRand *random)
{
    double weights[CALIBRATION_MARK_CANCELS];
    for (int k = 0; k < CALIBRATION_MARK_CANCELS; k++)
        weights[k] = respondent->habits.cancel[k];
    CalibrationMarkKind way = answer->positions[i].way;
    gboolean pencil = respondent->hand.pen == CALIBRATION_PEN_PENCIL;
    if (pencil || way == CALIBRATION_MARK_CIRCLE)
        weights[CALIBRATION_MARK_WHITED_OUT - CALIBRATION_MARK_SCRIBBLED] = 0;
    if (!pencil)
        weights[CALIBRATION_MARK_ERASED - CALIBRATION_MARK_SCRIBBLED] = 0;
    if (!covers(way) || !calibration_cancel_has_room(answer->page, calibration_answer_option(answer, i)))
        weights[CALIBRATION_MARK_STRUCK - CALIBRATION_MARK_SCRIBBLED] =
            weights[CALIBRATION_MARK_CROSSED_OUT - CALIBRATION_MARK_SCRIBBLED] = 0;
    if (answer->field->type != FORM_SELECT_ONE)
        weights[CALIBRATION_MARK_OUTDONE - CALIBRATION_MARK_SCRIBBLED] = 0;
    return CALIBRATION_MARK_SCRIBBLED +
           (CalibrationMarkKind)calibration_pick(random, weights, G_N_ELEMENTS(weights));
}

/* The way of a first mark, by how it was taken back. */
static CalibrationMarkKind
first_way(CalibrationMarkKind way, CalibrationMarkKind cancel, GRand *random)
{
    static const CalibrationMarkKind slight[] = {CALIBRATION_MARK_DOT, CALIBRATION_MARK_DOT,
                                                 CALIBRATION_MARK_TICK, CALIBRATION_MARK_SLASH};
    if (cancel == CALIBRATION_MARK_OUTDONE)
        return slight[g_rand_int_range(random, 0, G_N_ELEMENTS(slight))];
    if (covers(way))
        return CALIBRATION_MARK_FILL;
    return way == CALIBRATION_MARK_LONG_TICK ? CALIBRATION_MARK_TICK : way;
}

/* A fill that runs over its rim, beside another mark, would be a mark crossed out. */
static void
fill_neatly(CalibrationAnswer *answer)
{
    guint n = answer->field->options->len;
    if (count(answer, FORM_MARK_EMPTY) + 1 >= (int)n)
        return;
    for (guint i = 0; i < n; i++)
        if (answer->positions[i].way == CALIBRATION_MARK_OVERFLOW)
            answer->positions[i].way = CALIBRATION_MARK_FILL;
}

/* The second of a double answer is made as the first: of two unlike marks the larger would count. */
static void
level_double(CalibrationAnswer *answer)
{
    const CalibrationPosition *first = NULL;
    for (guint i = 0; i < answer->field->options->len; i++) {
        CalibrationPosition *position = &answer->positions[i];
        if (position->state != FORM_MARK_MARKED)
            continue;
        if (first)
            position->way = first->way;
        else
            first = position;
    }
}

static void
take_back(const CalibrationRespondent *respondent, CalibrationAnswer *answer, GRand *random)
{
    for (guint i = 0; i < answer->field->options->len; i++) {
        CalibrationPosition *position = &answer->positions[i];
        if (position->state != FORM_MARK_CANCELLED)
            continue;
        if (count(answer, FORM_MARK_MARKED) > 0)
            position->kind = choose_cancel(respondent, answer, i, random);
        else
            position->kind = respondent->hand.pen == CALIBRATION_PEN_PENCIL ? CALIBRATION_MARK_ERASED
                                                                            : CALIBRATION_MARK_WHITED_OUT;
        position->way = first_way(position->way, position->kind, random);
        if (position->kind == CALIBRATION_MARK_OUTDONE)
            for (guint k = 0; k < answer->field->options->len; k++)
                if (answer->positions[k].state == FORM_MARK_MARKED)
                    answer->positions[k].way = CALIBRATION_MARK_FILL;
    }
}

static void
tell_kinds(const CalibrationRespondent *respondent, CalibrationAnswer *answer, GRand *random)
{
    gboolean painted = FALSE;
    for (guint i = 0; i < answer->field->options->len; i++)
        painted |= answer->positions[i].kind == CALIBRATION_MARK_WHITED_OUT;
    for (guint i = 0; i < answer->field->options->len; i++) {
        CalibrationPosition *position = &answer->positions[i];
        position->way = calibration_hand_way(&respondent->hand, position->way);
        if (position->state != FORM_MARK_MARKED)
            continue;
        position->kind = position->way;
        if (painted && position->way != CALIBRATION_MARK_CIRCLE &&
            calibration_chance(random, respondent->habits.remarked))
            position->kind = CALIBRATION_MARK_REMARKED;
    }
}

/* One of the empty options, as a mark too many. */
static void
mark_too_many(CalibrationAnswer *answer, GRand *random)
{
    int empty = count(answer, FORM_MARK_EMPTY);
    if (empty == 0)
        return;
    int left = g_rand_int_range(random, 0, empty);
    for (guint i = 0; i < answer->field->options->len; i++)
        if (answer->positions[i].state == FORM_MARK_EMPTY && left-- == 0)
            answer->positions[i].state = FORM_MARK_CANCELLED;
}

void
calibration_manner_plan(const CalibrationRespondent *respondent, CalibrationAnswer *answer)
{
    guint n = answer->field->options->len;
    g_autoptr(GRand) random = calibration_answer_random(respondent, answer, "manner");
    const CalibrationHabits *habits = &respondent->habits;
    int marked = count(answer, FORM_MARK_MARKED);
    if (answer->field->type != FORM_SELECT_ONE && marked > 0 &&
        calibration_chance(random, habits->corrected_several))
        mark_too_many(answer, random);
    gboolean alone = marked == 1 && count(answer, FORM_MARK_CANCELLED) == 0;
    gboolean nothing_left = calibration_chance(random, habits->taken_back) && alone &&
                            respondent->hand.kind != CALIBRATION_MARK_CIRCLE;
    for (guint i = 0; i < n && nothing_left; i++)
        if (answer->positions[i].state == FORM_MARK_MARKED)
            answer->positions[i].state = FORM_MARK_CANCELLED;
    g_autoptr(GRand) draw = calibration_answer_random(respondent, answer, "draw");
    g_autofree CalibrationMarkKind *ways = g_new0(CalibrationMarkKind, n);
    choose_ways(respondent, answer, ways, draw);
    for (guint i = 0; i < n; i++)
        answer->positions[i].way = ways[i];
    fill_neatly(answer);
    if (answer->field->type == FORM_SELECT_ONE && marked > 1)
        level_double(answer);
    take_back(respondent, answer, random);
    tell_kinds(respondent, answer, random);
}

/* A dot where the pen rested while its owner thought: a quarter to half a millimetre, anywhere inside. */
static void
draw_speck(const CalibrationInk *ink, const FormOption *option, cairo_t *cr, GRand *random)
{
    FormOption target = calibration_mark_target(option);
    double across_mm = g_rand_double_range(random, 0.25, 0.55);
    across_mm = MIN(across_mm, 0.14 * MIN(target.w_mm, target.h_mm));
    double angle = g_rand_double_range(random, 0, 2 * G_PI), r = 0.36 * sqrt(g_rand_double(random));
    double long_mm = across_mm * g_rand_double_range(random, 0, 0.3);
    double x = target.x_mm + r * target.w_mm * cos(angle), y = target.y_mm + r * target.h_mm * sin(angle);
    cairo_set_source(cr, ink->pattern);
    cairo_set_operator(cr, CAIRO_OPERATOR_MULTIPLY);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(cr, across_mm - long_mm);
    cairo_move_to(cr, x, y);
    cairo_line_to(cr, x + long_mm * cos(angle * 3), y + long_mm * sin(angle * 3) + 0.001);
    cairo_stroke(cr);
}

/* The hand of a question where one mark outdoes another: the first is small, the last full. */
static CalibrationHand
hand_of(const CalibrationRespondent *respondent, const CalibrationAnswer *answer)
{
    CalibrationHand hand = respondent->hand;
    for (guint i = 0; i < answer->field->options->len; i++)
        if (answer->positions[i].kind == CALIBRATION_MARK_OUTDONE) {
            hand.coverage = 1;
            hand.size = 0.75;
        }
    return hand;
}

static void
draw_mark(const CalibrationRespondent *respondent, const CalibrationAnswer *answer, guint i,
          const CalibrationInk *ink, cairo_t *cr, GRand *random)
{
    const CalibrationPosition *position = &answer->positions[i];
    const FormOption *option = calibration_answer_option(answer, i);
    CalibrationHand hand = hand_of(respondent, answer);
    g_auto(CalibrationStrokes) strokes;
    calibration_strokes_init(&strokes);
    if (position->tail_to)
        calibration_tail_strokes(&strokes, position, option, random);
    else
        calibration_mark_strokes(&strokes, &hand, position->way, ink, answer->page, option, random);
    calibration_strokes_draw(&strokes, ink, cr, random);
}

static void
draw_position(const CalibrationRespondent *respondent, const CalibrationAnswer *answer, guint i,
              const CalibrationInk *ink, cairo_t *cr, GRand *random)
{
    const CalibrationPosition *position = &answer->positions[i];
    const FormOption *option = calibration_answer_option(answer, i);
    if (position->kind == CALIBRATION_MARK_SPECK)
        draw_speck(ink, option, cr, random);
    if (position->state == FORM_MARK_EMPTY)
        return;
    if (position->kind != CALIBRATION_MARK_ERASED)
        draw_mark(respondent, answer, i, ink, cr, random);
    if (position->state == FORM_MARK_CANCELLED || position->kind == CALIBRATION_MARK_REMARKED)
        calibration_cancel_draw(&respondent->hand, position, ink, answer->page, option, cr, random);
    if (position->kind == CALIBRATION_MARK_REMARKED)
        draw_mark(respondent, answer, i, ink, cr, random);
}

void
calibration_manner_draw(const CalibrationRespondent *respondent, const CalibrationAnswer *answer,
                        const CalibrationInk *ink, cairo_t *cr)
{
    g_autoptr(GRand) random = calibration_answer_random(respondent, answer, "draw");
    if (answer->positions) {
        g_autofree CalibrationMarkKind *ways =
            g_new0(CalibrationMarkKind, MAX(answer->field->options->len, 1));
        choose_ways(respondent, answer, ways, random);
        for (guint i = 0; i < answer->field->options->len; i++)
            draw_position(respondent, answer, i, ink, cr, random);
    } else if (*answer->value) {
        g_autofree char *written = calibration_answer_written(answer->field, answer->value);
        calibration_writing_draw(&respondent->hand, ink, answer->field, written, cr, random);
    }
}
