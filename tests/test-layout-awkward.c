/* Awkward forms: all lengths and shapes, and what cannot be laid out. */
#include "layout-fixture.h"

static void
test_page_break(void)
{
    char *dir = new_dir();
    g_autoptr(FormDefinition) definition = small_definition(
        NULL, "| select_one yn | first | First? | | | |\n| select_one yn | second | Second? | | yes | |",
        NULL);
    g_autoptr(FormPackage) package = compile(definition, dir, "t");
    g_assert_cmpuint(package->pages->len, ==, 2);
    g_assert_cmpstr(((FormField *)form_package_page(package, 2)->fields->pdata[0])->name, ==, "second");
    remove_dir(dir);
}

/* Many questions of all shapes: nothing is lost, split or laid over another, whatever the lengths. */
static void
test_long_form(void)
{
    char *dir = new_dir();
    g_autoptr(GString) survey = g_string_new(NULL);
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (int i = 0; i < 120; i++) {
        g_autoptr(GString) label = g_string_new(NULL);
        for (int w = g_rand_int_range(random, 1, 40); w > 0; w--)
            g_string_append_printf(label, "word%d ", w);
        static const char *const types[] = {
            "select_one yn", "select_one many", "select_multiple many", "text", "integer", "date", "decimal"};
        g_string_append_printf(survey, "| %s | q%d | %d. %s | | | |\n", types[i % 7], i, i, label->str);
    }
    g_autoptr(GString) choices = g_string_new("| yn | 1 | Yes |\n| yn | 2 | No |\n");
    for (int i = 0; i < 23; i++)
        g_string_append_printf(choices, "| many | c%d | %.*s option |\n", i, 5 * (i % 9),
                               "lorem ipsum dolor sit amet consectetur adipiscing elit");
    g_autoptr(FormDefinition) definition = small_definition(
        "| ABCDEFGHIJKLMNOPQRST | 999999 | A title so long that it goes on over several lines, whatever the "
        "size it is "
        "set in, because its author did not know where to stop | en | Province ${province} |",
        survey->str, choices->str);
    g_autoptr(FormPackage) package = compile(definition, dir, "long");
    for (int i = 0; i < 120; i++) {
        g_autofree char *name = g_strdup_printf("q%d", i);
        guint options = 0;
        g_assert_cmpuint(times_on_paper(package, name, &options), ==, 1);
    }
    assert_nothing_overlaps(package);
    assert_all_letters(package);
    remove_dir(dir);
}

static void
test_list_nolabel_grid(void)
{
    char *dir = new_dir();
    g_autoptr(FormDefinition) definition =
        small_definition(NULL,
                         "| select_one yn | h | Did you ever? | label | | |\n"
                         "| select_one yn | r1 | a) ski | list-nolabel | | |\n"
                         "| select_one yn | r2 | b) swim | list-nolabel | | |\n"
                         "| select_one yn | other | And now? | | | |",
                         NULL);
    g_autoptr(FormPackage) package = compile(definition, dir, "grid");
    guint options = 0;
    g_assert_cmpuint(times_on_paper(package, "h", &options), ==, 0);
    g_assert_null(form_package_question(package, "h"));
    g_assert_cmpfloat_with_epsilon(find_option(package, "r1", 0)->x_mm, find_option(package, "r2", 0)->x_mm,
                                   0.001);
    g_assert_cmpfloat(find_option(package, "r2", 0)->y_mm - find_option(package, "r1", 0)->y_mm, <, 9);
    PopplerDocument *master = open_master(package);
    g_autofree char *text = page_text(master, 0);
    g_assert_cmpuint(count(text, "Did you ever?"), ==, 1);
    g_assert_cmpuint(count(text, "Yes"), ==, 2);
    g_object_unref(master);
    remove_dir(dir);
}

/* The printed number is the code; a long code gets its place in the list, unless that is another's code. */
static void
test_numbers_in_bubbles(void)
{
    char *dir = new_dir();
    g_autoptr(FormDefinition) definition =
        small_definition(NULL, "| select_one a | a | Alpha? | | | |\n| select_one b | b | Beta? | | | |",
                         "| a | 7 | Seven |\n| a | 8 | Eight |\n| a | other | Other |\n"
                         "| b | 5 | Five |\n| b | 6 | Six |\n| b | 4 | Four |\n| b | other | Other |");
    g_autoptr(FormPackage) package = compile(definition, dir, "numbers");
    PopplerDocument *master = open_master(package);
    g_autofree char *text = page_text(master, 0);
    static const char *const once[] = {"7", "8", "3", "5", "6", "4"};
    for (gsize i = 0; i < G_N_ELEMENTS(once); i++)
        g_assert_cmpuint(count(text, once[i]), ==, 1);
    g_object_unref(master);
    remove_dir(dir);
}

static void
assert_refused(const FormDefinition *definition, const char *path, int code, const char *names)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormPackage) package = form_layout_compile(definition, NULL, path, &error);
    g_assert_null(package);
    g_assert_error(error, FORM_ERROR, code);
    g_assert_nonnull(strstr(error->message, names));
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void
test_question_too_long(void)
{
    char *dir = new_dir();
    g_autofree char *path = g_build_filename(dir, "t.form.json", NULL);
    g_autoptr(GString) choices = g_string_new(NULL);
    for (int i = 1; i <= 60; i++)
        g_string_append_printf(
            choices,
            "| many | %d | A choice that takes a line of the page all for itself, because its author "
            "wanted to leave nothing unsaid |\n",
            i);
    g_autoptr(FormDefinition) definition = small_definition(
        NULL, "| text | fine | Fine | | | |\n| select_one many | endless | Endless? | | | |", choices->str);
    assert_refused(definition, path, FORM_ERROR_INPUT, "endless");
    remove_dir(dir);
}

static void
test_letters_the_font_lacks(void)
{
    char *dir = new_dir();
    g_autofree char *path = g_build_filename(dir, "t.form.json", NULL);
    g_autoptr(FormDefinition) definition = small_definition(
        NULL, "| text | fine | Tiếng Việt Ễ ậ | | | |\n| text | kanji | 漢字? | | | |", NULL);
    assert_refused(definition, path, FORM_ERROR_INPUT, "kanji");
    remove_dir(dir);
}

static void
test_folder_not_there(void)
{
    char *dir = new_dir();
    g_autofree char *path = g_build_filename(dir, "nowhere", "t.form.json", NULL);
    g_autoptr(FormDefinition) definition = small_definition(NULL, "| text | a | A | | | |", NULL);
    assert_refused(definition, path, FORM_ERROR_MACHINE, "nowhere");
    remove_dir(dir);
}

static void
test_font_missing(void)
{
    if (g_test_subprocess()) {
        char *dir = new_dir();
        g_autofree char *path = g_build_filename(dir, "t.form.json", NULL);
        g_autoptr(FormDefinition) definition = small_definition(NULL, "| text | a | A | | | |", NULL);
        assert_refused(definition, path, FORM_ERROR_MACHINE, "fonts-noto-core");
        remove_dir(dir);
        return;
    }
    char *dir = new_dir();
    g_autofree char *config = g_build_filename(dir, "fonts.conf", NULL);
    g_assert_true(
        g_file_set_contents(config, "<?xml version=\"1.0\"?><fontconfig></fontconfig>\n", -1, NULL));
    g_setenv("FONTCONFIG_FILE", config, TRUE);
    g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_unsetenv("FONTCONFIG_FILE");
    g_test_trap_assert_passed();
    remove_dir(dir);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_add_func("/layout/awkward/page-break", test_page_break);
    g_test_add_func("/layout/awkward/long-form", test_long_form);
    g_test_add_func("/layout/awkward/list-nolabel-grid", test_list_nolabel_grid);
    g_test_add_func("/layout/awkward/numbers-in-bubbles", test_numbers_in_bubbles);
    g_test_add_func("/layout/errors/question-too-long", test_question_too_long);
    g_test_add_func("/layout/errors/letters-the-font-lacks", test_letters_the_font_lacks);
    g_test_add_func("/layout/errors/folder-not-there", test_folder_not_there);
    g_test_add_func("/layout/errors/font-missing", test_font_missing);
    return g_test_run();
}
