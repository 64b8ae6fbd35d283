#include "form-question.h"

static void
test_text_falls_back(void)
{
    g_autoptr(FormText) text = form_text_new();

    g_assert_true(form_text_is_empty(text));
    g_assert_true(form_text_is_empty(NULL));
    g_assert_cmpstr(form_text_get(text, "vi"), ==, "");
    g_assert_cmpstr(form_text_get(NULL, "vi"), ==, "");

    form_text_set(text, "en", "Gender");
    g_assert_false(form_text_is_empty(text));
    g_assert_cmpstr(form_text_get(text, "en"), ==, "Gender");
    g_assert_cmpstr(form_text_get(text, "vi"), ==, "Gender"); /* the first, where none is unnamed */
    form_text_set(text, "vi", "Giới tính");
    g_assert_cmpstr(form_text_get(text, "vi"), ==, "Giới tính");
    g_assert_cmpstr(form_text_get(text, "fr"), ==, "Gender");
    form_text_set(text, "", "gender");
    g_assert_cmpstr(form_text_get(text, "fr"), ==, "gender"); /* the unnamed one before the first */
    g_assert_cmpstr(form_text_get(text, NULL), ==, "gender");
    g_assert_cmpstr(form_text_get(text, "en"), ==, "Gender");
}

static void
test_text_lookup_is_exact(void)
{
    g_autoptr(FormText) text = form_text_new();

    form_text_set(text, "vi", "Tuổi");
    g_assert_cmpstr(form_text_lookup(text, "vi"), ==, "Tuổi");
    g_assert_null(form_text_lookup(text, "en"));
    g_assert_null(form_text_lookup(text, NULL));
    g_assert_null(form_text_lookup(NULL, "vi"));
}

static void
test_text_replaces(void)
{
    g_autoptr(FormText) text = form_text_new();
    guint count = 0;

    form_text_set(text, "vi", "Một");
    form_text_set(text, "en", "One");
    form_text_set(text, "vi", "Hai");
    g_assert_cmpstr(form_text_get(text, "vi"), ==, "Hai");
    const char *const *languages = form_text_languages(text, &count);
    g_assert_cmpuint(count, ==, 2);
    g_assert_cmpstr(languages[0], ==, "vi");
    g_assert_cmpstr(languages[1], ==, "en");
}

static void
test_many_languages_stay_in_order(void)
{
    g_autoptr(FormText) text = form_text_new();
    guint count = 0;

    for (int i = 0; i < 50; i++) {
        g_autofree char *language = g_strdup_printf("l%d", i);
        form_text_set(text, language, language);
    }
    const char *const *languages = form_text_languages(text, &count);
    g_assert_cmpuint(count, ==, 50);
    for (int i = 0; i < 50; i++) {
        g_autofree char *language = g_strdup_printf("l%d", i);
        g_assert_cmpstr(languages[i], ==, language);
        g_assert_cmpstr(form_text_lookup(text, language), ==, language);
    }
}

static void
test_types(void)
{
    static const char *const names[] = {"select_one", "select_multiple", "integer", "decimal", "date", "text",
                                        "note"};
    FormType type;

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_true(form_type_from_name(names[i], &type));
        g_assert_cmpstr(form_type_name(type), ==, names[i]);
        g_assert_cmpint(form_type_is_select(type), ==, g_str_has_prefix(names[i], "select"));
    }
    g_assert_false(form_type_from_name("geopoint", &type));
    g_assert_false(form_type_from_name("", &type));
    g_assert_false(form_type_from_name(NULL, &type));
}

static void
test_question(void)
{
    g_autoptr(FormQuestion) question = form_question_new("q1", FORM_SELECT_ONE);
    FormChoice *choice = form_question_add_choice(question, "1");

    form_text_set(choice->label, "vi", "Có");
    form_question_add_choice(question, "2");
    g_assert_cmpstr(question->name, ==, "q1");
    g_assert_cmpuint(question->choices->len, ==, 2);
    g_assert_cmpstr(((FormChoice *)g_ptr_array_index(question->choices, 1))->value, ==, "2");
    g_assert_true(form_text_is_empty(question->label));
    g_assert_null(question->hint);
    g_assert_null(question->relevant);
    form_question_free(NULL);
    form_text_free(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/question/text-falls-back", test_text_falls_back);
    g_test_add_func("/question/text-lookup-is-exact", test_text_lookup_is_exact);
    g_test_add_func("/question/text-replaces", test_text_replaces);
    g_test_add_func("/question/many-languages-stay-in-order", test_many_languages_stay_in_order);
    g_test_add_func("/question/types", test_types);
    g_test_add_func("/question/question", test_question);
    return g_test_run();
}
