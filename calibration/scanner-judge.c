/* From numbers to what a person should clean or mend. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdarg.h>

#include "scanner-private.h"

#define PRINT_LEAST 0.94 /* a print may be so much smaller or larger and is still read */
#define PRINT_MOST  1.06
#define SCALE_TOLD  0.005 /* less than half a per cent is not spoken of */
#define HALF_BLACK  128

void
calibration_finding_free(CalibrationFinding *finding)
{
    if (!finding)
        return;
    g_free(finding->text);
    g_free(finding);
}

static void add(GPtrArray *findings, const char *code, gboolean mend, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

static void
add(GPtrArray *findings, const char *code, gboolean mend, const char *format, ...)
{
    CalibrationFinding *finding = g_new0(CalibrationFinding, 1);
    va_list values;
    va_start(values, format);
    finding->code = code;
    finding->mend = mend;
    finding->text = g_strdup_vprintf(format, values);
    va_end(values);
    g_ptr_array_add(findings, finding);
}

gboolean
calibration_findings_need_mending(const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++)
        if (((const CalibrationFinding *)findings->pdata[i])->mend)
            return TRUE;
    return FALSE;
}

static void
judge_streaks(const CalibrationScannerReading *reading, const CalibrationScannerLimits *limits,
              GPtrArray *findings)
{
    for (int i = 0; i < reading->n_streaks; i++) {
        const CalibrationFoundStreak *streak = &reading->streaks[i];
        gboolean mend = fabs(streak->strength) >= limits->streak;
        double at = streak->from_left_mm, wide = streak->width_mm, strong = 100 * fabs(streak->strength);
        if (streak->strength > 0 && streak->in_white)
            add(findings, "streak", mend,
                _("a dark line %.0f mm from the left, %.2f mm wide, %.0f %% dark: clean the feeder's glass "
                  "strip there"),
                at, wide, strong);
        else if (streak->strength > 0)
            add(findings, "streak", mend,
                _("a dark line %.0f mm from the left, in the grey and black bars only, %.2f mm wide, %.0f %% "
                  "dark: "
                  "clean the white roller or plate across from the glass; where it stays, have the sensor "
                  "looked at"),
                at, wide, strong);
        else
            add(findings, "streak", mend,
                _("a light line %.0f mm from the left, %.2f mm wide, %.0f %% light: clean glass and white "
                  "reference, "
                  "then scan the target turned end for end: what does not move is the scanner's, else the "
                  "print's"),
                at, wide, strong);
    }
}

static void
judge_borders(const CalibrationScannerReading *reading, const CalibrationScannerLimits *limits,
              GPtrArray *findings)
{
    const char *const sides[] = {_("left"), _("right"), _("top"), _("bottom")};
    for (int i = 0; i < 4; i++) {
        if (reading->edge_dark_mm[i] > limits->edge_mm)
            add(findings, "dark_edge", TRUE,
                _("dark edge (%s): %.1f mm of the paper are dark; set the guides to the paper, clean lid and "
                  "glass edge"),
                sides[i], reading->edge_dark_mm[i]);
        if (reading->edge_cut_mm[i] > limits->cut_mm)
            add(findings, "cut", TRUE,
                _("cut off (%s): %.1f mm of the paper are not in the picture; set the scan area to A4, turn "
                  "automatic cropping off"),
                sides[i], reading->edge_cut_mm[i]);
    }
}

/* How large the page is in the picture, by what the file says of its resolution: the scanner's doing or the
 * print's; only rulers can tell. */
static void
judge_scale(const CalibrationScannerReading *reading, const CalibrationScannerLimits *limits,
            GPtrArray *findings)
{
    if (reading->claimed_dpi_x <= 0 || reading->claimed_dpi_y <= 0) {
        add(findings, "scale", FALSE,
            _("the file does not say its resolution; the page measures %.1f × %.1f dpi where its print is "
              "true to size"),
            reading->dpi_x, reading->dpi_y);
        return;
    }
    double x = reading->dpi_x / reading->claimed_dpi_x, y = reading->dpi_y / reading->claimed_dpi_y;
    double off = MAX(fabs(x - 1), fabs(y - 1));
    if (reading->print_scale_x > 0) {
        if (off > limits->scale)
            add(findings, "scale", TRUE,
                _("resolution: %.1f dpi across and %.1f along the feed instead of %.0f × %.0f (by your "
                  "rulers): clean "
                  "the feed rollers, or have worn ones replaced"),
                reading->dpi_x, reading->dpi_y, reading->claimed_dpi_x, reading->claimed_dpi_y);
        return;
    }
    if (MIN(x, y) < PRINT_LEAST || MAX(x, y) > PRINT_MOST)
        add(findings, "scale", TRUE,
            _("size: the page is %.1f %% × %.1f %% of its size in the picture: print the target at 100 %%; "
              "where it "
              "was, the file's resolution is wrong"),
            100 * x, 100 * y);
    else if (off > SCALE_TOLD)
        add(findings, "scale", FALSE,
            _("size: the page is %.1f %% × %.1f %% of its size in the picture. Either the print is, or the "
              "scanner "
              "makes %.1f × %.1f dpi: measure rulers A and B and name their lengths with --ruler-across-mm, "
              "--ruler-mm"),
            100 * x, 100 * y, reading->dpi_x, reading->dpi_y);
}

static void
judge_geometry(const CalibrationScannerReading *reading, const CalibrationScannerLimits *limits,
               GPtrArray *findings)
{
    judge_scale(reading, limits, findings);
    if (fabs(reading->skew_deg) > limits->skew_deg)
        add(findings, "skew", TRUE,
            _("the page lies %.1f° askew: set the guides close to the paper; where it stays, clean the feed "
              "rollers"),
            reading->skew_deg);
    if (reading->feed_mm > limits->feed_mm)
        add(findings, "feed", TRUE,
            _("uneven feed: lines are up to %.2f mm off their place (stretch %+.2f %% to %+.2f %%): clean "
              "the feed "
              "rollers, or have worn ones replaced"),
            reading->feed_mm, 100 * reading->stretch_least, 100 * reading->stretch_most);
}

static void
judge_grey(const CalibrationScannerReading *reading, const CalibrationScannerLimits *limits,
           GPtrArray *findings)
{
    if (reading->white < limits->white)
        add(findings, "white", TRUE,
            _("white paper reads %.0f of 255: raise the brightness, clean glass and lamp"), reading->white);
    if (reading->black > limits->black)
        add(findings, "black", TRUE,
            _("black print reads %.0f of 255: lower the brightness, or print the target anew"),
            reading->black);
    if (reading->shading > limits->shading)
        add(findings, "shading", TRUE,
            _("uneven light: white differs by %.0f %% over the page: clean the glass and the white "
              "reference, let the "
              "lamp warm up"),
            100 * reading->shading);
    if (!(reading->lightest_told <= limits->faint))
        add(findings, "faint", TRUE,
            _("light grey is lost: the %.0f %% step cannot be told from white, nor can light pencil: lower "
              "the "
              "brightness, turn background removal off"),
            limits->faint);
    if (reading->noise_white > limits->noise)
        add(findings, "noise", TRUE,
            _("noise of %.1f of 255 on white: clean the glass, lower sharpening; else have the scanner "
              "looked at"),
            reading->noise_white);
    if (reading->blur_worst_mm > limits->blur_mm)
        add(findings, "blur", TRUE,
            _("blurred: edges spread by %.2f mm (worst %.0f mm from the left, %.0f mm from the top of the "
              "page): clean "
              "the glass, lay the page flat, scan at 200 dpi or more"),
            reading->blur_worst_mm, reading->blur_worst_x_mm, reading->blur_worst_y_mm);
}

static void
judge_bilevel(const CalibrationScannerReading *reading, const CalibrationScannerLimits *limits,
              GPtrArray *findings)
{
    if (reading->white < HALF_BLACK)
        add(findings, "white", TRUE, _("white paper reads black: raise the brightness of the 1 bit scan"));
    if (reading->threshold < limits->threshold_least)
        add(findings, "threshold", TRUE,
            _("grey of %.0f %% reads black already: raise the brightness of the 1 bit scan, else shadows "
              "read as marks"),
            100 * reading->threshold);
    if (reading->threshold > limits->threshold_most)
        add(findings, "threshold", TRUE,
            _("only grey of %.0f %% and more reads black: lower the brightness of the 1 bit scan, else "
              "pencil is lost"),
            100 * reading->threshold);
    if (reading->white_specks > limits->specks || reading->black_specks > limits->specks)
        add(findings, "specks", TRUE,
            _("specks: %.2f %% of the white is black, %.2f %% of the black is white: clean the glass, turn "
              "dithering off"),
            100 * reading->white_specks, 100 * reading->black_specks);
    if (reading->roughness_mm > limits->roughness_mm)
        add(findings, "roughness", TRUE,
            _("straight edges are rough by %.3f mm: turn dithering off, scan at 200 dpi or more"),
            reading->roughness_mm);
}

GPtrArray *
calibration_scanner_judge(const CalibrationScannerReading *reading, const CalibrationScannerLimits *limits)
{
    GPtrArray *findings = g_ptr_array_new_with_free_func((GDestroyNotify)calibration_finding_free);
    judge_streaks(reading, limits, findings);
    judge_borders(reading, limits, findings);
    if (reading->mode == CALIBRATION_BILEVEL)
        judge_bilevel(reading, limits, findings);
    else
        judge_grey(reading, limits, findings);
    judge_geometry(reading, limits, findings);
    if (!reading->qr_read)
        add(findings, "qr", FALSE, _("the QR of the target cannot be read; its ring marks told what it is"));
    return findings;
}
