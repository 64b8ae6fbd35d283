/* Keys that steer a run while it goes, where standard input is a terminal: p pauses and goes on, s stops. */
#pragma once

#include "scan-private.h"

typedef struct ScanKeys ScanKeys;

/* Takes the terminal's line mode away until it is freed; NULL where there is no terminal. */
ScanKeys *scan_keys_new(ScanControl *control);

/* Does what the keys pressed since say. NULL is fine, here and below. */
void scan_keys_look(ScanKeys *keys);
void scan_keys_free(ScanKeys *keys);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScanKeys, scan_keys_free)
