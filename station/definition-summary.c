#include "definition-summary-private.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>

#include "messages-private.h"

void
definition_summary_print(const FormDefinition *definition)
{
    guint selects = 0, written = 0, positions = 0;
    for (guint i = 0; i < definition->items->len; i++) {
        const FormItem *item = definition->items->pdata[i];
        if (item->head || item->question->type == FORM_NOTE)
            continue;
        gboolean is_select = form_type_is_select(item->question->type);
        selects += is_select;
        written += !is_select;
        positions += item->question->choices->len;
    }
    g_autofree char *title = g_strdup(form_text_get(definition->title, messages_language()));
    printf(_("%s (%s, version %d)\n"), g_strdelimit(title, "\r\n", ' '), definition->code,
           definition->version);
    printf(_("  questions to mark: %u, with %u answer positions; to write in: %u\n"), selects, positions,
           written);
    for (guint i = 0; i < definition->remarks->len; i++)
        printf(_("  remark: %s\n"), (const char *)definition->remarks->pdata[i]);
}
