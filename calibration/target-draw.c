/* Draws the target page. Its words stand in Vietnamese and English on the same sheet, as it travels without
 * the program. */
#include <cairo-pdf.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <unistd.h>

#include "calibration-error.h"
#include "calibration-target.h"
#include "form-image.h"
#include "form-lettering.h"
#include "form-qr.h"
#include "target-private.h"

#define PT_PER_MM  (72 / 25.4)
#define DOT_600_MM (25.4 / 600)

static const char words_vi[] =
    "1. In ở tỉ lệ 100 % (không co giãn), giấy trắng A4.\n"
    "2. Quét ở từng chế độ sẽ dùng (1 bit, xám, màu) và dpi sẽ dùng; không tự cắt, không tự xoay.\n"
    "3. phieu calibrate scanner ẢNH…\n"
    "Đo thước A và B bằng thước kẻ: --ruler-mm.";

static const char words_en[] =
    "1. Print at 100 % (no scaling) on white A4.\n"
    "2. Scan in each mode (1 bit, grey, colour) and dpi to be used, without cropping or rotating.\n"
    "3. phieu calibrate scanner SCAN…\n"
    "Measure rulers A and B with a ruler: --ruler-mm.";

static void
black(cairo_t *cr)
{
    cairo_set_source_rgb(cr, 0, 0, 0);
}

static void
fill_disc(cairo_t *cr, TargetPoint at, double radius)
{
    cairo_new_path(cr);
    cairo_arc(cr, at.x, at.y, radius, 0, 2 * G_PI);
    cairo_fill(cr);
}

static void
draw_fiducials(cairo_t *cr)
{
    TargetDot dots[TARGET_MAX_DOTS];
    int n = target_dots(dots);
    black(cr);
    for (int i = 0; i < n; i++)
        fill_disc(cr, dots[i].at, TARGET_DOT_MM);
    for (int i = 0; i < TARGET_N_RINGS; i++) {
        TargetPoint at = target_rings[i];
        cairo_new_path(cr);
        cairo_arc(cr, at.x, at.y, TARGET_RING_OUTER_MM, 0, 2 * G_PI);
        cairo_new_sub_path(cr);
        cairo_arc_negative(cr, at.x, at.y, TARGET_RING_INNER_MM, 2 * G_PI, 0);
        cairo_fill(cr);
        fill_disc(cr, at, TARGET_RING_DOT_MM);
    }
}

static void
fill_rect(cairo_t *cr, const FormRect *r, double darkness)
{
    cairo_set_source_rgb(cr, 1 - darkness, 1 - darkness, 1 - darkness);
    cairo_rectangle(cr, r->x_mm, r->y_mm, r->w_mm, r->h_mm);
    cairo_fill(cr);
}

static void
draw_tones(cairo_t *cr)
{
    for (int wedge = 0; wedge < TARGET_N_WEDGES; wedge++)
        for (int i = 0; i < TARGET_N_STEPS; i++) {
            FormRect r = target_step_rect(wedge, i);
            fill_rect(cr, &r, target_steps[i] / 100);
        }
    for (int i = 0; i < TARGET_N_RAMPS; i++) {
        const FormRect *r = &target_ramps[i];
        cairo_pattern_t *ramp = cairo_pattern_create_linear(r->x_mm, 0, r->x_mm + r->w_mm, 0);
        cairo_pattern_add_color_stop_rgb(ramp, 0, 1 - i, 1 - i, 1 - i);
        cairo_pattern_add_color_stop_rgb(ramp, 1, i, i, i);
        cairo_set_source(cr, ramp);
        cairo_rectangle(cr, r->x_mm, r->y_mm, r->w_mm, r->h_mm);
        cairo_fill(cr);
        cairo_pattern_destroy(ramp);
    }
    for (int i = 0; i < TARGET_N_GREYS; i++)
        fill_rect(cr, &target_greys[i], TARGET_GREY_DARKNESS);
    for (int i = 0; i < TARGET_N_BLACKS; i++)
        fill_rect(cr, &target_blacks[i], 1);
    /* Without a frame the white steps have no place. */
    black(cr);
    cairo_set_line_width(cr, 0.1);
    for (int wedge = 0; wedge < TARGET_N_WEDGES; wedge++) {
        FormRect first = target_step_rect(wedge, wedge == 0 ? 0 : TARGET_N_STEPS - 1);
        cairo_rectangle(cr, first.x_mm, first.y_mm, first.w_mm * TARGET_N_STEPS, first.h_mm);
        cairo_stroke(cr);
    }
    for (int i = 0; i < TARGET_N_RAMPS; i++) {
        const FormRect *r = &target_ramps[i];
        cairo_rectangle(cr, r->x_mm, r->y_mm, r->w_mm, r->h_mm);
        cairo_stroke(cr);
    }
}

static void
draw_sharpness(cairo_t *cr)
{
    black(cr);
    for (int i = 0; i < TARGET_N_SQUARES; i++) {
        cairo_save(cr);
        cairo_translate(cr, target_squares[i].x, target_squares[i].y);
        cairo_rotate(cr, TARGET_TILT_DEG * G_PI / 180);
        cairo_rectangle(cr, -TARGET_SQUARE_MM / 2, -TARGET_SQUARE_MM / 2, TARGET_SQUARE_MM, TARGET_SQUARE_MM);
        cairo_fill(cr);
        cairo_restore(cr);
    }
    for (int set = 0; set < TARGET_N_BAR_SETS; set++)
        for (int i = 0; i < TARGET_N_BARS; i++) {
            FormRect r = target_bar_rect(set, i);
            double width = target_bar_dots[i] * DOT_600_MM;
            for (double at = 0; at + width <= TARGET_BAR_PATCH_MM; at += 2 * width) {
                if (target_bar_across(set))
                    cairo_rectangle(cr, r.x_mm + at, r.y_mm, width, r.h_mm);
                else
                    cairo_rectangle(cr, r.x_mm, r.y_mm + at, r.w_mm, width);
                cairo_fill(cr);
            }
        }
}

static void
draw_rulers(cairo_t *cr)
{
    black(cr);
    cairo_set_line_width(cr, 0.2);
    cairo_move_to(cr, TARGET_RULER_X_MM, TARGET_RULER_Y_MM);
    cairo_rel_line_to(cr, TARGET_RULER_ACROSS_MM, 0);
    cairo_stroke(cr);
    for (int mm = 0; mm <= TARGET_RULER_ACROSS_MM; mm++) {
        double long_mm = mm % 10 == 0 ? 4 : mm % 5 == 0 ? 3 : 2;
        cairo_set_line_width(cr, mm % 10 == 0 ? 0.2 : 0.1);
        cairo_move_to(cr, TARGET_RULER_X_MM + mm, TARGET_RULER_Y_MM);
        cairo_rel_line_to(cr, 0, -long_mm);
        cairo_stroke(cr);
    }
    cairo_set_line_width(cr, 0.2);
    for (int end = 0; end < 2; end++) {
        double y = TARGET_RULER_B_TOP_MM + end * TARGET_RULER_ALONG_MM;
        cairo_move_to(cr, 14, y);
        cairo_line_to(cr, 17.5, y);
        cairo_stroke(cr);
    }
}

static void
draw_labels(const FormLettering *lettering, cairo_t *cr)
{
    const FormLetteringStyle small = {6.5, FALSE, FORM_LETTERING_CENTRE};
    for (int wedge = 0; wedge < TARGET_N_WEDGES; wedge++)
        for (int i = 0; i < TARGET_N_STEPS; i++) {
            FormRect r = target_step_rect(wedge, i);
            g_autofree char *label = g_strdup_printf("%.0f %%", target_steps[i]);
            form_lettering_draw(lettering, cr, label, r.x_mm, r.y_mm + r.h_mm + 0.6, r.w_mm, small);
        }
    for (int set = 0; set < TARGET_N_BAR_SETS; set++)
        for (int i = 0; i < TARGET_N_BARS; i++) {
            FormRect r = target_bar_rect(set, i);
            g_autofree char *label = g_strdup_printf("%.1f", target_bar_lp_mm(i));
            form_lettering_draw(lettering, cr, label, r.x_mm, r.y_mm + r.h_mm + 0.4, r.w_mm, small);
        }
    for (int set = 0; set < TARGET_N_BAR_SETS; set++) {
        FormRect r = target_bar_rect(set, 0);
        form_lettering_draw(lettering, cr, "cặp vạch/mm · lp/mm", r.x_mm, r.y_mm - 3.6, 50.5, small);
    }
    const FormLetteringStyle left = {9, FALSE, FORM_LETTERING_LEFT}, bold = {9, TRUE, FORM_LETTERING_LEFT};
    form_lettering_draw(lettering, cr, "A", TARGET_RULER_X_MM - 6, TARGET_RULER_Y_MM - 4.6, 6, bold);
    form_lettering_draw(lettering, cr,
                        "A: 150 mm từ vạch đầu đến vạch cuối · from the first tick to the last",
                        TARGET_RULER_X_MM, TARGET_RULER_Y_MM + 1, TARGET_RULER_ACROSS_MM, left);
    form_lettering_draw(lettering, cr, "B", 14.1, TARGET_RULER_B_TOP_MM - 5, 4, bold);
    form_lettering_draw(lettering, cr, "B", 14.1, TARGET_RULER_B_TOP_MM + TARGET_RULER_ALONG_MM - 5, 4, bold);
    form_lettering_draw(lettering, cr,
                        "B: 200 mm từ vạch B trên đến vạch B dưới, ở mép trái · from the upper "
                        "tick B to the lower one, at the left edge",
                        41, 263.5, 54, left);
    form_lettering_draw(lettering, cr,
                        "Để sạch, để phẳng, không gấp: tờ này dùng được nhiều lần. · "
                        "Keep it clean, flat and unfolded: it serves many times.",
                        117, 263.5, 52, left);
}

static void
draw_head(const FormLettering *lettering, cairo_t *cr)
{
    const FormLetteringStyle title = {14, TRUE, FORM_LETTERING_LEFT}, text = {8, FALSE, FORM_LETTERING_LEFT};
    form_lettering_draw(lettering, cr, "Tờ đo máy quét · Scanner target", 18, 16.5, 110, title);
    form_lettering_draw(lettering, cr, CALIBRATION_TARGET_PAYLOAD, 118, 18.6, 46, text);
    form_lettering_draw(lettering, cr, words_vi, 18, 25, 71, text);
    form_lettering_draw(lettering, cr, words_en, 92, 25, 71, text);
    form_qr_draw(cr, &target_qr, CALIBRATION_TARGET_PAYLOAD);
}

/* `cr` is in points. */
static void
draw(const FormLettering *lettering, cairo_t *cr)
{
    cairo_save(cr);
    cairo_scale(cr, PT_PER_MM, PT_PER_MM);
    draw_tones(cr);
    draw_fiducials(cr);
    draw_sharpness(cr);
    draw_rulers(cr);
    cairo_restore(cr);
    draw_labels(lettering, cr);
    draw_head(lettering, cr);
}

cairo_surface_t *
calibration_target_render(double dpi, double scale, GError **error)
{
    g_autoptr(FormLettering) lettering = form_lettering_new(error);
    if (!lettering)
        return NULL;
    int width_px = (int)lround(TARGET_WIDTH_MM / 25.4 * dpi),
        height_px = (int)lround(TARGET_HEIGHT_MM / 25.4 * dpi);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width_px, height_px);
    g_autoptr(cairo_t) cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, dpi / 72, dpi / 72);
    double middle_x = TARGET_WIDTH_MM * PT_PER_MM / 2, middle_y = TARGET_HEIGHT_MM * PT_PER_MM / 2;
    cairo_translate(cr, middle_x, middle_y);
    cairo_scale(cr, scale, scale);
    cairo_translate(cr, -middle_x, -middle_y);
    draw(lettering, cr);
    cairo_surface_flush(surface);
    return surface;
}

typedef struct {
    GByteArray *bytes;
} Output;

static cairo_status_t
take_bytes(void *closure, const unsigned char *data, unsigned int length)
{
    Output *output = closure;
    g_byte_array_append(output->bytes, data, length);
    return CAIRO_STATUS_SUCCESS;
}

gboolean
calibration_target_write(const char *path, GError **error)
{
    g_autoptr(FormLettering) lettering = form_lettering_new(error);
    if (!lettering)
        return FALSE;
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    Output output = {bytes};
    g_autoptr(cairo_surface_t) surface = cairo_pdf_surface_create_for_stream(
        take_bytes, &output, TARGET_WIDTH_MM * PT_PER_MM, TARGET_HEIGHT_MM * PT_PER_MM);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, CALIBRATION_TARGET_PAYLOAD);
    g_autoptr(cairo_t) cr = cairo_create(surface);
    draw(lettering, cr);
    cairo_show_page(cr);
    cairo_surface_finish(surface);
    g_autoptr(GError) cause = NULL;
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS &&
        g_file_set_contents_full(path, (const char *)bytes->data, (gssize)bytes->len,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666, &cause))
        return TRUE;
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_MACHINE,
                _("%s: cannot be written (%s); check the folder and the disk"), path,
                cause ? cause->message : cairo_status_to_string(cairo_surface_status(surface)));
    return FALSE;
}
