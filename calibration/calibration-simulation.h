/* A simulated respondent and a simulated scanner: pages with known answers.
 *
 * Used by `form proof`, the demo and the tests. Everything is drawn from the seed and the serial: the same
 * seed, package and options give the same pages, on any thread and in any order. docs/simulation.md says what
 * is in each population. */
#pragma once

#include "form-image.h"
#include "form-package.h"
#include "form-print.h"
#include "form-reading.h"

/* How a mark is made on paper. */
typedef enum {
    CALIBRATION_MARK_FILL,
    CALIBRATION_MARK_TICK,
    CALIBRATION_MARK_CROSS,
    CALIBRATION_MARK_CIRCLE, /* around the bubble */
} CalibrationMarkKind;

typedef enum {
    CALIBRATION_PEN_BLACK,
    CALIBRATION_PEN_BLUE,
    CALIBRATION_PEN_PENCIL,
} CalibrationPen;

/* Who fills: shares are probabilities, 0 … 1, drawn once a questionnaire (kind, pen) or once a field (the
 * rest). */
typedef struct {
    double kind[4];         /* by CalibrationMarkKind; they add up to 1 */
    double pen[3];          /* by CalibrationPen; they add up to 1 */
    double blank;           /* a field left unanswered */
    double corrected;       /* a first mark scribbled over, and another option marked */
    double doubled;         /* two marks in a single choice: the truth is the empty value, state multiple */
    double written;         /* a writing box that is written in */
    double pencil_contrast; /* darkness of the pencil: 0 paper … 1 black */
} CalibrationHabits;

typedef enum {
    CALIBRATION_BILEVEL, /* 1 bit */
    CALIBRATION_GREY,
    CALIBRATION_COLOUR,
} CalibrationMode;

/* What happens to the sheet and in the scanner. All zero but for dpi is a perfect scan: a stretch of 0 counts
 * as 1, a brightness of 0 as 255. The image is of the page's size, turned as fed; beyond 2 degrees of skew it
 * grows to hold the turned page, as with scanners that find the page's size themselves. */
typedef struct {
    double dpi; /* 50 … 1200 */
    CalibrationMode mode;
    int quarter_turns; /* 0 … 3, clockwise: how the sheet was fed */
    double skew_deg;   /* clockwise, about the page's centre */
    double shift_x_mm, shift_y_mm;
    double stretch_x, stretch_y; /* scale along the page's axes: 1 = true */
    double wobble_mm;  /* unevenness of the feed, along the image's height: the most that a line is off */
    double blur_mm;    /* standard deviation of the optics */
    double noise;      /* standard deviation of the sensor, of 255 */
    double grain;      /* standard deviation of the paper's own texture, of 255 */
    double brightness; /* paper white as read, of 255 */
    double shading;    /* fall of brightness from one edge to the other, of 255 */
    double fold; /* darkness of a fold across the page, of 255, which displaces the part below; 0 = none */
    double seal; /* opacity of a red seal at a random place; 0 = none */
    int lost_corner;  /* 1 … 4 clockwise from the top left: torn off; 0 = none */
    int lost_qr;      /* 1 … N: this QR is covered; 0 = none */
    int jpeg_quality; /* 1 … 100: passed through JPEG; 0 = not */
} CalibrationScan;

/* An office scanner and careful people, as most of a SIPAS delivery: what the demo and the proof use. */
extern const CalibrationHabits calibration_habits_ordinary;

/* A random ordinary scan: small skew, shift, stretch, blur, noise, now and then a fold or a seal. Draws from
 * `random`. */
CalibrationScan calibration_scan_ordinary(double dpi, CalibrationMode mode, GRand *random);

/* One filled questionnaire: what was marked and written where. */
typedef struct CalibrationRespondent CalibrationRespondent;

/* `package` must outlive it. The answers follow from `seed` and `serial` alone. */
CalibrationRespondent *calibration_respondent_new(const FormPackage *package, const CalibrationHabits *habits,
                                                  guint32 seed, const char *serial);
void calibration_respondent_free(CalibrationRespondent *respondent);

/* The true answer of a field as responses.csv writes it: an option's value, values joined by a space, the
 * text written, or "" for blank and double answers. Owned by the respondent; NULL when the form has no such
 * field. */
const char *calibration_respondent_value(const CalibrationRespondent *respondent, const char *field);

/* What was truly done to one position: empty, marked (both of a double answer) or cancelled (the first mark
 * of a correction). Empty for a field or option that the form does not have. */
FormMarkState calibration_respondent_mark(const CalibrationRespondent *respondent, const char *field,
                                          const char *option);

/* Draws the marks and writing of one page over `cr`, whose unit is the point, as form_printer_draw(). */
void calibration_respondent_draw(const CalibrationRespondent *respondent, int page, cairo_t *cr);

/* The whole way: the printed page of `id`, filled by `respondent` (NULL: left blank), scanned. Its head stays
 * empty: to have it printed, render with a sample row, calibration_respondent_draw(),
 * calibration_scan_paper(). 1, 8 or 32 bpp by mode, with its resolution set. NULL when the dpi is out of
 * range, the form has no such page or memory is short. The caller frees it. */
PIX *calibration_simulate(FormPrinter *printer, const FormSheetId *id,
                          const CalibrationRespondent *respondent, const CalibrationScan *scan,
                          GRand *random);

/* The same for a sheet that is drawn already: `paper` is a CAIRO_FORMAT_RGB24 image of the page at the scan's
 * dpi, and is drawn upon (seal, tear, cover). For forms printed elsewhere and for tests. */
PIX *calibration_scan_paper(cairo_surface_t *paper, const FormPackage *package, int page,
                            const CalibrationScan *scan, GRand *random);

/* Where a point of the page comes to lie in the image of a scan, in px from the image's top left corner (the
 * first pixel's centre is at 0.5|0.5); wobble_mm and the up to 0.12 mm of a fold apart. */
void calibration_scan_place(const CalibrationScan *scan, const FormPackage *package, double x_mm, double y_mm,
                            double *x_px, double *y_px);

/* A generator for one purpose: from the seed, the serial, the page and a word of what it is for.
 * g_rand_free() it. */
GRand *calibration_random(guint32 seed, const char *serial, int page, const char *purpose);

/* Writes a page as an image file: JPEG (by quality, 90 where the scan says 0) or TIFF G4 for 1 bit; built
 * aside, renamed. */
gboolean calibration_write(PIX *pix, const CalibrationScan *scan, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CalibrationRespondent, calibration_respondent_free)
