/* The two pictures of a calibration: how true the probabilities are, and what doubt costs. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "calibration-chart.h"
#include "chart-private.h"

#define WIDTH  1080
#define HEIGHT 560

/* Ends of the axes. */
#define LEAST_PROBABILITY 1e-7
#define LEAST_SHARE       1e-4
#define LEAST_RATE        1e-8

static const char style[] =
    "text{font-family:'Noto Sans','DejaVu Sans',sans-serif;fill:#111}"
    ".title{font-size:18px;font-weight:bold}.head{font-size:15px;font-weight:bold}"
    ".label{font-size:13px}.tick{font-size:12px}.note{font-size:12px;fill:#444}"
    ".middle{text-anchor:middle}.end{text-anchor:end}"
    ".frame{fill:none;stroke:#111}.grid{fill:none;stroke:#ddd}"
    ".even{fill:none;stroke:#111;stroke-width:1.2}"
    ".before{fill:#fff;stroke:#d55e00;stroke-width:2}.after{fill:#0072b2;stroke:#0072b2;stroke-width:2}"
    ".upper{fill:none;stroke:#0072b2;stroke-width:2.5}"
    ".found{fill:none;stroke:#d55e00;stroke-width:2.5;stroke-dasharray:8 4}"
    ".expected{fill:none;stroke:#111;stroke-width:1.5;stroke-dasharray:2 3}"
    ".wanted{fill:none;stroke:#111;stroke-width:1.2;stroke-dasharray:12 3 2 3}"
    ".chosen{fill:#fff;stroke:#111;stroke-width:2}";

static double
by_odds(double probability)
{
    return log(probability) - log1p(-probability);
}

/* A probability within the axis: what is less, or 0, lies on its end. */
static double
within(double probability)
{
    return CLAMP(probability, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY);
}

static const CalibrationTick odds_ticks[] = {
    {1e-6, "10⁻⁶"}, {1e-4, "10⁻⁴"}, {1e-2, "0.01"},       {0.1, "0.1"},         {0.5, "0.5"},
    {0.9, "0.9"},   {0.99, "0.99"}, {1 - 1e-4, "1−10⁻⁴"}, {1 - 1e-6, "1−10⁻⁶"}, {0, NULL},
};

static const CalibrationTick share_ticks[] = {
    {1e-4, "<0.01 %"}, {1e-3, "0.1 %"}, {1e-2, "1 %"}, {1e-1, "10 %"}, {1, "100 %"}, {0, NULL},
};

static const CalibrationTick rate_ticks[] = {
    {1e-8, "<10⁻⁸"}, {1e-7, "10⁻⁷"}, {1e-6, "10⁻⁶"}, {1e-5, "10⁻⁵"}, {1e-4, "10⁻⁴"},
    {1e-3, "10⁻³"},  {1e-2, "10⁻²"}, {1e-1, "10⁻¹"}, {0, NULL},
};

#define CIRCLE "<circle r=\"5\" class=\"after\"/>"
#define SQUARE "<rect x=\"-4.5\" y=\"-4.5\" width=\"9\" height=\"9\" class=\"before\"/>"

/* A point a bin: predicted against found, with the interval of what is found. `shift` keeps two sets apart.
 */
static void
draw_bins(const CalibrationFrame *frame, const CalibrationBin *bins, const char *class, const char *point,
          double shift)
{
    for (guint i = 0; i < CALIBRATION_BINS; i++) {
        const CalibrationBin *bin = &bins[i];
        if (bin->n == 0)
            continue;
        double x = calibration_frame_x(frame, within(bin->expected / bin->n)) + shift;
        double y = calibration_frame_y(frame, within((double)bin->found / bin->n));
        g_string_append_printf(frame->svg, "<path class=\"%s\" d=\"M%.1f %.1fV%.1f\"/>\n", class, x,
                               calibration_frame_y(frame, within(bin->least)),
                               calibration_frame_y(frame, within(bin->most)));
        g_string_append_printf(frame->svg, "<g transform=\"translate(%.1f %.1f)\">%s</g>\n", x, y, point);
    }
}

static void
draw_reliability(GString *svg, const CalibrationChart *chart)
{
    CalibrationAxis axis = {LEAST_PROBABILITY, 1 - LEAST_PROBABILITY, by_odds};
    CalibrationFrame frame = {svg, 90, 90, 410, 370, axis, axis};
    g_autoptr(GArray) even = g_array_new(FALSE, FALSE, sizeof(double));
    double ends[] = {axis.low, axis.low, axis.high, axis.high};

    g_array_append_vals(even, ends, G_N_ELEMENTS(ends));
    calibration_frame_draw(&frame, _("Are the probabilities true?"),
                           _("probability of an answer, as predicted"), _("share that truly bears one"),
                           odds_ticks, odds_ticks);
    calibration_frame_line(&frame, even, "even");
    draw_bins(&frame, chart->before, "before", SQUARE, -3);
    draw_bins(&frame, chart->after, "after", CIRCLE, 3);
    calibration_chart_legend(svg, frame.left + 205, frame.top + 300, SQUARE, _("before"));
    calibration_chart_legend(svg, frame.left + 205, frame.top + 320, CIRCLE, _("after, on unseen pages"));
    calibration_chart_legend(svg, frame.left + 205, frame.top + 340, "<path class=\"even\" d=\"M0 -8V8\"/>",
                             _("found, with interval (95 %)"));
}

/* One line of the second picture: a number of each point over the share of fields handed over. */
static void
draw_rate(const CalibrationFrame *frame, const CalibrationReview *review,
          double (*rate)(const CalibrationReviewPoint *point, guint positions), const char *class)
{
    g_autoptr(GArray) line = g_array_new(FALSE, FALSE, sizeof(double));

    for (guint i = 0; i < review->points->len; i++) {
        const CalibrationReviewPoint *point = &g_array_index(review->points, CalibrationReviewPoint, i);
        double pair[] = {fmax((double)point->fields_handed / review->fields, LEAST_SHARE),
                         rate(point, review->positions)};
        g_array_append_vals(line, pair, 2);
    }
    calibration_frame_line(frame, line, class);
}

static double
upper_rate(const CalibrationReviewPoint *point, guint positions G_GNUC_UNUSED)
{
    return point->upper;
}

static double
found_rate(const CalibrationReviewPoint *point, guint positions)
{
    return fmax((double)point->wrong / positions, LEAST_RATE);
}

static double
expected_rate(const CalibrationReviewPoint *point, guint positions)
{
    return fmax(point->expected / positions, LEAST_RATE);
}

static void
draw_review(GString *svg, const CalibrationChart *chart)
{
    const CalibrationReview *review = chart->review;
    CalibrationFrame frame = {svg, 620, 90, 410, 370, {LEAST_SHARE, 1, log}, {LEAST_RATE, 0.1, log}};
    g_autoptr(GArray) wanted = g_array_new(FALSE, FALSE, sizeof(double));
    double ends[] = {LEAST_SHARE, chart->error_rate, 1, chart->error_rate};
    double x =
        calibration_frame_x(&frame, fmax((double)review->at.fields_handed / review->fields, LEAST_SHARE));
    double y = calibration_frame_y(&frame, fmax(review->at.upper, LEAST_RATE));

    g_array_append_vals(wanted, ends, G_N_ELEMENTS(ends));
    calibration_frame_draw(&frame, _("What does certainty cost?"), _("fields handed to a person"),
                           _("silent errors a position"), share_ticks, rate_ticks);
    calibration_frame_line(&frame, wanted, "wanted");
    draw_rate(&frame, review, expected_rate, "expected");
    draw_rate(&frame, review, found_rate, "found");
    draw_rate(&frame, review, upper_rate, "upper");
    g_string_append_printf(svg, "<circle class=\"chosen\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"/>\n", x, y);
    static const struct {
        const char *sample, *text;
    } legend[] = {
        {"<path class=\"upper\" d=\"M-12 0H12\"/>", N_("possible at most (95 %)")},
        {"<path class=\"found\" d=\"M-12 0H12\"/>", N_("found")},
        {"<path class=\"expected\" d=\"M-12 0H12\"/>", N_("expected by the probabilities")},
        {"<path class=\"wanted\" d=\"M-12 0H12\"/>", N_("wanted")},
        {"<circle class=\"chosen\" r=\"5\"/>", N_("chosen")},
    };
    for (guint i = 0; i < G_N_ELEMENTS(legend); i++)
        calibration_chart_legend(svg, frame.left + 210, frame.top + 18 + 20 * i, legend[i].sample,
                                 _(legend[i].text));
}

char *
calibration_chart_svg(const CalibrationChart *chart)
{
    GString *svg = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    g_autofree char *title = g_markup_escape_text(chart->title, -1);

    g_string_append_printf(svg,
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                           "height=\"%d\" role=\"img\">\n<title>%s</title>\n<style>%s</style>\n"
                           "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
                           WIDTH, HEIGHT, WIDTH, HEIGHT, title, style, WIDTH, HEIGHT);
    calibration_chart_text(svg, 30, 36, "title", chart->title);
    draw_reliability(svg, chart);
    draw_review(svg, chart);
    if (chart->note != NULL)
        calibration_chart_text(svg, 30, HEIGHT - 20, "note", chart->note);
    g_string_append(svg, "</svg>\n");
    return g_string_free(svg, FALSE);
}
