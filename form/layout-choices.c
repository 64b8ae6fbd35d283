/* The options of one select. They stand on a lattice of six columns, so that they align with each other and
 * with those of the questions around them: in equal columns, or where that saves a row, each as many columns
 * wide as it needs. */
#include <math.h>
#include <string.h>

#include "layout-private.h"

#define LATTICE       6
#define TEXT_GAP_MM   1.6 /* bubble to text */
#define COLUMN_GAP_MM 3.5
#define SQUEEZE_MM    0.7 /* of the gap that may be given up to save columns */
#define ROW_MM        5.7
#define WRITE_ROW_MM  8.0
#define WRITE_BOX_MM  6.8
#define WRITE_MIN_MM  32.0

typedef struct {
    guint row, column, span;
    double need_mm; /* on one line, with the gap to the next */
    const FormItem *write_in;
} Cell;

const FormItem *
layout_write_in(const FormDefinition *definition, const FormQuestion *select, const char *value)
{
    for (guint i = 0; i < definition->items->len; i++) {
        const FormItem *item = definition->items->pdata[i];
        const FormQuestion *q = item->question;
        if (q->write_in_of && q->write_in_value && strcmp(q->write_in_of, select->name) == 0 &&
            strcmp(q->write_in_value, value) == 0)
            return item;
    }
    return NULL;
}

gboolean
layout_is_write_in(const FormDefinition *definition, const FormItem *item)
{
    if (!item->question->write_in_of || !item->question->write_in_value)
        return FALSE;
    for (guint i = 0; i < definition->items->len; i++) {
        const FormItem *select = definition->items->pdata[i];
        const FormQuestion *q = select->question;
        if (select->head || layout_is_grid_row(select) || !form_type_is_select(q->type) ||
            strcmp(q->name, item->question->write_in_of) != 0)
            continue;
        for (guint c = 0; c < q->choices->len; c++) {
            const FormChoice *choice = q->choices->pdata[c];
            if (strcmp(choice->value, item->question->write_in_value) == 0)
                return layout_write_in(definition, q, choice->value) == item;
        }
    }
    return FALSE;
}

/* How many equal columns: as wished; else what makes the fewest rows, and of those what keeps to the lattice.
 */
static guint
equal_columns(const Cell *cells, guint n, double width_mm, guint wished)
{
    static const guint tried[] = {6, 3, 2, 1, 4, 5};
    guint best = 1;
    double widest = 0;
    if (wished > 0)
        return MIN(wished, n);
    for (guint i = 0; i < n; i++)
        widest = MAX(widest, cells[i].need_mm - SQUEEZE_MM);
    for (gsize i = 0; i < G_N_ELEMENTS(tried); i++) {
        guint rows = (n + tried[i] - 1) / tried[i], best_rows = (n + best - 1) / best;
        if (widest <= width_mm / tried[i] && (rows < best_rows || (rows == best_rows && best == 1)))
            best = tried[i];
    }
    return best;
}

static guint
flow_equal(Cell *cells, guint n, guint columns)
{
    for (guint i = 0; i < n; i++) {
        cells[i].row = i / columns;
        cells[i].column = i % columns;
        cells[i].span = 1;
    }
    return (n + columns - 1) / columns;
}

static guint
flow_spans(Cell *cells, guint n, double width_mm)
{
    guint row = 0, column = 0;
    for (guint i = 0; i < n; i++) {
        guint span = CLAMP((guint)ceil((cells[i].need_mm - SQUEEZE_MM) / (width_mm / LATTICE)), 1, LATTICE);
        if (column + span > LATTICE) {
            row++;
            column = 0;
        }
        cells[i].row = row;
        cells[i].column = column;
        cells[i].span = span;
        column += span;
    }
    return row + 1;
}

/* Puts the cells onto rows; returns the number of columns that the width is divided by. */
static guint
arrange(Cell *cells, guint n, double width_mm, guint wished)
{
    guint columns = equal_columns(cells, n, width_mm, wished);
    guint rows = flow_equal(cells, n, columns);
    gboolean write_in = FALSE;
    for (guint i = 0; i < n; i++)
        write_in |= cells[i].write_in != NULL;
    /* a write-in gets what its row has left: unequal columns leave it more */
    guint span_rows = wished > 0 ? G_MAXUINT : flow_spans(cells, n, width_mm);
    if (span_rows > rows || (span_rows == rows && !(write_in && rows == 1))) {
        flow_equal(cells, n, columns);
        return columns;
    }
    return LATTICE;
}

typedef struct {
    LayoutBuild *build;
    LayoutBlock *block;
    const FormQuestion *question;
    LayoutField *field;
    const Cell *cells;
    guint n, columns;
    FormRect place;
} Options;

static double
cell_width(const Options *options, guint i)
{
    const Cell *cell = &options->cells[i];
    gboolean last = i + 1 == options->n || options->cells[i + 1].row != cell->row;
    double column_mm = options->place.w_mm / options->columns;
    if (last && cell->write_in)
        return options->place.w_mm - cell->column * column_mm;
    return cell->span * column_mm - (COLUMN_GAP_MM - SQUEEZE_MM) + 0.1;
}

static void
draw_write_in(const Options *options, const FormItem *item, FormRect box)
{
    LayoutField *field = layout_block_field(options->block, item->question);
    layout_block_box(options->block, field, box, item->cells);
}

/* One row of options, its top at `y_mm`; returns its height. */
static double
draw_row(const Options *options, guint from, guint to, double y_mm)
{
    LayoutType *type = options->build->type;
    double cap_mm = 0.357 * type->size_pt[LAYOUT_BODY] * LAYOUT_MM_PER_PT;
    double least_mm = ROW_MM;
    for (guint i = from; i < to; i++)
        if (options->cells[i].write_in)
            least_mm = MAX(WRITE_ROW_MM, options->cells[i].write_in->box_mm + 1.2);
    double centre_mm = least_mm / 2, height_mm = least_mm;
    for (guint i = from; i < to; i++) {
        const Cell *cell = &options->cells[i];
        const FormChoice *choice = options->question->choices->pdata[i];
        double x_mm = options->place.x_mm + cell->column * options->place.w_mm / options->columns;
        double text_x_mm = x_mm + LAYOUT_BUBBLE_W_MM + TEXT_GAP_MM;
        double room_mm = cell_width(options, i) - (text_x_mm - x_mm);
        const char *label = form_text_get(choice->label, options->build->language);
        PangoLayout *text = layout_type_set(type, LAYOUT_BODY, label,
                                            room_mm - (cell->write_in ? WRITE_MIN_MM : 0), PANGO_ALIGN_LEFT);
        double text_y_mm = y_mm + centre_mm - (layout_text_baseline_mm(text) - cap_mm);
        height_mm = MAX(height_mm, text_y_mm - y_mm + layout_text_height_mm(text) + 0.4);
        if (cell->write_in) {
            double box_x_mm = text_x_mm + layout_text_width_mm(text) + 2;
            double box_h_mm = cell->write_in->box_mm > 0 ? cell->write_in->box_mm : WRITE_BOX_MM;
            draw_write_in(options, cell->write_in,
                          (FormRect){box_x_mm, y_mm + centre_mm - box_h_mm / 2,
                                     text_x_mm + room_mm - box_x_mm, box_h_mm});
        }
        layout_block_text(options->block, text, text_x_mm, text_y_mm, 0);
        layout_block_option(options->block, type, options->field, i, x_mm + LAYOUT_BUBBLE_W_MM / 2,
                            y_mm + centre_mm);
    }
    return height_mm;
}

double
layout_choices(LayoutBuild *build, LayoutBlock *block, const FormItem *item, FormRect place)
{
    const FormQuestion *question = item->question;
    guint n = question->choices->len;
    g_autofree Cell *cells = g_new0(Cell, MAX(n, 1));
    for (guint i = 0; i < n; i++) {
        const FormChoice *choice = question->choices->pdata[i];
        g_autoptr(PangoLayout) text = layout_type_set(
            build->type, LAYOUT_BODY, form_text_get(choice->label, build->language), -1, PANGO_ALIGN_LEFT);
        cells[i].write_in = layout_write_in(build->definition, question, choice->value);
        cells[i].need_mm = LAYOUT_BUBBLE_W_MM + TEXT_GAP_MM + layout_text_width_mm(text) + COLUMN_GAP_MM;
        if (cells[i].write_in)
            cells[i].need_mm += WRITE_MIN_MM + 2;
    }
    guint columns = arrange(cells, n, place.w_mm, item->columns);
    Options options = {
        .build = build,
        .block = block,
        .question = question,
        .field = layout_block_field(block, question),
        .cells = cells,
        .n = n,
        .columns = columns,
        .place = place,
    };
    double height_mm = 0;
    for (guint from = 0, to; from < n; from = to) {
        for (to = from; to < n && cells[to].row == cells[from].row; to++)
            ;
        height_mm += draw_row(&options, from, to, place.y_mm + height_mm);
    }
    return height_mm;
}
