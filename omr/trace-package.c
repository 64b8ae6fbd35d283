/* What was traced, as a package and as a picture for the eye. */
#include <math.h>
#include <stdio.h>

#include "form-image.h"
#include "omr-trace.h"

#define MAX_CELLS 100
#define LINE_MM   0.25
#define LETTER_PT 6.0

FormPackage *
omr_trace_package(const OmrTrace *trace, const char *code, const char *blank_file)
{
    FormPackage *package = form_package_new(code, 1);
    double width = pixGetWidth(trace->blank) / trace->dpi * 25.4,
           height = pixGetHeight(trace->blank) / trace->dpi * 25.4;
    package->width_mm = width;
    package->height_mm = height;
    FormPage *page = form_package_add_page(package);
    page->blank_file = g_strdup(blank_file);
    page->blank_dpi = trace->dpi;
    for (guint i = 0; i < trace->fields->len; i++) {
        const OmrTraceField *from = trace->fields->pdata[i];
        FormField *field = form_page_add_field(page, from->name, FORM_SELECT_ONE);
        for (guint k = 0; k < from->options->len; k++) {
            const FormOption *option = &g_array_index(from->options, FormOption, k);
            g_autofree char *value = g_strdup_printf("%u", k + 1);
            FormRect around = {option->x_mm - option->w_mm / 2, option->y_mm - option->h_mm / 2, option->w_mm,
                               option->h_mm};
            form_field_add_option(field, value, around, option->shape);
        }
    }
    for (guint i = 0; i < trace->boxes->len; i++) {
        const OmrTraceBox *from = trace->boxes->pdata[i];
        FormField *field = form_page_add_field(page, from->name, FORM_TEXT);
        field->has_box = TRUE;
        field->box = from->box;
        field->cells = MIN(from->cells, MAX_CELLS);
    }
    return package;
}

typedef struct {
    PIX *pix;
    double px_per_mm;
    int line_px;
    L_BMF *font; /* or NULL */
} Canvas;

static void
draw_rect(const Canvas *canvas, const FormRect *rect, const l_uint8 colour[3])
{
    BOX *box =
        boxCreate((int)lround(rect->x_mm * canvas->px_per_mm), (int)lround(rect->y_mm * canvas->px_per_mm),
                  (int)lround(rect->w_mm * canvas->px_per_mm), (int)lround(rect->h_mm * canvas->px_per_mm));
    pixRenderBoxArb(canvas->pix, box, canvas->line_px, colour[0], colour[1], colour[2]);
    boxDestroy(&box);
}

static void
draw_name(const Canvas *canvas, const char *name, const FormRect *rect, l_uint32 colour)
{
    l_int32 width = 0, overflow = 0;
    int y = (int)lround((rect->y_mm + rect->h_mm / 2) * canvas->px_per_mm) + 6;
    if (!canvas->font || bmfGetStringWidth(canvas->font, name, &width) != 0)
        return;
    int x = MAX(0, (int)lround(rect->x_mm * canvas->px_per_mm) - width - 2 * canvas->line_px);
    pixSetTextline(canvas->pix, canvas->font, name, colour, x, y, &width, &overflow);
}

static FormRect
rect_of(const FormOption *option)
{
    return (FormRect){option->x_mm - option->w_mm / 2, option->y_mm - option->h_mm / 2, option->w_mm,
                      option->h_mm};
}

PIX *
omr_trace_overlay(const OmrTrace *trace)
{
    static const l_uint8 green[2][3] = {{0, 150, 60}, {0, 90, 200}}, blue[3] = {120, 60, 220};
    g_autoptr(PIX) pix = pixConvertTo32(trace->blank);
    if (!pix)
        return NULL;
    Canvas canvas = {.pix = pix, .px_per_mm = trace->dpi / 25.4};
    canvas.line_px = MAX(1, (int)lround(LINE_MM * canvas.px_per_mm));
    /* Leptonica has letters of 4, 6 … 20 points, drawn for 300 dpi. */
    canvas.font = bmfCreate(NULL, CLAMP(2 * (int)lround(LETTER_PT * trace->dpi / 600), 4, 20));
    for (guint i = 0; i < trace->fields->len; i++) {
        const OmrTraceField *field = trace->fields->pdata[i];
        for (guint k = 0; k < field->options->len; k++) {
            FormRect rect = rect_of(&g_array_index(field->options, FormOption, k));
            draw_rect(&canvas, &rect, green[field->block % 2]);
            if (k == 0)
                draw_name(&canvas, field->name, &rect, 0xd0000000);
        }
    }
    for (guint i = 0; i < trace->boxes->len; i++) {
        const OmrTraceBox *box = trace->boxes->pdata[i];
        draw_rect(&canvas, &box->box, blue);
        draw_name(&canvas, box->name, &box->box, 0x783cdc00);
    }
    bmfDestroy(&canvas.font);
    return g_steal_pointer(&pix);
}
