#include "form-sheet-id.h"

#include <string.h>
#include <zlib.h>

#define VERSION_MAX 999999
#define PAGE_MAX    200

static gboolean
is_identifier(const char *text, gsize max)
{
    gsize length = text == NULL ? 0 : strlen(text);

    return length >= 1 && length <= max && strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-") == length;
}

gboolean
form_code_is_valid(const char *text)
{
    return is_identifier(text, FORM_CODE_MAX);
}

gboolean
form_serial_is_valid(const char *text)
{
    return is_identifier(text, FORM_SERIAL_MAX);
}

static void
check_of(const char *content, gsize length, char check[5])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    guint32 top = (guint32)crc32(crc32(0, NULL, 0), (const guchar *)content, (uInt)length) >> 12;

    for (int i = 3; i >= 0; i--) {
        check[i] = digits[top & 31];
        top >>= 5;
    }
    check[4] = '\0';
}

static char *
content_of(const FormSheetId *id)
{
    return g_strdup_printf("PH1:%s:%d:%s:%d", id->code, id->version, id->serial, id->page);
}

void
form_sheet_id_check(const FormSheetId *id, char check[5])
{
    g_autofree char *content = content_of(id);

    check_of(content, strlen(content), check);
}

char *
form_sheet_id_payload(const FormSheetId *id)
{
    char check[5];

    form_sheet_id_check(id, check);
    return g_strdup_printf("PH1:%s:%d:%s:%d:%s", id->code, id->version, id->serial, id->page, check);
}

char *
form_sheet_id_print(const FormSheetId *id)
{
    char check[5];

    form_sheet_id_check(id, check);
    return g_strdup_printf("%s-%d-%s", id->serial, id->page, check);
}

/* A decimal number of at most six digits without a leading zero. */
static gboolean
parse_number(const char *text, int max, int *number)
{
    gsize length = strlen(text);

    if (length < 1 || length > 6 || text[0] == '0' || strspn(text, "0123456789") != length)
        return FALSE;
    *number = (int)g_ascii_strtoll(text, NULL, 10);
    return *number <= max;
}

FormSheetIdResult
form_sheet_id_parse(const char *payload, FormSheetId *id)
{
    if (!g_str_has_prefix(payload, "PH1:"))
        return FORM_SHEET_ID_FOREIGN;

    g_auto(GStrv) part = g_strsplit(payload, ":", 7);
    const char *last = strrchr(payload, ':');
    FormSheetId parsed = {0};
    char check[5];

    check_of(payload, (gsize)(last - payload), check);
    if (g_strv_length(part) != 6 || strcmp(part[5], check) != 0 || !form_code_is_valid(part[1]) ||
        !form_serial_is_valid(part[3]) || !parse_number(part[2], VERSION_MAX, &parsed.version) ||
        !parse_number(part[4], PAGE_MAX, &parsed.page))
        return FORM_SHEET_ID_BAD_CHECK;
    g_strlcpy(parsed.code, part[1], sizeof parsed.code);
    g_strlcpy(parsed.serial, part[3], sizeof parsed.serial);
    *id = parsed;
    return FORM_SHEET_ID_OK;
}
