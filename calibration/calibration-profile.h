/* What a scanner and its readers have been measured to do: every threshold of the reading, in a GKeyFile.
 *
 * docs/profile.md says what each number means and where it comes from. */
#pragma once

#include <glib.h>

typedef struct CalibrationProfile CalibrationProfile;

/* The shipped profile (profiles/default.profile, part of the program). */
CalibrationProfile *calibration_profile_default(void);

/* A profile file; keys it does not name keep their default. CALIBRATION_ERROR_INPUT names file, group and
 * key. */
CalibrationProfile *calibration_profile_load(const char *path, GError **error);
void calibration_profile_free(CalibrationProfile *profile);

/* Its name, as readings and exports cite it. */
const char *calibration_profile_name(const CalibrationProfile *profile);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(CalibrationProfile, calibration_profile_free)
