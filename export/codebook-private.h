/* codebook.csv: what the columns and their values mean. */
#pragma once

#include "csv-private.h"
#include "plan-private.h"

/* `sample` holds the names of the sample list's columns as responses.csv has them. `language` is not NULL. */
void export_codebook_write(ExportCsv *csv, const ExportPlan *plan, const GPtrArray *sample,
                           const char *language);
