/* What the files about labels share. */
#pragma once

#include "calibration-labels.h"

#define CALIBRATION_LABEL_COLUMNS 5

extern const char *const calibration_label_columns[CALIBRATION_LABEL_COLUMNS];

/* By CalibrationTruth, and by CalibrationRule; NULL-terminated. */
extern const char *const calibration_truth_names[];
extern const char *const calibration_rule_names[];

#define CALIBRATION_NUMBER_SIZE 32

/* A measured number in 7 digits. Returns `text`. */
const char *calibration_number(char text[CALIBRATION_NUMBER_SIZE], double value);
