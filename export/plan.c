#include "plan-private.h"

#include <string.h>

/* The first column, always; a question of that name gets a prefix. */
#define SERIAL_COLUMN "serial"

static void
question_free(gpointer data)
{
    ExportQuestion *question = data;

    g_free(question->column);
    g_ptr_array_unref(question->choices);
    g_free(question);
}

static void
column_clear(gpointer data)
{
    ExportColumn *column = data;

    g_free(column->name);
}

static ExportQuestion *
find_question(const ExportPlan *plan, const char *name)
{
    for (guint i = 0; i < plan->questions->len; i++) {
        ExportQuestion *question = g_ptr_array_index(plan->questions, i);
        if (strcmp(question->question->name, name) == 0)
            return question;
    }
    return NULL;
}

static ExportQuestion *
add_question(ExportPlan *plan, const FormQuestion *asked)
{
    ExportQuestion *question = g_new0(ExportQuestion, 1);
    gboolean clashes = g_ascii_strcasecmp(asked->name, SERIAL_COLUMN) == 0;

    question->question = asked;
    question->column = g_strconcat(clashes ? "question_" : "", asked->name, NULL);
    question->choices = g_ptr_array_new();
    g_ptr_array_add(plan->questions, question);
    return question;
}

static void
add_choice(ExportQuestion *question, FormChoice *choice)
{
    for (guint i = 0; i < question->choices->len; i++) {
        const FormChoice *known = g_ptr_array_index(question->choices, i);
        if (strcmp(known->value, choice->value) == 0)
            return;
    }
    g_ptr_array_add(question->choices, choice);
}

static void
add_form(ExportPlan *plan, const FormPackage *form)
{
    for (guint i = 0; i < form->questions->len; i++) {
        const FormQuestion *asked = g_ptr_array_index(form->questions, i);
        if (asked->type == FORM_NOTE)
            continue;
        ExportQuestion *question = find_question(plan, asked->name);
        if (question == NULL)
            question = add_question(plan, asked);
        question->multiple |= asked->type == FORM_SELECT_MULTIPLE;
        for (guint c = 0; c < asked->choices->len; c++)
            add_choice(question, g_ptr_array_index(asked->choices, c));
    }
}

static void
add_columns(ExportPlan *plan, guint index)
{
    const ExportQuestion *question = g_ptr_array_index(plan->questions, index);
    ExportColumn own = {.name = g_strdup(question->column), .question = index};

    g_array_append_val(plan->columns, own);
    for (guint i = 0; question->multiple && i < question->choices->len; i++) {
        const FormChoice *choice = g_ptr_array_index(question->choices, i);
        ExportColumn column = {.name = g_strdup_printf("%s/%s", question->column, choice->value),
                               .question = index,
                               .value = choice->value};
        g_array_append_val(plan->columns, column);
    }
}

static gboolean
field_is_personal(const FormPackage *form, const char *name)
{
    for (guint p = 0; p < form->pages->len; p++) {
        const FormPage *page = g_ptr_array_index(form->pages, p);
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = g_ptr_array_index(page->fields, i);
            if (field->personal && strcmp(field->name, name) == 0)
                return TRUE;
        }
    }
    return FALSE;
}

/* Personal in one version is personal in all; a package written by hand may say so of the field only. */
static gboolean
is_personal(const GPtrArray *forms, const char *name)
{
    for (guint i = 0; i < forms->len; i++) {
        const FormPackage *form = g_ptr_array_index(forms, i);
        const FormQuestion *question = form_package_question(form, name);
        if ((question != NULL && question->personal) || field_is_personal(form, name))
            return TRUE;
    }
    return FALSE;
}

ExportPlan *
export_plan_new(const GPtrArray *forms)
{
    ExportPlan *plan = g_new0(ExportPlan, 1);

    plan->questions = g_ptr_array_new_with_free_func(question_free);
    plan->columns = g_array_new(FALSE, FALSE, sizeof(ExportColumn));
    g_array_set_clear_func(plan->columns, column_clear);
    for (guint i = forms->len; i-- > 0;)
        add_form(plan, g_ptr_array_index(forms, i));
    for (guint i = 0; i < plan->questions->len; i++) {
        ExportQuestion *question = g_ptr_array_index(plan->questions, i);
        question->personal = is_personal(forms, question->question->name);
        if (!question->personal)
            add_columns(plan, i);
    }
    return plan;
}

void
export_plan_free(ExportPlan *plan)
{
    if (plan == NULL)
        return;
    g_array_unref(plan->columns);
    g_ptr_array_unref(plan->questions);
    g_free(plan);
}

/* Whether `value` is one of `values`, which are joined by spaces. */
static gboolean
is_among(const char *value, const char *values)
{
    gsize length = strlen(value);

    for (const char *at = values; *at != '\0';) {
        gsize word = strcspn(at, " ");
        if (word == length && strncmp(at, value, length) == 0)
            return TRUE;
        at += word + strspn(at + word, " ");
    }
    return FALSE;
}

const char *
export_column_text(const ExportColumn *column, const char *value)
{
    if (column->value == NULL || value[0] == '\0')
        return value;
    return is_among(column->value, value) ? "1" : "0";
}

void
export_response_columns(const FormPackage *form, GPtrArray *columns)
{
    g_autoptr(GPtrArray) forms = g_ptr_array_new();

    g_ptr_array_add(forms, (gpointer)form);
    g_autoptr(ExportPlan) plan = export_plan_new(forms);
    for (guint i = 0; i < plan->columns->len; i++)
        g_ptr_array_add(columns, g_strdup(g_array_index(plan->columns, ExportColumn, i).name));
}
