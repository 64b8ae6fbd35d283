/* The forms of a station, ready for reading. */
#pragma once

#include "omr-reader.h"
#include "store.h"

typedef struct {
    GPtrArray *packages; /* of FormPackage*, owned */
    OmrForms *forms;
} StationForms;

/* Loads them, which takes a good part of a second a form. STATION_ERROR_INPUT where there is none;
 * `station_dir` stands in the message. The caller frees them. */
StationForms *station_forms_new(Store *store, const char *station_dir, GError **error);
void station_forms_free(StationForms *forms);

/* The package of `code` and `version`, or NULL. */
const FormPackage *station_forms_find(const StationForms *forms, const char *code, int version);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(StationForms, station_forms_free)
