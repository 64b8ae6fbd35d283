/* Reading a whole file that a user names, of a bounded size. */
#pragma once

#include <glib.h>

/* FORM_ERROR_INPUT when the file is not there, may not be read, is a folder or is larger than `max_bytes`;
 * FORM_ERROR_MACHINE when the disk fails. The caller owns the reference. */
GBytes *input_read(const char *path, gsize max_bytes, GError **error);
