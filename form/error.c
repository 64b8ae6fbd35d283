#include "form-error.h"

G_DEFINE_QUARK(phieu - form - error - quark, form_error)
