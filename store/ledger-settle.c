/* What has become of the sheets that did not come whole. */
#include "ledger-private.h"

/* Whether every page of a questionnaire is held, from wherever it came. */
static gboolean
is_complete(Store *store, const char *serial, gboolean *complete, GError **error)
{
    g_autoptr(StoreQuery) query = store_query(
        store,
        "SELECT form.pages = (SELECT count(*) FROM page WHERE page.questionnaire = questionnaire.id"
        "  AND page.state = 'held')"
        " FROM questionnaire JOIN form ON form.id = questionnaire.form WHERE questionnaire.serial = :serial",
        error);
    gboolean row;

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":serial", serial);
    if (!store_step(store, query, &row, error))
        return FALSE;
    *complete = row && sqlite3_column_int(query, 0) != 0;
    return TRUE;
}

/* Whether a whole sheet bears a page of this serial that is on this sheet too (NULL: whichever page). */
static gboolean
came_whole(const LedgerSheets *sheets, const LedgerSheet *sheet, const char *serial)
{
    for (guint s = 0; s < 2; s++) {
        const LedgerSide *side = &sheet->sides[s];
        if (side->key != NULL && (serial == NULL || side->serial == serial) &&
            g_hash_table_contains(sheets->whole_keys, side->key))
            return TRUE;
    }
    return FALSE;
}

/* A sheet that bears a serial is settled when the paper came whole or its questionnaire has all pages; one
 * that bears two, when both are. */
static gboolean
settle_known(Store *store, const LedgerSheets *sheets, LedgerSheet *sheet, GError **error)
{
    sheet->settled = TRUE;
    for (guint s = 0; s < 2 && sheet->settled; s++) {
        const char *serial = sheet->sides[s].serial;
        gboolean complete = FALSE;
        if (serial == NULL || came_whole(sheets, sheet, serial))
            continue;
        if (!is_complete(store, serial, &complete, error))
            return FALSE;
        sheet->settled = complete;
        if (complete && !ledger_sheet_is_mixed(sheet))
            sheet->mended = serial;
    }
    return TRUE;
}

static gboolean
is_unknown(const LedgerSheet *sheet)
{
    return sheet->sides[0].serial == NULL && sheet->sides[1].serial == NULL;
}

static void
find_before(LedgerSheets *sheets)
{
    guint before = LEDGER_NO_SHEET;

    for (guint i = 0; i < sheets->sheets->len; i++) {
        LedgerSheet *sheet = ledger_sheet_at(sheets, i);
        sheet->before = before;
        if (sheet->whole)
            before = i;
    }
}

/* From the last sheet to the first, so that what came later is known. A sheet of which nothing is known
 * stopped its feed when no whole one came after it there: it is fed again when the next feed begins. */
gboolean
ledger_sheets_settle(Store *store, LedgerSheets *sheets, GError **error)
{
    gboolean fed_on = FALSE; /* a later feed began with a whole sheet */
    guint after = LEDGER_NO_SHEET;

    find_before(sheets);
    for (guint i = sheets->sheets->len; i-- > 0;) {
        LedgerSheet *sheet = ledger_sheet_at(sheets, i);
        const LedgerSheet *next = i + 1 < sheets->sheets->len ? ledger_sheet_at(sheets, i + 1) : NULL;
        if (next != NULL && next->feed != sheet->feed) {
            fed_on = fed_on || next->whole;
            after = LEDGER_NO_SHEET;
        }
        sheet->after = after;
        if (sheet->whole)
            after = i;
        else if (is_unknown(sheet))
            sheet->settled = came_whole(sheets, sheet, NULL) || (after == LEDGER_NO_SHEET && fed_on);
        else if (!settle_known(store, sheets, sheet, error))
            return FALSE;
    }
    return TRUE;
}

void
ledger_sheets_settle_counted(LedgerSheets *sheets)
{
    for (guint i = 0; i < sheets->sheets->len; i++) {
        LedgerSheet *sheet = ledger_sheet_at(sheets, i);
        if (!sheet->whole && is_unknown(sheet) && sheet->feed < sheets->last_feed)
            sheet->settled = TRUE;
    }
}
