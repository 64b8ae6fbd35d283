/* The forms of a station, ready for reading. */
#pragma once

#include "omr-reader.h"
#include "store.h"

typedef struct {
    GPtrArray *packages; /* of FormPackage*, owned */
    OmrForms *forms;
} StationForms;

/* Loads them; STATION_ERROR_INPUT where there is none. `station_dir` stands in the message. */
gboolean station_forms_load(Store *store, const char *station_dir, StationForms *forms, GError **error);
void station_forms_clear(StationForms *forms);

/* The package of `code` and `version`, or NULL. */
const FormPackage *station_forms_find(const StationForms *forms, const char *code, int version);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(StationForms, station_forms_clear)
