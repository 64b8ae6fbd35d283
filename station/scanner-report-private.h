/* What `calibrate scanner` says of one scan. */
#pragma once

#include "calibration-scanner.h"

typedef struct {
    const char *image, *scanner;
    int index;
    CalibrationScannerReading reading;
    GPtrArray *findings; /* of CalibrationFinding* */
    const char *history; /* the file, or NULL */
    guint records;       /* earlier scans of the same kind in it */
    gboolean added;
} ScannerReport;

/* On standard output, for people or as one JSON object on a line. */
void scanner_report_print(const ScannerReport *report, gboolean json);
