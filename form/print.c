#include "form-print.h"

#include <cairo.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <poppler.h>
#include <string.h>

#include "form-error.h"
#include "form-image.h"
#include "print-head-private.h"
#include "qr-private.h"
#include "type-private.h"

#define PT_PER_MM         (72 / 25.4)
#define SERIAL_PT         11.0
#define SERIAL_SPACING_PT 0.5 /* between its characters: for OCR */
#define HEAD_PT           9.0
#define EDGE_MM           4.5 /* the part of a sheet that office printers leave white */
#define MAX_BLANK_PX      (200 * 1000 * 1000)
#define MAX_KEPT_BYTES    (256 * 1024 * 1024)  /* of rendered pages */
#define MAX_KEPT_IMAGE    (MAX_KEPT_BYTES / 6) /* larger ones would only drive the others out */

struct FormPrinter {
    const FormPackage *package;
    PangoContext *context;
    PopplerDocument *document;
    GPtrArray *masters; /* of cairo_surface_t*: a recording, or a blank image with device scale in points;
                           NULL: white */
    GQueue kept;        /* of Rendered*, the last used first */
    gsize kept_bytes;
};

/* A page as compiled, at some resolution. */
typedef struct {
    guint page; /* from 0 */
    double dpi;
    cairo_surface_t *surface;
} Rendered;

static void
surface_free(gpointer surface)
{
    if (surface)
        cairo_surface_destroy(surface);
}

/* Equal content is embedded once in a PDF, however often it is drawn. */
static void
make_shared(cairo_surface_t *surface, const FormPackage *package, guint page)
{
    char *id = g_strdup_printf("%s-%d-%u", package->code, package->version, page);
    cairo_surface_set_mime_data(surface, CAIRO_MIME_TYPE_UNIQUE_ID, (guchar *)id, strlen(id), g_free, id);
}

static cairo_surface_t *
record_page(FormPrinter *printer, guint i, GError **error)
{
    const FormPackage *package = printer->package;
    cairo_rectangle_t extents = {0, 0, package->width_mm * PT_PER_MM, package->height_mm * PT_PER_MM};
    PopplerPage *page = poppler_document_get_page(printer->document, (int)i);
    if (!page) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                    _("page %u of %s cannot be opened; compile the form again"), i + 1, package->print_file);
        return NULL;
    }
    cairo_surface_t *surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &extents);
    g_autoptr(cairo_t) cr = cairo_create(surface);
    poppler_page_render_for_printing(page, cr);
    g_object_unref(page);
    return surface;
}

static gboolean
open_master(FormPrinter *printer, GError **error)
{
    g_autofree char *path = form_package_path(printer->package, printer->package->print_file);
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GError) failed = NULL;
    printer->document = poppler_document_new_from_gfile(file, NULL, NULL, &failed);
    if (!printer->document) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                    _("%s cannot be opened as PDF (%s); compile the form again"), path,
                    failed ? failed->message : "?");
        return FALSE;
    }
    guint n = (guint)poppler_document_get_n_pages(printer->document);
    if (n != printer->package->pages->len) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                    _("%s has %u pages, but its package %u; compile the form again"), path, n,
                    printer->package->pages->len);
        return FALSE;
    }
    return TRUE;
}

/* The image as a surface of its own pixels. */
static cairo_surface_t *
surface_from_pix(PIX *pix)
{
    g_autoptr(PIX) colour = pixConvertTo32(pix);
    int width = pixGetWidth(pix), height = pixGetHeight(pix);
    g_autoptr(cairo_surface_t) surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    if (!colour || cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
        return NULL;
    cairo_surface_flush(surface);
    guchar *to = cairo_image_surface_get_data(surface);
    gsize stride = (gsize)cairo_image_surface_get_stride(surface);
    for (int y = 0; y < height; y++) {
        const l_uint32 *from = pixGetData(colour) + (gsize)y * pixGetWpl(colour);
        guint32 *line = (guint32 *)(void *)(to + (gsize)y * stride);
        for (int x = 0; x < width; x++)
            line[x] = from[x] >> 8;
    }
    cairo_surface_mark_dirty(surface);
    return g_steal_pointer(&surface);
}

static cairo_surface_t *
open_blank(const FormPackage *package, const FormPage *page, GError **error)
{
    g_autofree char *path = form_package_path(package, page->blank_file);
    int width = 0, height = 0;
    g_autoptr(PIX) pix = NULL;
    if (pixReadHeader(path, NULL, &width, &height, NULL, NULL, NULL) == 0 && width > 0 && height > 0 &&
        (gint64)width * height <= MAX_BLANK_PX)
        pix = pixRead(path);
    cairo_surface_t *surface = pix ? surface_from_pix(pix) : NULL;
    if (!surface) {
        g_set_error(
            error, FORM_ERROR, FORM_ERROR_INPUT,
            _("%s: the blank of page %d cannot be opened as an image; correct blank.file in the package"),
            path, page->page);
        return NULL;
    }
    cairo_surface_set_device_scale(surface, page->blank_dpi / 72, page->blank_dpi / 72);
    return surface;
}

static gboolean
open_pages(FormPrinter *printer, GError **error)
{
    const FormPackage *package = printer->package;
    if (package->print_file && !open_master(printer, error))
        return FALSE;
    for (guint i = 0; i < package->pages->len; i++) {
        const FormPage *page = package->pages->pdata[i];
        cairo_surface_t *surface = NULL;
        if (package->print_file)
            surface = record_page(printer, i, error);
        else if (page->blank_file)
            surface = open_blank(package, page, error);
        if (!surface && (package->print_file || page->blank_file))
            return FALSE;
        if (surface)
            make_shared(surface, package, i + 1);
        g_ptr_array_add(printer->masters, surface);
    }
    return TRUE;
}

static void
rendered_free(gpointer data)
{
    Rendered *rendered = data;
    cairo_surface_destroy(rendered->surface);
    g_free(rendered);
}

FormPrinter *
form_printer_new(const FormPackage *package, GError **error)
{
    g_autoptr(FormPrinter) printer = g_new0(FormPrinter, 1);
    printer->package = package;
    printer->masters = g_ptr_array_new_with_free_func(surface_free);
    g_queue_init(&printer->kept);
    printer->context = type_context_new(error);
    if (!printer->context || !open_pages(printer, error))
        return NULL;
    return g_steal_pointer(&printer);
}

void
form_printer_free(FormPrinter *printer)
{
    if (!printer)
        return;
    g_ptr_array_unref(printer->masters);
    g_queue_clear_full(&printer->kept, rendered_free);
    g_clear_object(&printer->document);
    g_clear_object(&printer->context);
    g_free(printer);
}

const FormPackage *
form_printer_package(const FormPrinter *printer)
{
    return printer->package;
}

/* Cairo replays a recording onto an image half a pixel off, so images get the page from its PDF; a PDF gets
 * the recording, which it holds once for all copies. */
static void
draw_master(const FormPrinter *printer, cairo_t *cr, guint i)
{
    cairo_surface_t *master = printer->masters->pdata[i];
    gboolean image = cairo_surface_get_type(cairo_get_group_target(cr)) == CAIRO_SURFACE_TYPE_IMAGE;
    if (!master)
        return;
    cairo_save(cr);
    if (printer->document && image) {
        PopplerPage *page = poppler_document_get_page(printer->document, (int)i);
        poppler_page_render_for_printing(page, cr);
        g_object_unref(page);
    } else {
        cairo_set_source_surface(cr, master, 0, 0);
        cairo_paint(cr);
    }
    cairo_restore(cr);
}

static void
draw_qrs(cairo_t *cr, const FormPage *page, const FormSheetId *id)
{
    if (page->qr->len == 0)
        return;
    g_autofree char *payload = form_sheet_id_payload(id);
    g_autoptr(QRcode) code = qr_encode(payload);
    for (guint i = 0; code && i < page->qr->len; i++) {
        const FormRect *r = &g_array_index(page->qr, FormRect, i);
        double x_pt = r->x_mm * PT_PER_MM, y_pt = r->y_mm * PT_PER_MM;
        double w_pt = r->w_mm * PT_PER_MM, h_pt = r->h_mm * PT_PER_MM;
        cairo_set_source_rgb(cr, 1, 1, 1);
        cairo_rectangle(cr, x_pt, y_pt, w_pt, h_pt);
        cairo_fill(cr);
        qr_draw(cr, code, x_pt, y_pt, w_pt, h_pt);
    }
}

static void
show_at(cairo_t *cr, PangoLayout *layout, double x_pt, double y_pt)
{
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_move_to(cr, x_pt, y_pt);
    pango_cairo_show_layout(cr, layout);
}

/* On one line, as large as fits the rectangle up to SERIAL_PT. */
static void
draw_serial(const FormPrinter *printer, cairo_t *cr, const FormPage *page, const FormSheetId *id)
{
    if (!page->has_serial_text)
        return;
    g_autofree char *text = form_sheet_id_print(id);
    const FormRect *r = &page->serial_text;
    double w_pt = r->w_mm * PT_PER_MM, h_pt = r->h_mm * PT_PER_MM, size_pt = SERIAL_PT;
    for (int tries = 0; tries < 3; tries++) {
        g_autoptr(PangoLayout) layout =
            type_layout_new(printer->context, size_pt, PANGO_WEIGHT_BOLD, PANGO_STYLE_NORMAL);
        PangoAttrList *attributes = pango_attr_list_copy(pango_layout_get_attributes(layout));
        pango_attr_list_insert(attributes,
                               pango_attr_letter_spacing_new((int)(SERIAL_SPACING_PT * PANGO_SCALE)));
        pango_layout_set_attributes(layout, attributes);
        pango_attr_list_unref(attributes);
        pango_layout_set_text(layout, text, -1);
        PangoRectangle logical;
        pango_layout_get_extents(layout, NULL, &logical);
        double fit =
            MIN(w_pt * PANGO_SCALE / MAX(logical.width, 1), h_pt * PANGO_SCALE / MAX(logical.height, 1));
        if (fit >= 1 || tries == 2) {
            double height_pt = (double)logical.height / PANGO_SCALE;
            show_at(cr, layout, r->x_mm * PT_PER_MM, r->y_mm * PT_PER_MM + (h_pt - height_pt) / 2);
            return;
        }
        size_pt *= fit * 0.99;
    }
}

static void
draw_head_text(const FormPrinter *printer, cairo_t *cr, const FormRect *r, const char *text)
{
    g_autoptr(PangoLayout) layout =
        type_layout_new(printer->context, HEAD_PT, PANGO_WEIGHT_NORMAL, PANGO_STYLE_NORMAL);
    /* names of places may hold what our font lacks: better another font than a box */
    pango_layout_set_attributes(layout, NULL);
    pango_layout_set_text(layout, text, -1);
    pango_layout_set_width(layout, (int)(r->w_mm * PT_PER_MM * PANGO_SCALE));
    pango_layout_set_height(layout, (int)(r->h_mm * PT_PER_MM * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    show_at(cr, layout, r->x_mm * PT_PER_MM, r->y_mm * PT_PER_MM);
}

static void
draw_head(const FormPrinter *printer, cairo_t *cr, const FormPage *page, const FormSample *sample,
          const FormSampleRow *row)
{
    if (!page->head || !sample || !row)
        return;
    g_autofree char *text = print_head_fill(page->head->text, sample, row);
    draw_head_text(printer, cr, &page->head->rect, text);
}

void
form_printer_draw_head(FormPrinter *printer, cairo_t *cr, int page, const char *text)
{
    const FormPage *sheet = form_package_page(printer->package, page);
    double width_mm = printer->package->width_mm;
    FormRect edge = {width_mm * 0.15, EDGE_MM, width_mm * 0.7, EDGE_MM};

    if (sheet)
        draw_head_text(printer, cr, sheet->head ? &sheet->head->rect : &edge, text);
}

static void
draw_copy(const FormPrinter *printer, cairo_t *cr, const FormSheetId *id, const FormSample *sample,
          const FormSampleRow *row)
{
    const FormPage *page = form_package_page(printer->package, id->page);
    if (!page)
        return;
    draw_qrs(cr, page, id);
    draw_serial(printer, cr, page, id);
    draw_head(printer, cr, page, sample, row);
}

void
form_printer_draw(FormPrinter *printer, cairo_t *cr, const FormSheetId *id, const FormSample *sample,
                  const FormSampleRow *row)
{
    if (!form_package_page(printer->package, id->page))
        return;
    draw_master(printer, cr, (guint)id->page - 1);
    draw_copy(printer, cr, id, sample, row);
}

static cairo_surface_t *
new_image(const FormPrinter *printer, double dpi)
{
    int width_px = (int)lround(printer->package->width_mm / 25.4 * dpi);
    int height_px = (int)lround(printer->package->height_mm / 25.4 * dpi);
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24, MAX(width_px, 1), MAX(height_px, 1));
}

static gsize
image_bytes(cairo_surface_t *surface)
{
    return (gsize)cairo_image_surface_get_stride(surface) * (gsize)cairo_image_surface_get_height(surface);
}

/* The page as compiled, at `dpi`. The caller destroys it. */
static cairo_surface_t *
render_master(const FormPrinter *printer, double dpi, guint i)
{
    cairo_surface_t *surface = new_image(printer, dpi);
    g_autoptr(cairo_t) cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, dpi / 72, dpi / 72);
    draw_master(printer, cr, i);
    return surface;
}

/* Keeps a rendered page and lets go of those that were not used for longest. */
static void
keep(FormPrinter *printer, Rendered *rendered)
{
    g_queue_push_head(&printer->kept, rendered);
    printer->kept_bytes += image_bytes(rendered->surface);
    while (printer->kept_bytes > MAX_KEPT_BYTES) {
        Rendered *oldest = g_queue_pop_tail(&printer->kept);
        printer->kept_bytes -= image_bytes(oldest->surface);
        rendered_free(oldest);
    }
}

/* The page kept at that resolution, or NULL. */
static cairo_surface_t *
find_kept(FormPrinter *printer, double dpi, guint i)
{
    for (GList *link = printer->kept.head; link; link = link->next) {
        const Rendered *rendered = link->data;
        if (rendered->page != i || fabs(rendered->dpi - dpi) > 1e-9)
            continue;
        g_queue_unlink(&printer->kept, link);
        g_queue_push_head_link(&printer->kept, link);
        return rendered->surface;
    }
    return NULL;
}

/* A fresh image with the page as compiled: from the one kept, which is made where there is none yet. */
static cairo_surface_t *
fresh_page(FormPrinter *printer, double dpi, guint i)
{
    cairo_surface_t *kept = find_kept(printer, dpi, i);
    if (!kept) {
        kept = render_master(printer, dpi, i);
        if (image_bytes(kept) > MAX_KEPT_IMAGE)
            return kept;
        Rendered *rendered = g_new(Rendered, 1);
        *rendered = (Rendered){i, dpi, kept};
        keep(printer, rendered);
    }
    cairo_surface_t *fresh = new_image(printer, dpi);
    if (cairo_surface_status(fresh) != CAIRO_STATUS_SUCCESS ||
        cairo_surface_status(kept) != CAIRO_STATUS_SUCCESS)
        return fresh;
    cairo_surface_flush(kept);
    memcpy(cairo_image_surface_get_data(fresh), cairo_image_surface_get_data(kept), image_bytes(fresh));
    cairo_surface_mark_dirty(fresh);
    return fresh;
}

cairo_surface_t *
form_printer_render(FormPrinter *printer, double dpi, const FormSheetId *id, const FormSample *sample,
                    const FormSampleRow *row)
{
    if (!form_package_page(printer->package, id->page))
        return new_image(printer, dpi);
    cairo_surface_t *surface = fresh_page(printer, dpi, (guint)id->page - 1);
    g_autoptr(cairo_t) cr = cairo_create(surface);
    cairo_scale(cr, dpi / 72, dpi / 72);
    draw_copy(printer, cr, id, sample, row);
    cairo_surface_flush(surface);
    return surface;
}
