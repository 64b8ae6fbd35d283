/* `phieu bench accuracy`: a population fills in and scans questionnaires by simulation, the reader reads them
 * from their pixels, and what it says is compared with the truth. docs/accuracy.md. */
#pragma once

#include "accuracy-tally-private.h"
#include "calibration-profile.h"
#include "omr-reader.h"

/* One way of scanning and how many questionnaires of a hundred are scanned so. */
typedef struct {
    double dpi;
    CalibrationMode mode;
    double share;
} AccuracyScanner;

typedef struct {
    const char *name;
    const CalibrationHabits *habits;
    const AccuracyScanner *scanners; /* each questionnaire comes through one, its pages ordinary scans; the
                                        last one has share 0. NULL: each page is a hard scan of its own */
} AccuracyPopulation;

/* NULL with STATION_ERROR_INPUT when there is none of that name. */
const AccuracyPopulation *accuracy_population_find(const char *name, GError **error);

/* "300 dpi grey": the row of a scan in the tables. The caller frees it. */
char *accuracy_scan_name(const CalibrationScan *scan);

/* What is measured. Shared by all threads, and not changed by them. */
typedef struct {
    const AccuracyPopulation *population;
    const FormPackage *package;
    const OmrForms *forms; /* made of the package by accuracy_run() */
    const CalibrationProfile *profile;
    guint32 seed;
} AccuracySubject;

/* What a thread has of its own. */
typedef struct {
    FormPrinter *printer;
    OmrReader *reader;
    GArray *positions; /* of OmrPosition */
} AccuracyMeans;

AccuracyMeans *accuracy_means_new(const AccuracySubject *subject, GError **error);
void accuracy_means_free(AccuracyMeans *means);

/* A page that was printed, filled in, scanned and read. */
typedef struct {
    FormSheetId id;
    CalibrationScan scan;
    double darkness; /* of the line that it was filled in with, 0 … 1 */
    AccuracyTruth *truth;
    PIX *pix;
    FormReading *reading;
    const GArray *positions; /* the means': what was measured, until the next page */
} AccuracyPage;

/* How a page of a questionnaire (from 0) is scanned: drawn from the seed and the two alone, but in hard scans
 * a light pencil is spared. */
CalibrationScan accuracy_scan_of(const AccuracySubject *subject, guint questionnaire, int page,
                                 const CalibrationRespondent *respondent);

/* At which resolution. */
double accuracy_dpi_of(const AccuracySubject *subject, guint questionnaire, int page);

/* Makes and reads page `page` of a questionnaire; the same whatever was made before. Clear it, also after an
 * error. */
gboolean accuracy_page_make(const AccuracySubject *subject, AccuracyMeans *means, guint questionnaire,
                            int page, AccuracyPage *made, GError **error);
void accuracy_page_clear(AccuracyPage *page);

/* What has befallen a page, in words: the rows of the table of damages. NULL-terminated; the caller frees the
 * array, its strings are static. */
const char **accuracy_page_damages(const AccuracyPage *page);

/* The same page in words, as one JSON object: what was wrong, refused or doubted. The caller owns the
 * reference. */
json_t *accuracy_page_describe(const AccuracyPage *page, AccuracyVerdict verdict);

/* Appends a line for each position of a page that was read: truth, features, state. */
void accuracy_page_add_features(const AccuracySubject *subject, const AccuracyPage *page, GString *text);

/* The header of those lines. */
void accuracy_features_header(GString *text);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(AccuracyPage, accuracy_page_clear)
