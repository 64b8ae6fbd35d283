#include "source-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "form-image.h"
#include "omr-reader.h"

#define SYNTHETIC_DPI    150.0
#define MAX_DRAWN_PIXELS 2.5e7
#define MAX_SIZE_ERROR   0.05
#define MAX_BLANK_PIXELS (160 * 1000 * 1000)

/* Of the drawn picture: less where the paper is very large. */
static double
synthetic_dpi(const FormPackage *package)
{
    return MIN(SYNTHETIC_DPI, 25.4 * sqrt(MAX_DRAWN_PIXELS / (package->width_mm * package->height_mm)));
}

/* The page as the package describes it, where it has no picture: fiducials black, outlines grey. */
static PIX *
draw_blank(const FormPackage *package, const FormPage *page, GError **error)
{
    double px_per_mm = synthetic_dpi(package) / 25.4;
    int width = (int)ceil(package->width_mm * px_per_mm), height = (int)ceil(package->height_mm * px_per_mm);
    g_autoptr(cairo_surface_t) surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
    g_autoptr(cairo_t) cr = cairo_create(surface);

    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, px_per_mm, px_per_mm);
    cairo_set_source_rgb(cr, 0, 0, 0);
    for (guint i = 0; i < page->fiducials->len; i++) {
        const FormRect *rect = &g_array_index(page->fiducials, FormRect, i);
        cairo_rectangle(cr, rect->x_mm, rect->y_mm, rect->w_mm, rect->h_mm);
        cairo_fill(cr);
    }
    cairo_set_source_rgb(cr, 0.5, 0.5, 0.5);
    cairo_set_line_width(cr, 0.25);
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint k = 0; k < field->options->len; k++) {
            const FormOption *option = &g_array_index(field->options, FormOption, k);
            if (option->shape == FORM_SHAPE_CELL)
                continue;
            cairo_save(cr);
            cairo_translate(cr, option->x_mm, option->y_mm);
            cairo_scale(cr, option->w_mm / 2, option->h_mm / 2);
            cairo_new_path(cr);
            if (option->shape == FORM_SHAPE_ELLIPSE)
                cairo_arc(cr, 0, 0, 1, 0, 2 * G_PI);
            else
                cairo_rectangle(cr, -1, -1, 2, 2);
            cairo_restore(cr);
            cairo_stroke(cr);
        }
    }
    PIX *pix = form_image_from_surface(surface, FALSE);
    if (pix == NULL)
        g_set_error(error, OMR_ERROR, OMR_ERROR_MACHINE,
                    _("page %d of %s: not enough memory for its picture"), page->page, package->code);
    return pix;
}

/* A picture of another size than dpi × paper puts every position in the wrong place. */
static gboolean
check_size(const FormPackage *package, const FormPage *page, PIX *pix, const char *path, GError **error)
{
    double width_mm = pixGetWidth(pix) / page->blank_dpi * 25.4,
           height_mm = pixGetHeight(pix) / page->blank_dpi * 25.4;

    if (fabs(width_mm / package->width_mm - 1) < MAX_SIZE_ERROR &&
        fabs(height_mm / package->height_mm - 1) < MAX_SIZE_ERROR)
        return TRUE;
    g_set_error(
        error, OMR_ERROR, OMR_ERROR_INPUT,
        _("%s: is %.0f × %.0f mm at %g dpi, but the paper is %g × %g mm; correct `blank.dpi` or `paper`"),
        path, width_mm, height_mm, page->blank_dpi, package->width_mm, package->height_mm);
    return FALSE;
}

static PIX *
open_blank(const FormPackage *package, const FormPage *page, GError **error)
{
    g_autofree char *path = form_package_path(package, page->blank_file);
    l_int32 format, width, height;
    PIX *pix = NULL;

    if (pixReadHeader(path, &format, &width, &height, NULL, NULL, NULL) == 0 &&
        (gint64)width * height <= MAX_BLANK_PIXELS)
        pix = pixRead(path);
    if (pix == NULL)
        g_set_error(
            error, OMR_ERROR, OMR_ERROR_INPUT,
            _("%s: the blank of page %d cannot be read; put the PNG that the package names beside it"), path,
            page->page);
    else if (!check_size(package, page, pix, path, error))
        pixDestroy(&pix);
    return pix;
}

gboolean
omr_source_init(OmrSource *source, const FormPackage *package, const FormPage *page, GError **error)
{
    g_autoptr(PIX) pix =
        page->blank_file != NULL ? open_blank(package, page, error) : draw_blank(package, page, error);

    memset(source, 0, sizeof *source);
    if (pix == NULL)
        return FALSE;
    source->px_per_mm = (page->blank_file != NULL ? page->blank_dpi : synthetic_dpi(package)) / 25.4;
    omr_pyramid_init(&source->pyramid, pix);
    omr_white_init(&source->white, &source->pyramid, OMR_WHITE_CELL_MM * source->px_per_mm);
    return TRUE;
}

void
omr_source_clear(OmrSource *source)
{
    omr_pyramid_clear(&source->pyramid);
    omr_white_clear(&source->white);
}

float
omr_source_at(const OmrSource *source, double x_mm, double y_mm, double pixel_mm)
{
    int level = omr_pyramid_level(&source->pyramid, pixel_mm * source->px_per_mm);
    double factor = (double)(1 << level), x_px = x_mm * source->px_per_mm, y_px = y_mm * source->px_per_mm;
    float value = omr_image_at(omr_pyramid_image(&source->pyramid, level), (float)(x_px / factor - 0.5),
                               (float)(y_px / factor - 0.5));

    return MIN(255, 255 * value / omr_white_at(&source->white, x_px, y_px));
}

void
omr_source_resample(const OmrSource *source, const FormPackage *package, double dpi, OmrImage *out)
{
    double pixel_mm = 25.4 / dpi, step = pixel_mm * source->px_per_mm;
    OmrRaster raster = {0.5 * step - 0.5, 0.5 * step - 0.5, step, 0, 0, step};

    memset(out, 0, sizeof *out);
    omr_image_init(out, (int)ceil(package->width_mm / pixel_mm), (int)ceil(package->height_mm / pixel_mm));
    omr_pyramid_sample(&source->pyramid, &raster, out->width, out->height, out->pixels, out->stride);
    for (int y = 0; y < out->height; y++) {
        guint8 *line = out->pixels + (gsize)y * (gsize)out->stride;
        for (int x = 0; x < out->width; x++)
            line[x] = (guint8)MIN(255, 255 * (float)line[x] /
                                           omr_white_at(&source->white, (x + 0.5) * step, (y + 0.5) * step));
    }
}
