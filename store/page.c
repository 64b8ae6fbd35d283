#include <glib/gi18n-lib.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "archive-private.h"
#include "form-sheet-id.h"

/* What a page is to the station: rows it belongs to, and what becomes of it. Ids are 0 where there is none.
 */
typedef struct {
    gint64 form;
    gint64 questionnaire;             /* 0: none yet */
    gint64 questionnaire_form;        /* the form (code and version) of the questionnaire's first page */
    char serial[FORM_SERIAL_MAX + 1]; /* the questionnaire's, made where the page bears none */
    StorePageResult result;
} Placing;

static gboolean
all_of(const char *text, const char *allowed, gsize min, gsize max)
{
    gsize length = text == NULL ? 0 : strlen(text);

    return length >= min && length <= max && strspn(text, allowed) == length;
}

/* What is wrong here is the caller's doing, but for the batch's name, which a person gives. */
static gboolean
check_image(const StoreImage *image, GError **error)
{
    gsize length = image->batch == NULL ? 0 : strlen(image->batch);

    if (!all_of(image->sha256, "0123456789abcdef", 64, 64) ||
        !all_of(image->ending, "abcdefghijklmnopqrstuvwxyz0123456789", 1, 5)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("an image needs its SHA-256 in hex and an ending"));
        return FALSE;
    }
    gboolean printable = length >= 1 && length <= 200 && g_utf8_validate(image->batch, -1, NULL);
    for (const char *at = image->batch; printable && *at != '\0'; at = g_utf8_next_char(at))
        printable = !g_unichar_iscntrl(g_utf8_get_char(at));
    if (!printable)
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("a batch needs a name of 1 to 200 bytes of UTF-8 on one line; name another"));
    return printable;
}

gboolean
store_has_page(Store *store, const char *sha256, int index, gboolean *held, GError **error)
{
    g_autoptr(StoreQuery) query = store_query(store,
                                              "SELECT page.id FROM image JOIN page ON page.image = image.id"
                                              " WHERE image.sha256 = :sha256 AND page.image_index = :index",
                                              error);

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":sha256", sha256);
    store_bind_integer(query, ":index", index);
    return store_step(store, query, held, error);
}

/* Who is it? The three below fill `placing` from the reading, and refuse the reading where the station cannot
 * take it. */

/* The form as read, with the page number checked against it. */
static gboolean
find_form(Store *store, FormReading *reading, Placing *placing, GError **error)
{
    gboolean row;
    g_autoptr(StoreQuery) query =
        store_query(store, "SELECT id, pages FROM form WHERE code = :code AND version = :version", error);

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":code", reading->form);
    store_bind_integer(query, ":version", reading->version);
    if (!store_step(store, query, &row, error))
        return FALSE;
    if (row)
        placing->form = sqlite3_column_int64(query, 0);
    if (reading->refused)
        return TRUE;

    g_autofree char *detail = NULL;
    if (!row)
        detail = g_strdup_printf(_("form %s version %d is not in the station"),
                                 reading->form == NULL ? "?" : reading->form, reading->version);
    else if (reading->page < 1 || reading->page > sqlite3_column_int(query, 1))
        detail = g_strdup_printf(_("form %s version %d has no page %d"), reading->form, reading->version,
                                 reading->page);
    if (detail != NULL)
        form_reading_refuse(reading, "wrong_form", detail);
    return TRUE;
}

static gboolean
check_sample(Store *store, FormReading *reading, GError **error)
{
    gboolean row;
    g_autoptr(StoreQuery) query = store_query(store,
                                              "SELECT EXISTS (SELECT 1 FROM sample),"
                                              " EXISTS (SELECT 1 FROM sample WHERE serial = :serial)",
                                              error);

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":serial", reading->serial);
    if (!store_step(store, query, &row, error))
        return FALSE;
    if (sqlite3_column_int(query, 0) == 0 || sqlite3_column_int(query, 1) != 0)
        return TRUE;
    g_autofree char *detail =
        reading->serial == NULL ? g_strdup(_("the page bears no serial, and there is a sample list"))
                                : g_strdup_printf(_("serial %s is not in the sample list"), reading->serial);
    form_reading_refuse(reading, "unknown_serial", detail);
    return TRUE;
}

/* The questionnaire that the page belongs to, if it is there already. A serial belongs to one form. */
static gboolean
find_questionnaire(Store *store, FormReading *reading, Placing *placing, GError **error)
{
    gboolean row;
    g_autoptr(StoreQuery) query =
        store_query(store,
                    "SELECT questionnaire.id, form.id, form.code FROM questionnaire"
                    " JOIN form ON form.id = questionnaire.form WHERE serial = :serial",
                    error);

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":serial", placing->serial);
    if (!store_step(store, query, &row, error))
        return FALSE;
    if (!row)
        return TRUE;
    placing->questionnaire = sqlite3_column_int64(query, 0);
    placing->questionnaire_form = sqlite3_column_int64(query, 1);
    if (strcmp(store_column(query, 2), reading->form) != 0) {
        g_autofree char *detail = g_strdup_printf(_("serial %s is held as a questionnaire of form %s"),
                                                  placing->serial, store_column(query, 2));
        form_reading_refuse(reading, "wrong_form", detail);
    }
    return TRUE;
}

/* A form printed without serials has no questionnaires to tell apart: each of its pages becomes one of its
 * own, under a serial made from the image, so that it still counts once. 60 bits of the SHA-256 and the page
 * of the file. */
static void
choose_serial(const StoreImage *image, const FormReading *reading, Placing *placing)
{
    g_autofree char *upper = g_ascii_strup(image->sha256, 15);

    if (reading->serial != NULL)
        g_strlcpy(placing->serial, reading->serial, sizeof placing->serial);
    else
        g_snprintf(placing->serial, sizeof placing->serial, "%s-%d", upper, reading->index);
}

static gboolean
identify(Store *store, const StoreImage *image, FormReading *reading, Placing *placing, GError **error)
{
    if (!find_form(store, reading, placing, error))
        return FALSE;
    if (!reading->refused && reading->serial != NULL && !form_serial_is_valid(reading->serial))
        form_reading_refuse(reading, "unknown_serial", _("the serial has characters that no serial has"));
    if (!reading->refused && !check_sample(store, reading, error))
        return FALSE;
    if (reading->refused)
        return TRUE;
    choose_serial(image, reading, placing);
    return find_questionnaire(store, reading, placing, error);
}

/* Is it held? */

static gboolean
state_is_certain(const char *state)
{
    static const FormFieldState certain[] = {FORM_FIELD_ANSWERED, FORM_FIELD_BLANK, FORM_FIELD_MULTIPLE};

    for (guint i = 0; i < G_N_ELEMENTS(certain); i++) {
        if (strcmp(state, form_field_state_name(certain[i])) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Whether a stored page and the reading agree: no field is certain in both and differs. What either doubts
 * agrees with anything, because a second scan of one sheet tips doubtful marks this way or that. */
static gboolean
says_the_same(Store *store, gint64 page, const FormReading *reading, gboolean *same, GError **error)
{
    g_autoptr(GHashTable) fields = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(StoreQuery) query =
        store_query(store, "SELECT name, state, value FROM field WHERE page = :page", error);
    gboolean row = TRUE;

    if (query == NULL)
        return FALSE;
    for (guint i = 0; i < reading->fields->len; i++) {
        FormFieldReading *field = g_ptr_array_index(reading->fields, i);
        g_hash_table_insert(fields, (gpointer)field->name, field);
    }
    *same = TRUE;
    store_bind_integer(query, ":page", page);
    while (*same && row) {
        if (!store_step(store, query, &row, error))
            return FALSE;
        const FormFieldReading *field = row ? g_hash_table_lookup(fields, store_column(query, 0)) : NULL;
        const char *state = field == NULL ? "" : form_field_state_name(field->state);
        if (state_is_certain(state) && state_is_certain(store_column(query, 1)))
            *same = strcmp(state, store_column(query, 1)) == 0 &&
                    strcmp(field->value, store_column(query, 2)) == 0;
    }
    return TRUE;
}

/* Compares the reading with every page stored for this place of the questionnaire. */
static gboolean
compare(Store *store, FormReading *reading, Placing *placing, GError **error)
{
    g_autoptr(StoreQuery) query = store_query(
        store, "SELECT id, form FROM page WHERE questionnaire = :questionnaire AND page = :page ORDER BY id",
        error);
    gboolean row, same = FALSE, any = FALSE;

    if (query == NULL)
        return FALSE;
    store_bind_integer(query, ":questionnaire", placing->questionnaire);
    store_bind_integer(query, ":page", reading->page);
    while (!same) {
        if (!store_step(store, query, &row, error))
            return FALSE;
        if (!row)
            break;
        any = TRUE;
        if (sqlite3_column_int64(query, 1) == placing->form &&
            !says_the_same(store, sqlite3_column_int64(query, 0), reading, &same, error))
            return FALSE;
    }
    if (same)
        placing->result = STORE_PAGE_SAME_PAGE;
    else if (any || placing->form != placing->questionnaire_form)
        placing->result = STORE_PAGE_DOUBLED;
    return TRUE;
}

/* What becomes of the page; nothing is written yet. */
static gboolean
decide(Store *store, const StoreImage *image, FormReading *reading, Placing *placing, GError **error)
{
    gboolean held = FALSE;

    placing->result = STORE_PAGE_NEW;
    if (!store_has_page(store, image->sha256, reading->index, &held, error))
        return FALSE;
    if (held) {
        placing->result = STORE_PAGE_SAME_FILE;
        return TRUE;
    }
    if (!identify(store, image, reading, placing, error))
        return FALSE;
    if (reading->refused)
        placing->result = STORE_PAGE_REFUSED;
    else if (placing->questionnaire != 0)
        return compare(store, reading, placing, error);
    return TRUE;
}

/* Writing. */

static gboolean
find_or_insert_batch(Store *store, const char *name, gint64 *id, GError **error)
{
    g_autofree char *now = store_now();
    g_autoptr(StoreQuery) find = store_query(store, "SELECT id FROM batch WHERE name = :name", error);
    g_autoptr(StoreQuery) insert =
        store_query(store, "INSERT INTO batch (name, created) VALUES (:name, :created)", error);
    gboolean row;

    if (find == NULL || insert == NULL)
        return FALSE;
    store_bind_text(find, ":name", name);
    if (!store_step(store, find, &row, error))
        return FALSE;
    if (row) {
        *id = sqlite3_column_int64(find, 0);
        return TRUE;
    }
    store_bind_text(insert, ":name", name);
    store_bind_text(insert, ":created", now);
    gboolean inserted = store_run(store, insert, error);
    *id = sqlite3_last_insert_rowid(store->db);
    return inserted;
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
insert_questionnaire(Store *store, Placing *placing, GError **error)
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
bind_placing(StoreQuery *query, const FormReading *reading, const Placing *placing)
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

static gboolean
insert_page(Store *store, const StoreImage *image, const FormReading *reading, const Placing *placing,
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
        !find_or_insert_batch(store, image->batch, &batch_id, error))
        return FALSE;
    store_bind_integer(query, ":image", image_id);
    store_bind_integer(query, ":image_index", reading->index);
    store_bind_integer(query, ":batch", batch_id);
    bind_placing(query, reading, placing);
    bind_alignment(query, reading);
    store_bind_text(query, ":source", image->source == NULL ? "" : image->source);
    store_bind_text(query, ":profile", reading->profile == NULL ? "" : reading->profile);
    store_bind_text(query, ":profile_fingerprint", reading->fingerprint);
    store_bind_text(query, ":scanner", image->scanner);
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
insert(Store *store, const StoreImage *image, FormReading *reading, Placing *placing, GError **error)
{
    gint64 page;

    if (placing->result == STORE_PAGE_DOUBLED)
        form_reading_add_flag(reading, "duplicate", NULL,
                              placing->form == placing->questionnaire_form
                                  ? _("this page is held already and says something else")
                                  : _("this serial is held already in another version of the form"));
    if (placing->result == STORE_PAGE_NEW && placing->questionnaire == 0 &&
        !insert_questionnaire(store, placing, error))
        return FALSE;
    return insert_page(store, image, reading, placing, &page, error) &&
           insert_fields(store, reading, page, error) && insert_flags(store, reading, page, error);
}

gboolean
store_put_page(Store *store, const StoreImage *image, FormReading *reading, StorePageResult *result,
               GError **error)
{
    g_auto(StoreAside) aside = {0};
    g_auto(StoreTransaction) transaction = {0};
    Placing placing = {0};
    gboolean held = FALSE;

    if (!check_image(image, error) || !store_has_page(store, image->sha256, reading->index, &held, error))
        return FALSE;
    if (held) {
        if (result != NULL)
            *result = STORE_PAGE_SAME_FILE;
        return TRUE;
    }
    /* The slow part, the image's own sync, comes before the lock that all writers share. */
    if (!store_aside_write(store, image, &aside, error))
        return FALSE;
    if (!store_begin(store, STORE_WRITE, &transaction, error) ||
        !decide(store, image, reading, &placing, error))
        return FALSE;
    if (result != NULL)
        *result = placing.result;
    if (placing.result == STORE_PAGE_SAME_FILE || placing.result == STORE_PAGE_SAME_PAGE)
        return TRUE;
    return store_aside_place(&aside, error) && insert(store, image, reading, &placing, error) &&
           store_commit(&transaction, error);
}
