/* Who fills in and what scans. docs/accuracy.md explains the shares. */
#include "accuracy-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "command-private.h"

/* An office that scans what it always scans: mostly 300 dpi. */
static const AccuracyScanner scanners_ordinary[] = {
    {300, CALIBRATION_GREY, 50},    {200, CALIBRATION_GREY, 18},   {300, CALIBRATION_COLOUR, 12},
    {300, CALIBRATION_BILEVEL, 12}, {200, CALIBRATION_BILEVEL, 8}, {0, CALIBRATION_GREY, 0},
};

static const AccuracyPopulation populations[] = {
    {"ordinary", &calibration_habits_ordinary, scanners_ordinary},
};

const AccuracyPopulation *
accuracy_population_find(const char *name, GError **error)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(populations); i++) {
        if (g_str_equal(populations[i].name, name))
            return &populations[i];
        g_string_append_printf(names, "%s%s", i ? ", " : "", populations[i].name);
    }
    g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                _("--population %s: there is no such population; known are: %s"), name, names->str);
    return NULL;
}

char *
accuracy_scan_name(const CalibrationScan *scan)
{
    static const char *const words[] = {
        [CALIBRATION_BILEVEL] = "1 bit", [CALIBRATION_GREY] = "grey", [CALIBRATION_COLOUR] = "colour"};
    return g_strdup_printf("%3.0f dpi %s", scan->dpi, words[scan->mode]);
}

const char **
accuracy_scan_damages(const CalibrationScan *scan)
{
    const struct {
        const char *name;
        gboolean there;
    } damages[] = {
        {"fed askew (2° and more)", fabs(scan->skew_deg) >= 2},
        {"fed turned", scan->quarter_turns != 0},
        {"print scaled", scan->print_scale > 0 && fabs(scan->print_scale - 1) > 0.005},
        {"faded", scan->fade > 0},
        {"feed slips", scan->jump_mm[0] != 0},
        {"fold", scan->fold > 0},
        {"curl", scan->curl_edge != CALIBRATION_EDGE_NONE},
        {"creases", scan->creases > 0},
        {"corner lost", scan->lost_corner > 0},
        {"dog ear", scan->folded_corner > 0},
        {"edge lost", scan->lost_edge != CALIBRATION_EDGE_NONE},
        {"QR lost", scan->lost_qr != 0},
        {"QR damaged", scan->qr_damage != 0},
        {"seal", scan->seal > 0},
        {"stains", scan->stains > 0},
        {"dirt", scan->dirt > 0},
        {"show-through", scan->show_through > 0},
        {"streaks", scan->streaks[0].width_mm > 0},
        {"dark edges", scan->dark_edge_mm > 0},
        {"dark (below 190)", scan->brightness > 0 && scan->brightness < 190},
        {"overexposed", scan->brightness > 255},
        {"noise (8 and more)", scan->noise >= 8},
        {"blur (0.08 mm and more)", scan->blur_mm >= 0.08},
        {"dithered", scan->dither != CALIBRATION_DITHER_NONE},
        {"JPEG below 60", scan->jpeg_quality > 0 && scan->jpeg_quality < 60},
    };
    const char **names = g_new0(const char *, G_N_ELEMENTS(damages) + 1);
    for (guint i = 0, n = 0; i < G_N_ELEMENTS(damages); i++)
        if (damages[i].there)
            names[n++] = damages[i].name;
    return names;
}

static const AccuracyScanner *
scanner_of(const AccuracySubject *subject, guint questionnaire)
{
    g_autofree char *name = g_strdup_printf("%u", questionnaire);
    g_autoptr(GRand) random = calibration_random(subject->seed, name, 0, "accuracy scanner");
    const AccuracyScanner *scanners = subject->population->scanners;
    double all = 0;
    for (guint i = 0; scanners[i].share > 0; i++)
        all += scanners[i].share;
    double left = g_rand_double(random) * all;
    guint at = 0;
    while (scanners[at + 1].share > 0 && left >= scanners[at].share)
        left -= scanners[at++].share;
    return &scanners[at];
}

CalibrationScan
accuracy_scan_of(const AccuracySubject *subject, guint questionnaire, int page)
{
    g_autofree char *name = g_strdup_printf("%u", questionnaire);
    g_autoptr(GRand) random = calibration_random(subject->seed, name, page, "accuracy scan");
    if (!subject->population->scanners)
        return calibration_scan_hard(random);
    const AccuracyScanner *scanner = scanner_of(subject, questionnaire);
    return calibration_scan_ordinary(scanner->dpi, scanner->mode, random);
}
