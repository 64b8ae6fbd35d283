/* What a scanner does to the target page (calibration-target.h): measured, judged, kept and compared.
 *
 * docs/calibration.md tells how each number is found and what it is good for. A number that cannot be
 * measured in a mode is NAN. */
#pragma once

#include <jansson.h>

#include "calibration-profile.h"
#include "calibration-simulation.h"

#define CALIBRATION_STEPS       12
#define CALIBRATION_BARS        6
#define CALIBRATION_MAX_STREAKS 16

typedef enum {
    CALIBRATION_LEFT,
    CALIBRATION_RIGHT,
    CALIBRATION_TOP,
    CALIBRATION_BOTTOM,
} CalibrationSide; /* of the image */

/* A column of the image, along the feed, that differs from its neighbours. */
typedef struct {
    double from_left_mm; /* its middle, from the image's left border */
    double width_mm;     /* at half of its strength */
    double strength;     /* share of the way from paper white to black, > 0 darker, < 0 lighter */
    gboolean in_white;   /* it shows on white paper; else only in the grey and black bars */
    double share;        /* of the page's length looked at, in which it shows */
} CalibrationFoundStreak;

typedef struct {
    /* The image. */
    CalibrationMode mode;
    int width_px, height_px;
    double claimed_dpi_x, claimed_dpi_y; /* as the file says, or 0 */
    gboolean upside_down, qr_read;
    int dots, dots_expected; /* edge dots found */

    /* Geometry, of the whole page: with the page as printed, so `dpi` is the scanner's only where the print
     * is true to size; with rulers given, it is the scanner's own. */
    double dpi_x, dpi_y;
    double print_scale_x, print_scale_y; /* as the rulers tell; 0 where none was given */
    double skew_deg;                     /* clockwise */
    double shear_deg;                    /* of the right angle between across and along */
    double residual_mm;                  /* root mean square of what a straight, even page does not explain */
    double feed_mm;                      /* largest deviation of a line from its even place along the feed */
    double stretch_least,
        stretch_most; /* local stretch over 25 mm against the whole page's, 0 = as the whole */

    /* Tone. Levels of 255. */
    double white, black;
    double steps[CALIBRATION_STEPS]; /* level of each grey step, 0 5 10 20 … 100 % printed darkness */
    double gamma;                    /* (level - black) / (white - black) = (1 - darkness)^gamma */
    double white_clipped;            /* share of white paper that reads 255 */
    double black_clipped;            /* share of black that reads 0 */
    double lightest_told;            /* per cent: the lightest step that can be told from white */
    double shading;                  /* unevenness of white over the page, share of white */
    double noise_white,
        noise_grey; /* standard deviation within 2 mm, of 255; grey includes the print's half-tone */

    /* Sharpness, across the page and along the feed. */
    double mtf50_across, mtf50_along;     /* line pairs a mm */
    double blur_across_mm, blur_along_mm; /* standard deviation of the Gaussian with that MTF50 */
    double blur_worst_mm, blur_worst_x_mm, blur_worst_y_mm; /* of one square, and where on the page it is */
    double bars_across[CALIBRATION_BARS],
        bars_along[CALIBRATION_BARS]; /* contrast of the line patterns, 1 = full */

    /* 1 bit. */
    double threshold;    /* printed darkness from which on it reads black, 0 … 1 */
    double white_specks; /* share of white paper that reads black */
    double black_specks; /* share of black that reads white */
    double roughness_mm; /* root mean square of straight edges' unevenness */

    /* Dirt and borders. */
    int n_streaks;
    CalibrationFoundStreak streaks[CALIBRATION_MAX_STREAKS]; /* strongest first */
    double edge_dark_mm[4]; /* by CalibrationSide: how far darkness reaches in over the paper's edge */
    double edge_cut_mm[4];  /* how much of the paper the image leaves away; NAN: none */
} CalibrationScannerReading;

/* What is known of a scan besides its pixels; 0 where unknown. */
typedef struct {
    double claimed_dpi_x, claimed_dpi_y;
    double ruler_along_mm, ruler_across_mm; /* true lengths of the printed rulers B (200 mm) and A (150 mm);
                                               where only one is given, the print is taken to be even */
} CalibrationScanFacts;

/* Measures the scan of a target: 1, 8 or 32 bpp, upright or upside down. `name` stands in messages.
 * CALIBRATION_ERROR_INPUT when it is no target, lies on its side, or is so damaged or cut off that its marks
 * are not all there. */
gboolean calibration_scanner_measure(PIX *pix, const char *name, const CalibrationScanFacts *facts,
                                     CalibrationScannerReading *reading, GError **error);

/* Something to mend, or to know. */
typedef struct {
    const char *code; /* streak dark_edge cut skew feed scale white black shading noise blur faint threshold
                         specks roughness drift … */
    gboolean mend;    /* else a remark */
    char *text;       /* for people: what, where, and what to clean or mend */
} CalibrationFinding;

void calibration_finding_free(CalibrationFinding *finding);

/* Judges by the profile's [scanner] limits. The caller owns the array (of CalibrationFinding*, owned): what
 * to mend first. */
GPtrArray *calibration_scanner_judge(const CalibrationScannerReading *reading,
                                     const CalibrationScannerLimits *limits);
gboolean calibration_findings_need_mending(const GPtrArray *findings);

/* All numbers as one JSON object; those not measured are null. The caller owns the reference. */
json_t *calibration_scanner_to_json(const CalibrationScannerReading *reading);

/* "1 bit", "grey" or "colour", and the same for programs: "bilevel" "grey" "colour". */
const char *calibration_mode_name(CalibrationMode mode);

/* ---- the history (calibration-history.h): a line a scan ---- */

/* Which scanner and scan a record is of. */
typedef struct {
    const char *scanner; /* its name */
    const char *image;   /* as the user named it */
    const char *sha256;  /* of the image file … */
    int index;           /* … and the page in it, from 0 */
} CalibrationRecord;

/* Adds a record as calibration_history_append() does; the same image of the same scanner is not added again
 * (`added` FALSE). */
gboolean calibration_scanner_history_add(const char *path, const CalibrationRecord *record,
                                         const CalibrationScannerReading *reading, gboolean *added,
                                         GError **error);

/* Adds to `findings` what has drifted against the median of the first 5 records of the same scanner, mode and
 * resolution (within 5 %), other than of the same image. `records` is how many there are of these at all. A
 * missing file is an empty history. */
gboolean calibration_scanner_history_compare(const char *path, const CalibrationRecord *record,
                                             const CalibrationScannerReading *reading,
                                             const CalibrationScannerLimits *limits, GPtrArray *findings,
                                             guint *records, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CalibrationFinding, calibration_finding_free)
