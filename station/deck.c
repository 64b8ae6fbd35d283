#include "deck-private.h"

#include <glib/gi18n-lib.h>

#include "calibration-deck.h"
#include "command-private.h"
#include "form-print.h"

/* In both languages of our forms, whatever the form's own; one line, as pages without a head have no more
 * room.
 */
#define HEAD "Bộ phiếu thử, đáp án đã biết · Test deck, answers known"

static void
copy_free(gpointer data)
{
    DeckCopy *copy = data;
    g_ptr_array_unref(copy->pages);
    calibration_respondent_free(copy->respondent);
    g_free(copy->serial);
    g_free(copy);
}

Deck *
deck_alloc(const char *id, guint32 seed)
{
    Deck *deck = g_new0(Deck, 1);
    deck->id = g_strdup(id);
    deck->seed = seed;
    deck->copies = g_ptr_array_new_with_free_func(copy_free);
    deck->by_serial = g_hash_table_new(g_str_hash, g_str_equal);
    return deck;
}

void
deck_free(Deck *deck)
{
    if (!deck)
        return;
    g_hash_table_unref(deck->by_serial);
    g_ptr_array_unref(deck->copies);
    g_free(deck->id);
    g_free(deck);
}

DeckCopy *
deck_add(Deck *deck, const char *serial)
{
    DeckCopy *copy = g_new0(DeckCopy, 1);
    copy->serial = g_strdup(serial);
    copy->pages = g_ptr_array_new_with_free_func((GDestroyNotify)accuracy_truth_free);
    g_ptr_array_add(deck->copies, copy);
    g_hash_table_insert(deck->by_serial, copy->serial, copy);
    return copy;
}

/* The same form and seed make the same deck: it may be printed again. */
static char *
id_of(const FormPackage *package, guint32 seed)
{
    g_autofree char *text = g_strdup_printf("%s %d %u", package->code, package->version, seed);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    g_autofree char *part = g_strndup(sum, 4), *upper = g_ascii_strup(part, -1);
    return g_strdup_printf("D%s", upper);
}

Deck *
deck_new(const FormPackage *package, guint32 seed, guint copies)
{
    g_autofree char *id = id_of(package, seed);
    Deck *deck = deck_alloc(id, seed);
    for (guint i = 0; i < copies; i++) {
        g_autofree char *serial = g_strdup_printf("%s-%02u", id, i + 1);
        CalibrationHabits habits = calibration_deck_habits(package, i);
        DeckCopy *copy = deck_add(deck, serial);
        copy->respondent = calibration_respondent_new(package, &habits, seed, serial);
        for (guint k = 0; k < package->pages->len; k++)
            g_ptr_array_add(copy->pages,
                            accuracy_truth_of_respondent(copy->respondent, package->pages->pdata[k]));
    }
    return deck;
}

const AccuracyTruth *
deck_find(const Deck *deck, const char *serial, int page)
{
    const DeckCopy *copy = serial ? g_hash_table_lookup(deck->by_serial, serial) : NULL;
    return copy && page >= 1 && (guint)page <= copy->pages->len ? copy->pages->pdata[page - 1] : NULL;
}

gboolean
deck_judge(const FormReading *reading, const OmrPosition *position, gpointer deck, CalibrationTruth *truth)
{
    static const CalibrationTruth truths[] = {
        [FORM_MARK_EMPTY] = CALIBRATION_TRUTH_EMPTY,
        [FORM_MARK_MARKED] = CALIBRATION_TRUTH_MARKED,
        [FORM_MARK_CANCELLED] = CALIBRATION_TRUTH_CANCELLED,
    };
    const AccuracyTruth *page = deck_find(deck, reading->serial, reading->page);
    for (guint i = 0; page && i < page->fields->len; i++) {
        const AccuracyTruthField *field = &g_array_index(page->fields, AccuracyTruthField, i);
        for (guint k = 0; field->field == position->field && k < field->field->options->len; k++)
            if (&g_array_index(field->field->options, FormOption, k) == position->option) {
                *truth = truths[field->marks[k].state];
                return TRUE;
            }
    }
    return FALSE;
}

Crosstab *
deck_kinds(const Deck *deck)
{
    static const char *const columns[] = {N_("positions"), NULL};
    Crosstab *kinds = crosstab_new(columns);
    for (guint i = 0; i < deck->copies->len; i++) {
        const DeckCopy *copy = deck->copies->pdata[i];
        for (guint k = 0; k < copy->pages->len; k++) {
            const AccuracyTruth *truth = copy->pages->pdata[k];
            for (guint f = 0; f < truth->fields->len; f++) {
                const AccuracyTruthField *field = &g_array_index(truth->fields, AccuracyTruthField, f);
                for (guint o = 0; field->marks && o < field->field->options->len; o++)
                    crosstab_add(kinds, field->marks[o].kind, 0, 1);
            }
        }
    }
    return kinds;
}

static void
draw_marks(cairo_t *cr, const FormSheetId *id, gpointer data)
{
    const Deck *deck = data;
    const DeckCopy *copy = g_hash_table_lookup(deck->by_serial, id->serial);
    calibration_respondent_draw(copy->respondent, id->page, cr);
}

static gboolean
go_on(guint done G_GNUC_UNUSED, guint total G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED, GError **error)
{
    return command_go_on(error);
}

gboolean
deck_print(const Deck *deck, const FormPackage *package, const char *path, GError **error)
{
    char column[] = "serial", *columns[] = {column, NULL};
    g_autofree FormSampleRow *rows = g_new0(FormSampleRow, deck->copies->len);
    g_autofree char **values = g_new0(char *, deck->copies->len);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    for (guint i = 0; i < deck->copies->len; i++) {
        values[i] = ((DeckCopy *)deck->copies->pdata[i])->serial;
        rows[i] = (FormSampleRow){values[i], &values[i], (int)i + 2};
        g_ptr_array_add(list, &rows[i]);
    }
    FormSample sample = {columns, 1, 0, list};
    FormPrintOptions options = {
        .output = path, .head = HEAD, .overlay = draw_marks, .progress = go_on, .data = (gpointer)deck};
    return form_print(package, &sample, &options, error);
}
