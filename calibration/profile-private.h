/* What the files about profiles share. */
#pragma once

#include "calibration-profile.h"

struct CalibrationProfile {
    char *name;
    char *fingerprint;
    CalibrationOrigin origin;
    CalibrationAlign align;
    CalibrationQuality quality;
    CalibrationMarks marks;
    CalibrationScannerLimits scanner;
    CalibrationText text;
};

/* Where each number of a profile stands and what it may be. */
typedef struct {
    const char *group, *key;
    gsize offset; /* of the number in CalibrationProfile */
    double min, max;
} CalibrationKey;

extern const CalibrationKey calibration_keys[];
extern const guint calibration_n_keys;

double calibration_key_get(const CalibrationProfile *profile, const CalibrationKey *key);
void calibration_key_set(CalibrationProfile *profile, const CalibrationKey *key, double value);

/* SHA-256 of the numbers in effect of one group, or of all but [scanner] where it is NULL: of lines "group.key=number",
 * sorted, each number in 17 digits. The caller frees it. */
char *calibration_profile_digest(const CalibrationProfile *profile, const char *group);

/* Sets the fingerprint from the numbers. */
void calibration_profile_stamp(CalibrationProfile *profile);

/* Keys of [profile] about the origin, NULL-terminated. */
extern const char *const calibration_origin_keys[];

/* Reads and checks them; the profile's numbers must be there. Messages as calibration_profile_load(). */
gboolean calibration_origin_read(GKeyFile *file, const char *path, CalibrationProfile *profile,
                                 GError **error);
void calibration_origin_clear(CalibrationOrigin *origin);
