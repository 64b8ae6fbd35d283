#include "form-reading.h"

#include <math.h>
#include <string.h>

static void
field_free(gpointer data)
{
    FormFieldReading *field = data;

    g_ptr_array_unref(field->reasons);
    g_array_unref(field->marks);
    g_free(field);
}

FormReading *
form_reading_new(const char *image, int index)
{
    FormReading *reading = g_new0(FormReading, 1);

    reading->strings = g_string_chunk_new(4096);
    reading->image = form_reading_string(reading, image);
    reading->index = index;
    reading->fields = g_ptr_array_new_with_free_func(field_free);
    reading->flags = g_array_new(FALSE, FALSE, sizeof(FormFlag));
    return reading;
}

void
form_reading_free(FormReading *reading)
{
    if (reading == NULL)
        return;
    g_ptr_array_unref(reading->fields);
    g_array_unref(reading->flags);
    g_string_chunk_free(reading->strings);
    g_free(reading);
}

const char *
form_reading_string(FormReading *reading, const char *text)
{
    g_autofree char *valid = text == NULL ? NULL : g_utf8_make_valid(text, -1);

    return text == NULL ? NULL : g_string_chunk_insert_const(reading->strings, valid);
}

FormFieldReading *
form_reading_add_field(FormReading *reading, const char *name)
{
    FormFieldReading *field = g_new0(FormFieldReading, 1);

    field->name = form_reading_string(reading, name);
    field->value = "";
    field->reasons = g_ptr_array_new();
    field->marks = g_array_new(FALSE, FALSE, sizeof(FormMarkReading));
    g_ptr_array_add(reading->fields, field);
    return field;
}

void
form_reading_add_flag(FormReading *reading, const char *code, const char *field, const char *detail)
{
    FormFlag flag = {
        .code = form_reading_string(reading, code),
        .field = form_reading_string(reading, field),
        .detail = form_reading_string(reading, detail),
    };

    g_array_append_val(reading->flags, flag);
}

gboolean
form_reading_has_flag(const FormReading *reading, const char *code)
{
    for (guint i = 0; i < reading->flags->len; i++) {
        if (strcmp(g_array_index(reading->flags, FormFlag, i).code, code) == 0)
            return TRUE;
    }
    return FALSE;
}

void
form_reading_refuse(FormReading *reading, const char *code, const char *detail)
{
    FormFlag flag = {.code = form_reading_string(reading, code),
                     .detail = form_reading_string(reading, detail)};

    reading->refused = TRUE;
    g_ptr_array_set_size(reading->fields, 0);
    g_array_prepend_val(reading->flags, flag);
}

gboolean
form_field_needs_person(FormFieldState state)
{
    return state == FORM_FIELD_MULTIPLE || state == FORM_FIELD_UNSURE || state == FORM_FIELD_TO_KEY;
}

const char *
form_mark_state_name(FormMarkState state)
{
    static const char *const names[] = {"empty", "marked", "cancelled", "unsure"};

    return names[state];
}

const char *
form_mark_kind_name(FormMarkKind kind)
{
    static const char *const names[] = {"nothing", "fill",   "tick",     "cross",  "stroke",
                                        "dot",     "circle", "scribble", "struck", "speck",
                                        "residue", "stray",  "stain",    "streak"};

    return names[kind];
}

const char *
form_field_state_name(FormFieldState state)
{
    static const char *const names[] = {"answered", "blank", "multiple", "unsure", "to_key"};

    return names[state];
}

/* JSON knows no infinity: what could not be computed is null. */
static json_t *
real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

/* Rounded for print: a reading's numbers carry no more than this. Adding 0 makes -0 plain. */
static json_t *
number(double value, double digits)
{
    return real(round(value * digits) / digits + 0.0);
}

/* 359.9996 rounds to a full turn, which is none. */
static json_t *
turn(double value_deg)
{
    return number(fmod(round(value_deg * 1e3) / 1e3, 360), 1e3);
}

static json_t *
mark_to_json(const FormMarkReading *mark)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:s, s:s}", "value", mark->value, "x_px",
                     number(mark->x_px, 10), "y_px", number(mark->y_px, 10), "ink", number(mark->ink, 1e4),
                     "probability", real(mark->probability), "state", form_mark_state_name(mark->state),
                     "kind", form_mark_kind_name(mark->kind));
}

static json_t *
field_to_json(const FormFieldReading *field)
{
    json_t *reasons = json_array(), *marks = json_array();

    for (guint i = 0; i < field->reasons->len; i++)
        json_array_append_new(reasons, json_string(g_ptr_array_index(field->reasons, i)));
    for (guint i = 0; i < field->marks->len; i++)
        json_array_append_new(marks, mark_to_json(&g_array_index(field->marks, FormMarkReading, i)));
    json_t *json = json_pack("{s:s, s:s?, s:s, s:s, s:o, s:o, s:o}", "name", field->name, "rule", field->rule,
                             "value", field->value, "state", form_field_state_name(field->state),
                             "confidence", real(field->confidence), "reasons", reasons, "marks", marks);
    if (field->suggestion != NULL)
        json_object_set_new(json, "suggestion",
                            json_pack("{s:s, s:o}", "text", field->suggestion, "confidence",
                                      number(field->suggestion_confidence, 1e3)));
    return json;
}

static json_t *
align_to_json(const FormReading *reading)
{
    if (!reading->aligned)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o}", "rotation_deg", turn(reading->rotation_deg), "dpi_x",
                     number(reading->dpi_x, 1e2), "dpi_y", number(reading->dpi_y, 1e2), "residual_mm",
                     number(reading->residual_mm, 1e4));
}

static json_t *
profile_to_json(const FormReading *reading)
{
    if (reading->profile == NULL)
        return json_null();
    return json_pack("{s:s, s:s?}", "name", reading->profile, "fingerprint", reading->fingerprint);
}

static json_t *
times_to_json(const FormTimes *time)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "decode", number(time->decode, 1e3), "identify",
                     number(time->identify, 1e3), "align", number(time->align, 1e3), "marks",
                     number(time->marks, 1e3), "text", number(time->text, 1e3), "total",
                     number(time->total, 1e3));
}

json_t *
form_reading_to_json(const FormReading *reading)
{
    json_t *fields = json_array(), *flags = json_array();

    for (guint i = 0; i < reading->fields->len; i++)
        json_array_append_new(fields, field_to_json(g_ptr_array_index(reading->fields, i)));
    for (guint i = 0; i < reading->flags->len; i++) {
        const FormFlag *flag = &g_array_index(reading->flags, FormFlag, i);
        json_array_append_new(flags, json_pack("{s:s, s:s?, s:s?}", "code", flag->code, "field", flag->field,
                                               "detail", flag->detail));
    }
    return json_pack("{s:s, s:i, s:o, s:s?, s:o, s:s?, s:o, s:o, s:o, s:o, s:o}", "image", reading->image,
                     "index", reading->index, "profile", profile_to_json(reading), "form", reading->form,
                     "version", reading->form == NULL ? json_null() : json_integer(reading->version),
                     "serial", reading->serial, "page",
                     reading->page == 0 ? json_null() : json_integer(reading->page), "align",
                     align_to_json(reading), "fields", fields, "flags", flags, "time_ms",
                     times_to_json(&reading->time_ms));
}
