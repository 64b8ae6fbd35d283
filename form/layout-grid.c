/* A grid: rows that share one scale, printed once as its head and again wherever a page begins inside it. */
#include <string.h>

#include "layout-private.h"

#define ROW_MM        5.7
#define ROW_PAD_MM    1.3 /* above and below a row's text together */
#define ROW_GROW_MM   1.3
#define WHOLE_GRID    12  /* rows of a grid that is not broken */
#define WHOLE_RUN     5   /* and of a run of rows below one title */
#define EDGE_MM       1.5 /* tint to text */
#define COLUMN_MIN_MM 11.5
#define COLUMN_PAD_MM 1.6 /* between neighbours in the head */
#define COLUMN_MAX_MM 22.0
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

/* Lines that the head's labels take in columns of that width. */
static int
head_lines(const Grid *grid, double column_mm)
{
    int lines = 1;
    for (guint i = 0; i < grid->scale->choices->len; i++) {
        const FormChoice *choice = grid->scale->choices->pdata[i];
        g_autoptr(PangoLayout) text = layout_type_set(grid->build->type, LAYOUT_SCALE,
                                                      form_text_get(choice->label, grid->build->language),
                                                      column_mm - COLUMN_PAD_MM, PANGO_ALIGN_CENTER);
        lines = MAX(lines, pango_layout_get_line_count(text));
    }
    return lines;
}

/* Widths of the rows' labels, each on one line. The caller unrefs the array of double. */
static GArray *
row_widths(const Grid *grid, guint first, guint length)
{
    GArray *widths = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = first; i < first + length; i++) {
        const FormItem *item = grid->build->definition->items->pdata[i];
        const char *words = layout_label_words(form_text_get(item->question->label, grid->build->language));
        g_autoptr(PangoLayout) text = layout_type_set(
            grid->build->type, item->head ? LAYOUT_LABEL : LAYOUT_BODY, words, -1, PANGO_ALIGN_LEFT);
        double width_mm = layout_text_width_mm(text) + 0.2;
        g_array_append_val(widths, width_mm);
    }
    return widths;
}

/* The columns' width: at least the longest word; wider while that saves more lines in the head than it costs
 * in rows. */
static void
measure_columns(Grid *grid, guint first, guint length)
{
    guint n = MAX(grid->scale->choices->len, 1);
    double least_mm = COLUMN_MIN_MM, most_mm = (LAYOUT_WIDTH_MM - LABEL_MIN_MM) / n, best = G_MAXDOUBLE;
    for (guint i = 0; i < grid->scale->choices->len; i++) {
        const FormChoice *choice = grid->scale->choices->pdata[i];
        double word_mm = longest_word_mm(grid->build, form_text_get(choice->label, grid->build->language));
        least_mm = MAX(least_mm, word_mm + COLUMN_PAD_MM + 0.1);
    }
    least_mm = MIN(least_mm, most_mm);
    most_mm = MAX(least_mm, MIN(most_mm, COLUMN_MAX_MM));
    g_autoptr(GArray) widths = row_widths(grid, first, length);
    for (double column_mm = least_mm; column_mm <= most_mm; column_mm += 0.5) {
        double label_mm = LAYOUT_WIDTH_MM - n * column_mm - 2 * EDGE_MM - LAYOUT_NUMBER_MM;
        double cost = head_lines(grid, column_mm) * (1 + length / 25.0);
        for (guint i = 0; i < widths->len; i++)
            cost += ceil(g_array_index(widths, double, i) / label_mm) - 1;
        if (cost < best) {
            best = cost;
            grid->column_mm = column_mm;
        }
    }
    grid->label_mm = LAYOUT_WIDTH_MM - n * grid->column_mm - 2 * EDGE_MM;
}

static double
column_centre(const Grid *grid, guint column)
{
    return LAYOUT_RIGHT_MM - (grid->scale->choices->len - column - 0.5) * grid->column_mm;
}

/* Draws the question and its hint at the left of a head; returns their height. */
static double
head_label(const Grid *grid, LayoutBlock *block, const char *label, const char *hint, double y_mm)
{
    LayoutBuild *build = grid->build;
    double width_mm = grid->label_mm + EDGE_MM, indent_mm = layout_label_indent_mm(label), height_mm = 0;
    if (*label)
        height_mm =
            layout_label(build, block, LAYOUT_LABEL, label, (FormRect){LAYOUT_LEFT_MM, y_mm, width_mm, 0});
    if (*hint)
        height_mm +=
            layout_label(build, block, LAYOUT_HINT, hint,
                         (FormRect){LAYOUT_LEFT_MM + indent_mm, y_mm + height_mm, width_mm - indent_mm, 0});
    return height_mm;
}

/* The head: the question at the left, the scale at the right, both standing on one rule. */
static LayoutBlock *
head_block(Grid *grid, const char *name, const char *label, const char *hint)
{
    LayoutBuild *build = grid->build;
    LayoutBlock *block = layout_block_new(name);
    g_autoptr(LayoutBlock) trial = layout_block_new(name);
    double label_mm = head_label(grid, trial, label, hint, 0), scale_mm = 0;
    guint n = grid->scale->choices->len;
    double width_mm = grid->column_mm - COLUMN_PAD_MM;
    g_autofree PangoLayout **texts = g_new0(PangoLayout *, n + 1);
    for (guint i = 0; i < n; i++) {
        const FormChoice *choice = grid->scale->choices->pdata[i];
        texts[i] = layout_type_set(build->type, LAYOUT_SCALE, form_text_get(choice->label, build->language),
                                   width_mm, PANGO_ALIGN_CENTER);
        scale_mm = MAX(scale_mm, layout_text_height_mm(texts[i]));
    }
    double bottom_mm = MAX(label_mm, scale_mm);
    head_label(grid, block, label, hint, bottom_mm - label_mm);
    for (guint i = 0; i < n; i++)
        layout_block_text(block, texts[i], column_centre(grid, i) - width_mm / 2,
                          bottom_mm - layout_text_height_mm(texts[i]), 0);
    block->height_mm = bottom_mm + 0.9;
    layout_block_line(block, LAYOUT_LEFT_MM, block->height_mm - 0.15, LAYOUT_WIDTH_MM, 0.25, 0);
    block->keep_next = TRUE;
    return block;
}

static LayoutBlock *
block_at(const LayoutBuild *build, guint i)
{
    return build->blocks->pdata[i];
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
    if (depth > 0 && block_at(build, build->blocks->len - 1)->fields->len > 0)
        layout_block_line(block, LAYOUT_LEFT_MM, 0, LAYOUT_WIDTH_MM, 0.15, 0.35);
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

/* The head as repeated on a further page: the same question, marked as going on. */
static LayoutBlock *
again_block(Grid *grid, const char *name, const char *label)
{
    g_autofree char *continued =
        *label ? g_strdup_printf("%s %s", label, grid->build->words->continued) : g_strdup("");
    return head_block(grid, name, continued, "");
}

static gboolean
is_row(const LayoutBuild *build, guint i)
{
    return i < build->blocks->len && block_at(build, i)->fields->len > 0;
}

/* Short grids, and short runs of rows below one title, stay on one page; of longer ones neither the first nor
 * the last row stands alone. */
static void
keep_together(LayoutBuild *build, guint head, guint length)
{
    guint end = build->blocks->len;
    for (guint from = head + 1, to; from < end; from = to + 1) {
        for (to = from; is_row(build, to); to++)
            ;
        for (guint i = from; i + 1 < to; i++)
            block_at(build, i)->keep_next = to - from <= WHOLE_RUN || i == from || i + 2 == to;
    }
    if (length <= WHOLE_GRID)
        for (guint i = head; i + 1 < end; i++)
            block_at(build, i)->keep_next = TRUE;
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
    measure_columns(&grid, first, length);
    LayoutBlock *block = head_block(&grid, name, label, hint);
    block->before_mm = before_mm;
    block->stretch_mm = 2.5;
    block->page_break = head->page_break;
    guint start = build->blocks->len;
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
    keep_together(build, start, length);
}
