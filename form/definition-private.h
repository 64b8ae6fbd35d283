/* The stages from a workbook to a definition:
 *
 *   workbook → tables (headers understood) → settings, choices, survey rows → cross checks → definition
 *
 * Every stage notes what is wrong in `problems` and goes on, so that an author sees all of it at once. */
#pragma once

#include "form-definition.h"
#include "problems-private.h"
#include "workbook-private.h"

/* ---- definition-table.c: a sheet whose headers are understood ---- */

/* A header that we know. Several names may stand for one key. */
typedef struct {
    const char *name;
    const char *key;
    gboolean translated; /* may name a language */
} TableHeader;

typedef struct {
    const char *key; /* of a TableHeader */
    char *language;  /* "" where none is named */
    guint column;
} TableColumn;

typedef struct {
    const WorkbookSheet *sheet;
    GArray *columns; /* of TableColumn */
    Problems *problems;
} Table;

/* Understands the first row of `sheet` by `headers` (ended by a NULL name). Other columns are ignored: with a
 * remark when they look mistyped, as a problem when they begin with print::. `sheet` may be NULL: a table
 * without rows. */
Table *table_new(const WorkbookSheet *sheet, const TableHeader *headers, Problems *problems,
                 GPtrArray *remarks);
void table_free(Table *table);
gboolean table_has(const Table *table, const char *key);
const char *table_get(const Table *table, const WorkbookRow *row, const char *key);

/* The wordings of a row in all languages, or NULL when there is none. The caller frees it. */
FormText *table_text(const Table *table, const WorkbookRow *row, const char *key);

/* What the author called the column: for messages. Owned by the workbook, or `key` itself. */
const char *table_header(const Table *table, const char *key);

/* Rows below the header. */
guint table_rows(const Table *table);
const WorkbookRow *table_row(const Table *table, guint index);

/* Notes a problem of a row. `key` may be NULL. */
void table_problem(const Table *table, const WorkbookRow *row, const char *key, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* yes, true, true(), 1, x … are TRUE; an empty cell, no, false … FALSE; `known` (may be NULL) tells whether
 * the word was one of them. */
gboolean table_truth(const char *word, gboolean *known);

/* The rule in a row's print::marks; `otherwise` where the cell is empty or wrong. */
FormMarksRule table_marks_rule(const Table *table, const WorkbookRow *row, FormMarksRule otherwise);

/* "Tiếng Việt", "Vietnamese (vi)", "VI" → "vi"; an unknown name in small letters. The caller frees it. */
char *language_code(const char *name);

/* ---- definition-type.c: the `type` column ---- */

typedef enum {
    ROW_QUESTION,
    ROW_BEGIN_GROUP,
    ROW_END_GROUP,
    ROW_BEGIN_REPEAT,
    ROW_END_REPEAT,
    ROW_BY_MACHINE, /* a phone fills it in by itself: left out with a remark */
    ROW_NOT_ON_PAPER,
    ROW_UNKNOWN,
} RowKind;

typedef struct {
    RowKind kind;
    FormType type; /* of a question */
    char *list;    /* of a select, or NULL where the author named none; owned */
    gboolean or_other;
    const char *nearest; /* of an unknown type: what may have been meant, or NULL */
} RowType;

RowType row_type_parse(const char *cell);
void row_type_clear(RowType *type);

/* ---- the builder ---- */

typedef struct {
    char *name;
    GPtrArray *choices; /* of FormChoice*, owned */
    GArray *rows;       /* of const WorkbookRow*, one a choice */
    gboolean used, used_multiple;
} ChoiceList;

/* A name of the survey: a question, or what was left out. */
typedef struct {
    const char *name;
    const char *type; /* as written */
    int row;
    const FormItem *item; /* NULL: nothing on the paper answers to the name */
} Name;

/* An expression to be checked once all names are known. */
typedef struct {
    const WorkbookRow *row;
    const char *key;
    const char *source;
    const FormItem *owner; /* NULL for a group's */
} Condition;

typedef struct {
    Problems *problems;
    FormDefinition *definition;
    Table *settings, *choices, *survey;
    GPtrArray *list_order; /* of ChoiceList*, owned */
    GHashTable *lists;     /* by name */
    GHashTable *names;     /* char* in small letters -> Name*, owned */
    GArray *conditions;    /* of Condition */
    GArray *item_rows;     /* of const WorkbookRow*, one an item */
    guint options;         /* answer positions so far */
} Builder;

/* definition-settings.c */
extern const TableHeader settings_headers[];
void build_settings(Builder *builder);

/* definition-choices.c */
extern const TableHeader choices_headers[];
void build_choices(Builder *builder);

/* Gives a select its choices. FALSE, with the problem noted, when there is no such list. */
gboolean build_question_choices(Builder *builder, const WorkbookRow *row, FormQuestion *question);

/* definition-survey.c */
extern const TableHeader survey_headers[];
void build_survey(Builder *builder);

/* definition-question.c */
void build_question(Builder *builder, const WorkbookRow *row, const RowType *type, FormGroup *group,
                    const char *group_relevant);

/* Whether `name` may name a question: as XML and databases allow. */
gboolean build_name_is_valid(const char *name);

/* Remembers a name; FALSE, with the problem noted, when it is taken. */
gboolean build_claim_name(Builder *builder, const WorkbookRow *row, const char *name, const FormItem *item);
void build_add_condition(Builder *builder, const WorkbookRow *row, const char *key, const char *source,
                         const FormItem *owner);

/* definition-check.c: what can be seen only once everything is read. */
void build_check(Builder *builder);

/* The nearest group around, from `group` outwards, that is a table-list; or NULL. */
const FormGroup *build_table_around(const FormGroup *group);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Table, table_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RowType, row_type_clear)
