/* What befalls a sheet between the respondent and the scanner: stamped, torn, covered, dusty. */
#include <math.h>

#include "simulation-private.h"

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
seal_place(const FormPackage *package, const FormPage *page, double radius_mm, GRand *random)
{
    static const double share[] = {0.6, 0.3, 0.1};
    double w = package->width_mm, h = package->height_mm;
    int kind = calibration_pick(random, share, G_N_ELEMENTS(share));
    CalibrationPoint best = {0, 0};
    int fewest = G_MAXINT;
    for (int tries = 0; tries < (kind == 2 ? 1 : 12) && fewest > 0; tries++) {
        double x = g_rand_double(random), y = g_rand_double(random);
        CalibrationPoint places[] = {{w * (0.4 + 0.5 * x), h * (0.88 + 0.1 * y)},
                                     {w * (0.1 + 0.5 * x), h * (0.01 + 0.07 * y)},
                                     {w * x, h * y}};
        int touched = count_under_seal(page, places[kind], radius_mm);
        if (touched < fewest) {
            fewest = touched;
            best = places[kind];
        }
    }
    return best;
}

static void
draw_seal(const CalibrationScan *scan, const FormPackage *package, const FormPage *page, cairo_t *cr,
          GRand *random)
{
    double radius = g_rand_double_range(random, SEAL_LEAST_MM, SEAL_MOST_MM) / 2;
    CalibrationPoint place = seal_place(package, page, radius, random);
    CalibrationTexture ink = {0.82, 0.12, 0.16, CLAMP(scan->seal, 0, 1), 0.45};
    cairo_pattern_t *pattern = calibration_texture_new(&ink, random);
    cairo_save(cr);
    cairo_translate(cr, place.x, place.y);
    cairo_rotate(cr, calibration_normal(random, 0.2));
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

/* How far along the edges the tear goes: the corner's fiducial goes with it. */
static double
tear_reach_mm(const FormPackage *package, const FormPage *page, CalibrationPoint corner)
{
    double nearest = G_MAXDOUBLE, reach = 0;
    for (guint i = 0; i < page->fiducials->len; i++) {
        const FormRect *r = &g_array_index(page->fiducials, FormRect, i);
        double dx = fabs(r->x_mm + r->w_mm / 2 - corner.x) + r->w_mm / 2;
        double dy = fabs(r->y_mm + r->h_mm / 2 - corner.y) + r->h_mm / 2;
        if (dx + dy < nearest) {
            nearest = dx + dy;
            reach = (dx + dy) * 1.15 + 3;
        }
    }
    return CLAMP(reach, 22, MIN(package->width_mm, package->height_mm) / 3);
}

static void
tear_corner(const CalibrationScan *scan, const FormPackage *package, const FormPage *page, cairo_t *cr,
            double background, GRand *random)
{
    gboolean right = scan->lost_corner == 2 || scan->lost_corner == 3, low = scan->lost_corner >= 3;
    CalibrationPoint corner = {right ? package->width_mm : 0, low ? package->height_mm : 0};
    double reach = tear_reach_mm(package, page, corner);
    double along_x = reach * g_rand_double_range(random, 1, 1.25),
           along_y = reach * g_rand_double_range(random, 1, 1.25);
    CalibrationPoint edge[26];
    for (int i = 0; i < 26; i++) {
        double t = i / 25.0, rough = i == 0 || i == 25 ? 0 : g_rand_double_range(random, -0.2, 0.8);
        edge[i] = (CalibrationPoint){corner.x + (right ? -1 : 1) * (along_x * t + rough),
                                     corner.y + (low ? -1 : 1) * (along_y * (1 - t) + rough)};
    }
    double out_x = right ? 5 : -5, out_y = low ? 5 : -5;
    for (int pass = 0; pass < 2; pass++) {
        /* The fibres of the torn edge cast a faint shadow. */
        double grey = pass == 0 ? background / 255 * 0.85 : background / 255;
        cairo_set_source_rgb(cr, grey, grey, grey);
        cairo_set_line_width(cr, 0.5);
        cairo_move_to(cr, corner.x + out_x, corner.y + out_y);
        cairo_line_to(cr, corner.x + out_x, edge[0].y);
        for (int i = 0; i < 26; i++)
            cairo_line_to(cr, edge[i].x, edge[i].y);
        cairo_line_to(cr, edge[25].x, corner.y + out_y);
        cairo_close_path(cr);
        if (pass == 0)
            cairo_stroke(cr);
        else
            cairo_fill(cr);
    }
}

/* A label stuck over the code, or a blot of ink. */
static void
cover_qr(const FormRect *qr, cairo_t *cr, GRand *random)
{
    gboolean label = calibration_chance(random, 0.5);
    double x = qr->x_mm + qr->w_mm / 2, y = qr->y_mm + qr->h_mm / 2;
    double half_w = qr->w_mm / 2 + 1, half_h = qr->h_mm / 2 + 1;
    cairo_save(cr);
    cairo_translate(cr, x, y);
    if (label) {
        /* Turned by its small angle it still covers the whole code. */
        cairo_rotate(cr, g_rand_double_range(random, -0.06, 0.06));
        cairo_rectangle(cr, -half_w * 1.07, -half_h * 1.07, half_w * 2.14, half_h * 2.14);
        cairo_set_source_rgb(cr, 0.97, 0.97, 0.95);
        cairo_fill_preserve(cr);
        cairo_set_source_rgb(cr, 0.7, 0.7, 0.7);
        cairo_set_line_width(cr, 0.15);
        cairo_stroke(cr);
    } else {
        double dark = g_rand_double_range(random, 0.05, 0.25);
        CalibrationPoint rim[20];
        for (int i = 0; i < 20; i++) {
            double angle = G_PI * i / 10, r = g_rand_double_range(random, 1.47, 1.65);
            rim[i] = (CalibrationPoint){half_w * r * cos(angle), half_h * r * sin(angle)};
        }
        calibration_ink_path(cr, rim, G_N_ELEMENTS(rim), -1);
        cairo_close_path(cr);
        cairo_set_source_rgb(cr, dark, dark, dark * 1.4);
        cairo_fill(cr);
    }
    cairo_restore(cr);
}

/* Dust and specks of toner: more of it on coarser paper. */
static void
draw_specks(const CalibrationScan *scan, const FormPackage *package, cairo_t *cr, GRand *random)
{
    int n = (int)(scan->grain * g_rand_double_range(random, 0, 4));
    for (int i = 0; i < n; i++) {
        double dark = g_rand_double_range(random, 0.2, 0.8);
        cairo_set_source_rgb(cr, dark, dark, dark);
        cairo_set_line_width(cr, g_rand_double_range(random, 0.08, 0.22));
        double x = g_rand_double(random) * package->width_mm, y = g_rand_double(random) * package->height_mm;
        cairo_move_to(cr, x, y);
        cairo_line_to(cr, x + calibration_normal(random, 0.15), y + calibration_normal(random, 0.15));
        cairo_stroke(cr);
    }
}

void
calibration_paper_damage(const CalibrationScan *scan, const FormPackage *package, const FormPage *page,
                         cairo_t *cr, double background, GRand *random)
{
    cairo_save(cr);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    draw_specks(scan, package, cr, random);
    if (scan->seal > 0)
        draw_seal(scan, package, page, cr, random);
    if (scan->lost_qr > 0 && (guint)scan->lost_qr <= page->qr->len)
        cover_qr(&g_array_index(page->qr, FormRect, scan->lost_qr - 1), cr, random);
    if (scan->lost_corner > 0)
        tear_corner(scan, package, page, cr, background, random);
    cairo_restore(cr);
}
