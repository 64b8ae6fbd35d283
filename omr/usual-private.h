/* What is usual on a page: measures that compare a position with its field's others, or the page's. */
#pragma once

#include "measure-private.h"

/* Completes `measures` (of OmrMeasure, one a target): beside, style, prominence, and the mass of positions
 * that print fills. */
void omr_usual_compare(const OmrBlank *blank, GArray *measures, const CalibrationMarks *model);
