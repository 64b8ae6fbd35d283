/* Questions and parts of grids struck out: they do not concern this person. */
#include <math.h>

#include "people-private.h"

typedef struct {
    double left, top, right, bottom;
} Extent;

static void
widen(Extent *extent, const FormField *field)
{
    for (guint i = 0; i < field->options->len; i++) {
        const FormOption *o = &g_array_index(field->options, FormOption, i);
        extent->left = MIN(extent->left, o->x_mm - o->w_mm / 2);
        extent->right = MAX(extent->right, o->x_mm + o->w_mm / 2);
        extent->top = MIN(extent->top, o->y_mm - o->h_mm / 2);
        extent->bottom = MAX(extent->bottom, o->y_mm + o->h_mm / 2);
    }
}

static const Extent nothing = {1e9, 1e9, -1e9, -1e9};

/* Through the middle of every option in turn: as one line, swinging, or from row to row. */
static void
through_field(CalibrationStrokes *strokes, const FormField *field, GRand *random)
{
    Extent extent = nothing;
    widen(&extent, field);
    const FormOption *first = &g_array_index(field->options, FormOption, 0);
    const FormOption *last = &g_array_index(field->options, FormOption, field->options->len - 1);
    double over = first->w_mm * g_rand_double_range(random, 0.5, 1.5);
    gboolean row = extent.bottom - extent.top < first->h_mm * 1.5;
    if (row && calibration_chance(random, 0.5)) {
        double rise = first->h_mm * calibration_normal(random, 0.1);
        calibration_strokes_line(strokes, (CalibrationPoint){extent.left - over, first->y_mm + rise},
                                 (CalibrationPoint){extent.right + over, last->y_mm - rise}, random);
        return;
    }
    double swing = row ? first->h_mm * g_rand_double_range(random, 0.35, 0.6) : 0;
    GArray *stroke = calibration_strokes_add(strokes);
    calibration_strokes_point(stroke, first->x_mm - first->w_mm / 2 - over, first->y_mm + swing);
    for (guint i = 0; i < field->options->len; i++) {
        const FormOption *o = &g_array_index(field->options, FormOption, i);
        swing = -swing;
        if (i + 1 < field->options->len && row) {
            const FormOption *next = o + 1;
            calibration_strokes_point(stroke, (o->x_mm + next->x_mm) / 2, (o->y_mm + next->y_mm) / 2 + swing);
        } else if (!row) {
            calibration_strokes_point(stroke, o->x_mm + calibration_normal(random, 0.1) * o->w_mm,
                                      o->y_mm + calibration_normal(random, 0.1) * o->h_mm);
        }
    }
    calibration_strokes_point(stroke, last->x_mm + last->w_mm / 2 + over, last->y_mm + swing);
    strokes->straight = TRUE;
}

/* Across a block of rows: a diagonal, an X or a Z. */
static void
through_block(CalibrationStrokes *strokes, const Extent *extent, GRand *random)
{
    double over = g_rand_double_range(random, 0, 2.5), in = g_rand_double_range(random, 0.5, 2);
    CalibrationPoint corners[4] = {{extent->left - over, extent->top + in},
                                   {extent->right + over, extent->top + in},
                                   {extent->left - over, extent->bottom - in},
                                   {extent->right + over, extent->bottom - in}};
    switch (g_rand_int_range(random, 0, 3)) {
    case 0:
        calibration_strokes_line(strokes, corners[2], corners[1], random);
        break;
    case 1:
        calibration_strokes_line(strokes, corners[0], corners[3], random);
        calibration_strokes_line(strokes, corners[1], corners[2], random);
        break;
    default: {
        GArray *stroke = calibration_strokes_add(strokes);
        for (int i = 0; i < 4; i++)
            calibration_strokes_point(stroke, corners[i].x, corners[i].y);
        strokes->straight = TRUE;
    }
    }
}

/* Whether the strokes keep off all options but those of fields `from` … `to` - 1 of the page. */
static gboolean
keeps_off(const CalibrationStrokes *strokes, const FormPage *page, guint from, guint to)
{
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint k = 0; (i < from || i >= to) && k < field->options->len; k++)
            if (calibration_strokes_near(strokes, &g_array_index(field->options, FormOption, k), 0.6))
                return FALSE;
    }
    return calibration_slip_is_free(strokes, page, 0.6);
}

/* Takes the strokes as a slip of the page and tells the truth of fields `from` … `to` - 1. */
static void
strike_fields(CalibrationRespondent *respondent, const FormPage *page, CalibrationStrokes *strokes,
              guint from, guint to)
{
    for (guint i = from; i < to; i++)
        calibration_answer_of(respondent, g_ptr_array_index(page->fields, i))->struck = TRUE;
    calibration_slip_tell(respondent, page, strokes, CALIBRATION_MARK_STRUCK_OUT);
    calibration_slip_add(respondent, page, strokes);
}

/* Leaves nothing marked in the answer, or takes what is marked back. */
static void
void_answer(CalibrationAnswer *answer, gboolean unmark)
{
    for (guint i = 0; i < answer->field->options->len; i++) {
        CalibrationPosition *position = &answer->positions[i];
        if (unmark)
            *position = (CalibrationPosition){.kind = CALIBRATION_MARK_NONE};
        else if (position->state == FORM_MARK_MARKED)
            position->state = FORM_MARK_CANCELLED;
    }
}

static gboolean
is_corrected(const CalibrationAnswer *answer)
{
    for (guint i = 0; i < answer->field->options->len; i++)
        if (answer->positions[i].state == FORM_MARK_CANCELLED)
            return TRUE;
    return FALSE;
}

static void
strike_field(CalibrationRespondent *respondent, const FormPage *page, guint index, GRand *random)
{
    CalibrationAnswer *answer = calibration_answer_of(respondent, g_ptr_array_index(page->fields, index));
    gboolean wanted = calibration_chance(random, respondent->habits.struck_out);
    if (!wanted || !answer->positions || answer->struck || answer->field->options->len < 2 ||
        is_corrected(answer))
        return;
    g_auto(CalibrationStrokes) strokes;
    calibration_strokes_init(&strokes);
    through_field(&strokes, answer->field, random);
    if (!keeps_off(&strokes, page, index, index + 1))
        return;
    void_answer(answer, calibration_chance(random, 0.5));
    strike_fields(respondent, page, &strokes, index, index + 1);
}

/* Whether two fields are rows of one grid. */
static gboolean
same_columns(const FormField *a, const FormField *b)
{
    guint n = a->options->len;
    if (a->type != FORM_SELECT_ONE || b->type != FORM_SELECT_ONE || n < 2 || n != b->options->len)
        return FALSE;
    for (guint i = 0; i < n; i++)
        if (fabs(g_array_index(a->options, FormOption, i).x_mm -
                 g_array_index(b->options, FormOption, i).x_mm) > 0.5)
            return FALSE;
    return TRUE;
}

static guint
block_length(const FormPage *page, guint from)
{
    guint n = 1;
    while (from + n < page->fields->len &&
           same_columns(g_ptr_array_index(page->fields, from), g_ptr_array_index(page->fields, from + n)))
        n++;
    return n;
}

/* Three to eight rows of a grid, left unanswered. */
static void
strike_block(CalibrationRespondent *respondent, const FormPage *page, GRand *random)
{
    if (page->fields->len < 3)
        return;
    guint from = (guint)g_rand_int_range(random, 0, (gint32)page->fields->len - 2);
    guint wanted = (guint)g_rand_int_range(random, 3, 9), rows = MIN(block_length(page, from), wanted);
    if (rows < 3)
        return;
    Extent extent = nothing;
    for (guint i = from; i < from + rows; i++)
        widen(&extent, g_ptr_array_index(page->fields, i));
    g_auto(CalibrationStrokes) strokes;
    calibration_strokes_init(&strokes);
    through_block(&strokes, &extent, random);
    if (!keeps_off(&strokes, page, from, from + rows))
        return;
    for (guint i = from; i < from + rows; i++)
        void_answer(calibration_answer_of(respondent, g_ptr_array_index(page->fields, i)), TRUE);
    strike_fields(respondent, page, &strokes, from, from + rows);
}

void
calibration_strike_plan(CalibrationRespondent *respondent, const FormPage *page)
{
    const CalibrationHabits *habits = &respondent->habits;
    if (habits->struck_out <= 0 && habits->struck_part <= 0)
        return;
    g_autoptr(GRand) random = calibration_random(respondent->seed, respondent->serial, page->page, "strike");
    if (calibration_chance(random, habits->struck_part))
        strike_block(respondent, page, random);
    for (guint i = 0; i < page->fields->len; i++)
        if (form_type_is_select(((const FormField *)g_ptr_array_index(page->fields, i))->type))
            strike_field(respondent, page, i, random);
}
