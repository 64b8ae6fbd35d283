#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "command-private.h"
#include "scan-json-private.h"
#include "scan-report-private.h"
#include "text-table-private.h"

static GPtrArray *
load_batches(const CommandCall *call, GError **error)
{
    g_autoptr(Store) store = store_open(call->station_dir, error);
    return store ? store_list_batches(store, error) : NULL;
}

CommandStatus
command_batch_list(CommandCall *call, GError **error)
{
    if (!command_parse(call, NULL, 0, 0, error))
        return COMMAND_FAILED;
    g_autoptr(GPtrArray) batches = load_batches(call, error);
    if (!batches)
        return COMMAND_FAILED;
    if (!batches->len) {
        printf("%s\n", _("No batch yet; 'phieu import PATH…' makes one."));
        return COMMAND_DONE;
    }
    g_autoptr(TextTable) table = text_table_new("llrrr");
    text_table_add(table, _("batch"));
    text_table_add(table, _("made (UTC)"));
    text_table_add(table, _("questionnaires"));
    text_table_add(table, _("pages"));
    text_table_add(table, _("refused"));
    for (guint i = 0; i < batches->len; i++) {
        const StoreBatch *batch = batches->pdata[i];
        text_table_add(table, batch->name);
        text_table_add(table, batch->created);
        text_table_add_number(table, batch->questionnaires);
        text_table_add_number(table, batch->pages);
        text_table_add_number(table, batch->refused);
    }
    text_table_print(table, 0);
    return COMMAND_DONE;
}

static void
print_batch(const StoreBatch *batch)
{
    g_autoptr(TextTable) table = text_table_new("lr");
    text_table_add(table, _("made (UTC)"));
    text_table_add(table, batch->created);
    text_table_add(table, _("questionnaires"));
    text_table_add_number(table, batch->questionnaires);
    text_table_add(table, _("pages"));
    text_table_add_number(table, batch->pages);
    text_table_add(table, _("refused"));
    text_table_add_number(table, batch->refused);
    printf("%s\n", batch->name);
    text_table_print(table, 2);
}

static const StoreBatch *
find_batch(const GPtrArray *batches, const char *name)
{
    for (guint i = 0; i < batches->len; i++) {
        const StoreBatch *batch = batches->pdata[i];
        if (g_str_equal(batch->name, name))
            return batch;
    }
    return NULL;
}

CommandStatus
command_batch_show(CommandCall *call, GError **error)
{
    gboolean json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, N_("One JSON object, for programs"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!command_parse(call, entries, 1, 1, error))
        return COMMAND_FAILED;
    const char *name = call->rest[0];
    g_autoptr(Store) store = store_open(call->station_dir, error);
    g_autoptr(GPtrArray) batches = store ? store_list_batches(store, error) : NULL;
    if (!batches)
        return COMMAND_FAILED;
    const StoreBatch *batch = find_batch(batches, name);
    if (!batch) {
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("no batch '%s' here; 'phieu batch list' shows them"), name);
        return COMMAND_FAILED;
    }
    g_autoptr(StoreLedger) ledger = store_ledger(store, name, error);
    if (!ledger)
        return COMMAND_FAILED;
    if (json) {
        scan_json_print(scan_json_ledger(name, ledger));
        return COMMAND_DONE;
    }
    print_batch(batch);
    if (ledger->feeds)
        scan_report_print(call->station_dir, name, NULL, ledger);
    return COMMAND_DONE;
}
