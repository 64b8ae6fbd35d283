/* The sheet ledger: every rule by which it says what is held, what is broken, and what is complete. */
#include <string.h>

#include "database-private.h"
#include "store-feeds.h"

/* --- the rules, one case each --- */

static void
describe_name(GString *text, const StoreSheetName *name)
{
    if (name->sheet == 0)
        g_string_append(text, " -");
    else
        g_string_append_printf(text, " %u:%s/%d/%d", name->sheet, name->serial == NULL ? "" : name->serial,
                               name->front, name->back);
}

static char *
describe(const StoreLedger *ledger)
{
    static const char *const kinds[] = {"lost", "no back", "no front", "mixed"};
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "fed %u whole %u held %u again %u%+d last", ledger->fed, ledger->whole,
                           ledger->held, ledger->repeated, ledger->difference);
    describe_name(text, &ledger->last);
    for (guint i = 0; i < ledger->broken->len; i++) {
        const StoreBrokenSheet *broken = g_ptr_array_index(ledger->broken, i);
        g_string_append(text, broken->settled ? "; settled" : "; open");
        describe_name(text, &broken->name);
        g_string_append_printf(text, " %s%s%s %s between", kinds[broken->kind],
                               broken->front_lost ? " front" : "", broken->back_lost ? " back" : "",
                               broken->cause == NULL ? "-" : broken->cause);
        describe_name(text, &broken->before);
        describe_name(text, &broken->after);
    }
    if (ledger->missing_total > 0)
        g_string_append_printf(text, "; missing %d", (int)ledger->missing_total);
    for (guint i = 0; i < ledger->unseen->len; i++)
        g_string_append_printf(text, "; unseen %s", (const char *)g_ptr_array_index(ledger->unseen, i));
    if (ledger->refused + ledger->doubled > 0)
        g_string_append_printf(text, "; refused %d doubled %d", (int)ledger->refused, (int)ledger->doubled);
    g_string_append(text, store_ledger_complete(ledger) ? "; complete" : "");
    return g_string_free(text, FALSE);
}

typedef struct {
    const char *name;
    int pages;            /* of the form */
    guint counted;        /* by the operator */
    const char *files;    /* pages imported from files before, apart by spaces */
    const char *feeds[4]; /* as of feed_run(); "simplex " before one that is */
    const char *expected; /* as of describe() */
} Case;

static const Case cases[] = {
    {"whole",
     2,
     2,
     NULL,
     {"empty: S1/1 S1/2, S2/1 S2/2"},
     "fed 2 whole 2 held 2 again 0+0 last 2:S2/1/2; complete"},
    {"nothing", 2, 1, NULL, {"empty: "}, "fed 0 whole 0 held 0 again 0-1 last -"},
    {"not-counted", 2, 0, NULL, {"empty: S1/1 S1/2"}, "fed 1 whole 1 held 1 again 0+0 last 1:S1/1/2"},
    {"one-too-few",
     2,
     3,
     NULL,
     {"empty: S1/1 S1/2, S2/1 S2/2"},
     "fed 2 whole 2 held 2 again 0-1 last 2:S2/1/2"},
    {"still-running", 2, 1, NULL, {": S1/1 S1/2"}, "fed 1 whole 1 held 1 again 0+0 last 1:S1/1/2"},
    {"simplex",
     1,
     2,
     NULL,
     {"simplex empty: S1/1, S2/1"},
     "fed 2 whole 2 held 2 again 0+0 last 2:S2/1/0; complete"},
    {"upside-down",
     2,
     1,
     NULL,
     {"empty: S1/2 S1/1"},
     "fed 1 whole 1 held 1 again 0+0 last 1:S1/2/1; complete"},
    {"fed-twice",
     2,
     2,
     NULL,
     {"empty: S1/1 S1/2, S2/1 S2/2", "empty: S2/1 S2/2, S1/2 S1/1"},
     "fed 4 whole 4 held 2 again 2+0 last 4:S1/2/1; complete"},
    {"from-files-before",
     2,
     1,
     "S1/1 S1/2",
     {"empty: S1/1 S1/2"},
     "fed 1 whole 1 held 1 again 0+0 last 1:S1/1/2; complete"},
    {"serial-twice",
     2,
     2,
     NULL,
     {"empty: S1/1 S1/2, S1/1=2 S1/2"},
     "fed 2 whole 2 held 1 again 1-1 last 2:S1/1/2; refused 0 doubled 1"},

    /* a side is lost, and known by the other */
    {"back-lost",
     2,
     3,
     NULL,
     {"jammed: S1/1 S1/2, S2/1 !jammed"},
     "fed 2 whole 1 held 1 again 0-2 last 1:S1/1/2; open 2:S2/1/0 lost back jammed between 1:S1/1/2 -; "
     "missing 1"},
    {"back-lost-and-again",
     2,
     3,
     NULL,
     {"jammed: S1/1 S1/2, S2/1 !jammed", "empty: S2/1 S2/2, S3/1 S3/2"},
     "fed 4 whole 3 held 3 again 0+0 last 4:S3/1/2;"
     " settled 2:S2/1/0 lost back jammed between 1:S1/1/2 -; complete"},
    {"front-lost-and-again",
     2,
     2,
     NULL,
     {"jammed: !jammed S1/2", "empty: S2/1 S2/2, S1/1 S1/2"},
     "fed 3 whole 2 held 2 again 0+0 last 3:S1/1/2; settled 1:S1/0/2 lost front jammed between - -; "
     "complete"},
    {"front-lost-twice",
     2,
     1,
     NULL,
     {"jammed: !jammed S1/2", "jammed: !double_feed S1/2", "empty: S1/1 S1/2"},
     "fed 3 whole 1 held 1 again 0+0 last 3:S1/1/2; settled 1:S1/0/2 lost front jammed between - -;"
     " settled 2:S1/0/2 lost front double_feed between - -; complete"},
    {"another-fed-on",
     2,
     3,
     NULL,
     {"jammed: S1/1 S1/2, S2/1 !jammed", "empty: S3/1 S3/2"},
     "fed 3 whole 2 held 2 again 0-1 last 3:S3/1/2;"
     " open 2:S2/1/0 lost back jammed between 1:S1/1/2 -; missing 1"},
    {"flat-tail-in-mid-feed",
     2,
     3,
     NULL,
     {"empty: S1/1 S1/2, S2/1!flat_tail S2/2, S3/1 S3/2"},
     "fed 3 whole 2 held 2 again 0-1 last 3:S3/1/2;"
     " open 2:S2/1/2 lost front flat_tail between 1:S1/1/2 3:S3/1/2; missing 1"},
    {"flat-tail-and-again",
     2,
     3,
     NULL,
     {"empty: S1/1 S1/2, S2/1!flat_tail S2/2, S3/1 S3/2", "empty: S2/1 S2/2"},
     "fed 4 whole 3 held 3 again 0+0 last 4:S2/1/2;"
     " settled 2:S2/1/2 lost front flat_tail between 1:S1/1/2 3:S3/1/2; complete"},
    {"known-only-by-what-is-lost",
     2,
     2,
     NULL,
     {"empty: S1/1!flat_tail !flat_tail, S2/1 S2/2", "empty: S1/1 S1/2"},
     "fed 3 whole 2 held 2 again 0+0 last 3:S1/1/2;"
     " settled 1:S1/1/0 lost front back flat_tail between - 2:S2/1/2; complete"},
    {"torn-and-from-files",
     2,
     2,
     "S2/1 S2/2",
     {"jammed: S1/1 S1/2, S2/1 !jammed"},
     "fed 2 whole 1 held 2 again 0+0 last 1:S1/1/2;"
     " settled 2:S2/1/0 lost back jammed between 1:S1/1/2 -; complete"},
    {"one-paper-torn-twice-and-from-files",
     2,
     1,
     "S2/1 S2/2",
     {"jammed: S2/1 !jammed", "jammed: !jammed S2/2"},
     "fed 2 whole 0 held 1 again 0+0 last -; settled 1:S2/1/0 lost back jammed between - -;"
     " settled 2:S2/0/2 lost front jammed between - -; complete"},
    {"held-before-it-broke",
     2,
     1,
     NULL,
     {"empty: S1/1 S1/2", "jammed: S1/1 !jammed"},
     "fed 2 whole 1 held 1 again 0+0 last 1:S1/1/2;"
     " settled 2:S1/1/0 lost back jammed between 1:S1/1/2 -; complete"},
    {"other-sheet-of-the-questionnaire",
     4,
     2,
     NULL,
     {"jammed: S1/1 !jammed", "empty: S1/3 S1/4"},
     "fed 2 whole 1 held 1 again 0-1 last 2:S1/3/4; open 1:S1/1/0 lost back jammed between - -; missing 1"},

    /* nothing is known of it */
    {"lost-at-the-end",
     2,
     2,
     NULL,
     {"jammed: S1/1 S1/2, !jammed !jammed"},
     "fed 2 whole 1 held 1 again 0-1 last 1:S1/1/2;"
     " open 2:/0/0 lost front back jammed between 1:S1/1/2 -"},
    {"lost-at-the-end-and-fed-on",
     2,
     2,
     NULL,
     {"jammed: S1/1 S1/2, !jammed !jammed", "empty: S2/1 S2/2"},
     "fed 3 whole 2 held 2 again 0+0 last 3:S2/1/2;"
     " settled 2:/0/0 lost front back jammed between 1:S1/1/2 -; complete"},
    {"lost-twice-and-fed-on",
     2,
     2,
     NULL,
     {"jammed: S1/1 S1/2, !jammed !jammed", "crashed: !crashed", "empty: S2/1 S2/2"},
     "fed 4 whole 2 held 2 again 0+0 last 4:S2/1/2; settled 2:/0/0 lost front back jammed between 1:S1/1/2 -;"
     " settled 3:/0/0 lost front crashed between 1:S1/1/2 -; complete"},
    {"lost-in-a-row-and-fed-on",
     2,
     3,
     NULL,
     {"hung: S1/1 S1/2, !hung !hung, !hung !hung", "empty: S2/1 S2/2, S3/1 S3/2"},
     "fed 5 whole 3 held 3 again 0+0 last 5:S3/1/2; settled 2:/0/0 lost front back hung between 1:S1/1/2 -;"
     " settled 3:/0/0 lost front back hung between 1:S1/1/2 -; complete"},
    {"lost-in-mid-feed-and-fed-on",
     2,
     3,
     NULL,
     {"empty: !flat_tail !flat_tail, S1/1 S1/2", "empty: S2/1 S2/2"},
     "fed 3 whole 2 held 2 again 0-1 last 3:S2/1/2;"
     " open 1:/0/0 lost front back flat_tail between - 2:S1/1/2"},
    {"lost-in-mid-feed-and-the-count-agrees",
     2,
     2,
     NULL,
     {"empty: !flat_tail !flat_tail, S1/1 S1/2", "empty: S2/1 S2/2"},
     "fed 3 whole 2 held 2 again 0+0 last 3:S2/1/2;"
     " settled 1:/0/0 lost front back flat_tail between - 2:S1/1/2; complete"},
    {"lost-in-mid-feed-and-not-fed-since",
     2,
     1,
     NULL,
     {"empty: !flat_tail !flat_tail, S1/1 S1/2"},
     "fed 2 whole 1 held 1 again 0+0 last 2:S1/1/2;"
     " open 1:/0/0 lost front back flat_tail between - 2:S1/1/2"},
    {"lost-in-mid-feed-when-fed-again",
     2,
     1,
     NULL,
     {"empty: !flat_tail !flat_tail, S1/1 S1/2", "empty: S1/1 S1/2"},
     "fed 3 whole 2 held 1 again 1+0 last 3:S1/1/2;"
     " settled 1:/0/0 lost front back flat_tail between - 2:S1/1/2; complete"},
    {"next-feed-begins-broken",
     2,
     2,
     NULL,
     {"jammed: !jammed !jammed", "empty: S1/1 !jammed, S2/1 S2/2"},
     "fed 3 whole 1 held 1 again 0-1 last 3:S2/1/2; open 1:/0/0 lost front back jammed between - -;"
     " open 2:S1/1/0 lost back jammed between - 3:S2/1/2; missing 1"},

    /* where to feed on from: what came after the last whole sheet, and nothing else */
    {"early-flat-tail-and-a-jam",
     2,
     5,
     NULL,
     {"jammed: S1/1 S1/2, S2/1 S2/2!flat_tail, S3/1 S3/2, S4/1 S4/2, S5/1 !jammed"},
     "fed 5 whole 3 held 3 again 0-2 last 4:S4/1/2;"
     " open 2:S2/1/2 lost back flat_tail between 1:S1/1/2 3:S3/1/2;"
     " open 5:S5/1/0 lost back jammed between 4:S4/1/2 -; missing 2"},
    {"early-flat-tail-and-the-station-dies",
     2,
     4,
     NULL,
     {": S1/1 S1/2, !flat_tail !flat_tail, S3/1 S3/2"},
     "fed 3 whole 2 held 2 again 0-2 last 3:S3/1/2;"
     " open 2:/0/0 lost front back flat_tail between 1:S1/1/2 3:S3/1/2"},
    {"jammed-again-at-once",
     2,
     3,
     NULL,
     {"jammed: S1/1 S1/2, S2/1 !jammed", "jammed: !jammed !jammed"},
     "fed 3 whole 1 held 1 again 0-2 last 1:S1/1/2; open 2:S2/1/0 lost back jammed between 1:S1/1/2 -;"
     " open 3:/0/0 lost front back jammed between 1:S1/1/2 -; missing 1"},
    {"fed-on-from-an-earlier-sheet",
     2,
     4,
     NULL,
     {"jammed: S1/1 S1/2, S2/1 S2/2, S3/1 !jammed", "jammed: S2/1 S2/2, S3/1 S3/2, !jammed !jammed"},
     "fed 6 whole 4 held 3 again 1-1 last 5:S3/1/2; settled 3:S3/1/0 lost back jammed between 2:S2/1/2 -;"
     " open 6:/0/0 lost front back jammed between 5:S3/1/2 -"},
    {"broken-at-the-end-and-never-fed-again",
     2,
     4,
     NULL,
     {"jammed: S1/1 S1/2, S2/1 !jammed", "stopped: S3/1 S3/2", "jammed: S4/1 !jammed"},
     "fed 4 whole 2 held 2 again 0-2 last 3:S3/1/2; open 2:S2/1/0 lost back jammed between 1:S1/1/2 -;"
     " open 4:S4/1/0 lost back jammed between 3:S3/1/2 -; missing 2"},
    {"flat-tail-first-on-the-next-pile",
     2,
     5,
     NULL,
     {"jammed: S1/1 S1/2, S2/1 !flat_tail, S3/1 S3/2, !jammed !jammed",
      "jammed: S2/1 S2/2, S4/1 S4/2, !jammed !jammed"},
     "fed 7 whole 4 held 4 again 0-1 last 6:S4/1/2;"
     " settled 2:S2/1/0 lost back flat_tail between 1:S1/1/2 3:S3/1/2;"
     " settled 4:/0/0 lost front back jammed between 3:S3/1/2 -;"
     " open 7:/0/0 lost front back jammed between 6:S4/1/2 -"},

    /* sides that do not fit */
    {"no-back",
     2,
     1,
     NULL,
     {"empty: S1/1"},
     "fed 1 whole 0 held 0 again 0-1 last -; open 1:S1/1/0 no back - between - -; missing 1"},
    {"no-front",
     2,
     2,
     NULL,
     {"empty: - S1/2, S2/1 S2/2"},
     "fed 2 whole 1 held 1 again 0-1 last 2:S2/1/2; open 1:S1/0/2 no front - between - 2:S2/1/2; missing 1"},
    {"bare-back",
     3,
     2,
     NULL,
     {"empty: S1/1 S1/2, S1/3 bare"},
     "fed 2 whole 2 held 2 again 0+0 last 2:S1/3/0; complete"},
    {"bare-front",
     3,
     2,
     NULL,
     {"empty: S1/2 S1/1, bare S1/3"},
     "fed 2 whole 2 held 2 again 0+0 last 2:S1/0/3; complete"},
    {"bare-back-and-lost-front",
     1,
     1,
     NULL,
     {"jammed: !jammed bare"},
     "fed 1 whole 0 held 0 again 0-1 last -; open 1:/0/0 lost front jammed between - -"},
    {"no-back-and-again",
     2,
     1,
     NULL,
     {"empty: S1/1", "empty: S1/1 S1/2"},
     "fed 2 whole 1 held 1 again 0+0 last 2:S1/1/2; settled 1:S1/1/0 no back - between - -; complete"},
    {"sides-shifted",
     2,
     3,
     NULL,
     {"empty: S1/1 S2/2, S2/1 S3/2, S3/1"},
     "fed 3 whole 0 held 1 again 0-2 last -; open 1:S1/1/2 mixed - between - -;"
     " settled 2:S2/1/2 mixed - between - -; settled 3:S3/1/0 no back - between - -; missing 1"},
    {"sides-shifted-and-again",
     2,
     3,
     NULL,
     {"empty: S1/1 S2/2, S2/1 S3/2, S3/1", "empty: S1/1 S1/2, S2/1 S2/2, S3/1 S3/2"},
     "fed 6 whole 3 held 3 again 0+0 last 6:S3/1/2; settled 1:S1/1/2 mixed - between - -;"
     " settled 2:S2/1/2 mixed - between - -; settled 3:S3/1/0 no back - between - -; complete"},
    {"sides-swapped-and-nothing-missing",
     2,
     2,
     NULL,
     {"empty: S1/1 S2/2, S2/1 S1/2"},
     "fed 2 whole 0 held 0 again 0-2 last -; settled 1:S1/1/2 mixed - between - -;"
     " settled 2:S2/1/2 mixed - between - -"},
    {"one-of-two-serials-came-whole",
     2,
     2,
     NULL,
     {"empty: S1/1 S2/2", "empty: S1/1 S1/2"},
     "fed 2 whole 1 held 1 again 0-1 last 2:S1/1/2; open 1:S1/1/2 mixed - between - -; missing 1"},
    {"without-serials",
     1,
     3,
     NULL,
     {"simplex empty: ~/1, ~/1, ~/1"},
     "fed 3 whole 3 held 3 again 0+0 last 3:/1/0; complete"},
    {"front-twice",
     2,
     1,
     NULL,
     {"empty: S1/1 S1/1"},
     "fed 1 whole 0 held 0 again 0-1 last -; open 1:S1/1/1 mixed - between - -; missing 1"},

    /* pages that could not be read */
    {"refused",
     2,
     1,
     NULL,
     {"empty: ? ?"},
     "fed 1 whole 1 held 1 again 0+0 last 1:/0/0; refused 2 doubled 0"},
    {"back-refused-and-again",
     2,
     1,
     NULL,
     {"empty: S1/1 ?", "empty: S1/1 S1/2"},
     "fed 2 whole 2 held 1 again 1+0 last 2:S1/1/2; complete"},
    {"front-refused-and-again",
     2,
     2,
     NULL,
     {"empty: ? S1/2, S2/1 S2/2", "empty: S1/2 S1/1"},
     "fed 3 whole 3 held 2 again 1+0 last 3:S1/2/1; complete"},
    {"refused-though-known-and-again",
     2,
     1,
     NULL,
     {"empty: S1/1? ?", "empty: S1/1 S1/2"},
     "fed 2 whole 2 held 1 again 1+0 last 2:S1/1/2; complete"},
    {"refused-and-the-other-side-lost-and-again",
     2,
     1,
     NULL,
     {"jammed: ? S1/2!jammed", "empty: S1/1 S1/2"},
     "fed 2 whole 1 held 1 again 0+0 last 2:S1/1/2; settled 1:S1/0/2 lost back jammed between - -; complete"},
    {"refused-again-and-again",
     2,
     1,
     NULL,
     {"empty: S1/1 ?", "empty: ? S1/2", "empty: S1/1 ?"},
     "fed 3 whole 3 held 2 again 1+1 last 3:S1/1/0; refused 3 doubled 0"},
    {"refused-and-again-and-then-refused",
     2,
     1,
     NULL,
     {"empty: S1/1 S1/2", "empty: ? S1/2"},
     "fed 2 whole 2 held 1 again 1+0 last 2:S1/0/2; complete"},
    {"refused-and-the-paper-is-another",
     2,
     2,
     NULL,
     {"empty: S1/1 S1/2, S1/1=2 ?"},
     "fed 2 whole 2 held 1 again 1-1 last 2:S1/1/0; refused 1 doubled 1"},
    {"refused-as-a-page-of-another-sheet",
     4,
     2,
     NULL,
     {"empty: S1/1 S1/4?", "empty: S1/1 S1/2"},
     "fed 2 whole 2 held 1 again 1-1 last 2:S1/1/2; missing 1; refused 1 doubled 0"},
    {"refused-on-a-mixed-sheet-and-again",
     2,
     2,
     NULL,
     {"empty: S1/1? S2/2", "empty: S2/1 S2/2", "empty: S1/1 S1/2"},
     "fed 3 whole 2 held 2 again 0+0 last 3:S1/1/2; settled 1:S1/1/2 mixed - between - -; complete"},
    {"one-blank-image-on-two-sheets-and-one-again",
     2,
     2,
     NULL,
     {"empty: S1/1 ?blank, S2/1 ?blank", "empty: S1/1 S1/2"},
     "fed 3 whole 3 held 2 again 1+0 last 3:S1/1/2; missing 1; refused 1 doubled 0"},
    {"one-blank-image-on-two-sheets-and-both-again",
     2,
     2,
     NULL,
     {"empty: S1/1 ?blank, S2/1 ?blank", "empty: S1/1 S1/2, S2/1 S2/2"},
     "fed 4 whole 4 held 2 again 2+0 last 4:S2/1/2; complete"},
    {"joined-by-a-third",
     2,
     1,
     NULL,
     {"empty: S1/1 ?, ? S1/2, S1/1 S1/2"},
     "fed 3 whole 3 held 1 again 2+0 last 3:S1/1/2; complete"},
    {"blank-backs-of-the-same-bytes",
     1,
     2,
     NULL,
     {"empty: S1/1 ?blank, S2/1 ?blank"},
     "fed 2 whole 2 held 2 again 0+0 last 2:S2/1/0; refused 1 doubled 0"},
    {"same-bytes-again",
     1,
     1,
     NULL,
     {"empty: ?x ?y, ?x ?y"},
     "fed 2 whole 2 held 1 again 1+0 last 2:/0/0; refused 2 doubled 0"},
    {"refused-but-known",
     2,
     1,
     NULL,
     {"empty: X1/1? ?", "empty: X1/1? X1/2?"},
     "fed 2 whole 2 held 1 again 1+0 last 2:X1/1/2; refused 4 doubled 0"},
    {"a-page-lacks",
     3,
     1,
     NULL,
     {"empty: S1/1 S1/2"},
     "fed 1 whole 1 held 1 again 0+0 last 1:S1/1/2; missing 1"},
};

static void
test_rule(gconstpointer data)
{
    const Case *rule = data;
    g_auto(Station) station = station_new_with("DEMO", rule->pages);
    g_auto(GStrv) files = g_strsplit(rule->files == NULL ? "" : rule->files, " ", -1);

    for (guint i = 0; files[i] != NULL; i++) {
        g_auto(GStrv) page = g_strsplit(files[i], "/", 2);
        station_put_simple(&station, page[0], atoi(page[1]));
    }
    for (guint i = 0; i < G_N_ELEMENTS(rule->feeds) && rule->feeds[i] != NULL; i++) {
        gboolean simplex = g_str_has_prefix(rule->feeds[i], "simplex ");
        feed_run(&station, simplex, rule->counted, rule->feeds[i] + (simplex ? strlen("simplex ") : 0));
    }
    g_autoptr(StoreLedger) ledger = feed_ledger(&station);
    g_autofree char *found = describe(ledger);
    g_assert_cmpstr(found, ==, rule->expected);
    g_assert_cmpuint(ledger->next_sheet, ==, ledger->fed + 1);
    station_check(&station);
}

/* What came first in another batch counts in this one too. */
static void
test_other_batch(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);

    feed_run(&station, FALSE, 2, "empty: S1/1 S1/2, ?x ?y");
    station_put_simple(&station, "S2", 1);
    station.batch = "hai";
    feed_run(&station, FALSE, 3, "empty: S1/2 S1/1, ?x ?y, S2/1 bare");
    g_autoptr(StoreLedger) ledger = feed_ledger(&station);
    g_autofree char *found = describe(ledger);
    g_assert_cmpstr(found, ==,
                    "fed 3 whole 3 held 3 again 0+0 last 3:S2/1/0; missing 1; refused 2 doubled 0");
    station.batch = "ba";
    feed_run(&station, FALSE, 1, "empty: S3/1 S3/2");
    g_autoptr(StoreLedger) third = feed_ledger(&station);
    g_assert_true(store_ledger_complete(third));
}

/* A refused page that came as a file stays one that people look at, though the feeder gave it again. */
static void
test_refused_file(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    FormReading *refused = form_reading_new("a.jpg", 0);

    form_reading_refuse(refused, "no_form", NULL);
    g_assert_cmpint(station_put(&station, "x", 0, refused), ==, STORE_PAGE_REFUSED);
    feed_run(&station, FALSE, 1, "empty: S1/1 ?x, S1/1 S1/2");
    g_autoptr(StoreLedger) ledger = feed_ledger(&station);
    g_autofree char *found = describe(ledger);
    g_assert_cmpstr(found, ==, "fed 2 whole 2 held 1 again 1+0 last 2:S1/1/2; refused 1 doubled 0");

    station.batch = "hai"; /* where it came with a feeder only, and is not the only one */
    feed_run(&station, FALSE, 1, "empty: S2/1 ?x, S2/1 S2/2");
    g_autoptr(StoreLedger) other = feed_ledger(&station);
    g_assert_true(store_ledger_complete(other));
}

/* A sample list tells which questionnaires should be between those that came. */
static void
test_unseen(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    g_autoptr(GString) list = g_string_new("serial,place");

    for (int i = 100; i < 2200; i++)
        g_string_append_printf(list, "\nS%04d,x", i);
    import_ok(&station, list->str, 2100, 0);
    feed_run(&station, FALSE, 5, "empty: S0101/1 S0101/2, S0102/1 S0102/2, S0105/2 S0105/1");
    station.batch = "hai";
    feed_run(&station, FALSE, 1, "empty: S0104/1 S0104/2");
    station.batch = "một";
    g_autoptr(StoreLedger) ledger = feed_ledger(&station);
    g_autofree char *found = describe(ledger);
    g_assert_cmpstr(found, ==, "fed 3 whole 3 held 3 again 0-2 last 3:S0105/2/1; unseen S0103");
    feed_run(&station, FALSE, 5, "empty: S2199/1 S2199/2");
    g_autoptr(StoreLedger) many = feed_ledger(&station);
    g_assert_cmpint(many->unseen_total, ==, 2094);
    g_assert_cmpuint(many->unseen->len, ==, 1000);
}

/* --- main --- */

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/ledger/rule/%s", cases[i].name);
        g_test_add_data_func(path, &cases[i], test_rule);
    }
    g_test_add_func("/ledger/other-batch", test_other_batch);
    g_test_add_func("/ledger/refused-file", test_refused_file);
    g_test_add_func("/ledger/unseen", test_unseen);
    return g_test_run();
}
