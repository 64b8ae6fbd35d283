#include "scan-report-private.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "text-table-private.h"

/* Sheets and questionnaires named for people; the JSON has all that the ledger names. */
#define NAMED 20

const char *
scan_cause_words(const char *cause)
{
    static const struct {
        const char *code, *words;
    } causes[] = {
        {"empty", N_("the feeder is empty")},
        {"stopped", N_("stopped, as asked")},
        {"cancelled", N_("stopped at the scanner")},
        {"jammed", N_("paper jam")},
        {"double_feed", N_("two sheets were pulled in at once")},
        {"misfed", N_("a sheet was not fed properly: two at once, one too long, or one not gripped")},
        {"cover_open", N_("the cover is open")},
        {"busy", N_("the scanner is in use by another program")},
        {"short", N_("the page ended before its last row")},
        {"refused", N_("the driver does not do what is asked")},
        {"io_error", N_("the connection to the scanner failed")},
        {"hung", N_("the scanner gave nothing for too long")},
        {"crashed", N_("the scanner's driver crashed")},
        {"flat_tail", N_("the transfer broke: the lower part is one flat grey")},
        {"died", N_("the station was ended in the middle")},
    };
    for (guint i = 0; i < G_N_ELEMENTS(causes); i++)
        if (g_strcmp0(causes[i].code, cause) == 0)
            return _(causes[i].words);
    return cause;
}

/* What is to be done at the scanner before it can go on; NULL: nothing special. */
static const char *
remedy(const char *cause)
{
    static const struct {
        const char *code, *words;
    } remedies[] = {
        {"jammed", N_("Open the scanner and take the paper out of its path.")},
        {"double_feed", N_("Open the scanner, take the paper out of its path and fan the sheets.")},
        {"misfed", N_("Take the paper out of the scanner's path and fan the sheets.")},
        {"cover_open", N_("Close the cover.")},
        {"busy", N_("End the other program.")},
        {"refused", N_("Check the settings with 'phieu scan --list'.")},
        {"io_error", N_("Check the cable or the network, and switch the scanner off and on.")},
        {"hung", N_("Switch the scanner off and on.")},
        {"crashed", N_("Switch the scanner off and on; update its driver if this comes again.")},
    };
    for (guint i = 0; i < G_N_ELEMENTS(remedies); i++)
        if (g_strcmp0(remedies[i].code, cause) == 0)
            return _(remedies[i].words);
    return NULL;
}

/* "sheet 57 (serial 0100423, pages 1 and 2)" */
static char *
sheet_words(const StoreSheetName *name)
{
    g_autofree char *pages =
        name->front && name->back   ? g_strdup_printf(_("pages %d and %d"), name->front, name->back)
        : name->front || name->back ? g_strdup_printf(_("page %d"), MAX(name->front, name->back))
                                    : NULL;
    if (name->serial && pages)
        return g_strdup_printf(_("sheet %u (serial %s, %s)"), name->sheet, name->serial, pages);
    if (pages)
        return g_strdup_printf(_("sheet %u (%s)"), name->sheet, pages);
    return g_strdup_printf(_("sheet %u (not identified)"), name->sheet);
}

/* The ledger. */

static void
add_line(TextTable *table, const char *what, gint64 count)
{
    text_table_add(table, what);
    text_table_add_number(table, count);
}

static void
print_counts(const StoreLedger *ledger)
{
    g_autoptr(TextTable) table = text_table_new("lr");
    add_line(table, _("sheets fed"), ledger->fed);
    add_line(table, _("sheets held"), ledger->held);
    if (ledger->repeated)
        add_line(table, _("sheets fed again"), ledger->repeated);
    if (ledger->counted)
        add_line(table, _("sheets counted by hand"), ledger->counted);
    if (ledger->unsettled)
        add_line(table, _("sheets to feed again"), ledger->unsettled);
    if (ledger->missing_total)
        add_line(table, _("questionnaires that lack pages"), ledger->missing_total);
    if (ledger->refused)
        add_line(table, _("pages refused"), ledger->refused);
    if (ledger->doubled)
        add_line(table, _("pages doubled"), ledger->doubled);
    text_table_print(table, 2);
}

static void
print_broken(const StoreBrokenSheet *sheet)
{
    g_autofree char *words = sheet_words(&sheet->name);
    const char *why = sheet->kind == STORE_BROKEN_NO_BACK ? _("its back did not come")
                      : sheet->kind == STORE_BROKEN_MIXED ? _("its two sides do not belong together")
                                                          : scan_cause_words(sheet->cause);
    printf("  %s: %s\n", words, why);
    if (sheet->before.sheet) {
        g_autofree char *before = sheet_words(&sheet->before);
        printf(_("    it follows %s\n"), before);
    }
    if (sheet->after.sheet) {
        g_autofree char *after = sheet_words(&sheet->after);
        printf(_("    it comes before %s\n"), after);
    }
}

static void
print_all_broken(const StoreLedger *ledger)
{
    guint named = 0;
    if (ledger->unsettled)
        printf("%s\n", _("Sheets to feed again, at any time:"));
    for (guint i = 0; i < ledger->broken->len && named < NAMED; i++) {
        const StoreBrokenSheet *sheet = ledger->broken->pdata[i];
        if (sheet->settled)
            continue;
        print_broken(sheet);
        named++;
    }
    if (ledger->unsettled > named)
        printf(_("  and %u more\n"), ledger->unsettled - named);
}

static void
print_missing(const StoreLedger *ledger)
{
    guint named = MIN(ledger->missing->len, NAMED);
    if (named)
        printf("%s\n", _("Questionnaires that lack pages:"));
    for (guint i = 0; i < named; i++) {
        const StoreMissing *one = ledger->missing->pdata[i];
        g_autoptr(GString) pages = g_string_new(NULL);
        for (guint k = 0; k < one->pages->len; k++)
            g_string_append_printf(pages, "%s%d", k ? ", " : "", g_array_index(one->pages, int, k));
        printf("  %s: %s\n", one->serial, pages->str);
    }
    if (ledger->missing_total > named)
        printf(_("  and %d more\n"), (int)(ledger->missing_total - named));
}

static void
print_difference(const StoreLedger *ledger)
{
    if (!ledger->counted)
        printf("%s\n",
               _("Nobody counted the sheets (--sheets N): two that went through at once would not show."));
    else if (ledger->difference < 0)
        printf(_("%d sheets are missing against the count: they may have gone through two at once. Feed the "
                 "sheets of "
                 "the questionnaires that lack pages again, or the whole batch: feeding again changes "
                 "nothing.\n"),
               -ledger->difference);
    else if (ledger->difference > 0)
        printf(_("%d sheets more are held than were counted: count them again, and tell with --sheets N.\n"),
               ledger->difference);
}

void
scan_report_ledger(const StoreLedger *ledger)
{
    print_counts(ledger);
    print_all_broken(ledger);
    print_missing(ledger);
    print_difference(ledger);
    if (store_ledger_complete(ledger))
        printf("%s\n", _("The batch is complete."));
}

/* The end of a run. */

static void
print_way_on(const char *batch, const ScanResult *result, const StoreLedger *ledger)
{
    const char *code = scanner_cause_name(result->cause), *at_scanner = remedy(code);
    if (result->cause == SCANNER_CAUSE_EMPTY)
        return;
    if (at_scanner)
        printf("%s\n", at_scanner);
    if (ledger->last.sheet) {
        g_autofree char *last = sheet_words(&ledger->last);
        printf(_("The last sheet held is %s.\n"), last);
        printf(_("Put every sheet that went in after it back on the pile, in order, and scan on with "
                 "'phieu scan --batch %s'.\n"),
               batch);
    } else {
        printf(_("No sheet is held yet: put all sheets back on the pile, in order, and scan on with "
                 "'phieu scan --batch %s'.\n"),
               batch);
    }
}

void
scan_report_print(const char *batch, const ScanResult *result, const StoreLedger *ledger)
{
    const char *words = scan_cause_words(scanner_cause_name(result->cause));
    printf(_("Batch %s: %s"), batch, words);
    if (result->detail && result->cause != SCANNER_CAUSE_EMPTY)
        printf(" (%s)", result->detail);
    printf(".\n");
    print_way_on(batch, result, ledger);
    scan_report_ledger(ledger);
}

/* JSON. */

static json_t *
name_json(const StoreSheetName *name)
{
    if (!name->sheet)
        return json_null();
    json_t *object = json_object(), *pages = json_array();
    const int both[] = {name->front, name->back};
    for (guint i = 0; i < G_N_ELEMENTS(both); i++)
        if (both[i])
            json_array_append_new(pages, json_integer(both[i]));
    json_object_set_new(object, "sheet", json_integer(name->sheet));
    json_object_set_new(object, "position", json_integer(name->position));
    json_object_set_new(object, "serial", name->serial ? json_string(name->serial) : json_null());
    json_object_set_new(object, "pages", pages);
    return object;
}

static json_t *
broken_json(const GPtrArray *broken)
{
    json_t *list = json_array();
    for (guint i = 0; i < broken->len; i++) {
        const StoreBrokenSheet *sheet = broken->pdata[i];
        json_t *object = name_json(&sheet->name);
        json_object_set_new(object, "cause", sheet->cause ? json_string(sheet->cause) : json_null());
        json_object_set_new(object, "before", name_json(&sheet->before));
        json_object_set_new(object, "after", name_json(&sheet->after));
        json_object_set_new(object, "settled", json_boolean(sheet->settled));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *
missing_json(const GPtrArray *missing)
{
    json_t *object = json_object();
    for (guint i = 0; i < missing->len; i++) {
        const StoreMissing *one = missing->pdata[i];
        json_t *pages = json_array();
        for (guint k = 0; k < one->pages->len; k++)
            json_array_append_new(pages, json_integer(g_array_index(one->pages, int, k)));
        json_object_set_new(object, one->serial, pages);
    }
    return object;
}

json_t *
scan_report_json(const char *batch, const ScanResult *result, const StoreLedger *ledger)
{
    const struct {
        const char *key;
        gint64 value;
    } numbers[] = {{"first_sheet", result->first_sheet},
                   {"sheets", result->sheets},
                   {"pages", result->pages},
                   {"same", result->same},
                   {"refused", result->refused},
                   {"lost", result->lost},
                   {"to_review", (gint64)result->to_review},
                   {"to_key", (gint64)result->to_key},
                   {"counted", ledger->counted},
                   {"fed", ledger->fed},
                   {"held", ledger->held},
                   {"repeated", ledger->repeated},
                   {"difference", ledger->difference},
                   {"unsettled", ledger->unsettled},
                   {"missing_total", ledger->missing_total},
                   {"next_sheet", ledger->next_sheet}};
    json_t *object = json_object();
    json_object_set_new(object, "event", json_string("end"));
    json_object_set_new(object, "batch", json_string(batch));
    json_object_set_new(object, "cause", json_string(scanner_cause_name(result->cause)));
    json_object_set_new(object, "detail", result->detail ? json_string(result->detail) : json_null());
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        json_object_set_new(object, numbers[i].key, json_integer(numbers[i].value));
    json_object_set_new(object, "complete", json_boolean(store_ledger_complete(ledger)));
    json_object_set_new(object, "last", name_json(&ledger->last));
    json_object_set_new(object, "broken", broken_json(ledger->broken));
    json_object_set_new(object, "missing", missing_json(ledger->missing));
    return object;
}
