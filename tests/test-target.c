/* The target page and what its scan tells: the simulation's own numbers are found again, each defect is
 * named, and what is no target is refused. */
#include <math.h>
#include <string.h>

#include "calibration-error.h"
#include "calibration-scanner.h"
#include "calibration-target.h"
#include "folder-fixture.h"
#include "form-image.h"

static CalibrationScan
good_scan(double dpi, CalibrationMode mode)
{
    return (CalibrationScan){.dpi = dpi,
                             .mode = mode,
                             .brightness = 244,
                             .noise = 3,
                             .grain = 2,
                             .blur_mm = 0.045,
                             .shading = 6,
                             .wobble_mm = 0.02,
                             .shift_x_mm = 1,
                             .shift_y_mm = -0.7};
}

static PIX *
make_scan(const CalibrationScan *scan, double print_scale)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(cairo_surface_t) paper = calibration_target_render(scan->dpi, print_scale, &error);
    g_assert_no_error(error);
    g_autoptr(FormPackage) package = calibration_target_package();
    g_autoptr(GRand) random = calibration_random(1001, "target", 1, "scan");
    PIX *pix = calibration_scan_paper(paper, package, 1, scan, random);
    g_assert_nonnull(pix);
    return pix;
}

static CalibrationScannerReading
measure_pix(PIX *pix, double dpi)
{
    CalibrationScanFacts facts = {dpi, dpi, 0, 0};
    CalibrationScannerReading reading;
    g_autoptr(GError) error = NULL;
    g_assert_true(calibration_scanner_measure(pix, "scan", &facts, &reading, &error));
    g_assert_no_error(error);
    return reading;
}

static CalibrationScannerReading
measure(const CalibrationScan *scan)
{
    g_autoptr(PIX) pix = make_scan(scan, 1);
    return measure_pix(pix, scan->dpi);
}

static GPtrArray *
judge(const CalibrationScannerReading *reading)
{
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();
    return calibration_scanner_judge(reading, calibration_profile_scanner(profile));
}

static gboolean
has(const GPtrArray *findings, const char *code, gboolean mend)
{
    for (guint i = 0; i < findings->len; i++) {
        const CalibrationFinding *finding = findings->pdata[i];
        if (g_str_equal(finding->code, code) && finding->mend == mend)
            return TRUE;
    }
    return FALSE;
}

/* Just this is to be mended; NULL: nothing. */
static void
assert_mend(const CalibrationScannerReading *reading, const char *code)
{
    g_autoptr(GPtrArray) findings = judge(reading);
    gboolean found = code == NULL;
    for (guint i = 0; i < findings->len; i++) {
        const CalibrationFinding *finding = findings->pdata[i];
        g_test_message("%s%s: %s", finding->code, finding->mend ? "!" : "", finding->text);
        if (!finding->mend)
            continue;
        g_assert_cmpstr(finding->code, ==, code);
        found = TRUE;
    }
    g_assert_true(found);
}

#define assert_near(value, wanted, within) g_assert_cmpfloat_with_epsilon(value, wanted, within)

static void
test_write(void)
{
    g_autofree char *path = g_build_filename(dir, "target.pdf", NULL),
                    *nowhere = g_build_filename(dir, "no", "x.pdf", NULL);
    g_autofree char *content = NULL;
    gsize length = 0;
    g_autoptr(GError) error = NULL;
    g_assert_true(calibration_target_write(path, &error));
    g_assert_no_error(error);
    g_assert_true(g_file_get_contents(path, &content, &length, NULL));
    g_assert_true(g_str_has_prefix(content, "%PDF-"));
    g_assert_false(calibration_target_write(nowhere, &error));
    g_assert_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_MACHINE);
}

/* Resolution within 0.1 %, skew within 0.03 degrees, in every mode and resolution, upright and upside down.
 */
static void
test_geometry(void)
{
    static const struct {
        double dpi;
        CalibrationMode mode;
        double skew_deg, stretch_x, stretch_y;
        int turns;
    } cases[] = {
        {150, CALIBRATION_GREY, 3, 1, 0.99, 0},       {150, CALIBRATION_BILEVEL, -3, 1.01, 1, 0},
        {200, CALIBRATION_BILEVEL, 1, 0.99, 1.01, 2}, {200, CALIBRATION_COLOUR, -1.5, 1.005, 0.98, 0},
        {300, CALIBRATION_GREY, -3, 1, 1.02, 2},      {300, CALIBRATION_COLOUR, 0, 1, 1, 0},
        {300, CALIBRATION_BILEVEL, 0.4, 1.004, 1, 0}, {600, CALIBRATION_GREY, 3, 0.995, 1.005, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CalibrationScan scan = good_scan(cases[i].dpi, cases[i].mode);
        scan.skew_deg = cases[i].skew_deg;
        scan.stretch_x = cases[i].stretch_x;
        scan.stretch_y = cases[i].stretch_y;
        scan.quarter_turns = cases[i].turns;
        CalibrationScannerReading reading = measure(&scan);
        g_test_message("case %u: %.2f × %.2f dpi, %.3f°, feed %.3f mm", i, reading.dpi_x, reading.dpi_y,
                       reading.skew_deg, reading.feed_mm);
        g_assert_cmpint(reading.mode, ==, cases[i].mode);
        g_assert_cmpint(reading.upside_down, ==, cases[i].turns == 2);
        g_assert_true(reading.qr_read);
        assert_near(reading.dpi_x, cases[i].dpi * cases[i].stretch_x, 0.001 * cases[i].dpi);
        assert_near(reading.dpi_y, cases[i].dpi * cases[i].stretch_y, 0.001 * cases[i].dpi);
        assert_near(reading.skew_deg, cases[i].skew_deg, 0.03);
        assert_near(reading.shear_deg, 0, 0.03);
        assert_near(reading.feed_mm, 0.02, 0.025);
    }
}

/* Known unevenness of the feed. The deviation's two sines add up to the simulation's wobble somewhere. */
static void
test_feed(void)
{
    static const double wobbles[] = {0.05, 0.2, 0.5, 1};
    for (guint i = 0; i < G_N_ELEMENTS(wobbles); i++) {
        CalibrationScan scan = good_scan(i % 2 ? 300 : 200, CALIBRATION_GREY);
        scan.wobble_mm = wobbles[i];
        CalibrationScannerReading reading = measure(&scan);
        g_test_message("wobble %.2f mm: %.3f mm", wobbles[i], reading.feed_mm);
        assert_near(reading.feed_mm, wobbles[i], 0.35 * wobbles[i]);
        assert_mend(&reading, wobbles[i] > 0.4 ? "feed" : NULL);
    }
}

/* The blur found is the simulation's, widened by the pixel's own square (p²/12) and by the bilinear
 * resampling of a page that lies askew (p²/6 on average). */
static void
test_blur(void)
{
    static const struct {
        double dpi, blur_mm;
        gboolean blurred;
    } cases[] = {{300, 0.03, FALSE}, {300, 0.08, FALSE}, {200, 0.2, TRUE}, {300, 0.18, TRUE}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CalibrationScan scan = good_scan(cases[i].dpi, CALIBRATION_GREY);
        scan.blur_mm = cases[i].blur_mm;
        scan.skew_deg = 1;
        scan.wobble_mm = 0;
        CalibrationScannerReading reading = measure(&scan);
        double pixel_mm = 25.4 / cases[i].dpi,
               wanted = sqrt(pow(cases[i].blur_mm, 2) + pixel_mm * pixel_mm / 4);
        g_test_message("%.0f dpi, %.3f mm: %.4f × %.4f, wanted %.4f; MTF50 %.2f", cases[i].dpi,
                       cases[i].blur_mm, reading.blur_across_mm, reading.blur_along_mm, wanted,
                       reading.mtf50_across);
        assert_near(reading.blur_across_mm, wanted, 0.04 * wanted + 0.006);
        assert_near(reading.blur_along_mm, wanted, 0.04 * wanted + 0.006);
        assert_near(reading.mtf50_across * reading.blur_across_mm, 0.18739, 1e-4);
        assert_mend(&reading, cases[i].blurred ? "blur" : NULL);
        /* Coarse lines show more contrast than fine ones. */
        g_assert_cmpfloat(reading.bars_across[0], >, reading.bars_across[3]);
        g_assert_cmpfloat(reading.bars_along[0], >, reading.bars_along[3]);
    }
}

static void
test_tone(void)
{
    CalibrationScan scan = good_scan(150, CALIBRATION_GREY);
    scan.shading = 0;
    scan.grain = 0;
    scan.noise = 4;
    CalibrationScannerReading reading = measure(&scan);
    assert_near(reading.white, 244, 1.5);
    assert_near(reading.black, 24, 1.5);
    assert_near(reading.gamma, 1, 0.03);
    assert_near(reading.steps[6], 134, 2.5);
    assert_near(reading.lightest_told, 5, 0.01);
    assert_near(reading.noise_white, 4, 0.3);
    assert_near(reading.noise_grey, 4, 0.3);
    g_assert_cmpfloat(reading.shading, <, 0.02);
    g_assert_true(isnan(reading.threshold));
    assert_mend(&reading, NULL);

    scan.noise = 15;
    reading = measure(&scan);
    assert_mend(&reading, "noise");
    scan.noise = 3;
    scan.brightness = 150;
    reading = measure(&scan);
    assert_mend(&reading, "white");
    scan.brightness = 244;
    scan.shading = 60;
    reading = measure(&scan);
    assert_near(reading.shading, 0.2, 0.06);
    assert_mend(&reading, "shading");
}

/* A scanner that drives light grey to white; its gamma is told too. */
static void
test_curve(void)
{
    CalibrationScan scan = good_scan(200, CALIBRATION_GREY);
    g_autoptr(PIX) pix = make_scan(&scan, 1);
    g_autoptr(PIX) dark = pixGammaTRC(NULL, pix, 0.625F, 24, 244); /* Leptonica's gamma is the inverse */
    CalibrationScannerReading reading = measure_pix(dark, 200);
    assert_near(reading.gamma, 1.6, 0.1);
    g_autoptr(PIX) washed = pixGammaTRC(NULL, pix, 1, 0, 200);
    reading = measure_pix(washed, 200);
    g_assert_cmpfloat(reading.white_clipped, >, 0.99);
    g_assert_cmpfloat(reading.lightest_told, >, 10);
    assert_mend(&reading, "faint");
}

/* A scan of our own threshold: 1 bit turns black at the darkness that the threshold stands for. */
static void
test_bilevel(void)
{
    static const struct {
        int level;
        double threshold;
        const char *mend;
    } cases[] = {{134, 0.5, NULL}, {200, 0.2, "threshold"}, {70, 0.79, "threshold"}, {112, 0.6, NULL}};
    CalibrationScan scan = good_scan(300, CALIBRATION_GREY);
    scan.shading = 0;
    g_autoptr(PIX) grey = make_scan(&scan, 1);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(PIX) pix = pixThresholdToBinary(grey, cases[i].level);
        CalibrationScannerReading reading = measure_pix(pix, 300);
        g_test_message("level %d: threshold %.3f, roughness %.4f mm", cases[i].level, reading.threshold,
                       reading.roughness_mm);
        assert_near(reading.threshold, cases[i].threshold, 0.02);
        g_assert_true(isnan(reading.noise_white) && isnan(reading.blur_across_mm));
        assert_mend(&reading, cases[i].mend);
    }
}

/* Salt and pepper of a dithered or dirty 1 bit scan. */
static void
test_specks(void)
{
    CalibrationScan scan = good_scan(300, CALIBRATION_BILEVEL);
    g_autoptr(PIX) pix = make_scan(&scan, 1);
    g_autoptr(GRand) random = g_rand_new_with_seed(1002);
    for (int i = 0; i < pixGetWidth(pix) * pixGetHeight(pix) / 200; i++)
        pixFlipPixel(pix, g_rand_int_range(random, 0, pixGetWidth(pix)),
                     g_rand_int_range(random, 0, pixGetHeight(pix)));
    CalibrationScannerReading reading = measure_pix(pix, 300);
    assert_near(reading.white_specks, 0.005, 0.001);
    assert_near(reading.black_specks, 0.005, 0.001);
    assert_mend(&reading, "specks");
}

/* Adds `levels` to the columns about x, from row `from` to row `to` (shares of the height). */
static void
add_streak(PIX *pix, double x_px, double width_px, int levels, double from, double to)
{
    int height = pixGetHeight(pix);
    for (int y = (int)(from * height); y < to * height; y++)
        for (int x = (int)lround(x_px - width_px / 2); x < lround(x_px + width_px / 2); x++) {
            l_uint32 value = 0;
            pixGetPixel(pix, x, y, &value);
            if (pixGetDepth(pix) == 1)
                pixSetPixel(pix, x, y, levels < 0);
            else
                pixSetPixel(pix, x, y, (l_uint32)CLAMP((int)value + levels, 0, 255));
        }
}

/* Streaks stand in columns of the image, however the page lies: place within 0.2 mm, width within a pixel and
 * a half, strength within a fifth. */
static void
test_streaks(void)
{
    static const struct {
        double dpi, skew_deg, at_mm, width_mm;
        int levels;
        CalibrationMode mode;
        int turns, quality;
    } cases[] = {
        {300, 0, 63, 0.09, -60, CALIBRATION_GREY, 0, 0},
        {300, 1.8, 63, 0.4, -25, CALIBRATION_GREY, 0, 0},
        {200, -1.8, 140, 0.3, -80, CALIBRATION_GREY, 2, 0},
        {150, 0.5, 20, 0.35, -60, CALIBRATION_GREY, 0, 60},
        {300, 0, 101, 2, -20, CALIBRATION_GREY, 0, 60},
        {300, 0.8, 12, 0.2, -60, CALIBRATION_GREY, 0, 0},
        {300, -1, 150, 0.2, -1, CALIBRATION_BILEVEL, 0, 0},
        {600, 1, 90, 0.085, -90, CALIBRATION_GREY, 0, 0},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        CalibrationScan scan = good_scan(cases[i].dpi, cases[i].mode);
        scan.skew_deg = cases[i].skew_deg;
        scan.quarter_turns = cases[i].turns;
        scan.jpeg_quality = cases[i].quality;
        g_autoptr(PIX) pix = make_scan(&scan, 1);
        double px_per_mm = cases[i].dpi / 25.4;
        add_streak(pix, cases[i].at_mm * px_per_mm, cases[i].width_mm * px_per_mm, cases[i].levels, 0, 1);
        CalibrationScannerReading reading = measure_pix(pix, cases[i].dpi);
        g_assert_cmpint(reading.n_streaks, ==, 1);
        const CalibrationFoundStreak *streak = &reading.streaks[0];
        g_test_message("case %u: %.2f mm, %.3f mm wide, %.3f strong", i, streak->from_left_mm,
                       streak->width_mm, streak->strength);
        assert_near(streak->from_left_mm, cases[i].at_mm, 0.2);
        assert_near(streak->width_mm, cases[i].width_mm, 1.5 / px_per_mm);
        double strength = cases[i].mode == CALIBRATION_BILEVEL ? 1 : -cases[i].levels / 220.0;
        assert_near(streak->strength, strength, 0.2 * strength);
        g_assert_true(streak->in_white);
        assert_mend(&reading, "streak");
    }
}

/* A light streak over paper that reads 255 shows in the grey and black bars only. */
static void
test_light_streak(void)
{
    CalibrationScan scan = good_scan(300, CALIBRATION_GREY);
    g_autoptr(PIX) pix = make_scan(&scan, 1);
    g_autoptr(PIX) clipped = pixGammaTRC(NULL, pix, 1, 0, 225);
    add_streak(clipped, 1000, 4, 40, 0, 1);
    CalibrationScannerReading reading = measure_pix(clipped, 300);
    g_assert_cmpint(reading.n_streaks, ==, 1);
    g_assert_cmpfloat(reading.streaks[0].strength, <, -0.1);
    g_assert_false(reading.streaks[0].in_white);
    assert_near(reading.streaks[0].from_left_mm, 1000 * 25.4 / 300, 0.2);
    assert_mend(&reading, "streak");
}

/* Two streaks and faint ones; a pen stroke on the page, a fold or one dirty band is no streak. */
static void
test_streaks_told_apart(void)
{
    CalibrationScan scan = good_scan(300, CALIBRATION_GREY);
    scan.fold = 50;
    g_autoptr(PIX) pix = make_scan(&scan, 1);
    add_streak(pix, 700, 5, -100, 0.1, 0.35);
    add_streak(pix, 1600, 5, -100, 0.65, 0.72);
    CalibrationScannerReading reading = measure_pix(pix, 300);
    g_assert_cmpint(reading.n_streaks, ==, 0);
    add_streak(pix, 1200, 5, -30, 0, 1);
    add_streak(pix, 1300, 3, -60, 0, 1);
    add_streak(pix, 400, 3, -6, 0, 1); /* 2.7 %: told, not to be mended */
    reading = measure_pix(pix, 300);
    g_assert_cmpint(reading.n_streaks, ==, 3);
    assert_near(reading.streaks[0].from_left_mm, 1300 * 25.4 / 300, 0.2);
    assert_near(reading.streaks[1].from_left_mm, 1200 * 25.4 / 300, 0.2);
    g_autoptr(GPtrArray) findings = judge(&reading);
    g_assert_true(has(findings, "streak", TRUE));
    g_assert_true(has(findings, "streak", FALSE));
}

static void
test_edges(void)
{
    CalibrationScan scan = good_scan(200, CALIBRATION_GREY);
    scan.shift_x_mm = scan.shift_y_mm = 0;
    g_autoptr(PIX) pix = make_scan(&scan, 1);
    double px_per_mm = 200 / 25.4;
    add_streak(pix, 3 * px_per_mm, 6 * px_per_mm, -120, 0, 1);
    CalibrationScannerReading reading = measure_pix(pix, 200);
    assert_near(reading.edge_dark_mm[CALIBRATION_LEFT], 6, 0.4);
    assert_near(reading.edge_dark_mm[CALIBRATION_RIGHT], 0, 0.5);
    assert_mend(&reading, "dark_edge");

    g_autoptr(PIX) whole = make_scan(&scan, 1);
    int cut = (int)(6 * px_per_mm);
    BOX *box = boxCreate(0, 0, pixGetWidth(whole), pixGetHeight(whole) - cut);
    g_autoptr(PIX) clipped = pixClipRectangle(whole, box, NULL);
    boxDestroy(&box);
    reading = measure_pix(clipped, 200);
    assert_near(reading.edge_cut_mm[CALIBRATION_BOTTOM], 6, 0.4);
    assert_mend(&reading, "cut");
}

/* Ordinary scans of a clean scanner pass, through JPEG as well. */
static void
test_clean(void)
{
    static const double dpis[] = {150, 200, 300};
    for (guint i = 0; i < 12; i++) {
        g_autoptr(GRand) random = calibration_random(1003 + i, "clean", 1, "scan");
        CalibrationScan scan = calibration_scan_ordinary(dpis[i % 3], (CalibrationMode)(i / 4), random);
        scan.seal = 0;
        if (scan.mode != CALIBRATION_BILEVEL && i % 2)
            scan.jpeg_quality = 60;
        CalibrationScannerReading reading = measure(&scan);
        g_test_message("%u: %.0f dpi, mode %d, white %.0f, noise %.1f, blur %.3f", i, scan.dpi, scan.mode,
                       reading.white, reading.noise_white, reading.blur_worst_mm);
        assert_mend(&reading, NULL);
    }
}

static void
test_skew(void)
{
    for (int sign = -1; sign <= 1; sign += 2) {
        CalibrationScan scan = good_scan(200, CALIBRATION_GREY);
        scan.skew_deg = 3 * sign;
        CalibrationScannerReading reading = measure(&scan);
        assert_mend(&reading, "skew");
    }
}

/* A print of 94 to 106 % is measured all the same, and the two explanations are told; rulers decide. */
static void
test_print_scale(void)
{
    static const double scales[] = {0.95, 1.03};
    for (guint i = 0; i < G_N_ELEMENTS(scales); i++) {
        CalibrationScan scan = good_scan(200, CALIBRATION_GREY);
        scan.shift_x_mm = scan.shift_y_mm = 0;
        g_autoptr(PIX) pix = make_scan(&scan, scales[i]);
        CalibrationScannerReading reading = measure_pix(pix, 200);
        assert_near(reading.dpi_x, 200 * scales[i], 0.3);
        g_autoptr(GPtrArray) findings = judge(&reading);
        g_assert_true(has(findings, "scale", FALSE));
        assert_mend(&reading, NULL);

        g_autoptr(GError) error = NULL;
        CalibrationScanFacts measured = {200, 200, 200 * scales[i], 0}, wrong = {200, 200, 200, 150};
        g_assert_true(calibration_scanner_measure(pix, "scan", &measured, &reading, &error));
        assert_near(reading.dpi_x, 200, 0.3);
        assert_near(reading.dpi_y, 200, 0.3);
        assert_mend(&reading, NULL);
        g_assert_true(calibration_scanner_measure(pix, "scan", &wrong, &reading, &error));
        assert_mend(&reading, "scale");
    }
}

static void
assert_refused(PIX *pix, const char *part)
{
    CalibrationScanFacts facts = {200, 200, 0, 0};
    CalibrationScannerReading reading;
    g_autoptr(GError) error = NULL;
    g_assert_false(calibration_scanner_measure(pix, "page.png", &facts, &reading, &error));
    g_assert_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, part));
    g_assert_true(g_str_has_prefix(error->message, "page.png"));
}

static PIX *
cut_out(PIX *pix, double x, double y, double w, double h)
{
    double width = pixGetWidth(pix), height = pixGetHeight(pix);
    BOX *box = boxCreate((int)(x * width), (int)(y * height), (int)(w * width), (int)(h * height));
    PIX *part = pixClipRectangle(pix, box, NULL);
    boxDestroy(&box);
    return part;
}

static void
paint(PIX *pix, double x, double y, double w, double h, int value)
{
    double width = pixGetWidth(pix), height = pixGetHeight(pix);
    BOX *box = boxCreate((int)(x * width), (int)(y * height), (int)(w * width), (int)(h * height));
    pixSetInRectArbitrary(pix, box, (l_uint32)value);
    boxDestroy(&box);
}

static void
test_refused(void)
{
    CalibrationScan scan = good_scan(200, CALIBRATION_GREY);
    g_autoptr(PIX) good = make_scan(&scan, 1);
    g_autoptr(PIX) bottomless = cut_out(good, 0, 0, 1, 0.9);
    g_autoptr(PIX) part = cut_out(good, 0.1, 0.1, 0.8, 0.8);
    assert_refused(bottomless, "ring marks");
    assert_refused(part, "no scan of the target");
    g_autoptr(PIX) torn = pixCopy(NULL, good);
    g_autoptr(PIX) covered = pixCopy(NULL, good);
    paint(torn, 0.8, 0.9, 0.2, 0.1, 240);
    assert_refused(torn, "ring marks");
    paint(covered, 0, 0.3, 1, 0.35, 240);
    assert_refused(covered, "edge dots");
    g_autoptr(PIX) side = pixRotateOrth(good, 1);
    g_autoptr(PIX) mirror = pixFlipLR(NULL, good);
    assert_refused(side, "on its side");
    assert_refused(mirror, "ring marks");

    g_autoptr(PIX) white = pixCreate(1654, 2339, 8);
    g_autoptr(PIX) noise = pixCreate(1654, 2339, 8);
    g_autoptr(PIX) tiny = pixCreate(300, 300, 8);
    pixSetAll(white);
    assert_refused(white, "no scan of the target");
    g_autoptr(GRand) random = g_rand_new_with_seed(1004);
    for (int i = 0; i < pixGetWpl(noise) * pixGetHeight(noise); i++)
        pixGetData(noise)[i] = g_rand_int(random);
    assert_refused(noise, "no scan of the target");
    assert_refused(tiny, "too small");
}

/* ---- the history ---- */

static char *
read_text(const char *path)
{
    char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static gboolean
keep(const char *path, const char *sha256, const CalibrationScannerReading *reading)
{
    CalibrationRecord record = {"room 12", "scan.png", sha256, 0};
    g_autoptr(GError) error = NULL;
    gboolean added = FALSE;
    g_assert_true(calibration_scanner_history_add(path, &record, reading, &added, &error));
    g_assert_no_error(error);
    return added;
}

static GPtrArray *
drift_of(const char *path, const CalibrationScannerReading *reading, guint *records)
{
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();
    CalibrationRecord record = {"room 12", "now.png", "now", 0};
    g_autoptr(GError) error = NULL;
    GPtrArray *findings = g_ptr_array_new_with_free_func((GDestroyNotify)calibration_finding_free);
    g_assert_true(calibration_scanner_history_compare(
        path, &record, reading, calibration_profile_scanner(profile), findings, records, &error));
    g_assert_no_error(error);
    return findings;
}

static void
test_history(void)
{
    g_autofree char *path = g_build_filename(dir, "history.jsonl", NULL);
    CalibrationScan scan = good_scan(150, CALIBRATION_GREY);
    CalibrationScannerReading reading = measure(&scan);
    guint records = 9;
    g_autoptr(GPtrArray) none = drift_of(path, &reading, &records);
    g_assert_cmpuint(records, ==, 0);
    g_assert_true(keep(path, "a", &reading));
    g_assert_false(keep(path, "a", &reading));
    g_assert_true(keep(path, "b", &reading));
    g_autofree char *before = read_text(path);

    /* A line that a power cut left unfinished neither hides the others nor spoils the next. */
    g_autofree char *torn = g_strconcat(before, "{\"phieu_scanner_history\":1,\"ti", NULL);
    g_assert_true(g_file_set_contents(path, torn, -1, NULL));
    g_assert_true(keep(path, "c", &reading));
    g_autofree char *after = read_text(path);
    g_assert_true(g_str_has_prefix(after, torn));
    g_autoptr(GPtrArray) same = drift_of(path, &reading, &records);
    g_assert_cmpuint(records, ==, 3);
    g_assert_cmpuint(same->len, ==, 0);

    static const struct {
        double brightness, blur_mm, noise, stretch_y;
        const char *said;
    } changes[] = {
        {222, 0.045, 3, 1, "white level"},
        {244, 0.11, 3, 1, "blur"},
        {244, 0.045, 6, 1, "noise"},
        {244, 0.045, 3, 1.008, "along the feed"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(changes); i++) {
        CalibrationScan changed = good_scan(150, CALIBRATION_GREY);
        changed.brightness = changes[i].brightness;
        changed.blur_mm = changes[i].blur_mm;
        changed.noise = changes[i].noise;
        changed.stretch_y = changes[i].stretch_y;
        CalibrationScannerReading now = measure(&changed);
        g_autoptr(GPtrArray) findings = drift_of(path, &now, &records);
        g_assert_true(has(findings, "drift", TRUE));
        gboolean said = FALSE;
        for (guint k = 0; k < findings->len; k++)
            said = said || strstr(((CalibrationFinding *)findings->pdata[k])->text, changes[i].said);
        g_assert_true(said);
    }
}

/* Another mode, another resolution, another scanner: nothing to compare with. */
static void
test_history_kinds(void)
{
    g_autofree char *path = g_build_filename(dir, "kinds.jsonl", NULL);
    CalibrationScan grey = good_scan(150, CALIBRATION_GREY), fine = good_scan(200, CALIBRATION_GREY),
                    bilevel = good_scan(150, CALIBRATION_BILEVEL);
    CalibrationScannerReading reading = measure(&grey), other = measure(&fine), third = measure(&bilevel);
    guint records = 0;
    keep(path, "a", &reading);
    g_autoptr(GPtrArray) one = drift_of(path, &other, &records);
    g_assert_cmpuint(records, ==, 0);
    g_autoptr(GPtrArray) two = drift_of(path, &third, &records);
    g_assert_cmpuint(records, ==, 0);
    keep(path, "b", &third);
    g_autoptr(GPtrArray) three = drift_of(path, &third, &records);
    g_assert_cmpuint(records, ==, 1);
    g_assert_cmpuint(three->len, ==, 0);
}

static void
test_history_refused(void)
{
    g_autofree char *letter = g_build_filename(dir, "letter.txt", NULL),
                    *none = g_build_filename(dir, "no", "x", NULL);
    CalibrationScannerReading reading = {0};
    CalibrationRecord record = {"x", "x", "x", 0};
    gboolean added = FALSE;
    g_autoptr(GError) error = NULL, machine = NULL, folder = NULL;
    g_assert_true(g_file_set_contents(letter, "Dear Sir,\n{}\n", -1, NULL));
    g_assert_false(calibration_scanner_history_add(letter, &record, &reading, &added, &error));
    g_assert_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT);
    g_autofree char *text = read_text(letter);
    g_assert_cmpstr(text, ==, "Dear Sir,\n{}\n");
    g_assert_false(calibration_scanner_history_add(none, &record, &reading, &added, &machine));
    g_assert_error(machine, CALIBRATION_ERROR, CALIBRATION_ERROR_MACHINE);
    g_assert_false(calibration_scanner_history_add(dir, &record, &reading, &added, &folder));
    g_assert_nonnull(folder);
}

int
main(int argc, char **argv)
{
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/target/write", test_write);
    g_test_add_func("/target/geometry", test_geometry);
    g_test_add_func("/target/feed", test_feed);
    g_test_add_func("/target/blur", test_blur);
    g_test_add_func("/target/tone", test_tone);
    g_test_add_func("/target/curve", test_curve);
    g_test_add_func("/target/bilevel", test_bilevel);
    g_test_add_func("/target/specks", test_specks);
    g_test_add_func("/target/streaks", test_streaks);
    g_test_add_func("/target/light-streak", test_light_streak);
    g_test_add_func("/target/streaks-told-apart", test_streaks_told_apart);
    g_test_add_func("/target/edges", test_edges);
    g_test_add_func("/target/clean", test_clean);
    g_test_add_func("/target/skew", test_skew);
    g_test_add_func("/target/print-scale", test_print_scale);
    g_test_add_func("/target/refused", test_refused);
    g_test_add_func("/target/history", test_history);
    g_test_add_func("/target/history-kinds", test_history_kinds);
    g_test_add_func("/target/history-refused", test_history_refused);
    return run_in_folder();
}
