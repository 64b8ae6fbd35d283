/* JPEG through TurboJPEG, straight to grey: most files are JPEG, and this is the floor of reading them. */
#include "file-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <turbojpeg.h>

#include "jpeg-private.h"

/* A Huffman-coded block of 8 × 8 pixels takes at least two codes of one bit (DC and end of block); a
 * progressive file may say "end of block" for many at once, so only one. Files below that were cut off, or
 * forged to take memory. */
#define MAX_PIXELS_PER_BYTE 512

/* A progressive file keeps all its coefficients (2 bytes each) until the end: A3 at 600 dpi in colour fits.
 */
#define MAX_COEFFICIENT_BYTES (512.0 * 1024 * 1024)

#define CM_PER_INCH 2.54

/* What TurboJPEG does not tell. */
typedef struct {
    gboolean has_frame;
    gboolean progressive;
    gboolean huffman;
    int components;
    gboolean adobe; /* Adobe's marker: CMYK is stored inverted */
    double dpi_x, dpi_y;
} JpegHead;

static guint
get_u16(const guint8 *at)
{
    return (guint)at[0] << 8 | at[1];
}

/* JFIF 1.02: "JFIF\0", version (2), units (1: per inch, 2: per cm), densities (2, 2). */
static void
read_density(JpegHead *head, const guint8 *segment, gsize size)
{
    if (size < 12 || memcmp(segment, "JFIF", 5) != 0)
        return;
    double per_inch = segment[7] == 1 ? 1 : segment[7] == 2 ? CM_PER_INCH : 0;
    head->dpi_x = get_u16(segment + 8) * per_inch;
    head->dpi_y = get_u16(segment + 10) * per_inch;
}

/* ITU-T T.81, B.1.1: segments from one marker to the next, up to the first scan. */
static JpegHead
read_head(const guint8 *data, gsize size)
{
    JpegHead head = {0};
    gsize at = 2;
    while (at + 4 <= size && data[at] == 0xff) {
        guint8 marker = data[at + 1];
        if (marker == 0xff) {
            at++;
            continue;
        }
        if (marker == 0xda || marker == 0xd9)
            break;
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8)) {
            at += 2;
            continue;
        }
        gsize length = get_u16(data + at + 2);
        if (length < 2 || at + 2 + length > size)
            break;
        const guint8 *segment = data + at + 4;
        gsize segment_size = length - 2;
        if (marker == 0xe0) {
            read_density(&head, segment, segment_size);
        } else if (marker == 0xee && segment_size >= 12 && memcmp(segment, "Adobe", 5) == 0) {
            head.adobe = TRUE;
        } else if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc &&
                   segment_size >= 6) {
            head.has_frame = TRUE;
            head.progressive = (marker & 3) == 2;
            head.huffman = marker < 0xc8;
            head.components = segment[5];
        }
        at += 2 + length;
    }
    return head;
}

/* Refuses what would take memory or time out of proportion, from the head alone. */
static gboolean
check_head(const ScannerFile *file, const JpegHead *head, int width_px, int height_px, GError **error)
{
    double pixels = (double)width_px * height_px;
    if (!scanner_check_size(file, 0, width_px, height_px, error))
        return FALSE;
    if (head->has_frame && head->huffman &&
        pixels > (double)g_bytes_get_size(file->bytes) * MAX_PIXELS_PER_BYTE)
        return scanner_fail(file, 0, SCANNER_ERROR_DAMAGED, error,
                            _("the JPEG is cut off: too few bytes for %d × %d pixels; copy or scan it again"),
                            width_px, height_px);
    if (head->progressive && pixels * head->components * 2 > MAX_COEFFICIENT_BYTES)
        return scanner_fail(
            file, 0, SCANNER_ERROR_DAMAGED, error,
            _("a progressive JPEG of %d × %d pixels is too large; save it as a baseline JPEG"), width_px,
            height_px);
    return TRUE;
}

gboolean
scanner_jpeg_is_padding(const guint8 *data, gsize size, gsize n)
{
    while (size >= 2 && !(data[size - 2] == 0xff && data[size - 1] == 0xd9))
        size--;
    if (size < 2 || n > size - 2)
        return FALSE;
    for (gsize i = 0; i < n; i++)
        if (data[size - 3 - i] != 0)
            return FALSE;
    return TRUE;
}

/* A warning means that pixels were made up (a flat grey tail, a shifted rest), which is no better than an
 * error. */
static gboolean
is_whole(tjhandle decoder, int state, const guint8 *data, gsize size)
{
    static const char words[] = "Corrupt JPEG data: ";
    const char *message = tjGetErrorStr2(decoder);
    return state == 0 ||
           (tjGetErrorCode(decoder) == TJERR_WARNING && g_str_has_prefix(message, words) &&
            strstr(message, "extraneous bytes before marker 0xd9") != NULL &&
            scanner_jpeg_is_padding(data, size, g_ascii_strtoull(message + strlen(words), NULL, 10)));
}

static gboolean
decode_into(const ScannerFile *file, tjhandle decoder, guint8 *pixels, const int size_px[3], int format,
            GError **error)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(file->bytes, &size);
    int state = tjDecompress2(decoder, data, size, pixels, size_px[0], size_px[2], size_px[1], format,
                              TJFLAG_LIMITSCANS);
    if (is_whole(decoder, state, data, size))
        return TRUE;
    return scanner_fail(file, 0, SCANNER_ERROR_DAMAGED, error,
                        _("the JPEG is damaged or cut off (%s); copy or scan it again"),
                        tjGetErrorStr2(decoder));
}

/* Ink covers light: luma of what is left of the paper (ITU-R BT.601). Adobe stores CMYK as light, others as
 * ink. */
static PIX *
decode_cmyk(const ScannerFile *file, tjhandle decoder, const JpegHead *head, int width_px, int height_px,
            GError **error)
{
    g_autofree guint8 *cmyk = g_try_malloc((gsize)width_px * (gsize)height_px * 4);
    if (cmyk == NULL) {
        scanner_fail(file, 0, SCANNER_ERROR_MACHINE, error, _("not enough memory for %d × %d pixels"),
                     width_px, height_px);
        return NULL;
    }
    const int size_px[3] = {width_px, height_px, width_px * 4};
    if (!decode_into(file, decoder, cmyk, size_px, TJPF_CMYK, error))
        return NULL;
    PIX *pix = scanner_pix_new(file, 0, width_px, height_px, 8, error);
    if (pix == NULL)
        return NULL;

    const guint flip = head->adobe ? 0 : 255;
    const guint8 *from = cmyk;
    for (int y = 0; y < height_px; y++) {
        guint8 *to = (guint8 *)(pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix));
        for (int x = 0; x < width_px; x++, from += 4) {
            guint light = 299 * (from[0] ^ flip) + 587 * (from[1] ^ flip) + 114 * (from[2] ^ flip);
            to[x] = (guint8)((light * (from[3] ^ flip) + 127500) / 255000);
        }
    }
    scanner_pix_from_byte_order(pix);
    return pix;
}

static PIX *
decode_grey(const ScannerFile *file, tjhandle decoder, int width_px, int height_px, GError **error)
{
    g_autoptr(PIX) pix = scanner_pix_new(file, 0, width_px, height_px, 8, error);
    if (pix == NULL)
        return NULL;
    const int size_px[3] = {width_px, height_px, pixGetWpl(pix) * 4};
    if (!decode_into(file, decoder, (guint8 *)pixGetData(pix), size_px, TJPF_GRAY, error))
        return NULL;
    scanner_pix_from_byte_order(pix);
    return g_steal_pointer(&pix);
}

static gboolean
read_with(ScannerFile *file, tjhandle decoder, ScannerPage *page, GError **error)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(file->bytes, &size);
    int width_px, height_px, subsampling, colours;
    if (tjDecompressHeader3(decoder, data, size, &width_px, &height_px, &subsampling, &colours) != 0 &&
        tjGetErrorCode(decoder) == TJERR_FATAL)
        return scanner_fail(file, 0, SCANNER_ERROR_DAMAGED, error,
                            _("the JPEG is damaged or cut off (%s); copy or scan it again"),
                            tjGetErrorStr2(decoder));

    JpegHead head = read_head(data, size);
    if (!check_head(file, &head, width_px, height_px, error))
        return FALSE;
    page->pix = colours == TJCS_CMYK || colours == TJCS_YCCK
                    ? decode_cmyk(file, decoder, &head, width_px, height_px, error)
                    : decode_grey(file, decoder, width_px, height_px, error);
    page->dpi_x = head.dpi_x;
    page->dpi_y = head.dpi_y;
    return page->pix != NULL;
}

static gboolean
read_page(ScannerFile *file, G_GNUC_UNUSED int index, ScannerPage *page, GError **error)
{
    tjhandle decoder = tjInitDecompress();
    if (decoder == NULL)
        return scanner_fail(file, 0, SCANNER_ERROR_MACHINE, error, _("not enough memory for a JPEG decoder"));
    gboolean done = read_with(file, decoder, page, error);
    tjDestroy(decoder);
    return done;
}

const ScannerKind scanner_kind_jpeg = {.name = "JPEG", .ending = "jpg", .read = read_page};
