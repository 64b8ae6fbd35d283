#include "csv-private.h"

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
skip_line_end(Csv *csv)
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
csv_init(Csv *csv, char *text, gsize length)
{
    *csv = (Csv){.at = text, .end = text + length, .next_line = 1};
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
csv_clear(Csv *csv)
{
    g_clear_pointer(&csv->fields, g_ptr_array_unref);
}

static gboolean
ends_field(const Csv *csv, char c)
{
    return c == csv->separator || c == '\n' || c == '\r' || c == '\0';
}

/* Reads a quoted field from its opening quote on; what it holds moves left over the quotes. */
static CsvResult
read_quoted(Csv *csv)
{
    char *out = csv->at++;
    g_ptr_array_add(csv->fields, out);
    for (;;) {
        if (csv->at >= csv->end) {
            *out = '\0';
            return CSV_UNCLOSED_QUOTE;
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
    return trailing ? CSV_TEXT_AFTER_QUOTE : CSV_ROW;
}

/* Reads the field at `at`, which is left at the separator or line end behind it. */
static CsvResult
read_field(Csv *csv)
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
    return CSV_ROW;
}

static CsvResult
read_row(Csv *csv)
{
    CsvResult result = CSV_ROW;
    csv->line = csv->next_line;
    g_ptr_array_set_size(csv->fields, 0);
    for (;;) {
        CsvResult field = read_field(csv);
        char stop = *csv->at;
        if (field != CSV_ROW && result == CSV_ROW)
            result = field;
        if (csv->fields->len > CSV_MAX_COLUMNS) {
            g_ptr_array_set_size(csv->fields, CSV_MAX_COLUMNS);
            result = CSV_TOO_MANY_COLUMNS;
        }
        if (field == CSV_UNCLOSED_QUOTE)
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
is_empty(const Csv *csv)
{
    for (guint i = 0; i < csv->fields->len; i++) {
        const char *field = g_ptr_array_index(csv->fields, i);
        if (field[strspn(field, " \t\r\n")] != '\0')
            return FALSE;
    }
    return TRUE;
}

CsvResult
csv_next(Csv *csv)
{
    while (csv->at < csv->end) {
        CsvResult result = read_row(csv);
        if (result != CSV_ROW || !is_empty(csv))
            return result;
    }
    g_ptr_array_set_size(csv->fields, 0);
    return CSV_END;
}
