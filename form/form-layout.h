/* From definition to paper: the package, its blank pages and its print master. */
#pragma once

#include "form-definition.h"
#include "form-package.h"

/* Lays `definition` out on A4 in `language` (NULL: the definition's own) and writes the package to `path`
 * (NAME.form.json), its blank pages (NAME-p1.png …, 300 dpi, grey) and its print master (NAME.pdf) beside it;
 * the JSON last, so that a package never names a file that is not there. FORM_ERROR_INPUT when a question
 * does not fit on a page or the font cannot show a text; FORM_ERROR_MACHINE when the font is missing or a
 * file cannot be written. */
FormPackage *form_layout_compile(const FormDefinition *definition, const char *language, const char *path,
                                 GError **error);
