/* The plan of the target page, shared by drawing and measuring. mm from the top left of A4. */
#pragma once

#include "form-package.h"

#define TARGET_WIDTH_MM  210.0
#define TARGET_HEIGHT_MM 297.0

/* Ring marks: a ring with a dot in it. Four stand at the corners of a rectangle, the fifth beside the top
 * left one tells which way up the page lies. */
#define TARGET_LEFT_MM       12.0
#define TARGET_RIGHT_MM      198.0
#define TARGET_TOP_MM        12.0
#define TARGET_BOTTOM_MM     285.0
#define TARGET_FIFTH_X_MM    30.0
#define TARGET_RING_OUTER_MM 4.0 /* radii */
#define TARGET_RING_INNER_MM 2.5
#define TARGET_RING_DOT_MM   1.5
#define TARGET_N_RINGS       5

typedef struct {
    double x, y;
} TargetPoint;

extern const TargetPoint
    target_rings[TARGET_N_RINGS]; /* top left, top right, bottom right, bottom left, fifth */

/* Edge dots, TARGET_DOT_MM in radius, one each TARGET_PITCH_MM along all four sides. */
#define TARGET_DOT_MM       1.0
#define TARGET_PITCH_MM     5.0
#define TARGET_FIRST_DOT_MM 20.0 /* of the left and right columns: the first y … */
#define TARGET_COLUMN_DOTS  52   /* … and how many */
#define TARGET_MAX_DOTS     200

typedef enum {
    TARGET_SIDE_LEFT,
    TARGET_SIDE_RIGHT,
    TARGET_SIDE_TOP,
    TARGET_SIDE_BOTTOM,
} TargetSide;

typedef struct {
    TargetPoint at;
    TargetSide side;
} TargetDot;

/* Fills `dots` and returns how many there are; those of a column come in order of y. */
int target_dots(TargetDot dots[TARGET_MAX_DOTS]);

/* Grey steps: darkness in per cent of black, left to right in the upper wedge, right to left in the lower
 * one, so that a lamp's falling light cancels out. */
#define TARGET_N_STEPS  12
#define TARGET_N_WEDGES 2
extern const double target_steps[TARGET_N_STEPS];
FormRect target_step_rect(int wedge, int step);

/* Even ramps from white to black, the second one from black to white. */
#define TARGET_N_RAMPS 2
extern const FormRect target_ramps[TARGET_N_RAMPS];

/* Over the width of the page, as thin as a streak may be: white, half-tone and black. */
#define TARGET_N_WHITES      5
#define TARGET_N_GREYS       2
#define TARGET_N_BLACKS      2
#define TARGET_GREY_DARKNESS 0.5
extern const FormRect target_whites[TARGET_N_WHITES];
extern const FormRect target_greys[TARGET_N_GREYS];
extern const FormRect target_blacks[TARGET_N_BLACKS];

/* Black squares turned by TARGET_TILT_DEG, for the slanted-edge method of ISO 12233 (e-SFR). It takes edges
 * some 5 degrees off the pixel rows; ours stand 8 off, so that a page fed askew by 3 still leaves 5. */
#define TARGET_N_SQUARES 9
#define TARGET_SQUARE_MM 13.0
#define TARGET_TILT_DEG  8.0
extern const TargetPoint target_squares[TARGET_N_SQUARES];

/* Bars: as much black as white, of whole dots of a 600 dpi printer, in patches of TARGET_BAR_PATCH_MM. */
#define TARGET_N_BARS       6
#define TARGET_BAR_PATCH_MM 8.0
#define TARGET_N_BAR_SETS   4
extern const int target_bar_dots[TARGET_N_BARS]; /* width of one bar, in dots */
double target_bar_lp_mm(int i);                  /* line pairs a mm */

/* Patch `i` of a set; sets 0 and 3 vary across the page, 1 and 2 along it. */
FormRect target_bar_rect(int set, int i);
gboolean target_bar_across(int set);

/* The two rulers: A across, a line with ticks; B along the feed, between two edge dots of the left column. */
#define TARGET_RULER_ACROSS_MM 150.0
#define TARGET_RULER_ALONG_MM  200.0
#define TARGET_RULER_X_MM      30.0
#define TARGET_RULER_Y_MM      146.0
#define TARGET_RULER_B_TOP_MM  45.0

extern const FormRect target_qr;
