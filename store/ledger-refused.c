/* Refused pages that need nobody any more: their paper was fed again, and read. */
#include "ledger-private.h"

/* Whether every side of it is held, or bare. */
static gboolean
is_clean(const LedgerSheet *sheet)
{
    for (guint s = 0; s < 2; s++) {
        const LedgerSide *side = &sheet->sides[s];
        if (side->image_page != 0 && side->page_state != LEDGER_PAGE_HELD)
            return FALSE;
    }
    return sheet->whole;
}

static GHashTable *
find_clean_keys(const LedgerSheets *sheets)
{
    GHashTable *keys = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < sheets->sheets->len; i++) {
        const LedgerSheet *sheet = ledger_sheet_at(sheets, i);
        for (guint s = 0; is_clean(sheet) && s < 2; s++) {
            if (sheet->sides[s].key != NULL)
                g_hash_table_add(keys, (gpointer)sheet->sides[s].key);
        }
    }
    return keys;
}

/* Whether the refused page of a side came again on a sheet that was read: the page itself, where it is known;
 * else what is on its other side. A doubled page there says that there may be two papers of one serial. */
static gboolean
came_again(const LedgerSheet *sheet, guint s, GHashTable *clean_keys)
{
    const LedgerSide *side = &sheet->sides[s], *other = &sheet->sides[1 - s];
    const char *key = side->key;

    if (other->page_state == LEDGER_PAGE_DOUBLED)
        return FALSE;
    if (key == NULL && !ledger_sheet_is_mixed(sheet))
        key = other->key;
    return key != NULL && g_hash_table_contains(clean_keys, key);
}

static guint
count_only_in(GHashTable *pages, GHashTable *but)
{
    GHashTableIter at;
    gpointer page;
    guint count = 0;

    g_hash_table_iter_init(&at, pages);
    while (g_hash_table_iter_next(&at, &page, NULL))
        count += !g_hash_table_contains(but, page);
    return count;
}

/* One image may be the page of several sheets: of all of them it must have come again. */
guint
ledger_sheets_count_reread(const LedgerSheets *sheets)
{
    g_autoptr(GHashTable) clean_keys = find_clean_keys(sheets);
    g_autoptr(GHashTable) reread = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(GHashTable) kept = g_hash_table_new(g_int64_hash, g_int64_equal);

    for (guint i = 0; i < sheets->sheets->len; i++) {
        LedgerSheet *sheet = ledger_sheet_at(sheets, i);
        for (guint s = 0; s < 2; s++) {
            LedgerSide *side = &sheet->sides[s];
            if (side->page_state != LEDGER_PAGE_REFUSED)
                continue;
            if (!came_again(sheet, s, clean_keys))
                g_hash_table_add(kept, &side->image_page);
            else if (side->fed)
                g_hash_table_add(reread, &side->image_page);
        }
    }
    return count_only_in(reread, kept);
}
