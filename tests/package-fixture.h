/* Form packages as text, loaded from a folder of the tests' own. */
#pragma once

#include <string.h>
#include <unistd.h>

#include "folder-fixture.h"
#include "form-error.h"
#include "form-package.h"

#define MINIMAL                                                                                              \
    "{\"phieu\": 1, \"code\": \"A\", \"paper\": {\"width_mm\": 210, \"height_mm\": 297},"                    \
    " \"pages\": [{\"page\": 1, \"fields\": []}]}"

#define PAPER      "\"paper\": {\"width_mm\": 210, \"height_mm\": 297}"
#define START      "{\"phieu\": 1, \"code\": \"A\", " PAPER ", "
#define PAGE(x)    START "\"pages\": [{\"page\": 1, " x "}]}"
#define FIELD(x)   PAGE("\"fields\": [" x "]")
#define OPTION(x)  FIELD("{\"name\": \"q\", \"type\": \"select_one\", \"options\": [" x "]}")
#define RECT       "\"x_mm\": 10, \"y_mm\": 10, \"w_mm\": 5, \"h_mm\": 5"
#define TEXT(name) "{\"name\": \"" name "\", \"type\": \"text\", \"box\": {" RECT "}}"
#define ASK(questions)                                                                                       \
    START                                                                                                    \
    "\"pages\": [{\"page\": 1, \"fields\": [{\"name\": \"q\", \"type\": \"select_one\", \"options\": ["      \
    "{\"value\": \"1\", " RECT "}]}]}], \"questions\": [" questions "]}"

/* The example of the design, to the letter. */
static const char example[] =
    "{\"phieu\": 1, \"code\": \"SIPAS26\", \"version\": 3, \"title\": {\"vi\": \"…\", \"en\": \"…\"},"
    " \"paper\": {\"width_mm\": 210, \"height_mm\": 297},"
    " \"pages\": [{\"page\": 1,"
    "   \"blank\": {\"file\": \"sipas26-p1.png\", \"dpi\": 300},"
    "   \"fiducials\": [{\"x_mm\": 8, \"y_mm\": 8, \"w_mm\": 5, \"h_mm\": 5, \"shape\": \"square\"}],"
    "   \"qr\": [{\"x_mm\": 180, \"y_mm\": 10, \"w_mm\": 20, \"h_mm\": 20}],"
    "   \"serial_text\": {\"x_mm\": 150, \"y_mm\": 12, \"w_mm\": 28, \"h_mm\": 5},"
    "   \"fields\": ["
    "     {\"name\": \"q9_1\", \"type\": \"select_one\", \"options\": ["
    "        {\"value\": \"1\", \"x_mm\": 120.0, \"y_mm\": 64.5, \"w_mm\": 4.5, \"h_mm\": 4.5, "
    "\"shape\": \"ellipse\"}]},"
    "     {\"name\": \"age\", \"type\": \"integer\", \"box\": {\"x_mm\": 30, \"y_mm\": 50, \"w_mm\": 40, "
    "\"h_mm\": 8, \"cells\": 4}},"
    "     {\"name\": \"other\", \"type\": \"text\", \"box\": {\"x_mm\": 20, \"y_mm\": 250, \"w_mm\": 170, "
    "\"h_mm\": 30}, \"personal\": false}]}],"
    " \"questions\": [{\"name\": \"q9_1\", \"type\": \"select_one\", \"label\": {\"vi\": \"…\"}, "
    "\"choices\": [{\"value\": \"1\", \"label\": {\"vi\": \"…\"}}],"
    "                \"required\": true, \"relevant\": \"…\", \"constraint\": \"…\"}]}";

/* Every key there is. */
static const char everything[] =
    "{\"phieu\": 1, \"code\": \"ALL-1.2\", \"version\": 999999, \"title\": \"Một\", \"language\": \"vi\","
    " \"print\": {\"file\": \"all.pdf\"}, \"paper\": {\"width_mm\": 148.5, \"height_mm\": 210},"
    " \"pages\": [{\"page\": 1, \"head\": {\"x_mm\": 1, \"y_mm\": 2, \"w_mm\": 30, \"h_mm\": 4.1234567,"
    " \"text\": \"${commune}\\n${province}\"}, \"fields\": ["
    " {\"name\": \"s\", \"type\": \"select_multiple\", \"options\": ["
    "  {\"value\": \"1\", \"x_mm\": 10.1, \"y_mm\": 20.2, \"w_mm\": 4.3, \"h_mm\": 4.7},"
    "  {\"value\": \"2\", \"x_mm\": 20.3, \"y_mm\": 20.2, \"w_mm\": 4, \"h_mm\": 4, \"shape\": \"box\"},"
    "  {\"value\": \"3\", \"x_mm\": 30.333333, \"y_mm\": 20.2, \"w_mm\": 4, \"h_mm\": 4, \"shape\": "
    "\"cell\"}]}]},"
    " {\"page\": 2, \"fields\": [{\"name\": \"t\", \"type\": \"text\","
    "  \"box\": {\"x_mm\": 20, \"y_mm\": 20, \"w_mm\": 100, \"h_mm\": 30}}]}],"
    " \"questions\": [{\"name\": \"n\", \"type\": \"note\", \"label\": \"Chào\"},"
    "  {\"name\": \"s\", \"type\": \"select_multiple\", \"label\": {\"en\": \"S\", \"vi\": \"X\"}, \"hint\": "
    "\"h\","
    "  \"group\": {\"vi\": \"Phần A\"}, \"list\": \"abc\", \"marks\": \"largest\", \"choices\": [{\"value\": "
    "\"1\", \"label\": "
    "\"a\"},"
    "  {\"value\": \"2\"}, {\"value\": \"3\"}], \"constraint\": \"count-selected(.) < 3\"},"
    "  {\"name\": \"t\", \"type\": \"text\", \"personal\": true, \"write_in\": {\"of\": \"s\", \"value\": "
    "\"3\"},"
    "  \"relevant\": \"selected(${s}, '3')\"}]}";

/* Unlike g_file_set_contents(), which syncs. */
static inline void
write_file(const char *path, const char *data, gssize length)
{
    gsize size = length < 0 ? strlen(data) : (gsize)length;
    FILE *file = g_fopen(path, "wb");

    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(data, 1, size, file), ==, size);
    g_assert_cmpint(fclose(file), ==, 0);
}

static inline FormPackage *
load_text(const char *text, gssize length, GError **error)
{
    g_autofree char *path = g_build_filename(dir, "test.form.json", NULL);

    write_file(path, text, length);
    return form_package_load(path, error);
}

/* One line of valid UTF-8 that begins with the file. */
static inline void
assert_message(const GError *error, const char *part)
{
    g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_null(strchr(error->message, '\n'));
    g_assert_cmpuint(strlen(error->message), <, 2000);
    if (strstr(error->message, part) == NULL)
        g_test_message("wanted “%s” in “%s”", part, error->message);
    g_assert_nonnull(strstr(error->message, part));
}
