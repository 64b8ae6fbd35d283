/* calibrate deck: the whole way from the printed deck over simulated scans of its PDF to the comparison. */
#include <glib/gstdio.h>
#include <jansson.h>
#include <poppler.h>
#include <stdlib.h>
#include <string.h>

#include "command-fixture.h"

/* The fixture's form: 5 fields to mark with 3 options each and a box, on two pages. */
#define COPIES 12
#define DPI    200

static Run
print_deck(const Fixture *fixture, const char *name)
{
    g_autofree char *path = fixture_path(fixture, name);
    return run_phieu("calibrate", "deck", fixture->package_path, "-o", path, NULL);
}

static json_t *
load_truth(const Fixture *fixture)
{
    g_autofree char *path = fixture_path(fixture, "deck.truth.json");
    json_t *truth = json_load_file(path, 0, NULL);
    g_assert_nonnull(truth);
    return truth;
}

static PopplerDocument *
open_deck(const Fixture *fixture)
{
    g_autofree char *path = fixture_path(fixture, "deck.pdf"), *uri = g_filename_to_uri(path, NULL, NULL);
    g_autoptr(GError) error = NULL;
    PopplerDocument *document = poppler_document_new_from_file(uri, NULL, &error);
    g_assert_no_error(error);
    return document;
}

/* A page of the PDF, through an ordinary scanner. The caller frees the path. */
static char *
scan_page(const Fixture *fixture, PopplerDocument *document, int index, guint32 seed)
{
    const FormPackage *package = fixture->package;
    g_autofree char *name = g_strdup_printf("scan-%u-%02d.jpg", seed, index);
    char *path = fixture_path(fixture, name);
    g_autoptr(cairo_surface_t) paper =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(package->width_mm / 25.4 * DPI + 0.5),
                                   (int)(package->height_mm / 25.4 * DPI + 0.5));
    {
        g_autoptr(cairo_t) cr = cairo_create(paper);
        PopplerPage *page = poppler_document_get_page(document, index);
        cairo_set_source_rgb(cr, 1, 1, 1);
        cairo_paint(cr);
        cairo_scale(cr, DPI / 72.0, DPI / 72.0);
        poppler_page_render_for_printing(page, cr);
        g_object_unref(page);
    }
    g_autoptr(GRand) random = g_rand_new_with_seed(seed + (guint32)index);
    CalibrationScan scan = calibration_scan_ordinary(DPI, CALIBRATION_GREY, random);
    g_autoptr(PIX) pix = calibration_scan_paper(paper, package, 1 + index % 2, &scan, random);
    g_assert_nonnull(pix);
    g_autoptr(GError) error = NULL;
    calibration_write(pix, &scan, path, &error);
    g_assert_no_error(error);
    return path;
}

static GPtrArray *
scan_pages(const Fixture *fixture, int n, guint32 seed)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    PopplerDocument *document = open_deck(fixture);
    for (int i = 0; i < n; i++)
        g_ptr_array_add(paths, scan_page(fixture, document, i, seed));
    g_object_unref(document);
    return paths;
}

static Run
compare(const Fixture *fixture, const GPtrArray *scans, const char *option, const char *value)
{
    g_autofree char *truth = fixture_path(fixture, "deck.truth.json");
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    const char *const first[] = {"calibrate", "deck", fixture->package_path, "--compare", truth, "--json",
                                 option,      value};
    for (guint i = 0; i < G_N_ELEMENTS(first); i++)
        if (first[i])
            g_ptr_array_add(words, (gpointer)first[i]);
    for (guint i = 0; i < scans->len; i++)
        g_ptr_array_add(words, scans->pdata[i]);
    g_ptr_array_add(words, NULL);
    return run_phieu_v((const char *const *)words->pdata, NULL);
}

static json_t *
parse(const Run *run)
{
    json_t *object = json_loads(run->output, 0, NULL);
    if (!object)
        g_test_message("output: %s\nproblems: %s", run->output, run->problems);
    g_assert_nonnull(object);
    return object;
}

static gint64
count_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    g_assert_true(json_is_integer(value));
    return json_integer_value(value);
}

/* Every option of every question is marked in some copy, and in every way; the deck says what it is. */
static void
test_printed(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Run) run = print_deck(fixture, "deck.pdf");
    assert_status(run, 0);
    g_assert_cmpstr(run.problems, ==, "");
    json_t *truth = load_truth(fixture), *copy;
    g_autoptr(GHashTable) marked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GHashTable) kinds = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    guint boxes = 0;
    gsize i;
    g_assert_cmpuint(json_array_size(json_object_get(truth, "copies")), ==, COPIES);
    json_array_foreach(json_object_get(truth, "copies"), i, copy)
    {
        const char *name, *option;
        json_t *field, *pair;
        json_object_foreach(json_object_get(copy, "fields"), name, field)
        {
            boxes += json_is_string(field) && *json_string_value(field);
            json_object_foreach(field, option, pair)
            {
                const char *kind = json_string_value(json_array_get(pair, 1));
                g_hash_table_add(kinds, g_strdup(kind));
                if (g_str_equal(json_string_value(json_array_get(pair, 0)), "marked"))
                    g_hash_table_add(marked, g_strdup_printf("%s %s", name, option));
            }
        }
    }
    g_assert_cmpuint(g_hash_table_size(marked), ==, 15);
    g_assert_cmpuint(boxes, >, 0);
    for (int kind = 0; kind < CALIBRATION_MARK_WAYS; kind++)
        g_assert_true(g_hash_table_contains(kinds, calibration_mark_kind_name((CalibrationMarkKind)kind)));
    json_decref(truth);

    PopplerDocument *document = open_deck(fixture);
    g_assert_cmpint(poppler_document_get_n_pages(document), ==, 2 * COPIES);
    PopplerPage *page = poppler_document_get_page(document, 3);
    g_autofree char *text = poppler_page_get_text(page);
    g_assert_nonnull(strstr(text, "Test deck"));
    g_assert_nonnull(strstr(text, "Bộ phiếu thử"));
    g_object_unref(page);
    g_object_unref(document);
}

/* The same form and seed make the same deck, another seed another one. */
static void
test_printed_again(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *one = fixture_path(fixture, "deck.truth.json"),
                    *two = fixture_path(fixture, "two.truth.json"),
                    *other = fixture_path(fixture, "other.pdf"), *one_text = NULL, *two_text = NULL;
    g_auto(Run) first = print_deck(fixture, "deck.pdf");
    g_auto(Run) second = print_deck(fixture, "two.pdf");
    g_assert_true(g_file_get_contents(one, &one_text, NULL, NULL));
    g_assert_true(g_file_get_contents(two, &two_text, NULL, NULL));
    g_assert_cmpstr(one_text, ==, two_text);
    g_auto(Run) run = run_phieu("calibrate", "deck", fixture->package_path, "-o", other, "--seed", "2",
                                "--copies", "13", NULL);
    assert_status(run, 0);
    g_autofree char *other_truth = fixture_path(fixture, "other.truth.json");
    json_t *a = load_truth(fixture), *b = json_load_file(other_truth, 0, NULL);
    g_assert_cmpstr(json_string_value(json_object_get(a, "deck")), !=,
                    json_string_value(json_object_get(b, "deck")));
    g_assert_cmpuint(json_array_size(json_object_get(b, "copies")), ==, 13);
    json_decref(a);
    json_decref(b);
}

static guint
lines_of(const char *path)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return count_lines(text);
}

/* All of it through a scanner: everything is counted, and the day's result kept once. */
static void
test_scanned(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *history = fixture_path(fixture, "history.jsonl");
    g_auto(Run) printed = print_deck(fixture, "deck.pdf");
    g_autoptr(GPtrArray) scans = scan_pages(fixture, 2 * COPIES, 1000);
    g_auto(Run) run = compare(fixture, scans, "--history", history);
    json_t *object = parse(&run);
    gboolean passed = json_is_true(json_object_get(object, "passed"));
    assert_status(run, passed ? 0 : 1);
    g_assert_cmpint(count_of(object, "pages"), ==, 2 * COPIES);
    g_assert_cmpint(count_of(object, "pages_refused"), ==, 0);
    g_assert_cmpint(count_of(object, "positions"), ==, 15 * COPIES);
    g_assert_cmpint(count_of(object, "boxes"), ==, COPIES);
    g_assert_cmpuint(json_array_size(json_object_get(object, "missing_pages")), ==, 0);
    g_assert_cmpint((gint64)json_array_size(json_object_get(object, "wrong")), ==,
                    count_of(object, "silent_errors") + count_of(object, "silent_box_errors"));
    /* a full fill of black ink is read in any case */
    const json_t *fills = json_object_get(json_object_get(object, "kinds"), "fill");
    g_assert_cmpint(count_of(fills, "marked"), >, count_of(fills, "positions") * 8 / 10);
    g_assert_true(json_is_null(json_object_get(object, "before")));
    json_decref(object);

    g_auto(Run) again = compare(fixture, scans, "--history", history);
    g_assert_cmpuint(lines_of(history), ==, 1);
    g_ptr_array_set_size(scans, 2);
    g_auto(Run) part = compare(fixture, scans, "--history", history);
    g_assert_cmpuint(lines_of(history), ==, 2);
    object = parse(&part);
    assert_status(part, 1);
    g_assert_cmpuint(json_array_size(json_object_get(object, "missing_pages")), ==, 2 * COPIES - 2);
    g_assert_cmpint(count_of(json_object_get(object, "before"), "pages"), ==, 2 * COPIES);
    json_decref(object);
}

/* What differs from the truth is told field by field. */
static void
test_wrong(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *path = fixture_path(fixture, "deck.truth.json");
    g_auto(Run) printed = print_deck(fixture, "deck.pdf");
    g_autoptr(GPtrArray) scans = scan_pages(fixture, 2, 1001); /* the first copy: black fills */
    g_auto(Run) before = compare(fixture, scans, NULL, NULL);
    json_t *was = parse(&before), *truth = load_truth(fixture);
    const char *moved = NULL, *name, *option;
    json_t *field, *pair;
    json_object_foreach(json_object_get(json_array_get(json_object_get(truth, "copies"), 0), "fields"), name,
                        field)
    {
        json_object_foreach(field, option, pair)
        {
            if (moved || json_object_size(field) > 1 || g_str_equal(name, "animals") ||
                !g_str_equal(json_string_value(json_array_get(pair, 1)), "fill"))
                continue;
            moved = name; /* a question with nothing but a black fill: the mark moves on by one option */
            g_autofree char *next = g_strdup_printf("%d", atoi(option) % 3 + 1);
            json_object_set_new(field, next, json_pack("[s, s]", "marked", "fill"));
            json_object_del(field, option);
            break;
        }
    }
    g_assert_nonnull(moved);
    g_assert_cmpint(json_dump_file(truth, path, 0), ==, 0);
    g_auto(Run) after = compare(fixture, scans, NULL, NULL);
    assert_status(after, 1);
    json_t *is = parse(&after);
    g_assert_cmpint(count_of(is, "silent_errors"), ==, count_of(was, "silent_errors") + 2);
    g_autofree char *told = g_strdup_printf("%s option", moved);
    g_assert_nonnull(strstr(after.output, told));
    json_decref(was);
    json_decref(is);
    json_decref(truth);
}

/* Pages that are not of the deck are told, and do not count. */
static void
test_strangers(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_auto(Run) printed = print_deck(fixture, "deck.pdf");
    g_autoptr(GPtrArray) scans = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(scans, fixture_path(fixture, "other.jpg"));
    g_ptr_array_add(scans, fixture_path(fixture, "white.png"));
    fixture_scan(fixture, NULL, "0100423", 1, scans->pdata[0]);
    fixture_png(scans->pdata[1], 1654, 2339);
    g_auto(Run) run = compare(fixture, scans, NULL, NULL);
    assert_status(run, 1);
    json_t *object = parse(&run);
    g_assert_cmpint(count_of(object, "strangers"), ==, 1);
    g_assert_cmpint(count_of(object, "pages"), ==, 1);
    g_assert_cmpint(count_of(object, "pages_refused"), ==, 1);
    g_assert_cmpint(count_of(object, "positions"), ==, 0);
    g_assert_cmpuint(json_array_size(json_object_get(object, "other_pages")), ==, 2);
    json_decref(object);
}

static void
test_bad_truth(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    static const char *const bad[] = {
        "",
        "{",
        "{\"phieu_deck\": 2}",
        "{\"phieu_deck\": 1}",
        "{\"phieu_deck\": 1, \"form\": \"OTHER\", \"version\": 1}",
        "{\"phieu_deck\": 1, \"form\": \"TESTFORM\", \"version\": 1, \"deck\": \"D\", \"copies\": []}",
        "{\"phieu_deck\": 1, \"form\": \"TESTFORM\", \"version\": 1, \"deck\": \"D\", \"copies\": [{}]}",
        "{\"phieu_deck\": 1, \"form\": \"TESTFORM\", \"version\": 1, \"deck\": \"D\", \"copies\": "
        "[{\"serial\": \"D-1\", \"fields\": {}}]}",
        "{\"phieu_deck\": 1, \"form\": \"TESTFORM\", \"version\": 1, \"deck\": \"D\", \"copies\": "
        "[{\"serial\": \"D-1\", \"fields\": {\"v1\": {\"9\": [\"marked\", \"fill\"]}}}]}",
        "{\"phieu_deck\": 1, \"form\": \"TESTFORM\", \"version\": 1, \"deck\": \"D\", \"copies\": "
        "[{\"serial\": \"D-1\", \"fields\": {\"v1\": {\"1\": [\"drawn\", \"fill\"]}}}]}",
    };
    g_autofree char *truth = fixture_path(fixture, "deck.truth.json");
    g_autoptr(GPtrArray) scans = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(scans, fixture_path(fixture, "white.png"));
    fixture_png(scans->pdata[0], 1654, 2339);
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        fixture_write(truth, bad[i], -1);
        g_auto(Run) run = compare(fixture, scans, NULL, NULL);
        assert_one_line(run, 2, "deck.truth.json");
        g_assert_cmpstr(run.output, ==, "");
    }
}

static void
test_wrong_words(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    const char *package = fixture->package_path;
    g_autofree char *output = fixture_path(fixture, "deck.pdf"),
                    *truth = fixture_path(fixture, "deck.truth.json");
    const char *const wrong[][8] = {
        {package, NULL, "--compare"},
        {package, "-o", output, "--compare", truth, NULL, "--compare"},
        {package, "-o", output, "--copies", "3", NULL, "--copies 3"},
        {package, "-o", output, "--copies", "-1", NULL, "--copies -1"},
        {package, "-o", output, "--copies", "9999", NULL, "--copies 9999"},
        {package, "-o", output, "--seed", "-1", NULL, "--seed"},
        {package, "-o", "/no/such/deck.pdf", NULL, "/no/such/deck.pdf"},
        {package, "-o", output, "scan.png", NULL, "--compare"},
        {package, "--compare", truth, NULL, "scans"},
        {package, "--compare", "/no/truth", "scan.png", NULL, "/no/truth"},
        {"/no/such.form.json", "-o", output, NULL, "/no/such.form.json"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GPtrArray) words = g_ptr_array_new();
        guint n = 0;
        g_ptr_array_add(words, (gpointer) "calibrate");
        g_ptr_array_add(words, (gpointer) "deck");
        while (wrong[i][n])
            g_ptr_array_add(words, (gpointer)wrong[i][n++]);
        g_ptr_array_add(words, NULL);
        g_auto(Run) run = run_phieu_v((const char *const *)words->pdata, NULL);
        assert_one_line(run, 2, wrong[i][n + 1]);
        g_assert_cmpstr(run.output, ==, "");
    }
    g_assert_false(g_file_test(output, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(truth, G_FILE_TEST_EXISTS));
}

/* Scans of pages without a QR would not tell which copy they are. */
static void
test_no_qr(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_autofree char *output = fixture_path(fixture, "deck.pdf");
    json_t *package = json_load_file(fixture->package_path, 0, NULL), *page;
    gsize i;
    json_array_foreach(json_object_get(package, "pages"), i, page) json_object_del(page, "qr");
    g_autofree char *path = fixture_path(fixture, "plain.form.json");
    g_assert_cmpint(json_dump_file(package, path, 0), ==, 0);
    json_decref(package);
    g_auto(Run) run = run_phieu("calibrate", "deck", path, "-o", output, NULL);
    assert_one_line(run, 2, "QR");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add_test("/deck/printed", test_printed, NULL);
    add_test("/deck/printed-again", test_printed_again, NULL);
    add_test("/deck/scanned", test_scanned, NULL);
    add_test("/deck/wrong", test_wrong, NULL);
    add_test("/deck/strangers", test_strangers, NULL);
    add_test("/deck/bad-truth", test_bad_truth, NULL);
    add_test("/deck/wrong-words", test_wrong_words, NULL);
    add_test("/deck/no-qr", test_no_qr, NULL);
    return g_test_run();
}
