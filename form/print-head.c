#include "print-head-private.h"

#include <string.h>

int
print_column(const FormSample *sample, const char *name)
{
    g_autofree char *wanted = g_utf8_casefold(name, -1);
    for (guint i = 0; i < sample->n_columns; i++) {
        g_autofree char *column = g_utf8_casefold(sample->columns[i], -1);
        if (strcmp(column, wanted) == 0)
            return (int)i;
    }
    return -1;
}

/* Finds the next ${name} from `text` on: its beginning, and its end in `end`. The caller frees `name`. */
static const char *
next_place(const char *text, const char **end, char **name)
{
    const char *begin = strstr(text, "${");
    const char *close = begin ? strchr(begin, '}') : NULL;
    if (!close)
        return NULL;
    *name = g_strstrip(g_strndup(begin + 2, close - begin - 2));
    *end = close + 1;
    return begin;
}

char *
print_head_fill(const char *text, const FormSample *sample, const FormSampleRow *row)
{
    GString *filled = g_string_new(NULL);
    const char *begin, *end;
    char *name;
    while ((begin = next_place(text, &end, &name))) {
        g_string_append_len(filled, text, begin - text);
        int column = print_column(sample, name);
        if (column >= 0 && row->values[column])
            g_string_append(filled, row->values[column]);
        g_free(name);
        text = end;
    }
    g_string_append(filled, text);
    return g_string_free(filled, FALSE);
}

char *
print_head_unknown(const char *text, const FormSample *sample)
{
    const char *end;
    char *name;
    while (next_place(text, &end, &name)) {
        if (print_column(sample, name) < 0)
            return name;
        g_free(name);
        text = end;
    }
    return NULL;
}
