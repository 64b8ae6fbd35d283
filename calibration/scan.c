/* The scanner: from the sheet of paper to the page image. */
#include <math.h>
#include <string.h>
#include <turbojpeg.h>

#include "simulation-private.h"

CalibrationScan
calibration_scan_ordinary(double dpi, CalibrationMode mode, GRand *random)
{
    CalibrationScan scan = {.dpi = dpi, .mode = mode};
    scan.quarter_turns = calibration_chance(random, 0.03) ? 2 : 0;
    scan.skew_deg = calibration_normal_within(random, 0, 0.5, -1.2, 1.2);
    scan.shift_x_mm = g_rand_double_range(random, -2, 2);
    scan.shift_y_mm = g_rand_double_range(random, -2, 2);
    scan.stretch_x = calibration_normal_within(random, 1, 0.004, 0.99, 1.01);
    scan.stretch_y = calibration_normal_within(random, 1, 0.005, 0.99, 1.01);
    scan.wobble_mm = g_rand_double_range(random, 0.01, 0.06);
    scan.blur_mm = g_rand_double_range(random, 0.03, 0.06);
    scan.noise = g_rand_double_range(random, 2, 5);
    scan.grain = g_rand_double_range(random, 1, 3);
    scan.brightness = g_rand_double_range(random, 235, 250);
    scan.shading = g_rand_double_range(random, 0, 15);
    double fold = g_rand_double_range(random, 15, 60), seal = g_rand_double_range(random, 0.5, 0.8);
    scan.fold = calibration_chance(random, 0.15) ? fold : 0;
    scan.seal = calibration_chance(random, 0.08) ? seal : 0;
    int quality = g_rand_int_range(random, 80, 93);
    scan.jpeg_quality = mode == CALIBRATION_BILEVEL ? 0 : quality;
    return scan;
}

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

static PIX *
to_pix(CalibrationPlane planes[3], const CalibrationScan *scan, GRand *random)
{
    int width = planes[0].width, height = planes[0].height;
    int depth = scan->mode == CALIBRATION_BILEVEL ? 1 : scan->mode == CALIBRATION_GREY ? 8 : 32;
    double white = scan->brightness > 0 ? scan->brightness : 255;
    guint8 threshold = (guint8)(white * calibration_normal_within(random, 0.56, 0.02, 0.5, 0.62));
    gboolean grey_jpeg = depth == 8 && scan->jpeg_quality > 0;
    if (grey_jpeg && !pass_jpeg(planes[0].bytes, width, height, TJPF_GRAY, scan->jpeg_quality))
        return NULL;
    g_autoptr(PIX) pix = pixCreate(width, height, depth);
    if (!pix)
        return NULL;
    if (depth == 1)
        pack_bilevel(pix, &planes[0], threshold);
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

PIX *
calibration_scan_paper(cairo_surface_t *paper, const FormPackage *package, int page,
                       const CalibrationScan *scan, GRand *random)
{
    const FormPage *sheet = form_package_page(package, page);
    if (!sheet || !(scan->dpi >= 50 && scan->dpi <= 1200))
        return NULL;
    CalibrationPose pose;
    calibration_pose_init(&pose, scan, package, random);
    g_autoptr(cairo_t) cr = cairo_create(paper);
    cairo_scale(cr, pose.px_per_mm, pose.px_per_mm);
    calibration_paper_damage(scan, package, sheet, cr, pose.background, random);
    cairo_surface_flush(paper);

    static const int shifts[] = {16, 8, 0};
    /* Paper is a little warm, so is the lamp. */
    static const double warmth[] = {1, 0.995, 0.98};
    gboolean colour = scan->mode == CALIBRATION_COLOUR;
    double white = scan->brightness > 0 ? scan->brightness : 255;
    CalibrationPlane planes[3] = {0};
    for (int i = 0; i < (colour ? 3 : 1); i++) {
        planes[i] = calibration_pose_resample(&pose, paper, colour ? shifts[i] : -1);
        calibration_sensor_expose(&planes[i], &pose, scan, colour ? white * warmth[i] : white, random);
    }
    PIX *pix = to_pix(planes, scan, random);
    for (int i = 0; i < 3; i++)
        g_free(planes[i].bytes);
    return pix;
}
