/* What the files of tracing share. Lengths in px of the blank, centres of shapes. */
#pragma once

#include "omr-trace.h"

typedef struct {
    double x, y, w, h; /* with the outline */
    FormShape shape;
    double quality;  /* how well it fits an ellipse or a rectangle, 0 … 1 */
    double ink;      /* share of the inside that is printed */
    gboolean letter; /* looks like a part of a word */
    int kind;        /* like shapes share it; -1: none */
    gboolean grown;  /* found by its neighbours */
    int group;       /* scratch of whoever groups */
} TraceShape;

/* The page as it is looked at. */
typedef struct {
    PIX *grey; /* 8 bpp, paper even at TRACE_PAPER */
    double px_per_mm;
} TracePage;

#define TRACE_PAPER 230

/* Of the blank, enlarged or not: A2 at 300 dpi. */
#define TRACE_MAX_PIXELS 40e6

/* Closed outlines of answer positions, and of boxes to write in; of GArray of TraceShape. */
void trace_find_shapes(const TracePage *page, GArray *options, GArray *boxes);

/* Gives like shapes one kind and drops what stands alone; returns how many were dropped. */
int trace_sort_kinds(const TracePage *page, GArray *options);

/* Adds shapes next to others whose outline is broken, marked or filled. */
void trace_grow(const TracePage *page, GArray *options);

/* Takes chains of adjoining cells out of `options`: boxes of so many cells (in `group`) go to `boxes`. */
void trace_take_cells(const TracePage *page, GArray *options, GArray *boxes);

/* Rows, blocks and names from the shapes. */
void trace_make_fields(OmrTrace *trace, const GArray *options, double px_per_mm);
void trace_make_boxes(OmrTrace *trace, const GArray *boxes, const GArray *options, double px_per_mm);
