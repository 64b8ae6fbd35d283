#include "form-definition.h"

#include <glib/gi18n-lib.h>

#include "definition-private.h"
#include "input-private.h"
#include "spelling-private.h"

#define FILE_MAX_BYTES (32 * 1024 * 1024)
#define SHOWN_MAX      100

static void
group_free(gpointer data)
{
    FormGroup *group = data;
    g_free(group->name);
    form_text_free(group->label);
    g_free(group);
}

static void
item_free(gpointer data)
{
    FormItem *item = data;
    form_question_free(item->question);
    g_free(item);
}

static FormDefinition *
definition_new(void)
{
    FormDefinition *definition = g_new0(FormDefinition, 1);
    definition->groups = g_ptr_array_new_with_free_func(group_free);
    definition->items = g_ptr_array_new_with_free_func(item_free);
    definition->remarks = g_ptr_array_new_with_free_func(g_free);
    return definition;
}

void
form_definition_free(FormDefinition *definition)
{
    if (definition == NULL)
        return;
    g_free(definition->code);
    form_text_free(definition->title);
    form_text_free(definition->head);
    form_text_free(definition->instruction);
    g_free(definition->language);
    g_ptr_array_unref(definition->items);
    g_ptr_array_unref(definition->groups);
    g_ptr_array_unref(definition->remarks);
    g_free(definition);
}

static void
builder_init(Builder *builder, FormDefinition *definition, const Workbook *workbook, Problems *problems)
{
    GPtrArray *remarks = definition->remarks;
    *builder = (Builder){.problems = problems, .definition = definition};
    builder->settings = table_new(workbook_sheet(workbook, "settings"), settings_headers, problems, remarks);
    builder->choices = table_new(workbook_sheet(workbook, "choices"), choices_headers, problems, remarks);
    builder->survey = table_new(workbook_sheet(workbook, "survey"), survey_headers, problems, remarks);
    builder->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    builder->conditions = g_array_new(FALSE, FALSE, sizeof(Condition));
    builder->item_rows = g_array_new(FALSE, FALSE, sizeof(const WorkbookRow *));
}

static void
builder_clear(Builder *builder)
{
    table_free(builder->settings);
    table_free(builder->choices);
    table_free(builder->survey);
    g_clear_pointer(&builder->lists, g_hash_table_unref);
    g_clear_pointer(&builder->list_order, g_ptr_array_unref);
    g_hash_table_unref(builder->names);
    g_array_unref(builder->conditions);
    g_array_unref(builder->item_rows);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Builder, builder_clear)

/* Without the sheet survey there is nothing to go on with. */
static gboolean
has_survey(const Workbook *workbook, Problems *problems)
{
    const WorkbookSheet *survey = workbook_sheet(workbook, "survey");
    if (survey != NULL && survey->rows->len > 0)
        return TRUE;
    Spelling spelling = spelling_of("survey");
    for (guint i = 0; i < workbook->others->len && survey == NULL; i++)
        spelling_offer(&spelling, g_ptr_array_index(workbook->others, i));
    if (spelling.nearest != NULL)
        problems_add(problems, NULL, 0, NULL,
                     _("the sheet survey is missing; is “%s” meant? rename that sheet"), spelling.nearest);
    else
        problems_add(problems, NULL, 0, NULL,
                     _("the sheet survey is missing or empty; write the questions in it"));
    return FALSE;
}

static void
build(Builder *builder)
{
    build_settings(builder);
    build_choices(builder);
    build_survey(builder);
    build_check(builder);
}

FormDefinition *
form_definition_parse(const char *name, GBytes *bytes, GError **error)
{
    static const char *const wanted[] = {"survey", "choices", "settings", NULL};
    g_auto(Problems) problems;
    problems_init(&problems, name, SHOWN_MAX);
    g_autoptr(Workbook) workbook = workbook_read(bytes, wanted, &problems, error);
    if (workbook == NULL)
        return NULL;
    g_autoptr(FormDefinition) definition = definition_new();
    if (has_survey(workbook, &problems)) {
        g_auto(Builder) builder;
        builder_init(&builder, definition, workbook, &problems);
        build(&builder);
    }
    return problems_tell(&problems, error) ? g_steal_pointer(&definition) : NULL;
}

FormDefinition *
form_definition_load(const char *path, GError **error)
{
    g_autoptr(GBytes) bytes = input_read(path, FILE_MAX_BYTES, error);
    return bytes != NULL ? form_definition_parse(path, bytes, error) : NULL;
}
