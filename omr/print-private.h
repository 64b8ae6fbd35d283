/* Print in writing boxes: text that a typewriter or printer put there is read, handwriting never. */
#pragma once

#include "align-private.h"
#include "calibration-profile.h"
#include "text-private.h"

/* What stands in a box, as far as Tesseract can tell. */
typedef struct {
    char *text;        /* NULL: not read; "" nothing */
    double confidence; /* of its least certain character, 0 … 1 */
    gboolean printed;  /* it is print beyond doubt, and of the field's type: an answer */
} OmrPrint;

void omr_print_clear(OmrPrint *print);

/* Reads the box of `target`. What is written by hand is told by its shapes first, which takes a ms or two,
 * and read only when `limits` ask for suggestions. */
void omr_print_read(OmrPrint *print, OmrText *text, const OmrTarget *target, const OmrPyramid *image,
                    const OmrAlignment *alignment, const char *language, const CalibrationText *limits);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrPrint, omr_print_clear)
