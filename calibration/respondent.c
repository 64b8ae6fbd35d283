/* The respondent: which answers, and their marks and words on the page. */
#include <math.h>
#include <string.h>

#include "simulation-private.h"

/* Careful people, as most of a delivery: docs/simulation.md says where the shares come from. */
const CalibrationHabits calibration_habits_ordinary = {
    .kind = {0.45, 0.25, 0.22, 0.08},
    .pen = {0.45, 0.45, 0.10},
    .blank = 0.01,
    .corrected = 0.006,
    .doubled = 0.001,
    .written = 0.5,
    .pencil_contrast = 0.45,
};

/* Share of single marks that are made in another way than the person's own. */
#define OTHER_KIND 0.02

typedef struct {
    const FormField *field;
    const FormPage *page;
    char *value;          /* the truth */
    FormMarkState *marks; /* one an option; NULL for a box */
} Answer;

struct CalibrationRespondent {
    const FormPackage *package;
    CalibrationHabits habits;
    guint32 seed;
    char *serial;
    CalibrationHand hand;
    double mood;     /* where on a scale this person mostly answers, 0 first … 1 last option */
    double firmness; /* standard deviation about it */
    GPtrArray *answers;
    GHashTable *by_name; /* name -> Answer, in answers */
};

static void
answer_free(gpointer data)
{
    Answer *answer = data;
    g_free(answer->value);
    g_free(answer->marks);
    g_free(answer);
}

static FormOption *
option_at(const FormField *field, guint i)
{
    return &g_array_index(field->options, FormOption, i);
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
choose_empty(const CalibrationRespondent *respondent, const Answer *answer, GRand *random)
{
    guint n = answer->field->options->len;
    g_autofree double *weights = g_new0(double, n);
    for (guint i = 0; i < n; i++)
        if (answer->marks[i] == FORM_MARK_EMPTY)
            weights[i] = has_write_in(respondent->package, answer->field, option_at(answer->field, i)->value)
                             ? 0.3
                             : 1;
    return (guint)calibration_pick(random, weights, (int)n);
}

static guint
choose_option(const CalibrationRespondent *respondent, const Answer *answer, GRand *random)
{
    guint n = answer->field->options->len;
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
answer_one(const CalibrationRespondent *respondent, Answer *answer, GRand *random)
{
    guint n = answer->field->options->len;
    guint chosen = choose_option(respondent, answer, random);
    answer->marks[chosen] = FORM_MARK_MARKED;
    gboolean doubled = n > 1 && calibration_chance(random, respondent->habits.doubled);
    gboolean corrected = n > 1 && !doubled && calibration_chance(random, respondent->habits.corrected);
    if (doubled || corrected)
        answer->marks[choose_other(n, chosen, random)] = doubled ? FORM_MARK_MARKED : FORM_MARK_CANCELLED;
    answer->value = g_strdup(doubled ? "" : option_at(answer->field, chosen)->value);
}

static void
answer_several(const CalibrationRespondent *respondent, Answer *answer, GRand *random)
{
    static const double share[] = {0, 0.3, 0.35, 0.2, 0.15}; /* of 1 … 4 marks */
    guint n = answer->field->options->len;
    guint count = (guint)calibration_pick(random, share, G_N_ELEMENTS(share));
    /* Drawn from what is left, not drawn again until it fits: that has no bound, however rarely it shows. */
    for (guint i = 0; i < MIN(count, n); i++)
        answer->marks[choose_empty(respondent, answer, random)] = FORM_MARK_MARKED;
    GString *value = g_string_new(NULL);
    for (guint i = 0; i < n; i++)
        if (answer->marks[i] == FORM_MARK_MARKED)
            g_string_append_printf(value, "%s%s", value->len ? " " : "", option_at(answer->field, i)->value);
    answer->value = g_string_free(value, FALSE);
}

/* A write-in is only written where its option is marked. */
static gboolean
is_asked(const CalibrationRespondent *respondent, const FormQuestion *question)
{
    if (!question || !question->write_in_of)
        return TRUE;
    const Answer *select = g_hash_table_lookup(respondent->by_name, question->write_in_of);
    if (!select || !select->marks)
        return FALSE;
    for (guint i = 0; i < select->field->options->len; i++)
        if (select->marks[i] == FORM_MARK_MARKED &&
            g_strcmp0(option_at(select->field, i)->value, question->write_in_value) == 0)
            return TRUE;
    return FALSE;
}

static void
answer_box(const CalibrationRespondent *respondent, Answer *answer, GRand *random)
{
    const FormQuestion *question = form_package_question(respondent->package, answer->field->name);
    if (!answer->field->has_box || !is_asked(respondent, question))
        return;
    if (calibration_chance(random, respondent->habits.written))
        answer->value = calibration_answer_text(answer->field, question, random);
}

static void
answer_field(CalibrationRespondent *respondent, const FormPage *page, const FormField *field)
{
    g_autofree char *purpose = g_strdup_printf("answer %s", field->name);
    g_autoptr(GRand) random = calibration_random(respondent->seed, respondent->serial, page->page, purpose);
    Answer *answer = g_new0(Answer, 1);
    answer->field = field;
    answer->page = page;
    g_ptr_array_add(respondent->answers, answer);
    if (form_type_is_select(field->type) && field->options->len > 0) {
        answer->marks = g_new0(FormMarkState, field->options->len);
        if (!calibration_chance(random, respondent->habits.blank)) {
            if (field->type == FORM_SELECT_ONE)
                answer_one(respondent, answer, random);
            else
                answer_several(respondent, answer, random);
        }
    } else if (field->type != FORM_NOTE && !form_type_is_select(field->type)) {
        answer_box(respondent, answer, random);
    }
    if (!answer->value)
        answer->value = g_strdup("");
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
    g_autoptr(GRand) random = calibration_random(seed, serial, 0, "person");
    calibration_hand_init(&respondent->hand, habits, random);
    respondent->mood = calibration_normal_within(random, 0.66, 0.15, 0.05, 0.98);
    /* One in twelve gives nearly the same answer everywhere. */
    respondent->firmness =
        calibration_chance(random, 1 / 12.0) ? 0.02 : g_rand_double_range(random, 0.12, 0.3);
    answer_fields(respondent, TRUE);
    answer_fields(respondent, FALSE);
    return respondent;
}

void
calibration_respondent_free(CalibrationRespondent *respondent)
{
    if (!respondent)
        return;
    g_hash_table_unref(respondent->by_name);
    g_ptr_array_unref(respondent->answers);
    g_free(respondent->serial);
    g_free(respondent);
}

const char *
calibration_respondent_value(const CalibrationRespondent *respondent, const char *field)
{
    const Answer *answer = g_hash_table_lookup(respondent->by_name, field);
    return answer ? answer->value : NULL;
}

FormMarkState
calibration_respondent_mark(const CalibrationRespondent *respondent, const char *field, const char *option)
{
    const Answer *answer = g_hash_table_lookup(respondent->by_name, field);
    for (guint i = 0; answer && answer->marks && i < answer->field->options->len; i++)
        if (g_strcmp0(option_at(answer->field, i)->value, option) == 0)
            return answer->marks[i];
    return FORM_MARK_EMPTY;
}

/* Now and then a slash among fills: another of the population's ways. */
static CalibrationMarkKind
kind_of_mark(const CalibrationRespondent *respondent, GRand *random)
{
    if (calibration_chance(random, OTHER_KIND))
        return (CalibrationMarkKind)calibration_pick(random, respondent->habits.kind,
                                                     G_N_ELEMENTS(respondent->habits.kind));
    return respondent->hand.kind;
}

static void
draw_answer(const CalibrationRespondent *respondent, const Answer *answer, const CalibrationInk *ink,
            cairo_t *cr)
{
    g_autofree char *purpose = g_strdup_printf("draw %s", answer->field->name);
    g_autoptr(GRand) random =
        calibration_random(respondent->seed, respondent->serial, answer->page->page, purpose);
    for (guint i = 0; answer->marks && i < answer->field->options->len; i++) {
        if (answer->marks[i] == FORM_MARK_EMPTY)
            continue;
        const FormOption *option = option_at(answer->field, i);
        calibration_mark_draw(&respondent->hand, kind_of_mark(respondent, random), ink, answer->page, option,
                              cr, random);
        if (answer->marks[i] == FORM_MARK_CANCELLED)
            calibration_mark_scribble(&respondent->hand, ink, answer->page, option, cr, random);
    }
    if (!answer->marks && *answer->value) {
        g_autofree char *written = calibration_answer_written(answer->field, answer->value);
        calibration_writing_draw(&respondent->hand, ink, answer->field, written, cr, random);
    }
}

void
calibration_respondent_draw(const CalibrationRespondent *respondent, int page, cairo_t *cr)
{
    CalibrationInk ink;
    g_autoptr(GRand) random = calibration_random(respondent->seed, respondent->serial, 0, "pen");
    calibration_ink_init(&ink, respondent->hand.pen, respondent->habits.pencil_contrast, random);
    cairo_save(cr);
    cairo_scale(cr, 72 / 25.4, 72 / 25.4);
    for (guint i = 0; i < respondent->answers->len; i++) {
        const Answer *answer = g_ptr_array_index(respondent->answers, i);
        if (answer->page->page == page)
            draw_answer(respondent, answer, &ink, cr);
    }
    cairo_restore(cr);
    calibration_ink_clear(&ink);
}
