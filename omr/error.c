#include "omr-reader.h"

G_DEFINE_QUARK(phieu - omr - error - quark, omr_error)
