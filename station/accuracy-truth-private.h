/* What truly stands on a page: of a simulated respondent, or of a printed deck. */
#pragma once

#include "calibration-simulation.h"

/* One answer position. */
typedef struct {
    FormMarkState state; /* empty, marked or cancelled */
    const char *kind;    /* what stands there, by calibration_mark_kind_name() */
} AccuracyTruthMark;

typedef struct {
    const FormField *field;
    AccuracyTruthMark *marks; /* one an option; NULL without options */
    char *value;              /* what is written in a box, "" where nothing is; NULL where there is no box */
} AccuracyTruthField;

/* In the order of the page's fields. */
typedef struct {
    const FormPage *page;
    GArray *fields; /* of AccuracyTruthField */
} AccuracyTruth;

/* Of one page of a form, with nothing on it. The package must outlive it. */
AccuracyTruth *accuracy_truth_new(const FormPage *page);
void accuracy_truth_free(AccuracyTruth *truth);

/* What a respondent put there. */
AccuracyTruth *accuracy_truth_of_respondent(const CalibrationRespondent *respondent, const FormPage *page);

/* What is in the field as a whole: "blank", "answered", "corrected" (a mark taken back), "double" (two marks
 * in a single choice). */
const char *accuracy_truth_of_field(const AccuracyTruthField *field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(AccuracyTruth, accuracy_truth_free)
