/* Closed outlines: what is white and shut in by print is looked at for its shape, at several thresholds,
 * since a blank's outlines may be black, light grey or thin. */
#include <math.h>

#include "form-image.h"
#include "trace-private.h"

#define LEVELS         4
#define MAX_HOLES      200000 /* at one threshold; a page with more is noise */
#define SCALE_DPI      180.0  /* a coarser page is looked at enlarged */
#define BOX_LEAST_MM   4.5    /* height of a box to write in … */
#define BOX_WIDE_MM    11.0   /* … and its width */
#define BOX_MOST_MM    130.0  /* its height, at most */
#define FIT_OPTION     0.85   /* overlap with an ellipse or a rectangle over their union */
#define FIT_BOX        0.93
#define INK_OPTION     0.30 /* a number or letter inside */
#define INK_CELLED     0.35
#define STROKE         0.2 /* an outline's thickness by its size: a letter's is more */
#define STROKE_MM      1.0
#define LETTER_GAP_MM  0.6  /* between the letters of a word */
#define LETTER_NEAR_MM 0.35 /* on one side this near is enough */
#define LETTER_OVER    0.14 /* of the size: print beyond the outline … */
#define LETTER_MOST    1.6  /* … and no line that goes on */
#define SAME_PLACE     0.4  /* of the size */

static const int levels[LEVELS] = {212, 190, 160, 115};

/* The picture at one threshold, enlarged. */
typedef struct {
    PIX *dark;
    double scale, px_per_mm; /* of this picture */
    BOXA *inks;              /* bounds of connected print that is large enough for an outline */
} Layer;

/* What overlaps with an ellipse (or rectangle) of the same bounds, over what either covers. */
static double
fit_to(PIX *mask, gboolean ellipse)
{
    int w = pixGetWidth(mask), h = pixGetHeight(mask), both = 0, either = 0;
    for (int y = 0; y < h; y++) {
        const l_uint32 *line = pixGetData(mask) + (gsize)y * (gsize)pixGetWpl(mask);
        double v = (y + 0.5) / h * 2 - 1;
        for (int x = 0; x < w; x++) {
            double u = (x + 0.5) / w * 2 - 1;
            gboolean inside = !ellipse || u * u + v * v <= 1, set = GET_DATA_BIT(line, x);
            both += inside && set;
            either += inside || set;
        }
    }
    return either ? (double)both / either : 0;
}

/* The component with what it encloses. */
static PIX *
fill(PIX *component, double *ink)
{
    l_int32 open = 0, whole = 0;
    PIX *bordered = pixAddBorder(component, 1, 0);
    PIX *holes = pixHolesByFilling(bordered, 8);
    pixOr(holes, holes, bordered);
    PIX *filled = pixRemoveBorder(holes, 1);
    pixCountPixels(component, &open, NULL);
    pixCountPixels(filled, &whole, NULL);
    *ink = whole ? 1 - (double)open / whole : 1;
    pixDestroy(&bordered);
    pixDestroy(&holes);
    return filled;
}

/* How many dark pixels follow each other from (x, y) on. */
static int
dark_run(PIX *dark, int x, int y, int dx, int dy, int most)
{
    int n = 0;
    for (; n < most; n++, x += dx, y += dy) {
        l_uint32 value = 0;
        if (pixGetPixel(dark, x, y, &value) != 0 || !value)
            break;
    }
    return n;
}

/* The outline's thickness: the middle one of the four sides'. */
static double
thickness(const Layer *layer, int x, int y, int w, int h)
{
    int most = (int)ceil(2 * STROKE_MM * layer->px_per_mm);
    double runs[4] = {
        dark_run(layer->dark, x - 1, y + h / 2, -1, 0, most),
        dark_run(layer->dark, x + w, y + h / 2, 1, 0, most),
        dark_run(layer->dark, x + w / 2, y - 1, 0, -1, most),
        dark_run(layer->dark, x + w / 2, y + h, 0, 1, most),
    };
    for (int i = 0; i < 3; i++)
        for (int k = i + 1; k < 4; k++)
            if (runs[k] < runs[i]) {
                double swap = runs[i];
                runs[i] = runs[k];
                runs[k] = swap;
            }
    return (runs[1] + runs[2]) / 2;
}

/* Whether ink stands close beside a place, on the side that `dx` tells. */
static gboolean
has_ink_beside(const Layer *layer, const BOX *box, double line, int dx, double near_mm)
{
    int near = (int)ceil(near_mm * layer->px_per_mm), start = (int)ceil(line) + 2;
    int x = dx < 0 ? box->x - start : box->x + box->w - 1 + start;
    for (int y = box->y + box->h / 4; y < box->y + 3 * box->h / 4; y++)
        for (int i = 0; i < near; i++) {
            l_uint32 value = 0;
            if (pixGetPixel(layer->dark, x + i * dx, y, &value) == 0 && value)
                return TRUE;
        }
    return FALSE;
}

/* A letter's print goes beyond the outline of what it encloses (a, 9, Q), or other letters stand close on
 * both sides. What goes on far beyond is a ruled line or a frame. */
static gboolean
is_letter(const Layer *layer, const BOX *box, double line)
{
    BOX *best = NULL;
    for (int i = 0; i < boxaGetCount(layer->inks); i++) {
        BOX *ink = layer->inks->box[i];
        if (ink->x < box->x && ink->y < box->y && ink->x + ink->w > box->x + box->w &&
            ink->y + ink->h > box->y + box->h && (!best || ink->w * ink->h < best->w * best->h))
            best = ink;
    }
    double size = MIN(box->w, box->h) + 2 * line, over = 0;
    if (best) {
        int sides[4] = {box->x - best->x, box->y - best->y, best->x + best->w - box->x - box->w,
                        best->y + best->h - box->y - box->h};
        for (int i = 0; i < 4; i++)
            over = MAX(over, sides[i] - line);
    }
    return (over > LETTER_OVER * size && over < LETTER_MOST * size) ||
           (has_ink_beside(layer, box, line, -1, LETTER_GAP_MM) &&
            has_ink_beside(layer, box, line, 1, LETTER_GAP_MM)) ||
           has_ink_beside(layer, box, line, -1, LETTER_NEAR_MM) ||
           has_ink_beside(layer, box, line, 1, LETTER_NEAR_MM);
}

static gboolean
is_option_size(double w_mm, double h_mm)
{
    return MIN(w_mm, h_mm) >= OMR_TRACE_LEAST_MM && MAX(w_mm, h_mm) <= OMR_TRACE_MOST_MM &&
           MAX(w_mm, h_mm) <= 2 * MIN(w_mm, h_mm);
}

static gboolean
is_box_size(double w_mm, double h_mm)
{
    return w_mm >= BOX_WIDE_MM && h_mm >= BOX_LEAST_MM && h_mm <= BOX_MOST_MM && w_mm >= h_mm;
}

/* One hole. The outline about it is so much larger on each side as it is thick. */
static void
take_hole(const Layer *layer, PIX *component, BOX *box, GArray *options, GArray *boxes)
{
    int x, y, w, h;
    boxGetGeometry(box, &x, &y, &w, &h);
    double line = thickness(layer, x, y, w, h), w_mm = (w + 2 * line) / layer->px_per_mm,
           h_mm = (h + 2 * line) / layer->px_per_mm;
    gboolean option = is_option_size(w_mm, h_mm) && line <= STROKE * (MIN(w, h) + 2 * line) &&
                      line <= STROKE_MM * layer->px_per_mm;
    if (line < 1 || (!option && !is_box_size(w_mm, h_mm)))
        return;
    TraceShape shape = {.x = (x + w / 2.0) / layer->scale,
                        .y = (y + h / 2.0) / layer->scale,
                        .w = (w + 2 * line) / layer->scale,
                        .h = (h + 2 * line) / layer->scale,
                        .kind = -1};
    shape.letter = option && is_letter(layer, box, line);
    PIX *filled = fill(component, &shape.ink);
    double round = option ? fit_to(filled, TRUE) : 0, square = fit_to(filled, FALSE);
    pixDestroy(&filled);
    shape.shape = round > square ? FORM_SHAPE_ELLIPSE : FORM_SHAPE_BOX;
    shape.quality = MAX(round, square);
    if (option && shape.quality >= FIT_OPTION && shape.ink <= INK_OPTION)
        g_array_append_val(options, shape);
    else if (!option && square >= FIT_BOX && shape.ink <= INK_CELLED)
        g_array_append_val(boxes, shape);
}

static gboolean
may_be_shape(const Layer *layer, BOX *box)
{
    int w, h;
    boxGetGeometry(box, NULL, NULL, &w, &h);
    double w_mm = w / layer->px_per_mm, h_mm = h / layer->px_per_mm;
    return (MIN(w_mm, h_mm) >= OMR_TRACE_LEAST_MM / 2 && MAX(w_mm, h_mm) <= OMR_TRACE_MOST_MM) ||
           is_box_size(w_mm + STROKE_MM, h_mm + STROKE_MM);
}

static void
find_in_layer(Layer *layer, GArray *options, GArray *boxes)
{
    g_autoptr(PIX) light = pixInvert(NULL, layer->dark);
    l_int32 n = 0, inks = 0;
    if (!light || pixCountConnComp(light, 4, &n) != 0 || n > MAX_HOLES ||
        pixCountConnComp(layer->dark, 8, &inks) != 0 || inks > MAX_HOLES)
        return;
    int least = (int)(OMR_TRACE_LEAST_MM / 2 * layer->px_per_mm);
    BOXA *all = pixConnCompBB(layer->dark, 8);
    layer->inks = boxaSelectBySize(all, least, least, L_SELECT_IF_BOTH, L_SELECT_IF_GT, NULL);
    boxaDestroy(&all);
    PIXA *components = NULL;
    BOXA *bounds = pixConnComp(light, &components, 4);
    for (int i = 0; bounds && i < boxaGetCount(bounds); i++) {
        BOX *box = boxaGetBox(bounds, i, L_CLONE);
        if (may_be_shape(layer, box)) {
            PIX *component = pixaGetPix(components, i, L_CLONE);
            take_hole(layer, component, box, options, boxes);
            pixDestroy(&component);
        }
        boxDestroy(&box);
    }
    boxaDestroy(&bounds);
    pixaDestroy(&components);
    boxaDestroy(&layer->inks);
}

static int
by_quality(gconstpointer a, gconstpointer b)
{
    double x = ((const TraceShape *)a)->quality, y = ((const TraceShape *)b)->quality;
    return (x < y) - (x > y);
}

/* The same outline is found at several thresholds: the best stays. */
static void
keep_best(GArray *shapes)
{
    g_array_sort(shapes, by_quality);
    guint kept = 0;
    for (guint i = 0; i < shapes->len; i++) {
        const TraceShape *shape = &g_array_index(shapes, TraceShape, i);
        gboolean seen = FALSE;
        for (guint k = 0; k < kept && !seen; k++) {
            const TraceShape *other = &g_array_index(shapes, TraceShape, k);
            seen = fabs(shape->x - other->x) < SAME_PLACE * MIN(shape->w, other->w) &&
                   fabs(shape->y - other->y) < SAME_PLACE * MIN(shape->h, other->h);
        }
        if (!seen)
            g_array_index(shapes, TraceShape, kept++) = *shape;
    }
    g_array_set_size(shapes, kept);
}

void
trace_find_shapes(const TracePage *page, GArray *options, GArray *boxes)
{
    double dpi = page->px_per_mm * 25.4, pixels = (double)pixGetWidth(page->grey) * pixGetHeight(page->grey);
    int scale = dpi < SCALE_DPI / 2 ? 3 : dpi < SCALE_DPI ? 2 : 1;
    while (scale > 1 && pixels * scale * scale > TRACE_MAX_PIXELS)
        scale--;
    g_autoptr(PIX) large =
        scale == 1 ? pixClone(page->grey) : pixScaleGrayLI(page->grey, (float)scale, (float)scale);
    for (int i = 0; large && i < 2 * LEVELS; i++) {
        Layer layer = {.scale = scale, .px_per_mm = page->px_per_mm * scale};
        g_autoptr(PIX) dark = pixThresholdToBinary(large, levels[i / 2]);
        /* Small gaps in an outline let its inside run out. */
        g_autoptr(PIX) closed = i % 2 && dark ? pixCloseSafeBrick(NULL, dark, 3, 3) : NULL;
        layer.dark = i % 2 ? closed : dark;
        if (layer.dark)
            find_in_layer(&layer, options, boxes);
    }
    keep_best(options);
    keep_best(boxes);
}
