/* The forms of OmrForms, as the other files of this folder see them. */
#pragma once

#include "blank-private.h"
#include "omr-reader.h"

typedef struct {
    const FormPackage *package;
    GPtrArray *blanks; /* of OmrBlank*, page N at N - 1 */
} OmrForm;

struct OmrForms {
    GPtrArray *forms; /* of OmrForm* */
};

/* The form of that code and version; NULL when it is not known. */
const OmrForm *omr_forms_find(const OmrForms *forms, const char *code, int version);
