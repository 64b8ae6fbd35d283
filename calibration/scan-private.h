/* What the files of the simulated paper, scanner and camera share. */
#pragma once

#include "calibration-scan.h"
#include "simulation-private.h"

/* One plane of bytes (grey, or one of red, green, blue). */
typedef struct {
    int width, height;
    guint8 *bytes; /* width * height, row by row */
} CalibrationPlane;

/* How the sheet lies in the scanner, drawn once a scan. */
typedef struct {
    const CalibrationScan *scan;
    const FormPackage *package;
    double to_paper[9];            /* image px, feed apart -> paper mm, curl and fold apart; row by row */
    gboolean straight;             /* a row of the image is a straight line on paper, evenly walked */
    cairo_matrix_t fed_of_paper;   /* paper mm -> px of the sheet turned as it was fed, from its corner */
    int turns;                     /* quarter turns clockwise, 0 … 3 */
    int sheet_width, sheet_height; /* px of the sheet as drawn */
    int sheet_x, sheet_y;          /* where in it the page's top left is */
    int fed_width, fed_height;     /* the same as fed */
    int width, height;             /* of the image */
    double px_per_mm;
    double wobble_mm[2], wobble_period_mm[2], wobble_phase[2];
    int rim;              /* px of shadow about the sheet as fed */
    int dark_edge;        /* where the lamp is weakest: 0 left, 1 right, 2 top, 3 bottom */
    int grain_x, grain_y; /* which piece of paper this is */
    double background;    /* what is seen beside the sheet, of 255 */
    double edge[4];       /* shadow beside the sheet's edges: left, top, right, bottom as fed; of 255 */
} CalibrationPose;

void calibration_pose_init(CalibrationPose *pose, const CalibrationScan *scan, const FormPackage *package,
                           GRand *random);

/* A row of the image on paper: between two nodes it is taken as straight. */
typedef struct {
    int x;                         /* of the image, px */
    double paper_x_mm, paper_y_mm; /* of that pixel's centre; fold apart */
} CalibrationNode;

/* Fills `nodes` for row `y`, from x = 0 to x = width; there is room for calibration_pose_nodes() of them.
 * Returns how many. */
int calibration_pose_nodes(const CalibrationPose *pose);
int calibration_pose_row(const CalibrationPose *pose, int y, CalibrationNode *nodes);

/* How far a point lies below the fold, mm along the page; below 0 above it. Not to be asked without a fold.
 */
double calibration_pose_over_fold(const CalibrationPose *pose, double paper_x_mm, double paper_y_mm);

/* The sheet as fed, resampled into the image: one plane, of the colour at bit `shift` of Cairo's pixels or,
 * below 0, of luma. The caller frees `bytes`. */
CalibrationPlane calibration_resample(const CalibrationPose *pose, cairo_surface_t *sheet, int shift);

/* A sheet to be damaged. */
typedef struct {
    const CalibrationScan *scan;
    const FormPackage *package;
    const FormPage *page;
    cairo_surface_t *surface;
    cairo_t *cr;       /* over `surface`, in page mm */
    FormRect paper;    /* the sheet's edges, in page mm */
    double px_per_mm;  /* of `surface` */
    double background; /* what is seen beside the sheet, of 255 */
    GRand *random;
} CalibrationSheet;

/* All that befalls the sheet after it was filled in. */
void calibration_paper_damage(const CalibrationSheet *sheet, const CalibrationPaper *paper);

/* Its parts: seals; stains, dirt and creases; tears, dog ears and covers; damage to QRs; the back that shows
 * through; other sheets and folded ones. */
void calibration_paper_seal(const CalibrationSheet *sheet);
void calibration_paper_stain(const CalibrationSheet *sheet);
void calibration_paper_crumple(const CalibrationSheet *sheet);
void calibration_paper_tear(const CalibrationSheet *sheet);
void calibration_paper_damage_qr(const CalibrationSheet *sheet, const FormRect *qr);
void calibration_paper_cover_qr(const CalibrationSheet *sheet, const FormRect *qr);
void calibration_paper_show_through(const CalibrationSheet *sheet, cairo_surface_t *back);
void calibration_paper_hide(const CalibrationSheet *sheet, cairo_surface_t *other);

/* Blurs by a Gaussian of that standard deviation, in place; the rest of a row or column beyond the edge is
 * taken as the edge. */
void calibration_blur(CalibrationPlane *plane, double sigma_px);

/* Blurs along a line of that length and direction, in place. */
void calibration_blur_motion(CalibrationPlane *plane, double length_px, double angle_rad);

/* Tables of standard normal values times CALIBRATION_UNIT, made once a process from a seed of their own:
 * white noise, and paper's texture that wraps round, CALIBRATION_GRAIN_SIZE squared. */
#define CALIBRATION_UNIT       32
#define CALIBRATION_NOISE_SIZE (1 << 20)
#define CALIBRATION_GRAIN_SIZE 1024
const gint8 *calibration_noise(void);
const gint8 *calibration_grain(void);

/* Blurs and lays shading, fold, texture, noise and streaks over a plane, in place. */
void calibration_sensor_expose(CalibrationPlane *plane, const CalibrationPose *pose, double brightness,
                               GRand *random);

/* White of the paper as read, of 255. */
double calibration_scan_white(const CalibrationScan *scan);

/* The file's side: threshold or dither to 1 bit, or through JPEG; one plane, or three of colour. NULL when
 * memory is short. */
PIX *calibration_pack(CalibrationPlane planes[3], const CalibrationScan *scan, GRand *random);
