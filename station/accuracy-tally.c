#include "accuracy-tally-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const char *const count_names[] = {
    "positions",
    "silent_errors",
    "positions_settled",
    "fields",
    "fields_handed_over",
    "fields_wrong",
    "fields_refused",
    "pages",
    "pages_refused",
    "pages_mistaken",
    "boxes",
    "boxes_to_key",
    "boxes_empty",
    "boxes_empty_asked",
    "silent_box_errors",
};

G_STATIC_ASSERT(G_N_ELEMENTS(count_names) == ACCURACY_N_COUNTS);

enum { KIND_ALL, KIND_EMPTY, KIND_MARKED, KIND_CANCELLED, KIND_UNSURE, KIND_HANDED, KIND_WRONG };
static const char *const kind_columns[] = {
    N_("positions"), N_("empty"),  N_("marked"), N_("cancelled"),
    N_("unsure"),    N_("handed"), N_("silent"), NULL,
};

static const char *const reason_columns[] = {N_("blank"), N_("answered"), N_("corrected"), N_("double"),
                                             NULL};

enum { SCAN_PAGES, SCAN_REFUSED, SCAN_POSITIONS, SCAN_FIELDS, SCAN_HANDED, SCAN_WRONG };
static const char *const scan_columns[] = {
    N_("pages"), N_("refused"), N_("positions"), N_("fields"), N_("handed"), N_("silent"), NULL,
};

static const char *const refusal_columns[] = {N_("pages"), NULL};

const char *
accuracy_count_name(AccuracyCount count)
{
    return count_names[count];
}

void
accuracy_tally_init(AccuracyTally *tally)
{
    *tally = (AccuracyTally){
        .kinds = crosstab_new(kind_columns),
        .reasons = crosstab_new(reason_columns),
        .scans = crosstab_new(scan_columns),
        .damages = crosstab_new(scan_columns),
        .refusals = crosstab_new(refusal_columns),
    };
}

void
accuracy_tally_clear(AccuracyTally *tally)
{
    g_clear_pointer(&tally->kinds, crosstab_free);
    g_clear_pointer(&tally->reasons, crosstab_free);
    g_clear_pointer(&tally->scans, crosstab_free);
    g_clear_pointer(&tally->damages, crosstab_free);
    g_clear_pointer(&tally->refusals, crosstab_free);
}

void
accuracy_tally_merge(AccuracyTally *tally, const AccuracyTally *part)
{
    for (guint i = 0; i < ACCURACY_N_COUNTS; i++)
        tally->count[i] += part->count[i];
    crosstab_merge(tally->kinds, part->kinds);
    crosstab_merge(tally->reasons, part->reasons);
    crosstab_merge(tally->scans, part->scans);
    crosstab_merge(tally->damages, part->damages);
    crosstab_merge(tally->refusals, part->refusals);
}

json_t *
accuracy_tally_to_json(const AccuracyTally *tally)
{
    json_t *object = json_object();
    for (guint i = 0; i < ACCURACY_N_COUNTS; i++)
        json_object_set_new(object, count_names[i], json_integer((json_int_t)tally->count[i]));
    json_object_set_new(object, "kinds", crosstab_to_json(tally->kinds));
    json_object_set_new(object, "reasons", crosstab_to_json(tally->reasons));
    json_object_set_new(object, "scans", crosstab_to_json(tally->scans));
    json_object_set_new(object, "damages", crosstab_to_json(tally->damages));
    json_object_set_new(object, "refusals", crosstab_to_json(tally->refusals));
    return object;
}

gboolean
accuracy_tally_add_json(AccuracyTally *tally, const json_t *object)
{
    for (guint i = 0; i < ACCURACY_N_COUNTS; i++) {
        const json_t *count = json_object_get(object, count_names[i]);
        if (!json_is_integer(count) || json_integer_value(count) < 0)
            return FALSE;
        tally->count[i] += (guint64)json_integer_value(count);
    }
    return crosstab_add_json(tally->kinds, json_object_get(object, "kinds")) &&
           crosstab_add_json(tally->reasons, json_object_get(object, "reasons")) &&
           crosstab_add_json(tally->scans, json_object_get(object, "scans")) &&
           crosstab_add_json(tally->damages, json_object_get(object, "damages")) &&
           crosstab_add_json(tally->refusals, json_object_get(object, "refusals"));
}

const FormFieldReading *
accuracy_find_field(const FormReading *reading, const char *name)
{
    for (guint i = 0; i < reading->fields->len; i++) {
        const FormFieldReading *field = reading->fields->pdata[i];
        if (g_str_equal(field->name, name))
            return field;
    }
    return NULL;
}

gboolean
accuracy_is_mistaken(const FormReading *reading, const FormSheetId *id, const AccuracyTruth *truth)
{
    if (reading->refused)
        return FALSE;
    return reading->page != id->page || g_strcmp0(reading->form, id->code) != 0 ||
           (truth->page->qr->len > 0 && g_strcmp0(reading->serial, id->serial) != 0);
}

gboolean
accuracy_position_is_wrong(const FormFieldReading *read, guint option, const AccuracyTruthField *field)
{
    if (!read || option >= read->marks->len)
        return TRUE;
    if (form_field_needs_person(read->state))
        return FALSE;
    const FormMarkReading *mark = &g_array_index(read->marks, FormMarkReading, option);
    return (mark->state == FORM_MARK_MARKED) != (field->marks[option].state == FORM_MARK_MARKED);
}

gboolean
accuracy_box_is_wrong(const FormFieldReading *read, const AccuracyTruthField *field)
{
    return !read || (!form_field_needs_person(read->state) && !g_str_equal(read->value, field->value));
}

/* A choice of a page that was read; `read` NULL: the page was taken for another. Returns its silent errors.
 */
static guint
judge_choice(AccuracyTally *tally, const FormFieldReading *read, const AccuracyTruthField *field)
{
    guint n = field->field->options->len, n_wrong = 0;
    gboolean handed = read && form_field_needs_person(read->state);
    for (guint i = 0; i < n; i++) {
        const char *kind = field->marks[i].kind;
        gboolean wrong = accuracy_position_is_wrong(read, i, field);
        n_wrong += wrong;
        crosstab_add(tally->kinds, kind, KIND_ALL, 1);
        crosstab_add(tally->kinds, kind, KIND_HANDED, handed);
        crosstab_add(tally->kinds, kind, KIND_WRONG, wrong);
        if (read && i < read->marks->len)
            crosstab_add(tally->kinds, kind,
                         KIND_EMPTY + (guint)g_array_index(read->marks, FormMarkReading, i).state, 1);
    }
    tally->count[ACCURACY_FIELDS]++;
    tally->count[ACCURACY_FIELDS_HANDED_OVER] += handed;
    tally->count[ACCURACY_FIELDS_WRONG] += n_wrong > 0;
    tally->count[ACCURACY_POSITIONS] += n;
    tally->count[ACCURACY_POSITIONS_SETTLED] += handed ? 0 : n;
    tally->count[ACCURACY_SILENT_ERRORS] += n_wrong;
    for (guint i = 0; handed && i < read->reasons->len; i++)
        for (guint k = 0; reason_columns[k]; k++)
            if (g_str_equal(reason_columns[k], accuracy_truth_of_field(field)))
                crosstab_add(tally->reasons, read->reasons->pdata[i], k, 1);
    return n_wrong;
}

/* A box of a page that was read; likewise. */
static guint
judge_box(AccuracyTally *tally, const FormFieldReading *read, const AccuracyTruthField *field)
{
    gboolean asked = read && form_field_needs_person(read->state), empty = !*field->value;
    gboolean wrong = accuracy_box_is_wrong(read, field);
    tally->count[ACCURACY_BOXES]++;
    tally->count[ACCURACY_BOXES_TO_KEY] += asked;
    tally->count[ACCURACY_BOXES_EMPTY] += empty;
    tally->count[ACCURACY_BOXES_EMPTY_ASKED] += asked && empty;
    tally->count[ACCURACY_SILENT_BOX_ERRORS] += wrong;
    return wrong;
}

static void
judge_refused(AccuracyTally *tally, const FormReading *reading, const AccuracyTruth *truth)
{
    const char *code = reading->flags->len ? g_array_index(reading->flags, FormFlag, 0).code : "?";
    tally->count[ACCURACY_PAGES_REFUSED]++;
    crosstab_add(tally->refusals, code, 0, 1);
    for (guint i = 0; truth && i < truth->fields->len; i++)
        tally->count[ACCURACY_FIELDS_REFUSED] +=
            g_array_index(truth->fields, AccuracyTruthField, i).marks != NULL;
}

/* Returns the page's silent errors, of positions and boxes. */
static guint
judge_fields(AccuracyTally *tally, const FormReading *reading, const FormSheetId *id,
             const AccuracyTruth *truth)
{
    gboolean mistaken = accuracy_is_mistaken(reading, id, truth);
    guint n_wrong = 0;
    tally->count[ACCURACY_PAGES_MISTAKEN] += mistaken;
    for (guint i = 0; i < truth->fields->len; i++) {
        const AccuracyTruthField *field = &g_array_index(truth->fields, AccuracyTruthField, i);
        const FormFieldReading *read = mistaken ? NULL : accuracy_find_field(reading, field->field->name);
        if (field->marks)
            n_wrong += judge_choice(tally, read, field);
        else if (field->value)
            n_wrong += judge_box(tally, read, field);
    }
    return n_wrong;
}

/* Adds what the page added to the counts. */
static void
count_scan(Crosstab *table, const char *row, const guint64 *before, const guint64 *after)
{
    static const AccuracyCount shown[] = {
        [SCAN_PAGES] = ACCURACY_PAGES,
        [SCAN_REFUSED] = ACCURACY_PAGES_REFUSED,
        [SCAN_POSITIONS] = ACCURACY_POSITIONS,
        [SCAN_FIELDS] = ACCURACY_FIELDS,
        [SCAN_HANDED] = ACCURACY_FIELDS_HANDED_OVER,
        [SCAN_WRONG] = ACCURACY_SILENT_ERRORS,
    };
    for (guint i = 0; i < G_N_ELEMENTS(shown); i++)
        crosstab_add(table, row, i, after[shown[i]] - before[shown[i]]);
}

AccuracyVerdict
accuracy_judge(AccuracyTally *tally, const FormReading *reading, const FormSheetId *id,
               const AccuracyTruth *truth, const AccuracyScanRows *rows)
{
    guint64 before[ACCURACY_N_COUNTS];
    guint n_wrong = 0;
    memcpy(before, tally->count, sizeof before);
    tally->count[ACCURACY_PAGES]++;
    if (reading->refused)
        judge_refused(tally, reading, truth);
    else
        n_wrong = judge_fields(tally, reading, id, truth);
    count_scan(tally->scans, rows->scan, before, tally->count);
    for (const char *const *damage = rows->damages; damage && *damage; damage++)
        count_scan(tally->damages, *damage, before, tally->count);
    if (reading->refused)
        return ACCURACY_REFUSED;
    gboolean handed = tally->count[ACCURACY_FIELDS_HANDED_OVER] > before[ACCURACY_FIELDS_HANDED_OVER];
    return n_wrong ? ACCURACY_WRONG : handed ? ACCURACY_DOUBTFUL : ACCURACY_FINE;
}
