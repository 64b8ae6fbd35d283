/* The errors of this folder.
 *
 * Every folder has one error domain with the same two codes, because a caller needs to know only whose fault
 * it is: what was given (exit status 2) or the machine (exit status 3). The message says what, where and how
 * to mend, in the user's language, on one line, or on one line a problem where a file has several. */
#pragma once

#include <glib.h>

#define FORM_ERROR (form_error_quark())

typedef enum {
    FORM_ERROR_INPUT,   /* the definition, package or list is wrong; the message says how to mend it */
    FORM_ERROR_MACHINE, /* disk, memory or a missing part of the installation */
} FormError;

GQuark form_error_quark(void);
