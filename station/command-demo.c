#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "command-private.h"
#include "comparison-private.h"
#include "demo-sample-private.h"
#include "export.h"
#include "folder-private.h"
#include "form-print.h"
#include "progress-private.h"
#include "scan-private.h"
#include "scans-private.h"
#include "shipped-private.h"
#include "text-table-private.h"
#include "virtual-feeder-private.h"

#define DEFAULT_COUNT 24
#define MARKER        ".phieu-demo"
#define WRONG_SHOWN   20

typedef struct {
    const char *dir;
    guint count, communes;
    guint32 seed;
    guint jobs;
    FormPackage *package;
    FormSample *sample;
    Comparison comparison;
    guint64 pages_read;
} Demo;

/* What a demo leaves behind, and what a station keeps beside it. */
static const char *const demo_files[] = {
    "sample.csv",     "truth.csv",      "scans",  "print", "station.conf", "station.db",
    "station.db-wal", "station.db-shm", "images", "forms", "profiles",     "exports",
    "keys",           "feeds.lock",     MARKER,   NULL,
};

static char *
inside(const Demo *demo, const char *name)
{
    return g_build_filename(demo->dir, name, NULL);
}

/* Whether `dir` is ours to fill: not there, empty, or an earlier demo with nothing else in it. */
static gboolean
check_dir(const Demo *demo, GError **error)
{
    GError *problem = NULL;
    g_autoptr(GDir) dir = g_dir_open(demo->dir, 0, &problem);
    if (!dir) {
        gboolean absent = g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT);
        if (!absent)
            g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                        _("%s: cannot be used (%s); name another folder"), demo->dir, problem->message);
        g_error_free(problem);
        return absent;
    }
    g_autofree char *marker = inside(demo, MARKER);
    gboolean ours = g_file_test(marker, G_FILE_TEST_EXISTS);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        if (ours && g_strv_contains(demo_files, name))
            continue;
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: holds '%s', which is not the demo's; name an empty folder or move it away"),
                    demo->dir, name);
        return FALSE;
    }
    return TRUE;
}

static gboolean
remove_earlier(const Demo *demo, GError **error)
{
    for (guint i = 0; demo_files[i]; i++) {
        g_autofree char *path = inside(demo, demo_files[i]);
        if (!folder_remove(path, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
make_station(Demo *demo, GError **error)
{
    g_autofree char *marker = inside(demo, MARKER), *scans = inside(demo, "scans"),
                    *paper = inside(demo, "print");
    return check_dir(demo, error) && remove_earlier(demo, error) && store_create(demo->dir, error) &&
           folder_write(marker, "made by 'phieu demo', which may remove this folder's content\n", error) &&
           folder_make(scans, error) && folder_make(paper, error);
}

static gboolean
make_sample(Demo *demo, GError **error)
{
    g_autofree char *text = demo_sample_csv(demo->count, &demo->communes);
    g_autofree char *path = inside(demo, "sample.csv");
    if (!folder_write(path, text, error))
        return FALSE;
    demo->sample = form_sample_load(path, error);
    return demo->sample != NULL;
}

static gboolean
show_print(guint done, guint total G_GNUC_UNUSED, gpointer progress, GError **error)
{
    progress_update(progress, done, done);
    return command_go_on(error);
}

/* Compiles the shipped form, prints every questionnaire and gives form and sample list to the station. */
static gboolean
print_forms(Demo *demo, Store *store, GError **error)
{
    g_autofree char *path = inside(demo, "print/" SHIPPED_FORM ".form.json");
    g_autofree char *pdf = inside(demo, "print/questionnaires.pdf");
    demo->package = shipped_compile(path, error);
    if (!demo->package)
        return FALSE;
    g_autoptr(Progress) progress = progress_new(_("1/4 Printing"), _("questionnaires"), demo->count);
    FormPrintOptions options = {.output = pdf, .progress = show_print, .data = progress};
    gboolean added = FALSE;
    StoreSampleResult loaded = {0};
    return form_print(demo->package, demo->sample, &options, error) &&
           store_add_form(store, demo->package, &added, error) &&
           store_import_sample(store, demo->sample, &loaded, error);
}

static gboolean
fill_and_scan(const Demo *demo, GError **error)
{
    g_autofree char *dir = inside(demo, "scans"), *truth = inside(demo, "truth.csv");
    g_autoptr(Progress) progress =
        progress_new(_("2/4 Filling in and scanning"), _("pages"), demo->count * demo->package->pages->len);
    ScansOptions options = {.package = demo->package,
                            .sample = demo->sample,
                            .seed = demo->seed,
                            .threads = demo->jobs,
                            .mixed = TRUE,
                            .progress = progress};
    return scans_write(&options, dir, error) && scans_write_truth(&options, truth, error);
}

typedef struct {
    Progress *progress;
    ScanControl control;
    guint sides;
} Feeding;

static void
count_side(const ScanSide *side G_GNUC_UNUSED, gpointer data)
{
    Feeding *feeding = data;
    feeding->sides++;
}

static void
show_feeding(gpointer data)
{
    Feeding *feeding = data;
    if (command_interrupted())
        g_atomic_int_set(&feeding->control.stop, 1);
    progress_update(feeding->progress, feeding->sides, feeding->sides);
}

static gboolean
feed_all(Demo *demo, Store *store, ScannerFeeder *feeder, GError **error)
{
    guint pages = demo->count * demo->package->pages->len;
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();
    g_autoptr(Progress) progress = progress_new(_("3/4 Scanning"), _("pages"), pages);
    Feeding feeding = {.progress = progress};
    ScanOptions options = {.station_dir = demo->dir,
                           .batch = "demo",
                           .feeder = feeder,
                           .sheets = pages / 2,
                           .profile = profile,
                           .jobs = demo->jobs,
                           .control = &feeding.control,
                           .show = count_side,
                           .tick = show_feeding,
                           .data = &feeding};
    g_auto(ScanResult) result = {0};
    if (!scan_run(store, &options, &result, error))
        return FALSE;
    demo->pages_read = result.pages;
    return result.cause == SCANNER_CAUSE_EMPTY || command_fail_stopped(error);
}

/* Feeds the filled-in sheets through the virtual feeder, as a scanner would. */
static gboolean
feed_scans(Demo *demo, Store *store, GError **error)
{
    g_autofree char *dir = inside(demo, "scans"), *device = g_strconcat(SCANNER_VIRTUAL, dir, NULL),
                    *virtual_dir = virtual_feeder_dir();
    ScannerFeederOptions options = {
        .program = scan_feeder_program, .virtual_dir = virtual_dir, .device = device};
    const ScannerSettings settings = {0};
    g_autoptr(ScannerFeeder) feeder = scanner_feeder_open(&options, error);
    return feeder && scanner_feeder_set(feeder, &settings, error) && feed_all(demo, store, feeder, error);
}

static gboolean
export_and_compare(Demo *demo, Store *store, GError **error)
{
    g_autofree char *dir = inside(demo, "exports/demo"), *truth = inside(demo, "truth.csv");
    ExportOptions options = {.formats = "csv", .dir = dir};
    ExportResult result = {0};
    if (!export_run(store, &options, &result, error))
        return FALSE;
    g_autoptr(Progress) progress = progress_new(_("4/4 Exporting"), _("questionnaires"), demo->count);
    progress_update(progress, result.questionnaires, result.questionnaires);
    return comparison_run(demo->package, dir, truth, &demo->comparison, error);
}

static void
print_places(const Demo *demo)
{
    guint pages = demo->count * demo->package->pages->len;
    printf(_("\nThe whole job was done in %s:\n"), demo->dir);
    g_autoptr(TextTable) table = text_table_new("ll");
    text_table_add(table, "sample.csv");
    text_table_add_format(table, _("the sample list (questionnaires: %u, communes: %u)"), demo->count,
                          demo->communes);
    text_table_add(table, "print/questionnaires.pdf");
    text_table_add_format(table, _("the questionnaires as printed (pages: %u)"), pages);
    text_table_add(table, "scans/");
    text_table_add_format(
        table,
        _("the page images, filled in and scanned by simulation, sheets mixed, some upside down (pages: %u)"),
        pages);
    text_table_add(table, "station.db, images/");
    text_table_add_format(table, _("the station (pages read and stored: %u)"), (guint)demo->pages_read);
    text_table_add(table, "exports/demo/");
    text_table_add(table, _("what was read: responses.csv, cells.csv, codebook.csv"));
    text_table_add(table, "truth.csv");
    text_table_add(table, _("what was truly answered, with the columns of responses.csv"));
    text_table_print(table, 2);
}

static void
print_score(const Demo *demo)
{
    const Score *score = &demo->comparison.score;
    printf("\n%s\n", _("How well it was read, against the truth:"));
    g_autoptr(TextTable) table = text_table_new("lrl");
    text_table_add(table, _("answers to mark (bubbles)"));
    text_table_add_number(table, (gint64)score->marked);
    text_table_add(table, "");
    text_table_add(table, _("  read by the machine"));
    text_table_add_number(table, (gint64)(score->marked - score->marked_handed));
    text_table_add_format(table, _("of them wrong: %u"), (guint)score->marked_wrong);
    text_table_add(table, _("  handed to a person"));
    text_table_add_number(table, (gint64)score->marked_handed);
    text_table_add_format(table, "%.2f%%", score_handed_percent(score));
    text_table_add(table, _("boxes to write in"));
    text_table_add_number(table, (gint64)score->boxes);
    text_table_add(table, "");
    text_table_add(table, _("  for a person to type"));
    text_table_add_number(table, (gint64)score->boxes_handed);
    text_table_add(table, "");
    text_table_add(table, _("  taken as empty or read"));
    text_table_add_number(table, (gint64)(score->boxes - score->boxes_handed));
    text_table_add_format(table, _("of them wrong: %u"), (guint)score->boxes_wrong);
    text_table_print(table, 2);
    for (guint i = 0; i < demo->comparison.wrong->len && i < WRONG_SHOWN; i++)
        printf(_("  wrong: %s\n"), (const char *)demo->comparison.wrong->pdata[i]);
    if (demo->comparison.lost)
        printf(_("  questionnaires that the export lacks: %u\n"), demo->comparison.lost);
}

static CommandStatus
print_result(const Demo *demo)
{
    print_places(demo);
    print_score(demo);
    printf("\n%s\n", _("Look further:"));
    printf("  phieu -C %s status\n", demo->dir);
    printf("  phieu -C %s batch show demo\n", demo->dir);
    printf("  phieu read --form %s/print/" SHIPPED_FORM ".form.json %s/scans/0001.jpg\n", demo->dir,
           demo->dir);
    const Comparison *comparison = &demo->comparison;
    guint64 pages = (guint64)demo->count * demo->package->pages->len;
    gboolean fine = !comparison->lost && !comparison->score.marked_wrong && !comparison->score.boxes_wrong &&
                    demo->pages_read == pages;
    return fine ? COMMAND_DONE : COMMAND_NEEDS_PERSON;
}

static CommandStatus
run_demo(Demo *demo, GError **error)
{
    command_catch_interrupts();
    if (!make_station(demo, error))
        return COMMAND_FAILED;
    g_autoptr(Store) store = store_open(demo->dir, error);
    if (!store || !make_sample(demo, error) || !print_forms(demo, store, error) ||
        !fill_and_scan(demo, error) || !feed_scans(demo, store, error) ||
        !export_and_compare(demo, store, error))
        return COMMAND_FAILED;
    return print_result(demo);
}

CommandStatus
command_demo(CommandCall *call, GError **error)
{
    int count = DEFAULT_COUNT, seed = 1, jobs = 0;
    gboolean no_console = FALSE;
    const GOptionEntry entries[] = {
        {"count", 'n', 0, G_OPTION_ARG_INT, &count,
         N_("Questionnaires to print and fill in (24 unless given)"), "N"},
        {"seed", 0, 0, G_OPTION_ARG_INT, &seed, N_("Another seed, other answers and scans (1 unless given)"),
         "S"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, N_("Worker threads; one a processor unless given"), "N"},
        {"no-console", 0, 0, G_OPTION_ARG_NONE, &no_console,
         N_("Ends without opening the review console; this version has none, so it always does"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    Demo demo = {.dir = "demo"};
    if (!command_parse(call, entries, 0, 1, error) || !command_jobs(jobs, &demo.jobs, error))
        return COMMAND_FAILED;
    if (count < 1 || count > DEMO_SAMPLE_MAX) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("--count %d: must be 1 to %d"), count,
                    DEMO_SAMPLE_MAX);
        return COMMAND_FAILED;
    }
    if (call->rest[0])
        demo.dir = call->rest[0];
    demo.count = (guint)count;
    demo.seed = (guint32)seed;
    CommandStatus status = run_demo(&demo, error);
    form_package_free(demo.package);
    form_sample_free(demo.sample);
    comparison_clear(&demo.comparison);
    return status;
}
