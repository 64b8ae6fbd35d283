#include "deck-compare-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

typedef struct {
    const Deck *deck;
    DeckComparison *comparison;
    GHashTable *seen;    /* of "SERIAL PAGE", owned */
    GChecksum *checksum; /* of all images */
} Work;

static void add_line(GPtrArray *lines, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
add_line(GPtrArray *lines, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    g_ptr_array_add(lines, g_strdup_vprintf(format, values));
    va_end(values);
}

static void
tell_wrong_field(GPtrArray *lines, const FormReading *reading, const AccuracyTruthField *field,
                 const FormFieldReading *read)
{
    for (guint i = 0; field->marks && i < field->field->options->len; i++) {
        if (!accuracy_position_is_wrong(read, i, field))
            continue;
        const char *option = g_array_index(field->field->options, FormOption, i).value;
        const char *state = read && i < read->marks->len
                                ? form_mark_state_name(g_array_index(read->marks, FormMarkReading, i).state)
                                : "?";
        add_line(lines, _("%s: %s page %d, %s option %s: read as %s, truly %s (%s)"), reading->image,
                 reading->serial, reading->page, field->field->name, option, state,
                 form_mark_state_name(field->marks[i].state), field->marks[i].kind);
    }
    if (field->value && accuracy_box_is_wrong(read, field))
        add_line(lines, _("%s: %s page %d, box %s: read as '%s', truly '%s'"), reading->image,
                 reading->serial, reading->page, field->field->name, read ? read->value : "", field->value);
}

static void
compare_page(Work *work, const FormReading *reading, const AccuracyTruth *truth)
{
    DeckComparison *comparison = work->comparison;
    FormSheetId id = {.version = reading->version, .page = reading->page};
    g_strlcpy(id.code, reading->form, sizeof id.code);
    g_strlcpy(id.serial, reading->serial, sizeof id.serial);
    double dpi = (reading->dpi_x + reading->dpi_y) / 2;
    g_autofree char *scan = g_strdup_printf("%3.0f dpi", 10 * round(dpi / 10));
    AccuracyScanRows rows = {reading->refused ? "?" : scan, NULL};
    AccuracyVerdict verdict = accuracy_judge(&comparison->tally, reading, &id, truth, &rows);
    for (guint i = 0; verdict == ACCURACY_WRONG && i < truth->fields->len; i++) {
        const AccuracyTruthField *field = &g_array_index(truth->fields, AccuracyTruthField, i);
        tell_wrong_field(comparison->wrong, reading, field, accuracy_find_field(reading, field->field->name));
    }
    if (!reading->refused)
        g_hash_table_add(work->seen, g_strdup_printf("%s %d", reading->serial, reading->page));
}

/* A page that was refused before its copy was known counts by itself. */
static void
take_refused(Work *work, const FormReading *reading, const AccuracyTruth *truth)
{
    const FormFlag *flag = &g_array_index(reading->flags, FormFlag, 0);
    static const FormSheetId unknown = {0};
    AccuracyScanRows rows = {"?", NULL};
    add_line(work->comparison->others, "%s: %s (%s)", reading->image,
             flag->detail ? flag->detail : flag->code, flag->code);
    accuracy_judge(&work->comparison->tally, reading, &unknown, truth, &rows);
}

static gboolean
take_page(PipelinePage *page, gpointer data, GError **error G_GNUC_UNUSED)
{
    Work *work = data;
    DeckComparison *comparison = work->comparison;
    if (page->error) {
        comparison->worst = MAX(comparison->worst, command_report(page->error));
        comparison->rejected += page->kind == PIPELINE_REJECTED;
    }
    if (!page->reading)
        return TRUE;
    const FormReading *reading = page->reading;
    if (page->sha256)
        g_checksum_update(work->checksum, (const guchar *)page->sha256, -1);
    const AccuracyTruth *truth = deck_find(work->deck, reading->serial, reading->page);
    if (reading->refused) {
        take_refused(work, reading, truth);
    } else if (!truth) {
        comparison->strangers++;
        add_line(comparison->others, _("%s: serial %s is of no copy of this deck"), reading->image,
                 reading->serial ? reading->serial : "?");
    } else {
        compare_page(work, reading, truth);
    }
    return TRUE;
}

static void
find_missing(const Work *work)
{
    for (guint i = 0; i < work->deck->copies->len; i++) {
        const DeckCopy *copy = work->deck->copies->pdata[i];
        for (guint k = 0; k < copy->pages->len; k++) {
            g_autofree char *key = g_strdup_printf("%s %u", copy->serial, k + 1);
            if (!g_hash_table_contains(work->seen, key))
                add_line(work->comparison->missing, _("%s page %u"), copy->serial, k + 1);
        }
    }
}

gboolean
deck_compare(const Deck *deck, Pipeline *pipeline, DeckComparison *comparison, GError **error)
{
    *comparison = (DeckComparison){
        .wrong = g_ptr_array_new_with_free_func(g_free),
        .others = g_ptr_array_new_with_free_func(g_free),
        .missing = g_ptr_array_new_with_free_func(g_free),
        .worst = COMMAND_DONE,
    };
    accuracy_tally_init(&comparison->tally);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    Work work = {deck, comparison, seen, checksum};
    pipeline->take = take_page;
    pipeline->data = &work;
    if (!pipeline_run(pipeline, NULL, error))
        return FALSE;
    find_missing(&work);
    comparison->fingerprint = g_strdup(g_checksum_get_string(checksum));
    return TRUE;
}

void
deck_comparison_clear(DeckComparison *comparison)
{
    accuracy_tally_clear(&comparison->tally);
    g_clear_pointer(&comparison->wrong, g_ptr_array_unref);
    g_clear_pointer(&comparison->others, g_ptr_array_unref);
    g_clear_pointer(&comparison->missing, g_ptr_array_unref);
    g_clear_pointer(&comparison->fingerprint, g_free);
}

gboolean
deck_comparison_passed(const DeckComparison *comparison)
{
    return comparison->wrong->len == 0 && comparison->others->len == 0 && comparison->missing->len == 0 &&
           comparison->rejected == 0;
}
