/* SIGKILL at random moments of a duplex run: of the feeder process, and of the station. Each time it is
 * started again, and fed from the sheet after the last that it says it holds. In the end every sheet is held
 * once.
 *
 * PHIEU_KILLS (8) kills of each over PHIEU_SHEETS (12) sheets; PHIEU_SEED (1) draws their moments. */
#include "scan-fixture.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command-fixture.h"

/* The feeder's pace, so that it is at work when it is killed. */
#define SCRIPT "[feeder]\nsheets_per_minute=300\n"

/* Until a run is well begun, and between two sides. */
#define START_MS 400
#define SIDE_MS  200

/* A feeder process without a station is given this long to end. */
#define ORPHAN_S 60

static ScanPile *pile;
static char *undisturbed; /* what the station holds after a run with no kills */

typedef struct {
    gboolean of_station; /* it is killed, not its feeder process */
    char *station, *folder;
    GRand *random;
    guint kills, early; /* done; of them before the first side was shown */
    guint first;        /* position in the pile of the sheet on top */
    guint runs, rounds; /* of the program; through the whole pile */
} Ordeal;

/* ---- processes ---- */

/* The parent and the state of a process, 0 where there is none. */
static GPid
parent_of(const char *pid, char *state)
{
    g_autofree char *path = g_build_filename("/proc", pid, "stat", NULL), *text = NULL;
    int parent = 0;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return 0;
    const char *behind = strrchr(text, ')');
    return behind && sscanf(behind + 1, " %c %d", state, &parent) == 2 ? parent : 0;
}

/* The only child of a process; 0 where it has none. */
static GPid
child_of(GPid pid)
{
    g_autoptr(GDir) processes = g_dir_open("/proc", 0, NULL);
    char state;
    for (const char *name; processes && (name = g_dir_read_name(processes));)
        if (g_ascii_isdigit(*name) && parent_of(name, &state) == pid && state != 'Z')
            return atoi(name);
    return 0;
}

static gboolean
is_gone(GPid pid)
{
    g_autofree char *name = g_strdup_printf("%d", pid);
    char state = 'Z';
    return parent_of(name, &state) == 0 || state == 'Z';
}

/* A feeder process whose station is gone ends by itself: it would keep the scanner. */
static void
await_end(GPid feeder)
{
    for (guint i = 0; i < ORPHAN_S * 20 && !is_gone(feeder); i++)
        g_usleep(G_USEC_PER_SEC / 20);
    g_assert_true(is_gone(feeder));
}

static GPid
start(const Ordeal *ordeal, FILE **output)
{
    g_autofree char *device = g_strconcat("--device=virtual:", ordeal->folder, NULL),
                    *first = g_strdup_printf("--once=first-sheet=%u", ordeal->first),
                    *sheets = g_strdup_printf("--sheets=%u", pile->sheets->len);
    const char *words[] = {g_getenv("PHIEU"),
                           "-C",
                           ordeal->station,
                           "scan",
                           device,
                           "--batch",
                           "b",
                           "--json",
                           "--jobs",
                           "1",
                           "--size",
                           "105x148.5",
                           "--dpi",
                           "300",
                           first,
                           sheets,
                           NULL};
    GError *error = NULL;
    GPid pid = 0;
    int read_end = -1;
    g_spawn_async_with_pipes(NULL, (char **)words, NULL,
                             G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &pid, NULL,
                             &read_end, NULL, &error);
    g_assert_no_error(error);
    *output = fdopen(read_end, "r");
    return pid;
}

/* ---- a run ---- */

/* Reads on until so many sides were shown, or all is read. */
static gboolean
read_sides(FILE *output, guint n_sides, GString *text)
{
    char *line = NULL;
    gsize room = 0;
    guint seen = 0;
    while (seen < n_sides && getline(&line, &room, output) > 0) {
        g_string_append(text, line);
        seen += strstr(line, "\"event\":\"side\"") != NULL;
    }
    free(line);
    return seen == n_sides;
}

static void
read_rest(FILE *output, GString *text)
{
    char block[4096];
    for (gsize n; (n = fread(block, 1, sizeof block, output)) > 0;)
        g_string_append_len(text, block, (gssize)n);
    fclose(output);
}

/* The feeder process, as soon as there is one; 0 where the station ends first. */
static GPid
await_feeder(GPid station)
{
    GPid feeder;
    while (!(feeder = child_of(station)) && !is_gone(station))
        g_usleep(1000);
    return feeder;
}

/* Waits for a random moment of the run, then kills. FALSE where the run was over before. */
static gboolean
kill_at_random(Ordeal *ordeal, GPid station, FILE *output, GString *text)
{
    guint sides = (guint)g_rand_int_range(ordeal->random, 0, 3);
    int wait_ms = g_rand_int_range(ordeal->random, 0, sides ? SIDE_MS : START_MS);
    if (!read_sides(output, sides, text))
        return FALSE;
    g_usleep((gulong)wait_ms * 1000);
    GPid feeder = ordeal->of_station ? child_of(station) : await_feeder(station);
    GPid victim = ordeal->of_station ? station : feeder;
    if (!victim || kill(victim, SIGKILL) != 0)
        return FALSE;
    ordeal->kills++;
    ordeal->early += sides == 0;
    if (ordeal->of_station && feeder)
        await_end(feeder);
    return TRUE;
}

/* What a person sees who comes back after a power cut; NULL while there is no such batch. */
static json_t *
look_at_batch(const Ordeal *ordeal)
{
    g_auto(Run) run = run_phieu("-C", ordeal->station, "batch", "show", "b", "--json", NULL);
    if (run.status == 2)
        return NULL;
    assert_status(run, 0);
    return json_loads(run.output, 0, NULL);
}

/* What is said is held, and the next sheet is put on top as it is said. */
static void
do_as_told(Ordeal *ordeal, const json_t *ledger)
{
    guint last = scan_last(pile, ledger);
    g_assert_true(scan_station_holds(pile, ordeal->station, last));
    if (ordeal->rounds == 0)
        g_assert_cmpuint(last + 1, >=, ordeal->first);
    ordeal->first = last + 1;
    if (ordeal->first > pile->sheets->len) {
        ordeal->first = 1;
        ordeal->rounds++;
    }
}

/* Runs the program once, with a kill or without; returns what it says in the end, or the batch's ledger where
 * it could say nothing. */
static json_t *
run_once(Ordeal *ordeal, gboolean with_kill)
{
    g_autoptr(GString) text = g_string_new(NULL);
    FILE *output = NULL;
    GPid pid = start(ordeal, &output);
    gboolean killed = with_kill && kill_at_random(ordeal, pid, output, text);
    /* a feeder process that dies before it feeds is started again */
    while (killed && !ordeal->of_station && kill_at_random(ordeal, pid, output, text))
        continue;
    read_rest(output, text);
    int status = 0;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    ordeal->runs++;
    json_t *end = scan_end_of(text->str);
    if (killed && ordeal->of_station)
        g_assert_true(WIFSIGNALED(status) || end);
    else
        g_assert_true(WIFEXITED(status));
    return end ? end : look_at_batch(ordeal);
}

/* ---- the whole ---- */

static guint
number_of(const char *name, guint otherwise)
{
    const char *text = g_getenv(name);
    return text ? (guint)g_ascii_strtoull(text, NULL, 10) : otherwise;
}

/* Feeds on, undisturbed, until the program has no more to say. */
static void
bring_to_end(Ordeal *ordeal)
{
    for (guint i = 0; i < 4; i++) {
        g_autoptr(json_t) ledger = run_once(ordeal, FALSE);
        g_assert_nonnull(ledger);
        g_autofree char *told = scan_way_on(pile, ledger, FALSE);
        char *dumped = json_dumps(ledger, JSON_COMPACT);
        g_test_message("%s\nthen: %s", dumped, told ? told : "nothing");
        free(dumped);
        if (!told) {
            g_assert_true(json_is_true(json_object_get(ledger, "complete")));
            return;
        }
        ordeal->first = (guint)atoi(told); /* and the sheets after it, which changes nothing */
    }
    g_assert_not_reached();
}

static void
check_holdings(const Ordeal *ordeal)
{
    guint printed = scan_pile_printed(pile, pile->sheets->len);
    g_autofree char *held = scan_station_held(ordeal->station);
    ScanHoldings holdings = scan_station_count(pile, ordeal->station);
    g_test_message(
        "%u kills, %u of them before the first side; %u runs, %u times through; %u sheets; pages: "
        "%u of %u held, %u doubled, %u refused; files: %u torn, %u that no page names, %u unfinished",
        ordeal->kills, ordeal->early, ordeal->runs, ordeal->rounds, pile->sheets->len, holdings.wanted,
        printed, holdings.doubled, holdings.refused, holdings.torn, holdings.orphans, holdings.unfinished);
    g_assert_cmpuint(holdings.wanted, ==, printed);
    g_assert_cmpuint(holdings.held, ==, printed);
    g_assert_cmpuint(holdings.doubled, ==, 0);
    g_assert_cmpuint(holdings.refused, ==, 0);
    g_assert_cmpuint(holdings.torn, ==, 0);
    g_assert_cmpuint(holdings.orphans, ==, 0);
    g_assert_cmpstr(held, ==, undisturbed);
}

static void
ordeal_init(Ordeal *ordeal, const char *name, const char *script)
{
    g_autofree char *station = g_strconcat(name, "-station", NULL);
    ordeal->station = scan_pile_station(pile, station);
    ordeal->folder = scan_pile_folder(pile, name, NULL, script);
    ordeal->random = g_rand_new_with_seed(number_of("PHIEU_SEED", 1));
    ordeal->first = 1;
}

static void
ordeal_clear(Ordeal *ordeal)
{
    g_free(ordeal->station);
    g_free(ordeal->folder);
    g_rand_free(ordeal->random);
}

static void
test_kills(gconstpointer data)
{
    Ordeal ordeal = {.of_station = strcmp(data, "station") == 0};
    guint wanted = number_of("PHIEU_KILLS", 8);
    ordeal_init(&ordeal, data, SCRIPT);
    while (ordeal.kills < wanted) {
        g_autoptr(json_t) ledger = run_once(&ordeal, TRUE);
        if (ledger)
            do_as_told(&ordeal, ledger);
    }
    bring_to_end(&ordeal);
    check_holdings(&ordeal);
    ordeal_clear(&ordeal);
}

static void
feed_undisturbed(void)
{
    Ordeal ordeal = {0};
    ordeal_init(&ordeal, "undisturbed", NULL);
    bring_to_end(&ordeal);
    undisturbed = scan_station_held(ordeal.station);
    ordeal_clear(&ordeal);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    pile = scan_pile_new(number_of("PHIEU_SHEETS", 12));
    feed_undisturbed();
    g_test_add_data_func("/scan/kills-of-the-feeder", "feeder", test_kills);
    g_test_add_data_func("/scan/kills-of-the-station", "station", test_kills);
    int status = g_test_run();
    scan_pile_free(pile);
    g_free(undisturbed);
    return status;
}
