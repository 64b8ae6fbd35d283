/* JPEG through libjpeg, strip by strip: TurboJPEG would need a copy of the page with its bytes in order, and
 * copies grey once more as it "converts" it, a quarter of its time. */
#include "keep-private.h"

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

/* Room at first, in pixels a byte: about what a page of grey takes at quality 90. */
#define PIXELS_PER_BYTE 8
#define LEAST_ROOM      4096

typedef struct {
    struct jpeg_compress_struct encoder;
    struct jpeg_error_mgr errors;
    struct jpeg_destination_mgr target;
    jmp_buf out;
    guint8 *bytes; /* what is encoded so far */
    gsize room;
    guint32 *strip; /* rows that are encoded at once */
} KeepJpeg;

static void
give_up(j_common_ptr common)
{
    longjmp(((KeepJpeg *)common->client_data)->out, 1);
}

static void
say_nothing(G_GNUC_UNUSED j_common_ptr common, G_GNUC_UNUSED int level)
{
}

static void
target_end(G_GNUC_UNUSED j_compress_ptr encoder)
{
}

static boolean
target_grow(j_compress_ptr encoder)
{
    KeepJpeg *jpeg = encoder->client_data;
    gsize used = jpeg->room;
    gsize room = used
                     ? 2 * used
                     : MAX((gsize)encoder->image_width * encoder->image_height / PIXELS_PER_BYTE, LEAST_ROOM);
    guint8 *bytes = g_try_realloc(jpeg->bytes, room);
    if (!bytes)
        give_up((j_common_ptr)encoder);
    jpeg->bytes = bytes;
    jpeg->room = room;
    jpeg->target.next_output_byte = bytes + used;
    jpeg->target.free_in_buffer = room - used;
    return TRUE;
}

static void
target_begin(j_compress_ptr encoder)
{
    target_grow(encoder);
}

static void
note_density(j_compress_ptr encoder, const ScannerPage *page)
{
    double x = page->dpi_x + 0.5, y = page->dpi_y + 0.5;
    if (!(x >= 1) || !(y >= 1))
        return;
    encoder->density_unit = 1; /* dots per inch */
    encoder->X_density = (UINT16)MIN(x, G_MAXUINT16);
    encoder->Y_density = (UINT16)MIN(y, G_MAXUINT16);
}

/* Grey needs no conversion, so blocks are made of its rows as they are; what is behind the last column and
 * row is as the last, as libjpeg itself would have it. */
static void
write_grey(KeepJpeg *jpeg, PIX *pix, gsize row_bytes)
{
    int width = pixGetWidth(pix), height = pixGetHeight(pix);
    JSAMPROW rows[DCTSIZE];
    JSAMPARRAY plane = rows;
    for (int top = 0; top < height; top += DCTSIZE) {
        for (int y = 0; y < DCTSIZE; y++) {
            guint8 *row = (guint8 *)jpeg->strip + (gsize)y * row_bytes;
            rows[y] = top + y < height ? row : rows[y - 1];
            if (rows[y] != row)
                continue;
            keep_row(pix, top + y, (guint32 *)(gpointer)row);
            for (gsize x = (gsize)width; x < row_bytes; x++)
                row[x] = row[width - 1];
        }
        jpeg_write_raw_data(&jpeg->encoder, &plane, DCTSIZE);
    }
}

static void
write_colour(KeepJpeg *jpeg, PIX *pix)
{
    JSAMPROW row = (JSAMPROW)jpeg->strip;
    for (int y = 0; y < pixGetHeight(pix); y++) {
        keep_row(pix, y, jpeg->strip);
        jpeg_write_scanlines(&jpeg->encoder, &row, 1);
    }
}

static void
encode(KeepJpeg *jpeg, const ScannerPage *page, PIX *pix, int quality)
{
    j_compress_ptr encoder = &jpeg->encoder;
    gboolean grey = pixGetDepth(pix) == 8;
    gsize row_bytes = ((gsize)pixGetWidth(pix) + DCTSIZE - 1) / DCTSIZE * DCTSIZE * (grey ? 1 : 4);
    if (!(jpeg->strip = g_try_malloc_n(grey ? DCTSIZE : 1, row_bytes)))
        give_up((j_common_ptr)encoder);
    encoder->image_width = (JDIMENSION)pixGetWidth(pix);
    encoder->image_height = (JDIMENSION)pixGetHeight(pix);
    encoder->input_components = grey ? 1 : 4;
    encoder->in_color_space = grey ? JCS_GRAYSCALE : JCS_EXT_RGBX;
    jpeg_set_defaults(encoder);
    jpeg_set_quality(encoder, quality, TRUE);
    encoder->dct_method = JDCT_IFAST; /* as exact as quality 90 is */
    encoder->raw_data_in = grey;
    note_density(encoder, page);
    jpeg_start_compress(encoder, TRUE);
    if (grey)
        write_grey(jpeg, pix, row_bytes);
    else
        write_colour(jpeg, pix);
    jpeg_finish_compress(encoder);
}

static void
prepare(KeepJpeg *jpeg)
{
    jpeg->encoder.err = jpeg_std_error(&jpeg->errors);
    jpeg->errors.error_exit = give_up;
    jpeg->errors.emit_message = say_nothing;
    jpeg->encoder.client_data = jpeg;
    jpeg->target = (struct jpeg_destination_mgr){
        .init_destination = target_begin, .empty_output_buffer = target_grow, .term_destination = target_end};
}

GBytes *
keep_jpeg(const ScannerPage *page, PIX *pix, int quality)
{
    KeepJpeg *jpeg = g_new0(KeepJpeg, 1);
    GBytes *volatile kept = NULL;
    prepare(jpeg);
    if (setjmp(jpeg->out) == 0) {
        jpeg_create_compress(&jpeg->encoder);
        jpeg->encoder.dest = &jpeg->target;
        encode(jpeg, page, pix, quality);
        gsize length = jpeg->room - jpeg->target.free_in_buffer;
        kept = g_bytes_new_take(g_realloc(g_steal_pointer(&jpeg->bytes), length), length);
    }
    jpeg_destroy_compress(&jpeg->encoder);
    g_free(jpeg->bytes);
    g_free(jpeg->strip);
    g_free(jpeg);
    return kept;
}
