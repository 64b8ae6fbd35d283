/* feeder.conf: every key is checked, so that a script with a slip in it is refused instead of doing nothing.
 */
#include "script-private.h"

#include <glib/gstdio.h>
#include <string.h>

#define MAX_SCRIPT_BYTES      (1024 * 1024)
#define MAX_COUNT             1000000
#define MAX_ROW_PADDING       4096
#define MAX_SHEETS_PER_MINUTE 100000
#define FAULT_PREFIX          "fault "

/* Which keys besides `side`, `sheet`, `at`, `what`, `always` a kind of fault has, and where it strikes unless
 * told. */
typedef struct {
    const char *name;
    VirtualWhat what;
    SANE_Status status;
    VirtualPlace at;
    gboolean may_start;
    const char *key; /* the count it has */
    int count;       /* unless told */
} FaultKind;

#define AT_START                                                                                             \
    {                                                                                                        \
        .start = TRUE                                                                                        \
    }
#define AT_PART(x)                                                                                           \
    {                                                                                                        \
        .part = (x)                                                                                          \
    }
#define AT_LAST_ROW                                                                                          \
    {                                                                                                        \
        .last_row = TRUE                                                                                     \
    }
#define STATUS(name, status)                                                                                 \
    {                                                                                                        \
        name, VIRTUAL_STATUS, status, AT_START, TRUE, NULL, 0                                                \
    }

static const FaultKind kinds[] = {
    STATUS("unsupported", SANE_STATUS_UNSUPPORTED),
    STATUS("cancelled", SANE_STATUS_CANCELLED),
    STATUS("device-busy", SANE_STATUS_DEVICE_BUSY),
    STATUS("inval", SANE_STATUS_INVAL),
    STATUS("eof", SANE_STATUS_EOF),
    STATUS("jammed", SANE_STATUS_JAMMED),
    STATUS("no-docs", SANE_STATUS_NO_DOCS),
    STATUS("cover-open", SANE_STATUS_COVER_OPEN),
    STATUS("io-error", SANE_STATUS_IO_ERROR),
    STATUS("no-mem", SANE_STATUS_NO_MEM),
    STATUS("access-denied", SANE_STATUS_ACCESS_DENIED),
    {"length-unset", VIRTUAL_LENGTH_UNSET, SANE_STATUS_GOOD, AT_PART(0), FALSE, "times", 1},
    {"length-minus", VIRTUAL_LENGTH_MINUS, SANE_STATUS_GOOD, AT_PART(0), FALSE, "times", 1},
    {"length-zero", VIRTUAL_LENGTH_ZERO, SANE_STATUS_GOOD, AT_PART(0), FALSE, "times", 0},
    {"hang", VIRTUAL_HANG, SANE_STATUS_GOOD, AT_START, TRUE, NULL, 0},
    {"hang-until-cancel", VIRTUAL_HANG_UNTIL_CANCEL, SANE_STATUS_CANCELLED, AT_START, TRUE, NULL, 0},
    {"crash", VIRTUAL_CRASH, SANE_STATUS_GOOD, AT_START, TRUE, NULL, 0},
    {"exit", VIRTUAL_EXIT, SANE_STATUS_GOOD, AT_START, TRUE, NULL, 0},
    {"short", VIRTUAL_SHORT, SANE_STATUS_EOF, AT_LAST_ROW, FALSE, NULL, 0},
    {"flat-tail", VIRTUAL_FLAT_TAIL, SANE_STATUS_GOOD, AT_PART(0.5), FALSE, NULL, 0},
    {"garbage", VIRTUAL_GARBAGE, SANE_STATUS_GOOD, AT_PART(0), FALSE, NULL, 0},
    {"lost-behind", VIRTUAL_LOST_BEHIND, SANE_STATUS_IO_ERROR, AT_PART(0.5), FALSE, "sides", 2},
    {"multi-pick", VIRTUAL_MULTI_PICK, SANE_STATUS_JAMMED, AT_START, TRUE, "sheets", 2},
};

G_GNUC_PRINTF(2, 3)
static gboolean
fail(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE, "%s: %s", VIRTUAL_SCRIPT_NAME, text);
    return FALSE;
}

/* ---- values: one that is not there leaves `*value` as it is ---- */

static gboolean
read_boolean(GKeyFile *file, const char *group, const char *key, gboolean *value, GError **error)
{
    if (!g_key_file_has_key(file, group, key, NULL))
        return TRUE;
    g_autoptr(GError) problem = NULL;
    *value = g_key_file_get_boolean(file, group, key, &problem);
    return problem == NULL || fail(error, "[%s] %s: true or false is wanted", group, key);
}

static gboolean
read_count(GKeyFile *file, const char *group, const char *key, int least, int most, int *value,
           GError **error)
{
    if (!g_key_file_has_key(file, group, key, NULL))
        return TRUE;
    g_autoptr(GError) problem = NULL;
    int read = g_key_file_get_integer(file, group, key, &problem);
    if (problem != NULL || read < least || read > most)
        return fail(error, "[%s] %s: a number from %d to %d is wanted", group, key, least, most);
    *value = read;
    return TRUE;
}

static gboolean
read_pace(GKeyFile *file, const char *group, double *value, GError **error)
{
    const char *key = "sheets_per_minute";
    if (!g_key_file_has_key(file, group, key, NULL))
        return TRUE;
    g_autoptr(GError) problem = NULL;
    *value = g_key_file_get_double(file, group, key, &problem);
    return (problem == NULL && *value >= 0 && *value <= MAX_SHEETS_PER_MINUTE) ||
           fail(error, "[%s] %s: a number from 0 to %d is wanted", group, key, MAX_SHEETS_PER_MINUTE);
}

static gboolean
check_keys(GKeyFile *file, const char *group, const char *const *known, GError **error)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
    for (char **key = keys; *key != NULL; key++)
        if (!g_strv_contains(known, *key))
            return fail(error, "[%s] has no key %s", group, *key);
    return TRUE;
}

/* ---- [feeder] ---- */

static gboolean
read_feeder(VirtualScript *script, GKeyFile *file, GError **error)
{
    static const char *const known[] = {"duplex",      "sheets_per_minute", "upside_down_backs", "sensors",
                                        "row_padding", "unknown_height",    "three_pass",        "model",
                                        "capacity",    "end_in_read",       "printed_sides",     NULL};
    const char *group = "feeder";
    if (!g_key_file_has_group(file, group))
        return TRUE;
    if (g_key_file_has_key(file, group, "model", NULL)) {
        g_free(script->model);
        script->model = g_key_file_get_string(file, group, "model", NULL);
        if (script->model == NULL || script->model[0] == '\0')
            return fail(error, "[%s] model: a name is wanted", group);
    }
    return check_keys(file, group, known, error) &&
           read_boolean(file, group, "duplex", &script->duplex, error) &&
           read_boolean(file, group, "upside_down_backs", &script->upside_down_backs, error) &&
           read_boolean(file, group, "unknown_height", &script->unknown_height, error) &&
           read_boolean(file, group, "three_pass", &script->three_pass, error) &&
           read_boolean(file, group, "sensors", &script->sensors, error) &&
           read_boolean(file, group, "end_in_read", &script->end_in_read, error) &&
           read_pace(file, group, &script->sheets_per_minute, error) &&
           read_count(file, group, "row_padding", 0, MAX_ROW_PADDING, &script->row_padding, error) &&
           read_count(file, group, "capacity", 0, MAX_COUNT, &script->capacity, error) &&
           read_count(file, group, "printed_sides", 1, 2, &script->printed_sides, error);
}

/* ---- [fault NAME] ---- */

static const FaultKind *
find_kind(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_strcmp0(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

static gboolean
read_place(const char *text, VirtualPlace *place)
{
    *place = (VirtualPlace){0};
    if (strcmp(text, "start") == 0)
        place->start = TRUE;
    else if (strcmp(text, "last-row") == 0)
        place->last_row = TRUE;
    else if (strcmp(text, "middle") == 0)
        place->part = 0.5;
    else if (strcmp(text, "first-byte") != 0) {
        char *end = NULL;
        double percent = g_ascii_strtod(text, &end);
        place->part = percent / 100;
        return end != text && strcmp(end, "%") == 0 && percent >= 0 && percent <= 100;
    }
    return TRUE;
}

static gboolean
read_at(GKeyFile *file, const char *group, const FaultKind *kind, VirtualFault *fault, GError **error)
{
    fault->at = kind->at;
    g_autofree char *text = g_key_file_get_string(file, group, "at", NULL);
    if (text == NULL)
        return TRUE;
    if (!read_place(text, &fault->at))
        return fail(error, "[%s] at: start, first-byte, middle, last-row or a percentage (40%%) is wanted",
                    group);
    if (fault->at.start && !kind->may_start)
        return fail(error, "[%s] at: %s happens while a side is read, not at its start", group, kind->name);
    return TRUE;
}

/* Only a multi-pick and pages lost behind another are reported in more than one way. */
static gboolean
read_status(GKeyFile *file, const char *group, const FaultKind *kind, VirtualFault *fault, GError **error)
{
    fault->status = kind->status;
    g_autofree char *text = g_key_file_get_string(file, group, "status", NULL);
    if (text == NULL)
        return TRUE;
    if (kind->what == VIRTUAL_MULTI_PICK && strcmp(text, "good") == 0) {
        fault->status = SANE_STATUS_GOOD;
        return TRUE;
    }
    const FaultKind *status = find_kind(text);
    if (status == NULL || status->what != VIRTUAL_STATUS)
        return fail(error, "[%s] status: there is no status %s", group, text);
    fault->status = status->status;
    return TRUE;
}

static gboolean
check_fault_keys(GKeyFile *file, const char *group, const FaultKind *kind, GError **error)
{
    const char *known[] = {"what", "side", "sheet", "at", "always", NULL, NULL, NULL};
    int n = 5;
    if (kind->key != NULL)
        known[n++] = kind->key;
    if (kind->what == VIRTUAL_MULTI_PICK || kind->what == VIRTUAL_LOST_BEHIND)
        known[n++] = "status";
    if (!check_keys(file, group, known, error))
        return FALSE;
    return g_key_file_has_key(file, group, "side", NULL) != g_key_file_has_key(file, group, "sheet", NULL) ||
           fail(error, "[%s] wants either side or sheet", group);
}

static gboolean
read_counts(GKeyFile *file, const char *group, const FaultKind *kind, VirtualFault *fault, GError **error)
{
    int *count = kind->what == VIRTUAL_MULTI_PICK    ? &fault->sheets
                 : kind->what == VIRTUAL_LOST_BEHIND ? &fault->sides
                                                     : &fault->times;
    int least = kind->what == VIRTUAL_MULTI_PICK ? 2 : kind->what == VIRTUAL_LOST_BEHIND ? 1 : 0;
    *count = kind->count;
    return (kind->key == NULL || read_count(file, group, kind->key, least, MAX_COUNT, count, error)) &&
           read_count(file, group, "side", 1, MAX_COUNT, &fault->side, error) &&
           read_count(file, group, "sheet", 1, MAX_COUNT, &fault->sheet, error) &&
           read_boolean(file, group, "always", &fault->always, error);
}

static void
fault_free(gpointer data)
{
    VirtualFault *fault = data;
    g_free(fault->name);
    g_free(fault);
}

static gboolean
read_fault(VirtualScript *script, GKeyFile *file, const char *group, GError **error)
{
    g_autofree char *name = g_strstrip(g_strdup(group + strlen(FAULT_PREFIX)));
    if (name[0] == '\0')
        return fail(error, "[%s]: a name is wanted after \"fault\"", group);
    g_autofree char *what = g_key_file_get_string(file, group, "what", NULL);
    const FaultKind *kind = find_kind(what);
    if (kind == NULL)
        return fail(error, "[%s] what: %s is no fault", group, what != NULL ? what : "(nothing)");

    VirtualFault *fault = g_new0(VirtualFault, 1);
    g_ptr_array_add(script->faults, fault);
    fault->name = g_steal_pointer(&name);
    fault->what = kind->what;
    return check_fault_keys(file, group, kind, error) && read_counts(file, group, kind, fault, error) &&
           read_at(file, group, kind, fault, error) && read_status(file, group, kind, fault, error);
}

/* ---- the whole ---- */

static gboolean
read_groups(VirtualScript *script, GKeyFile *file, GError **error)
{
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group != NULL; group++) {
        gboolean is_fault = g_str_has_prefix(*group, FAULT_PREFIX);
        if (!is_fault && strcmp(*group, "feeder") != 0)
            return fail(error, "there is no group [%s]; [feeder] and [fault NAME] are", *group);
        if (is_fault && !read_fault(script, file, *group, error))
            return FALSE;
    }
    return read_feeder(script, file, error);
}

/* One name a line. That a fault has happened is no more than a convenience: without the file it is pending.
 */
static void
read_state(VirtualScript *script)
{
    g_autofree char *text = NULL;
    gsize length;
    if (!g_file_get_contents(script->state_path, &text, &length, NULL))
        return;
    g_auto(GStrv) names = g_strsplit(text, "\n", -1);
    for (guint i = 0; i < script->faults->len; i++) {
        VirtualFault *fault = g_ptr_array_index(script->faults, i);
        fault->happened = g_strv_contains((const char *const *)names, fault->name);
    }
}

gboolean
virtual_script_read(VirtualScript *script, const char *dir, GError **error)
{
    *script = (VirtualScript){.duplex = TRUE, .sensors = TRUE, .printed_sides = 2};
    script->model = g_strdup("virtual feeder");
    script->state_path = g_build_filename(dir, VIRTUAL_STATE_NAME, NULL);
    script->faults = g_ptr_array_new_with_free_func(fault_free);

    g_autofree char *path = g_build_filename(dir, VIRTUAL_SCRIPT_NAME, NULL);
    GStatBuf status;
    if (g_stat(path, &status) != 0)
        return TRUE;
    if (!S_ISREG(status.st_mode) || status.st_size > MAX_SCRIPT_BYTES)
        return fail(error, "a file of at most %d bytes is wanted", MAX_SCRIPT_BYTES);
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error) || !read_groups(script, file, error))
        return FALSE;
    read_state(script);
    return TRUE;
}

void
virtual_script_clear(VirtualScript *script)
{
    g_clear_pointer(&script->faults, g_ptr_array_unref);
    g_clear_pointer(&script->model, g_free);
    g_clear_pointer(&script->state_path, g_free);
}
