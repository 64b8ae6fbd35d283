#include "bench-private.h"

#include "bench-decode-private.h"
#include "command-private.h"
#include "folder-private.h"
#include "intake-private.h"
#include "parallel-private.h"

/* Odd, so that the median is a measured one. */
#define ROUNDS 5

static gpointer
begin_decoder(gpointer data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
    return bench_decoder_new();
}

static void
end_decoder(gpointer decoder)
{
    bench_decoder_free(decoder);
}

static gboolean
decode_file(guint item, gpointer decoder, gpointer data, GError **error)
{
    const GPtrArray *paths = data;
    g_autoptr(GBytes) bytes = bench_decoder_load(paths->pdata[item], error);
    return bytes && bench_decoder_decode(decoder, paths->pdata[item], bytes, error);
}

/* Pages per second of decoding only. */
static gboolean
measure_decoding(const GPtrArray *paths, guint jobs, double *rate, GError **error)
{
    Parallel parallel = {.items = paths->len,
                         .threads = jobs,
                         .data = (gpointer)paths,
                         .begin = begin_decoder,
                         .end = end_decoder,
                         .work = decode_file};
    gint64 start_us = g_get_monotonic_time();
    if (!parallel_run(&parallel, error))
        return FALSE;
    *rate = (double)paths->len * G_USEC_PER_SEC / (double)(g_get_monotonic_time() - start_us);
    return TRUE;
}

/* Pages per second into a new, open station: forms loaded, files read, pages stored. */
static gboolean
measure_intake(const FormPackage *package, const IntakeOptions *options, double *rate, GError **error)
{
    gboolean added = FALSE;
    if (!store_create(options->station_dir, error))
        return FALSE;
    g_autoptr(Store) store = store_open(options->station_dir, error);
    if (!store || !store_add_form(store, package, &added, error))
        return FALSE;
    g_auto(IntakeResult) result = {0};
    gint64 start_us = g_get_monotonic_time();
    if (!intake_run(store, options, &result, error))
        return FALSE;
    *rate = (double)result.pages * G_USEC_PER_SEC / (double)(g_get_monotonic_time() - start_us);
    return result.files == options->paths->len || command_fail_stopped(error);
}

gboolean
bench_import(const FormPackage *package, const GPtrArray *paths, guint jobs, const char *dir,
             BenchImport *result, GError **error)
{
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();
    g_autofree char *station = g_build_filename(dir, "station", NULL);
    IntakeOptions options = {
        .station_dir = station, .paths = paths, .batch = "bench", .profile = profile, .jobs = jobs};
    g_autoptr(GArray) imports = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) decodes = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) ratios = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i < ROUNDS; i++) {
        double import = 0, decode = 0;
        if (!measure_decoding(paths, jobs, &decode, error) ||
            !measure_intake(package, &options, &import, error) || !folder_remove(station, error))
            return FALSE;
        double ratio = import / decode;
        g_array_append_val(imports, import);
        g_array_append_val(decodes, decode);
        g_array_append_val(ratios, ratio);
    }
    *result = (BenchImport){.import_pages_per_s = bench_quantile(imports, 0.5),
                            .decode_pages_per_s = bench_quantile(decodes, 0.5),
                            .import_over_decode = bench_quantile(ratios, 0.5)};
    return TRUE;
}
