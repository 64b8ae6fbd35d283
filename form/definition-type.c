#include <string.h>

#include "definition-private.h"
#include "spelling-private.h"

typedef struct {
    const char *words; /* small letters, single blanks; an author may write _ for a blank */
    RowKind kind;
    FormType type;
} TypeWord;

/* XLSForm's types (https://xlsform.org/en/#question-types) and the older names that pyxform still reads. */
static const TypeWord types[] = {
    {"text", ROW_QUESTION, FORM_TEXT},
    {"string", ROW_QUESTION, FORM_TEXT},
    {"add text prompt", ROW_QUESTION, FORM_TEXT},
    {"note", ROW_QUESTION, FORM_NOTE},
    {"add note prompt", ROW_QUESTION, FORM_NOTE},
    {"integer", ROW_QUESTION, FORM_INTEGER},
    {"int", ROW_QUESTION, FORM_INTEGER},
    {"add integer prompt", ROW_QUESTION, FORM_INTEGER},
    {"decimal", ROW_QUESTION, FORM_DECIMAL},
    {"add decimal prompt", ROW_QUESTION, FORM_DECIMAL},
    {"date", ROW_QUESTION, FORM_DATE},
    {"add date prompt", ROW_QUESTION, FORM_DATE},
    {"begin group", ROW_BEGIN_GROUP, 0},
    {"begingroup", ROW_BEGIN_GROUP, 0},
    {"end group", ROW_END_GROUP, 0},
    {"endgroup", ROW_END_GROUP, 0},
    {"begin repeat", ROW_BEGIN_REPEAT, 0},
    {"begin lgroup", ROW_BEGIN_REPEAT, 0},
    {"begin loop", ROW_BEGIN_REPEAT, 0},
    {"begin looped group", ROW_BEGIN_REPEAT, 0},
    {"end repeat", ROW_END_REPEAT, 0},
    {"end lgroup", ROW_END_REPEAT, 0},
    {"end loop", ROW_END_REPEAT, 0},
    {"end looped group", ROW_END_REPEAT, 0},
    {"calculate", ROW_BY_MACHINE, 0},
    {"start", ROW_BY_MACHINE, 0},
    {"start time", ROW_BY_MACHINE, 0},
    {"end", ROW_BY_MACHINE, 0},
    {"end time", ROW_BY_MACHINE, 0},
    {"today", ROW_BY_MACHINE, 0},
    {"get today", ROW_BY_MACHINE, 0},
    {"deviceid", ROW_BY_MACHINE, 0},
    {"device id", ROW_BY_MACHINE, 0},
    {"imei", ROW_BY_MACHINE, 0},
    {"username", ROW_BY_MACHINE, 0},
    {"phonenumber", ROW_BY_MACHINE, 0},
    {"phone number", ROW_BY_MACHINE, 0},
    {"email", ROW_BY_MACHINE, 0},
    {"subscriberid", ROW_BY_MACHINE, 0},
    {"simserial", ROW_BY_MACHINE, 0},
    {"sim id", ROW_BY_MACHINE, 0},
    {"audit", ROW_BY_MACHINE, 0},
    {"hidden", ROW_BY_MACHINE, 0},
    {"xml-external", ROW_BY_MACHINE, 0},
    {"csv-external", ROW_BY_MACHINE, 0},
    {"start-geopoint", ROW_BY_MACHINE, 0},
    {"background-audio", ROW_BY_MACHINE, 0},
    {"background-geopoint", ROW_BY_MACHINE, 0},
    {"range", ROW_NOT_ON_PAPER, 0},
    {"rank", ROW_NOT_ON_PAPER, 0},
    {"image", ROW_NOT_ON_PAPER, 0},
    {"photo", ROW_NOT_ON_PAPER, 0},
    {"geopoint", ROW_NOT_ON_PAPER, 0},
    {"gps", ROW_NOT_ON_PAPER, 0},
    {"location", ROW_NOT_ON_PAPER, 0},
    {"geotrace", ROW_NOT_ON_PAPER, 0},
    {"geoshape", ROW_NOT_ON_PAPER, 0},
    {"audio", ROW_NOT_ON_PAPER, 0},
    {"video", ROW_NOT_ON_PAPER, 0},
    {"file", ROW_NOT_ON_PAPER, 0},
    {"barcode", ROW_NOT_ON_PAPER, 0},
    {"acknowledge", ROW_NOT_ON_PAPER, 0},
    {"trigger", ROW_NOT_ON_PAPER, 0},
    {"time", ROW_NOT_ON_PAPER, 0},
    {"datetime", ROW_NOT_ON_PAPER, 0},
    {"osm", ROW_NOT_ON_PAPER, 0},
};

/* What stands before the name of a choice list; a longer one comes before one that it begins with. */
static const TypeWord selects[] = {
    {"select one from file", ROW_NOT_ON_PAPER, 0},
    {"select multiple from file", ROW_NOT_ON_PAPER, 0},
    {"select one external", ROW_NOT_ON_PAPER, 0},
    {"cascading select", ROW_NOT_ON_PAPER, 0},
    {"rank", ROW_NOT_ON_PAPER, 0},
    {"osm", ROW_NOT_ON_PAPER, 0},
    {"add select one prompt using", ROW_QUESTION, FORM_SELECT_ONE},
    {"add select multiple prompt using", ROW_QUESTION, FORM_SELECT_MULTIPLE},
    {"select all that apply from", ROW_QUESTION, FORM_SELECT_MULTIPLE},
    {"select all that apply", ROW_QUESTION, FORM_SELECT_MULTIPLE},
    {"select multiple from", ROW_QUESTION, FORM_SELECT_MULTIPLE},
    {"select multiple", ROW_QUESTION, FORM_SELECT_MULTIPLE},
    {"select one from", ROW_QUESTION, FORM_SELECT_ONE},
    {"select one", ROW_QUESTION, FORM_SELECT_ONE},
    {"select1", ROW_QUESTION, FORM_SELECT_ONE},
};

static gboolean
is_gap(char c)
{
    return c == '_' || g_ascii_isspace(c);
}

/* What follows `words` in `cell`, where a gap may be any run of blanks or underscores; NULL when `cell`
 * begins otherwise. Only a blank or the end may follow the last word, so that a list's own underscores are
 * kept. */
static const char *
after(const char *cell, const char *words)
{
    for (; *words != '\0'; words++) {
        if (*words == ' ') {
            if (!is_gap(*cell))
                return NULL;
            while (is_gap(*cell))
                cell++;
        } else if (g_ascii_tolower(*cell++) != *words) {
            return NULL;
        }
    }
    if (*cell != '\0' && !g_ascii_isspace(*cell))
        return NULL;
    while (g_ascii_isspace(*cell))
        cell++;
    return cell;
}

/* Cuts "or_other" or "or specify other" off the end. */
static gboolean
cut_or_other(char *list)
{
    static const char *const endings[] = {"or specify other", "or other"};
    for (char *at = list; *at != '\0'; at++) {
        if (at > list && !g_ascii_isspace(at[-1]))
            continue;
        for (gsize i = 0; i < G_N_ELEMENTS(endings); i++) {
            const char *rest = after(at, endings[i]);
            if (rest != NULL && *rest == '\0') {
                *at = '\0';
                g_strstrip(list);
                return TRUE;
            }
        }
    }
    return FALSE;
}

static const char *
nearest_type(const char *cell)
{
    g_autofree char *first = g_strdup(cell);
    first[strcspn(first, " \t\n")] = '\0';
    Spelling whole = spelling_of(cell), word = spelling_of(first);
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (types[i].kind != ROW_NOT_ON_PAPER)
            spelling_offer(&whole, types[i].words);
    spelling_offer(&whole, "begin_group");
    spelling_offer(&whole, "end_group");
    spelling_offer(&word, "select_one");
    spelling_offer(&word, "select_multiple");
    return whole.nearest != NULL ? whole.nearest : word.nearest;
}

RowType
row_type_parse(const char *cell)
{
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        const char *rest = after(cell, types[i].words);
        if (rest != NULL && *rest == '\0')
            return (RowType){.kind = types[i].kind, .type = types[i].type};
    }
    for (gsize i = 0; i < G_N_ELEMENTS(selects); i++) {
        const char *rest = after(cell, selects[i].words);
        if (rest == NULL)
            continue;
        RowType type = {.kind = selects[i].kind, .type = selects[i].type};
        if (type.kind == ROW_QUESTION) {
            g_autofree char *list = g_strstrip(g_strdup(rest));
            type.or_other = cut_or_other(list);
            type.list = *list != '\0' ? g_steal_pointer(&list) : NULL;
        }
        return type;
    }
    return (RowType){.kind = ROW_UNKNOWN, .nearest = nearest_type(cell)};
}

void
row_type_clear(RowType *type)
{
    g_clear_pointer(&type->list, g_free);
}
