/* A simulated respondent and a simulated scanner: pages with known answers.
 *
 * Used by `form proof`, the demo and the tests. Everything is drawn from the seed and the serial: the same
 * seed, package and options give the same pages, on any thread and in any order. docs/simulation.md says what
 * is in each population. */
#pragma once

#include "calibration-scan.h"
#include "form-print.h"
#include "form-reading.h"

/* What a person did to an answer position; docs/simulation.md gives the size of each. */
typedef enum {
    /* Answers: ways of marking. */
    CALIBRATION_MARK_FILL,
    CALIBRATION_MARK_TICK,
    CALIBRATION_MARK_CROSS,
    CALIBRATION_MARK_CIRCLE,      /* around the bubble */
    CALIBRATION_MARK_DOT,         /* of a pen, made on purpose */
    CALIBRATION_MARK_SLASH,       /* one thin diagonal stroke */
    CALIBRATION_MARK_SMALL_CROSS, /* well inside the bubble */
    CALIBRATION_MARK_LONG_TICK,   /* leaves the bubble far */
    CALIBRATION_MARK_PATCHY,      /* a few loose strokes over a part of the bubble */
    CALIBRATION_MARK_OVERFLOW,    /* a fill whose strokes run over the rim on both sides */
    CALIBRATION_MARK_REMARKED,    /* a mark over the white paint that covers an earlier one */
    /* Marks taken back: cancelled. */
    CALIBRATION_MARK_SCRIBBLED,   /* scribbled over */
    CALIBRATION_MARK_STRUCK,      /* a fill struck through with one line */
    CALIBRATION_MARK_CROSSED_OUT, /* a fill with an X over it */
    CALIBRATION_MARK_OUTDONE,     /* a small mark, after which another option was filled heavily */
    CALIBRATION_MARK_WHITED_OUT,  /* under white paint */
    CALIBRATION_MARK_ERASED,      /* pencil rubbed out: a residue */
    /* No answers. */
    CALIBRATION_MARK_NONE,       /* nothing, nor anything near */
    CALIBRATION_MARK_SPECK,      /* where the pen rested */
    CALIBRATION_MARK_STRAY,      /* a slip of the pen through it */
    CALIBRATION_MARK_TAIL,       /* the end of a mark that belongs to another position */
    CALIBRATION_MARK_STRUCK_OUT, /* under the line that strikes out its question or grid; cancelled where an
                                    answer was struck with it */
    CALIBRATION_MARK_BESIDE, /* nothing in it, or its rim is grazed; what is no mark passes within 1.5 mm */
} CalibrationMarkKind;

#define CALIBRATION_MARK_WAYS    (CALIBRATION_MARK_OVERFLOW + 1)
#define CALIBRATION_MARK_CANCELS (CALIBRATION_MARK_ERASED - CALIBRATION_MARK_SCRIBBLED + 1)
#define CALIBRATION_MARK_KINDS   (CALIBRATION_MARK_BESIDE + 1)

/* One word, for tables and JSON: "fill", "small_cross", "none" … */
const char *calibration_mark_kind_name(CalibrationMarkKind kind);

typedef enum {
    CALIBRATION_PEN_BLACK,
    CALIBRATION_PEN_BLUE,
    CALIBRATION_PEN_PENCIL,
} CalibrationPen;

/* Who fills. All are probabilities, 0 … 1, but where another unit is named; what is not set does not occur.
 */
typedef struct {
    /* Drawn once a questionnaire. Lists of weights add up to 1. */
    double kind[CALIBRATION_MARK_WAYS]; /* the person's way of marking */
    double pen[3];                      /* by CalibrationPen */
    double thin, felt;                  /* of pens: a line of about 0.25 mm, a felt tip of about 1.1 mm */
    double skipping;                    /* of pens: a ball that runs dry, whose line breaks off */
    double pencil_least, pencil_most;   /* darkness of the pencil: 0 paper … 1 black, evenly between */
    double pencil_patches;              /* its unevenness over some tenths of a mm to mm, relative, 0 … 1 */
    /* Drawn once a mark. */
    double other_kind;                   /* a single mark in another way than the person's own … */
    double other[CALIBRATION_MARK_WAYS]; /* … by these weights */
    double tail; /* a tick or cross that runs into an empty position, where one lies so */
    /* Drawn once a field. */
    double blank;                            /* left unanswered */
    double corrected;                        /* a first mark taken back, and another option marked */
    double corrected_several;                /* the same where several are allowed: one mark too many */
    double cancel[CALIBRATION_MARK_CANCELS]; /* how, by CalibrationMarkKind from SCRIBBLED; as far as the pen,
                                                the first mark and the room on paper allow */
    double remarked;   /* of white paint over a first mark: the answer, too, stands on paint */
    double taken_back; /* erased (pencil) or painted over (pen), and nothing marked instead */
    double doubled;    /* two marks in a single choice: the truth is the empty value, state multiple */
    double struck_out; /* struck out whole */
    double written;    /* a writing box that is written in */
    /* Drawn once an empty position, once a page. */
    double speck;
    double stray, struck_part, ringed, underlined, noted;
    /* Of a copy of a deck (calibration-deck.h), from 1: the options of a field are marked in turn. 0: people
     * choose. */
    int turn;
} CalibrationHabits;

/* An office scanner and careful people, as most of a SIPAS delivery: what the demo and the proof use. */
extern const CalibrationHabits calibration_habits_ordinary;

/* Real people at their worst: every way of marking and correcting, light pencil, slips of the pen. What could
 * mean two things is left out; docs/simulation.md names the gaps. */
extern const CalibrationHabits calibration_habits_hard;

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

/* What one position truly says: empty, marked (both of a double answer) or cancelled (a mark taken back).
 * Empty for a field or option that the form does not have. */
FormMarkState calibration_respondent_mark(const CalibrationRespondent *respondent, const char *field,
                                          const char *option);

/* What was truly done there, for tables of errors by kind. None for a field or option that the form does not
 * have. */
CalibrationMarkKind calibration_respondent_kind(const CalibrationRespondent *respondent, const char *field,
                                                const char *option);

/* Darkness of this person's line, 0 paper … 1 black, as a grey scanner sees it. A light pencil leaves nothing
 * in 1 bit: such scans are no test of a reader. */
double calibration_respondent_darkness(const CalibrationRespondent *respondent);

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
