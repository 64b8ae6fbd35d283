/* Which files of a watched folder are complete, by a clock of the tests' own: what only time tells is told
 * without waiting for it. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watch-private.h"

#define SETTLE_S 100

typedef struct {
    char *base, *dir; /* dir is watched; base, its parent, is not */
    ScannerWatchOptions options;
    ScannerWatch *watch;
    gint64 now_us;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const except[] = {"done", "failed", NULL};
    GError *error = NULL;
    fixture->base = g_dir_make_tmp("phieu-watch-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->dir = g_build_filename(fixture->base, "in", NULL);
    g_assert_cmpint(g_mkdir(fixture->dir, 0777), ==, 0);
    fixture->options =
        (ScannerWatchOptions){.settle_s = SETTLE_S, .except = except, .barrier = "station.conf"};
    fixture->now_us = G_USEC_PER_SEC;
    fixture->watch = scanner_watch_new(fixture->dir, &fixture->options, &error);
    g_assert_no_error(error);
}

static int
remove_one(const char *path, const struct stat *about G_GNUC_UNUSED, int kind G_GNUC_UNUSED,
           struct FTW *place G_GNUC_UNUSED)
{
    return remove(path);
}

static void
tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    scanner_watch_free(fixture->watch);
    nftw(fixture->base, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    g_free(fixture->dir);
    g_free(fixture->base);
}

static char *
at(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->dir, name, NULL);
}

static void
append(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, text, strlen(text)), ==, (gssize)strlen(text));
    close(fd);
}

static void
make(const Fixture *fixture, const char *name)
{
    g_autofree char *path = at(fixture, name);
    append(path, name);
}

static void
make_folder(const Fixture *fixture, const char *name)
{
    g_autofree char *path = at(fixture, name);
    g_assert_cmpint(g_mkdir(path, 0777), ==, 0);
}

static void
rename_to(const Fixture *fixture, const char *from, const char *to)
{
    g_autofree char *source = at(fixture, from), *target = at(fixture, to);
    g_assert_cmpint(g_rename(source, target), ==, 0);
}

/* A file that comes without a word of its writing: a second name of one that lies outside. What is appended
 * to that is not told of here either, as with the writes of a file server. Its outer path, to be freed. */
static char *
link_in(const Fixture *fixture, const char *name)
{
    g_autofree char *inner = at(fixture, name), *only_name = g_path_get_basename(name);
    char *outer = g_build_filename(fixture->base, only_name, NULL);
    append(outer, name);
    g_assert_cmpint(link(outer, inner), ==, 0);
    return outer;
}

/* The files told after some seconds more, as "name name! …" (with "!": settled). */
static char *
told_after(Fixture *fixture, guint seconds)
{
    GError *error = NULL;
    g_autoptr(GPtrArray) complete = g_ptr_array_new_with_free_func((GDestroyNotify)scanner_complete_free);
    fixture->now_us += (gint64)seconds * G_USEC_PER_SEC;
    g_assert_true(watch_look(fixture->watch, fixture->now_us, complete, &error));
    g_assert_no_error(error);
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < complete->len; i++) {
        const ScannerComplete *file = complete->pdata[i];
        g_assert_true(g_str_has_prefix(file->path, fixture->dir));
        g_string_append_printf(names, "%s%s%s", i ? " " : "", file->path + strlen(fixture->dir) + 1,
                               file->settled ? "!" : "");
    }
    return g_string_free(names, FALSE);
}

#define assert_told(fixture, seconds, expected)                                                              \
    G_STMT_START                                                                                             \
    {                                                                                                        \
        g_autofree char *told_ = told_after(fixture, seconds);                                               \
        g_assert_cmpstr(told_, ==, expected);                                                                \
    }                                                                                                        \
    G_STMT_END

/* What cannot be had on every file system. */
static gboolean
kernel_tells_of_writers(const Fixture *fixture)
{
    g_autofree char *path = g_build_filename(fixture->base, "lease", NULL);
    int fd = open(path, O_WRONLY | O_CREAT, 0666);
    g_assert_cmpint(fd, >=, 0);
    gboolean told = watch_is_open_for_writing(path);
    close(fd);
    return told;
}

static void
test_at_start(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    GError *error = NULL;
    scanner_watch_free(fixture->watch);
    make(fixture, "10.jpg");
    make(fixture, "2.jpg");
    fixture->watch = scanner_watch_new(fixture->dir, &fixture->options, &error);
    g_assert_no_error(error);
    assert_told(fixture, 0, "");
    assert_told(fixture, SETTLE_S - 1, "");
    g_assert_cmpuint(scanner_watch_n_waiting(fixture->watch), ==, 2);
    assert_told(fixture, 1, "2.jpg! 10.jpg!");
    assert_told(fixture, 10 * SETTLE_S, "");
    g_assert_cmpuint(scanner_watch_n_waiting(fixture->watch), ==, 0);
}

static void
test_closed(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = at(fixture, "a.jpg");
    assert_told(fixture, 0, "");
    int fd = open(path, O_WRONLY | O_CREAT, 0666);
    assert_told(fixture, 0, "");
    g_assert_cmpint(write(fd, "half", 4), ==, 4);
    assert_told(fixture, 0, "");
    g_assert_cmpint(write(fd, "whole", 5), ==, 5);
    assert_told(fixture, 0, "");
    close(fd);
    assert_told(fixture, 0, "a.jpg");
    assert_told(fixture, 10 * SETTLE_S, "");
}

static void
test_moved_in(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *outer = g_build_filename(fixture->base, "x", NULL), *inner = at(fixture, "x.jpg");
    append(outer, "x");
    assert_told(fixture, 0, "");
    g_assert_cmpint(g_rename(outer, inner), ==, 0);
    assert_told(fixture, 0, "x.jpg");
    make(fixture, "y.part");
    assert_told(fixture, 10 * SETTLE_S, "");
    rename_to(fixture, "y.part", "y.jpg");
    assert_told(fixture, 0, "y.jpg");
}

/* Made empty and closed, then written: empty is complete only after a while. */
static void
test_made_empty(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = at(fixture, "a.jpg");
    assert_told(fixture, 0, "");
    append(path, "");
    assert_told(fixture, 0, "");
    append(path, "whole");
    assert_told(fixture, 0, "a.jpg");
    make(fixture, "b.jpg");
    g_autofree char *empty = at(fixture, "c.jpg");
    append(empty, "");
    assert_told(fixture, 0, "b.jpg");
    assert_told(fixture, SETTLE_S, "c.jpg!");
}

static void
test_without_a_word(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    assert_told(fixture, 0, "");
    g_autofree char *outer = link_in(fixture, "a.jpg");
    assert_told(fixture, SETTLE_S, "");
    for (int i = 0; i < 5; i++) {
        append(outer, "more");
        assert_told(fixture, SETTLE_S, "");
    }
    assert_told(fixture, SETTLE_S, "a.jpg!");
}

static void
test_later(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = at(fixture, "a.jpg");
    assert_told(fixture, 0, "");
    append(path, "piece");
    assert_told(fixture, 0, "a.jpg");
    watch_later(fixture->watch, path, fixture->now_us);
    assert_told(fixture, SETTLE_S - 1, "");
    append(path, "piece"); /* closing it says nothing any more */
    assert_told(fixture, 0, "");
    assert_told(fixture, SETTLE_S - 1, "");
    assert_told(fixture, 1, "a.jpg!");
    assert_told(fixture, 10 * SETTLE_S, "");
}

static void
test_changed_after(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = at(fixture, "a.jpg");
    assert_told(fixture, 0, "");
    append(path, "one");
    assert_told(fixture, 0, "a.jpg");
    append(path, "more");
    assert_told(fixture, 0, "a.jpg");
    scanner_watch_forget(fixture->watch, path);
    g_assert_cmpint(g_unlink(path), ==, 0);
    assert_told(fixture, 0, "");
    append(path, "one");
    assert_told(fixture, 0, "a.jpg");
}

/* Left alone for long, but still open: a slow scanner's file. */
static void
test_open_for_writing(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    if (!kernel_tells_of_writers(fixture)) {
        g_test_skip("this file system does not tell who writes");
        return;
    }
    g_autofree char *path = at(fixture, "a.jpg");
    int fd = open(path, O_WRONLY | O_CREAT, 0666);
    g_assert_cmpint(write(fd, "half", 4), ==, 4);
    assert_told(fixture, 0, "");
    assert_told(fixture, SETTLE_S, "");
    assert_told(fixture, 10 * SETTLE_S, "");
    append(path, "of another writer");
    assert_told(fixture, 0, "");
    close(fd);
    assert_told(fixture, 0, "a.jpg");
}

static void
test_passed_over(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const names[] = {".hidden.jpg", "a.part",    "b.jpg.tmp",   "c.jpg~",   "~d.jpg",
                                        "e.JPG.PART",  "Thumbs.db", "DESKTOP.INI", "f.partial"};
    static const char *const folders[] = {"done",     "failed", ".sub",       "@eaDir",
                                          "#recycle", "$trash", "lost+found", "st"};
    assert_told(fixture, 0, "");
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        make(fixture, names[i]);
    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *name = g_build_filename(folders[i], "a.jpg", NULL);
        make_folder(fixture, folders[i]);
        if (g_str_equal(folders[i], "st"))
            make(fixture, "st/station.conf");
        make(fixture, name);
    }
    g_autofree char *pipe = at(fixture, "pipe.jpg"), *elsewhere = at(fixture, "link.jpg");
    g_assert_cmpint(mkfifo(pipe, 0666), ==, 0);
    g_assert_cmpint(symlink("st/a.jpg", elsewhere), ==, 0);
    make(fixture, "#1.jpg");
    assert_told(fixture, 0, "#1.jpg");
    assert_told(fixture, SETTLE_S, "");
    assert_told(fixture, SETTLE_S, "");
    g_assert_cmpuint(scanner_watch_n_waiting(fixture->watch), ==, 0);
}

static void
test_sub_folders(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    assert_told(fixture, 0, "");
    make_folder(fixture, "sub");
    make(fixture, "sub/early.jpg"); /* before its folder is known */
    assert_told(fixture, 0, "");
    make(fixture, "sub/late.jpg");
    assert_told(fixture, 0, "sub/late.jpg");
    make_folder(fixture, "sub/done");
    assert_told(fixture, 0, "");
    make(fixture, "sub/done/deep.jpg");
    assert_told(fixture, 0, "sub/done/deep.jpg");
    assert_told(fixture, SETTLE_S, "sub/early.jpg!");

    rename_to(fixture, "sub", "renamed");
    assert_told(fixture, 0, "");
    make(fixture, "renamed/done/new.jpg");
    assert_told(fixture, 0, "renamed/done/new.jpg");
    g_autofree char *inner = at(fixture, "renamed"), *outer = g_build_filename(fixture->base, "out", NULL);
    g_assert_cmpint(g_rename(inner, outer), ==, 0);
    assert_told(fixture, 0, "");
    g_autofree char *away = g_build_filename(outer, "away.jpg", NULL);
    append(away, "away");
    assert_told(fixture, 10 * SETTLE_S, "");
    make_folder(fixture, "renamed");
    assert_told(fixture, 0, "");
    g_autofree char *unclosed = link_in(fixture, "renamed/away.jpg");
    append(away, "closed, but not here");
    assert_told(fixture, 0, "");
}

/* More events than the kernel keeps: what it forgot to tell is found by looking. */
static void
test_overflow(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *limit = NULL, *a = at(fixture, "a.part"), *b = at(fixture, "b.part");
    guint64 events = 0;
    if (g_file_get_contents("/proc/sys/fs/inotify/max_queued_events", &limit, NULL, NULL))
        events = g_ascii_strtoull(limit, NULL, 10);
    if (events == 0 || events > 100000) {
        g_test_skip("the kernel's queue of events is too long to fill");
        return;
    }
    assert_told(fixture, 0, "");
    for (guint64 i = 0; i <= events; i++)
        append(i % 2 ? a : b, "");
    make(fixture, "lost.jpg");
    g_autofree char *told = told_after(fixture, 0);
    for (int i = 0; i < 1000 && scanner_watch_n_waiting(fixture->watch) == 0; i++) {
        g_free(told);
        told = told_after(fixture, 0);
    }
    g_assert_cmpstr(told, ==, "");
    g_assert_cmpuint(scanner_watch_n_waiting(fixture->watch), ==, 1);
    assert_told(fixture, SETTLE_S, "lost.jpg!");
}

static void
assert_gone(Fixture *fixture)
{
    g_autoptr(GPtrArray) complete = g_ptr_array_new_with_free_func((GDestroyNotify)scanner_complete_free);
    g_autoptr(GError) error = NULL;
    g_assert_false(watch_look(fixture->watch, fixture->now_us, complete, &error));
    g_assert_error(error, SCANNER_ERROR, SCANNER_ERROR_MACHINE);
    g_assert_nonnull(strstr(error->message, fixture->dir));
}

static void
test_removed(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    assert_told(fixture, 0, "");
    g_assert_cmpint(g_rmdir(fixture->dir), ==, 0);
    assert_gone(fixture);
}

/* Another folder in its place. */
static void
test_replaced(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *aside = g_build_filename(fixture->base, "aside", NULL);
    g_assert_cmpint(g_rename(fixture->dir, aside), ==, 0);
    g_assert_cmpint(g_mkdir(fixture->dir, 0777), ==, 0);
    assert_gone(fixture);
}

static void
test_no_folder(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = at(fixture, "none");
    g_autoptr(GError) error = NULL;
    g_assert_null(scanner_watch_new(path, &fixture->options, &error));
    g_assert_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, path));
}

/* Told in parts, each file once. */
static void
test_many(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    enum { FILES = 2 * SCANNER_WATCH_MAX_TOLD + 10 };
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    assert_told(fixture, 0, "");
    for (int i = 0; i < FILES; i++) {
        g_autofree char *name = g_strdup_printf("%d.jpg", i);
        make(fixture, name);
    }
    for (int i = 0; i < 3; i++) {
        g_autofree char *told = told_after(fixture, 0);
        g_auto(GStrv) names = g_strsplit(told, " ", -1);
        g_assert_cmpuint(g_strv_length(names), <=, SCANNER_WATCH_MAX_TOLD);
        for (char **name = names; *name; name++)
            g_assert_true(g_hash_table_add(seen, g_strdup(*name)));
    }
    g_assert_cmpuint(g_hash_table_size(seen), ==, FILES);
    assert_told(fixture, 10 * SETTLE_S, "");
}

/* With no inotify left for this user, looking finds the files. */
static void
test_no_events(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GArray) instances = g_array_new(FALSE, FALSE, sizeof(int));
    GError *error = NULL;
    scanner_watch_free(fixture->watch);
    fixture->watch = NULL;
    for (int fd; instances->len < 5000 && (fd = inotify_init1(IN_CLOEXEC)) >= 0;)
        g_array_append_val(instances, fd);
    int other = open("/dev/null", O_RDONLY);
    gboolean used_up = instances->len < 5000 && other >= 0;
    if (used_up)
        fixture->watch = scanner_watch_new(fixture->dir, &fixture->options, &error);
    close(other);
    for (guint i = 0; i < instances->len; i++)
        close(g_array_index(instances, int, i));
    g_assert_no_error(error);
    if (!used_up) {
        g_test_skip("inotify instances cannot be used up here");
        return;
    }
    make(fixture, "a.jpg");
    assert_told(fixture, 0, "");
    assert_told(fixture, SETTLE_S, "a.jpg!");
    g_autofree char *aside = g_build_filename(fixture->base, "aside", NULL);
    g_assert_cmpint(g_rename(fixture->dir, aside), ==, 0);
    g_assert_cmpint(g_mkdir(fixture->dir, 0777), ==, 0);
    fixture->now_us += (gint64)SETTLE_S * G_USEC_PER_SEC;
    assert_gone(fixture); /* another folder is in its place */
}

/* By the real clock and by waiting. */
static void
test_wait(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GPtrArray) complete = g_ptr_array_new_with_free_func((GDestroyNotify)scanner_complete_free);
    GError *error = NULL;
    fixture->options.settle_s = 1;
    g_autofree char *outer = link_in(fixture, "old.jpg");
    g_assert_true(scanner_watch_wait(fixture->watch, 0, complete, &error));
    make(fixture, "new.jpg");
    while (complete->len < 2)
        g_assert_true(scanner_watch_wait(fixture->watch, 60000, complete, &error));
    const ScannerComplete *first = complete->pdata[0], *second = complete->pdata[1];
    g_assert_true(g_str_has_suffix(first->path, "new.jpg"));
    g_assert_false(first->settled);
    g_assert_true(g_str_has_suffix(second->path, "old.jpg"));
    g_assert_true(second->settled);
}

#define ADD(name, test) g_test_add("/watch/" name, Fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("at-start", test_at_start);
    ADD("closed", test_closed);
    ADD("moved-in", test_moved_in);
    ADD("made-empty", test_made_empty);
    ADD("without-a-word", test_without_a_word);
    ADD("later", test_later);
    ADD("changed-after", test_changed_after);
    ADD("open-for-writing", test_open_for_writing);
    ADD("passed-over", test_passed_over);
    ADD("sub-folders", test_sub_folders);
    ADD("overflow", test_overflow);
    ADD("removed", test_removed);
    ADD("replaced", test_replaced);
    ADD("no-folder", test_no_folder);
    ADD("many", test_many);
    ADD("no-events", test_no_events);
    ADD("wait", test_wait);
    return g_test_run();
}
