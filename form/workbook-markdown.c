/* Workbooks in Markdown, in both ways that people write them:
 *
 *   | survey |      |      |       |       ## survey
 *   |        | type | name | label |       | type | name | label |
 *   |        | text | q1   | Who?  |       |------|------|-------|
 *                                          | text | q1   | Who?  |
 *
 * The left one is pyxform's: a first column that holds only sheet names; other lines, headings too, are
 * comments. On the right a heading names the sheet of the tables below it, up to the next heading of the same
 * rank; a further table there repeats the header. */
#include "workbook-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "form-error.h"

typedef struct {
    Workbook *workbook;
    const char *const *wanted;
    Problems *problems;
    WorkbookSheet *sheet; /* that rows go to, or NULL: they are not read */
    gboolean plain;       /* the sheet was named by a heading … */
    int rank;             /* … of so many # */
    gboolean in_table;    /* the line before was a table row */
    int line;
} Reader;

static gboolean
ends_cell(const char *at)
{
    return *at == '\0' || *at == '|';
}

/* The text of one cell from `at`; moves it to the bar or end that closes the cell. */
static char *
take_cell(const char **at)
{
    GString *cell = g_string_new(NULL);
    while (!ends_cell(*at)) {
        if ((*at)[0] == '\\' && (*at)[1] == '|') {
            g_string_append_c(cell, '|');
            *at += 2;
        } else if (g_ascii_strncasecmp(*at, "<br>", 4) == 0) {
            g_string_append_c(cell, '\n');
            *at += 4;
        } else if (g_ascii_strncasecmp(*at, "<br/>", 5) == 0 || g_ascii_strncasecmp(*at, "<br />", 6) == 0) {
            g_string_append_c(cell, '\n');
            *at += (*at)[3] == '/' ? 5 : 6;
        } else {
            g_string_append_c(cell, *(*at)++);
        }
    }
    return g_strstrip(g_string_free(cell, FALSE));
}

/* The cells of "| a | b |"; the last bar may be missing. */
static GPtrArray *
split(const char *row)
{
    GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);
    const char *at = row + 1;
    while (*at != '\0') {
        g_ptr_array_add(cells, take_cell(&at));
        if (*at == '|')
            at++;
    }
    if (cells->len == 0)
        g_ptr_array_add(cells, g_strdup(""));
    return cells;
}

/* |---|:--:|: the line below a header. */
static gboolean
is_rule(const GPtrArray *cells)
{
    gboolean dashes = FALSE;
    for (guint i = 0; i < cells->len; i++) {
        const char *cell = g_ptr_array_index(cells, i);
        if (cell[strspn(cell, ":-")] != '\0')
            return FALSE;
        dashes |= strchr(cell, '-') != NULL;
    }
    return dashes;
}

static gboolean
is_blank_from(const GPtrArray *cells, guint first)
{
    for (guint i = first; i < cells->len; i++)
        if (*(const char *)g_ptr_array_index(cells, i) != '\0')
            return FALSE;
    return TRUE;
}

static gboolean
is_wanted(const Reader *reader, const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return g_strv_contains(reader->wanted, lower);
}

static void
start_sheet(Reader *reader, const char *name, gboolean plain)
{
    WorkbookSheet *sheet = workbook_sheet(reader->workbook, name);
    reader->plain = plain;
    if (sheet != NULL && sheet->rows->len > 0) {
        problems_add(reader->problems, sheet->name, reader->line, NULL,
                     _("the sheet begins a second time; join its rows in one place"));
        reader->sheet = NULL;
        return;
    }
    reader->sheet = sheet != NULL ? sheet : workbook_add_sheet(reader->workbook, name, reader->wanted);
}

static void
store(Reader *reader, const GPtrArray *cells, guint first)
{
    for (guint i = first; i < cells->len && reader->sheet != NULL; i++)
        if (!workbook_set(reader->workbook, reader->sheet, reader->line, i - first,
                          g_ptr_array_index(cells, i), reader->problems))
            reader->sheet = NULL;
}

static gboolean
repeats_header(const WorkbookSheet *sheet, const GPtrArray *cells)
{
    const WorkbookRow *header = g_ptr_array_index(sheet->rows, 0);
    for (guint i = 0; i < MAX(cells->len, header->cells->len); i++) {
        const char *known = workbook_cell(header, i);
        const char *cell = i < cells->len ? g_ptr_array_index(cells, i) : "";
        if (g_strcmp0(known != NULL ? known : "", cell) != 0)
            return FALSE;
    }
    return TRUE;
}

static void
read_plain_row(Reader *reader, const GPtrArray *cells, gboolean opens_table)
{
    if (!opens_table || reader->sheet->rows->len == 0) {
        store(reader, cells, 0);
    } else if (!repeats_header(reader->sheet, cells)) {
        problems_add(
            reader->problems, reader->sheet->name, reader->line, NULL,
            _("a second table with another header; repeat the first table's header row, or join them"));
        reader->sheet = NULL;
    }
}

/* XLSForm's sheets that no paper form has: they may follow a sheet of ours without an empty line. */
static gboolean
is_foreign_sheet(const char *name)
{
    static const char *const foreign[] = {"entities", "external_choices", "osm", "cascades", NULL};
    g_autofree char *lower = g_ascii_strdown(name, -1);
    return g_strv_contains(foreign, lower);
}

static void
read_named_row(Reader *reader, const GPtrArray *cells, gboolean opens_table)
{
    const char *first = g_ptr_array_index(cells, 0);
    if (*first == '\0') {
        store(reader, cells, 1);
    } else if (reader->sheet != NULL && !opens_table && !is_foreign_sheet(first) &&
               !is_blank_from(cells, 1)) {
        problems_add(
            reader->problems, reader->sheet->name, reader->line, NULL,
            _("“%s” stands in the first column, which only names sheets; begin the row with an empty cell"),
            first);
    } else {
        reader->sheet = NULL;
        g_ptr_array_add(reader->workbook->others, g_strdup(first));
    }
}

static void
read_row(Reader *reader, const char *line)
{
    g_autoptr(GPtrArray) cells = split(line);
    gboolean opens_table = !reader->in_table;
    reader->in_table = TRUE;
    if (is_rule(cells))
        return;
    const char *first = g_ptr_array_index(cells, 0);
    if (is_wanted(reader, first) && (opens_table || !reader->plain)) {
        start_sheet(reader, first, FALSE);
        store(reader, cells, 1);
    } else if (!reader->plain) {
        read_named_row(reader, cells, opens_table);
    } else if (reader->sheet != NULL) {
        read_plain_row(reader, cells, opens_table);
    }
}

static void
read_heading(Reader *reader, const char *line)
{
    int rank = (int)strspn(line, "#");
    g_autofree char *name = g_strdelimit(g_strdup(line), "#`*_:", ' ');
    g_strstrip(name);
    if (is_wanted(reader, name)) {
        start_sheet(reader, name, TRUE);
        reader->rank = rank;
    } else if (reader->plain && rank <= reader->rank) {
        reader->sheet = NULL;
        reader->plain = FALSE;
    }
}

static void
read_line(Reader *reader, char *line)
{
    g_strstrip(line);
    if (*line == '|') {
        read_row(reader, line);
        return;
    }
    reader->in_table = FALSE;
    if (*line == '#')
        read_heading(reader, line);
}

static int
line_of(const char *text, const char *place)
{
    int line = 1;
    for (const char *at = text; at < place; at++)
        line += *at == '\n';
    return line;
}

Workbook *
workbook_from_markdown(GBytes *bytes, const char *const *wanted, Problems *problems, GError **error)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    const char *damage;
    if (!g_utf8_validate_len(data, size, &damage)) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                    _("%s: line %d: neither an .xlsx nor a text in UTF-8; save the form as one of them"),
                    problems->file, line_of(data, damage));
        return NULL;
    }
    Reader reader = {.workbook = workbook_new(), .wanted = wanted, .problems = problems};
    const char *end = data + size;
    if (size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0)
        data += 3;
    while (data < end) {
        const char *stop = memchr(data, '\n', (gsize)(end - data));
        if (stop == NULL)
            stop = end;
        g_autofree char *line = g_strndup(data, (gsize)(stop - data));
        reader.line++;
        read_line(&reader, line);
        data = stop + 1;
    }
    return reader.workbook;
}
