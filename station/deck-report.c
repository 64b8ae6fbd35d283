/* What the comparison of a deck came to: kept in the history, and told. */
#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "calibration-history.h"
#include "deck-compare-private.h"

#define HISTORY_KEY "phieu_deck_history"
#define MAX_LINES   30

static const char *
text_of(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));
    return text ? text : "";
}

static gboolean
is_alike(const json_t *a, const json_t *b, const char *const *keys)
{
    for (; *keys; keys++)
        if (!g_str_equal(text_of(a, *keys), text_of(b, *keys)))
            return FALSE;
    return TRUE;
}

/* The same images read in the same way say nothing new. */
static gboolean
is_same(const json_t *there, const json_t *record)
{
    static const char *const keys[] = {"scanner", "deck", "images", "fingerprint", NULL};
    return is_alike(there, record, keys);
}

static json_t *
describe(const DeckRecord *record, const DeckComparison *comparison)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
    const guint64 *count = comparison->tally.count;
    json_t *object = accuracy_tally_to_json(&comparison->tally);
    json_t *about =
        json_pack("{s:i, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:s, s:b, s:i, s:i, s:f}", HISTORY_KEY, 1, "time",
                  time, "scanner", record->scanner, "deck", record->deck->id, "form", record->package->code,
                  "version", record->package->version, "profile", calibration_profile_name(record->profile),
                  "fingerprint", calibration_profile_fingerprint(record->profile), "images",
                  comparison->fingerprint, "passed", deck_comparison_passed(comparison), "missing",
                  (int)comparison->missing->len, "strangers", (int)comparison->strangers, "handed_over_share",
                  accuracy_share(count[ACCURACY_FIELDS_HANDED_OVER], count[ACCURACY_FIELDS]));
    json_object_update(object, about);
    json_decref(about);
    return object;
}

/* The latest record to compare with. */
static json_t *
find_before(const GPtrArray *lines, const json_t *record)
{
    static const char *const keys[] = {"scanner", "form", NULL};
    for (guint i = lines->len; i > 0; i--) {
        json_t *line = lines->pdata[i - 1];
        if (is_alike(line, record, keys) && !is_same(line, record))
            return json_incref(line);
    }
    return NULL;
}

gboolean
deck_history_add(const DeckRecord *record, const DeckComparison *comparison, json_t **before, GError **error)
{
    *before = NULL;
    if (!record->history)
        return TRUE;
    gboolean added = FALSE, fine = FALSE;
    json_t *line = describe(record, comparison);
    g_autoptr(GPtrArray) lines = calibration_history_load(record->history, HISTORY_KEY, error);
    if (lines) {
        *before = find_before(lines, line);
        fine = calibration_history_append(record->history, HISTORY_KEY, line, is_same, &added, error);
    }
    json_decref(line);
    return fine;
}

static json_t *
lines_to_json(const GPtrArray *lines)
{
    json_t *array = json_array();
    for (guint i = 0; i < lines->len; i++) {
        g_autofree char *line = g_utf8_make_valid(lines->pdata[i], -1);
        json_array_append_new(array, json_string(line));
    }
    return array;
}

void
deck_report_json(const DeckRecord *record, const DeckComparison *comparison, const json_t *before)
{
    json_t *object = describe(record, comparison);
    json_object_del(object, HISTORY_KEY);
    json_object_set_new(object, "wrong", lines_to_json(comparison->wrong));
    json_object_set_new(object, "other_pages", lines_to_json(comparison->others));
    json_object_set_new(object, "missing_pages", lines_to_json(comparison->missing));
    json_object_set_new(object, "before", before ? json_deep_copy(before) : json_null());
    char *text = json_dumps(object, JSON_REAL_PRECISION(8));
    puts(text);
    free(text);
    json_decref(object);
}

/* As many as a screen holds. */
static void
print_lines(const char *title, const GPtrArray *lines)
{
    if (!lines->len)
        return;
    printf("\n%s\n", title);
    for (guint i = 0; i < MIN(lines->len, MAX_LINES); i++)
        printf("  %s\n", (const char *)lines->pdata[i]);
    if (lines->len > MAX_LINES)
        printf(_("  … and %u more\n"), lines->len - MAX_LINES);
}

static void
print_before(const DeckRecord *record, const json_t *before)
{
    if (!record->history) {
        printf("%s\n", _("No history is kept: name a file with --history, or a station with -C."));
        return;
    }
    printf(_("Kept in %s.\n"), record->history);
    if (!before)
        return;
    g_autofree char *day = g_strndup(text_of(before, "time"), 10);
    printf(_("The time before, %s: silent errors: %lld, handed to a person: %.2f%% of the fields.\n"), day,
           json_integer_value(json_object_get(before, "silent_errors")),
           100 * json_number_value(json_object_get(before, "handed_over_share")));
}

void
deck_report_text(const DeckRecord *record, const DeckComparison *comparison, const json_t *before)
{
    printf(_("Deck %s, form %s version %d, scanner %s, profile %s:\n"), record->deck->id,
           record->package->code, record->package->version, record->scanner,
           calibration_profile_name(record->profile));
    accuracy_report_counts(comparison->tally.count);
    accuracy_report_tables(&comparison->tally);
    print_lines(_("Read wrong, and nobody would have looked:"), comparison->wrong);
    print_lines(_("Pages that could not be compared:"), comparison->others);
    print_lines(_("Pages of the deck that were not among the images:"), comparison->missing);
    printf("\n");
    print_before(record, before);
    printf("%s\n", deck_comparison_passed(comparison)
                       ? _("Passed: all of the deck was read, and nothing wrong silently.")
                       : _("Not passed: look at the lines above."));
}
