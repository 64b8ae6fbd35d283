#include "workbook-private.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "form-error.h"

static void
row_free(gpointer data)
{
    WorkbookRow *row = data;
    g_ptr_array_unref(row->cells);
    g_free(row);
}

static void
sheet_free(gpointer data)
{
    WorkbookSheet *sheet = data;
    g_free(sheet->name);
    g_ptr_array_unref(sheet->rows);
    g_free(sheet);
}

Workbook *
workbook_new(void)
{
    Workbook *workbook = g_new0(Workbook, 1);
    workbook->sheets = g_ptr_array_new_with_free_func(sheet_free);
    workbook->others = g_ptr_array_new_with_free_func(g_free);
    return workbook;
}

void
workbook_free(Workbook *workbook)
{
    if (workbook == NULL)
        return;
    g_ptr_array_unref(workbook->sheets);
    g_ptr_array_unref(workbook->others);
    g_free(workbook);
}

WorkbookSheet *
workbook_sheet(const Workbook *workbook, const char *name)
{
    for (guint i = 0; i < workbook->sheets->len; i++) {
        WorkbookSheet *sheet = g_ptr_array_index(workbook->sheets, i);
        if (g_ascii_strcasecmp(sheet->name, name) == 0)
            return sheet;
    }
    return NULL;
}

const char *
workbook_cell(const WorkbookRow *row, guint column)
{
    return column < row->cells->len ? g_ptr_array_index(row->cells, column) : NULL;
}

WorkbookSheet *
workbook_add_sheet(Workbook *workbook, const char *name, const char *const *wanted)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(name));
    g_autofree char *lower = g_ascii_strdown(trimmed, -1);
    if (!g_strv_contains(wanted, lower)) {
        g_ptr_array_add(workbook->others, g_steal_pointer(&trimmed));
        return NULL;
    }
    WorkbookSheet *sheet = g_new0(WorkbookSheet, 1);
    sheet->name = g_steal_pointer(&trimmed);
    sheet->rows = g_ptr_array_new_with_free_func(row_free);
    g_ptr_array_add(workbook->sheets, sheet);
    return sheet;
}

/* Without the blanks at both ends, and with plain blanks where a word processor put hard ones. */
static char *
clean(const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (c == 0x00A0)
            g_string_append_c(out, ' ');
        else if (c != 0xFEFF && c != 0x200B && (c >= 0x20 || c == '\n' || c == '\t'))
            g_string_append_unichar(out, c);
    }
    return g_strstrip(g_string_free(out, FALSE));
}

static WorkbookRow *
last_row(WorkbookSheet *sheet, int number)
{
    WorkbookRow *row = sheet->rows->len > 0 ? g_ptr_array_index(sheet->rows, sheet->rows->len - 1) : NULL;
    if (row != NULL && row->number == number)
        return row;
    row = g_new0(WorkbookRow, 1);
    row->number = number;
    row->cells = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(sheet->rows, row);
    return row;
}

static gboolean
within_bounds(Workbook *workbook, const WorkbookSheet *sheet, int number, guint column, gsize bytes,
              Problems *problems)
{
    workbook->text_bytes += bytes;
    if (sheet->rows->len >= WORKBOOK_MAX_ROWS)
        problems_add(problems, sheet->name, number, NULL,
                     _("more than %d filled rows; delete what is not part of the form"), WORKBOOK_MAX_ROWS);
    else if (column >= WORKBOOK_MAX_COLUMNS)
        problems_add(problems, sheet->name, number, NULL,
                     _("more than %d columns; delete what is not part of the form"), WORKBOOK_MAX_COLUMNS);
    else if (bytes > WORKBOOK_MAX_CELL_BYTES)
        problems_add(problems, sheet->name, number, NULL, _("a cell holds more than %d kB; shorten it"),
                     WORKBOOK_MAX_CELL_BYTES / 1024);
    else if (workbook->text_bytes > WORKBOOK_MAX_TEXT_BYTES)
        problems_add(problems, sheet->name, number, NULL,
                     _("more than %d MB of text up to here; delete what is not part of the form"),
                     WORKBOOK_MAX_TEXT_BYTES >> 20);
    else
        return TRUE;
    return FALSE;
}

gboolean
workbook_set(Workbook *workbook, WorkbookSheet *sheet, int number, guint column, const char *text,
             Problems *problems)
{
    gsize bytes = strnlen(text, WORKBOOK_MAX_CELL_BYTES + 1);
    if (bytes > WORKBOOK_MAX_CELL_BYTES)
        return within_bounds(workbook, sheet, number, 0, bytes, problems);
    g_autofree char *cell = clean(text);
    if (*cell == '\0')
        return TRUE;
    if (!within_bounds(workbook, sheet, number, column, bytes, problems))
        return FALSE;
    WorkbookRow *row = last_row(sheet, number);
    if (row->cells->len <= column)
        g_ptr_array_set_size(row->cells, (int)column + 1);
    g_free(row->cells->pdata[column]);
    row->cells->pdata[column] = g_steal_pointer(&cell);
    return TRUE;
}

static gboolean
begins_with(GBytes *bytes, const char *magic, gsize length)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    return size >= length && memcmp(data, magic, length) == 0;
}

Workbook *
workbook_read(GBytes *bytes, const char *const *wanted, Problems *problems, GError **error)
{
    const char *refusal = NULL;
    if (g_bytes_get_size(bytes) == 0)
        refusal = _("the file is empty; write the form as .xlsx or as Markdown tables");
    else if (begins_with(bytes, "\xD0\xCF\x11\xE0", 4))
        refusal = _("an old or password-protected Excel file; save it as .xlsx without a password");
    else if (begins_with(bytes, "\xFF\xFE", 2) || begins_with(bytes, "\xFE\xFF", 2))
        refusal = _("a text in UTF-16; save it as UTF-8");
    if (refusal != NULL) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT, "%s: %s", problems->file, refusal);
        return NULL;
    }
    if (begins_with(bytes, "PK", 2)) {
        problems->place = _("row");
        return workbook_from_xlsx(bytes, wanted, problems, error);
    }
    problems->place = _("line");
    return workbook_from_markdown(bytes, wanted, problems, error);
}
