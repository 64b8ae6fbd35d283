/* Where everything stands on the target page. */
#include <math.h>

#include "target-private.h"

#include "calibration-target.h"

#define STEP_W_MM      14.5
#define STEP_H_MM      10.0
#define CONTENT_X_MM   18.0
#define DOT_600_MM     (25.4 / 600)
#define BAR_GAP_MM     0.5
#define CLEAR_OF_RING  TARGET_FIRST_DOT_MM
#define LAST_ACROSS_MM 190.0

const TargetPoint target_rings[TARGET_N_RINGS] = {
    {TARGET_LEFT_MM, TARGET_TOP_MM},     {TARGET_RIGHT_MM, TARGET_TOP_MM},
    {TARGET_RIGHT_MM, TARGET_BOTTOM_MM}, {TARGET_LEFT_MM, TARGET_BOTTOM_MM},
    {TARGET_FIFTH_X_MM, TARGET_TOP_MM},
};

const double target_steps[TARGET_N_STEPS] = {0, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100};

const FormRect target_ramps[TARGET_N_RAMPS] = {{18, 127, 174, 10}, {18, 189, 174, 10}};
const FormRect target_whites[TARGET_N_WHITES] = {
    {0, 46, 210, 12}, {0, 92, 210, 12}, {0, 154, 210, 12}, {0, 201, 210, 12}, {0, 249, 210, 12},
};
const FormRect target_greys[TARGET_N_GREYS] = {{16, 76, 178, 8}, {16, 222, 178, 8}};
const FormRect target_blacks[TARGET_N_BLACKS] = {{16, 86, 178, 5}, {16, 215, 178, 5}};
const TargetPoint target_squares[TARGET_N_SQUARES] = {
    {30, 115},    {105, 115}, {180, 115}, {30, 177.5}, {105, 177.5},
    {180, 177.5}, {30, 271},  {105, 271}, {180, 271},
};

const int target_bar_dots[TARGET_N_BARS] = {12, 8, 6, 4, 3, 2};
const FormRect target_qr = {164, 17, 28, 28};

static int
add_row(TargetDot *dots, int n, TargetSide side, double y_mm)
{
    for (double x = CLEAR_OF_RING; x <= LAST_ACROSS_MM; x += TARGET_PITCH_MM)
        if (side == TARGET_SIDE_BOTTOM || x < TARGET_FIFTH_X_MM - 6 || x > TARGET_FIFTH_X_MM + 6)
            dots[n++] = (TargetDot){{x, y_mm}, side};
    return n;
}

int
target_dots(TargetDot dots[TARGET_MAX_DOTS])
{
    int n = 0;
    for (int k = 0; k < TARGET_COLUMN_DOTS; k++)
        dots[n++] =
            (TargetDot){{TARGET_LEFT_MM, TARGET_FIRST_DOT_MM + k * TARGET_PITCH_MM}, TARGET_SIDE_LEFT};
    for (int k = 0; k < TARGET_COLUMN_DOTS; k++)
        dots[n++] =
            (TargetDot){{TARGET_RIGHT_MM, TARGET_FIRST_DOT_MM + k * TARGET_PITCH_MM}, TARGET_SIDE_RIGHT};
    n = add_row(dots, n, TARGET_SIDE_TOP, TARGET_TOP_MM);
    return add_row(dots, n, TARGET_SIDE_BOTTOM, TARGET_BOTTOM_MM);
}

FormRect
target_step_rect(int wedge, int step)
{
    int place = wedge == 0 ? step : TARGET_N_STEPS - 1 - step;
    return (FormRect){CONTENT_X_MM + place * STEP_W_MM, wedge == 0 ? 60 : 233, STEP_W_MM, STEP_H_MM};
}

double
target_bar_lp_mm(int i)
{
    return 1 / (2 * target_bar_dots[i] * DOT_600_MM);
}

/* On whole dots of a 600 dpi printer, counted from the bottom left as PDF does: a bar that lies between dots
 * is printed a dot wider. */
FormRect
target_bar_rect(int set, int i)
{
    double left = (set % 2 == 0 ? 42.25 : 117.25) + i * (TARGET_BAR_PATCH_MM + BAR_GAP_MM),
           top = set < 2 ? 109 : 171.5;
    return (FormRect){round(left / DOT_600_MM) * DOT_600_MM,
                      TARGET_HEIGHT_MM - round((TARGET_HEIGHT_MM - top) / DOT_600_MM) * DOT_600_MM,
                      TARGET_BAR_PATCH_MM, TARGET_BAR_PATCH_MM};
}

gboolean
target_bar_across(int set)
{
    return set == 0 || set == 3;
}

FormPackage *
calibration_target_package(void)
{
    FormPackage *package = form_package_new("TARGET", 1);
    package->width_mm = TARGET_WIDTH_MM;
    package->height_mm = TARGET_HEIGHT_MM;
    form_package_add_page(package);
    return package;
}
