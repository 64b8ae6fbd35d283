/* From a scan of a blank to the positions on it. */
#include "omr-trace.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "form-image.h"
#include "omr-reader.h"
#include "trace-private.h"

#define BLANK_DPI    300.0
#define MAX_PIXELS   (160 * 1000 * 1000)
#define LEAST_MM     50.0 /* sides of a page */
#define MOST_MM      600.0
#define LEAST_SIDE   300
#define SKEW_SWEEP   15.0
#define SKEW_LEAST   0.02 /* degrees: less is not turned back */
#define SKEW_CERTAIN 2.0  /* Leptonica's confidence from which on a skew is believed */

static gboolean
fail(const char *name, OmrError code, const char *why, GError **error)
{
    g_set_error(error, OMR_ERROR, (gint)code, "%s: %s", name, why);
    return FALSE;
}

/* Grey, of square pixels, at most 300 dpi. */
static PIX *
reduce(PIX *pix, const OmrTraceFacts *facts, double *dpi)
{
    g_autoptr(PIX) grey = pixConvertTo8(pix, FALSE);
    *dpi = MIN(BLANK_DPI, MIN(facts->dpi_x, facts->dpi_y));
    double x = *dpi / facts->dpi_x, y = *dpi / facts->dpi_y;
    if (!grey || (fabs(x - 1) < 1e-6 && fabs(y - 1) < 1e-6))
        return g_steal_pointer(&grey);
    return pixScale(grey, (float)x, (float)y);
}

/* Turns the page straight; a skew that is not certain is left alone. */
static PIX *
straighten(PIX *grey, double *skew_deg)
{
    l_float32 angle = 0, certain = 0;
    g_autoptr(PIX) even = pixBackgroundNormSimple(grey, NULL, NULL);
    g_autoptr(PIX) dark = pixThresholdToBinary(even ? even : grey, 150);
    *skew_deg = 0;
    if (!dark ||
        pixFindSkewSweepAndSearch(dark, &angle, &certain, 4, 2, (float)SKEW_SWEEP, 1.0F, 0.01F) != 0 ||
        certain < SKEW_CERTAIN || fabs(angle) < SKEW_LEAST)
        return pixClone(grey);
    *skew_deg = angle;
    return pixRotate(grey, (l_float32)(angle * G_PI / 180), L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, 0, 0);
}

static PIX *
make_even(PIX *grey)
{
    PIX *even = pixBackgroundNorm(grey, NULL, NULL, 16, 16, 60, 40, TRACE_PAPER, 2, 1);
    return even ? even : pixClone(grey);
}

static void
field_free(gpointer data)
{
    OmrTraceField *field = data;
    g_free(field->name);
    g_array_unref(field->options);
    g_free(field);
}

static void
box_free(gpointer data)
{
    OmrTraceBox *box = data;
    g_free(box->name);
    g_free(box);
}

void
omr_trace_free(OmrTrace *trace)
{
    if (!trace)
        return;
    pixDestroy(&trace->blank);
    g_ptr_array_unref(trace->fields);
    g_ptr_array_unref(trace->boxes);
    g_free(trace);
}

static void
find(OmrTrace *trace, const TracePage *page)
{
    g_autoptr(GArray) options = g_array_new(FALSE, FALSE, sizeof(TraceShape));
    g_autoptr(GArray) boxes = g_array_new(FALSE, FALSE, sizeof(TraceShape));
    trace_find_shapes(page, options, boxes);
    trace_take_cells(page, options, boxes);
    trace->n_alone = trace_sort_kinds(page, options);
    trace_grow(page, options);
    for (guint i = 0; i < options->len; i++)
        trace->n_guessed += g_array_index(options, TraceShape, i).grown;
    trace->n_options = (int)options->len;
    trace_make_fields(trace, options, page->px_per_mm);
    trace_make_boxes(trace, boxes, options, page->px_per_mm);
}

OmrTrace *
omr_trace(PIX *pix, const OmrTraceFacts *facts, const char *name, GError **error)
{
    int width = pixGetWidth(pix), height = pixGetHeight(pix);
    if (MIN(width, height) < LEAST_SIDE || (gint64)width * height > MAX_PIXELS) {
        fail(name, OMR_ERROR_INPUT, _("is too small or too large for a page; scan it at 150 to 600 dpi"),
             error);
        return NULL;
    }
    double width_mm = width / facts->dpi_x * 25.4, height_mm = height / facts->dpi_y * 25.4;
    if (MIN(width_mm, height_mm) < LEAST_MM || MAX(width_mm, height_mm) > MOST_MM) {
        g_set_error(error, OMR_ERROR, OMR_ERROR_INPUT,
                    _("%s: is %.0f × %.0f mm at %.0f dpi; name its true resolution with --dpi"), name,
                    width_mm, height_mm, facts->dpi_x);
        return NULL;
    }
    g_autoptr(OmrTrace) trace = g_new0(OmrTrace, 1);
    trace->fields = g_ptr_array_new_with_free_func(field_free);
    trace->boxes = g_ptr_array_new_with_free_func(box_free);
    g_autoptr(PIX) grey = reduce(pix, facts, &trace->dpi);
    trace->blank = grey ? straighten(grey, &trace->skew_deg) : NULL;
    g_autoptr(PIX) even = trace->blank ? make_even(trace->blank) : NULL;
    if (!even) {
        fail(name, OMR_ERROR_MACHINE, _("not enough memory for its picture"), error);
        return NULL;
    }
    TracePage page = {even, trace->dpi / 25.4};
    find(trace, &page);
    if (trace->fields->len + trace->boxes->len == 0) {
        fail(name, OMR_ERROR_INPUT,
             _("no rows of bubbles or boxes are found; are resolution (--dpi) and paper (--paper) right, is "
               "it upright?"),
             error);
        return NULL;
    }
    return g_steal_pointer(&trace);
}
