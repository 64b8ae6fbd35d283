/* What a position's ink has to do with the rest of the page: a stroke may come from elsewhere. */
#pragma once

#include "measure-private.h"
#include "shape-private.h"

/* Sets `usual_spill`: some people's fills run over the rim throughout. */
void omr_context_find_spill(const OmrBlank *blank, GArray *measures, const CalibrationMarks *model);

/* Sets `stray` of every measure whose ink is the end of another position's mark, or a line that passes
 * through, and `elsewhere` where that is plain. */
void omr_context_find_strays(const OmrBlank *blank, GArray *measures, const CalibrationMarks *model);
