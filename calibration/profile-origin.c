/* What a profile is: its fingerprint, and where it comes from. */
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#include "calibration-error.h"
#include "profile-private.h"

#define MAX_COMMAND 2000

const char *const calibration_origin_keys[] = {"date",    "data", "labels", "marked",
                                               "command", "seed", "fitted", NULL};

static int
compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *
calibration_profile_digest(const CalibrationProfile *profile, const char *group)
{
    g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < calibration_n_keys; i++) {
        const CalibrationKey *key = &calibration_keys[i];
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        if (group != NULL ? !g_str_equal(key->group, group) : g_str_equal(key->group, "scanner"))
            continue;
        g_ascii_dtostr(number, sizeof number, calibration_key_get(profile, key));
        g_ptr_array_add(lines, g_strdup_printf("%s.%s=%s\n", key->group, key->key, number));
    }
    g_ptr_array_sort(lines, compare_lines);
    for (guint i = 0; i < lines->len; i++)
        g_checksum_update(checksum, g_ptr_array_index(lines, i), -1);
    return g_strdup(g_checksum_get_string(checksum));
}

void
calibration_profile_stamp(CalibrationProfile *profile)
{
    g_free(profile->fingerprint);
    profile->fingerprint = calibration_profile_digest(profile, NULL);
}

static gboolean
is_digest(const char *text)
{
    return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static gboolean
is_date(const char *text)
{
    guint year, month, day;

    return strlen(text) == 10 && strspn(text, "0123456789-") == 10 &&
           sscanf(text, "%4u-%2u-%2u", &year, &month, &day) == 3 &&
           g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

static gboolean
is_line(const char *text)
{
    if (strlen(text) > MAX_COMMAND)
        return FALSE;
    for (; *text != '\0'; text++) {
        if (g_ascii_iscntrl(*text))
            return FALSE;
    }
    return TRUE;
}

/* A text of [profile] that must be of a form; NULL where the file has none. */
static gboolean
read_text(GKeyFile *file, const char *path, const char *key, gboolean (*is_right)(const char *text),
          char **text, GError **error)
{
    *text = g_key_file_get_string(file, "profile", key, NULL);
    if (*text == NULL || is_right(*text))
        return TRUE;
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                _("%s: [profile] %s is not of its form; see docs/profile.md"), path, key);
    return FALSE;
}

static gboolean
read_count(GKeyFile *file, const char *path, const char *key, gint64 *count, GError **error)
{
    g_autofree char *text = g_key_file_get_string(file, "profile", key, NULL);

    if (text == NULL || g_ascii_string_to_signed(text, 10, 0, G_MAXINT64, count, NULL))
        return TRUE;
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                _("%s: [profile] %s must be a number, 0 or more"), path, key);
    return FALSE;
}

static gboolean
is_as_fitted(const CalibrationProfile *profile, const char *path, GError **error)
{
    g_autofree char *marks = calibration_profile_digest(profile, "marks");

    if (profile->origin.fitted == NULL || g_str_equal(profile->origin.fitted, marks))
        return TRUE;
    g_set_error(error, CALIBRATION_ERROR, CALIBRATION_ERROR_INPUT,
                _("%s: its [marks] are not those that were fitted: the file was edited, or this program has "
                  "other defaults; fit it again, or take the line “fitted” out"),
                path);
    return FALSE;
}

gboolean
calibration_origin_read(GKeyFile *file, const char *path, CalibrationProfile *profile, GError **error)
{
    CalibrationOrigin *origin = &profile->origin;

    calibration_origin_clear(origin);
    return read_text(file, path, "date", is_date, &origin->date, error) &&
           read_text(file, path, "data", is_digest, &origin->data, error) &&
           read_count(file, path, "labels", &origin->labels, error) &&
           read_count(file, path, "marked", &origin->marked, error) &&
           read_text(file, path, "command", is_line, &origin->command, error) &&
           read_count(file, path, "seed", &origin->seed, error) &&
           read_text(file, path, "fitted", is_digest, &origin->fitted, error) &&
           is_as_fitted(profile, path, error);
}

void
calibration_origin_clear(CalibrationOrigin *origin)
{
    g_free(origin->date);
    g_free(origin->data);
    g_free(origin->command);
    g_free(origin->fitted);
    memset(origin, 0, sizeof *origin);
}
