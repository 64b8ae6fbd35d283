/* PDF through poppler: a page that is one scanned image is delivered in the image's own pixels, any other is
 * rendered. */
#include "file-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <poppler.h>
#include <string.h>

#include "pdf-guard-private.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(cairo_t, cairo_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(cairo_surface_t, cairo_surface_destroy)

#define PT_PER_INCH 72.0
#define MM_PER_INCH 25.4

/* Rendered pages: 300 dpi, less where a page is larger than A2 (some phone programs write one point a pixel).
 */
#define RENDER_DPI        300.0
#define MAX_RENDER_PIXELS (36.0 * 1000 * 1000)
#define MIN_RENDER_DPI    50.0

/* The share of the page that its image covers at least. */
#define MIN_COVER 0.9

/* Image and page are compared at this size (about 1.2 mm a pixel on A4): a pixel differs when it lies more
 * than DIFFERENT beyond the values around its place in the other; resampling alone stays below, a tick of a
 * pen (0.5 mm wide) drawn over the image does not. */
#define COMPARE_SIDE_PX      250
#define COMPARE_OVERSAMPLING 3
#define DIFFERENT            32
#define MAX_DIFFERENT        3

/* ---- poppler's log ---- */

/* What poppler told of while this thread reads a page; it has no other way to say that an image is damaged.
 */
static GPrivate page_damage = G_PRIVATE_INIT(NULL);

static void
on_log(G_GNUC_UNUSED const char *domain, G_GNUC_UNUSED GLogLevelFlags level, const char *message,
       G_GNUC_UNUSED gpointer data)
{
    static const char *const of_images[] = {
        SCANNER_PDF_BAD_IMAGE, "flate stream", "CCITTFax", "JBIG2", "JPX", "JPEG", "DCT", "LZW"};
    gboolean *damaged = g_private_get(&page_damage);
    for (guint i = 0; damaged != NULL && message != NULL && i < G_N_ELEMENTS(of_images); i++)
        if (strstr(message, of_images[i]) != NULL)
            *damaged = TRUE;
}

static void
catch_log(void)
{
    static gsize caught = 0;
    if (g_once_init_enter(&caught)) {
        g_log_set_handler("Poppler", G_LOG_LEVEL_MASK, on_log, NULL);
        g_once_init_leave(&caught, 1);
    }
}

/* ---- the file ---- */

static gboolean
fail_damaged(const ScannerFile *file, GError **error)
{
    return scanner_fail(file, -1, SCANNER_ERROR_DAMAGED, error,
                        _("the PDF is damaged or cut off; copy or scan it again"));
}

static gboolean
open_file(ScannerFile *file, GError **error)
{
    g_autoptr(GBytes) checked = NULL;
    catch_log();
    switch (scanner_pdf_guard(file->bytes, &checked)) {
    case SCANNER_PDF_CUT_OFF:
        return fail_damaged(file, error);
    case SCANNER_PDF_BOMB:
        return scanner_fail(file, -1, SCANNER_ERROR_DAMAGED, error,
                            _("the PDF would unpack to more than %d MB; scan it to JPEG or TIFF"),
                            SCANNER_PDF_MAX_UNPACKED_BYTES / (1024 * 1024));
    case SCANNER_PDF_SOUND:
        break;
    }
    g_autoptr(GError) problem = NULL;
    PopplerDocument *document = poppler_document_new_from_bytes(checked, NULL, &problem);
    if (document == NULL && g_error_matches(problem, POPPLER_ERROR, POPPLER_ERROR_ENCRYPTED))
        return scanner_fail(file, -1, SCANNER_ERROR_INPUT, error,
                            _("the PDF is locked with a password; save it without one"));
    if (document == NULL)
        return fail_damaged(file, error);
    file->data = document;

    int n_pages = poppler_document_get_n_pages(document);
    if (n_pages < 1)
        return scanner_fail(file, -1, SCANNER_ERROR_DAMAGED, error, _("the PDF has no pages; scan it again"));
    if (n_pages > SCANNER_MAX_PAGES)
        return scanner_fail(file, -1, SCANNER_ERROR_DAMAGED, error,
                            _("%d pages, more than %d; split it into several files"), n_pages,
                            SCANNER_MAX_PAGES);
    file->n_pages = n_pages;
    return TRUE;
}

static void
close_file(ScannerFile *file)
{
    g_clear_object((PopplerDocument **)&file->data);
}

/* ---- from Cairo ---- */

/* A pixel of an image surface on white paper. */
static inline guint32
on_white(guint32 pixel, gboolean has_alpha)
{
    guint32 white = has_alpha ? 255 - (pixel >> 24) : 0;
    return (pixel & 0xffffff) + white * 0x010101;
}

static inline guint
luma(guint32 rgb)
{
    return (299 * (rgb >> 16 & 255) + 587 * (rgb >> 8 & 255) + 114 * (rgb & 255) + 500) / 1000;
}

/* The least depth that holds the surface: 1 for black and white alone, 8 for grey, 32. */
static int
depth_of(cairo_surface_t *surface, gboolean has_alpha)
{
    int width_px = cairo_image_surface_get_width(surface),
        height_px = cairo_image_surface_get_height(surface), depth = 1;
    gsize stride = (gsize)cairo_image_surface_get_stride(surface);
    for (int y = 0; y < height_px; y++) {
        const guint32 *row =
            (const guint32 *)(gconstpointer)(cairo_image_surface_get_data(surface) + (gsize)y * stride);
        for (int x = 0; x < width_px; x++) {
            guint32 rgb = on_white(row[x], has_alpha);
            if (rgb != 0 && rgb != 0xffffff)
                depth = 8;
            if (rgb >> 8 != (rgb & 0xffff))
                return 32;
        }
    }
    return depth;
}

static PIX *
pix_from_surface(const ScannerFile *file, int index, cairo_surface_t *surface, GError **error)
{
    cairo_surface_flush(surface);
    gboolean has_alpha = cairo_image_surface_get_format(surface) == CAIRO_FORMAT_ARGB32;
    int width_px = cairo_image_surface_get_width(surface),
        height_px = cairo_image_surface_get_height(surface);
    int depth = depth_of(surface, has_alpha);
    gsize stride = (gsize)cairo_image_surface_get_stride(surface);
    PIX *pix = scanner_pix_new(file, index, width_px, height_px, depth, error);
    if (pix == NULL)
        return NULL;
    if (depth == 1)
        pixClearAll(pix);
    for (int y = 0; y < height_px; y++) {
        const guint32 *from =
            (const guint32 *)(gconstpointer)(cairo_image_surface_get_data(surface) + (gsize)y * stride);
        guint32 *to = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        for (int x = 0; x < width_px; x++) {
            guint32 rgb = on_white(from[x], has_alpha);
            if (depth == 32)
                to[x] = rgb << 8;
            else if (depth == 8)
                SET_DATA_BYTE(to, x, rgb & 255);
            else if (rgb == 0)
                SET_DATA_BIT(to, x);
        }
    }
    pixSetPadBits(pix, 0);
    return pix;
}

/* ---- a page ---- */

typedef struct {
    const ScannerFile *file;
    int index;
    PopplerPage *page;
    double width_pt, height_pt;
} PdfPage;

static cairo_surface_t *
render_surface(const PdfPage *page, double dpi)
{
    double scale = dpi / PT_PER_INCH;
    int width_px = MAX((int)lround(page->width_pt * scale), 1),
        height_px = MAX((int)lround(page->height_pt * scale), 1);
    g_autoptr(cairo_surface_t) surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width_px, height_px);
    g_autoptr(cairo_t) cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, width_px / page->width_pt, height_px / page->height_pt);
    poppler_page_render(page->page, cr);
    return cairo_status(cr) == CAIRO_STATUS_SUCCESS ? g_steal_pointer(&surface) : NULL;
}

static gboolean
render_page(const PdfPage *page, ScannerPage *result, GError **error)
{
    double area_in2 = page->width_pt * page->height_pt / (PT_PER_INCH * PT_PER_INCH);
    double dpi = MIN(RENDER_DPI, sqrt(MAX_RENDER_PIXELS / area_in2));
    if (dpi < MIN_RENDER_DPI)
        return scanner_fail(page->file, page->index, SCANNER_ERROR_DAMAGED, error,
                            _("a page of %.0f × %.0f mm is too large; scan it at its true size"),
                            page->width_pt / PT_PER_INCH * MM_PER_INCH,
                            page->height_pt / PT_PER_INCH * MM_PER_INCH);
    if (!scanner_check_size(page->file, page->index, round(page->width_pt / PT_PER_INCH * dpi),
                            round(page->height_pt / PT_PER_INCH * dpi), error))
        return FALSE;
    g_autoptr(cairo_surface_t) surface = render_surface(page, dpi);
    if (surface == NULL)
        return scanner_fail(page->file, page->index, SCANNER_ERROR_MACHINE, error,
                            _("not enough memory to render the page"));
    result->pix = pix_from_surface(page->file, page->index, surface, error);
    result->dpi_x = result->dpi_y = dpi;
    return result->pix != NULL;
}

/* poppler rounds places to whole points, and does not turn them with the page (/Rotate). */
#define PLACE_SLACK_PT 2.0

static double
snapped(double at_pt, double edge_pt)
{
    return fabs(at_pt - edge_pt) <= PLACE_SLACK_PT ? edge_pt : at_pt;
}

/* Whether a width and a height are those of the page, but for its margins. */
static gboolean
fills(const PdfPage *page, double width_pt, double height_pt)
{
    return width_pt <= page->width_pt + PLACE_SLACK_PT && height_pt <= page->height_pt + PLACE_SLACK_PT &&
           width_pt * height_pt >= MIN_COVER * page->width_pt * page->height_pt;
}

/* The only image of the page, where it covers it: its id and its place in points from the top left. On a
 * turned page the place is a guess, the whole page; comparing image and page tells. */
static gboolean
find_whole_page_image(const PdfPage *page, int *id, PopplerRectangle *area)
{
    GList *images = poppler_page_get_image_mapping(page->page);
    gboolean found = FALSE;
    if (images != NULL && images->next == NULL) {
        const PopplerImageMapping *image = images->data;
        PopplerRectangle place = {.x1 = snapped(image->area.x1, 0),
                                  .y1 = snapped(image->area.y1, 0),
                                  .x2 = snapped(image->area.x2, page->width_pt),
                                  .y2 = snapped(image->area.y2, page->height_pt)};
        double width_pt = place.x2 - place.x1, height_pt = place.y2 - place.y1;
        gboolean inside =
            place.x1 >= 0 && place.y1 >= 0 && place.x2 <= page->width_pt && place.y2 <= page->height_pt;
        *id = image->image_id;
        *area = inside ? place : (PopplerRectangle){.x2 = page->width_pt, .y2 = page->height_pt};
        found = fills(page, width_pt, height_pt) || (!inside && fills(page, height_pt, width_pt));
    }
    poppler_page_free_image_mapping(images);
    return found;
}

/* One of the eight ways to lay an image on a page: quarter turns clockwise, then mirrored or not. */
static PIX *
laid(PIX *pix, int way)
{
    g_autoptr(PIX) turned = pixRotateOrth(pix, way & 3);
    return turned != NULL && (way & 4) ? pixFlipLR(NULL, turned) : g_steal_pointer(&turned);
}

/* The page in small, as it should look: 8 bpp. */
static PIX *
small_page(const PdfPage *page, int width_px, int height_px)
{
    double dpi =
        COMPARE_OVERSAMPLING * MAX(width_px, height_px) / MAX(page->width_pt, page->height_pt) * PT_PER_INCH;
    g_autoptr(cairo_surface_t) surface = render_surface(page, dpi);
    g_autoptr(PIX) pix = surface != NULL ? pixCreate(cairo_image_surface_get_width(surface),
                                                     cairo_image_surface_get_height(surface), 8)
                                         : NULL;
    if (pix == NULL)
        return NULL;
    cairo_surface_flush(surface);
    gsize stride = (gsize)cairo_image_surface_get_stride(surface);
    for (int y = 0; y < pixGetHeight(pix); y++) {
        const guint32 *from =
            (const guint32 *)(gconstpointer)(cairo_image_surface_get_data(surface) + (gsize)y * stride);
        guint32 *to = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        for (int x = 0; x < pixGetWidth(pix); x++)
            SET_DATA_BYTE(to, x, luma(from[x] & 0xffffff));
    }
    return pixScaleAreaMapToSize(pix, width_px, height_px);
}

/* A small image, turned already, at its place on a white page like `wanted`. */
static PIX *
on_page(PIX *small, const PdfPage *page, const PopplerRectangle *area, const PIX *wanted)
{
    int width_px = pixGetWidth(wanted), height_px = pixGetHeight(wanted);
    PIX *paper = pixCreate(width_px, height_px, 8);
    if (paper == NULL)
        return NULL;
    pixSetAll(paper);
    pixRasterop(paper, (int)lround(area->x1 / page->width_pt * width_px),
                (int)lround(area->y1 / page->height_pt * height_px), pixGetWidth(small), pixGetHeight(small),
                PIX_SRC, small, 0, 0);
    return paper;
}

/* How far `value` lies beyond the values around (x, y). */
static int
beyond(PIX *pix, int x, int y, int value)
{
    int least = 255, most = 0;
    for (int dy = -1; dy <= 1; dy++) {
        const guint32 *row = pixGetData(pix) + (gsize)(y + dy) * (gsize)pixGetWpl(pix);
        for (int dx = -1; dx <= 1; dx++) {
            int around = GET_DATA_BYTE(row, x + dx);
            least = MIN(least, around);
            most = MAX(most, around);
        }
    }
    return MAX(MAX(least - value, value - most), 0);
}

/* Pixels in which two small pages differ; `sum` gets the sum of all differences. The outermost are left out.
 */
static int
compare(PIX *a, PIX *b, double *sum)
{
    int different = 0;
    *sum = 0;
    for (int y = 1; y < pixGetHeight(a) - 1; y++) {
        const guint32 *row_a = pixGetData(a) + (gsize)y * (gsize)pixGetWpl(a);
        const guint32 *row_b = pixGetData(b) + (gsize)y * (gsize)pixGetWpl(b);
        for (int x = 1; x < pixGetWidth(a) - 1; x++) {
            int value_a = GET_DATA_BYTE(row_a, x), value_b = GET_DATA_BYTE(row_b, x);
            *sum += abs(value_a - value_b);
            different += beyond(b, x, y, value_a) > DIFFERENT || beyond(a, x, y, value_b) > DIFFERENT;
        }
    }
    return different;
}

/* How the image must be laid to look like the page; -1 when the page shows something else too (a stamp, an
 * annotation, a clip), so that only rendering shows it all. */
static int
find_way(const PdfPage *page, PIX *pix, const PopplerRectangle *area)
{
    double scale = COMPARE_SIDE_PX / MAX(page->width_pt, page->height_pt), best_sum = G_MAXDOUBLE;
    int page_width_px = (int)lround(page->width_pt * scale),
        page_height_px = (int)lround(page->height_pt * scale);
    int width_px = (int)lround((area->x2 - area->x1) * scale),
        height_px = (int)lround((area->y2 - area->y1) * scale);
    int best = -1, best_different = G_MAXINT;
    if (MIN(width_px, height_px) < 8)
        return -1;
    g_autoptr(PIX) grey =
        pixGetDepth(pix) == 32 ? pixConvertRGBToGray(pix, 0.299f, 0.587f, 0.114f) : pixConvertTo8(pix, FALSE);
    g_autoptr(PIX) wanted = small_page(page, page_width_px, page_height_px);
    g_autoptr(PIX) upright = grey != NULL ? pixScaleAreaMapToSize(grey, width_px, height_px) : NULL;
    g_autoptr(PIX) lying = grey != NULL ? pixScaleAreaMapToSize(grey, height_px, width_px) : NULL;
    if (wanted == NULL || upright == NULL || lying == NULL)
        return -1;
    for (int way = 0; way < 8; way++) {
        double sum;
        g_autoptr(PIX) turned = laid(way & 1 ? lying : upright, way);
        g_autoptr(PIX) shown = turned != NULL ? on_page(turned, page, area, wanted) : NULL;
        if (shown == NULL)
            return -1;
        int different = compare(shown, wanted, &sum);
        if (sum < best_sum) {
            best_sum = sum;
            best_different = different;
            best = way;
        }
    }
    return best_different <= MAX_DIFFERENT ? best : -1;
}

/* The page's image in its own pixels. FALSE without an error when the page must be rendered. */
static gboolean
take_image(const PdfPage *page, ScannerPage *result, GError **error)
{
    PopplerRectangle area;
    int id;
    if (!find_whole_page_image(page, &id, &area))
        return FALSE;

    g_autoptr(cairo_surface_t) surface = poppler_page_get_image(page->page, id);
    if (surface == NULL || cairo_surface_get_type(surface) != CAIRO_SURFACE_TYPE_IMAGE ||
        MIN(cairo_image_surface_get_width(surface), cairo_image_surface_get_height(surface)) <
            SCANNER_MIN_SIDE_PX)
        return FALSE;
    g_autoptr(PIX) pix = pix_from_surface(page->file, page->index, surface, error);
    if (pix == NULL)
        return FALSE;
    g_clear_pointer(&surface, cairo_surface_destroy);

    int way = find_way(page, pix, &area);
    if (way < 0)
        return FALSE;
    result->pix = laid(pix, way);
    if (result->pix == NULL)
        return scanner_fail(page->file, page->index, SCANNER_ERROR_MACHINE, error,
                            _("not enough memory to turn the page"));
    result->dpi_x = pixGetWidth(result->pix) / (area.x2 - area.x1) * PT_PER_INCH;
    result->dpi_y = pixGetHeight(result->pix) / (area.y2 - area.y1) * PT_PER_INCH;
    return TRUE;
}

static gboolean
fail_page(const ScannerFile *file, int index, GError **error)
{
    return scanner_fail(
        file, index, SCANNER_ERROR_DAMAGED, error,
        _("the PDF page is damaged, cut off or holds too large an image; copy or scan it again"));
}

/* Reads a page that was found; TRUE also says that poppler told of no damage. */
static gboolean
read_found(PdfPage *page, ScannerPage *result, GError **error)
{
    gboolean damaged = FALSE;
    g_autoptr(GError) problem = NULL;

    poppler_page_get_size(page->page, &page->width_pt, &page->height_pt);
    if (!(page->width_pt > 0 && page->height_pt > 0))
        return fail_page(page->file, page->index, error);

    g_private_set(&page_damage, &damaged);
    gboolean done =
        take_image(page, result, &problem) || (problem == NULL && render_page(page, result, &problem));
    g_private_set(&page_damage, NULL);
    if (damaged)
        return fail_page(page->file, page->index, error);
    if (!done)
        g_propagate_error(error, g_steal_pointer(&problem));
    return done;
}

static gboolean
read_page(ScannerFile *file, int index, ScannerPage *result, GError **error)
{
    PdfPage page = {.file = file, .index = index, .page = poppler_document_get_page(file->data, index)};
    if (page.page == NULL)
        return fail_page(file, index, error);
    gboolean done = read_found(&page, result, error);
    g_object_unref(page.page);
    return done;
}

const ScannerKind scanner_kind_pdf = {
    .name = "PDF", .ending = "pdf", .open = open_file, .read = read_page, .close = close_file};
