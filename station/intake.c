#include "intake-private.h"

#include <glib/gi18n-lib.h>

#include "command-private.h"
#include "pipeline-private.h"
#include "scanner-pages.h"

typedef struct {
    Store *store;
    const IntakeOptions *options;
    IntakeResult *result;
    gboolean later;  /* the file in work, for those who have hooks: is left for later … */
    GError *problem; /* … or is no image */
} Intake;

void
intake_result_clear(IntakeResult *result)
{
    g_clear_pointer(&result->reasons, g_hash_table_unref);
}

static gpointer
open_station(gpointer data, GError **error)
{
    const Intake *intake = data;
    return store_open(intake->options->station_dir, error);
}

static void
close_station(gpointer store)
{
    store_free(store);
}

static gboolean
is_held(gpointer store, const char *sha256, int index, gboolean *held, GError **error)
{
    return store_has_page(store, sha256, index, held, error);
}

static void
count_fields(const FormReading *reading, IntakeResult *result)
{
    for (guint i = 0; i < reading->fields->len; i++) {
        const FormFieldReading *field = reading->fields->pdata[i];
        result->fields++;
        result->to_key += field->state == FORM_FIELD_TO_KEY;
        result->to_review += field->state != FORM_FIELD_TO_KEY && form_field_needs_person(field->state);
    }
}

static void
count_refusal(const FormReading *reading, IntakeResult *result)
{
    const char *reason = reading->flags->len ? g_array_index(reading->flags, FormFlag, 0).code : "?";
    guint pages = GPOINTER_TO_UINT(g_hash_table_lookup(result->reasons, reason));
    g_hash_table_insert(result->reasons, g_strdup(reason), GUINT_TO_POINTER(pages + 1));
    result->refused++;
}

static void
count_page(const FormReading *reading, StorePageResult stored, IntakeResult *result)
{
    switch (stored) {
    case STORE_PAGE_NEW:
        result->added++;
        count_fields(reading, result);
        break;
    case STORE_PAGE_SAME_FILE:
        result->same_file++;
        break;
    case STORE_PAGE_SAME_PAGE:
        result->same_page++;
        break;
    case STORE_PAGE_DOUBLED:
        result->doubled++;
        break;
    case STORE_PAGE_REFUSED:
        count_refusal(reading, result);
        break;
    }
}

static void
tell(const Intake *intake, const GError *error)
{
    progress_hide(intake->options->progress);
    if (command_report(error) == COMMAND_MACHINE_FAILED)
        intake->result->machine_failed = TRUE;
}

/* Whether the file in work is (still) one to take now. */
static gboolean
may_take(Intake *intake, const PipelinePage *page)
{
    const IntakeHooks *hooks = intake->options->hooks;
    if (hooks && !intake->later)
        intake->later = !hooks->may_take(page->path, page->error, hooks->data);
    return !intake->later;
}

static void
end_file(const char *path, gboolean whole, gpointer data)
{
    Intake *intake = data;
    const IntakeHooks *hooks = intake->options->hooks;
    if (hooks && whole && !intake->later)
        hooks->file_done(path, intake->problem, hooks->data);
    else if (hooks)
        hooks->file_later(path, hooks->data);
    intake->later = FALSE;
    g_clear_error(&intake->problem);
}

static gboolean
take_page(PipelinePage *page, gpointer data, GError **error)
{
    Intake *intake = data;
    IntakeResult *result = intake->result;
    if (!may_take(intake, page))
        return TRUE;
    if (page->error)
        tell(intake, page->error);
    if (page->kind == PIPELINE_REJECTED) {
        result->rejected++;
        if (!intake->problem)
            intake->problem = g_error_copy(page->error);
        return TRUE;
    }
    result->pages++;
    if (page->kind == PIPELINE_HELD) {
        result->same_file++;
        return TRUE;
    }
    g_autofree char *source = g_filename_display_name(page->path);
    StoreImage image = {.bytes = page->bytes,
                        .sha256 = page->sha256,
                        .ending = page->ending,
                        .source = source,
                        .batch = intake->options->batch,
                        .scanner = intake->options->scanner};
    StorePageResult stored = STORE_PAGE_NEW;
    if (!store_put_page(intake->store, &image, page->reading, &stored, error))
        return FALSE;
    count_page(page->reading, stored, result);
    return TRUE;
}

static void
tick(guint files, gpointer data)
{
    const Intake *intake = data;
    if (intake->options->hooks)
        intake->options->hooks->tick(intake->options->hooks->data);
    else if (intake->options->progress)
        progress_update(intake->options->progress, files, intake->result->pages);
}

gboolean
intake_run(Store *store, const IntakeOptions *options, IntakeResult *result, GError **error)
{
    guint files = 0;
    if (!result->reasons)
        result->reasons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(StationForms) own =
        options->forms ? NULL : station_forms_new(store, options->station_dir, error);
    const StationForms *forms = options->forms ? options->forms : own;
    if (!forms)
        return FALSE;
    Intake intake = {.store = store, .options = options, .result = result};
    Pipeline pipeline = {.paths = options->paths,
                         .forms = forms->forms,
                         .profile = options->profile,
                         .jobs = options->jobs,
                         .keep_bytes = TRUE,
                         .begin_held = open_station,
                         .end_held = close_station,
                         .is_held = is_held,
                         .take = take_page,
                         .end_file = end_file,
                         .whole_files = options->hooks != NULL,
                         .tick = tick,
                         .data = &intake};
    gboolean fine = pipeline_run(&pipeline, &files, error);
    result->files += files;
    g_clear_error(&intake.problem);
    return fine;
}
