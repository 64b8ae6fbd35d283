#include "blank-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "form-image.h"
#include "omr-reader.h"
#include "white-private.h"

const double omr_scale_dpi[OMR_SCALES] = {36, 72, 144};

/* Half width of a patch in px of its scale: 12, 8 and 5 mm of paper hold enough print to be found by. */
static const int patch_half[OMR_SCALES] = {8, 11, 14};

/* At most one patch a cell of this many columns and rows over the page, so that they cover all of it. */
static const int patch_columns[OMR_SCALES] = {7, 8, 10}, patch_rows[OMR_SCALES] = {10, 12, 14};

/* A patch needs this mean square gradient (grey values a pixel) in its weakest direction to be found in both.
 */
#define MIN_STRUCTURE 12.0

/* Marks are measured at this many pixels per mm of the page (about 160 dpi): the thinnest pen, 0.3 mm, is
 * then two pixels wide. Writing is only asked whether it is there. */
#define OPTION_PX_PER_MM 6.3
#define BOX_PX_PER_MM    4.0

/* Half the width of the band that counts as outline: line and error of place; less where a position is small.
 */
#define OUTLINE_BAND_MM    0.3
#define OUTLINE_BAND_SHARE 0.08

/* A box's own outline and what is drawn over it stay outside. */
#define BOX_INSET_MM 0.8

/* Rows and columns of a form are 5 to 12 mm apart, and print repeats along the page's axes: a patch's rival
 * is looked for from MIN to MAX mm above, below, left and right of it, in a band of 1 mm. */
#define REPEAT_MIN_MM  2.5
#define REPEAT_MAX_MM  26.0
#define REPEAT_BAND_PX 2
#define REPEAT_HALF    7 /* px at the middle scale: 5 mm, the finest scale's patch */

#define SYNTHETIC_DPI    150.0
#define MAX_DRAWN_PIXELS 2.5e7
#define MAX_MARGIN_MM    2.2 /* a ring drawn around a bubble stays within */
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

/* The blank while it is being prepared: pixels, and how to get from mm to them (pixel centres at whole
 * numbers). */
typedef struct {
    OmrPyramid pyramid;
    OmrWhite white;
    double px_per_mm;
} Source;

static void
source_clear(Source *source)
{
    omr_pyramid_clear(&source->pyramid);
    omr_white_clear(&source->white);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Source, source_clear)

/* Grey value at a place of the page, its paper made 255, as seen with pixels of `pixel_mm`. */
static float
source_at(const Source *source, double x_mm, double y_mm, double pixel_mm)
{
    int level = omr_pyramid_level(&source->pyramid, pixel_mm * source->px_per_mm);
    double factor = (double)(1 << level), x_px = x_mm * source->px_per_mm, y_px = y_mm * source->px_per_mm;
    float value = omr_image_at(&source->pyramid.level[level], (float)(x_px / factor - 0.5),
                               (float)(y_px / factor - 0.5));

    return MIN(255, 255 * value / omr_white_at(&source->white, x_px, y_px));
}

static void
resample(const Source *source, const FormPackage *package, double dpi, OmrImage *out)
{
    double pixel_mm = 25.4 / dpi, step = pixel_mm * source->px_per_mm;
    int level = omr_pyramid_level(&source->pyramid, step);
    double factor = (double)(1 << level);

    omr_image_init(out, (int)ceil(package->width_mm / pixel_mm), (int)ceil(package->height_mm / pixel_mm));
    for (int y = 0; y < out->height; y++) {
        guint8 *line = out->pixels + (gsize)y * (gsize)out->stride;
        OmrStep walk = {0.5 * step / factor - 0.5, (y + 0.5) * step / factor - 0.5, step / factor, 0};
        omr_image_sample(&source->pyramid.level[level], walk, out->width, line);
        for (int x = 0; x < out->width; x++)
            line[x] = (guint8)MIN(255, 255 * (float)line[x] /
                                           omr_white_at(&source->white, (x + 0.5) * step, (y + 0.5) * step));
    }
}

/* Sums of the squares and products of the grey value's slopes, over all pixels above and left: with them the
 * structure of any rectangle costs four look-ups. */
typedef struct {
    int width;
    double *xx, *yy, *xy;
} Slopes;

static void
slopes_init(Slopes *slopes, const OmrImage *image)
{
    gsize width = (gsize)image->width + 1, n = width * ((gsize)image->height + 1);

    slopes->width = (int)width;
    slopes->xx = g_new0(double, n);
    slopes->yy = g_new0(double, n);
    slopes->xy = g_new0(double, n);
    for (int y = 0; y < image->height; y++) {
        double xx = 0, yy = 0, xy = 0;
        for (int x = 0; x < image->width; x++) {
            const guint8 *at = image->pixels + (gsize)y * (gsize)image->stride + x;
            gboolean edge = x == 0 || y == 0 || x == image->width - 1 || y == image->height - 1;
            double across = edge ? 0 : (at[1] - at[-1]) / 2.0;
            double down = edge ? 0 : (at[image->stride] - at[-image->stride]) / 2.0;
            gsize above = (gsize)y * width + (gsize)x + 1, here = above + width;
            xx += across * across;
            yy += down * down;
            xy += across * down;
            slopes->xx[here] = slopes->xx[above] + xx;
            slopes->yy[here] = slopes->yy[above] + yy;
            slopes->xy[here] = slopes->xy[above] + xy;
        }
    }
}

static void
slopes_clear(Slopes *slopes)
{
    g_free(slopes->xx);
    g_free(slopes->yy);
    g_free(slopes->xy);
}

static double
sum_over(const double *sums, int width, int x, int y, int half)
{
    gsize w = (gsize)width, left = (gsize)(x - half), right = (gsize)(x + half + 1);
    gsize top = (gsize)(y - half), bottom = (gsize)(y + half + 1);

    return sums[bottom * w + right] - sums[top * w + right] - sums[bottom * w + left] + sums[top * w + left];
}

/* The smaller eigenvalue of the structure tensor (Shi and Tomasi, "Good features to track", 1994), a pixel.
 */
static double
structure_at(const Slopes *slopes, int x, int y, int half)
{
    double area = (2 * half + 1) * (2 * half + 1);
    double xx = sum_over(slopes->xx, slopes->width, x, y, half) / area;
    double yy = sum_over(slopes->yy, slopes->width, x, y, half) / area;
    double xy = sum_over(slopes->xy, slopes->width, x, y, half) / area;

    return (xx + yy) / 2 - sqrt((xx - yy) * (xx - yy) / 4 + xy * xy);
}

static gboolean
rect_holds(const FormRect *rect, double x_mm, double y_mm, double grown_mm)
{
    return x_mm > rect->x_mm - grown_mm && x_mm < rect->x_mm + rect->w_mm + grown_mm &&
           y_mm > rect->y_mm - grown_mm && y_mm < rect->y_mm + rect->h_mm + grown_mm;
}

/* What differs from copy to copy is no landmark. */
static gboolean
is_variable(const FormPage *page, double x_mm, double y_mm, double grown_mm)
{
    for (guint i = 0; i < page->qr->len; i++) {
        if (rect_holds(&g_array_index(page->qr, FormRect, i), x_mm, y_mm, grown_mm))
            return TRUE;
    }
    return (page->has_serial_text && rect_holds(&page->serial_text, x_mm, y_mm, grown_mm)) ||
           (page->head != NULL && rect_holds(&page->head->rect, x_mm, y_mm, grown_mm));
}

static void
patch_clear(gpointer data)
{
    OmrPatch *patch = data;

    g_free(patch->values);
}

static void
add_patch(OmrScale *scale, const OmrImage *image, int x, int y, double pixel_mm)
{
    int side = 2 * scale->half + 1, n = side * side;
    OmrPatch patch = {
        .x_mm = (x + 0.5) * pixel_mm, .y_mm = (y + 0.5) * pixel_mm, .values = g_new(gint16, (gsize)n)};
    long sum = 0;

    for (int row = 0; row < side; row++) {
        const guint8 *from =
            image->pixels + (gsize)(y - scale->half + row) * (gsize)image->stride + (x - scale->half);
        for (int column = 0; column < side; column++) {
            patch.values[row * side + column] = from[column];
            sum += from[column];
        }
    }
    gint16 mean = (gint16)((sum + n / 2) / n);
    double squares = 0;
    for (int i = 0; i < n; i++) {
        patch.values[i] = (gint16)(patch.values[i] - mean);
        squares += patch.values[i] * patch.values[i];
    }
    patch.norm = sqrt(squares);
    g_array_append_val(scale->patches, patch);
}

/* The best-structured patch of each cell. */
static void
choose_patches(OmrBlank *blank, int index, const OmrImage *image)
{
    OmrScale *scale = &blank->scale[index];
    double pixel_mm = 25.4 / omr_scale_dpi[index];
    int half = scale->half, step = MAX(half / 4, 1);
    Slopes slopes;

    slopes_init(&slopes, image);
    for (int row = 0; row < patch_rows[index]; row++) {
        for (int column = 0; column < patch_columns[index]; column++) {
            int left = MAX(image->width * column / patch_columns[index], half);
            int right = MIN(image->width * (column + 1) / patch_columns[index], image->width - half - 1);
            int top = MAX(image->height * row / patch_rows[index], half);
            int bottom = MIN(image->height * (row + 1) / patch_rows[index], image->height - half - 1);
            double best = MIN_STRUCTURE;
            int best_x = -1, best_y = -1;
            for (int y = top; y < bottom; y += step) {
                for (int x = left; x < right; x += step) {
                    double structure = structure_at(&slopes, x, y, half);
                    if (structure > best && !is_variable(blank->page, (x + 0.5) * pixel_mm,
                                                         (y + 0.5) * pixel_mm, half * pixel_mm)) {
                        best = structure;
                        best_x = x;
                        best_y = y;
                    }
                }
            }
            if (best_x >= 0)
                add_patch(scale, image, best_x, best_y, pixel_mm);
        }
    }
    slopes_clear(&slopes);
}

/* Normalised correlation of two squares of one image; 0 for a plain one. */
static double
resemblance(const OmrImage *image, int x, int y, int other_x, int other_y)
{
    long sum = 0, other_sum = 0, square = 0, other_square = 0, product = 0, n = 0;

    for (int dy = -REPEAT_HALF; dy <= REPEAT_HALF; dy++) {
        const guint8 *here = image->pixels + (gsize)(y + dy) * (gsize)image->stride + x;
        const guint8 *there = image->pixels + (gsize)(other_y + dy) * (gsize)image->stride + other_x;
        for (int dx = -REPEAT_HALF; dx <= REPEAT_HALF; dx++) {
            int a = here[dx], b = there[dx];
            sum += a;
            other_sum += b;
            square += a * a;
            other_square += b * b;
            product += a * b;
            n++;
        }
    }
    double variance = (double)square - (double)sum * (double)sum / (double)n;
    double other_variance = (double)other_square - (double)other_sum * (double)other_sum / (double)n;

    if (variance < (double)n || other_variance < (double)n)
        return 0;
    return ((double)product - (double)sum * (double)other_sum / (double)n) / sqrt(variance * other_variance);
}

static void
find_rival(const OmrImage *image, int x, int y, int other_x, int other_y, double *rival)
{
    if (other_x >= REPEAT_HALF && other_y >= REPEAT_HALF && other_x < image->width - REPEAT_HALF &&
        other_y < image->height - REPEAT_HALF)
        *rival = MAX(*rival, resemblance(image, x, y, other_x, other_y));
}

static double
rival_of(const OmrImage *image, int x, int y, double pixel_mm)
{
    int nearest = (int)(REPEAT_MIN_MM / pixel_mm), furthest = (int)(REPEAT_MAX_MM / pixel_mm);
    double rival = -1;

    for (int along = nearest; along <= furthest; along++) {
        for (int across = -REPEAT_BAND_PX; across <= REPEAT_BAND_PX; across++) {
            find_rival(image, x, y, x + along, y + across, &rival);
            find_rival(image, x, y, x - along, y + across, &rival);
            find_rival(image, x, y, x + across, y + along, &rival);
            find_rival(image, x, y, x + across, y - along, &rival);
        }
    }
    return rival;
}

/* On the middle scale's image, which is a quarter of the work. */
static void
find_rivals(OmrScale *finest, const OmrImage *middle, double pixel_mm)
{
    for (guint i = 0; i < finest->patches->len; i++) {
        OmrPatch *patch = &g_array_index(finest->patches, OmrPatch, i);
        int x = CLAMP((int)(patch->x_mm / pixel_mm), REPEAT_HALF, middle->width - REPEAT_HALF - 1);
        int y = CLAMP((int)(patch->y_mm / pixel_mm), REPEAT_HALF, middle->height - REPEAT_HALF - 1);
        patch->rival = rival_of(middle, x, y, pixel_mm);
    }
}

static void
prepare_scales(OmrBlank *blank, const Source *source)
{
    OmrImage image[OMR_SCALES];

    for (int i = 0; i < OMR_SCALES; i++) {
        resample(source, blank->package, omr_scale_dpi[i], &image[i]);
        blank->scale[i].half = patch_half[i];
        blank->scale[i].patches = g_array_new(FALSE, FALSE, sizeof(OmrPatch));
        g_array_set_clear_func(blank->scale[i].patches, patch_clear);
        choose_patches(blank, i, &image[i]);
    }
    find_rivals(&blank->scale[OMR_SCALES - 1], &image[1], 25.4 / omr_scale_dpi[1]);
    for (int i = 0; i < OMR_SCALES; i++)
        omr_image_clear(&image[i]);
}

/* Half the gap between two options, along the axis on which they are apart. */
static double
half_gap(const FormOption *a, const FormOption *b)
{
    double across = fabs(a->x_mm - b->x_mm) - (a->w_mm + b->w_mm) / 2;
    double down = fabs(a->y_mm - b->y_mm) - (a->h_mm + b->h_mm) / 2;

    return MAX(across, down) / 2;
}

static double
margin_of(const FormPage *page, const FormOption *option)
{
    double margin = MAX_MARGIN_MM;

    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint k = 0; k < field->options->len; k++) {
            const FormOption *other = &g_array_index(field->options, FormOption, k);
            if (other != option)
                margin = MIN(margin, half_gap(option, other));
        }
    }
    return MAX(margin, 0);
}

static gboolean
shape_holds(FormShape shape, double half_w_mm, double half_h_mm, double dx_mm, double dy_mm)
{
    double across = dx_mm / half_w_mm, down = dy_mm / half_h_mm;

    return shape == FORM_SHAPE_ELLIPSE ? across * across + down * down <= 1
                                       : fabs(across) <= 1 && fabs(down) <= 1;
}

static OmrZone
zone_at(FormShape shape, const FormRect *rect, double dx_mm, double dy_mm)
{
    double band_mm = MIN(OUTLINE_BAND_MM, OUTLINE_BAND_SHARE * MIN(rect->w_mm, rect->h_mm));
    double half_w_mm = rect->w_mm / 2, half_h_mm = rect->h_mm / 2;

    if (shape_holds(shape, half_w_mm - band_mm, half_h_mm - band_mm, dx_mm, dy_mm))
        return OMR_ZONE_INSIDE;
    return shape_holds(shape, half_w_mm + band_mm, half_h_mm + band_mm, dx_mm, dy_mm) ? OMR_ZONE_OUTLINE
                                                                                      : OMR_ZONE_AROUND;
}

/* The darkest of the pixels of `from` within `reach` of one. */
static guint8
darkest_near(const guint8 *from, int width, int x, int y, int reach)
{
    guint8 darkest = 0;

    for (int row = y - reach; row <= y + reach; row++) {
        for (int column = x - reach; column <= x + reach; column++)
            darkest = MAX(darkest, from[row * width + column]);
    }
    return darkest;
}

/* Darkness of the blank in the target's window, and the darkest nearby: print just outside may come out just
 * inside. An option forgives one pixel; a box, whose writing is large, two. */
static void
sample_print(OmrTarget *target, const Source *source)
{
    double pixel_mm = 1 / target->px_per_mm;
    int reach = target->option != NULL ? 1 : 2;
    int width = target->width + 2 * reach, height = target->height + 2 * reach;
    g_autofree guint8 *wide = g_malloc((gsize)width * (gsize)height);

    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            double dx_mm = (x - (width - 1) / 2.0) * pixel_mm, dy_mm = (y - (height - 1) / 2.0) * pixel_mm;
            wide[y * width + x] =
                (guint8)(255 - source_at(source, target->x_mm + dx_mm, target->y_mm + dy_mm, pixel_mm));
        }
    }
    for (int y = 0; y < target->height; y++) {
        for (int x = 0; x < target->width; x++) {
            int at = y * target->width + x;
            target->print[at] = wide[(y + reach) * width + x + reach];
            target->expected[at] = darkest_near(wide, width, x + reach, y + reach, reach);
        }
    }
}

/* Samples the blank in and around `rect`. */
static void
add_target(OmrBlank *blank, const Source *source, OmrTarget target, const FormRect *rect, FormShape shape)
{
    double pixel_mm = 1 / target.px_per_mm;

    target.x_mm = rect->x_mm + rect->w_mm / 2;
    target.y_mm = rect->y_mm + rect->h_mm / 2;
    target.size_mm = MIN(rect->w_mm, rect->h_mm);
    target.width = (int)ceil((rect->w_mm + 2 * target.margin_mm) * target.px_per_mm);
    target.height = (int)ceil((rect->h_mm + 2 * target.margin_mm) * target.px_per_mm);
    gsize n = (gsize)target.width * (gsize)target.height;
    target.print = g_malloc(n);
    target.expected = g_malloc(n);
    target.zone = g_malloc(n);
    sample_print(&target, source);
    for (int y = 0; y < target.height; y++) {
        for (int x = 0; x < target.width; x++) {
            double dx_mm = (x - (target.width - 1) / 2.0) * pixel_mm,
                   dy_mm = (y - (target.height - 1) / 2.0) * pixel_mm;
            target.zone[y * target.width + x] = (guint8)zone_at(shape, rect, dx_mm, dy_mm);
        }
    }
    g_array_append_val(blank->targets, target);
}

static void
add_option(OmrBlank *blank, const Source *source, const FormField *field, const FormOption *option)
{
    OmrTarget target = {.field = field,
                        .option = option,
                        .px_per_mm = OPTION_PX_PER_MM,
                        .margin_mm = margin_of(blank->page, option)};
    FormRect rect = {option->x_mm - option->w_mm / 2, option->y_mm - option->h_mm / 2, option->w_mm,
                     option->h_mm};

    add_target(blank, source, target, &rect, option->shape);
}

static void
add_box(OmrBlank *blank, const Source *source, const FormField *field)
{
    OmrTarget target = {.field = field, .px_per_mm = BOX_PX_PER_MM};
    double inset = MIN(BOX_INSET_MM, MIN(field->box.w_mm, field->box.h_mm) / 4);
    FormRect rect = {field->box.x_mm + inset, field->box.y_mm + inset, field->box.w_mm - 2 * inset,
                     field->box.h_mm - 2 * inset};

    add_target(blank, source, target, &rect, FORM_SHAPE_BOX);
}

static void
target_clear(gpointer data)
{
    OmrTarget *target = data;

    g_free(target->print);
    g_free(target->expected);
    g_free(target->zone);
}

static void
prepare_targets(OmrBlank *blank, const Source *source)
{
    blank->targets = g_array_new(FALSE, FALSE, sizeof(OmrTarget));
    g_array_set_clear_func(blank->targets, target_clear);
    for (guint i = 0; i < blank->page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(blank->page->fields, i);
        for (guint k = 0; k < field->options->len; k++)
            add_option(blank, source, field, &g_array_index(field->options, FormOption, k));
        if (field->has_box && field->options->len == 0)
            add_box(blank, source, field);
    }
}

OmrBlank *
omr_blank_new(const FormPackage *package, const FormPage *page, GError **error)
{
    g_autoptr(PIX) pix =
        page->blank_file != NULL ? open_blank(package, page, error) : draw_blank(package, page, error);
    g_auto(Source) source = {0};

    if (pix == NULL)
        return NULL;
    source.px_per_mm = (page->blank_file != NULL ? page->blank_dpi : synthetic_dpi(package)) / 25.4;
    omr_pyramid_init(&source.pyramid, pix);
    omr_white_init(&source.white, &source.pyramid, OMR_WHITE_CELL_MM * source.px_per_mm);

    OmrBlank *blank = g_new0(OmrBlank, 1);
    blank->package = package;
    blank->page = page;
    prepare_scales(blank, &source);
    if (page->qr->len == 0)
        blank->features = omr_features_new(&source.pyramid, source.px_per_mm);
    prepare_targets(blank, &source);
    return blank;
}

void
omr_blank_free(OmrBlank *blank)
{
    if (blank == NULL)
        return;
    for (int i = 0; i < OMR_SCALES; i++)
        g_array_unref(blank->scale[i].patches);
    g_array_unref(blank->targets);
    omr_features_free(blank->features);
    g_free(blank);
}
