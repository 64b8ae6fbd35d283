/* Frames, axes, lines and texts in SVG. */
#include "chart-private.h"

#include <math.h>

static double
along(const CalibrationAxis *axis, double value)
{
    double low = axis->scale(axis->low), high = axis->scale(axis->high);

    return CLAMP((axis->scale(value) - low) / (high - low), 0, 1);
}

double
calibration_frame_x(const CalibrationFrame *frame, double value)
{
    return frame->left + frame->width * along(&frame->x, value);
}

double
calibration_frame_y(const CalibrationFrame *frame, double value)
{
    return frame->top + frame->height * (1 - along(&frame->y, value));
}

void
calibration_chart_text(GString *svg, double x, double y, const char *style, const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);

    g_string_append_printf(svg, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">%s</text>\n", x, y, style, escaped);
}

static void
draw_ticks(const CalibrationFrame *frame, const CalibrationTick *x_ticks, const CalibrationTick *y_ticks)
{
    double right = frame->left + frame->width, bottom = frame->top + frame->height;

    for (const CalibrationTick *tick = x_ticks; tick->text != NULL; tick++) {
        double x = calibration_frame_x(frame, tick->value);
        g_string_append_printf(frame->svg, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>\n", x, frame->top,
                               bottom);
        calibration_chart_text(frame->svg, x, bottom + 18, "tick middle", tick->text);
    }
    for (const CalibrationTick *tick = y_ticks; tick->text != NULL; tick++) {
        double y = calibration_frame_y(frame, tick->value);
        g_string_append_printf(frame->svg, "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/>\n", frame->left, y,
                               right);
        calibration_chart_text(frame->svg, frame->left - 6, y + 4, "tick end", tick->text);
    }
}

void
calibration_frame_draw(const CalibrationFrame *frame, const char *title, const char *x_title,
                       const char *y_title, const CalibrationTick *x_ticks, const CalibrationTick *y_ticks)
{
    double middle = frame->left + frame->width / 2;
    g_autofree char *escaped = g_markup_escape_text(y_title, -1);

    draw_ticks(frame, x_ticks, y_ticks);
    g_string_append_printf(frame->svg,
                           "<rect class=\"frame\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                           frame->left, frame->top, frame->width, frame->height);
    calibration_chart_text(frame->svg, middle, frame->top - 12, "head middle", title);
    calibration_chart_text(frame->svg, middle, frame->top + frame->height + 40, "label middle", x_title);
    g_string_append_printf(frame->svg,
                           "<text class=\"label middle\" transform=\"translate(%.1f %.1f) rotate(-90)\">%s"
                           "</text>\n",
                           frame->left - 58, frame->top + frame->height / 2, escaped);
}

void
calibration_frame_line(const CalibrationFrame *frame, const GArray *points, const char *style)
{
    gboolean pen_down = FALSE;

    g_string_append_printf(frame->svg, "<path class=\"%s\" d=\"", style);
    for (guint i = 0; i + 1 < points->len; i += 2) {
        double x = g_array_index(points, double, i), y = g_array_index(points, double, i + 1);
        if (!isfinite(x) || !isfinite(y)) {
            pen_down = FALSE;
            continue;
        }
        g_string_append_printf(frame->svg, "%c%.1f %.1f", pen_down ? 'L' : 'M', calibration_frame_x(frame, x),
                               calibration_frame_y(frame, y));
        pen_down = TRUE;
    }
    g_string_append(frame->svg, "\"/>\n");
}

void
calibration_chart_legend(GString *svg, double x, double y, const char *sample, const char *text)
{
    g_string_append_printf(svg, "<g transform=\"translate(%.1f %.1f)\">%s</g>\n", x, y, sample);
    calibration_chart_text(svg, x + 24, y + 4, "tick", text);
}
