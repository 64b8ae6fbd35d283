/* Where a batch that is fed stands. */
#include "batch-private.h"
#include "ledger-private.h"
#include "missing-private.h"

static void
name_clear(StoreSheetName *name)
{
    g_clear_pointer(&name->serial, g_free);
}

static void
broken_free(gpointer data)
{
    StoreBrokenSheet *broken = data;

    name_clear(&broken->name);
    name_clear(&broken->before);
    name_clear(&broken->after);
    g_free(broken->cause);
    g_free(broken);
}

void
store_ledger_free(StoreLedger *ledger)
{
    if (ledger == NULL)
        return;
    name_clear(&ledger->last);
    g_ptr_array_unref(ledger->broken);
    g_ptr_array_unref(ledger->missing);
    g_ptr_array_unref(ledger->unseen);
    g_free(ledger->scanner);
    g_free(ledger->begun);
    g_free(ledger->ended);
    g_free(ledger->cause);
    g_free(ledger);
}

static StoreSheetName
name_of(const LedgerSheets *sheets, guint index)
{
    if (index == LEDGER_NO_SHEET)
        return (StoreSheetName){0};

    const LedgerSheet *sheet = ledger_sheet_at(sheets, index);
    const LedgerSide *front = &sheet->sides[0], *back = &sheet->sides[1];
    return (StoreSheetName){.sheet = sheet->number,
                            .position = sheet->position,
                            .serial = g_strdup(front->serial != NULL ? front->serial : back->serial),
                            .front = front->page,
                            .back = back->page};
}

static StoreBrokenSheet *
broken_new(const LedgerSheets *sheets, guint index)
{
    const LedgerSheet *sheet = ledger_sheet_at(sheets, index);
    const LedgerSide *front = &sheet->sides[0], *back = &sheet->sides[1];
    StoreBrokenSheet *broken = g_new0(StoreBrokenSheet, 1);

    broken->name = name_of(sheets, index);
    broken->before = name_of(sheets, sheet->before);
    broken->after = name_of(sheets, sheet->after);
    broken->front_lost = front->state == LEDGER_SIDE_LOST;
    broken->back_lost = back->state == LEDGER_SIDE_LOST;
    broken->cause = g_strdup(broken->front_lost ? front->cause : back->cause);
    broken->settled = sheet->settled;
    if (broken->front_lost || broken->back_lost)
        broken->kind = STORE_BROKEN_LOST;
    else
        broken->kind = ledger_sheet_is_mixed(sheet)       ? STORE_BROKEN_MIXED
                       : front->state == LEDGER_SIDE_NONE ? STORE_BROKEN_NO_FRONT
                                                          : STORE_BROKEN_NO_BACK;
    return broken;
}

static void
take_broken(StoreLedger *ledger, const LedgerSheets *sheets, guint index)
{
    StoreBrokenSheet *broken = broken_new(sheets, index);

    g_ptr_array_add(ledger->broken, broken);
    ledger->unsettled += !broken->settled;
    ledger->odd += !broken->settled && broken->kind != STORE_BROKEN_LOST;
}

/* Sheets that are not whole, but whose questionnaire has all pages from elsewhere: papers all the same. Two
 * of one serial may be one paper. */
static guint
count_mended(const LedgerSheets *sheets)
{
    g_autoptr(GHashTable) serials = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < sheets->sheets->len; i++) {
        const LedgerSheet *sheet = ledger_sheet_at(sheets, i);
        if (sheet->mended != NULL)
            g_hash_table_add(serials, (gpointer)sheet->mended);
    }
    return g_hash_table_size(serials);
}

/* Whatever went in after the last whole sheet is broken, or not in the ledger. A broken sheet before it has
 * left the feeder, and is found by itself: it does not hold the others back. */
static void
list_sheets(StoreLedger *ledger, const LedgerSheets *sheets)
{
    guint last = LEDGER_NO_SHEET;

    for (guint i = 0; i < sheets->sheets->len; i++) {
        const LedgerSheet *sheet = ledger_sheet_at(sheets, i);
        if (sheet->whole)
            last = i;
        else
            take_broken(ledger, sheets, i);
        ledger->whole += sheet->whole;
        ledger->next_sheet = sheet->number + 1;
    }
    ledger->fed = sheets->sheets->len;
    ledger->last = name_of(sheets, last);
}

static gboolean
load_sheets(Store *store, gint64 batch, StoreLedger *ledger, GError **error)
{
    g_auto(LedgerSheets) sheets = {0};

    if (!ledger_sheets_load(store, batch, &sheets, error) || !ledger_sheets_settle(store, &sheets, error))
        return FALSE;
    ledger_sheets_join(&sheets);
    ledger->held = sheets.papers + count_mended(&sheets);
    ledger->difference = ledger->counted == 0 ? 0 : (gint)ledger->held - (gint)ledger->counted;
    if (ledger->counted == ledger->held)
        ledger_sheets_settle_counted(&sheets);
    list_sheets(ledger, &sheets);
    ledger->repeated = ledger->whole - sheets.papers;
    ledger->refused -= ledger_sheets_count_reread(&sheets);
    return TRUE;
}

static char *
text_or_null(StoreQuery *row, int column)
{
    return sqlite3_column_type(row, column) == SQLITE_NULL ? NULL : g_strdup(store_column(row, column));
}

static gboolean
load_feeds(Store *store, gint64 batch, StoreLedger *ledger, GError **error)
{
    g_autoptr(StoreQuery) query =
        store_query(store,
                    "SELECT (SELECT count(*) FROM feed WHERE feed.batch = batch.id), coalesce(sheets, 0),"
                    " scanner, begun, ended, cause FROM batch LEFT JOIN feed ON feed.id ="
                    "  (SELECT max(id) FROM feed WHERE feed.batch = batch.id)"
                    " WHERE batch.id = :batch",
                    error);
    gboolean row;

    if (query == NULL)
        return FALSE;
    store_bind_integer(query, ":batch", batch);
    if (!store_step(store, query, &row, error))
        return FALSE;
    ledger->feeds = (guint)sqlite3_column_int64(query, 0);
    ledger->counted = (guint)sqlite3_column_int64(query, 1);
    ledger->scanner = text_or_null(query, 2);
    ledger->begun = text_or_null(query, 3);
    ledger->ended = text_or_null(query, 4);
    ledger->cause = text_or_null(query, 5);
    return TRUE;
}

/* Pages of the batch, and pages that its sheets bear and that came in another. */
static gboolean
count_pages(Store *store, gint64 batch, StoreLedger *ledger, GError **error)
{
    g_autoptr(StoreQuery) query =
        store_query(store,
                    "SELECT total(state = 'refused'), total(state = 'doubled') FROM page WHERE id IN"
                    " (SELECT id FROM page WHERE batch = :batch AND state IN ('refused', 'doubled')"
                    "  UNION SELECT page FROM frame WHERE batch = :batch)",
                    error);
    gboolean row;

    if (query == NULL)
        return FALSE;
    store_bind_integer(query, ":batch", batch);
    if (!store_step(store, query, &row, error))
        return FALSE;
    ledger->refused = sqlite3_column_int64(query, 0);
    ledger->doubled = sqlite3_column_int64(query, 1);
    return TRUE;
}

static gboolean
load_missing(Store *store, gint64 batch, StoreLedger *ledger, GError **error)
{
    g_autoptr(StoreQuery) query =
        store_query(store,
                    STORE_MISSING_SQL(" AND questionnaire IN"
                                      " (SELECT questionnaire FROM page WHERE batch = :batch"
                                      "   AND state = 'held'"
                                      "  UNION SELECT page.questionnaire FROM frame"
                                      "   JOIN page ON page.id = frame.page WHERE frame.batch = :batch)"),
                    error);
    gboolean row = query != NULL;

    if (query == NULL)
        return FALSE;
    store_bind_integer(query, ":batch", batch);
    while (row) {
        if (!store_step(store, query, &row, error))
            return FALSE;
        if (row && ledger->missing_total++ < STORE_MAX_LISTED)
            g_ptr_array_add(ledger->missing, store_missing_read(query));
    }
    return TRUE;
}

static gboolean
load_unseen(Store *store, gint64 batch, StoreLedger *ledger, GError **error)
{
    g_autoptr(StoreQuery) query = store_query(
        store,
        "WITH seen AS (SELECT min(serial) AS lowest, max(serial) AS highest FROM frame"
        "  WHERE batch = :batch AND state IN ('stored', 'same'))"
        " SELECT sample.serial FROM seen JOIN sample ON sample.serial > lowest AND sample.serial < highest"
        " WHERE NOT EXISTS (SELECT 1 FROM questionnaire WHERE questionnaire.serial = sample.serial)"
        " ORDER BY sample.serial",
        error);
    gboolean row = query != NULL;

    if (query == NULL)
        return FALSE;
    store_bind_integer(query, ":batch", batch);
    while (row) {
        if (!store_step(store, query, &row, error))
            return FALSE;
        if (row && ledger->unseen_total++ < STORE_MAX_LISTED)
            g_ptr_array_add(ledger->unseen, g_strdup(store_column(query, 0)));
    }
    return TRUE;
}

StoreLedger *
store_ledger(Store *store, const char *batch, GError **error)
{
    g_autoptr(StoreLedger) ledger = g_new0(StoreLedger, 1);
    g_auto(StoreTransaction) transaction = {0};
    gint64 id;

    ledger->next_sheet = 1;
    ledger->broken = g_ptr_array_new_with_free_func(broken_free);
    ledger->missing = g_ptr_array_new_with_free_func(store_missing_free);
    ledger->unseen = g_ptr_array_new_with_free_func(g_free);
    if (!store_begin(store, STORE_READ, &transaction, error) || !store_batch_find(store, batch, &id, error) ||
        !load_feeds(store, id, ledger, error) || !count_pages(store, id, ledger, error) ||
        !load_sheets(store, id, ledger, error) || !load_missing(store, id, ledger, error) ||
        !load_unseen(store, id, ledger, error))
        return NULL;
    return g_steal_pointer(&ledger);
}

gboolean
store_ledger_complete(const StoreLedger *ledger)
{
    return ledger->counted > 0 && ledger->difference == 0 && ledger->unsettled == 0 &&
           ledger->missing_total == 0 && ledger->refused == 0 && ledger->ended != NULL;
}

static StoreLedgerFrame
frame_of(StoreQuery *row)
{
    const char *texts[7];

    for (int i = 0; i < 7; i++)
        texts[i] = sqlite3_column_type(row, 4 + i) == SQLITE_NULL ? NULL : store_column(row, 4 + i);
    return (StoreLedgerFrame){.sheet = (guint)sqlite3_column_int64(row, 0),
                              .side = sqlite3_column_int(row, 1) != 0 ? STORE_SIDE_BACK : STORE_SIDE_FRONT,
                              .feed = sqlite3_column_int64(row, 2),
                              .page = sqlite3_column_int(row, 3),
                              .state = texts[0],
                              .cause = texts[1],
                              .serial = texts[2],
                              .page_state = texts[3],
                              .refusal = texts[4],
                              .sha256 = texts[5],
                              .ending = texts[6]};
}

gboolean
store_ledger_frames(Store *store, const char *batch, guint after, StoreFrameVisit each, gpointer data,
                    GError **error)
{
    gint64 id;
    g_autoptr(StoreQuery) query = store_query(
        store,
        "SELECT frame.sheet, frame.side = 'back' AS back, frame.feed, frame.page_number, frame.state,"
        " frame.cause, frame.serial, page.state, flag.code, image.sha256, image.ending FROM frame"
        " LEFT JOIN page ON page.id = frame.page LEFT JOIN image ON image.id = page.image"
        " LEFT JOIN flag ON flag.page = page.id AND flag.position = 0 AND page.state = 'refused'"
        " WHERE frame.batch = :batch AND frame.sheet > :after ORDER BY frame.sheet, back",
        error);
    gboolean row = query != NULL;

    if (query == NULL || !store_batch_find(store, batch, &id, error))
        return FALSE;
    store_bind_integer(query, ":batch", id);
    store_bind_integer(query, ":after", after);
    while (row) {
        if (!store_step(store, query, &row, error))
            return FALSE;
        if (!row)
            break;
        const StoreLedgerFrame frame = frame_of(query);
        if (!each(&frame, data, error))
            return FALSE;
    }
    return TRUE;
}
