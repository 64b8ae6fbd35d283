/* Page images, whatever their kind. */
#include "image-kinds-private.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define A4_WIDTH_INCH (210 / 25.4)

/* Widths of sheets that feeders take: a dpi that makes a sheet narrower or wider is a camera's or an editor's
 * habit (72 dpi), not a scanner's word. */
#define MIN_WIDTH_INCH 2.0
#define MAX_WIDTH_INCH 12.1

gboolean
virtual_image_fail(GError **error, const char *problem)
{
    g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, problem);
    return FALSE;
}

void
virtual_grey_from_colour(const guint8 *colour, guint8 *grey, gsize n)
{
    for (gsize i = 0; i < n; i++, colour += 3)
        grey[i] = (guint8)((19595 * colour[0] + 38470 * colour[1] + 7471 * colour[2] + 32768) >> 16);
}

void
virtual_colour_from_grey(const guint8 *grey, guint8 *colour, gsize n)
{
    for (gsize i = 0; i < n; i++)
        colour[3 * i] = colour[3 * i + 1] = colour[3 * i + 2] = grey[i];
}

/* Scanners have round resolutions: 2479 pixels are 300 dpi. */
static int
dpi_as_a4(int width_px)
{
    static const int usual[] = {75, 100, 150, 200, 240, 300, 400, 600};
    double dpi = width_px / A4_WIDTH_INCH;
    for (guint i = 0; i < G_N_ELEMENTS(usual); i++)
        if (fabs(dpi - usual[i]) < 0.03 * usual[i])
            return usual[i];
    return MAX(1, (int)lround(dpi));
}

static void
settle_dpi(VirtualImage *image)
{
    double inch = image->dpi_x > 0 ? (double)image->width_px / image->dpi_x : 0;
    if (inch >= MIN_WIDTH_INCH && inch <= MAX_WIDTH_INCH && image->dpi_y >= image->dpi_x / 4 &&
        image->dpi_y <= image->dpi_x * 4)
        return;
    image->dpi_x = image->dpi_y = dpi_as_a4(image->width_px);
}

static gboolean
read_exactly(int fd, guint8 *to, gsize n, goffset at)
{
    while (n > 0) {
        gssize got = pread(fd, to, n, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return FALSE;
        to += got, n -= (gsize)got, at += got;
    }
    return TRUE;
}

static gboolean
find_kind(VirtualImage *image, GError **error)
{
    guint8 head[8] = {0};
    if (!read_exactly(image->fd, head, sizeof head, 0))
        return virtual_image_fail(error, "too short for an image");
    if (head[0] == 0xff && head[1] == 0xd8)
        image->kind = VIRTUAL_JPEG;
    else if (memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0)
        image->kind = VIRTUAL_PNG;
    else if (head[0] == 'P' && head[1] >= '4' && head[1] <= '6')
        image->kind = head[1] == '4' ? VIRTUAL_PBM : head[1] == '5' ? VIRTUAL_PGM : VIRTUAL_PPM;
    else
        return virtual_image_fail(error, "neither JPEG, PNG nor PNM");
    return TRUE;
}

static gboolean
open_file(VirtualImage *image, const char *path, GError **error)
{
    image->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (image->fd < 0 || fstat(image->fd, &status) != 0)
        return virtual_image_fail(error, g_strerror(errno));
    if (!S_ISREG(status.st_mode) || status.st_size > VIRTUAL_MAX_FILE_BYTES)
        return virtual_image_fail(error, "no file, or too large");
    image->size = status.st_size;
    return find_kind(image, error);
}

static gboolean
read_whole(VirtualImage *image, GError **error)
{
    if (image->data != NULL)
        return TRUE;
    image->data = g_try_malloc((gsize)image->size);
    return (image->data != NULL && read_exactly(image->fd, image->data, (gsize)image->size, 0)) ||
           virtual_image_fail(error, "cannot be read");
}

static gboolean
read_size(VirtualImage *image, GError **error)
{
    switch (image->kind) {
    case VIRTUAL_JPEG:
        return read_whole(image, error) && virtual_jpeg_size(image, error);
    case VIRTUAL_PNG:
        return read_whole(image, error) && virtual_png_size(image, error);
    default:
        return virtual_pnm_size(image, error);
    }
}

gboolean
virtual_image_open(VirtualImage *image, const char *path, GError **error)
{
    *image = (VirtualImage){.fd = -1};
    if (!open_file(image, path, error) || !read_size(image, error))
        return FALSE;
    if (image->width_px < 1 || image->height_px < 1 || image->width_px > VIRTUAL_MAX_SIDE_PX ||
        image->height_px > VIRTUAL_MAX_SIDE_PX ||
        (gint64)image->width_px * image->height_px > VIRTUAL_MAX_PIXELS)
        return virtual_image_fail(error, "more than 20000 pixels a side, or 160 million in all");
    settle_dpi(image);
    return TRUE;
}

void
virtual_image_clear(VirtualImage *image)
{
    if (image->fd >= 0)
        close(image->fd);
    g_free(image->data);
    g_free(image->pixels);
    *image = (VirtualImage){.fd = -1};
}

static gboolean
decode(const VirtualImage *image, int channels, guint8 *pixels, GError **error)
{
    switch (image->kind) {
    case VIRTUAL_JPEG:
        return virtual_jpeg_decode(image, channels, pixels, error);
    case VIRTUAL_PNG:
        return virtual_png_decode(image, channels, pixels, error);
    default:
        return virtual_pnm_decode(image, channels, pixels, error);
    }
}

gboolean
virtual_image_decode(VirtualImage *image, int channels, GError **error)
{
    if (image->pixels != NULL && image->channels == channels)
        return TRUE;
    g_clear_pointer(&image->pixels, g_free);
    if (!read_whole(image, error))
        return FALSE;
    g_autofree guint8 *pixels = g_try_malloc((gsize)image->width_px * (gsize)image->height_px * channels);
    if (pixels == NULL)
        return virtual_image_fail(error, "no memory for its pixels");
    if (!decode(image, channels, pixels, error))
        return FALSE;
    image->pixels = g_steal_pointer(&pixels);
    image->channels = channels;
    return TRUE;
}

gboolean
virtual_image_is_raw(const VirtualImage *image, int channels)
{
    return (image->kind == VIRTUAL_PGM && channels == 1) || (image->kind == VIRTUAL_PPM && channels == 3);
}

gboolean
virtual_image_read(const VirtualImage *image, guint8 *to, gsize at, gsize n)
{
    return read_exactly(image->fd, to, n, (goffset)(image->pixels_at + at));
}
