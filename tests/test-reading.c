#include "form-reading.h"

#include <math.h>
#include <string.h>

static FormReading *
make_reading(void)
{
    FormReading *reading = form_reading_new("a.jpg", 3);

    reading->form = form_reading_string(reading, "SIPAS26");
    reading->version = 3;
    reading->serial = form_reading_string(reading, "0100423");
    reading->page = 2;
    reading->aligned = TRUE;
    reading->rotation_deg = 180.40049;
    reading->dpi_x = 300.126;
    reading->dpi_y = 299.2;
    reading->residual_mm = 0.081234;
    reading->time_ms = (FormTimes){21.30049, 2, 3.1, 1.2, 0, 27.9};

    FormFieldReading *field = form_reading_add_field(reading, "q9_1");
    FormMarkReading mark = {.value = "4",
                            .x_px = 812.44,
                            .y_px = 560,
                            .ink = 0.012345,
                            .probability = 1e-7,
                            .state = FORM_MARK_EMPTY};
    field->value = form_reading_string(reading, "4");
    field->state = FORM_FIELD_ANSWERED;
    field->confidence = 0.999998;
    g_array_append_val(field->marks, mark);

    field = form_reading_add_field(reading, "q9_4");
    field->state = FORM_FIELD_UNSURE;
    g_ptr_array_add(field->reasons, (gpointer)form_reading_string(reading, "unsure_mark"));
    form_reading_add_flag(reading, "unsure_mark", "q9_4", "look here");
    return reading;
}

/* The object has these keys, no other, in this order. */
static void
assert_keys(json_t *object, const char *keys)
{
    g_autoptr(GString) found = g_string_new(NULL);
    const char *key;
    json_t *value;

    g_assert_true(json_is_object(object));
    json_object_foreach(object, key, value)
        g_string_append_printf(found, "%s%s", found->len > 0 ? " " : "", key);
    g_assert_cmpstr(found->str, ==, keys);
}

static json_t *
at(json_t *object, const char *key, gsize index)
{
    return json_array_get(json_object_get(object, key), index);
}

static double
real_at(json_t *object, const char *key)
{
    g_assert_true(json_is_real(json_object_get(object, key)));
    return json_real_value(json_object_get(object, key));
}

#define TOP_KEYS "image index profile form version serial page align fields flags time_ms"

static void
test_keys_of_a_read_page(void)
{
    g_autoptr(FormReading) reading = make_reading();
    json_t *json = form_reading_to_json(reading);

    assert_keys(json, TOP_KEYS);
    assert_keys(json_object_get(json, "align"), "rotation_deg dpi_x dpi_y residual_mm");
    assert_keys(json_object_get(json, "time_ms"), "decode identify align marks text total");
    g_assert_cmpuint(json_array_size(json_object_get(json, "fields")), ==, 2);
    json_t *field = at(json, "fields", 0), *mark = at(field, "marks", 0);
    assert_keys(field, "name rule value state confidence reasons marks");
    assert_keys(mark, "value x_px y_px ink probability state kind");
    assert_keys(at(json, "flags", 0), "code field detail");
    g_assert_cmpstr(json_string_value(json_object_get(json, "image")), ==, "a.jpg");
    g_assert_cmpint(json_integer_value(json_object_get(json, "index")), ==, 3);
    g_assert_cmpstr(json_string_value(json_object_get(json, "form")), ==, "SIPAS26");
    g_assert_cmpint(json_integer_value(json_object_get(json, "version")), ==, 3);
    g_assert_cmpstr(json_string_value(json_object_get(json, "serial")), ==, "0100423");
    g_assert_cmpint(json_integer_value(json_object_get(json, "page")), ==, 2);
    g_assert_cmpstr(json_string_value(json_object_get(field, "value")), ==, "4");
    g_assert_cmpstr(json_string_value(json_object_get(field, "state")), ==, "answered");
    g_assert_cmpstr(json_string_value(json_object_get(mark, "state")), ==, "empty");
    g_assert_cmpstr(json_string_value(at(at(json, "fields", 1), "reasons", 0)), ==, "unsure_mark");
    g_assert_cmpuint(json_array_size(json_object_get(field, "reasons")), ==, 0);
    json_decref(json);
}

/* Only where there is one; it leaves the value alone. */
static void
test_suggestion(void)
{
    g_autoptr(FormReading) reading = form_reading_new("a.jpg", 0);
    FormFieldReading *field = form_reading_add_field(reading, "phone");

    field->state = FORM_FIELD_TO_KEY;
    field->suggestion = form_reading_string(reading, "0912");
    field->suggestion_confidence = 0.6543;
    json_t *json = form_reading_to_json(reading), *read = at(json, "fields", 0);
    json_t *suggestion = json_object_get(read, "suggestion");
    assert_keys(suggestion, "text confidence");
    g_assert_cmpstr(json_string_value(json_object_get(suggestion, "text")), ==, "0912");
    g_assert_cmpfloat(json_real_value(json_object_get(suggestion, "confidence")), ==, 0.654);
    g_assert_cmpstr(json_string_value(json_object_get(read, "value")), ==, "");
    json_decref(json);
}

static void
test_numbers_are_rounded(void)
{
    g_autoptr(FormReading) reading = make_reading();
    json_t *json = form_reading_to_json(reading);
    json_t *align = json_object_get(json, "align"), *field = at(json, "fields", 0),
           *mark = at(field, "marks", 0);

    g_assert_cmpfloat(real_at(align, "rotation_deg"), ==, 180.4);
    g_assert_cmpfloat(real_at(align, "dpi_x"), ==, 300.13);
    g_assert_cmpfloat(real_at(align, "residual_mm"), ==, 0.0812);
    g_assert_cmpfloat(real_at(mark, "x_px"), ==, 812.4);
    g_assert_cmpfloat(real_at(mark, "ink"), ==, 0.0123);
    g_assert_cmpfloat(real_at(mark, "probability"), ==, 1e-7); /* not rounded away */
    g_assert_cmpfloat(real_at(field, "confidence"), ==, 0.999998);
    g_assert_cmpfloat(real_at(json_object_get(json, "time_ms"), "decode"), ==, 21.3);
    json_decref(json);
}

static double
printed_rotation(double rotation_deg)
{
    g_autoptr(FormReading) reading = make_reading();

    reading->rotation_deg = rotation_deg;
    json_t *json = form_reading_to_json(reading);
    double printed = real_at(json_object_get(json, "align"), "rotation_deg");
    json_decref(json);
    return printed;
}

static void
test_rotation_stays_below_a_turn(void)
{
    g_assert_cmpfloat(printed_rotation(359.9996), ==, 0);
    g_assert_cmpfloat(printed_rotation(359.9994), ==, 359.999);
    g_assert_cmpfloat(printed_rotation(0), ==, 0);
    g_assert_cmpfloat(printed_rotation(0.0004), ==, 0);
    g_assert_cmpfloat(printed_rotation(180.4), ==, 180.4);
    g_assert_cmpfloat(printed_rotation(269.1), ==, 269.1);
    g_assert_false(signbit(printed_rotation(-0.0)));
}

/* A refused page has the same keys: an empty list of fields, and null for what is not known. */
static void
test_keys_of_a_refused_page(void)
{
    g_autoptr(FormReading) reading = make_reading();

    form_reading_refuse(reading, "unaligned", NULL);
    json_t *json = form_reading_to_json(reading);
    assert_keys(json, TOP_KEYS);
    g_assert_true(reading->refused);
    g_assert_cmpuint(json_array_size(json_object_get(json, "fields")), ==, 0);
    g_assert_true(json_is_array(json_object_get(json, "fields")));
    json_t *flag = at(json, "flags", 0);
    assert_keys(flag, "code field detail");
    g_assert_cmpstr(json_string_value(json_object_get(flag, "code")), ==, "unaligned");
    g_assert_true(json_is_null(json_object_get(flag, "field")));
    g_assert_true(json_is_null(json_object_get(flag, "detail")));
    g_assert_cmpuint(json_array_size(json_object_get(json, "flags")), ==, 2); /* the refusal stands first */
    json_decref(json);
}

static void
test_keys_of_an_unidentified_page(void)
{
    g_autoptr(FormReading) reading = form_reading_new("b.png", 0);

    form_reading_refuse(reading, "no_form", "no QR of a form was found");
    json_t *json = form_reading_to_json(reading);
    assert_keys(json, TOP_KEYS);
    static const char *const unknown[] = {"form", "version", "serial", "page", "align"};
    for (guint i = 0; i < G_N_ELEMENTS(unknown); i++)
        g_assert_true(json_is_null(json_object_get(json, unknown[i])));
    g_assert_cmpstr(json_string_value(json_object_get(at(json, "flags", 0), "detail")), ==,
                    "no QR of a form was found");
    json_decref(json);
}

/* A number that could not be computed must not cost the whole reading. */
static void
test_numbers_that_are_none(void)
{
    g_autoptr(FormReading) reading = make_reading();
    FormFieldReading *field = g_ptr_array_index(reading->fields, 0);

    reading->residual_mm = NAN;
    reading->rotation_deg = INFINITY;
    field->confidence = NAN;
    g_array_index(field->marks, FormMarkReading, 0).probability = NAN;
    json_t *json = form_reading_to_json(reading);
    assert_keys(json, TOP_KEYS);
    g_assert_true(json_is_null(json_object_get(json_object_get(json, "align"), "residual_mm")));
    g_assert_true(json_is_null(json_object_get(json_object_get(json, "align"), "rotation_deg")));
    g_assert_true(json_is_null(json_object_get(at(json, "fields", 0), "confidence")));
    g_assert_true(json_is_null(json_object_get(at(at(json, "fields", 0), "marks", 0), "probability")));
    json_decref(json);
}

static void
test_names_of_states(void)
{
    g_assert_cmpstr(form_field_state_name(FORM_FIELD_ANSWERED), ==, "answered");
    g_assert_cmpstr(form_field_state_name(FORM_FIELD_BLANK), ==, "blank");
    g_assert_cmpstr(form_field_state_name(FORM_FIELD_MULTIPLE), ==, "multiple");
    g_assert_cmpstr(form_field_state_name(FORM_FIELD_UNSURE), ==, "unsure");
    g_assert_cmpstr(form_field_state_name(FORM_FIELD_TO_KEY), ==, "to_key");
    g_assert_cmpstr(form_mark_state_name(FORM_MARK_EMPTY), ==, "empty");
    g_assert_cmpstr(form_mark_state_name(FORM_MARK_MARKED), ==, "marked");
    g_assert_cmpstr(form_mark_state_name(FORM_MARK_CANCELLED), ==, "cancelled");
    g_assert_cmpstr(form_mark_state_name(FORM_MARK_UNSURE), ==, "unsure");
}

static void
test_who_needs_a_person(void)
{
    g_assert_false(form_field_needs_person(FORM_FIELD_ANSWERED));
    g_assert_false(form_field_needs_person(FORM_FIELD_BLANK));
    g_assert_true(form_field_needs_person(FORM_FIELD_MULTIPLE));
    g_assert_true(form_field_needs_person(FORM_FIELD_UNSURE));
    g_assert_true(form_field_needs_person(FORM_FIELD_TO_KEY));
}

static void
test_invalid_utf8_survives(void)
{
    g_autoptr(FormReading) reading = form_reading_new("phi\xe9u-\xff.jpg", 0);

    form_reading_add_flag(reading, "streak", NULL, "near \xc3");
    json_t *json = form_reading_to_json(reading);
    assert_keys(json, TOP_KEYS);
    const char *image = json_string_value(json_object_get(json, "image"));
    g_assert_true(g_utf8_validate(image, -1, NULL));
    g_assert_true(g_str_has_prefix(image, "phi"));
    g_assert_true(g_str_has_suffix(image, ".jpg"));
    g_assert_cmpuint(json_array_size(json_object_get(json, "flags")), ==, 1);
    char *text = json_dumps(json, JSON_COMPACT);
    g_assert_nonnull(text);
    g_assert_null(strchr(text, '\n'));
    free(text);
    json_decref(json);
}

static void
test_strings_and_flags(void)
{
    g_autoptr(FormReading) reading = form_reading_new("a.jpg", 0);
    char changing[] = "q1";
    const char *kept = form_reading_string(reading, changing);

    changing[1] = '2';
    g_assert_cmpstr(kept, ==, "q1");
    g_assert_null(form_reading_string(reading, NULL));
    g_assert_false(form_reading_has_flag(reading, "dark"));
    form_reading_add_flag(reading, "dark", NULL, NULL);
    g_assert_true(form_reading_has_flag(reading, "dark"));
    g_assert_false(form_reading_has_flag(reading, "dar"));
    form_reading_free(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reading/keys-of-a-read-page", test_keys_of_a_read_page);
    g_test_add_func("/reading/suggestion", test_suggestion);
    g_test_add_func("/reading/numbers-are-rounded", test_numbers_are_rounded);
    g_test_add_func("/reading/rotation-stays-below-a-turn", test_rotation_stays_below_a_turn);
    g_test_add_func("/reading/keys-of-a-refused-page", test_keys_of_a_refused_page);
    g_test_add_func("/reading/keys-of-an-unidentified-page", test_keys_of_an_unidentified_page);
    g_test_add_func("/reading/numbers-that-are-none", test_numbers_that_are_none);
    g_test_add_func("/reading/names-of-states", test_names_of_states);
    g_test_add_func("/reading/who-needs-a-person", test_who_needs_a_person);
    g_test_add_func("/reading/invalid-utf8-survives", test_invalid_utf8_survives);
    g_test_add_func("/reading/strings-and-flags", test_strings_and_flags);
    return g_test_run();
}
