#include "scan-report-private.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "text-table-private.h"

/* Sheets and questionnaires named for people; the JSON has more. */
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
        {"station_failed", N_("the station itself failed")},
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
    const char *why = sheet->kind == STORE_BROKEN_NO_BACK    ? _("its back did not come")
                      : sheet->kind == STORE_BROKEN_NO_FRONT ? _("its front did not come")
                      : sheet->kind == STORE_BROKEN_MIXED    ? _("its two sides do not belong together")
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

/* Those that are not among the sheets to be put back after a stop. */
static void
print_all_broken(const StoreLedger *ledger, gboolean empty)
{
    guint named = 0;
    for (guint i = 0; i < ledger->broken->len; i++) {
        const StoreBrokenSheet *sheet = ledger->broken->pdata[i];
        if (sheet->settled || (!empty && sheet->name.sheet > ledger->last.sheet))
            continue;
        if (++named == 1)
            printf("%s\n", _("Sheets to feed again, at any time:"));
        if (named <= NAMED)
            print_broken(sheet);
    }
    if (named > NAMED)
        printf(_("  and %u more\n"), named - NAMED);
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

/* Of a pile in the order of the sample list these are what is missing. */
static void
print_unseen(const StoreLedger *ledger)
{
    guint named = MIN(ledger->unseen->len, NAMED);
    if (named)
        printf("%s\n", _("Serials of the sample list, between those of this batch, that never came:"));
    for (guint i = 0; i < named; i++)
        printf("  %s\n", (const char *)ledger->unseen->pdata[i]);
    if (ledger->unseen_total > named)
        printf(_("  and %d more\n"), (int)(ledger->unseen_total - named));
}

/* The end of a run. */

/* A word as a shell takes it. */
static char *
shell_word(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/._-+,=@%";
    return *word && strspn(word, plain) == strlen(word) ? g_strdup(word) : g_shell_quote(word);
}

/* The command that scans on. */
static char *
command_on(const char *station_dir, const char *batch, const StoreLedger *ledger)
{
    g_autofree char *dir = shell_word(station_dir), *device = shell_word(ledger->scanner),
                    *name = shell_word(batch);
    g_autofree char *at = g_str_equal(station_dir, ".") ? g_strdup("") : g_strdup_printf("-C %s ", dir);
    return g_strdup_printf("phieu %sscan --device %s --batch %s", at, device, name);
}

/* From which sheet to feed again. */
static void
print_way_on(const char *command, const StoreLedger *ledger)
{
    if (ledger->last.sheet) {
        g_autofree char *last = sheet_words(&ledger->last);
        printf(_("The last sheet held is %s.\n"), last);
        printf("%s\n", _("Put every sheet that went in after it back on the pile, in order, and scan on:"));
    } else {
        printf("%s\n", _("No sheet is held yet: put all sheets back on the pile, in order, and scan on:"));
    }
    printf("  %s\n", command);
}

/* An empty feeder that lacks sheets: those that are still in it, and those that nobody saw. */
static void
print_shortfall(const char *command, const StoreLedger *ledger)
{
    printf(_("%d sheets are missing against the count. Where sheets lie in the feeder still, or came out "
             "together:\n"),
           -ledger->difference);
    print_way_on(command, ledger);
    printf("%s\n", _("Otherwise feed the sheets of the questionnaires that lack pages again, or the whole "
                     "batch: feeding "
                     "again changes nothing."));
    print_unseen(ledger);
}

static void
print_count(const StoreLedger *ledger)
{
    if (!ledger->counted)
        printf("%s\n",
               _("Nobody counted the sheets (--sheets N): two that went through at once would not show."));
    else if (ledger->difference < 0)
        printf(_("%d of the sheets counted are still to come.\n"), -ledger->difference);
    else if (ledger->difference > 0)
        printf(_("%d sheets more are held than were counted: count them again, and tell with --sheets N.\n"),
               ledger->difference);
}

void
scan_report_print(const char *station_dir, const char *batch, const char *detail, const StoreLedger *ledger)
{
    gboolean empty = g_strcmp0(ledger->cause, "empty") == 0;
    const char *at_scanner = remedy(ledger->cause);
    g_autofree char *command = command_on(station_dir, batch, ledger);

    printf(_("Batch %s: %s"), batch,
           ledger->cause ? scan_cause_words(ledger->cause)
                         : _("its last run goes on, or the station was ended in the middle of it"));
    if (detail && !empty)
        printf(" (%s)", detail);
    printf(".\n");
    if (at_scanner)
        printf("%s\n", at_scanner);
    if (!empty)
        print_way_on(command, ledger);
    print_counts(ledger);
    print_all_broken(ledger, empty);
    if (empty)
        print_missing(ledger);
    if (empty && ledger->counted && ledger->difference < 0)
        print_shortfall(command, ledger);
    else
        print_count(ledger);
    if (store_ledger_complete(ledger))
        printf("%s\n", _("The batch is complete."));
}
