/* A delivery of filled questionnaires by simulation: image files as an office scanner leaves them, and what
 * was truly answered. Used by the demo and by the bench. */
#pragma once

#include "form-package.h"
#include "form-sample.h"
#include "progress-private.h"

typedef struct {
    const FormPackage *package;
    const FormSample *sample;
    guint32 seed;
    guint threads;
    gboolean mixed;     /* sheets out of order, some upside down; else in order and upright */
    Progress *progress; /* or NULL */
} ScansOptions;

/* Writes every page of every questionnaire of the sample list as DIR/0001.jpg …, 300 dpi grey. The same
 * options give the same files, whatever the number of threads. */
gboolean scans_write(const ScansOptions *options, const char *dir, GError **error);

/* Writes what was answered, with the columns of responses.csv (docs/export.md). */
gboolean scans_write_truth(const ScansOptions *options, const char *path, GError **error);
