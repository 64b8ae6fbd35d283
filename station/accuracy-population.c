/* Who fills in and what scans. docs/accuracy.md explains the shares. */
#include "accuracy-private.h"

#include <glib/gi18n-lib.h>

#include "command-private.h"

/* A line lighter than this may leave nothing in 1 bit or when overexposed. Whoever has such questionnaires
 * does not scan them so: what is not in the image cannot be read. */
#define LIGHT 0.55

/* An office that scans what it always scans: mostly 300 dpi. */
static const AccuracyScanner scanners_ordinary[] = {
    {300, CALIBRATION_GREY, 50},    {200, CALIBRATION_GREY, 18},   {300, CALIBRATION_COLOUR, 12},
    {300, CALIBRATION_BILEVEL, 12}, {200, CALIBRATION_BILEVEL, 8}, {0, CALIBRATION_GREY, 0},
};

static const AccuracyPopulation populations[] = {
    {"ordinary", &calibration_habits_ordinary, scanners_ordinary},
    {"hard", &calibration_habits_hard, NULL},
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

static CalibrationScan
draw_scan(const AccuracySubject *subject, guint questionnaire, int page)
{
    g_autofree char *name = g_strdup_printf("%u", questionnaire);
    g_autoptr(GRand) random = calibration_random(subject->seed, name, page, "accuracy scan");
    if (!subject->population->scanners)
        return calibration_scan_hard(random);
    const AccuracyScanner *scanner = scanner_of(subject, questionnaire);
    return calibration_scan_ordinary(scanner->dpi, scanner->mode, random);
}

double
accuracy_dpi_of(const AccuracySubject *subject, guint questionnaire, int page)
{
    return draw_scan(subject, questionnaire, page).dpi;
}

CalibrationScan
accuracy_scan_of(const AccuracySubject *subject, guint questionnaire, int page,
                 const CalibrationRespondent *respondent)
{
    CalibrationScan scan = draw_scan(subject, questionnaire, page);
    if (!subject->population->scanners && calibration_respondent_darkness(respondent) < LIGHT)
        calibration_scan_spare_pencil(&scan);
    return scan;
}
