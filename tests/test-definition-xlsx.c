/* Form definitions in workbooks, and in files of either kind that are damaged. */
#include <zip.h>

#include "definition-fixture.h"

typedef struct {
    const char *name;
    const char *text;
} Part;

static GBytes *
zip_of(const Part *parts, gsize count)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    g_assert_nonnull(source);
    zip_source_keep(source);
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, NULL);
    g_assert_nonnull(zip);
    for (gsize i = 0; i < count; i++) {
        zip_source_t *part = zip_source_buffer(zip, parts[i].text, strlen(parts[i].text), 0);
        g_assert_cmpint(zip_file_add(zip, parts[i].name, part, ZIP_FL_ENC_UTF_8), >=, 0);
    }
    g_assert_cmpint(zip_close(zip), ==, 0);
    zip_stat_t status;
    g_assert_cmpint(zip_source_stat(source, &status), ==, 0);
    char *data = g_malloc(status.size);
    g_assert_cmpint(zip_source_open(source), ==, 0);
    g_assert_cmpint(zip_source_read(source, data, status.size), ==, (zip_int64_t)status.size);
    zip_source_close(source);
    zip_source_free(source);
    return g_bytes_new_take(data, status.size);
}

#define RELATION(id, target) "<Relationship Id=\"" id "\" Type=\"t\" Target=\"" target "\"/>"
#define RELATIONS                                                                                            \
    "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">" RELATION(       \
        "r1", "worksheets/sheet1.xml") RELATION("r2", "/xl/worksheets/sheet2.xml")                           \
        RELATION("r3", "worksheets/sheet3.xml") RELATION("r4", "worksheets/gone.xml") "</Relationships>"
#define MAIN "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""

static const char xlsx_workbook[] =
    "<workbook " MAIN
    " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>"
    "<sheet name=\"Choices\" sheetId=\"9\" r:id=\"r2\"/><sheet name=\"Ideas\" sheetId=\"4\" r:id=\"r4\"/>"
    "<sheet name=\"settings\" sheetId=\"1\" r:id=\"r3\"/><sheet name=\"SURVEY\" sheetId=\"2\" r:id=\"r1\"/>"
    "</sheets></workbook>";

static const char xlsx_strings[] =
    "<sst " MAIN
    "><si><t>type</t></si><si><t>name</t></si><si><r><t>la</t></r><r><rPr><b/></rPr><t>bel</t></r>"
    "<rPh sb=\"0\" eb=\"1\"><t>phonetic</t></rPh></si>"
    "<si><t xml:space=\"preserve\"> select_one yn </t></si><si><t>Tuổi &amp; "
    "giới_x000D_\n</t></si><si><t/></si></sst>";

static const char xlsx_survey[] =
    "<worksheet " MAIN "><sheetData>"
    "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" "
    "t=\"s\"><v>2</v></c>"
    "<c r=\"D1\" t=\"inlineStr\"><is><t>required</t></is></c><c r=\"AA1\" "
    "t=\"inlineStr\"><is><t>print::cells</t></is></c></row>"
    "<row r=\"5\"><c r=\"A5\" t=\"s\"><v>3</v></c><c r=\"B5\" "
    "t=\"inlineStr\"><is><r><t>q</t></r><r><t>1</t></r></is></c>"
    "<c r=\"C5\" t=\"s\"><v>4</v></c><c r=\"D5\" t=\"b\"><v>1</v></c></row>"
    "<row r=\"6\"><c r=\"A6\" t=\"s\"><v>5</v></c><c r=\"B6\"/></row>"
    "<row r=\"7\"><c r=\"A7\" t=\"str\"><f>\"text\"</f><v>text</v></c><c "
    "t=\"inlineStr\"><is><t>q2</t></is></c>"
    "<c t=\"inlineStr\"><is><t>Two</t></is></c><c r=\"AA7\"><v>3.0</v></c></row>"
    "</sheetData></worksheet>";

static const char xlsx_choices[] =
    "<worksheet " MAIN "><sheetData>"
    "<row><c t=\"inlineStr\"><is><t>list_name</t></is></c><c t=\"inlineStr\"><is><t>name</t></is></c>"
    "<c t=\"inlineStr\"><is><t>label</t></is></c></row>"
    "<row><c t=\"inlineStr\"><is><t>yn</t></is></c><c><v>1.0</v></c><c "
    "t=\"inlineStr\"><is><t>Có</t></is></c></row>"
    "<row><c t=\"inlineStr\"><is><t>yn</t></is></c><c><v>2</v></c><c><v>0.1</v></c></row>"
    "<row><c t=\"inlineStr\"><is><t>yn</t></is></c><c t=\"n\"><v>1E1</v></c><c><v>3</v></c></row>"
    "</sheetData></worksheet>";

static const char xlsx_settings[] =
    "<worksheet " MAIN "><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>form_id</t></is></c>"
    "<c r=\"B1\" t=\"inlineStr\"><is><t>version</t></is></c></row>"
    "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>X1</t></is></c><c "
    "r=\"B2\"><v>4</v></c></row></sheetData></worksheet>";

#define GOOD_PARTS                                                                                           \
    {"xl/worksheets/sheet2.xml", xlsx_choices}, {"xl/sharedStrings.xml", xlsx_strings},                      \
        {"xl/worksheets/sheet3.xml", xlsx_settings}, {"xl/_rels/workbook.xml.rels", RELATIONS},              \
        {"xl/workbook.xml", xlsx_workbook}, {"xl/worksheets/sheet1.xml", xlsx_survey},                       \
    {                                                                                                        \
        "xl/theme/theme1.xml", "not even XML"                                                                \
    }

static void
test_xlsx(void)
{
    const Part parts[] = {GOOD_PARTS};
    g_autoptr(GBytes) bytes = zip_of(parts, G_N_ELEMENTS(parts));
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) form = form_definition_parse("form.xlsx", bytes, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(form->code, ==, "X1");
    g_assert_cmpint(form->version, ==, 4);
    g_assert_cmpuint(form->items->len, ==, 2);
    FormQuestion *q1 = question(form, 0);
    g_assert_cmpstr(q1->name, ==, "q1");
    g_assert_cmpstr(form_text_get(q1->label, ""), ==, "Tuổi & giới");
    g_assert_true(q1->required);
    g_assert_cmpuint(q1->choices->len, ==, 3);
    g_assert_cmpstr(choice(q1, 0)->value, ==, "1");
    g_assert_cmpstr(choice(q1, 2)->value, ==, "10");
    g_assert_cmpstr(form_text_get(choice(q1, 1)->label, ""), ==, "0.1");
    g_assert_cmpstr(question(form, 1)->name, ==, "q2");
    g_assert_cmpint(item(form, 1)->cells, ==, 3);
}

/* Replaces one part of the good workbook. */
static void
assert_xlsx_refused(const char *part, const char *text, const char *piece)
{
    Part parts[] = {GOOD_PARTS};
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (g_str_equal(parts[i].name, part))
            parts[i].text = text;
    g_autoptr(GBytes) bytes = zip_of(parts, G_N_ELEMENTS(parts));
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) form = form_definition_parse("form.xlsx", bytes, &error);
    g_assert_null(form);
    assert_error(error, piece);
}

#define SURVEY_XLSX(cells)                                                                                   \
    "<worksheet " MAIN                                                                                       \
    "><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>"              \
    "<c r=\"C1\" t=\"s\"><v>2</v></c></row><row r=\"9\">" cells "</row></sheetData></worksheet>"

static void
test_xlsx_refused(void)
{
    const char *sheet = "xl/worksheets/sheet1.xml";
    assert_xlsx_refused(
        sheet,
        SURVEY_XLSX("<c r=\"A9\" t=\"inlineStr\"><is><t>intger</t></is></c><c><v>1</v></c><c><v>2</v></c>"),
        "form.xlsx: sheet SURVEY, row 9, column type: there is no type “intger”; did you mean “integer”?");
    assert_xlsx_refused(sheet, SURVEY_XLSX("<c r=\"A9\" t=\"e\"><v>#REF!</v></c>"),
                        "row 9: a formula shows the error #REF!; ");
    assert_xlsx_refused(sheet, SURVEY_XLSX("<c r=\"A9\" t=\"s\"><v>77</v></c>"),
                        "row 9: a cell's text is missing");
    assert_xlsx_refused(sheet, SURVEY_XLSX("<c r=\"ZZ9\"><v>77</v></c>"), "row 9: more than 256 columns; ");
    assert_xlsx_refused(sheet, "<worksheet><sheetData><row>",
                        "its part xl/worksheets/sheet1.xml is missing or damaged");
    assert_xlsx_refused("xl/sharedStrings.xml", "<sst><si>",
                        "its part xl/sharedStrings.xml is missing or damaged");
    assert_xlsx_refused("xl/workbook.xml", "", "its part xl/workbook.xml is missing or damaged");
    assert_xlsx_refused("xl/_rels/workbook.xml.rels", "<a/>", "the sheet survey is missing or empty");
}

/* Entities that grow, and a part that unpacks to more than it should. */
static void
test_xlsx_bombs(void)
{
    assert_xlsx_refused(
        "xl/worksheets/sheet1.xml",
        "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
        "<!ENTITY c SYSTEM \"file:///etc/passwd\">]><worksheet>&b;&c;</worksheet>",
        "its part xl/worksheets/sheet1.xml is missing or damaged");
    g_autofree char *zeros = g_strnfill(33 * 1024 * 1024, ' ');
    assert_xlsx_refused("xl/worksheets/sheet1.xml", zeros, "holds more than 32 MB");
    Part none[] = {{"content.xml", "<x/>"}};
    g_autoptr(GBytes) bytes = zip_of(none, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) form = form_definition_parse("form.ods", bytes, &error);
    g_assert_null(form);
    assert_error(error, "form.ods: a zip file, but no Excel workbook; save the form as .xlsx");
}

/* Long strings used over and over must not fill the memory. */
static void
test_xlsx_repeated_string(void)
{
    g_autofree char *filler = g_strnfill(100000, 'x');
    g_autofree char *strings = g_strdup_printf(
        "<sst><si><t>type</t></si><si><t>name</t></si><si><t>label</t></si><si><t>%s</t></si></sst>", filler);
    g_autoptr(GString) sheet = g_string_new("<worksheet><sheetData><row><c t=\"s\"><v>0</v></c><c "
                                            "t=\"s\"><v>1</v></c><c t=\"s\"><v>2</v></c></row>");
    for (int i = 0; i < 1000; i++)
        g_string_append(sheet, "<row><c/><c/><c/><c t=\"s\"><v>3</v></c></row>");
    g_string_append(sheet, "</sheetData></worksheet>");
    Part parts[] = {GOOD_PARTS};
    parts[1].text = strings;
    parts[5].text = sheet->str;
    g_autoptr(GBytes) bytes = zip_of(parts, G_N_ELEMENTS(parts));
    g_autoptr(GError) error = NULL;
    g_autoptr(FormDefinition) form = form_definition_parse("form.xlsx", bytes, &error);
    g_assert_null(form);
    assert_error(error, "more than 64 MB of text up to here");
}

/* Whatever becomes of a file, it is read or refused. */
static void
read_damaged(GRand *random, GBytes *whole, int times)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(whole, &size);
    for (int i = 0; i < times; i++) {
        g_autofree guint8 *damaged = g_memdup2(data, size);
        gsize length = g_rand_boolean(random) ? size : (gsize)g_rand_int_range(random, 0, (gint32)size);
        for (int flips = g_rand_int_range(random, 0, 8); flips > 0 && length > 0; flips--)
            damaged[g_rand_int_range(random, 0, (gint32)length)] = (guint8)g_rand_int_range(random, 0, 256);
        g_autoptr(GBytes) bytes = g_bytes_new(damaged, length);
        g_autoptr(GError) error = NULL;
        g_autoptr(FormDefinition) form = form_definition_parse("form", bytes, &error);
        g_assert_true((form == NULL) == (error != NULL));
        if (error != NULL) {
            g_assert_error(error, FORM_ERROR, FORM_ERROR_INPUT);
            g_assert_true(g_utf8_validate(error->message, -1, NULL));
        }
    }
}

static void
test_damage(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20261122);
    g_autoptr(GBytes) markdown = g_bytes_new_static(whole_form, strlen(whole_form));
    read_damaged(random, markdown, 3000);
    const Part parts[] = {GOOD_PARTS};
    g_autoptr(GBytes) xlsx = zip_of(parts, G_N_ELEMENTS(parts));
    read_damaged(random, xlsx, 3000);
    /* Damage inside the XML, where the zip's checksums cannot see it. */
    for (int i = 0; i < 3000; i++) {
        Part damaged[] = {GOOD_PARTS};
        Part *part = &damaged[g_rand_int_range(random, 0, 6)];
        g_autofree char *text = g_strdup(part->text);
        for (int flips = g_rand_int_range(random, 1, 5); flips > 0; flips--)
            text[g_rand_int_range(random, 0, (gint32)strlen(part->text))] =
                (char)g_rand_int_range(random, 32, 127);
        part->text = text;
        g_autoptr(GBytes) bytes = zip_of(damaged, G_N_ELEMENTS(damaged));
        g_autoptr(GError) error = NULL;
        g_autoptr(FormDefinition) form = form_definition_parse("form", bytes, &error);
        g_assert_true((form == NULL) == (error != NULL));
    }
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/definition/xlsx", test_xlsx);
    g_test_add_func("/definition/xlsx-refused", test_xlsx_refused);
    g_test_add_func("/definition/xlsx-bombs", test_xlsx_bombs);
    g_test_add_func("/definition/xlsx-repeated-string", test_xlsx_repeated_string);
    g_test_add_func("/definition/damage", test_damage);
    return g_test_run();
}
