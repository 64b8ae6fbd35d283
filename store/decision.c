/* What people decide. */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "database-private.h"
#include "text-private.h"

#define MAX_PERSON 100
#define MAX_REASON 1000
#define MAX_VALUE  10000

static gboolean
check(const StoreDecision *decision, GError **error)
{
    gboolean answered = decision->state == FORM_FIELD_ANSWERED;
    const char *what = NULL;

    if (!store_text_is_line(decision->person, 1, MAX_PERSON))
        what = _("a decision needs the name of who makes it, 1 to 100 characters on one line");
    else if (!store_text_is_line(decision->reason, 0, MAX_REASON))
        what = _("the reason of a decision is at most 1000 characters on one line");
    else if (!answered && decision->state != FORM_FIELD_BLANK && decision->state != FORM_FIELD_MULTIPLE)
        what = _("a decision says answered, blank or multiple");
    else if (decision->value == NULL || !g_utf8_validate(decision->value, -1, NULL) ||
             strlen(decision->value) > MAX_VALUE || (decision->value[0] != '\0') != answered)
        what = _("a decision has a value where it says answered, and none where it says blank or multiple");
    if (what != NULL)
        g_set_error_literal(error, STORE_ERROR, STORE_ERROR_INPUT, what);
    return what == NULL;
}

/* The page whose field is decided. */
static gboolean
find_page(Store *store, const StoreDecision *decision, gint64 *page, GError **error)
{
    gboolean row = FALSE;
    g_autoptr(StoreQuery) query =
        store_query(store,
                    "SELECT page.id FROM image JOIN page ON page.image = image.id"
                    " JOIN field ON field.page = page.id"
                    " WHERE image.sha256 = :sha256 AND page.image_index = :index AND field.name = :field",
                    error);

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":sha256", decision->sha256);
    store_bind_integer(query, ":index", decision->index);
    store_bind_text(query, ":field", decision->field);
    if (!store_step(store, query, &row, error))
        return FALSE;
    if (!row) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_INPUT,
                    _("page %d of image %s has no field '%s' to decide about"), decision->index,
                    decision->sha256, decision->field);
        return FALSE;
    }
    *page = sqlite3_column_int64(query, 0);
    return TRUE;
}

gboolean
store_decision_add(Store *store, const StoreDecision *decision, GError **error)
{
    g_auto(StoreTransaction) transaction = {0};
    g_autofree char *now = store_now();
    gint64 page = 0;
    g_autoptr(StoreQuery) query =
        store_query(store,
                    "INSERT INTO decision (page, field, state, value, person, reason, made)"
                    " VALUES (:page, :field, :state, :value, :person, :reason, :made)",
                    error);

    if (query == NULL || !check(decision, error) || !store_begin(store, STORE_WRITE, &transaction, error) ||
        !find_page(store, decision, &page, error))
        return FALSE;
    store_bind_integer(query, ":page", page);
    store_bind_text(query, ":field", decision->field);
    store_bind_text(query, ":state", form_field_state_name(decision->state));
    store_bind_text(query, ":value", decision->value);
    store_bind_text(query, ":person", decision->person);
    store_bind_text(query, ":reason", decision->reason);
    store_bind_text(query, ":made", now);
    return store_run(store, query, error) && store_commit(&transaction, error);
}

static FormFieldState
state_of(const char *name)
{
    static const FormFieldState states[] = {FORM_FIELD_ANSWERED, FORM_FIELD_BLANK, FORM_FIELD_MULTIPLE};

    for (guint i = 0; i < G_N_ELEMENTS(states); i++) {
        if (g_str_equal(name, form_field_state_name(states[i])))
            return states[i];
    }
    return FORM_FIELD_UNSURE; /* the table's own check keeps it from being there */
}

/* The row at hand; its texts live until the next step. */
static StoreDecision
read_row(StoreQuery *query)
{
    const char *scanner = store_column(query, 10);

    return (StoreDecision){.sha256 = store_column(query, 0),
                           .ending = store_column(query, 1),
                           .index = sqlite3_column_int(query, 2),
                           .page = sqlite3_column_int(query, 3),
                           .serial = store_column(query, 4),
                           .field = store_column(query, 5),
                           .state = state_of(store_column(query, 6)),
                           .value = store_column(query, 7),
                           .person = store_column(query, 8),
                           .reason = store_column(query, 9),
                           .scanner = scanner[0] != '\0' ? scanner : NULL,
                           .made = store_column(query, 11)};
}

gboolean
store_decisions_each(Store *store, const char *scanner, StoreDecisionVisit each, gpointer data,
                     GError **error)
{
    gboolean row;
    g_autoptr(StoreQuery) query = store_query(
        store,
        "SELECT image.sha256, image.ending, page.image_index, page.page, questionnaire.serial,"
        " decision.field, decision.state, decision.value, decision.person, decision.reason, page.scanner,"
        " decision.made"
        " FROM decision JOIN page ON page.id = decision.page JOIN image ON image.id = page.image"
        " JOIN questionnaire ON questionnaire.id = page.questionnaire"
        " JOIN field ON field.page = decision.page AND field.name = decision.field"
        " WHERE (:scanner IS NULL OR page.scanner = :scanner) AND decision.id ="
        "  (SELECT max(id) FROM decision AS later"
        "   WHERE later.page = decision.page AND later.field = decision.field)"
        " ORDER BY page.id, field.position",
        error);

    if (query == NULL)
        return FALSE;
    store_bind_text(query, ":scanner", scanner);
    for (;;) {
        if (!store_step(store, query, &row, error))
            return FALSE;
        if (!row)
            return TRUE;
        StoreDecision decision = read_row(query);
        if (!each(&decision, data, error))
            return FALSE;
    }
}
