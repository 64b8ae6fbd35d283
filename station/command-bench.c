#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <stdio.h>

#include "bench-private.h"
#include "command-private.h"
#include "demo-sample-private.h"
#include "folder-private.h"
#include "paths-private.h"
#include "scans-private.h"
#include "shipped-private.h"
#include "text-table-private.h"

#define DEFAULT_PAGES          96
#define MAX_PAGES              10000
#define DEFAULT_QUESTIONNAIRES 1000

typedef struct {
    const char *dir;
    char *package_path;
    FormPackage *package;
    guint n_pages, n_questionnaires, jobs;
    gboolean quiet; /* no progress: standard output is for the JSON */
    BenchPages pages;
    BenchImport import;
    BenchScan scan;
    BenchPrint print;
} Bench;

static char *
inside(const Bench *bench, const char *name)
{
    return g_build_filename(bench->dir, name, NULL);
}

static gboolean
compile(Bench *bench, GError **error)
{
    bench->package_path = inside(bench, SHIPPED_FORM ".form.json");
    bench->package = shipped_compile(bench->package_path, error);
    return bench->package != NULL;
}

/* Writes a sample list of `count` questionnaires; the caller frees its path. */
static char *
write_sample(const Bench *bench, const char *name, guint count, GError **error)
{
    guint communes = 0;
    g_autofree char *text = demo_sample_csv(count, &communes);
    g_autofree char *path = inside(bench, name);
    return folder_write(path, text, error) ? g_steal_pointer(&path) : NULL;
}

static gboolean
measure_print(Bench *bench, GError **error)
{
    g_autofree char *sample = write_sample(bench, "print.csv", bench->n_questionnaires, error);
    g_autofree char *output = inside(bench, "print.pdf");
    if (!bench->quiet) {
        printf(_("Printing (questionnaires: %u) …\n"), bench->n_questionnaires);
        fflush(stdout);
    }
    return sample && bench_print(bench->package_path, sample, output, &bench->print, error) &&
           folder_remove(output, error);
}

/* Simulated page images; the caller owns the array (of char*, owned). */
static GPtrArray *
make_pages(const Bench *bench, GError **error)
{
    guint each = bench->package->pages->len, count = (bench->n_pages + each - 1) / each;
    g_autofree char *list = write_sample(bench, "sample.csv", count, error);
    g_autoptr(FormSample) sample = list ? form_sample_load(list, error) : NULL;
    g_autofree char *dir = inside(bench, "scans");
    if (!sample || !folder_make(dir, error))
        return NULL;
    g_autoptr(Progress) progress =
        bench->quiet ? NULL : progress_new(_("Simulating"), _("pages"), count * each);
    ScansOptions options = {.package = bench->package,
                            .sample = sample,
                            .seed = 1,
                            .threads = bench->jobs,
                            .mixed = TRUE,
                            .progress = progress};
    char *const words[] = {dir, NULL};
    return scans_write(&options, dir, error) ? paths_list(words, error) : NULL;
}

static gboolean
measure_scan(Bench *bench, const GPtrArray *paths, GError **error)
{
    if (!bench->quiet) {
        printf("%s\n", _("Scanning …"));
        fflush(stdout);
    }
    return bench_scan(bench->package, paths, bench->jobs, bench->dir, &bench->scan, error);
}

static gboolean
measure_pages(Bench *bench, GError **error)
{
    g_autoptr(GPtrArray) paths = make_pages(bench, error);
    if (!paths)
        return FALSE;
    bench->n_pages = paths->len;
    if (!bench->quiet) {
        printf("%s\n", _("Reading …"));
        fflush(stdout);
    }
    return bench_pages(bench->package, paths, &bench->pages, error) &&
           bench_import(bench->package, paths, bench->jobs, bench->dir, &bench->import, error) &&
           measure_scan(bench, paths, error);
}

static double
print_rate(const Bench *bench)
{
    return bench->print.seconds > 0
               ? bench->n_questionnaires * bench->package->pages->len / bench->print.seconds
               : 0;
}

/* Three decimals: what the clocks are good for. */
static void
set_number(json_t *object, const char *key, double value)
{
    g_autofree char *rounded = g_strdup_printf("%.3f", value);
    json_object_set_new(object, key, json_real(g_ascii_strtod(rounded, NULL)));
}

static void
print_json(const Bench *bench)
{
    json_t *object = json_object();
    set_number(object, "pixels_ms_median", bench->pages.pixels_ms_median);
    set_number(object, "pixels_ms_p99", bench->pages.pixels_ms_p99);
    set_number(object, "pixels_wall_ms_median", bench->pages.pixels_wall_ms_median);
    set_number(object, "jpeg_ms_median", bench->pages.jpeg_ms_median);
    set_number(object, "decode_ms_median", bench->pages.decode_ms_median);
    set_number(object, "jpeg_over_decode", bench->pages.jpeg_over_decode);
    set_number(object, "import_pages_per_s", bench->import.import_pages_per_s);
    set_number(object, "decode_pages_per_s", bench->import.decode_pages_per_s);
    set_number(object, "import_over_decode", bench->import.import_over_decode);
    set_number(object, "scan_sides_per_s", bench->scan.sides_per_s);
    set_number(object, "scan_core_percent", bench->scan.core_percent);
    set_number(object, "print_pages_per_s", print_rate(bench));
    set_number(object, "print_seconds", bench->print.seconds);
    set_number(object, "print_peak_mb", bench->print.peak_mb);
    set_number(object, "peak_mb", bench->print.peak_mb);
    json_object_set_new(object, "print_questionnaires", json_integer(bench->n_questionnaires));
    json_object_set_new(object, "pages", json_integer(bench->n_pages));
    json_object_set_new(object, "jobs", json_integer(bench->jobs));
    char *text = json_dumps(object, JSON_REAL_PRECISION(8));
    puts(text);
    free(text);
    json_decref(object);
}

static void
add_line(TextTable *table, const char *what, double value, const char *unit)
{
    text_table_add(table, what);
    text_table_add_format(table, "%.2f", value);
    text_table_add(table, unit);
}

static void
print_for_people(const Bench *bench)
{
    g_autoptr(TextTable) table = text_table_new("lrl");
    add_line(table, _("a page from its pixels, median"), bench->pages.pixels_ms_median, "ms");
    add_line(table, _("a page from its pixels, 99 of 100 below"), bench->pages.pixels_ms_p99, "ms");
    add_line(table, _("a page from its JPEG file, median"), bench->pages.jpeg_ms_median, "ms");
    add_line(table, _("TurboJPEG's decoding alone, median"), bench->pages.decode_ms_median, "ms");
    add_line(table, _("file / decoding alone, median of pairs"), bench->pages.jpeg_over_decode, "");
    add_line(table, _("import"), bench->import.import_pages_per_s, _("pages/s"));
    add_line(table, _("decoding alone, as many threads"), bench->import.decode_pages_per_s, _("pages/s"));
    add_line(table, _("import / decoding alone, median of rounds"), bench->import.import_over_decode, "");
    add_line(table, _("scanning at full pace"), bench->scan.sides_per_s, _("sides/s"));
    add_line(table, _("scanning 150 sheets/min, of one core"), bench->scan.core_percent, "%");
    add_line(table, _("printing"), print_rate(bench), _("pages/s"));
    add_line(table, _("printing, all questionnaires"), bench->print.seconds, "s");
    add_line(table, _("printing, most memory"), bench->print.peak_mb, "MB");
    printf(_("SIPAS at 300 dpi, grey, JPEG (pages read: %u, threads: %u, questionnaires printed: %u):\n"),
           bench->n_pages, bench->jobs, bench->n_questionnaires);
    text_table_print(table, 2);
}

static CommandStatus
run_bench(Bench *bench, gboolean json, GError **error)
{
    bench->quiet = json;
    if (!compile(bench, error) || !measure_print(bench, error) || !measure_pages(bench, error))
        return COMMAND_FAILED;
    if (json)
        print_json(bench);
    else
        print_for_people(bench);
    return COMMAND_DONE;
}

/* Runs in a folder of its own below `parent`, which is removed afterwards. */
static CommandStatus
run_aside(Bench *bench, const char *parent, gboolean json, GError **error)
{
    g_autofree char *dir = g_build_filename(parent ? parent : g_get_tmp_dir(), "phieu-bench-XXXXXX", NULL);
    if (!g_mkdtemp(dir)) {
        g_set_error(error, STATION_ERROR, parent ? STATION_ERROR_INPUT : STATION_ERROR_MACHINE,
                    _("%s: no folder can be made in there; name another with --dir"),
                    parent ? parent : g_get_tmp_dir());
        return COMMAND_FAILED;
    }
    bench->dir = dir;
    command_catch_interrupts();
    CommandStatus status = run_bench(bench, json, error);
    form_package_free(bench->package);
    g_free(bench->package_path);
    if (!folder_remove(dir, status == COMMAND_FAILED ? NULL : error))
        status = COMMAND_FAILED;
    return status;
}

static gboolean
check_count(const char *option, int value, int most, GError **error)
{
    if (value >= 1 && value <= most)
        return TRUE;
    g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("%s %d: must be 1 to %d"), option, value, most);
    return FALSE;
}

CommandStatus
command_bench(CommandCall *call, GError **error)
{
    gboolean json = FALSE, print_child = FALSE;
    int pages = DEFAULT_PAGES, questionnaires = DEFAULT_QUESTIONNAIRES, jobs = 0;
    g_autofree char *dir = NULL;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_("One JSON object, for programs"), NULL},
        {"pages", 0, 0, G_OPTION_ARG_INT, &pages, N_("Page images to simulate and read (96 unless given)"),
         "N"},
        {"questionnaires", 0, 0, G_OPTION_ARG_INT, &questionnaires,
         N_("Questionnaires to print (1000 unless given)"), "N"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &jobs, N_("Worker threads; one a processor unless given"), "N"},
        {"dir", 0, 0, G_OPTION_ARG_FILENAME, &dir,
         N_("Folder on the disk to measure; a temporary one unless given"), "DIR"},
        {"print-child", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &print_child, NULL, NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse(call, entries, 0, 3, error))
        return COMMAND_FAILED;
    if (print_child && g_strv_length(call->rest) == 3)
        return bench_print_child(call->rest, error) ? COMMAND_DONE : COMMAND_FAILED;
    if (call->rest[0]) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: '%s' is one word too many; see 'phieu %s --help'"), "bench", call->rest[0],
                    "bench");
        return COMMAND_FAILED;
    }
    Bench bench = {0};
    if (!check_count("--pages", pages, MAX_PAGES, error) ||
        !check_count("--questionnaires", questionnaires, DEMO_SAMPLE_MAX, error) ||
        !command_jobs(jobs, &bench.jobs, error))
        return COMMAND_FAILED;
    bench.n_pages = (guint)pages;
    bench.n_questionnaires = (guint)questionnaires;
    return run_aside(&bench, dir, json, error);
}
