#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>

#include "calibration-deck.h"
#include "deck-compare-private.h"
#include "history-path-private.h"
#include "paths-private.h"

#define DEFAULT_NAME "scanner"

typedef struct {
    char *output, *truth, *name, *history, *profile;
    gint64 seed;
    int copies, jobs;
    gboolean json;
} Options;

static void
options_clear(Options *options)
{
    g_free(options->output);
    g_free(options->truth);
    g_free(options->name);
    g_free(options->history);
    g_free(options->profile);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* Scanned pages must say which copy they are. */
static gboolean
check_qr(const FormPackage *package, const char *path, GError **error)
{
    for (guint i = 0; i < package->pages->len; i++) {
        const FormPage *page = package->pages->pdata[i];
        if (page->qr->len > 0)
            continue;
        g_set_error(
            error, STATION_ERROR, STATION_ERROR_INPUT,
            _("%s: page %d has no QR, so that a scan would not tell which copy of the deck it is; give it "
              "one, or use a form of ours"),
            path, page->page);
        return FALSE;
    }
    return TRUE;
}

static gboolean
count_copies(const Options *options, const FormPackage *package, guint *copies, GError **error)
{
    guint least = calibration_deck_copies(package);
    *copies = options->copies ? (guint)options->copies : least;
    if (options->copies >= 0 && *copies >= least && *copies <= MAX(least, DECK_MAX_COPIES))
        return TRUE;
    g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                _("--copies %d: must be %u to %u: fewer leave an option of a question without its mark"),
                options->copies, least, MAX(least, DECK_MAX_COPIES));
    return FALSE;
}

/* The truth first: a deck without it is worth nothing. */
static gboolean
write_deck(const Deck *deck, const FormPackage *package, const char *output, GError **error)
{
    g_autofree char *truth = deck_truth_path(output);
    if (!deck_truth_save(deck, package, truth, error))
        return FALSE;
    if (!deck_print(deck, package, output, error)) {
        g_unlink(truth);
        return FALSE;
    }
    printf(_("Printed: %s (copies: %u, pages of each: %u), its truth: %s\n"), output, deck->copies->len,
           package->pages->len, truth);
    printf("%s\n", _("Marks in it, by kind:"));
    g_autoptr(Crosstab) kinds = deck_kinds(deck);
    crosstab_print(kinds, _("mark"));
    printf(_("Print it at 100 %%, scan it, then: phieu calibrate deck PACKAGE --compare %s SCAN…\n"), truth);
    return TRUE;
}

static gboolean
print(const CommandCall *call, const Options *options, const FormPackage *package, GError **error)
{
    guint copies = 0;
    if (call->rest[1]) {
        g_set_error(
            error, STATION_ERROR, STATION_ERROR_INPUT,
            _("calibrate deck: scans are compared with the deck's truth; add '--compare DECK.truth.json'"));
        return FALSE;
    }
    if (!command_need_folder(options->output, error) || !check_qr(package, call->rest[0], error) ||
        !count_copies(options, package, &copies, error))
        return FALSE;
    command_catch_interrupts();
    g_autoptr(Deck) deck = deck_new(package, (guint32)options->seed, copies);
    return write_deck(deck, package, options->output, error);
}

static CommandStatus
compare_images(DeckRecord *record, Pipeline *pipeline, gboolean json, GError **error)
{
    g_auto(DeckComparison) comparison = {0};
    json_t *before = NULL;
    if (!deck_compare(record->deck, pipeline, &comparison, error) ||
        !deck_history_add(record, &comparison, &before, error))
        return COMMAND_FAILED;
    if (json)
        deck_report_json(record, &comparison, before);
    else
        deck_report_text(record, &comparison, before);
    json_decref(before);
    CommandStatus status = deck_comparison_passed(&comparison) ? COMMAND_DONE : COMMAND_NEEDS_PERSON;
    return MAX(status, comparison.rejected ? comparison.worst : COMMAND_DONE);
}

static CommandStatus
compare(const CommandCall *call, const Options *options, const FormPackage *package, GError **error)
{
    g_autofree char *history = NULL;
    const char *name = options->name ? options->name : DEFAULT_NAME;
    guint jobs = 0;
    if (!call->rest[1]) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("calibrate deck: the scans are missing; name them after the package"));
        return COMMAND_FAILED;
    }
    if (!history_check_name(name, error) || !command_jobs(options->jobs, &jobs, error) ||
        !history_find(call, options->history, "deck", name, &history, error))
        return COMMAND_FAILED;
    g_autoptr(Deck) deck = deck_truth_load(package, options->truth, error);
    g_autoptr(GPtrArray) paths = deck ? paths_list(call->rest + 1, error) : NULL;
    if (!paths)
        return COMMAND_FAILED;
    g_autoptr(CalibrationProfile) profile =
        options->profile ? calibration_profile_load(options->profile, error) : calibration_profile_default();
    g_autoptr(OmrForms) forms = omr_forms_new();
    if (!profile || !omr_forms_add(forms, package, error))
        return COMMAND_FAILED;
    command_catch_interrupts();
    Pipeline pipeline = {
        .paths = paths, .forms = forms, .profile = profile, .jobs = jobs, .keep_bytes = TRUE};
    DeckRecord record = {deck, package, profile, name, history};
    return compare_images(&record, &pipeline, options->json, error);
}

static gboolean
check_options(const Options *options, GError **error)
{
    if (!options->output == !options->truth) {
        g_set_error(
            error, STATION_ERROR, STATION_ERROR_INPUT,
            _("calibrate deck: either '-o DECK.pdf' prints a deck, or '--compare DECK.truth.json SCAN…' "
              "compares its scans; name one of them"));
        return FALSE;
    }
    if (options->seed >= 0 && options->seed <= G_MAXUINT32)
        return TRUE;
    g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("%s: must be %.0f to %.0f"), "--seed", 0.0,
                (double)G_MAXUINT32);
    return FALSE;
}

CommandStatus
command_calibrate_deck(CommandCall *call, GError **error)
{
    g_auto(Options) options = {.seed = 1};
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
         N_("The PDF to write; its truth is written beside it"), "DECK.pdf"},
        {"copies", 0, 0, G_OPTION_ARG_INT, &options.copies,
         N_("Copies to print; as many as mark every option once unless given"), "N"},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &options.seed, N_("Another seed, another deck (1 unless given)"),
         "S"},
        {"compare", 0, 0, G_OPTION_ARG_FILENAME, &options.truth,
         N_("Compare scans of the deck with its truth"), "DECK.truth.json"},
        {"name", 0, 0, G_OPTION_ARG_STRING, &options.name,
         N_("The scanner's name in its history ('scanner' unless given)"), "NAME"},
        {"history", 0, 0, G_OPTION_ARG_FILENAME, &options.history,
         N_("Where the history is kept: a file, or a folder; the station's profiles/ unless given"), "PATH"},
        {"profile", 0, 0, G_OPTION_ARG_FILENAME, &options.profile,
         N_("Calibration profile; the shipped one unless given"), "FILE"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_("One JSON object, for programs"), NULL},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &options.jobs, N_("Worker threads; one a processor unless given"),
         "N"},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse(call, entries, 1, G_MAXUINT, error) || !check_options(&options, error) ||
        !command_need_path(call->rest[0], error))
        return COMMAND_FAILED;
    g_autoptr(FormPackage) package = form_package_load(call->rest[0], error);
    if (!package)
        return COMMAND_FAILED;
    if (options.truth)
        return compare(call, &options, package, error);
    return print(call, &options, package, error) ? COMMAND_DONE : COMMAND_FAILED;
}
