/* A reading: what the machine says of one page. Flat values, produced by omr/, kept by store/, printed by
 * `read`.
 *
 * It lives in form/ because it is the answer to a form, and every folder that speaks of answers needs its
 * words. */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef enum {
    FORM_MARK_EMPTY,
    FORM_MARK_MARKED,
    FORM_MARK_CANCELLED, /* scribbled over or struck through */
    FORM_MARK_UNSURE,
} FormMarkState;

/* What stands at a position, by its look: it tells people why, and decides with the probability. */
typedef enum {
    FORM_KIND_NOTHING,
    FORM_KIND_FILL,
    FORM_KIND_TICK, /* one stroke that leaves the position */
    FORM_KIND_CROSS,
    FORM_KIND_STROKE, /* a single thin line */
    FORM_KIND_DOT,
    FORM_KIND_CIRCLE,   /* around the position */
    FORM_KIND_SCRIBBLE, /* covered whole and beyond: crossed out */
    FORM_KIND_STRUCK,   /* a fill with a stroke through and beyond: crossed out */
    FORM_KIND_SPECK,    /* a resting pen, dust */
    FORM_KIND_RESIDUE,  /* faint and soft: erased, or showing through from the back */
    FORM_KIND_STRAY,    /* a stroke that comes from outside and goes on */
    FORM_KIND_STAIN,    /* over it and around it: a stamp, a stain, a tear */
    FORM_KIND_STREAK,   /* a line along the feed, of the scanner */
} FormMarkKind;

typedef enum {
    FORM_FIELD_ANSWERED,
    FORM_FIELD_BLANK,
    FORM_FIELD_MULTIPLE, /* several marks where one is allowed */
    FORM_FIELD_UNSURE,
    FORM_FIELD_TO_KEY, /* a person must type it */
} FormFieldState;

/* Strings belong to the reading they stand in. */
typedef struct {
    const char *value;
    double x_px, y_px;  /* centre in the image as given */
    double ink;         /* share of the position darkened beyond the blank, 0 … 1 */
    double probability; /* that this position bears an answer, 0 … 1 */
    FormMarkState state;
    FormMarkKind kind;
} FormMarkReading;

typedef struct {
    const char *name;
    const char *rule;  /* of a select: what several marks mean, as form_marks_rule_name(); else NULL */
    const char *value; /* select_multiple: values joined by a space; "" unless answered */
    FormFieldState state;
    double confidence;            /* probability that value and state are right, 0 … 1 */
    GPtrArray *reasons;           /* of const char*: why it is doubted; empty when it is not */
    GArray *marks;                /* of FormMarkReading; empty for a box */
    const char *suggestion;       /* what a person may find written in the box, or NULL; never an answer */
    double suggestion_confidence; /* 0 … 1 */
} FormFieldReading;

/* Something about the page or one of its fields that a person should know. Codes: docs/reading.md. */
typedef struct {
    const char *code;
    const char *field;  /* or NULL: the whole page */
    const char *detail; /* for people, in their language; or NULL */
} FormFlag;

/* Milliseconds of wall time in each stage. */
typedef struct {
    double decode, identify, align, marks, text, total;
} FormTimes;

typedef struct {
    GStringChunk *strings;   /* owns every string below */
    const char *image;       /* as the caller named it */
    int index;               /* page of the file, from 0 */
    const char *profile;     /* name of the profile it was read with, or NULL */
    const char *fingerprint; /* and what tells it from another of that name, or NULL */
    const char *form;        /* code, or NULL when unknown */
    int version;
    const char *serial;  /* or NULL: not identified, or a form without serials */
    int page;            /* from 1; 0 when unknown */
    gboolean aligned;    /* the four below are set */
    double rotation_deg; /* clockwise turn of the page in the image, 0 ≤ r < 360 */
    double dpi_x, dpi_y; /* of the page in the image, along the page's own axes */
    double residual_mm;  /* root mean square of what the alignment leaves unexplained */
    gboolean refused;    /* not read: the first flag says why, and there are no fields */
    GPtrArray *fields;   /* of FormFieldReading*, owned */
    GArray *flags;       /* of FormFlag */
    FormTimes time_ms;
} FormReading;

FormReading *form_reading_new(const char *image, int index);
void form_reading_free(FormReading *reading);

/* Keeps a copy of `text`, made valid UTF-8, for as long as the reading lives; NULL stays NULL. */
const char *form_reading_string(FormReading *reading, const char *text);

FormFieldReading *form_reading_add_field(FormReading *reading, const char *name);
void form_reading_add_flag(FormReading *reading, const char *code, const char *field, const char *detail);
gboolean form_reading_has_flag(const FormReading *reading, const char *code);

/* Refuses the page: drops its fields and adds the flag, one of no_form wrong_form bad_check unaligned
 * blank_page damaged_image (in the station also unknown_serial). */
void form_reading_refuse(FormReading *reading, const char *code, const char *detail);

/* A field that goes to a person: unsure, multiple or to_key. */
gboolean form_field_needs_person(FormFieldState state);

const char *form_mark_state_name(FormMarkState state);
const char *form_mark_kind_name(FormMarkKind kind);
const char *form_field_state_name(FormFieldState state);

/* The reading as `read` prints it. The caller owns the reference. */
json_t *form_reading_to_json(const FormReading *reading);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FormReading, form_reading_free)
