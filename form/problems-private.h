/* All problems of one file, found in one go and told in one error. */
#pragma once

#include <glib.h>

typedef struct {
    const char *file;  /* as the user named it; the caller's */
    const char *place; /* what a row is called: "row" of a spreadsheet, "line" of a text */
    guint shown;       /* so many are told, then the rest is counted */
    GPtrArray *list;   /* of Problem* */
    guint total;
} Problems;

void problems_init(Problems *problems, const char *file, guint shown);
void problems_clear(Problems *problems);

/* Notes a problem. `sheet` and `column` may be NULL, `row` 0: what is not known is not told. The text says
 * what is wrong, then "; ", then how to mend it; it becomes one line whatever it quotes. */
void problems_add(Problems *problems, const char *sheet, int row, const char *column, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

/* TRUE when there are none; else FALSE and FORM_ERROR_INPUT with a line each, by sheet and row. */
gboolean problems_tell(const Problems *problems, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Problems, problems_clear)
