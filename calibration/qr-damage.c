/* Damage to QRs: covered whole, or worn, dirty, written over and torn. */
#include <math.h>

#include "scan-private.h"

/* A label stuck over the code, or a blot of ink. */
void
calibration_paper_cover_qr(const CalibrationSheet *sheet, const FormRect *qr)
{
    cairo_t *cr = sheet->cr;
    GRand *random = sheet->random;
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

typedef struct {
    const CalibrationSheet *sheet;
    const FormRect *qr;
    double strength; /* 0 … 1 */
} Damage;

/* A whole number of things between `least` and `most` times the strength. */
static int
count_of(const Damage *damage, double least, double most)
{
    return (int)lround(g_rand_double_range(damage->sheet->random, least, most) * damage->strength);
}

/* A random point of the code. */
static CalibrationPoint
point_in(const Damage *damage)
{
    GRand *random = damage->sheet->random;
    double x = g_rand_double(random), y = g_rand_double(random);
    return (CalibrationPoint){damage->qr->x_mm + x * damage->qr->w_mm,
                              damage->qr->y_mm + y * damage->qr->h_mm};
}

/* The code's place on the surface, px. FALSE when it is off the surface. */
static gboolean
pixels_of(const Damage *damage, int *left, int *top, int *right, int *bottom)
{
    cairo_surface_t *surface = damage->sheet->surface;
    double x0 = damage->qr->x_mm, y0 = damage->qr->y_mm;
    double x1 = x0 + damage->qr->w_mm, y1 = y0 + damage->qr->h_mm;
    cairo_user_to_device(damage->sheet->cr, &x0, &y0);
    cairo_user_to_device(damage->sheet->cr, &x1, &y1);
    *left = (int)CLAMP(x0, 0, cairo_image_surface_get_width(surface));
    *right = (int)CLAMP(x1, 0, cairo_image_surface_get_width(surface));
    *top = (int)CLAMP(y0, 0, cairo_image_surface_get_height(surface));
    *bottom = (int)CLAMP(y1, 0, cairo_image_surface_get_height(surface));
    return *left < *right && *top < *bottom;
}

/* Grey noise, as of a worn drum: standard deviation up to 130. */
static void
add_noise(const Damage *damage)
{
    int left, top, right, bottom;
    if (!pixels_of(damage, &left, &top, &right, &bottom))
        return;
    cairo_surface_t *surface = damage->sheet->surface;
    cairo_surface_flush(surface);
    guint8 *data = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    double sigma = 130 * damage->strength;
    for (int y = top; y < bottom; y++)
        for (int x = left; x < right; x++) {
            guint8 *pixel = data + (gsize)y * (gsize)stride + 4 * (gsize)x;
            double off = calibration_normal(damage->sheet->random, sigma);
            for (int i = 0; i < 3; i++)
                pixel[i] = (guint8)CLAMP(pixel[i] + off, 0, 255);
        }
    cairo_surface_mark_dirty(surface);
}

/* Out of focus by up to 0.55 mm of standard deviation (modules are some 0.6 … 0.8 mm). */
static void
add_blur(const Damage *damage)
{
    int left, top, right, bottom;
    if (!pixels_of(damage, &left, &top, &right, &bottom))
        return;
    cairo_surface_t *surface = damage->sheet->surface;
    cairo_surface_flush(surface);
    guint8 *data = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    CalibrationPlane plane = {right - left, bottom - top,
                              g_malloc((gsize)(right - left) * (gsize)(bottom - top))};
    for (int channel = 0; channel < 3; channel++) {
        for (int y = 0; y < plane.height; y++)
            for (int x = 0; x < plane.width; x++)
                plane.bytes[y * plane.width + x] = data[(top + y) * stride + 4 * (left + x) + channel];
        calibration_blur(&plane, 0.55 * damage->strength * damage->sheet->px_per_mm);
        for (int y = 0; y < plane.height; y++)
            for (int x = 0; x < plane.width; x++)
                data[(top + y) * stride + 4 * (left + x) + channel] = plane.bytes[y * plane.width + x];
    }
    g_free(plane.bytes);
    cairo_surface_mark_dirty(surface);
}

/* Lines of 0.1 … 0.7 mm that the printer left white, or drew. */
static void
add_streaks(const Damage *damage)
{
    GRand *random = damage->sheet->random;
    cairo_t *cr = damage->sheet->cr;
    gboolean upright = calibration_chance(random, 0.7);
    for (int n = count_of(damage, 2, 9); n > 0; n--) {
        CalibrationPoint p = point_in(damage);
        double grey = calibration_chance(random, 0.6) ? 1 : 0.1;
        cairo_set_source_rgb(cr, grey, grey, grey);
        cairo_set_line_width(cr, g_rand_double_range(random, 0.1, 0.7));
        cairo_move_to(cr, upright ? p.x : damage->qr->x_mm, upright ? damage->qr->y_mm : p.y);
        cairo_line_to(cr, upright ? p.x : damage->qr->x_mm + damage->qr->w_mm,
                      upright ? damage->qr->y_mm + damage->qr->h_mm : p.y);
        cairo_stroke(cr);
    }
}

/* Dots of 0.2 … 1.2 mm, of ink or of lost toner. */
static void
add_specks(const Damage *damage)
{
    GRand *random = damage->sheet->random;
    cairo_t *cr = damage->sheet->cr;
    for (int n = count_of(damage, 20, 110); n > 0; n--) {
        CalibrationPoint p = point_in(damage);
        double grey = calibration_chance(random, 0.5) ? 0.15 : 0.97;
        cairo_set_source_rgb(cr, grey, grey, grey);
        cairo_arc(cr, p.x, p.y, g_rand_double_range(random, 0.1, 0.6), 0, 2 * G_PI);
        cairo_fill(cr);
    }
}

/* Strokes of a pen right through the code. */
static void
add_strokes(const Damage *damage)
{
    GRand *random = damage->sheet->random;
    cairo_t *cr = damage->sheet->cr;
    CalibrationInk ink;
    CalibrationHand hand = {.pen = calibration_chance(random, 0.5) ? CALIBRATION_PEN_BLUE
                                                                   : CALIBRATION_PEN_BLACK};
    calibration_ink_init(&ink, &hand, random);
    double w = damage->qr->w_mm, h = damage->qr->h_mm;
    for (int n = MAX(1, count_of(damage, 2, 7)); n > 0; n--) {
        g_autoptr(GArray) points = g_array_new(FALSE, FALSE, sizeof(CalibrationPoint));
        double angle = g_rand_double_range(random, 0, 2 * G_PI);
        CalibrationPoint p = point_in(damage);
        for (int i = -2; i <= 2; i++) {
            CalibrationPoint q = {p.x + i * 0.35 * w * cos(angle) + calibration_normal(random, 0.04 * w),
                                  p.y + i * 0.35 * h * sin(angle) + calibration_normal(random, 0.04 * h)};
            g_array_append_val(points, q);
        }
        calibration_ink_stroke(&ink, cr, points, FALSE, random);
    }
    calibration_ink_clear(&ink);
}

/* One corner torn off the code: legs of up to 0.75 of its side, quiet zone included. */
static void
tear(const Damage *damage)
{
    GRand *random = damage->sheet->random;
    cairo_t *cr = damage->sheet->cr;
    int corner = g_rand_int_range(random, 0, 4);
    double x = damage->qr->x_mm + (corner & 1 ? damage->qr->w_mm : 0), in_x = corner & 1 ? -1 : 1;
    double y = damage->qr->y_mm + (corner & 2 ? damage->qr->h_mm : 0), in_y = corner & 2 ? -1 : 1;
    double leg = (0.25 + 0.5 * damage->strength) * damage->qr->w_mm;
    double grey = damage->sheet->background / 255;
    cairo_set_source_rgb(cr, grey, grey, grey);
    cairo_move_to(cr, x - in_x, y - in_y);
    cairo_line_to(cr, x + in_x * leg * g_rand_double_range(random, 0.8, 1.2), y - in_y);
    cairo_line_to(cr, x - in_x, y + in_y * leg * g_rand_double_range(random, 0.8, 1.2));
    cairo_close_path(cr);
    cairo_fill(cr);
}

void
calibration_paper_damage_qr(const CalibrationSheet *sheet, const FormRect *qr)
{
    static void (*const kinds[CALIBRATION_QR_DAMAGES])(const Damage *) = {add_noise, add_streaks, add_specks,
                                                                          add_blur,  add_strokes, tear};
    const Damage damage = {sheet, qr, CLAMP(sheet->scan->qr_strength, 0, 1)};
    if (damage.strength == 0)
        return;
    for (int i = CALIBRATION_QR_DAMAGES - 1; i >= 0; i--)
        if (sheet->scan->qr_damage & 1 << i)
            kinds[i](&damage);
}
