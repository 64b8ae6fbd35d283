/* A device's options by name, whatever their type. A driver may change all of them whenever one is set, so
 * none is remembered: each is looked up when it is needed. Only for the device thread. */
#pragma once

#include <glib.h>
#include <sane/sane.h>

#include "scanner-pages.h"

/* The active option `name`, or NULL; `number` (may be NULL) is its place. */
const SANE_Option_Descriptor *feeder_option_find(SANE_Handle handle, const char *name, int *number);

/* Sets an option from what a person wrote: "yes" or "no"; a number, taken to the nearest that there is; one
 * of the words that there are, or the only one that contains it; anything for a button. SCANNER_ERROR_INPUT
 * where there is no such option or value, or it is read-only; SCANNER_ERROR_MACHINE where the driver fails.
 */
gboolean feeder_option_set(SANE_Handle handle, const char *name, const char *text, GError **error);

/* The same where it is there and will take it; else nothing happens. */
void feeder_option_try(SANE_Handle handle, const char *name, const char *text);
void feeder_option_try_number(SANE_Handle handle, const char *name, double number);

/* The value of an option that is text ("Gray"), or NULL. The caller frees it. */
char *feeder_option_text(SANE_Handle handle, const char *name);

/* The value of one that is a number, or a switch (1 or 0); `otherwise` where there is none. */
double feeder_option_number(SANE_Handle handle, const char *name, double otherwise);

/* The words that an option takes; empty where it has no list. */
GStrv feeder_option_words(SANE_Handle handle, const char *name);

/* The numbers that an option takes (of double): all, or least and largest, with `any` TRUE. */
GArray *feeder_option_numbers(SANE_Handle handle, const char *name, gboolean *any);

/* The word among `words` that is `wanted`, else the only one that contains it, else NULL; letter case is one.
 */
const char *feeder_word_like(const char *const *words, const char *wanted);
