#include "accuracy-run-private.h"

#include <glib/gi18n-lib.h>

#include "command-private.h"
#include "folder-private.h"

#define STATE_VERSION 1

/* What the program is made of: a run counts errors of one reader, not of two. "" where the system does not
 * tell. */
static char *
program_fingerprint(void)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    if (!g_file_get_contents("/proc/self/exe", &bytes, &length, NULL))
        return g_strdup("");
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, length);
}

static void
set_text(json_t *object, const char *key, const char *text)
{
    json_object_set_new(object, key, json_string(text ? text : ""));
}

json_t *
accuracy_settings(const AccuracySubject *subject, const AccuracyOptions *options)
{
    g_autofree char *program = program_fingerprint();
    json_t *settings = json_object();
    set_text(settings, "population", subject->population->name);
    json_object_set_new(settings, "seed", json_integer(subject->seed));
    set_text(settings, "form", subject->package->sha256);
    set_text(settings, "profile", calibration_profile_fingerprint(subject->profile));
    set_text(settings, "program", program);
    set_text(settings, "features", options->features_path);
    set_text(settings, "keep", options->keep_dir);
    json_object_set_new(settings, "keep_doubts", json_boolean(options->keep_doubts));
    return settings;
}

static gboolean
fail_damaged(const char *path, GError **error)
{
    g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                _("%s: is no state of 'bench accuracy'; remove it or name another file with --resume"), path);
    return FALSE;
}

static gboolean
check_settings(const char *path, const json_t *found, json_t *wanted, GError **error)
{
    const char *key;
    json_t *value;
    json_object_foreach(wanted, key, value)
    {
        if (json_equal(json_object_get(found, key), value))
            continue;
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: that run was begun with another setting: %s; resume it as it was begun, or name "
                      "another file with --resume"),
                    path, key);
        return FALSE;
    }
    return TRUE;
}

static gboolean
take_count(const json_t *object, const char *key, gint64 most, gint64 *count)
{
    const json_t *value = json_object_get(object, key);
    *count = json_integer_value(value);
    return json_is_integer(value) && *count >= 0 && *count <= most;
}

static gboolean
take_up(const json_t *object, AccuracyState *state)
{
    gint64 questionnaires = 0, features = 0, findings = 0;
    const json_t *seconds = json_object_get(object, "seconds");
    if (!take_count(object, "questionnaires", G_MAXUINT, &questionnaires) ||
        !take_count(object, "features_length", G_MAXINT64, &features) ||
        !take_count(object, "findings_length", G_MAXINT64, &findings) || !json_is_number(seconds) ||
        !accuracy_tally_add_json(&state->result->tally, json_object_get(object, "tally")))
        return FALSE;
    state->result->questionnaires = (guint)questionnaires;
    state->result->seconds = json_number_value(seconds);
    state->features_length = (guint64)features;
    state->findings_length = (guint64)findings;
    return TRUE;
}

gboolean
accuracy_state_load(const char *path, AccuracyState *state, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    json_t *object = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    gint64 version = 0;
    gboolean fine = object && take_count(object, "phieu_accuracy", G_MAXINT64, &version) &&
                    version == STATE_VERSION && json_is_object(json_object_get(object, "settings"));
    if (!fine)
        fail_damaged(path, error);
    else if (!check_settings(path, json_object_get(object, "settings"), state->settings, error))
        fine = FALSE;
    else if (!take_up(object, state))
        fine = fail_damaged(path, error);
    json_decref(object);
    return fine;
}

gboolean
accuracy_state_save(const char *path, const AccuracyState *state, GError **error)
{
    json_t *object = json_object();
    json_object_set_new(object, "phieu_accuracy", json_integer(STATE_VERSION));
    json_object_set(object, "settings", state->settings);
    json_object_set_new(object, "questionnaires", json_integer(state->result->questionnaires));
    json_object_set_new(object, "seconds", json_real(state->result->seconds));
    json_object_set_new(object, "features_length", json_integer((json_int_t)state->features_length));
    json_object_set_new(object, "findings_length", json_integer((json_int_t)state->findings_length));
    json_object_set_new(object, "tally", accuracy_tally_to_json(&state->result->tally));
    char *text = json_dumps(object, JSON_INDENT(1));
    gboolean fine = folder_write(path, text, error);
    free(text);
    json_decref(object);
    return fine;
}
