/* Scanning for programs: JSON objects with the keys of docs/scanning.md. The caller owns the references. */
#pragma once

#include <jansson.h>

#include "scan-private.h"

/* A side as it comes. */
json_t *scan_json_side(const ScanSide *side);

/* A batch as its ledger has it; with `result`, the end of a run. */
json_t *scan_json_ledger(const char *batch, const StoreLedger *ledger);
json_t *scan_json_end(const char *batch, const ScanResult *result, const StoreLedger *ledger);

/* What became of a side, in one word: its page is "new", "same", "doubled" or "refused", or the side is
 * "lost" or "bare". */
const char *scan_outcome_name(const ScanSide *side);

/* Prints an object on a line of its own, at once, and lets go of it. */
void scan_json_print(json_t *object);
