/* A form's page prepared for reading: what the blank looks like, at the scales that aligning works on and
 * around every answer position. Made once a form, then read-only and shared by all readers. */
#pragma once

#include "features-private.h"
#include "form-package.h"
#include "image-private.h"
#include "source-private.h"

/* Aligning goes from coarse to fine. The dpi are of the page; each scale halves the pixel. */
#define OMR_SCALES 3
extern const double omr_scale_dpi[OMR_SCALES];

/* The largest half width of a patch, px of its scale, and the room for its rows: whole vectors. */
#define OMR_PATCH_MAX_HALF 14
#define OMR_PATCH_STRIDE   32

/* Print that repeats does so at this distance at least: the rows and columns of a form are further apart. */
#define OMR_REPEAT_MIN_MM 2.5

/* A piece of the blank that is found again by correlation. */
typedef struct {
    double x_mm, y_mm; /* centre */
    double norm;       /* root of the sum of squares of `values` */
    double rival; /* how well the most like piece within a few rows or columns correlates with it, -1 … 1:
                     found again better than that, it cannot have been taken for its neighbour; not known at
                     the coarsest scale */
    gint16
        *values; /* 2 half + 1 rows, OMR_PATCH_STRIDE apart, of as many grey values less their mean, then 0 */
} OmrPatch;

typedef struct {
    int half;        /* px of the scale: a patch is 2 half + 1 wide */
    GArray *patches; /* of OmrPatch */
} OmrScale;

/* Which part of a position a pixel belongs to. The outline itself is neither inside nor around: it is printed
 * darker or lighter from copy to copy, and a little off. */
typedef enum {
    OMR_ZONE_AROUND,
    OMR_ZONE_OUTLINE,
    OMR_ZONE_INSIDE,
} OmrZone;

/* Where strokes are watched that come in or go out. */
typedef enum {
    OMR_BORDER_WITHIN = 1,  /* just inside the outline */
    OMR_BORDER_WITHOUT = 2, /* just outside */
    OMR_BORDER_EDGE = 4,    /* at the window's edge */
} OmrBorder;

/* Places of some pixels of a window. */
typedef struct {
    guint n;
    guint32 *at;
} OmrPixels;

/* The surroundings of one answer position or writing box, sampled from the blank. */
typedef struct {
    const FormField *field;
    const FormOption *option; /* NULL: the field's writing box */
    double x_mm, y_mm;        /* centre */
    double px_per_mm;         /* of the window */
    double margin_mm;         /* of the window around the position: at most half way to the next position */
    double size_mm;           /* the shorter side of the position */
    int width, height;        /* px of the window */
    guint8 *print;            /* darkness of the blank, 0 paper … 255 black */
    guint8 *expected;         /* the darkest of it nearby: forgives a small error of place */
    guint8 *zone;             /* OmrZone of each pixel */

    /* what follows from that for every page (parts.c); of a box only the first two */
    guint8 *lesson;   /* the step of darkness, of OMR_TONES, that a pixel teaches the tones of; else that */
    OmrPixels inside; /* pixels of this zone */
    OmrPixels around; /* pixels of this zone: first those where the blank is paper … */
    guint n_paper_around; /* … which are so many */
    OmrPixels outline;    /* pixels of this zone but for the window's last row and column */
    OmrPixels printed;    /* pixels of these two zones where the blank is not white */
    guint8 *softened;     /* `expected` where print has lost its edges: beside print some of it */
    guint8 *sector;       /* direction of each pixel from the centre, of OMR_SECTORS */
    guint8 *arc;          /* the same of pixels around it; of the others OMR_SECTORS */
    guint8 *borders;      /* OmrBorder of each pixel, or 0 */
    guint64 printed_runs; /* directions in which its print looks like a stroke that runs on (runs.c) */
    double steepness;     /* of the outline's print: omr_steepness() */
} OmrTarget;

/* The print of one answer position, by which its own place is found to a fraction of a mm. */
#define OMR_OUTLINE_DPI    101.6 /* of the page: 4 px a mm */
#define OMR_OUTLINE_SIDE   60    /* px: of a larger position only the middle is looked at */
#define OMR_OUTLINE_STRIDE 64

typedef struct {
    double x_mm, y_mm; /* centre */
    int width, height; /* px */
    int reach;         /* px: how far around it is looked for */
    double energy;     /* sum of the squares of `values` */
    int stride;        /* values from row to row: `width` rounded up to whole vectors */
    gint16 *values;    /* grey values less their mean in a band about the outline, 0 elsewhere; NULL: there is
                          no print to find it by */
} OmrOutline;

typedef struct {
    const FormPackage *package;
    const FormPage *page;
    OmrScale scale[OMR_SCALES];
    GArray *targets;       /* of OmrTarget: fields in order, their options in order, or their box */
    GArray *outlines;      /* of OmrOutline, one a target */
    OmrFeatures *features; /* for a page without QR, else NULL until omr_blank_features() */
    struct OmrBlankLater *later;
} OmrBlank;

/* Opens the blank, or draws one from the geometry where the package has none. OMR_ERROR_INPUT when it cannot
 * be opened. */
OmrBlank *omr_blank_new(const FormPackage *package, const FormPage *page, GError **error);
void omr_blank_free(OmrBlank *blank);

/* What tells where the page lies without its QRs; on a form with QRs that takes time and is hardly ever
 * needed, so it is made when first asked for, by whichever thread. NULL when the blank cannot be opened any
 * more. */
const OmrFeatures *omr_blank_features(const OmrBlank *blank);

/* The parts of omr_blank_new(): `scale` (landmarks.c), `targets` (targets.c), and `outlines` of those
 * (outlines.c).
 */
void omr_blank_find_landmarks(OmrBlank *blank, const OmrSource *source);
void omr_blank_prepare_targets(OmrBlank *blank, const OmrSource *source);
void omr_blank_find_outlines(OmrBlank *blank, const OmrSource *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(OmrBlank, omr_blank_free)
