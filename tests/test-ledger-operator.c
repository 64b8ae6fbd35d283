/* An operator who has a stack of paper, a feeder that fails in every way, and the ledger to go by: when the
 * ledger calls the batch complete, every paper is held; and whoever does as it says gets there. */
#include <string.h>
#include <unistd.h>

#include "database-private.h"
#include "store-feeds.h"

/* Nothing is asked of the disk here, and there are thousands of sheets. */
int
fsync(int fd)
{
    (void)fd;
    return 0;
}

int
fdatasync(int fd)
{
    (void)fd;
    return 0;
}

enum { BATCHES = 15, PAPERS = 30, MAX_FEEDS = 60 };

/* What the feeder may do to a paper. */
typedef enum {
    GOES_WELL,
    LOSES_BACK,   /* and stops */
    LOSES_BOTH,   /* and stops */
    FLAT_TAIL,    /* the back is lost, and it goes on */
    FLAT_BOTH,    /* nothing of it can be known, and it goes on */
    TWO_AT_ONCE,  /* this paper lies under the next and is not seen at all; it goes on */
    STATION_DIES, /* before the sheet is taken */
    LOOKS_EMPTY,  /* an end of feed with papers left */
    N_MISHAPS
} Mishap;

typedef struct {
    Station *station;
    GRand *random;
    double rate; /* of mishaps, a paper */
    guint feeds;
    gboolean seen[PAPERS + 1]; /* whole in the feeder at least once */
} Operator;

static Mishap
befall(Operator *operator)
{
    return g_rand_double(operator->random) < operator->rate
               ? (Mishap)g_rand_int_range(operator->random, GOES_WELL + 1, N_MISHAPS)
               : GOES_WELL;
}

static char *
sheet_of(guint paper, Mishap mishap, gboolean upside_down)
{
    switch (mishap) {
    case LOSES_BACK:
        return g_strdup_printf(upside_down ? "P%u/2 !jammed" : "P%u/1 !jammed", paper);
    case LOSES_BOTH:
        return g_strdup("!jammed !jammed");
    case FLAT_TAIL:
        return g_strdup_printf("P%u/1 P%u/2!flat_tail", paper, paper);
    case FLAT_BOTH:
        return g_strdup("!flat_tail !flat_tail");
    default:
        return g_strdup_printf(upside_down ? "P%u/2 P%u/1" : "P%u/1 P%u/2", paper, paper);
    }
}

/* Feeds papers until the stack is empty or the feeder stops. */
static void
feed(Operator *operator, const GArray * stack)
{
    StoreFeed run = feed_begin(operator->station, TRUE, PAPERS);
    const char *cause = "empty";
    guint sheet = run.next_sheet;

    operator->feeds++;
    for (guint i = 0; i < stack->len; i++) {
        guint paper = g_array_index(stack, guint, i);
        Mishap mishap = befall(operator);
        if (mishap == STATION_DIES) {
            station_reopen(operator->station);
            return;
        }
        if (mishap == LOOKS_EMPTY)
            break;
        if (mishap == TWO_AT_ONCE)
            continue;
        g_autofree char *text = sheet_of(paper, mishap, g_rand_boolean(operator->random));
        g_autofree char *scan = g_strdup_printf("%u", sheet);
        g_autoptr(GError) error = NULL;
        g_assert_true(feed_try_sheet(operator->station->store, run.id, sheet++, text, scan, &error));
        operator->seen[paper] = operator->seen[paper] || mishap == GOES_WELL;
        cause = mishap == LOSES_BACK || mishap == LOSES_BOTH ? "jammed" : "empty";
        if (g_str_equal(cause, "jammed"))
            break;
    }
    g_assert_true(store_feed_end(operator->station->store, run.id, cause, NULL));
}

static guint
paper_of(const StoreSheetName *name)
{
    return name->serial == NULL ? 0 : (guint)atoi(name->serial + 1);
}

static void
add_papers(GArray *stack, guint from, guint to)
{
    for (guint paper = from; paper <= to && paper <= PAPERS; paper++)
        g_array_append_val(stack, paper);
}

/* What the operator takes to the feeder next: the sheets that the ledger says to pull, found by themselves or
 * by the sheet before them, then the stack from the last sheet on. When the count differs and nothing is
 * named, all of it again. */
static GArray *
next_stack(const StoreLedger *ledger)
{
    GArray *stack = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; i < ledger->broken->len; i++) {
        const StoreBrokenSheet *broken = g_ptr_array_index(ledger->broken, i);
        guint paper = paper_of(&broken->name), before = paper_of(&broken->before);
        if (!broken->settled && paper > 0)
            add_papers(stack, paper, paper);
        else if (!broken->settled)
            add_papers(stack, before + 1, before + 2);
    }
    add_papers(stack, paper_of(&ledger->last) + 1, PAPERS);
    if (stack->len == 0)
        add_papers(stack, 1, PAPERS);
    return stack;
}

static guint
count_held(Station *station)
{
    return (guint)number(station->store->db,
                         "SELECT count(*) FROM (SELECT questionnaire FROM page WHERE state = 'held'"
                         " GROUP BY questionnaire HAVING count(*) = 2)");
}

/* What must hold whatever happened. */
static void
check_sound(const Operator *operator, const StoreLedger * ledger)
{
    guint seen = 0;

    for (guint paper = 1; paper <= PAPERS; paper++)
        seen += operator->seen[paper];
    g_assert_cmpuint(ledger->held, >=, seen);
    g_assert_cmpuint(ledger->held, <=, count_held(operator->station));
    if (store_ledger_complete(ledger)) {
        g_assert_cmpuint(count_held(operator->station), ==, PAPERS);
        g_assert_cmpuint(ledger->held, ==, PAPERS);
    }
}

static void
test_operator(gconstpointer data)
{
    guint complete = 0, feeds = 0;

    for (guint32 seed = 1000; seed < 1000 + BATCHES; seed++) {
        g_auto(Station) station = station_new_with("DEMO", 2);
        g_autoptr(GRand) random = g_rand_new_with_seed(seed);
        Operator operator= {&station, random, GPOINTER_TO_UINT(data) / 100.0, 0, {FALSE}};
        g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(guint));
        gboolean done = FALSE;

        add_papers(stack, 1, PAPERS);
        while (!done && operator.feeds<MAX_FEEDS) {
            feed(&operator, stack);
            g_autoptr(StoreLedger) ledger = feed_ledger(&station);
            check_sound(&operator, ledger);
            done = store_ledger_complete(ledger);
            g_array_unref(stack);
            stack = next_stack(ledger);
        }
        complete += done;
        feeds += operator.feeds;
        if (!done) {
            g_autoptr(StoreLedger) ledger = feed_ledger(&station);
            g_test_message("seed %u: held %u, unsettled %u", seed, ledger->held, ledger->unsettled);
        }
    }
    g_test_message("%u of %d batches complete, after %u feeds", complete, BATCHES, feeds);
    g_assert_cmpuint(complete, ==, BATCHES);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/ledger/operator/good-feeder", GUINT_TO_POINTER(2), test_operator);
    g_test_add_data_func("/ledger/operator/bad-feeder", GUINT_TO_POINTER(10), test_operator);
    return g_test_run();
}
