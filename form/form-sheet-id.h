/* What identifies a page on paper: the QR payload and the same in print.
 *
 *   PH1:CODE:VERSION:SERIAL:PAGE:CHECK      QR alphanumeric characters only, no personal data
 *
 * CHECK is 4 characters of Crockford's base 32 (no I, L, O, U: safe for OCR and for people;
 * https://www.crockford.com/base32.html) that hold the top 20 bits of the CRC-32 (ISO 3309, as zlib's
 * crc32()) of everything before the last colon. A misread that survives the QR's own error correction, or
 * OCR, passes with a chance of 2^-20. */
#pragma once

#include <glib.h>

#define FORM_CODE_MAX   20
#define FORM_SERIAL_MAX 20

typedef struct {
    char code[FORM_CODE_MAX + 1];     /* [A-Z0-9.-]+ */
    int version;                      /* 1 … 999999 */
    char serial[FORM_SERIAL_MAX + 1]; /* [A-Z0-9.-]+ */
    int page;                         /* 1 … 200 */
} FormSheetId;

typedef enum {
    FORM_SHEET_ID_OK,
    FORM_SHEET_ID_FOREIGN,   /* not one of ours */
    FORM_SHEET_ID_BAD_CHECK, /* ours by its beginning, but damaged or made up */
} FormSheetIdResult;

/* Whether `text` may be a form's code or a questionnaire's serial. */
gboolean form_code_is_valid(const char *text);
gboolean form_serial_is_valid(const char *text);

/* The QR payload of a page. The caller frees it. */
char *form_sheet_id_payload(const FormSheetId *id);

/* Takes a payload apart; `id` is written on FORM_SHEET_ID_OK only. */
FormSheetIdResult form_sheet_id_parse(const char *payload, FormSheetId *id);

/* The four check characters of an id, NUL-terminated. */
void form_sheet_id_check(const FormSheetId *id, char check[5]);

/* What stands below the QR: "0100423-2-7K3D" (serial, page, check). The caller frees it. */
char *form_sheet_id_print(const FormSheetId *id);
