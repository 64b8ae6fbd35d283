#include <glib/gi18n-lib.h>
#include <math.h>

#include "form-error.h"
#include "layout-private.h"

/* Pages are evened out by filling them only as high as the number of pages asks for, but never less than this
 * share, so that a last page with little on it stays short rather than every page. */
#define LEAST_FILL 0.80

typedef struct {
    const GPtrArray *blocks;
    double first_mm, other_mm; /* room on a page */
} Flow;

static LayoutBlock *
block_at(const Flow *flow, guint i)
{
    return flow->blocks->pdata[i];
}

static void
placed_clear(gpointer data)
{
    layout_block_unref(((LayoutPlaced *)data)->block);
}

/* The end of the run of blocks from `i` that must stay together. */
static guint
unit_end(const Flow *flow, guint i)
{
    while (i + 1 < flow->blocks->len && block_at(flow, i)->keep_next)
        i++;
    return i + 1;
}

/* Height of the unit at `y_mm`, with what stands above it. */
static double
unit_height(const Flow *flow, guint from, guint to, double y_mm)
{
    double height_mm = 0;
    if (y_mm <= 0 && block_at(flow, from)->again)
        height_mm += block_at(flow, from)->again->height_mm;
    for (guint i = from; i < to; i++)
        height_mm +=
            block_at(flow, i)->height_mm + (y_mm <= 0 && i == from ? 0 : block_at(flow, i)->before_mm);
    return height_mm;
}

/* Indices of the blocks that begin a page when pages are filled to `fill` of their room; NULL when a unit is
 * too high, which `too_high` then names. */
static GArray *
page_starts(const Flow *flow, double fill, guint *too_high)
{
    GArray *starts = g_array_new(FALSE, FALSE, sizeof(guint));
    double y_mm = 0, room_mm = 0;
    for (guint i = 0, to; i < flow->blocks->len; i = to) {
        to = unit_end(flow, i);
        gboolean next = starts->len == 0 || block_at(flow, i)->page_break ||
                        y_mm + unit_height(flow, i, to, y_mm) > room_mm * fill + 0.001;
        if (next) {
            g_array_append_val(starts, i);
            room_mm = starts->len == 1 ? flow->first_mm : flow->other_mm;
            y_mm = 0;
        }
        y_mm += unit_height(flow, i, to, y_mm);
        if (y_mm > room_mm * (next ? 1 : fill) + 0.001) {
            *too_high = i;
            g_array_unref(starts);
            return NULL;
        }
    }
    return starts;
}

/* The most even division into no more pages than the fullest needs. */
static GArray *
even_starts(const Flow *flow, GError **error)
{
    guint too_high = 0;
    GArray *best = page_starts(flow, 1, &too_high);
    if (!best) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                    _("%s does not fit on one page; shorten its texts, or split it into several questions"),
                    block_at(flow, too_high)->name);
        return NULL;
    }
    double low = LEAST_FILL, high = 1;
    for (int step = 0; step < 12; step++) {
        double fill = (low + high) / 2;
        GArray *tried = page_starts(flow, fill, &too_high);
        if (tried && tried->len <= best->len) {
            g_array_unref(best);
            best = tried;
            high = fill;
        } else {
            if (tried)
                g_array_unref(tried);
            low = fill;
        }
    }
    return best;
}

static void
place(GArray *page, LayoutBlock *block, double *y_mm, double give)
{
    if (page->len > 0)
        *y_mm += block->before_mm + give * block->stretch_mm;
    LayoutPlaced placed = {layout_block_ref(block), round(*y_mm * 100) / 100,
                           block->height_mm + give * block->grow_mm};
    *y_mm += placed.height_mm;
    g_array_append_val(page, placed);
}

static GArray *
fill_page(const Flow *flow, guint from, guint to, double give)
{
    GArray *page = g_array_new(FALSE, FALSE, sizeof(LayoutPlaced));
    g_array_set_clear_func(page, placed_clear);
    double y_mm = 0;
    if (block_at(flow, from)->again)
        place(page, block_at(flow, from)->again, &y_mm, give);
    for (guint i = from; i < to; i++)
        place(page, block_at(flow, i), &y_mm, give);
    return page;
}

/* How much of every block's give, 0 … 1, spreads the page over its room. */
static double
page_give(const Flow *flow, guint from, guint to, double room_mm)
{
    double used_mm = unit_height(flow, from, to, 0), give_mm = 0;
    for (guint i = from; i < to; i++)
        give_mm += block_at(flow, i)->grow_mm + (i > from ? block_at(flow, i)->stretch_mm : 0);
    return give_mm > 0 ? CLAMP((room_mm - used_mm) / give_mm, 0, 1) : 0;
}

GPtrArray *
layout_flow(const GPtrArray *blocks, double first_mm, double other_mm, GError **error)
{
    Flow flow = {blocks, first_mm, other_mm};
    GArray *starts = even_starts(&flow, error);
    if (!starts)
        return NULL;
    GPtrArray *pages = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    for (guint i = 0; i < starts->len; i++) {
        guint from = g_array_index(starts, guint, i);
        guint to = i + 1 < starts->len ? g_array_index(starts, guint, i + 1) : blocks->len;
        double give = page_give(&flow, from, to, i == 0 ? first_mm : other_mm);
        g_ptr_array_add(pages, fill_page(&flow, from, to, give));
    }
    g_array_unref(starts);
    return pages;
}

void
layout_page_free(LayoutPage *page)
{
    if (!page)
        return;
    layout_block_unref(page->frame);
    if (page->placed)
        g_array_unref(page->placed);
    g_free(page);
}

void
layout_page_draw(const LayoutPage *page, cairo_t *cr)
{
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_rectangle(cr, 0, 0, LAYOUT_PAGE_W_MM, LAYOUT_PAGE_H_MM);
    cairo_fill(cr);
    for (guint i = 0; i < page->placed->len; i++) {
        const LayoutPlaced *placed = &g_array_index(page->placed, LayoutPlaced, i);
        double tint = placed->block->tint;
        if (tint >= 1)
            continue;
        cairo_set_source_rgb(cr, tint, tint, tint);
        cairo_rectangle(cr, LAYOUT_LEFT_MM, placed->y_mm, LAYOUT_WIDTH_MM, placed->height_mm);
        cairo_fill(cr);
    }
    for (guint i = 0; i < page->placed->len; i++) {
        const LayoutPlaced *placed = &g_array_index(page->placed, LayoutPlaced, i);
        layout_block_draw(placed->block, cr, layout_placed_top(placed));
    }
    layout_block_draw(page->frame, cr, 0);
}
