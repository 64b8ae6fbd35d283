/* Pages on their way into the station. */
#include <glib/gi18n-lib.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "batch-private.h"
#include "page-private.h"

static gboolean
all_of(const char *text, const char *allowed, gsize min, gsize max)
{
    gsize length = text == NULL ? 0 : strlen(text);

    return length >= min && length <= max && strspn(text, allowed) == length;
}

/* What is wrong here is the caller's doing. */
static gboolean
check_image(const StoreImage *image, GError **error)
{
    gboolean sound = all_of(image->sha256, "0123456789abcdef", 64, 64) &&
                     all_of(image->ending, "abcdefghijklmnopqrstuvwxyz0123456789", 1, 5);

    if (!sound)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("an image needs its SHA-256 in hex and an ending"));
    return sound;
}

gboolean
store_has_page(Store *store, const char *sha256, int index, gboolean *held, GError **error)
{
    gint64 page;

    if (!store_page_find(store, sha256, index, &page, error))
        return FALSE;
    *held = page != 0;
    return TRUE;
}

static gboolean
find_or_insert_image(Store *store, const StoreImage *image, gint64 *id, GError **error)
{
    g_autoptr(StoreQuery) find = store_query(store, "SELECT id FROM image WHERE sha256 = :sha256", error);
    g_autoptr(StoreQuery) insert = store_query(
        store, "INSERT INTO image (sha256, ending, bytes) VALUES (:sha256, :ending, :bytes)", error);
    gboolean row;

    if (find == NULL || insert == NULL)
        return FALSE;
    store_bind_text(find, ":sha256", image->sha256);
    if (!store_step(store, find, &row, error))
        return FALSE;
    if (row) {
        *id = sqlite3_column_int64(find, 0);
        return TRUE;
    }
    store_bind_text(insert, ":sha256", image->sha256);
    store_bind_text(insert, ":ending", image->ending);
    store_bind_integer(insert, ":bytes", (gint64)g_bytes_get_size(image->bytes));
    gboolean inserted = store_run(store, insert, error);
    *id = sqlite3_last_insert_rowid(store->db);
    return inserted;
}

static gboolean
insert_questionnaire(Store *store, StorePlacing *placing, GError **error)
{
    g_autoptr(StoreQuery) query =
        store_query(store, "INSERT INTO questionnaire (serial, form) VALUES (:serial, :form)", error);

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":serial", placing->serial);
    store_bind_integer(query, ":form", placing->form);
    gboolean inserted = store_run(store, query, error);
    placing->questionnaire = sqlite3_last_insert_rowid(store->db);
    return inserted;
}

static void
bind_alignment(StoreQuery *query, const FormReading *reading)
{
    if (!reading->aligned)
        return;
    store_bind_real(query, ":rotation_deg", reading->rotation_deg);
    store_bind_real(query, ":dpi_x", reading->dpi_x);
    store_bind_real(query, ":dpi_y", reading->dpi_y);
    store_bind_real(query, ":residual_mm", reading->residual_mm);
}

static void
bind_placing(StoreQuery *query, const FormReading *reading, const StorePlacing *placing)
{
    const char *state = placing->result == STORE_PAGE_REFUSED   ? "refused"
                        : placing->result == STORE_PAGE_DOUBLED ? "doubled"
                                                                : "held";

    store_bind_text(query, ":state", state);
    if (placing->result != STORE_PAGE_REFUSED)
        store_bind_integer(query, ":questionnaire", placing->questionnaire);
    if (placing->form != 0)
        store_bind_integer(query, ":form", placing->form);
    store_bind_text(query, ":serial", reading->serial);
    if (reading->page > 0)
        store_bind_integer(query, ":page", reading->page);
    store_bind_integer(query, ":fields", reading->fields->len);
}

/* A device's name may be a whole path. */
static void
bind_scanner(StoreQuery *query, const char *scanner)
{
    enum { MAX_SCANNER = 100 };

    if (scanner == NULL || scanner[0] == '\0')
        return;
    g_autofree char *valid = g_utf8_make_valid(scanner, -1);
    g_autofree char *text = g_utf8_substring(valid, 0, MIN(g_utf8_strlen(valid, -1), MAX_SCANNER));
    store_bind_text(query, ":scanner", text);
}

static gboolean
insert_page(Store *store, const StoreImage *image, const FormReading *reading, const StorePlacing *placing,
            gint64 *page, GError **error)
{
    gint64 image_id, batch_id;
    g_autofree char *now = store_now();
    g_autoptr(StoreQuery) query = store_query(
        store,
        "INSERT INTO page (image, image_index, batch, state, questionnaire, form, serial, page, fields,"
        " rotation_deg, dpi_x, dpi_y, residual_mm, source, profile, profile_fingerprint, scanner, stored)"
        " VALUES (:image, :image_index, :batch, :state, :questionnaire, :form, :serial, :page, :fields,"
        " :rotation_deg, :dpi_x, :dpi_y, :residual_mm, :source, :profile, :profile_fingerprint, :scanner,"
        " :stored)",
        error);

    if (query == NULL || !find_or_insert_image(store, image, &image_id, error) ||
        !store_batch_make(store, image->batch, &batch_id, error))
        return FALSE;
    store_bind_integer(query, ":image", image_id);
    store_bind_integer(query, ":image_index", reading->index);
    store_bind_integer(query, ":batch", batch_id);
    bind_placing(query, reading, placing);
    bind_alignment(query, reading);
    store_bind_text(query, ":source", image->source == NULL ? "" : image->source);
    store_bind_text(query, ":profile", reading->profile == NULL ? "" : reading->profile);
    store_bind_text(query, ":profile_fingerprint", reading->fingerprint);
    bind_scanner(query, image->scanner);
    store_bind_text(query, ":stored", now);
    gboolean inserted = store_run(store, query, error);
    *page = sqlite3_last_insert_rowid(store->db);
    return inserted;
}

/* `json` is the field as `phieu read` prints it: its reasons and marks are kept in those very words. */
static gboolean
insert_field(Store *store, StoreQuery *query, const FormFieldReading *field, json_t *json, GError **error)
{
    char *reasons = json_dumps(json_object_get(json, "reasons"), JSON_COMPACT);
    char *marks = json_dumps(json_object_get(json, "marks"), JSON_COMPACT | JSON_REAL_PRECISION(6));
    char *suggestion = json_dumps(json_object_get(json, "suggestion"), JSON_COMPACT | JSON_REAL_PRECISION(6));

    store_bind_text(query, ":name", field->name);
    store_bind_text(query, ":rule", field->rule);
    store_bind_text(query, ":value", field->value);
    store_bind_text(query, ":state", form_field_state_name(field->state));
    store_bind_real(query, ":confidence", isnan(field->confidence) ? 0 : CLAMP(field->confidence, 0, 1));
    store_bind_text(query, ":reasons", reasons);
    store_bind_text(query, ":marks", marks);
    store_bind_text(query, ":suggestion", suggestion);
    free(suggestion);
    free(reasons);
    free(marks);
    return store_run(store, query, error);
}

static gboolean
insert_fields(Store *store, const FormReading *reading, gint64 page, GError **error)
{
    g_autoptr(StoreQuery) query =
        store_query(store,
                    "INSERT INTO field (page, position, name, rule, value, state, confidence, reasons, marks,"
                    " suggestion)"
                    " VALUES (:page, :position, :name, :rule, :value, :state, :confidence, :reasons, :marks,"
                    " :suggestion)",
                    error);
    json_t *json = form_reading_to_json(reading), *fields = json_object_get(json, "fields");
    gboolean done = query != NULL;

    for (guint i = 0; done && i < reading->fields->len; i++) {
        store_bind_integer(query, ":page", page);
        store_bind_integer(query, ":position", i);
        done = insert_field(store, query, g_ptr_array_index(reading->fields, i), json_array_get(fields, i),
                            error);
    }
    json_decref(json);
    return done;
}

static gboolean
insert_flags(Store *store, const FormReading *reading, gint64 page, GError **error)
{
    g_autoptr(StoreQuery) query = store_query(store,
                                              "INSERT INTO flag (page, position, code, field, detail)"
                                              " VALUES (:page, :position, :code, :field, :detail)",
                                              error);

    for (guint i = 0; query != NULL && i < reading->flags->len; i++) {
        const FormFlag *flag = &g_array_index(reading->flags, FormFlag, i);
        store_bind_integer(query, ":page", page);
        store_bind_integer(query, ":position", i);
        store_bind_text(query, ":code", flag->code);
        store_bind_text(query, ":field", flag->field);
        store_bind_text(query, ":detail", flag->detail);
        if (!store_run(store, query, error))
            return FALSE;
    }
    return query != NULL;
}

static gboolean
insert(Store *store, const StoreImage *image, FormReading *reading, StorePlacing *placing, GError **error)
{
    if (placing->result == STORE_PAGE_DOUBLED)
        form_reading_add_flag(reading, "duplicate", NULL,
                              placing->form == placing->questionnaire_form
                                  ? _("this page is held already and says something else")
                                  : _("this serial is held already in another version of the form"));
    if (placing->result == STORE_PAGE_NEW && placing->questionnaire == 0 &&
        !insert_questionnaire(store, placing, error))
        return FALSE;
    return insert_page(store, image, reading, placing, &placing->page, error) &&
           insert_fields(store, reading, placing->page, error) &&
           insert_flags(store, reading, placing->page, error);
}

gboolean
store_page_prepare(Store *store, const StoreImage *image, const FormReading *reading, StoreAside *aside,
                   GError **error)
{
    gint64 page;

    if (!check_image(image, error) || !store_page_find(store, image->sha256, reading->index, &page, error))
        return FALSE;
    return page != 0 || store_aside_write(store, image, aside, error);
}

gboolean
store_page_put(Store *store, const StoreImage *image, FormReading *reading, StoreAside *aside,
               StorePlacing *placing, GError **error)
{
    if (!store_page_place(store, image, reading, placing, error))
        return FALSE;
    if (placing->result == STORE_PAGE_SAME_FILE || placing->result == STORE_PAGE_SAME_PAGE)
        return TRUE;
    return store_aside_place(aside, error) && insert(store, image, reading, placing, error);
}

gboolean
store_put_page(Store *store, const StoreImage *image, FormReading *reading, StorePageResult *result,
               GError **error)
{
    g_auto(StoreAside) aside = {0};
    g_auto(StoreTransaction) transaction = {0};
    StorePlacing placing = {.result = STORE_PAGE_SAME_FILE};

    if (!store_batch_check_name(image->batch, error) ||
        !store_page_prepare(store, image, reading, &aside, error))
        return FALSE;
    if (aside.path != NULL && (!store_begin(store, STORE_WRITE, &transaction, error) ||
                               !store_page_put(store, image, reading, &aside, &placing, error) ||
                               !store_commit(&transaction, error)))
        return FALSE;
    if (result != NULL)
        *result = placing.result;
    return TRUE;
}
