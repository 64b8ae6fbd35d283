/* A simulated sheet of paper, scanner and camera: what may befall a page between the respondent and the page
 * image. docs/simulation.md has every parameter with its range in each population.
 *
 * Three frames: *page* mm are the form's design; *paper* mm are the sheet's, which differ where the printer
 * scaled the page; *image* px are what comes out. All from the top left, x to the right, y down. */
#pragma once

#include <cairo.h>

#include "form-image.h"
#include "form-package.h"

typedef enum {
    CALIBRATION_BILEVEL, /* 1 bit */
    CALIBRATION_GREY,
    CALIBRATION_COLOUR,
} CalibrationMode;

/* How a scanner makes 1 bit of grey. */
typedef enum {
    CALIBRATION_DITHER_NONE,      /* a threshold */
    CALIBRATION_DITHER_ORDERED,   /* Bayer's 8 × 8 matrix */
    CALIBRATION_DITHER_DIFFUSION, /* Floyd and Steinberg */
} CalibrationDither;

/* Edges of the sheet as printed. */
typedef enum {
    CALIBRATION_EDGE_NONE,
    CALIBRATION_EDGE_TOP,
    CALIBRATION_EDGE_RIGHT,
    CALIBRATION_EDGE_BOTTOM,
    CALIBRATION_EDGE_LEFT,
} CalibrationEdge;

/* What has happened to QRs; they add up. */
typedef enum {
    CALIBRATION_QR_NOISE = 1 << 0,
    CALIBRATION_QR_STREAKS = 1 << 1, /* lines of a worn print head */
    CALIBRATION_QR_SPECKS = 1 << 2,
    CALIBRATION_QR_BLUR = 1 << 3,
    CALIBRATION_QR_STROKES = 1 << 4, /* of a pen */
    CALIBRATION_QR_TORN = 1 << 5,    /* one of its corners */
} CalibrationQrDamage;

#define CALIBRATION_QR_DAMAGES 6
#define CALIBRATION_ALL_QR     (-1)
#define CALIBRATION_JUMPS      3
#define CALIBRATION_STREAKS    4

/* A line down the image where the glass is dirty or a sensor is blind. */
typedef struct {
    double at;       /* its middle, as share of the image's width */
    double width_mm; /* 0 = no streak */
    double depth;    /* share of the tone that is lost: 1 black; below 0 towards white: -1 white */
    double from, to; /* shares of the image's height; 0 and 0: all of it */
} CalibrationStreak;

/* What happens to the sheet and in the scanner. All zero but for dpi is a perfect scan. The image is of the
 * paper's size, turned as fed; beyond 2 degrees of skew it grows to hold the turned sheet, as with scanners
 * that find the paper's size themselves; a photo holds the sheet and a margin. */
typedef struct {
    double dpi; /* 50 … 1200; of a photo: at the middle of the sheet */
    CalibrationMode mode;

    /* How the page was printed. */
    double print_scale; /* about the paper's middle: 0 = 1 */
    double fade;        /* toner and pen fainter: share lost, 0 … 1 */

    /* How the sheet was fed. */
    int quarter_turns; /* 0 … 3, clockwise */
    double skew_deg;   /* clockwise, about the sheet's middle */
    double shift_x_mm, shift_y_mm;
    double stretch_x, stretch_y;       /* scale along the page's axes: 0 = 1 = true */
    double wobble_mm;                  /* unevenness of the feed: the most that a line is off */
    double drift_mm;                   /* slow stretch: feed ahead by so much halfway down the image */
    double jump_mm[CALIBRATION_JUMPS]; /* the feed slips: above 0 so much paper is skipped, below 0 it
                                          stands still for so long and is smeared */
    double jump_at[CALIBRATION_JUMPS]; /* where, as share of the image's height */

    /* The sheet's shape. */
    double fold;         /* darkness of a fold across the page, of 255; 0 = none */
    double fold_at;      /* where at mid page, as share of the height: 0 = 0.5 */
    double fold_slope;   /* mm down per mm to the right */
    double fold_step_mm; /* how much the part below it is displaced down */
    CalibrationEdge curl_edge;
    double curl_mm;      /* by how much the curled edge is nearer to the middle than it should be */
    double curl_shade;   /* share of the light lost there, 0 … 1 */
    int creases;         /* lines of crumpled paper: number */
    double crease_depth; /* their darkness, of 255 */

    /* What is lost of it. */
    int lost_corner;           /* 1 … 4 clockwise from the top left: torn off; 0 = none */
    int folded_corner;         /* likewise: folded over, a dog ear */
    double dog_ear_mm;         /* its length along the edges */
    CalibrationEdge lost_edge; /* cut off, or covered by a strip */
    double lost_edge_mm;
    int lost_qr;        /* 1 … N: this QR is covered; CALIBRATION_ALL_QR: all; 0 = none */
    int qr_damage;      /* CalibrationQrDamage: what has happened to all QRs */
    double qr_strength; /* 0 … 1: how bad that is */

    /* What is on it. */
    double seal;            /* opacity of a red seal; 0 = none */
    gboolean seal_anywhere; /* also over answers; else where who stamps would put it */
    int stains;             /* rings, blots and grease: number */
    double stain_depth;     /* share of light that they take, 0 … 1 */
    double dirt;            /* specks and smears: 0 clean … 1 filthy */
    double show_through;    /* of the back's print: share of its darkness, 0 … 1 */

    /* Optics and sensor. */
    double blur_mm;      /* standard deviation of the optics */
    double noise;        /* standard deviation of the sensor, of 255 */
    double grain;        /* standard deviation of the paper's own texture, of 255 */
    double brightness;   /* white paper as read, of 255: 0 = 255; above 255 overexposed */
    double black;        /* solid black as read, of 255: 0 = 24 */
    double shading;      /* fall of brightness from one edge to the other, of 255 */
    double dark_edge_mm; /* the image is darker so near to its left and right */
    double lid;          /* what is seen beside the sheet, of 255: 0 = drawn, white or black */
    CalibrationStreak streaks[CALIBRATION_STREAKS];

    /* A camera's instead. */
    gboolean photo;
    double tilt_deg, tilt_towards_deg; /* of the sheet against the camera, and in which direction */
    double distance_mm;                /* 0 = 400 */
    double vignetting;                 /* light lost in the corners, share */
    double motion_mm, motion_deg;      /* blur of a moving hand: length and direction */
    double cast[3];                    /* light lost of red, green, blue, share */

    /* The file. */
    double threshold; /* of 1 bit, as share of the brightness; 0 = drawn from 0.50 to 0.62 */
    CalibrationDither dither;
    int jpeg_quality; /* 1 … 100: passed through JPEG; 0 = not */

    /* Defects that a station must flag: in no population. */
    double folded_over; /* this share of the sheet, from below, is folded up over the rest; 0 = none */
    double overlapped;  /* this share, from below, is covered by another sheet */
    double cut_off;     /* this share of the image, from below, is missing */
    double grey_tail;   /* this share of the image, from below, is a constant 128 */
} CalibrationScan;

/* The page as drawn, its back and another sheet, as CAIRO_FORMAT_RGB24. */
typedef struct {
    const FormPackage *package;
    int page;
    cairo_surface_t *front; /* at the scan's dpi; is drawn upon */
    cairo_surface_t *back;  /* what shows through, of any resolution; or NULL: nothing does */
    cairo_surface_t *other; /* the sheet that overlaps, of any resolution; or NULL: a white one */
} CalibrationPaper;

/* A random ordinary scan: small skew, shift, stretch, blur, noise, now and then a fold or a seal. Draws from
 * `random`. */
CalibrationScan calibration_scan_ordinary(double dpi, CalibrationMode mode, GRand *random);

/* A random scan of a careless office: any resolution and mode, and everything that may befall a page which
 * can still be read. */
CalibrationScan calibration_scan_hard(GRand *random);

/* What an office does that knows its people write with a light pencil: no 1 bit, no overexposure. Pencil is
 * lost in those before any reader sees it. */
void calibration_scan_spare_pencil(CalibrationScan *scan);

/* A random photo by a telephone's camera, tilted by up to `tilt_deg`. */
CalibrationScan calibration_scan_photo(double tilt_deg, GRand *random);

/* Scans a sheet that is drawn already: 1, 8 or 32 bpp by mode, with its resolution set. For forms printed
 * elsewhere and for tests. NULL when the dpi is out of range, the form has no such page or memory is short.
 * The caller frees it. */
PIX *calibration_scan_sheet(const CalibrationPaper *paper, const CalibrationScan *scan, GRand *random);

/* The same without back and other sheet. */
PIX *calibration_scan_paper(cairo_surface_t *paper, const FormPackage *package, int page,
                            const CalibrationScan *scan, GRand *random);

/* Where a point of the page comes to lie in the image of a scan, in px from the image's top left corner (the
 * first pixel's centre is at 0.5|0.5): within 0.1 mm, wobble_mm apart. A point in paper that a jump skipped
 * lies where the jump is. */
void calibration_scan_place(const CalibrationScan *scan, const FormPackage *package, double x_mm, double y_mm,
                            double *x_px, double *y_px);

/* Writes a page as an image file: JPEG (by quality, 90 where the scan says 0) or TIFF G4 for 1 bit; built
 * aside, renamed. */
gboolean calibration_write(PIX *pix, const CalibrationScan *scan, const char *path, GError **error);
