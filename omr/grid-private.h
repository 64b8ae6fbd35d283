/* A QR that is too damaged to be found the ordinary way, read with what is known of it beforehand: how large
 * it is, which modules are the same in all codes, and that all codes of a page say the same.
 *
 * Its finder patterns are looked for by correlation, its grid is fitted to all of its modules, and every
 * module gets a value between black and white. Several codes of a page are added up. What comes out is drawn
 * afresh, with the modules that are known put right, for an ordinary decoder.
 *
 * Where modules stand: ISO/IEC 18004:2015, 6.3 and 7.9; codes of version 1 to 4 without the micro ones. */
#pragma once

#include "homography-private.h"
#include "image-private.h"

#define OMR_GRID_MAX_MODULES 33
#define OMR_GRID_QUIET       4 /* modules around a drawn code */
#define OMR_GRID_PX          4 /* side of a drawn module */
#define OMR_GRID_MAX_SIDE    ((OMR_GRID_MAX_MODULES + 2 * OMR_GRID_QUIET) * OMR_GRID_PX)

typedef struct {
    int modules;        /* along a side: 21, 25, 29 or 33 */
    double score;       /* how well the modules that are known are met: 1 perfectly, 0 not at all */
    OmrPoint corner[4]; /* of its modules in the image, level 0: top left, top right, bottom right, bottom
                           left of the code */
    float value[OMR_GRID_MAX_MODULES * OMR_GRID_MAX_MODULES]; /* -1 black … 1 white, 0 when nothing shows */
} OmrGrid;

/* Where to look: a square of the image, and how large the code's modules would be there. */
typedef struct {
    OmrPoint centre; /* level 0 px */
    double side_px, module_px;
    int modules;
} OmrGridArea;

/* Finds the most likely code of an area. FALSE when nothing there resembles one. */
gboolean omr_grid_find(const OmrPyramid *image, const OmrGridArea *area, OmrGrid *grid);

/* What every code of so many modules shows at a place: 1 white, -1 black, 0 where it depends on the content.
 */
int omr_grid_known(int modules, int x, int y);

/* Adds up the codes' values and draws the code they make, with error correction level Q: 0 black, 255 white.
 * `sharpening`, 0 … 1.5, is how much of its neighbours' mean is taken from each module, against blur. Returns
 * the side of the picture in px; all codes must have as many modules. */
int omr_grid_draw(const OmrGrid *const *grids, guint n, double sharpening,
                  guint8 pixels[OMR_GRID_MAX_SIDE * OMR_GRID_MAX_SIDE]);
