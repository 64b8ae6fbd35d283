#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "database-private.h"
#include "store-station.h"

/* --- dying at a given point: what the store asks of the disk passes here first --- */

static int steps_to_live = -1; /* disk steps until this process kills itself; -1: for ever */

static void
disk_step(void)
{
    if (steps_to_live > 0 && --steps_to_live == 0)
        kill(getpid(), SIGKILL);
}

int fsync(int fd);
int fdatasync(int fd);
int rename(const char *from, const char *to);

int
fsync(int fd)
{
    disk_step();
    return (int)syscall(SYS_fsync, fd);
}

int
fdatasync(int fd)
{
    disk_step();
    return (int)syscall(SYS_fdatasync, fd);
}

int
rename(const char *from, const char *to)
{
    disk_step();
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

/* --- the folder --- */

static void
expect_open_error(const char *dir, int code, const char *part)
{
    g_autoptr(GError) error = NULL;
    Store *store = store_open(dir, &error);

    g_assert_null(store);
    g_assert_error(error, STORE_ERROR, code);
    g_assert_nonnull(strstr(error->message, part));
    g_assert_null(strchr(error->message, '\n'));
}

static void
test_create(void)
{
    g_autofree char *root = g_dir_make_tmp("store-XXXXXX", NULL),
                    *dir = g_build_filename(root, "a", "b", NULL);
    g_autofree char *file = g_build_filename(root, "file", NULL), *keys = g_build_filename(dir, "keys", NULL);
    g_autoptr(GError) error = NULL;
    GStatBuf status;

    store_create(dir, &error);
    g_assert_no_error(error);
    g_assert_cmpint(g_stat(keys, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0700);
    g_autoptr(Store) store = store_open(dir, &error);
    g_assert_no_error(error);
    g_assert_nonnull(store);

    g_autofree char *before = station_list(dir);
    g_assert_false(store_create(dir, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_false(store_create(root, &error)); /* not empty */
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INPUT);
    g_clear_error(&error);
    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    g_assert_false(store_create(file, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INPUT);
    g_autofree char *after = station_list(dir);
    g_assert_cmpstr(before, ==, after);
    g_clear_pointer(&store, store_free);
    station_remove(root);
}

static void
test_open_wrong(void)
{
    g_autofree char *root = g_dir_make_tmp("store-XXXXXX", NULL), *dir = g_build_filename(root, "s", NULL);
    g_autofree char *db = g_build_filename(dir, "station.db", NULL),
                    *conf = g_build_filename(dir, "station.conf", NULL);
    const char *garbage =
        "no database at all, but long enough to be looked at as one: ..........................."
        "........................................................................................";
    sqlite3 *other = NULL;

    expect_open_error(root, STORE_ERROR_INPUT, "is no station");
    expect_open_error("/nonexistent/station", STORE_ERROR_INPUT, "is no station");

    g_assert_true(store_create(dir, NULL));
    g_assert_cmpint(sqlite3_open(db, &other), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(other, "PRAGMA user_version = 9999", NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(other);
    expect_open_error(dir, STORE_ERROR_INPUT, "newer phieu");

    g_assert_true(g_file_set_contents(conf, "[station]\nlayout=77\n", -1, NULL));
    expect_open_error(dir, STORE_ERROR_INPUT, "newer phieu");
    g_assert_true(g_file_set_contents(conf, "station\n", -1, NULL));
    expect_open_error(dir, STORE_ERROR_INPUT, "station.conf");
    g_assert_true(g_file_set_contents(conf, "[station]\nlayout=1\n", -1, NULL));

    g_assert_true(g_file_set_contents(db, garbage, -1, NULL));
    expect_open_error(dir, STORE_ERROR_INPUT, "is no database");
    g_assert_cmpint(g_remove(db), ==, 0);
    expect_open_error(dir, STORE_ERROR_INPUT, "is missing");
    g_assert_false(g_file_test(db, G_FILE_TEST_EXISTS));

    g_assert_cmpint(sqlite3_open(db, &other), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(other, "CREATE TABLE t (x)", NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(other);
    expect_open_error(dir, STORE_ERROR_INPUT, "another program");
    station_remove(root);
}

static gint64
number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    gint64 result = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return result;
}

static void
test_migrate(void)
{
    const char *first = "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);";
    const char *broken =
        "CREATE TABLE b (x INTEGER) STRICT; UPDATE a SET x = 2; INSERT INTO nowhere VALUES (1);";
    const char *mended = "CREATE TABLE b (x INTEGER) STRICT; UPDATE a SET x = 2;";
    const char *const bad[] = {first, mended, broken}, *const good[] = {first, mended};
    const char *const only_bad[] = {first, broken};
    g_autoptr(GError) error = NULL;
    sqlite3 *db = NULL;

    g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
    g_assert_true(store_database_migrate(db, only_bad, 1, &error));
    g_assert_cmpint(number(db, "PRAGMA user_version"), ==, 1);

    g_assert_false(store_database_migrate(db, only_bad, 2, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_MACHINE);
    g_clear_error(&error);
    g_assert_cmpint(number(db, "PRAGMA user_version"), ==, 1);
    g_assert_cmpint(number(db, "SELECT x FROM a"), ==, 1);
    g_assert_cmpint(number(db, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), ==, 0);

    /* a good step before the failing one is taken back too */
    g_assert_false(store_database_migrate(db, bad, 3, NULL));
    g_assert_cmpint(number(db, "PRAGMA user_version"), ==, 1);
    g_assert_cmpint(number(db, "SELECT x FROM a"), ==, 1);

    g_assert_true(store_database_migrate(db, good, 2, &error));
    g_assert_no_error(error);
    g_assert_cmpint(number(db, "PRAGMA user_version"), ==, 2);
    g_assert_cmpint(number(db, "SELECT x FROM a"), ==, 2);
    g_assert_true(store_database_migrate(db, good, 2, &error)); /* nothing left to do */
    g_assert_false(store_database_migrate(db, good, 1, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INPUT);
    sqlite3_close(db);
}

static void
test_pragmas(void)
{
    g_auto(Station) station = station_new();
    Store *store = station.store;

    g_assert_cmpint(number(store->db, "PRAGMA synchronous"), ==, 2); /* FULL */
    g_assert_cmpint(number(store->db, "PRAGMA foreign_keys"), ==, 1);
    g_assert_cmpint(number(store->db, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), ==, 1);
    g_assert_cmpint(number(store->db, "SELECT count(*) FROM pragma_table_list"
                                      " WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND NOT strict"),
                    ==, 0);
    /* what the schema itself refuses, whoever writes */
    g_assert_cmpint(sqlite3_exec(store->db, "INSERT INTO questionnaire (serial, form) VALUES ('X', 77)", NULL,
                                 NULL, NULL),
                    ==, SQLITE_CONSTRAINT_FOREIGNKEY);
    g_assert_cmpint(sqlite3_exec(store->db,
                                 "INSERT INTO image (sha256, ending, bytes) VALUES ('XYZ', 'jpg', 1)", NULL,
                                 NULL, NULL),
                    ==, SQLITE_CONSTRAINT_CHECK);
}

static void
test_read_only(void)
{
    g_autofree char *root = NULL, *dir = NULL;

    if (geteuid() != 0) {
        g_test_skip("needs to be root to become somebody without rights");
        return;
    }
    root = g_dir_make_tmp("store-XXXXXX", NULL);
    dir = g_build_filename(root, "s", NULL);
    g_assert_true(store_create(dir, NULL));
    g_assert_cmpint(g_chmod(root, 0755), ==, 0);

    pid_t child = fork();
    if (child == 0) {
        g_autoptr(GError) error = NULL;
        g_autofree char *other = g_build_filename(root, "other", NULL);
        if (setuid(65534) != 0)
            _exit(9);
        if (store_open(dir, &error) != NULL || !g_error_matches(error, STORE_ERROR, STORE_ERROR_MACHINE))
            _exit(1);
        g_clear_error(&error);
        if (store_create(other, &error) || !g_error_matches(error, STORE_ERROR, STORE_ERROR_MACHINE))
            _exit(2);
        _exit(0);
    }
    int status = -1;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
    g_autoptr(Store) store = store_open(dir, NULL);
    g_assert_nonnull(store);
    g_clear_pointer(&store, store_free);
    station_remove(root);
}

/* --- forms --- */

static void
test_form(void)
{
    g_auto(Station) station = station_new();
    g_autoptr(FormPackage) demo = station_form("DEMO", 1, 2), second = NULL;
    g_autofree char *away = g_dir_make_tmp("form-XXXXXX", NULL),
                    *blank = g_build_filename(away, "odd name.png", NULL);
    g_autoptr(GError) error = NULL;
    gboolean added = FALSE;

    FormPage *page = form_package_page(demo, 2);
    page->blank_file = g_strdup("../missing/none.png");
    page->blank_dpi = 300;
    demo->dir = g_strdup(away);
    g_autofree char *empty = station_list(station.dir);
    g_assert_false(store_add_form(station.store, demo, &added, &error)); /* a file that is not there */
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, "none.png"));
    g_clear_error(&error);
    g_autofree char *still = station_list(station.dir);
    g_assert_cmpstr(empty, ==, still);

    g_free(page->blank_file);
    page->blank_file = g_strdup("odd name.png");
    g_assert_true(g_file_set_contents(blank, "pixels", -1, NULL));
    g_assert_true(store_add_form(station.store, demo, &added, &error));
    g_assert_no_error(error);
    g_assert_true(added);
    g_assert_true(store_add_form(station.store, demo, &added, &error));
    g_assert_false(added);

    g_autoptr(GPtrArray) forms = store_load_forms(station.store, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(forms->len, ==, 1);
    FormPackage *loaded = g_ptr_array_index(forms, 0);
    g_autofree char *path = form_package_path(loaded, form_package_page(loaded, 2)->blank_file), *data = NULL;
    g_assert_true(g_file_get_contents(path, &data, NULL, NULL));
    g_assert_cmpstr(data, ==, "pixels");
    g_assert_true(g_str_has_prefix(path, station.dir));
    /* what the station has, given back to it, is no news */
    g_assert_true(store_add_form(station.store, loaded, &added, &error));
    g_assert_false(added);

    /* other pixels on the blank page are another form */
    g_assert_true(g_file_set_contents(blank, "others", -1, NULL));
    g_autofree char *before = station_list(station.dir);
    g_assert_false(store_add_form(station.store, demo, &added, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INPUT);
    g_assert_nonnull(strstr(error->message, "raise the version"));
    g_clear_error(&error);
    g_autofree char *after = station_list(station.dir);
    g_assert_cmpstr(before, ==, after);

    second = station_form("DEMO", 10, 1);
    g_assert_true(store_add_form(station.store, second, &added, &error));
    g_autoptr(FormPackage) earlier = station_form("DEMO", 9, 1);
    g_assert_true(store_add_form(station.store, earlier, &added, &error));
    g_autoptr(GPtrArray) all = store_load_forms(station.store, &error);
    g_assert_cmpuint(all->len, ==, 3);
    g_assert_cmpint(((FormPackage *)g_ptr_array_index(all, 1))->version, ==, 9);
    g_assert_cmpint(((FormPackage *)g_ptr_array_index(all, 2))->version, ==, 10);
    station_remove(away);
}

/* A crash between the folder's rename and the row leaves a folder that no row names: the form can still be
 * added. */
static void
test_form_after_crash(void)
{
    g_auto(Station) station = station_new();
    g_autoptr(FormPackage) demo = station_form("DEMO", 1, 1);
    g_autofree char *orphan = g_build_filename(station.dir, "forms", "DEMO-1", NULL);
    g_autofree char *file = g_build_filename(orphan, "left.png", NULL);
    g_autoptr(GError) error = NULL;
    gboolean added = FALSE;

    g_assert_cmpint(g_mkdir_with_parents(orphan, 0755), ==, 0);
    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    g_assert_true(store_add_form(station.store, demo, &added, &error));
    g_assert_no_error(error);
    g_assert_true(added);
    g_assert_false(g_file_test(file, G_FILE_TEST_EXISTS));
    g_autoptr(GPtrArray) forms = store_load_forms(station.store, &error);
    g_assert_cmpuint(forms->len, ==, 1);
}

/* --- the sample list --- */

static void
import_ok(Station *station, const char *text, guint added, guint same)
{
    Sample sample = sample_parse(text);
    StoreSampleResult result = {0};
    g_autoptr(GError) error = NULL;

    g_assert_true(store_import_sample(station->store, &sample.sample, &result, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(result.added, ==, added);
    g_assert_cmpuint(result.same, ==, same);
    sample_clear(&sample);
}

static char *
import_fails(Station *station, const char *text)
{
    Sample sample = sample_parse(text);
    StoreSampleResult result = {0};
    g_autoptr(GError) error = NULL;
    gint64 rows = number(station->store->db, "SELECT count(*) FROM sample");

    g_assert_false(store_import_sample(station->store, &sample.sample, &result, &error));
    g_assert_error(error, STORE_ERROR, STORE_ERROR_INPUT);
    g_assert_cmpint(number(station->store->db, "SELECT count(*) FROM sample"), ==, rows);
    sample_clear(&sample);
    return g_strdup(error->message);
}

static void
test_sample(void)
{
    g_auto(Station) station = station_new();
    g_auto(GStrv) none = store_sample_columns(station.store, NULL), columns = NULL;

    g_assert_cmpuint(g_strv_length(none), ==, 0);
    import_ok(&station, "serial,Commune,village\n0001,Phú Xuân,Đông\n0002,Thuận Hóa,Tây", 2, 0);
    columns = store_sample_columns(station.store, NULL);
    g_assert_cmpuint(g_strv_length(columns), ==, 3);
    g_assert_cmpstr(columns[1], ==, "Commune");

    import_ok(&station, "serial,Commune,village\n0001,Phú Xuân,Đông\n0002,Thuận Hóa,Tây", 0, 2);
    import_ok(&station, "VILLAGE,Serial,commune\nTây,0002,Thuận Hóa\nNam,0003,An Cựu", 1, 1);

    g_autofree char *contradiction =
        import_fails(&station, "serial,Commune,village\n0009,X,Y\n0001,Phú Xuân,Bắc\n0002,Hương Trà,Tây");
    g_assert_nonnull(strstr(contradiction, "line 3: serial 0001"));
    g_assert_nonnull(strstr(contradiction, "village (“Đông”, now “Bắc”)"));
    g_assert_nonnull(strstr(contradiction, "line 4: serial 0002"));
    g_assert_null(strstr(contradiction, "0009"));

    g_autofree char *other = import_fails(&station, "serial,Commune,hamlet\n0009,X,Y");
    g_assert_nonnull(strstr(other, "missing: village"));
    g_assert_nonnull(strstr(other, "new: hamlet"));
    g_autofree char *fewer = import_fails(&station, "serial,Commune\n0009,X");
    g_assert_nonnull(strstr(fewer, "missing: village"));

    g_autoptr(GString) many = g_string_new("serial,Commune,village"),
                       change = g_string_new("serial,Commune,village");
    for (int i = 100; i < 170; i++) {
        g_string_append_printf(many, "\n%d,a,b", i);
        g_string_append_printf(change, "\n%d,a,c", i);
    }
    import_ok(&station, many->str, 70, 0);
    g_autofree char *all = import_fails(&station, change->str);
    g_assert_nonnull(strstr(all, "\nand 20 more"));
}

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

/* --- several at once --- */

static int
child_result(pid_t child)
{
    int status = -1;

    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

typedef struct {
    GString *told;
    guint n;
} Decisions;

static gboolean
tell_decision(const StoreDecision *decision, gpointer data, GError **error G_GNUC_UNUSED)
{
    Decisions *decisions = data;

    g_string_append_printf(decisions->told, "%s/%d %s %s '%s' %s %s %s\n", decision->serial, decision->page,
                           decision->field, form_field_state_name(decision->state), decision->value,
                           decision->person, decision->reason,
                           decision->scanner != NULL ? decision->scanner : "-");
    g_assert_cmpuint(strlen(decision->made), ==, strlen("2026-01-01T00:00:00Z"));
    g_assert_cmpstr(decision->ending, ==, "jpg");
    decisions->n++;
    return TRUE;
}

static char *
tell_decisions(const Station *station, const char *scanner)
{
    Decisions decisions = {.told = g_string_new(NULL)};

    g_assert_true(store_decisions_each(station->store, scanner, tell_decision, &decisions, NULL));
    return g_string_free(decisions.told, FALSE);
}

/* People's decisions stand beside the reading; the last one of a field holds, none is ever lost. */
static void
test_decisions(void)
{
    g_auto(Station) station = station_new_with("DEMO", 2);
    g_autoptr(GError) error = NULL;
    StoreDecision decision = {.index = 0,
                              .field = "a1",
                              .state = FORM_FIELD_ANSWERED,
                              .value = "2",
                              .person = "Lan",
                              .reason = "looked at the sheet"};

    station.scanner = "room 12";
    station_put_simple(&station, "0001", 1);
    station.scanner = NULL;
    station_put_simple(&station, "0002", 1);
    g_autofree char *first = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "0001/1", -1);
    g_autofree char *second = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "0002/1", -1);
    gint64 readings = number(station.store->db, "SELECT count(*) FROM field WHERE value = '1'");

    decision.sha256 = first;
    g_assert_true(store_decision_add(station.store, &decision, &error));
    decision.value = "3";
    decision.person = "Minh";
    g_assert_true(store_decision_add(station.store, &decision, &error));
    decision.sha256 = second;
    decision.state = FORM_FIELD_MULTIPLE;
    decision.value = "";
    g_assert_true(store_decision_add(station.store, &decision, &error));
    g_assert_no_error(error);
    g_autofree char *all = tell_decisions(&station, NULL), *of_one = tell_decisions(&station, "room 12");
    g_assert_cmpstr(all, ==,
                    "0001/1 a1 answered '3' Minh looked at the sheet room 12\n"
                    "0002/1 a1 multiple '' Minh looked at the sheet -\n");
    g_assert_cmpstr(of_one, ==, "0001/1 a1 answered '3' Minh looked at the sheet room 12\n");
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM decision"), ==, 3);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM field WHERE value = '1'"), ==, readings);
    /* nobody takes one back, by whatever way */
    g_assert_cmpint(sqlite3_exec(station.store->db, "UPDATE decision SET value = '1'", NULL, NULL, NULL), ==,
                    SQLITE_CONSTRAINT_TRIGGER);
    g_assert_cmpint(sqlite3_exec(station.store->db, "DELETE FROM decision", NULL, NULL, NULL), ==,
                    SQLITE_CONSTRAINT_TRIGGER);
}

static void
test_decisions_that_are_none(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);

    station_put_simple(&station, "0001", 1);
    g_autofree char *sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "0001/1", -1);
    const struct {
        const char *sha256;
        int index;
        const char *field;
        FormFieldState state;
        const char *value, *person, *reason;
        const char *part;
    } cases[] = {
        {sha256, 1, "a1", FORM_FIELD_ANSWERED, "1", "Lan", "", "has no field 'a1'"},
        {sha256, 0, "a2", FORM_FIELD_ANSWERED, "1", "Lan", "", "has no field 'a2'"},
        {"00", 0, "a1", FORM_FIELD_ANSWERED, "1", "Lan", "", "of image 00 has no field"},
        {sha256, 0, "a1", FORM_FIELD_ANSWERED, "", "Lan", "", "has a value where it says answered"},
        {sha256, 0, "a1", FORM_FIELD_BLANK, "1", "Lan", "", "none where it says blank"},
        {sha256, 0, "a1", FORM_FIELD_UNSURE, "", "Lan", "", "says answered, blank or multiple"},
        {sha256, 0, "a1", FORM_FIELD_ANSWERED, "1", "", "", "needs the name of who makes it"},
        {sha256, 0, "a1", FORM_FIELD_ANSWERED, "1", "La\nn", "", "needs the name of who makes it"},
        {sha256, 0, "a1", FORM_FIELD_ANSWERED, "1", "Lan", NULL, "the reason of a decision"},
        {sha256, 0, "a1", FORM_FIELD_ANSWERED, "\xff", "Lan", "", "has a value"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        StoreDecision decision = {.sha256 = cases[i].sha256,
                                  .index = cases[i].index,
                                  .field = cases[i].field,
                                  .state = cases[i].state,
                                  .value = cases[i].value,
                                  .person = cases[i].person,
                                  .reason = cases[i].reason};
        g_assert_false(store_decision_add(station.store, &decision, &error));
        g_assert_error(error, STORE_ERROR, STORE_ERROR_INPUT);
        g_assert_nonnull(strstr(error->message, cases[i].part));
    }
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM decision"), ==, 0);
}

static void
test_race(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    enum { RACERS = 4, ROUNDS = 15 };

    for (int round = 0; round < ROUNDS; round++) {
        g_autofree char *serial = g_strdup_printf("R%d", round);
        int pipe_fds[2], results[5] = {0};
        pid_t children[RACERS];

        g_assert_cmpint(pipe(pipe_fds), ==, 0);
        for (int i = 0; i < RACERS; i++) {
            children[i] = fork();
            if (children[i] == 0) {
                /* half of them have the same file, half another scan of the sheet */
                g_autofree char *bytes = g_strdup_printf("%s scan %d", serial, i % 2);
                Station own = station_join(&station);
                StorePageResult result = STORE_PAGE_NEW;
                char go;
                close(pipe_fds[1]);
                while (read(pipe_fds[0], &go, 1) < 0 && errno == EINTR)
                    ;
                FormReading *reading = reading_new("DEMO", 1, serial, 1, "1");
                g_autoptr(GError) error = NULL;
                gboolean stored = station_try(&own, bytes, reading, &result, &error);
                if (!stored)
                    g_printerr("# %s\n", error->message);
                _exit(stored ? (int)result : 99);
            }
        }
        close(pipe_fds[0]);
        close(pipe_fds[1]); /* they all start now */
        for (int i = 0; i < RACERS; i++) {
            int result = child_result(children[i]);
            g_assert_cmpint(result, <, 5);
            results[result]++;
        }
        g_assert_cmpint(results[STORE_PAGE_NEW], ==, 1);
        g_assert_cmpint(results[STORE_PAGE_SAME_FILE] + results[STORE_PAGE_SAME_PAGE], ==, RACERS - 1);
    }
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page"), ==, ROUNDS);
    station_check(&station);
}

typedef struct {
    const Station *station;
    const char *prefix;
} Writer;

static gpointer
write_many(gpointer data)
{
    const Writer *writer = data;
    Station own = station_join(writer->station);

    for (int i = 0; i < 60; i++) {
        g_autofree char *serial = g_strdup_printf("%s%d", writer->prefix, i);
        station_put_simple(&own, serial, 1);
        g_autoptr(StoreStatus) status = i % 10 == 0 ? store_status(own.store, NULL) : NULL;
        g_assert_true(i % 10 != 0 || status != NULL);
    }
    station_leave(&own);
    return NULL;
}

static void
test_threads(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    Writer writers[] = {{&station, "A"}, {&station, "B"}};
    GThread *threads[] = {g_thread_new("a", write_many, &writers[0]),
                          g_thread_new("b", write_many, &writers[1])};

    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page WHERE state = 'held'"), ==, 120);
    station_check(&station);
}

/* --- crashes and full disks --- */

enum { KILL_PAGES = 40 };

/* Puts all pages; SAME_FILE for those that an earlier life held. */
static void
put_all(Station *station, int results[5])
{
    for (int i = 0; i < KILL_PAGES; i++) {
        g_autofree char *serial = g_strdup_printf("K%d", i / 2), *bytes = g_strdup_printf("kill %d", i);
        StorePageResult result = STORE_PAGE_NEW;
        g_autoptr(FormReading) reading = reading_new("DEMO", 1, serial, i % 2 + 1, "1");
        g_autoptr(GError) error = NULL;
        g_assert_true(station_try(station, bytes, reading, &result, &error));
        g_assert_no_error(error);
        results[result]++;
    }
}

static void
test_kill(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(2026);
    int stations = 0, killed = 0, partly = 0;

    while (killed < 100) {
        g_auto(Station) station = station_new_with("DEMO", 2);
        int results[5] = {0};

        stations++;
        for (int life = 0; life < 10; life++) {
            pid_t child = fork();
            if (child == 0) {
                Station own = station_join(&station);
                int ignored[5] = {0};
                put_all(&own, ignored);
                _exit(0);
            }
            g_usleep((gulong)g_rand_int_range(random, 300, 12000));
            kill(child, SIGKILL);
            int status = -1;
            g_assert_cmpint(waitpid(child, &status, 0), ==, child);
            killed += WIFSIGNALED(status) ? 1 : 0;
            g_assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
            station_reopen(&station);
            station_check(&station);
            gint64 held = number(station.store->db, "SELECT count(*) FROM page");
            partly += held > 0 && held < KILL_PAGES ? 1 : 0;
        }
        put_all(&station, results);
        g_assert_cmpint(results[STORE_PAGE_NEW] + results[STORE_PAGE_SAME_FILE], ==, KILL_PAGES);
        g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page WHERE state = 'held'"), ==,
                        KILL_PAGES);
        station_check(&station);
        g_assert_cmpint(stations, <, 200);
    }
    g_test_message("%d kills on %d stations, %d in the middle of the pages", killed, stations, partly);
    g_assert_cmpint(partly, >, 0);
}

/* Killed before each sync and each rename of storing one page, one after the other: no luck needed. */
static void
test_kill_each_step(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    int steps = 0, status = 0;

    station_put_simple(&station, "FIRST", 1);
    do {
        g_autofree char *serial = g_strdup_printf("N%d", ++steps);
        pid_t child = fork();
        if (child == 0) {
            Station own = station_join(&station);
            steps_to_live = steps;
            station_put_simple(&own, serial, 1);
            _exit(0);
        }
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
        station_reopen(&station);
        station_check(&station);
        FormReading *reading = reading_new("DEMO", 1, serial, 1, "1");
        g_autofree char *content = g_strdup_printf("%s/1", serial);
        StorePageResult again = station_put(&station, content, 0, reading);
        g_assert_true(again == STORE_PAGE_NEW || again == STORE_PAGE_SAME_FILE);
        g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page WHERE state = 'held'"), ==,
                        steps + 1);
        station_check(&station);
    } while (WIFSIGNALED(status));
    /* the image, its name, its folders (two made), and the commit: fewer would mean that something is not
     * synced */
    g_assert_cmpint(steps - 1, >=, 6);
}

/* A disk that is full: every write beyond a size fails, first the image's, then the database's. */
static void
test_disk_full(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    g_autofree char *large = g_strnfill(300 * 1024, 'x');

    station_put_simple(&station, "S0", 1);
    pid_t child = fork();
    if (child == 0) {
        Station own = station_join(&station);
        g_autoptr(GError) error = NULL;
        StorePageResult result = STORE_PAGE_NEW;
        struct rlimit limit = {200 * 1024, 200 * 1024};

        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
            _exit(9);
        if (station_try(&own, large, reading_new("DEMO", 1, "BIG", 1, "1"), &result, &error) ||
            !g_error_matches(error, STORE_ERROR, STORE_ERROR_MACHINE))
            _exit(1);
        int stored = 0;
        for (; stored < 1000; stored++) {
            g_autofree char *serial = g_strdup_printf("S%d", stored + 1);
            g_clear_error(&error);
            if (!station_try(&own, serial, reading_new("DEMO", 1, serial, 1, "1"), &result, &error))
                break;
        }
        _exit(stored == 1000 || !g_error_matches(error, STORE_ERROR, STORE_ERROR_MACHINE) ? 2 : 0);
    }
    g_assert_cmpint(child_result(child), ==, 0);
    station_reopen(&station);
    station_check(&station);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page WHERE serial = 'BIG'"), ==, 0);
    g_autofree char *files = station_list(station.dir);
    g_assert_null(strstr(files, ".new")); /* what was begun has been cleared away */
    /* room again: all goes on */
    gint64 held = number(station.store->db, "SELECT count(*) FROM page");
    g_assert_cmpint(held, >, 1);
    station_put_simple(&station, "AFTER", 1);
    g_assert_cmpint(number(station.store->db, "SELECT count(*) FROM page"), ==, held + 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/create", test_create);
    g_test_add_func("/store/open-wrong", test_open_wrong);
    g_test_add_func("/store/migrate", test_migrate);
    g_test_add_func("/store/pragmas", test_pragmas);
    g_test_add_func("/store/read-only", test_read_only);
    g_test_add_func("/store/form", test_form);
    g_test_add_func("/store/form-after-crash", test_form_after_crash);
    g_test_add_func("/store/sample", test_sample);
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
    g_test_add_func("/store/decisions", test_decisions);
    g_test_add_func("/store/decisions-that-are-none", test_decisions_that_are_none);
    g_test_add_func("/store/race", test_race);
    g_test_add_func("/store/threads", test_threads);
    g_test_add_func("/store/kill", test_kill);
    g_test_add_func("/store/kill-each-step", test_kill_each_step);
    g_test_add_func("/store/disk-full", test_disk_full);
    return g_test_run();
}
