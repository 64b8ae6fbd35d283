#include <string.h>

#include <glib/gi18n-lib.h>

#include "definition-private.h"
#include "spelling-private.h"

/* Answer positions of a whole form: far more than 200 pages hold legibly, and a bound for lists used over and
 * over. */
#define OPTIONS_MAX 50000

const TableHeader choices_headers[] = {
    {"list_name", "list_name", FALSE}, {"name", "name", FALSE},    {"value", "name", FALSE},
    {"label", "label", TRUE},          {"caption", "label", TRUE}, {NULL, NULL, FALSE},
};

static void
list_free(gpointer data)
{
    ChoiceList *list = data;
    g_free(list->name);
    g_ptr_array_unref(list->choices);
    g_array_unref(list->rows);
    g_free(list);
}

static void
choice_free(gpointer data)
{
    FormChoice *choice = data;
    g_free(choice->value);
    form_text_free(choice->label);
    g_free(choice);
}

static ChoiceList *
list_named(Builder *builder, const char *name)
{
    ChoiceList *list = g_hash_table_lookup(builder->lists, name);
    if (list != NULL)
        return list;
    list = g_new0(ChoiceList, 1);
    list->name = g_strdup(name);
    list->choices = g_ptr_array_new_with_free_func(choice_free);
    list->rows = g_array_new(FALSE, FALSE, sizeof(const WorkbookRow *));
    g_ptr_array_add(builder->list_order, list);
    g_hash_table_insert(builder->lists, list->name, list);
    return list;
}

static void
read_choice(Builder *builder, const WorkbookRow *row, GHashTable *seen)
{
    const Table *choices = builder->choices;
    const char *name = table_get(choices, row, "list_name");
    const char *value = table_get(choices, row, "name");
    g_autoptr(FormText) label = table_text(choices, row, "label");
    if (name == NULL && value == NULL && label == NULL)
        return;
    if (name == NULL)
        table_problem(choices, row, "list_name", _("the choice belongs to no list; write the list's name"));
    if (value == NULL)
        table_problem(choices, row, "name", _("the choice has no value; write one, such as 1"));
    if (name == NULL || value == NULL)
        return;
    g_autofree char *pair = g_strconcat(name, "\n", value, NULL);
    int earlier = GPOINTER_TO_INT(g_hash_table_lookup(seen, pair));
    if (earlier != 0) {
        table_problem(choices, row, "name",
                      _("the list %s has the value “%s” already in %s %d; give each its own"), name, value,
                      builder->problems->place, earlier);
        return;
    }
    g_hash_table_insert(seen, g_steal_pointer(&pair), GINT_TO_POINTER(row->number));
    ChoiceList *list = list_named(builder, name);
    FormChoice *choice = g_new0(FormChoice, 1);
    choice->value = g_strdup(value);
    choice->label = g_steal_pointer(&label);
    g_ptr_array_add(list->choices, choice);
    g_array_append_val(list->rows, row);
}

void
build_choices(Builder *builder)
{
    builder->list_order = g_ptr_array_new_with_free_func(list_free);
    builder->lists = g_hash_table_new(g_str_hash, g_str_equal);
    if (table_rows(builder->choices) == 0)
        return;
    static const char *const required[] = {"list_name", "name", "label"};
    gboolean complete = TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(required); i++) {
        if (table_has(builder->choices, required[i]))
            continue;
        complete = FALSE;
        problems_add(builder->problems, builder->choices->sheet->name, 0, required[i],
                     _("the column is missing; add it to the sheet's first row"));
    }
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; complete && i < table_rows(builder->choices); i++)
        read_choice(builder, table_row(builder->choices, i), seen);
}

static ChoiceList *
find_list(Builder *builder, const WorkbookRow *row, const char *name)
{
    ChoiceList *list = g_hash_table_lookup(builder->lists, name);
    if (list != NULL)
        return list;
    Spelling spelling = spelling_of(name);
    for (guint i = 0; i < builder->list_order->len; i++)
        spelling_offer(&spelling, ((ChoiceList *)g_ptr_array_index(builder->list_order, i))->name);
    g_autofree char *hint = spelling_hint(&spelling);
    table_problem(builder->survey, row, "type",
                  _("there is no choice list “%s”%s; write it in the sheet choices or correct its name"),
                  name, hint);
    return NULL;
}

gboolean
build_question_choices(Builder *builder, const WorkbookRow *row, FormQuestion *question)
{
    ChoiceList *list = find_list(builder, row, question->list);
    if (list == NULL)
        return FALSE;
    list->used = TRUE;
    list->used_multiple |= question->type == FORM_SELECT_MULTIPLE;
    builder->options += list->choices->len;
    if (builder->options > OPTIONS_MAX) {
        table_problem(builder->survey, row, "type",
                      _("more than %d answer positions up to here; divide the form"), OPTIONS_MAX);
        return FALSE;
    }
    for (guint i = 0; i < list->choices->len; i++) {
        const FormChoice *listed = g_ptr_array_index(list->choices, i);
        FormChoice *choice = form_question_add_choice(question, listed->value);
        form_text_free(choice->label);
        choice->label = form_text_copy(listed->label);
    }
    return TRUE;
}
