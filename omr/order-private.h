/* Numbers in order. */
#pragma once

#include <glib.h>

/* Of double, for qsort() and g_array_sort(). */
int omr_compare_doubles(gconstpointer a, gconstpointer b);
