/* A shipped form, laid out, with what prints and reads it: for the tests that go from print to reading. */
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
survey_init(Survey *survey, const char *form)
{
    g_autoptr(GError) error = NULL;

    survey->dir = new_dir();
    survey->package = compile_shipped(form, survey->dir);
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

static inline FormSheetId
survey_sheet(const Survey *survey, int serial, int page)
{
    FormSheetId id = {.version = survey->package->version, .page = page};

    g_strlcpy(id.code, survey->package->code, sizeof id.code);
    g_snprintf(id.serial, sizeof id.serial, "%07d", serial);
    return id;
}

static inline FormReading *
survey_read(const Survey *survey, PIX *pix)
{
    OmrInput input = {.pix = pix, .image = "page"};

    return omr_reader_read(survey->reader, &input);
}

/* A test that takes a `const Survey *`. */
typedef struct {
    const char *path;
    GTestDataFunc test;
} SurveyTest;

/* Runs tests that share the shipped SIPAS form. */
static inline int
survey_run(const SurveyTest *tests, guint n)
{
    Survey survey = {0};

    setMsgSeverity(L_SEVERITY_NONE);
    survey_init(&survey, "sipas-2026");
    for (guint i = 0; i < n; i++)
        g_test_add_data_func(tests[i].path, &survey, tests[i].test);
    int status = g_test_run();
    survey_clear(&survey);
    return status;
}
