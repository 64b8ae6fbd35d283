/* What people ring, underline and write beside the questions. */
#include <math.h>

#include "people-private.h"

static const char *const notes[] = {"xem lại", "không rõ", "không biết", "đã hỏi",  "ok",       "chưa làm",
                                    "?",       "lần 2",    "hỏi vợ",     "ghi sau", "không có", "tùy lúc"};

/* The leftmost option of a field that is marked, or NULL. */
static const FormOption *
leftmost(const FormField *field)
{
    const FormOption *left = NULL;
    for (guint i = 0; i < field->options->len; i++) {
        const FormOption *option = &g_array_index(field->options, FormOption, i);
        if (!left || option->x_mm < left->x_mm)
            left = option;
    }
    return left;
}

static const FormOption *
any_row(const FormPage *page, GRand *random)
{
    return leftmost(
        g_ptr_array_index(page->fields, (guint)g_rand_int_range(random, 0, (gint32)page->fields->len)));
}

static gboolean
keeps_off_options(const CalibrationStrokes *strokes, const FormPage *page, double margin_mm)
{
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint k = 0; k < field->options->len; k++)
            if (calibration_strokes_near(strokes, &g_array_index(field->options, FormOption, k), margin_mm))
                return FALSE;
    }
    return TRUE;
}

static void
add_ellipse(CalibrationStrokes *strokes, CalibrationPoint centre, double a, double b, GRand *random)
{
    GArray *stroke = calibration_strokes_add(strokes);
    double start = g_rand_double_range(random, -2.4, -0.6), sweep = g_rand_double_range(random, 6.0, 7.0);
    double drift = calibration_normal(random, 0.06);
    for (int i = 0; i <= 18; i++) {
        double t = start - sweep * i / 18, r = 1 + drift * (i / 18.0 - 0.5);
        calibration_strokes_point(stroke, centre.x + a * r * cos(t), centre.y + b * r * sin(t));
    }
}

/* Around the number of a question, or around words of its label close to the first option. The number is at
 * the page's margin, in a grid on the row's height, else a line above. */
static void
add_ring(CalibrationStrokes *strokes, const FormOption *option, GRand *random)
{
    gboolean grid = option->x_mm > 60;
    if (grid && calibration_chance(random, 0.4)) {
        double a = g_rand_double_range(random, 5, 16);
        double x = option->x_mm - option->w_mm / 2 - a - g_rand_double_range(random, 1.0, 4);
        add_ellipse(strokes, (CalibrationPoint){x, option->y_mm}, a, g_rand_double_range(random, 2.4, 3.4),
                    random);
        return;
    }
    CalibrationPoint number = {grid ? 19 : 17.5, option->y_mm - (grid ? 0 : 6.2)};
    add_ellipse(strokes, number, g_rand_double_range(random, 2.6, 4), g_rand_double_range(random, 2.2, 3),
                random);
}

/* Below the label, up to the options or on between the rows. */
static void
add_underline(CalibrationStrokes *strokes, const FormOption *option, GRand *random)
{
    double y = option->y_mm + option->h_mm / 2 + g_rand_double_range(random, 0.3, 1.0);
    double from = g_rand_double_range(random, 16, MAX(17, option->x_mm - 20));
    double to = calibration_chance(random, 0.5)
                    ? option->x_mm - option->w_mm / 2 - g_rand_double_range(random, 0.5, 8)
                    : from + g_rand_double_range(random, 40, 160);
    double slope = calibration_normal(random, 0.003);
    calibration_strokes_line(strokes, (CalibrationPoint){from, y},
                             (CalibrationPoint){MAX(to, from + 6), y + slope * (to - from)}, random);
    GArray *line = g_ptr_array_index(strokes->strokes, 0);
    g_array_index(line, CalibrationPoint, 1).y =
        y + slope * (to - from) / 2 + calibration_normal(random, 0.15);
}

typedef void (*AddStrokes)(CalibrationStrokes *strokes, const FormOption *option, GRand *random);

static void
plan_beside(CalibrationRespondent *respondent, const FormPage *page, AddStrokes add, GRand *random)
{
    for (int tries = 0; tries < 8; tries++) {
        const FormOption *option = any_row(page, random);
        g_auto(CalibrationStrokes) strokes;
        calibration_strokes_init(&strokes);
        if (option)
            add(&strokes, option, random);
        if (!option || !keeps_off_options(&strokes, page, 0.6) ||
            !calibration_slip_is_free(&strokes, page, 0.8))
            continue;
        calibration_slip_tell(respondent, page, &strokes, CALIBRATION_MARK_BESIDE);
        calibration_slip_add(respondent, page, &strokes);
        return;
    }
}

/* A rectangle's outline and middle as strokes, to see what it meets. */
static void
add_rectangle(CalibrationStrokes *strokes, const FormRect *rect)
{
    for (double y = rect->y_mm; y < rect->y_mm + rect->h_mm + 0.9; y += 1) {
        GArray *stroke = calibration_strokes_add(strokes);
        calibration_strokes_point(stroke, rect->x_mm, MIN(y, rect->y_mm + rect->h_mm));
        calibration_strokes_point(stroke, rect->x_mm + rect->w_mm, MIN(y, rect->y_mm + rect->h_mm));
    }
}

/* Words: in the margin, upwards; or between the label and the options. */
static void
plan_note(CalibrationRespondent *respondent, const FormPage *page, GRand *random)
{
    const FormPackage *package = respondent->package;
    const char *text = notes[g_rand_int_range(random, 0, G_N_ELEMENTS(notes))];
    double h_mm = g_rand_double_range(random, 5, 7.5);
    double w_mm = 6 + 2.3 * (double)g_utf8_strlen(text, -1);
    for (int tries = 0; tries < 8; tries++) {
        const FormOption *option = any_row(page, random);
        gboolean upward = calibration_chance(random, 0.5);
        if (!option)
            continue;
        double y = option->y_mm + h_mm / 2 + calibration_normal(random, 1);
        double x =
            upward ? (calibration_chance(random, 0.5) ? g_rand_double_range(random, 8, 14)
                                                      : package->width_mm - g_rand_double_range(random, 1, 9))
                   : option->x_mm - option->w_mm / 2 - w_mm - g_rand_double_range(random, 1, 12);
        FormRect read = {x, y, w_mm, h_mm};
        FormRect covers =
            upward ? (FormRect){x - h_mm, y - w_mm, h_mm, w_mm} : (FormRect){x, y - h_mm, w_mm, h_mm};
        g_auto(CalibrationStrokes) area;
        calibration_strokes_init(&area);
        add_rectangle(&area, &covers);
        if (covers.x_mm < 3 || covers.y_mm < 3 || !keeps_off_options(&area, page, 0.8) ||
            !calibration_slip_is_free(&area, page, 1))
            continue;
        calibration_slip_tell(respondent, page, &area, CALIBRATION_MARK_BESIDE);
        CalibrationSlip *slip = calibration_slip_add(respondent, page, &area);
        slip->text = g_strdup(text);
        slip->around = read;
        slip->upward = upward;
        return;
    }
}

void
calibration_note_plan(CalibrationRespondent *respondent, const FormPage *page, GRand *random)
{
    const CalibrationHabits *habits = &respondent->habits;
    if (page->fields->len == 0)
        return;
    if (calibration_chance(random, habits->ringed))
        plan_beside(respondent, page, add_ring, random);
    if (calibration_chance(random, habits->underlined))
        plan_beside(respondent, page, add_underline, random);
    if (calibration_chance(random, habits->noted))
        plan_note(respondent, page, random);
}
