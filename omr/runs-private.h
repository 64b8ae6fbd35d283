/* Strokes that run on: much further from a position than any mark goes, as lines over whole questions do. */
#pragma once

#include "measure-private.h"

/* Sets `printed_runs` of a target: where its print itself looks like a stroke that runs on. */
void omr_runs_learn(OmrTarget *target, const OmrSource *source);

/* Sets `runs_on` of every measure from whose rim a stroke goes straight on so far, where what stands in the
 * position is no more than that stroke. Only what may be a mark is looked at, with ink around it. */
void omr_runs_find(GArray *measures, const OmrBlank *blank, const OmrPyramid *image, const OmrWhite *white,
                   const OmrAlignment *alignment, const OmrResponse *response, const CalibrationMarks *model);
