#include "bench-decode-private.h"

#include <glib/gi18n-lib.h>
#include <turbojpeg.h>

#include "command-private.h"

struct BenchDecoder {
    tjhandle turbo;
    unsigned char *pixels;
    gsize size;
};

BenchDecoder *
bench_decoder_new(void)
{
    BenchDecoder *decoder = g_new0(BenchDecoder, 1);
    decoder->turbo = tjInitDecompress();
    return decoder;
}

void
bench_decoder_free(BenchDecoder *decoder)
{
    if (!decoder)
        return;
    tjDestroy(decoder->turbo);
    g_free(decoder->pixels);
    g_free(decoder);
}

GBytes *
bench_decoder_load(const char *path, GError **error)
{
    char *content = NULL;
    gsize length = 0;
    GError *problem = NULL;
    if (g_file_get_contents(path, &content, &length, &problem))
        return g_bytes_new_take(content, length);
    g_set_error_literal(error, STATION_ERROR, STATION_ERROR_MACHINE, problem->message);
    g_error_free(problem);
    return NULL;
}

gboolean
bench_decoder_decode(BenchDecoder *decoder, const char *path, GBytes *bytes, GError **error)
{
    gsize length = 0;
    const unsigned char *data = g_bytes_get_data(bytes, &length);
    int width = 0, height = 0, subsampling = 0, colours = 0;
    if (tjDecompressHeader3(decoder->turbo, data, length, &width, &height, &subsampling, &colours) == 0) {
        gsize size = (gsize)width * (gsize)height;
        if (size > decoder->size) {
            decoder->pixels = g_realloc(decoder->pixels, size);
            decoder->size = size;
        }
        if (tjDecompress2(decoder->turbo, data, length, decoder->pixels, width, 0, height, TJPF_GRAY, 0) == 0)
            return TRUE;
    }
    g_set_error(error, STATION_ERROR, STATION_ERROR_MACHINE, _("%s: cannot be decoded (%s)"), path,
                tjGetErrorStr2(decoder->turbo));
    return FALSE;
}
