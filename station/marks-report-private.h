/* What a calibration of marks says, for people. */
#pragma once

#include "calibration-fit.h"
#include "calibration-reliability.h"
#include "marks-labels-private.h"

/* All that is told. */
typedef struct {
    const CalibrationLabels *labels;
    const CalibrationProfile *base;
    const CalibrationFit *fit;
    const CalibrationReview *review;
    double error_rate; /* wanted */
    guint folds;
    gboolean better; /* the fit beats the base on questionnaires that it has not seen */
    const char *digest;
} MarksReport;

/* Labels, fit, reliability and review as text on standard output. */
void marks_report_print(const MarksReport *report);

/* Writes the picture to `path`: built aside, synced, renamed. */
gboolean marks_report_draw(const MarksReport *report, const char *path, GError **error);
