#include "export.h"

G_DEFINE_QUARK(phieu - export - error - quark, export_error)
