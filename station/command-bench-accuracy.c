#include <glib/gi18n-lib.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "accuracy-report-private.h"
#include "command-private.h"
#include "folder-private.h"
#include "shipped-private.h"

#define DEFAULT_POSITIONS  100000
#define MAX_POSITIONS      1000000000
#define DEFAULT_POPULATION "ordinary"
#define DEFAULT_SEED       1

/* The words of the command. */
typedef struct {
    char *population, *form, *profile, *state, *features, *keep;
    gint64 positions, seed;
    int jobs;
    gboolean json, keep_doubts;
} Words;

static void
words_clear(Words *words)
{
    g_free(words->population);
    g_free(words->form);
    g_free(words->profile);
    g_free(words->state);
    g_free(words->features);
    g_free(words->keep);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

static gboolean
parse(CommandCall *call, Words *words, GError **error)
{
    const GOptionEntry entries[] = {
        {"population", 0, 0, G_OPTION_ARG_STRING, &words->population,
         N_("Who fills in and what scans: ordinary (unless given) or hard"), "NAME"},
        {"positions", 0, 0, G_OPTION_ARG_INT64, &words->positions,
         N_("Answer positions to read (100000 unless given)"), "N"},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &words->seed,
         N_("Another seed, other answers and scans (1 unless given)"), "S"},
        {"form", 0, 0, G_OPTION_ARG_FILENAME, &words->form,
         N_("Form to fill in and read; the shipped SIPAS form unless given"), "PACKAGE"},
        {"profile", 0, 0, G_OPTION_ARG_FILENAME, &words->profile,
         N_("Read by this profile instead of the shipped one"), "FILE"},
        {"resume", 0, 0, G_OPTION_ARG_FILENAME, &words->state,
         N_("Keep count in this file, and go on from it after an interrupt"), "FILE"},
        {"keep", 0, 0, G_OPTION_ARG_FILENAME, &words->keep,
         N_("Leave the pages that were read wrong or refused in this folder, with what was wrong"), "DIR"},
        {"keep-doubts", 0, 0, G_OPTION_ARG_NONE, &words->keep_doubts,
         N_("With --keep: also the pages with a field handed over"), NULL},
        {"features", 0, 0, G_OPTION_ARG_FILENAME, &words->features,
         N_("Write what was measured of every position, with the truth, as CSV"), "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &words->json, N_("One JSON object, for programs"), NULL},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &words->jobs, N_("Worker threads; one a processor unless given"),
         "N"},
        G_OPTION_ENTRY_NULL,
    };
    return command_parse(call, entries, 0, 0, error);
}

static gboolean
check(const Words *words, GError **error)
{
    const struct {
        const char *option;
        gint64 value, least, most;
    } numbers[] = {
        {"--positions", words->positions, 1, MAX_POSITIONS},
        {"--seed", words->seed, 0, G_MAXUINT32},
    };
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (numbers[i].value >= numbers[i].least && numbers[i].value <= numbers[i].most)
            continue;
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("%s: must be %.0f to %.0f"),
                    numbers[i].option, (double)numbers[i].least, (double)numbers[i].most);
        return FALSE;
    }
    if (words->keep_doubts && !words->keep) {
        g_set_error_literal(error, STATION_ERROR, STATION_ERROR_INPUT,
                            _("--keep-doubts: needs --keep DIR, the folder to keep them in"));
        return FALSE;
    }
    return (!words->state || command_need_folder(words->state, error)) &&
           (!words->features || command_need_folder(words->features, error)) &&
           (!words->keep || folder_make(words->keep, error));
}

/* Page after page takes and gives back the same large buffers: the process keeps them, since fresh memory of
 * the system's costs a tenth of the time. */
static void
keep_memory(void)
{
#ifdef __GLIBC__
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, G_MAXINT);
#endif
}

static gboolean
measure(const Words *words, const AccuracySubject *subject, guint threads, GError **error)
{
    AccuracyOptions options = {
        .positions = (guint64)words->positions,
        .threads = threads,
        .state_path = words->state,
        .features_path = words->features,
        .keep_dir = words->keep,
        .keep_doubts = words->keep_doubts,
        .quiet = words->json && !isatty(STDERR_FILENO),
    };
    AccuracyResult result = {0};
    keep_memory();
    command_catch_interrupts();
    gboolean fine = accuracy_run(subject, &options, &result, error);
    if (fine && words->json)
        accuracy_report_json(subject, &result);
    else if (fine)
        accuracy_report_text(subject, &result);
    accuracy_tally_clear(&result.tally);
    return fine;
}

/* The shipped form, in a folder of its own that is removed afterwards. */
static gboolean
measure_shipped(const Words *words, AccuracySubject *subject, guint threads, GError **error)
{
    g_autofree char *dir = g_build_filename(g_get_tmp_dir(), "phieu-accuracy-XXXXXX", NULL);
    if (!g_mkdtemp(dir)) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_MACHINE, _("%s: no folder can be made in there"),
                    g_get_tmp_dir());
        return FALSE;
    }
    g_autofree char *path = g_build_filename(dir, SHIPPED_FORM ".form.json", NULL);
    g_autoptr(FormPackage) package = shipped_compile(path, error);
    subject->package = package;
    gboolean fine = package && measure(words, subject, threads, error);
    return folder_remove(dir, fine ? error : NULL) && fine;
}

CommandStatus
command_bench_accuracy(CommandCall *call, GError **error)
{
    g_auto(Words) words = {.positions = DEFAULT_POSITIONS, .seed = DEFAULT_SEED};
    guint threads = 0;
    if (!parse(call, &words, error) || !check(&words, error) || !command_jobs(words.jobs, &threads, error))
        return COMMAND_FAILED;
    AccuracySubject subject = {.seed = (guint32)words.seed};
    subject.population =
        accuracy_population_find(words.population ? words.population : DEFAULT_POPULATION, error);
    g_autoptr(CalibrationProfile) profile =
        words.profile ? calibration_profile_load(words.profile, error) : calibration_profile_default();
    if (!subject.population || !profile)
        return COMMAND_FAILED;
    subject.profile = profile;
    if (!words.form)
        return measure_shipped(&words, &subject, threads, error) ? COMMAND_DONE : COMMAND_FAILED;
    g_autoptr(FormPackage) package = form_package_load(words.form, error);
    subject.package = package;
    return package && measure(&words, &subject, threads, error) ? COMMAND_DONE : COMMAND_FAILED;
}
