/* The outcome of a calibration as a picture: SVG of its own, with no fonts, scripts or files from elsewhere.
 * Lines differ by dash and points by shape, so that it is read in black and white too; the two colours are
 * those of Okabe and Ito, which colour-blind people tell apart. Words in the language of the messages. */
#pragma once

#include "calibration-reliability.h"

typedef struct {
    const char *title, *note;             /* above and below; note may be NULL */
    const CalibrationBin *before, *after; /* CALIBRATION_BINS each */
    const CalibrationReview *review;
    double error_rate; /* wanted */
} CalibrationChart;

/* The whole file. The caller frees it. */
char *calibration_chart_svg(const CalibrationChart *chart);
