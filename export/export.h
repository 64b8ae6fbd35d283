/* Verified batches out: one file per format, all built aside and moved into place together. */
#pragma once

#include "store.h"

#define EXPORT_ERROR (export_error_quark())

typedef enum {
    EXPORT_ERROR_INPUT,   /* unknown format or batch, nothing to export … */
    EXPORT_ERROR_MACHINE, /* cannot write */
} ExportError;

GQuark export_error_quark(void);

typedef struct {
    const char *const *batches; /* NULL-terminated names; NULL: all */
    const char *form;           /* code; NULL: the only form of the station, else an error lists them */
    const char *formats;        /* "csv" */
    const char *language;       /* of labels in the codebook; NULL: the form's own */
    const char *dir;            /* made where it is missing; files of an earlier export are replaced */
} ExportOptions;

typedef struct {
    guint questionnaires;
    guint cells;
} ExportResult;

/* Writes responses.csv, cells.csv and codebook.csv (docs/export.md). The same station exported twice gives
 * the same bytes. On error `dir` is as it was. */
gboolean export_run(Store *store, const ExportOptions *options, ExportResult *result, GError **error);

/* The columns of responses.csv after `serial` and the sample list's: one a question in form order, a
 * select_multiple also as name/value (1, 0, or empty where it is not answered); notes and personal questions
 * are left out. Appends to `columns` (of char*, owned). The simulation's truth.csv has the same columns. */
void export_response_columns(const FormPackage *form, GPtrArray *columns);
