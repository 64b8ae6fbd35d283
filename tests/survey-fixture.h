/* The shipped SIPAS form, laid out, with what prints and reads it. */
#pragma once

#include "form-compiled.h"
#include "form-print.h"
#include "omr-reader.h"

typedef struct {
    char *dir;
    FormPackage *package;
    FormPrinter *printer;
    OmrForms *forms;
    CalibrationProfile *profile;
    OmrReader *reader;
} Survey;

static inline void
survey_init(Survey *survey)
{
    g_autoptr(GError) error = NULL;

    survey->dir = new_dir();
    survey->package = compile_shipped("sipas-2026", survey->dir);
    survey->printer = form_printer_new(survey->package, &error);
    g_assert_no_error(error);
    survey->forms = omr_forms_new();
    omr_forms_add(survey->forms, survey->package, &error);
    g_assert_no_error(error);
    survey->profile = calibration_profile_default();
    survey->reader = omr_reader_new(survey->forms, survey->profile);
}

static inline void
survey_clear(Survey *survey)
{
    omr_reader_free(survey->reader);
    calibration_profile_free(survey->profile);
    omr_forms_free(survey->forms);
    form_printer_free(survey->printer);
    form_package_free(survey->package);
    remove_dir(survey->dir);
}
