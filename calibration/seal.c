/* Round red seals of offices, stamped onto the page. */
#include <math.h>

#include "scan-private.h"

/* Round seals of offices here are 30 … 36 mm across. */
#define SEAL_LEAST_MM 30
#define SEAL_MOST_MM  36

static const char *const seal_text = "ỦY BAN NHÂN DÂN XÃ * TỈNH * ";

static void
seal_letters(cairo_t *cr, double radius_mm, double size_mm)
{
    glong n = g_utf8_strlen(seal_text, -1);
    int i = 0;
    for (const char *s = seal_text; *s; s = g_utf8_next_char(s), i++) {
        g_autofree char *parts = g_utf8_normalize(s, g_utf8_next_char(s) - s, G_NORMALIZE_NFD);
        cairo_save(cr);
        cairo_rotate(cr, 2 * G_PI * i / (double)n - G_PI * 0.75);
        cairo_translate(cr, -size_mm / 2, -radius_mm);
        cairo_scale(cr, size_mm, size_mm);
        calibration_writing_letter(cr, parts ? g_utf8_get_char(parts) : ' ');
        cairo_restore(cr);
    }
    cairo_set_line_width(cr, 0.4);
    cairo_stroke(cr);
}

static void
seal_star(cairo_t *cr, double radius_mm)
{
    for (int i = 0; i < 10; i++) {
        double angle = G_PI * i / 5 - G_PI / 2, r = i % 2 ? radius_mm * 0.4 : radius_mm;
        cairo_line_to(cr, r * cos(angle), r * sin(angle));
    }
    cairo_close_path(cr);
    cairo_fill(cr);
}

/* How many answer positions a seal at `place` would touch. */
static int
count_under_seal(const FormPage *page, CalibrationPoint place, double radius_mm)
{
    int n = 0;
    for (guint i = 0; i < page->fields->len; i++) {
        const FormField *field = g_ptr_array_index(page->fields, i);
        for (guint k = 0; k < field->options->len; k++) {
            const FormOption *option = &g_array_index(field->options, FormOption, k);
            n += hypot(option->x_mm - place.x, option->y_mm - place.y) < radius_mm + option->w_mm / 2;
        }
    }
    return n;
}

/* Where seals are put: over the signature at the foot, or in the head, where who stamps keeps off the answers
 * as far as there is room; now and then anywhere. */
static CalibrationPoint
seal_place(const CalibrationSheet *sheet, double radius_mm)
{
    static const double share[] = {0.6, 0.3, 0.1};
    double w = sheet->package->width_mm, h = sheet->package->height_mm;
    int kind = calibration_pick(sheet->random, share, G_N_ELEMENTS(share));
    if (sheet->scan->seal_anywhere)
        kind = 2;
    CalibrationPoint best = {0, 0};
    int fewest = G_MAXINT;
    for (int tries = 0; tries < (kind == 2 ? 1 : 12) && fewest > 0; tries++) {
        double x = g_rand_double(sheet->random), y = g_rand_double(sheet->random);
        CalibrationPoint places[] = {{w * (0.4 + 0.5 * x), h * (0.88 + 0.1 * y)},
                                     {w * (0.1 + 0.5 * x), h * (0.01 + 0.07 * y)},
                                     {w * x, h * y}};
        int touched = count_under_seal(sheet->page, places[kind], radius_mm);
        if (touched < fewest) {
            fewest = touched;
            best = places[kind];
        }
    }
    return best;
}

void
calibration_paper_seal(const CalibrationSheet *sheet)
{
    cairo_t *cr = sheet->cr;
    double radius = g_rand_double_range(sheet->random, SEAL_LEAST_MM, SEAL_MOST_MM) / 2;
    CalibrationPoint place = seal_place(sheet, radius);
    CalibrationTexture ink = {0.82, 0.12, 0.16, CLAMP(sheet->scan->seal, 0, 1), 0.45};
    cairo_pattern_t *pattern = calibration_texture_new(&ink, sheet->random);
    cairo_save(cr);
    cairo_translate(cr, place.x, place.y);
    cairo_rotate(cr, calibration_normal(sheet->random, 0.2));
    cairo_set_source(cr, pattern);
    cairo_set_operator(cr, CAIRO_OPERATOR_MULTIPLY);
    cairo_set_line_width(cr, 0.9);
    cairo_arc(cr, 0, 0, radius - 0.5, 0, 2 * G_PI);
    cairo_stroke(cr);
    cairo_set_line_width(cr, 0.35);
    cairo_arc(cr, 0, 0, radius - 1.4, 0, 2 * G_PI);
    cairo_stroke(cr);
    cairo_arc(cr, 0, 0, radius * 0.6, 0, 2 * G_PI);
    cairo_stroke(cr);
    seal_letters(cr, radius * 0.67, radius * 0.075);
    seal_star(cr, radius * 0.3);
    cairo_restore(cr);
    cairo_pattern_destroy(pattern);
}
