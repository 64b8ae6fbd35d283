/* Templates of the page head: "Tỉnh: ${province}". */
#pragma once

#include "form-sample.h"

/* The template with the row's values. The caller frees it. */
char *print_head_fill(const char *text, const FormSample *sample, const FormSampleRow *row);

/* The first column that the template names and the list does not have, or NULL. The caller frees it. */
char *print_head_unknown(const char *text, const FormSample *sample);

/* The column's index (any case), or -1. */
int print_column(const FormSample *sample, const char *name);
