#include "scan-json-private.h"

#include <stdio.h>
#include <stdlib.h>

void
scan_json_print(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    puts(text);
    fflush(stdout);
    free(text);
    json_decref(object);
}

const char *
scan_outcome_name(const ScanSide *side)
{
    if (side->cause)
        return "lost";
    if (side->bare)
        return "bare";
    switch (side->result) {
    case STORE_PAGE_SAME_FILE:
    case STORE_PAGE_SAME_PAGE:
        return "same";
    case STORE_PAGE_DOUBLED:
        return "doubled";
    case STORE_PAGE_REFUSED:
        return "refused";
    case STORE_PAGE_NEW:
        break;
    }
    return "new";
}

static guint
count_doubts(const FormReading *reading)
{
    guint doubts = 0;
    for (guint i = 0; reading && i < reading->fields->len; i++) {
        const FormFieldReading *field = reading->fields->pdata[i];
        doubts += form_field_needs_person(field->state);
    }
    return doubts;
}

static const char *
first_flag(const FormReading *reading)
{
    return reading && reading->flags->len ? g_array_index(reading->flags, FormFlag, 0).code : NULL;
}

json_t *
scan_json_side(const ScanSide *side)
{
    const FormReading *reading = side->reading;
    const char *why = side->cause ? side->cause : reading && reading->refused ? first_flag(reading) : NULL;
    json_t *object = json_object();
    json_object_set_new(object, "event", json_string("side"));
    json_object_set_new(object, "sheet", json_integer(side->sheet));
    json_object_set_new(object, "side", json_string(store_side_name(side->side)));
    json_object_set_new(object, "outcome", json_string(scan_outcome_name(side)));
    json_object_set_new(object, "why", why ? json_string(why) : json_null());
    json_object_set_new(object, "serial",
                        reading && reading->serial ? json_string(reading->serial) : json_null());
    json_object_set_new(object, "page", json_integer(reading ? reading->page : 0));
    json_object_set_new(object, "doubts", json_integer(count_doubts(reading)));
    return object;
}

static json_t *
name_json(const StoreSheetName *name)
{
    if (!name->sheet)
        return json_null();
    json_t *object = json_object(), *pages = json_array();
    const int both[] = {name->front, name->back};
    for (guint i = 0; i < G_N_ELEMENTS(both); i++)
        if (both[i])
            json_array_append_new(pages, json_integer(both[i]));
    json_object_set_new(object, "sheet", json_integer(name->sheet));
    json_object_set_new(object, "position", json_integer(name->position));
    json_object_set_new(object, "serial", name->serial ? json_string(name->serial) : json_null());
    json_object_set_new(object, "pages", pages);
    return object;
}

static json_t *
broken_json(const GPtrArray *broken)
{
    static const char *const kinds[] = {[STORE_BROKEN_LOST] = "lost",
                                        [STORE_BROKEN_NO_BACK] = "no_back",
                                        [STORE_BROKEN_NO_FRONT] = "no_front",
                                        [STORE_BROKEN_MIXED] = "mixed"};
    json_t *list = json_array();
    for (guint i = 0; i < broken->len; i++) {
        const StoreBrokenSheet *sheet = broken->pdata[i];
        json_t *object = name_json(&sheet->name);
        json_object_set_new(object, "kind", json_string(kinds[sheet->kind]));
        json_object_set_new(object, "cause", sheet->cause ? json_string(sheet->cause) : json_null());
        json_object_set_new(object, "before", name_json(&sheet->before));
        json_object_set_new(object, "after", name_json(&sheet->after));
        json_object_set_new(object, "settled", json_boolean(sheet->settled));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *
missing_json(const GPtrArray *missing)
{
    json_t *object = json_object();
    for (guint i = 0; i < missing->len; i++) {
        const StoreMissing *one = missing->pdata[i];
        json_t *pages = json_array();
        for (guint k = 0; k < one->pages->len; k++)
            json_array_append_new(pages, json_integer(g_array_index(one->pages, int, k)));
        json_object_set_new(object, one->serial, pages);
    }
    return object;
}

json_t *
scan_json_ledger(const char *batch, const StoreLedger *ledger)
{
    const struct {
        const char *key;
        gint64 value;
    } numbers[] = {{"counted", ledger->counted},
                   {"fed", ledger->fed},
                   {"held", ledger->held},
                   {"repeated", ledger->repeated},
                   {"difference", ledger->difference},
                   {"unsettled", ledger->unsettled},
                   {"refused", ledger->refused},
                   {"doubled", ledger->doubled},
                   {"missing_total", ledger->missing_total},
                   {"unseen_total", ledger->unseen_total},
                   {"next_sheet", ledger->next_sheet}};
    json_t *object = json_object();
    json_object_set_new(object, "batch", json_string(batch));
    json_object_set_new(object, "scanner", ledger->scanner ? json_string(ledger->scanner) : json_null());
    json_object_set_new(object, "cause", ledger->cause ? json_string(ledger->cause) : json_null());
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        json_object_set_new(object, numbers[i].key, json_integer(numbers[i].value));
    json_object_set_new(object, "complete", json_boolean(store_ledger_complete(ledger)));
    json_object_set_new(object, "last", name_json(&ledger->last));
    json_object_set_new(object, "broken", broken_json(ledger->broken));
    json_object_set_new(object, "missing", missing_json(ledger->missing));
    json_t *unseen = json_array();
    for (guint i = 0; i < ledger->unseen->len; i++)
        json_array_append_new(unseen, json_string(ledger->unseen->pdata[i]));
    json_object_set_new(object, "unseen", unseen);
    return object;
}

json_t *
scan_json_end(const char *batch, const ScanResult *result, const StoreLedger *ledger)
{
    const struct {
        const char *key;
        gint64 value;
    } numbers[] = {{"first_sheet", result->first_sheet},
                   {"sheets", result->sheets},
                   {"pages", result->pages},
                   {"pages_same", result->same},
                   {"pages_refused", result->refused},
                   {"sides_lost", result->lost},
                   {"to_review", (gint64)result->to_review},
                   {"to_key", (gint64)result->to_key}};
    json_t *object = scan_json_ledger(batch, ledger), *run = json_object();
    json_object_set_new(object, "event", json_string("end"));
    json_object_set_new(object, "detail", result->detail ? json_string(result->detail) : json_null());
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        json_object_set_new(run, numbers[i].key, json_integer(numbers[i].value));
    json_object_set_new(object, "run", run);
    return object;
}
