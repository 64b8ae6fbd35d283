/* What measuring needs to know of a window's pixels and is the same for every page: told beforehand. */
#pragma once

#include "blank-private.h"

/* Fills in the second half of a target whose window was sampled from the blank. */
void omr_parts_find(OmrTarget *target);
void omr_parts_clear(OmrTarget *target);
