#include "scanner-pages.h"

G_DEFINE_QUARK(phieu-scanner-error-quark, scanner_error)
