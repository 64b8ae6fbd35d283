/* Labelled marks: what was measured of answer positions, and whether they truly bear an answer.
 *
 * They come from simulation, from scanned pages with known answers or from people's decisions, and can be
 * kept as CSV: a row a position, `group,field,truth,rule,handed` and then a column a feature. The features'
 * names stand in the header, so that labels of an older way of measuring are refused instead of mistaken. */
#pragma once

#include "calibration-profile.h"

/* Labels in one set: 190 bytes each. */
#define CALIBRATION_MAX_LABELS 5000000

/* What truly stands there. A mark that was taken back bears no answer, but it is no matter of ink: the model
 * is neither fitted to it nor judged by it, and a wrong decision about it counts like any other. */
typedef enum {
    CALIBRATION_TRUTH_EMPTY,
    CALIBRATION_TRUTH_MARKED,
    CALIBRATION_TRUTH_CANCELLED,
} CalibrationTruth;

/* Who decided about a position. Only where the model did, its probability matters. */
typedef enum {
    CALIBRATION_RULE_MODEL,
    CALIBRATION_RULE_PERSON, /* another rule hands it over: cut off, overrun, … */
    CALIBRATION_RULE_EMPTY,  /* another rule says that it bears no answer: crossed out */
    CALIBRATION_RULE_MARKED,
} CalibrationRule;

typedef struct {
    CalibrationMark mark;
    const char *group; /* whose answer: serial, or image; never split by cross-validation */
    const char *field; /* positions of the same field of a group follow each other */
    CalibrationTruth truth;
    CalibrationRule rule;
    gboolean handed; /* its field goes to a person by another rule (several marks, a tear), whatever the
                        probabilities */
} CalibrationLabel;

typedef struct CalibrationLabels CalibrationLabels;

CalibrationLabels *calibration_labels_new(void);
void calibration_labels_free(CalibrationLabels *labels);

/* Adds a copy, its numbers rounded to 7 digits as a file keeps them, its strings kept once each. FALSE, and
 * nothing added, when the set is full or a string is longer than 200 bytes. */
gboolean calibration_labels_add(CalibrationLabels *labels, const CalibrationLabel *label);

guint calibration_labels_count(const CalibrationLabels *labels);

/* Label i; equal strings are the same pointer. */
const CalibrationLabel *calibration_labels_at(const CalibrationLabels *labels, guint i);

/* Whether the model is fitted to a label and judged by it: it decided, no other rule hands the field over,
 * and the mark was not taken back. */
gboolean calibration_label_is_judged(const CalibrationLabel *label);

/* How many are, and how many of them are marked. */
void calibration_labels_judged(const CalibrationLabels *labels, guint *judged, guint *marked);

/* SHA-256, in hex, of the file that calibration_labels_save() writes. The caller frees it. */
char *calibration_labels_digest(const CalibrationLabels *labels);

/* Built aside, synced, renamed. CALIBRATION_ERROR_MACHINE. */
gboolean calibration_labels_save(const CalibrationLabels *labels, const char *path, GError **error);

/* Adds the labels of a file. CALIBRATION_ERROR_INPUT names file, line and column. */
gboolean calibration_labels_load(CalibrationLabels *labels, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CalibrationLabels, calibration_labels_free)
