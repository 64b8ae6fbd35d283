/* A grid: rows that share one scale, printed once as its head and again wherever a page begins inside it. */
#include <string.h>

#include "layout-private.h"

#define ROW_MM        5.7
#define ROW_PAD_MM    1.3 /* above and below a row's text together */
#define ROW_GROW_MM   1.8
#define EDGE_MM       1.5 /* tint to text */
#define COLUMN_MIN_MM 11.5
#define COLUMN_PAD_MM 1.4 /* between neighbours in the head */
#define LABEL_MIN_MM  60.0
#define ZEBRA         0.95
#define SUBHEAD_TINT  0.87

typedef struct {
    LayoutBuild *build;
    const FormQuestion *scale; /* whose choices are the head */
    double column_mm;
    double label_mm;    /* room for a row's text */
    LayoutBlock *again; /* the head as repeated */
} Grid;

gboolean
layout_is_grid_row(const FormItem *item)
{
    return !item->head && form_type_is_select(item->question->type) &&
           (item->in_grid || layout_table_of(item));
}

FormGroup *
layout_table_of(const FormItem *item)
{
    for (FormGroup *group = item->group; group; group = group->parent)
        if (group->table)
            return group;
    return NULL;
}

static gboolean
is_inside(const FormGroup *group, const FormGroup *outer)
{
    for (; group; group = group->parent)
        if (group == outer)
            return TRUE;
    return FALSE;
}

guint
layout_grid_length(const FormDefinition *definition, guint first)
{
    const FormItem *head = definition->items->pdata[first];
    if (!head->head && !layout_is_grid_row(head))
        return 0;
    FormGroup *table = layout_table_of(head);
    guint i = first + 1;
    for (; i < definition->items->len; i++) {
        const FormItem *item = definition->items->pdata[i];
        if (!layout_is_grid_row(item) || item->question->type != head->question->type ||
            g_strcmp0(item->question->list, head->question->list) != 0 || layout_table_of(item) != table ||
            item->page_break)
            break;
        if (head->group ? !is_inside(item->group, head->group) && !(table && is_inside(item->group, table))
                        : item->group != NULL)
            break;
    }
    return i - first;
}

static double
longest_word_mm(LayoutBuild *build, const char *text)
{
    double longest = 0;
    g_auto(GStrv) words = g_strsplit_set(text, " \n\t", -1);
    for (char **word = words; *word; word++) {
        g_autoptr(PangoLayout) set = layout_type_set(build->type, LAYOUT_SCALE, *word, -1, PANGO_ALIGN_LEFT);
        longest = MAX(longest, layout_text_width_mm(set));
    }
    return longest;
}

static void
measure_columns(Grid *grid)
{
    guint n = MAX(grid->scale->choices->len, 1);
    grid->column_mm = COLUMN_MIN_MM;
    for (guint i = 0; i < grid->scale->choices->len; i++) {
        const FormChoice *choice = grid->scale->choices->pdata[i];
        double word_mm = longest_word_mm(grid->build, form_text_get(choice->label, grid->build->language));
        grid->column_mm = MAX(grid->column_mm, word_mm + COLUMN_PAD_MM);
    }
    grid->column_mm = MIN(grid->column_mm, (LAYOUT_WIDTH_MM - LABEL_MIN_MM) / n);
    grid->label_mm = LAYOUT_WIDTH_MM - n * grid->column_mm - 2 * EDGE_MM;
}

static double
column_centre(const Grid *grid, guint column)
{
    return LAYOUT_RIGHT_MM - (grid->scale->choices->len - column - 0.5) * grid->column_mm;
}

/* The head: the question at the left, the scale at the right, both standing on one rule. */
static LayoutBlock *
head_block(Grid *grid, const char *name, const char *label, const char *hint)
{
    LayoutBuild *build = grid->build;
    LayoutBlock *block = layout_block_new(name);
    double label_mm = 0, scale_mm = 0;
    guint n = grid->scale->choices->len;
    if (*label)
        label_mm = layout_label(build, block, LAYOUT_LABEL, label,
                                (FormRect){LAYOUT_LEFT_MM, 0, grid->label_mm + EDGE_MM, 0});
    if (*hint)
        label_mm += layout_label(
            build, block, LAYOUT_HINT, hint,
            (FormRect){LAYOUT_LEFT_MM + layout_label_indent_mm(LAYOUT_LABEL, label), label_mm,
                       grid->label_mm + EDGE_MM - layout_label_indent_mm(LAYOUT_LABEL, label), 0});
    g_autofree PangoLayout **texts = g_new0(PangoLayout *, n + 1);
    for (guint i = 0; i < n; i++) {
        const FormChoice *choice = grid->scale->choices->pdata[i];
        texts[i] = layout_type_set(build->type, LAYOUT_SCALE, form_text_get(choice->label, build->language),
                                   grid->column_mm - 0.6, PANGO_ALIGN_CENTER);
        scale_mm = MAX(scale_mm, layout_text_height_mm(texts[i]));
    }
    double bottom_mm = MAX(label_mm, scale_mm);
    for (guint i = 0; i < n; i++)
        layout_block_text(block, texts[i], column_centre(grid, i) - (grid->column_mm - 0.6) / 2,
                          bottom_mm - layout_text_height_mm(texts[i]), 0);
    block->height_mm = bottom_mm + 0.9;
    layout_block_line(block, LAYOUT_LEFT_MM, block->height_mm - 0.15, LAYOUT_WIDTH_MM, 0.25, 0);
    block->keep_next = TRUE;
    return block;
}

static void
add_subhead(Grid *grid, const FormGroup *group, guint depth, LayoutBlock *again)
{
    LayoutBuild *build = grid->build;
    const char *label = form_text_get(group->label, build->language);
    if (!*label)
        return;
    LayoutBlock *block = layout_block_new(group->name);
    double pad_mm = depth == 0 ? 0.9 : 0.7;
    double text_mm =
        layout_label(build, block, LAYOUT_SUBSECTION, label,
                     (FormRect){LAYOUT_LEFT_MM + EDGE_MM, pad_mm, LAYOUT_WIDTH_MM - 2 * EDGE_MM, 0});
    block->height_mm = text_mm + 2 * pad_mm;
    block->grow_mm = 0.8;
    block->keep_next = TRUE;
    block->tint = depth == 0 ? SUBHEAD_TINT : 1;
    if (depth > 0) {
        layout_block_line(block, LAYOUT_LEFT_MM, 0.1, LAYOUT_WIDTH_MM, 0.15, 0.35);
        block->before_mm = 0.3;
    }
    block->again = layout_block_ref(again);
    g_ptr_array_add(build->blocks, block);
}

static void
add_row(Grid *grid, const FormItem *item, guint stripe, LayoutBlock *again)
{
    LayoutBuild *build = grid->build;
    const FormQuestion *question = item->question;
    LayoutBlock *block = layout_block_new(question->name);
    const char *label = form_text_get(question->label, build->language);
    build->type->where = question->name;

    g_autoptr(LayoutBlock) trial = layout_block_new(question->name);
    FormRect place = {LAYOUT_LEFT_MM + EDGE_MM, 0, grid->label_mm, 0};
    double text_mm = layout_label(build, trial, LAYOUT_BODY, label, place);
    block->height_mm = MAX(ROW_MM, text_mm + ROW_PAD_MM);
    /* half a point lower than the middle: capitals and accents weigh more than descenders */
    place.y_mm = (block->height_mm - text_mm) / 2 - 0.1;
    layout_label(build, block, LAYOUT_BODY, label, place);

    LayoutField *field = layout_block_field(block, question);
    for (guint i = 0; i < question->choices->len; i++)
        layout_block_option(block, build->type, field, i, column_centre(grid, i), block->height_mm / 2);
    block->grow_mm = ROW_GROW_MM;
    block->tint = stripe % 2 == 0 ? ZEBRA : 1;
    block->again = layout_block_ref(again);
    g_ptr_array_add(build->blocks, block);
}

/* Opens the groups below `root` that `item` stands in and the row before it did not; returns whether there
 * were any. */
static gboolean
open_groups(Grid *grid, const FormItem *item, const FormGroup *previous, const FormGroup *root)
{
    const FormGroup *opened[16];
    guint n = 0, depth = 0;
    for (const FormGroup *group = item->group; group && group != root; group = group->parent, depth++)
        if (!is_inside(previous, group) && n < G_N_ELEMENTS(opened))
            opened[n++] = group;
    for (guint i = n; i-- > 0;)
        add_subhead(grid, opened[i], depth - 1 - i, grid->again);
    return n > 0;
}

static LayoutBlock *
block_at(const LayoutBuild *build, guint i)
{
    return build->blocks->pdata[i];
}

/* The head as repeated on a further page: the same question, marked as going on. */
static LayoutBlock *
again_block(Grid *grid, const char *name, const char *label)
{
    g_autofree char *continued =
        *label ? g_strdup_printf("%s %s", label, grid->build->words->continued) : g_strdup("");
    return head_block(grid, name, continued, "");
}

void
layout_grid(LayoutBuild *build, guint first, guint length, double before_mm)
{
    const FormItem *head = build->definition->items->pdata[first];
    const FormGroup *table = layout_table_of(head);
    const FormGroup *root = table ? table : head->group;
    const FormItem *before = first > 0 ? build->definition->items->pdata[first - 1] : NULL;
    const char *label = "", *hint = "";
    if (head->head) {
        label = form_text_get(head->question->label, build->language);
        hint = form_text_get(head->question->hint, build->language);
    } else if (table && !(before && is_inside(before->group, table))) {
        label = form_text_get(table->label, build->language);
    }
    const char *name = head->head || !table ? head->question->name : table->name;
    build->type->where = name;
    Grid grid = {.build = build, .scale = head->question};
    measure_columns(&grid);
    LayoutBlock *block = head_block(&grid, name, label, hint);
    block->before_mm = before_mm;
    block->stretch_mm = 2.5;
    block->page_break = head->page_break;
    g_ptr_array_add(build->blocks, block);
    g_autoptr(LayoutBlock) again = again_block(&grid, name, label);
    grid.again = again;

    const FormGroup *previous = root;
    guint stripe = 0;
    for (guint i = first + (head->head ? 1 : 0); i < first + length; i++) {
        const FormItem *item = build->definition->items->pdata[i];
        if (open_groups(&grid, item, previous, root))
            stripe = 0;
        add_row(&grid, item, stripe++, again);
        previous = item->group;
    }
    /* neither the first nor the last row of a grid stands alone on its page */
    guint n = build->blocks->len;
    if (length > 2 && block_at(build, n - 2)->fields->len > 0)
        block_at(build, n - 2)->keep_next = TRUE;
}
