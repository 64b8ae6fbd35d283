/* What a definition asks, in a few lines for its author. */
#pragma once

#include "form-definition.h"

/* Prints title, code, counts and remarks on standard output. */
void definition_summary_print(const FormDefinition *definition);
