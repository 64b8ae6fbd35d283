/* Every answer position and writing box with its surroundings, as the blank shows them. */
#include <math.h>
#include <string.h>

#include "blank-private.h"
#include "parts-private.h"
#include "runs-private.h"

#define MAX_MARGIN_MM 2.2 /* a ring drawn around a bubble stays within */

/* Marks are measured at this many pixels per mm of the page (about 160 dpi): the thinnest pen, 0.3 mm, is
 * then two pixels wide. Writing is larger. */
#define OPTION_PX_PER_MM 6.3
#define BOX_PX_PER_MM    5.0

/* Half the width of the band that counts as outline: line and error of place; less where a position is small.
 */
#define OUTLINE_BAND_MM    0.3
#define OUTLINE_BAND_SHARE 0.08

/* A box's own outline and what is drawn over it stay outside. */
#define BOX_INSET_MM 0.8

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
 * inside, and all of it one pixel off. */
static void
sample_print(OmrTarget *target, const OmrSource *source)
{
    double pixel_mm = 1 / target->px_per_mm;
    const int reach = 1;
    int width = target->width + 2 * reach, height = target->height + 2 * reach;
    g_autofree guint8 *wide = g_malloc((gsize)width * (gsize)height);

    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            double dx_mm = (x - (width - 1) / 2.0) * pixel_mm, dy_mm = (y - (height - 1) / 2.0) * pixel_mm;
            wide[y * width + x] =
                (guint8)(255 - omr_source_at(source, target->x_mm + dx_mm, target->y_mm + dy_mm, pixel_mm));
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
add_target(OmrBlank *blank, const OmrSource *source, OmrTarget target, const FormRect *rect, FormShape shape)
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
    omr_parts_find(&target);
    if (target.option != NULL)
        omr_runs_learn(&target, source);
    g_array_append_val(blank->targets, target);
}

static void
add_option(OmrBlank *blank, const OmrSource *source, const FormField *field, const FormOption *option)
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
add_box(OmrBlank *blank, const OmrSource *source, const FormField *field)
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
    omr_parts_clear(target);
}

void
omr_blank_prepare_targets(OmrBlank *blank, const OmrSource *source)
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
