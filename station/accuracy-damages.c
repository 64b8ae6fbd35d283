/* What has befallen a page. */
#include "accuracy-private.h"

#include <math.h>

const char **
accuracy_page_damages(const AccuracyPage *page)
{
    const CalibrationScan *scan = &page->scan;
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
        {"line 0.2 to 0.35 dark", page->darkness >= 0.2 && page->darkness < 0.35},
        {"line below 0.2 dark", page->darkness < 0.2},
        {"JPEG below 60", scan->jpeg_quality > 0 && scan->jpeg_quality < 60},
    };
    const char **names = g_new0(const char *, G_N_ELEMENTS(damages) + 1);
    for (guint i = 0, n = 0; i < G_N_ELEMENTS(damages); i++)
        if (damages[i].there)
            names[n++] = damages[i].name;
    return names;
}
