/* Small form definitions, parsed, and one with a bit of everything. */
#pragma once

#include <string.h>

#include "form-definition.h"
#include "form-error.h"

/* The settings that most tests do not care about. */
#define SETTINGS "| settings | | |\n| | form_id | version |\n| | test26 | 2 |\n"
#define CHOICES                                                                                              \
    "| choices | | | |\n| | list name | value | label |\n| | yn | 1 | Yes |\n| | yn | 2 | No |\n"            \
    "| | scale | 1 | Bad |\n| | scale | 2 | Fair |\n"

static inline FormDefinition *
parse(const char *text, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    return form_definition_parse("form.md", bytes, error);
}

static inline FormDefinition *
parse_good(const char *text)
{
    g_autoptr(GError) error = NULL;
    FormDefinition *definition = parse(text, &error);
    g_assert_no_error(error);
    g_assert_nonnull(definition);
    return definition;
}

/* A form of these survey rows, below a header with the usual columns. */
static inline char *
form_of(const char *rows)
{
    return g_strconcat(SETTINGS CHOICES
                       "| survey | | | |\n| | type | name | label | relevant | constraint | appearance | "
                       "required | choice_filter | print::skip | print::write_in |\n",
                       rows, NULL);
}

/* Each expected piece must stand in a line of its own. */
static inline void
assert_error(const GError *error, const char *piece)
{
    g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
    if (strstr(error->message, piece) == NULL)
        g_test_message("“%s” is not in:\n%s", piece, error->message);
    g_assert_nonnull(strstr(error->message, piece));
}

static inline guint
count_lines(const char *text)
{
    guint lines = 1;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

/* The form has exactly one problem, told with this text. */
static inline void
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

static inline FormItem *
item(const FormDefinition *definition, guint index)
{
    g_assert_cmpuint(index, <, definition->items->len);
    return g_ptr_array_index(definition->items, index);
}

static inline FormQuestion *
question(const FormDefinition *definition, guint index)
{
    return item(definition, index)->question;
}

static inline FormChoice *
choice(const FormQuestion *asked, guint index)
{
    g_assert_cmpuint(index, <, asked->choices->len);
    return g_ptr_array_index(asked->choices, index);
}

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
