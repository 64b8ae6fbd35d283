/* What the files of the ledger share. */
#pragma once

#include "database-private.h"
#include "store-ledger.h"

/* The cause of a feed that was still running when the next one of its batch began. */
#define STORE_CAUSE_DIED "died"

/* The state of a side that did not come. */
#define STORE_FRAME_LOST "lost"

/* Takes the lock of a batch that is being scanned, until store_feed_unlock() or store_free(), or the end of
 * the process; a Store that has it keeps it. STORE_ERROR_INPUT when another Store has it; `name` is the
 * batch's. */
gboolean store_feed_lock(Store *store, gint64 batch, const char *name, GError **error);

/* Lets go of it; where it was not taken, nothing. */
void store_feed_unlock(Store *store, gint64 batch);

/* The number after the highest in the ledger of a batch. */
gboolean store_feed_next_sheet(Store *store, gint64 batch, guint *sheet, GError **error);
