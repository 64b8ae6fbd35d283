/* The quality of a page image: what a person at the scanner should mend, in typed flags. The page is read all
 * the same; positions that cannot be relied on are doubted on their own account. */
#pragma once

#include "form-reading.h"
#include "measure-private.h"
#include "streaks-private.h"

typedef struct {
    const OmrPyramid *image;
    const OmrWhite *white;
    const OmrAlignment *alignment;
    const OmrBlank *blank;
    const GArray *measures; /* of OmrMeasure */
    const OmrResponse *response;
    const GArray *streaks; /* of OmrStreak */
} OmrPageView;

/* Adds the flags dark, faint, blurred, streak, flat_tail, cut_off, folded and covered where they hold. */
void omr_quality_flag(FormReading *reading, const OmrPageView *view, const CalibrationProfile *profile);

/* Adds flat_tail to a page that could not be aligned: a transfer that broke may be why. `dpi` 0: unknown. */
void omr_quality_flag_tail(FormReading *reading, const OmrPyramid *image, double dpi,
                           const CalibrationProfile *profile);
