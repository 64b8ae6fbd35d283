#include <glib/gi18n-lib.h>
#include <jansson.h>
#include <string.h>

#include "batch-private.h"

/* A question of one version of the form: its name, and the page that asks it (0: none does). */
typedef struct {
    const char *name;
    int page;
} Asked;

/* One version of the form, prepared: what a questionnaire of it is asked, in form order. */
typedef struct {
    gint64 id;
    const FormPackage *package;
    GArray *asked;         /* of Asked */
    GHashTable *positions; /* name -> index in `asked` + 1 */
} Version;

static void
version_free(gpointer data)
{
    Version *version = data;

    g_array_unref(version->asked);
    g_hash_table_unref(version->positions);
    g_free(version);
}

static Version *
version_new(gint64 id, const FormPackage *package)
{
    Version *version = g_new0(Version, 1);

    version->id = id;
    version->package = package;
    version->asked = g_array_new(FALSE, FALSE, sizeof(Asked));
    version->positions = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < package->questions->len; i++) {
        const FormQuestion *question = g_ptr_array_index(package->questions, i);
        Asked asked = {.name = question->name};
        if (question->type == FORM_NOTE)
            continue;
        g_array_append_val(version->asked, asked);
        g_hash_table_insert(version->positions, question->name, GUINT_TO_POINTER(version->asked->len));
    }
    for (guint p = 0; p < package->pages->len; p++) {
        const FormPage *page = g_ptr_array_index(package->pages, p);
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = g_ptr_array_index(page->fields, i);
            guint position = GPOINTER_TO_UINT(g_hash_table_lookup(version->positions, field->name));
            if (position > 0)
                g_array_index(version->asked, Asked, position - 1).page = page->page;
        }
    }
    return version;
}

/* A walk over questionnaires under way. */
typedef struct {
    Store *store;
    GPtrArray *versions;   /* of Version*, owned */
    GStringChunk *strings; /* of the questionnaire at hand */
    GArray *cells;         /* of StoreCell, likewise */
    GPtrArray *sample;     /* of const char*, likewise, with NULL at the end */
    gboolean held[FORM_MAX_PAGES + 1];
} Walk;

static void
walk_clear(Walk *walk)
{
    g_clear_pointer(&walk->versions, g_ptr_array_unref);
    g_clear_pointer(&walk->strings, g_string_chunk_free);
    g_clear_pointer(&walk->cells, g_array_unref);
    g_clear_pointer(&walk->sample, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

static gboolean
add_version(Walk *walk, const FormPackage *package, GError **error)
{
    gboolean row;
    g_autoptr(StoreQuery) query =
        store_query(walk->store, "SELECT id FROM form WHERE code = :code AND version = :version ", error);

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":code", package->code);
    store_bind_integer(query, ":version", package->version);
    if (!store_step(walk->store, query, &row, error))
        return FALSE;
    if (!row) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("form %s version %d is not in the station; add it"), package->code, package->version);
        return FALSE;
    }
    g_ptr_array_add(walk->versions, version_new(sqlite3_column_int64(query, 0), package));
    return TRUE;
}

static const Version *
find_version(const Walk *walk, gint64 id)
{
    for (guint i = 0; i < walk->versions->len; i++) {
        const Version *version = g_ptr_array_index(walk->versions, i);
        if (version->id == id)
            return version;
    }
    return NULL;
}

/* Before the fields are known: every cell as if its page were missing. */
static void
start_cells(Walk *walk, const Version *version, const char *serial)
{
    g_array_set_size(walk->cells, 0);
    memset(walk->held, 0, sizeof walk->held);
    for (guint i = 0; i < version->asked->len; i++) {
        StoreCell cell = {.serial = serial,
                          .name = g_array_index(version->asked, Asked, i).name,
                          .value = "",
                          .state = STORE_STATE_MISSING_PAGE,
                          .source = ""};
        g_array_append_val(walk->cells, cell);
    }
}

static void
take_field(Walk *walk, const Version *version, StoreQuery *row)
{
    int page = sqlite3_column_int(row, 0);
    guint position = GPOINTER_TO_UINT(g_hash_table_lookup(version->positions, store_column(row, 1)));

    if (page >= 1 && page <= FORM_MAX_PAGES)
        walk->held[page] = TRUE;
    if (position == 0)
        return;
    StoreCell *cell = &g_array_index(walk->cells, StoreCell, position - 1);
    cell->value = g_string_chunk_insert(walk->strings, store_column(row, 2));
    cell->state = g_string_chunk_insert_const(walk->strings, store_column(row, 3));
    cell->source = "machine";
    cell->confidence = sqlite3_column_double(row, 4);
}

/* A field of a page that is held, but that its reading does not have: not known, which is not the same as
 * blank. */
static void
finish_cells(Walk *walk, const Version *version)
{
    for (guint i = 0; i < version->asked->len; i++) {
        StoreCell *cell = &g_array_index(walk->cells, StoreCell, i);
        if (cell->source[0] != '\0' || !walk->held[g_array_index(version->asked, Asked, i).page])
            continue;
        cell->state = form_field_state_name(FORM_FIELD_UNSURE);
        cell->source = "machine";
    }
}

static gboolean
load_cells(Walk *walk, const Version *version, gint64 questionnaire, GError **error)
{
    g_autoptr(StoreQuery) query =
        store_query(walk->store,
                    "SELECT page.page, field.name, field.value, field.state, field.confidence"
                    " FROM page LEFT JOIN field ON field.page = page.id"
                    " WHERE page.questionnaire = :questionnaire AND page.state = 'held'",
                    error);
    gboolean row = query != NULL;

    store_bind_integer(query, ":questionnaire", questionnaire);
    while (row) {
        if (!store_step(walk->store, query, &row, error))
            return FALSE;
        if (row)
            take_field(walk, version, query);
    }
    finish_cells(walk, version);
    return query != NULL;
}

/* The values of the sample list, from the JSON array kept of them. FALSE without any. */
static gboolean
take_sample(Walk *walk, const char *text)
{
    json_t *cells = json_loads(text, 0, NULL), *cell;
    gsize index;

    g_ptr_array_set_size(walk->sample, 0);
    json_array_foreach(cells, index, cell)
    {
        const char *value = json_string_value(cell);
        g_ptr_array_add(walk->sample, g_string_chunk_insert(walk->strings, value == NULL ? "" : value));
    }
    g_ptr_array_add(walk->sample, NULL);
    json_decref(cells);
    return walk->sample->len > 1;
}

static gboolean
visit(Walk *walk, StoreQuery *row, StoreVisit each, gpointer data, GError **error)
{
    const Version *version = find_version(walk, sqlite3_column_int64(row, 2));
    StoreQuestionnaire questionnaire = {0};

    g_string_chunk_clear(walk->strings);
    questionnaire.serial = g_string_chunk_insert(walk->strings, store_column(row, 1));
    questionnaire.form = version->package;
    start_cells(walk, version, questionnaire.serial);
    if (!load_cells(walk, version, sqlite3_column_int64(row, 0), error))
        return FALSE;
    if (take_sample(walk, store_column(row, 3)))
        questionnaire.sample = (char *const *)walk->sample->pdata;
    questionnaire.cells = (const StoreCell *)(gpointer)walk->cells->data;
    questionnaire.n_cells = walk->cells->len;
    return each(&questionnaire, data, error);
}

/* A JSON array for json_each(): a list of any length as one parameter. */
static char *
versions_to_json(const Walk *walk)
{
    json_t *array = json_array();

    for (guint i = 0; i < walk->versions->len; i++)
        json_array_append_new(array,
                              json_integer(((const Version *)g_ptr_array_index(walk->versions, i))->id));
    char *text = json_dumps(array, JSON_COMPACT);
    json_decref(array);
    return text;
}

/* The ids of the named batches as a JSON array; STORE_ERROR_INPUT for a name that is none. */
static char *
batches_to_json(Store *store, const char *const *names, GError **error)
{
    g_autoptr(GString) text = g_string_new("[");
    gint64 id;

    for (guint i = 0; names[i] != NULL; i++) {
        if (!store_batch_find(store, names[i], &id, error))
            return NULL;
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT, i == 0 ? "" : ",", id);
    }
    g_string_append_c(text, ']');
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static gboolean
walk_all(Walk *walk, const char *batches, StoreVisit each, gpointer data, GError **error)
{
    char *versions = versions_to_json(walk);
    g_autoptr(StoreQuery) query = store_query(
        walk->store,
        "SELECT questionnaire.id, questionnaire.serial, questionnaire.form, sample.cells"
        " FROM questionnaire LEFT JOIN sample ON sample.serial = questionnaire.serial"
        " WHERE questionnaire.form IN (SELECT value FROM json_each(:versions))"
        " AND (:batches IS NULL OR EXISTS (SELECT 1 FROM page WHERE page.questionnaire = questionnaire.id"
        "  AND page.state = 'held' AND page.batch IN (SELECT value FROM json_each(:batches))))"
        " ORDER BY questionnaire.serial",
        error);
    gboolean row = query != NULL;

    store_bind_text(query, ":versions", versions);
    store_bind_text(query, ":batches", batches);
    free(versions);
    while (row) {
        if (!store_step(walk->store, query, &row, error) || (row && !visit(walk, query, each, data, error)))
            return FALSE;
    }
    return query != NULL;
}

gboolean
store_each_questionnaire(Store *store, const GPtrArray *forms, const char *const *batches, StoreVisit each,
                         gpointer data, GError **error)
{
    g_auto(StoreTransaction) transaction = {0};
    g_autofree char *batch_ids = NULL;
    g_auto(Walk) walk = {.store = store,
                         .versions = g_ptr_array_new_with_free_func(version_free),
                         .strings = g_string_chunk_new(4096),
                         .cells = g_array_new(FALSE, FALSE, sizeof(StoreCell)),
                         .sample = g_ptr_array_new()};

    if (!store_begin(store, STORE_READ, &transaction, error))
        return FALSE;
    for (guint i = 0; i < forms->len; i++) {
        if (!add_version(&walk, g_ptr_array_index(forms, i), error))
            return FALSE;
    }
    if (batches != NULL && (batch_ids = batches_to_json(store, batches, error)) == NULL)
        return FALSE;
    return walk_all(&walk, batch_ids, each, data, error);
}
