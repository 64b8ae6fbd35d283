/* Batches by their names. */
#pragma once

#include "database-private.h"

/* Whether `name` may name a batch; STORE_ERROR_INPUT else. */
gboolean store_batch_check_name(const char *name, GError **error);

/* The id of a batch, which must be there: STORE_ERROR_INPUT else. */
gboolean store_batch_find(Store *store, const char *name, gint64 *id, GError **error);

/* The id of a batch, which is made when it is new; within a write transaction. */
gboolean store_batch_make(Store *store, const char *name, gint64 *id, GError **error);
