#include "print-private.h"

#include <math.h>
#include <string.h>

#include "crop-private.h"
#include "glyph-private.h"

/* The box is read at these resolutions, which must agree. */
#define SHAPE_DPI  300.0
#define SECOND_DPI 220.0

/* Higher boxes hold several lines: nobody types into them, and one line is what is read. */
#define MOST_HIGH_MM 16.0

/* Where the blank is darker than this, of 255, its own lines are. */
#define PRINT 16

#define DIGITS "0123456789"

/* What stands between letters and digits; anything else is a stroke that Tesseract could not make out. */
#define MARKS " .,-/:()+&@'"

void
omr_print_clear(OmrPrint *print)
{
    g_clear_pointer(&print->text, g_free);
}

/* Paints the blank's own lines over with paper: cells, ruled lines. */
static void
remove_lines(PIX *pix, const OmrTarget *target, double dpi)
{
    double step = target->px_per_mm * 25.4 / dpi;

    for (int y = 0; y < pixGetHeight(pix); y++) {
        l_uint32 *row = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        int ty = MIN((int)((y + 0.5) * step), target->height - 1);
        for (int x = 0; x < pixGetWidth(pix); x++) {
            int tx = MIN((int)((x + 0.5) * step), target->width - 1);
            if (target->expected[ty * target->width + tx] >= PRINT)
                SET_DATA_BYTE(row, x, 255);
        }
    }
}

static PIX *
picture_of(const OmrTarget *target, const OmrPyramid *image, const OmrAlignment *alignment, double dpi)
{
    double w_mm = target->width / target->px_per_mm, h_mm = target->height / target->px_per_mm;
    FormRect rect = {target->x_mm - w_mm / 2, target->y_mm - h_mm / 2, w_mm, h_mm};
    PIX *pix = omr_crop(image, alignment, &rect, dpi);

    if (pix != NULL)
        remove_lines(pix, target, dpi);
    return pix;
}

static char *
without_spaces(const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);

    return g_strjoinv("", words);
}

/* Reads a picture; the characters of cells stand apart without being words. */
static char *
read_picture(OmrText *text, PIX *pix, const OmrGlyphs *glyphs, const FormField *field, const char *language,
             const char *only, double *confidence)
{
    gboolean apart = field->cells > 0 || field->type == FORM_INTEGER;
    g_autoptr(PIX) close = apart ? omr_glyphs_close_up(glyphs, pix) : NULL;
    g_autofree char *read = omr_text_read(text, close != NULL ? close : pix, language, only, confidence);

    if (read == NULL)
        return NULL;
    return apart ? without_spaces(read) : g_steal_pointer(&read);
}

static gboolean
is_of_type(const FormField *field, const char *value)
{
    for (const char *c = value; *c != '\0'; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        if (!g_unichar_isalnum(character) && (character > 127 || strchr(MARKS, (int)character) == NULL))
            return FALSE;
    }
    if (*value == '\0' || (field->cells > 0 && g_utf8_strlen(value, -1) > field->cells))
        return FALSE;
    return field->type != FORM_INTEGER || strspn(value, DIGITS) == strlen(value);
}

/* Whether the same is read without being told what to expect, and smaller. */
static gboolean
is_confirmed(OmrPrint *print, OmrText *text, const OmrTarget *target, const OmrPyramid *image,
             const OmrAlignment *alignment, const char *language)
{
    g_autoptr(PIX) smaller = picture_of(target, image, alignment, SECOND_DPI);
    g_auto(OmrGlyphs) glyphs = {0};
    double confidence;

    if (smaller == NULL || !omr_glyphs_init(&glyphs, smaller, SECOND_DPI / 25.4))
        return FALSE;
    g_autofree char *again = read_picture(text, smaller, &glyphs, target->field, language, NULL, &confidence);
    if (again == NULL || strcmp(again, print->text) != 0)
        return FALSE;
    print->confidence = MIN(print->confidence, confidence);
    return TRUE;
}

void
omr_print_read(OmrPrint *print, OmrText *text, const OmrTarget *target, const OmrPyramid *image,
               const OmrAlignment *alignment, const char *language, const CalibrationText *limits)
{
    g_auto(OmrGlyphs) glyphs = {0};
    const FormField *field = target->field;
    gboolean low = target->height / target->px_per_mm <= MOST_HIGH_MM;
    g_autoptr(PIX) pix = low ? picture_of(target, image, alignment, SHAPE_DPI) : NULL;

    *print = (OmrPrint){0};
    if (pix == NULL)
        return;
    if (!omr_glyphs_init(&glyphs, pix, SHAPE_DPI / 25.4))
        return;
    gboolean regular = omr_glyphs_may_be_print(&glyphs, limits->align_mm, limits->likeness);
    if (!regular && limits->suggest < 1)
        return;
    print->text = read_picture(text, pix, &glyphs, field, language,
                               field->type == FORM_INTEGER ? DIGITS : NULL, &print->confidence);
    if (print->text == NULL || !regular || !is_of_type(field, print->text) ||
        print->confidence < limits->confidence)
        return;
    int evidence = omr_glyphs_evidence(&glyphs, print->text, limits->align_mm, limits->likeness);
    if (evidence >= limits->evidence && is_confirmed(print, text, target, image, alignment, language))
        print->printed = print->confidence >= limits->confidence;
}
