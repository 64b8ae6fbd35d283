#include <string.h>

#include <glib/gi18n-lib.h>

#include "definition-private.h"
#include "form-package.h"

/* XLSForm's columns that a paper form uses, and ours. */
const TableHeader survey_headers[] = {
    {"type", "type", FALSE},
    {"command", "type", FALSE},
    {"name", "name", FALSE},
    {"tag", "name", FALSE},
    {"value", "name", FALSE},
    {"label", "label", TRUE},
    {"caption", "label", TRUE},
    {"hint", "hint", TRUE},
    {"required", "required", FALSE},
    {"relevant", "relevant", FALSE},
    {"relevance", "relevant", FALSE},
    {"constraint", "constraint", FALSE},
    {"appearance", "appearance", FALSE},
    {"choice_filter", "choice_filter", FALSE},
    {"disabled", "disabled", FALSE},
    {"print::skip", "print::skip", FALSE},
    {"print::box", "print::box", FALSE},
    {"print::cells", "print::cells", FALSE},
    {"print::columns", "print::columns", FALSE},
    {"print::break", "print::break", FALSE},
    {"print::personal", "print::personal", FALSE},
    {"print::marks", "print::marks", FALSE},
    {"print::write_in", "print::write_in", FALSE},
    {"print::relevant", "print::relevant", FALSE},
    {"print::constraint", "print::constraint", FALSE},
    {NULL, NULL, FALSE},
};

/* A group or repeat whose end has not come yet. */
typedef struct {
    const WorkbookRow *row;
    gboolean repeat;
    gboolean skip;    /* it, or one around it, is kept off the paper */
    FormGroup *group; /* the innermost printed one */
    char *relevant;   /* of all groups from the outermost to here, joined by and; or NULL */
} Level;

static void
level_clear(gpointer data)
{
    Level *level = data;
    g_free(level->relevant);
}

static void
remark_left_out(Builder *builder, const WorkbookRow *row, const char *why)
{
    const char *name = table_get(builder->survey, row, "name");
    const char *type = table_get(builder->survey, row, "type");
    g_ptr_array_add(builder->definition->remarks,
                    g_strdup_printf(_("sheet %s, %s %d: %s (%s) is left out of the paper: %s"),
                                    builder->survey->sheet->name, builder->problems->place, row->number,
                                    name != NULL ? name : "–", type, why));
}

/* What is left out keeps its name, so that a condition that uses it can be told why it cannot. */
static void
leave_out(Builder *builder, const WorkbookRow *row, const char *why)
{
    const char *name = table_get(builder->survey, row, "name");
    remark_left_out(builder, row, why);
    if (name != NULL)
        build_claim_name(builder, row, name, NULL);
}

static gboolean
wants_skip(Builder *builder, const WorkbookRow *row)
{
    const char *skip = table_get(builder->survey, row, "print::skip");
    gboolean known;
    gboolean truth = table_truth(skip, &known);
    if (!known)
        table_problem(builder->survey, row, "print::skip", _("“%s” is neither yes nor no; write one of them"),
                      skip);
    return truth || table_truth(table_get(builder->survey, row, "disabled"), NULL);
}

/* ---- groups ---- */

static Level *
innermost(GArray *levels)
{
    return levels->len > 0 ? &g_array_index(levels, Level, levels->len - 1) : NULL;
}

static char *
joined(const char *outer, const char *own)
{
    if (own == NULL || outer == NULL)
        return g_strdup(own != NULL ? own : outer);
    return g_strdup_printf("(%s) and (%s)", outer, own);
}

static const char *
relevant_key(const Builder *builder, const WorkbookRow *row)
{
    return table_get(builder->survey, row, "print::relevant") != NULL ? "print::relevant" : "relevant";
}

static FormGroup *
new_group(Builder *builder, const WorkbookRow *row, FormGroup *parent)
{
    const char *name = table_get(builder->survey, row, "name");
    const char *appearance = table_get(builder->survey, row, "appearance");
    if (name == NULL)
        table_problem(builder->survey, row, "name", _("the group has no name; give it one, such as part_a"));
    else if (!build_name_is_valid(name))
        table_problem(
            builder->survey, row, "name",
            _("“%s” cannot be a name; begin with a letter, then use letters, digits, “_”, “-” and “.”"),
            name);
    FormGroup *group = g_new0(FormGroup, 1);
    group->name = g_strdup(name != NULL ? name : "");
    group->label = table_text(builder->survey, row, "label");
    if (group->label == NULL)
        group->label = form_text_new();
    group->parent = parent;
    g_auto(GStrv) wishes = g_strsplit_set(appearance != NULL ? appearance : "", " \t\n,", -1);
    group->table = g_strv_contains((const char *const *)wishes, "table-list");
    g_ptr_array_add(builder->definition->groups, group);
    return group;
}

static void
begin_level(Builder *builder, GArray *levels, const WorkbookRow *row, gboolean repeat)
{
    const Level *outer = innermost(levels);
    Level level = {.row = row, .repeat = repeat, .group = outer != NULL ? outer->group : NULL};
    gboolean wish = wants_skip(builder, row);
    level.skip = wish || (outer != NULL && outer->skip);
    if (wish)
        remark_left_out(builder, row, "print::skip");
    if (repeat && !level.skip)
        table_problem(builder->survey, row, "type",
                      _("paper cannot repeat a group; write its questions out as often as needed, or keep it "
                        "off the paper with print::skip = yes"));
    if (!level.skip) {
        const char *key = relevant_key(builder, row);
        const char *relevant = table_get(builder->survey, row, key);
        level.group = new_group(builder, row, level.group);
        level.relevant = joined(outer != NULL ? outer->relevant : NULL, relevant);
        if (relevant != NULL)
            build_add_condition(builder, row, key, relevant, NULL);
    }
    g_array_append_val(levels, level);
}

static void
end_level(Builder *builder, GArray *levels, const WorkbookRow *row, gboolean repeat)
{
    const Level *level = innermost(levels);
    if (level == NULL) {
        table_problem(builder->survey, row, "type",
                      repeat ? _("no repeat is open here; delete the row or write begin_repeat above")
                             : _("no group is open here; delete the row or write begin_group above"));
        return;
    }
    if (level->repeat != repeat)
        table_problem(builder->survey, row, "type",
                      level->repeat
                          ? _("ends a group, but what is open is the repeat of %s %d; write end_repeat")
                          : _("ends a repeat, but what is open is the group of %s %d; write end_group"),
                      builder->problems->place, level->row->number);
    g_array_set_size(levels, levels->len - 1);
}

static void
check_all_closed(Builder *builder, GArray *levels)
{
    for (guint i = 0; i < levels->len; i++) {
        const Level *level = &g_array_index(levels, Level, i);
        table_problem(builder->survey, level->row, "type",
                      level->repeat
                          ? _("the repeat is never closed; write end_repeat after its last question")
                          : _("the group is never closed; write end_group after its last question"));
    }
}

/* ---- rows ---- */

static void
refuse_unknown(Builder *builder, const WorkbookRow *row, const RowType *type)
{
    const char *cell = table_get(builder->survey, row, "type");
    if (type->nearest != NULL)
        table_problem(builder->survey, row, "type", _("there is no type “%s”; did you mean “%s”?"), cell,
                      type->nearest);
    else
        table_problem(builder->survey, row, "type",
                      _("there is no type “%s”; use select_one LIST, select_multiple LIST, integer, decimal, "
                        "date, text, note or begin_group"),
                      cell);
}

/* A row without a type is a comment, unless it has what a question has. */
static void
read_untyped(Builder *builder, const WorkbookRow *row)
{
    g_autoptr(FormText) label = table_text(builder->survey, row, "label");
    if (table_get(builder->survey, row, "name") != NULL || label != NULL)
        table_problem(builder->survey, row, "type",
                      _("the row has no type; write one, such as text or note"));
}

static void
read_question(Builder *builder, GArray *levels, const WorkbookRow *row, const RowType *type)
{
    const Level *level = innermost(levels);
    const char *cell = table_get(builder->survey, row, "type");
    if (level != NULL && level->skip)
        leave_out(builder, row, _("its group has print::skip"));
    else if (type->kind == ROW_BY_MACHINE)
        leave_out(builder, row, _("only a device can fill it in"));
    else if (wants_skip(builder, row))
        leave_out(builder, row, "print::skip");
    else if (type->kind == ROW_NOT_ON_PAPER)
        table_problem(builder->survey, row, "type",
                      _("paper cannot ask “%s”; ask it in another way, such as text, or keep it off the "
                        "paper with print::skip = yes"),
                      cell);
    else if (type->kind == ROW_UNKNOWN)
        refuse_unknown(builder, row, type);
    else
        build_question(builder, row, type, level != NULL ? level->group : NULL,
                       level != NULL ? level->relevant : NULL);
}

static void
read_row(Builder *builder, GArray *levels, const WorkbookRow *row)
{
    const char *cell = table_get(builder->survey, row, "type");
    if (cell == NULL) {
        read_untyped(builder, row);
        return;
    }
    g_auto(RowType) type = row_type_parse(cell);
    switch (type.kind) {
    case ROW_BEGIN_GROUP:
    case ROW_BEGIN_REPEAT:
        begin_level(builder, levels, row, type.kind == ROW_BEGIN_REPEAT);
        break;
    case ROW_END_GROUP:
    case ROW_END_REPEAT:
        end_level(builder, levels, row, type.kind == ROW_END_REPEAT);
        break;
    default:
        read_question(builder, levels, row, &type);
    }
}

static gboolean
has_columns(Builder *builder)
{
    static const char *const required[] = {"type", "name", "label"};
    gboolean complete = TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(required); i++) {
        if (table_has(builder->survey, required[i]))
            continue;
        complete = FALSE;
        problems_add(builder->problems, builder->survey->sheet->name, 0, required[i],
                     _("the column is missing; add it to the sheet's first row"));
    }
    return complete;
}

void
build_survey(Builder *builder)
{
    if (!has_columns(builder))
        return;
    g_autoptr(GArray) levels = g_array_new(FALSE, FALSE, sizeof(Level));
    g_array_set_clear_func(levels, level_clear);
    for (guint i = 0; i < table_rows(builder->survey); i++) {
        const WorkbookRow *row = table_row(builder->survey, i);
        if (builder->definition->items->len >= FORM_MAX_FIELDS) {
            table_problem(builder->survey, row, NULL, _("more than %d questions; divide the form"),
                          FORM_MAX_FIELDS);
            return;
        }
        read_row(builder, levels, row);
    }
    check_all_closed(builder, levels);
    if (builder->definition->items->len == 0 && builder->problems->total == 0)
        problems_add(builder->problems, builder->survey->sheet->name, 0, NULL,
                     _("nothing is left to print; write at least one question"));
}
