/* How a page's paper and print come out in its image.
 *
 * Print is darker or lighter in the scan than in the blank, and in 1 bit it is black or gone: how a darkness
 * of the blank comes out is learnt from the page itself. */
#pragma once

#include "blank-private.h"

/* Darknesses of the blank are told apart in so many steps. */
#define OMR_TONES 64

/* Darker than this a blank is printed upon; a tinted row is still paper. */
#define OMR_PAPER 20

/* Darkness is 0 for paper … 255 for black. */
typedef struct {
    double tone[256]; /* what an unmarked page shows for each darkness of the blank */
    double noise;     /* how much paper scatters about its mean: standard deviation */
    gboolean bilevel; /* the image is in black and white */
    double sharpness; /* steepness of the print's edges against the blank's, about 1; 0 where there is none */
} OmrResponse;

/* `samples` holds the darkness of every pixel of every target of the blank (guint8 *). */
void omr_response_learn(OmrResponse *response, const OmrBlank *blank, const GPtrArray *samples);

/* The sum of squared steps between neighbouring pixels of a target's outline, of its print or of the page. */
double omr_steepness(const OmrTarget *target, const guint8 *darkness);

/* The value that a share of the counts of `histogram` (256) stays at or below. */
int omr_quantile(const guint *histogram, double share);
