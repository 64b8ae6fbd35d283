/* Folders as inotify tells of them. */
#include <errno.h>
#include <limits.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "watch-private.h"

#define FILE_EVENTS   (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE)
#define FOLDER_EVENTS (IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF)

/* Blocks of events read at one call, so that a flood of them leaves time for the files. */
#define MAX_BLOCKS 64

struct WatchEvents {
    int fd;
    gboolean begun;      /* the root was named */
    int root;            /* its watch descriptor, or -1 */
    GHashTable *folders; /* watch descriptor -> char*: path */
};

WatchEvents *
watch_events_new(void)
{
    WatchEvents *events = g_new0(WatchEvents, 1);
    events->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    events->root = -1;
    events->folders = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    return events;
}

void
watch_events_free(WatchEvents *events)
{
    if (events == NULL)
        return;
    if (events->fd >= 0)
        close(events->fd);
    g_hash_table_unref(events->folders);
    g_free(events);
}

void
watch_events_add(WatchEvents *events, const char *folder)
{
    if (events->fd < 0)
        return;
    int descriptor = inotify_add_watch(events->fd, folder, FILE_EVENTS | FOLDER_EVENTS | IN_ONLYDIR);
    if (!events->begun)
        events->root = descriptor;
    events->begun = TRUE;
    if (descriptor < 0)
        return;
    g_hash_table_insert(events->folders, GINT_TO_POINTER(descriptor), g_strdup(folder));
}

int
watch_events_fd(const WatchEvents *events)
{
    return events->fd;
}

/* Folders below one that was renamed have other paths now, of which the kernel says nothing. All sub-folders
 * are let go; looking through the root adds those that are there. */
static void
let_go_of_sub_folders(WatchEvents *events)
{
    GHashTableIter iter;
    gpointer descriptor;
    g_hash_table_iter_init(&iter, events->folders);
    while (g_hash_table_iter_next(&iter, &descriptor, NULL))
        if (GPOINTER_TO_INT(descriptor) != events->root) {
            inotify_rm_watch(events->fd, GPOINTER_TO_INT(descriptor));
            g_hash_table_iter_remove(&iter);
        }
}

typedef struct {
    void (*each)(WatchNote note, const char *path, gpointer data);
    gpointer data;
} Reader;

static void
read_folder_event(WatchEvents *events, const struct inotify_event *event, const Reader *reader)
{
    if (event->mask & IN_Q_OVERFLOW) {
        reader->each(WATCH_FOLDERS, NULL, reader->data);
    } else if (event->wd == events->root && event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) {
        reader->each(WATCH_GONE, NULL, reader->data);
    } else if (event->mask & IN_IGNORED) {
        g_hash_table_remove(events->folders, GINT_TO_POINTER(event->wd));
    } else if (event->mask & IN_MOVE_SELF) {
        let_go_of_sub_folders(events);
        reader->each(WATCH_FOLDERS, NULL, reader->data);
    } else if (event->mask & IN_ISDIR) {
        reader->each(WATCH_FOLDERS, NULL, reader->data);
    }
}

static void
read_event(WatchEvents *events, const struct inotify_event *event, const Reader *reader)
{
    const char *folder = g_hash_table_lookup(events->folders, GINT_TO_POINTER(event->wd));
    gboolean of_file = (event->mask & FILE_EVENTS) != 0 && !(event->mask & IN_ISDIR);
    if (!of_file) {
        read_folder_event(events, event, reader);
        return;
    }
    if (folder == NULL || event->len == 0)
        return;
    g_autofree char *path = g_build_filename(folder, event->name, NULL);
    gboolean closed = (event->mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
    reader->each(closed ? WATCH_FILE_CLOSED : WATCH_FILE_MADE, path, reader->data);
}

void
watch_events_read(WatchEvents *events, void (*each)(WatchNote note, const char *path, gpointer data),
                  gpointer data)
{
    char block[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)]
        __attribute__((aligned(__alignof__(struct inotify_event))));
    Reader reader = {each, data};
    for (int i = 0; events->fd >= 0 && i < MAX_BLOCKS; i++) {
        gssize n = read(events->fd, block, sizeof block);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        for (gssize at = 0; at < n;) {
            const struct inotify_event *event = (const struct inotify_event *)(gpointer)(block + at);
            read_event(events, event, &reader);
            at += (gssize)(sizeof *event + event->len);
        }
    }
}
