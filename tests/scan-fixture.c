#include "scan-fixture.h"

#include <ftw.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "command-fixture.h"

#define DPI       150
#define WIDTH_PX  1240
#define HEIGHT_PX 1754

static const char definition[] =
    "## settings\n\n"
    "| form_id | version | form_title | default_language |\n|---|---|---|---|\n"
    "| %s | 1 | A form for tests | English (en) |\n\n"
    "## survey\n\n"
    "| type | name | label | appearance | print::break |\n|---|---|---|---|---|\n"
    "| begin_group | views | What do you think? | table-list | |\n"
    "| select_one level | v1 | Of the rain | | |\n"
    "| select_one level | v2 | Of the sun | | |\n"
    "| end_group | | | | |\n"
    "%s"
    "| select_one level | last | Of this form | | yes |\n\n"
    "## choices\n\n"
    "| list_name | name | label |\n|---|---|---|\n"
    "| level | 1 | bad |\n| level | 2 | fair |\n| level | 3 | good |\n";

typedef struct {
    FormPackage *package;
    FormPrinter *printer;
} Form;

/* ---- making ---- */

char *
scan_pile_path(const ScanPile *pile, const char *name)
{
    return g_build_filename(pile->dir, name, NULL);
}

static void
form_clear(Form *form)
{
    form_printer_free(form->printer);
    form_package_free(form->package);
}

/* Halves every length of a package, and so its paper. */
static void
halve_lengths(json_t *value)
{
    const char *key;
    json_t *member;
    size_t i;
    if (json_is_array(value)) {
        json_array_foreach(value, i, member) halve_lengths(member);
        return;
    }
    json_object_foreach(value, key, member)
    {
        if (json_is_number(member) && g_str_has_suffix(key, "_mm"))
            json_object_set_new(value, key, json_real(json_number_value(member) / 2));
        else
            halve_lengths(member);
    }
}

/* Preparing blank pages is most of what a station does at its start, and goes by their area: so pages are
 * half as wide and high. */
static void
halve_package(const ScanPile *pile, const char *path)
{
    json_t *json = json_load_file(path, 0, NULL), *page;
    size_t i;
    json_array_foreach(json_object_get(json, "pages"), i, page)
    {
        const char *file = json_string_value(json_object_get(json_object_get(page, "blank"), "file"));
        g_autofree char *blank = scan_pile_path(pile, file);
        g_autoptr(PIX) pix = pixRead(blank), grey = pixConvertTo8(pix, FALSE), half = pixScaleAreaMap2(grey);
        g_assert_nonnull(half);
        g_assert_cmpint(pixWrite(blank, half, IFF_PNG), ==, 0);
    }
    halve_lengths(json);
    g_assert_cmpint(json_dump_file(json, path, 0), ==, 0);
    json_decref(json);
}

/* Compiles a form of so many pages and gives it to the station. */
static void
form_init(Form *form, const ScanPile *pile, const char *code, guint pages)
{
    GError *error = NULL;
    g_autofree char *text = g_strdup_printf(
        definition, code, pages == 3 ? "| select_one level | middle | Of this page | | yes |\n" : "");
    g_autofree char *source = g_strdup_printf("%s/%s.md", pile->dir, code),
                    *path = g_strdup_printf("%s/%s.form.json", pile->dir, code);
    fixture_write(source, text, -1);
    g_auto(Run) compiled = run_phieu("form", "compile", source, "-o", path, NULL);
    assert_status(compiled, 0);
    form->package = form_package_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(form->package->pages->len, ==, pages);
    form->printer = form_printer_new(form->package, &error);
    g_assert_no_error(error);
    halve_package(pile, path);
    g_auto(Run) added = run_phieu("-C", pile->station, "form", "add", path, NULL);
    assert_status(added, 0);
}

static char *
simulate(const ScanPile *pile, const Form *form, const char *serial, int page)
{
    GError *error = NULL;
    FormSheetId id = {.version = 1, .page = page};
    g_strlcpy(id.code, form->package->code, sizeof id.code);
    g_strlcpy(id.serial, serial, sizeof id.serial);
    g_autoptr(CalibrationRespondent) respondent =
        calibration_respondent_new(form->package, &calibration_habits_ordinary, 1, serial);
    g_autoptr(GRand) random = calibration_random(1, serial, page, "scan");
    CalibrationScan scan = {.dpi = DPI, .mode = CALIBRATION_GREY};
    g_autoptr(PIX) pix = calibration_simulate(form->printer, &id, respondent, &scan, random);
    g_assert_nonnull(pix);
    pixSetResolution(pix, 2 * DPI, 2 * DPI); /* of the paper that is half as wide */
    char *path = g_strdup_printf("%s/%s-%d.jpg", pile->dir, serial, page);
    calibration_write(pix, &scan, path, &error);
    g_assert_no_error(error);
    return path;
}

static void
add_sheet(ScanPile *pile, const Form *form, const char *serial, int front, int back)
{
    ScanSheet sheet = {.pages = {front, back}};
    g_strlcpy(sheet.serial, serial, sizeof sheet.serial);
    g_array_append_val(pile->sheets, sheet);
    for (guint i = 0; i < 2; i++)
        g_ptr_array_add(pile->sides, sheet.pages[i] ? simulate(pile, form, serial, sheet.pages[i]) : NULL);
}

static void
make_station(ScanPile *pile, guint questionnaires)
{
    pile->station = scan_pile_path(pile, "empty");
    g_autofree char *list = scan_pile_path(pile, "list.csv");
    g_autoptr(GString) text = g_string_new("serial,commune\n");
    for (guint i = 1; i <= questionnaires; i++)
        g_string_append_printf(text, "%07u,Sóc Sơn\n", i);
    fixture_write(list, text->str, -1);
    g_auto(Run) made = run_phieu("init", pile->station, NULL);
    assert_status(made, 0);
    g_auto(Run) sample = run_phieu("-C", pile->station, "sample", "import", list, NULL);
    assert_status(sample, 0);
}

ScanPile *
scan_pile_new(guint n_sheets)
{
    GError *error = NULL;
    ScanPile *pile = g_new0(ScanPile, 1);
    Form two, three;

    pile->dir = g_dir_make_tmp("phieu-pile-XXXXXX", &error);
    g_assert_no_error(error);
    pile->sheets = g_array_new(FALSE, FALSE, sizeof(ScanSheet));
    pile->sides = g_ptr_array_new_with_free_func(g_free);
    pile->bare = scan_pile_path(pile, "bare.png");
    fixture_png(pile->bare, WIDTH_PX, HEIGHT_PX);
    make_station(pile, n_sheets);
    form_init(&two, pile, "TWO", 2);
    form_init(&three, pile, "THREE", 3);
    for (guint serial = 1; pile->sheets->len < n_sheets; serial++) {
        g_autofree char *name = g_strdup_printf("%07u", serial);
        gboolean long_one = serial % 2 == 0 && pile->sheets->len + 2 <= n_sheets;
        add_sheet(pile, long_one ? &three : &two, name, 1, 2);
        if (long_one)
            add_sheet(pile, &three, name, 3, 0);
    }
    form_clear(&two);
    form_clear(&three);
    return pile;
}

ScanPile *
scan_pile_one_sided(const ScanPile *pile)
{
    ScanPile *fronts = g_new0(ScanPile, 1);
    fronts->one_sided = TRUE;
    fronts->dir = g_strdup(pile->dir);
    fronts->bare = g_strdup(pile->bare);
    fronts->station = g_strdup(pile->station);
    fronts->sheets = g_array_new(FALSE, FALSE, sizeof(ScanSheet));
    fronts->sides = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < pile->sides->len; i++) {
        ScanSheet sheet = g_array_index(pile->sheets, ScanSheet, i / 2);
        int page = sheet.pages[i % 2];
        if (!page)
            continue;
        sheet.pages[0] = page;
        sheet.pages[1] = 0;
        g_array_append_val(fronts->sheets, sheet);
        g_ptr_array_add(fronts->sides, g_strdup(pile->sides->pdata[i]));
        g_ptr_array_add(fronts->sides, NULL);
    }
    return fronts;
}

static int
remove_one(const char *path, const struct stat *about G_GNUC_UNUSED, int kind G_GNUC_UNUSED,
           struct FTW *place G_GNUC_UNUSED)
{
    return remove(path);
}

void
scan_pile_free(ScanPile *pile)
{
    if (!pile)
        return;
    if (!pile->one_sided)
        nftw(pile->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    g_array_unref(pile->sheets);
    g_ptr_array_unref(pile->sides);
    g_free(pile->bare);
    g_free(pile->station);
    g_free(pile->dir);
    g_free(pile);
}

static void
link_side(const ScanPile *pile, const char *folder, guint number, const char *path)
{
    const char *from = path ? path : pile->bare;
    g_autofree char *to = g_strdup_printf("%s/%u%s", folder, number, strrchr(from, '.'));
    g_assert_cmpint(symlink(from, to), ==, 0);
}

char *
scan_pile_folder(const ScanPile *pile, const char *name, const GArray *positions, const char *script)
{
    char *folder = scan_pile_path(pile, name);
    guint sides = 0, n = positions ? positions->len : pile->sheets->len;
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    for (guint i = 0; i < n; i++)
        for (guint side = 0; side < 2; side++) {
            guint sheet = positions ? g_array_index(positions, guint, i) - 1 : i;
            const char *path = pile->sides->pdata[2 * sheet + side];
            if (path || !pile->one_sided)
                link_side(pile, folder, ++sides, path);
        }
    g_autofree char *conf = g_build_filename(folder, "feeder.conf", NULL);
    if (script)
        fixture_write(conf, script, -1);
    return folder;
}

char *
scan_pile_station(const ScanPile *pile, const char *name)
{
    char *station = scan_pile_path(pile, name);
    const char *words[] = {"cp", "-a", pile->station, station, NULL};
    GError *error = NULL;
    int status = 0;
    g_spawn_sync(NULL, (char **)words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    return station;
}

guint
scan_pile_printed(const ScanPile *pile, guint n_sheets)
{
    guint printed = 0;
    for (guint i = 0; i < 2 * n_sheets; i++)
        printed += pile->sides->pdata[i] != NULL;
    return printed;
}

/* ---- what the station holds ---- */

static sqlite3 *
open_database(const char *station)
{
    g_autofree char *path = g_build_filename(station, "station.db", NULL);
    sqlite3 *database = NULL;
    g_assert_cmpint(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
    sqlite3_busy_timeout(database, 10000);
    return database;
}

static sqlite3_stmt *
prepare(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *query = NULL;
    if (sqlite3_prepare_v2(database, sql, -1, &query, NULL) != SQLITE_OK)
        g_error("%s: %s", sql, sqlite3_errmsg(database));
    return query;
}

static const char *
text_of(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

char *
scan_station_held(const char *station)
{
    sqlite3 *database = open_database(station);
    sqlite3_stmt *query =
        prepare(database, "SELECT page.serial, page.page, field.name, field.value, field.state"
                          " FROM page JOIN field ON field.page = page.id"
                          " WHERE page.state = 'held'"
                          " ORDER BY page.serial, page.page, field.position");
    GString *held = g_string_new(NULL);
    while (sqlite3_step(query) == SQLITE_ROW)
        g_string_append_printf(held, "%s/%d %s: %s (%s)\n", text_of(query, 0), sqlite3_column_int(query, 1),
                               text_of(query, 2), text_of(query, 3), text_of(query, 4));
    sqlite3_finalize(query);
    sqlite3_close(database);
    return g_string_free(held, FALSE);
}

/* Pages of the first `n_sheets` that are held once. */
static guint
count_wanted(sqlite3 *database, const ScanPile *pile, guint n_sheets)
{
    sqlite3_stmt *query = prepare(database, "SELECT count(*) FROM page JOIN questionnaire AS q"
                                            " ON q.id = page.questionnaire"
                                            " WHERE q.serial = ? AND page.page = ? AND page.state = 'held'");
    guint wanted = 0;
    for (guint i = 0; i < n_sheets; i++)
        for (guint side = 0; side < 2; side++) {
            const ScanSheet *sheet = &g_array_index(pile->sheets, ScanSheet, i);
            if (!sheet->pages[side])
                continue;
            sqlite3_bind_text(query, 1, sheet->serial, -1, SQLITE_STATIC);
            sqlite3_bind_int(query, 2, sheet->pages[side]);
            g_assert_cmpint(sqlite3_step(query), ==, SQLITE_ROW);
            wanted += sqlite3_column_int(query, 0) == 1;
            sqlite3_reset(query);
        }
    sqlite3_finalize(query);
    return wanted;
}

static void
count_pages(sqlite3 *database, ScanHoldings *holdings)
{
    sqlite3_stmt *query = prepare(database, "SELECT total(state = 'held'), total(state = 'doubled'),"
                                            " total(state = 'refused') FROM page");
    g_assert_cmpint(sqlite3_step(query), ==, SQLITE_ROW);
    holdings->held = (guint)sqlite3_column_int(query, 0);
    holdings->doubled = (guint)sqlite3_column_int(query, 1);
    holdings->refused = (guint)sqlite3_column_int(query, 2);
    sqlite3_finalize(query);
}

/* Names of the archive's files, each with whether it is what its name says. Filled by nftw(), which takes no
 * data. */
static GHashTable *files;

static int
note_file(const char *path, const struct stat *about G_GNUC_UNUSED, int kind, struct FTW *place G_GNUC_UNUSED)
{
    g_autofree char *data = NULL, *name = g_path_get_basename(path);
    gsize length;
    if (kind != FTW_F || !g_file_get_contents(path, &data, &length, NULL))
        return 0;
    g_autofree char *sha = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)data, length);
    gboolean sound = g_str_has_prefix(name, sha);
    g_hash_table_insert(files, g_steal_pointer(&name), GINT_TO_POINTER(sound));
    return 0;
}

static void
count_images(sqlite3 *database, const char *station, ScanHoldings *holdings)
{
    g_autofree char *images = g_build_filename(station, "images", NULL);
    sqlite3_stmt *query = prepare(database, "SELECT sha256 || '.' || ending FROM image"
                                            " WHERE id IN (SELECT image FROM page)");
    files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    nftw(images, note_file, 16, FTW_PHYS);
    while (sqlite3_step(query) == SQLITE_ROW) {
        holdings->torn += !g_hash_table_lookup(files, text_of(query, 0));
        g_hash_table_remove(files, text_of(query, 0));
    }
    GHashTableIter left;
    gpointer name;
    for (g_hash_table_iter_init(&left, files); g_hash_table_iter_next(&left, &name, NULL);)
        if (g_str_has_suffix(name, ".new"))
            holdings->unfinished++;
        else
            holdings->orphans++;
    sqlite3_finalize(query);
    g_clear_pointer(&files, g_hash_table_unref);
}

ScanHoldings
scan_station_count(const ScanPile *pile, const char *station)
{
    sqlite3 *database = open_database(station);
    ScanHoldings holdings = {.wanted = count_wanted(database, pile, pile->sheets->len)};
    count_pages(database, &holdings);
    count_images(database, station, &holdings);
    sqlite3_close(database);
    return holdings;
}

gboolean
scan_station_holds(const ScanPile *pile, const char *station, guint n_sheets)
{
    sqlite3 *database = open_database(station);
    guint held = count_wanted(database, pile, n_sheets);
    sqlite3_close(database);
    return held == scan_pile_printed(pile, n_sheets);
}

/* ---- what the program says ---- */

json_t *
scan_end_of(const char *output)
{
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
    for (guint i = g_strv_length(lines); i-- > 0;) {
        json_t *object = *lines[i] ? json_loads(lines[i], 0, NULL) : NULL;
        if (object && g_strcmp0(json_string_value(json_object_get(object, "event")), "end") == 0)
            return object;
        json_decref(object);
    }
    return NULL;
}

/* The only sheet with this serial that bears just these pages (0: nothing); its position, or 0. */
static guint
find_sheet(const ScanPile *pile, const char *serial, int front, int back)
{
    for (guint i = 0; i < pile->sheets->len; i++) {
        const ScanSheet *sheet = &g_array_index(pile->sheets, ScanSheet, i);
        if (g_strcmp0(sheet->serial, serial) == 0 && sheet->pages[0] == front && sheet->pages[1] == back)
            return i + 1;
    }
    return 0;
}

/* Position in the pile of a whole sheet as the program names it; 0: it names none. A name that fits no sheet
 * of the pile is wrong. */
static guint
find_whole(const ScanPile *pile, const json_t *name)
{
    if (!json_is_object(name))
        return 0;
    const json_t *pages = json_object_get(name, "pages");
    const char *serial = json_string_value(json_object_get(name, "serial"));
    int front = (int)json_integer_value(json_array_get(pages, 0)),
        back = (int)json_integer_value(json_array_get(pages, 1));
    guint position = find_sheet(pile, serial, front, back);
    if (!position)
        g_test_message("no such sheet: serial %s, pages %d and %d", serial ? serial : "?", front, back);
    g_assert_cmpuint(position, !=, 0);
    return position;
}

static gboolean
bears(const ScanPile *pile, guint position, const char *serial, int page)
{
    const ScanSheet *sheet = &g_array_index(pile->sheets, ScanSheet, position - 1);
    return strcmp(sheet->serial, serial) == 0 && (sheet->pages[0] == page || sheet->pages[1] == page);
}

/* Adds the sheets of the pile that a broken one may be: the one that bears what was read of it, or those
 * between its neighbours. */
static void
find_broken(const ScanPile *pile, const json_t *broken, GArray *positions)
{
    const char *serial = json_string_value(json_object_get(broken, "serial"));
    int page = (int)json_integer_value(json_array_get(json_object_get(broken, "pages"), 0));
    guint n = pile->sheets->len;
    guint before = find_whole(pile, json_object_get(broken, "before")),
          after = find_whole(pile, json_object_get(broken, "after"));
    for (guint i = 1; serial && page && i <= n; i++)
        if (bears(pile, i, serial, page)) {
            g_array_append_val(positions, i);
            return;
        }
    guint end = after ? after : MIN(before + 2, n + 1);
    for (guint i = before + 1; i < end; i++)
        g_array_append_val(positions, i);
}

static GArray *
broken_now(const ScanPile *pile, const json_t *ledger)
{
    GArray *positions = g_array_new(FALSE, FALSE, sizeof(guint));
    const json_t *all = json_object_get(ledger, "broken");
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *broken = json_array_get(all, i);
        if (!json_is_true(json_object_get(broken, "settled")))
            find_broken(pile, broken, positions);
    }
    return positions;
}

/* The sheets that bear pages which questionnaires lack. */
static GArray *
bearers_of_missing(const ScanPile *pile, const json_t *ledger)
{
    GArray *positions = g_array_new(FALSE, FALSE, sizeof(guint));
    const json_t *missing = json_object_get(ledger, "missing");
    for (guint i = 1; i <= pile->sheets->len; i++) {
        const ScanSheet *sheet = &g_array_index(pile->sheets, ScanSheet, i - 1);
        const json_t *pages = json_object_get(missing, sheet->serial);
        gboolean bears_one = FALSE;
        for (size_t k = 0; k < json_array_size(pages); k++)
            bears_one |= bears(pile, i, sheet->serial, (int)json_integer_value(json_array_get(pages, k)));
        if (bears_one)
            g_array_append_val(positions, i);
    }
    return positions;
}

static char *
positions_text(const GArray *positions)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < positions->len; i++)
        g_string_append_printf(text, "%s%u", i ? "," : "", g_array_index(positions, guint, i));
    return g_string_free(text, FALSE);
}

guint
scan_last(const ScanPile *pile, const json_t *ledger)
{
    return find_whole(pile, json_object_get(ledger, "last"));
}

char *
scan_broken(const ScanPile *pile, const json_t *ledger)
{
    g_autoptr(GArray) broken = broken_now(pile, ledger);
    return positions_text(broken);
}

char *
scan_way_on(const ScanPile *pile, const json_t *ledger, gboolean left)
{
    g_autoptr(GArray) broken = broken_now(pile, ledger);
    json_int_t difference = json_integer_value(json_object_get(ledger, "difference"));
    if (left || g_strcmp0(json_string_value(json_object_get(ledger, "cause")), "empty") != 0)
        return g_strdup_printf("%u-", scan_last(pile, ledger) + 1);
    if (-difference > (json_int_t)broken->len)
        return g_strdup("1-");
    if (broken->len)
        return positions_text(broken);
    if (difference < 0)
        return g_strdup("1-");
    g_autoptr(GArray) missing = bearers_of_missing(pile, ledger);
    return missing->len ? positions_text(missing) : NULL;
}
