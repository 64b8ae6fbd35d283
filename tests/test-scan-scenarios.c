/* `phieu scan` over the virtual feeder, whatever befalls it: one file of scenarios/feeder/ a case.
 *
 * A pile of six sheets is fed as the file's script says; then it is done as the program says, run by run,
 * until the batch is complete. In the end the station holds what it holds of an undisturbed run.
 *
 *     [feeder] [fault …]   the script of the virtual feeder (docs/virtual-feeder.md)
 *     [scan]               sheets=   the operator's count (6; 0: nobody counted)
 *                          options=  further words of the command line, by ;
 *                          one-sided=true  the pile has printed sides only, each a sheet
 *                          refused=  pages that stay refused in the end (0)
 *                          held=     sheets, as the program counts them in the end (those of the pile)
 *                          complete=false  the batch needs a person in the end
 *                          told=     what the program says in the end all the same
 *     [run N]              what is fed and what the program must say of it:
 *                          feed=     positions in the pile: "4-", "4", "2,4": as told by the run before
 *                          own=true  … or the operator's own idea
 *                          left=true  in the end sheets lie in the feeder still, or came out together
 *                          stall= cancel=  as of the command line, in s
 *                          status=   of the exit
 *                          cause=
 *                          last=     position of the sheet named as the last held; 0: none
 *                          broken=   positions of the sheets to feed again
 *                          difference=  against the operator's count, where it is named */
#include "scan-fixture.h"

#include <string.h>

#include "command-fixture.h"

static ScanPile *duplex, *one_sided;
static char *undisturbed; /* what the station holds after a run with no faults */

typedef struct {
    const char *name;
    GKeyFile *file;
    const ScanPile *pile;
    char *station, *folder;
    guint runs;
    gboolean left; /* after the last run sheets lie in the feeder still */
    json_t *end;   /* of the last run */
} Scenario;

/* ---- the file ---- */

static const char *const keys_of_scan[] = {"sheets", "options",  "one-sided", "refused",
                                           "held",   "complete", "told",      NULL};
static const char *const keys_of_run[] = {"feed",  "own",  "left",   "stall",      "cancel", "status",
                                          "cause", "last", "broken", "difference", NULL};

/* A word that nothing reads is a mistake in the file. */
static void
check_keys(GKeyFile *file)
{
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group; group++) {
        gboolean run = g_str_has_prefix(*group, "run ");
        if (!run && strcmp(*group, "scan") != 0) {
            g_assert_true(strcmp(*group, "feeder") == 0 || g_str_has_prefix(*group, "fault "));
            continue;
        }
        g_auto(GStrv) keys = g_key_file_get_keys(file, *group, NULL, NULL);
        for (char **key = keys; *key; key++)
            if (!g_strv_contains(run ? keys_of_run : keys_of_scan, *key))
                g_error("[%s] %s: no such key", *group, *key);
    }
}

/* The part that is the virtual feeder's; without its faults, a feeder that does well. */
static char *
script_of(GKeyFile *file, gboolean with_faults)
{
    g_autoptr(GKeyFile) script = g_key_file_new();
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group; group++) {
        if (strcmp(*group, "feeder") != 0 && !(with_faults && g_str_has_prefix(*group, "fault ")))
            continue;
        g_auto(GStrv) keys = g_key_file_get_keys(file, *group, NULL, NULL);
        for (char **key = keys; *key; key++) {
            g_autofree char *value = g_key_file_get_value(file, *group, *key, NULL);
            g_key_file_set_value(script, *group, *key, value);
        }
    }
    return g_key_file_to_data(script, NULL, NULL);
}

static int
number_of(GKeyFile *file, const char *group, const char *key, int otherwise)
{
    return g_key_file_has_key(file, group, key, NULL) ? g_key_file_get_integer(file, group, key, NULL)
                                                      : otherwise;
}

/* ---- what the program says ---- */

static gint64
end_number(const Scenario *scenario, const char *key)
{
    json_t *value = json_object_get(scenario->end, key);
    g_assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static const char *
end_text(const Scenario *scenario, const char *key)
{
    return json_string_value(json_object_get(scenario->end, key));
}

/* ---- feeding ---- */

static GArray *
parse_positions(const char *feed, guint most)
{
    g_auto(GStrv) words = g_strsplit(feed, ",", -1);
    GArray *positions = g_array_new(FALSE, FALSE, sizeof(guint));
    for (char **word = words; *word; word++) {
        guint position = (guint)g_ascii_strtoull(*word, NULL, 10);
        g_assert_cmpuint(position, >=, 1);
        g_assert_cmpuint(position, <=, most);
        g_array_append_val(positions, position);
    }
    return positions;
}

/* The whole pile, or a few sheets by themselves. */
static char *
folder_of(const Scenario *scenario, const char *feed)
{
    if (g_str_has_suffix(feed, "-"))
        return g_strdup(scenario->folder);
    g_autoptr(GArray) positions = parse_positions(feed, scenario->pile->sheets->len);
    g_autofree char *name = g_strdup_printf("%s-%u", scenario->name, scenario->runs),
                    *script = script_of(scenario->file, FALSE);
    return scan_pile_folder(scenario->pile, name, positions, script);
}

static void
add_seconds(GPtrArray *words, GKeyFile *file, const char *group, const char *key)
{
    if (group && g_key_file_has_key(file, group, key, NULL))
        g_ptr_array_add(words, g_strdup_printf("--%s=%d", key, number_of(file, group, key, 0)));
}

/* `group` NULL: as it comes. */
static Run
scan(const Scenario *scenario, const char *feed, const char *group)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *folder = folder_of(scenario, feed);
    g_auto(GStrv) options = g_key_file_get_string_list(scenario->file, "scan", "options", NULL, NULL);
    int sheets = number_of(scenario->file, "scan", "sheets", (int)scenario->pile->sheets->len);
    const char *const fixed[] = {"-C", scenario->station, "scan",      "--batch", "pile", "--json", "--jobs",
                                 "1",  "--size",          "105x148.5", "--dpi",   "300"};
    for (guint i = 0; i < G_N_ELEMENTS(fixed); i++)
        g_ptr_array_add(words, g_strdup(fixed[i]));
    g_ptr_array_add(words, g_strdup_printf("--device=virtual:%s", folder));
    if (sheets)
        g_ptr_array_add(words, g_strdup_printf("--sheets=%d", sheets));
    if (g_str_has_suffix(feed, "-"))
        g_ptr_array_add(words, g_strdup_printf("--once=first-sheet=%d", atoi(feed)));
    add_seconds(words, scenario->file, group, "stall");
    add_seconds(words, scenario->file, group, "cancel");
    for (char **option = options; option && *option; option++)
        g_ptr_array_add(words, g_strdup(*option));
    g_ptr_array_add(words, NULL);
    return run_phieu_v((const char *const *)words->pdata, NULL);
}

/* ---- checking ---- */

static void
check_run(const Scenario *scenario, const char *group, const Run *run)
{
    GKeyFile *file = scenario->file;
    g_autofree char *cause = g_key_file_get_string(file, group, "cause", NULL),
                    *broken = g_key_file_get_string(file, group, "broken", NULL);
    g_autofree char *named = scan_broken(scenario->pile, scenario->end);
    guint last = scan_last(scenario->pile, scenario->end);

    g_assert_cmpstr(end_text(scenario, "cause"), ==, cause);
    g_assert_cmpint((int)last, ==, number_of(file, group, "last", -1));
    g_assert_cmpstr(named, ==, broken ? broken : "");
    g_assert_cmpint(run->status, ==, number_of(file, group, "status", -1));
    if (g_key_file_has_key(file, group, "difference", NULL))
        g_assert_cmpint(end_number(scenario, "difference"), ==, number_of(file, group, "difference", 0));
}

/* The program says that the batch is complete when it is, and not before. */
static void
check_complete(const Scenario *scenario)
{
    GKeyFile *file = scenario->file;
    g_autofree char *held = scan_station_held(scenario->station);
    gboolean all = strcmp(held, undisturbed) == 0,
             complete = json_is_true(json_object_get(scenario->end, "complete"));
    if (complete)
        g_assert_cmpstr(held, ==, undisturbed);
    if (!g_key_file_has_key(file, "scan", "complete", NULL))
        g_assert_true(complete == all || end_number(scenario, "unsettled") > 0);
}

/* Feeds once, and compares what the program says with what it should. FALSE where it says nothing. */
static gboolean
run_once(Scenario *scenario, const char *group)
{
    GKeyFile *file = scenario->file;
    g_autofree char *feed = g_key_file_get_string(file, group, "feed", NULL);
    g_assert_nonnull(feed);
    if (scenario->runs > 0 && !g_key_file_get_boolean(file, group, "own", NULL)) {
        g_autofree char *told = scan_way_on(scenario->pile, scenario->end, scenario->left);
        g_assert_cmpstr(told, ==, feed);
    }
    scenario->runs++;
    g_auto(Run) run = scan(scenario, feed, group);
    g_test_message("%s: fed %s, status %d\n%s%s", group, feed, run.status, run.output, run.problems);
    json_decref(scenario->end);
    scenario->end = scan_end_of(run.output);
    g_assert_nonnull(scenario->end);
    if (!scenario->end)
        return FALSE;
    scenario->left = g_key_file_get_boolean(file, group, "left", NULL);
    check_run(scenario, group, &run);
    check_complete(scenario);
    return TRUE;
}

static void
check_end(const Scenario *scenario)
{
    GKeyFile *file = scenario->file;
    g_autofree char *held = scan_station_held(scenario->station),
                    *told = scan_way_on(scenario->pile, scenario->end, scenario->left);
    gboolean complete = !g_key_file_has_key(file, "scan", "complete", NULL) ||
                        g_key_file_get_boolean(file, "scan", "complete", NULL);
    ScanHoldings holdings = scan_station_count(scenario->pile, scenario->station);
    guint printed = scan_pile_printed(scenario->pile, scenario->pile->sheets->len);

    g_autofree char *expected = g_key_file_get_string(file, "scan", "told", NULL);
    g_assert_cmpstr(told, ==, expected);
    g_assert_true(json_is_true(json_object_get(scenario->end, "complete")) == complete);
    g_assert_cmpstr(held, ==, undisturbed);
    g_assert_cmpuint(holdings.wanted, ==, printed);
    g_assert_cmpuint(holdings.held, ==, printed);
    g_assert_cmpuint(holdings.doubled, ==, 0);
    g_assert_cmpuint(holdings.refused, ==, (guint)number_of(file, "scan", "refused", 0));
    g_assert_cmpuint(holdings.torn, ==, 0);
    g_assert_cmpuint(holdings.orphans, ==, 0);
    g_assert_cmpuint(holdings.unfinished, ==, 0);
    g_assert_cmpint(end_number(scenario, "held"), ==,
                    number_of(file, "scan", "held", (int)scenario->pile->sheets->len));
}

static void
scenario_free(Scenario *scenario)
{
    json_decref(scenario->end);
    g_key_file_unref(scenario->file);
    g_free(scenario->station);
    g_free(scenario->folder);
    g_free(scenario);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scenario, scenario_free)

static Scenario *
scenario_load(const char *name)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "scenarios", "feeder", name, NULL);
    Scenario *scenario = g_new0(Scenario, 1);
    GError *error = NULL;
    scenario->name = name;
    scenario->file = g_key_file_new();
    g_key_file_load_from_file(scenario->file, path, G_KEY_FILE_NONE, &error);
    g_assert_no_error(error);
    check_keys(scenario->file);
    g_autofree char *script = script_of(scenario->file, TRUE), *station = g_strdup_printf("%s-station", name);
    scenario->pile = g_key_file_get_boolean(scenario->file, "scan", "one-sided", NULL) ? one_sided : duplex;
    scenario->station = scan_pile_station(scenario->pile, station);
    scenario->folder = scan_pile_folder(scenario->pile, name, NULL, script);
    return scenario;
}

static void
test_scenario(gconstpointer data)
{
    g_autoptr(Scenario) scenario = scenario_load(data);
    for (guint i = 1;; i++) {
        g_autofree char *group = g_strdup_printf("run %u", i);
        if (!g_key_file_has_group(scenario->file, group))
            break;
        if (!run_once(scenario, group))
            return;
    }
    g_assert_cmpuint(scenario->runs, >, 0);
    check_end(scenario);
}

/* ---- all of them ---- */

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Files that differ in the place of the fault alone, STATUS-PLACE-side-N.conf, are taken every fourth, so
 * that the test stays short; with PHIEU_SCENARIOS=all, every one. */
static gboolean
is_taken(const char *name, guint *places)
{
    gboolean place = strstr(name, "-side-") != NULL;
    *places += place;
    return !place || *places % 4 == 1 || g_strcmp0(g_getenv("PHIEU_SCENARIOS"), "all") == 0;
}

static GPtrArray *
list_scenarios(void)
{
    g_autofree char *path = g_test_build_filename(G_TEST_DIST, "scenarios", "feeder", NULL);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(path, 0, &error);
    g_assert_no_error(error);
    for (const char *name; (name = g_dir_read_name(dir));)
        if (g_str_has_suffix(name, ".conf"))
            g_ptr_array_add(names, g_strdup(name));
    g_assert_cmpuint(names->len, >, 0);
    g_ptr_array_sort(names, compare_names);
    return names;
}

/* What there is to hold. */
static void
feed_undisturbed(void)
{
    Scenario scenario = {.name = "undisturbed", .file = g_key_file_new(), .pile = duplex};
    scenario.station = scan_pile_station(duplex, "undisturbed-station");
    scenario.folder = scan_pile_folder(duplex, "undisturbed", NULL, NULL);
    g_auto(Run) run = scan(&scenario, "1-", NULL);
    assert_status(run, 0);
    scenario.end = scan_end_of(run.output);
    g_assert_true(json_is_true(json_object_get(scenario.end, "complete")));
    ScanHoldings holdings = scan_station_count(duplex, scenario.station);
    g_assert_cmpuint(holdings.wanted, ==, scan_pile_printed(duplex, duplex->sheets->len));
    undisturbed = scan_station_held(scenario.station);
    json_decref(scenario.end);
    g_key_file_unref(scenario.file);
    g_free(scenario.station);
    g_free(scenario.folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    duplex = scan_pile_new(6);
    one_sided = scan_pile_one_sided(duplex);
    feed_undisturbed();
    g_autoptr(GPtrArray) names = list_scenarios();
    guint places = 0;
    for (guint i = 0; i < names->len; i++) {
        if (!is_taken(names->pdata[i], &places))
            continue;
        g_autofree char *path = g_strdup_printf("/scenarios/%s", (const char *)names->pdata[i]);
        g_test_add_data_func(path, names->pdata[i], test_scenario);
    }
    g_test_set_nonfatal_assertions(); /* one scenario that fails hides no other */
    int status = g_test_run();
    scan_pile_free(one_sided);
    scan_pile_free(duplex);
    g_free(undisturbed);
    return status;
}
