/* The measurements of `phieu bench`, each on files that it made itself. */
#pragma once

#include "form-package.h"

/* A page from its pixels and from its file, beside the bare decoding of that file. Milliseconds of CPU time
 * of the one thread that does it, so that other work on the machine does not show. */
typedef struct {
    double pixels_ms_median, pixels_ms_p99;
    double pixels_wall_ms_median; /* the same by the clock on the wall */
    double jpeg_ms_median;        /* file to reading */
    double decode_ms_median;      /* TurboJPEG alone, of the file's bytes in memory, to grey */
    double jpeg_over_decode;      /* median over the pages of jpeg / decode, measured one after the other */
} BenchPages;

gboolean bench_pages(const FormPackage *package, const GPtrArray *paths, BenchPages *result, GError **error);

/* Files into a new station, beside the bare decoding of the same files by as many threads. Wall time. */
typedef struct {
    double import_pages_per_s, decode_pages_per_s; /* medians over the rounds */
    double import_over_decode;                     /* median over the rounds of their ratio */
} BenchImport;

/* `dir` is where stations are made and removed. */
gboolean bench_import(const FormPackage *package, const GPtrArray *paths, guint jobs, const char *dir,
                      BenchImport *result, GError **error);

/* Scanning through the virtual feeder, from uncompressed pages. */
typedef struct {
    double sides_per_s; /* at full pace, median over the rounds: the most that the station keeps up with */
    double
        core_percent; /* CPU time of station and feeder process at 150 duplex sheets a minute, of one core */
} BenchScan;

/* Two pages of `paths` or more, a sheet each two. The rate is from the first side read to the last sheet
 * stored, the share that of the sheets after the first fifth and before the last: loading forms is left out.
 * `dir` is where page images and stations are made and removed. */
gboolean bench_scan(const FormPackage *package, const GPtrArray *paths, guint jobs, const char *dir,
                    BenchScan *result, GError **error);

/* Printing in a process of its own, so that its memory is its own. */
typedef struct {
    double seconds; /* wall time, loading included */
    double peak_mb; /* most resident memory, 1 MB = 10^6 bytes */
} BenchPrint;

gboolean bench_print(const char *package_path, const char *sample_path, const char *output_path,
                     BenchPrint *result, GError **error);

/* What that process does: prints, and reports on standard output. */
gboolean bench_print_child(char *const *words, GError **error);
