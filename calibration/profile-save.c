/* A fitted profile into its file. */
#include <glib/gi18n-lib.h>
#include <math.h>

#include "calibration-error.h"
#include "calibration-fit.h"
#include "profile-private.h"

guint
calibration_fit_moved(const CalibrationProfile *profile, const CalibrationMarks *marks, GString *keys)
{
    CalibrationProfile other = {.marks = *marks};
    guint n = 0;

    for (guint i = 0; i < calibration_n_keys; i++) {
        const CalibrationKey *key = &calibration_keys[i];
        if (!g_str_equal(key->group, "marks") ||
            calibration_key_get(profile, key) == calibration_key_get(&other, key))
            continue;
        if (keys != NULL)
            g_string_append_printf(keys, "%s%s", keys->len > 0 ? " " : "", key->key);
        n++;
    }
    return n;
}

CalibrationProfile *
calibration_profile_fitted(const CalibrationProfile *base, const char *name, const CalibrationMarks *marks,
                           const CalibrationOrigin *origin)
{
    CalibrationProfile *profile = g_new0(CalibrationProfile, 1);

    profile->name = g_strdup(name);
    profile->marks = *marks;
    for (guint i = 0; i < calibration_n_keys; i++) {
        const CalibrationKey *key = &calibration_keys[i];
        double value = calibration_key_get(g_str_equal(key->group, "marks") ? profile : base, key);
        calibration_key_set(profile, key, CLAMP(value, key->min, key->max));
    }
    calibration_profile_stamp(profile);
    profile->origin = (CalibrationOrigin){.date = g_strdup(origin->date),
                                          .data = g_strdup(origin->data),
                                          .labels = origin->labels,
                                          .marked = origin->marked,
                                          .command = g_strdup(origin->command),
                                          .seed = origin->seed,
                                          .fitted = calibration_profile_digest(profile, "marks")};
    return profile;
}

/* The shortest text that reads back as the same number. */
static void
set_number(GKeyFile *file, const CalibrationKey *key, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(text, sizeof text, "%.15g", value);
    if (g_ascii_strtod(text, NULL) != value)
        g_ascii_dtostr(text, sizeof text, value);
    g_key_file_set_string(file, key->group, key->key, text);
}

static void
set_origin(GKeyFile *file, const CalibrationOrigin *origin)
{
    const struct {
        const char *key, *text;
    } texts[] = {{"date", origin->date},
                 {"data", origin->data},
                 {"command", origin->command},
                 {"fitted", origin->fitted}};

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (texts[i].text != NULL)
            g_key_file_set_string(file, "profile", texts[i].key, texts[i].text);
    }
    if (origin->labels > 0) {
        g_key_file_set_int64(file, "profile", "labels", origin->labels);
        g_key_file_set_int64(file, "profile", "marked", origin->marked);
        g_key_file_set_int64(file, "profile", "seed", origin->seed);
    }
}

gboolean
calibration_profile_save(const CalibrationProfile *profile, const char *path, GError **error)
{
    g_autoptr(CalibrationProfile) shipped = calibration_profile_default();
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(GError) failure = NULL;
    gsize length = 0;

    g_key_file_set_string(file, "profile", "name", profile->name);
    set_origin(file, &profile->origin);
    for (guint i = 0; i < calibration_n_keys; i++) {
        double value = calibration_key_get(profile, &calibration_keys[i]);
        if (value != calibration_key_get(shipped, &calibration_keys[i]))
            set_number(file, &calibration_keys[i], value);
    }
    g_autofree char *text = g_key_file_to_data(file, &length, NULL);
    if (g_file_set_contents_full(path, text, (gssize)length,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                 &failure))
        return TRUE;
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_MACHINE,
                _("%s: cannot be written (%s); check the folder and the disk"), path, failure->message);
    return FALSE;
}
