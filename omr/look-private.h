/* Whether a mark looks as if it was taken back. */
#pragma once

#include "measure-private.h"

typedef enum {
    OMR_LOOK_PLAIN,
    OMR_LOOK_OVERRUN,   /* covered in part, from outside: torn or stained */
    OMR_LOOK_COVERED,   /* covered whole and beyond: crossed out, or a careless fill */
    OMR_LOOK_SCRIBBLED, /* so much so that nobody fills like that */
    OMR_LOOK_STRUCK,    /* a fill with a line over it, or two */
} OmrLook;

OmrLook omr_look_of(const OmrMeasure *measure, const CalibrationMarks *model);
