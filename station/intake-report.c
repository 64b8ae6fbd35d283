#include "intake-report-private.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "refusal-private.h"
#include "text-table-private.h"

static void
add_line(TextTable *table, const char *what, guint64 count)
{
    text_table_add(table, what);
    text_table_add_number(table, (gint64)count);
}

static void
add_line_if_any(TextTable *table, const char *what, guint64 count)
{
    if (count)
        add_line(table, what, count);
}

void
intake_print(const char *batch, const IntakeResult *result)
{
    printf(_("Batch %s\n"), batch);
    g_autoptr(TextTable) table = text_table_new("lr");
    add_line(table, _("pages new"), result->added);
    add_line_if_any(table, _("pages held already (the same file)"), result->same_file);
    add_line_if_any(table, _("pages held already (the same page, saying the same)"), result->same_page);
    add_line_if_any(table, _("pages doubled (the same page, saying something else)"), result->doubled);
    g_autoptr(GList) reasons = g_list_sort(g_hash_table_get_keys(result->reasons), (GCompareFunc)g_strcmp0);
    for (GList *reason = reasons; reason; reason = reason->next) {
        g_autofree char *words = refusal_words(reason->data);
        g_autofree char *what = g_strdup_printf(_("pages refused: %s"), words);
        add_line(table, what, GPOINTER_TO_UINT(g_hash_table_lookup(result->reasons, reason->data)));
    }
    add_line_if_any(table, _("files that are no page image (not stored)"), result->rejected);
    add_line(table, _("fields read"), result->fields);
    add_line(table, _("  of them for a person to look at"), result->to_review);
    add_line(table, _("  of them for a person to type"), result->to_key);
    text_table_print(table, 2);
}

CommandStatus
intake_status(const IntakeResult *result)
{
    if (result->machine_failed)
        return COMMAND_MACHINE_FAILED;
    if (result->rejected)
        return COMMAND_WRONG_USE;
    return result->refused || result->doubled ? COMMAND_NEEDS_PERSON : COMMAND_DONE;
}
