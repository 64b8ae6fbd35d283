/* A simulated respondent and a simulated scanner: pages with known answers.
 *
 * Used by `form proof`, the demo and the tests. Everything is drawn from the seed and the serial: the same
 * seed, package and options give the same pages, on any thread and in any order. docs/simulation.md says what
 * is in each population. */
#pragma once

#include "calibration-scan.h"
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

/* An office scanner and careful people, as most of a SIPAS delivery: what the demo and the proof use. */
extern const CalibrationHabits calibration_habits_ordinary;

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

/* What is printed and filled in. */
typedef struct {
    FormPrinter *printer;
    FormSheetId id;
    const CalibrationRespondent *respondent; /* NULL: left blank */
    const FormSample *sample;                /* what the head is filled from; NULL: it stays empty */
    const FormSampleRow *row;
} CalibrationCopy;

/* The whole way: the page printed, filled in and scanned; where the scan lets the back show through, the
 * sheet's other page as well. 1, 8 or 32 bpp by mode, with its resolution set. NULL when the dpi is out of
 * range, the form has no such page or memory is short. The caller frees it. */
PIX *calibration_simulate_copy(const CalibrationCopy *copy, const CalibrationScan *scan, GRand *random);

/* The same with an empty head. */
PIX *calibration_simulate(FormPrinter *printer, const FormSheetId *id,
                          const CalibrationRespondent *respondent, const CalibrationScan *scan,
                          GRand *random);

/* A generator for one purpose: from the seed, the serial, the page and a word of what it is for.
 * g_rand_free() it. */
GRand *calibration_random(guint32 seed, const char *serial, int page, const char *purpose);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CalibrationRespondent, calibration_respondent_free)
