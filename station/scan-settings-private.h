/* What a scanner is set to: asked for on the command line, remembered in the station. */
#pragma once

#include <jansson.h>

#include "scanner-feeder.h"
#include "scanner-keep.h"
#include "store-ledger.h"

typedef struct {
    ScannerSettings settings;
    ScannerKeep keep;
    gboolean keep_told; /* else `keep` is the default */
    GStrv once;         /* "name=value" of this run alone, or NULL */
} ScanSettings;

void scan_settings_clear(ScanSettings *settings);

/* "jpeg" or "lossless"; STATION_ERROR_INPUT for another. NULL leaves the default. */
gboolean scan_settings_keep(ScanSettings *settings, const char *keep, GError **error);

/* "A4", "A5", "A3", "Letter", "Legal" or "WIDTHxHEIGHT" in mm; STATION_ERROR_INPUT for another. NULL changes
 * nothing. */
gboolean scan_settings_size(ScanSettings *settings, const char *size, GError **error);

/* Fills what was not asked for from what was last used with `scanner`; options of one name are asked for
 * last. */
gboolean scan_settings_recall(ScanSettings *settings, Store *store, const char *scanner, GError **error);

/* As JSON, without what is of this run alone; the caller frees it. */
char *scan_settings_to_json(const ScanSettings *settings);

/* The options with those of this run alone at their end: to be set; `settings` borrows all but the array,
 * which the caller frees (g_free). */
ScannerSettings scan_settings_of_run(const ScanSettings *settings);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ScanSettings, scan_settings_clear)
