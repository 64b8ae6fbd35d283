/* How a page's paper and print come out in its image.
 *
 * Print is darker or lighter in the scan than in the blank, and in 1 bit it is black or gone: how a darkness
 * of the blank comes out is learnt from the page itself. */
#pragma once

#include "blank-private.h"

/* Darknesses of the blank are told apart in so many steps. */
#define OMR_TONES 16

/* The lighter part of paper, unless ink is all over it. */
#define OMR_PAPER_QUANTILE 0.3

/* Darkness is 0 for paper … 255 for black. */
typedef struct {
    double tone[256]; /* what an unmarked page shows for each darkness of the blank */
    double paper;     /* what the lighter part of paper shows */
    double noise;     /* how much paper scatters about its mean: standard deviation */
    double sharpness; /* steepness of the print's edges against the blank's, about 1; 0 where there is none */
} OmrResponse;

/* `samples` holds the darkness of every pixel of every target of the blank (guint8 *). */
void omr_response_learn(OmrResponse *response, const OmrBlank *blank, const GPtrArray *samples);

/* The value that a share of the counts of `histogram` (256) stays at or below. */
int omr_quantile(const guint *histogram, double share);
