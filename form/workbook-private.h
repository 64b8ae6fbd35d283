/* A workbook: sheets of rows of cells, from an .xlsx or from Markdown tables, with the places that messages
 * name. */
#pragma once

#include <glib.h>

#include "problems-private.h"

/* Bounds of what is taken from a file. The largest XLSForms in use have some thousand rows. */
#define WORKBOOK_MAX_ROWS       20000
#define WORKBOOK_MAX_COLUMNS    256
#define WORKBOOK_MAX_CELL_BYTES (128 * 1024)       /* a spreadsheet holds 32,767 characters in a cell */
#define WORKBOOK_MAX_TEXT_BYTES (64 * 1024 * 1024) /* of all cells */

typedef struct {
    int number;       /* as a spreadsheet shows it, or the line of the text file */
    GPtrArray *cells; /* of char*: trimmed UTF-8, NULL where empty; by column from 0 */
} WorkbookRow;

typedef struct {
    char *name;      /* as written */
    GPtrArray *rows; /* of WorkbookRow*, none of them empty; the first is the header */
} WorkbookSheet;

typedef struct {
    GPtrArray *sheets; /* of WorkbookSheet*, those of xlsx only when `wanted` */
    GPtrArray *others; /* of char*: names of sheets that were not read */
    gsize text_bytes;
} Workbook;

/* Reads a workbook; the kind is told by content. What is wrong in a place is added to `problems` and reading
 * goes on; NULL and FORM_ERROR_INPUT only when the file is no workbook at all. `wanted` names the sheets to
 * read, in small letters. Sets the word that `problems` uses for a row. */
Workbook *workbook_read(GBytes *bytes, const char *const *wanted, Problems *problems, GError **error);
void workbook_free(Workbook *workbook);

/* The sheet of that name in any case, or NULL. */
WorkbookSheet *workbook_sheet(const Workbook *workbook, const char *name);

/* The cell, or NULL when it is empty or beyond the row's end. */
const char *workbook_cell(const WorkbookRow *row, guint column);

/* --- for the two readers --- */

Workbook *workbook_from_markdown(GBytes *bytes, const char *const *wanted, Problems *problems,
                                 GError **error);
Workbook *workbook_from_xlsx(GBytes *bytes, const char *const *wanted, Problems *problems, GError **error);

Workbook *workbook_new(void);

/* A sheet to be filled; NULL and a remembered name when it is not wanted. */
WorkbookSheet *workbook_add_sheet(Workbook *workbook, const char *name, const char *const *wanted);

/* Puts text into a cell of the row numbered `number`, which must be the last row or a later one. Blank text
 * is no cell. FALSE, with the problem noted, when a bound is passed; the reader then stops reading the sheet.
 */
gboolean workbook_set(Workbook *workbook, WorkbookSheet *sheet, int number, guint column, const char *text,
                      Problems *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Workbook, workbook_free)
