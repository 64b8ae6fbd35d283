/* What the files of the simulated people share: strokes on paper, answers, slips of the pen. Lengths in mm.
 */
#pragma once

#include "simulation-private.h"

/* The strokes of a mark before they are drawn. */
typedef struct {
    GPtrArray *strokes; /* of GArray of CalibrationPoint */
    gboolean straight;  /* zigzag, not curves */
    gboolean quick;     /* thinning tails */
} CalibrationStrokes;

void calibration_strokes_init(CalibrationStrokes *strokes);
void calibration_strokes_clear(CalibrationStrokes *strokes);
GArray *calibration_strokes_add(CalibrationStrokes *strokes);
void calibration_strokes_point(GArray *stroke, double x, double y);

/* A line between two points, a little bent. */
void calibration_strokes_line(CalibrationStrokes *strokes, CalibrationPoint from, CalibrationPoint to,
                              GRand *random);

/* Whether the strokes come within `margin_mm` of the option's rectangle; below 0, into it. */
gboolean calibration_strokes_near(const CalibrationStrokes *strokes, const FormOption *option,
                                  double margin_mm);

/* A careful hand makes the mark smaller where the next bubble is close. */
void calibration_strokes_keep_clear(CalibrationStrokes *strokes, const CalibrationInk *ink,
                                    const FormPage *page, const FormOption *option);
void calibration_strokes_draw(const CalibrationStrokes *strokes, const CalibrationInk *ink, cairo_t *cr,
                              GRand *random);

/* The area that the respondent takes for the position: the bubble, or the middle of a large table cell. */
FormOption calibration_mark_target(const FormOption *option);

/* To and fro across the target, or the ellipse around it; `reach` is the size along the lines and `girth`
 * that across them, against the target's. */
typedef struct {
    double angle, reach, girth, spacing_mm;
} CalibrationHatch;
void calibration_mark_hatch(CalibrationStrokes *strokes, const FormOption *target,
                            const CalibrationHatch *hatch, GRand *random);

/* The strokes of a mark at `option`, kept out of every other option of the page. */
void calibration_mark_strokes(CalibrationStrokes *strokes, const CalibrationHand *hand,
                              CalibrationMarkKind way, const CalibrationInk *ink, const FormPage *page,
                              const FormOption *option, GRand *random);

/* The way, or a tick where this hand's pencil is too pale for it. */
CalibrationMarkKind calibration_hand_way(const CalibrationHand *hand, CalibrationMarkKind way);

/* What is truly done to one position. */
typedef struct {
    FormMarkState state;
    CalibrationMarkKind kind;  /* as told; NONE where nothing is */
    CalibrationMarkKind way;   /* of its mark, where it has one (state not empty) */
    const FormOption *tail_to; /* the mark runs into this other position, or NULL */
} CalibrationPosition;

typedef struct {
    const FormField *field;
    const FormPage *page;
    char *value;                    /* the truth */
    CalibrationPosition *positions; /* one an option; NULL for a box */
    gboolean struck;                /* struck out: no further slips here */
} CalibrationAnswer;

/* Something drawn on the page that is no mark: planned with the answers, since it is part of the truth. */
typedef struct {
    int page;
    CalibrationStrokes strokes;
    char *text;      /* a note is written where the strokes are, or NULL */
    FormRect around; /* … in this rectangle … */
    gboolean upward; /* … turned, to be read from the right; `around` is as it is read, at its lower left */
} CalibrationSlip;

struct CalibrationRespondent {
    const FormPackage *package;
    CalibrationHabits habits;
    guint32 seed;
    char *serial;
    CalibrationHand hand;
    double mood;         /* where on a scale this person mostly answers, 0 first … 1 last option */
    double firmness;     /* standard deviation about it */
    GPtrArray *answers;  /* of CalibrationAnswer */
    GHashTable *by_name; /* name -> CalibrationAnswer, in answers */
    GPtrArray *slips;    /* of CalibrationSlip */
};

const FormOption *calibration_answer_option(const CalibrationAnswer *answer, guint i);

/* The generator of one field, for one purpose. */
GRand *calibration_answer_random(const CalibrationRespondent *respondent, const CalibrationAnswer *answer,
                                 const char *purpose);

/* How the marks of an answer are made and which of them are taken back: once the options are chosen. */
void calibration_manner_plan(const CalibrationRespondent *respondent, CalibrationAnswer *answer);

/* Draws an answer's marks, corrections and words. */
void calibration_manner_draw(const CalibrationRespondent *respondent, const CalibrationAnswer *answer,
                             const CalibrationInk *ink, cairo_t *cr);

/* Takes a mark back on paper; the mark is drawn already, but for one that is erased. */
void calibration_cancel_draw(const CalibrationHand *hand, const CalibrationPosition *position,
                             const CalibrationInk *ink, const FormPage *page, const FormOption *option,
                             cairo_t *cr, GRand *random);

/* Whether there is room about the option for a line through it that goes well beyond. */
gboolean calibration_cancel_has_room(const FormPage *page, const FormOption *option);

/* Questions struck out, singly and in blocks: once all selects of the page are chosen, before words are
 * written. */
void calibration_strike_plan(CalibrationRespondent *respondent, const FormPage *page);

/* Specks, tails, strays, rings, underlines, notes; last, since they keep off what is marked and written. */
void calibration_slip_plan(CalibrationRespondent *respondent, const FormPage *page);
void calibration_slip_draw(const CalibrationRespondent *respondent, int page, const CalibrationInk *ink,
                           cairo_t *cr);

/* Ticks and crosses that run into an empty position beyond their own, and their strokes. */
void calibration_tail_plan(CalibrationRespondent *respondent, const FormPage *page, GRand *random);
void calibration_tail_strokes(CalibrationStrokes *strokes, const CalibrationPosition *position,
                              const FormOption *option, GRand *random);

/* The answer of a field of the package. */
CalibrationAnswer *calibration_answer_of(const CalibrationRespondent *respondent, const FormField *field);

/* A new slip of the respondent, of these strokes; they are taken and left empty. */
CalibrationSlip *calibration_slip_add(CalibrationRespondent *respondent, const FormPage *page,
                                      CalibrationStrokes *strokes);
void calibration_slip_free(gpointer slip);

/* Rings, underlines, notes. */
void calibration_note_plan(CalibrationRespondent *respondent, const FormPage *page, GRand *random);

/* Whether the strokes stay `margin_mm` off all boxes, QR codes and fiducials of the page. */
gboolean calibration_slip_is_free(const CalibrationStrokes *strokes, const FormPage *page, double margin_mm);

/* Tells the truth of the empty positions that the strokes cross or pass. */
void calibration_slip_tell(CalibrationRespondent *respondent, const FormPage *page,
                           const CalibrationStrokes *strokes, CalibrationMarkKind crossed);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CalibrationStrokes, calibration_strokes_clear)
