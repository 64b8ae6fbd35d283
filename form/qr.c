#include "qr-private.h"

#include <errno.h>
#include <math.h>
#include <qrencode.h>
#include <string.h>

#include "form-qr.h"

#define QUIET_MODULES 4 /* ISO/IEC 18004, 6.3.8 */

/* Printers resolve 600 dpi or a multiple of it: modules of whole dots have edges as sharp as the printer can
 * make them. */
#define DOT_PT (72.0 / 600)

/* Where a module of a smaller whole number of dots would lose more than this share, it is left as it is. */
#define SNAP_LOSS 0.1

QRcode *
qr_encode(const char *payload)
{
    QRinput *input = QRinput_new2(0, QR_ECLEVEL_Q);
    QRcode *code = NULL;
    if (!input)
        return NULL;
    if (QRinput_append(input, QR_MODE_AN, (int)strlen(payload), (const unsigned char *)payload) == 0)
        code = QRcode_encodeInput(input);
    QRinput_free(input);
    return code;
}

int
form_qr_modules(const char *payload)
{
    /* ISO/IEC 18004:2015, tables 5 and 7: alphanumeric, level Q, of 21 modules, 25, … */
    static const char characters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    static const gsize capacity[] = {16, 29, 47, 67};
    gsize length = strlen(payload);

    if (length == 0 || strspn(payload, characters) < length)
        return 0;
    for (guint i = 0; i < G_N_ELEMENTS(capacity); i++) {
        if (length <= capacity[i])
            return 21 + 4 * (int)i;
    }
    g_autoptr(QRcode) code = qr_encode(payload);
    return code ? code->width : 0;
}

static double
whole_dots(double pt)
{
    return floor(pt / DOT_PT + 1e-6) * DOT_PT;
}

/* Where a code of so many modules lies, and the side of a module; all in points. */
typedef struct {
    double left_pt, top_pt, module_pt;
} Placement;

static Placement
place_code(int modules, double x_pt, double y_pt, double w_pt, double h_pt)
{
    double module_pt = MIN(w_pt, h_pt) / (modules + 2 * QUIET_MODULES);
    double snapped_pt = whole_dots(module_pt);

    if (snapped_pt >= module_pt * (1 - SNAP_LOSS))
        module_pt = snapped_pt;
    return (Placement){whole_dots(x_pt + (w_pt - module_pt * modules) / 2),
                       whole_dots(y_pt + (h_pt - module_pt * modules) / 2), module_pt};
}

gboolean
form_qr_symbol(const FormRect *rect, const char *payload, FormRect *symbol)
{
    const double pt = 72 / 25.4;
    int modules = form_qr_modules(payload);

    if (modules == 0)
        return FALSE;
    Placement place = place_code(modules, rect->x_mm * pt, rect->y_mm * pt, rect->w_mm * pt, rect->h_mm * pt);
    double side_mm = place.module_pt * modules / pt;
    *symbol = (FormRect){place.left_pt / pt, place.top_pt / pt, side_mm, side_mm};
    return TRUE;
}

/* A run of dark modules, taken away from `dark` together with the equal runs below it. */
static cairo_rectangle_int_t
take_rectangle(guchar *dark, int modules, int x, int y)
{
    cairo_rectangle_int_t r = {x, y, 0, 1};
    gboolean same = TRUE;

    while (x + r.width < modules && dark[y * modules + x + r.width])
        r.width++;
    while (y + r.height < modules) {
        for (int i = 0; i < r.width && same; i++)
            same = dark[(y + r.height) * modules + x + i];
        if (!same)
            break;
        r.height++;
    }
    for (int row = 0; row < r.height; row++)
        memset(dark + (y + row) * modules + x, 0, (gsize)r.width);
    return r;
}

/* Few large rectangles rather than many small ones: they are most of a printed page's work. */
void
qr_draw(cairo_t *cr, const QRcode *code, double x_pt, double y_pt, double w_pt, double h_pt)
{
    Placement place = place_code(code->width, x_pt, y_pt, w_pt, h_pt);
    int modules = code->width;
    g_autofree guchar *dark = g_malloc((gsize)modules * (gsize)modules);

    for (int i = 0; i < modules * modules; i++)
        dark[i] = code->data[i] & 1;
    cairo_new_path(cr);
    for (int y = 0; y < modules; y++)
        for (int x = 0; x < modules; x++) {
            if (!dark[y * modules + x])
                continue;
            cairo_rectangle_int_t r = take_rectangle(dark, modules, x, y);
            cairo_rectangle(cr, place.left_pt + r.x * place.module_pt, place.top_pt + r.y * place.module_pt,
                            r.width * place.module_pt, r.height * place.module_pt);
        }
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_fill(cr);
}

gboolean
form_qr_draw(cairo_t *cr, const FormRect *rect, const char *payload)
{
    const double pt = 72 / 25.4;
    g_autoptr(QRcode) code = qr_encode(payload);

    if (!code)
        return FALSE;
    qr_draw(cr, code, rect->x_mm * pt, rect->y_mm * pt, rect->w_mm * pt, rect->h_mm * pt);
    return TRUE;
}
