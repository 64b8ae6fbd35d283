/* The form package: what is loaded of it, saved and kept. */
#include <sys/wait.h>

#include "package-fixture.h"

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

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/package/minimal", test_minimal);
    g_test_add_func("/package/example-of-the-design", test_example_of_the_design);
    g_test_add_func("/package/saves-the-same", test_saves_the_same);
    g_test_add_func("/package/everything-is-kept", test_everything_is_kept);
    g_test_add_func("/package/personal-is-said-once", test_personal_is_said_once);
    g_test_add_func("/package/questions-from-fields", test_questions_from_fields);
    g_test_add_func("/package/choices-from-options", test_choices_from_options);
    g_test_add_func("/package/save-fails", test_save_fails);
    g_test_add_func("/package/made-by-hand-in-code", test_made_by_hand_in_code);
    g_test_add_func("/package/shapes", test_shapes);
    g_test_add_func("/package/schema", test_schema);
    g_test_add_func("/package/example-of-the-manual", test_example_of_the_manual);
    return run_in_folder();
}
