/* Drawing of charts: a frame with two logarithmic axes, in px of the picture. */
#pragma once

#include <glib.h>

typedef struct {
    double low, high; /* values at the ends */
    double (*scale)(double value);
} CalibrationAxis;

typedef struct {
    GString *svg;
    double left, top, width, height;
    CalibrationAxis x, y;
} CalibrationFrame;

/* A tick: where, and what stands at it. */
typedef struct {
    double value;
    const char *text;
} CalibrationTick;

double calibration_frame_x(const CalibrationFrame *frame, double value);
double calibration_frame_y(const CalibrationFrame *frame, double value);

/* Text at a point; `style` names classes of the picture's style sheet. The text is escaped. */
void calibration_chart_text(GString *svg, double x, double y, const char *style, const char *text);

/* Border, grid, ticks and titles of the frame. Tick tables end with a NULL text. */
void calibration_frame_draw(const CalibrationFrame *frame, const char *title, const char *x_title,
                            const char *y_title, const CalibrationTick *x_ticks,
                            const CalibrationTick *y_ticks);

/* A line through points of values (x, y alternating), clipped to the frame; what is not finite breaks it. */
void calibration_frame_line(const CalibrationFrame *frame, const GArray *points, const char *style);

/* A row of a legend: a sample of the line or point and its meaning. `sample` is SVG about (0, 0). */
void calibration_chart_legend(GString *svg, double x, double y, const char *sample, const char *text);
