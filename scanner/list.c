/* Which files of a folder hold pages, in the order in which people number them. */
#include "file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders deeper than this are no scans of anybody. */
#define MAX_DEPTH 32

typedef struct {
    GHashTable *seen; /* "device:inode" of folders walked: links may lead back */
    GPtrArray *paths;
} ListWalk;

/* Where the digits at `at` end, their leading zeros passed over. */
static const char *
number_end(const char **at)
{
    while (**at == '0' && g_ascii_isdigit((*at)[1]))
        (*at)++;
    const char *end = *at;
    while (g_ascii_isdigit(*end))
        end++;
    return end;
}

/* 2.jpg before 10.jpg, a.jpg before B.jpg. */
int
scanner_compare_names(const char *a, const char *b)
{
    const char *whole_a = a, *whole_b = b;
    while (*a != '\0' && *b != '\0') {
        if (g_ascii_isdigit(*a) && g_ascii_isdigit(*b)) {
            const char *end_a = number_end(&a), *end_b = number_end(&b);
            if (end_a - a != end_b - b)
                return end_a - a < end_b - b ? -1 : 1;
            int order = memcmp(a, b, (gsize)(end_a - a));
            if (order != 0)
                return order;
            a = end_a;
            b = end_b;
            continue;
        }
        int order = (guchar)g_ascii_tolower(*a) - (guchar)g_ascii_tolower(*b);
        if (order != 0)
            return order;
        a++;
        b++;
    }
    if (*a != *b)
        return *a == '\0' ? -1 : 1;
    return strcmp(whole_a, whole_b);
}

static int
compare_entries(gconstpointer a, gconstpointer b)
{
    return scanner_compare_names(*(const char *const *)a, *(const char *const *)b);
}

static gboolean
fail_by_errno(const char *path, int number, GError **error)
{
    g_autofree char *name = g_filename_display_name(path);
    g_set_error(error, SCANNER_ERROR,
                number == EIO || number == ENOMEM ? SCANNER_ERROR_MACHINE : SCANNER_ERROR_INPUT,
                _("%s: cannot be read: %s; check its name and permissions"), name, g_strerror(number));
    return FALSE;
}

static gboolean
has_image_ending(const char *path)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf"};
    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        gsize length = strlen(endings[i]), whole = strlen(path);
        if (whole > length && g_ascii_strcasecmp(path + whole - length, endings[i]) == 0)
            return TRUE;
    }
    return FALSE;
}

/* By its content; or by its name, so that a page whose file was emptied or garbled is reported, not passed
 * over. A file that cannot be opened is taken too: reading it says why. */
static gboolean
may_hold_pages(const char *path)
{
    guint8 head[SCANNER_HEAD_BYTES];
    if (has_image_ending(path))
        return TRUE;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno != ENOENT;
    gssize n = read(fd, head, sizeof head);
    close(fd);
    return n > 0 && scanner_kind_of(head, (gsize)n) != NULL;
}

/* The names in a folder that are not hidden, in order. */
static GPtrArray *
read_folder(const char *path, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    if (dir == NULL) {
        fail_by_errno(path, errno, error);
        return NULL;
    }
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL)
        if (name[0] != '.')
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, compare_entries);
    return g_steal_pointer(&names);
}

static gboolean walk_folder(ListWalk *walk, const char *path, const struct stat *status, int depth,
                            GError **error);

static gboolean
walk_entry(ListWalk *walk, const char *path, int depth, GError **error)
{
    struct stat status;
    if (stat(path, &status) != 0) /* a link to nowhere, or gone since */
        return TRUE;
    if (S_ISDIR(status.st_mode))
        return walk_folder(walk, path, &status, depth + 1, error);
    if (S_ISREG(status.st_mode) && may_hold_pages(path))
        g_ptr_array_add(walk->paths, g_strdup(path));
    return TRUE;
}

static gboolean
walk_folder(ListWalk *walk, const char *path, const struct stat *status, int depth, GError **error)
{
    char *key = g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64)status->st_dev,
                                (guint64)status->st_ino);
    if (!g_hash_table_add(walk->seen, key))
        return TRUE;
    if (depth > MAX_DEPTH) {
        g_autofree char *name = g_filename_display_name(path);
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT,
                    _("%s: more than %d folders deep; name it by itself"), name, MAX_DEPTH);
        return FALSE;
    }
    g_autoptr(GPtrArray) names = read_folder(path, error);
    if (names == NULL)
        return FALSE;
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *entry = g_build_filename(path, g_ptr_array_index(names, i), NULL);
        if (!walk_entry(walk, entry, depth, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
scanner_list_files(const char *path, GPtrArray *paths, GError **error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return fail_by_errno(path, errno, error);
    if (!S_ISDIR(status.st_mode)) {
        g_ptr_array_add(paths, g_strdup(path));
        return TRUE;
    }
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    ListWalk walk = {.seen = seen, .paths = paths};
    guint before = paths->len;
    if (walk_folder(&walk, path, &status, 0, error))
        return TRUE;
    g_ptr_array_set_size(paths, (int)before);
    return FALSE;
}
