/* Labelled marks for `phieu calibrate marks`: pages with known answers, read and measured.
 * docs/calibration.md.
 */
#pragma once

#include "accuracy-private.h"
#include "calibration-labels.h"
#include "omr-reader.h"

/* Tells what truly stands at a position of a page that was read; FALSE when nobody knows. */
typedef gboolean (*MarksJudge)(const FormReading *reading, const OmrPosition *position, gpointer data,
                               CalibrationTruth *truth);

/* Empty, or marked where the option is among the values, which are joined by a space. */
CalibrationTruth marks_truth_of(const char *values, const OmrPosition *position);

/* What became of the pages. */
typedef struct {
    guint pages, refused; /* looked at, and of them not read */
    guint unknown;        /* read, but without a single position whose truth is known */
} MarksCount;

/* Simulated pages: questionnaires until so many positions are filled in. The same subject gives the same
 * labels, whatever the number of threads. */
gboolean marks_labels_simulate(const AccuracySubject *subject, guint64 positions, guint threads,
                               CalibrationLabels *labels, MarksCount *count, GError **error);

/* A page image with known answers. */
typedef struct {
    char *path;
    int index; /* page of the file, or -1: all */
    int page;  /* taken for this page of the form where no QR tells; 0 = not told */
    gpointer data;
} MarksImage;

/* Images read by one reader a thread. */
typedef struct {
    const GPtrArray *images; /* of MarksImage* */
    const OmrForms *forms;
    const CalibrationProfile *profile;
    MarksJudge judge; /* called in any thread, with the image's data */
    guint threads;
} MarksScans;

/* What is no image, or damaged, gets its line on standard error and counts as refused. */
gboolean marks_labels_read(const MarksScans *scans, CalibrationLabels *labels, MarksCount *count,
                           GError **error);

MarksImage *marks_image_new(const char *path, int index, int page, gpointer data);
void marks_image_free(gpointer image);

/* Answers known from a CSV file as `demo` writes it: a column a question, rows found by the column `serial`
 * or `image` (a file's name). An empty cell of a single choice may be no mark or two, so it says nothing. */
typedef struct MarksTruthFile MarksTruthFile;

MarksTruthFile *marks_truth_load(const char *path, GError **error);
void marks_truth_free(MarksTruthFile *truth);

/* A MarksJudge; `data` is the MarksTruthFile. */
gboolean marks_truth_judge(const FormReading *reading, const OmrPosition *position, gpointer data,
                           CalibrationTruth *truth);

/* The decisions of the people of a station: the images of its archive are read again. `scanner` (or NULL)
 * takes only the pages of one. */
gboolean marks_labels_decisions(const char *station_dir, const char *scanner,
                                const CalibrationProfile *profile, guint threads, CalibrationLabels *labels,
                                MarksCount *count, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(MarksTruthFile, marks_truth_free)
