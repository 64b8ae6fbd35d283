/* What is refused of a form package, and in what words. */
#include "package-fixture.h"

static const struct {
    const char *text, *message;
} violations[] = {
    {"[]", "`phieu` is missing"},
    {"{}", "`phieu` is missing"},
    {"{\"phieu\": 2}", "`phieu` must be 1"},
    {"{\"phieu\": \"1\"}", "`phieu` must be 1"},
    {"{\"phieu\": 1.0}", "`phieu` must be 1"},
    {"{\"phieu\": 1}", "`code` is missing"},
    {"{\"phieu\": 1, \"code\": 5}", "`code` must be a text"},
    {"{\"phieu\": 1, \"code\": \"\"}", "`code` must be a text"},
    {"{\"phieu\": 1, \"code\": \"sipas\"}", "`code` must be 1 to 20 of A-Z"},
    {"{\"phieu\": 1, \"code\": \"A:B\"}", "`code` must be 1 to 20 of A-Z"},
    {"{\"phieu\": 1, \"code\": \"ABCDEFGHIJKLMNOPQRSTU\"}", "`code` must be 1 to 20 of A-Z"},
    {"{\"phieu\": 1, \"code\": \"A\", \"version\": 0}", "`version` must be a whole number from 1"},
    {"{\"phieu\": 1, \"code\": \"A\", \"version\": 1000000}", "`version` must be a whole number"},
    {"{\"phieu\": 1, \"code\": \"A\", \"version\": 1.5}", "`version` must be a whole number"},
    {"{\"phieu\": 1, \"code\": \"A\", \"version\": null}", "`version` must be a whole number"},
    {"{\"phieu\": 1, \"code\": \"A\"}", "`paper` is missing"},
    {"{\"phieu\": 1, \"code\": \"A\", \"title\": 5}", "`title` must be a text"},
    {"{\"phieu\": 1, \"code\": \"A\", \"title\": {\"vi\": 5}}", "`title.vi` must be a text"},
    {"{\"phieu\": 1, \"code\": \"A\", \"title\": {\"v\\ni\": 5}}", "`title.v i` must be a text"},
    {"{\"phieu\": 1, \"code\": \"A\", \"language\": []}", "`language` must be a text"},
    {"{\"phieu\": 1, \"code\": \"A\", \"paper\": []}", "`paper` is missing"},
    {"{\"phieu\": 1, \"code\": \"A\", \"paper\": {}}", "paper: `width_mm` is missing"},
    {"{\"phieu\": 1, \"code\": \"A\", \"paper\": {\"width_mm\": \"210\"}}",
     "paper: `width_mm` must be a number"},
    {"{\"phieu\": 1, \"code\": \"A\", \"paper\": {\"width_mm\": 1e300}}",
     "paper: `width_mm` must be a number"},
    {"{\"phieu\": 1, \"code\": \"A\", \"paper\": {\"width_mm\": -210}}",
     "paper: `width_mm` must be a number"},
    {START "\"print\": 5}", "print: must be an object"},
    {START "\"print\": {}}", "print: `file` is missing"},
    {START "\"print\": {\"file\": \"/etc/passwd\"}}", "print: `file` must be relative"},
    {START "\"title\": \"x\"}", "`pages` is missing"},
    {START "\"pages\": {}}", "`pages` must be a list"},
    {START "\"pages\": []}", "`pages` is missing"},
    {START "\"pages\": [5]}", "pages[0]: must be an object"},
    {START "\"pages\": [{}]}", "pages[0]: `page` is missing"},
    {START "\"pages\": [{\"page\": 2, \"fields\": []}]}", "pages[0]: `page` is 2 where 1 is next"},
    {START "\"pages\": [{\"page\": 1, \"fields\": []}, {\"page\": 1, \"fields\": []}]}",
     "pages[1]: `page` is 1 where 2 is next"},
    {START "\"pages\": [{\"page\": 1}]}", "pages[0]: `fields` is missing"},
    {PAGE("\"fields\": {}"), "pages[0]: `fields` must be a list"},
    {PAGE("\"fields\": [], \"blank\": \"a.png\""), "pages[0].blank: must be an object"},
    {PAGE("\"fields\": [], \"blank\": {\"dpi\": 300}"), "pages[0].blank: `file` is missing"},
    {PAGE("\"fields\": [], \"blank\": {\"file\": \"a.png\"}"), "pages[0].blank: `dpi` is missing"},
    {PAGE("\"fields\": [], \"blank\": {\"file\": \"a.png\", \"dpi\": 0}"), "`dpi` must be a number from 50"},
    {PAGE("\"fields\": [], \"blank\": {\"file\": \"/a.png\", \"dpi\": 300}"), "`file` must be relative"},
    {PAGE("\"fields\": [], \"blank\": {\"file\": \"a\\nb.png\", \"dpi\": 300}"),
     "`file` must be on one line"},
    {PAGE("\"fields\": [], \"fiducials\": [{" RECT "}, 5]"), "pages[0].fiducials[1]: must be an object"},
    {PAGE("\"fields\": [], \"fiducials\": [{" RECT ", \"shape\": \"round\"}]"),
     "pages[0].fiducials[0]: `shape` must be square"},
    {PAGE("\"fields\": [], \"qr\": [{\"x_mm\": 200, \"y_mm\": 10, \"w_mm\": 20, \"h_mm\": 20}]"),
     "pages[0].qr[0]: reaches beyond the paper (210 × 297 mm)"},
    {PAGE("\"fields\": [], \"qr\": [{\"x_mm\": 20, \"y_mm\": 10, \"w_mm\": 0, \"h_mm\": 20}]"),
     "pages[0].qr[0]: `w_mm` must be a number from 0.1"},
    {PAGE("\"fields\": [], \"serial_text\": [1]"), "pages[0].serial_text: must be an object"},
    {PAGE("\"fields\": [], \"serial_text\": {\"x_mm\": -1}"),
     "pages[0].serial_text: `x_mm` must be a number"},
    {PAGE("\"fields\": [], \"head\": {" RECT "}"), "pages[0].head: `text` is missing"},
    {FIELD("5"), "pages[0].fields[0]: must be an object"},
    {FIELD("{\"type\": \"text\"}"), "pages[0].fields[0]: `name` is missing"},
    {FIELD("{\"name\": \"a\\tb\", \"type\": \"text\"}"), "pages[0].fields[0]: `name` must be on one line"},
    {FIELD("{\"name\": \"q\"}"), "pages[0].fields[0]: `type` must be one of select_one"},
    {FIELD("{\"name\": \"q\", \"type\": \"geopoint\"}"), "pages[0].fields[0]: `type` must be one of"},
    {FIELD("{\"name\": \"q\", \"type\": \"select_one\"}"),
     "pages[0].fields[0]: a select_one needs `options`"},
    {FIELD("{\"name\": \"q\", \"type\": \"select_multiple\", \"options\": []}"), "needs `options`"},
    {FIELD("{\"name\": \"q\", \"type\": \"text\"}"),
     "pages[0].fields[0]: a field of type text needs a `box`"},
    {FIELD("{\"name\": \"q\", \"type\": \"integer\", \"options\": []}"),
     "only select_one and select_multiple"},
    {FIELD("{\"name\": \"q\", \"type\": \"text\", \"box\": {\"x_mm\": 10}}"),
     "pages[0].fields[0].box: `y_mm` is missing"},
    {FIELD("{\"name\": \"q\", \"type\": \"text\", \"box\": {" RECT ", \"cells\": 201}}"),
     "pages[0].fields[0].box: `cells` must be a whole number"},
    {FIELD("{\"name\": \"q\", \"type\": \"text\", \"box\": {" RECT "}, \"personal\": \"yes\"}"),
     "pages[0].fields[0]: `personal` must be true or false"},
    {FIELD(TEXT("q") ", " TEXT("q")), "pages[0].fields[1]: the field “q” stands twice"},
    {OPTION("5"), "pages[0].fields[0].options[0]: must be an object"},
    {OPTION("{" RECT "}"), "options[0]: `value` is missing"},
    {OPTION("{\"value\": 1, " RECT "}"), "options[0]: `value` must be a text of 1 to 20000 bytes, in quotes"},
    {OPTION("{\"value\": \"1\", \"x_mm\": 211, \"y_mm\": 10, \"w_mm\": 5, \"h_mm\": 5}"),
     "pages[0].fields[0].options[0]: `x_mm` must be a number from 0 to 210"},
    {OPTION("{\"value\": \"1\", \"x_mm\": 209, \"y_mm\": 10, \"w_mm\": 5, \"h_mm\": 5}"),
     "pages[0].fields[0].options[0]: reaches beyond the paper"},
    {OPTION("{\"value\": \"1\", " RECT ", \"shape\": \"star\"}"),
     "options[0]: `shape` must be ellipse, box or cell"},
    {OPTION("{\"value\": \"1\", " RECT "}, {\"value\": \"1\", " RECT "}"),
     "pages[0].fields[0].options[1]: `value` “1” stands twice"},
    {FIELD("{\"name\": \"q\", \"type\": \"select_multiple\", \"options\": [{\"value\": \"a b\", " RECT "}]}"),
     "must not hold a space"},
    {START "\"pages\": [{\"page\": 1, \"fields\": []}], \"questions\": 5}", "`questions` must be a list"},
    {ASK("5"), "questions[0]: must be an object"},
    {ASK("{\"name\": \"q\"}"), "questions[0]: `type` must be one of"},
    {ASK("{\"name\": \"q\", \"type\": \"select_one\", \"marks\": \"first\"}"),
     "questions[0].marks: “first” must be one of none, cancel-then-remark, largest"},
    {ASK("{\"name\": \"p\", \"type\": \"select_one\"}"),
     "the field “q” has no question and the question “p” no field; give both the same name"},
    {ASK("{\"name\": \"q\", \"type\": \"select_multiple\"}"),
     "pages[0].fields[0]: the field “q” is a select_one, but its question a select_multiple"},
    {ASK("{\"name\": \"q\", \"type\": \"select_one\"}, {\"name\": \"q\", \"type\": \"select_one\"}"),
     "questions[1]: the name “q” stands twice"},
    {ASK("{\"name\": \"q\", \"type\": \"select_one\", \"choices\": [{\"value\": \"2\"}]}"),
     "has an option “1” that is no choice of its question"},
    {ASK("{\"name\": \"q\", \"type\": \"select_one\", \"choices\": [{\"value\": \"1\"}, {\"value\": "
         "\"1\"}]}"),
     "questions[0].choices[1]: `value` “1” stands twice"},
    {ASK("{\"name\": \"q\", \"type\": \"select_one\", \"choices\": [\"1\"]}"),
     "questions[0].choices[0]: must be an object"},
    {ASK("{\"name\": \"t\", \"type\": \"text\", \"choices\": []}"), "questions[0]: only select_one and"},
    {ASK("{\"name\": \"q\", \"type\": \"select_one\", \"required\": 1}"),
     "questions[0]: `required` must be true"},
    {ASK("{\"name\": \"q\", \"type\": \"select_one\", \"relevant\": 1}"),
     "questions[0]: `relevant` must be a text"},
    {ASK("{\"name\": \"q\", \"type\": \"select_one\", \"label\": 1}"),
     "questions[0]: `label` must be a text"},
    {ASK("{\"name\": \"q\", \"type\": \"select_one\", \"hint\": 1}"), "questions[0]: `hint` must be a text"},
    {ASK("{\"name\": \"q\", \"type\": \"select_one\", \"write_in\": 1}"),
     "questions[0].write_in: must be an object"},
    {ASK("{\"name\": \"q\", \"type\": \"select_one\", \"write_in\": {\"of\": \"x\", \"value\": \"1\"}}"),
     "questions[0]: `write_in` must name a question and one of its choices: “x” has no “1”"},
    /* not JSON */
    {"", "line 1, column 0: is no JSON"},
    {"phieu", "line 1, column 5: is no JSON"},
    {"{\"phieu\": 1,\n\"code\" \"A\"}", "line 2, column 10: is no JSON"},
    {"{\"phieu\": 1, \"phieu\": 1}", "duplicate object key"},
    {"{\"phieu\": NaN}", "is no JSON"},
    {"{\"phieu\": 1e999}", "is no JSON"},
    {"{\"phieu\": 99999999999999999999}", "is no JSON"},
    {"{\"phieu\": 1, \"code\": \"A\\u0000B\"}", "is no JSON"},
    {"{\"phieu\": 1, \"code\": \"A\nB\"}", "is no JSON"},
    {"{\"phieu\": 1, \"code\": \"\xff\"}", "is no JSON in UTF-8"},
    {"{\"phieu\": 1, \"code\": \"phi\xe9u\"}", "is no JSON in UTF-8"},
    {"\xff\xfe{", "is no JSON in UTF-8"},
};

static void
test_violations(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(violations); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(FormPackage) package = load_text(violations[i].text, -1, &error);
        if (package != NULL)
            g_test_message("loaded, but should not: %s", violations[i].text);
        g_assert_null(package);
        assert_message(error, violations[i].message);
        g_assert_nonnull(strstr(error->message, "test.form.json: "));
    }
}

/* `text` repeated with its %d counted from 1, joined by commas. */
static char *
repeated(const char *before, const char *text, int n, const char *after)
{
    GString *all = g_string_new(before);

    for (int i = 1; i <= n; i++) {
        g_auto(GStrv) parts = g_strsplit(text, "%d", -1);
        g_autofree char *number = g_strdup_printf("%d", i), *one = g_strjoinv(number, parts);
        g_string_append_printf(all, "%s%s", i > 1 ? ", " : "", one);
    }
    g_string_append(all, after);
    return g_string_free(all, FALSE);
}

static void
assert_too_many(const char *before, const char *entry, const char *after, int max, const char *message)
{
    g_autofree char *most = repeated(before, entry, max, after),
                    *more = repeated(before, entry, max + 1, after);
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPackage) package = load_text(most, -1, &error);

    g_assert_no_error(error);
    g_assert_nonnull(package);
    g_assert_null(load_text(more, -1, &error));
    assert_message(error, message);
}

static void
test_bounds(void)
{
    assert_too_many(START "\"pages\": [", "{\"page\": %d, \"fields\": []}", "]}", FORM_MAX_PAGES,
                    "`pages` must be a list of at most 200");
    assert_too_many(START "\"pages\": [{\"page\": 1, \"fields\": [", TEXT("q%d"), "]}]}", FORM_MAX_FIELDS,
                    "pages[0]: `fields` must be a list of at most 2000");
    assert_too_many(START
                    "\"pages\": [{\"page\": 1, \"fields\": [{\"name\": \"q\", \"type\": \"select_one\", "
                    "\"options\": [",
                    "{\"value\": \"%d\", " RECT "}", "]}]}]}", FORM_MAX_OPTIONS,
                    "pages[0].fields[0]: `options` must be a list of at most 10000");
    /* the options of a page, over all its fields */
    g_autofree char *crowded = repeated(
        START "\"pages\": [{\"page\": 1, \"fields\": [{\"name\": \"first\", \"type\": \"select_one\", "
              "\"options\": [",
        "{\"value\": \"%d\", " RECT "}", FORM_MAX_OPTIONS,
        "]}, {\"name\": \"q\", \"type\": \"select_one\", \"options\": [{\"value\": \"1\", " RECT "}]}]}]}");
    g_autoptr(GError) error = NULL;
    g_assert_null(load_text(crowded, -1, &error));
    assert_message(error, "pages[0]: a page must not have more than 10000 options");
    g_autofree char *babel =
        repeated("{\"phieu\": 1, \"code\": \"A\", \"title\": {", "\"l%d\": \"x\"", 101, "}}");
    g_clear_error(&error);
    g_assert_null(load_text(babel, -1, &error));
    assert_message(error, "`title` must have at most 100 languages");
}

static void
test_deep_nesting(void)
{
    g_autoptr(GString) text = g_string_new("{\"phieu\": ");
    g_autoptr(GError) error = NULL;

    for (int i = 0; i < 200000; i++)
        g_string_append_c(text, '[');
    g_assert_null(load_text(text->str, -1, &error));
    assert_message(error, "is no JSON");
}

static void
test_names_in_messages_stay_on_one_line(void)
{
    g_autoptr(GString) text = g_string_new("{\"phieu\": 1, \"code\": \"A\", \"title\": {\"");
    g_autoptr(GError) error = NULL;

    for (int i = 0; i < 5000; i++)
        g_string_append(text, "ệ\\n\\u2028");
    g_string_append(text, "\": 5}}");
    g_assert_null(load_text(text->str, -1, &error));
    assert_message(error, "`title.ệ");
    g_assert_null(strstr(error->message, "\u2028"));
}

static void
test_embedded_nul(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strdup(MINIMAL);

    text[strlen("{\"phieu\": 1, \"co")] = '\0';
    g_assert_null(load_text(text, (gssize)strlen(MINIMAL), &error));
    assert_message(error, "is no JSON");
    g_clear_error(&error);
    g_assert_null(load_text(MINIMAL "\0 ", sizeof MINIMAL + 1, &error)); /* NUL after the end */
    assert_message(error, "is no JSON");
}

static void
test_byte_order_mark(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPackage) package = load_text("\xef\xbb\xbf" MINIMAL, -1, &error);

    g_assert_no_error(error);
    g_assert_nonnull(package);
}

static void
test_files_that_are_none(void)
{
    g_autofree char *missing = g_build_filename(dir, "missing.form.json", NULL);
    g_autofree char *huge = g_build_filename(dir, "huge.form.json", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(form_package_load(missing, &error));
    assert_message(error, "missing.form.json: cannot be read");
    g_clear_error(&error);
    g_assert_null(form_package_load(dir, &error));
    assert_message(error, dir);
    g_clear_error(&error);
    write_file(huge, "", 0);
    g_assert_cmpint(truncate(huge, 65 * 1024 * 1024), ==, 0);
    g_assert_null(form_package_load(huge, &error));
    assert_message(error, "larger than 64 MB");
}

static void
damage(GString *text, GRand *random)
{
    static const char lively[] = "{}[]\",:0-.eEnull\\u\n\xff";

    if (g_rand_int_range(random, 0, 8) == 0)
        g_string_truncate(text, (gsize)g_rand_int_range(random, 0, (gint32)text->len));
    for (int n = g_rand_int_range(random, 1, 3); n > 0 && text->len > 0; n--) {
        gsize at = (gsize)g_rand_int_range(random, 0, (gint32)text->len);
        switch (g_rand_int_range(random, 0, 4)) {
        case 0:
            text->str[at] = (char)g_rand_int_range(random, 0, 256);
            break;
        case 1:
            text->str[at] = lively[g_rand_int_range(random, 0, sizeof lively - 1)];
            break;
        case 2:
            g_string_erase(text, (gssize)at,
                           g_rand_int_range(random, 1, (gint32)MIN(text->len - at, 40) + 1));
            break;
        default:
            g_string_insert_c(text, (gssize)at, lively[g_rand_int_range(random, 0, sizeof lively - 1)]);
        }
    }
}

/* A damaged package is a package still, or an error: nothing else happens. What loads can be saved and
 * loaded. */
static void
test_damage(void)
{
    g_autofree char *path = g_build_filename(dir, "damaged.form.json", NULL);
    GRand *random = g_rand_new_with_seed(20260401);
    guint loaded = 0, refused = 0;

    for (int round = 0; round < 3000; round++) {
        g_autoptr(GString) text = g_string_new(round % 2 ? everything : example);
        g_autoptr(GError) error = NULL;
        damage(text, random);
        write_file(path, text->str, (gssize)text->len);
        g_autoptr(FormPackage) package = form_package_load(path, &error);
        if (package == NULL) {
            assert_message(error, "damaged.form.json: ");
            refused++;
            continue;
        }
        g_assert_no_error(error);
        loaded++;
        if (loaded % 16 != 0)
            continue;
        g_assert_true(form_package_save(package, path, &error));
        g_assert_no_error(error);
        g_autoptr(FormPackage) again = form_package_load(path, &error);
        g_assert_no_error(error);
    }
    g_rand_free(random);
    g_assert_cmpuint(loaded, >, 100);
    g_assert_cmpuint(refused, >, 1000);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/package/violations", test_violations);
    g_test_add_func("/package/bounds", test_bounds);
    g_test_add_func("/package/deep-nesting", test_deep_nesting);
    g_test_add_func("/package/names-in-messages-stay-on-one-line", test_names_in_messages_stay_on_one_line);
    g_test_add_func("/package/embedded-nul", test_embedded_nul);
    g_test_add_func("/package/byte-order-mark", test_byte_order_mark);
    g_test_add_func("/package/files-that-are-none", test_files_that_are_none);
    g_test_add_func("/package/damage", test_damage);
    return run_in_folder();
}
