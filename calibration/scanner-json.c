#include <math.h>

#include "scanner-private.h"

const char *
calibration_mode_name(CalibrationMode mode)
{
    static const char *const names[] = {"bilevel", "grey", "colour"};
    return names[mode];
}

/* null where nothing was measured. */
static json_t *
number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *
numbers(const double *values, int n)
{
    json_t *array = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(array, number(values[i]));
    return array;
}

static json_t *
geometry_of(const CalibrationScannerReading *reading)
{
    json_t *object = json_object();
    json_object_set_new(object, "dpi_x", number(reading->dpi_x));
    json_object_set_new(object, "dpi_y", number(reading->dpi_y));
    json_object_set_new(object, "claimed_dpi_x",
                        number(reading->claimed_dpi_x > 0 ? reading->claimed_dpi_x : NAN));
    json_object_set_new(object, "claimed_dpi_y",
                        number(reading->claimed_dpi_y > 0 ? reading->claimed_dpi_y : NAN));
    json_object_set_new(object, "print_scale_x",
                        number(reading->print_scale_x > 0 ? reading->print_scale_x : NAN));
    json_object_set_new(object, "print_scale_y",
                        number(reading->print_scale_y > 0 ? reading->print_scale_y : NAN));
    json_object_set_new(object, "upside_down", json_boolean(reading->upside_down));
    json_object_set_new(object, "skew_deg", number(reading->skew_deg));
    json_object_set_new(object, "shear_deg", number(reading->shear_deg));
    json_object_set_new(object, "residual_mm", number(reading->residual_mm));
    json_object_set_new(object, "feed_mm", number(reading->feed_mm));
    json_object_set_new(object, "stretch_least", number(reading->stretch_least));
    json_object_set_new(object, "stretch_most", number(reading->stretch_most));
    json_object_set_new(object, "dots", json_integer(reading->dots));
    json_object_set_new(object, "dots_expected", json_integer(reading->dots_expected));
    return object;
}

static json_t *
tone_of(const CalibrationScannerReading *reading)
{
    json_t *object = json_object();
    json_object_set_new(object, "white", number(reading->white));
    json_object_set_new(object, "black", number(reading->black));
    json_object_set_new(object, "steps_percent", numbers(target_steps, TARGET_N_STEPS));
    json_object_set_new(object, "steps", numbers(reading->steps, CALIBRATION_STEPS));
    json_object_set_new(object, "gamma", number(reading->gamma));
    json_object_set_new(object, "white_clipped", number(reading->white_clipped));
    json_object_set_new(object, "black_clipped", number(reading->black_clipped));
    json_object_set_new(object, "lightest_told_percent", number(reading->lightest_told));
    json_object_set_new(object, "shading", number(reading->shading));
    json_object_set_new(object, "noise_white", number(reading->noise_white));
    json_object_set_new(object, "noise_grey", number(reading->noise_grey));
    return object;
}

static json_t *
sharpness_of(const CalibrationScannerReading *reading)
{
    double lp_mm[TARGET_N_BARS];
    for (int i = 0; i < TARGET_N_BARS; i++)
        lp_mm[i] = target_bar_lp_mm(i);
    json_t *object = json_object();
    json_object_set_new(object, "mtf50_across_lp_mm", number(reading->mtf50_across));
    json_object_set_new(object, "mtf50_along_lp_mm", number(reading->mtf50_along));
    json_object_set_new(object, "blur_across_mm", number(reading->blur_across_mm));
    json_object_set_new(object, "blur_along_mm", number(reading->blur_along_mm));
    json_object_set_new(object, "blur_worst_mm", number(reading->blur_worst_mm));
    json_object_set_new(object, "blur_worst_x_mm", number(reading->blur_worst_x_mm));
    json_object_set_new(object, "blur_worst_y_mm", number(reading->blur_worst_y_mm));
    json_object_set_new(object, "bars_lp_mm", numbers(lp_mm, TARGET_N_BARS));
    json_object_set_new(object, "bars_across", numbers(reading->bars_across, CALIBRATION_BARS));
    json_object_set_new(object, "bars_along", numbers(reading->bars_along, CALIBRATION_BARS));
    return object;
}

static json_t *
bilevel_of(const CalibrationScannerReading *reading)
{
    json_t *object = json_object();
    json_object_set_new(object, "threshold", number(reading->threshold));
    json_object_set_new(object, "white_specks", number(reading->white_specks));
    json_object_set_new(object, "black_specks", number(reading->black_specks));
    json_object_set_new(object, "roughness_mm", number(reading->roughness_mm));
    return object;
}

static json_t *
streaks_of(const CalibrationScannerReading *reading)
{
    json_t *array = json_array();
    for (int i = 0; i < reading->n_streaks; i++) {
        const CalibrationFoundStreak *streak = &reading->streaks[i];
        json_t *object = json_object();
        json_object_set_new(object, "from_left_mm", number(streak->from_left_mm));
        json_object_set_new(object, "width_mm", number(streak->width_mm));
        json_object_set_new(object, "strength", number(streak->strength));
        json_object_set_new(object, "in_white", json_boolean(streak->in_white));
        json_object_set_new(object, "share", number(streak->share));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *
edges_of(const CalibrationScannerReading *reading)
{
    static const char *const sides[] = {"left", "right", "top", "bottom"};
    json_t *object = json_object();
    for (int i = 0; i < 4; i++) {
        json_t *side = json_object();
        json_object_set_new(side, "dark_mm", number(reading->edge_dark_mm[i]));
        json_object_set_new(side, "cut_mm", number(reading->edge_cut_mm[i]));
        json_object_set_new(object, sides[i], side);
    }
    return object;
}

json_t *
calibration_scanner_to_json(const CalibrationScannerReading *reading)
{
    json_t *object = json_object();
    json_object_set_new(object, "mode", json_string(calibration_mode_name(reading->mode)));
    json_object_set_new(object, "width_px", json_integer(reading->width_px));
    json_object_set_new(object, "height_px", json_integer(reading->height_px));
    json_object_set_new(object, "qr_read", json_boolean(reading->qr_read));
    json_object_set_new(object, "geometry", geometry_of(reading));
    json_object_set_new(object, "tone", tone_of(reading));
    json_object_set_new(object, "sharpness", sharpness_of(reading));
    json_object_set_new(object, "bilevel", bilevel_of(reading));
    json_object_set_new(object, "streaks", streaks_of(reading));
    json_object_set_new(object, "edges", edges_of(reading));
    return object;
}
