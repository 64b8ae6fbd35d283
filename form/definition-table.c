#include <stdarg.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "definition-private.h"
#include "spelling-private.h"

/* Languages as authors write them. Others keep their name in small letters. */
static const struct {
    const char *name;
    const char *code;
} languages[] = {
    {"vietnamese", "vi"}, {"tiếng việt", "vi"}, {"tieng viet", "vi"}, {"việt", "vi"},     {"english", "en"},
    {"tiếng anh", "en"},  {"tieng anh", "en"},  {"french", "fr"},     {"français", "fr"}, {"khmer", "km"},
    {"lao", "lo"},        {"chinese", "zh"},    {"hmong", "hmn"},     {"spanish", "es"},  {"thai", "th"},
};

char *
language_code(const char *name)
{
    g_autofree char *composed = g_utf8_normalize(name, -1, G_NORMALIZE_DEFAULT_COMPOSE);
    char *code = g_strstrip(g_utf8_strdown(composed != NULL ? composed : name, -1));
    gsize length = strlen(code);
    char *bracket = strrchr(code, '(');
    if (bracket != NULL && code[length - 1] == ')' && bracket[1] != ')') {
        code[length - 1] = '\0';
        memmove(code, bracket + 1, strlen(bracket + 1) + 1);
        return g_strstrip(code);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(languages); i++) {
        if (g_str_equal(code, languages[i].name)) {
            g_free(code);
            return g_strdup(languages[i].code);
        }
    }
    return code;
}

gboolean
table_truth(const char *word, gboolean *known)
{
    static const char *const yes[] = {"yes", "true", "true()", "1", "x", "y", "có", "✓", NULL};
    static const char *const no[] = {"no", "false", "false()", "0", "n", "không", "-", NULL};
    g_autofree char *lower = word != NULL ? g_utf8_strdown(word, -1) : g_strdup("no");
    gboolean truth = g_strv_contains(yes, lower);
    if (known != NULL)
        *known = truth || g_strv_contains(no, lower);
    return truth;
}

FormMarksRule
table_marks_rule(const Table *table, const WorkbookRow *row, FormMarksRule otherwise)
{
    const char *word = table_get(table, row, "print::marks");
    FormMarksRule rule = otherwise;
    if (word != NULL && !form_marks_rule_from_name(word, &rule))
        table_problem(table, row, "print::marks",
                      _("“%s” is no rule for marks; write none, cancel-then-remark or largest"), word);
    return rule;
}

/* ---- headers ---- */

/* "List  Name" → "list_name" */
static char *
snake(const char *text)
{
    g_autofree char *lower = g_utf8_strdown(text, -1);
    g_auto(GStrv) words = g_strsplit_set(g_strstrip(lower), " \t\n\r", -1);
    GString *out = g_string_new(NULL);
    for (guint i = 0; words[i] != NULL; i++)
        if (*words[i] != '\0')
            g_string_append_printf(out, "%s%s", out->len > 0 ? "_" : "", words[i]);
    return g_string_free(out, FALSE);
}

/* Takes "label::English (en)" apart into "label" and "en", "print :: head" into "print::head" and "". A
 * single colon is old XLSForm. `bind::`, `control::` and `body::` are the long forms of what has a short one.
 */
static char *
take_header_apart(const char *header, char **language)
{
    g_auto(GStrv) parts = g_strsplit(header, strstr(header, "::") != NULL ? "::" : ":", -1);
    guint count = g_strv_length(parts), used = 0;
    g_autofree char *first = snake(count > 0 ? parts[used++] : "");
    if (used < count &&
        (g_str_equal(first, "bind") || g_str_equal(first, "control") || g_str_equal(first, "body"))) {
        g_free(first);
        first = snake(parts[used++]);
    }
    char *key;
    if (used < count && g_str_equal(first, "print")) {
        g_autofree char *second = snake(parts[used++]);
        key = g_strconcat("print::", second, NULL);
    } else {
        key = g_steal_pointer(&first);
    }
    *language = language_code(used < count ? parts[used++] : "");
    return key;
}

static const TableHeader *
known_header(const TableHeader *headers, const char *name)
{
    for (; headers->name != NULL; headers++)
        if (g_str_equal(headers->name, name))
            return headers;
    return NULL;
}

static void
column_clear(gpointer data)
{
    TableColumn *column = data;
    g_free(column->language);
}

static const TableColumn *
find_column(const Table *table, const char *key, const char *language)
{
    for (guint i = 0; i < table->columns->len; i++) {
        const TableColumn *column = &g_array_index(table->columns, TableColumn, i);
        if (g_str_equal(column->key, key) && (language == NULL || g_str_equal(column->language, language)))
            return column;
    }
    return NULL;
}

static const WorkbookRow *
header_row(const Table *table)
{
    return g_ptr_array_index(table->sheet->rows, 0);
}

/* Print columns are ours alone, so an unknown one is a mistake; any other may be meant for another program.
 */
static void
judge_unknown(const Table *table, const TableHeader *headers, const char *header, const char *name,
              GPtrArray *remarks)
{
    Spelling spelling = spelling_of(name);
    gboolean ours = g_str_has_prefix(name, "print::");
    for (const TableHeader *known = headers; known->name != NULL; known++)
        if (g_str_has_prefix(known->key, "print::") == ours)
            spelling_offer(&spelling, known->key);
    g_autofree char *hint = spelling_hint(&spelling);
    if (ours)
        problems_add(table->problems, table->sheet->name, header_row(table)->number, header,
                     _("there is no such print:: column%s; correct or delete it"), hint);
    else if (spelling.nearest != NULL)
        g_ptr_array_add(remarks, g_strdup_printf(_("sheet %s: the column %s is not read%s"),
                                                 table->sheet->name, header, hint));
}

static void
understand_header(Table *table, const TableHeader *headers, guint column, GPtrArray *remarks)
{
    const char *header = workbook_cell(header_row(table), column);
    if (header == NULL)
        return;
    g_autofree char *language = NULL;
    g_autofree char *name = take_header_apart(header, &language);
    const TableHeader *known = known_header(headers, name);
    if (known == NULL || (*language != '\0' && !known->translated)) {
        judge_unknown(table, headers, header, name, remarks);
        return;
    }
    const TableColumn *twin = find_column(table, known->key, language);
    if (twin != NULL) {
        problems_add(table->problems, table->sheet->name, header_row(table)->number, header,
                     _("means the same as the column %s; delete or rename one of them"),
                     workbook_cell(header_row(table), twin->column));
        return;
    }
    TableColumn understood = {known->key, g_steal_pointer(&language), column};
    g_array_append_val(table->columns, understood);
}

Table *
table_new(const WorkbookSheet *sheet, const TableHeader *headers, Problems *problems, GPtrArray *remarks)
{
    Table *table = g_new0(Table, 1);
    table->sheet = sheet;
    table->problems = problems;
    table->columns = g_array_new(FALSE, FALSE, sizeof(TableColumn));
    g_array_set_clear_func(table->columns, column_clear);
    if (sheet != NULL && sheet->rows->len > 0)
        for (guint i = 0; i < header_row(table)->cells->len; i++)
            understand_header(table, headers, i, remarks);
    return table;
}

void
table_free(Table *table)
{
    if (table == NULL)
        return;
    g_array_unref(table->columns);
    g_free(table);
}

/* ---- cells ---- */

gboolean
table_has(const Table *table, const char *key)
{
    return find_column(table, key, NULL) != NULL;
}

const char *
table_get(const Table *table, const WorkbookRow *row, const char *key)
{
    const TableColumn *column = find_column(table, key, NULL);
    return column != NULL ? workbook_cell(row, column->column) : NULL;
}

FormText *
table_text(const Table *table, const WorkbookRow *row, const char *key)
{
    g_autoptr(FormText) text = form_text_new();
    for (guint i = 0; i < table->columns->len; i++) {
        const TableColumn *column = &g_array_index(table->columns, TableColumn, i);
        const char *cell = workbook_cell(row, column->column);
        if (cell != NULL && g_str_equal(column->key, key))
            form_text_set(text, column->language, cell);
    }
    return form_text_is_empty(text) ? NULL : g_steal_pointer(&text);
}

const char *
table_header(const Table *table, const char *key)
{
    const TableColumn *column = find_column(table, key, NULL);
    return column != NULL ? workbook_cell(header_row(table), column->column) : key;
}

guint
table_rows(const Table *table)
{
    return table->sheet != NULL && table->sheet->rows->len > 0 ? table->sheet->rows->len - 1 : 0;
}

const WorkbookRow *
table_row(const Table *table, guint index)
{
    return g_ptr_array_index(table->sheet->rows, index + 1);
}

void
table_problem(const Table *table, const WorkbookRow *row, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    problems_add(table->problems, table->sheet->name, row != NULL ? row->number : 0,
                 key != NULL ? table_header(table, key) : NULL, "%s", what);
}
