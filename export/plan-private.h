/* What an export of a form has: the questions of all its versions, and the columns of responses.csv. */
#pragma once

#include "export.h"

/* A question of any version, with the choices of all of them. */
typedef struct {
    const FormQuestion *question; /* as the newest version that has it asks it */
    char *column;                 /* its name in responses.csv and codebook.csv */
    gboolean multiple;            /* a select_multiple in any version */
    gboolean personal;            /* in any version: in cells.csv without its value, not in responses.csv */
    GPtrArray *choices;           /* of const FormChoice* */
} ExportQuestion;

/* One column of responses.csv after the sample list's. */
typedef struct {
    char *name;
    guint question;    /* index of its ExportQuestion */
    const char *value; /* of a name/value column, else NULL */
} ExportColumn;

typedef struct {
    GPtrArray *questions; /* of ExportQuestion*, owned; personal ones included */
    GArray *columns;      /* of ExportColumn */
} ExportPlan;

/* `forms`: the versions of one form, oldest first, at least one; they must outlive the plan. */
ExportPlan *export_plan_new(const GPtrArray *forms);
void export_plan_free(ExportPlan *plan);

/* What a cell of the column holds when its question's value is `value`, "" where it is not answered. */
const char *export_column_text(const ExportColumn *column, const char *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExportPlan, export_plan_free)
