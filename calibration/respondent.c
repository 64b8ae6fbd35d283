/* The respondent: which answers, and their marks and words on the page. */
#include <math.h>
#include <string.h>

#include "people-private.h"

static void
answer_free(gpointer data)
{
    CalibrationAnswer *answer = data;
    g_free(answer->value);
    g_free(answer->positions);
    g_free(answer);
}

/* Whether an option asks for words beside it ("other"): rarer than the rest. */
static gboolean
has_write_in(const FormPackage *package, const FormField *field, const char *value)
{
    for (guint i = 0; i < package->questions->len; i++) {
        const FormQuestion *question = g_ptr_array_index(package->questions, i);
        if (g_strcmp0(question->write_in_of, field->name) == 0 &&
            g_strcmp0(question->write_in_value, value) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Whether other questions share this one's choices: then they are a scale. */
static gboolean
is_scale(const FormPackage *package, const FormField *field)
{
    const FormQuestion *own = form_package_question(package, field->name);
    if (!own || !own->list)
        return field->options->len >= 3;
    for (guint i = 0; i < package->questions->len; i++) {
        const FormQuestion *question = g_ptr_array_index(package->questions, i);
        if (question != own && g_strcmp0(question->list, own->list) == 0)
            return TRUE;
    }
    return FALSE;
}

/* One of the options that are still empty, a write-in less often than the rest; some option must be empty. */
static guint
choose_empty(const CalibrationRespondent *respondent, const CalibrationAnswer *answer, GRand *random)
{
    guint n = answer->field->options->len;
    g_autofree double *weights = g_new0(double, n);
    for (guint i = 0; i < n; i++)
        if (answer->positions[i].state == FORM_MARK_EMPTY)
            weights[i] =
                has_write_in(respondent->package, answer->field, calibration_answer_option(answer, i)->value)
                    ? 0.3
                    : 1;
    return (guint)calibration_pick(random, weights, (int)n);
}

/* The option whose turn it is in this copy of a deck: another one in each field, so that no copy looks like
 * one column. */
static guint
option_in_turn(const CalibrationRespondent *respondent, const CalibrationAnswer *answer)
{
    return ((guint)respondent->habits.turn + respondent->answers->len) % answer->field->options->len;
}

static guint
choose_option(const CalibrationRespondent *respondent, const CalibrationAnswer *answer, GRand *random)
{
    guint n = answer->field->options->len;
    if (respondent->habits.turn > 0)
        return option_in_turn(respondent, answer);
    if (n < 3 || !is_scale(respondent->package, answer->field))
        return choose_empty(respondent, answer, random);
    double place = respondent->mood + calibration_normal(random, respondent->firmness);
    return (guint)CLAMP(floor(place * n), 0, n - 1.0);
}

/* Another option than `taken`. */
static guint
choose_other(guint n, guint taken, GRand *random)
{
    guint other = (guint)g_rand_int_range(random, 0, (gint32)n - 1);
    return other < taken ? other : other + 1;
}

static void
answer_one(const CalibrationRespondent *respondent, CalibrationAnswer *answer, GRand *random)
{
    guint n = answer->field->options->len;
    guint chosen = choose_option(respondent, answer, random);
    answer->positions[chosen].state = FORM_MARK_MARKED;
    gboolean doubled = n > 1 && calibration_chance(random, respondent->habits.doubled);
    gboolean corrected = n > 1 && !doubled && calibration_chance(random, respondent->habits.corrected);
    if (doubled || corrected)
        answer->positions[choose_other(n, chosen, random)].state =
            doubled ? FORM_MARK_MARKED : FORM_MARK_CANCELLED;
}

static void
answer_several(const CalibrationRespondent *respondent, CalibrationAnswer *answer, GRand *random)
{
    static const double share[] = {0, 0.3, 0.35, 0.2, 0.15}; /* of 1 … 4 marks */
    guint n = answer->field->options->len;
    guint marks = (guint)calibration_pick(random, share, G_N_ELEMENTS(share));
    if (respondent->habits.turn > 0) {
        answer->positions[option_in_turn(respondent, answer)].state = FORM_MARK_MARKED;
        marks--;
    }
    /* Drawn from what is left, not drawn again until it fits: that has no bound, however rarely it shows. */
    for (guint i = 0; i < MIN(marks, n); i++)
        answer->positions[choose_empty(respondent, answer, random)].state = FORM_MARK_MARKED;
}

/* What the marks say: nothing where one is asked for and there are two. */
static void
tell_value(CalibrationAnswer *answer)
{
    GString *value = g_string_new(NULL);
    int marked = 0;
    for (guint i = 0; i < answer->field->options->len; i++)
        if (answer->positions[i].state == FORM_MARK_MARKED && ++marked)
            g_string_append_printf(value, "%s%s", value->len ? " " : "",
                                   calibration_answer_option(answer, i)->value);
    if (answer->field->type == FORM_SELECT_ONE && marked > 1)
        g_string_truncate(value, 0);
    answer->value = g_string_free(value, FALSE);
}

/* A write-in is only written where its option is marked. */
static gboolean
is_asked(const CalibrationRespondent *respondent, const FormQuestion *question)
{
    if (!question || !question->write_in_of)
        return TRUE;
    const CalibrationAnswer *select = g_hash_table_lookup(respondent->by_name, question->write_in_of);
    if (!select || !select->positions)
        return FALSE;
    for (guint i = 0; i < select->field->options->len; i++)
        if (select->positions[i].state == FORM_MARK_MARKED &&
            g_strcmp0(calibration_answer_option(select, i)->value, question->write_in_value) == 0)
            return TRUE;
    return FALSE;
}

static void
answer_box(const CalibrationRespondent *respondent, CalibrationAnswer *answer, GRand *random)
{
    const FormQuestion *question = form_package_question(respondent->package, answer->field->name);
    if (!answer->field->has_box || !is_asked(respondent, question))
        return;
    if (calibration_chance(random, respondent->habits.written))
        answer->value = calibration_answer_text(answer->field, question, random);
}

static void
answer_select(const CalibrationRespondent *respondent, CalibrationAnswer *answer, GRand *random)
{
    guint n = answer->field->options->len;
    answer->positions = g_new0(CalibrationPosition, n);
    for (guint i = 0; i < n; i++)
        answer->positions[i].kind = CALIBRATION_MARK_NONE;
    if (!calibration_chance(random, respondent->habits.blank)) {
        if (answer->field->type == FORM_SELECT_ONE)
            answer_one(respondent, answer, random);
        else
            answer_several(respondent, answer, random);
    }
    calibration_manner_plan(respondent, answer);
}

static void
answer_field(CalibrationRespondent *respondent, const FormPage *page, const FormField *field)
{
    CalibrationAnswer *answer = g_new0(CalibrationAnswer, 1);
    answer->field = field;
    answer->page = page;
    g_ptr_array_add(respondent->answers, answer);
    g_autoptr(GRand) random = calibration_answer_random(respondent, answer, "answer");
    if (form_type_is_select(field->type) && field->options->len > 0)
        answer_select(respondent, answer, random);
    else if (field->type != FORM_NOTE && !form_type_is_select(field->type))
        answer_box(respondent, answer, random);
    g_hash_table_insert(respondent->by_name, field->name, answer);
}

/* Selects before boxes: whether a write-in is asked depends on a select, wherever that stands. */
static void
answer_fields(CalibrationRespondent *respondent, gboolean selects)
{
    for (guint i = 0; i < respondent->package->pages->len; i++) {
        const FormPage *page = g_ptr_array_index(respondent->package->pages, i);
        for (guint k = 0; k < page->fields->len; k++) {
            const FormField *field = g_ptr_array_index(page->fields, k);
            if (form_type_is_select(field->type) == selects)
                answer_field(respondent, page, field);
        }
    }
}

static void
answer_all(CalibrationRespondent *respondent)
{
    const GPtrArray *pages = respondent->package->pages;
    answer_fields(respondent, TRUE);
    for (guint i = 0; i < pages->len; i++)
        calibration_strike_plan(respondent, g_ptr_array_index(pages, i));
    for (guint i = 0; i < respondent->answers->len; i++)
        if (((CalibrationAnswer *)g_ptr_array_index(respondent->answers, i))->positions)
            tell_value(g_ptr_array_index(respondent->answers, i));
    answer_fields(respondent, FALSE);
    for (guint i = 0; i < respondent->answers->len; i++) {
        CalibrationAnswer *answer = g_ptr_array_index(respondent->answers, i);
        if (!answer->value)
            answer->value = g_strdup("");
    }
    for (guint i = 0; i < pages->len; i++)
        calibration_slip_plan(respondent, g_ptr_array_index(pages, i));
}

CalibrationRespondent *
calibration_respondent_new(const FormPackage *package, const CalibrationHabits *habits, guint32 seed,
                           const char *serial)
{
    CalibrationRespondent *respondent = g_new0(CalibrationRespondent, 1);
    respondent->package = package;
    respondent->habits = *habits;
    respondent->seed = seed;
    respondent->serial = g_strdup(serial);
    respondent->answers = g_ptr_array_new_with_free_func(answer_free);
    respondent->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    respondent->slips = g_ptr_array_new_with_free_func(calibration_slip_free);
    g_autoptr(GRand) random = calibration_random(seed, serial, 0, "person");
    calibration_hand_init(&respondent->hand, habits, random);
    g_autoptr(GRand) pen = calibration_random(seed, serial, 0, "hand");
    calibration_hand_init_pen(&respondent->hand, habits, pen);
    respondent->mood = calibration_normal_within(random, 0.66, 0.15, 0.05, 0.98);
    /* One in twelve gives nearly the same answer everywhere. */
    respondent->firmness =
        calibration_chance(random, 1 / 12.0) ? 0.02 : g_rand_double_range(random, 0.12, 0.3);
    answer_all(respondent);
    return respondent;
}

void
calibration_respondent_free(CalibrationRespondent *respondent)
{
    if (!respondent)
        return;
    g_ptr_array_unref(respondent->slips);
    g_hash_table_unref(respondent->by_name);
    g_ptr_array_unref(respondent->answers);
    g_free(respondent->serial);
    g_free(respondent);
}

const char *
calibration_respondent_value(const CalibrationRespondent *respondent, const char *field)
{
    const CalibrationAnswer *answer = g_hash_table_lookup(respondent->by_name, field);
    return answer ? answer->value : NULL;
}

CalibrationAnswer *
calibration_answer_of(const CalibrationRespondent *respondent, const FormField *field)
{
    return g_hash_table_lookup(respondent->by_name, field->name);
}

static const CalibrationPosition *
position_of(const CalibrationRespondent *respondent, const char *field, const char *option)
{
    const CalibrationAnswer *answer = g_hash_table_lookup(respondent->by_name, field);
    for (guint i = 0; answer && answer->positions && i < answer->field->options->len; i++)
        if (g_strcmp0(calibration_answer_option(answer, i)->value, option) == 0)
            return &answer->positions[i];
    return NULL;
}

FormMarkState
calibration_respondent_mark(const CalibrationRespondent *respondent, const char *field, const char *option)
{
    const CalibrationPosition *position = position_of(respondent, field, option);
    return position ? position->state : FORM_MARK_EMPTY;
}

CalibrationMarkKind
calibration_respondent_kind(const CalibrationRespondent *respondent, const char *field, const char *option)
{
    const CalibrationPosition *position = position_of(respondent, field, option);
    return position ? position->kind : CALIBRATION_MARK_NONE;
}

double
calibration_respondent_darkness(const CalibrationRespondent *respondent)
{
    g_autoptr(GRand) random = calibration_random(respondent->seed, respondent->serial, 0, "pen");
    return calibration_ink_darkness(&respondent->hand, random);
}

/* Whether something on the page was erased. */
static gboolean
needs_residue(const CalibrationRespondent *respondent, int page)
{
    for (guint i = 0; i < respondent->answers->len; i++) {
        const CalibrationAnswer *answer = g_ptr_array_index(respondent->answers, i);
        for (guint k = 0; answer->positions && answer->page->page == page && k < answer->field->options->len;
             k++)
            if (answer->positions[k].kind == CALIBRATION_MARK_ERASED)
                return TRUE;
    }
    return FALSE;
}

void
calibration_respondent_draw(const CalibrationRespondent *respondent, int page, cairo_t *cr)
{
    CalibrationInk ink;
    g_autoptr(GRand) random = calibration_random(respondent->seed, respondent->serial, 0, "pen");
    calibration_ink_init(&ink, &respondent->hand, random);
    if (needs_residue(respondent, page))
        calibration_ink_init_residue(&ink, &respondent->hand, random);
    cairo_save(cr);
    cairo_scale(cr, 72 / 25.4, 72 / 25.4);
    for (guint i = 0; i < respondent->answers->len; i++) {
        const CalibrationAnswer *answer = g_ptr_array_index(respondent->answers, i);
        if (answer->page->page == page)
            calibration_manner_draw(respondent, answer, &ink, cr);
    }
    calibration_slip_draw(respondent, page, &ink, cr);
    cairo_restore(cr);
    calibration_ink_clear(&ink);
}
