/* What stands at a position, in a word. It tells people why; nothing is decided by it. */
#pragma once

#include "form-reading.h"
#include "measure-private.h"

FormMarkKind omr_kind_of(const OmrMeasure *measure, FormMarkState state, const CalibrationMarks *model);
