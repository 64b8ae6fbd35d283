/* What the station holds of a batch that was fed, how its last feed ended, and what a person is to do: in
 * words. */
#pragma once

#include "store-ledger.h"

/* Prints it on standard output. `detail` is what the driver said at the end, or NULL. The ledger has a feed.
 */
void scan_report_print(const char *station_dir, const char *batch, const char *detail,
                       const StoreLedger *ledger);

/* What ended a feed or lost a side, in words ("paper jam"), from the code that the ledger keeps. */
const char *scan_cause_words(const char *cause);
