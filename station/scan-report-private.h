/* How a run of the feeder ended, what the station holds, and what a person is to do: in words and as JSON. */
#pragma once

#include <jansson.h>

#include "scan-private.h"

/* Prints it on standard output. */
void scan_report_print(const char *batch, const ScanResult *result, const StoreLedger *ledger);

/* The same for programs: the keys of docs/feeder.md. The caller owns the reference. */
json_t *scan_report_json(const char *batch, const ScanResult *result, const StoreLedger *ledger);

/* The ledger alone, as `batch show` prints it. */
void scan_report_ledger(const StoreLedger *ledger);

/* What ended a run, in words ("paper jam"), from the code that the ledger keeps. */
const char *scan_cause_words(const char *cause);
