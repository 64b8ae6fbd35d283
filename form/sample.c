#include "form-sample.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "form-csv.h"
#include "form-error.h"
#include "form-sheet-id.h"
#include "input-private.h"
#include "problems-private.h"

#define SHOWN_MAX 50

/* A list on its way in. */
typedef struct {
    FormSample *sample;
    Problems *problems;
    GHashTable *serials; /* char* of a row -> FormSampleRow* */
} Loading;

void
form_sample_free(FormSample *sample)
{
    if (sample == NULL)
        return;
    g_strfreev(sample->columns);
    g_ptr_array_unref(sample->rows);
    g_free(sample);
}

/* ---- encoding ---- */

static char *
from_utf16(const char *path, const char *data, gsize size, const char *charset, gsize *length, GError **error)
{
    char *text = g_convert(data + 2, (gssize)(size - 2), "UTF-8", charset, NULL, length, NULL);
    if (text == NULL)
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                    _("%s: damaged UTF-16; save the list as CSV in UTF-8"), path);
    return text;
}

/* The file as text, by its byte-order mark: UTF-16 of both kinds, or UTF-8, which is not validated yet. */
static char *
decode(const char *path, GBytes *bytes, gsize *length, GError **error)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    if (size >= 2 && memcmp(data, "\xFF\xFE", 2) == 0)
        return from_utf16(path, data, size, "UTF-16LE", length, error);
    if (size >= 2 && memcmp(data, "\xFE\xFF", 2) == 0)
        return from_utf16(path, data, size, "UTF-16BE", length, error);
    gsize mark = size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    char *text = g_malloc(size - mark + 1);
    if (size > mark)
        memcpy(text, data + mark, size - mark);
    text[size - mark] = '\0';
    *length = size - mark;
    return text;
}

/* Where lines begin is known before the text is taken apart, so damage is told by line. */
static void
find_damage(Problems *problems, const char *text, gsize length)
{
    const char *end = text + length, *line_start = text, *damage;
    int line = 1;
    while (line_start < end && !g_utf8_validate_len(line_start, (gsize)(end - line_start), &damage)) {
        for (const char *at = line_start; at < damage; at++)
            line += *at == '\n';
        if (*damage == '\0')
            problems_add(problems, NULL, line, NULL, _("a NUL byte; save the list as CSV in UTF-8"));
        else
            problems_add(problems, NULL, line, NULL,
                         _("letters that are not UTF-8; save the list as CSV UTF-8"));
        const char *next = memchr(damage, '\n', (gsize)(end - damage));
        line_start = next != NULL ? next + 1 : end;
        line++;
    }
}

/* ---- header ---- */

/* Blank columns at the right end are what spreadsheet programs leave behind. */
static void
drop_blank_end(GPtrArray *fields, guint least)
{
    while (fields->len > least) {
        const char *last = g_ptr_array_index(fields, fields->len - 1);
        if (last[strspn(last, " \t\r\n")] != '\0')
            return;
        g_ptr_array_set_size(fields, (int)fields->len - 1);
    }
}

static void
check_columns(Problems *problems, const FormSample *sample, int line)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < sample->n_columns; i++) {
        char *key = g_utf8_strdown(sample->columns[i], -1);
        guint earlier = GPOINTER_TO_UINT(g_hash_table_lookup(seen, key));
        if (*key == '\0')
            problems_add(problems, NULL, line, NULL, _("column %u has no name; write one"), i + 1);
        else if (earlier != 0)
            problems_add(problems, NULL, line, NULL, _("columns %u and %u are both named “%s”; rename one"),
                         earlier, i + 1, sample->columns[i]);
        if (earlier == 0)
            g_hash_table_insert(seen, key, GUINT_TO_POINTER(i + 1));
        else
            g_free(key);
    }
}

/* FALSE when there is no telling which column is the serial: nothing more can be said of the list then. */
static gboolean
read_header(Loading *loading, FormCsv *csv)
{
    FormSample *sample = loading->sample;
    FormCsvResult result = form_csv_next(csv);
    if (result == FORM_CSV_END) {
        problems_add(loading->problems, NULL, 0, NULL,
                     _("the list is empty; write a line of column names, one of them serial"));
        return FALSE;
    }
    if (result != FORM_CSV_ROW) {
        problems_add(loading->problems, NULL, csv->line, NULL,
                     result == FORM_CSV_TOO_MANY_COLUMNS
                         ? _("too many columns; is it the right file?")
                         : _("a quote in the column names is wrong; correct it"));
        return FALSE;
    }
    drop_blank_end(csv->fields, 1);
    sample->n_columns = csv->fields->len;
    sample->serial_column = sample->n_columns;
    sample->columns = g_new0(char *, sample->n_columns + 1);
    for (guint i = 0; i < sample->n_columns; i++) {
        sample->columns[i] = g_strstrip(g_strdup(g_ptr_array_index(csv->fields, i)));
        if (sample->serial_column == sample->n_columns &&
            g_ascii_strcasecmp(sample->columns[i], "serial") == 0)
            sample->serial_column = i;
    }
    check_columns(loading->problems, sample, csv->line);
    if (sample->serial_column < sample->n_columns)
        return TRUE;
    problems_add(
        loading->problems, NULL, csv->line, NULL,
        _("no column is named serial; name the column of the questionnaires' numbers so (found: %s)"),
        sample->columns[0]);
    return FALSE;
}

/* ---- rows ---- */

/* A row and its values in one piece of memory: lists have some 100,000 rows. The serial comes without the
 * blanks around it. Freed by g_free(). */
static FormSampleRow *
new_row(const FormSample *sample, const FormCsv *csv)
{
    char *const *fields = (char *const *)csv->fields->pdata;
    char *serial = g_strstrip(fields[sample->serial_column]);
    gsize bytes = sizeof(FormSampleRow) + (sample->n_columns + 1) * sizeof(char *);
    gsize text_at = bytes;
    for (guint i = 0; i < sample->n_columns; i++)
        bytes += strlen(i == sample->serial_column ? serial : fields[i]) + 1;
    FormSampleRow *row = g_malloc(bytes);
    row->values = (char **)(row + 1);
    char *text = (char *)row + text_at;
    for (guint i = 0; i < sample->n_columns; i++) {
        const char *field = i == sample->serial_column ? serial : fields[i];
        row->values[i] = text;
        text = g_stpcpy(text, field) + 1;
    }
    row->values[sample->n_columns] = NULL;
    row->serial = row->values[sample->serial_column];
    row->line = csv->line;
    return row;
}

static void
check_serial(Loading *loading, FormSampleRow *row)
{
    g_autofree char *capitals = g_ascii_strup(row->serial, -1);
    const FormSampleRow *earlier = g_hash_table_lookup(loading->serials, row->serial);
    if (*row->serial == '\0')
        problems_add(loading->problems, NULL, row->line, NULL,
                     _("the serial is missing; write it or delete the row"));
    else if (form_serial_is_valid(row->serial) && earlier != NULL)
        problems_add(loading->problems, NULL, row->line, NULL,
                     _("the serial %s stands in line %d already; give each questionnaire its own"),
                     row->serial, earlier->line);
    else if (form_serial_is_valid(row->serial))
        g_hash_table_insert(loading->serials, row->serial, row);
    else if (form_serial_is_valid(capitals))
        problems_add(loading->problems, NULL, row->line, NULL,
                     _("the serial “%s” has small letters, which a QR code cannot hold; write %s"),
                     row->serial, capitals);
    else
        problems_add(loading->problems, NULL, row->line, NULL,
                     _("“%s” cannot be a serial; use at most %d of the letters A–Z, digits, “-” and “.”"),
                     row->serial, FORM_SERIAL_MAX);
}

static void
read_row(Loading *loading, const FormCsv *csv, FormCsvResult result)
{
    const FormSample *sample = loading->sample;
    drop_blank_end(csv->fields, sample->n_columns);
    if (result == FORM_CSV_UNCLOSED_QUOTE)
        problems_add(loading->problems, NULL, csv->line, NULL,
                     _("a quote opens in this row and never closes; write it twice or delete it"));
    else if (result == FORM_CSV_TEXT_AFTER_QUOTE)
        problems_add(loading->problems, NULL, csv->line, NULL,
                     _("text stands behind a closing quote; write a quote inside a field twice"));
    else if (csv->fields->len != sample->n_columns)
        problems_add(
            loading->problems, NULL, csv->line, NULL,
            _("%u fields where the first line names %u columns; put fields that hold a “%c” in quotes"),
            csv->fields->len, sample->n_columns, csv->separator);
    else {
        FormSampleRow *row = new_row(sample, csv);
        g_ptr_array_add(sample->rows, row);
        check_serial(loading, row);
    }
}

static void
read_rows(Loading *loading, FormCsv *csv)
{
    FormCsvResult result;
    while ((result = form_csv_next(csv)) != FORM_CSV_END)
        read_row(loading, csv, result);
    if (loading->sample->rows->len == 0 && loading->problems->total == 0)
        problems_add(loading->problems, NULL, 0, NULL,
                     _("the list has column names but no rows; write a row for every questionnaire"));
}

/* Damage is told by line; what else is wrong is told too, so the damage is then made harmless. */
static char *
read_text(const char *path, Problems *problems, gsize *length, GError **error)
{
    g_autoptr(GBytes) bytes = input_read(path, FORM_SAMPLE_MAX_BYTES, error);
    g_autofree char *text = bytes != NULL ? decode(path, bytes, length, error) : NULL;
    if (text == NULL)
        return NULL;
    if (*length >= 2 && (text[0] == '\0' || text[1] == '\0')) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                    _("%s: not a text, or UTF-16 without its mark; save the list as CSV in UTF-8"), path);
        return NULL;
    }
    find_damage(problems, text, *length);
    if (problems->total == 0)
        return g_steal_pointer(&text);
    char *harmless = g_utf8_make_valid(text, (gssize)*length);
    *length = strlen(harmless);
    return harmless;
}

FormSample *
form_sample_load(const char *path, GError **error)
{
    gsize length = 0;
    g_auto(Problems) problems;
    problems_init(&problems, path, SHOWN_MAX);
    g_autofree char *text = read_text(path, &problems, &length, error);
    if (text == NULL)
        return NULL;
    g_autoptr(FormSample) sample = g_new0(FormSample, 1);
    g_autoptr(GHashTable) serials = g_hash_table_new(g_str_hash, g_str_equal);
    sample->rows = g_ptr_array_new_with_free_func(g_free);
    Loading loading = {sample, &problems, serials};
    g_auto(FormCsv) csv;
    form_csv_init(&csv, text, length);
    if (read_header(&loading, &csv))
        read_rows(&loading, &csv);
    return problems_tell(&problems, error) ? g_steal_pointer(&sample) : NULL;
}

const char *
form_sample_value(const FormSample *sample, const FormSampleRow *row, const char *column)
{
    g_autofree char *key = g_utf8_strdown(column, -1);
    for (guint i = 0; i < sample->n_columns; i++) {
        g_autofree char *name = g_utf8_strdown(sample->columns[i], -1);
        if (g_str_equal(name, key))
            return row->values[i];
    }
    return NULL;
}
