/* A history of what was measured over time: JSON Lines, only ever added to. A line is an object; all lines of
 * a file have one key in common, which tells what it is a history of. */
#pragma once

#include <glib.h>
#include <jansson.h>

/* All records of the file, oldest first; a missing file has none, a line that a crash cut short is passed
 * over. CALIBRATION_ERROR_MACHINE when it cannot be read, _INPUT when it has no line with `key`. The caller
 * owns the array (of json_t*, owned). */
GPtrArray *calibration_history_load(const char *path, const char *key, GError **error);

/* Whether a record that is there already says the same as the new one. */
typedef gboolean (*CalibrationIsSame)(const json_t *there, const json_t *record);

/* Adds a record to the file (made where it is missing) under a lock, with one write, synced; a line that a
 * crash left unfinished before is closed first. Where `is_same` finds the record there, nothing is added and
 * `added` is FALSE. The record has `key`. Errors as above. */
gboolean calibration_history_append(const char *path, const char *key, const json_t *record,
                                    CalibrationIsSame is_same, gboolean *added, GError **error);
