#include "problems-private.h"

#include <stdarg.h>

#include <glib/gi18n-lib.h>

#include "form-error.h"

/* Beyond these, problems are only counted: a damaged file may have millions. */
#define KEPT_MAX 10000

/* A line stays readable whatever a cell holds. */
#define TEXT_MAX_CHARS 400

typedef struct {
    char *sheet; /* or NULL */
    int row;
    guint order; /* of finding */
    char *line;
} Problem;

static void
problem_free(gpointer data)
{
    Problem *problem = data;
    g_free(problem->sheet);
    g_free(problem->line);
    g_free(problem);
}

void
problems_init(Problems *problems, const char *file, guint shown)
{
    *problems = (Problems){.file = file, .place = _("line"), .shown = shown};
    problems->list = g_ptr_array_new_with_free_func(problem_free);
}

void
problems_clear(Problems *problems)
{
    g_clear_pointer(&problems->list, g_ptr_array_unref);
}

static void
append_on_one_line(GString *line, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    int chars = 0;
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (++chars > TEXT_MAX_CHARS) {
            g_string_append(line, "…");
            return;
        }
        g_string_append_unichar(line, g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c);
    }
}

/* "FILE: sheet survey, row 12, column type: what; how to mend" */
static char *
one_line(const Problems *problems, const char *sheet, int row, const char *column, const char *what)
{
    g_autoptr(GString) where = g_string_new(NULL);
    if (sheet != NULL)
        g_string_append_printf(where, _("sheet %s"), sheet);
    if (row > 0)
        g_string_append_printf(where, "%s%s %d", where->len > 0 ? ", " : "", problems->place, row);
    if (column != NULL)
        g_string_append_printf(where, _("%scolumn %s"), where->len > 0 ? ", " : "", column);
    GString *line = g_string_new(NULL);
    append_on_one_line(line, problems->file);
    g_string_append(line, ": ");
    append_on_one_line(line, where->str);
    if (where->len > 0)
        g_string_append(line, ": ");
    append_on_one_line(line, what);
    return g_string_free(line, FALSE);
}

void
problems_add(Problems *problems, const char *sheet, int row, const char *column, const char *format, ...)
{
    problems->total++;
    if (problems->list->len >= KEPT_MAX)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    Problem *problem = g_new0(Problem, 1);
    problem->sheet = g_strdup(sheet);
    problem->row = row;
    problem->order = problems->list->len;
    problem->line = one_line(problems, sheet, row, column, what);
    g_ptr_array_add(problems->list, problem);
}

static int
compare(gconstpointer left, gconstpointer right)
{
    const Problem *a = *(const Problem *const *)left;
    const Problem *b = *(const Problem *const *)right;
    int sheets = g_strcmp0(a->sheet, b->sheet);
    if (sheets != 0)
        return sheets;
    if (a->row != b->row)
        return a->row < b->row ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

gboolean
problems_tell(const Problems *problems, GError **error)
{
    if (problems->total == 0)
        return TRUE;
    g_ptr_array_sort(problems->list, compare);
    g_autoptr(GString) message = g_string_new(NULL);
    guint told = MIN(problems->list->len, problems->shown);
    for (guint i = 0; i < told; i++) {
        const Problem *problem = g_ptr_array_index(problems->list, i);
        g_string_append_printf(message, "%s%s", i > 0 ? "\n" : "", problem->line);
    }
    if (problems->total > told) {
        guint rest = problems->total - told;
        g_string_append_printf(message, "\n%s: ", problems->file);
        g_string_append_printf(
            message, g_dngettext(GETTEXT_PACKAGE, "%u more problem", "%u more problems", rest), rest);
    }
    g_set_error_literal(error, FORM_ERROR, FORM_ERROR_INPUT, message->str);
    return FALSE;
}
