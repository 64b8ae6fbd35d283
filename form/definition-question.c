#include <string.h>

#include <glib/gi18n-lib.h>

#include "definition-private.h"
#include "form-expression.h"

/* Longer than any name that Kobo makes up, short enough for every export format's own rules to be applied
 * later. */
#define NAME_MAX_BYTES 100

/* A4 less its margins; the smallest that a pen can write in. */
#define BOX_MIN_MM 4
#define BOX_MAX_MM 250

#define CELLS_MAX   60
#define COLUMNS_MAX 20

/* The value of the option that or_other adds: pyxform's. */
#define OTHER "other"

gboolean
build_name_is_valid(const char *name)
{
    if (!g_ascii_isalpha(*name) && *name != '_')
        return FALSE;
    for (const char *at = name; *at != '\0'; at++)
        if (!g_ascii_isalnum(*at) && strchr("_-.", *at) == NULL)
            return FALSE;
    return strlen(name) <= NAME_MAX_BYTES;
}

gboolean
build_claim_name(Builder *builder, const WorkbookRow *row, const char *name, const FormItem *item)
{
    g_autofree char *key = g_utf8_strdown(name, -1);
    const Name *taken = g_hash_table_lookup(builder->names, key);
    if (taken != NULL && g_str_equal(taken->name, name)) {
        table_problem(builder->survey, row, "name",
                      _("the name “%s” is taken already in %s %d; give each its own"), name,
                      builder->problems->place, taken->row);
        return FALSE;
    }
    if (taken != NULL) {
        table_problem(builder->survey, row, "name",
                      _("the name “%s” differs from “%s” in %s %d only by capitals; give each its own"), name,
                      taken->name, builder->problems->place, taken->row);
        return FALSE;
    }
    Name *claimed = g_new0(Name, 1);
    *claimed = (Name){.name = item != NULL ? item->question->name : table_get(builder->survey, row, "name"),
                      .type = table_get(builder->survey, row, "type"),
                      .row = row->number,
                      .item = item};
    g_hash_table_insert(builder->names, g_steal_pointer(&key), claimed);
    return TRUE;
}

void
build_add_condition(Builder *builder, const WorkbookRow *row, const char *key, const char *source,
                    const FormItem *owner)
{
    Condition condition = {row, key, source, owner};
    g_array_append_val(builder->conditions, condition);
}

/* ---- cells of a question ---- */

/* Notes may go without a name: nobody refers to them. */
static char *
take_name(Builder *builder, const WorkbookRow *row, const RowType *type)
{
    const char *name = table_get(builder->survey, row, "name");
    if (name == NULL && type->type == FORM_NOTE)
        return g_strdup_printf("generated_note_name_%d", row->number);
    if (name == NULL)
        table_problem(builder->survey, row, "name", _("the question has no name; give it one, such as q1"));
    else if (!build_name_is_valid(name))
        table_problem(builder->survey, row, "name",
                      _("“%s” cannot be a name; begin with a letter, then use letters, digits, “_”, “-” and "
                        "“.” (at most %d)"),
                      name, NAME_MAX_BYTES);
    return g_strdup(name);
}

static gboolean
take_truth(Builder *builder, const WorkbookRow *row, const char *key)
{
    const char *word = table_get(builder->survey, row, key);
    gboolean known;
    gboolean truth = table_truth(word, &known);
    if (!known)
        table_problem(builder->survey, row, key, _("“%s” is neither yes nor no; write one of them"), word);
    return truth;
}

/* On a phone `required` may depend on other answers. Paper cannot enforce it, so such a question is not
 * required. */
static gboolean
take_required(Builder *builder, const WorkbookRow *row)
{
    const char *word = table_get(builder->survey, row, "required");
    gboolean known;
    gboolean truth = table_truth(word, &known);
    if (known)
        return truth;
    g_autoptr(FormExpression) expression = form_expression_parse(word, NULL);
    if (expression == NULL || expression->kind == FORM_EXPRESSION_FIELD)
        table_problem(builder->survey, row, "required", _("“%s” is neither yes nor no; write one of them"),
                      word);
    else
        g_ptr_array_add(
            builder->definition->remarks,
            g_strdup_printf(
                _("sheet %s, %s %d: required is not checked on paper, because it depends on other answers"),
                builder->survey->sheet->name, builder->problems->place, row->number));
    return FALSE;
}

/* A number from `least` to `most`; "12,5" and "12 mm" are forgiven. 0 when the cell is empty or wrong. */
static double
take_number(Builder *builder, const WorkbookRow *row, const char *key, double least, double most)
{
    const char *cell = table_get(builder->survey, row, key);
    if (cell == NULL)
        return 0;
    g_autofree char *plain = g_strdelimit(g_strdup(cell), ",", '.');
    if (g_str_has_suffix(plain, "mm"))
        plain[strlen(plain) - 2] = '\0';
    g_strchomp(plain);
    char *end;
    double number = g_ascii_strtod(plain, &end);
    if (end == plain || *end != '\0' || !(number >= least && number <= most)) {
        table_problem(builder->survey, row, key,
                      _("“%s” is not a number from %g to %g; correct it or leave it empty"), cell, least,
                      most);
        return 0;
    }
    return number;
}

static int
take_count(Builder *builder, const WorkbookRow *row, const char *key, int most)
{
    double number = take_number(builder, row, key, 1, most);
    if (number != (int)number) {
        table_problem(builder->survey, row, key,
                      _("“%s” is not a whole number; correct it or leave it empty"),
                      table_get(builder->survey, row, key));
        return 0;
    }
    return (int)number;
}

static char *
take_condition(Builder *builder, const WorkbookRow *row, const char *key, const char *paper_key,
               const FormItem *item)
{
    const char *used = table_get(builder->survey, row, paper_key) != NULL ? paper_key : key;
    const char *source = table_get(builder->survey, row, used);
    if (source != NULL)
        build_add_condition(builder, row, used, source, item);
    return g_strdup(source);
}

static char *
take_relevant(Builder *builder, const WorkbookRow *row, const FormItem *item, const char *group_relevant)
{
    g_autofree char *own = take_condition(builder, row, "relevant", "print::relevant", item);
    if (own == NULL || group_relevant == NULL)
        return own != NULL ? g_steal_pointer(&own) : g_strdup(group_relevant);
    return g_strdup_printf("(%s) and (%s)", group_relevant, own);
}

/* "ethnicity/2": the option of an earlier select that a text details. */
static void
take_write_in(Builder *builder, const WorkbookRow *row, FormQuestion *question)
{
    const char *cell = table_get(builder->survey, row, "print::write_in");
    if (cell == NULL)
        return;
    g_auto(GStrv) parts = g_strsplit(cell, "/", 2);
    if (question->type != FORM_TEXT) {
        table_problem(builder->survey, row, "print::write_in",
                      _("only a text can detail an option; delete it"));
    } else if (parts[0] == NULL || parts[1] == NULL || *parts[1] == '\0') {
        table_problem(builder->survey, row, "print::write_in",
                      _("“%s” does not name an option; write QUESTION/VALUE, such as ethnicity/2"), cell);
    } else {
        question->write_in_of = g_strdup(g_strstrip(parts[0]));
        question->write_in_value = g_strdup(g_strstrip(parts[1]));
    }
}

const FormGroup *
build_table_around(const FormGroup *group)
{
    while (group != NULL && !group->table)
        group = group->parent;
    return group;
}

static void
take_appearance(Builder *builder, const WorkbookRow *row, FormItem *item)
{
    const char *appearance = table_get(builder->survey, row, "appearance");
    if (!form_type_is_select(item->question->type))
        return;
    g_auto(GStrv) wishes = g_strsplit_set(appearance != NULL ? appearance : "", " \t\n,", -1);
    const char *const *words = (const char *const *)wishes;
    item->head = g_strv_contains(words, "label");
    item->in_grid =
        !item->head && (build_table_around(item->group) != NULL || g_strv_contains(words, "list-nolabel") ||
                        g_strv_contains(words, "list-no-label"));
}

static void
take_choices(Builder *builder, const WorkbookRow *row, const RowType *type, FormQuestion *question)
{
    if (table_get(builder->survey, row, "choice_filter") != NULL)
        table_problem(builder->survey, row, "choice_filter",
                      _("paper cannot hide choices; give the question a list of its own without a filter, or "
                        "keep it off the paper with print::skip = yes"));
    if (!form_type_is_select(type->type))
        return;
    if (type->list == NULL) {
        table_problem(builder->survey, row, "type", _("the choice list is missing; write %s LIST"),
                      form_type_name(type->type));
        return;
    }
    question->list = g_strdup(type->list);
    build_question_choices(builder, row, question);
}

/* ---- or_other ---- */

static const struct {
    const char *language;
    const char *other;
    const char *write_in;
} other_words[] = {
    {"vi", "Khác", "Ghi rõ"},
    {"en", "Other", "Please specify"},
    {"fr", "Autre", "Précisez"},
};

static gsize
other_row(const Builder *builder, const char *language)
{
    if (*language == '\0' && builder->definition->language != NULL)
        language = builder->definition->language;
    for (gsize i = 0; i < G_N_ELEMENTS(other_words); i++)
        if (g_str_equal(other_words[i].language, language))
            return i;
    return 1;
}

static void
set_other_words(const Builder *builder, const FormText *like, FormText *text, gboolean write_in)
{
    guint count;
    const char *const *languages = form_text_languages(like, &count);
    for (guint i = 0; i < count; i++) {
        gsize row = other_row(builder, languages[i]);
        form_text_set(text, languages[i], write_in ? other_words[row].write_in : other_words[row].other);
    }
}

static gboolean
has_value(const FormQuestion *question, const char *value)
{
    for (guint i = 0; i < question->choices->len; i++)
        if (g_str_equal(((const FormChoice *)g_ptr_array_index(question->choices, i))->value, value))
            return TRUE;
    return FALSE;
}

static void add_item(Builder *builder, const WorkbookRow *row, FormItem *item);

/* Adds the option “other”, and a text beside it to say what. */
static void
add_other(Builder *builder, const WorkbookRow *row, const FormItem *item)
{
    FormQuestion *question = item->question;
    if (item->in_grid || item->head) {
        table_problem(builder->survey, row, "type",
                      _("a row of a grid has no room for or_other; take the question out of the grid or "
                        "delete or_other"));
        return;
    }
    if (!has_value(question, OTHER))
        set_other_words(builder, question->label, form_question_add_choice(question, OTHER)->label, FALSE);
    /* The list is now another one than its namesake without “other”: the two must not share a grid's head. */
    g_autofree char *list = g_steal_pointer(&question->list);
    question->list = g_strconcat(list, " or_other", NULL);
    g_autofree char *name = g_strconcat(question->name, "_other", NULL);
    FormItem *detail = g_new0(FormItem, 1);
    detail->question = form_question_new(name, FORM_TEXT);
    detail->group = item->group;
    set_other_words(builder, question->label, detail->question->label, TRUE);
    detail->question->write_in_of = g_strdup(question->name);
    detail->question->write_in_value = g_strdup(OTHER);
    detail->question->relevant = g_strdup_printf("selected(${%s}, '" OTHER "')", question->name);
    detail->question->group = form_text_copy(question->group);
    detail->question->personal = question->personal;
    add_item(builder, row, detail);
}

/* ---- the question ---- */

static void
add_item(Builder *builder, const WorkbookRow *row, FormItem *item)
{
    g_ptr_array_add(builder->definition->items, item);
    g_array_append_val(builder->item_rows, row);
    if (*item->question->name != '\0')
        build_claim_name(builder, row, item->question->name, item);
}

/* The title that stands over the question: the nearest group's that has one. */
static FormText *
title_above(const FormGroup *group)
{
    for (; group != NULL; group = group->parent)
        if (!form_text_is_empty(group->label))
            return form_text_copy(group->label);
    return NULL;
}

static void
take_wishes(Builder *builder, const WorkbookRow *row, FormItem *item)
{
    item->box_mm = take_number(builder, row, "print::box", BOX_MIN_MM, BOX_MAX_MM);
    item->cells = take_count(builder, row, "print::cells", CELLS_MAX);
    item->columns = take_count(builder, row, "print::columns", COLUMNS_MAX);
    item->page_break = take_truth(builder, row, "print::break");
    take_appearance(builder, row, item);
}

void
build_question(Builder *builder, const WorkbookRow *row, const RowType *type, FormGroup *group,
               const char *group_relevant)
{
    g_autofree char *name = take_name(builder, row, type);
    FormItem *item = g_new0(FormItem, 1);
    FormQuestion *question = form_question_new(name != NULL ? name : "", type->type);
    item->question = question;
    item->group = group;
    FormText *label = table_text(builder->survey, row, "label");
    if (label != NULL) {
        form_text_free(question->label);
        question->label = label;
    }
    question->hint = table_text(builder->survey, row, "hint");
    question->group = title_above(group);
    question->required = take_required(builder, row);
    question->personal = take_truth(builder, row, "print::personal");
    question->marks = table_marks_rule(builder->survey, row, builder->definition->marks);
    take_choices(builder, row, type, question);
    take_wishes(builder, row, item);
    take_write_in(builder, row, question);
    question->relevant = take_relevant(builder, row, item, group_relevant);
    question->constraint = take_condition(builder, row, "constraint", "print::constraint", item);
    add_item(builder, row, item);
    if (type->or_other && question->list != NULL)
        add_other(builder, row, item);
}
