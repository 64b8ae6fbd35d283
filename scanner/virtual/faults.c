/* Which fault of a script comes next, and the memory of those that have been. */
#include "log-private.h"
#include "script-private.h"

static gboolean
is_pending(const VirtualFault *fault, guint feed)
{
    return fault->always ? fault->feed != feed : !fault->happened;
}

static gboolean
strikes(const VirtualFault *fault, int side, gboolean first)
{
    return fault->side > 0 ? fault->side == side : first && fault->sheet == (side + 1) / 2;
}

static double
place_order(const VirtualPlace *at)
{
    return at->last_row ? 2 : at->part;
}

VirtualFault *
virtual_script_fault(const VirtualScript *script, int side, gboolean first, gboolean start, guint feed)
{
    VirtualFault *next = NULL;
    for (guint i = 0; i < script->faults->len; i++) {
        VirtualFault *fault = g_ptr_array_index(script->faults, i);
        if (fault->at.start == start && strikes(fault, side, first) && is_pending(fault, feed) &&
            (next == NULL || place_order(&fault->at) < place_order(&next->at)))
            next = fault;
    }
    return next;
}

void
virtual_script_happened(const VirtualScript *script, VirtualFault *fault, guint feed)
{
    fault->feed = feed;
    if (fault->happened)
        return;
    fault->happened = TRUE;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < script->faults->len; i++) {
        const VirtualFault *other = g_ptr_array_index(script->faults, i);
        if (other->happened)
            g_string_append_printf(text, "%s\n", other->name);
    }
    g_autoptr(GError) error = NULL;
    if (!g_file_set_contents(script->state_path, text->str, (gssize)text->len, &error))
        virtual_log("fault %s will not be remembered: %s", fault->name, error->message);
}
