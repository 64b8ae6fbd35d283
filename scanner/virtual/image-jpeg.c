/* JPEG through TurboJPEG: grey comes from the luma alone. */
#include "image-kinds-private.h"

#include <math.h>
#include <string.h>
#include <turbojpeg.h>

#define JFIF_AT        6
#define JFIF_HEAD      18
#define CM_PER_INCH    2.54
#define JFIF_UNIT_INCH 1
#define JFIF_UNIT_CM   2

static int
density(const guint8 *at, int unit)
{
    int value = at[0] << 8 | at[1];
    return unit == JFIF_UNIT_INCH ? value : unit == JFIF_UNIT_CM ? (int)lround(value * CM_PER_INCH) : 0;
}

gboolean
virtual_jpeg_size(VirtualImage *image, GError **error)
{
    tjhandle decoder = tjInitDecompress();
    int subsampling, colours;
    gboolean sound = decoder != NULL &&
                     tjDecompressHeader3(decoder, image->data, (unsigned long)image->size, &image->width_px,
                                         &image->height_px, &subsampling, &colours) == 0;
    if (decoder != NULL)
        tjDestroy(decoder);
    if (!sound)
        return virtual_image_fail(error, "the head of the JPEG is damaged");
    if (image->size >= JFIF_HEAD && memcmp(image->data + JFIF_AT, "JFIF", 5) == 0) {
        image->dpi_x = density(image->data + 14, image->data[13]);
        image->dpi_y = density(image->data + 16, image->data[13]);
    }
    return TRUE;
}

/* What TurboJPEG only warns of (a file cut off: its end stays grey) scanners in the network hand on, too. */
gboolean
virtual_jpeg_decode(const VirtualImage *image, int channels, guint8 *pixels, GError **error)
{
    tjhandle decoder = tjInitDecompress();
    if (decoder == NULL)
        return virtual_image_fail(error, "no memory for a JPEG decoder");
    gboolean sound = tjDecompress2(decoder, image->data, (unsigned long)image->size, pixels, image->width_px,
                                   0, image->height_px, channels == 1 ? TJPF_GRAY : TJPF_RGB, 0) == 0 ||
                     tjGetErrorCode(decoder) == TJERR_WARNING;
    if (!sound)
        virtual_image_fail(error, tjGetErrorStr2(decoder));
    tjDestroy(decoder);
    return sound;
}
