/* What surrounds the content of every page: fiducials, titles, page number, and the places that a copy's QRs,
 * serial and head are printed into. */
#include <string.h>

#include "layout-private.h"

/* A serial of 20 characters makes a QR of 29 to 33 modules, so with the quiet zone a module of at least 0.48
 * mm; SIPAS with serials of 7 digits has 25 modules of 0.6 mm. */
#define QR_MM          20.0
#define EDGE_MM        8.0
#define CORNER_MM      5.0
#define SIDE_MM        3.0
#define HEAD_LINES     2
#define TITLE_GAP_MM   1.6
#define CONTENT_GAP_MM 3.0
#define BAND_GAP_MM    2.5

/* Tops of the squares along the sides: no two alike when the page is turned by 180°, so that every one tells
 * its place. */
static const double left_mm[] = {60.0, 146.0, 225.0};
static const double right_mm[] = {85.0, 200.0};

static const double band_top_mm = LAYOUT_PAGE_H_MM - EDGE_MM - QR_MM;
static const double head_w_mm = LAYOUT_WIDTH_MM - QR_MM - 6;

double
layout_frame_bottom_mm(void)
{
    return band_top_mm - BAND_GAP_MM;
}

static double
head_height(LayoutBuild *build)
{
    g_autoptr(PangoLayout) line = layout_type_set(build->type, LAYOUT_SMALL, "X\nX", -1, PANGO_ALIGN_LEFT);
    return form_text_is_empty(build->definition->head) ? 0 : layout_text_height_mm(line) + 0.4;
}

/* The title's first line; the rest, set smaller, goes to `rest` (NULL where there is none). The caller frees
 * both. */
static char *
title_line(LayoutBuild *build, char **rest)
{
    const char *title = form_text_get(build->definition->title, build->language);
    const char *end = strchr(title, '\n');
    build->type->where = "title";
    if (rest)
        *rest = end ? g_strstrip(g_strdup(end + 1)) : NULL;
    return end ? g_strndup(title, end - title) : g_strdup(title);
}

/* Draws the whole title into `frame` (NULL: only measures it); returns its height. */
static double
full_title(LayoutBuild *build, LayoutBlock *frame, double y_mm)
{
    g_autofree char *rest = NULL;
    g_autofree char *line = title_line(build, &rest);
    g_autoptr(PangoLayout) title =
        layout_type_set(build->type, LAYOUT_TITLE, line, head_w_mm, PANGO_ALIGN_LEFT);
    double height_mm = layout_text_height_mm(title);
    if (frame)
        layout_block_text(frame, g_object_ref(title), LAYOUT_LEFT_MM, y_mm, 0);
    if (rest) {
        g_autoptr(PangoLayout) below =
            layout_type_set(build->type, LAYOUT_SUBTITLE, rest, head_w_mm, PANGO_ALIGN_LEFT);
        if (frame)
            layout_block_text(frame, g_object_ref(below), LAYOUT_LEFT_MM, y_mm + height_mm, 0);
        height_mm += layout_text_height_mm(below);
    }
    return height_mm;
}

double
layout_frame_top_mm(LayoutBuild *build, gboolean first)
{
    double qr_mm = EDGE_MM + QR_MM;
    if (!first)
        return qr_mm + CONTENT_GAP_MM - 1;
    double head_mm = EDGE_MM + full_title(build, NULL, 0) + TITLE_GAP_MM + head_height(build);
    return MAX(qr_mm, head_mm) + CONTENT_GAP_MM;
}

static void
add_fiducial(LayoutBlock *frame, FormPage *page, double x_mm, double y_mm, double size_mm)
{
    FormRect rect = {x_mm, y_mm, size_mm, size_mm};
    layout_block_fill(frame, rect, 0);
    g_array_append_val(page->fiducials, rect);
}

static void
add_fiducials(LayoutBlock *frame, FormPage *page)
{
    double right = LAYOUT_PAGE_W_MM - EDGE_MM - CORNER_MM, bottom = LAYOUT_PAGE_H_MM - EDGE_MM - CORNER_MM;
    double inward = (CORNER_MM - SIDE_MM) / 2;
    add_fiducial(frame, page, EDGE_MM, EDGE_MM, CORNER_MM);
    add_fiducial(frame, page, right, EDGE_MM, CORNER_MM);
    add_fiducial(frame, page, right, bottom, CORNER_MM);
    add_fiducial(frame, page, EDGE_MM, bottom, CORNER_MM);
    for (gsize i = 0; i < G_N_ELEMENTS(left_mm); i++)
        add_fiducial(frame, page, EDGE_MM + inward, left_mm[i], SIDE_MM);
    for (gsize i = 0; i < G_N_ELEMENTS(right_mm); i++)
        add_fiducial(frame, page, right + inward, right_mm[i], SIDE_MM);
}

/* The title on page 1, one line of it on the others; returns where the head may begin. */
static double
add_title(LayoutBuild *build, LayoutBlock *frame, gboolean first)
{
    if (first)
        return EDGE_MM - 0.8 + full_title(build, frame, EDGE_MM - 0.8) + TITLE_GAP_MM;
    g_autofree char *line = title_line(build, NULL);
    PangoLayout *title = layout_type_set(build->type, LAYOUT_SMALL_BOLD, line, head_w_mm, PANGO_ALIGN_LEFT);
    pango_layout_set_height(title, -1);
    pango_layout_set_ellipsize(title, PANGO_ELLIPSIZE_END);
    layout_block_text(frame, title, LAYOUT_LEFT_MM, EDGE_MM - 0.5, 0);
    return EDGE_MM - 0.5 + layout_text_height_mm(title) + 0.8;
}

static void
add_head(LayoutBuild *build, FormPage *page, double y_mm)
{
    if (form_text_is_empty(build->definition->head))
        return;
    page->head = g_new0(FormHead, 1);
    page->head->rect = (FormRect){LAYOUT_LEFT_MM, y_mm, head_w_mm, head_height(build)};
    page->head->text = g_strdup(form_text_get(build->definition->head, build->language));
}

static void
right_text(LayoutBlock *frame, PangoLayout *text, double y_mm)
{
    layout_block_text(frame, text, LAYOUT_RIGHT_MM - layout_text_width_mm(text), y_mm, 0);
}

/* The foot: QR, serial and form at the left, page at the right. */
static void
add_foot(LayoutBuild *build, LayoutBlock *frame, FormPage *page, int n_pages)
{
    LayoutType *type = build->type;
    double x_mm = LAYOUT_LEFT_MM + QR_MM + 4;
    layout_block_line(frame, x_mm, band_top_mm + 2, LAYOUT_RIGHT_MM - x_mm, 0.2, 0);

    page->has_serial_text = TRUE;
    page->serial_text = (FormRect){x_mm, band_top_mm + 3.6, 84, 6.6};
    g_autofree char *form = g_strdup_printf("%s · %d", build->definition->code, build->definition->version);
    layout_block_text(frame, layout_type_set(type, LAYOUT_SMALL, form, -1, PANGO_ALIGN_LEFT), x_mm,
                      band_top_mm + 10.8, 0);

    char number[64];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    g_snprintf(number, sizeof number, build->words->page, page->page, n_pages);
#pragma GCC diagnostic pop
    right_text(frame, layout_type_set(type, LAYOUT_SERIAL, number, -1, PANGO_ALIGN_LEFT), band_top_mm + 4.3);
    if (page->page < n_pages) {
        const char *go_on = page->page % 2 ? build->words->turn : build->words->next;
        right_text(frame, layout_type_set(type, LAYOUT_SMALL, go_on, -1, PANGO_ALIGN_LEFT),
                   band_top_mm + 10.8);
    }
}

LayoutBlock *
layout_frame(LayoutBuild *build, FormPage *page, guint n_pages)
{
    gboolean first = page->page == 1;
    LayoutBlock *frame = layout_block_new("frame");
    build->type->where = "title";
    add_fiducials(frame, page);
    FormRect top = {LAYOUT_RIGHT_MM - QR_MM, EDGE_MM, QR_MM, QR_MM};
    FormRect foot = {LAYOUT_LEFT_MM, band_top_mm, QR_MM, QR_MM};
    g_array_append_val(page->qr, top);
    g_array_append_val(page->qr, foot);
    add_head(build, page, add_title(build, frame, first));
    add_foot(build, frame, page, n_pages);
    return frame;
}
