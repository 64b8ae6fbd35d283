/* Workbooks in Office Open XML (ECMA-376 part 1, §18): a zip of XML parts, of which we read the workbook, its
 * relationships, the shared strings and the wanted sheets. Elements are known by their local names, so that
 * the strict and the transitional variant are both read. */
#include "workbook-private.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <libxml/xmlreader.h>
#include <zip.h>

#include "form-error.h"

/* A part is unpacked in memory: this bounds what a zip bomb can take. The sheets of the largest XLSForms have
 * some MB. */
#define PART_MAX_BYTES (32 * 1024 * 1024)
#define SHEETS_MAX     1000
#define STRINGS_MAX    1000000

G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlTextReader, xmlFreeTextReader)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(zip_t, zip_discard)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(zip_file_t, zip_fclose)

typedef struct {
    zip_t *zip;
    Problems *problems;
    Workbook *workbook;
    GPtrArray *strings;    /* of char*: the shared strings */
    GHashTable *relations; /* char* id -> char* part */
} Archive;

static gboolean
refuse(const Archive *archive, GError **error, const char *what)
{
    g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                _("%s: %s; open it in a spreadsheet program and save it anew as .xlsx"),
                archive->problems->file, what);
    return FALSE;
}

/* ---- parts ---- */

static GBytes *
read_part(const Archive *archive, const char *part, GError **error)
{
    zip_stat_t status;
    zip_int64_t index = zip_name_locate(archive->zip, part, ZIP_FL_NOCASE);
    g_autofree char *where = g_strdup_printf(_("its part %s is missing or damaged"), part);
    if (index < 0 || zip_stat_index(archive->zip, (zip_uint64_t)index, 0, &status) < 0 ||
        !(status.valid & ZIP_STAT_SIZE)) {
        refuse(archive, error, where);
        return NULL;
    }
    if (status.size > PART_MAX_BYTES) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                    _("%s: its part %s holds more than %d MB; is it the right file?"),
                    archive->problems->file, part, PART_MAX_BYTES >> 20);
        return NULL;
    }
    g_autoptr(zip_file_t) file = zip_fopen_index(archive->zip, (zip_uint64_t)index, 0);
    g_autofree char *data = g_malloc(status.size + 1);
    gsize filled = 0;
    while (file != NULL && filled < status.size) {
        zip_int64_t got = zip_fread(file, data + filled, status.size - filled);
        if (got <= 0)
            break;
        filled += (gsize)got;
    }
    /* One byte more than promised makes libzip compare the checksum, and shows a size that was a lie. */
    if (file == NULL || filled < status.size || zip_fread(file, data + filled, 1) != 0) {
        refuse(archive, error, where);
        return NULL;
    }
    return g_bytes_new_take(g_steal_pointer(&data), filled);
}

static gboolean
has_part(const Archive *archive, const char *part)
{
    return zip_name_locate(archive->zip, part, ZIP_FL_NOCASE) >= 0;
}

/* ---- XML ---- */

typedef struct {
    xmlTextReader *xml;
    const char *part;
    const Archive *archive;
} Part;

static void
ignore_message(void *data G_GNUC_UNUSED, const char *message G_GNUC_UNUSED,
               xmlParserSeverities severity G_GNUC_UNUSED, xmlTextReaderLocatorPtr locator G_GNUC_UNUSED)
{
}

static xmlTextReader *
open_xml(GBytes *bytes)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    xmlTextReader *xml = xmlReaderForMemory(data, (int)size, NULL, NULL,
                                            XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    if (xml != NULL)
        xmlTextReaderSetErrorHandler(xml, ignore_message, NULL);
    return xml;
}

/* Steps to the next node. FALSE at the end, or with `error` set. No spreadsheet program writes a document
 * type, and entities are what XML bombs are made of: it is refused. */
static gboolean
next(const Part *part, GError **error)
{
    int result = part->xml != NULL ? xmlTextReaderRead(part->xml) : -1;
    if (result == 1 && xmlTextReaderNodeType(part->xml) != XML_READER_TYPE_DOCUMENT_TYPE)
        return TRUE;
    if (result != 0) {
        g_autofree char *what = g_strdup_printf(_("its part %s is missing or damaged"), part->part);
        refuse(part->archive, error, what);
    }
    return FALSE;
}

/* What a part's reading ends with: TRUE, or its damage handed on. */
static gboolean
is_whole(GError *damage, GError **error)
{
    if (damage == NULL)
        return TRUE;
    g_propagate_error(error, damage);
    return FALSE;
}

static gboolean
opens(const Part *part, const char *name)
{
    return xmlTextReaderNodeType(part->xml) == XML_READER_TYPE_ELEMENT &&
           g_str_equal((const char *)xmlTextReaderConstLocalName(part->xml), name);
}

static gboolean
ends(const Part *part, const char *name)
{
    return (xmlTextReaderNodeType(part->xml) == XML_READER_TYPE_END_ELEMENT ||
            (xmlTextReaderNodeType(part->xml) == XML_READER_TYPE_ELEMENT &&
             xmlTextReaderIsEmptyElement(part->xml))) &&
           g_str_equal((const char *)xmlTextReaderConstLocalName(part->xml), name);
}

/* An attribute by its local name, or NULL. The caller frees it. */
static char *
attribute(const Part *part, const char *name)
{
    char *value = NULL;
    for (int more = xmlTextReaderMoveToFirstAttribute(part->xml); more == 1 && value == NULL;
         more = xmlTextReaderMoveToNextAttribute(part->xml))
        if (g_str_equal((const char *)xmlTextReaderConstLocalName(part->xml), name))
            value = g_strdup((const char *)xmlTextReaderConstValue(part->xml));
    xmlTextReaderMoveToElement(part->xml);
    return value;
}

static gboolean
is_text(const Part *part)
{
    int type = xmlTextReaderNodeType(part->xml);
    return type == XML_READER_TYPE_TEXT || type == XML_READER_TYPE_CDATA ||
           type == XML_READER_TYPE_SIGNIFICANT_WHITESPACE || type == XML_READER_TYPE_WHITESPACE;
}

/* Gathers the text of the element just opened, up to its end: of its `t` (plain or in runs) but not of `rPh`,
 * the phonetic reading; of a `v` all. FALSE with `error` set when the part is damaged. */
static gboolean
gather(const Part *part, const char *element, GString *text, GError **error)
{
    gboolean everything = g_str_equal(element, "v");
    gboolean in_text = everything, phonetic = FALSE;
    GError *damage = NULL;
    while (!ends(part, element)) {
        if (!next(part, &damage))
            return is_whole(damage, error);
        if (opens(part, "rPh"))
            phonetic = !xmlTextReaderIsEmptyElement(part->xml);
        else if (ends(part, "rPh"))
            phonetic = FALSE;
        else if (opens(part, "t") || ends(part, "t"))
            in_text = opens(part, "t") && !xmlTextReaderIsEmptyElement(part->xml);
        else if (is_text(part) && in_text && !phonetic && text->len <= WORKBOOK_MAX_CELL_BYTES)
            g_string_append(text, (const char *)xmlTextReaderConstValue(part->xml));
    }
    return TRUE;
}

/* Excel writes a carriage return as _x000D_. */
static void
drop_returns(GString *text)
{
    g_string_replace(text, "_x000D_", "", 0);
}

/* ---- workbook, relationships, strings ---- */

/* "worksheets/sheet1.xml" and "/xl/worksheets/sheet1.xml" are the same part. */
static char *
part_name(const char *target)
{
    if (*target == '/')
        return g_strdup(target + 1);
    if (g_str_has_prefix(target, "./"))
        target += 2;
    return g_strconcat("xl/", target, NULL);
}

static gboolean
read_relations(Archive *archive, GError **error)
{
    const char *name = "xl/_rels/workbook.xml.rels";
    g_autoptr(GBytes) bytes = read_part(archive, name, error);
    if (bytes == NULL)
        return FALSE;
    g_autoptr(xmlTextReader) xml = open_xml(bytes);
    Part part = {xml, name, archive};
    GError *damage = NULL;
    while (next(&part, &damage)) {
        if (!opens(&part, "Relationship"))
            continue;
        char *id = attribute(&part, "Id");
        g_autofree char *target = attribute(&part, "Target");
        if (id != NULL && target != NULL)
            g_hash_table_replace(archive->relations, id, part_name(target));
        else
            g_free(id);
    }
    return is_whole(damage, error);
}

static gboolean
read_strings(Archive *archive, GError **error)
{
    const char *name = "xl/sharedStrings.xml";
    if (!has_part(archive, name))
        return TRUE;
    g_autoptr(GBytes) bytes = read_part(archive, name, error);
    if (bytes == NULL)
        return FALSE;
    g_autoptr(xmlTextReader) xml = open_xml(bytes);
    Part part = {xml, name, archive};
    GError *damage = NULL;
    while (archive->strings->len < STRINGS_MAX && next(&part, &damage)) {
        if (!opens(&part, "si"))
            continue;
        g_autoptr(GString) text = g_string_new(NULL);
        if (!gather(&part, "si", text, &damage))
            break;
        drop_returns(text);
        g_ptr_array_add(archive->strings, g_strdup(text->str));
    }
    return is_whole(damage, error);
}

/* ---- a sheet ---- */

typedef struct {
    WorkbookSheet *sheet;
    int row;
    guint column;
} Place;

/* "BC17" → column 54 (from 0) and row 17; what is not told goes on from the cell before. */
static void
place_cell(Place *place, const char *reference)
{
    guint column = 0;
    const char *at = reference != NULL ? reference : "";
    for (; g_ascii_isalpha(*at) && column < 1000000; at++)
        column = column * 26 + (guint)(g_ascii_toupper(*at) - 'A' + 1);
    if (column > 0 && g_ascii_isdigit(*at))
        place->column = column - 1;
    else
        place->column++;
}

/* A number as a spreadsheet shows it: 1.0 is 1. */
static void
show_number(GString *text)
{
    char *end;
    double number = g_ascii_strtod(text->str, &end);
    if (text->len == 0 || *end != '\0' || !isfinite(number))
        return;
    char shown[G_ASCII_DTOSTR_BUF_SIZE + 16];
    g_ascii_formatd(shown, sizeof shown, fabs(number) < 1e15 && number == floor(number) ? "%.0f" : "%.15g",
                    number);
    g_string_assign(text, shown);
}

static void
interpret(const Archive *archive, const Place *place, const char *type, GString *text)
{
    if (g_strcmp0(type, "s") == 0) {
        guint64 index;
        gboolean known = g_ascii_string_to_unsigned(text->str, 10, 0, G_MAXUINT32, &index, NULL) &&
                         index < archive->strings->len;
        g_string_assign(text, known ? g_ptr_array_index(archive->strings, (guint)index) : "");
        if (!known)
            problems_add(archive->problems, place->sheet->name, place->row, NULL,
                         _("a cell's text is missing in the file; type it again and save"));
    } else if (g_strcmp0(type, "b") == 0) {
        g_string_assign(text, g_str_equal(text->str, "0") ? "FALSE" : "TRUE");
    } else if (g_strcmp0(type, "e") == 0) {
        problems_add(archive->problems, place->sheet->name, place->row, NULL,
                     _("a formula shows the error %s; mend the formula or type its value"), text->str);
        g_string_truncate(text, 0);
    } else if (type == NULL || g_str_equal(type, "n")) {
        show_number(text);
    } else {
        drop_returns(text);
    }
}

/* Reads the cell just opened. FALSE when the sheet is at its end for us: damaged (`error` set) or beyond a
 * bound. */
static gboolean
read_cell(Archive *archive, const Part *part, Place *place, GError **error)
{
    g_autofree char *type = attribute(part, "t");
    g_autofree char *reference = attribute(part, "r");
    g_autoptr(GString) text = g_string_new(NULL);
    GError *damage = NULL;
    place_cell(place, reference);
    gboolean filled = FALSE;
    while (!ends(part, "c") && next(part, &damage)) {
        const char *element = opens(part, "v") ? "v" : opens(part, "is") ? "is" : NULL;
        if (element == NULL)
            continue;
        filled = TRUE;
        if (!gather(part, element, text, &damage))
            break;
    }
    if (!is_whole(damage, error))
        return FALSE;
    if (!filled)
        return TRUE;
    interpret(archive, place, type, text);
    return workbook_set(archive->workbook, place->sheet, place->row, place->column, text->str,
                        archive->problems);
}

static gboolean
read_sheet(Archive *archive, WorkbookSheet *sheet, const char *name, GError **error)
{
    g_autoptr(GBytes) bytes = read_part(archive, name, error);
    if (bytes == NULL)
        return FALSE;
    g_autoptr(xmlTextReader) xml = open_xml(bytes);
    Part part = {xml, name, archive};
    Place place = {.sheet = sheet};
    GError *damage = NULL;
    while (next(&part, &damage)) {
        if (opens(&part, "row")) {
            g_autofree char *number = attribute(&part, "r");
            guint64 row;
            gboolean told = number != NULL && g_ascii_string_to_unsigned(number, 10, 1, 1 << 20, &row, NULL);
            place.row = told ? (int)row : place.row + 1;
            place.column = G_MAXUINT;
        } else if (opens(&part, "c") && !read_cell(archive, &part, &place, &damage)) {
            break;
        }
    }
    return is_whole(damage, error);
}

/* ---- the whole ---- */

/* The wanted sheets, in the order of the workbook, each with the part that it stands in. */
static gboolean
read_workbook(Archive *archive, const char *const *wanted, GPtrArray *parts, GError **error)
{
    const char *name = "xl/workbook.xml";
    g_autoptr(GBytes) bytes = read_part(archive, name, error);
    if (bytes == NULL)
        return FALSE;
    g_autoptr(xmlTextReader) xml = open_xml(bytes);
    Part part = {xml, name, archive};
    GError *damage = NULL;
    for (int sheets = 0; sheets < SHEETS_MAX && next(&part, &damage);) {
        if (!opens(&part, "sheet"))
            continue;
        sheets++;
        g_autofree char *title = attribute(&part, "name");
        g_autofree char *id = attribute(&part, "id");
        const char *target = id != NULL ? g_hash_table_lookup(archive->relations, id) : NULL;
        if (title == NULL || target == NULL)
            continue;
        if (workbook_sheet(archive->workbook, title) != NULL)
            problems_add(archive->problems, title, 0, NULL,
                         _("two sheets have this name; rename or delete one"));
        else if (workbook_add_sheet(archive->workbook, title, wanted) != NULL)
            g_ptr_array_add(parts, g_strdup(target));
    }
    return is_whole(damage, error);
}

static gboolean
read_all(Archive *archive, const char *const *wanted, GError **error)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
    if (!has_part(archive, "xl/workbook.xml")) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                    _("%s: a zip file, but no Excel workbook; save the form as .xlsx (in LibreOffice: Save "
                      "as, Excel 2007)"),
                    archive->problems->file);
        return FALSE;
    }
    if (!read_relations(archive, error) || !read_workbook(archive, wanted, parts, error) ||
        !read_strings(archive, error))
        return FALSE;
    for (guint i = 0; i < parts->len; i++)
        if (!read_sheet(archive, g_ptr_array_index(archive->workbook->sheets, i), g_ptr_array_index(parts, i),
                        error))
            return FALSE;
    return TRUE;
}

static zip_t *
open_zip(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    zip_source_t *source = zip_source_buffer_create(data, size, 0, NULL);
    zip_t *zip = source != NULL ? zip_open_from_source(source, ZIP_RDONLY, NULL) : NULL;
    if (zip == NULL && source != NULL)
        zip_source_free(source);
    return zip;
}

Workbook *
workbook_from_xlsx(GBytes *bytes, const char *const *wanted, Problems *problems, GError **error)
{
    g_autoptr(zip_t) zip = open_zip(bytes);
    g_autoptr(Workbook) workbook = workbook_new();
    g_autoptr(GPtrArray) strings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) relations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    Archive archive = {zip, problems, workbook, strings, relations};
    if (zip == NULL) {
        refuse(&archive, error, _("a damaged .xlsx"));
        return NULL;
    }
    return read_all(&archive, wanted, error) ? g_steal_pointer(&workbook) : NULL;
}
