#include <string.h>

#include "form-error.h"
#include "form-expression.h"

static void
assert_reads_as(const char *source, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormExpression) tree = form_expression_parse(source, &error);
    g_assert_no_error(error);
    g_assert_nonnull(tree);
    g_autofree char *printed = form_expression_to_string(tree);
    g_assert_cmpstr(printed, ==, expected);
}

static void
assert_fails(const char *source, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormExpression) tree = form_expression_parse(source, &error);
    g_assert_null(tree);
    g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
    if (strstr(error->message, message) == NULL)
        g_test_message("“%s” gives “%s”, without “%s”", source, error->message, message);
    g_assert_nonnull(strstr(error->message, message));
    g_assert_null(strchr(error->message, '\n'));
}

static void
test_precedence(void)
{
    assert_reads_as("${a} = 1 or ${b} = 2 and ${c} = 3", "((${a} = 1) or ((${b} = 2) and (${c} = 3)))");
    assert_reads_as("1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)");
    assert_reads_as("1 - 2 - 3", "((1 - 2) - 3)");
    assert_reads_as("8 div 4 mod 3", "((8 div 4) mod 3)");
    assert_reads_as("1 < 2 = true()", "((1 < 2) = true())");
    assert_reads_as(". >= 18 and . <= 120", "((. >= 18) and (. <= 120))");
    assert_reads_as("- 1 + --2", "(-1 + --2)");
    assert_reads_as("-2 * 3", "(-2 * 3)");
    assert_reads_as("(1 + 2) * 3", "((1 + 2) * 3)");
    assert_reads_as("1 != 2 < 3", "(1 != (2 < 3))");
}

static void
test_functions(void)
{
    assert_reads_as("selected(${q2}, '3')", "selected(${q2}, '3')");
    assert_reads_as("selected( . , \"a b\" )", "selected(., 'a b')");
    assert_reads_as("not(selected(${a}, 'x')) and count-selected(.) <= 3",
                    "(not(selected(${a}, 'x')) and (count-selected(.) <= 3))");
    assert_reads_as("not (true ())", "not(true())");
    assert_reads_as("false()", "false()");
    assert_reads_as("${div} div ${mod}", "(${div} div ${mod})");
}

static void
test_spelling(void)
{
    assert_reads_as("${ a }='x'", "(${a} = 'x')");
    assert_reads_as("${a.b-c_d}=.5", "(${a.b-c_d} = 0.5)");
    assert_reads_as("${a} = ‘x’", "(${a} = 'x')");
    assert_reads_as("${a} = ”x“", "(${a} = 'x')");
    assert_reads_as("'don’t'", "'don’t'");
    assert_reads_as("\"it's\"", "\"it's\"");
    assert_reads_as("${a}\n\t=\xC2\xA0"
                    "1",
                    "(${a} = 1)");
    assert_reads_as(".>5", "(. > 5)");
    assert_reads_as("'Tiếng Việt'", "'Tiếng Việt'");
    assert_reads_as("100000000000000000000", "100000000000000000000");
    assert_reads_as("0.1", "0.1");
    assert_reads_as("5.", "5");
}

static void
test_errors(void)
{
    assert_fails("", "character 1: a value expected");
    assert_fails("${a} = ", "character 8: a value expected");
    assert_fails("${a} ${b}", "character 6: an operator");
    assert_fails("${a", "character 4: “}” expected");
    assert_fails("${}", "character 3: a question's name");
    assert_fails("(1 + 2", "character 7: “)” expected, but the expression ends");
    assert_fails("1 + 2)", "character 6: an operator");
    assert_fails("'abc", "character 1: the quote that opens here");
    assert_fails("‘Ơ’ = ", "character 7: a value expected");
    assert_fails("age > 5",
                 "character 1: the word “age” is not understood here; a question is written ${age}");
    assert_fails("regex(., '[0-9]+')", "character 1: regex() cannot be used on paper");
    assert_fails("/data/age > 5", "“/” is not understood");
    assert_fails("..", "“.” is not understood");
    assert_fails("!${a}", "“!=” expected");
    assert_fails("5a", "a letter directly after a number");
    assert_fails("selected('a', 'b')", "selected() asks for a question");
    assert_fails("selected(${a})", "“,” expected, found “)”");
    assert_fails("count-selected(1)", "count-selected() asks for a question");
    assert_fails("true(1)", "“)” expected");
    assert_fails("\xFF", "UTF-8");
    g_autofree char *digits = g_strnfill(400, '9');
    assert_fails(digits, "too large");
}

/* Deep input must be refused, not overflow the stack; what is just within the bound must be read. */
static void
test_depth(void)
{
    g_autoptr(GString) deep = g_string_new(NULL);
    for (int i = 0; i < 100000; i++)
        g_string_append(deep, "(");
    assert_fails(deep->str, "inside each other");
    g_string_truncate(deep, 0);
    for (int i = 0; i < 100000; i++)
        g_string_append(deep, "-");
    assert_fails(deep->str, "inside each other");
    g_string_truncate(deep, 0);
    for (int i = 0; i < 100000; i++)
        g_string_append(deep, "not(");
    assert_fails(deep->str, "inside each other");
    g_string_assign(deep, "1");
    for (int i = 1; i < FORM_EXPRESSION_MAX_DEPTH; i++)
        g_string_append(deep, " + 1");
    g_autoptr(FormExpression) widest = form_expression_parse(deep->str, NULL);
    g_assert_nonnull(widest);
    g_string_append(deep, " + 1");
    assert_fails(deep->str, "inside each other");
}

static void
append_name(const char *name, gpointer data)
{
    g_string_append_printf(data, "%s ", name);
}

static void
test_fields(void)
{
    g_autoptr(GString) names = g_string_new(NULL);
    g_autoptr(FormExpression) tree =
        form_expression_parse("${a} = 1 and selected(${b}, ${c}) or not(-${a} > .)", NULL);
    g_assert_nonnull(tree);
    form_expression_each_field(tree, append_name, names);
    g_assert_cmpstr(names->str, ==, "a b c a ");
    form_expression_each_field(NULL, append_name, names);
    form_expression_free(NULL);
}

/* ---- any tree, printed and read again, prints the same ---- */

static void
write_random(GRand *random, int depth, GString *out)
{
    static const char *const leaves[] = {"${a}", ".",      "'x y'", "\"it's\"",         "0",
                                         "12.5", "true()", "‘z’",   "count-selected(.)"};
    static const char *const words[] = {" or ", " and ", "=",   "!=", "<",     " <= ", ">",
                                        ">=",   " + ",   " - ", "*",  " div ", " mod "};
    int choice = depth == 0 ? 0 : g_rand_int_range(random, 0, 6);
    if (choice == 0) {
        g_string_append(out, leaves[g_rand_int_range(random, 0, G_N_ELEMENTS(leaves))]);
    } else if (choice <= 2) {
        gboolean closed = g_rand_boolean(random);
        g_string_append(out, closed ? "(" : "");
        write_random(random, depth - 1, out);
        g_string_append(out, words[g_rand_int_range(random, 0, G_N_ELEMENTS(words))]);
        write_random(random, depth - 1, out);
        g_string_append(out, closed ? ")" : "");
    } else {
        static const char *const before[] = {"-", "not(", "selected(${b}, "};
        g_string_append(out, before[choice - 3]);
        write_random(random, depth - 1, out);
        g_string_append(out, choice == 3 ? "" : ")");
    }
}

static void
test_print_and_parse_again(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20261122);
    for (int i = 0; i < 5000; i++) {
        g_autoptr(GString) source = g_string_new(NULL);
        g_autoptr(GError) error = NULL;
        write_random(random, 6, source);
        g_autoptr(FormExpression) tree = form_expression_parse(source->str, &error);
        g_assert_no_error(error);
        g_autofree char *printed = form_expression_to_string(tree);
        assert_reads_as(printed, printed);
    }
}

/* Numbers survive printing to the last bit. */
static void
test_numbers_again(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (int i = 0; i < 2000; i++) {
        FormExpression number = {.kind = FORM_EXPRESSION_NUMBER, .number = g_rand_double(random)};
        for (int power = g_rand_int_range(random, -20, 20); power != 0; power += power > 0 ? -1 : 1)
            number.number *= power > 0 ? 1000 : 0.001;
        g_autofree char *printed = form_expression_to_string(&number);
        g_autoptr(FormExpression) again = form_expression_parse(printed, NULL);
        g_assert_nonnull(again);
        g_assert_cmpfloat(again->number, ==, number.number);
    }
}

static void
test_damage(void)
{
    const char *whole = "(${a} >= 1.5 and not(selected(${b}, ‘x’))) or count-selected(.) != -2 div ${c}";
    g_autoptr(GRand) random = g_rand_new_with_seed(99);
    for (int i = 0; i < 20000; i++) {
        g_autofree char *damaged = g_strdup(whole);
        gsize length = strlen(damaged);
        for (int flips = g_rand_int_range(random, 1, 5); flips > 0; flips--)
            damaged[g_rand_int_range(random, 0, (gint32)length)] = (char)g_rand_int_range(random, 0, 256);
        damaged[g_rand_int_range(random, 0, (gint32)length + 1)] = '\0';
        g_autoptr(GError) error = NULL;
        g_autoptr(FormExpression) tree = form_expression_parse(damaged, &error);
        g_assert_true((tree == NULL) == (error != NULL));
    }
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/expression/precedence", test_precedence);
    g_test_add_func("/expression/functions", test_functions);
    g_test_add_func("/expression/spelling", test_spelling);
    g_test_add_func("/expression/errors", test_errors);
    g_test_add_func("/expression/depth", test_depth);
    g_test_add_func("/expression/fields", test_fields);
    g_test_add_func("/expression/print-and-parse-again", test_print_and_parse_again);
    g_test_add_func("/expression/numbers-again", test_numbers_again);
    g_test_add_func("/expression/damage", test_damage);
    return g_test_run();
}
