/* Tracing: finds the answer positions of a form printed elsewhere on the scan of its blank, so that a package
 * need only be edited, not measured. docs/package-format.md tells what is found and what is to be checked. */
#pragma once

#include <leptonica/allheaders.h>

#include "form-package.h"

/* Printed outlines that are looked for, mm. */
#define OMR_TRACE_LEAST_MM 1.8
#define OMR_TRACE_MOST_MM  8.5

/* Resolution of the scan, 50 … 1200 dpi. */
typedef struct {
    double dpi_x, dpi_y;
} OmrTraceFacts;

/* A row of like shapes (or a column of single ones): one question as it seems. */
typedef struct {
    char *name;      /* q1, q2 … in reading order */
    GArray *options; /* of FormOption without value: from left to right, or downwards */
    int block;       /* rows of the same kind below each other share it, from 0 */
} OmrTraceField;

/* A box that is written in. */
typedef struct {
    char *name; /* t1, t2 … */
    FormRect box;
    int cells; /* side by side; 0: a free box */
} OmrTraceBox;

typedef struct {
    PIX *blank;        /* the page turned straight, 8 bpp, at most 300 dpi */
    double dpi;        /* of the blank */
    double skew_deg;   /* what it was turned by, clockwise */
    GPtrArray *fields; /* of OmrTraceField*, owned */
    GPtrArray *boxes;  /* of OmrTraceBox*, owned */
    int n_blocks, n_options;
    int n_guessed; /* options whose outline is broken or marked: found by their neighbours */
    int n_alone;   /* shapes that stand alone or look like letters: left out */
} OmrTrace;

/* Traces a page: 1, 8 or 32 bpp, upright, turned by at most 15 degrees. OMR_ERROR_INPUT when nothing is found
 * or the picture is too small or too large, OMR_ERROR_MACHINE when out of memory. `name` stands in messages.
 */
OmrTrace *omr_trace(PIX *pix, const OmrTraceFacts *facts, const char *name, GError **error);
void omr_trace_free(OmrTrace *trace);

/* A package of what was found, with one page whose blank is `blank_file`; select_one throughout, values
 * from 1. */
FormPackage *omr_trace_package(const OmrTrace *trace, const char *code, const char *blank_file);

/* The blank with what was found drawn over it, 32 bpp: options in frames of green and blue by turns of
 * blocks, boxes to write in violet, names left of each row's first position. NULL when out of memory. The
 * caller frees it. */
PIX *omr_trace_overlay(const OmrTrace *trace);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OmrTrace, omr_trace_free)
