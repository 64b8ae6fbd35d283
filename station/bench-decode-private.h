/* The floor of every measurement: TurboJPEG's decoding of a page, and nothing else. */
#pragma once

#include <glib.h>

/* Decodes into the same memory again and again. One a thread. */
typedef struct BenchDecoder BenchDecoder;

BenchDecoder *bench_decoder_new(void);
void bench_decoder_free(BenchDecoder *decoder);

GBytes *bench_decoder_load(const char *path, GError **error);
gboolean bench_decoder_decode(BenchDecoder *decoder, const char *path, GBytes *bytes, GError **error);

/* The value below which `share` of `values` (of double, at least one) lies; sorts them. */
double bench_quantile(GArray *values, double share);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(BenchDecoder, bench_decoder_free)
