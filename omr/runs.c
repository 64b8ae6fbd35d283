#include "runs-private.h"

#include <math.h>

/* The surroundings are looked at as coarsely as a stroke allows, to so far beyond the end of the ways. */
#define PX_PER_MM 3.0
#define BEYOND_MM 2.0

/* However small or large a position is, hands are of one size. */
#define LEAST_REACH_MM 9.0
#define MOST_REACH_MM  15.0

/* A way begins this far beyond the rim. */
#define RIM_MM 0.4

/* Its pixels are so many times the size of those that ink is told by, and paper's noise so much less. */
#define COARSER 2

/* Ways are tried in so many directions, and from so far apart. */
#define DIRECTIONS 48
#define APART_PX   1.0

/* A stroke is darker than what lies this far to both of its sides. */
#define SIDE_PX 3.0

/* By how much it may stray from straight from one pixel to the next, and in all. */
#define STEP_PX 0.5
#define SWAY_PX 4.0

/* Print is darker than paper by this, of 255. */
#define PRINT_CONTRAST 18

/* Of the blank, ways with this share of print are no ways. */
#define PRINTED_SHARE 0.5

/* A longer gap is no gap in a stroke, but where it ends. */
#define GAP_MM 1.0

/* The surroundings of a position: 2 half + 1 pixels wide and high. */
typedef struct {
    guint8 *grey;
    int half;
    double contrast; /* of 255: a stroke is so much darker than its sides */
} View;

static double
reach_of(const OmrTarget *target, double sizes)
{
    return CLAMP(sizes * target->size_mm, LEAST_REACH_MM, MOST_REACH_MM);
}

static void
view_init(View *view, double reach_mm)
{
    view->half = (int)ceil((reach_mm + BEYOND_MM) * PX_PER_MM);
    gsize side = 2 * (gsize)view->half + 1;
    view->grey = g_malloc(side * side);
}

static int
grey_at(const View *view, double x, double y)
{
    int column = (int)(x + view->half + 0.5), row = (int)(y + view->half + 0.5), side = 2 * view->half + 1;

    return column >= 0 && row >= 0 && column < side && row < side ? view->grey[row * side + column] : 255;
}

/* How much darker a pixel is than what lies to both sides of the direction (dx, dy). */
static int
ridge_at(const View *view, double x, double y, double dx, double dy)
{
    int left = grey_at(view, x + SIDE_PX * dy, y - SIDE_PX * dx);
    int right = grey_at(view, x - SIDE_PX * dy, y + SIDE_PX * dx);

    return MIN(left, right) - grey_at(view, x, y);
}

/* Whether a stroke goes all the way from `from_px` to `to_px` in the direction (dx, dy), beginning `aside_px`
 * to its side: so much of it must be inked. */
static gboolean
goes_all_the_way(const View *view, double dx, double dy, double aside_px, double from_px, double to_px,
                 double share)
{
    double bare = (1 - share) * (to_px - from_px), aside = aside_px, inked_to = from_px;

    for (double along = from_px; along <= to_px; along++) {
        int most = G_MININT;
        double best = aside;
        for (int step = -1; step <= 1; step++) {
            double here = CLAMP(aside + step * STEP_PX, aside_px - SWAY_PX, aside_px + SWAY_PX);
            int ridge = ridge_at(view, along * dx - here * dy, along * dy + here * dx, dx, dy);
            if (ridge > most || (ridge == most && step == 0)) {
                most = ridge;
                best = here;
            }
        }
        if (most >= view->contrast) {
            aside = best;
            inked_to = along;
        } else if (--bare < 0 || along - inked_to > GAP_MM * PX_PER_MM) {
            return FALSE;
        }
    }
    return TRUE;
}

/* The directions, but for those in `without`, in which a stroke goes on from the rim as far as `reach_mm`
 * from the middle. */
static guint64
find_runs(const View *view, const OmrTarget *target, double reach_mm, double share, guint64 without)
{
    double from_px = (target->size_mm / 2 + RIM_MM) * PX_PER_MM, most_aside = target->size_mm / 2 * PX_PER_MM;
    guint64 runs = 0;

    for (guint i = 0; i < DIRECTIONS; i++) {
        double angle = 2 * G_PI * i / DIRECTIONS, dx = cos(angle), dy = sin(angle);
        for (double aside = -most_aside;
             aside <= most_aside && (without >> i & 1) == 0 && (runs >> i & 1) == 0; aside += APART_PX) {
            if (goes_all_the_way(view, dx, dy, aside, from_px, reach_mm * PX_PER_MM, share))
                runs |= (guint64)1 << i;
        }
    }
    return runs;
}

void
omr_runs_learn(OmrTarget *target, const OmrSource *source)
{
    View view = {.contrast = PRINT_CONTRAST};

    view_init(&view, LEAST_REACH_MM);
    for (int y = -view.half, at = 0; y <= view.half; y++) {
        for (int x = -view.half; x <= view.half; x++)
            view.grey[at++] = (guint8)omr_source_at(source, target->x_mm + x / PX_PER_MM,
                                                    target->y_mm + y / PX_PER_MM, 1 / PX_PER_MM);
    }
    guint64 printed = find_runs(&view, target, LEAST_REACH_MM, PRINTED_SHARE, 0);
    target->printed_runs =
        printed | printed << 1 | printed >> 1 | printed << (DIRECTIONS - 1) | printed >> (DIRECTIONS - 1);
    g_free(view.grey);
}

static gboolean
runs_on(const OmrMeasure *measure, const OmrTarget *target, const OmrPyramid *image, const OmrWhite *white,
        const OmrAlignment *alignment, const OmrResponse *response, const CalibrationMarks *model)
{
    double reach_mm = reach_of(target, model->run_sizes), pixel_mm = 1 / PX_PER_MM;
    OmrJacobian step = omr_homography_jacobian(&alignment->map, (OmrPoint){target->x_mm, target->y_mm});
    double least = MAX(model->ink, model->noise * response->noise / 255) / COARSER;
    double depth = MAX(least, model->run_depth * measure->mark.style);
    View view = {.contrast = depth * omr_white_at(white, measure->x_px, measure->y_px)};

    view_init(&view, reach_mm);
    OmrRaster raster = {.x = measure->x_px - (step.xx + step.xy) * view.half * pixel_mm,
                        .y = measure->y_px - (step.yx + step.yy) * view.half * pixel_mm,
                        .across_x = step.xx * pixel_mm,
                        .across_y = step.yx * pixel_mm,
                        .down_x = step.xy * pixel_mm,
                        .down_y = step.yy * pixel_mm};
    int side = 2 * view.half + 1;
    omr_pyramid_sample(image, &raster, side, side, view.grey, side);
    guint64 runs = find_runs(&view, target, reach_mm, model->run_share, target->printed_runs);
    g_free(view.grey);
    return runs != 0;
}

/* Whether what stands there may be the line's own end, or be grazed by it: marks with long tails are more. */
static gboolean
is_no_more(const CalibrationMark *mark, const CalibrationMarks *model)
{
    return mark->arms <= 2 && mark->cover < model->stray_cover && mark->ring < model->ring_half &&
           (mark->straight >= model->stray_straight || mark->cover < model->speck_cover);
}

void
omr_runs_find(GArray *measures, const OmrBlank *blank, const OmrPyramid *image, const OmrWhite *white,
              const OmrAlignment *alignment, const OmrResponse *response, const CalibrationMarks *model)
{
    for (guint i = 0; i < measures->len; i++) {
        const OmrTarget *target = &g_array_index(blank->targets, OmrTarget, i);
        OmrMeasure *measure = &g_array_index(measures, OmrMeasure, i);
        if (target->option == NULL || measure->specks == 0 || !is_no_more(&measure->mark, model) ||
            calibration_mark_probability(model, &measure->mark) <= model->reject)
            continue;
        measure->runs_on = runs_on(measure, target, image, white, alignment, response, model);
    }
}
