/* From what the sensor saw to the image that is delivered: 1 bit, or JPEG. */
#include <math.h>
#include <string.h>
#include <turbojpeg.h>

#include "scan-private.h"

/* The word of a PIX that holds a byte of an image: PIX keep the first pixel in the highest bits. */
static void
pack_grey(PIX *pix, const CalibrationPlane *plane)
{
    l_int32 wpl = pixGetWpl(pix);
    for (int y = 0; y < plane->height; y++) {
        const guint8 *from = plane->bytes + (gsize)y * (gsize)plane->width;
        l_uint32 *to = pixGetData(pix) + (gsize)y * (gsize)wpl;
        memcpy(to, from, (gsize)plane->width);
        for (int i = 0; i < wpl; i++)
            to[i] = GUINT32_FROM_BE(to[i]);
    }
}

static void
pack_colour(PIX *pix, const CalibrationPlane planes[3])
{
    for (int y = 0; y < planes[0].height; y++) {
        gsize at = (gsize)y * (gsize)planes[0].width;
        const guint8 *red = planes[0].bytes + at, *green = planes[1].bytes + at, *blue = planes[2].bytes + at;
        l_uint32 *to = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        for (int x = 0; x < planes[0].width; x++)
            to[x] = (l_uint32)red[x] << 24 | (l_uint32)green[x] << 16 | (l_uint32)blue[x] << 8;
    }
}

/* Spreads each pixel's error over its neighbours (Floyd and Steinberg, Proceedings of the SID 17 (1976), 75),
 * in place: what is left is 0 or 255. */
static void
diffuse(CalibrationPlane *plane, int threshold, int white)
{
    int width = plane->width;
    g_autofree int *now = g_new0(int, width + 2), *next = g_new0(int, width + 2);
    for (int y = 0; y < plane->height; y++) {
        guint8 *row = plane->bytes + (gsize)y * (gsize)width;
        for (int x = 0; x < width; x++) {
            int value = row[x] + now[x + 1] / 16;
            row[x] = value < threshold ? 0 : 255;
            int off = value - (value < threshold ? 0 : white);
            now[x + 2] += off * 7;
            next[x] += off * 3;
            next[x + 1] += off * 5;
            next[x + 2] += off;
        }
        int *spent = now;
        now = next;
        next = spent;
        memset(next, 0, ((gsize)width + 2) * sizeof *next);
    }
}

/* Bayer's matrix (IEEE International Conference on Communications 1973, 26-11) about the threshold. */
static void
dither_ordered(CalibrationPlane *plane, int threshold, int white)
{
    for (int y = 0; y < plane->height; y++) {
        guint8 *row = plane->bytes + (gsize)y * (gsize)plane->width;
        for (int x = 0; x < plane->width; x++) {
            int rank = 0, i = x ^ y;
            for (int bit = 0; bit < 3; bit++)
                rank = rank << 2 | (i >> bit & 1) << 1 | (y >> bit & 1);
            row[x] = row[x] < threshold + (2 * rank - 63) * white / 160 ? 0 : 255;
        }
    }
}

/* Black where darker than the threshold, as scanners in line-art mode. */
static void
pack_bilevel(PIX *pix, const CalibrationPlane *plane, guint8 threshold)
{
    for (int y = 0; y < plane->height; y++) {
        const guint8 *from = plane->bytes + (gsize)y * (gsize)plane->width;
        l_uint32 *to = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        for (int x = 0; x < plane->width; x += 32) {
            l_uint32 word = 0;
            for (int i = 0; i < 32 && x + i < plane->width; i++)
                word |= (l_uint32)(from[x + i] < threshold) << (31 - i);
            to[x / 32] = word;
        }
    }
}

/* Threshold of a drawn or given share of the white; dithered pages are decided before. */
static void
make_bilevel(PIX *pix, CalibrationPlane *plane, const CalibrationScan *scan, GRand *random)
{
    double white = MIN(255, calibration_scan_white(scan));
    double share = calibration_normal_within(random, 0.56, 0.02, 0.5, 0.62);
    if (scan->threshold > 0)
        share = MIN(scan->threshold, 1);
    int threshold = (int)(white * share);
    if (scan->dither == CALIBRATION_DITHER_DIFFUSION)
        diffuse(plane, threshold, (int)white);
    else if (scan->dither == CALIBRATION_DITHER_ORDERED)
        dither_ordered(plane, threshold, (int)white);
    pack_bilevel(pix, plane, scan->dither == CALIBRATION_DITHER_NONE ? (guint8)threshold : 128);
}

typedef void TurboHandle;

static void
turbo_free(TurboHandle *handle)
{
    tjDestroy(handle);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TurboHandle, turbo_free)

/* Through JPEG and back: `bytes` of width × height in TurboJPEG's `format`. */
static gboolean
pass_jpeg(guint8 *bytes, int width, int height, int format, int quality)
{
    g_autoptr(TurboHandle) coder = tjInitCompress(), decoder = tjInitDecompress();
    unsigned char *file = NULL;
    unsigned long length = 0;
    int chroma = format == TJPF_GRAY ? TJSAMP_GRAY : TJSAMP_420;
    gboolean done = coder && decoder &&
                    tjCompress2(coder, bytes, width, 0, height, format, &file, &length, chroma,
                                CLAMP(quality, 1, 100), 0) == 0 &&
                    tjDecompress2(decoder, file, length, bytes, width, 0, height, format, 0) == 0;
    tjFree(file);
    return done;
}

/* A colour PIX holds words; where these are stored low byte first, red comes last. */
static int
turbo_format_of_words(void)
{
    return G_BYTE_ORDER == G_LITTLE_ENDIAN ? TJPF_XBGR : TJPF_RGBX;
}

PIX *
calibration_pack(CalibrationPlane planes[3], const CalibrationScan *scan, GRand *random)
{
    int width = planes[0].width, height = planes[0].height;
    int depth = scan->mode == CALIBRATION_BILEVEL ? 1 : scan->mode == CALIBRATION_GREY ? 8 : 32;
    if (depth == 8 && scan->jpeg_quality > 0 &&
        !pass_jpeg(planes[0].bytes, width, height, TJPF_GRAY, scan->jpeg_quality))
        return NULL;
    g_autoptr(PIX) pix = pixCreate(width, height, depth);
    if (!pix)
        return NULL;
    if (depth == 1)
        make_bilevel(pix, &planes[0], scan, random);
    else if (depth == 8)
        pack_grey(pix, &planes[0]);
    else
        pack_colour(pix, planes);
    if (depth == 32 && scan->jpeg_quality > 0 &&
        !pass_jpeg((guint8 *)(void *)pixGetData(pix), width, height, turbo_format_of_words(),
                   scan->jpeg_quality))
        return NULL;
    if (depth == 32)
        pixSetSpp(pix, 3);
    int dpi = (int)lround(scan->dpi);
    pixSetResolution(pix, dpi, dpi);
    return g_steal_pointer(&pix);
}
