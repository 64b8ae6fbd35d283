#include "measure-private.h"

#include <math.h>
#include <string.h>

#include "box-private.h"
#include "folds-private.h"
#include "line-private.h"
#include "order-private.h"
#include "patch-private.h"
#include "shape-private.h"
#include "usual-private.h"

/* Ink cannot be told on print darker than this. */
#define OPAQUE 0.8

/* Print is due where it comes out this much darker than paper (of 255), and than paper's scatter; whether it
 * shows is asked of so many pixels at least. */
#define PRINT_CONTRAST 24
#define PRINT_NOISE    4
#define OUTLINE_PIXELS 24

/* Print as dark as this in the blank is due even where the page shows none of it at all. */
#define PLAIN_PRINT 128

/* A position with fewer pixels on which ink could be told cannot be read. */
#define INSIDE_PIXELS 8

/* A position with less paper inside than this share is full of print: a letter, a number. */
#define PLAIN_SHARE 0.4

/* Print with less of its sharpness than this has lost its edges: a coarse scan, a blurred photo. */
#define SOFT 0.75

/* Paper around a position is darker than the page's, by a fold, a stamp or a stain, by at most this: beyond
 * it is no paper. */
#define MAX_SHADE 0.2

/* The lighter part of paper, unless ink is all over it: this share of it is lighter still, by so many
 * standard deviations of its scatter. */
#define PAPER_QUANTILE 0.15
#define PAPER_SCATTER  1.04

/* The shade of fewer pixels than this says nothing. */
#define SHADE_PIXELS 30

/* Light that differs by more than this between the corners of a window is followed across it, in steps of so
 * many pixels. */
#define UNEVEN     1.02
#define LIGHT_STEP 3

/* Of a stroke's own depth, what its thin or pale places have at least. */
#define STROKE_DEPTH 0.5

/* Rings and scribbles are told where neighbours leave this much room around a position. */
#define ROOM_MM 0.5

/* Whether all of a target is in the image: beyond its edge there is nothing to read. */
static gboolean
lies_within(const OmrImage *image, OmrPoint centre, const OmrJacobian *step, double half_w_mm,
            double half_h_mm)
{
    double reach_x = fabs(step->xx) * half_w_mm + fabs(step->xy) * half_h_mm;
    double reach_y = fabs(step->yx) * half_w_mm + fabs(step->yy) * half_h_mm;

    return centre.x >= reach_x && centre.x < image->width - reach_x && centre.y >= reach_y &&
           centre.y < image->height - reach_y;
}

/* From grey values to darkness against paper: `white_scale` is 255 × 256 by paper's own grey value. */
OMR_VECTOR_CLONES static void
darken(guint8 *pixels, gsize n, guint white_scale)
{
    for (gsize i = 0; i < n; i++)
        pixels[i] = (guint8)(255 - MIN(pixels[i] * white_scale / 256, 255));
}

static guint
white_scale_at(const OmrWhite *white, const OmrRaster *raster, double column, double row)
{
    double x_px = raster->x + column * raster->across_x + row * raster->down_x;
    double y_px = raster->y + column * raster->across_y + row * raster->down_y;

    return (guint)(255 * 256 / omr_white_at(white, x_px, y_px));
}

/* Whether light differs between the corners of a target's window. */
static gboolean
is_uneven(const OmrWhite *white, const OmrRaster *raster, int width, int height)
{
    guint least = G_MAXUINT, most = 0;

    for (int corner = 0; corner < 4; corner++) {
        guint scale = white_scale_at(white, raster, corner % 2 * (width - 1), corner / 2 * (height - 1));
        least = MIN(least, scale);
        most = MAX(most, scale);
    }
    return most > UNEVEN * least;
}

/* The same where light differs from one end of the window to the other. */
static void
darken_unevenly(guint8 *pixels, int width, int height, const OmrWhite *white, const OmrRaster *raster)
{
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x += LIGHT_STEP)
            darken(pixels + y * width + x, (gsize)MIN(LIGHT_STEP, width - x),
                   white_scale_at(white, raster, x + (LIGHT_STEP - 1) / 2.0, y));
    }
}

/* How dark each place of a target is on the page, 0 paper … 255 black. The caller frees it. */
static guint8 *
sample_target(const OmrTarget *target, const OmrPyramid *image, const OmrWhite *white,
              const OmrAlignment *alignment, const GArray *streaks, OmrMeasure *measure)
{
    OmrJacobian step = omr_homography_jacobian(&alignment->map, (OmrPoint){target->x_mm, target->y_mm});
    OmrPoint centre = omr_alignment_point(alignment, target->x_mm, target->y_mm, &measure->support);
    double pixel_mm = 1 / target->px_per_mm;
    double half_w = (target->width - 1) / 2.0, half_h = (target->height - 1) / 2.0;
    OmrRaster raster = {.x = centre.x - (step.xx * half_w + step.xy * half_h) * pixel_mm,
                        .y = centre.y - (step.yx * half_w + step.yy * half_h) * pixel_mm,
                        .across_x = step.xx * pixel_mm,
                        .across_y = step.yx * pixel_mm,
                        .down_x = step.xy * pixel_mm,
                        .down_y = step.yy * pixel_mm};

    measure->x_px = centre.x;
    measure->y_px = centre.y;
    if (!lies_within(&image->level[0], centre, &step, half_w * pixel_mm, half_h * pixel_mm))
        measure->support = 0;
    double inside_mm = half_w * pixel_mm - target->margin_mm;
    measure->light_step =
        omr_white_step(white, centre.x, centre.y, white->cell_px + inside_mm * hypot(step.xx, step.yx));
    measure->streaked = omr_streaks_touch(streaks, centre.x, inside_mm * (fabs(step.xx) + fabs(step.xy)));
    if (target->option == NULL)
        return omr_box_sample(target, image, white, alignment);
    gsize n = (gsize)target->width * (gsize)target->height;
    guint8 *darkness = g_malloc(n);
    omr_pyramid_sample(image, &raster, target->width, target->height, darkness, target->width);
    if (is_uneven(white, &raster, target->width, target->height))
        darken_unevenly(darkness, target->width, target->height, white, &raster);
    else
        darken(darkness, n, white_scale_at(white, &raster, half_w, half_h));
    if (white->folds != NULL)
        omr_folds_lighten(white->folds, &raster, target->width, target->height, darkness);
    return darkness;
}

/* What is the same for all targets of a page. */
typedef struct {
    const OmrResponse *response;
    double threshold; /* darker than expected by more than this is ink */
    int opaque;       /* where the blank is as dark as this, ink cannot be told; 256: it can everywhere */
    guint8 shades[OMR_PAPER]
                 [256]; /* of paper by its darkness in blank and scan: 128 + how much darker it came out */
    gboolean soft;      /* print has lost its edges, which lie beside where the blank has it */
} Page;

static void
page_init(Page *page, const OmrResponse *response, const CalibrationMarks *model)
{
    page->response = response;
    page->threshold = MAX(model->ink * 255, model->noise * response->noise);
    page->soft = response->sharpness > 0 && response->sharpness < SOFT;
    page->opaque = 0;
    while (page->opaque < 256 && response->tone[page->opaque] <= OPAQUE * 255)
        page->opaque++;
    for (int print = 0; print < OMR_PAPER; print++) {
        for (int value = 0; value < 256; value++)
            page->shades[print][value] = (guint8)CLAMP(lround(value - response->tone[print]) + 128, 0, 255);
    }
}

/* Counts over one target. */
typedef struct {
    guint inside, inked, around, inked_around;
    guint outline, outline_seen; /* pixels where print is due, and those where it shows */
    guint darkness;              /* sum over the ink inside */
    guint plain;                 /* of the inside, where the blank is paper … */
    double excess;               /* … and the sum over it, inked or not */
    double excess_all;           /* the same over all of the inside, on print and beside it */
    guint excesses[256];         /* of the inside */
} Count;

/* Of paper's pixels those that are no darker. */
OMR_VECTOR_CLONES static guint
count_paper(const guint8 *expected, const guint8 *darkness, int n, guint8 most, guint *paper)
{
    guint seen = 0, all = 0;

    for (int at = 0; at < n; at++) {
        guint8 is_paper = expected[at] < OMR_PAPER;
        all += is_paper;
        seen += darkness[at] <= most ? is_paper : 0;
    }
    *paper = all;
    return seen;
}

/* How dark the paper is right here, at least `page_paper`: a tenth of it is lighter, which even a full fill
 * leaves. */
static double
paper_of(const OmrTarget *target, const guint8 *darkness, double page_paper)
{
    int n = target->width * target->height;
    guint histogram[256] = {0}, paper;

    /* mostly a tenth is no darker than the page's */
    if (count_paper(target->expected, darkness, n, (guint8)page_paper, &paper) >= 0.1 * paper)
        return page_paper;
    for (int at = 0; at < n; at++) {
        if (target->expected[at] < OMR_PAPER)
            histogram[darkness[at]]++;
    }
    return omr_quantile(histogram, 0.1);
}

/* Whether print shows where the blank has it: where a corner is torn off or something covers the page, it
 * does not. */
static void
count_outline(const OmrTarget *target, const guint8 *darkness, const OmrResponse *response, Count *count)
{
    double least = MAX(PRINT_CONTRAST, PRINT_NOISE * response->noise);
    double paper = paper_of(target, darkness, response->tone[0]);

    for (guint i = 0; i < target->printed.n; i++) {
        guint32 at = target->printed.at[i];
        double due = response->tone[target->print[at]] - response->tone[0];
        if (due < least && target->print[at] < PLAIN_PRINT)
            continue;
        count->outline++;
        count->outline_seen += darkness[at] > paper + MAX(due, least) / 3;
    }
}

/* How much darker the paper around a position is than the blank lets expect of it. */
static double
shade_of(const OmrTarget *target, const guint8 *darkness, const Page *page)
{
    guint histogram[2][256] = {{0}}; /* neighbours in turn: see response.c */

    if (target->n_paper_around < SHADE_PIXELS)
        return 0;
    for (guint i = 0; i < target->n_paper_around; i++) {
        guint32 at = target->around.at[i];
        histogram[i % 2][page->shades[target->print[at]][darkness[at]]]++;
    }
    for (int value = 0; value < 256; value++)
        histogram[0][value] += histogram[1][value];
    double shade = omr_quantile(histogram[0], PAPER_QUANTILE) - 128 + PAPER_SCATTER * page->response->noise;
    return CLAMP(shade, 0, MAX_SHADE * 255);
}

/* What the page, under a target's shade, lets expect for each darkness of the blank, in whole numbers. */
typedef struct {
    guint8 due[256];  /* what is not darker is as expected */
    guint8 most[256]; /* what is darker is ink */
} Expected;

OMR_VECTOR_CLONES static void
expect(Expected *expected, const double *tone, double shade, double threshold)
{
    for (int i = 0; i < 256; i++) {
        double due = MIN(tone[i] + shade, 255), most = MIN(due + threshold, 255);
        expected->due[i] = (guint8)(256 - (int)(256 - due)); /* rounded up */
        expected->most[i] = (guint8)(int)most;
    }
}

static void
map_ink(const OmrTarget *target, const guint8 *darkness, const Expected *expected, guint8 *ink)
{
    int n = target->width * target->height;

    for (int at = 0; at < n; at++)
        ink[at] = darkness[at] > expected->most[target->expected[at]];
}

/* Of a window's pixels, how many lie around the position where ink can be told, and on how many of these is
 * some. */
OMR_VECTOR_CLONES static void
count_around(const guint8 *zone, const guint8 *expected, const guint8 *ink, int n, guint8 darkest,
             Count *count)
{
    guint around = 0, inked = 0;

    for (int at = 0; at < n; at++) {
        guint8 told = (zone[at] == OMR_ZONE_AROUND) & (expected[at] <= darkest);
        around += told;
        inked += told & ink[at];
    }
    count->around = around;
    count->inked_around = inked;
}

static void
count_inside(const OmrTarget *target, const guint8 *darkness, const Page *page, double shade,
             const Expected *expected, const guint8 *ink, Count *count)
{
    const double *tone = page->response->tone;

    for (guint i = 0; i < target->inside.n; i++) {
        guint32 at = target->inside.at[i];
        guint8 blank = target->expected[at];
        double excess = darkness[at] - tone[target->print[at]] - shade;
        count->excess_all += excess;
        if (blank >= page->opaque)
            continue;
        count->inside++;
        count->inked += ink[at];
        count->darkness += ink[at] ? darkness[at] : 0;
        count->excesses[MAX(darkness[at] - expected->due[blank], 0)]++;
        if (blank < OMR_PAPER) {
            count->plain++;
            count->excess += excess;
        }
    }
}

/* The darkening that a twentieth of the inside exceeds or, where there is less ink, half of the ink. */
static double
depth_of(const Count *count)
{
    guint share = count->inside / 20, n = MAX(MIN(share, count->inked / 2), 1);

    for (int value = 255; value > 0; value--) {
        if (count->excesses[value] >= n)
            return value / 255.0;
        n -= count->excesses[value];
    }
    return 0;
}

/* A line is drawn with the pen that marks: a fold or a shade that runs over a mark is fainter than that. */
static void
measure_line(const OmrTarget *target, const guint8 *darkness, const OmrResponse *response, double shade,
             const guint8 *ink, CalibrationMark *mark)
{
    gsize n = (gsize)target->width * (gsize)target->height;
    g_autofree guint8 *stroke = g_malloc(n);
    OmrLine line;

    for (gsize at = 0; at < n; at++)
        stroke[at] = ink[at] != 0 && darkness[at] - response->tone[target->expected[at]] - shade >
                                         STROKE_DEPTH * 255 * mark->depth;
    omr_line_measure(&line, target, stroke, mark->width);
    mark->through = line.through;
    mark->hook = line.hook;
    mark->over = line.over;
}

static void
measure_shape(const OmrTarget *target, const guint8 *ink, OmrMeasure *measure)
{
    CalibrationMark *mark = &measure->mark;
    OmrShape shape;

    omr_shape_measure(&shape, target, ink);
    mark->reach = shape.reach;
    mark->width = shape.width_mm;
    mark->arms = shape.arms;
    mark->straight = shape.straight;
    if (target->margin_mm < ROOM_MM)
        return;
    mark->ring = shape.ring;
    mark->spill = mark->around;
    mark->exits = shape.exits;
    mark->leaves = shape.leaves;
    measure->leaving = shape.leaving;
    measure->arcs = shape.arcs;
    measure->specks = shape.specks;
}

/* How much darker the inside is as a whole; on paper only, where there is enough of it. */
static double
mass_of(const OmrTarget *target, const Count *count, OmrMeasure *measure)
{
    guint least = MAX(INSIDE_PIXELS, (guint)(PLAIN_SHARE * target->inside.n));

    measure->crowded = target->option != NULL && count->plain < least;
    if (measure->crowded)
        return count->excess_all / 255 / target->inside.n;
    return count->plain >= INSIDE_PIXELS ? count->excess / 255 / count->plain : 0;
}

static void
measure_target(const OmrTarget *target, const guint8 *darkness, const Page *page, OmrMeasure *measure)
{
    g_autofree guint8 *ink = g_malloc((gsize)target->width * (gsize)target->height);
    double shade = target->option != NULL ? shade_of(target, darkness, page) : 0;
    CalibrationMark *mark = &measure->mark;
    OmrTarget seen = *target;
    Expected expected;
    Count count = {0};

    if (page->soft && target->option != NULL)
        seen.expected = target->softened;
    expect(&expected, page->response->tone, shade, page->threshold);
    map_ink(&seen, darkness, &expected, ink);
    count_inside(&seen, darkness, page, shade, &expected, ink, &count);
    if (target->option != NULL && page->opaque > 0)
        count_around(target->zone, seen.expected, ink, target->width * target->height,
                     (guint8)(page->opaque - 1), &count);
    if (target->option != NULL) {
        mark->patch = omr_patch_darkest(target, darkness, page->response, shade);
        count_outline(target, darkness, page->response, &count);
    }
    measure->outline = count.outline >= OUTLINE_PIXELS ? (double)count.outline_seen / count.outline : 1;
    if (count.inside < INSIDE_PIXELS)
        measure->support = 0;
    mark->shade = shade / 255;
    if (count.inside > 0) {
        mark->cover = (double)count.inked / count.inside;
        mark->mass = mass_of(target, &count, measure);
        mark->depth = depth_of(&count);
    }
    mark->around = count.around > 0 ? (double)count.inked_around / count.around : 0;
    mark->darkness = count.inked > 0 ? count.darkness / 255.0 / count.inked : 0;
    if (target->option != NULL && count.inked + count.inked_around > 0)
        measure_shape(target, ink, measure);
    if (target->option != NULL && target->margin_mm >= ROOM_MM && count.inked > 0)
        measure_line(&seen, darkness, page->response, shade, ink, mark);
    if (target->option == NULL)
        measure->ink_mm2 = omr_box_writing_mm2(target, ink);
    else
        measure->ink_mm2 = count.inked / (target->px_per_mm * target->px_per_mm);
}

GArray *
omr_measure(const OmrBlank *blank, const OmrPyramid *image, const OmrWhite *white,
            const OmrAlignment *alignment, const GArray *streaks, const CalibrationMarks *model,
            OmrResponse *response)
{
    GArray *measures = g_array_sized_new(FALSE, TRUE, sizeof(OmrMeasure), blank->targets->len);
    g_autoptr(GPtrArray) samples = g_ptr_array_new_full(blank->targets->len, g_free);
    Page page;

    g_array_set_size(measures, blank->targets->len);
    for (guint i = 0; i < blank->targets->len; i++)
        g_ptr_array_add(samples, sample_target(&g_array_index(blank->targets, OmrTarget, i), image, white,
                                               alignment, streaks, &g_array_index(measures, OmrMeasure, i)));
    omr_response_learn(response, blank, samples);
    response->bilevel = image->bilevel;
    page_init(&page, response, model);
    for (guint i = 0; i < blank->targets->len; i++)
        measure_target(&g_array_index(blank->targets, OmrTarget, i), g_ptr_array_index(samples, i), &page,
                       &g_array_index(measures, OmrMeasure, i));
    omr_usual_compare(blank, measures, model);
    return measures;
}
