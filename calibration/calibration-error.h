/* The errors of this folder; see form-error.h for what the two codes mean. */
#pragma once

#include <glib.h>

#define CALIBRATION_ERROR (calibration_error_quark())

typedef enum {
    CALIBRATION_ERROR_INPUT,
    CALIBRATION_ERROR_MACHINE,
} CalibrationError;

GQuark calibration_error_quark(void);
