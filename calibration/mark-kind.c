/* The names of what people do to a position. */
#include "calibration-simulation.h"

static const char *const names[CALIBRATION_MARK_KINDS] = {
    [CALIBRATION_MARK_FILL] = "fill",
    [CALIBRATION_MARK_TICK] = "tick",
    [CALIBRATION_MARK_CROSS] = "cross",
    [CALIBRATION_MARK_CIRCLE] = "circle",
    [CALIBRATION_MARK_DOT] = "dot",
    [CALIBRATION_MARK_SLASH] = "slash",
    [CALIBRATION_MARK_SMALL_CROSS] = "small_cross",
    [CALIBRATION_MARK_LONG_TICK] = "long_tick",
    [CALIBRATION_MARK_PATCHY] = "patchy",
    [CALIBRATION_MARK_OVERFLOW] = "overflow",
    [CALIBRATION_MARK_REMARKED] = "remarked",
    [CALIBRATION_MARK_SCRIBBLED] = "scribbled",
    [CALIBRATION_MARK_STRUCK] = "struck",
    [CALIBRATION_MARK_CROSSED_OUT] = "crossed_out",
    [CALIBRATION_MARK_OUTDONE] = "outdone",
    [CALIBRATION_MARK_WHITED_OUT] = "whited_out",
    [CALIBRATION_MARK_ERASED] = "erased",
    [CALIBRATION_MARK_NONE] = "none",
    [CALIBRATION_MARK_SPECK] = "speck",
    [CALIBRATION_MARK_STRAY] = "stray",
    [CALIBRATION_MARK_TAIL] = "tail",
    [CALIBRATION_MARK_STRUCK_OUT] = "struck_out",
    [CALIBRATION_MARK_BESIDE] = "beside",
};

const char *
calibration_mark_kind_name(CalibrationMarkKind kind)
{
    g_return_val_if_fail((int)kind >= 0 && kind < CALIBRATION_MARK_KINDS, names[CALIBRATION_MARK_NONE]);
    return names[kind];
}
