/* The truth of a deck as a file. */
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "command-private.h"
#include "deck-private.h"
#include "folder-private.h"

#define TRUTH_VERSION 1
#define MAX_BYTES     (64 * 1024 * 1024)

char *
deck_truth_path(const char *pdf)
{
    gboolean ending = g_str_has_suffix(pdf, ".pdf") || g_str_has_suffix(pdf, ".PDF");
    g_autofree char *stem = g_strndup(pdf, strlen(pdf) - (ending ? 4 : 0));
    return g_strdup_printf("%s.truth.json", stem);
}

/* Only what is not empty is written. */
static json_t *
save_marks(const AccuracyTruthField *field)
{
    json_t *marks = json_object();
    for (guint i = 0; i < field->field->options->len; i++) {
        const AccuracyTruthMark *mark = &field->marks[i];
        if (g_str_equal(mark->kind, calibration_mark_kind_name(CALIBRATION_MARK_NONE)))
            continue;
        json_object_set_new(marks, g_array_index(field->field->options, FormOption, i).value,
                            json_pack("[s, s]", form_mark_state_name(mark->state), mark->kind));
    }
    return marks;
}

static json_t *
save_copy(const DeckCopy *copy)
{
    json_t *fields = json_object();
    for (guint i = 0; i < copy->pages->len; i++) {
        const AccuracyTruth *truth = copy->pages->pdata[i];
        for (guint k = 0; k < truth->fields->len; k++) {
            const AccuracyTruthField *field = &g_array_index(truth->fields, AccuracyTruthField, k);
            if (field->marks)
                json_object_set_new(fields, field->field->name, save_marks(field));
            else if (field->value)
                json_object_set_new(fields, field->field->name, json_string(field->value));
        }
    }
    return json_pack("{s:s, s:o}", "serial", copy->serial, "fields", fields);
}

gboolean
deck_truth_save(const Deck *deck, const FormPackage *package, const char *path, GError **error)
{
    json_t *copies = json_array();
    for (guint i = 0; i < deck->copies->len; i++)
        json_array_append_new(copies, save_copy(deck->copies->pdata[i]));
    json_t *object = json_pack("{s:i, s:s, s:s, s:i, s:I, s:o}", "phieu_deck", TRUTH_VERSION, "deck",
                               deck->id, "form", package->code, "version", package->version, "seed",
                               (json_int_t)deck->seed, "copies", copies);
    char *text = json_dumps(object, JSON_INDENT(1));
    gboolean fine = folder_write(path, text, error);
    free(text);
    json_decref(object);
    return fine;
}

static gboolean
load_mark(const json_t *pair, AccuracyTruthMark *mark)
{
    const char *state = json_string_value(json_array_get(pair, 0)),
               *kind = json_string_value(json_array_get(pair, 1));
    gboolean known_state = FALSE, known_kind = FALSE;
    for (guint i = FORM_MARK_EMPTY; state && i <= FORM_MARK_CANCELLED; i++)
        if (g_str_equal(state, form_mark_state_name(i))) {
            mark->state = i;
            known_state = TRUE;
        }
    for (guint i = 0; kind && i < CALIBRATION_MARK_KINDS; i++)
        if (g_str_equal(kind, calibration_mark_kind_name(i))) {
            mark->kind = calibration_mark_kind_name(i);
            known_kind = TRUE;
        }
    return known_state && known_kind;
}

/* FALSE when the field is not there or says what it cannot. */
static gboolean
load_field(const json_t *value, AccuracyTruthField *field)
{
    gsize n_found = 0;
    if (!field->marks) {
        if (!field->value)
            return TRUE;
        g_free(field->value);
        field->value = g_strdup(json_string_value(value));
        return field->value != NULL;
    }
    for (guint i = 0; i < field->field->options->len; i++) {
        const json_t *pair =
            json_object_get(value, g_array_index(field->field->options, FormOption, i).value);
        n_found += pair != NULL;
        if (pair && !load_mark(pair, &field->marks[i]))
            return FALSE;
    }
    return json_is_object(value) && n_found == json_object_size(value);
}

static gboolean
load_copy(Deck *deck, const FormPackage *package, const json_t *object)
{
    const char *serial = json_string_value(json_object_get(object, "serial"));
    const json_t *fields = json_object_get(object, "fields");
    if (!serial || !form_serial_is_valid(serial) || g_hash_table_contains(deck->by_serial, serial))
        return FALSE;
    DeckCopy *copy = deck_add(deck, serial);
    for (guint i = 0; i < package->pages->len; i++) {
        AccuracyTruth *truth = accuracy_truth_new(package->pages->pdata[i]);
        g_ptr_array_add(copy->pages, truth);
        for (guint k = 0; k < truth->fields->len; k++) {
            AccuracyTruthField *field = &g_array_index(truth->fields, AccuracyTruthField, k);
            if (!load_field(json_object_get(fields, field->field->name), field))
                return FALSE;
        }
    }
    return TRUE;
}

static Deck *
load_deck(const FormPackage *package, const json_t *object)
{
    const char *id = json_string_value(json_object_get(object, "deck"));
    const json_t *copies = json_object_get(object, "copies");
    gsize n = json_array_size(copies);
    if (!id || n == 0 || n > DECK_MAX_COPIES)
        return NULL;
    g_autoptr(Deck) deck = deck_alloc(id, (guint32)json_integer_value(json_object_get(object, "seed")));
    for (gsize i = 0; i < n; i++)
        if (!load_copy(deck, package, json_array_get(copies, i)))
            return NULL;
    return g_steal_pointer(&deck);
}

static json_t *
load_json(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    GStatBuf about;
    if (!command_need_path(path, error))
        return NULL;
    gboolean small = g_stat(path, &about) == 0 && about.st_size <= MAX_BYTES;
    json_t *object =
        small && g_file_get_contents(path, &text, &length, NULL) ? json_loadb(text, length, 0, NULL) : NULL;
    if (json_integer_value(json_object_get(object, "phieu_deck")) == TRUTH_VERSION)
        return object;
    json_decref(object);
    g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                _("%s: is not the truth of a deck; name the .truth.json that was written with it"), path);
    return NULL;
}

Deck *
deck_truth_load(const FormPackage *package, const char *path, GError **error)
{
    json_t *object = load_json(path, error);
    if (!object)
        return NULL;
    const char *code = json_string_value(json_object_get(object, "form"));
    int version = (int)json_integer_value(json_object_get(object, "version"));
    gboolean own = g_strcmp0(code, package->code) == 0 && version == package->version;
    Deck *deck = own ? load_deck(package, object) : NULL;
    if (!own)
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: is of form %s version %d, the package of %s version %d; name the package that the "
                      "deck was printed from"),
                    path, code ? code : "?", version, package->code, package->version);
    else if (!deck)
        g_set_error(error, STATION_ERROR, STATION_ERROR_INPUT,
                    _("%s: does not fit the form's fields or is damaged; print the deck again"), path);
    json_decref(object);
    return deck;
}
