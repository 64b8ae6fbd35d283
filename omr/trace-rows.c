/* Rows of like shapes, blocks of like rows, and names in reading order. */
#include <math.h>

#include "trace-private.h"

#define IN_ROW        0.35 /* of the height: so far off still stands in the same row */
#define SPLIT         1.6  /* times the least gap: a wider one may part two questions … */
#define EVEN          0.2  /* … where the gaps of either are even within this share */
#define DOWN_MM       15.0 /* single shapes below each other at most so far apart are one question */
#define DOWN_STEP     1.7  /* times the least step: a wider one parts two */
#define BLOCK_STEP    2.6  /* times the height of a row's shapes or … */
#define BLOCK_MM      14.0 /* … so far apart: rows of a block */
#define SAME_PLACE_MM 2.0  /* of rows that begin below each other */
#define TOP_MM        6.0  /* blocks that begin so near to the same height stand side by side */
#define BOX_INK       0.04

typedef struct {
    GArray *shapes; /* of TraceShape */
    double left, top, right, bottom;
    int kind, block;
} Row;

static void
row_free(gpointer data)
{
    Row *row = data;
    g_array_unref(row->shapes);
    g_free(row);
}

static int
by_kind_and_y(gconstpointer a, gconstpointer b)
{
    const TraceShape *s = a, *t = b;
    return s->kind != t->kind ? s->kind - t->kind : (s->y > t->y) - (s->y < t->y);
}

static int
by_x(gconstpointer a, gconstpointer b)
{
    const TraceShape *s = a, *t = b;
    return (s->x > t->x) - (s->x < t->x);
}

static void
add_row(GPtrArray *rows, const TraceShape *shapes, guint n)
{
    Row *row = g_new0(Row, 1);
    row->shapes = g_array_new(FALSE, FALSE, sizeof(TraceShape));
    g_array_append_vals(row->shapes, shapes, n);
    row->kind = shapes[0].kind;
    row->left = row->top = G_MAXDOUBLE;
    for (guint i = 0; i < n; i++) {
        row->left = MIN(row->left, shapes[i].x - shapes[i].w / 2);
        row->right = MAX(row->right, shapes[i].x + shapes[i].w / 2);
        row->top = MIN(row->top, shapes[i].y - shapes[i].h / 2);
        row->bottom = MAX(row->bottom, shapes[i].y + shapes[i].h / 2);
    }
    g_ptr_array_add(rows, row);
}

/* Whether each piece between wide gaps has even gaps and at least two shapes: questions side by side. Where
 * labels stand between the shapes, gaps differ and the row is one question. */
static gboolean
is_regular(const TraceShape *shapes, guint n, double wide)
{
    double first = 0;
    guint length = 1;
    for (guint i = 1; i <= n; i++) {
        double gap = i < n ? shapes[i].x - shapes[i - 1].x : G_MAXDOUBLE;
        if (gap > wide) {
            if (length < 2)
                return FALSE;
            length = 1;
            first = 0;
            continue;
        }
        if (first == 0)
            first = gap;
        if (fabs(gap - first) > EVEN * first)
            return FALSE;
        length++;
    }
    return TRUE;
}

/* One line of shapes, from left to right. */
static void
split_line(GPtrArray *rows, TraceShape *shapes, guint n)
{
    double least = G_MAXDOUBLE;
    for (guint i = 1; i < n; i++)
        least = MIN(least, shapes[i].x - shapes[i - 1].x);
    double wide = SPLIT * least;
    gboolean regular = n > 2 && is_regular(shapes, n, wide);
    guint from = 0;
    for (guint i = 1; i <= n; i++) {
        if (i < n && (!regular || shapes[i].x - shapes[i - 1].x <= wide))
            continue;
        add_row(rows, shapes + from, i - from);
        from = i;
    }
}

static GPtrArray *
find_rows(const GArray *options)
{
    GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);
    g_autoptr(GArray) sorted = g_array_new(FALSE, FALSE, sizeof(TraceShape));
    g_array_append_vals(sorted, options->data, options->len);
    g_array_sort(sorted, by_kind_and_y);
    TraceShape *shapes = (TraceShape *)(void *)sorted->data;
    for (guint from = 0; from < sorted->len;) {
        guint to = from + 1;
        double sum = shapes[from].y;
        while (to < sorted->len && shapes[to].kind == shapes[from].kind &&
               fabs(shapes[to].y - sum / (to - from)) < IN_ROW * shapes[from].h)
            sum += shapes[to++].y;
        qsort(shapes + from, to - from, sizeof *shapes, by_x);
        split_line(rows, shapes + from, to - from);
        from = to;
    }
    return rows;
}

static int
singles_first(gconstpointer a, gconstpointer b)
{
    const Row *r = *(Row *const *)a, *s = *(Row *const *)b;
    gboolean single_r = r->shapes->len == 1, single_s = s->shapes->len == 1;
    if (single_r != single_s)
        return single_s - single_r;
    return (r->top > s->top) - (r->top < s->top);
}

static gboolean
goes_on(const Row *above, const Row *below, double px_per_mm, double least)
{
    double step = below->top - above->top;
    return below->kind == above->kind &&
           fabs(below->left - above->left) < IN_ROW * (above->right - above->left) && step > 0 &&
           step < DOWN_MM * px_per_mm && step < DOWN_STEP * least;
}

/* Single shapes below each other become one row whose options go downwards. */
static void
join_singles(GPtrArray *rows, double px_per_mm)
{
    g_ptr_array_sort(rows, singles_first);
    for (guint i = 0; i < rows->len; i++) {
        Row *row = rows->pdata[i];
        if (row->shapes->len != 1)
            return;
        Row last = *row;
        double least = G_MAXDOUBLE;
        for (guint k = i + 1; k < rows->len;) {
            Row *next = rows->pdata[k];
            if (next->shapes->len != 1 ||
                !goes_on(&last, next, px_per_mm, least == G_MAXDOUBLE ? 1e6 : least)) {
                k++;
                continue;
            }
            least = MIN(least, next->top - last.top);
            last = *next;
            g_array_append_vals(row->shapes, next->shapes->data, 1);
            row->bottom = MAX(row->bottom, next->bottom);
            row->right = MAX(row->right, next->right);
            g_ptr_array_remove_index(rows, k);
        }
        if (row->shapes->len > 1) {
            /* It is no single any more: let it pass to the others. */
            g_ptr_array_add(rows, g_ptr_array_steal_index(rows, i));
            i--;
        }
    }
}

static int
by_top(gconstpointer a, gconstpointer b)
{
    const Row *r = *(Row *const *)a, *s = *(Row *const *)b;
    return (r->top > s->top) - (r->top < s->top);
}

static gboolean
same_block(const Row *above, const Row *below, double px_per_mm)
{
    double step = below->top - above->bottom, height = above->bottom - above->top;
    return above->kind == below->kind && above->shapes->len == below->shapes->len &&
           fabs(above->left - below->left) < SAME_PLACE_MM * px_per_mm &&
           fabs(above->right - below->right) < SAME_PLACE_MM * px_per_mm && step >= 0 &&
           step < MAX(BLOCK_STEP * height, BLOCK_MM * px_per_mm);
}

typedef struct {
    double left, top;
    int block;
} Block;

static int
by_block_top(gconstpointer a, gconstpointer b)
{
    const Block *s = a, *t = b;
    return (s->top > t->top) - (s->top < t->top);
}

static int
by_block_left(gconstpointer a, gconstpointer b)
{
    const Block *s = a, *t = b;
    return (s->left > t->left) - (s->left < t->left);
}

/* Blocks from top to bottom, those side by side from left to right; `order` tells each block's number. */
static void
order_blocks(GArray *blocks, double px_per_mm, int *order)
{
    g_array_sort(blocks, by_block_top);
    Block *all = (Block *)(void *)blocks->data;
    for (guint from = 0; from < blocks->len;) {
        guint to = from + 1;
        while (to < blocks->len && all[to].top - all[from].top < TOP_MM * px_per_mm)
            to++;
        qsort(all + from, to - from, sizeof *all, by_block_left);
        from = to;
    }
    for (guint i = 0; i < blocks->len; i++)
        order[all[i].block] = (int)i;
}

static int
by_block(gconstpointer a, gconstpointer b)
{
    const Row *r = *(Row *const *)a, *s = *(Row *const *)b;
    return r->block != s->block ? r->block - s->block : (r->top > s->top) - (r->top < s->top);
}

/* Like rows below each other are one block. */
static int
find_blocks(GPtrArray *rows, double px_per_mm)
{
    g_autoptr(GArray) blocks = g_array_new(FALSE, FALSE, sizeof(Block));
    g_ptr_array_sort(rows, by_top);
    for (guint i = 0; i < rows->len; i++) {
        Row *row = rows->pdata[i];
        row->block = -1;
        for (guint k = i; k-- > 0 && row->block < 0;)
            if (same_block(rows->pdata[k], row, px_per_mm))
                row->block = ((const Row *)rows->pdata[k])->block;
        if (row->block >= 0)
            continue;
        Block block = {row->left, row->top, (int)blocks->len};
        row->block = block.block;
        g_array_append_val(blocks, block);
    }
    g_autofree int *order = g_new(int, blocks->len + 1);
    order_blocks(blocks, px_per_mm, order);
    for (guint i = 0; i < rows->len; i++)
        ((Row *)rows->pdata[i])->block = order[((const Row *)rows->pdata[i])->block];
    g_ptr_array_sort(rows, by_block);
    return (int)blocks->len;
}

/* Neighbours in a block tell a shape's size better than its own outline. */
static FormOption
option_of(const TraceShape *shape, double px_per_mm)
{
    return (FormOption){.x_mm = shape->x / px_per_mm,
                        .y_mm = shape->y / px_per_mm,
                        .w_mm = shape->w / px_per_mm,
                        .h_mm = shape->h / px_per_mm,
                        .shape = shape->shape};
}

void
trace_make_fields(OmrTrace *trace, const GArray *options, double px_per_mm)
{
    g_autoptr(GPtrArray) rows = find_rows(options);
    join_singles(rows, px_per_mm);
    trace->n_blocks = find_blocks(rows, px_per_mm);
    for (guint i = 0; i < rows->len && i < FORM_MAX_FIELDS / 2; i++) {
        const Row *row = rows->pdata[i];
        OmrTraceField *field = g_new0(OmrTraceField, 1);
        field->name = g_strdup_printf("q%u", i + 1);
        field->block = row->block;
        field->options = g_array_new(FALSE, FALSE, sizeof(FormOption));
        for (guint k = 0; k < row->shapes->len; k++) {
            FormOption option = option_of(&g_array_index(row->shapes, TraceShape, k), px_per_mm);
            g_array_append_val(field->options, option);
        }
        g_ptr_array_add(trace->fields, field);
    }
}

static gboolean
holds_option(const TraceShape *box, const GArray *options)
{
    for (guint i = 0; i < options->len; i++) {
        const TraceShape *option = &g_array_index(options, TraceShape, i);
        if (fabs(option->x - box->x) < box->w / 2 && fabs(option->y - box->y) < box->h / 2)
            return TRUE;
    }
    return FALSE;
}

/* A box that lies in or about another: the one of cells is meant, else the inner one. */
static gboolean
is_shadowed(const GArray *boxes, guint i)
{
    const TraceShape *box = &g_array_index(boxes, TraceShape, i);
    for (guint k = 0; k < boxes->len; k++) {
        const TraceShape *other = &g_array_index(boxes, TraceShape, k);
        if (k == i || fabs(other->x - box->x) > (other->w + box->w) / 2.1 ||
            fabs(other->y - box->y) > (other->h + box->h) / 2.1)
            continue;
        int cells = MAX(0, box->group), others = MAX(0, other->group);
        if (others != cells ? others > cells : other->w * other->h < box->w * box->h)
            return TRUE;
    }
    return FALSE;
}

static int
by_place(gconstpointer a, gconstpointer b)
{
    const TraceShape *s = a, *t = b;
    double apart = s->y - t->y;
    if (fabs(apart) > MIN(s->h, t->h) / 2)
        return (apart > 0) - (apart < 0);
    return (s->x > t->x) - (s->x < t->x);
}

void
trace_make_boxes(OmrTrace *trace, const GArray *boxes, const GArray *options, double px_per_mm)
{
    g_autoptr(GArray) kept = g_array_new(FALSE, FALSE, sizeof(TraceShape));
    for (guint i = 0; i < boxes->len; i++) {
        const TraceShape *box = &g_array_index(boxes, TraceShape, i);
        if ((box->ink <= BOX_INK || box->group > 1) && !holds_option(box, options) && !is_shadowed(boxes, i))
            g_array_append_val(kept, *box);
    }
    g_array_sort(kept, by_place);
    for (guint i = 0; i < kept->len && i < FORM_MAX_FIELDS / 2; i++) {
        const TraceShape *shape = &g_array_index(kept, TraceShape, i);
        OmrTraceBox *box = g_new0(OmrTraceBox, 1);
        box->name = g_strdup_printf("t%u", i + 1);
        box->cells = shape->group > 1 ? shape->group : 0;
        box->box = (FormRect){(shape->x - shape->w / 2) / px_per_mm, (shape->y - shape->h / 2) / px_per_mm,
                              shape->w / px_per_mm, shape->h / px_per_mm};
        g_ptr_array_add(trace->boxes, box);
    }
}
