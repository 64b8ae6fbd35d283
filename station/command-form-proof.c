#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "calibration-profile.h"
#include "calibration-simulation.h"
#include "command-private.h"
#include "omr-reader.h"
#include "parallel-private.h"
#include "progress-private.h"
#include "score-private.h"
#include "text-table-private.h"

#define DEFAULT_COUNT 4
#define MAX_COUNT     1000

/* The scans that offices make: what is proven. */
static const struct {
    double dpi;
    CalibrationMode mode;
} kinds[] = {
    {300, CALIBRATION_GREY},
    {200, CALIBRATION_GREY},
    {300, CALIBRATION_BILEVEL},
    {200, CALIBRATION_BILEVEL},
};

typedef struct {
    Score score;
    guint pages, refused;
} Row;

typedef struct {
    const FormPackage *package;
    const OmrForms *forms;
    const CalibrationProfile *profile;
    guint count; /* questionnaires of each kind */
    guint32 seed;
    GMutex mutex; /* guards the two below */
    Row rows[G_N_ELEMENTS(kinds)];
    GPtrArray *findings; /* of char*: what went wrong, for people */
} Proof;

/* What a thread has of its own. */
typedef struct {
    FormPrinter *printer;
    OmrReader *reader;
} Means;

static gpointer
begin_means(gpointer data, GError **error)
{
    const Proof *proof = data;
    FormPrinter *printer = form_printer_new(proof->package, error);
    if (!printer)
        return NULL;
    Means *means = g_new0(Means, 1);
    means->printer = printer;
    means->reader = omr_reader_new(proof->forms, proof->profile);
    return means;
}

static void
end_means(gpointer data)
{
    Means *means = data;
    form_printer_free(means->printer);
    omr_reader_free(means->reader);
    g_free(means);
}

static void
add_finding(Proof *proof, const FormSheetId *id, const CalibrationScan *scan, const char *what)
{
    g_ptr_array_add(proof->findings,
                    g_strdup_printf(_("%s page %d at %.0f dpi%s: %s"), id->serial, id->page, scan->dpi,
                                    scan->mode == CALIBRATION_BILEVEL ? _(", 1 bit") : "", what));
}

static const FormFieldReading *
find_field(const FormReading *reading, const char *name)
{
    for (guint i = 0; i < reading->fields->len; i++) {
        const FormFieldReading *field = reading->fields->pdata[i];
        if (g_str_equal(field->name, name))
            return field;
    }
    return NULL;
}

/* Compares a page's reading with its truth. Called with the mutex held. */
static void
judge(Proof *proof, Row *row, const FormReading *reading, const CalibrationRespondent *respondent,
      const FormSheetId *id, const CalibrationScan *scan)
{
    row->pages++;
    if (reading->refused || reading->page != id->page) {
        row->refused++;
        add_finding(proof, id, scan,
                    reading->flags->len ? g_array_index(reading->flags, FormFlag, 0).code
                                        : _("read as another page"));
        return;
    }
    const FormPage *page = form_package_page(proof->package, id->page);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = page->fields->pdata[i];
        const FormFieldReading *read = find_field(reading, field->name);
        const char *truth = calibration_respondent_value(respondent, field->name);
        if (!score_field(&row->score, form_type_is_select(field->type),
                         read ? form_field_state_name(read->state) : "missing_page", read ? read->value : "",
                         truth ? truth : ""))
            continue;
        g_autofree char *what = g_strdup_printf(_("%s read as '%s', truly '%s'"), field->name,
                                                read ? read->value : "", truth ? truth : "");
        add_finding(proof, id, scan, what);
    }
}

static gboolean
prove_page(guint item, gpointer data, gpointer shared, GError **error)
{
    Means *means = data;
    Proof *proof = shared;
    guint n_pages = proof->package->pages->len, kind = item % G_N_ELEMENTS(kinds);
    guint side = item / G_N_ELEMENTS(kinds);
    FormSheetId id = {.version = proof->package->version, .page = (int)(side % n_pages) + 1};
    g_strlcpy(id.code, proof->package->code, sizeof id.code);
    g_snprintf(id.serial, sizeof id.serial, "PROOF%u", side / n_pages + 1);

    g_autoptr(CalibrationRespondent) respondent =
        calibration_respondent_new(proof->package, &calibration_habits_ordinary, proof->seed, id.serial);
    g_autofree char *purpose = g_strdup_printf("proof %u", kind);
    g_autoptr(GRand) random = calibration_random(proof->seed, id.serial, id.page, purpose);
    CalibrationScan scan = calibration_scan_ordinary(kinds[kind].dpi, kinds[kind].mode, random);
    g_autoptr(PIX) pix = calibration_simulate(means->printer, &id, respondent, &scan, random);
    if (!pix) {
        g_set_error_literal(error, STATION_ERROR, STATION_ERROR_MACHINE,
                            _("out of memory while simulating a scan"));
        return FALSE;
    }
    /* A form with no QR has pages that only the one who scans knows. */
    const FormPage *page = form_package_page(proof->package, id.page);
    OmrInput input = {.pix = pix,
                      .dpi_x = scan.dpi,
                      .dpi_y = scan.dpi,
                      .image = id.serial,
                      .page = page->qr->len ? 0 : id.page};
    g_autoptr(FormReading) reading = omr_reader_read(means->reader, &input);
    g_mutex_lock(&proof->mutex);
    judge(proof, &proof->rows[kind], reading, respondent, &id, &scan);
    g_mutex_unlock(&proof->mutex);
    return TRUE;
}

static void
show_progress(guint done, gpointer progress)
{
    progress_update(progress, done, done);
}

static CommandStatus
print_result(const Proof *proof)
{
    g_autoptr(TextTable) table = text_table_new("lrrrrr");
    text_table_add(table, _("scan"));
    text_table_add(table, _("pages"));
    text_table_add(table, _("refused"));
    text_table_add(table, _("fields to mark"));
    text_table_add(table, _("wrong"));
    text_table_add(table, _("for a person"));
    guint64 bad = 0;
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        const Row *row = &proof->rows[i];
        text_table_add_format(table, "%.0f dpi, %s", kinds[i].dpi,
                              kinds[i].mode == CALIBRATION_GREY ? _("grey") : _("1 bit"));
        text_table_add_number(table, row->pages);
        text_table_add_number(table, row->refused);
        text_table_add_number(table, (gint64)row->score.marked);
        text_table_add_number(table, (gint64)(row->score.marked_wrong + row->score.boxes_wrong));
        text_table_add_format(table, "%.1f%%", score_handed_percent(&row->score));
        bad += row->refused + row->score.marked_wrong + row->score.boxes_wrong;
    }
    text_table_print(table, 0);
    for (guint i = 0; i < proof->findings->len && i < 20; i++)
        printf("  %s\n", (const char *)proof->findings->pdata[i]);
    if (!bad) {
        printf("%s\n", _("Proven: what is printed is read back."));
        return COMMAND_DONE;
    }
    printf("%s\n", _("Not proven: look at the lines above before printing."));
    return COMMAND_NEEDS_PERSON;
}

static int
compare_findings(gconstpointer a, gconstpointer b)
{
    return g_strcmp0(*(const char *const *)a, *(const char *const *)b);
}

static CommandStatus
prove(Proof *proof, GError **error)
{
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();
    g_autoptr(OmrForms) forms = omr_forms_new();
    if (!omr_forms_add(forms, proof->package, error))
        return COMMAND_FAILED;
    proof->forms = forms;
    proof->profile = profile;
    command_catch_interrupts();
    guint pages = proof->count * proof->package->pages->len * G_N_ELEMENTS(kinds);
    g_autoptr(Progress) progress = progress_new(_("Proving"), _("pages"), pages);
    Parallel parallel = {.items = pages,
                         .threads = g_get_num_processors(),
                         .data = proof,
                         .begin = begin_means,
                         .end = end_means,
                         .work = prove_page,
                         .progress = show_progress,
                         .progress_data = progress};
    g_autoptr(GPtrArray) findings = g_ptr_array_new_with_free_func(g_free);
    proof->findings = findings;
    g_mutex_init(&proof->mutex);
    gboolean fine = parallel_run(&parallel, error);
    g_mutex_clear(&proof->mutex);
    progress_hide(progress);
    g_ptr_array_sort(findings, compare_findings);
    return fine ? print_result(proof) : COMMAND_FAILED;
}

CommandStatus
command_form_proof(CommandCall *call, GError **error)
{
    int count = DEFAULT_COUNT, seed = 1;
    const GOptionEntry entries[] = {
        {"count", 'n', 0, G_OPTION_ARG_INT, &count, N_("Questionnaires a kind of scan (4 unless given)"),
         "N"},
        {"seed", 0, 0, G_OPTION_ARG_INT, &seed, N_("Another seed, other answers and scans (1 unless given)"),
         "S"},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse(call, entries, 1, 1, error) || !command_need_path(call->rest[0], error))
        return COMMAND_FAILED;
    if (count < 1 || count > MAX_COUNT) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT, _("--count %d: must be 1 to %d"), count,
                    MAX_COUNT);
        return COMMAND_FAILED;
    }
    g_autoptr(FormPackage) package = form_package_load(call->rest[0], error);
    if (!package)
        return COMMAND_FAILED;
    Proof proof = {.package = package, .count = (guint)count, .seed = (guint32)seed};
    return prove(&proof, error);
}
