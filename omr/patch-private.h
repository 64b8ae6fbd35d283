/* The darkest patch of a position: what is seen of a mark by who looks at the page from some distance. */
#pragma once

#include "response-private.h"

/* Mean darkening beyond the blank of the darkest square of 0.8 mm about a place inside, −1 … 1, where paper
 * is `shade` (of 255) darker than the page's. Print that lies a little off darkens one part of a patch and
 * lightens another, so that, unlike single pixels, patches need not make allowance for it: a dot on a printed
 * number shows. And noise is averaged out, so that a light pencil shows on a rough scan. */
double omr_patch_darkest(const OmrTarget *target, const guint8 *darkness, const OmrResponse *response,
                         double shade);
