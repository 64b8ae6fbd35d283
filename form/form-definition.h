/* What an author wrote: an XLSForm workbook, or the same tables in Markdown.
 *
 * docs/form-format.md is the author's guide: columns, types, the paper-only `print::` columns, and what is
 * forgiven. */
#pragma once

#include "form-question.h"

/* A group of questions. Groups nest; `parent` is NULL at the top. */
typedef struct FormGroup FormGroup;
struct FormGroup {
    char *name;
    FormText *label;   /* empty where the group has no title */
    FormGroup *parent; /* owned by the definition */
    gboolean table;    /* appearance `table-list`: its selects of one list form a grid */
};

/* A question as the author placed it: what is asked, plus the wishes that only the layout reads.
 *
 * The question's `relevant` is its own joined with those of the groups around it; its `group` is the nearest
 * title above it. A list used with or_other is named "LIST or_other": it has one choice more, so its rows
 * share no grid with LIST's. */
typedef struct {
    FormQuestion *question;
    FormGroup *group;    /* innermost, or NULL; owned by the definition */
    gboolean head;       /* appearance `label`: prints the scale, asks nothing */
    gboolean in_grid;    /* appearance `list-nolabel`, or in a `table-list` group at any depth */
    double box_mm;       /* print::box: height of a writing box; 0 = the type's own */
    int cells;           /* print::cells: number of one-character cells; 0 = the type's own */
    int columns;         /* print::columns: options side by side in so many columns; 0 = as many as fit */
    gboolean page_break; /* print::break: starts a new page */
} FormItem;

typedef struct {
    char *code;  /* settings form_id in capitals: [A-Z0-9.-]{1,20}, as a QR carries it */
    int version; /* settings version: 1 … 999999 */
    FormText *title;
    FormText *head; /* settings print::head: template of the page head, with ${column} of the sample list; or
                       NULL */
    FormText *instruction; /* settings print::instruction: how to mark; or NULL for the built-in wording */
    FormMarksRule marks;   /* settings print::marks: the rule of questions that name none; without it
                              the one that the built-in instruction tells, or none beside another instruction */
    char *language;        /* settings default_language, as a code: what is printed unless told otherwise */
    GPtrArray *groups;     /* of FormGroup*, owned */
    GPtrArray *items;      /* of FormItem*, owned, in form order */
    GPtrArray *remarks;    /* of char*: what was left out of the paper, and why (calculate, start …) */
} FormDefinition;

/* Reads a definition; the kind is told by content, not by name. All problems of the file are found in one go:
 * FORM_ERROR_INPUT with one line each, "FILE: sheet survey, row 12, column type: what; how to mend". */
FormDefinition *form_definition_load(const char *path, GError **error);

/* The same from memory; `name` stands in messages. */
FormDefinition *form_definition_parse(const char *name, GBytes *bytes, GError **error);
void form_definition_free(FormDefinition *definition);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FormDefinition, form_definition_free)
