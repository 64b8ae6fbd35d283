/* Which files of a folder are complete. */
#include "scanner-watch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file-private.h"
#include "watch-private.h"

/* Folders deeper than this are no scans of anybody. */
#define MAX_DEPTH 8

typedef enum { WAITING, CLOSED, TOLD } EntryState;

/* A file of the folder; its path is its key. */
typedef struct {
    EntryState state;
    ScannerStamp stamp;
    gint64 since_us;  /* unchanged, as far as we looked */
    gboolean doubted; /* closed once, but not complete: only time tells of it from now on */
    guint looked;     /* the last look through the folder that found it */
} Entry;

struct ScannerWatch {
    char *dir;
    const ScannerWatchOptions *options;
    guint64 device, inode; /* of the folder */
    WatchEvents *events;
    GHashTable *entries; /* char* path -> Entry* */
    guint looks;         /* through the folder */
    gint64 next_look_us;
    gboolean gone;
    gint64 now_us;
};

void
scanner_complete_free(ScannerComplete *complete)
{
    if (complete == NULL)
        return;
    g_free(complete->path);
    g_free(complete);
}

static ScannerStamp
stamp_of(const struct stat *about)
{
    return (ScannerStamp){about->st_dev, about->st_ino, about->st_size,
                          (gint64)about->st_mtim.tv_sec * 1000000000 + about->st_mtim.tv_nsec};
}

/* Of the open file where it can be opened: the name's own may be a minute old on NFS, which asks the server
 * anew only when a file is opened (nfs(5), close-to-open). */
gboolean
scanner_stamp_of(const char *path, ScannerStamp *stamp)
{
    struct stat about, fresh;
    if (lstat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return FALSE;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    *stamp = stamp_of(fd >= 0 && fstat(fd, &fresh) == 0 ? &fresh : &about);
    if (fd >= 0)
        close(fd);
    return TRUE;
}

gboolean
scanner_stamp_equal(const ScannerStamp *a, const ScannerStamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->bytes == b->bytes &&
           a->modified_ns == b->modified_ns;
}

static gint64
settle_us(const ScannerWatch *watch)
{
    return (gint64)watch->options->settle_s * G_USEC_PER_SEC;
}

/* A file as it is now; returns its entry, NULL when there are too many. */
static Entry *
note_file(ScannerWatch *watch, const char *path, const ScannerStamp *stamp)
{
    Entry *entry = g_hash_table_lookup(watch->entries, path);
    if (entry == NULL) {
        if (g_hash_table_size(watch->entries) >= SCANNER_WATCH_MAX_FILES)
            return NULL;
        entry = g_new0(Entry, 1);
        g_hash_table_insert(watch->entries, g_strdup(path), entry);
    }
    if (!scanner_stamp_equal(&entry->stamp, stamp)) {
        entry->doubted = entry->doubted && entry->stamp.inode == stamp->inode;
        entry->stamp = *stamp;
        entry->since_us = watch->now_us;
        entry->state = WAITING;
    }
    return entry;
}

static void
take_note(WatchNote note, const char *path, gpointer data)
{
    ScannerWatch *watch = data;
    ScannerStamp stamp;
    if (note == WATCH_GONE) {
        watch->gone = TRUE;
    } else if (note == WATCH_FOLDERS) {
        watch->next_look_us = watch->now_us;
    } else {
        g_autofree char *name = g_path_get_basename(path);
        if (watch_passes_over(name, FALSE) || !scanner_stamp_of(path, &stamp))
            return;
        Entry *entry = note_file(watch, path, &stamp);
        /* An empty file that was closed: made first and written later, as some clients do. */
        if (entry != NULL && note == WATCH_FILE_CLOSED && entry->state == WAITING && !entry->doubted &&
            stamp.bytes > 0)
            entry->state = CLOSED;
    }
}

static gboolean look_through(ScannerWatch *watch, const char *folder, int depth);

static gboolean
is_excepted(const ScannerWatch *watch, const char *name, int depth)
{
    return depth == 0 && watch->options->except != NULL && g_strv_contains(watch->options->except, name);
}

static gboolean
is_barred(const ScannerWatch *watch, const char *folder)
{
    if (watch->options->barrier == NULL)
        return FALSE;
    g_autofree char *barrier = g_build_filename(folder, watch->options->barrier, NULL);
    return g_file_test(barrier, G_FILE_TEST_EXISTS);
}

static void
look_at(ScannerWatch *watch, const char *folder, const char *name, int depth)
{
    struct stat about;
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (is_excepted(watch, name, depth) || lstat(path, &about) != 0 ||
        watch_passes_over(name, S_ISDIR(about.st_mode)))
        return;
    if (S_ISDIR(about.st_mode) && depth < MAX_DEPTH && !is_barred(watch, path)) {
        look_through(watch, path, depth + 1); /* one that cannot be read has no files for us */
    } else if (S_ISREG(about.st_mode)) {
        ScannerStamp stamp = stamp_of(&about);
        Entry *entry = note_file(watch, path, &stamp);
        if (entry != NULL)
            entry->looked = watch->looks;
    }
}

/* Notes the files of a folder and of those below; FALSE with errno set when it cannot be read. */
static gboolean
look_through(ScannerWatch *watch, const char *folder, int depth)
{
    watch_events_add(watch->events, folder); /* first: what comes while we look is told then */
    DIR *entries = opendir(folder);
    if (entries == NULL)
        return FALSE;
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(entries)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            look_at(watch, folder, entry->d_name, depth);
    int number = errno;
    closedir(entries);
    errno = number;
    return number == 0;
}

static gboolean
is_unseen(gpointer path G_GNUC_UNUSED, gpointer entry, gpointer watch)
{
    return ((const Entry *)entry)->looked != ((const ScannerWatch *)watch)->looks;
}

static gboolean
fail_gone(const ScannerWatch *watch, int number, GError **error)
{
    g_autofree char *name = g_filename_display_name(watch->dir);
    if (number == 0 || number == ENOENT || number == ENOTDIR)
        g_set_error(
            error, SCANNER_ERROR, SCANNER_ERROR_MACHINE,
            _("%s: the watched folder is gone (removed, renamed or unmounted); bring it back and start "
              "again"),
            name);
    else
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_MACHINE,
                    _("%s: the watched folder can no longer be read (%s); mend that and start again"), name,
                    g_strerror(number));
    return FALSE;
}

static gboolean
look_through_all(ScannerWatch *watch, GError **error)
{
    struct stat about;
    watch->looks++;
    watch->next_look_us = watch->now_us + settle_us(watch);
    if (stat(watch->dir, &about) != 0)
        return fail_gone(watch, errno, error);
    if (about.st_dev != watch->device || about.st_ino != watch->inode)
        return fail_gone(watch, 0, error);
    if (!look_through(watch, watch->dir, 0))
        return fail_gone(watch, errno, error);
    g_hash_table_foreach_remove(watch->entries, is_unseen, watch);
    return TRUE;
}

static gboolean
has_settled(const ScannerWatch *watch, const Entry *entry)
{
    return watch->now_us - entry->since_us >= settle_us(watch);
}

static int
compare_paths(gconstpointer a, gconstpointer b)
{
    return scanner_compare_names(*(const char *const *)a, *(const char *const *)b);
}

/* The paths that may be complete, in order; they are the watch's own. */
static GPtrArray *
list_candidates(const ScannerWatch *watch)
{
    GPtrArray *paths = g_ptr_array_new();
    GHashTableIter iter;
    gpointer path, value;
    g_hash_table_iter_init(&iter, watch->entries);
    while (g_hash_table_iter_next(&iter, &path, &value)) {
        const Entry *entry = value;
        if (entry->state == CLOSED || (entry->state == WAITING && has_settled(watch, entry)))
            g_ptr_array_add(paths, path);
    }
    g_ptr_array_sort(paths, compare_paths);
    return paths;
}

/* Looks once more at a file that may be complete; NULL when it is not. */
static ScannerComplete *
judge(ScannerWatch *watch, const char *path)
{
    ScannerStamp stamp;
    if (!scanner_stamp_of(path, &stamp)) {
        g_hash_table_remove(watch->entries, path);
        return NULL;
    }
    Entry *entry = g_hash_table_lookup(watch->entries, path);
    EntryState state = entry->state;
    if (state == CLOSED)
        entry->stamp = stamp; /* it may have been closed again since we were told */
    else
        note_file(watch, path, &stamp);
    if (watch_is_open_for_writing(path)) {
        entry->state = WAITING;
        entry->since_us = watch->now_us;
    }
    gboolean settled = state == WAITING && has_settled(watch, entry);
    if (entry->state != CLOSED && !settled)
        return NULL;
    entry->state = TOLD;
    ScannerComplete *complete = g_new0(ScannerComplete, 1);
    *complete = (ScannerComplete){.path = g_strdup(path), .stamp = stamp, .settled = settled};
    return complete;
}

gboolean
watch_look(ScannerWatch *watch, gint64 now_us, GPtrArray *complete, GError **error)
{
    watch->now_us = now_us;
    watch_events_read(watch->events, take_note, watch);
    if (watch->gone)
        return fail_gone(watch, 0, error);
    if (now_us >= watch->next_look_us && !look_through_all(watch, error))
        return FALSE;
    g_autoptr(GPtrArray) paths = list_candidates(watch);
    for (guint i = 0, told = 0; i < paths->len && told < SCANNER_WATCH_MAX_TOLD; i++) {
        ScannerComplete *file = judge(watch, paths->pdata[i]);
        if (file != NULL) {
            g_ptr_array_add(complete, file);
            told++;
        }
    }
    return TRUE;
}

/* How long nothing can become complete but by a word of the kernel. */
static int
idle_ms(const ScannerWatch *watch, int wait_ms)
{
    gint64 until_us = watch->next_look_us;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, watch->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Entry *entry = value;
        if (entry->state == CLOSED)
            return 0;
        if (entry->state == WAITING)
            until_us = MIN(until_us, entry->since_us + settle_us(watch));
    }
    gint64 left_ms = (until_us - g_get_monotonic_time() + 999) / 1000;
    return (int)CLAMP(left_ms, 0, wait_ms);
}

gboolean
scanner_watch_wait(ScannerWatch *watch, int wait_ms, GPtrArray *complete, GError **error)
{
    struct pollfd events = {.fd = watch_events_fd(watch->events), .events = POLLIN};
    int idle = idle_ms(watch, wait_ms);
    if (idle > 0)
        poll(&events, 1, idle);
    return watch_look(watch, g_get_monotonic_time(), complete, error);
}

void
watch_later(ScannerWatch *watch, const char *path, gint64 now_us)
{
    Entry *entry = g_hash_table_lookup(watch->entries, path);
    if (entry == NULL)
        return;
    entry->state = WAITING;
    entry->doubted = TRUE;
    entry->since_us = now_us;
}

void
scanner_watch_later(ScannerWatch *watch, const char *path)
{
    watch_later(watch, path, g_get_monotonic_time());
}

void
scanner_watch_forget(ScannerWatch *watch, const char *path)
{
    g_hash_table_remove(watch->entries, path);
}

guint
scanner_watch_n_waiting(const ScannerWatch *watch)
{
    guint waiting = 0;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, watch->entries);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        waiting += ((const Entry *)value)->state != TOLD;
    return waiting;
}

ScannerWatch *
scanner_watch_new(const char *dir, const ScannerWatchOptions *options, GError **error)
{
    struct stat about;
    DIR *entries = opendir(dir);
    int number = errno;
    gboolean fine = entries != NULL && fstat(dirfd(entries), &about) == 0;
    if (entries != NULL)
        closedir(entries);
    if (!fine) {
        g_autofree char *name = g_filename_display_name(dir);
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT,
                    _("%s: cannot be watched (%s); name a folder that is there and may be read"), name,
                    g_strerror(number));
        return NULL;
    }
    ScannerWatch *watch = g_new0(ScannerWatch, 1);
    watch->dir = g_strdup(dir);
    watch->options = options;
    watch->device = about.st_dev;
    watch->inode = about.st_ino;
    watch->events = watch_events_new();
    watch_events_add(watch->events, dir);
    watch->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return watch;
}

void
scanner_watch_free(ScannerWatch *watch)
{
    if (watch == NULL)
        return;
    watch_events_free(watch->events);
    g_hash_table_unref(watch->entries);
    g_free(watch->dir);
    g_free(watch);
}
