/* Pages that are bent, stretched, torn by the feed or photographed: every answer position is found where it
 * is, or doubted, and most are found. */
#include <math.h>
#include <string.h>

#include "calibration-simulation.h"
#include "forms-private.h"
#include "pose-private.h"
#include "survey-fixture.h"

#define SEED 1700 /* of tuning */

/* A bubble is 4.2 mm high: read so far off, a mark in it is still its own. */
#define MOST_OFF_MM 0.8

/* What came of some pages. */
typedef struct {
    guint pages, refused, positions, doubted, astray;
    double worst_mm;
} Tally;

static PIX *
scan_page(const Survey *survey, int page, int serial, const CalibrationScan *scan)
{
    FormSheetId id = survey_sheet(survey, serial, page);
    g_autoptr(GRand) random = calibration_random(SEED, id.serial, page, "photo test");
    g_autoptr(CalibrationRespondent) respondent =
        calibration_respondent_new(survey->package, &calibration_habits_ordinary, SEED, id.serial);

    PIX *pix = calibration_simulate(survey->printer, &id, respondent, scan, random);
    g_assert_nonnull(pix);
    return pix;
}

static gboolean
align(const Survey *survey, const OmrBlank *blank, const OmrPyramid *image, OmrAlignment *alignment)
{
    const CalibrationAlign *limits = calibration_profile_align(survey->profile);
    OmrFinder *finder = omr_finder_new();
    g_auto(OmrIdentity) identity = {0};
    OmrPose poses[OMR_MAX_POSES];

    omr_identify(finder, survey->forms, image, &identity);
    omr_finder_free(finder);
    guint n = identity.symbols->len > 0 ? omr_poses_from_symbols(identity.symbols, survey->package,
                                                                 blank->page, &image->level[0], poses)
                                        : omr_poses_from_print(blank, image, poses);
    for (guint i = 0; i < n; i++) {
        if (omr_align(alignment, blank, image, &poses[i], limits) &&
            omr_alignment_is_trusted(alignment, blank, limits, NULL))
            return TRUE;
    }
    return FALSE;
}

static void
go_round(const Survey *survey, int page, int serial, const CalibrationScan *scan, Tally *tally)
{
    const CalibrationAlign *limits = calibration_profile_align(survey->profile);
    const OmrForm *form = g_ptr_array_index(survey->forms->forms, 0);
    const OmrBlank *blank = g_ptr_array_index(form->blanks, page - 1);
    g_autoptr(PIX) pix = scan_page(survey, page, serial, scan);
    g_auto(OmrPyramid) image = {0};
    g_auto(OmrAlignment) alignment = {0};

    tally->pages++;
    omr_pyramid_init(&image, pix);
    if (!align(survey, blank, &image, &alignment)) {
        tally->refused++;
        return;
    }
    for (guint i = 0; i < blank->targets->len; i++) {
        const OmrTarget *target = &g_array_index(blank->targets, OmrTarget, i);
        double x_px, y_px, support;
        if (target->option == NULL)
            continue;
        OmrPoint at = omr_alignment_point(&alignment, target->x_mm, target->y_mm, &support);
        calibration_scan_place(scan, survey->package, target->x_mm, target->y_mm, &x_px, &y_px);
        double off_mm = hypot(at.x + 0.5 - x_px, at.y + 0.5 - y_px) / scan->dpi * 25.4;
        tally->positions++;
        tally->doubted += support < limits->support;
        if (support >= limits->support) {
            tally->worst_mm = MAX(tally->worst_mm, off_mm);
            tally->astray += off_mm > MOST_OFF_MM;
        }
    }
}

static void
report(const Tally *tally)
{
    g_test_message("%u pages, %u refused; %u positions, %u doubted, %u astray, worst %.2f mm", tally->pages,
                   tally->refused, tally->positions, tally->doubted, tally->astray, tally->worst_mm);
}

static CalibrationScan
plain_scan(int i)
{
    return (CalibrationScan){.dpi = i % 2 == 0 ? 200 : 150,
                             .mode = CALIBRATION_GREY,
                             .blur_mm = 0.05,
                             .noise = 3,
                             .grain = 2,
                             .brightness = 245};
}

static void
test_photos(gconstpointer data)
{
    const Survey *survey = data;
    Tally tally = {0};

    for (int i = 0; i < 12; i++) {
        g_autoptr(GRand) random = calibration_random(SEED, "photo", i, "scan");
        CalibrationScan scan = calibration_scan_photo(30, random);
        scan.dpi = MIN(scan.dpi, 200);
        scan.mode = CALIBRATION_GREY;
        scan.tilt_deg = MAX(scan.tilt_deg, 12);
        scan.curl_mm = 0;
        go_round(survey, 1 + i % 4, 100 + i, &scan, &tally);
    }
    report(&tally);
    g_assert_cmpuint(tally.astray, ==, 0);
    g_assert_cmpuint(tally.refused, <=, 2);
    g_assert_cmpuint(tally.doubted, <=, tally.positions / 50);
}

static void
test_curl(gconstpointer data)
{
    const Survey *survey = data;
    Tally tally = {0};

    for (int i = 0; i < 8; i++) {
        CalibrationScan scan = plain_scan(i);
        scan.curl_edge = (CalibrationEdge)(CALIBRATION_EDGE_TOP + i % 4);
        scan.curl_mm = 2.5;
        go_round(survey, 1 + i / 2, 200 + i, &scan, &tally);
    }
    report(&tally);
    g_assert_cmpuint(tally.astray, ==, 0);
    g_assert_cmpuint(tally.refused, ==, 0);
    g_assert_cmpuint(tally.doubted, <=, tally.positions / 10);
}

/* A jump may tear bubbles apart, of which each half is a place as good as the other: few, and most are
 * doubted. */
static void
test_jumps(gconstpointer data)
{
    static const double jumps_mm[] = {0.4, -0.6, 0.9, -1.1, 1.3, -1.5};
    const Survey *survey = data;
    Tally tally = {0};

    for (int i = 0; i < 12; i++) {
        CalibrationScan scan = plain_scan(i);
        scan.jump_mm[0] = jumps_mm[i % 6];
        scan.jump_at[0] = 0.2 + 0.05 * i;
        go_round(survey, 1 + i % 4, 300 + i, &scan, &tally);
    }
    report(&tally);
    g_assert_cmpuint(tally.astray, <=, tally.positions / 200);
    g_assert_cmpfloat(tally.worst_mm, <, 0.5);
    g_assert_cmpuint(tally.refused, ==, 0);
    g_assert_cmpuint(tally.doubted, <=, tally.positions / 15);
}

static void
test_stretch_and_print_scale(gconstpointer data)
{
    static const double scales[] = {0.94, 0.97, 1.03, 1.06};
    const Survey *survey = data;
    Tally tally = {0};

    for (int i = 0; i < 8; i++) {
        CalibrationScan scan = plain_scan(i);
        scan.stretch_y = i % 2 == 0 ? 1.03 : 0.97;
        scan.wobble_mm = 0.05; /* what calibration_scan_place() does not tell */
        scan.print_scale = scales[i % 4];
        go_round(survey, 1 + i / 2, 400 + i, &scan, &tally);
    }
    report(&tally);
    g_assert_cmpuint(tally.astray, ==, 0);
    g_assert_cmpfloat(tally.worst_mm, <, 0.3);
    g_assert_cmpuint(tally.refused, ==, 0);
    g_assert_cmpuint(tally.doubted, <=, tally.positions / 100);
}

/* The page as if `hidden_mm` of it, from `fold_mm` down, were folded away: what is below moves up. */
static PIX *
fold_away(PIX *pix, double dpi, double fold_mm, double hidden_mm)
{
    int fold = (int)(fold_mm * dpi / 25.4), hidden = (int)lround(hidden_mm * dpi / 25.4);
    int width = pixGetWidth(pix), height = pixGetHeight(pix);
    PIX *folded = pixCopy(NULL, pix);

    pixRasterop(folded, 0, fold, width, height - fold - hidden, PIX_SRC, pix, 0, fold + hidden);
    pixRasterop(folded, 0, height - hidden, width, hidden, PIX_SET, NULL, 0, 0);
    return folded;
}

/* After a fold that hides a row all rows fit one row off: none of them may be relied on. */
static void
test_hidden_rows(gconstpointer data)
{
    static const double folds_mm[] = {120, 150, 180, 210};
    const double row_mm = 6.37;
    const Survey *survey = data;
    const OmrForm *form = g_ptr_array_index(survey->forms->forms, 0);
    const OmrBlank *blank = g_ptr_array_index(form->blanks, 2);
    const CalibrationAlign *limits = calibration_profile_align(survey->profile);
    guint relied_on = 0, wrong = 0;

    for (guint i = 0; i < G_N_ELEMENTS(folds_mm); i++) {
        CalibrationScan scan = plain_scan(0);
        g_autoptr(PIX) whole = scan_page(survey, 3, 500 + (int)i, &scan);
        g_autoptr(PIX) pix = fold_away(whole, scan.dpi, folds_mm[i], row_mm);
        g_auto(OmrPyramid) image = {0};
        g_auto(OmrAlignment) alignment = {0};
        omr_pyramid_init(&image, pix);
        if (!align(survey, blank, &image, &alignment))
            continue;
        for (guint t = 0; t < blank->targets->len; t++) {
            const OmrTarget *target = &g_array_index(blank->targets, OmrTarget, t);
            double support, moved_mm = target->y_mm > folds_mm[i] + row_mm ? row_mm : 0;
            OmrPoint at = omr_alignment_point(&alignment, target->x_mm, target->y_mm, &support);
            if (support < limits->support)
                continue;
            relied_on++;
            wrong += fabs((at.y + 0.5) / scan.dpi * 25.4 - target->y_mm + moved_mm) > MOST_OFF_MM;
        }
    }
    g_test_message("%u positions relied on, %u of them in another row", relied_on, wrong);
    g_assert_cmpuint(wrong, ==, 0);
}

int
main(int argc, char *argv[])
{
    static const SurveyTest tests[] = {
        {"/photo/photos", test_photos},
        {"/photo/curl", test_curl},
        {"/photo/jumps", test_jumps},
        {"/photo/stretch-and-print-scale", test_stretch_and_print_scale},
        {"/photo/hidden-rows", test_hidden_rows},
    };

    g_test_init(&argc, &argv, NULL);
    return survey_run(tests, G_N_ELEMENTS(tests));
}
