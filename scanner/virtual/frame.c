#include "frame-row-private.h"

#include <math.h>
#include <string.h>

#define WHITE 255
#define FLAT  128 /* what a JPEG that is cut off decodes to */

/* Padding is no paper: a client that takes it for pixels shows a grey edge. */
#define PADDING 0x55

static int
pixels_at(SANE_Fixed mm, int dpi)
{
    return (int)lround(SANE_UNFIX(mm) * dpi / VIRTUAL_MM_PER_INCH);
}

SANE_Parameters
virtual_request_parameters(const VirtualRequest *request, int channel)
{
    static const SANE_Frame passes[] = {SANE_FRAME_RED, SANE_FRAME_GREEN, SANE_FRAME_BLUE};
    gboolean colour = request->mode == VIRTUAL_COLOR, passing = colour && request->three_pass;
    SANE_Parameters told = {.format = passing  ? passes[channel]
                                      : colour ? SANE_FRAME_RGB
                                               : SANE_FRAME_GRAY,
                            .last_frame = !passing || channel == 2,
                            .depth = request->mode == VIRTUAL_LINEART ? 1 : request->depth};
    told.pixels_per_line =
        MAX(1, pixels_at(request->br_x, request->dpi) - pixels_at(request->tl_x, request->dpi));
    told.lines =
        request->unknown_height
            ? -1
            : MAX(1, pixels_at(request->br_y, request->dpi) - pixels_at(request->tl_y, request->dpi));
    int samples = told.pixels_per_line * (told.format == SANE_FRAME_RGB ? 3 : 1);
    told.bytes_per_line = (samples * told.depth + 7) / 8 + request->row_padding;
    return told;
}

/* Size at the dpi asked for. */
static int
scaled(int side_px, int dpi, int wanted_dpi)
{
    gint64 size = ((gint64)side_px * wanted_dpi + dpi / 2) / dpi;
    return (int)CLAMP(size, 1, VIRTUAL_MAX_SIDE_PX);
}

static void
place(VirtualFrame *frame)
{
    const VirtualRequest *request = &frame->request;
    frame->paper_width_px = scaled(frame->image->width_px, frame->image->dpi_x, request->dpi);
    frame->paper_height_px = scaled(frame->image->height_px, frame->image->dpi_y, request->dpi);
    frame->left_px = pixels_at(request->tl_x, request->dpi);
    frame->top_px = pixels_at(request->tl_y, request->dpi);
    int wanted = MAX(1, pixels_at(request->br_y, request->dpi) - frame->top_px);
    frame->rows = frame->parameters.lines;
    if (frame->rows < 0)
        frame->rows = CLAMP(frame->paper_height_px - frame->top_px, 1, wanted);
    frame->bytes = (gsize)frame->rows * (gsize)frame->parameters.bytes_per_line;
    frame->flat_from = frame->garbage_from = frame->rows;
}

/* Rows as wide as the image, in its own order and size, need only be copied. */
static gboolean
is_plain(const VirtualFrame *frame)
{
    const VirtualImage *image = frame->image;
    return !frame->blank && !frame->upside_down && frame->parameters.depth == 8 && frame->channel < 0 &&
           frame->left_px == 0 && frame->paper_width_px == image->width_px &&
           frame->paper_height_px == image->height_px &&
           frame->parameters.pixels_per_line == image->width_px &&
           frame->parameters.bytes_per_line == image->width_px * frame->channels;
}

static gboolean
init_scratch(VirtualFrame *frame, GError **error)
{
    gsize widest = (gsize)MAX(frame->paper_width_px, frame->parameters.pixels_per_line);
    frame->row = g_malloc((gsize)frame->parameters.bytes_per_line);
    frame->side_row = g_malloc(2 * widest * (gsize)frame->channels);
    if (frame->blank)
        return TRUE;
    frame->sums = g_new(float, (gsize)frame->image->width_px *(gsize)frame->channels);
    return (frame->plain && virtual_image_is_raw(frame->image, frame->channels)) ||
           virtual_image_decode(frame->image, frame->channels, error);
}

gboolean
virtual_frame_init(VirtualFrame *frame, const VirtualRequest *request, int channel, VirtualImage *image,
                   gboolean blank, gboolean upside_down, GError **error)
{
    *frame = (VirtualFrame){
        .request = *request, .image = image, .blank = blank, .upside_down = upside_down, .row_held = -1};
    frame->parameters = virtual_request_parameters(request, channel);
    frame->channels = request->mode == VIRTUAL_COLOR ? 3 : 1;
    frame->channel = request->mode == VIRTUAL_COLOR && request->three_pass ? channel : -1;
    place(frame);
    frame->plain = is_plain(frame);
    return init_scratch(frame, error);
}

void
virtual_frame_clear(VirtualFrame *frame)
{
    g_clear_pointer(&frame->row, g_free);
    g_clear_pointer(&frame->side_row, g_free);
    g_clear_pointer(&frame->sums, g_free);
}

/* ---- one row ---- */

static void
turn(const guint8 *from, guint8 *to, int n, int channels)
{
    for (int x = 0; x < n; x++)
        for (int c = 0; c < channels; c++)
            to[x * channels + c] = from[(n - 1 - x) * channels + c];
}

/* Row `y` of the window: frame->channels bytes a pixel, white beside the paper. */
static void
cut_row(VirtualFrame *frame, int y, guint8 *to)
{
    int width = frame->parameters.pixels_per_line, channels = frame->channels;
    int paper_y = frame->top_px + y, n = MIN(width, frame->paper_width_px - frame->left_px);
    memset(to, WHITE, (gsize)width * (gsize)channels);
    if (frame->blank || paper_y >= frame->paper_height_px || n <= 0)
        return;
    const guint8 *row =
        virtual_frame_side_row(frame, frame->upside_down ? frame->paper_height_px - 1 - paper_y : paper_y);
    if (!frame->upside_down)
        memcpy(to, row + frame->left_px * channels, (gsize)n * (gsize)channels);
    else
        turn(row + (frame->paper_width_px - frame->left_px - n) * channels, to, n, channels);
}

static void
fill_noise(guint8 *to, gsize n, guint32 seed)
{
    guint32 state = seed * 2654435761u + 12345;
    for (gsize i = 0; i < n; i++) {
        state ^= state << 13, state ^= state >> 17, state ^= state << 5;
        to[i] = (guint8)(state >> 24);
    }
}

/* Light is 0 in lineart, dark 1. */
static void
pack_lineart(const guint8 *grey, guint8 *bits, int n)
{
    memset(bits, 0, (gsize)(n + 7) / 8);
    for (int x = 0; x < n; x++)
        if (grey[x] < 128)
            bits[x / 8] |= (guint8)(0x80 >> x % 8);
}

/* `n` samples of 8 bits, every `step`th from `from` on, in the depth asked for. */
static void
take_samples(const guint8 *from, int step, guint8 *to, int n, int depth)
{
    for (int i = 0; i < n; i++, from += step) {
        if (depth == 8) {
            to[i] = *from;
            continue;
        }
        guint16 wide = (guint16)(*from * 257);
        memcpy(to + 2 * i, &wide, sizeof wide);
    }
}

static void
make_row(VirtualFrame *frame, int y)
{
    const SANE_Parameters *told = &frame->parameters;
    gsize widest = (gsize)MAX(frame->paper_width_px, told->pixels_per_line);
    guint8 *cut = frame->side_row + widest * (gsize)frame->channels;
    gsize samples = (gsize)told->pixels_per_line * (gsize)frame->channels;
    cut_row(frame, y, cut);
    if (y >= frame->garbage_from)
        fill_noise(cut, samples, (guint32)y);
    else if (y >= frame->flat_from)
        memset(cut, FLAT, samples);

    memset(frame->row, PADDING, (gsize)told->bytes_per_line);
    if (told->depth == 1)
        pack_lineart(cut, frame->row, told->pixels_per_line);
    else if (frame->channel >= 0)
        take_samples(cut + frame->channel, 3, frame->row, told->pixels_per_line, told->depth);
    else
        take_samples(cut, 1, frame->row, (int)samples, told->depth);
    frame->row_held = y;
}

/* ---- bytes ---- */

static gboolean
read_plain(VirtualFrame *frame, guint8 *to, gsize at, gsize n)
{
    gsize pitch = (gsize)frame->parameters.bytes_per_line;
    gsize from = (gsize)frame->top_px * pitch + at, end = (gsize)frame->paper_height_px * pitch;
    gsize paper = from < end ? MIN(n, end - from) : 0;
    memset(to + paper, WHITE, n - paper);
    if (frame->image->pixels == NULL)
        return virtual_image_read(frame->image, to, from, paper);
    memcpy(to, frame->image->pixels + from, paper);
    return TRUE;
}

gboolean
virtual_frame_read(VirtualFrame *frame, guint8 *to, gsize at, gsize n)
{
    gsize pitch = (gsize)frame->parameters.bytes_per_line;
    gsize spoilt = (gsize)MIN(frame->flat_from, frame->garbage_from) * pitch;
    if (frame->plain && at + n <= spoilt)
        return read_plain(frame, to, at, n);
    if (!frame->blank && !virtual_image_decode(frame->image, frame->channels, NULL))
        return FALSE;
    while (n > 0) {
        int y = (int)(at / pitch);
        gsize begin = at % pitch, part = MIN(n, pitch - begin);
        if (frame->row_held != y)
            make_row(frame, y);
        memcpy(to, frame->row + begin, part);
        to += part, at += part, n -= part;
    }
    return TRUE;
}

void
virtual_frame_flatten(VirtualFrame *frame, int row)
{
    frame->flat_from = row;
    frame->row_held = -1;
}

void
virtual_frame_garble(VirtualFrame *frame, int row)
{
    frame->garbage_from = row;
    frame->row_held = -1;
}
