/* Deciding: measures and a profile become states and probabilities, field by field. Nothing is measured here.
 */
#pragma once

#include "form-reading.h"
#include "measure-private.h"

/* Adds every field of the blank's page to `reading`. `measures` as omr_measure() made them. */
void omr_decide(FormReading *reading, const OmrBlank *blank, const GArray *measures,
                const CalibrationProfile *profile);
