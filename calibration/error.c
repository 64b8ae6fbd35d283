#include "calibration-error.h"

G_DEFINE_QUARK(phieu - calibration - error - quark, calibration_error)
