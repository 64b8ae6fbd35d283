/* Feeds and sheets on their way into the ledger: what is taken, what is refused, what stays. */
#include <fcntl.h>
#include <string.h>

#include "database-private.h"
#include "store-feeds.h"

static void
expect_input(gboolean done, GError **error, const char *part)
{
    g_assert_false(done);
    g_assert_error(*error, STORE_ERROR, STORE_ERROR_INPUT);
    g_assert_nonnull(strstr((*error)->message, part));
    g_clear_error(error);
}

/* --- feeds --- */

static void
test_begin_and_end(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    sqlite3 *db = station.store->db;
    g_autoptr(GError) error = NULL;

    StoreFeed feed = feed_begin(&station, TRUE, 7);
    g_assert_cmpuint(feed.next_sheet, ==, 1);
    g_assert_cmpint(number(db, "SELECT count(*) FROM feed JOIN batch ON batch.id = feed.batch"
                               " WHERE name = 'một' AND scanner = 'virtual:test' AND duplex = 1"
                               " AND settings ->> '$.dpi' = 300 AND ended IS NULL AND cause IS NULL"),
                    ==, 1);
    g_assert_true(feed_try_sheet(station.store, feed.id, 1, "S1/1 S1/2", "a", &error));
    g_assert_true(store_feed_end(station.store, feed.id, "cover_open", &error));
    g_autoptr(StoreLedger) ledger = feed_ledger(&station);
    g_assert_cmpuint(ledger->feeds, ==, 1);
    g_assert_cmpuint(ledger->counted, ==, 7);
    g_assert_cmpstr(ledger->scanner, ==, "virtual:test");
    g_assert_cmpstr(ledger->cause, ==, "cover_open");
    g_assert_nonnull(ledger->begun);
    g_assert_nonnull(ledger->ended);

    expect_input(store_feed_end(station.store, feed.id, "empty", &error), &error, "not running");
    expect_input(store_feed_end(station.store, 77, "empty", &error), &error, "not running");
    feed = feed_begin(&station, FALSE, 0); /* the count stays */
    g_assert_cmpuint(feed.next_sheet, ==, 2);
    g_assert_cmpint(number(db, "SELECT sheets FROM batch"), ==, 7);
    static const char *const bad[] = {
        NULL, "", "Jam", "no way", "ü", "a-b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        expect_input(store_feed_end(station.store, feed.id, bad[i], &error), &error, "no cause");
}

/* A feed that never ended died with its station; it takes no more sheets. */
static void
test_died(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    g_autoptr(GError) error = NULL;
    StoreFeed first = feed_begin(&station, TRUE, 0);

    g_assert_true(feed_try_sheet(station.store, first.id, 1, "S1/1 S1/2", "a", &error));
    station_reopen(&station);
    g_autoptr(StoreLedger) before = feed_ledger(&station);
    g_assert_null(before->cause);
    StoreFeed second = feed_begin(&station, TRUE, 1);
    g_assert_cmpuint(second.next_sheet, ==, 2);
    g_assert_cmpint(
        number(station.store->db, "SELECT count(*) FROM feed WHERE cause = 'died' AND ended IS NULL"), ==, 1);
    expect_input(feed_try_sheet(station.store, first.id, 2, "S2/1 S2/2", "b", &error), &error, "has ended");
    expect_input(store_feed_end(station.store, first.id, "empty", &error), &error, "not running");
    g_assert_true(store_feed_end(station.store, second.id, "empty", &error));
    g_autoptr(StoreLedger) after = feed_ledger(&station);
    g_assert_true(store_ledger_complete(after));
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page"), ==, 2);

    /* feeds of other batches run on */
    station.batch = "hai";
    StoreFeed other = feed_begin(&station, TRUE, 0);
    station.batch = "một";
    feed_begin(&station, TRUE, 0);
    station.batch = "hai";
    g_assert_true(feed_try_sheet(station.store, other.id, 1, "S2/1 S2/2", "c", &error));
}

static void
expect_busy(Station *station)
{
    const StoreFeedStart start = {station->batch, "virtual:test", NULL, TRUE, 9};
    g_autoptr(GError) error = NULL;
    StoreFeed feed;

    expect_input(store_feed_begin(station->store, &start, &feed, &error), &error,
                 "batch “một” is being scanned right now by another program; wait");
}

/* Two programs on one batch: the second does not bury the feed of the first, which goes on. */
static void
test_two_programs(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    Station second = station_join(&station);
    g_autoptr(GError) error = NULL;
    StoreFeed feed = feed_begin(&station, TRUE, 2);

    g_assert_true(feed_try_sheet(station.store, feed.id, 1, "S1/1 S1/2", "a", &error));
    g_autofree char *before = station_dump(&station);
    expect_busy(&second);
    g_autofree char *after = station_dump(&station);
    g_assert_cmpstr(before, ==, after);
    g_assert_true(feed_try_sheet(station.store, feed.id, 2, "S2/1 S2/2", "b", &error));

    /* another batch is free; and the end of a feed lets go of its own batch only */
    second.batch = station.batch = "hai";
    feed_run(&second, FALSE, 0, "empty: S3/1 S3/2");
    feed_run(&station, FALSE, 0, "empty: S3/1 S3/2");
    second.batch = station.batch = "một";
    expect_busy(&second);

    g_assert_true(store_feed_end(station.store, feed.id, "empty", &error));
    g_assert_cmpuint(feed_begin(&second, TRUE, 0).next_sheet, ==, 3);
    expect_busy(&station);
    station_leave(&second); /* without an end */
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM feed WHERE cause = 'died'"), ==, 0);
    feed_begin(&station, TRUE, 0);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM feed WHERE cause = 'died'"), ==, 1);
}

/* A begin that fails leaves the batch to others. */
static void
test_failed_begin(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    Station second = station_join(&station);
    const StoreFeedStart start = {"một", "s", NULL, TRUE, 0};
    StoreFeed feed;
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(sqlite3_exec(station.store->db,
                                 "CREATE TEMP TRIGGER full BEFORE INSERT ON feed BEGIN"
                                 " SELECT RAISE(ABORT, 'full'); END",
                                 NULL, NULL, NULL),
                    ==, SQLITE_OK);
    g_assert_false(store_feed_begin(station.store, &start, &feed, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_MACHINE);
    feed_run(&second, FALSE, 1, "empty: S1/1 S1/2");
    station_leave(&second);
}

/* The file of the locks is made where it is missing; one that cannot be used is told. */
static void
test_lock_file(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    g_autofree char *path = g_build_filename(station.dir, "feeds.lock", NULL);
    const StoreFeedStart start = {"một", "s", NULL, TRUE, 0};
    StoreFeed feed;
    g_autoptr(GError) error = NULL;

    feed_run(&station, FALSE, 0, "empty: S1/1 S1/2");
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
    /* a feeder's process that outlives the station does not keep the lock */
    g_assert_cmpint(fcntl(station.store->feeds_lock, F_GETFD) & FD_CLOEXEC, !=, 0);
    station_reopen(&station);
    g_assert_cmpint(g_remove(path), ==, 0);
    g_assert_cmpint(g_mkdir(path, 0777), ==, 0);
    g_assert_false(store_feed_begin(station.store, &start, &feed, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_MACHINE);
    g_assert_nonnull(strstr(error->message, "feeds.lock"));
}

static void
test_begin_refused(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    g_autofree char *long_name = g_strnfill(1001, 'x'), *spaces = g_strnfill(70000, ' ');
    g_autofree char *long_settings = g_strconcat("{}", spaces, NULL);
    const struct {
        StoreFeedStart start;
        const char *part;
    } cases[] = {
        {{"", "s", NULL, TRUE, 0}, "name"},
        {{"a\nb", "s", NULL, TRUE, 0}, "name"},
        {{NULL, "s", NULL, TRUE, 0}, "name"},
        {{"b", NULL, NULL, TRUE, 0}, "scanner needs a name"},
        {{"b", "", NULL, TRUE, 0}, "scanner needs a name"},
        {{"b", long_name, NULL, TRUE, 0}, "scanner needs a name"},
        {{"b", "s", "{", TRUE, 0}, "no JSON object"},
        {{"b", "s", "[1]", TRUE, 0}, "no JSON object"},
        {{"b", "s", long_settings, TRUE, 0}, "no JSON object"},
        {{"b", "s", NULL, TRUE, 1000001}, "at most 1000000 sheets"},
    };
    g_autoptr(GError) error = NULL;
    StoreFeed feed;

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        expect_input(store_feed_begin(station.store, &cases[i].start, &feed, &error), &error, cases[i].part);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM batch"), ==, 0);
    expect_input(store_ledger(station.store, "none", &error) != NULL, &error, "no batch");
}

static void
test_scanner_settings(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    g_autoptr(GError) error = NULL;
    g_autofree char *none = NULL, *first = NULL, *second = NULL;

    g_assert_true(store_scanner_settings(station.store, "fi-7160", &none, &error));
    g_assert_null(none);
    g_assert_true(store_scanner_settings_put(station.store, "fi-7160", "{\"dpi\": 200}", &error));
    g_assert_true(store_scanner_settings_put(station.store, "other", "{}", &error));
    g_assert_true(store_scanner_settings(station.store, "fi-7160", &first, &error));
    g_assert_cmpstr(first, ==, "{\"dpi\": 200}");
    g_assert_true(store_scanner_settings_put(station.store, "fi-7160", "{\"dpi\": 300}", &error));
    station_reopen(&station);
    g_assert_true(store_scanner_settings(station.store, "fi-7160", &second, &error));
    g_assert_cmpstr(second, ==, "{\"dpi\": 300}");
    expect_input(store_scanner_settings_put(station.store, "fi-7160", "300", &error), &error, "fi-7160");
    expect_input(store_scanner_settings_put(station.store, "fi-7160", NULL, &error), &error, "fi-7160");
    expect_input(store_scanner_settings_put(station.store, "", "{}", &error), &error, "scanner needs a name");
}

/* --- sheets --- */

static StorePageResult
put_front(Station *station, gint64 feed, guint sheet, const char *text, const char *scan)
{
    FeedSide side = feed_side_parse(text, scan);
    StoreFrame frame = feed_side_frame(&side, STORE_SIDE_FRONT);
    g_autoptr(GError) error = NULL;

    g_assert_true(store_put_sheet(station->store, feed, sheet, &frame, 1, &error));
    g_assert_no_error(error);
    feed_side_clear(&side);
    return frame.result;
}

static void
test_results(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    StoreFeed feed = feed_begin(&station, FALSE, 0);

    g_assert_cmpint(put_front(&station, feed.id, 1, "S1/1", "a"), ==, STORE_PAGE_NEW);
    g_assert_cmpint(put_front(&station, feed.id, 2, "S1/1", "a"), ==, STORE_PAGE_SAME_FILE);
    g_assert_cmpint(put_front(&station, feed.id, 3, "S1/1", "b"), ==, STORE_PAGE_SAME_PAGE);
    g_assert_cmpint(put_front(&station, feed.id, 4, "S1/1=2", "c"), ==, STORE_PAGE_DOUBLED);
    g_assert_cmpint(put_front(&station, feed.id, 5, "S1/1=2", "d"), ==, STORE_PAGE_SAME_PAGE);
    g_assert_cmpint(put_front(&station, feed.id, 6, "?", "e"), ==, STORE_PAGE_REFUSED);
    g_assert_cmpint(put_front(&station, feed.id, 7, "S1/9", "f"), ==, STORE_PAGE_REFUSED);
    /* every line names the page that is held for it: the same ones their own, the fifth the doubled one */
    g_assert_cmpint(number(station.store->db,
                           "SELECT count(*) FROM frame JOIN page ON page.id = frame.page WHERE"
                           " (sheet IN (1, 2, 3) AND page.state = 'held') OR"
                           " (sheet IN (4, 5) AND page.state = 'doubled') OR"
                           " (sheet IN (6, 7) AND page.state = 'refused')"),
                    ==, 7);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM frame WHERE state ="
                                              " CASE WHEN sheet IN (2, 3, 5) THEN 'same' ELSE 'stored' END"),
                    ==, 7);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page"), ==, 4);
    g_autofree char *files = station_list(station.dir);
    g_assert_null(strstr(files, ".new"));
    station_check(&station);
}

typedef struct {
    GString *text;
    guint stop; /* after so many */
} Walk;

static gboolean
take_frame(const StoreLedgerFrame *frame, gpointer data, GError **error)
{
    Walk *walk = data;

    g_string_append_printf(
        walk->text, "%u %s %s %s %s/%d %s %s %s\n", frame->sheet, store_side_name(frame->side), frame->state,
        frame->cause == NULL ? "-" : frame->cause, frame->serial == NULL ? "" : frame->serial, frame->page,
        frame->page_state == NULL ? "-" : frame->page_state, frame->refusal == NULL ? "-" : frame->refusal,
        frame->ending == NULL ? "-" : frame->ending);
    g_assert_cmpint(frame->sha256 != NULL, ==, frame->page_state != NULL);
    g_assert_cmpint(frame->feed, >, 0);
    if (walk->stop > 0 && --walk->stop == 0) {
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_INPUT, "enough");
        return FALSE;
    }
    return TRUE;
}

static void
test_frames(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    g_autoptr(GString) text = g_string_new(NULL);
    Walk walk = {text, 0};
    g_autoptr(GError) error = NULL;

    feed_run(&station, FALSE, 0, "jammed: S1/1 S1/2, S2/1 ?, S3/2 S3/1!flat_tail, !jammed");
    feed_run(&station, FALSE, 0, "empty: S2/2 S2/1=3");
    g_assert_true(store_ledger_frames(station.store, "một", 0, take_frame, &walk, &error));
    g_assert_cmpstr(text->str, ==,
                    "1 front stored - S1/1 held - jpg\n"
                    "1 back stored - S1/2 held - jpg\n"
                    "2 front stored - S2/1 held - jpg\n"
                    "2 back stored - /0 refused no_form jpg\n"
                    "3 front stored - S3/2 held - jpg\n"
                    "3 back lost flat_tail S3/1 - - -\n"
                    "4 front lost jammed /0 - - -\n"
                    "5 front stored - S2/2 held - jpg\n"
                    "5 back stored - S2/1 doubled - jpg\n");
    g_string_truncate(text, 0);
    g_assert_true(store_ledger_frames(station.store, "một", 3, take_frame, &walk, &error));
    g_assert_true(g_str_has_prefix(text->str, "4 front lost"));
    g_string_truncate(text, 0);
    walk.stop = 2;
    expect_input(store_ledger_frames(station.store, "một", 0, take_frame, &walk, &error), &error, "enough");
    g_assert_cmpstr(text->str, ==, "1 front stored - S1/1 held - jpg\n1 back stored - S1/2 held - jpg\n");
    expect_input(store_ledger_frames(station.store, "none", 0, take_frame, &walk, &error), &error,
                 "no batch");
}

static void
test_sheet_refused(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    g_autoptr(GError) error = NULL;

    feed_run(&station, FALSE, 0, "empty: S1/1 S1/2");
    StoreFeed feed = feed_begin(&station, TRUE, 0), simplex;
    g_autofree char *before = station_dump(&station);

    expect_input(feed_try_sheet(station.store, feed.id, 1, "S2/1 S2/2", "a", &error), &error,
                 "sheet 1 of batch “một” is in the ledger already");
    expect_input(feed_try_sheet(station.store, feed.id, 0, "S2/1 S2/2", "a", &error), &error, "sheet 0");
    expect_input(feed_try_sheet(station.store, feed.id, 3, "S2/1 S2/2", "a", &error), &error,
                 "cannot be taken before sheet 2");
    expect_input(feed_try_sheet(station.store, 99, 2, "S2/1 S2/2", "a", &error), &error, "has ended");
    expect_input(feed_try_sheet(station.store, feed.id, 2, "!Jam", "a", &error), &error,
                 "a sheet has a front");

    FeedSide side = feed_side_parse("S2/1", "a");
    StoreFrame frames[3] = {feed_side_frame(&side, STORE_SIDE_BACK), feed_side_frame(&side, STORE_SIDE_FRONT),
                            feed_side_frame(&side, STORE_SIDE_BACK)};
    const char *part = "a sheet has a front";
    expect_input(store_put_sheet(station.store, feed.id, 2, frames, 0, &error), &error, part);
    expect_input(store_put_sheet(station.store, feed.id, 2, frames, 2, &error), &error, part);
    frames[0].side = STORE_SIDE_FRONT;
    frames[1].side = STORE_SIDE_BACK;
    expect_input(store_put_sheet(station.store, feed.id, 2, frames, 3, &error), &error, part);
    frames[1].reading = NULL;
    expect_input(store_put_sheet(station.store, feed.id, 2, frames, 2, &error), &error, part);
    frames[1].reading = side.reading;
    frames[1].image.bytes = NULL;
    expect_input(store_put_sheet(station.store, feed.id, 2, frames, 2, &error), &error, part);
    frames[1].image.bytes = side.bytes;
    frames[1].image.sha256 = "12";
    expect_input(store_put_sheet(station.store, feed.id, 2, frames, 2, &error), &error, "SHA-256");
    feed_side_clear(&side);
    g_autofree char *after = station_dump(&station);
    g_assert_cmpstr(before, ==, after);

    expect_input(feed_try_sheet(station.store, feed.id, 2, "bare", "a", &error), &error, part);
    expect_input(feed_try_sheet(station.store, feed.id, 2, "bare bare", "a", &error), &error, part);
    simplex = feed_begin(&station, FALSE, 0);
    expect_input(feed_try_sheet(station.store, simplex.id, 2, "- S2/2", "a", &error), &error, "fronts only");
    expect_input(feed_try_sheet(station.store, simplex.id, 2, "S2/1 S2/2", "a", &error), &error,
                 "fronts only");
}

/* A back that cannot be stored takes its front back, though that was written already. */
static void
test_all_or_nothing(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    StoreFeed feed = feed_begin(&station, TRUE, 0);
    FeedSide front = feed_side_parse("S1/1", "a"), back = feed_side_parse("S1/2", "b");
    StoreFrame frames[2] = {feed_side_frame(&front, STORE_SIDE_FRONT),
                            feed_side_frame(&back, STORE_SIDE_BACK)};
    g_autoptr(GError) error = NULL;
    g_autofree char *long_name = g_strnfill(101, 'x');

    FormFieldReading *twice =
        form_reading_add_field(back.reading, "a2"); /* what the table of fields refuses */
    twice->value = "";
    g_assert_false(store_put_sheet(station.store, feed.id, 1, frames, 2, &error));
    g_clear_error(&error);
    g_assert_cmpint(number(station.store->db,
                           "SELECT (SELECT count(*) FROM page) + (SELECT count(*) FROM frame)"
                           " + (SELECT count(*) FROM questionnaire)"),
                    ==, 0);
    g_ptr_array_remove_index(back.reading->fields, back.reading->fields->len - 1);
    frames[1].image.scanner = long_name; /* is cut */
    g_assert_true(store_put_sheet(station.store, feed.id, 1, frames, 2, &error));
    g_assert_no_error(error);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM questionnaire"), ==, 1);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page WHERE length(scanner) = 100"), ==,
                    1);
    feed_side_clear(&front);
    feed_side_clear(&back);
    station_check(&station);
}

/* Both sides of one sheet may come as the very same bytes: blank ones. */
static void
test_one_image_twice(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);

    feed_run(&station, FALSE, 1, "empty: ?x ?x");
    g_autoptr(StoreLedger) ledger = feed_ledger(&station);
    g_assert_cmpuint(ledger->held, ==, 1);
    g_assert_cmpint(ledger->refused, ==, 1);
    g_autofree char *files = station_list(station.dir);
    g_assert_null(strstr(files, ".new"));
    station_check(&station);
}

/* --- the tables --- */

static void
expect_abort(Station *station, const char *sql)
{
    g_assert_cmpint(sqlite3_exec(station->store->db, sql, NULL, NULL, NULL), ==, SQLITE_CONSTRAINT_TRIGGER);
}

static void
test_never_changed(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);

    feed_run(&station, FALSE, 1, "empty: S1/1 S1/2, S2/1 !jammed");
    feed_run(&station, FALSE, 1, ": S2/1 S2/2");
    expect_abort(&station, "UPDATE frame SET cause = 'other' WHERE sheet = 2 AND side = 'back'");
    expect_abort(&station, "DELETE FROM frame WHERE sheet = 1");
    expect_abort(&station, "DELETE FROM feed");
    expect_abort(&station, "UPDATE feed SET cause = 'other' WHERE id = 1");
    expect_abort(&station, "UPDATE feed SET scanner = 'other' WHERE id = 2");
    expect_abort(&station, "UPDATE feed SET duplex = 0, cause = 'empty' WHERE id = 2");
}

/* A station of before the ledger, with pages in it. */
static void
test_older_station(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);

    station_put_simple(&station, "S1", 1);
    g_assert_cmpint(sqlite3_exec(station.store->db,
                                 "DROP TABLE frame; DROP TABLE feed; DROP TABLE scanner_settings;"
                                 "ALTER TABLE batch DROP COLUMN sheets; PRAGMA user_version = 4",
                                 NULL, NULL, NULL),
                    ==, SQLITE_OK);
    station_reopen(&station);
    g_autoptr(StoreLedger) empty = feed_ledger(&station);
    g_assert_cmpuint(empty->fed, ==, 0);
    g_assert_cmpuint(empty->feeds, ==, 0);
    g_assert_null(empty->scanner);
    g_assert_cmpint(empty->missing_total, ==, 1);
    g_assert_false(store_ledger_complete(empty));
    feed_run(&station, FALSE, 1, "empty: S1/1 S1/2");
    g_autoptr(StoreLedger) ledger = feed_ledger(&station);
    g_assert_true(store_ledger_complete(ledger));
}

/* No statement of the ledger walks a whole table that grows with the station. */
static void
test_query_plans(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    GHashTableIter at;
    gpointer sql;
    guint checked = 0;

    feed_run(&station, FALSE, 1, "empty: S1/1 S1/2, S2/1 !jammed");
    station_reopen(&station); /* its statements anew: only what follows */
    feed_run(&station, FALSE, 1, "empty: S2/1 S2/2");
    g_autoptr(StoreLedger) ledger = feed_ledger(&station);
    g_autoptr(GString) text = g_string_new(NULL);
    Walk walk = {text, 0};
    g_assert_true(store_ledger_frames(station.store, "một", 0, take_frame, &walk, NULL));
    g_hash_table_iter_init(&at, station.store->queries);
    while (g_hash_table_iter_next(&at, &sql, NULL)) {
        g_autofree char *explain = g_strconcat("EXPLAIN QUERY PLAN ", sql, NULL);
        sqlite3_stmt *statement = NULL;
        g_assert_cmpint(sqlite3_prepare_v2(station.store->db, explain, -1, &statement, NULL), ==, SQLITE_OK);
        for (checked++; sqlite3_step(statement) == SQLITE_ROW;) {
            const char *detail = (const char *)sqlite3_column_text(statement, 3);
            if (g_regex_match_simple("^SCAN (page|frame|feed|image|questionnaire|field|flag)\\b", detail, 0,
                                     0))
                g_error("%s\n%s", detail, (const char *)sql);
        }
        sqlite3_finalize(statement);
    }
    g_assert_cmpuint(checked, >, 20);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ledger/feed/begin-and-end", test_begin_and_end);
    g_test_add_func("/ledger/feed/died", test_died);
    g_test_add_func("/ledger/feed/two-programs", test_two_programs);
    g_test_add_func("/ledger/feed/failed-begin", test_failed_begin);
    g_test_add_func("/ledger/feed/lock-file", test_lock_file);
    g_test_add_func("/ledger/feed/refused", test_begin_refused);
    g_test_add_func("/ledger/feed/scanner-settings", test_scanner_settings);
    g_test_add_func("/ledger/sheet/results", test_results);
    g_test_add_func("/ledger/sheet/frames", test_frames);
    g_test_add_func("/ledger/sheet/refused", test_sheet_refused);
    g_test_add_func("/ledger/sheet/all-or-nothing", test_all_or_nothing);
    g_test_add_func("/ledger/sheet/one-image-twice", test_one_image_twice);
    g_test_add_func("/ledger/table/never-changed", test_never_changed);
    g_test_add_func("/ledger/table/older-station", test_older_station);
    g_test_add_func("/ledger/table/query-plans", test_query_plans);
    return g_test_run();
}
