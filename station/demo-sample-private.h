/* The made sample list of the demo and the bench. */
#pragma once

#include <glib.h>

#define DEMO_SAMPLE_MAX 20000

/* A sample list of `count` (1 … DEMO_SAMPLE_MAX) questionnaires as CSV: serial, province_code, province,
 * commune, village. Provinces and their codes are those of 1 July 2025; the villages are made up. `communes`
 * is set to how many communes it has. The caller frees it. */
char *demo_sample_csv(guint count, guint *communes);
