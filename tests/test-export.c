#include "export.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "csv-private.h"
#include "export-csv.h"
#include "store-station.h"

static const char *const names[] = {"responses.csv", "cells.csv", "codebook.csv"};

/* --- the writer --- */

static void
test_csv(void)
{
    g_autofree char *dir = g_dir_make_tmp("csv-XXXXXX", NULL), *path = g_build_filename(dir, "a.csv", NULL),
                    *text = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(ExportCsv) csv = export_csv_new(path, &error);
    const char *const cells[] = {"plain", "a,b", "say \"hi\"", "two\nlines", "cr\rcr",
                                 "",      NULL,  " Phú Xuân ", "=1+1"};

    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(cells); i++)
        export_csv_cell(csv, cells[i]);
    export_csv_end_row(csv);
    export_csv_cell(csv, "");
    export_csv_end_row(csv);
    g_assert_true(export_csv_finish(csv, &error));
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(
        text, ==, "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\"cr\rcr\",,, Phú Xuân ,=1+1\r\n\"\"\r\n");

    const char *const row[] = {"a,b", "", "say \"hi\"", NULL}, *const one[] = {"", NULL};
    g_autoptr(GString) appended = g_string_new(NULL);
    export_csv_append(appended, row);
    export_csv_append(appended, one);
    g_assert_cmpstr(appended->str, ==, "\"a,b\",,\"say \"\"hi\"\"\"\r\n\"\"\r\n");

    g_clear_pointer(&csv, export_csv_free);
    csv = export_csv_new("/nonexistent/a.csv", &error);
    g_assert_null(csv);
    g_assert_error(error, EXPORT_ERROR, EXPORT_ERROR_MACHINE);
    station_remove(dir);
}

/* --- columns --- */

static void
add_note(FormPackage *form)
{
    g_ptr_array_add(form->questions, form_question_new("thanks", FORM_NOTE));
}

static void
test_columns(void)
{
    g_autoptr(FormPackage) form = station_form("DEMO", 1, 2);
    g_autoptr(GPtrArray) columns = g_ptr_array_new_with_free_func(g_free);

    add_note(form);
    form_package_question(form, "t1")->personal = TRUE;
    ((FormField *)g_ptr_array_index(form_package_page(form, 2)->fields, 2))->personal =
        TRUE; /* t2, of the field only */
    FormQuestion *serial = form_question_new("serial", FORM_TEXT);
    g_ptr_array_add(form->questions, serial);
    export_response_columns(form, columns);
    g_ptr_array_add(columns, NULL);
    g_autofree char *joined = g_strjoinv(",", (char **)columns->pdata);
    g_assert_cmpstr(joined, ==, "a1,m1,m1/1,m1/2,m1/3,a2,m2,m2/1,m2/2,m2/3,question_serial");
}

/* --- a whole export --- */

static void
label(FormPackage *form, const char *name, const char *vi, const char *en)
{
    FormQuestion *question = form_package_question(form, name);

    form_text_set(question->label, "vi", vi);
    form_text_set(question->label, "en", en);
}

/* One page, with wording; t1 is personal. */
static FormPackage *
worded_form(int version)
{
    FormPackage *form = station_form("DEMO", version, 1);
    FormQuestion *question = form_package_question(form, "a1");
    FormChoice *choice = g_ptr_array_index(question->choices, 0);

    g_free(form->language);
    form->language = g_strdup("vi");
    label(form, "a1", "Mức độ hài lòng, \"chung\"", "Satisfaction, \"overall\"");
    label(form, "m1", "Kênh thông tin", "Channels");
    label(form, "t1", "Điện thoại", "Phone");
    form_text_set(choice->label, "vi", "Rất không hài lòng");
    form_text_set(choice->label, "en", "Very dissatisfied");
    question->required = TRUE;
    question->group = form_text_new();
    form_text_set(question->group, "vi", "Phần A");
    form_package_question(form, "t1")->personal = TRUE;
    add_note(form);
    return form;
}

static void
import_sample(Station *station, const char *text)
{
    Sample sample = sample_parse(text);
    g_autoptr(GError) error = NULL;

    g_assert_true(store_import_sample(station->store, &sample.sample, NULL, &error));
    g_assert_no_error(error);
    sample_clear(&sample);
}

static void
put(Station *station, const char *serial, FormFieldState single, FormFieldState multiple)
{
    FormReading *reading = reading_new("DEMO", 1, serial, 1, "");
    FormFieldReading *a = g_ptr_array_index(reading->fields, 0), *m = g_ptr_array_index(reading->fields, 1);
    FormFieldReading *t = g_ptr_array_index(reading->fields, 2);

    a->state = single;
    a->value = single == FORM_FIELD_ANSWERED ? "1" : "";
    m->state = multiple;
    m->value = multiple == FORM_FIELD_ANSWERED ? "1 3" : "";
    m->confidence = 0.999998;
    t->state = FORM_FIELD_ANSWERED;
    t->value = "0905123456";
    g_assert_cmpint(station_put(station, serial, 0, reading), ==, STORE_PAGE_NEW);
}

static Station
filled_station(void)
{
    Station station = station_new();
    FormPackage *form = worded_form(1);

    g_ptr_array_add(station.forms, form);
    g_assert_true(store_add_form(station.store, form, NULL, NULL));
    import_sample(&station,
                  "commune,serial,a1,M1/2\nPhú Xuân,0001,x,y\nThuận Hóa \"cũ\",0002,x,y\n=cmd,0003,x,y");
    put(&station, "0002", FORM_FIELD_MULTIPLE, FORM_FIELD_UNSURE);
    put(&station, "0001", FORM_FIELD_ANSWERED, FORM_FIELD_ANSWERED);
    put(&station, "0003", FORM_FIELD_BLANK, FORM_FIELD_BLANK);
    return station;
}

static gboolean
try_export(Station *station, const char *dir, ExportResult *result, GError **error)
{
    const ExportOptions options = {.formats = "csv", .dir = dir};

    return export_run(station->store, &options, result, error);
}

static void
run_export(Station *station, const char *dir)
{
    g_autoptr(GError) error = NULL;

    try_export(station, dir, NULL, &error);
    g_assert_no_error(error);
}

static char *
read_file(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void
test_files(void)
{
    g_auto(Station) station = filled_station();
    g_autofree char *dir = g_build_filename(station.dir, "exports", "new", "demo", NULL);
    g_autoptr(GError) error = NULL;
    ExportResult result = {0};

    g_assert_true(try_export(&station, dir, &result, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(result.questionnaires, ==, 3);
    g_assert_cmpuint(result.cells, ==, 9);
    g_autofree char *responses = read_file(dir, names[0]), *cells = read_file(dir, names[1]);
    g_autofree char *codebook = read_file(dir, names[2]);
    g_assert_cmpstr(responses, ==,
                    "serial,commune,sample_a1,sample_M1/2,a1,m1,m1/1,m1/2,m1/3\r\n"
                    "0001,Phú Xuân,x,y,1,1 3,1,0,1\r\n"
                    "0002,\"Thuận Hóa \"\"cũ\"\"\",x,y,,,,,\r\n"
                    "0003,=cmd,x,y,,,,,\r\n");
    g_assert_cmpstr(cells, ==,
                    "serial,field,value,state,source,confidence\r\n"
                    "0001,a1,1,answered,machine,0.875\r\n0001,m1,1 3,answered,machine,0.999998\r\n"
                    "0001,t1,,answered,machine,0.875\r\n"
                    "0002,a1,,multiple,machine,0.875\r\n0002,m1,,unsure,machine,0.999998\r\n"
                    "0002,t1,,answered,machine,0.875\r\n"
                    "0003,a1,,blank,machine,0.875\r\n0003,m1,,blank,machine,0.999998\r\n"
                    "0003,t1,,answered,machine,0.875\r\n");
    g_assert_cmpstr(
        codebook, ==,
        "variable,type,label,value,value_label,required,group,personal\r\n"
        "serial,serial,,,,yes,,no\r\n"
        "commune,sample,,,,no,,no\r\nsample_a1,sample,,,,no,,no\r\nsample_M1/2,sample,,,,no,,no\r\n"
        "a1,select_one,\"Mức độ hài lòng, \"\"chung\"\"\",,,yes,Phần A,no\r\n"
        "a1,select_one,\"Mức độ hài lòng, \"\"chung\"\"\",1,Rất không hài lòng,yes,Phần A,no\r\n"
        "a1,select_one,\"Mức độ hài lòng, \"\"chung\"\"\",2,,yes,Phần A,no\r\n"
        "a1,select_one,\"Mức độ hài lòng, \"\"chung\"\"\",3,,yes,Phần A,no\r\n"
        "m1,select_multiple,Kênh thông tin,,,no,,no\r\nm1,select_multiple,Kênh thông tin,1,,no,,no\r\n"
        "m1,select_multiple,Kênh thông tin,2,,no,,no\r\nm1,select_multiple,Kênh thông tin,3,,no,,no\r\n"
        "m1/1,indicator,,,,no,,no\r\nm1/2,indicator,,,,no,,no\r\nm1/3,indicator,,,,no,,no\r\n"
        "t1,text,Điện thoại,,,no,,yes\r\n");

    const ExportOptions english = {.formats = "csv", .dir = dir, .language = "en"};
    g_assert_true(export_run(station.store, &english, NULL, &error));
    g_autofree char *in_english = read_file(dir, names[2]);
    g_assert_nonnull(strstr(in_english, "Very dissatisfied"));
}

/* What another program makes of the files. */
static void
test_read_back(void)
{
    g_auto(Station) station = filled_station();
    g_autofree char *dir = g_build_filename(station.dir, "exports", "a", NULL), *out = NULL;
    g_autofree char *program = g_find_program_in_path("sqlite3");
    g_autofree char *path = g_build_filename(dir, names[0], NULL),
                    *import = g_strdup_printf(".import --csv '%s' r", path);
    const char *argv[] = {
        program, ":memory:", import,
        "SELECT count(*), max(length(commune)), group_concat(serial, '+'), max(\"m1/3\") FROM r"
        " WHERE commune IN ('Phú Xuân', 'Thuận Hóa \"cũ\"', '=cmd')",
        NULL};
    g_autoptr(GError) error = NULL;

    if (program == NULL) {
        g_test_skip("no sqlite3 program here");
        return;
    }
    run_export(&station, dir);
    g_assert_true(
        g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out, NULL, NULL, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(out, ==, "3|14|0001+0002+0003|1\n");
}

static void
test_repeat(void)
{
    g_auto(Station) station = filled_station();
    g_autofree char *first = g_build_filename(station.dir, "exports", "a", NULL);
    g_autofree char *second = g_build_filename(station.dir, "exports", "b", NULL);
    g_autofree char *foreign = g_build_filename(second, "notes.txt", NULL);

    run_export(&station, first);
    run_export(&station, second);
    g_autofree char *one = station_list(first), *two = station_list(second);
    g_assert_cmpstr(one, ==, two);
    g_assert_nonnull(strstr(one, "responses.csv"));

    /* another export's files are replaced; what else is in the folder stays */
    import_sample(&station, "commune,serial,a1,M1/2\nAn Cựu,0004,x,y");
    put(&station, "0004", FORM_FIELD_BLANK, FORM_FIELD_ANSWERED);
    g_assert_true(g_file_set_contents(foreign, "mine", -1, NULL));
    run_export(&station, first);
    run_export(&station, second);
    g_autofree char *changed = read_file(first, names[0]), *beside = read_file(second, names[0]);
    g_assert_nonnull(strstr(changed, "0004,An Cựu"));
    g_assert_cmpstr(changed, ==, beside);
    g_autofree char *kept = read_file(second, "notes.txt");
    g_assert_cmpstr(kept, ==, "mine");
    g_autofree char *files = station_list(station.dir);
    g_assert_null(strstr(files, ".new"));
}

static void
expect_failure(Station *station, const ExportOptions *options, GQuark domain, int code, const char *part)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *before = station_list(station->dir);

    g_assert_false(export_run(station->store, options, NULL, &error));
    g_assert_error(error, domain, code);
    g_assert_nonnull(strstr(error->message, part));
    g_assert_null(strchr(error->message, '\n'));
    g_autofree char *after = station_list(station->dir);
    g_assert_cmpstr(before, ==, after);
}

static void
test_wrong_use(void)
{
    g_auto(Station) station = filled_station(), empty = station_new();
    g_autofree char *dir = g_build_filename(station.dir, "exports", "a", NULL);
    g_autofree char *file = g_build_filename(station.dir, "station.conf", NULL);
    g_autofree char *below = g_build_filename(file, "deeper", NULL),
                    *folder = g_build_filename(dir, names[1], NULL);
    const char *const unknown[] = {"không có", NULL}, *const none[] = {NULL};
    g_autoptr(FormPackage) other = station_form("OTHER", 1, 1);

    run_export(&station, dir);
    expect_failure(&station, &(ExportOptions){.formats = "csv,dbf", .dir = dir}, EXPORT_ERROR,
                   EXPORT_ERROR_INPUT, "dbf");
    expect_failure(&station, &(ExportOptions){.formats = "csv", .dir = dir, .form = "NOPE"}, EXPORT_ERROR,
                   EXPORT_ERROR_INPUT, "DEMO");
    expect_failure(&station, &(ExportOptions){.formats = "csv", .dir = dir, .batches = unknown}, STORE_ERROR,
                   STORE_ERROR_INPUT, "không có");
    expect_failure(&station, &(ExportOptions){.formats = "csv", .dir = dir, .batches = none}, EXPORT_ERROR,
                   EXPORT_ERROR_INPUT, "nothing to export");
    expect_failure(&station, &(ExportOptions){.formats = "csv", .dir = file}, EXPORT_ERROR,
                   EXPORT_ERROR_INPUT, "no folder");
    expect_failure(&station, &(ExportOptions){.formats = "csv", .dir = below}, EXPORT_ERROR,
                   EXPORT_ERROR_MACHINE, "cannot be written");
    expect_failure(&empty, &(ExportOptions){.formats = "csv", .dir = dir}, EXPORT_ERROR, EXPORT_ERROR_INPUT,
                   "no form");

    g_assert_true(store_add_form(station.store, other, NULL, NULL));
    expect_failure(&station, &(ExportOptions){.formats = "csv", .dir = dir}, EXPORT_ERROR, EXPORT_ERROR_INPUT,
                   "DEMO, OTHER");
    expect_failure(&station, &(ExportOptions){.formats = "csv", .dir = dir, .form = "OTHER"}, EXPORT_ERROR,
                   EXPORT_ERROR_INPUT, "nothing to export");

    g_assert_cmpint(g_remove(folder), ==, 0);
    g_assert_cmpint(g_mkdir(folder, 0755), ==, 0);
    expect_failure(&station, &(ExportOptions){.formats = "csv", .dir = dir, .form = "DEMO"}, EXPORT_ERROR,
                   EXPORT_ERROR_INPUT, "cells.csv");
}

/* Version 2 drops a1's page 2, has another choice, and a question of its own; both versions were handed out.
 */
static void
test_versions(void)
{
    g_auto(Station) station = station_new();
    FormPackage *old = station_form("DEMO", 1, 2), *new = station_form("DEMO", 2, 1);
    g_autofree char *dir = g_build_filename(station.dir, "exports", "a", NULL);
    g_autoptr(GError) error = NULL;

    g_ptr_array_add(station.forms, old);
    g_ptr_array_add(station.forms, new);
    FormQuestion *question = form_package_question(new, "m1");
    FormField *field = g_ptr_array_index(form_package_page(new, 1)->fields, 1);
    form_question_add_choice(question, "4");
    form_field_add_option(field, "4", (FormRect){80, 40, 4.5, 4.5}, FORM_SHAPE_ELLIPSE);
    g_ptr_array_remove_index(question->choices, 0);
    g_array_remove_index(field->options, 0);
    station_add_field(new, form_package_page(new, 1), "extra", FORM_SELECT_ONE);
    g_assert_true(store_add_form(station.store, old, NULL, &error));
    g_assert_true(store_add_form(station.store, new, NULL, &error));
    g_assert_no_error(error);
    station_put_simple(&station, "S1", 1); /* page 2 is missing */
    FormReading *reading = reading_new("DEMO", 2, "S0", 1, "2");
    ((FormFieldReading *)g_ptr_array_index(reading->fields, 1))->value = "4 2";
    reading_add(reading, "extra", FORM_FIELD_ANSWERED, "3");
    g_assert_cmpint(station_put(&station, "S0", 0, reading), ==, STORE_PAGE_NEW);

    run_export(&station, dir);
    g_autofree char *responses = read_file(dir, names[0]), *cells = read_file(dir, names[1]);
    g_assert_cmpstr(responses, ==,
                    "serial,a1,m1,m1/2,m1/3,m1/4,m1/1,t1,extra1,a2,m2,m2/1,m2/2,m2/3,t2\r\n"
                    "S0,2,4 2,1,0,1,,,3,,,,,,\r\n"
                    "S1,1,1 2,1,0,,1,,,,,,,,\r\n");
    g_assert_nonnull(strstr(cells, "S0,extra1,3,answered,machine,0.875\r\n"));
    g_assert_nonnull(strstr(cells, "S1,a2,,missing_page,,\r\n"));
    g_assert_nonnull(strstr(cells, "S1,t1,,to_key,machine,0.875\r\n"));
    g_assert_null(strstr(cells, "S0,a2"));
}

static void
test_batches(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    g_autofree char *dir = g_build_filename(station.dir, "exports", "a", NULL);
    const char *const second[] = {"hai", NULL}, *const both[] = {"hai", "một", NULL};
    ExportResult result = {0};

    station_put_simple(&station, "S1", 1);
    station.batch = "hai";
    station_put_simple(&station, "S2", 1);
    g_assert_true(export_run(station.store, &(ExportOptions){.dir = dir, .batches = second}, &result, NULL));
    g_assert_cmpuint(result.questionnaires, ==, 1);
    g_autofree char *one = read_file(dir, names[0]);
    g_assert_null(strstr(one, "S1"));
    g_assert_true(export_run(station.store, &(ExportOptions){.dir = dir, .batches = both}, &result, NULL));
    g_assert_cmpuint(result.questionnaires, ==, 2);
}

/* --- full disks and crashes --- */

static void
test_disk_full(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    g_autofree char *dir = g_build_filename(station.dir, "exports", "a", NULL);

    station_put_simple(&station, "S0", 1);
    run_export(&station, dir);
    for (int i = 1; i < 100; i++) {
        g_autofree char *serial = g_strdup_printf("S%d", i);
        station_put_simple(&station, serial, 1);
    }
    g_autofree char *before = station_list(dir);
    pid_t child = fork();
    if (child == 0) {
        Station own = station_join(&station);
        struct rlimit limit = {4096, 4096};
        g_autoptr(GError) error = NULL;
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
            _exit(9);
        _exit(try_export(&own, dir, NULL, &error) ||
                      !g_error_matches(error, EXPORT_ERROR, EXPORT_ERROR_MACHINE)
                  ? 1
                  : 0);
    }
    int status = -1;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_cmpint(status, ==, 0);
    g_autofree char *after = station_list(dir);
    g_assert_cmpstr(before, ==, after);
    g_autofree char *all = station_list(station.dir);
    g_assert_null(strstr(all, ".new"));
}

/* Killed at any moment, the folder has the old three files or the new three: never a part, never a mixture.
 */
static void
test_kill(void)
{
    g_auto(Station) station = station_new_with("DEMO", 1);
    g_autofree char *dir = g_build_filename(station.dir, "exports", "a", NULL);
    g_autofree char *reference = g_build_filename(station.dir, "exports", "b", NULL);
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    int kept = 0, killed = 0;

    for (int i = 0; i < 60; i++) {
        g_autofree char *serial = g_strdup_printf("S%d", i);
        station_put_simple(&station, serial, 1);
        if (i == 0) {
            run_export(&station, dir);
            continue;
        }
        gint64 start_us = g_get_monotonic_time();
        run_export(&station, reference);
        gint64 took_us = g_get_monotonic_time() - start_us;
        g_autofree char *old = station_list(dir), *new = station_list(reference);
        pid_t child = fork();
        if (child == 0) {
            Station own = station_join(&station);
            _exit(try_export(&own, dir, NULL, NULL) ? 0 : 1);
        }
        g_usleep((gulong)g_rand_double_range(random, 0.2 * (double)took_us, 2.0 * (double)took_us + 2000));
        kill(child, SIGKILL);
        int status = -1;
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        killed += WIFSIGNALED(status) ? 1 : 0;
        g_autofree char *now = station_list(dir);
        g_assert_true(strcmp(now, old) == 0 || strcmp(now, new) == 0);
        kept += strcmp(now, old) == 0 ? 1 : 0;
    }
    g_test_message("%d of 59 exports killed, %d before they were in place", killed, kept);
    g_assert_cmpint(killed, >, 0);
    g_assert_cmpint(kept, >, 0);
    run_export(&station, dir);
    run_export(&station, reference);
    g_autofree char *last = station_list(dir), *wanted = station_list(reference);
    g_assert_cmpstr(last, ==, wanted);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/export/csv", test_csv);
    g_test_add_func("/export/columns", test_columns);
    g_test_add_func("/export/files", test_files);
    g_test_add_func("/export/read-back", test_read_back);
    g_test_add_func("/export/repeat", test_repeat);
    g_test_add_func("/export/wrong-use", test_wrong_use);
    g_test_add_func("/export/versions", test_versions);
    g_test_add_func("/export/batches", test_batches);
    g_test_add_func("/export/disk-full", test_disk_full);
    g_test_add_func("/export/kill", test_kill);
    return g_test_run();
}
