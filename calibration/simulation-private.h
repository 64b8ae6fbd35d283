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
    double skip_mm;   /* as the hand's */
    cairo_pattern_t *pattern;
    cairo_pattern_t *residue; /* what rubbing leaves of it; NULL until it is needed */
} CalibrationInk;

/* What a stamp, a pen or a pencil leaves: a colour through a random texture. */
typedef struct {
    double red, green, blue;
    double cover;   /* mean opacity, 0 … 1 */
    double texture; /* its unevenness, relative */
} CalibrationTexture;

/* A repeating texture in user space, whose unit must be the mm. The caller destroys it. */
cairo_pattern_t *calibration_texture_new(const CalibrationTexture *texture, GRand *random);

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
    double contrast;                 /* darkness of the pencil */
    double patches;                  /* and its unevenness */
    double nib_mm;                   /* width of the line; 0: the pen's ordinary one */
    double skip_mm; /* a ball that runs dry breaks off about every so many mm; 0: it does not */
} CalibrationHand;

void calibration_hand_init(CalibrationHand *hand, const CalibrationHabits *habits, GRand *random);

/* What that way of marking makes of it: nib, darkness. From a generator of its own, so that ordinary people
 * stay the same people. */
void calibration_hand_init_pen(CalibrationHand *hand, const CalibrationHabits *habits, GRand *random);

/* The pen of a hand. */
void calibration_ink_init(CalibrationInk *ink, const CalibrationHand *hand, GRand *random);

/* Darkness of the line that calibration_ink_init() makes of the same hand and generator. */
double calibration_ink_darkness(const CalibrationHand *hand, GRand *random);

/* What an eraser leaves of a pencil's line: 0.03 … 0.07 dark, the less the lighter the pencil. */
void calibration_ink_init_residue(CalibrationInk *ink, const CalibrationHand *hand, GRand *random);

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
