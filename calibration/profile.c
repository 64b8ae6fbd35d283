#include "profile-private.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "calibration-error.h"
#include "calibration-resources.h"

#define DEFAULT_RESOURCE "/phieu/calibration/default.profile"

#define MAX_BYTES (1024 * 1024)

#define ALIGN(key, min, max)                                                                                 \
    {                                                                                                        \
        "align", #key, G_STRUCT_OFFSET(CalibrationProfile, align.key), min, max                              \
    }
#define QUALITY(key, min, max)                                                                               \
    {                                                                                                        \
        "quality", #key, G_STRUCT_OFFSET(CalibrationProfile, quality.key), min, max                          \
    }
#define MARKS(key, min, max)                                                                                 \
    {                                                                                                        \
        "marks", #key, G_STRUCT_OFFSET(CalibrationProfile, marks.key), min, max                              \
    }
#define SCANNER(key, min, max)                                                                               \
    {                                                                                                        \
        "scanner", #key, G_STRUCT_OFFSET(CalibrationProfile, scanner.key), min, max                          \
    }
#define TEXT(key, min, max)                                                                                  \
    {                                                                                                        \
        "text", #key, G_STRUCT_OFFSET(CalibrationProfile, text.key), min, max                                \
    }

/* One key a line. */
/* clang-format off */
const CalibrationKey calibration_keys[] = {
    ALIGN(correlation, 0.1, 0.99),
    ALIGN(anchors, 6, 1000),
    ALIGN(share, 0, 1),
    ALIGN(rival, 0, 1),
    ALIGN(evidence, 0, 1),
    ALIGN(distinct, 0, 1000),
    ALIGN(share_distinct, 0, 1),
    ALIGN(share_repeating, 0, 1),
    ALIGN(coverage, 0, 1),
    ALIGN(residual_mm, 0.01, 5),
    ALIGN(aspect, 1, 3),
    ALIGN(perspective, 1, 5),
    ALIGN(outline, 0, 1),
    ALIGN(support, 0, 1),
    QUALITY(dark, 0, 1),
    QUALITY(faint, 0, 1),
    QUALITY(blurred, 0, 1),
    QUALITY(streak, 0.01, 1),
    QUALITY(fold, 0.01, 1),
    QUALITY(tail_mm, 0.1, 1000),
    QUALITY(cut_mm, 0, 1000),
    QUALITY(lost, 1, 10000),
    QUALITY(corner_mm, 0, 1000),
    MARKS(ink, 0.01, 0.9),
    MARKS(noise, 0, 20),
    MARKS(dark, 0.01, 1),
    MARKS(cover_half, 0.001, 1),
    MARKS(cover_slope, 0.1, 100),
    MARKS(mass_half, 0.001, 1),
    MARKS(mass_slope, 0.1, 100),
    MARKS(mass_style, 0, 1),
    MARKS(style_share, 0.01, 1),
    MARKS(style_slope, 0, 100),
    MARKS(style_cover, 0, 1),
    MARKS(style_least, 0, 1),
    MARKS(reach_half, 0, 2),
    MARKS(reach_slope, 0, 100),
    MARKS(ring_half, 0, 1),
    MARKS(ring_slope, 0, 200),
    MARKS(around_half, 0.001, 1),
    MARKS(around_slope, 0.1, 100),
    MARKS(around_most, 0, 20),
    MARKS(ring_ink, 0.001, 1),
    MARKS(ring_ink_slope, 0.1, 100),
    MARKS(final_scale, 0.05, 20),
    MARKS(final_shift, -20, 20),
    MARKS(accept, 0.5, 1),
    MARKS(reject, 0, 0.5),
    MARKS(stray_cover, 0, 1),
    MARKS(stray_straight, 0, 1),
    MARKS(stray_through, 0, 1),
    MARKS(stray_hook, 0, 1),
    MARKS(stray_share, 0, 1),
    MARKS(stray_mass, 0, 1),
    MARKS(stray_unlike, 0, 1),
    MARKS(run_sizes, 1, 10),
    MARKS(run_depth, 0, 1),
    MARKS(run_share, 0.5, 1),
    MARKS(overlooked, 0, 1000),
    MARKS(overlooked_share, 0, 1),
    MARKS(overlooked_next, 1, 1000),
    MARKS(vague, 0, 1000),
    MARKS(vague_print, 0, 1),
    MARKS(alone, 0, 1),
    MARKS(alone_rival, 0, 1),
    MARKS(alone_least, 0, 1000),
    MARKS(alone_others, 0, 1),
    MARKS(alone_style, 0, 1),
    MARKS(alone_patch, 0, 10),
    MARKS(alone_even, 0, 10),
    MARKS(alone_ring, 0, 1),
    MARKS(alone_ring_cover, 0, 1),
    MARKS(alone_ring_others, 0, 1),
    MARKS(speck_cover, 0, 1),
    MARKS(speck_mass, 0, 1),
    MARKS(largest, 1, 100),
    MARKS(spill, 0, 1),
    MARKS(spill_usual, 0, 100),
    MARKS(spill_cover, 0, 1),
    MARKS(scribble_cover, 0, 1),
    MARKS(scribble_ring, 0, 1),
    MARKS(scribble_least, 0, 1),
    MARKS(struck_cover, 0, 1),
    MARKS(struck_over, 0, 1),
    MARKS(crossed_over, 0, 1),
    SCANNER(scale, 0.001, 0.2),
    SCANNER(skew_deg, 0.1, 10),
    SCANNER(feed_mm, 0.01, 5),
    SCANNER(white, 50, 255),
    SCANNER(black, 0, 200),
    SCANNER(shading, 0.01, 1),
    SCANNER(faint, 5, 100),
    SCANNER(noise, 0.5, 50),
    SCANNER(blur_mm, 0.01, 1),
    SCANNER(streak, 0.01, 1),
    SCANNER(edge_mm, 0, 20),
    SCANNER(cut_mm, 0, 20),
    SCANNER(threshold_least, 0, 1),
    SCANNER(threshold_most, 0, 1),
    SCANNER(specks, 0, 0.5),
    SCANNER(roughness_mm, 0.001, 1),
    SCANNER(drift_scale, 0.0005, 0.2),
    SCANNER(drift_tone, 1, 100),
    SCANNER(drift_blur, 0.05, 5),
    SCANNER(drift_noise, 0.1, 50),
    SCANNER(drift_threshold, 0.01, 1),
    TEXT(writing_mm2, 0.05, 100),
    TEXT(confidence, 0.5, 1),
    TEXT(align_mm, 0.02, 1),
    TEXT(likeness, 0, 1),
    TEXT(evidence, 3, 1000),
    TEXT(suggest, 0, 1),
};
/* clang-format on */

const guint calibration_n_keys = G_N_ELEMENTS(calibration_keys);

double
calibration_key_get(const CalibrationProfile *profile, const CalibrationKey *key)
{
    return *(const double *)(const void *)((const char *)profile + key->offset);
}

void
calibration_key_set(CalibrationProfile *profile, const CalibrationKey *key, double value)
{
    *(double *)(void *)((char *)profile + key->offset) = value;
}

static gboolean
read_number(GKeyFile *file, const char *path, const CalibrationKey *entry, CalibrationProfile *profile,
            GError **error)
{
    g_autoptr(GError) failure = NULL;
    double value;

    if (!g_key_file_has_key(file, entry->group, entry->key, NULL))
        return TRUE;
    value = g_key_file_get_double(file, entry->group, entry->key, &failure);
    if (failure != NULL || !(value >= entry->min && value <= entry->max)) {
        g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                    _("%s: [%s] %s must be a number from %g to %g"), path, entry->group, entry->key,
                    entry->min, entry->max);
        return FALSE;
    }
    calibration_key_set(profile, entry, value);
    return TRUE;
}

/* A key that nothing reads is a mistyped one. */
static gboolean
check_keys(GKeyFile *file, const char *path, GError **error)
{
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

    for (char **group = groups; *group != NULL; group++) {
        g_auto(GStrv) keys = g_key_file_get_keys(file, *group, NULL, NULL);
        for (char **key = keys; *key != NULL; key++) {
            gboolean known = g_str_equal(*group, "profile") &&
                             (g_str_equal(*key, "name") || g_strv_contains(calibration_origin_keys, *key));
            for (guint i = 0; i < calibration_n_keys; i++)
                known = known || (g_str_equal(calibration_keys[i].group, *group) &&
                                  g_str_equal(calibration_keys[i].key, *key));
            if (!known) {
                g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                            _("%s: [%s] %s is no key of a profile; see docs/profile.md"), path, *group, *key);
                return FALSE;
            }
        }
    }
    return TRUE;
}

static gboolean
read_profile(GKeyFile *file, const char *path, CalibrationProfile *profile, GError **error)
{
    g_autofree char *name = g_key_file_get_string(file, "profile", "name", NULL);

    if (!check_keys(file, path, error))
        return FALSE;
    for (guint i = 0; i < calibration_n_keys; i++) {
        if (!read_number(file, path, &calibration_keys[i], profile, error))
            return FALSE;
    }
    g_free(profile->name);
    profile->name = name != NULL && name[0] != '\0' ? g_steal_pointer(&name) : g_path_get_basename(path);
    calibration_profile_stamp(profile);
    return calibration_origin_read(file, path, profile, error);
}

CalibrationProfile *
calibration_profile_default(void)
{
    g_autoptr(GBytes) bytes = g_resource_lookup_data(calibration_get_resource(), DEFAULT_RESOURCE,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) error = NULL;
    CalibrationProfile *profile = g_new0(CalibrationProfile, 1);

    if (bytes == NULL || !g_key_file_load_from_bytes(file, bytes, G_KEY_FILE_NONE, &error) ||
        !read_profile(file, "default.profile", profile, &error))
        g_error("the program's own profile is broken: %s", error == NULL ? "missing" : error->message);
    return profile;
}

static gboolean
load_file(GKeyFile *file, const char *path, GError **error)
{
    g_autoptr(GError) failure = NULL;
    GStatBuf status;

    if (g_stat(path, &status) == 0 && (!S_ISREG(status.st_mode) || status.st_size > MAX_BYTES)) {
        g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                    _("%s: is no profile: no file, or larger than %d kB; see docs/profile.md"), path,
                    MAX_BYTES / 1024);
        return FALSE;
    }
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &failure)) {
        g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                    _("%s: is no profile (%s); see docs/profile.md"), path, failure->message);
        return FALSE;
    }
    return TRUE;
}

/* Passes an error on, on one line of valid UTF-8: what stands in the file may stand in the message. */
static void
set_one_line(GError **error, const GError *failure)
{
    g_autofree char *line = g_utf8_make_valid(failure->message, -1);

    for (char *at = line; *at != '\0'; at++) {
        if (g_ascii_iscntrl(*at))
            *at = ' ';
    }
    g_set_error_literal(error, failure->domain, failure->code, line);
}

CalibrationProfile *
calibration_profile_load(const char *path, GError **error)
{
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) failure = NULL;

    if (!load_file(file, path, &failure) || !read_profile(file, path, profile, &failure)) {
        set_one_line(error, failure);
        return NULL;
    }
    return g_steal_pointer(&profile);
}

void
calibration_profile_free(CalibrationProfile *profile)
{
    if (profile == NULL)
        return;
    g_free(profile->name);
    g_free(profile->fingerprint);
    calibration_origin_clear(&profile->origin);
    g_free(profile);
}

const char *
calibration_profile_name(const CalibrationProfile *profile)
{
    return profile->name;
}

const char *
calibration_profile_fingerprint(const CalibrationProfile *profile)
{
    return profile->fingerprint;
}

const CalibrationOrigin *
calibration_profile_origin(const CalibrationProfile *profile)
{
    return &profile->origin;
}

const CalibrationAlign *
calibration_profile_align(const CalibrationProfile *profile)
{
    return &profile->align;
}

const CalibrationQuality *
calibration_profile_quality(const CalibrationProfile *profile)
{
    return &profile->quality;
}

const CalibrationMarks *
calibration_profile_marks(const CalibrationProfile *profile)
{
    return &profile->marks;
}

const CalibrationScannerLimits *
calibration_profile_scanner(const CalibrationProfile *profile)
{
    return &profile->scanner;
}

const CalibrationText *
calibration_profile_text(const CalibrationProfile *profile)
{
    return &profile->text;
}
