#include "quality-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* White paper that is read a little grey is no tail; neither is a black lid. */
#define TAIL_DARKEST  16
#define TAIL_LIGHTEST 235

/* Nor is paper without any noise, in its own white, give or take so much of 255. */
#define TAIL_LIKE_PAPER 8

/* Every so many pixels, across and down, tell the white of a page that was not aligned; and where an image
 * does not tell its resolution, it is as high as A4. */
#define TAIL_PAPER_STEP   7
#define UNKNOWN_HEIGHT_MM 297.0

static void G_GNUC_PRINTF(3, 4) flag(FormReading *reading, const char *code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *detail = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    form_reading_add_flag(reading, code, NULL, detail);
}

static void
look_at_light(FormReading *reading, const OmrPageView *view, const CalibrationQuality *limits)
{
    const OmrImage *image = &view->image->level[0];
    double white = omr_white_at(view->white, image->width / 2.0, image->height / 2.0) / 255;
    double black = (view->response->tone[255] - view->response->tone[0]) / 255;

    if (white < limits->dark)
        flag(reading, "dark", _("the paper is read at %.0f%% of white only: is the scanner set too dark?"),
             100 * white);
    if (black < limits->faint)
        flag(reading, "faint",
             _("black print is read at %.0f%% of black only: is the scanner set too light?"), 100 * black);
    if (view->response->sharpness > 0 && view->response->sharpness < limits->blurred)
        flag(reading, "blurred",
             _("print has %.0f%% of its sharpness: clean the glass, or hold the camera still"),
             100 * view->response->sharpness);
}

static void
look_for_streaks(FormReading *reading, const OmrPageView *view, double mm_per_px)
{
    for (guint i = 0; i < view->streaks->len; i++) {
        const OmrStreak *streak = &g_array_index(view->streaks, OmrStreak, i);
        flag(reading, "streak",
             _("a dark line runs down the image %.0f mm from its left edge: clean the scanner's glass"),
             (streak->left_px + streak->right_px) / 2 * mm_per_px);
    }
}

static gboolean
is_flat_row(const OmrImage *image, int y, guint8 value)
{
    const guint8 *row = image->pixels + (gsize)y * (gsize)image->stride;

    return row[0] == value && memcmp(row, row + 1, (gsize)image->width - 1) == 0;
}

/* How many rows at the end of the image are one flat grey. */
static int
tail_rows(const OmrImage *image)
{
    guint8 value = image->pixels[(gsize)(image->height - 1) * (gsize)image->stride];
    int y = image->height;

    if (value < TAIL_DARKEST || value > TAIL_LIGHTEST)
        return 0;
    while (y > 0 && is_flat_row(image, y - 1, value))
        y--;
    return image->height - y;
}

/* A file that ends early is filled up by some drivers with one grey value. `paper` is the white of the page.
 */
static void
look_for_tail(FormReading *reading, const OmrPyramid *pyramid, double paper, double mm_per_px,
              const CalibrationQuality *limits)
{
    int level = MIN(1, pyramid->n_levels - 1);
    const OmrImage *image = omr_pyramid_image(pyramid, level);
    guint8 value = image->pixels[(gsize)(image->height - 1) * (gsize)image->stride];
    double tail_mm = tail_rows(image) * mm_per_px * (1 << level);

    if (tail_mm < limits->tail_mm || fabs(value - paper) <= TAIL_LIKE_PAPER)
        return;
    flag(reading, "flat_tail",
         _("the lowest %.0f mm of the image are one flat grey: the scan broke off, scan the sheet again"),
         tail_mm);
}

/* The white of the rows above the tail, their median: most of a page is paper. 255 where there are none. */
static double
paper_above_tail(const OmrImage *image)
{
    int rows = image->height - tail_rows(image), step = TAIL_PAPER_STEP;
    guint counts[256] = {0}, n = 0, lighter = 0;
    int value = 255;

    for (int y = 0; y < rows; y += step)
        for (int x = 0; x < image->width; x += step, n++)
            counts[image->pixels[(gsize)y * (gsize)image->stride + (gsize)x]]++;
    while (n > 0 && value > 0 && (lighter += counts[value]) < n / 2)
        value--;
    return value;
}

void
omr_quality_flag_tail(FormReading *reading, const OmrPyramid *pyramid, double dpi,
                      const CalibrationProfile *profile)
{
    const OmrImage *image = omr_pyramid_image(pyramid, MIN(1, pyramid->n_levels - 1));
    double mm_per_px = dpi > 0 ? 25.4 / dpi : UNKNOWN_HEIGHT_MM / pyramid->level[0].height;

    look_for_tail(reading, pyramid, paper_above_tail(image), mm_per_px, calibration_profile_quality(profile));
}

/* How far the form's print lies beyond the image, in mm; 0 when it is all there. */
static double
cut_off_mm(const OmrPageView *view, double mm_per_px)
{
    const OmrImage *image = &view->image->level[0];
    const GArray *patches = view->blank->scale[OMR_SCALES - 1].patches;
    double most = 0;

    for (guint i = 0; i < patches->len; i++) {
        const OmrPatch *patch = &g_array_index(patches, OmrPatch, i);
        OmrPoint at = omr_homography_apply(&view->alignment->map, (OmrPoint){patch->x_mm, patch->y_mm});
        double out = MAX(MAX(-at.x, at.x - image->width), MAX(-at.y, at.y - image->height));
        most = MAX(most, out);
    }
    return most * mm_per_px;
}

/* The positions whose print ought to be in the image and does not show. */
typedef struct {
    guint n;
    double left_mm, top_mm, right_mm, bottom_mm;
} Lost;

static Lost
lost_print(const OmrPageView *view, const CalibrationAlign *limits)
{
    Lost lost = {0, 1e9, 1e9, -1e9, -1e9};

    for (guint i = 0; i < view->measures->len; i++) {
        const OmrTarget *target = &g_array_index(view->blank->targets, OmrTarget, i);
        if (g_array_index(view->measures, OmrMeasure, i).outline >= limits->outline)
            continue;
        lost.n++;
        lost.left_mm = MIN(lost.left_mm, target->x_mm);
        lost.top_mm = MIN(lost.top_mm, target->y_mm);
        lost.right_mm = MAX(lost.right_mm, target->x_mm);
        lost.bottom_mm = MAX(lost.bottom_mm, target->y_mm);
    }
    return lost;
}

static void
look_for_lost_print(FormReading *reading, const OmrPageView *view, double mm_per_px,
                    const CalibrationProfile *profile)
{
    const CalibrationQuality *limits = calibration_profile_quality(profile);
    const FormPackage *package = view->blank->package;
    double cut_mm = cut_off_mm(view, mm_per_px);
    Lost lost = lost_print(view, calibration_profile_align(profile));

    if (cut_mm >= limits->cut_mm)
        flag(reading, "cut_off", _("the image ends before the page does: %.0f mm of its print are missing"),
             cut_mm);
    if (lost.n < limits->lost)
        return;
    double corner_mm = limits->corner_mm;
    gboolean beside = lost.right_mm < corner_mm || lost.left_mm > package->width_mm - corner_mm;
    gboolean above = lost.bottom_mm < corner_mm || lost.top_mm > package->height_mm - corner_mm;
    if (beside && above)
        flag(reading, "folded", _("the print of a corner does not show: folded over, torn off or covered"));
    else
        flag(
            reading, "covered",
            _("the print does not show at %u answer positions: is another sheet, a fold or a label over it?"),
            lost.n);
}

void
omr_quality_flag(FormReading *reading, const OmrPageView *view, const CalibrationProfile *profile)
{
    const CalibrationQuality *limits = calibration_profile_quality(profile);
    double mm_per_px = 25.4 / sqrt(reading->dpi_x * reading->dpi_y);
    const OmrImage *whole = &view->image->level[0];

    look_at_light(reading, view, limits);
    look_for_streaks(reading, view, mm_per_px);
    look_for_tail(reading, view->image, omr_white_at(view->white, whole->width / 2.0, whole->height / 2.0),
                  mm_per_px, limits);
    look_for_lost_print(reading, view, mm_per_px, profile);
}
