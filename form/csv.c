#include "form-csv.h"

#include <string.h>

/* The separator that the first line has most of, outside quotes. */
static char
tell_separator(const char *text)
{
    static const char separators[] = ",;\t";
    guint counts[3] = {0};
    gboolean quoted = FALSE;
    for (const char *at = text; *at != '\0' && (quoted || (*at != '\n' && *at != '\r')); at++) {
        const char *found = quoted || *at == '"' ? NULL : strchr(separators, *at);
        quoted ^= *at == '"';
        if (found != NULL)
            counts[found - separators]++;
    }
    guint best = 0;
    for (guint i = 1; i < G_N_ELEMENTS(counts); i++)
        if (counts[i] > counts[best])
            best = i;
    return separators[best];
}

/* Past "\n", "\r\n" or a lone "\r". */
static void
skip_line_end(FormCsv *csv)
{
    if (*csv->at == '\r' && csv->at[1] == '\n')
        csv->at++;
    if (csv->at < csv->end) {
        csv->at++;
        csv->next_line++;
    }
}

/* "sep=;" on a line of its own, as Excel writes and understands it. */
static gboolean
tells_separator(const char *text)
{
    return g_ascii_strncasecmp(text, "sep=", 4) == 0 && text[4] != '\0' && strchr(",;\t|", text[4]) != NULL &&
           (text[5] == '\0' || text[5] == '\n' || text[5] == '\r');
}

void
form_csv_init(FormCsv *csv, char *text, gsize length)
{
    *csv = (FormCsv){.at = text, .end = text + length, .next_line = 1};
    csv->fields = g_ptr_array_new();
    if (tells_separator(text)) {
        csv->separator = text[4];
        csv->at += 5;
        skip_line_end(csv);
    } else {
        csv->separator = tell_separator(text);
    }
}

void
form_csv_clear(FormCsv *csv)
{
    g_clear_pointer(&csv->fields, g_ptr_array_unref);
}

static gboolean
ends_field(const FormCsv *csv, char c)
{
    return c == csv->separator || c == '\n' || c == '\r' || c == '\0';
}

/* Reads a quoted field from its opening quote on; what it holds moves left over the quotes. */
static FormCsvResult
read_quoted(FormCsv *csv)
{
    char *out = csv->at++;
    g_ptr_array_add(csv->fields, out);
    for (;;) {
        if (csv->at >= csv->end) {
            *out = '\0';
            return FORM_CSV_UNCLOSED_QUOTE;
        }
        if (csv->at[0] == '"' && csv->at[1] != '"')
            break;
        if (csv->at[0] == '"')
            csv->at++;
        if (csv->at[0] == '\n' || (csv->at[0] == '\r' && csv->at[1] != '\n'))
            csv->next_line++;
        *out++ = *csv->at++;
    }
    csv->at++;
    gboolean trailing = FALSE;
    for (; !ends_field(csv, *csv->at); csv->at++)
        trailing |= *csv->at != ' ' && *csv->at != '\t';
    *out = '\0';
    return trailing ? FORM_CSV_TEXT_AFTER_QUOTE : FORM_CSV_ROW;
}

/* Reads the field at `at`, which is left at the separator or line end behind it. */
static FormCsvResult
read_field(FormCsv *csv)
{
    char *start = csv->at;
    char *quote = start;
    while (*quote == ' ' && csv->separator != ' ')
        quote++;
    if (*quote == '"') {
        csv->at = quote;
        return read_quoted(csv);
    }
    while (!ends_field(csv, *csv->at))
        csv->at++;
    g_ptr_array_add(csv->fields, start);
    return FORM_CSV_ROW;
}

static FormCsvResult
read_row(FormCsv *csv)
{
    FormCsvResult result = FORM_CSV_ROW;
    csv->line = csv->next_line;
    g_ptr_array_set_size(csv->fields, 0);
    for (;;) {
        FormCsvResult field = read_field(csv);
        char stop = *csv->at;
        if (field != FORM_CSV_ROW && result == FORM_CSV_ROW)
            result = field;
        if (csv->fields->len > FORM_CSV_MAX_COLUMNS) {
            g_ptr_array_set_size(csv->fields, FORM_CSV_MAX_COLUMNS);
            result = FORM_CSV_TOO_MANY_COLUMNS;
        }
        if (field == FORM_CSV_UNCLOSED_QUOTE)
            return field;
        if (stop != csv->separator || csv->at >= csv->end) {
            char *line_end = csv->at;
            skip_line_end(csv);
            *line_end = '\0';
            return result;
        }
        *csv->at++ = '\0';
    }
}

static gboolean
is_empty(const FormCsv *csv)
{
    for (guint i = 0; i < csv->fields->len; i++) {
        const char *field = g_ptr_array_index(csv->fields, i);
        if (field[strspn(field, " \t\r\n")] != '\0')
            return FALSE;
    }
    return TRUE;
}

FormCsvResult
form_csv_next(FormCsv *csv)
{
    while (csv->at < csv->end) {
        FormCsvResult result = read_row(csv);
        if (result != FORM_CSV_ROW || !is_empty(csv))
            return result;
    }
    g_ptr_array_set_size(csv->fields, 0);
    return FORM_CSV_END;
}
