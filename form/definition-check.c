/* What can be seen only once everything is read: names that conditions use, wordings, grids. */
#include <string.h>

#include <glib/gi18n-lib.h>

#include "definition-private.h"
#include "form-expression.h"
#include "spelling-private.h"

typedef struct {
    Builder *builder;
    const Condition *condition;
} Check;

static const Name *
find_name(const Builder *builder, const char *name)
{
    g_autofree char *key = g_utf8_strdown(name, -1);
    const Name *found = g_hash_table_lookup(builder->names, key);
    return found != NULL && g_str_equal(found->name, name) ? found : NULL;
}

static char *
hint_for_name(const Builder *builder, const char *name)
{
    Spelling spelling = spelling_of(name);
    for (guint i = 0; i < builder->definition->items->len; i++)
        spelling_offer(&spelling,
                       ((FormItem *)g_ptr_array_index(builder->definition->items, i))->question->name);
    return spelling_hint(&spelling);
}

static const FormItem *
answered_item(const Builder *builder, const char *name)
{
    const Name *found = find_name(builder, name);
    return found != NULL ? found->item : NULL;
}

/* ---- conditions ---- */

static void
check_field(const char *name, gpointer data)
{
    const Check *check = data;
    const Condition *condition = check->condition;
    const Name *found = find_name(check->builder, name);
    const Table *survey = check->builder->survey;
    gboolean is_constraint = g_str_has_suffix(condition->key, "constraint");
    if (found == NULL) {
        g_autofree char *hint = hint_for_name(check->builder, name);
        table_problem(survey, condition->row, condition->key,
                      _("there is no question “%s”%s; correct the name"), name, hint);
    } else if (found->item == NULL) {
        table_problem(survey, condition->row, condition->key,
                      _("“%s” (%s, %s %d) is not on the paper; write the condition without it in print::%s"),
                      name, found->type, check->builder->problems->place, found->row,
                      is_constraint ? "constraint" : "relevant");
    } else if (found->item->head || found->item->question->type == FORM_NOTE) {
        table_problem(survey, condition->row, condition->key,
                      _("“%s” is never answered; use the name of a question that is"), name);
    } else if (found->item == condition->owner && !is_constraint) {
        table_problem(survey, condition->row, condition->key,
                      _("the question depends on its own answer; use another question's name"));
    }
}

static gboolean
uses_self(const FormExpression *expression)
{
    return expression != NULL && (expression->kind == FORM_EXPRESSION_SELF || uses_self(expression->left) ||
                                  uses_self(expression->right));
}

static gboolean
offers(const FormQuestion *question, const char *value)
{
    for (guint i = 0; i < question->choices->len; i++)
        if (g_str_equal(((const FormChoice *)g_ptr_array_index(question->choices, i))->value, value))
            return TRUE;
    return FALSE;
}

/* selected() with a value that nobody can choose is never true. */
static void
check_selected(const Check *check, const FormExpression *expression)
{
    if (expression == NULL)
        return;
    check_selected(check, expression->left);
    check_selected(check, expression->right);
    if (expression->kind != FORM_EXPRESSION_SELECTED && expression->kind != FORM_EXPRESSION_COUNT_SELECTED)
        return;
    const FormItem *item = expression->left->kind == FORM_EXPRESSION_FIELD
                               ? answered_item(check->builder, expression->left->text)
                               : check->condition->owner;
    if (item == NULL || item->question->list == NULL)
        return;
    if (expression->right != NULL && expression->right->kind == FORM_EXPRESSION_STRING &&
        !offers(item->question, expression->right->text))
        table_problem(check->builder->survey, check->condition->row, check->condition->key,
                      _("“%s” has no choice “%s”; use a value of its list"), item->question->name,
                      expression->right->text);
}

static void
check_condition(Builder *builder, const Condition *condition)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(FormExpression) expression = form_expression_parse(condition->source, &error);
    if (expression == NULL) {
        table_problem(builder->survey, condition->row, condition->key, "%s", error->message);
        return;
    }
    Check check = {builder, condition};
    form_expression_each_field(expression, check_field, &check);
    if (g_str_has_suffix(condition->key, "constraint"))
        check_selected(&check, expression);
    else if (uses_self(expression))
        table_problem(
            builder->survey, condition->row, condition->key,
            _("“.” means the question's own answer, which only a constraint can use; write ${name}"));
    else
        check_selected(&check, expression);
}

/* ---- wordings ---- */

static gboolean
has_wording(const FormText *text, const char *language)
{
    return form_text_lookup(text, language) != NULL || form_text_lookup(text, "") != NULL;
}

/* Without a default language the first label column's is taken, as a reader of the file would. */
static void
settle_language(Builder *builder)
{
    gboolean offered = FALSE;
    const char *first = NULL;
    for (guint i = 0; i < builder->survey->columns->len; i++) {
        const TableColumn *column = &g_array_index(builder->survey->columns, TableColumn, i);
        if (!g_str_equal(column->key, "label"))
            continue;
        first = first != NULL ? first : column->language;
        offered |=
            *column->language == '\0' || g_strcmp0(column->language, builder->definition->language) == 0;
    }
    if (builder->definition->language != NULL && !offered && first != NULL) {
        table_problem(
            builder->settings, table_row(builder->settings, 0), "default_language",
            _("the sheet survey has no label in the language “%s”; add the column label::%s or name another"),
            builder->definition->language, builder->definition->language);
        g_clear_pointer(&builder->definition->language, g_free);
    }
    if (builder->definition->language == NULL)
        builder->definition->language = g_strdup(first != NULL ? first : "");
}

static void
check_wording(Builder *builder, const Table *table, const WorkbookRow *row, const FormText *text)
{
    if (form_text_is_empty(text))
        table_problem(table, row, "label", _("the label is missing; write what is to be printed"));
    else if (!has_wording(text, builder->definition->language))
        table_problem(table, row, "label",
                      _("the label is missing in the language that is printed, “%s”; write it"),
                      builder->definition->language);
}

/* A phone puts earlier answers into later wordings; paper would show the placeholder. */
static void
check_placeholders(const Table *table, const WorkbookRow *row, const char *key, const FormText *text)
{
    guint count = 0;
    const char *const *codes = text != NULL ? form_text_languages(text, &count) : NULL;
    for (guint i = 0; i < count; i++) {
        if (strstr(form_text_lookup(text, codes[i]), "${") == NULL)
            continue;
        table_problem(table, row, key,
                      _("paper cannot fill in “${…}”; word it without, or keep the question off the paper "
                        "with print::skip = yes"));
        return;
    }
}

static void
check_item_wording(Builder *builder, guint index)
{
    const FormItem *item = g_ptr_array_index(builder->definition->items, index);
    const WorkbookRow *row = g_array_index(builder->item_rows, const WorkbookRow *, index);
    gboolean added = index > 0 && g_array_index(builder->item_rows, const WorkbookRow *, index - 1) == row;
    if (!item->head && !added)
        check_wording(builder, builder->survey, row, item->question->label);
    check_placeholders(builder->survey, row, "label", item->question->label);
    check_placeholders(builder->survey, row, "hint", item->question->hint);
}

static void
check_list(Builder *builder, const ChoiceList *list)
{
    for (guint i = 0; i < list->choices->len && list->used; i++) {
        const FormChoice *choice = g_ptr_array_index(list->choices, i);
        const WorkbookRow *row = g_array_index(list->rows, const WorkbookRow *, i);
        check_wording(builder, builder->choices, row, choice->label);
        check_placeholders(builder->choices, row, "label", choice->label);
        if (list->used_multiple && strpbrk(choice->value, " \t\n") != NULL)
            table_problem(
                builder->choices, row, "name",
                _("“%s” holds a blank, which parts the answers of a select_multiple; write “_” for it"),
                choice->value);
    }
}

/* ---- what refers to other rows ---- */

static void
check_write_in(Builder *builder, const WorkbookRow *row, const FormItem *item)
{
    const FormQuestion *question = item->question;
    if (question->write_in_of == NULL)
        return;
    const FormItem *detailed = answered_item(builder, question->write_in_of);
    if (detailed == NULL || !form_type_is_select(detailed->question->type)) {
        g_autofree char *hint = hint_for_name(builder, question->write_in_of);
        table_problem(builder->survey, row, "print::write_in",
                      _("there is no select “%s” on the paper%s; write QUESTION/VALUE"),
                      question->write_in_of, hint);
    } else if (detailed->question->list != NULL && !offers(detailed->question, question->write_in_value)) {
        table_problem(builder->survey, row, "print::write_in",
                      _("“%s” has no choice “%s”; use a value of its list"), question->write_in_of,
                      question->write_in_value);
    }
}

/* The rows of a grid answer by the scale of its head, which is a row of its own or the first row of a
 * table-list: they must have the same list. */
static void
check_grids(Builder *builder)
{
    const FormItem *head = NULL;
    for (guint i = 0; i < builder->definition->items->len; i++) {
        const FormItem *item = g_ptr_array_index(builder->definition->items, i);
        const FormGroup *table = build_table_around(item->group);
        gboolean follows = head != NULL && item->in_grid && table == build_table_around(head->group) &&
                           (table != NULL || item->group == head->group);
        if (follows && g_strcmp0(head->question->list, item->question->list) != 0)
            table_problem(builder->survey, g_array_index(builder->item_rows, const WorkbookRow *, i), "type",
                          _("the grid's head shows the list %s; give the row the same, or a head of its own"),
                          head->question->list);
        if (item->head || (item->in_grid && table != NULL && !follows))
            head = item;
        else if (!follows && table == NULL)
            head = NULL;
    }
}

/* Each part was checked on its own; joined with those of its groups a condition may be too deep. */
static void
check_joined_relevant(Builder *builder, const WorkbookRow *row, const FormItem *item)
{
    if (item->question->relevant == NULL)
        return;
    g_autoptr(GError) error = NULL;
    g_autoptr(FormExpression) joined = form_expression_parse(item->question->relevant, &error);
    if (joined == NULL)
        table_problem(builder->survey, row, "relevant", _("joined with that of its groups: %s"),
                      error->message);
}

void
build_check(Builder *builder)
{
    settle_language(builder);
    for (guint i = 0; i < builder->conditions->len; i++)
        check_condition(builder, &g_array_index(builder->conditions, Condition, i));
    guint known = builder->problems->total;
    for (guint i = 0; i < builder->definition->items->len; i++) {
        const FormItem *item = g_ptr_array_index(builder->definition->items, i);
        const WorkbookRow *row = g_array_index(builder->item_rows, const WorkbookRow *, i);
        check_item_wording(builder, i);
        check_write_in(builder, row, item);
        if (known == 0)
            check_joined_relevant(builder, row, item);
    }
    for (guint i = 0; i < builder->list_order->len; i++)
        check_list(builder, g_ptr_array_index(builder->list_order, i));
    check_grids(builder);
}
