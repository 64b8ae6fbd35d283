/* How faint a page's marks are: where they hardly show, what looks blank proves nothing. */
#pragma once

#include "measure-private.h"

/* Sets `stands_out` of every measure, and `faintest` and `vague` for all of the page. */
void omr_faint_find(const OmrBlank *blank, GArray *measures, const OmrResponse *response,
                    const CalibrationMarks *model);
