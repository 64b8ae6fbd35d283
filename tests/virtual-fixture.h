/* Piles of page images for the virtual feeder, and a frontend that feeds them through the real libsane. */
#pragma once

#include <glib.h>
#include <sane/sane.h>

/* A4 at 100 dpi, and as wide as no multiple of eight. */
#define PAGE_WIDTH_PX  827
#define PAGE_HEIGHT_PX 1169
#define N_PIXELS       (PAGE_WIDTH_PX * PAGE_HEIGHT_PX)

/* Every pixel of every side is its own: (x, y) of side `side` (its number shows in a block at the top left).
 */
guint8 virtual_pixel(int side, int x, int y);

/* A new folder with sides 1 to `n_sides` as 1.pgm, 2.pgm …, and `script` (NULL: none) as its feeder.conf. */
char *virtual_folder(int n_sides, const char *script);
void virtual_remove(char *folder);
void virtual_write(const char *folder, const char *name, gconstpointer data, gsize length);

/* A PNM file of `kind` 4, 5 or 6. */
void virtual_write_pnm(const char *folder, const char *name, char kind, int width_px, int height_px,
                       GByteArray *rows);

/* The bytes of a side: grey, one byte a pixel; or colour, three sides of the grey ones as its channels. */
GByteArray *virtual_page(int side);
GByteArray *virtual_colour_page(int side);

/* Bytes of no value yet; rows turned by 180 degrees; a page in colour as JPEG. */
GByteArray *virtual_bytes(gsize n);
GByteArray *virtual_turned(const GByteArray *rows, guint channels);
GByteArray *virtual_jpeg(const GByteArray *colour);

/* Opens `folder` (fails the test if it cannot). The process has SANE started for as long as it runs. */
SANE_Handle virtual_open(const char *folder);
SANE_Status virtual_try_open(const char *folder, SANE_Handle *handle);

/* Options by name; a missing one fails the test. Returns SANE's info. */
SANE_Int virtual_find(SANE_Handle handle, const char *name);
SANE_Int virtual_set(SANE_Handle handle, const char *name, int value);
SANE_Int virtual_set_mm(SANE_Handle handle, const char *name, double mm);
SANE_Int virtual_set_word(SANE_Handle handle, const char *name, const char *value);
int virtual_get(SANE_Handle handle, const char *name);
double virtual_get_mm(SANE_Handle handle, const char *name);

/* What became of one frame. */
typedef struct {
    SANE_Status start, end; /* of sane_start(), and of the last sane_read() */
    SANE_Parameters parameters;
    GByteArray *bytes; /* all that was read */
} VirtualFed;

/* Starts and reads to whatever ends it, `most` bytes at a time. */
VirtualFed virtual_feed_by(SANE_Handle handle, int most);
VirtualFed virtual_feed(SANE_Handle handle);
void virtual_fed_clear(VirtualFed *fed);

/* Feeds one frame, which must be the whole of `side` in grey at its own resolution. */
void virtual_expect(SANE_Handle handle, int side);
void virtual_expect_end(SANE_Handle handle);

/* Feeds one frame of known height, which must be these bytes; or none further off than `most`: another
 * rounding. */
void virtual_expect_bytes(SANE_Handle handle, const GByteArray *wanted);
void virtual_expect_near(SANE_Handle handle, const GByteArray *wanted, int most);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VirtualFed, virtual_fed_clear)
