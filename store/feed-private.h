/* What the files of the ledger share. */
#pragma once

#include "database-private.h"
#include "store-ledger.h"

/* The cause of a feed that was still running when the next one of its batch began. */
#define STORE_CAUSE_DIED "died"

/* The state of a side that did not come. */
#define STORE_FRAME_LOST "lost"

/* The number after the highest in the ledger of a batch. */
gboolean store_feed_next_sheet(Store *store, gint64 batch, guint *sheet, GError **error);
