/* A station to test with: forms, readings and sample lists made by hand. */
#pragma once

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "database-private.h"

/* --- folders --- */

static inline void
station_remove(const char *path)
{
    GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        station_remove(child);
    }
    if (dir != NULL)
        g_dir_close(dir);
    g_remove(path);
}

static inline void
station_list_into(const char *dir, const char *prefix, GPtrArray *lines)
{
    GDir *entries = g_dir_open(dir, 0, NULL);
    const char *name;

    while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL),
                        *shown = g_strconcat(prefix, "/", name, NULL);
        if (g_str_has_prefix(name, "station.db")) /* the log and its index come and go */
            continue;
        if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
            station_list_into(path, shown, lines);
        } else {
            g_autofree char *data = NULL, *sha = NULL;
            gsize length = 0;
            g_assert_true(g_file_get_contents(path, &data, &length, NULL));
            sha = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)data, length);
            g_ptr_array_add(lines, g_strdup_printf("%s %s", shown, sha));
        }
    }
    if (entries != NULL)
        g_dir_close(entries);
}

static inline int
station_compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every file below `dir` with its content's hash, but the database's own. */
static inline char *
station_list(const char *dir)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

    station_list_into(dir, "", lines);
    g_ptr_array_sort(lines, station_compare_lines);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

/* --- forms and readings --- */

static inline FormQuestion *
station_add_field(FormPackage *form, FormPage *page, const char *stem, FormType type)
{
    g_autofree char *name = g_strdup_printf("%s%d", stem, page->page);
    FormField *field = form_page_add_field(page, name, type);
    FormQuestion *question = form_question_new(name, type);
    const FormRect rect = {20, 20 + 10 * page->fields->len, 4.5, 4.5};

    g_ptr_array_add(form->questions, question);
    for (int i = 1; form_type_is_select(type) && i <= 3; i++) {
        char value[2] = {(char)('0' + i), '\0'};
        form_field_add_option(field, value, (FormRect){20 + 10 * i, rect.y_mm, rect.w_mm, rect.h_mm},
                              FORM_SHAPE_ELLIPSE);
        form_question_add_choice(question, value);
    }
    field->has_box = !form_type_is_select(type);
    field->box = rect;
    return question;
}

/* Every page N asks aN (one of 1 2 3), mN (several of them) and tN (text). */
static inline FormPackage *
station_form(const char *code, int version, int pages)
{
    FormPackage *form = form_package_new(code, version);

    form->width_mm = 210;
    form->height_mm = 297;
    for (int i = 0; i < pages; i++) {
        FormPage *page = form_package_add_page(form);
        station_add_field(form, page, "a", FORM_SELECT_ONE);
        station_add_field(form, page, "m", FORM_SELECT_MULTIPLE);
        station_add_field(form, page, "t", FORM_TEXT);
    }
    return form;
}

static inline FormFieldReading *
reading_add(FormReading *reading, const char *stem, FormFieldState state, const char *value)
{
    g_autofree char *name = g_strdup_printf("%s%d", stem, reading->page);
    FormFieldReading *field = form_reading_add_field(reading, name);

    field->state = state;
    field->value = form_reading_string(reading, value);
    field->confidence = 0.875;
    field->rule = form_marks_rule_name(FORM_MARKS_LARGEST);
    return field;
}

/* A reading of such a page: aN is `answer`, mN is "1 2", tN is to be keyed. */
static inline FormReading *
reading_new(const char *form, int version, const char *serial, int page, const char *answer)
{
    FormReading *reading = form_reading_new("a.jpg", 0);
    FormMarkReading marks[] = {{"1", 812.4, 560, 0.5, 0.999, FORM_MARK_MARKED, FORM_KIND_FILL},
                               {"2", 900, 560, 0, 1e-7, FORM_MARK_EMPTY, FORM_KIND_NOTHING}};

    reading->profile = "default";
    reading->fingerprint = "f00d";
    reading->form = form_reading_string(reading, form);
    reading->version = version;
    reading->serial = form_reading_string(reading, serial);
    reading->page = page;
    reading->aligned = TRUE;
    reading->rotation_deg = 180.5;
    reading->dpi_x = reading->dpi_y = 300;
    FormFieldReading *field = reading_add(reading, "a", FORM_FIELD_ANSWERED, answer);
    g_array_append_vals(field->marks, marks, G_N_ELEMENTS(marks));
    g_ptr_array_add(field->reasons, (gpointer)form_reading_string(reading, "faint"));
    reading_add(reading, "m", FORM_FIELD_ANSWERED, "1 2");
    FormFieldReading *keyed = reading_add(reading, "t", FORM_FIELD_TO_KEY, "");
    keyed->suggestion = form_reading_string(reading, "anh");
    keyed->suggestion_confidence = 0.5;
    form_reading_add_flag(reading, "streak", NULL, "left");
    return reading;
}

/* --- the station --- */

typedef struct {
    char *dir;
    Store *store;
    GPtrArray *forms; /* of FormPackage*, owned: those of station_cells() */
    const char *batch;
    const char *const *batches; /* of station_cells() */
    const char *scanner;        /* or NULL */
} Station;

static inline Station
station_new(void)
{
    g_autofree char *root = g_dir_make_tmp("station-XXXXXX", NULL);
    g_autoptr(GError) error = NULL;
    Station station = {.dir = g_steal_pointer(&root), .batch = "một"};

    g_assert_true(store_create(station.dir, &error));
    g_assert_no_error(error);
    station.store = store_open(station.dir, &error);
    g_assert_no_error(error);
    station.forms = g_ptr_array_new_with_free_func((GDestroyNotify)form_package_free);
    return station;
}

static inline Station
station_new_with(const char *code, int pages)
{
    Station station = station_new();
    FormPackage *form = station_form(code, 1, pages);
    g_autoptr(GError) error = NULL;

    g_ptr_array_add(station.forms, form);
    g_assert_true(store_add_form(station.store, form, NULL, &error));
    g_assert_no_error(error);
    return station;
}

static inline void
station_clear(Station *station)
{
    store_free(station->store);
    g_ptr_array_unref(station->forms);
    station_remove(station->dir);
    g_free(station->dir);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Station, station_clear)

/* The same station for another thread or process. */
static inline Station
station_join(const Station *station)
{
    Station own = {.dir = station->dir, .batch = station->batch};

    own.store = store_open(station->dir, NULL);
    g_assert_nonnull(own.store);
    return own;
}

static inline void
station_leave(Station *own)
{
    store_free(own->store);
}

static inline void
station_reopen(Station *station)
{
    g_autoptr(GError) error = NULL;

    store_free(station->store);
    station->store = store_open(station->dir, &error);
    g_assert_no_error(error);
}

static inline gboolean
station_try(Station *station, const char *content, FormReading *reading, StorePageResult *result,
            GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(content, strlen(content));
    g_autofree char *sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    const StoreImage image = {bytes, sha256, "jpg", "scans/a.jpg", station->batch, station->scanner};

    return store_put_page(station->store, &image, reading, result, error);
}

/* Puts a page that must go well; takes the reading. */
static inline StorePageResult
station_put(Station *station, const char *content, int index, FormReading *reading)
{
    g_autoptr(FormReading) given = reading;
    g_autoptr(GError) error = NULL;
    StorePageResult result = STORE_PAGE_NEW;

    given->index = index;
    g_assert_true(station_try(station, content, given, &result, &error));
    g_assert_no_error(error);
    return result;
}

static inline void
station_put_simple(Station *station, const char *serial, int page)
{
    g_autofree char *content = g_strdup_printf("%s/%d", serial, page);

    g_assert_cmpint(station_put(station, content, 0, reading_new("DEMO", 1, serial, page, "1")), ==,
                    STORE_PAGE_NEW);
}

static inline void
station_dump_table(sqlite3 *db, const char *table, GString *text)
{
    g_autofree char *sql = g_strdup_printf("SELECT * FROM %s ORDER BY 1, 2", table);
    sqlite3_stmt *statement = NULL;

    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
    g_string_append_printf(text, "%s\n", table);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++)
            g_string_append_printf(text, "|%s", (const char *)sqlite3_column_text(statement, i));
        g_string_append_c(text, '\n');
    }
    sqlite3_finalize(statement);
}

/* Everything that the station holds: all rows of all tables, and all files. */
static inline char *
station_dump(Station *station)
{
    static const char *const tables[] = {"form",  "sample_column", "sample", "batch",
                                         "image", "questionnaire", "page",   "field",
                                         "flag",  "feed",          "frame",  "scanner_settings"};
    g_autofree char *files = station_list(station->dir);
    GString *text = g_string_new(files);

    for (guint i = 0; i < G_N_ELEMENTS(tables); i++)
        station_dump_table(station->store->db, tables[i], text);
    return g_string_free(text, FALSE);
}

static inline gboolean
station_take_cells(const StoreQuestionnaire *questionnaire, gpointer data, GError **error)
{
    GString *text = data;

    (void)error;
    g_string_append_printf(text, "%s v%d\n", questionnaire->serial, questionnaire->form->version);
    for (guint i = 0; i < questionnaire->n_cells; i++) {
        const StoreCell *cell = &questionnaire->cells[i];
        g_string_append_printf(text, " %s=%s %s %s\n", cell->name, cell->value, cell->state, cell->source);
    }
    return TRUE;
}

/* All questionnaires as an export sees them. */
static inline char *
station_cells(Station *station)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(store_each_questionnaire(station->store, station->forms, station->batches,
                                           station_take_cells, text, &error));
    g_assert_no_error(error);
    return g_string_free(text, FALSE);
}

/* The promises that hold at any time: a sound database, and every image that a row names is there, whole. */
static inline void
station_check(Station *station)
{
    sqlite3 *db = station->store->db;
    sqlite3_stmt *statement = NULL;

    g_assert_cmpint(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &statement, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    g_assert_cmpstr((const char *)sqlite3_column_text(statement, 0), ==, "ok");
    sqlite3_finalize(statement);
    g_assert_cmpint(sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &statement, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_DONE);
    sqlite3_finalize(statement);
    g_assert_cmpint(sqlite3_prepare_v2(db,
                                       "SELECT count(*) FROM page WHERE fields <>"
                                       " (SELECT count(*) FROM field WHERE field.page = page.id)",
                                       -1, &statement, NULL),
                    ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    g_assert_cmpint(sqlite3_column_int(statement, 0), ==, 0);
    sqlite3_finalize(statement);

    g_assert_cmpint(sqlite3_prepare_v2(db, "SELECT sha256, ending, bytes FROM image", -1, &statement, NULL),
                    ==, SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const char *sha256 = (const char *)sqlite3_column_text(statement, 0);
        g_autofree char *path =
            store_image_path(station->store, sha256, (const char *)sqlite3_column_text(statement, 1));
        g_autofree char *data = NULL, *found = NULL;
        gsize length = 0;
        g_assert_true(g_file_get_contents(path, &data, &length, NULL));
        g_assert_cmpint((gint64)length, ==, sqlite3_column_int64(statement, 2));
        found = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)data, length);
        g_assert_cmpstr(found, ==, sha256);
    }
    sqlite3_finalize(statement);
}

static inline gint64
number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_ROW);
    gint64 result = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return result;
}

/* --- sample lists --- */

typedef struct {
    FormSample sample;
} Sample;

static inline void
sample_free_row(gpointer data)
{
    FormSampleRow *row = data;

    g_strfreev(row->values);
    g_free(row->serial);
    g_free(row);
}

/* A list of plain cells: no quotes. */
static inline Sample
sample_parse(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    Sample list = {.sample = {.columns = g_strsplit(lines[0], ",", -1)}};

    list.sample.n_columns = g_strv_length(list.sample.columns);
    while (g_ascii_strcasecmp(list.sample.columns[list.sample.serial_column], "serial") != 0)
        list.sample.serial_column++;
    list.sample.rows = g_ptr_array_new_with_free_func(sample_free_row);
    for (guint i = 1; lines[i] != NULL; i++) {
        FormSampleRow *row = g_new0(FormSampleRow, 1);
        row->values = g_strsplit(lines[i], ",", -1);
        row->serial = g_strdup(row->values[list.sample.serial_column]);
        row->line = (int)i + 1;
        g_ptr_array_add(list.sample.rows, row);
    }
    return list;
}

static inline void
sample_clear(Sample *list)
{
    g_strfreev(list->sample.columns);
    g_ptr_array_unref(list->sample.rows);
}

static inline void
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
