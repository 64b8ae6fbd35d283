#include "watching-private.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "inbox-private.h"
#include "intake-report-private.h"
#include "scanner-watch.h"

/* An interrupt that comes just before waiting begins is seen this much later. */
#define WAIT_MS 500

/* A file whose pages are dealt with, but which could not be moved. */
typedef struct {
    ScannerStamp stamp;
    char *reason; /* it goes to failed/ with; NULL: to done/ */
} Unmoved;

typedef struct {
    Store *store;
    const WatchingOptions *options;
    Inbox *inbox;
    ScannerWatch *watch;
    Progress *progress;
    StationForms *forms;     /* of the station, as of the last files taken */
    GHashTable *told;       /* char* path -> ScannerComplete*: the files in work; borrowed */
    GHashTable *unmoved;    /* char* path -> Unmoved* */
    GHashTable *complaints; /* char* path -> char*: why a file is still where it was, as last said */
    GPtrArray *batches;     /* of char*: names, as they came up */
    IntakeResult result;
    guint done, failed; /* files moved */
} Watching;

static void
unmoved_free(gpointer data)
{
    Unmoved *unmoved = data;
    g_free(unmoved->reason);
    g_free(unmoved);
}

/* Says why a file stays where it is; once, until the reason is another. */
static void
complain(Watching *watching, const char *path, const char *why)
{
    if (g_strcmp0(g_hash_table_lookup(watching->complaints, path), why) == 0)
        return;
    progress_hide(watching->progress);
    command_warn("%s", why);
    g_hash_table_insert(watching->complaints, g_strdup(path), g_strdup(why));
}

/* Moves a file that is dealt with; where that fails, once more later. */
static void
put_away(Watching *watching, const ScannerComplete *file, const char *reason)
{
    g_autoptr(GError) error = NULL;
    gboolean moved = reason ? inbox_move_failed(watching->inbox, file->path, reason, &error)
                            : inbox_move_done(watching->inbox, file->path, &error);
    if (moved) {
        watching->done += !reason;
        watching->failed += reason != NULL;
        g_hash_table_remove(watching->complaints, file->path);
        g_hash_table_remove(watching->unmoved, file->path);
        scanner_watch_forget(watching->watch, file->path);
        return;
    }
    Unmoved *unmoved = g_new0(Unmoved, 1);
    *unmoved = (Unmoved){.stamp = file->stamp, .reason = g_strdup(reason)};
    g_hash_table_insert(watching->unmoved, g_strdup(file->path), unmoved);
    complain(watching, file->path, error->message);
    scanner_watch_later(watching->watch, file->path);
}

static gboolean
is_unchanged(const ScannerComplete *file)
{
    ScannerStamp now;
    return scanner_stamp_of(file->path, &now) && scanner_stamp_equal(&now, &file->stamp);
}

/* What is wrong with a file may be only that its writer is not done, and so nothing is held against it before
 * it has been left alone for a while. */
static gboolean
may_take(const char *path, const GError *problem, gpointer data)
{
    Watching *watching = data;
    const ScannerComplete *file = g_hash_table_lookup(watching->told, path);
    if (!is_unchanged(file))
        return FALSE;
    if (!problem)
        return TRUE;
    if (!file->settled)
        return FALSE;
    gboolean machine = g_error_matches(problem, SCANNER_ERROR, SCANNER_ERROR_MACHINE);
    if (!machine && access(path, R_OK) == 0)
        return TRUE;
    complain(watching, path, problem->message);
    return FALSE;
}

static void
file_done(const char *path, const GError *problem, gpointer data)
{
    Watching *watching = data;
    const ScannerComplete *file = g_hash_table_lookup(watching->told, path);
    if (is_unchanged(file))
        put_away(watching, file, problem ? problem->message : NULL);
    else
        scanner_watch_later(watching->watch, path);
}

static void
file_later(const char *path, gpointer data)
{
    Watching *watching = data;
    scanner_watch_later(watching->watch, path);
}

static void
show_progress(gpointer data)
{
    Watching *watching = data;
    g_autofree char *state = g_strdup_printf(
        _("files taken: %u, pages: %u, refused: %u, files waiting: %u"), watching->done + watching->failed,
        watching->result.pages, watching->result.refused, scanner_watch_n_waiting(watching->watch));
    progress_say(watching->progress, state);
}

static const char *
batch_of_today(Watching *watching)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();
    g_autofree char *name =
        watching->options->batch ? g_strdup(watching->options->batch) : g_date_time_format(now, "%Y-%m-%d");
    guint n = watching->batches->len;
    if (!n || strcmp(watching->batches->pdata[n - 1], name) != 0)
        g_ptr_array_add(watching->batches, g_steal_pointer(&name));
    return watching->batches->pdata[watching->batches->len - 1];
}

/* A form that was given to the station meanwhile must be known before one of its pages is refused. */
static gboolean
load_forms(Watching *watching, GError **error)
{
    guint n_forms = 0;
    if (!store_count_forms(watching->store, &n_forms, error))
        return FALSE;
    if (watching->forms && watching->forms->packages->len == n_forms)
        return TRUE;
    station_forms_free(watching->forms);
    watching->forms = station_forms_new(watching->store, watching->options->station_dir, error);
    return watching->forms != NULL;
}

static gboolean
take_files(Watching *watching, const GPtrArray *paths, GError **error)
{
    const WatchingOptions *options = watching->options;
    if (!load_forms(watching, error))
        return FALSE;
    IntakeHooks hooks = {.may_take = may_take,
                         .file_done = file_done,
                         .file_later = file_later,
                         .tick = show_progress,
                         .data = watching};
    IntakeOptions intake = {.station_dir = options->station_dir,
                            .paths = paths,
                            .forms = watching->forms,
                            .batch = batch_of_today(watching),
                            .scanner = options->scanner,
                            .profile = options->profile,
                            .jobs = options->jobs,
                            .progress = watching->progress,
                            .hooks = &hooks};
    return intake_run(watching->store, &intake, &watching->result, error);
}

/* Files that are only to be moved are moved; the others are taken. */
static gboolean
take(Watching *watching, const GPtrArray *complete, GError **error)
{
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    for (guint i = 0; i < complete->len; i++) {
        ScannerComplete *file = complete->pdata[i];
        const Unmoved *unmoved = g_hash_table_lookup(watching->unmoved, file->path);
        if (unmoved && scanner_stamp_equal(&unmoved->stamp, &file->stamp)) {
            g_autofree char *reason = g_strdup(unmoved->reason);
            put_away(watching, file, reason);
            continue;
        }
        g_hash_table_insert(watching->told, file->path, file);
        g_ptr_array_add(paths, file->path);
    }
    gboolean fine = !paths->len || take_files(watching, paths, error);
    g_hash_table_remove_all(watching->told);
    return fine;
}

static gboolean
run(Watching *watching, GError **error)
{
    while (!command_interrupted()) {
        g_autoptr(GPtrArray) complete = g_ptr_array_new_with_free_func((GDestroyNotify)scanner_complete_free);
        if (!scanner_watch_wait(watching->watch, WAIT_MS, complete, error) ||
            (complete->len && !take(watching, complete, error)))
            return FALSE;
        show_progress(watching);
    }
    return TRUE;
}

static gboolean
is_gone(gpointer path, gpointer why G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
    ScannerStamp stamp;
    return !scanner_stamp_of(path, &stamp);
}

static CommandStatus
conclude(Watching *watching)
{
    g_autofree char *shown = g_filename_display_name(watching->options->dir);
    g_ptr_array_add(watching->batches, NULL);
    g_autofree char *batches = g_strjoinv(", ", (char **)watching->batches->pdata);
    progress_hide(watching->progress);
    printf(_("Watched %s: %u files to done, %u to failed\n"), shown, watching->done, watching->failed);
    if (watching->batches->len > 1)
        intake_print(batches, &watching->result);
    g_hash_table_foreach_remove(watching->complaints, is_gone, NULL);
    guint left = g_hash_table_size(watching->complaints);
    if (left)
        command_warn(_("%s: %u files could not be read or moved and are still there, as said above; the same "
                       "command goes on with them"),
                     shown, left);
    return left ? COMMAND_MACHINE_FAILED : intake_status(&watching->result);
}

static gboolean
begin(Watching *watching, const ScannerWatchOptions *options, GError **error)
{
    const char *dir = watching->options->dir;
    watching->inbox = load_forms(watching, error) ? inbox_open(dir, watching->store, error) : NULL;
    watching->watch = watching->inbox ? scanner_watch_new(dir, options, error) : NULL;
    if (!watching->watch)
        return FALSE;
    g_autofree char *shown = g_filename_display_name(dir);
    printf(_("Watching %s; Ctrl-C ends it\n"), shown);
    fflush(stdout);
    watching->progress = progress_new(_("Watching"), _("pages"), 0);
    watching->told = g_hash_table_new(g_str_hash, g_str_equal);
    watching->unmoved = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unmoved_free);
    watching->complaints = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    watching->batches = g_ptr_array_new_with_free_func(g_free);
    return TRUE;
}

static void
end(Watching *watching)
{
    intake_result_clear(&watching->result);
    g_ptr_array_unref(watching->batches);
    g_hash_table_unref(watching->complaints);
    g_hash_table_unref(watching->unmoved);
    g_hash_table_unref(watching->told);
    progress_free(watching->progress);
}

CommandStatus
watching_run(Store *store, const WatchingOptions *options, GError **error)
{
    static const char *const trays[] = {INBOX_DONE, INBOX_FAILED, NULL};
    ScannerWatchOptions watch = {.settle_s = options->settle_s, .except = trays, .barrier = STORE_CONF};
    Watching watching = {.store = store, .options = options};
    CommandStatus status = COMMAND_FAILED;
    command_catch_interrupts();
    if (begin(&watching, &watch, error)) {
        gboolean fine = run(&watching, error);
        status = conclude(&watching);
        if (!fine)
            status = COMMAND_FAILED;
        end(&watching);
    }
    scanner_watch_free(watching.watch);
    station_forms_free(watching.forms);
    inbox_free(watching.inbox);
    return status;
}
