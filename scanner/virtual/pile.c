#include "pile-private.h"

#include <string.h>

#define MAX_FILES 100000

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

static int
compare_numbers(const char **a, const char **b)
{
    const char *end_a = number_end(a), *end_b = number_end(b);
    int order =
        end_a - *a != end_b - *b ? (end_a - *a < end_b - *b ? -1 : 1) : memcmp(*a, *b, (gsize)(end_a - *a));
    *a = end_a, *b = end_b;
    return order;
}

static int
compare_names(gconstpointer x, gconstpointer y)
{
    const char *const whole_a = *(const char *const *)x, *const whole_b = *(const char *const *)y;
    const char *a = whole_a, *b = whole_b;
    while (*a != '\0' && *b != '\0') {
        int order;
        if (g_ascii_isdigit(*a) && g_ascii_isdigit(*b))
            order = compare_numbers(&a, &b);
        else
            order = (guchar)g_ascii_tolower(*a++) - (guchar)g_ascii_tolower(*b++);
        if (order != 0)
            return order;
    }
    if (*a != *b)
        return *a == '\0' ? -1 : 1;
    return strcmp(whole_a, whole_b);
}

static gboolean
is_image_name(const char *name)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png", ".pgm", ".pbm", ".ppm"};
    const char *dot = strrchr(name, '.');
    for (guint i = 0; name[0] != '.' && dot != NULL && i < G_N_ELEMENTS(endings); i++)
        if (g_ascii_strcasecmp(dot, endings[i]) == 0)
            return TRUE;
    return FALSE;
}

gboolean
virtual_pile_open(VirtualPile *pile, const char *dir, int printed_sides, int capacity, GError **error)
{
    *pile = (VirtualPile){.printed_sides = printed_sides, .capacity = capacity};
    pile->paths = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) folder = g_dir_open(dir, 0, error);
    if (folder == NULL)
        return FALSE;
    for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
        if (!is_image_name(name))
            continue;
        if (pile->paths->len == MAX_FILES) {
            g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: more than %d images", dir, MAX_FILES);
            return FALSE;
        }
        g_ptr_array_add(pile->paths, g_build_filename(dir, name, NULL));
    }
    g_ptr_array_sort(pile->paths, compare_names);
    pile->n_sheets = ((int)pile->paths->len + printed_sides - 1) / printed_sides;
    virtual_pile_load(pile, 1);
    return TRUE;
}

void
virtual_pile_clear(VirtualPile *pile)
{
    g_clear_pointer(&pile->paths, g_ptr_array_unref);
}

const char *
virtual_pile_side(const VirtualPile *pile, int side)
{
    int sheet = (side - 1) / 2, back = (side - 1) % 2;
    if (back >= pile->printed_sides)
        return NULL;
    guint index = (guint)(sheet * pile->printed_sides + back);
    return index < pile->paths->len ? g_ptr_array_index(pile->paths, index) : NULL;
}

void
virtual_pile_load(VirtualPile *pile, int sheet)
{
    pile->top = CLAMP(sheet, 1, pile->n_sheets + 1);
    int left = pile->n_sheets + 1 - pile->top;
    pile->tray = pile->capacity > 0 ? MIN(pile->capacity, left) : left;
}

gboolean
virtual_pile_is_loaded(const VirtualPile *pile)
{
    return pile->tray > 0;
}

void
virtual_pile_draw(VirtualPile *pile, int n)
{
    n = MIN(n, pile->tray);
    pile->top += n;
    pile->tray -= n;
}
