/* Letters as shapes: what tells print from handwriting.
 *
 * Print stands on one line, its capitals and digits are of one height and so are its small letters, and a
 * letter that comes twice looks the same twice. No hand does all of that to a tenth of a mm. */
#pragma once

#include "form-image.h"
#include "piece-private.h"

/* One letter's ink, in px of the picture. */
typedef OmrPiece OmrGlyph;

/* The ink of one line of text, letter by letter from left to right. */
typedef struct {
    int width, height;
    guint8 *ink;    /* 1 where inked */
    GArray *glyphs; /* of OmrGlyph */
    double px_per_mm;
} OmrGlyphs;

/* Takes the ink of `line` (8 bpp) apart. FALSE when there is none that stands out from its paper. */
gboolean omr_glyphs_init(OmrGlyphs *glyphs, PIX *line, double px_per_mm);
void omr_glyphs_clear(OmrGlyphs *glyphs);

/* Whether it is worth reading: most of it stands on one line, and either nearly all is of one height or two
 * letters look alike. Needs no reading, and leaves out most handwriting. */
gboolean omr_glyphs_may_be_print(const OmrGlyphs *glyphs, double tolerance_mm, double likeness);

/* The same letters side by side: those of cells stand too far apart to be read as a line. The caller frees
 * it.
 */
PIX *omr_glyphs_close_up(const OmrGlyphs *glyphs, PIX *line);

/* How many coincidences speak for print when the glyphs are the characters of `text` (spaces apart); 0 when
 * anything speaks against it. */
int omr_glyphs_evidence(const OmrGlyphs *glyphs, const char *text, double tolerance_mm, double likeness);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(OmrGlyphs, omr_glyphs_clear)
