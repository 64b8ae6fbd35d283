/* What is refused of a form definition, and in what words. */
#include "definition-fixture.h"

static void
test_refused_types(void)
{
    static const char *const not_on_paper[] = {"range",
                                               "rank yn",
                                               "image",
                                               "geopoint",
                                               "geotrace",
                                               "geoshape",
                                               "audio",
                                               "video",
                                               "file",
                                               "barcode",
                                               "acknowledge",
                                               "time",
                                               "dateTime",
                                               "select_one_from_file towns.csv",
                                               "select_one_external towns"};
    for (gsize i = 0; i < G_N_ELEMENTS(not_on_paper); i++) {
        g_autofree char *rows = g_strdup_printf("| | %s | q | Q |\n", not_on_paper[i]);
        g_autofree char *expected = g_strdup_printf(
            "sheet survey, line 12, column type: paper cannot ask “%s”; ask it in another way",
            not_on_paper[i]);
        assert_one_problem(rows, expected);
    }
    assert_one_problem("| | begin_repeat | r | R |\n| | text | a | A |\n| | end_repeat |\n",
                       "line 12, column type: paper cannot repeat a group; write its questions out");
    assert_one_problem("| | text | a | A |\n| | select_one yn | q | Q | | | | | a=${a} |\n",
                       "line 13, column choice_filter: paper cannot hide choices; ");
    assert_one_problem("| | intger | a | A |\n",
                       "column type: there is no type “intger”; did you mean “integer”?");
    assert_one_problem("| | selct_one yn | a | A |\n", "did you mean “select_one”?");
    assert_one_problem("| | hologram | a | A |\n", "there is no type “hologram”; use select_one LIST");
    assert_one_problem("| | select_one | a | A |\n", "the choice list is missing; write select_one LIST");
    assert_one_problem("| | select_one ny | a | A |\n", "there is no choice list “ny”; did you mean “yn”?");
    assert_one_problem("| | select_one elsewhere | a | A |\n",
                       "there is no choice list “elsewhere”; write it in");
    assert_one_problem("| | | a | A |\n", "line 12, column type: the row has no type; ");
}

static void
test_refused_names(void)
{
    assert_one_problem("| | text | a | A |\n| | text | a | B |\n",
                       "line 13, column name: the name “a” is taken already in line 12;");
    assert_one_problem("| | text | a | A |\n| | text | A | B |\n",
                       "differs from “a” in line 12 only by capitals");
    assert_one_problem("| | today | a |\n| | text | a | B |\n", "the name “a” is taken already in line 12");
    assert_one_problem("| | select_one yn or_other | a | A |\n| | text | a_other | B |\n",
                       "the name “a_other” is taken");
    assert_one_problem("| | text | | A |\n", "line 12, column name: the question has no name; ");
    assert_one_problem("| | text | 1a | A |\n", "“1a” cannot be a name; ");
    assert_one_problem("| | text | a b | A |\n", "“a b” cannot be a name; ");
    assert_one_problem("| | text | tuổi | A |\n", "“tuổi” cannot be a name; ");
    assert_one_problem("| | text | a | |\n", "line 12, column label: the label is missing; ");
    assert_one_problem("| | text | a | A |\n| | text | b | After ${a} |\n",
                       "column label: paper cannot fill in “${…}”; ");
    assert_one_problem("| | begin_group | | G |\n| | text | a | A |\n| | end_group |\n",
                       "the group has no name; ");
}

static void
test_refused_groups(void)
{
    assert_one_problem("| | text | a | A |\n| | end_group |\n",
                       "line 13, column type: no group is open here; ");
    assert_one_problem("| | begin_group | g | G |\n| | text | a | A |\n",
                       "line 12, column type: the group is never closed;");
    assert_one_problem("| | begin_group | g | G |\n| | text | a | A |\n| | end_repeat |\n",
                       "ends a repeat, but what is open is the group of line 12; ");
    assert_one_problem("| | begin_group | g | G | | | table-list |\n| | select_one yn | a | A |\n| | "
                       "select_one scale | b | B |\n"
                       "| | end_group |\n",
                       "line 14, column type: the grid's head shows the list yn; ");
    assert_one_problem(
        "| | select_one yn | h | | | | label |\n| | select_one scale | b | B | | | list-nolabel |\n",
        "the grid's head shows the list yn; ");
    assert_one_problem(
        "| | begin_group | g | G | | | table-list |\n| | select_one yn or_other | a | A |\n| | end_group |\n",
        "a row of a grid has no room for or_other; ");
}

static void
test_refused_conditions(void)
{
    assert_one_problem("| | text | a | A | ${b} = 1 |\n",
                       "line 12, column relevant: there is no question “b”; correct");
    assert_one_problem("| | text | income | A |\n| | text | b | B | ${incone} = 1 |\n",
                       "did you mean “income”?");
    assert_one_problem("| | text | a | A | | . > |\n",
                       "line 12, column constraint: character 4: a value expected");
    assert_one_problem("| | text | a | A | | regex(., 'x') |\n",
                       "column constraint: character 1: regex() cannot be used");
    assert_one_problem(
        "| | today | t |\n| | text | a | A | | . < ${t} |\n",
        "“t” (today, line 12) is not on the paper; write the condition without it in print::constraint");
    assert_one_problem("| | note | n | N |\n| | text | a | A | ${n} = 1 |\n", "“n” is never answered; ");
    assert_one_problem("| | text | a | A | ${a} = 1 |\n", "the question depends on its own answer; ");
    assert_one_problem("| | text | a | A | . = 1 |\n", "“.” means the question's own answer");
    assert_one_problem("| | select_one yn | q | Q |\n| | text | a | A | selected(${q}, '3') |\n",
                       "“q” has no choice “3”; ");
    assert_one_problem(
        "| | begin_group | g | G | ${zzz} = 1 |\n| | text | a | A | true() |\n| | end_group |\n",
        "line 12, column relevant: there is no question “zzz”");
    assert_one_problem("| | text | a | A | | | | | | | q |\n",
                       "“q” does not name an option; write QUESTION/VALUE");
    assert_one_problem("| | text | a | A | | | | | | | q/1 |\n", "there is no select “q” on the paper");
    assert_one_problem("| | select_one yn | q | Q |\n| | text | a | A | | | | | | | q/9 |\n",
                       "“q” has no choice “9”; ");
    assert_one_problem("| | select_one yn | q | Q |\n| | integer | a | A | | | | | | | q/1 |\n",
                       "only a text can detail");
}

/* A form with one thing wrong outside the survey's rows. */
static void
assert_refused(const char *text, const char *piece)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) definition = parse(text, &error);
    g_assert_null(definition);
    assert_error(error, piece);
    g_assert_cmpuint(count_lines(error->message), ==, 1);
}

static void
test_refused_choices(void)
{
#define ASKING(type)                                                                                         \
    SETTINGS "| survey |\n| | type | name | label |\n| | " type                                              \
             " | q | Q |\n| choices |\n| | list_name | name | label |\n"
    assert_refused(
        ASKING("select_one l") "| | l | 1 | A |\n| | l | 1 | B |\n",
        "form.md: sheet choices, line 10, column name: the list l has the value “1” already in line 9; ");
    assert_refused(ASKING("select_multiple l") "| | l | a b | A |\n",
                   "“a b” holds a blank, which parts the answers");
    assert_refused(ASKING("select_one l") "| | l | 1 | |\n",
                   "sheet choices, line 9, column label: the label is missing");
    assert_refused(ASKING("select_one l") "| | l | 1 | A |\n| | l | | B |\n",
                   "column name: the choice has no value");
    assert_refused(ASKING("select_one l") "| | l | 1 | A |\n| | | 2 | B |\n",
                   "column list_name: the choice belongs to no list");
    g_autoptr(FormDefinition) form =
        parse_good(ASKING("select_one l") "| | l | a b | A |\n| | unused | 1 | |\n");
    g_assert_cmpstr(choice(question(form, 0), 0)->value, ==, "a b");
#undef ASKING
}

static void
test_refused_settings(void)
{
#define SURVEY "| survey |\n| | type | name | label |\n| | text | q | Q |\n"
    assert_refused(SURVEY, "form.md: sheet settings: the sheet is missing or empty; ");
    assert_refused("| settings |\n| | form_title |\n| | T |\n" SURVEY,
                   "line 3, column form_id: the form has no code; ");
    assert_refused("| settings |\n| | form_id |\n| | sipas_26 |\n" SURVEY,
                   "“sipas_26” cannot be printed as a QR code; ");
    assert_refused("| settings |\n| | id_string | version |\n| | S | 2026112201 |\n" SURVEY,
                   "line 3, column version: 2026112201 is not between 1 and 999999, which is what a sheet's "
                   "QR code has room for;");
    assert_refused("| settings |\n| | form_id | version |\n| | S | 0 |\n" SURVEY,
                   "0 is not between 1 and 999999");
    assert_refused("| settings |\n| | form_id | version |\n| | S | v2 |\n" SURVEY,
                   "“v2” is not a whole number; ");
    assert_refused("| settings |\n| | form_id | print::head |\n| | S | ${commune |\n" SURVEY,
                   "a placeholder is not closed; ");
    assert_refused(
        "| settings |\n| | form_id | print::haed |\n| | S | x |\n" SURVEY,
        "line 2, column print::haed: there is no such print:: column; did you mean “print::head”?");
    assert_refused("| settings |\n| | form_id | default_language |\n| | S | fr |\n| survey |\n| | type | "
                   "name | label::en |\n"
                   "| | text | q | Q |\n",
                   "the sheet survey has no label in the language “fr”; ");
    assert_refused(
        "| settings |\n| | form_id | default_language |\n| | S | vi |\n| survey |\n"
        "| | type | name | label::en | label::vi |\n| | text | q | Q | Câu |\n| | text | r | R | |\n",
        "line 7, column label::en: the label is missing in the language that is printed, “vi”; ");
#undef SURVEY
}

static void
test_refused_sheets(void)
{
    assert_refused("", "form.md: the file is empty; ");
    assert_refused("Hello.\n", "form.md: the sheet survey is missing or empty; ");
    assert_refused(SETTINGS "| suvrey |\n| | type | name | label |\n| | text | a | A |\n",
                   "the sheet survey is missing; is “suvrey” meant? rename that sheet");
    assert_refused(SETTINGS "| survey |\n| | type | name |\n| | text | a |\n",
                   "sheet survey, column label: the column is missing");
    assert_refused(SETTINGS "| survey |\n| | type | name | label | caption |\n| | text | a | A | B |\n",
                   "line 5, column caption: means the same as the column label; ");
    assert_refused(SETTINGS "| survey |\n| | type | name | label |\n| text | a | A |\n| | text | b | B |\n",
                   "line 6: “text” stands in the first column, which only names sheets; ");
    assert_refused("\xFF\xFE|\x00s", "form.md: a text in UTF-16; save it as UTF-8");
    assert_refused("| survey |\n\n| \x80 |\n", "form.md: line 3: neither an .xlsx nor a text in UTF-8; ");
    assert_refused("\xD0\xCF\x11\xE0", "form.md: an old or password-protected Excel file; ");
    assert_refused("PK\x03\x04", "form.md: a damaged .xlsx; ");
}

/* Every problem is told, not only the first; by sheet and row; and no more than 100 of them. */
static void
test_all_at_once(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = form_of(
        "| | text | a | |\n| | intger | b | B |\n| | text | a | C | ${zz} |\n| | select_one nil | d | D |\n");
    g_autoptr(FormDefinition) form = parse(text, &error);
    g_assert_null(form);
    g_auto(GStrv) lines = g_strsplit(error->message, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), ==, 5);
    static const char *const places[] = {"line 12, column label", "line 13, column type",
                                         "line 14, column name", "line 14, column relevant",
                                         "line 15, column type"};
    for (guint i = 0; i < 5; i++) {
        g_autofree char *place = g_strdup_printf("form.md: sheet survey, %s: ", places[i]);
        g_assert_true(g_str_has_prefix(lines[i], place));
        g_assert_nonnull(strstr(lines[i], ";"));
    }
    g_autoptr(GString) rows = g_string_new(NULL);
    for (int i = 0; i < 150; i++)
        g_string_append_printf(rows, "| | intger | a%d | A |\n", i);
    g_autofree char *long_text = form_of(rows->str);
    g_autoptr(GError) many = NULL;
    g_autoptr(FormDefinition) none = parse(long_text, &many);
    g_assert_null(none);
    g_assert_cmpuint(count_lines(many->message), ==, 101);
    g_assert_true(g_str_has_suffix(many->message, "\nform.md: 50 more problems"));
}

static void
test_bounds(void)
{
    g_autoptr(GString) rows = g_string_new(NULL);
    for (int i = 0; i < 2001; i++)
        g_string_append_printf(rows, "| | text | a%d | A |\n", i);
    assert_one_problem(rows->str, "line 2012: more than 2000 questions; divide the form");
    g_string_assign(rows, SETTINGS "| choices |\n| | list_name | name | label |\n");
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(rows, "| | l | %d | A |\n", i);
    g_string_append(rows, "| survey |\n| | type | name | label |\n");
    for (int i = 0; i < 51; i++)
        g_string_append_printf(rows, "| | select_one l | a%d | A |\n", i);
    assert_refused(rows->str, "more than 50000 answer positions");
    g_string_assign(rows, "");
    for (int i = 0; i < 70; i++)
        g_string_append_printf(rows, "| | begin_group | g%d | | ${q} = 1 |\n", i);
    g_string_append(rows, "| | text | a | A |\n");
    for (int i = 0; i < 70; i++)
        g_string_append(rows, "| | end_group |\n");
    g_string_append(rows, "| | text | q | Q |\n");
    assert_one_problem(rows->str, "column relevant: joined with that of its groups: ");
    g_string_assign(rows, "| | text | a | A | | | | | | | | ");
    for (int i = 0; i < 20000; i++)
        g_string_append(rows, "123456789 ");
    g_string_append(rows, "|\n");
    assert_one_problem(rows->str, "a cell holds more than 128 kB");
}

/* A message is one line whatever the file holds. */
static void
test_quoted_damage(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) form = parse(
        SETTINGS "| survey |\n| | type | name | label |\n| | a<br>b\x07\xE2\x80\xA8 | q | Q |\n", &error);
    g_assert_null(form);
    g_assert_cmpuint(count_lines(error->message), ==, 1);
    g_assert_null(strchr(error->message, '\x07'));
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/definition/refused-types", test_refused_types);
    g_test_add_func("/definition/refused-names", test_refused_names);
    g_test_add_func("/definition/refused-groups", test_refused_groups);
    g_test_add_func("/definition/refused-conditions", test_refused_conditions);
    g_test_add_func("/definition/refused-choices", test_refused_choices);
    g_test_add_func("/definition/refused-settings", test_refused_settings);
    g_test_add_func("/definition/refused-sheets", test_refused_sheets);
    g_test_add_func("/definition/all-at-once", test_all_at_once);
    g_test_add_func("/definition/bounds", test_bounds);
    g_test_add_func("/definition/quoted-damage", test_quoted_damage);
    return g_test_run();
}
