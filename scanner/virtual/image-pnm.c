/* PNM, the uncompressed kinds of netpbm: "P5", width, height and the largest value (not for P4), with space
 * or comments between, one space, the rows. */
#include "image-kinds-private.h"

#include <string.h>
#include <unistd.h>

#define HEAD_BYTES 4096

typedef struct {
    const guint8 *at, *end;
} PnmHead;

static gboolean
is_space(guint8 c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static void
skip_space(PnmHead *head)
{
    while (head->at < head->end && (is_space(*head->at) || *head->at == '#')) {
        if (*head->at == '#')
            while (head->at < head->end && *head->at != '\n')
                head->at++;
        else
            head->at++;
    }
}

/* -1 when there is none, or none below ten million. */
static int
read_number(PnmHead *head)
{
    skip_space(head);
    int value = -1;
    for (; head->at < head->end && g_ascii_isdigit(*head->at); head->at++) {
        value = MAX(value, 0) * 10 + (*head->at - '0');
        if (value >= 10000000)
            return -1;
    }
    return value;
}

static gsize
row_bytes(const VirtualImage *image)
{
    gsize width = (gsize)image->width_px;
    return image->kind == VIRTUAL_PBM ? (width + 7) / 8 : image->kind == VIRTUAL_PGM ? width : 3 * width;
}

gboolean
virtual_pnm_size(VirtualImage *image, GError **error)
{
    guint8 bytes[HEAD_BYTES];
    gssize n = pread(image->fd, bytes, sizeof bytes, 0);
    PnmHead head = {bytes + 2, bytes + MAX(n, 2)};
    image->width_px = read_number(&head);
    image->height_px = read_number(&head);
    int most = image->kind == VIRTUAL_PBM ? 255 : read_number(&head);
    if (image->width_px < 1 || image->height_px < 1 || most < 1 || head.at >= head.end || !is_space(*head.at))
        return virtual_image_fail(error, "the head of the PNM is damaged");
    if (most != 255)
        return virtual_image_fail(error, "a PNM whose largest value is not 255; save it with 8 bits");
    image->pixels_at = (gsize)(head.at + 1 - bytes);
    gsize wanted = row_bytes(image) * (gsize)image->height_px;
    return image->size >= (goffset)(image->pixels_at + wanted) ||
           virtual_image_fail(error, "the PNM is cut off");
}

static void
unpack(const guint8 *bits, guint8 *grey, int n)
{
    for (int x = 0; x < n; x++)
        grey[x] = bits[x / 8] & (0x80 >> x % 8) ? 0 : 255;
}

gboolean
virtual_pnm_decode(const VirtualImage *image, int channels, guint8 *pixels, G_GNUC_UNUSED GError **error)
{
    gsize width = (gsize)image->width_px, pitch = width * (gsize)channels;
    g_autofree guint8 *grey = g_malloc(width);
    for (int y = 0; y < image->height_px; y++) {
        const guint8 *from = image->data + image->pixels_at + (gsize)y * row_bytes(image);
        guint8 *to = pixels + (gsize)y * pitch;
        if (image->kind == VIRTUAL_PBM) {
            unpack(from, grey, image->width_px);
            from = grey;
        }
        gboolean colour = image->kind == VIRTUAL_PPM;
        if (colour == (channels == 3))
            memcpy(to, from, pitch);
        else if (colour)
            virtual_grey_from_colour(from, to, width);
        else
            virtual_colour_from_grey(from, to, width);
    }
    return TRUE;
}
