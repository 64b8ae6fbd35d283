#include <math.h>
#include <string.h>

#include "layout-private.h"

#define OUTLINE_MM 0.18
#define NUMBER_GREY                                                                                          \
    0.58 /* the number in a bubble: seen on paper and in a 300 dpi scan, far lighter than ink or pencil */

static void
ink_clear(gpointer data)
{
    LayoutInk *ink = data;
    g_clear_object(&ink->text);
}

static void
field_free(gpointer data)
{
    LayoutField *field = data;
    g_array_unref(field->options);
    g_free(field);
}

LayoutBlock *
layout_block_new(const char *name)
{
    LayoutBlock *block = g_new0(LayoutBlock, 1);
    block->name = g_strdup(name);
    block->tint = 1;
    block->inks = g_array_new(FALSE, TRUE, sizeof(LayoutInk));
    g_array_set_clear_func(block->inks, ink_clear);
    block->fields = g_ptr_array_new_with_free_func(field_free);
    block->refs = 1;
    return block;
}

LayoutBlock *
layout_block_ref(LayoutBlock *block)
{
    block->refs++;
    return block;
}

void
layout_block_unref(LayoutBlock *block)
{
    if (!block || --block->refs > 0)
        return;
    layout_block_unref(block->again);
    g_array_unref(block->inks);
    g_ptr_array_unref(block->fields);
    g_free(block->name);
    g_free(block);
}

void
layout_block_text(LayoutBlock *block, PangoLayout *text, double x_mm, double y_mm, double grey)
{
    LayoutInk ink = {.kind = LAYOUT_INK_TEXT, .rect = {x_mm, y_mm, 0, 0}, .grey = grey, .text = text};
    g_array_append_val(block->inks, ink);
}

void
layout_block_fill(LayoutBlock *block, FormRect rect, double grey)
{
    LayoutInk ink = {.kind = LAYOUT_INK_FILL, .rect = rect, .grey = grey};
    g_array_append_val(block->inks, ink);
}

void
layout_block_frame(LayoutBlock *block, FormRect rect, double line_mm, double grey)
{
    LayoutInk ink = {.kind = LAYOUT_INK_FRAME, .rect = rect, .line_mm = line_mm, .grey = grey};
    g_array_append_val(block->inks, ink);
}

void
layout_block_line(LayoutBlock *block, double x_mm, double y_mm, double w_mm, double line_mm, double grey)
{
    LayoutInk ink = {
        .kind = LAYOUT_INK_LINE, .rect = {x_mm, y_mm, w_mm, 0}, .line_mm = line_mm, .grey = grey};
    g_array_append_val(block->inks, ink);
}

void
layout_block_mark(LayoutBlock *block, FormRect rect, LayoutMark mark)
{
    LayoutInk ink = {.kind = LAYOUT_INK_MARK, .rect = rect, .mark = mark};
    g_array_append_val(block->inks, ink);
}

void
layout_block_bubble(LayoutBlock *block, FormRect rect, FormShape shape, PangoLayout *number)
{
    LayoutInk ink = {.kind = LAYOUT_INK_BUBBLE, .rect = rect, .shape = shape, .text = number};
    g_array_append_val(block->inks, ink);
}

LayoutField *
layout_block_field(LayoutBlock *block, const FormQuestion *question)
{
    LayoutField *field = g_new0(LayoutField, 1);
    field->question = question;
    field->options = g_array_new(FALSE, TRUE, sizeof(LayoutOption));
    g_ptr_array_add(block->fields, field);
    return field;
}

static double
hundredths(double mm)
{
    return round(mm * 100) / 100;
}

/* Whether any choice has that text for its code. */
static gboolean
is_a_code(const FormQuestion *question, const char *text)
{
    for (guint i = 0; i < question->choices->len; i++)
        if (strcmp(((const FormChoice *)question->choices->pdata[i])->value, text) == 0)
            return TRUE;
    return FALSE;
}

/* What stands in a bubble: the choice's code where it is short; else its place in the list, or nothing where
 * that is another choice's code. */
static void
bubble_text(const FormQuestion *question, guint choice, char text[12])
{
    const FormChoice *of = question->choices->pdata[choice];
    if (g_utf8_strlen(of->value, -1) <= 2) {
        g_strlcpy(text, of->value, 12);
        return;
    }
    g_snprintf(text, 12, "%u", choice + 1);
    if (is_a_code(question, text))
        text[0] = '\0';
}

void
layout_block_option(LayoutBlock *block, LayoutType *type, LayoutField *field, guint choice, double x_mm,
                    double y_mm)
{
    const FormChoice *of = field->question->choices->pdata[choice];
    gboolean many = field->question->type == FORM_SELECT_MULTIPLE;
    double w_mm = many ? LAYOUT_BUBBLE_H_MM : LAYOUT_BUBBLE_W_MM;
    FormRect rect = {hundredths(x_mm) - w_mm / 2, hundredths(y_mm) - LAYOUT_BUBBLE_H_MM / 2, w_mm,
                     LAYOUT_BUBBLE_H_MM};
    char shown[12];
    bubble_text(field->question, choice, shown);
    PangoLayout *number = layout_type_set(type, LAYOUT_NUMBER, shown, -1, PANGO_ALIGN_LEFT);
    FormShape shape = many ? FORM_SHAPE_BOX : FORM_SHAPE_ELLIPSE;
    layout_block_bubble(block, rect, shape, number);
    LayoutOption option = {of->value, rect, shape};
    g_array_append_val(field->options, option);
}

void
layout_block_box(LayoutBlock *block, LayoutField *field, FormRect box, int cells)
{
    box = (FormRect){hundredths(box.x_mm), hundredths(box.y_mm), hundredths(box.w_mm), hundredths(box.h_mm)};
    layout_block_fill(block, box, 1);
    for (int i = 1; i < cells; i++) {
        double x_mm = box.x_mm + box.w_mm * i / cells;
        LayoutInk ink = {
            .kind = LAYOUT_INK_LINE, .rect = {x_mm, box.y_mm, 0, box.h_mm}, .line_mm = 0.15, .grey = 0.6};
        g_array_append_val(block->inks, ink);
    }
    layout_block_frame(block, box, OUTLINE_MM, 0);
    field->has_box = TRUE;
    field->box = box;
    field->cells = cells;
}

static void
path_shape(cairo_t *cr, FormRect rect, FormShape shape)
{
    cairo_new_path(cr);
    if (shape == FORM_SHAPE_ELLIPSE) {
        cairo_save(cr);
        cairo_translate(cr, rect.x_mm + rect.w_mm / 2, rect.y_mm + rect.h_mm / 2);
        cairo_scale(cr, rect.w_mm / 2, rect.h_mm / 2);
        cairo_arc(cr, 0, 0, 1, 0, 2 * G_PI);
        cairo_close_path(cr);
        cairo_restore(cr);
        return;
    }
    const double r = 0.7;
    double x0 = rect.x_mm + r, x1 = rect.x_mm + rect.w_mm - r, y0 = rect.y_mm + r,
           y1 = rect.y_mm + rect.h_mm - r;
    cairo_arc(cr, x1, y0, r, -G_PI_2, 0);
    cairo_arc(cr, x1, y1, r, 0, G_PI_2);
    cairo_arc(cr, x0, y1, r, G_PI_2, G_PI);
    cairo_arc(cr, x0, y0, r, G_PI, 3 * G_PI_2);
    cairo_close_path(cr);
}

/* The outline's outer edge is the rect's. */
static FormRect
inset(FormRect rect, double mm)
{
    return (FormRect){rect.x_mm + mm, rect.y_mm + mm, rect.w_mm - 2 * mm, rect.h_mm - 2 * mm};
}

static void
draw_text(cairo_t *cr, PangoLayout *text, double x_mm, double y_mm)
{
    cairo_save(cr);
    cairo_translate(cr, x_mm, y_mm);
    cairo_scale(cr, LAYOUT_MM_PER_PT, LAYOUT_MM_PER_PT);
    pango_cairo_show_layout(cr, text);
    cairo_restore(cr);
}

static void
draw_bubble(cairo_t *cr, const LayoutInk *ink)
{
    path_shape(cr, inset(ink->rect, OUTLINE_MM / 2), ink->shape);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_fill_preserve(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_set_line_width(cr, OUTLINE_MM);
    cairo_stroke(cr);
    if (!ink->text)
        return;
    PangoRectangle inked;
    pango_layout_get_extents(ink->text, &inked, NULL);
    double mm = LAYOUT_MM_PER_PT / PANGO_SCALE;
    cairo_set_source_rgb(cr, NUMBER_GREY, NUMBER_GREY, NUMBER_GREY);
    draw_text(cr, ink->text, ink->rect.x_mm + ink->rect.w_mm / 2 - (inked.x + inked.width / 2.0) * mm,
              ink->rect.y_mm + ink->rect.h_mm / 2 - (inked.y + inked.height / 2.0) * mm);
}

static void
draw_scribble(cairo_t *cr)
{
    static const double zigzag[][2] = {{0.02, 0.62}, {0.34, 0.06}, {0.22, 0.84}, {0.56, 0.02},
                                       {0.42, 0.98}, {0.76, 0.10}, {0.64, 0.90}, {0.98, 0.30}};
    cairo_move_to(cr, zigzag[0][0], zigzag[0][1]);
    for (gsize i = 1; i < G_N_ELEMENTS(zigzag); i++)
        cairo_line_to(cr, zigzag[i][0], zigzag[i][1]);
}

/* As a pen would make it, in the rect's own unit square. */
static void
draw_mark(cairo_t *cr, const LayoutInk *ink)
{
    cairo_save(cr);
    cairo_translate(cr, ink->rect.x_mm, ink->rect.y_mm);
    cairo_scale(cr, ink->rect.w_mm, ink->rect.h_mm);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_width(cr, ink->mark == LAYOUT_MARK_SCRIBBLE ? 0.10 : 0.13);
    cairo_new_path(cr);
    switch (ink->mark) {
    case LAYOUT_MARK_FILL:
        cairo_arc(cr, 0.5, 0.5, 0.4, 0, 2 * G_PI);
        cairo_fill(cr);
        break;
    case LAYOUT_MARK_TICK:
        cairo_move_to(cr, 0.20, 0.50);
        cairo_line_to(cr, 0.43, 0.80);
        cairo_line_to(cr, 0.95, -0.05);
        cairo_stroke(cr);
        break;
    case LAYOUT_MARK_CROSS:
        cairo_move_to(cr, 0.18, 0.16);
        cairo_line_to(cr, 0.82, 0.86);
        cairo_move_to(cr, 0.82, 0.14);
        cairo_line_to(cr, 0.18, 0.86);
        cairo_stroke(cr);
        break;
    case LAYOUT_MARK_SCRIBBLE:
        draw_scribble(cr);
        cairo_stroke(cr);
        break;
    }
    cairo_restore(cr);
}

static void
draw_ink(cairo_t *cr, const LayoutInk *ink)
{
    const FormRect *r = &ink->rect;
    cairo_set_source_rgb(cr, ink->grey, ink->grey, ink->grey);
    cairo_set_line_width(cr, ink->line_mm);
    switch (ink->kind) {
    case LAYOUT_INK_TEXT:
        draw_text(cr, ink->text, r->x_mm, r->y_mm);
        break;
    case LAYOUT_INK_FILL:
        cairo_rectangle(cr, r->x_mm, r->y_mm, r->w_mm, r->h_mm);
        cairo_fill(cr);
        break;
    case LAYOUT_INK_FRAME: {
        FormRect in = inset(*r, ink->line_mm / 2);
        cairo_rectangle(cr, in.x_mm, in.y_mm, in.w_mm, in.h_mm);
        cairo_stroke(cr);
        break;
    }
    case LAYOUT_INK_LINE:
        cairo_move_to(cr, r->x_mm, r->y_mm);
        cairo_line_to(cr, r->x_mm + r->w_mm, r->y_mm + r->h_mm);
        cairo_stroke(cr);
        break;
    case LAYOUT_INK_BUBBLE:
        draw_bubble(cr, ink);
        break;
    case LAYOUT_INK_MARK:
        draw_mark(cr, ink);
        break;
    }
}

void
layout_block_draw(const LayoutBlock *block, cairo_t *cr, double y_mm)
{
    cairo_save(cr);
    cairo_translate(cr, 0, y_mm);
    for (guint i = 0; i < block->inks->len; i++)
        draw_ink(cr, &g_array_index(block->inks, LayoutInk, i));
    cairo_restore(cr);
}
