#include <glib/gi18n-lib.h>
#include <jansson.h>
#include <stdio.h>

#include "command-private.h"
#include "refusal-private.h"
#include "store.h"
#include "text-table-private.h"

/* Incomplete questionnaires that the table for people names; the JSON has them all. */
#define MISSING_SHOWN 20

static json_t *
missing_to_json(const GPtrArray *missing)
{
    json_t *list = json_array();
    for (guint i = 0; i < missing->len; i++) {
        const StoreMissing *one = missing->pdata[i];
        json_t *pages = json_array();
        for (guint k = 0; k < one->pages->len; k++)
            json_array_append_new(pages, json_integer(g_array_index(one->pages, int, k)));
        json_t *object = json_object();
        json_object_set_new(object, "serial", json_string(one->serial));
        json_object_set_new(object, "form", json_string(one->form));
        json_object_set_new(object, "pages", pages);
        json_array_append_new(list, object);
    }
    return list;
}

static void
print_json(const StoreStatus *status)
{
    const struct {
        const char *key;
        gint64 value;
    } numbers[] = {{"expected", status->expected}, {"seen", status->seen},
                   {"complete", status->complete}, {"pages", status->pages},
                   {"doubled", status->doubled},   {"refused", status->refused},
                   {"fields", status->fields},     {"to_review", status->to_review},
                   {"to_key", status->to_key},     {"missing_total", status->missing_total}};
    json_t *object = json_object();
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        json_object_set_new(object, numbers[i].key, json_integer(numbers[i].value));
    json_t *refusals = json_object();
    for (guint i = 0; i < status->refusals->len; i++) {
        const StoreRefusal *refusal = status->refusals->pdata[i];
        json_object_set_new(refusals, refusal->reason, json_integer(refusal->pages));
    }
    json_object_set_new(object, "refusals", refusals);
    json_object_set_new(object, "missing", missing_to_json(status->missing));
    json_t *doubles = json_array();
    for (guint i = 0; i < status->doubles->len; i++)
        json_array_append_new(doubles, json_string(status->doubles->pdata[i]));
    json_object_set_new(object, "doubles", doubles);
    char *text = json_dumps(object, 0);
    puts(text);
    free(text);
    json_decref(object);
}

static void
add_line(TextTable *table, const char *what, gint64 count)
{
    text_table_add(table, what);
    text_table_add_number(table, count);
}

static void
print_missing(const StoreStatus *status)
{
    if (status->missing_total)
        printf("%s\n", _("Pages missing:"));
    for (guint i = 0; i < status->missing->len && i < MISSING_SHOWN; i++) {
        const StoreMissing *one = status->missing->pdata[i];
        GString *pages = g_string_new(NULL);
        for (guint k = 0; k < one->pages->len; k++)
            g_string_append_printf(pages, "%s%d", k ? ", " : "", g_array_index(one->pages, int, k));
        printf("  %s: %s\n", one->serial, pages->str);
        g_string_free(pages, TRUE);
    }
    if (status->missing_total > MISSING_SHOWN)
        printf(_("  and %d more questionnaires; 'phieu status --json' names them\n"),
               (int)(status->missing_total - MISSING_SHOWN));
}

static void
print_for_people(const StoreStatus *status)
{
    g_autoptr(TextTable) table = text_table_new("lr");
    add_line(table, _("questionnaires expected"), status->expected);
    add_line(table, _("questionnaires seen"), status->seen);
    add_line(table, _("questionnaires complete"), status->complete);
    add_line(table, _("pages held"), status->pages);
    add_line(table, _("pages doubled"), status->doubled);
    add_line(table, _("pages refused"), status->refused);
    for (guint i = 0; i < status->refusals->len; i++) {
        const StoreRefusal *refusal = status->refusals->pdata[i];
        g_autofree char *words = refusal_words(refusal->reason);
        g_autofree char *what = g_strdup_printf("  %s", words);
        add_line(table, what, refusal->pages);
    }
    add_line(table, _("fields read"), status->fields);
    add_line(table, _("  of them for a person to look at"), status->to_review);
    add_line(table, _("  of them for a person to type"), status->to_key);
    text_table_print(table, 0);
    print_missing(status);
    if (status->doubles->len)
        printf("%s\n", _("Pages held twice with different answers:"));
    for (guint i = 0; i < status->doubles->len && i < MISSING_SHOWN; i++)
        printf("  %s\n", (const char *)status->doubles->pdata[i]);
}

CommandStatus
command_status(CommandCall *call, GError **error)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_("One JSON object, for programs"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse(call, entries, 0, 0, error))
        return COMMAND_FAILED;
    g_autoptr(Store) store = store_open(call->station_dir, error);
    g_autoptr(StoreStatus) status = store ? store_status(store, error) : NULL;
    if (!status)
        return COMMAND_FAILED;
    if (json)
        print_json(status);
    else
        print_for_people(status);
    return COMMAND_DONE;
}
