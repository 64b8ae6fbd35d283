#include <string.h>

#include <glib/gi18n-lib.h>

#include "definition-private.h"
#include "form-sheet-id.h"

#define VERSION_MAX 999999

/* One header a line. */
/* clang-format off */
const TableHeader settings_headers[] = {
    {"form_id", "form_id", FALSE},
    {"id_string", "form_id", FALSE},
    {"set_form_id", "form_id", FALSE},
    {"version", "version", FALSE},
    {"form_title", "form_title", TRUE},
    {"title", "form_title", TRUE},
    {"set_form_title", "form_title", TRUE},
    {"default_language", "default_language", FALSE},
    {"print::head", "print::head", TRUE},
    {"print::instruction", "print::instruction", TRUE},
    {"print::marks", "print::marks", FALSE},
    {NULL, NULL, FALSE},
};
/* clang-format on */

static void
read_code(Builder *builder, const WorkbookRow *row)
{
    const Table *settings = builder->settings;
    const char *id = table_get(settings, row, "form_id");
    if (id == NULL) {
        table_problem(settings, row, "form_id", _("the form has no code; give it one, such as SURVEY26"));
        return;
    }
    builder->definition->code = g_ascii_strup(id, -1);
    if (!form_code_is_valid(builder->definition->code))
        table_problem(
            settings, row, "form_id",
            _("“%s” cannot be printed as a QR code; use at most %d of the letters A–Z, digits, “-” and “.”"),
            id, FORM_CODE_MAX);
}

static void
read_version(Builder *builder, const WorkbookRow *row)
{
    const char *version = table_get(builder->settings, row, "version");
    builder->definition->version = 1;
    if (version == NULL)
        return;
    guint64 number = 0;
    if (version[strspn(version, "0123456789")] != '\0')
        table_problem(builder->settings, row, "version", _("“%s” is not a whole number; write 1, 2, 3 …"),
                      version);
    else if (!g_ascii_string_to_unsigned(version, 10, 1, VERSION_MAX, &number, NULL))
        table_problem(builder->settings, row, "version",
                      _("%s is not between 1 and %d, which is what a sheet's QR code has room for; number "
                        "the versions 1, 2, 3 …"),
                      version, VERSION_MAX);
    else
        builder->definition->version = (int)number;
}

/* A placeholder that is never closed would be printed as it stands on every copy. */
static void
check_template(const Builder *builder, const WorkbookRow *row, const FormText *head)
{
    guint count;
    const char *const *languages = form_text_languages(head, &count);
    for (guint i = 0; i < count; i++) {
        const char *at = form_text_lookup(head, languages[i]);
        while ((at = strstr(at, "${")) != NULL) {
            gsize length = strcspn(at + 2, "{}$");
            if (length == 0 || at[2 + length] != '}') {
                table_problem(
                    builder->settings, row, "print::head",
                    _("a placeholder is not closed; write ${column}, with a column of the sample list"));
                break;
            }
            at += 2 + length;
        }
    }
}

static void
read_row(Builder *builder, const WorkbookRow *row)
{
    FormDefinition *definition = builder->definition;
    read_code(builder, row);
    read_version(builder, row);
    definition->title = table_text(builder->settings, row, "form_title");
    definition->head = table_text(builder->settings, row, "print::head");
    definition->instruction = table_text(builder->settings, row, "print::instruction");
    if (definition->head != NULL)
        check_template(builder, row, definition->head);
    /* the built-in instruction tells people how to correct a mark */
    definition->marks = table_marks_rule(
        builder->settings, row, definition->instruction == NULL ? FORM_MARKS_CANCEL : FORM_MARKS_NONE);
    const char *language = table_get(builder->settings, row, "default_language");
    if (language != NULL)
        definition->language = language_code(language);
    if (definition->title == NULL && definition->code != NULL) {
        definition->title = form_text_new();
        form_text_set(definition->title, "", table_get(builder->settings, row, "form_id"));
    }
}

void
build_settings(Builder *builder)
{
    if (table_rows(builder->settings) == 0) {
        problems_add(builder->problems, "settings", 0, NULL,
                     _("the sheet is missing or empty; add it with the columns form_id, form_title and "
                       "version, and one row"));
        return;
    }
    read_row(builder, table_row(builder->settings, 0));
    if (table_rows(builder->settings) > 1)
        g_ptr_array_add(builder->definition->remarks,
                        g_strdup_printf(_("sheet %s, %s %d: not read; only the first row of settings counts"),
                                        builder->settings->sheet->name, builder->problems->place,
                                        table_row(builder->settings, 1)->number));
}
