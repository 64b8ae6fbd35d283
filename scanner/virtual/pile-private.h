/* The pile in the feeder: the page images of a folder in name order, fronts and backs in turn, and the sheet
 * that lies on top. Sheets and sides count from 1; sheet s has the sides 2s-1 and 2s. */
#pragma once

#include <glib.h>

typedef struct {
    GPtrArray *paths;  /* of char* */
    int printed_sides; /* images a sheet has */
    int capacity;      /* sheets that the tray holds; 0: all */
    int n_sheets;
    int top;  /* the sheet on top; n_sheets + 1 when there is none */
    int tray; /* sheets left in the tray */
} VirtualPile;

/* Lists the images (.jpg .jpeg .png .pgm .pbm .ppm, not hidden) of the folder `dir`, numbers in names by
 * value (2.jpg before 10.jpg), and loads the tray. FALSE when it is no folder that can be read, or holds more
 * than 100000 files. `pile` is cleared by the caller in any case. */
gboolean virtual_pile_open(VirtualPile *pile, const char *dir, int printed_sides, int capacity,
                           GError **error);
void virtual_pile_clear(VirtualPile *pile);

/* The image of a side; NULL for one that is blank: the back of the last sheet of an odd number of images, and
 * every back when only fronts are printed. */
const char *virtual_pile_side(const VirtualPile *pile, int side);

/* Loads the tray anew, with `sheet` on top. */
void virtual_pile_load(VirtualPile *pile, int sheet);

/* Whether a sheet lies in the tray. */
gboolean virtual_pile_is_loaded(const VirtualPile *pile);

/* Draws `n` sheets at once, or as many as there are. */
void virtual_pile_draw(VirtualPile *pile, int n);
