/* Looks for damage in a JPEG as closely as libjpeg can. */
#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>

#include "jpeg-private.h"

/* Below 512 bytes a block libjpeg-turbo leaves its fast Huffman decoder, which passes over bad codes, for the
 * careful one (jdhuff.c, decode_mcu). */
#define PIECE_BYTES 512

/* As TurboJPEG's TJFLAG_LIMITSCANS: more scans only serve to take time. */
#define MAX_SCANS 500

typedef struct {
    struct jpeg_decompress_struct decoder;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf out;
    const guint8 *data;
    gsize size, at;
    gboolean damaged;
} JpegCheck;

static void
give_up(j_common_ptr common)
{
    longjmp(((JpegCheck *)common->client_data)->out, 1);
}

static void
on_message(j_common_ptr common, int level)
{
    JpegCheck *check = common->client_data;
    const int *parameters = common->err->msg_parm.i;
    if (level >= 0)
        return;
    gboolean padding = common->err->msg_code == JWRN_EXTRANEOUS_DATA && parameters[1] == 0xd9 &&
                       scanner_jpeg_is_padding(check->data, check->size, (gsize)parameters[0]);
    check->damaged = check->damaged || !padding;
}

static void
on_progress(j_common_ptr common)
{
    if (((j_decompress_ptr)common)->input_scan_number > MAX_SCANS)
        give_up(common);
}

static void
source_init(G_GNUC_UNUSED j_decompress_ptr decoder)
{
}

static boolean
source_fill(j_decompress_ptr decoder)
{
    JpegCheck *check = decoder->client_data;
    gsize n = MIN(check->size - check->at, PIECE_BYTES);
    if (n == 0)
        give_up((j_common_ptr)decoder);
    decoder->src->next_input_byte = check->data + check->at;
    decoder->src->bytes_in_buffer = n;
    check->at += n;
    return TRUE;
}

static void
source_skip(j_decompress_ptr decoder, long n)
{
    JpegCheck *check = decoder->client_data;
    struct jpeg_source_mgr *source = decoder->src;
    gsize skip = n > 0 ? (gsize)n : 0, held = MIN(skip, source->bytes_in_buffer);
    source->next_input_byte += held;
    source->bytes_in_buffer -= held;
    check->at += MIN(skip - held, check->size - check->at);
}

/* Decodes an eighth of the size: every code is read, little is computed. */
static void
decode(JpegCheck *check, double max_pixels)
{
    j_decompress_ptr decoder = &check->decoder;
    jpeg_read_header(decoder, TRUE);
    if ((double)decoder->image_width * decoder->image_height > max_pixels)
        give_up((j_common_ptr)decoder);
    decoder->scale_num = 1;
    decoder->scale_denom = 8;
    jpeg_start_decompress(decoder);
    JSAMPARRAY row =
        decoder->mem->alloc_sarray((j_common_ptr)decoder, JPOOL_IMAGE,
                                   decoder->output_width * (JDIMENSION)decoder->output_components, 1);
    while (decoder->output_scanline < decoder->output_height && !check->damaged)
        jpeg_read_scanlines(decoder, row, 1);
    if (!check->damaged)
        jpeg_finish_decompress(decoder);
}

gboolean
scanner_jpeg_check(const guint8 *data, gsize size, double max_pixels)
{
    JpegCheck *check = g_new0(JpegCheck, 1);
    check->data = data;
    check->size = size;
    check->decoder.err = jpeg_std_error(&check->errors);
    check->errors.error_exit = give_up;
    check->errors.emit_message = on_message;
    check->decoder.client_data = check;
    check->source = (struct jpeg_source_mgr){.init_source = source_init,
                                             .fill_input_buffer = source_fill,
                                             .skip_input_data = source_skip,
                                             .resync_to_restart = jpeg_resync_to_restart,
                                             .term_source = source_init};
    check->progress.progress_monitor = on_progress;

    volatile gboolean whole = FALSE;
    if (setjmp(check->out) == 0) {
        jpeg_create_decompress(&check->decoder);
        check->decoder.src = &check->source;
        check->decoder.progress = &check->progress;
        decode(check, max_pixels);
        whole = !check->damaged;
    }
    jpeg_destroy_decompress(&check->decoder);
    g_free(check);
    return whole;
}
