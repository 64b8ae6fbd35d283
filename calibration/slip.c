/* Slips of the pen: what lies on paper and is no answer. */
#include <math.h>

#include "people-private.h"

/* Nearer than this something is beside a position. */
#define BESIDE_MM 1.5

CalibrationSlip *
calibration_slip_add(CalibrationRespondent *respondent, const FormPage *page, CalibrationStrokes *strokes)
{
    CalibrationSlip *slip = g_new0(CalibrationSlip, 1);
    slip->page = page->page;
    slip->strokes = *strokes;
    calibration_strokes_init(strokes);
    g_ptr_array_add(respondent->slips, slip);
    return slip;
}

void
calibration_slip_free(gpointer data)
{
    CalibrationSlip *slip = data;
    calibration_strokes_clear(&slip->strokes);
    g_free(slip->text);
    g_free(slip);
}

static gboolean
meets(const CalibrationStrokes *strokes, const FormRect *rect, double margin_mm)
{
    FormOption area = {.x_mm = rect->x_mm + rect->w_mm / 2,
                       .y_mm = rect->y_mm + rect->h_mm / 2,
                       .w_mm = rect->w_mm,
                       .h_mm = rect->h_mm};
    return calibration_strokes_near(strokes, &area, margin_mm);
}

gboolean
calibration_slip_is_free(const CalibrationStrokes *strokes, const FormPage *page, double margin_mm)
{
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        if (field->has_box && meets(strokes, &field->box, margin_mm))
            return FALSE;
    }
    for (guint i = 0; i < page->qr->len; i++)
        if (meets(strokes, &g_array_index(page->qr, FormRect, i), margin_mm))
            return FALSE;
    for (guint i = 0; i < page->fiducials->len; i++)
        if (meets(strokes, &g_array_index(page->fiducials, FormRect, i), margin_mm))
            return FALSE;
    return TRUE;
}

void
calibration_slip_tell(CalibrationRespondent *respondent, const FormPage *page,
                      const CalibrationStrokes *strokes, CalibrationMarkKind crossed)
{
    /* The thin end of a quick stroke is shorter than one keeps clear for. */
    CalibrationStrokes lines = *strokes;
    lines.quick = FALSE;
    for (guint i = 0; i < page->fields->len; i++) {
        CalibrationAnswer *answer = calibration_answer_of(respondent, g_ptr_array_index(page->fields, i));
        for (guint k = 0; answer && answer->positions && k < answer->field->options->len; k++) {
            CalibrationPosition *position = &answer->positions[k];
            const FormOption *option = calibration_answer_option(answer, k);
            gboolean struck =
                crossed == CALIBRATION_MARK_STRUCK_OUT && position->state == FORM_MARK_CANCELLED;
            if ((position->kind != CALIBRATION_MARK_NONE && position->kind != CALIBRATION_MARK_BESIDE &&
                 !struck) ||
                !calibration_strokes_near(strokes, option, BESIDE_MM))
                continue;
            /* Through the rectangle within the ellipse: less only grazes it. */
            double graze_mm = 0.147 * MIN(option->w_mm, option->h_mm);
            position->kind =
                calibration_strokes_near(&lines, option, -graze_mm) ? crossed : CALIBRATION_MARK_BESIDE;
        }
    }
}

/* A fill that runs over its rim would be a mark crossed out if the stroke were taken for the answer. */
static gboolean
has_overflow(const CalibrationAnswer *answer)
{
    for (guint i = 0; i < answer->field->options->len; i++)
        if (answer->positions[i].kind == CALIBRATION_MARK_OVERFLOW)
            return TRUE;
    return FALSE;
}

/* Whether the stroke stays off everything that is marked, has a mark's tail or is struck out. */
static gboolean
spares_marks(const CalibrationRespondent *respondent, const FormPage *page, const CalibrationStrokes *strokes)
{
    for (guint i = 0; i < page->fields->len; i++) {
        const CalibrationAnswer *answer =
            calibration_answer_of(respondent, g_ptr_array_index(page->fields, i));
        gboolean touchy = answer->struck || (answer->positions && has_overflow(answer));
        for (guint k = 0; answer->positions && k < answer->field->options->len; k++) {
            const CalibrationPosition *position = &answer->positions[k];
            gboolean empty =
                position->kind == CALIBRATION_MARK_NONE || position->kind == CALIBRATION_MARK_BESIDE;
            if ((!empty || touchy) &&
                calibration_strokes_near(strokes, calibration_answer_option(answer, k), 1.2))
                return FALSE;
        }
    }
    return TRUE;
}

/* A stroke through a bubble, from well outside to well outside. */
static void
stray_through(CalibrationStrokes *strokes, const FormOption *option, GRand *random)
{
    FormOption target = calibration_mark_target(option);
    double size = MAX(target.w_mm, target.h_mm), angle = g_rand_double_range(random, 0, 2 * G_PI);
    double co = cos(angle), si = sin(angle),
           off = MIN(target.w_mm, target.h_mm) * calibration_normal(random, 0.13);
    double x = target.x_mm - si * off, y = target.y_mm + co * off;
    double before = size * g_rand_double_range(random, 1.5, 4),
           after = size * g_rand_double_range(random, 1.4, 3.5);
    double bow = calibration_normal(random, 0.06), length = before + after;
    GArray *stroke = calibration_strokes_add(strokes);
    for (int i = 0; i <= 4; i++) {
        double at = length * i / 4 - before, side = bow * 4 * at * at / length;
        calibration_strokes_point(stroke, x + co * at - si * side, y + si * at + co * side);
    }
    strokes->quick = calibration_chance(random, 0.7);
}

static gboolean
is_on_page(const CalibrationStrokes *strokes, const FormPackage *package)
{
    for (guint i = 0; i < strokes->strokes->len; i++) {
        const GArray *stroke = g_ptr_array_index(strokes->strokes, i);
        for (guint k = 0; k < stroke->len; k++) {
            const CalibrationPoint *p = &g_array_index(stroke, CalibrationPoint, k);
            if (p->x < 2 || p->y < 2 || p->x > package->width_mm - 2 || p->y > package->height_mm - 2)
                return FALSE;
        }
    }
    return TRUE;
}

/* All empty positions that a slip may cross: of FormOption, not owned. */
static GPtrArray *
untouched(const CalibrationRespondent *respondent, const FormPage *page)
{
    GPtrArray *all = g_ptr_array_new();
    for (guint i = 0; i < page->fields->len; i++) {
        const CalibrationAnswer *answer =
            calibration_answer_of(respondent, g_ptr_array_index(page->fields, i));
        for (guint k = 0; answer->positions && !answer->struck && k < answer->field->options->len; k++)
            if (answer->positions[k].kind == CALIBRATION_MARK_NONE)
                g_ptr_array_add(all, (gpointer)calibration_answer_option(answer, k));
    }
    return all;
}

static void
plan_stray(CalibrationRespondent *respondent, const FormPage *page, GRand *random)
{
    g_autoptr(GPtrArray) empty = untouched(respondent, page);
    for (int tries = 0; tries < 12 && empty->len > 0; tries++) {
        const FormOption *option =
            g_ptr_array_index(empty, (guint)g_rand_int_range(random, 0, (gint32)empty->len));
        g_auto(CalibrationStrokes) strokes;
        calibration_strokes_init(&strokes);
        stray_through(&strokes, option, random);
        if (!spares_marks(respondent, page, &strokes) || !calibration_slip_is_free(&strokes, page, 0.8) ||
            !is_on_page(&strokes, respondent->package))
            continue;
        calibration_slip_tell(respondent, page, &strokes, CALIBRATION_MARK_STRAY);
        calibration_slip_add(respondent, page, &strokes);
        return;
    }
}

static void
plan_specks(CalibrationRespondent *respondent, const FormPage *page, GRand *random)
{
    for (guint i = 0; respondent->habits.speck > 0 && i < page->fields->len; i++) {
        CalibrationAnswer *answer = calibration_answer_of(respondent, g_ptr_array_index(page->fields, i));
        for (guint k = 0; answer->positions && !answer->struck && k < answer->field->options->len; k++)
            if (answer->positions[k].kind == CALIBRATION_MARK_NONE &&
                calibration_chance(random, respondent->habits.speck))
                answer->positions[k].kind = CALIBRATION_MARK_SPECK;
    }
}

void
calibration_slip_plan(CalibrationRespondent *respondent, const FormPage *page)
{
    g_autoptr(GRand) random = calibration_random(respondent->seed, respondent->serial, page->page, "slips");
    calibration_tail_plan(respondent, page, random);
    plan_specks(respondent, page, random);
    if (calibration_chance(random, respondent->habits.stray))
        plan_stray(respondent, page, random);
    calibration_note_plan(respondent, page, random);
}

static void
draw_note(const CalibrationRespondent *respondent, const CalibrationSlip *slip, const CalibrationInk *ink,
          cairo_t *cr, GRand *random)
{
    FormField field = {.box = {0, -slip->around.h_mm, slip->around.w_mm, slip->around.h_mm}};
    cairo_save(cr);
    cairo_translate(cr, slip->around.x_mm, slip->around.y_mm);
    if (slip->upward)
        cairo_rotate(cr, -G_PI / 2);
    calibration_writing_draw(&respondent->hand, ink, &field, slip->text, cr, random);
    cairo_restore(cr);
}

void
calibration_slip_draw(const CalibrationRespondent *respondent, int page, const CalibrationInk *ink,
                      cairo_t *cr)
{
    g_autoptr(GRand) random = calibration_random(respondent->seed, respondent->serial, page, "draw slips");
    for (guint i = 0; i < respondent->slips->len; i++) {
        const CalibrationSlip *slip = g_ptr_array_index(respondent->slips, i);
        if (slip->page != page)
            continue;
        if (slip->text)
            draw_note(respondent, slip, ink, cr, random);
        else
            calibration_strokes_draw(&slip->strokes, ink, cr, random);
    }
}
