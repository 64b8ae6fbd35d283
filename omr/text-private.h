/* Print, read by Tesseract: one line at a time. */
#pragma once

#include <glib.h>
#include <leptonica/allheaders.h>

/* Starts Tesseract when first asked to read, a language at a time. One a thread. */
typedef struct OmrText OmrText;

OmrText *omr_text_new(void);
void omr_text_free(OmrText *text);

/* Reads the one line that `line` (8 bpp, upright) shows, in `language` (Tesseract's name, as "eng"). Of
 * `only`, when told, are all its characters but spaces. `confidence`, 0 … 1, is that of the least certain
 * character, or NULL. Returns the text without spaces at its ends, "" when there is none, NULL when
 * Tesseract has no data of that language. The caller frees it. */
char *omr_text_read(OmrText *text, PIX *line, const char *language, const char *only, double *confidence);

/* A language that was asked for and is missing, or NULL. */
const char *omr_text_missing(const OmrText *text);
