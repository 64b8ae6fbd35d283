#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "command-private.h"
#include "deck-private.h"
#include "folder-private.h"
#include "marks-report-private.h"
#include "paths-private.h"
#include "shipped-private.h"

#define DEFAULT_POSITIONS  100000
#define DEFAULT_SEED       1000
#define DEFAULT_FOLDS      5
#define DEFAULT_ERROR_RATE 1e-6

/* Simulated answers and decks are certain but for a bug of ours; people mistype about one answer in a
 * thousand. */
#define LABEL_ERROR        1e-6
#define LABEL_ERROR_PEOPLE 1e-3

/* The words of the command. */
typedef struct {
    char *population, *form, *truth, *scanner, *profile, *labels, *save_labels, *output, *name, *chart;
    gint64 positions, seed;
    double error_rate;
    int folds, jobs;
    gboolean decisions;
} Words;

static void
words_clear(Words *words)
{
    char *const texts[] = {words->population, words->form,   words->truth,       words->scanner,
                           words->profile,    words->labels, words->save_labels, words->output,
                           words->name,       words->chart};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Words, words_clear)

static gboolean
parse(CommandCall *call, Words *words, GError **error)
{
    const GOptionEntry entries[] = {
        {"simulate", 0, 0, G_OPTION_ARG_STRING, &words->population,
         N_("Label simulated pages of this population: ordinary or hard"), "NAME"},
        {"positions", 0, 0, G_OPTION_ARG_INT64, &words->positions,
         N_("Answer positions to simulate (100000 unless given)"), "N"},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &words->seed,
         N_("Another seed: other pages, other folds (1000 unless given)"), "S"},
        {"truth", 0, 0, G_OPTION_ARG_FILENAME, &words->truth,
         N_("Label the images by this CSV file of known answers, or by a deck's truth; needs --form"),
         "FILE"},
        {"form", 0, 0, G_OPTION_ARG_FILENAME, &words->form,
         N_("Form of the images, or to simulate; the shipped SIPAS form unless given"), "PACKAGE"},
        {"decisions", 0, 0, G_OPTION_ARG_NONE, &words->decisions,
         N_("Label the station's pages by what its people decided"), NULL},
        {"scanner", 0, 0, G_OPTION_ARG_STRING, &words->scanner,
         N_("With --decisions: only pages of this scanner"), "NAME"},
        {"labels", 0, 0, G_OPTION_ARG_FILENAME, &words->labels, N_("Take the labels of this file too"),
         "FILE"},
        {"save-labels", 0, 0, G_OPTION_ARG_FILENAME, &words->save_labels,
         N_("Write all labels to this file, as CSV"), "FILE"},
        {"error-rate", 0, 0, G_OPTION_ARG_DOUBLE, &words->error_rate,
         N_("Silent errors a position that are bearable (1e-6 unless given)"), "RATE"},
        {"folds", 0, 0, G_OPTION_ARG_INT, &words->folds, N_("Folds of cross-validation (5 unless given)"),
         "K"},
        {"profile", 0, 0, G_OPTION_ARG_FILENAME, &words->profile,
         N_("Start from this profile instead of the shipped one"), "FILE"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &words->output, N_("Write the fitted profile to this file"),
         "FILE"},
        {"name", 0, 0, G_OPTION_ARG_STRING, &words->name,
         N_("Name of the fitted profile; that of its file unless given"), "NAME"},
        {"chart", 0, 0, G_OPTION_ARG_FILENAME, &words->chart, N_("Draw reliability and review as SVG"),
         "FILE"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &words->jobs, N_("Worker threads; one a processor unless given"),
         "N"},
        G_OPTION_ENTRY_NULL,
    };
    return command_parse(call, entries, 0, G_MAXUINT, error);
}

static gboolean
fail(GError **error, const char *what)
{
    g_set_error_literal(error, STATION_ERROR, STATION_ERROR_INPUT, what);
    return FALSE;
}

static gboolean
check_numbers(const Words *words, GError **error)
{
    const struct {
        const char *option;
        double value, least, most;
    } numbers[] = {
        {"--positions", (double)words->positions, 1, CALIBRATION_MAX_LABELS},
        {"--seed", (double)words->seed, 0, G_MAXUINT32},
        {"--folds", words->folds, CALIBRATION_LEAST_FOLDS, CALIBRATION_MOST_FOLDS},
        {"--error-rate", words->error_rate, 1e-12, 0.1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (numbers[i].value >= numbers[i].least && numbers[i].value <= numbers[i].most)
            continue;
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("%s: must be %.10g to %.10g"),
                    numbers[i].option, numbers[i].least, numbers[i].most);
        return FALSE;
    }
    return TRUE;
}

static gboolean
check(const Words *words, GStrv images, GError **error)
{
    if (!words->population && !words->truth && !words->decisions && !words->labels)
        return fail(error,
                    _("calibrate marks: nothing to learn from; give --simulate NAME, --truth FILE IMAGE…, "
                      "--decisions or --labels FILE"));
    if (images[0] && !words->truth)
        return fail(error, _("calibrate marks: images need --truth FILE, which knows their answers"));
    if (words->truth && (!images[0] || !words->form))
        return fail(error, _("--truth: needs --form PACKAGE and the images"));
    if (words->scanner && !words->decisions)
        return fail(error, _("--scanner: needs --decisions"));
    if (words->name && !words->output)
        return fail(error, _("--name: needs -o FILE, the profile to write"));
    const char *const outputs[] = {words->output, words->save_labels, words->chart};
    for (guint i = 0; i < G_N_ELEMENTS(outputs); i++)
        if (outputs[i] && !command_need_folder(outputs[i], error))
            return FALSE;
    return check_numbers(words, error);
}

/* Images with known answers, of a CSV file or of a deck. */
static gboolean
label_scans(const Words *words, const FormPackage *package, GStrv images, MarksScans *scans,
            CalibrationLabels *labels, MarksCount *count, GError **error)
{
    gboolean is_deck = g_str_has_suffix(words->truth, ".json");
    g_autoptr(Deck) deck = is_deck ? deck_truth_load(package, words->truth, error) : NULL;
    g_autoptr(MarksTruthFile) file = is_deck ? NULL : marks_truth_load(words->truth, error);
    gpointer truth = is_deck ? (gpointer)deck : (gpointer)file;
    g_autoptr(GPtrArray) paths = truth ? paths_list(images, error) : NULL;
    if (!paths)
        return FALSE;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(marks_image_free);
    for (guint i = 0; i < paths->len; i++)
        g_ptr_array_add(list, marks_image_new(paths->pdata[i], -1, 0, truth));
    scans->images = list;
    scans->judge = is_deck ? deck_judge : marks_truth_judge;
    return marks_labels_read(scans, labels, count, error);
}

/* Simulated pages and images with known answers: both are of one form. */
static gboolean
label_form(const Words *words, const FormPackage *package, GStrv images, const CalibrationProfile *profile,
           guint threads, CalibrationLabels *labels, MarksCount *count, GError **error)
{
    g_autoptr(OmrForms) forms = omr_forms_new();
    if (!omr_forms_add(forms, package, error))
        return FALSE;
    if (words->population) {
        AccuracySubject subject = {.population = accuracy_population_find(words->population, error),
                                   .package = package,
                                   .forms = forms,
                                   .profile = profile,
                                   .seed = (guint32)words->seed};
        if (!subject.population ||
            !marks_labels_simulate(&subject, (guint64)words->positions, threads, labels, count, error))
            return FALSE;
    }
    if (!words->truth)
        return TRUE;
    MarksScans scans = {.forms = forms, .profile = profile, .threads = threads};
    return label_scans(words, package, images, &scans, labels, count, error);
}

/* The shipped form, in a folder of its own that is removed afterwards, or the one named. */
static gboolean
label_pages(const Words *words, GStrv images, const CalibrationProfile *profile, guint threads,
            CalibrationLabels *labels, MarksCount *count, GError **error)
{
    if (words->form) {
        g_autoptr(FormPackage) package = form_package_load(words->form, error);
        return package && label_form(words, package, images, profile, threads, labels, count, error);
    }
    g_autofree char *dir = g_build_filename(g_get_tmp_dir(), "phieu-calibrate-XXXXXX", NULL);
    if (!g_mkdtemp(dir)) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_MACHINE, _("%s: no folder can be made in there"),
                    g_get_tmp_dir());
        return FALSE;
    }
    g_autofree char *path = g_build_filename(dir, SHIPPED_FORM ".form.json", NULL);
    g_autoptr(FormPackage) package = shipped_compile(path, error);
    gboolean fine = package && label_form(words, package, images, profile, threads, labels, count, error);
    return folder_remove(dir, fine ? error : NULL) && fine;
}

static gboolean
gather(const CommandCall *call, const Words *words, const CalibrationProfile *profile,
       CalibrationLabels *labels, GError **error)
{
    MarksCount count = {0};
    guint threads = 0;
    if (!command_jobs(words->jobs, &threads, error) ||
        (words->labels && !calibration_labels_load(labels, words->labels, error)) ||
        ((words->population || words->truth) &&
         !label_pages(words, call->rest, profile, threads, labels, &count, error)) ||
        (words->decisions &&
         !marks_labels_decisions(call->station_dir, words->scanner, profile, threads, labels, &count, error)))
        return FALSE;
    if (count.refused || count.unknown)
        command_warn(_("of %u pages %u were refused, and of %u no answer is known: they teach nothing"),
                     count.pages, count.refused, count.unknown);
    return !words->save_labels || calibration_labels_save(labels, words->save_labels, error);
}

static gboolean
go_on(gpointer data G_GNUC_UNUSED, GError **error)
{
    return command_go_on(error);
}

/* The command as it was given, for the profile; what is no line of text is left out. */
static char *
spell(int argc, char **argv)
{
    g_autoptr(GString) line = g_string_new("phieu calibrate marks");
    for (int i = 1; i < argc; i++) {
        g_autofree char *word = g_utf8_make_valid(argv[i], -1);
        g_autofree char *quoted = g_shell_quote(word);
        gboolean plain = strpbrk(word, " '\"\\$`;&|<>()*?\t\n") == NULL;
        if (line->len + strlen(quoted) < 1500)
            g_string_append_printf(line, " %s", plain ? word : quoted);
    }
    for (gsize i = 0; i < line->len; i++)
        if (g_ascii_iscntrl(line->str[i]))
            line->str[i] = ' ';
    return g_string_free(g_steal_pointer(&line), FALSE);
}

static char *
name_of(const Words *words)
{
    if (words->name)
        return g_utf8_make_valid(words->name, -1);
    g_autofree char *base = g_path_get_basename(words->output);
    g_autofree char *name = g_utf8_make_valid(base, -1);
    if (g_str_has_suffix(name, ".profile") && strlen(name) > strlen(".profile"))
        name[strlen(name) - strlen(".profile")] = '\0';
    return g_steal_pointer(&name);
}

static gboolean
write_profile(const Words *words, const MarksReport *report, char *command, GError **error)
{
    guint judged, marked;
    calibration_labels_judged(report->labels, &judged, &marked);
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *date = g_date_time_format(now, "%Y-%m-%d");
    CalibrationOrigin origin = {.date = date,
                                .data = (char *)report->digest,
                                .labels = report->review->positions,
                                .marked = marked,
                                .command = command,
                                .seed = words->seed};
    CalibrationMarks marks = report->better ? report->fit->marks : *calibration_profile_marks(report->base);
    marks.accept = 1 - report->review->at.doubt;
    marks.reject = report->review->at.doubt;
    g_autofree char *name = name_of(words);
    g_autoptr(CalibrationProfile) profile = calibration_profile_fitted(report->base, name, &marks, &origin);
    if (!calibration_profile_save(profile, words->output, error))
        return FALSE;
    g_autofree char *shown = g_filename_display_name(words->output);
    printf(_("\n%s: profile '%s', fingerprint %.12s\n"), shown, name,
           calibration_profile_fingerprint(profile));
    return TRUE;
}

static gboolean
fit(const Words *words, const CalibrationProfile *base, const CalibrationLabels *labels, char *command,
    gboolean *settled, GError **error)
{
    CalibrationFitOptions options = {.base = base,
                                     .label_error = words->decisions ? LABEL_ERROR_PEOPLE : LABEL_ERROR,
                                     .folds = (guint)words->folds,
                                     .seed = (guint32)words->seed,
                                     .go_on = go_on};
    const CalibrationMarks *marks = calibration_profile_marks(base);
    CalibrationWish wish = {words->error_rate, MIN(1 - marks->accept, marks->reject)};
    g_auto(CalibrationFit) fitted = {0};
    g_auto(CalibrationReview) review = {0};
    if (!calibration_fit_run(labels, &options, &fitted, error))
        return FALSE;
    g_autofree char *digest = calibration_labels_digest(labels);
    MarksReport report = {.labels = labels,
                          .base = base,
                          .fit = &fitted,
                          .review = &review,
                          .error_rate = words->error_rate,
                          .folds = options.folds,
                          .better = calibration_scores(labels, fitted.after).log_loss <
                                    calibration_scores(labels, fitted.before).log_loss,
                          .digest = digest};
    calibration_review_run(labels, report.better ? fitted.after : fitted.before, &wish, &review);
    marks_report_print(&report);
    *settled = review.proven && review.bearable;
    if (words->chart && !marks_report_draw(&report, words->chart, error))
        return FALSE;
    if (words->output && !review.bearable)
        command_warn(
            _("%s: not written, since nearly everything would be handed to a person; are the labels right?"),
            words->output);
    return !words->output || !review.bearable || write_profile(words, &report, command, error);
}

CommandStatus
command_calibrate_marks(CommandCall *call, GError **error)
{
    g_auto(Words) words = {.positions = DEFAULT_POSITIONS,
                           .seed = DEFAULT_SEED,
                           .folds = DEFAULT_FOLDS,
                           .error_rate = DEFAULT_ERROR_RATE};
    g_autofree char *command = spell(call->argc, call->argv);
    gboolean settled = FALSE;
    if (!parse(call, &words, error) || !check(&words, call->rest, error))
        return COMMAND_FAILED;
    g_autoptr(CalibrationProfile) base =
        words.profile ? calibration_profile_load(words.profile, error) : calibration_profile_default();
    g_autoptr(CalibrationLabels) labels = calibration_labels_new();
    command_catch_interrupts();
    if (!base || !gather(call, &words, base, labels, error) ||
        !fit(&words, base, labels, command, &settled, error))
        return COMMAND_FAILED;
    return settled ? COMMAND_DONE : COMMAND_NEEDS_PERSON;
}
