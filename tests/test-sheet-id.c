#include "form-sheet-id.h"

#include <string.h>

static const FormSheetId id = {.code = "SIPAS26", .version = 3, .serial = "0100423", .page = 2};

static void
test_round_trip(void)
{
    g_autofree char *payload = form_sheet_id_payload(&id);
    FormSheetId parsed;

    g_assert_true(g_str_has_prefix(payload, "PH1:SIPAS26:3:0100423:2:"));
    g_assert_cmpint(form_sheet_id_parse(payload, &parsed), ==, FORM_SHEET_ID_OK);
    g_assert_cmpstr(parsed.code, ==, id.code);
    g_assert_cmpstr(parsed.serial, ==, id.serial);
    g_assert_cmpint(parsed.version, ==, 3);
    g_assert_cmpint(parsed.page, ==, 2);
}

/* The check value is part of what is printed on paper: it must never change between releases. The CRC was
 * computed with Python: zlib.crc32(b"PH1:SIPAS26:3:0100423:2") >> 12. */
static void
test_check_is_stable(void)
{
    char check[5];
    g_autofree char *print = form_sheet_id_print(&id);

    form_sheet_id_check(&id, check);
    g_assert_cmpstr(check, ==, "T93Y");
    g_assert_cmpstr(print, ==, "0100423-2-T93Y");
}

static void
test_every_single_change_is_caught(void)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ:.-";
    g_autofree char *payload = form_sheet_id_payload(&id);
    FormSheetId parsed;

    for (gsize i = 4; i < strlen(payload); i++) {
        char original = payload[i];
        for (const char *other = alphabet; *other != '\0'; other++) {
            if (*other == original)
                continue;
            payload[i] = *other;
            g_assert_cmpint(form_sheet_id_parse(payload, &parsed), ==, FORM_SHEET_ID_BAD_CHECK);
        }
        payload[i] = original;
    }
}

static void
test_foreign_and_damaged(void)
{
    static const char *const damaged[] = {"PH1:",         "PH1:::::",           "PH1:A:1:1:1",
                                          "PH1:A:1:1:1:", "PH1:A:1:1:1:0000:X", "PH1:A:01:1:1:0000"};
    FormSheetId parsed;

    g_assert_cmpint(form_sheet_id_parse("https://example.org", &parsed), ==, FORM_SHEET_ID_FOREIGN);
    g_assert_cmpint(form_sheet_id_parse("", &parsed), ==, FORM_SHEET_ID_FOREIGN);
    for (guint i = 0; i < G_N_ELEMENTS(damaged); i++)
        g_assert_cmpint(form_sheet_id_parse(damaged[i], &parsed), ==, FORM_SHEET_ID_BAD_CHECK);
}

static void
test_identifiers(void)
{
    g_assert_true(form_serial_is_valid("0100423"));
    g_assert_true(form_code_is_valid("SIPAS-26.B"));
    g_assert_false(form_serial_is_valid(""));
    g_assert_false(form_serial_is_valid(NULL));
    g_assert_false(form_serial_is_valid("a1"));
    g_assert_false(form_serial_is_valid("1:2"));
    g_assert_false(form_serial_is_valid("123456789012345678901"));
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sheet-id/round-trip", test_round_trip);
    g_test_add_func("/sheet-id/check-is-stable", test_check_is_stable);
    g_test_add_func("/sheet-id/every-single-change-is-caught", test_every_single_change_is_caught);
    g_test_add_func("/sheet-id/foreign-and-damaged", test_foreign_and_damaged);
    g_test_add_func("/sheet-id/identifiers", test_identifiers);
    return g_test_run();
}
