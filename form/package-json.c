#include "package-json-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "form-error.h"

#define MAX_TEXT      20000
#define MAX_LANGUAGES 100

/* A message stays readable whatever name stands in it. */
#define MAX_MESSAGE_CHARS 400

static char *
one_line(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autoptr(GString) line = g_string_new(NULL);
    guint n = 0;

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (++n > MAX_MESSAGE_CHARS) {
            g_string_append(line, "…");
            break;
        }
        gboolean plain = g_unichar_isprint(character) && !g_unichar_isspace(character);
        g_string_append_unichar(line, plain ? character : ' ');
    }
    return g_string_free(g_steal_pointer(&line), FALSE);
}

gboolean
package_json_fail(PackageJson *json, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *file = g_filename_display_name(json->file), *file_line = one_line(file);
    g_autofree char *what_line = one_line(what);
    g_set_error(json->error, FORM_ERROR, FORM_ERROR_INPUT, "%s: %s%s%s", file_line, json->where->str,
                json->where->len > 0 ? ": " : "", what_line);
    return FALSE;
}

gsize
package_json_enter(PackageJson *json, const char *key, int index)
{
    gsize before = json->where->len;

    if (before > 0)
        g_string_append_c(json->where, '.');
    g_string_append(json->where, key);
    if (index >= 0)
        g_string_append_printf(json->where, "[%d]", index);
    return before;
}

gboolean
package_json_leave(PackageJson *json, gsize before, gboolean result)
{
    if (result)
        g_string_truncate(json->where, before);
    return result;
}

gboolean
package_json_number(PackageJson *json, json_t *object, const char *key, double min, double max,
                    double *number)
{
    json_t *value = json_object_get(object, key);

    if (value == NULL)
        return package_json_fail(json, _("`%s` is missing; give a number from %g to %g"), key, min, max);
    if (!json_is_number(value) || !(json_number_value(value) >= min && json_number_value(value) <= max))
        return package_json_fail(json, _("`%s` must be a number from %g to %g"), key, min, max);
    *number = json_number_value(value);
    return TRUE;
}

gboolean
package_json_integer(PackageJson *json, json_t *object, const char *key, int min, int max, int *number)
{
    json_t *value = json_object_get(object, key);

    if (value == NULL)
        return package_json_fail(json, _("`%s` is missing; give a whole number from %d to %d"), key, min,
                                 max);
    if (!json_is_integer(value) || json_integer_value(value) < min || json_integer_value(value) > max)
        return package_json_fail(json, _("`%s` must be a whole number from %d to %d"), key, min, max);
    *number = (int)json_integer_value(value);
    return TRUE;
}

static gboolean
is_control(char byte)
{
    return (guchar)byte < 0x20 || byte == 0x7f;
}

static gboolean
is_on_one_line(const char *text)
{
    while (*text != '\0' && !is_control(*text))
        text++;
    return *text == '\0';
}

gboolean
package_json_lines(PackageJson *json, json_t *object, const char *key, gboolean required, char **text)
{
    json_t *value = json_object_get(object, key);

    if (value == NULL && !required)
        return TRUE;
    if (value == NULL)
        return package_json_fail(json, _("`%s` is missing; give a text"), key);
    if (!json_is_string(value) || json_string_length(value) == 0 || json_string_length(value) > MAX_TEXT)
        return package_json_fail(json, _("`%s` must be a text of 1 to %d bytes, in quotes"), key, MAX_TEXT);
    g_free(*text);
    *text = g_strdup(json_string_value(value));
    return TRUE;
}

gboolean
package_json_string(PackageJson *json, json_t *object, const char *key, gboolean required, char **text)
{
    const char *value = json_string_value(json_object_get(object, key));

    if (value != NULL && !is_on_one_line(value))
        return package_json_fail(json, _("`%s` must be on one line, without tabs"), key);
    return package_json_lines(json, object, key, required, text);
}

gboolean
package_json_boolean(PackageJson *json, json_t *object, const char *key, gboolean *flag)
{
    json_t *value = json_object_get(object, key);

    if (value != NULL && !json_is_boolean(value))
        return package_json_fail(json, _("`%s` must be true or false"), key);
    *flag = json_is_true(value);
    return TRUE;
}

gboolean
package_json_array(PackageJson *json, json_t *object, const char *key, gsize max, json_t **array)
{
    *array = json_object_get(object, key);
    if (*array != NULL && (!json_is_array(*array) || json_array_size(*array) > max))
        return package_json_fail(json, _("`%s` must be a list of at most %zu entries"), key, max);
    return TRUE;
}

gboolean
package_json_type(PackageJson *json, json_t *object, FormType *type)
{
    const char *name = json_string_value(json_object_get(object, "type"));

    if (!form_type_from_name(name, type))
        return package_json_fail(
            json, _("`type` must be one of select_one, select_multiple, integer, decimal, date, text, note"));
    return TRUE;
}

gboolean
package_json_text(PackageJson *json, json_t *object, const char *key, FormText *text)
{
    json_t *value = json_object_get(object, key), *wording;
    const char *language;

    if (json_is_string(value)) {
        form_text_set(text, "", json_string_value(value));
        return TRUE;
    }
    if (value != NULL && !json_is_object(value))
        return package_json_fail(
            json, _("`%s` must be a text, or an object of texts by language such as {\"vi\": \"…\"}"), key);
    if (json_object_size(value) > MAX_LANGUAGES)
        return package_json_fail(json, _("`%s` must have at most %d languages"), key, MAX_LANGUAGES);
    json_object_foreach(value, language, wording)
    {
        if (!json_is_string(wording))
            return package_json_fail(json, _("`%s.%s` must be a text"), key, language);
        form_text_set(text, language, json_string_value(wording));
    }
    return TRUE;
}
