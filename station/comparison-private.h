/* An export beside the truth: how many answers are right, wrong, for a person. */
#pragma once

#include "form-package.h"
#include "score-private.h"

typedef struct {
    Score score;
    guint questionnaires; /* of the truth */
    guint lost;           /* of them not in the export */
    GPtrArray *wrong;     /* of char*: "serial field: read …, truly …", for people */
} Comparison;

void comparison_clear(Comparison *comparison);

/* Compares responses.csv and cells.csv in `export_dir` with the truth, which has the columns of
 * responses.csv. The caller clears `comparison`. */
gboolean comparison_run(const FormPackage *package, const char *export_dir, const char *truth_path,
                        Comparison *comparison, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Comparison, comparison_clear)
