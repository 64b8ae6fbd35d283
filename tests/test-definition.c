#include <string.h>

#include <glib/gstdio.h>
#include <zip.h>

#include "form-definition.h"
#include "form-error.h"

/* The settings that most tests do not care about. */
#define SETTINGS "| settings | | |\n| | form_id | version |\n| | test26 | 2 |\n"
#define CHOICES                                                                                              \
    "| choices | | | |\n| | list name | value | label |\n| | yn | 1 | Yes |\n| | yn | 2 | No |\n"            \
    "| | scale | 1 | Bad |\n| | scale | 2 | Fair |\n"

static FormDefinition *
parse(const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return form_definition_parse("form.md", bytes, error);
}

static FormDefinition *
parse_good(const char *text)
{
    g_autoptr(GError) error = NULL;
    FormDefinition *definition = parse(text, &error);
    g_assert_no_error(error);
    g_assert_nonnull(definition);
    return definition;
}

/* A form of these survey rows, below a header with the usual columns. */
static char *
form_of(const char *rows)
{
    return g_strconcat(SETTINGS CHOICES
                       "| survey | | | |\n| | type | name | label | relevant | constraint | appearance | "
                       "required | choice_filter | print::skip | print::write_in |\n",
                       rows, NULL);
}

/* Each expected piece must stand in a line of its own. */
static void
assert_error(const GError *error, const char *piece)
{
    g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
    if (strstr(error->message, piece) == NULL)
        g_test_message("“%s” is not in:\n%s", piece, error->message);
    g_assert_nonnull(strstr(error->message, piece));
}

static guint
count_lines(const char *text)
{
    guint lines = 1;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

/* The form has exactly one problem, told with this text. */
static void
assert_one_problem(const char *rows, const char *piece)
{
    g_autofree char *text = form_of(rows);
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) definition = parse(text, &error);
    g_assert_null(definition);
    assert_error(error, piece);
    if (count_lines(error->message) != 1)
        g_test_message("more than one problem:\n%s", error->message);
    g_assert_cmpuint(count_lines(error->message), ==, 1);
    g_assert_true(g_str_has_prefix(error->message, "form.md: "));
}

static FormItem *
item(const FormDefinition *definition, guint index)
{
    g_assert_cmpuint(index, <, definition->items->len);
    return g_ptr_array_index(definition->items, index);
}

static FormQuestion *
question(const FormDefinition *definition, guint index)
{
    return item(definition, index)->question;
}

static FormChoice *
choice(const FormQuestion *asked, guint index)
{
    g_assert_cmpuint(index, <, asked->choices->len);
    return g_ptr_array_index(asked->choices, index);
}

/* ---- what is read ---- */

static const char whole_form[] =
    "# A form\n\nIn words.\n\n"
    "## settings\n\n"
    "| form_id | version | form_title::Tiếng Việt | form_title::English | default_language | print::head | "
    "print::instruction::English |\n"
    "|---------|---------|------|------|------|------|-----|\n"
    "| demo.1  | 12      | Phiếu | Form | Tiếng Việt | ${province} – ${commune} | Fill \\| tick<br>neatly "
    "|\n\n"
    "## survey\n\n"
    "| type | name | label::Tiếng Việt | label::English (en) | hint::en | required | relevant | constraint | "
    "print::box "
    "| print::cells | print::columns | print::break | print::personal | print::write_in | comment |\n"
    "|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|\n"
    "| begin_group | a | Phần A | Part A | | | | | | | | | | | |\n"
    "| select_one sex | sex | Giới tính | Sex | | yes | | | | | 2 | | | | x |\n"
    "| integer | age | Tuổi | Age | in years | true() | | . >= 18 and . <= 120 | | 3 | | | | | |\n"
    "| select_multiple chan | chan | Kênh | Channels | | | ${age} > 20 | count-selected(.) <= 2 | | | | x | "
    "| | |\n"
    "| text | chan_more | Ghi rõ | Which | | | selected(${chan}, 'b') | | 12,5 mm | | | | | chan/b | |\n"
    "| end_group | | | | | | | | | | | | | | |\n"
    "| decimal | weight | Cân nặng | Weight | | no | | | | | | | | | |\n"
    "| date | day | Ngày | Day | | | | | | | | | | | |\n"
    "| text | phone | Điện thoại | Phone | | | | | | | | | 1 | | |\n"
    "| note | | Cảm ơn | Thanks | | | | | | | | | | | |\n\n"
    "## choices\n\n"
    "| list_name | name | label::Tiếng Việt | label::English |\n"
    "|---|---|---|---|\n"
    "| sex | 1 | Nam | Male |\n| sex | 2 | Nữ | Female |\n"
    "| chan | a | Báo | Press |\n| chan | b | Khác | Other |\n\n"
    "## Notes\n\n| what | why |\n|---|---|\n| nothing | at all |\n";

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

/* ---- what is refused ---- */

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

/* ---- xlsx ---- */

typedef struct {
    const char *name;
    const char *text;
} Part;

static GBytes *
zip_of(const Part *parts, gsize count)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    g_assert_nonnull(source);
    zip_source_keep(source);
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
    g_assert_nonnull(zip);
    for (gsize i = 0; i < count; i++) {
        zip_source_t *part = zip_source_buffer(zip, parts[i].text, strlen(parts[i].text), 0);
        g_assert_cmpint(zip_file_add(zip, parts[i].name, part, ZIP_FL_ENC_UTF_8), >=, 0);
    }
    g_assert_cmpint(zip_close(zip), ==, 0);
    zip_stat_t status;
    g_assert_cmpint(zip_source_stat(source, &status), ==, 0);
    char *data = g_malloc(status.size);
    g_assert_cmpint(zip_source_open(source), ==, 0);
    g_assert_cmpint(zip_source_read(source, data, status.size), ==, (zip_int64_t)status.size);
    zip_source_close(source);
    zip_source_free(source);
    return g_bytes_new_take(data, status.size);
}

#define RELATION(id, target) "<Relationship Id=\"" id "\" Type=\"t\" Target=\"" target "\"/>"
#define RELATIONS                                                                                            \
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">" RELATION(       \
        "r1", "worksheets/sheet1.xml") RELATION("r2", "/xl/worksheets/sheet2.xml")                           \
        RELATION("r3", "worksheets/sheet3.xml") RELATION("r4", "worksheets/gone.xml") "</Relationships>"
#define MAIN "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""

static const char xlsx_workbook[] =
    "<workbook " MAIN
    " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>"
    "<sheet name=\"Choices\" sheetId=\"9\" r:id=\"r2\"/><sheet name=\"Ideas\" sheetId=\"4\" r:id=\"r4\"/>"
    "<sheet name=\"settings\" sheetId=\"1\" r:id=\"r3\"/><sheet name=\"SURVEY\" sheetId=\"2\" r:id=\"r1\"/>"
    "</sheets></workbook>";

static const char xlsx_strings[] =
    "<sst " MAIN
    "><si><t>type</t></si><si><t>name</t></si><si><r><t>la</t></r><r><rPr><b/></rPr><t>bel</t></r>"
    "<rPh sb=\"0\" eb=\"1\"><t>phonetic</t></rPh></si>"
    "<si><t xml:space=\"preserve\"> select_one yn </t></si><si><t>Tuổi &amp; "
    "giới_x000D_\n</t></si><si><t/></si></sst>";

static const char xlsx_survey[] =
    "<worksheet " MAIN "><sheetData>"
    "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" "
    "t=\"s\"><v>2</v></c>"
    "<c r=\"D1\" t=\"inlineStr\"><is><t>required</t></is></c><c r=\"AA1\" "
    "t=\"inlineStr\"><is><t>print::cells</t></is></c></row>"
    "<row r=\"5\"><c r=\"A5\" t=\"s\"><v>3</v></c><c r=\"B5\" "
    "t=\"inlineStr\"><is><r><t>q</t></r><r><t>1</t></r></is></c>"
    "<c r=\"C5\" t=\"s\"><v>4</v></c><c r=\"D5\" t=\"b\"><v>1</v></c></row>"
    "<row r=\"6\"><c r=\"A6\" t=\"s\"><v>5</v></c><c r=\"B6\"/></row>"
    "<row r=\"7\"><c r=\"A7\" t=\"str\"><f>\"text\"</f><v>text</v></c><c "
    "t=\"inlineStr\"><is><t>q2</t></is></c>"
    "<c t=\"inlineStr\"><is><t>Two</t></is></c><c r=\"AA7\"><v>3.0</v></c></row>"
    "</sheetData></worksheet>";

static const char xlsx_choices[] =
    "<worksheet " MAIN "><sheetData>"
    "<row><c t=\"inlineStr\"><is><t>list_name</t></is></c><c t=\"inlineStr\"><is><t>name</t></is></c>"
    "<c t=\"inlineStr\"><is><t>label</t></is></c></row>"
    "<row><c t=\"inlineStr\"><is><t>yn</t></is></c><c><v>1.0</v></c><c "
    "t=\"inlineStr\"><is><t>Có</t></is></c></row>"
    "<row><c t=\"inlineStr\"><is><t>yn</t></is></c><c><v>2</v></c><c><v>0.1</v></c></row>"
    "<row><c t=\"inlineStr\"><is><t>yn</t></is></c><c t=\"n\"><v>1E1</v></c><c><v>3</v></c></row>"
    "</sheetData></worksheet>";

static const char xlsx_settings[] =
    "<worksheet " MAIN "><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>form_id</t></is></c>"
    "<c r=\"B1\" t=\"inlineStr\"><is><t>version</t></is></c></row>"
    "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>X1</t></is></c><c "
    "r=\"B2\"><v>4</v></c></row></sheetData></worksheet>";

#define GOOD_PARTS                                                                                           \
    {"xl/worksheets/sheet2.xml", xlsx_choices}, {"xl/sharedStrings.xml", xlsx_strings},                      \
        {"xl/worksheets/sheet3.xml", xlsx_settings}, {"xl/_rels/workbook.xml.rels", RELATIONS},              \
        {"xl/workbook.xml", xlsx_workbook}, {"xl/worksheets/sheet1.xml", xlsx_survey},                       \
    {                                                                                                        \
        "xl/theme/theme1.xml", "not even XML"                                                                \
    }

static void
test_xlsx(void)
{
    const Part parts[] = {GOOD_PARTS};
    g_autoptr(GBytes) bytes = zip_of(parts, G_N_ELEMENTS(parts));
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) form = form_definition_parse("form.xlsx", bytes, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(form->code, ==, "X1");
    g_assert_cmpint(form->version, ==, 4);
    g_assert_cmpuint(form->items->len, ==, 2);
    FormQuestion *q1 = question(form, 0);
    g_assert_cmpstr(q1->name, ==, "q1");
    g_assert_cmpstr(form_text_get(q1->label, ""), ==, "Tuổi & giới");
    g_assert_true(q1->required);
    g_assert_cmpuint(q1->choices->len, ==, 3);
    g_assert_cmpstr(choice(q1, 0)->value, ==, "1");
    g_assert_cmpstr(choice(q1, 2)->value, ==, "10");
    g_assert_cmpstr(form_text_get(choice(q1, 1)->label, ""), ==, "0.1");
    g_assert_cmpstr(question(form, 1)->name, ==, "q2");
    g_assert_cmpint(item(form, 1)->cells, ==, 3);
}

/* Replaces one part of the good workbook. */
static void
assert_xlsx_refused(const char *part, const char *text, const char *piece)
{
    Part parts[] = {GOOD_PARTS};
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (g_str_equal(parts[i].name, part))
            parts[i].text = text;
    g_autoptr(GBytes) bytes = zip_of(parts, G_N_ELEMENTS(parts));
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) form = form_definition_parse("form.xlsx", bytes, &error);
    g_assert_null(form);
    assert_error(error, piece);
}

#define SURVEY_XLSX(cells)                                                                                   \
    "<worksheet " MAIN                                                                                       \
    "><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>"              \
    "<c r=\"C1\" t=\"s\"><v>2</v></c></row><row r=\"9\">" cells "</row></sheetData></worksheet>"

static void
test_xlsx_refused(void)
{
    const char *sheet = "xl/worksheets/sheet1.xml";
    assert_xlsx_refused(
        sheet,
        SURVEY_XLSX("<c r=\"A9\" t=\"inlineStr\"><is><t>intger</t></is></c><c><v>1</v></c><c><v>2</v></c>"),
        "form.xlsx: sheet SURVEY, row 9, column type: there is no type “intger”; did you mean “integer”?");
    assert_xlsx_refused(sheet, SURVEY_XLSX("<c r=\"A9\" t=\"e\"><v>#REF!</v></c>"),
                        "row 9: a formula shows the error #REF!; ");
    assert_xlsx_refused(sheet, SURVEY_XLSX("<c r=\"A9\" t=\"s\"><v>77</v></c>"),
                        "row 9: a cell's text is missing");
    assert_xlsx_refused(sheet, SURVEY_XLSX("<c r=\"ZZ9\"><v>77</v></c>"), "row 9: more than 256 columns; ");
    assert_xlsx_refused(sheet, "<worksheet><sheetData><row>",
                        "its part xl/worksheets/sheet1.xml is missing or damaged");
    assert_xlsx_refused("xl/sharedStrings.xml", "<sst><si>",
                        "its part xl/sharedStrings.xml is missing or damaged");
    assert_xlsx_refused("xl/workbook.xml", "", "its part xl/workbook.xml is missing or damaged");
    assert_xlsx_refused("xl/_rels/workbook.xml.rels", "<a/>", "the sheet survey is missing or empty");
}

/* Entities that grow, and a part that unpacks to more than it should. */
static void
test_xlsx_bombs(void)
{
    assert_xlsx_refused(
        "xl/worksheets/sheet1.xml",
        "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
        "<!ENTITY c SYSTEM \"file:///etc/passwd\">]><worksheet>&b;&c;</worksheet>",
        "its part xl/worksheets/sheet1.xml is missing or damaged");
    g_autofree char *zeros = g_strnfill(33 * 1024 * 1024, ' ');
    assert_xlsx_refused("xl/worksheets/sheet1.xml", zeros, "holds more than 32 MB");
    Part none[] = {{"content.xml", "<x/>"}};
    g_autoptr(GBytes) bytes = zip_of(none, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) form = form_definition_parse("form.ods", bytes, &error);
    g_assert_null(form);
    assert_error(error, "form.ods: a zip file, but no Excel workbook; save the form as .xlsx");
}

/* Long strings used over and over must not fill the memory. */
static void
test_xlsx_repeated_string(void)
{
    g_autofree char *filler = g_strnfill(100000, 'x');
    g_autofree char *strings = g_strdup_printf(
        "<sst><si><t>type</t></si><si><t>name</t></si><si><t>label</t></si><si><t>%s</t></si></sst>", filler);
    g_autoptr(GString) sheet = g_string_new("<worksheet><sheetData><row><c t=\"s\"><v>0</v></c><c "
                                            "t=\"s\"><v>1</v></c><c t=\"s\"><v>2</v></c></row>");
    for (int i = 0; i < 1000; i++)
        g_string_append(sheet, "<row><c/><c/><c/><c t=\"s\"><v>3</v></c></row>");
    g_string_append(sheet, "</sheetData></worksheet>");
    Part parts[] = {GOOD_PARTS};
    parts[1].text = strings;
    parts[5].text = sheet->str;
    g_autoptr(GBytes) bytes = zip_of(parts, G_N_ELEMENTS(parts));
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) form = form_definition_parse("form.xlsx", bytes, &error);
    g_assert_null(form);
    assert_error(error, "more than 64 MB of text up to here");
}

/* ---- files and damage ---- */

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

/* Whatever becomes of a file, it is read or refused. */
static void
read_damaged(GRand *random, GBytes *whole, int times)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(whole, &size);
    for (int i = 0; i < times; i++) {
        g_autofree guint8 *damaged = g_memdup2(data, size);
        gsize length = g_rand_boolean(random) ? size : (gsize)g_rand_int_range(random, 0, (gint32)size);
        for (int flips = g_rand_int_range(random, 0, 8); flips > 0 && length > 0; flips--)
            damaged[g_rand_int_range(random, 0, (gint32)length)] = (guint8)g_rand_int_range(random, 0, 256);
        g_autoptr(GBytes) bytes = g_bytes_new(damaged, length);
        g_autoptr(GError) error = NULL;
        g_autoptr(FormDefinition) form = form_definition_parse("form", bytes, &error);
        g_assert_true((form == NULL) == (error != NULL));
        if (error != NULL) {
            g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
            g_assert_true(g_utf8_validate(error->message, -1, NULL));
        }
    }
}

static void
test_damage(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20261122);
    g_autoptr(GBytes) markdown = g_bytes_new_static(whole_form, strlen(whole_form));
    read_damaged(random, markdown, 3000);
    const Part parts[] = {GOOD_PARTS};
    g_autoptr(GBytes) xlsx = zip_of(parts, G_N_ELEMENTS(parts));
    read_damaged(random, xlsx, 3000);
    /* Damage inside the XML, where the zip's checksums cannot see it. */
    for (int i = 0; i < 3000; i++) {
        Part damaged[] = {GOOD_PARTS};
        Part *part = &damaged[g_rand_int_range(random, 0, 6)];
        g_autofree char *text = g_strdup(part->text);
        for (int flips = g_rand_int_range(random, 1, 5); flips > 0; flips--)
            text[g_rand_int_range(random, 0, (gint32)strlen(part->text))] =
                (char)g_rand_int_range(random, 32, 127);
        part->text = text;
        g_autoptr(GBytes) bytes = zip_of(damaged, G_N_ELEMENTS(damaged));
        g_autoptr(GError) error = NULL;
        g_autoptr(FormDefinition) form = form_definition_parse("form", bytes, &error);
        g_assert_true((form == NULL) == (error != NULL));
    }
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
    g_test_add_func("/definition/xlsx", test_xlsx);
    g_test_add_func("/definition/xlsx-refused", test_xlsx_refused);
    g_test_add_func("/definition/xlsx-bombs", test_xlsx_bombs);
    g_test_add_func("/definition/xlsx-repeated-string", test_xlsx_repeated_string);
    g_test_add_func("/definition/load", test_load);
    g_test_add_func("/definition/shipped", test_shipped);
    g_test_add_func("/definition/damage", test_damage);
    return g_test_run();
}
