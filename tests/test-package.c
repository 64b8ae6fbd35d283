#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "form-error.h"
#include "form-package.h"

#define MINIMAL                                                                                              \
    "{\"phieu\": 1, \"code\": \"A\", \"paper\": {\"width_mm\": 210, \"height_mm\": 297},"                    \
    " \"pages\": [{\"page\": 1, \"fields\": []}]}"

static char *dir;

/* Unlike g_file_set_contents(), which syncs. */
static void
write_file(const char *path, const char *data, gssize length)
{
    gsize size = length < 0 ? strlen(data) : (gsize)length;
    FILE *file = g_fopen(path, "wb");

    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(data, 1, size, file), ==, size);
    g_assert_cmpint(fclose(file), ==, 0);
}

static FormPackage *
load_text(const char *text, gssize length, GError **error)
{
    g_autofree char *path = g_build_filename(dir, "test.form.json", NULL);

    write_file(path, text, length);
    return form_package_load(path, error);
}

/* One line of valid UTF-8 that begins with the file. */
static void
assert_message(const GError *error, const char *part)
{
    g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_null(strchr(error->message, '\n'));
    g_assert_cmpuint(strlen(error->message), <, 2000);
    if (strstr(error->message, part) == NULL)
        g_test_message("wanted “%s” in “%s”", part, error->message);
    g_assert_nonnull(strstr(error->message, part));
}

static void
test_minimal(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPackage) package = load_text(MINIMAL, -1, &error);

    g_assert_no_error(error);
    g_assert_cmpstr(package->code, ==, "A");
    g_assert_cmpint(package->version, ==, 1);
    g_assert_cmpstr(package->language, ==, "");
    g_assert_cmpfloat(package->width_mm, ==, 210);
    g_assert_cmpuint(package->pages->len, ==, 1);
    g_assert_cmpuint(package->questions->len, ==, 0);
    g_assert_cmpstr(package->dir, ==, dir);
    g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, MINIMAL, -1);
    g_assert_cmpstr(package->sha256, ==, sum);
    const FormPage *page = form_package_page(package, 1);
    g_assert_null(page->blank_file);
    g_assert_null(page->head);
    g_assert_false(page->has_serial_text);
    g_assert_cmpuint(page->fiducials->len + page->qr->len, ==, 0);
    g_assert_null(form_package_page(package, 0));
    g_assert_null(form_package_page(package, 2));
}

/* The example of the design, to the letter. */
static const char example[] =
    "{\"phieu\": 1, \"code\": \"SIPAS26\", \"version\": 3, \"title\": {\"vi\": \"…\", \"en\": \"…\"},"
    " \"paper\": {\"width_mm\": 210, \"height_mm\": 297},"
    " \"pages\": [{\"page\": 1,"
    "   \"blank\": {\"file\": \"sipas26-p1.png\", \"dpi\": 300},"
    "   \"fiducials\": [{\"x_mm\": 8, \"y_mm\": 8, \"w_mm\": 5, \"h_mm\": 5, \"shape\": \"square\"}],"
    "   \"qr\": [{\"x_mm\": 180, \"y_mm\": 10, \"w_mm\": 20, \"h_mm\": 20}],"
    "   \"serial_text\": {\"x_mm\": 150, \"y_mm\": 12, \"w_mm\": 28, \"h_mm\": 5},"
    "   \"fields\": ["
    "     {\"name\": \"q9_1\", \"type\": \"select_one\", \"options\": ["
    "        {\"value\": \"1\", \"x_mm\": 120.0, \"y_mm\": 64.5, \"w_mm\": 4.5, \"h_mm\": 4.5, "
    "\"shape\": \"ellipse\"}]},"
    "     {\"name\": \"age\", \"type\": \"integer\", \"box\": {\"x_mm\": 30, \"y_mm\": 50, \"w_mm\": 40, "
    "\"h_mm\": 8, \"cells\": 4}},"
    "     {\"name\": \"other\", \"type\": \"text\", \"box\": {\"x_mm\": 20, \"y_mm\": 250, \"w_mm\": 170, "
    "\"h_mm\": 30}, \"personal\": false}]}],"
    " \"questions\": [{\"name\": \"q9_1\", \"type\": \"select_one\", \"label\": {\"vi\": \"…\"}, "
    "\"choices\": [{\"value\": \"1\", \"label\": {\"vi\": \"…\"}}],"
    "                \"required\": true, \"relevant\": \"…\", \"constraint\": \"…\"}]}";

static void
test_example_of_the_design(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPackage) package = load_text(example, -1, &error);

    g_assert_no_error(error);
    g_assert_cmpint(package->version, ==, 3);
    g_assert_cmpstr(form_text_lookup(package->title, "vi"), ==, "…");
    const FormPage *page = form_package_page(package, 1);
    g_assert_cmpstr(page->blank_file, ==, "sipas26-p1.png");
    g_assert_cmpfloat(page->blank_dpi, ==, 300);
    g_assert_cmpuint(page->fiducials->len, ==, 1);
    g_assert_cmpfloat(g_array_index(page->qr, FormRect, 0).x_mm, ==, 180);
    g_assert_true(page->has_serial_text);
    g_assert_cmpuint(page->fields->len, ==, 3);

    const FormField *select = g_ptr_array_index(page->fields, 0), *box = g_ptr_array_index(page->fields, 1);
    const FormOption *option = &g_array_index(select->options, FormOption, 0);
    g_assert_cmpstr(option->value, ==, "1");
    g_assert_cmpfloat_with_epsilon(option->x_mm, 120, 1e-9); /* the centre */
    g_assert_cmpfloat_with_epsilon(option->y_mm, 64.5, 1e-9);
    g_assert_cmpint(option->shape, ==, FORM_SHAPE_ELLIPSE);
    g_assert_false(select->has_box);
    g_assert_true(box->has_box);
    g_assert_cmpint(box->cells, ==, 4);
    g_assert_cmpfloat(box->box.x_mm, ==, 30);

    const FormQuestion *question = form_package_question(package, "q9_1");
    g_assert_true(question->required);
    g_assert_cmpstr(question->relevant, ==, "…");
    g_assert_cmpuint(question->choices->len, ==, 1);
    /* the fields that `questions` leaves out are questions too, after the others */
    g_assert_cmpuint(package->questions->len, ==, 3);
    g_assert_cmpstr(((FormQuestion *)g_ptr_array_index(package->questions, 1))->name, ==, "age");
    g_assert_cmpint(form_package_question(package, "other")->type, ==, FORM_TEXT);
    g_assert_null(form_package_question(package, "nobody"));
    g_autofree char *blank = form_package_path(package, page->blank_file);
    g_autofree char *expected = g_build_filename(dir, "sipas26-p1.png", NULL);
    g_assert_cmpstr(blank, ==, expected);
}

/* Every key there is. */
static const char everything[] =
    "{\"phieu\": 1, \"code\": \"ALL-1.2\", \"version\": 999999, \"title\": \"Một\", \"language\": \"vi\","
    " \"print\": {\"file\": \"all.pdf\"}, \"paper\": {\"width_mm\": 148.5, \"height_mm\": 210},"
    " \"pages\": [{\"page\": 1, \"head\": {\"x_mm\": 1, \"y_mm\": 2, \"w_mm\": 30, \"h_mm\": 4.1234567,"
    " \"text\": \"${commune}\\n${province}\"}, \"fields\": ["
    " {\"name\": \"s\", \"type\": \"select_multiple\", \"options\": ["
    "  {\"value\": \"1\", \"x_mm\": 10.1, \"y_mm\": 20.2, \"w_mm\": 4.3, \"h_mm\": 4.7},"
    "  {\"value\": \"2\", \"x_mm\": 20.3, \"y_mm\": 20.2, \"w_mm\": 4, \"h_mm\": 4, \"shape\": \"box\"},"
    "  {\"value\": \"3\", \"x_mm\": 30.333333, \"y_mm\": 20.2, \"w_mm\": 4, \"h_mm\": 4, \"shape\": "
    "\"cell\"}]}]},"
    " {\"page\": 2, \"fields\": [{\"name\": \"t\", \"type\": \"text\","
    "  \"box\": {\"x_mm\": 20, \"y_mm\": 20, \"w_mm\": 100, \"h_mm\": 30}}]}],"
    " \"questions\": [{\"name\": \"n\", \"type\": \"note\", \"label\": \"Chào\"},"
    "  {\"name\": \"s\", \"type\": \"select_multiple\", \"label\": {\"en\": \"S\", \"vi\": \"X\"}, \"hint\": "
    "\"h\","
    "  \"group\": {\"vi\": \"Phần A\"}, \"list\": \"abc\", \"marks\": \"largest\", \"choices\": [{\"value\": "
    "\"1\", \"label\": "
    "\"a\"},"
    "  {\"value\": \"2\"}, {\"value\": \"3\"}], \"constraint\": \"count-selected(.) < 3\"},"
    "  {\"name\": \"t\", \"type\": \"text\", \"personal\": true, \"write_in\": {\"of\": \"s\", \"value\": "
    "\"3\"},"
    "  \"relevant\": \"selected(${s}, '3')\"}]}";

static void
assert_saves_the_same(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *first_path = g_build_filename(dir, "first.form.json", NULL), *first = NULL;
    g_autofree char *second_path = g_build_filename(dir, "second.form.json", NULL), *second = NULL;
    g_autoptr(FormPackage) package = load_text(text, -1, &error);

    g_assert_no_error(error);
    g_assert_true(form_package_save(package, first_path, &error));
    g_assert_no_error(error);
    g_autoptr(FormPackage) again = form_package_load(first_path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(again->sha256, ==, package->sha256);
    g_assert_true(form_package_save(again, second_path, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(first_path, &first, NULL, NULL));
    g_assert_true(g_file_get_contents(second_path, &second, NULL, NULL));
    g_assert_cmpstr(first, ==, second);
}

static void
test_saves_the_same(void)
{
    assert_saves_the_same(MINIMAL);
    assert_saves_the_same(example);
    assert_saves_the_same(everything);
}

static void
test_everything_is_kept(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(dir, "kept.form.json", NULL);
    g_autoptr(FormPackage) package = load_text(everything, -1, &error);

    g_assert_no_error(error);
    g_assert_true(form_package_save(package, path, &error));
    g_autoptr(FormPackage) kept = form_package_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(kept->code, ==, "ALL-1.2");
    g_assert_cmpint(kept->version, ==, 999999);
    g_assert_cmpstr(form_text_get(kept->title, "en"), ==, "Một");
    g_assert_cmpstr(kept->language, ==, "vi");
    g_assert_cmpstr(kept->print_file, ==, "all.pdf");
    const FormPage *page = form_package_page(kept, 1);
    g_assert_cmpstr(page->head->text, ==, "${commune}\n${province}");
    g_assert_cmpfloat(page->head->rect.h_mm, ==, 4.123);
    const FormField *select = g_ptr_array_index(page->fields, 0);
    g_assert_cmpint(g_array_index(select->options, FormOption, 0).shape, ==, FORM_SHAPE_ELLIPSE);
    g_assert_cmpint(g_array_index(select->options, FormOption, 1).shape, ==, FORM_SHAPE_BOX);
    g_assert_cmpint(g_array_index(select->options, FormOption, 2).shape, ==, FORM_SHAPE_CELL);
    g_assert_cmpfloat_with_epsilon(g_array_index(select->options, FormOption, 2).x_mm, 30.333, 1e-9);
    g_assert_cmpuint(kept->questions->len, ==, 3);
    const FormQuestion *s = form_package_question(kept, "s"), *t = form_package_question(kept, "t");
    g_assert_cmpstr(form_text_get(s->hint, "vi"), ==, "h");
    g_assert_cmpstr(form_text_get(s->group, "vi"), ==, "Phần A");
    g_assert_cmpstr(s->list, ==, "abc");
    g_assert_cmpstr(s->constraint, ==, "count-selected(.) < 3");
    g_assert_false(s->required);
    g_assert_cmpstr(form_text_get(((FormChoice *)g_ptr_array_index(s->choices, 0))->label, "vi"), ==, "a");
    g_assert_cmpstr(t->write_in_of, ==, "s");
    g_assert_cmpstr(t->write_in_value, ==, "3");
    g_assert_cmpstr(t->relevant, ==, "selected(${s}, '3')");
}

/* Said once, in the field or in the question, it holds for both: an export asks the question. */
static void
test_personal_is_said_once(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPackage) by_question = load_text(everything, -1, &error);

    g_assert_no_error(error);
    const FormField *field = g_ptr_array_index(form_package_page(by_question, 2)->fields, 0);
    g_assert_true(field->personal);

    g_autofree char *text = g_strdup(everything);
    char *said = strstr(text, "\"personal\": true,");
    memset(said, ' ', strlen("\"personal\": true,"));
    char *box = strstr(text, "\"name\": \"t\", \"type\": \"text\",");
    g_autoptr(GString) other = g_string_new_len(text, box - text);
    g_string_append_printf(other, "\"personal\": true, %s", box);
    g_autoptr(FormPackage) by_field = load_text(other->str, -1, &error);
    g_assert_no_error(error);
    g_assert_true(form_package_question(by_field, "t")->personal);
}

static void
test_questions_from_fields(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strdup(example);

    strcpy(strstr(text, ", \"questions\""), "}");
    g_autoptr(FormPackage) package = load_text(text, -1, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(package->questions->len, ==, 3);
    const FormQuestion *question = g_ptr_array_index(package->questions, 0);
    g_assert_cmpstr(question->name, ==, "q9_1");
    g_assert_cmpuint(question->choices->len, ==, 1);
    g_assert_cmpstr(((FormChoice *)g_ptr_array_index(question->choices, 0))->value, ==, "1");
}

static void
test_choices_from_options(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strdup(example);
    char *choices = strstr(text, "\"choices\"");

    memset(choices, ' ', (gsize)(strstr(choices, "}}],") + 4 - choices));
    g_autoptr(FormPackage) package = load_text(text, -1, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(form_package_question(package, "q9_1")->choices->len, ==, 1);
}

#define PAPER      "\"paper\": {\"width_mm\": 210, \"height_mm\": 297}"
#define START      "{\"phieu\": 1, \"code\": \"A\", " PAPER ", "
#define PAGE(x)    START "\"pages\": [{\"page\": 1, " x "}]}"
#define FIELD(x)   PAGE("\"fields\": [" x "]")
#define OPTION(x)  FIELD("{\"name\": \"q\", \"type\": \"select_one\", \"options\": [" x "]}")
#define RECT       "\"x_mm\": 10, \"y_mm\": 10, \"w_mm\": 5, \"h_mm\": 5"
#define TEXT(name) "{\"name\": \"" name "\", \"type\": \"text\", \"box\": {" RECT "}}"
#define ASK(questions)                                                                                       \
    START                                                                                                    \
    "\"pages\": [{\"page\": 1, \"fields\": [{\"name\": \"q\", \"type\": \"select_one\", \"options\": ["      \
    "{\"value\": \"1\", " RECT "}]}]}], \"questions\": [" questions "]}"

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
test_save_fails(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPackage) package = load_text(MINIMAL, -1, &error);
    g_autofree char *path = g_build_filename(dir, "no", "such", "folder.form.json", NULL);

    g_assert_false(form_package_save(package, path, &error));
    g_assert_error(error, FORM_ERROR, FORM_ERROR_MACHINE);
    g_assert_nonnull(strstr(error->message, path));
    g_assert_cmpstr(package->dir, ==, dir); /* as it was */
}

static void
test_made_by_hand_in_code(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(dir, "made.form.json", NULL);
    g_autoptr(FormPackage) package = form_package_new("MADE", 2);
    FormPage *page = form_package_add_page(package);
    FormField *field = form_page_add_field(page, "q", FORM_SELECT_ONE);

    package->width_mm = 210;
    package->height_mm = 297;
    form_field_add_option(field, "1", (FormRect){10, 20, 4, 6}, FORM_SHAPE_BOX);
    const FormOption *option = &g_array_index(field->options, FormOption, 0);
    g_assert_cmpfloat(option->x_mm, ==, 12); /* the centre of the rectangle given */
    g_assert_cmpfloat(option->y_mm, ==, 23);
    FormQuestion *question = form_question_new("q", FORM_SELECT_ONE);
    form_question_add_choice(question, "1");
    g_ptr_array_add(package->questions, question);
    g_assert_true(form_package_save(package, path, &error));
    g_autoptr(FormPackage) loaded = form_package_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpint(loaded->version, ==, 2);
    g_assert_cmpstr(loaded->sha256, ==, package->sha256);
    form_package_free(NULL);
}

static void
test_shapes(void)
{
    static const char *const names[] = {"ellipse", "box", "cell"};
    FormShape shape;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_true(form_shape_from_name(names[i], &shape));
        g_assert_cmpstr(form_shape_name(shape), ==, names[i]);
    }
    g_assert_false(form_shape_from_name("circle", &shape));
    g_assert_false(form_shape_from_name(NULL, &shape));
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

/* Exit status of the schema's validator on one file. */
static int
validate(const char *path)
{
    const char *source = g_getenv("PHIEU_SOURCE");
    g_autofree char *script = g_build_filename(source, "tests", "check-schema.py", NULL);
    g_autofree char *schema = g_build_filename(source, "docs", "package.schema.json", NULL), *output = NULL;
    const char *const command[] = {"python3", script, schema, path, NULL};
    int status = 0;

    if (!g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, &status,
                      NULL))
        return 77;
    if (output != NULL && output[0] != '\0')
        g_test_message("%s", output);
    return WEXITSTATUS(status);
}

/* The schema in docs/ allows what the loader allows, and refuses what a schema can refuse. */
static void
test_schema(void)
{
    static const char *const good[] = {MINIMAL, example, everything};
    static const char *const bad[] = {
        START "\"pages\": []}",
        "{\"phieu\": 2, \"code\": \"A\", " PAPER ", \"pages\": [{\"page\": 1, \"fields\": []}]}",
        FIELD("{\"name\": \"q\", \"type\": \"geopoint\"}"),
        FIELD("{\"name\": \"q\", \"type\": \"text\"}"),
        FIELD("{\"name\": \"q\", \"type\": \"select_one\"}"),
        OPTION("{\"value\": \"1\", " RECT ", \"shape\": \"star\"}"),
    };
    g_autofree char *path = g_build_filename(dir, "schema.form.json", NULL);

    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        write_file(path, good[i], -1);
        int status = validate(path);
        if (status == 77) {
            g_test_skip("needs python3-jsonschema");
            return;
        }
        g_assert_cmpint(status, ==, 0);
        g_autoptr(FormPackage) package = form_package_load(path, &error);
        g_assert_no_error(error);
        g_assert_true(form_package_save(package, path, &error));
        g_assert_cmpint(validate(path), ==, 0);
    }
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        write_file(path, bad[i], -1);
        g_assert_cmpint(validate(path), ==, 1);
    }
}

/* The worked example of the manual is a package. */
static void
test_example_of_the_manual(void)
{
    g_autofree char *path = g_build_filename(g_getenv("PHIEU_SOURCE"), "docs", "package-format.md", NULL);
    g_autofree char *manual = NULL;
    g_autoptr(GError) error = NULL;

    g_file_get_contents(path, &manual, NULL, &error);
    g_assert_no_error(error);
    char *start = strstr(manual, "```json\n");
    g_assert_nonnull(start);
    start += strlen("```json\n");
    char *end = strstr(start, "```");
    g_assert_nonnull(end);
    g_autoptr(FormPackage) package = load_text(start, end - start, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(package->questions->len, ==, 3);
    g_assert_true(form_package_question(package, "phone")->personal);
}

static void
remove_dir(void)
{
    GDir *files = g_dir_open(dir, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(files)) != NULL) {
        g_autofree char *path = g_build_filename(dir, name, NULL);
        g_unlink(path);
    }
    g_dir_close(files);
    g_rmdir(dir);
    g_free(dir);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    dir = g_dir_make_tmp("phieu-package-XXXXXX", NULL);
    g_test_add_func("/package/minimal", test_minimal);
    g_test_add_func("/package/example-of-the-design", test_example_of_the_design);
    g_test_add_func("/package/saves-the-same", test_saves_the_same);
    g_test_add_func("/package/everything-is-kept", test_everything_is_kept);
    g_test_add_func("/package/personal-is-said-once", test_personal_is_said_once);
    g_test_add_func("/package/questions-from-fields", test_questions_from_fields);
    g_test_add_func("/package/choices-from-options", test_choices_from_options);
    g_test_add_func("/package/violations", test_violations);
    g_test_add_func("/package/bounds", test_bounds);
    g_test_add_func("/package/deep-nesting", test_deep_nesting);
    g_test_add_func("/package/names-in-messages-stay-on-one-line", test_names_in_messages_stay_on_one_line);
    g_test_add_func("/package/embedded-nul", test_embedded_nul);
    g_test_add_func("/package/byte-order-mark", test_byte_order_mark);
    g_test_add_func("/package/files-that-are-none", test_files_that_are_none);
    g_test_add_func("/package/save-fails", test_save_fails);
    g_test_add_func("/package/made-by-hand-in-code", test_made_by_hand_in_code);
    g_test_add_func("/package/shapes", test_shapes);
    g_test_add_func("/package/schema", test_schema);
    g_test_add_func("/package/example-of-the-manual", test_example_of_the_manual);
    g_test_add_func("/package/damage", test_damage);
    int status = g_test_run();
    remove_dir();
    return status;
}
