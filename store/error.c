#include "store.h"

G_DEFINE_QUARK(phieu - store - error - quark, store_error)
