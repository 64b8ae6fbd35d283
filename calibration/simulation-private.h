/* What the files of the simulation share. Lengths on paper are mm from the page's top left, y down. */
#pragma once

#include "calibration-simulation.h"

typedef struct {
    double x, y;
} CalibrationPoint;

/* Normal, mean 0, cut off at 2.5 standard deviations: people and scanners have no far tails here. */
double calibration_normal(GRand *random, double sigma);
double calibration_normal_within(GRand *random, double mean, double sigma, double least, double most);
gboolean calibration_chance(GRand *random, double probability);

/* An index drawn by weight; weights of 0 are never drawn. 0 when all are 0. */
int calibration_pick(GRand *random, const double *weights, int n);

/* A pen in a hand: its colour, its width and how the ink lies on the paper. */
typedef struct {
    double width_mm;
    double tremor_mm; /* unsteadiness along a stroke */
    cairo_pattern_t *pattern;
} CalibrationInk;

/* What a stamp, a pen or a pencil leaves: a colour through a random texture. */
typedef struct {
    double red, green, blue;
    double cover;   /* mean opacity, 0 … 1 */
    double texture; /* its unevenness, relative */
} CalibrationTexture;

/* A repeating texture in user space, whose unit must be the mm. The caller destroys it. */
cairo_pattern_t *calibration_texture_new(const CalibrationTexture *texture, GRand *random);

void calibration_ink_init(CalibrationInk *ink, CalibrationPen pen, double pencil_contrast, GRand *random);
void calibration_ink_clear(CalibrationInk *ink);

/* Adds a smooth curve through the points to the path; it breaks where it turns with a cosine below
 * `corner_cos`. */
void calibration_ink_path(cairo_t *cr, const CalibrationPoint *points, int n, double corner_cos);

/* Draws a curve through the points, with the tremor of the hand; `quick` strokes end in a thinning tail. */
void calibration_ink_stroke(const CalibrationInk *ink, cairo_t *cr, const GArray *points, gboolean quick,
                            GRand *random);

/* Draws straight lines through the points, the corners rounded by the pen. */
void calibration_ink_zigzag(const CalibrationInk *ink, cairo_t *cr, const GArray *points, GRand *random);

/* How one person makes marks. */
typedef struct {
    CalibrationMarkKind kind;
    CalibrationPen pen;
    double size;                     /* of ticks, crosses and rings against the bubble */
    double offset_x_mm, offset_y_mm; /* where this hand aims, off the centre */
    double scatter_mm;               /* and how it misses */
    double hatch_rad;                /* direction of hatching */
    double coverage;                 /* share of the bubble that a fill covers */
    gboolean spiral;                 /* fills by going round instead of to and fro */
    double slant;                    /* of the handwriting */
    double letter;                   /* its size */
} CalibrationHand;

void calibration_hand_init(CalibrationHand *hand, const CalibrationHabits *habits, GRand *random);

/* Marks `option`. The mark keeps out of every other option of the page. */
void calibration_mark_draw(const CalibrationHand *hand, CalibrationMarkKind kind, const CalibrationInk *ink,
                           const FormPage *page, const FormOption *option, cairo_t *cr, GRand *random);

/* Scribbles a mark over. */
void calibration_mark_scribble(const CalibrationHand *hand, const CalibrationInk *ink, const FormPage *page,
                               const FormOption *option, cairo_t *cr, GRand *random);

/* Writes `text` by hand into the field's box: one character a cell, or lines. */
void calibration_writing_draw(const CalibrationHand *hand, const CalibrationInk *ink, const FormField *field,
                              const char *text, cairo_t *cr, GRand *random);

/* How many characters of ordinary handwriting fit a free box. */
int calibration_writing_capacity(const FormRect *box);

/* Adds the strokes of one letter to the current path, its baseline's start at the origin, x-height 1 unit of
 * user space. Returns its advance. */
double calibration_writing_letter(cairo_t *cr, gunichar letter);

/* Something plausible to write into a box: digits, a date, a phrase. The caller frees it. */
char *calibration_answer_text(const FormField *field, const FormQuestion *question, GRand *random);

/* What is written for a value: a date's digits in the order of the paper. The caller frees it. */
char *calibration_answer_written(const FormField *field, const char *value);

/* What befalls the sheet after it was filled in, drawn over the page; `cr` in mm. */
void calibration_paper_damage(const CalibrationScan *scan, const FormPackage *package, const FormPage *page,
                              cairo_t *cr, double background, GRand *random);

/* One plane of bytes (grey, or one of red, green, blue). */
typedef struct {
    int width, height;
    guint8 *bytes; /* width * height, row by row */
} CalibrationPlane;

/* How the page lies in the scanner, drawn once a scan. */
typedef struct {
    cairo_matrix_t page_of_image; /* image px -> page px of the render, wobble and fold apart */
    cairo_matrix_t fed_of_page;   /* page px -> px of the page turned as it was fed */
    int turns;                    /* quarter turns clockwise, 0 … 3 */
    int fed_width, fed_height;
    int width, height; /* of the image */
    double px_per_mm;
    double wobble_mm[2], wobble_period_mm[2], wobble_phase[2];
    gboolean folded;
    double fold_y_mm, fold_slope; /* the fold, in page mm: y = fold_y + slope * x */
    double fold_step_mm;          /* how much the part below is displaced */
    int rim;                      /* px of shadow about the page as fed */
    int dark_edge;                /* where the lamp is weakest: 0 left, 1 right, 2 top, 3 bottom */
    int grain_x, grain_y;         /* which piece of paper this is */
    double background;            /* what the scanner sees beside the paper, of 255 */
    double edge[4]; /* shadow beside the paper's edges: left, top, right, bottom as fed; of 255 */
} CalibrationPose;

void calibration_pose_init(CalibrationPose *pose, const CalibrationScan *scan, const FormPackage *package,
                           GRand *random);

/* The page as fed, resampled into the image: one plane, of the colour at bit `shift` of Cairo's pixels or,
 * below 0, of luma. The caller frees `bytes`. */
CalibrationPlane calibration_pose_resample(const CalibrationPose *pose, cairo_surface_t *page, int shift);

/* Blurs and lays shading, fold, texture and noise over a plane, in place. */
void calibration_sensor_expose(CalibrationPlane *plane, const CalibrationPose *pose,
                               const CalibrationScan *scan, double brightness, GRand *random);
