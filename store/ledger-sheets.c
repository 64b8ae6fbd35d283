/* Loading the sheets of a ledger: which are whole, and which are one paper. */
#include "ledger-private.h"

void
ledger_sheets_clear(LedgerSheets *sheets)
{
    g_clear_pointer(&sheets->sheets, g_array_unref);
    g_clear_pointer(&sheets->strings, g_string_chunk_free);
    g_clear_pointer(&sheets->whole_keys, g_hash_table_unref);
}

gboolean
ledger_sheet_is_mixed(const LedgerSheet *sheet)
{
    const LedgerSide *front = &sheet->sides[0], *back = &sheet->sides[1];

    return (front->serial != NULL && back->serial != NULL && front->serial != back->serial) ||
           (front->key != NULL && front->key == back->key);
}

static gboolean
is_whole(const LedgerSheet *sheet)
{
    return sheet->sides[0].state == LEDGER_SIDE_HELD &&
           (!sheet->duplex || sheet->sides[1].state == LEDGER_SIDE_HELD) && !ledger_sheet_is_mixed(sheet);
}

/* A text of the row, one pointer for equal ones; NULL for NULL. */
static const char *
intern(LedgerSheets *sheets, StoreQuery *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL
               ? NULL
               : g_string_chunk_insert_const(sheets->strings, store_column(row, column));
}

/* A page is told by its serial and number. One without a serial is a questionnaire of its own; one that is
 * refused and bears none is not told at all: blank backs look alike. */
static const char *
make_key(LedgerSheets *sheets, const LedgerSide *side, gboolean identified)
{
    char key[64];

    if (side->serial != NULL && side->page > 0)
        g_snprintf(key, sizeof key, "%s/%d", side->serial, side->page);
    else if (side->serial == NULL && identified)
        g_snprintf(key, sizeof key, "#%" G_GINT64_FORMAT, side->image_page);
    else
        return NULL;
    return g_string_chunk_insert_const(sheets->strings, key);
}

static LedgerPageState
page_state_of(const char *state)
{
    return g_str_equal(state, "held")      ? LEDGER_PAGE_HELD
           : g_str_equal(state, "doubled") ? LEDGER_PAGE_DOUBLED
           : g_str_equal(state, "refused") ? LEDGER_PAGE_REFUSED
                                           : LEDGER_PAGE_NONE;
}

/* Columns as of ledger_sheets_load(). */
static void
take_row(LedgerSheets *sheets, StoreQuery *row)
{
    guint number = (guint)sqlite3_column_int64(row, 0);
    LedgerSheet *last = sheets->sheets->len > 0 ? ledger_sheet_at(sheets, sheets->sheets->len - 1) : NULL;

    if (last == NULL || last->number != number) {
        LedgerSheet sheet = {.number = number,
                             .feed = sqlite3_column_int64(row, 2),
                             .duplex = sqlite3_column_int(row, 3) != 0,
                             .paper = sheets->sheets->len};
        sheet.position = last != NULL && last->feed == sheet.feed ? last->position + 1 : 1;
        g_array_append_val(sheets->sheets, sheet);
        last = ledger_sheet_at(sheets, sheets->sheets->len - 1);
    }
    LedgerSide *side = &last->sides[sqlite3_column_int(row, 1) != 0 ? 1 : 0];
    side->image_page = sqlite3_column_int64(row, 4);
    side->state = sqlite3_column_int(row, 9) != 0 ? LEDGER_SIDE_LOST : LEDGER_SIDE_HELD;
    side->page_state = page_state_of(store_column(row, 10));
    side->fed = sqlite3_column_int(row, 11) != 0;
    side->cause = intern(sheets, row, 5);
    side->serial = intern(sheets, row, 6);
    side->page = sqlite3_column_int(row, 7);
    side->key = make_key(sheets, side, sqlite3_column_int(row, 8) != 0);
}

/* Notes which pages came on a whole sheet. */
static void
find_whole(LedgerSheets *sheets)
{
    for (guint i = 0; i < sheets->sheets->len; i++) {
        LedgerSheet *sheet = ledger_sheet_at(sheets, i);
        sheet->whole = is_whole(sheet);
        if (sheet->whole)
            sheets->last_feed = sheet->feed;
        for (guint s = 0; sheet->whole && s < 2; s++) {
            if (sheet->sides[s].key != NULL)
                g_hash_table_add(sheets->whole_keys, (gpointer)sheet->sides[s].key);
        }
    }
}

gboolean
ledger_sheets_load(Store *store, gint64 batch, LedgerSheets *sheets, GError **error)
{
    g_autoptr(StoreQuery) query = store_query(
        store,
        "SELECT frame.sheet, frame.side = 'back', frame.feed, feed.duplex, frame.page, frame.cause,"
        " coalesce(frame.serial, CASE WHEN page.questionnaire IS NOT NULL THEN page.serial END),"
        " coalesce(frame.page_number, page.page), page.questionnaire IS NOT NULL,"
        " frame.state = '" STORE_FRAME_LOST "', page.state,"
        " frame.state = 'stored' OR page.batch <> frame.batch"
        " FROM frame JOIN feed ON feed.id = frame.feed LEFT JOIN page ON page.id = frame.page"
        " WHERE frame.batch = :batch ORDER BY frame.sheet",
        error);
    gboolean row = query != NULL;

    if (query == NULL)
        return FALSE;
    sheets->sheets = g_array_new(FALSE, FALSE, sizeof(LedgerSheet));
    sheets->strings = g_string_chunk_new(4096);
    sheets->whole_keys = g_hash_table_new(NULL, NULL);
    store_bind_integer(query, ":batch", batch);
    while (row) {
        if (!store_step(store, query, &row, error))
            return FALSE;
        if (row)
            take_row(sheets, query);
    }
    find_whole(sheets);
    return TRUE;
}

/* The first sheet of the same paper. Paths are halved on the way (Tarjan and van Leeuwen 1984). */
static guint
find_paper(LedgerSheets *sheets, guint index)
{
    LedgerSheet *sheet = ledger_sheet_at(sheets, index);

    while (sheet->paper != index) {
        sheet->paper = ledger_sheet_at(sheets, sheet->paper)->paper;
        index = sheet->paper;
        sheet = ledger_sheet_at(sheets, index);
    }
    return index;
}

/* `key` is on this sheet: so it is the paper of whichever sheet bore it before. */
static void
unite(LedgerSheets *sheets, GHashTable *bearers, const char *key, guint index)
{
    gpointer bearer;

    if (g_hash_table_lookup_extended(bearers, key, NULL, &bearer)) {
        guint a = find_paper(sheets, GPOINTER_TO_UINT(bearer)), b = find_paper(sheets, index);
        ledger_sheet_at(sheets, MAX(a, b))->paper = MIN(a, b);
    } else {
        g_hash_table_insert(bearers, (gpointer)key, GUINT_TO_POINTER(index));
    }
}

/* A sheet of which no page is known is told by its images. */
static const char *
images_key(LedgerSheets *sheets, const LedgerSheet *sheet)
{
    char key[64];

    g_snprintf(key, sizeof key, "=%" G_GINT64_FORMAT "=%" G_GINT64_FORMAT, sheet->sides[0].image_page,
               sheet->sides[1].image_page);
    return g_string_chunk_insert_const(sheets->strings, key);
}

void
ledger_sheets_join(LedgerSheets *sheets)
{
    g_autoptr(GHashTable) bearers = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < sheets->sheets->len; i++) {
        const LedgerSheet *sheet = ledger_sheet_at(sheets, i);
        const char *front = sheet->sides[0].key, *back = sheet->sides[1].key;
        if (!sheet->whole)
            continue;
        if (front != NULL)
            unite(sheets, bearers, front, i);
        if (back != NULL)
            unite(sheets, bearers, back, i);
        if (front == NULL && back == NULL)
            unite(sheets, bearers, images_key(sheets, sheet), i);
    }
    for (guint i = 0; i < sheets->sheets->len; i++)
        sheets->papers += ledger_sheet_at(sheets, i)->whole && find_paper(sheets, i) == i;
}
