/* The shipped questionnaire, compiled: what the demo prints and the bench measures. */
#pragma once

#include "form-package.h"

#define SHIPPED_FORM "sipas-2026"

/* Lays it out and writes the package to `path`. The caller frees it. */
FormPackage *shipped_compile(const char *path, GError **error);
