#include "bench-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <time.h>
#include <turbojpeg.h>

#include "bench-decode-private.h"
#include "command-private.h"
#include "omr-reader.h"
#include "scanner-pages.h"

/* One page's times. */
typedef struct {
    double pixels_ms, pixels_wall_ms, jpeg_ms, decode_ms;
} Times;

static double
clock_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static gboolean
measure_file(OmrReader *reader, const char *path, Times *times, GError **error)
{
    double start_ms = clock_ms(CLOCK_THREAD_CPUTIME_ID);
    g_autoptr(ScannerFile) file = scanner_file_open(path, error);
    g_auto(ScannerPage) page = {0};
    if (!file || !scanner_file_read(file, 0, &page, error))
        return FALSE;
    OmrInput input = {.pix = page.pix, .dpi_x = page.dpi_x, .dpi_y = page.dpi_y, .image = path};
    g_autoptr(FormReading) from_file = omr_reader_read(reader, &input);
    times->jpeg_ms = clock_ms(CLOCK_THREAD_CPUTIME_ID) - start_ms;

    double wall_ms = clock_ms(CLOCK_MONOTONIC);
    start_ms = clock_ms(CLOCK_THREAD_CPUTIME_ID);
    g_autoptr(FormReading) from_pixels = omr_reader_read(reader, &input);
    times->pixels_ms = clock_ms(CLOCK_THREAD_CPUTIME_ID) - start_ms;
    times->pixels_wall_ms = clock_ms(CLOCK_MONOTONIC) - wall_ms;
    return TRUE;
}

static gboolean
measure_decode(BenchDecoder *decoder, const char *path, Times *times, GError **error)
{
    g_autoptr(GBytes) bytes = bench_decoder_load(path, error);
    if (!bytes)
        return FALSE;
    double start_ms = clock_ms(CLOCK_THREAD_CPUTIME_ID);
    gboolean fine = bench_decoder_decode(decoder, path, bytes, error);
    times->decode_ms = clock_ms(CLOCK_THREAD_CPUTIME_ID) - start_ms;
    return fine;
}

static int
compare_doubles(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double
bench_quantile(GArray *values, double share)
{
    g_array_sort(values, compare_doubles);
    double place = share * (values->len - 1);
    guint below = (guint)floor(place), above = MIN(below + 1, values->len - 1);
    double low = g_array_index(values, double, below), high = g_array_index(values, double, above);
    return low + (high - low) * (place - below);
}

static double
quantile_of(const GArray *pages, double (*value)(const Times *times), double share)
{
    g_autoptr(GArray) values = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i < pages->len; i++) {
        double one = value(&g_array_index(pages, Times, i));
        g_array_append_val(values, one);
    }
    return bench_quantile(values, share);
}

static double
pixels_of(const Times *times)
{
    return times->pixels_ms;
}

static double
pixels_wall_of(const Times *times)
{
    return times->pixels_wall_ms;
}

static double
jpeg_of(const Times *times)
{
    return times->jpeg_ms;
}

static double
decode_of(const Times *times)
{
    return times->decode_ms;
}

static double
ratio_of(const Times *times)
{
    return times->jpeg_ms / times->decode_ms;
}

/* Every page once to warm the caches of the first, then each: its decoding and its reading, one after the
 * other. */
static gboolean
measure_all(OmrReader *reader, BenchDecoder *decoder, const GPtrArray *paths, GArray *pages, GError **error)
{
    Times warm_up;
    if (!measure_file(reader, paths->pdata[0], &warm_up, error) ||
        !measure_decode(decoder, paths->pdata[0], &warm_up, error))
        return FALSE;
    for (guint i = 0; i < paths->len; i++) {
        Times times;
        if (!command_go_on(error) || !measure_decode(decoder, paths->pdata[i], &times, error) ||
            !measure_file(reader, paths->pdata[i], &times, error))
            return FALSE;
        g_array_append_val(pages, times);
    }
    return TRUE;
}

gboolean
bench_pages(const FormPackage *package, const GPtrArray *paths, BenchPages *result, GError **error)
{
    g_autoptr(CalibrationProfile) profile = calibration_profile_default();
    g_autoptr(OmrForms) forms = omr_forms_new();
    if (!omr_forms_add(forms, package, error))
        return FALSE;
    g_autoptr(OmrReader) reader = omr_reader_new(forms, profile);
    g_autoptr(BenchDecoder) decoder = bench_decoder_new();
    g_autoptr(GArray) pages = g_array_new(FALSE, FALSE, sizeof(Times));
    if (!measure_all(reader, decoder, paths, pages, error))
        return FALSE;
    *result = (BenchPages){.pixels_ms_median = quantile_of(pages, pixels_of, 0.5),
                           .pixels_ms_p99 = quantile_of(pages, pixels_of, 0.99),
                           .pixels_wall_ms_median = quantile_of(pages, pixels_wall_of, 0.5),
                           .jpeg_ms_median = quantile_of(pages, jpeg_of, 0.5),
                           .decode_ms_median = quantile_of(pages, decode_of, 0.5),
                           .jpeg_over_decode = quantile_of(pages, ratio_of, 0.5)};
    return TRUE;
}
