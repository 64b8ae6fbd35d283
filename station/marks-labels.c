/* Pages into labels. */
#include "marks-labels-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "command-private.h"
#include "parallel-private.h"
#include "progress-private.h"
#include "scanner-pages.h"

/* The labels of one item of work, until all are put together in their order. */
typedef struct {
    char *group;  /* of the page at hand */
    GArray *rows; /* of CalibrationLabel; their strings are in `names` */
    GStringChunk *names;
    MarksCount count;
} Slot;

static void
slot_clear(Slot *slot)
{
    g_clear_pointer(&slot->rows, g_array_unref);
    g_clear_pointer(&slot->names, g_string_chunk_free);
}

static void
slot_init(Slot *slot)
{
    slot->rows = g_array_new(FALSE, FALSE, sizeof(CalibrationLabel));
    slot->names = g_string_chunk_new(256);
}

static FormMarkState
state_by_model(const CalibrationMarks *model, const CalibrationMark *mark)
{
    double probability = calibration_mark_probability(model, mark);
    if (probability >= model->accept)
        return FORM_MARK_MARKED;
    return probability <= model->reject ? FORM_MARK_EMPTY : FORM_MARK_UNSURE;
}

/* Who decided: the model, where its probability alone gives the state; else the rule that overruled it. */
static CalibrationRule
rule_of(const FormFieldReading *field, const FormMarkReading *mark, const CalibrationMark *measured,
        const CalibrationMarks *model)
{
    if (mark->state == state_by_model(model, measured))
        return CALIBRATION_RULE_MODEL;
    if (form_field_needs_person(field->state) || mark->state == FORM_MARK_UNSURE)
        return CALIBRATION_RULE_PERSON;
    return mark->state == FORM_MARK_MARKED ? CALIBRATION_RULE_MARKED : CALIBRATION_RULE_EMPTY;
}

/* Whether a field goes to a person for a reason that no probability changes. Of several clear marks the rule
 * for double marks makes one, though thresholds may change which are clear. */
static gboolean
is_handed_by_rule(const FormFieldReading *field)
{
    for (guint i = 0; i < field->reasons->len; i++)
        if (!g_str_equal(field->reasons->pdata[i], "unsure_mark"))
            return TRUE;
    return FALSE;
}

/* The positions of one field, all or, where the truth of one is not known, none. Returns how many there were.
 */
static guint
add_field(Slot *slot, const FormReading *reading, const OmrPosition *positions, const CalibrationMarks *model,
          MarksJudge judge, gpointer data)
{
    const FormField *form_field = positions[0].field;
    const FormFieldReading *field = accuracy_find_field(reading, form_field->name);
    guint n = form_field->options->len, first = slot->rows->len;
    for (guint i = 0; i < n; i++) {
        CalibrationLabel label = {.mark = positions[i].mark, .group = slot->group};
        if (!field || i >= field->marks->len || !judge(reading, &positions[i], data, &label.truth)) {
            g_array_set_size(slot->rows, first);
            return n;
        }
        label.field = g_string_chunk_insert_const(slot->names, form_field->name);
        label.rule =
            rule_of(field, &g_array_index(field->marks, FormMarkReading, i), &positions[i].mark, model);
        label.handed = is_handed_by_rule(field);
        g_array_append_val(slot->rows, label);
    }
    return n;
}

static void
add_page(Slot *slot, const FormReading *reading, const GArray *positions, const CalibrationProfile *profile,
         const char *group, MarksJudge judge, gpointer data)
{
    guint before = slot->rows->len;
    slot->count.pages++;
    slot->group = g_string_chunk_insert_const(slot->names, group);
    for (guint at = 0; at < positions->len;) {
        const OmrPosition *position = &g_array_index(positions, OmrPosition, at);
        if (!position->option)
            at++;
        else
            at += add_field(slot, reading, position, calibration_profile_marks(profile), judge, data);
    }
    slot->count.refused += reading->refused;
    slot->count.unknown += !reading->refused && slot->rows->len == before;
}

/* In the order of the work, so that threads change nothing. */
static gboolean
put_together(const Slot *slots, guint n, CalibrationLabels *labels, MarksCount *count, GError **error)
{
    for (guint i = 0; i < n; i++) {
        count->pages += slots[i].count.pages;
        count->refused += slots[i].count.refused;
        count->unknown += slots[i].count.unknown;
        for (guint k = 0; k < slots[i].rows->len; k++) {
            if (calibration_labels_add(labels, &g_array_index(slots[i].rows, CalibrationLabel, k)))
                continue;
            g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                        _("more than %d labels, or a name of more than 200 bytes; take fewer pages"),
                        CALIBRATION_MAX_LABELS);
            return FALSE;
        }
    }
    return TRUE;
}

/* Runs the work with a slot an item. */
static gboolean
run(Parallel *parallel, Slot *slots, CalibrationLabels *labels, MarksCount *count, GError **error)
{
    for (guint i = 0; i < parallel->items; i++)
        slot_init(&slots[i]);
    gboolean fine =
        parallel_run(parallel, error) && put_together(slots, parallel->items, labels, count, error);
    for (guint i = 0; i < parallel->items; i++)
        slot_clear(&slots[i]);
    return fine;
}

static void
show_progress(guint done, gpointer progress)
{
    progress_update(progress, done, done);
}

typedef struct {
    const AccuracySubject *subject;
    Slot *slots;
} Simulation;

static gpointer
begin_simulation(gpointer data, GError **error)
{
    const Simulation *simulation = data;
    return accuracy_means_new(simulation->subject, error);
}

static void
end_simulation(gpointer means)
{
    accuracy_means_free(means);
}

static gboolean
judge_simulated(const FormReading *reading G_GNUC_UNUSED, const OmrPosition *position, gpointer data,
                CalibrationTruth *truth)
{
    const AccuracyTruth *page = data;
    for (guint i = 0; i < page->fields->len; i++) {
        const AccuracyTruthField *field = &g_array_index(page->fields, AccuracyTruthField, i);
        if (field->field != position->field)
            continue;
        FormMarkState state =
            field->marks[position->option - &g_array_index(field->field->options, FormOption, 0)].state;
        *truth = state == FORM_MARK_MARKED      ? CALIBRATION_TRUTH_MARKED
                 : state == FORM_MARK_CANCELLED ? CALIBRATION_TRUTH_CANCELLED
                                                : CALIBRATION_TRUTH_EMPTY;
        return TRUE;
    }
    return FALSE;
}

static gboolean
simulate_questionnaire(guint item, gpointer means, gpointer data, GError **error)
{
    const Simulation *simulation = data;
    const AccuracySubject *subject = simulation->subject;
    for (guint page = 1; page <= subject->package->pages->len; page++) {
        g_auto(AccuracyPage) made = {0};
        if (!accuracy_page_make(subject, means, item, (int)page, &made, error))
            return FALSE;
        g_autofree char *group =
            g_strdup_printf("%s-%u-%s", subject->population->name, subject->seed, made.id.serial);
        /* a page taken for another would be labelled with answers that are not its own */
        if (accuracy_is_mistaken(made.reading, &made.id, made.truth))
            simulation->slots[item].count.unknown++;
        else
            add_page(&simulation->slots[item], made.reading, made.positions, subject->profile, group,
                     judge_simulated, made.truth);
    }
    return TRUE;
}

static guint64
positions_of(const FormPackage *package)
{
    guint64 n = 0;
    for (guint i = 0; i < package->pages->len; i++) {
        const FormPage *page = package->pages->pdata[i];
        for (guint k = 0; k < page->fields->len; k++)
            n += ((const FormField *)page->fields->pdata[k])->options->len;
    }
    return n;
}

gboolean
marks_labels_simulate(const AccuracySubject *subject, guint64 positions, guint threads,
                      CalibrationLabels *labels, MarksCount *count, GError **error)
{
    guint64 of_one = positions_of(subject->package);
    if (!of_one) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: this form has no answer positions; name another with --form"),
                    subject->package->code);
        return FALSE;
    }
    guint n = (guint)((positions + of_one - 1) / of_one);
    g_autofree Slot *slots = g_new0(Slot, n);
    Simulation simulation = {.subject = subject, .slots = slots};
    g_autoptr(Progress) progress = progress_new(_("Simulating"), _("questionnaires"), n);
    Parallel parallel = {.items = n,
                         .threads = threads,
                         .data = &simulation,
                         .begin = begin_simulation,
                         .end = end_simulation,
                         .work = simulate_questionnaire,
                         .progress = show_progress,
                         .progress_data = progress};
    return run(&parallel, slots, labels, count, error);
}

typedef struct {
    const MarksScans *scans;
    Slot *slots;
} Scanning;

typedef struct {
    OmrReader *reader;
    GArray *positions; /* of OmrPosition */
} Means;

static gpointer
begin_scans(gpointer data, GError **error G_GNUC_UNUSED)
{
    const Scanning *scanning = data;
    Means *means = g_new0(Means, 1);
    means->reader = omr_reader_new(scanning->scans->forms, scanning->scans->profile);
    means->positions = g_array_new(FALSE, TRUE, sizeof(OmrPosition));
    return means;
}

static void
end_scans(gpointer data)
{
    Means *means = data;
    omr_reader_free(means->reader);
    g_array_unref(means->positions);
    g_free(means);
}

static gboolean
read_page(Means *means, ScannerFile *file, int index, const MarksImage *image, const MarksScans *scans,
          Slot *slot, GError **error)
{
    g_auto(ScannerPage) page = {0};
    if (!scanner_file_read(file, index, &page, error))
        return FALSE;
    g_autofree char *name = g_path_get_basename(image->path);
    OmrInput input = {.pix = page.pix,
                      .dpi_x = page.dpi_x,
                      .dpi_y = page.dpi_y,
                      .image = name,
                      .index = index,
                      .page = image->page,
                      .positions = means->positions};
    g_autoptr(FormReading) reading = omr_reader_read(means->reader, &input);
    add_page(slot, reading, means->positions, scans->profile, reading->serial ? reading->serial : name,
             scans->judge, image->data);
    return TRUE;
}

/* An image that cannot be read is told and left out; the rest go on. */
static gboolean
read_image(guint item, gpointer means, gpointer data, GError **error G_GNUC_UNUSED)
{
    const Scanning *scanning = data;
    const MarksImage *image = scanning->scans->images->pdata[item];
    Slot *slot = &scanning->slots[item];
    g_autoptr(GError) problem = NULL;
    g_autoptr(ScannerFile) file = scanner_file_open(image->path, &problem);
    int n = file ? scanner_file_n_pages(file) : 0;
    for (int i = MAX(image->index, 0); i < (image->index < 0 ? n : MIN(image->index + 1, n)); i++) {
        g_autoptr(GError) damage = NULL;
        if (read_page(means, file, i, image, scanning->scans, slot, &damage))
            continue;
        command_warn("%s", damage->message);
        slot->count.pages++;
        slot->count.refused++;
    }
    if (!file) {
        command_warn("%s", problem->message);
        slot->count.pages++;
        slot->count.refused++;
    }
    return TRUE;
}

gboolean
marks_labels_read(const MarksScans *scans, CalibrationLabels *labels, MarksCount *count, GError **error)
{
    guint n = scans->images->len;
    g_autofree Slot *slots = g_new0(Slot, n + 1);
    Scanning scanning = {.scans = scans, .slots = slots};
    g_autoptr(Progress) progress = progress_new(_("Reading"), _("pages"), n);
    Parallel parallel = {.items = n,
                         .threads = scans->threads,
                         .data = &scanning,
                         .begin = begin_scans,
                         .end = end_scans,
                         .work = read_image,
                         .progress = show_progress,
                         .progress_data = progress};
    return run(&parallel, slots, labels, count, error);
}

MarksImage *
marks_image_new(const char *path, int index, int page, gpointer data)
{
    MarksImage *image = g_new0(MarksImage, 1);
    *image = (MarksImage){.path = g_strdup(path), .index = index, .page = page, .data = data};
    return image;
}

void
marks_image_free(gpointer data)
{
    MarksImage *image = data;
    g_free(image->path);
    g_free(image);
}

CalibrationTruth
marks_truth_of(const char *values, const OmrPosition *position)
{
    const char *option = position->option->value;
    gsize length = strlen(option);
    for (const char *at = values; length && (at = strstr(at, option)); at += length)
        if ((at == values || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' '))
            return CALIBRATION_TRUTH_MARKED;
    return CALIBRATION_TRUTH_EMPTY;
}
