#include <math.h>
#include <string.h>

#include "layout-private.h"

#define LABEL_COL_MM    44.0 /* labels up to this stand beside their answers */
#define SECTION_MM      6.6
#define BOX_MM          7.4
#define CELL_MM         5.6
#define CELLS_INTEGER   4
#define CELLS_DATE      8
#define DECIMAL_MM      40.0
#define RULED_ABOVE_MM  14.0 /* boxes higher than this get writing lines */
#define WRITING_LINE_MM 8.0
#define BEFORE_MM       2.8
#define STRETCH_MM      2.5

/* The length in bytes of "9.", "12)", "a)", "IV.", "2.1." at the start of a text, with the space after it; or
 * 0. */
static gsize
number_length(const char *text)
{
    const char *c = text;
    if (g_ascii_isdigit(*c))
        while (g_ascii_isdigit(*c) || (*c == '.' && g_ascii_isdigit(c[1])))
            c++;
    else if (strchr("IVX", *c) && strspn(c, "IVX") <= 4)
        c += strspn(c, "IVX");
    else if (g_ascii_isalpha(*c))
        c++;
    if (c == text || c - text > 5 || (*c != '.' && *c != ')') || c[1] != ' ')
        return 0;
    c++;
    while (*c == ' ')
        c++;
    return c - text;
}

const char *
layout_label_words(const char *text)
{
    return text + number_length(text);
}

double
layout_label_indent_mm(const char *text)
{
    return number_length(text) ? LAYOUT_NUMBER_MM : 0;
}

double
layout_label(LayoutBuild *build, LayoutBlock *block, LayoutStyle style, const char *text, FormRect place)
{
    gsize number = number_length(text);
    double indent_mm = 0;
    if (number) {
        g_autofree char *digits = g_strndup(text, number);
        PangoLayout *hung = layout_type_set(build->type, style, g_strchomp(digits), -1, PANGO_ALIGN_LEFT);
        layout_block_text(block, hung, place.x_mm, place.y_mm, 0);
        indent_mm = LAYOUT_NUMBER_MM;
    }
    PangoLayout *rest = layout_type_set(build->type, style, layout_label_words(text), place.w_mm - indent_mm,
                                        PANGO_ALIGN_LEFT);
    double height_mm = layout_text_height_mm(rest);
    layout_block_text(block, rest, place.x_mm + indent_mm, place.y_mm, 0);
    return height_mm;
}

static void
add_section(LayoutBuild *build, const FormGroup *group)
{
    LayoutBlock *block = layout_block_new(group->name);
    PangoLayout *text =
        layout_type_set(build->type, LAYOUT_SECTION, form_text_get(group->label, build->language),
                        LAYOUT_WIDTH_MM - 6, PANGO_ALIGN_LEFT);
    block->height_mm = MAX(SECTION_MM, layout_text_height_mm(text) + 1.6);
    layout_block_fill(block, (FormRect){LAYOUT_LEFT_MM, 0, LAYOUT_WIDTH_MM, block->height_mm}, 0);
    layout_block_text(block, text, LAYOUT_LEFT_MM + 3, (block->height_mm - layout_text_height_mm(text)) / 2,
                      1);
    block->before_mm = 4;
    block->stretch_mm = 3;
    block->keep_next = TRUE;
    g_ptr_array_add(build->blocks, block);
}

static void
add_subsection(LayoutBuild *build, const FormGroup *group)
{
    LayoutBlock *block = layout_block_new(group->name);
    double text_mm =
        layout_label(build, block, LAYOUT_SUBSECTION, form_text_get(group->label, build->language),
                     (FormRect){LAYOUT_LEFT_MM, 0, LAYOUT_WIDTH_MM, 0});
    block->height_mm = text_mm + 0.8;
    layout_block_line(block, LAYOUT_LEFT_MM, block->height_mm, LAYOUT_WIDTH_MM, 0.2, 0.35);
    block->before_mm = BEFORE_MM;
    block->stretch_mm = STRETCH_MM;
    block->keep_next = TRUE;
    g_ptr_array_add(build->blocks, block);
}

/* Titles of the groups that begin with `item`, outermost first. A table's title belongs to its grid's head.
 */
static void
open_groups(LayoutBuild *build, const FormItem *item, const FormGroup *previous, gboolean grid)
{
    GPtrArray *chain = g_ptr_array_new();
    for (FormGroup *group = item->group; group; group = group->parent)
        g_ptr_array_insert(chain, 0, group);
    const FormGroup *table = layout_table_of(item);
    const FormGroup *root = grid ? (table ? table : item->group) : NULL;
    for (guint i = 0; i < chain->len; i++) {
        const FormGroup *group = chain->pdata[i];
        gboolean open = FALSE;
        for (const FormGroup *p = previous; p && !open; p = p->parent)
            open = p == group;
        gboolean titled = !form_text_is_empty(group->label) && *form_text_get(group->label, build->language);
        gboolean of_grid_head = grid && group == table && !item->head;
        build->type->where = group->name;
        if (!open && titled && !of_grid_head) {
            if (i == 0 && !group->table)
                add_section(build, group);
            else
                add_subsection(build, group);
        }
        if (grid && group == root)
            break;
    }
    g_ptr_array_unref(chain);
}

static void
add_note(LayoutBuild *build, const FormItem *item)
{
    LayoutBlock *block = layout_block_new(item->question->name);
    const char *label = form_text_get(item->question->label, build->language);
    block->height_mm =
        layout_label(build, block, LAYOUT_BODY, label, (FormRect){LAYOUT_LEFT_MM, 0, LAYOUT_WIDTH_MM, 0});
    block->before_mm = BEFORE_MM - 0.6;
    block->stretch_mm = 1.5;
    block->page_break = item->page_break;
    g_ptr_array_add(build->blocks, block);
}

static int
cells_of(const FormItem *item)
{
    if (item->question->type == FORM_DATE)
        return CELLS_DATE;
    if (item->cells > 0 || item->question->type != FORM_INTEGER)
        return item->cells;
    return CELLS_INTEGER;
}

static double
box_width(const FormItem *item, double room_mm)
{
    int cells = cells_of(item);
    if (cells > 0)
        return MIN(cells * CELL_MM, room_mm);
    return item->question->type == FORM_DECIMAL ? MIN(DECIMAL_MM, room_mm) : room_mm;
}

static void
add_date_letters(LayoutBuild *build, LayoutBlock *block, FormRect box)
{
    for (int i = 0; i < CELLS_DATE; i++) {
        PangoLayout *letter =
            layout_type_set(build->type, LAYOUT_SMALL, build->words->date[i], -1, PANGO_ALIGN_LEFT);
        double x_mm = box.x_mm + box.w_mm * (i + 0.5) / CELLS_DATE - layout_text_width_mm(letter) / 2;
        layout_block_text(block, letter, x_mm, box.y_mm + (box.h_mm - layout_text_height_mm(letter)) / 2,
                          0.72);
    }
    for (int i = 2; i <= 4; i += 2)
        layout_block_fill(
            block, (FormRect){box.x_mm + box.w_mm * i / CELLS_DATE - 0.15, box.y_mm, 0.3, box.h_mm}, 0);
}

static void
add_box(LayoutBuild *build, LayoutBlock *block, const FormItem *item, FormRect box)
{
    LayoutField *field = layout_block_field(block, item->question);
    layout_block_box(block, field, box, cells_of(item));
    if (item->question->type == FORM_DATE)
        add_date_letters(build, block, box);
    if (box.h_mm < RULED_ABOVE_MM)
        return;
    int lines = (int)(box.h_mm / WRITING_LINE_MM);
    for (int i = 1; i < lines; i++)
        layout_block_line(block, box.x_mm + 2, box.y_mm + box.h_mm * i / lines, box.w_mm - 4, 0.15, 0.75);
}

/* Room that a label beside its answer takes, with its number and the gap after it. */
static double
label_width(LayoutBuild *build, const FormItem *item)
{
    const char *label = form_text_get(item->question->label, build->language);
    g_autoptr(PangoLayout) text =
        layout_type_set(build->type, LAYOUT_LABEL, layout_label_words(label), -1, PANGO_ALIGN_LEFT);
    return layout_label_indent_mm(label) + layout_text_width_mm(text) + 5;
}

/* Whether the label is short enough to stand beside its answer. */
static gboolean
stands_beside(LayoutBuild *build, const FormItem *item)
{
    return item->box_mm <= RULED_ABOVE_MM && form_text_is_empty(item->question->hint) &&
           label_width(build, item) <= LABEL_COL_MM;
}

/* A question whose label stands above its answer, in place; returns the height. */
static double
stacked(LayoutBuild *build, LayoutBlock *block, const FormItem *item, FormRect place)
{
    const FormQuestion *question = item->question;
    const char *label = form_text_get(question->label, build->language);
    const char *hint = form_text_get(question->hint, build->language);
    double indent_mm = layout_label_indent_mm(label);
    double y_mm = place.y_mm;
    FormRect inner = {place.x_mm + indent_mm, 0, place.w_mm - indent_mm, 0};
    if (*label)
        y_mm += layout_label(build, block, LAYOUT_LABEL, label, (FormRect){place.x_mm, y_mm, place.w_mm, 0});
    if (*hint) {
        inner.y_mm = y_mm;
        y_mm += layout_label(build, block, LAYOUT_HINT, hint, inner);
    }
    inner.y_mm = y_mm + 0.5;
    if (form_type_is_select(question->type))
        return inner.y_mm + layout_choices(build, block, item, inner) - place.y_mm;
    double height_mm = item->box_mm > 0 ? item->box_mm : BOX_MM;
    inner.y_mm = y_mm + 0.9;
    add_box(build, block, item, (FormRect){inner.x_mm, inner.y_mm, box_width(item, inner.w_mm), height_mm});
    return inner.y_mm + height_mm - place.y_mm;
}

/* A question whose label stands at the left of its answer. `column_mm`: room for the label. */
static double
beside(LayoutBuild *build, LayoutBlock *block, const FormItem *item, FormRect place, double column_mm)
{
    const FormQuestion *question = item->question;
    const char *label = form_text_get(question->label, build->language);
    FormRect answer = {place.x_mm + column_mm, place.y_mm, place.w_mm - column_mm, 0};
    double height_mm, first_mm;
    if (form_type_is_select(question->type)) {
        guint fields = block->fields->len;
        height_mm = layout_choices(build, block, item, answer);
        const LayoutField *field = block->fields->pdata[fields];
        first_mm = place.y_mm + height_mm / 2;
        if (field->options->len > 0) {
            const FormRect *bubble = &g_array_index(field->options, LayoutOption, 0).rect;
            first_mm = bubble->y_mm + bubble->h_mm / 2;
        }
    } else {
        height_mm = item->box_mm > 0 ? item->box_mm : BOX_MM;
        add_box(build, block, item,
                (FormRect){answer.x_mm, answer.y_mm, box_width(item, answer.w_mm), height_mm});
        first_mm = place.y_mm + height_mm / 2;
    }
    g_autoptr(PangoLayout) probe = layout_type_set(build->type, LAYOUT_LABEL, "H", -1, PANGO_ALIGN_LEFT);
    double cap_mm = 0.357 * build->type->size_pt[LAYOUT_LABEL] * LAYOUT_MM_PER_PT;
    place.y_mm = first_mm - (layout_text_baseline_mm(probe) - cap_mm);
    place.w_mm = column_mm;
    layout_label(build, block, LAYOUT_LABEL, label, place);
    return height_mm;
}

static void
add_question(LayoutBuild *build, const FormItem *item)
{
    LayoutBlock *block = layout_block_new(item->question->name);
    FormRect place = {LAYOUT_LEFT_MM, 0, LAYOUT_WIDTH_MM, 0};
    block->page_break = item->page_break;
    if (stands_beside(build, item)) {
        block->height_mm = beside(build, block, item, place, build->label_col_mm);
        block->before_mm = 1.2;
        block->stretch_mm = 1.5;
    } else {
        block->height_mm = stacked(build, block, item, place);
        block->before_mm = BEFORE_MM;
        block->stretch_mm = STRETCH_MM;
    }
    g_ptr_array_add(build->blocks, block);
}

static gboolean
is_narrow(const FormItem *item)
{
    return !item->head && !form_type_is_select(item->question->type) && item->question->type != FORM_NOTE &&
           item->columns > 1 && !item->question->write_in_of;
}

/* The label column of the boxes at the right of others: as wide as the widest of their group needs. */
static double
narrow_label(LayoutBuild *build, const FormItem *like)
{
    double widest_mm = 0;
    for (guint i = 0; i < build->definition->items->len; i++) {
        const FormItem *item = build->definition->items->pdata[i];
        if (is_narrow(item) && item->group == like->group && item->columns == like->columns)
            widest_mm = MAX(widest_mm, label_width(build, item));
    }
    return widest_mm;
}

/* Whether a label of that width leaves the box what it needs. */
static gboolean
narrow_fits_beside(const FormItem *item, double label_mm, double width_mm)
{
    int cells = cells_of(item);
    double need_mm = cells > 0                              ? cells * CELL_MM
                     : item->question->type == FORM_DECIMAL ? DECIMAL_MM / 2
                                                            : width_mm / 2;
    return label_mm + need_mm <= width_mm && item->box_mm <= RULED_ABOVE_MM &&
           form_text_is_empty(item->question->hint);
}

/* Writing boxes side by side, as many as their print::columns say; returns how many items that took. Their
 * labels stand beside them where that serves all of the row, else above. */
static guint
add_narrow(LayoutBuild *build, guint first)
{
    const GPtrArray *items = build->definition->items;
    const FormItem *head = items->pdata[first];
    double gap_mm = 5, width_mm = (LAYOUT_WIDTH_MM + gap_mm) / head->columns - gap_mm;
    double right_mm = narrow_label(build, head), left_mm = MAX(build->label_col_mm, label_width(build, head));
    gboolean fits = narrow_fits_beside(head, left_mm, width_mm);
    guint n = 1;
    for (; n < (guint)head->columns && first + n < items->len; n++) {
        const FormItem *item = items->pdata[first + n];
        if (!is_narrow(item) || item->columns != head->columns || item->group != head->group ||
            item->page_break)
            break;
        fits &= narrow_fits_beside(item, right_mm, width_mm);
    }
    LayoutBlock *block = layout_block_new(head->question->name);
    for (guint i = 0; i < n; i++) {
        const FormItem *item = items->pdata[first + i];
        build->type->where = item->question->name;
        FormRect place = {LAYOUT_LEFT_MM + i * (width_mm + gap_mm), 0, width_mm, 0};
        double height_mm = fits ? beside(build, block, item, place, i == 0 ? left_mm : right_mm)
                                : stacked(build, block, item, place);
        block->height_mm = MAX(block->height_mm, height_mm);
    }
    block->before_mm = 1.6;
    block->stretch_mm = 1.5;
    block->page_break = head->page_break;
    g_ptr_array_add(build->blocks, block);
    return n;
}

static guint
add_item(LayoutBuild *build, guint i, const FormGroup *previous)
{
    const FormItem *item = build->definition->items->pdata[i];
    if (layout_is_write_in(build->definition, item))
        return 1;
    guint length = layout_grid_length(build->definition, i);
    guint blocks = build->blocks->len;
    open_groups(build, item, previous, length > 0);
    guint titles = build->blocks->len - blocks;
    if (titles > 0 && item->page_break)
        ((LayoutBlock *)build->blocks->pdata[blocks])->page_break = TRUE;
    build->type->where = item->question->name;
    guint first = build->blocks->len, taken = 1;
    if (length > 0) {
        layout_grid(build, i, length, BEFORE_MM);
        taken = length;
    } else if (item->question->type == FORM_NOTE) {
        add_note(build, item);
    } else if (is_narrow(item)) {
        taken = add_narrow(build, i);
    } else {
        add_question(build, item);
    }
    LayoutBlock *begun = build->blocks->pdata[first];
    if (titles > 0) {
        begun->page_break = FALSE;
        begun->before_mm = MAX(begun->before_mm - 0.6, 1.6);
        begun->stretch_mm = MIN(begun->stretch_mm, 1);
    }
    return taken;
}

static void
add_instruction(LayoutBuild *build)
{
    LayoutType *type = build->type;
    LayoutBlock *block = layout_block_new("print::instruction");
    const FormText *own = build->definition->instruction;
    const char *wording =
        form_text_is_empty(own) ? build->words->instruction : form_text_get(own, build->language);
    type->where = "print::instruction";

    PangoLayout *how = layout_type_set(type, LAYOUT_SMALL_BOLD, build->words->how, -1, PANGO_ALIGN_LEFT);
    PangoLayout *mend = layout_type_set(type, LAYOUT_SMALL_BOLD, build->words->mend, -1, PANGO_ALIGN_LEFT);
    const double step_mm = LAYOUT_BUBBLE_W_MM + 1.8, pad_mm = 1.6;
    double heads_mm = MAX(layout_text_width_mm(how), layout_text_width_mm(mend));
    double shown_mm = heads_mm + 2 + 3 * step_mm;
    double text_w_mm = LAYOUT_WIDTH_MM - shown_mm - 9;
    PangoLayout *text = layout_type_set(type, LAYOUT_SMALL, wording, text_w_mm, PANGO_ALIGN_LEFT);
    block->height_mm = MAX(layout_text_height_mm(text), 2 * 5.4) + 2 * pad_mm;
    layout_block_text(block, text, LAYOUT_LEFT_MM + 3, (block->height_mm - layout_text_height_mm(text)) / 2,
                      0);
    layout_block_frame(block, (FormRect){LAYOUT_LEFT_MM, 0, LAYOUT_WIDTH_MM, block->height_mm}, 0.2, 0);

    double x_mm = LAYOUT_RIGHT_MM - shown_mm - 1;
    static const LayoutMark marks[2][3] = {{LAYOUT_MARK_FILL, LAYOUT_MARK_TICK, LAYOUT_MARK_CROSS},
                                           {LAYOUT_MARK_SCRIBBLE, LAYOUT_MARK_FILL, LAYOUT_MARK_FILL}};
    for (int row = 0; row < 2; row++) {
        double y_mm = block->height_mm / 2 + (row == 0 ? -2.8 : 2.8);
        PangoLayout *head = row == 0 ? how : mend;
        layout_block_text(block, head, x_mm, y_mm - layout_text_height_mm(head) / 2, 0);
        for (int i = 0; i < (row == 0 ? 3 : 2); i++) {
            FormRect rect = {x_mm + heads_mm + 2.5 + i * step_mm, y_mm - LAYOUT_BUBBLE_H_MM / 2,
                             LAYOUT_BUBBLE_W_MM, LAYOUT_BUBBLE_H_MM};
            layout_block_bubble(block, rect, FORM_SHAPE_ELLIPSE, NULL);
            layout_block_mark(block, rect, marks[row][i]);
        }
    }
    g_ptr_array_add(build->blocks, block);
}

/* One column for all labels that stand beside their answers, so that the answers align. */
static double
widest_label(LayoutBuild *build)
{
    double widest_mm = 0;
    for (guint i = 0; i < build->definition->items->len; i++) {
        const FormItem *item = build->definition->items->pdata[i];
        build->type->where = item->question->name;
        if (!item->head && !layout_is_grid_row(item) && item->question->type != FORM_NOTE &&
            !layout_is_write_in(build->definition, item) && stands_beside(build, item))
            widest_mm = MAX(widest_mm, label_width(build, item));
    }
    return widest_mm;
}

void
layout_blocks_build(LayoutBuild *build)
{
    build->label_col_mm = widest_label(build);
    add_instruction(build);
    const FormGroup *previous = NULL;
    for (guint i = 0; i < build->definition->items->len;) {
        guint taken = add_item(build, i, previous);
        i += taken;
        previous = ((const FormItem *)build->definition->items->pdata[i - 1])->group;
    }
}
