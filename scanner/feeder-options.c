#include "feeder-options-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Values longer than this are no settings (gamma tables and such). */
#define MAX_WORDS      64
#define MAX_TEXT_BYTES 1024

const SANE_Option_Descriptor *
feeder_option_find(SANE_Handle handle, const char *name, int *number)
{
    SANE_Int n_options = 0;
    if (sane_control_option(handle, 0, SANE_ACTION_GET_VALUE, &n_options, NULL) != SANE_STATUS_GOOD)
        return NULL;
    for (int i = 1; i < n_options; i++) {
        const SANE_Option_Descriptor *option = sane_get_option_descriptor(handle, i);
        if (!option || !option->name || strcmp(option->name, name) != 0 ||
            !SANE_OPTION_IS_ACTIVE(option->cap))
            continue;
        if (number)
            *number = i;
        return option;
    }
    return NULL;
}

static guint
n_words(const SANE_Option_Descriptor *option)
{
    return (guint)option->size / sizeof(SANE_Word);
}

static double
to_real(const SANE_Option_Descriptor *option, SANE_Word word)
{
    return option->type == SANE_TYPE_FIXED ? SANE_UNFIX(word) : word;
}

/* The nearest value to `number` that the option takes. */
static double
nearest(const SANE_Option_Descriptor *option, double number)
{
    if (option->constraint_type == SANE_CONSTRAINT_RANGE) {
        const SANE_Range *range = option->constraint.range;
        double min = to_real(option, range->min), max = to_real(option, range->max),
               step = to_real(option, range->quant);
        number = CLAMP(number, min, max);
        return step > 0 ? MIN(min + step * round((number - min) / step), max) : number;
    }
    if (option->constraint_type != SANE_CONSTRAINT_WORD_LIST)
        return number;
    const SANE_Word *list = option->constraint.word_list;
    double best = list[0] > 0 ? to_real(option, list[1]) : number;
    for (SANE_Word i = 2; i <= list[0]; i++)
        if (fabs(to_real(option, list[i]) - number) < fabs(best - number))
            best = to_real(option, list[i]);
    return best;
}

static SANE_Status
set_number(SANE_Handle handle, const SANE_Option_Descriptor *option, int at, double number)
{
    SANE_Word words[MAX_WORDS];
    if (n_words(option) < 1 || n_words(option) > MAX_WORDS)
        return SANE_STATUS_UNSUPPORTED;
    number = CLAMP(nearest(option, number), -32768, option->type == SANE_TYPE_FIXED ? 32767 : G_MAXINT);
    for (guint i = 0; i < n_words(option); i++)
        words[i] = option->type == SANE_TYPE_FIXED ? SANE_FIX(number) : (SANE_Word)lround(number);
    return sane_control_option(handle, at, SANE_ACTION_SET_VALUE, words, NULL);
}

static SANE_Status
set_words(SANE_Handle handle, const SANE_Option_Descriptor *option, int at, const char *text)
{
    if (option->size < 1 || option->size > MAX_TEXT_BYTES)
        return SANE_STATUS_UNSUPPORTED;
    g_autofree char *room = g_malloc0((gsize)option->size + 1);
    g_strlcpy(room, text, (gsize)option->size);
    return sane_control_option(handle, at, SANE_ACTION_SET_VALUE, room, NULL);
}

static gboolean
parse_switch(const char *text, SANE_Bool *on)
{
    static const char *const yes[] = {"yes", "on", "true", "1", NULL}, *const no[] = {"no", "off", "false",
                                                                                      "0", NULL};
    g_autofree char *word = g_ascii_strdown(text, -1);
    *on = g_strv_contains(yes, word) ? SANE_TRUE : SANE_FALSE;
    return *on || g_strv_contains(no, word);
}

static gboolean
parse_number(const char *text, double *number)
{
    char *end;
    *number = g_ascii_strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*number);
}

const char *
feeder_word_like(const char *const *words, const char *wanted)
{
    const char *found = NULL;
    guint n = 0;
    g_autofree char *part = g_utf8_casefold(wanted, -1);
    for (; *words; words++) {
        g_autofree char *word = g_utf8_casefold(*words, -1);
        if (strcmp(word, part) == 0)
            return *words;
        if (strstr(word, part)) {
            found = *words;
            n++;
        }
    }
    return n == 1 ? found : NULL;
}

static GStrv
words_of(const SANE_Option_Descriptor *option)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    if (option && option->type == SANE_TYPE_STRING && option->constraint_type == SANE_CONSTRAINT_STRING_LIST)
        for (const SANE_String_Const *word = option->constraint.string_list; *word; word++) {
            g_autofree char *valid = g_utf8_make_valid(*word, -1);
            g_strv_builder_add(words, valid);
        }
    return g_strv_builder_end(words);
}

/* The values that an option takes, for people; NULL where that is not told. */
static char *
describe_values(const SANE_Option_Descriptor *option)
{
    g_auto(GStrv) words = words_of(option);
    if (words[0])
        return g_strjoinv(", ", words);
    if (option->type == SANE_TYPE_BOOL)
        return g_strdup("yes, no");
    if (option->constraint_type == SANE_CONSTRAINT_RANGE)
        return g_strdup_printf(_("%g to %g"), to_real(option, option->constraint.range->min),
                               to_real(option, option->constraint.range->max));
    if (option->constraint_type != SANE_CONSTRAINT_WORD_LIST)
        return NULL;
    const SANE_Word *list = option->constraint.word_list;
    g_autoptr(GString) numbers = g_string_new(NULL);
    for (SANE_Word i = 1; i <= list[0]; i++)
        g_string_append_printf(numbers, "%s%g", i > 1 ? ", " : "", to_real(option, list[i]));
    return g_string_free(g_steal_pointer(&numbers), FALSE);
}

static gboolean
fail_value(const char *name, const char *text, const SANE_Option_Descriptor *option, GError **error)
{
    g_autofree char *there = option ? describe_values(option) : NULL;
    if (there)
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT,
                    _("%s=%s: the scanner has no such value; it has: %s"), name, text, there);
    else
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT,
                    _("%s=%s: the scanner does not take this value"), name, text);
    return FALSE;
}

/* Sets the value in the option's own type; FALSE in `understood` where the text is none. */
static SANE_Status
set_text(SANE_Handle handle, const SANE_Option_Descriptor *option, int at, const char *text,
         gboolean *understood)
{
    double number;
    SANE_Bool on;

    switch (option->type) {
    case SANE_TYPE_BOOL:
        *understood = parse_switch(text, &on);
        return *understood ? sane_control_option(handle, at, SANE_ACTION_SET_VALUE, &on, NULL)
                           : SANE_STATUS_INVAL;
    case SANE_TYPE_INT:
    case SANE_TYPE_FIXED:
        *understood = parse_number(text, &number);
        return *understood ? set_number(handle, option, at, number) : SANE_STATUS_INVAL;
    case SANE_TYPE_STRING: {
        g_auto(GStrv) words = words_of(option);
        const char *word = words[0] ? feeder_word_like((const char *const *)words, text) : text;
        *understood = word != NULL;
        return word ? set_words(handle, option, at, word) : SANE_STATUS_INVAL;
    }
    case SANE_TYPE_BUTTON:
        *understood = TRUE;
        return sane_control_option(handle, at, SANE_ACTION_SET_VALUE, NULL, NULL);
    default:
        *understood = FALSE;
        return SANE_STATUS_UNSUPPORTED;
    }
}

gboolean
feeder_option_set(SANE_Handle handle, const char *name, const char *text, GError **error)
{
    int at;
    gboolean understood = FALSE;
    const SANE_Option_Descriptor *option = feeder_option_find(handle, name, &at);
    if (!option || !SANE_OPTION_IS_SETTABLE(option->cap)) {
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_INPUT,
                    option ? _("%s: the scanner tells this option, it cannot be set")
                           : _("%s: the scanner has no such option; 'scanimage -A' lists them"),
                    name);
        return FALSE;
    }
    SANE_Status status = set_text(handle, option, at, text, &understood);
    if (!understood || status == SANE_STATUS_INVAL || status == SANE_STATUS_UNSUPPORTED)
        return fail_value(name, text, feeder_option_find(handle, name, NULL), error);
    if (status != SANE_STATUS_GOOD)
        g_set_error(error, SCANNER_ERROR, SCANNER_ERROR_MACHINE,
                    _("%s=%s: the scanner does not take it (%s)"), name, text, sane_strstatus(status));
    return status == SANE_STATUS_GOOD;
}

void
feeder_option_try(SANE_Handle handle, const char *name, const char *text)
{
    g_autoptr(GError) error = NULL;
    feeder_option_set(handle, name, text, &error);
}

void
feeder_option_try_number(SANE_Handle handle, const char *name, double number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    feeder_option_try(handle, name, g_ascii_dtostr(text, sizeof text, number));
}

char *
feeder_option_text(SANE_Handle handle, const char *name)
{
    int at;
    const SANE_Option_Descriptor *option = feeder_option_find(handle, name, &at);
    if (!option || option->type != SANE_TYPE_STRING || option->size < 1 || option->size > MAX_TEXT_BYTES)
        return NULL;
    g_autofree char *room = g_malloc0((gsize)option->size + 1);
    if (sane_control_option(handle, at, SANE_ACTION_GET_VALUE, room, NULL) != SANE_STATUS_GOOD)
        return NULL;
    return g_utf8_make_valid(room, -1);
}

double
feeder_option_number(SANE_Handle handle, const char *name, double otherwise)
{
    int at;
    SANE_Word words[MAX_WORDS] = {0};
    const SANE_Option_Descriptor *option = feeder_option_find(handle, name, &at);
    gboolean numeric = option && (option->type == SANE_TYPE_BOOL || option->type == SANE_TYPE_INT ||
                                  option->type == SANE_TYPE_FIXED);
    if (!numeric || n_words(option) < 1 || n_words(option) > MAX_WORDS ||
        sane_control_option(handle, at, SANE_ACTION_GET_VALUE, words, NULL) != SANE_STATUS_GOOD)
        return otherwise;
    return to_real(option, words[0]);
}

GStrv
feeder_option_words(SANE_Handle handle, const char *name)
{
    return words_of(feeder_option_find(handle, name, NULL));
}

GArray *
feeder_option_numbers(SANE_Handle handle, const char *name, gboolean *any)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(double));
    const SANE_Option_Descriptor *option = feeder_option_find(handle, name, NULL);
    *any = option && option->constraint_type == SANE_CONSTRAINT_RANGE;
    if (*any) {
        double ends[] = {to_real(option, option->constraint.range->min),
                         to_real(option, option->constraint.range->max)};
        g_array_append_vals(numbers, ends, 2);
    } else if (option && option->constraint_type == SANE_CONSTRAINT_WORD_LIST) {
        const SANE_Word *list = option->constraint.word_list;
        for (SANE_Word i = 1; i <= list[0]; i++) {
            double number = to_real(option, list[i]);
            g_array_append_val(numbers, number);
        }
    }
    return numbers;
}
