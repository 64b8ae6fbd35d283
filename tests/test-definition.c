/* What is read of a form definition. */
#include <glib/gstdio.h>

#include "definition-fixture.h"

static void
test_whole_form(void)
{
    g_autoptr(FormDefinition) form = parse_good(whole_form);
    g_assert_cmpstr(form->code, ==, "DEMO.1");
    g_assert_cmpint(form->version, ==, 12);
    g_assert_cmpstr(form_text_get(form->title, "vi"), ==, "Phiếu");
    g_assert_cmpstr(form_text_get(form->title, "en"), ==, "Form");
    g_assert_cmpstr(form_text_lookup(form->head, ""), ==, "${province} – ${commune}");
    g_assert_cmpstr(form_text_lookup(form->instruction, "en"), ==, "Fill | tick\nneatly");
    g_assert_cmpstr(form->language, ==, "vi");
    g_assert_cmpuint(form->items->len, ==, 8);
    g_assert_cmpuint(form->groups->len, ==, 1);
    g_assert_cmpuint(form->remarks->len, ==, 0);
}

static void
test_questions(void)
{
    g_autoptr(FormDefinition) form = parse_good(whole_form);
    FormQuestion *sex = question(form, 0), *age = question(form, 1), *chan = question(form, 2);
    g_assert_cmpint(sex->type, ==, FORM_SELECT_ONE);
    g_assert_cmpstr(sex->list, ==, "sex");
    g_assert_cmpint(sex->marks, ==, FORM_MARKS_NONE); /* the form has an instruction of its own */
    g_assert_true(sex->required);
    g_assert_cmpstr(choice(sex, 1)->value, ==, "2");
    g_assert_cmpstr(form_text_lookup(choice(sex, 1)->label, "vi"), ==, "Nữ");
    g_assert_cmpstr(form_text_lookup(sex->group, "en"), ==, "Part A");
    g_assert_cmpint(item(form, 0)->columns, ==, 2);
    g_assert_cmpstr(item(form, 0)->group->name, ==, "a");
    g_assert_true(age->required);
    g_assert_cmpint(age->type, ==, FORM_INTEGER);
    g_assert_cmpstr(form_text_lookup(age->hint, "en"), ==, "in years");
    g_assert_cmpstr(age->constraint, ==, ". >= 18 and . <= 120");
    g_assert_cmpint(item(form, 1)->cells, ==, 3);
    g_assert_cmpint(chan->type, ==, FORM_SELECT_MULTIPLE);
    g_assert_cmpstr(chan->relevant, ==, "${age} > 20");
    g_assert_true(item(form, 2)->page_break);
    g_assert_false(item(form, 1)->page_break);
    g_assert_cmpstr(question(form, 3)->write_in_of, ==, "chan");
    g_assert_cmpstr(question(form, 3)->write_in_value, ==, "b");
    g_assert_cmpfloat(item(form, 3)->box_mm, ==, 12.5);
    g_assert_null(question(form, 4)->group);
    g_assert_null(question(form, 4)->hint);
    g_assert_false(question(form, 4)->required);
    g_assert_true(question(form, 6)->personal);
    g_assert_false(question(form, 5)->personal);
    g_assert_cmpint(question(form, 7)->type, ==, FORM_NOTE);
    g_assert_true(g_str_has_prefix(question(form, 7)->name, "generated_note_name_"));
}

/* Without one of its own a form prints the instruction to scribble a wrong mark out; each question may have
 * another rule, and so may the settings. */
static void
test_marks_rule(void)
{
    static const char rows[] = CHOICES "| survey | | | | |\n| | type | name | label | print::marks |\n"
                                       "| | select_one yn | a | A | |\n"
                                       "| | select_one yn | b | B | largest |\n"
                                       "| | select_one yn | c | C | none |\n";
    static const char wrong[] = CHOICES "| survey | | | | |\n| | type | name | label | print::marks |\n"
                                        "| | select_one yn | a | A | biggest |\n";
    g_autofree char *plain_text = g_strconcat(SETTINGS, rows, NULL);
    g_autofree char *wrong_text = g_strconcat(SETTINGS, wrong, NULL);
    g_autofree char *settled_text =
        g_strconcat("| settings | | |\n| | form_id | print::marks |\n| | test26 | largest |\n", rows, NULL);
    g_autoptr(FormDefinition) plain = parse_good(plain_text), settled = parse_good(settled_text);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(question(plain, 0)->marks, ==, FORM_MARKS_CANCEL);
    g_assert_cmpint(question(plain, 1)->marks, ==, FORM_MARKS_LARGEST);
    g_assert_cmpint(question(plain, 2)->marks, ==, FORM_MARKS_NONE);
    g_assert_cmpint(question(settled, 0)->marks, ==, FORM_MARKS_LARGEST);
    g_assert_null(parse(wrong_text, &error));
    assert_error(error, "column print::marks: “biggest” is no rule for marks");
}

/* What pyxform forgives, we forgive. */
static void
test_forgiven(void)
{
    g_autoptr(FormDefinition) form =
        parse_good("| Settings |\n| | Set Form ID | Set Form Title | DEFAULT_LANGUAGE |\n| | x-1 | My form | "
                   "Vietnamese (vi) |\n"
                   "# a comment in pyxform's Markdown\n"
                   "| Survey |\n"
                   "| | COMMAND | Tag | Caption:English | caption : Tiếng Việt | bind::relevant | Read Only "
                   "| whatever |\n"
                   "| | start | start |\n"
                   "| | | | | | | | |\n"
                   "| | select one from YN | q1 | One | Một | | | zzz |\n"
                   "| | Select1 yn_2 | q2 | Two | Hai | ${q1} = ‘1’ | | |\n"
                   "| | select all that apply from YN | q3 | Three | Ba |\n"
                   "| | Select_Multiple   YN | q4 | Four | Bốn |\n\n"
                   "| | begin group | g | Group | Nhóm |\n"
                   "| | int | q5 | Five | Năm |\n"
                   "| | string | q6 | Six | Sáu |\n"
                   "| | end group |\n"
                   "| entities | a | b |\n| | c | d |\n"
                   "| CHOICES | list   name | Value | label:English | Label::VI |\n"
                   "| | YN | 1 | Yes | Có |\n| | YN | 2 | No | Không |\n| | yn_2 | 1 | Yes | Có |\n");
    g_assert_cmpstr(form->code, ==, "X-1");
    g_assert_cmpint(form->version, ==, 1);
    g_assert_cmpstr(form->language, ==, "vi");
    g_assert_cmpuint(form->items->len, ==, 6);
    g_assert_cmpstr(form_text_lookup(question(form, 0)->label, "vi"), ==, "Một");
    g_assert_cmpstr(form_text_lookup(question(form, 0)->label, "en"), ==, "One");
    g_assert_cmpstr(question(form, 1)->list, ==, "yn_2");
    g_assert_cmpint(question(form, 1)->type, ==, FORM_SELECT_ONE);
    g_assert_cmpstr(question(form, 1)->relevant, ==, "${q1} = ‘1’");
    g_assert_cmpint(question(form, 2)->type, ==, FORM_SELECT_MULTIPLE);
    g_assert_cmpint(question(form, 3)->type, ==, FORM_SELECT_MULTIPLE);
    g_assert_cmpuint(question(form, 3)->choices->len, ==, 2);
    g_assert_cmpint(question(form, 4)->type, ==, FORM_INTEGER);
    g_assert_cmpint(question(form, 5)->type, ==, FORM_TEXT);
    g_assert_cmpstr(form_text_lookup(question(form, 5)->group, "vi"), ==, "Nhóm");
    g_assert_cmpuint(form->remarks->len, ==, 1);
    g_assert_nonnull(strstr(g_ptr_array_index(form->remarks, 0), "start (start) is left out of the paper"));
}

/* A language is the same however its name is composed, spelt or abbreviated. */
static void
test_languages(void)
{
    static const struct {
        const char *written;
        const char *code;
    } languages[] = {
        {"Tiếng Việt", "vi"},
        {"Tie\xCC\x82\xCC\x81ng Vie\xCC\xA3\xCC\x82t", "vi"},
        {"TIẾNG VIỆT", "vi"},
        {" vietnamese ", "vi"},
        {"Vi", "vi"},
        {"English (en-GB)", "en-gb"},
        {"Tày (tyz)", "tyz"},
        {"Tày", "tày"},
        {"English(US) ( en )", "en"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(languages); i++) {
        g_autofree char *text = g_strdup_printf(
            SETTINGS "| survey |\n| | type | name | label::%s |\n| | text | a | A |\n", languages[i].written);
        g_autoptr(FormDefinition) form = parse_good(text);
        g_assert_cmpstr(form->language, ==, languages[i].code);
    }
}

static void
test_other(void)
{
    static const char *const spellings[] = {"select_one yn or_other", "select one from yn or specify other",
                                            "select_multiple yn or other"};
    for (gsize i = 0; i < G_N_ELEMENTS(spellings); i++) {
        g_autofree char *rows =
            g_strdup_printf("| | %s | q | Q |\n| | select_one yn | r | R |\n", spellings[i]);
        g_autofree char *text = form_of(rows);
        g_autoptr(FormDefinition) form = parse_good(text);
        g_assert_cmpuint(form->items->len, ==, 3);
        FormQuestion *asked = question(form, 0), *detail = question(form, 1);
        g_assert_cmpuint(asked->choices->len, ==, 3);
        g_assert_cmpstr(choice(asked, 2)->value, ==, "other");
        g_assert_cmpstr(form_text_get(choice(asked, 2)->label, "en"), ==, "Other");
        g_assert_cmpstr(detail->name, ==, "q_other");
        g_assert_cmpint(detail->type, ==, FORM_TEXT);
        g_assert_cmpstr(detail->write_in_of, ==, "q");
        g_assert_cmpstr(detail->write_in_value, ==, "other");
        g_assert_cmpstr(detail->relevant, ==, "selected(${q}, 'other')");
        g_assert_cmpuint(question(form, 2)->choices->len, ==, 2);
        g_assert_cmpstr(question(form, 2)->list, !=, asked->list);
    }
    g_autoptr(FormDefinition) vi = parse_good(
        SETTINGS
        "| survey |\n| | type | name | label::vi | label::English |\n| | select_one l or_other | q | Câu | "
        "Q |\n| choices |\n| | list_name | name | label::vi | label::en |\n| | l | 1 | Một | One |\n");
    g_assert_cmpstr(form_text_lookup(choice(question(vi, 0), 1)->label, "vi"), ==, "Khác");
    g_assert_cmpstr(form_text_lookup(choice(question(vi, 0), 1)->label, "en"), ==, "Other");
    g_assert_cmpstr(form_text_lookup(question(vi, 1)->label, "vi"), ==, "Ghi rõ");
    g_assert_cmpstr(vi->language, ==, "vi");
}

static void
test_grids(void)
{
    g_autofree char *text = form_of("| | select_one scale | head | | | | label |\n"
                                    "| | select_one scale | r1 | Row 1 | | | list-nolabel |\n"
                                    "| | select_one scale | r2 | Row 2 | | | w1 list-nolabel |\n"
                                    "| | begin_group | t | Table | | | table-list |\n"
                                    "| | select_one yn | r3 | Row 3 |\n"
                                    "| | begin_group | inner | Part |\n"
                                    "| | select_one yn | r4 | Row 4 |\n"
                                    "| | text | t1 | Text |\n"
                                    "| | end_group |\n| | end_group |\n"
                                    "| | select_one scale | r5 | Alone |\n");
    g_autoptr(FormDefinition) form = parse_good(text);
    static const gboolean in_grid[] = {FALSE, TRUE, TRUE, TRUE, TRUE, FALSE, FALSE};
    g_assert_cmpuint(form->items->len, ==, G_N_ELEMENTS(in_grid));
    for (guint i = 0; i < G_N_ELEMENTS(in_grid); i++) {
        g_assert_cmpint(item(form, i)->in_grid, ==, in_grid[i]);
        g_assert_cmpint(item(form, i)->head, ==, i == 0);
    }
    g_assert_true(((FormGroup *)g_ptr_array_index(form->groups, 0))->table);
    g_assert_cmpstr(item(form, 4)->group->parent->name, ==, "t");
}

static void
test_group_relevant(void)
{
    g_autofree char *text = form_of("| | select_one yn | q | Q |\n"
                                    "| | begin_group | g | | ${q} = '1' |\n"
                                    "| | text | a | A |\n"
                                    "| | begin_group | h | | ${a} != '' |\n"
                                    "| | text | b | B | selected(${q}, '2') |\n"
                                    "| | end_group |\n| | end_group |\n| | text | c | C |\n");
    g_autoptr(FormDefinition) form = parse_good(text);
    g_assert_cmpstr(question(form, 1)->relevant, ==, "${q} = '1'");
    g_assert_cmpstr(question(form, 2)->relevant, ==,
                    "((${q} = '1') and (${a} != '')) and (selected(${q}, '2'))");
    g_assert_null(question(form, 3)->relevant);
}

static void
test_left_out(void)
{
    g_autofree char *text =
        form_of("| | calculate | sum | |\n| | today | today |\n| | hidden | h |\n| | audit | audit |\n"
                "| | geopoint | place | Where | | | | | | yes |\n"
                "| | select_one yn | q | Q | | | | | x = ${sum} | TRUE |\n"
                "| | wishful | w | W | | | | | | x |\n"
                "| | begin_repeat | r | R | | | | | | 1 |\n"
                "| | image | i | I |\n| | begin_group | rg |\n| | text | t | T |\n| | end_group |\n"
                "| | end_repeat |\n"
                "| | text | kept | Kept | | | | | | no |\n");
    g_autoptr(FormDefinition) form = parse_good(text);
    g_assert_cmpuint(form->items->len, ==, 1);
    g_assert_cmpstr(question(form, 0)->name, ==, "kept");
    g_assert_cmpuint(form->remarks->len, ==, 10);
    g_assert_cmpuint(form->groups->len, ==, 0);
}

static void
test_paper_conditions(void)
{
    g_autoptr(FormDefinition) form = parse_good(
        SETTINGS
        "| survey |\n| | type | name | label | constraint | print::constraint | relevant | print::relevant "
        "|\n"
        "| | calculate | c | |\n| | integer | a | A | regex(., '[0-9]') | . < 10 | ${c} = 1 | true() |\n");
    g_assert_cmpstr(question(form, 0)->constraint, ==, ". < 10");
    g_assert_cmpstr(question(form, 0)->relevant, ==, "true()");
}

/* `required` that depends on answers is a phone's affair. */
static void
test_required_expression(void)
{
    g_autofree char *text = form_of("| | integer | a | A |\n| | text | b | B | | | | ${a} > 3 |\n");
    g_autoptr(FormDefinition) form = parse_good(text);
    g_assert_false(question(form, 1)->required);
    g_assert_cmpuint(form->remarks->len, ==, 1);
    assert_one_problem("| | text | b | B | | | | maybe |\n",
                       "line 12, column required: “maybe” is neither yes nor no");
}

static void
test_tables_in_sections(void)
{
    g_autoptr(FormDefinition) form = parse_good(
        "## settings\n| form_id |\n|--|\n| A |\n## survey\n### Part A\n| type | name | label |\n|--|--|--|\n"
        "| text | a | A |\n\n### Part B\n| type | name | label |\n|--|--|--|\n| text | b | B |\n");
    g_assert_cmpuint(form->items->len, ==, 2);
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) other =
        parse("## settings\n| form_id |\n|--|\n| A |\n## survey\n| type | name | label |\n|--|--|--|\n"
              "| text | a | A |\n\n| name | type | label |\n|--|--|--|\n| b | text | B |\n",
              &error);
    g_assert_null(other);
    assert_error(error, "form.md: sheet survey, line 10: a second table with another header; ");
}

/* ---- files ---- */

static void
test_load(void)
{
    g_autofree char *folder = g_dir_make_tmp("phieu-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "form.md", NULL);
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_set_contents(path, "\xEF\xBB\xBF", 3, NULL));
    g_autofree char *text = g_strconcat("\xEF\xBB\xBF", whole_form, NULL);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autofree char *windows = g_strjoinv("\r\n", lines);
    g_assert_true(g_file_set_contents(path, windows, -1, NULL));
    g_autoptr(FormDefinition) form = form_definition_load(path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(form->items->len, ==, 8);
    g_assert_null(form_definition_load(folder, &error));
    assert_error(error, folder);
    g_clear_error(&error);
    g_unlink(path);
    g_assert_null(form_definition_load(path, &error));
    assert_error(error, "cannot be read");
    g_rmdir(folder);
    form_definition_free(NULL);
}

/* What we ship is what newcomers copy: it must be read without a problem. */
static void
test_shipped(void)
{
    const char *source = g_getenv("PHIEU_SOURCE");
    if (source == NULL) {
        g_test_skip("PHIEU_SOURCE does not name the source folder");
        return;
    }
    g_autofree char *path = g_build_filename(source, "form", "shipped", NULL);
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    g_assert_nonnull(folder);
    guint forms = 0;
    for (const char *name; (name = g_dir_read_name(folder)) != NULL;) {
        if (!g_str_has_suffix(name, ".md"))
            continue;
        g_autofree char *file = g_build_filename(path, name, NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(FormDefinition) form = form_definition_load(file, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(form->items->len, >, 0);
        forms++;
    }
    g_assert_cmpuint(forms, >, 0);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/definition/whole-form", test_whole_form);
    g_test_add_func("/definition/questions", test_questions);
    g_test_add_func("/definition/marks-rule", test_marks_rule);
    g_test_add_func("/definition/forgiven", test_forgiven);
    g_test_add_func("/definition/languages", test_languages);
    g_test_add_func("/definition/other", test_other);
    g_test_add_func("/definition/grids", test_grids);
    g_test_add_func("/definition/group-relevant", test_group_relevant);
    g_test_add_func("/definition/left-out", test_left_out);
    g_test_add_func("/definition/paper-conditions", test_paper_conditions);
    g_test_add_func("/definition/required-expression", test_required_expression);
    g_test_add_func("/definition/tables-in-sections", test_tables_in_sections);
    g_test_add_func("/definition/load", test_load);
    g_test_add_func("/definition/shipped", test_shipped);
    return g_test_run();
}
