#include "quality-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* White paper that is read a little grey is no tail; neither is a black lid. */
#define TAIL_DARKEST  16
#define TAIL_LIGHTEST 235

/* Nor is paper without any noise, in its own white, give or take so much of 255. */
#define TAIL_LIKE_PAPER 8

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

/* A file that ends early is filled up by some drivers with one grey value. */
static void
look_for_tail(FormReading *reading, const OmrPageView *view, double mm_per_px,
              const CalibrationQuality *limits)
{
    int level = MIN(1, view->image->n_levels - 1);
    const OmrImage *image = omr_pyramid_image(view->image, level);
    guint8 value = image->pixels[(gsize)(image->height - 1) * (gsize)image->stride];
    const OmrImage *whole = &view->image->level[0];
    double paper = omr_white_at(view->white, whole->width / 2.0, whole->height / 2.0);
    int y = image->height;

    if (value < TAIL_DARKEST || value > TAIL_LIGHTEST || fabs(value - paper) <= TAIL_LIKE_PAPER)
        return;
    while (y > 0 && is_flat_row(image, y - 1, value))
        y--;
    double tail_mm = (image->height - y) * mm_per_px * (1 << level);
    if (tail_mm >= limits->tail_mm)
        flag(reading, "flat_tail",
             _("the lowest %.0f mm of the image are one flat grey: the scan broke off, scan the sheet again"),
             tail_mm);
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

    look_at_light(reading, view, limits);
    look_for_streaks(reading, view, mm_per_px);
    look_for_tail(reading, view, mm_per_px, limits);
    look_for_lost_print(reading, view, mm_per_px, profile);
}
