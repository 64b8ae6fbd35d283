/* Pages that are put into a station: new, again, doubled and refused; and where everything stands then. */
#include <string.h>

#include "database-private.h"
#include "store-station.h"

/* --- pages --- */

static void
test_put_new(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    g_autoptr(GError) error = NULL;
    g_autofree char *data = NULL, *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "image A", -1);
    gboolean held = TRUE;

    g_assert_true(store_has_page(station.store, sha, 0, &held, &error));
    g_assert_false(held);
    g_assert_cmpint(station_put(&station, "image A", 0, reading_new("DEMO", 1, "S1", 1, "1")), ==,
                    STORE_PAGE_NEW);
    g_assert_true(store_has_page(station.store, sha, 0, &held, &error));
    g_assert_true(held);
    g_assert_true(store_has_page(station.store, sha, 1, &held, &error));
    g_assert_false(held);

    g_autofree char *path = store_image_path(station.store, sha, "jpg");
    g_autofree char *expected = g_strdup_printf("%s/images/%.2s/%.2s/%s.jpg", station.dir, sha, sha + 2, sha);
    g_assert_cmpstr(path, ==, expected);
    g_assert_true(g_file_get_contents(path, &data, NULL, NULL));
    g_assert_cmpstr(data, ==, "image A");

    /* still there after the station has been closed, reading and all */
    station_reopen(&station);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM field"), ==, 3);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM field WHERE name = 't1' AND value = ''"
                                              " AND suggestion ->> '$.text' = 'anh'"
                                              " AND suggestion ->> '$.confidence' = 0.5"),
                    ==, 1);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM field WHERE suggestion IS NULL"), ==, 2);
    g_assert_cmpint(
        number(station.store->db,
               "SELECT count(*) FROM field WHERE name = 'a1' AND value = '1' AND state = 'answered'"
               " AND confidence = 0.875 AND json_array_length(marks) = 2"
               " AND marks ->> '$[0].x_px' = 812.4 AND marks ->> '$[0].state' = 'marked'"
               " AND marks ->> '$[0].kind' = 'fill' AND rule = 'largest'"
               " AND reasons = '[\"faint\"]'"),
        ==, 1);
    g_assert_cmpint(number(station.store->db,
                           "SELECT count(*) FROM page WHERE rotation_deg = 180.5 AND profile = 'default'"
                           " AND profile_fingerprint = 'f00d'"
                           " AND source = 'scans/a.jpg' AND form = 1 AND state = 'held'"),
                    ==, 1);
    g_assert_cmpint(
        number(station.store->db, "SELECT count(*) FROM flag WHERE code = 'streak' AND detail = 'left'"), ==,
        1);
}

static void
test_put_same_file(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);

    g_assert_cmpint(station_put(&station, "A", 0, reading_new("DEMO", 1, "S1", 1, "1")), ==, STORE_PAGE_NEW);
    g_autofree char *before = station_dump(&station);
    g_assert_cmpint(station_put(&station, "A", 0, reading_new("DEMO", 1, "S1", 1, "1")), ==,
                    STORE_PAGE_SAME_FILE);
    /* even if it would be read otherwise today: the machine's reading is never overwritten */
    g_assert_cmpint(station_put(&station, "A", 0, reading_new("DEMO", 1, "S2", 2, "2")), ==,
                    STORE_PAGE_SAME_FILE);
    g_autofree char *after = station_dump(&station);
    g_assert_cmpstr(before, ==, after);
    /* another page of the same file is another page, and the file is held once */
    g_assert_cmpint(station_put(&station, "A", 1, reading_new("DEMO", 1, "S1", 2, "1")), ==, STORE_PAGE_NEW);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM image"), ==, 1);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page"), ==, 2);
}

static void
set_field(FormReading *reading, guint index, FormFieldState state, const char *value)
{
    FormFieldReading *field = g_ptr_array_index(reading->fields, index);

    field->state = state;
    field->value = form_reading_string(reading, value);
}

static FormReading *
variant(FormFieldState state, const char *value)
{
    FormReading *reading = reading_new("DEMO", 1, "S1", 1, "1");

    set_field(reading, 0, state, value);
    return reading;
}

static void
test_put_same_page(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);

    g_assert_cmpint(station_put(&station, "A", 0, reading_new("DEMO", 1, "S1", 1, "1")), ==, STORE_PAGE_NEW);
    g_autofree char *before = station_dump(&station);
    g_assert_cmpint(station_put(&station, "B", 0, reading_new("DEMO", 1, "S1", 1, "1")), ==,
                    STORE_PAGE_SAME_PAGE);
    /* what a second scan doubts does not contradict */
    g_assert_cmpint(station_put(&station, "C", 0, variant(FORM_FIELD_UNSURE, "")), ==, STORE_PAGE_SAME_PAGE);
    g_assert_cmpint(station_put(&station, "D", 0, variant(FORM_FIELD_TO_KEY, "")), ==, STORE_PAGE_SAME_PAGE);
    g_autofree char *after = station_dump(&station);
    g_assert_cmpstr(before, ==, after);
}

static void
test_put_doubled(void)
{
    static const struct {
        FormFieldState state;
        const char *value;
    } cases[] = {{FORM_FIELD_ANSWERED, "2"}, {FORM_FIELD_BLANK, ""}, {FORM_FIELD_MULTIPLE, ""}};

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Station) station = station_new_with("DEMO", 2);
        g_autoptr(FormReading) other = variant(cases[i].state, cases[i].value);
        StorePageResult result = STORE_PAGE_NEW;
        g_autoptr(GError) error = NULL;

        g_assert_cmpint(station_put(&station, "A", 0, reading_new("DEMO", 1, "S1", 1, "1")), ==,
                        STORE_PAGE_NEW);
        g_autofree char *before = station_cells(&station);
        g_assert_true(station_try(&station, "B", other, &result, &error));
        g_assert_cmpint(result, ==, STORE_PAGE_DOUBLED);
        g_assert_true(form_reading_has_flag(other, "duplicate"));
        g_assert_false(other->refused);
        g_assert_cmpint(
            number(station.store->db, "SELECT count(*) FROM page WHERE state = 'doubled' AND fields = 3"), ==,
            1);
        g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM flag WHERE code = 'duplicate'"), ==,
                        1);
        /* the first one stays the questionnaire's */
        g_autofree char *after = station_cells(&station);
        g_assert_cmpstr(before, ==, after);

        /* the same two sheets once more: nothing new */
        g_autofree char *dump = station_dump(&station);
        g_assert_cmpint(station_put(&station, "C", 0, variant(cases[i].state, cases[i].value)), ==,
                        STORE_PAGE_SAME_PAGE);
        g_assert_cmpint(station_put(&station, "D", 0, reading_new("DEMO", 1, "S1", 1, "1")), ==,
                        STORE_PAGE_SAME_PAGE);
        g_assert_cmpint(station_put(&station, "B", 0, variant(cases[i].state, cases[i].value)), ==,
                        STORE_PAGE_SAME_FILE);
        g_autofree char *dump_after = station_dump(&station);
        g_assert_cmpstr(dump, ==, dump_after);
    }
}

static void
test_put_refused(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    FormReading *reading = form_reading_new("a.jpg", 0);

    form_reading_refuse(reading, "no_form", "nothing known on it");
    form_reading_add_flag(reading, "dark", NULL, NULL);
    g_assert_cmpint(station_put(&station, "cat", 0, reading), ==, STORE_PAGE_REFUSED);
    g_assert_cmpint(number(station.store->db,
                           "SELECT count(*) FROM page JOIN flag ON flag.page = page.id AND position = 0"
                           " WHERE state = 'refused' AND flag.code = 'no_form' AND questionnaire IS NULL AND "
                           "page.page IS NULL"),
                    ==, 1);
    g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "cat", -1);
    g_autofree char *path = store_image_path(station.store, sha, "jpg");
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));

    g_autofree char *before = station_dump(&station);
    reading = form_reading_new("b.jpg", 0);
    form_reading_refuse(reading, "no_form", NULL);
    g_assert_cmpint(station_put(&station, "cat", 0, reading), ==, STORE_PAGE_SAME_FILE);
    g_autofree char *after = station_dump(&station);
    g_assert_cmpstr(before, ==, after);

    /* refused although identified: its place stays free for a good scan */
    reading = reading_new("DEMO", 1, "S1", 1, "1");
    form_reading_refuse(reading, "unaligned", NULL);
    g_assert_cmpint(station_put(&station, "crooked", 0, reading), ==, STORE_PAGE_REFUSED);
    g_assert_cmpint(
        number(station.store->db, "SELECT count(*) FROM page WHERE serial = 'S1' AND page = 1 AND form = 1"),
        ==, 1);
    g_assert_cmpint(station_put(&station, "straight", 0, reading_new("DEMO", 1, "S1", 1, "1")), ==,
                    STORE_PAGE_NEW);
}

static void
expect_refused(Station *station, const char *bytes, FormReading *reading, const char *reason)
{
    StorePageResult result = STORE_PAGE_NEW;
    g_autoptr(FormReading) given = reading;
    g_autoptr(GError) error = NULL;

    g_assert_true(station_try(station, bytes, given, &result, &error));
    g_assert_no_error(error);
    g_assert_cmpint(result, ==, STORE_PAGE_REFUSED);
    g_assert_true(given->refused);
    g_assert_cmpstr(g_array_index(given->flags, FormFlag, 0).code, ==, reason);
    g_assert_nonnull(g_array_index(given->flags, FormFlag, 0).detail);
}

static void
test_put_unknown_serial(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);

    g_assert_cmpint(station_put(&station, "0", 0, reading_new("DEMO", 1, "EARLY", 1, "1")), ==,
                    STORE_PAGE_NEW);
    import_ok(&station, "serial,commune\nS1,X\nS2,Y", 2, 0);
    g_assert_cmpint(station_put(&station, "A", 0, reading_new("DEMO", 1, "S1", 1, "1")), ==, STORE_PAGE_NEW);
    expect_refused(&station, "B", reading_new("DEMO", 1, "S9", 1, "1"), "unknown_serial");
    expect_refused(&station, "C", reading_new("DEMO", 1, "EARLY", 2, "1"), "unknown_serial");
    expect_refused(&station, "D", reading_new("DEMO", 1, NULL, 1, "1"), "unknown_serial");
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM questionnaire"), ==, 2);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM field"), ==, 6);
    g_assert_cmpint(
        number(station.store->db, "SELECT count(*) FROM page WHERE serial = 'S9' AND state = 'refused'"), ==,
        1);
}

static void
test_put_wrong_form(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    g_autoptr(FormPackage) other = station_form("OTHER", 1, 2), newer = station_form("DEMO", 2, 2);

    g_assert_true(store_add_form(station.store, other, NULL, NULL));
    g_assert_true(store_add_form(station.store, newer, NULL, NULL));
    g_assert_cmpint(station_put(&station, "A", 0, reading_new("DEMO", 1, "S1", 1, "1")), ==, STORE_PAGE_NEW);
    expect_refused(&station, "B", reading_new("NONE", 1, "S2", 1, "1"), "wrong_form");
    expect_refused(&station, "C", reading_new("DEMO", 7, "S2", 1, "1"), "wrong_form");
    expect_refused(&station, "D", reading_new("DEMO", 1, "S2", 3, "1"), "wrong_form");
    expect_refused(&station, "E", reading_new("DEMO", 1, "S2", 0, "1"), "wrong_form");
    /* a serial is read for one form only */
    expect_refused(&station, "F", reading_new("OTHER", 1, "S1", 1, "1"), "wrong_form");
    /* and one printed copy has one version: another one's page stands beside it */
    g_assert_cmpint(station_put(&station, "G", 0, reading_new("DEMO", 2, "S1", 2, "1")), ==,
                    STORE_PAGE_DOUBLED);
    g_assert_cmpint(station_put(&station, "H", 0, reading_new("DEMO", 2, "S1", 1, "1")), ==,
                    STORE_PAGE_DOUBLED);
    g_assert_cmpint(station_put(&station, "I", 0, reading_new("DEMO", 2, "S2", 1, "1")), ==, STORE_PAGE_NEW);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page WHERE state = 'held'"), ==, 2);
}

static void
test_put_without_serial(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);

    g_assert_cmpint(station_put(&station, "A", 0, reading_new("DEMO", 1, NULL, 1, "1")), ==, STORE_PAGE_NEW);
    g_assert_cmpint(station_put(&station, "A", 1, reading_new("DEMO", 1, NULL, 1, "1")), ==, STORE_PAGE_NEW);
    g_assert_cmpint(station_put(&station, "B", 0, reading_new("DEMO", 1, NULL, 1, "1")), ==, STORE_PAGE_NEW);
    g_assert_cmpint(station_put(&station, "A", 0, reading_new("DEMO", 1, NULL, 1, "1")), ==,
                    STORE_PAGE_SAME_FILE);
    g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "A", -1);
    g_autofree char *prefix = g_ascii_strup(sha, 15);
    g_autofree char *sql = g_strdup_printf(
        "SELECT count(*) FROM questionnaire WHERE serial IN ('%s-0', '%s-1')", prefix, prefix);
    g_assert_cmpint(number(station.store->db, sql), ==, 2);
    g_assert_cmpint(
        number(station.store->db, "SELECT count(*) FROM page WHERE serial IS NULL AND state = 'held'"), ==,
        3);
}

static void
test_put_bad_image(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    g_autoptr(GBytes) bytes = g_bytes_new_static("A", 1);
    g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "A", -1);
    const StoreImage images[] = {
        {bytes, "../../../../etc/passwd", "jpg", "a", "b", NULL},
        {bytes, sha, "j/g", "a", "b", NULL},
        {bytes, sha, "", "a", "b", NULL},
        {bytes, sha, "jpg", "a", "", NULL},
        {bytes, sha, "jpg", "a", NULL, NULL},
        {bytes, sha, "jpg", "a", "two\nlines", NULL},
        {bytes, sha, "jpg", "a", "\xff\xfe", NULL},
    };

    g_autofree char *before = station_dump(&station);
    for (guint i = 0; i < G_N_ELEMENTS(images); i++) {
        g_autoptr(FormReading) reading = reading_new("DEMO", 1, "S1", 1, "1");
        g_autoptr(GError) error = NULL;
        g_assert_false(store_put_page(station.store, &images[i], reading, NULL, &error));
        g_assert_error(error, STORE_ERROR, STORE_ERROR_INPUT);
    }
    g_autofree char *after = station_dump(&station);
    g_assert_cmpstr(before, ==, after);
}

/* --- where everything stands --- */

static void
test_status(void)
{
    g_auto(Station) station = station_new_with("DEMO", 3);
    FormReading *reading;

    import_ok(&station, "serial,commune\nS1,X\nS2,Y\nS3,Z\nS4,Z", 4, 0);
    for (int page = 1; page <= 3; page++)
        station_put_simple(&station, "S1", page);
    station_put_simple(&station, "S2", 2);
    reading = reading_new("DEMO", 1, "S3", 3, "1");
    set_field(reading, 0, FORM_FIELD_UNSURE, "");
    set_field(reading, 1, FORM_FIELD_MULTIPLE, "");
    g_assert_cmpint(station_put(&station, "S3/3", 0, reading), ==, STORE_PAGE_NEW);
    station.batch = "hai";
    station_put_simple(&station, "S3", 1);
    reading = reading_new("DEMO", 1, "S1", 1, "2"); /* its doubts are nobody's work: it is not held */
    set_field(reading, 1, FORM_FIELD_UNSURE, "");
    g_assert_cmpint(station_put(&station, "double", 0, reading), ==, STORE_PAGE_DOUBLED);
    for (int i = 0; i < 2; i++) {
        g_autofree char *bytes = g_strdup_printf("unknown %d", i);
        expect_refused(&station, bytes, reading_new("DEMO", 1, "S9", 1, "1"), "unknown_serial");
    }
    reading = form_reading_new("x", 0);
    form_reading_refuse(reading, "blank_page", NULL);
    g_assert_cmpint(station_put(&station, "white", 0, reading), ==, STORE_PAGE_REFUSED);

    g_autoptr(GError) error = NULL;
    g_autoptr(StoreStatus) status = store_status(station.store, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status->expected, ==, 4);
    g_assert_cmpint(status->seen, ==, 3);
    g_assert_cmpint(status->complete, ==, 1);
    g_assert_cmpint(status->pages, ==, 6);
    g_assert_cmpint(status->doubled, ==, 1);
    g_assert_cmpint(status->refused, ==, 3);
    g_assert_cmpint(status->fields, ==, 18);
    g_assert_cmpint(status->to_review, ==, 2);
    g_assert_cmpint(status->to_key, ==, 6);
    g_assert_cmpuint(status->refusals->len, ==, 2);
    const StoreRefusal *refusal = g_ptr_array_index(status->refusals, 0);
    g_assert_cmpstr(refusal->reason, ==, "unknown_serial");
    g_assert_cmpint(refusal->pages, ==, 2);
    g_assert_cmpint(status->missing_total, ==, 2);
    g_assert_cmpuint(status->missing->len, ==, 2);
    const StoreMissing *missing = g_ptr_array_index(status->missing, 0);
    g_assert_cmpstr(missing->serial, ==, "S2");
    g_assert_cmpstr(missing->form, ==, "DEMO");
    g_assert_cmpuint(missing->pages->len, ==, 2);
    g_assert_cmpint(g_array_index(missing->pages, int, 0), ==, 1);
    g_assert_cmpint(g_array_index(missing->pages, int, 1), ==, 3);
    missing = g_ptr_array_index(status->missing, 1);
    g_assert_cmpstr(missing->serial, ==, "S3");
    g_assert_cmpint(g_array_index(missing->pages, int, 0), ==, 2);
    g_assert_cmpuint(status->doubles->len, ==, 1);
    g_assert_cmpstr(g_ptr_array_index(status->doubles, 0), ==, "S1/1");

    g_autoptr(GPtrArray) batches = store_list_batches(station.store, &error);
    g_assert_cmpuint(batches->len, ==, 2);
    const StoreBatch *batch = g_ptr_array_index(batches, 0);
    g_assert_cmpstr(batch->name, ==, "một");
    g_assert_cmpint(batch->pages, ==, 5);
    g_assert_cmpint(batch->refused, ==, 0);
    g_assert_cmpint(batch->questionnaires, ==, 3);
    batch = g_ptr_array_index(batches, 1);
    g_assert_cmpstr(batch->name, ==, "hai");
    g_assert_cmpint(batch->pages, ==, 5);
    g_assert_cmpint(batch->refused, ==, 3);
    g_assert_cmpint(batch->questionnaires, ==, 1);
}

static void
test_status_many(void)
{
    g_auto(Station) station = station_new_with("DEMO", 12);

    /* page 1 must not be found in "11,12" */
    for (int page = 11; page <= 12; page++)
        station_put_simple(&station, "S1", page);
    g_autoptr(StoreStatus) status = store_status(station.store, NULL);
    const StoreMissing *missing = g_ptr_array_index(status->missing, 0);
    g_assert_cmpuint(missing->pages->len, ==, 10);
    g_assert_cmpint(g_array_index(missing->pages, int, 0), ==, 1);
    g_assert_cmpint(g_array_index(missing->pages, int, 9), ==, 10);
}

/* --- the walk over questionnaires --- */

static gboolean
stop_at_second(const StoreQuestionnaire *questionnaire, gpointer data, GError **error)
{
    int *calls = data;

    (void)questionnaire;
    if (++*calls < 2)
        return TRUE;
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "enough");
    return FALSE;
}

static void
test_each(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    g_autoptr(FormPackage) newer = station_form("DEMO", 2, 1), foreign = station_form("OTHER", 1, 1);
    g_autoptr(GPtrArray) forms = g_ptr_array_new();
    const char *const second[] = {"hai", NULL}, *const unknown[] = {"ba", NULL}, *const none[] = {NULL};
    g_autoptr(GError) error = NULL;
    int calls = 0;

    g_assert_true(store_add_form(station.store, newer, NULL, NULL));
    g_ptr_array_add(station.forms, g_steal_pointer(&newer));
    station_put_simple(&station, "S2", 1);
    station.batch = "hai";
    station_put_simple(&station, "S1", 2);
    g_assert_cmpint(station_put(&station, "v2", 0, reading_new("DEMO", 2, "S0", 1, "2")), ==, STORE_PAGE_NEW);

    g_autofree char *all = station_cells(&station);
    g_assert_cmpstr(all, ==,
                    "S0 v2\n a1=2 answered machine\n m1=1 2 answered machine\n t1= to_key machine\n"
                    "S1 v1\n a1= missing_page \n m1= missing_page \n t1= missing_page \n"
                    " a2=1 answered machine\n m2=1 2 answered machine\n t2= to_key machine\n"
                    "S2 v1\n a1=1 answered machine\n m1=1 2 answered machine\n t1= to_key machine\n"
                    " a2= missing_page \n m2= missing_page \n t2= missing_page \n");
    station.batches = second;
    g_autofree char *some = station_cells(&station);
    g_assert_true(g_str_has_prefix(some, "S0 v2\n"));
    g_assert_nonnull(strstr(some, "S1 v1\n"));
    g_assert_null(strstr(some, "S2 v1\n"));
    station.batches = none;
    g_autofree char *nothing = station_cells(&station);
    g_assert_cmpstr(nothing, ==, "");

    g_assert_false(
        store_each_questionnaire(station.store, station.forms, unknown, stop_at_second, &calls, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_cmpint(calls, ==, 0);
    g_assert_false(
        store_each_questionnaire(station.store, station.forms, NULL, stop_at_second, &calls, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    g_clear_error(&error);
    g_assert_cmpint(calls, ==, 2);
    g_ptr_array_add(forms, foreign);
    g_assert_false(store_each_questionnaire(station.store, forms, NULL, stop_at_second, &calls, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INPUT);
    /* the walk that was stopped holds no lock */
    station_put_simple(&station, "S5", 1);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/put/new", test_put_new);
    g_test_add_func("/store/put/same-file", test_put_same_file);
    g_test_add_func("/store/put/same-page", test_put_same_page);
    g_test_add_func("/store/put/doubled", test_put_doubled);
    g_test_add_func("/store/put/refused", test_put_refused);
    g_test_add_func("/store/put/unknown-serial", test_put_unknown_serial);
    g_test_add_func("/store/put/wrong-form", test_put_wrong_form);
    g_test_add_func("/store/put/without-serial", test_put_without_serial);
    g_test_add_func("/store/put/bad-image", test_put_bad_image);
    g_test_add_func("/store/status", test_status);
    g_test_add_func("/store/status-many-pages", test_status_many);
    g_test_add_func("/store/each", test_each);
    return g_test_run();
}
