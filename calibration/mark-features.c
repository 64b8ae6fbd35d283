/* What is measured of a mark, by name. */
#include "calibration-profile.h"

typedef struct {
    const char *name;
    gsize offset;
} Feature;

#define FEATURE(name)                                                                                        \
    {                                                                                                        \
#name, G_STRUCT_OFFSET(CalibrationMark, name)                                                        \
    }

static const Feature features[] = {
    FEATURE(cover),    FEATURE(reach), FEATURE(ring),       FEATURE(around), FEATURE(beside),  FEATURE(spill),
    FEATURE(darkness), FEATURE(style), FEATURE(mass),       FEATURE(depth),  FEATURE(shade),   FEATURE(width),
    FEATURE(exits),    FEATURE(arms),  FEATURE(straight),   FEATURE(leaves), FEATURE(through), FEATURE(hook),
    FEATURE(over),     FEATURE(patch), FEATURE(prominence),
};

/* A number that is missing above would be missing in every file of marks. */
G_STATIC_ASSERT(sizeof(CalibrationMark) == G_N_ELEMENTS(features) * sizeof(double));

guint
calibration_mark_n_features(void)
{
    return G_N_ELEMENTS(features);
}

const char *
calibration_mark_feature_name(guint feature)
{
    return features[feature].name;
}

double
calibration_mark_feature(const CalibrationMark *mark, guint feature)
{
    return G_STRUCT_MEMBER(double, mark, features[feature].offset);
}

void
calibration_mark_set_feature(CalibrationMark *mark, guint feature, double value)
{
    G_STRUCT_MEMBER(double, mark, features[feature].offset) = value;
}
