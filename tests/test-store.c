/* The station's folder, its forms, its sample list, and what people decide. */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

#include "database-private.h"
#include "store-station.h"

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

/* --- what people decide --- */

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

int
main(int argc, char *argv[])
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
    g_test_add_func("/store/decisions", test_decisions);
    g_test_add_func("/store/decisions-that-are-none", test_decisions_that_are_none);
    return g_test_run();
}
