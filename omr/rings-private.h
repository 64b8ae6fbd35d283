/* Rings around positions: which are their own, and which only reach in from a neighbour. */
#pragma once

#include "measure-private.h"

/* Sets `towards_rings`, `beside_ring` and `rings` of every measure. */
void omr_rings_find(const OmrBlank *blank, GArray *measures, const CalibrationMarks *model);

/* The option of a single choice that a ring is drawn around, where nothing else is drawn in the field; -1
 * when there is none. `measures` are the field's. */
int omr_rings_find_alone(const FormField *field, const OmrMeasure *measures, const CalibrationMarks *model);
