/* What a page is to the station, and what becomes of it. */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "page-private.h"

gboolean
store_page_find(Store *store, const char *sha256, int index, gint64 *page, GError **error)
{
    g_autoptr(StoreQuery) query = store_query(store,
                                              "SELECT page.id FROM image JOIN page ON page.image = image.id"
                                              " WHERE image.sha256 = :sha256 AND page.image_index = :index",
                                              error);
    gboolean row;

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":sha256", sha256);
    store_bind_integer(query, ":index", index);
    if (!store_step(store, query, &row, error))
        return FALSE;
    *page = row ? sqlite3_column_int64(query, 0) : 0;
    return TRUE;
}

/* Who is it? The three below fill `placing` from the reading, and refuse the reading where the station cannot
 * take it. */

/* The form as read, with the page number checked against it. */
static gboolean
find_form(Store *store, FormReading *reading, StorePlacing *placing, GError **error)
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
find_questionnaire(Store *store, FormReading *reading, StorePlacing *placing, GError **error)
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
choose_serial(const StoreImage *image, const FormReading *reading, StorePlacing *placing)
{
    g_autofree char *upper = g_ascii_strup(image->sha256, 15);

    if (reading->serial != NULL)
        g_strlcpy(placing->serial, reading->serial, sizeof placing->serial);
    else
        g_snprintf(placing->serial, sizeof placing->serial, "%s-%d", upper, reading->index);
}

static gboolean
identify(Store *store, const StoreImage *image, FormReading *reading, StorePlacing *placing, GError **error)
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
compare(Store *store, FormReading *reading, StorePlacing *placing, GError **error)
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
        placing->page = sqlite3_column_int64(query, 0);
        if (sqlite3_column_int64(query, 1) == placing->form &&
            !says_the_same(store, placing->page, reading, &same, error))
            return FALSE;
    }
    if (same)
        placing->result = STORE_PAGE_SAME_PAGE;
    else if (any || placing->form != placing->questionnaire_form)
        placing->result = STORE_PAGE_DOUBLED;
    return TRUE;
}

gboolean
store_page_place(Store *store, const StoreImage *image, FormReading *reading, StorePlacing *placing,
                 GError **error)
{
    placing->result = STORE_PAGE_NEW;
    if (!store_page_find(store, image->sha256, reading->index, &placing->page, error))
        return FALSE;
    if (placing->page != 0) {
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
