/* Scaling: each pixel is the mean of the area of the image that it covers, so that printed lines keep their
 * weight at lower resolutions. */
#include "frame-row-private.h"

#include <math.h>
#include <string.h>

/* Adds the image's rows from `from` to `to` (fractions count) to frame->sums. */
static void
sum_rows(VirtualFrame *frame, double from, double to)
{
    const VirtualImage *image = frame->image;
    gsize n = (gsize)image->width_px * (gsize)frame->channels;
    memset(frame->sums, 0, n * sizeof *frame->sums);
    for (int y = (int)from; y < image->height_px && y < to; y++) {
        float weight = (float)(MIN(y + 1, to) - MAX(y, from));
        const guint8 *row = image->pixels + (gsize)y * n;
        for (gsize i = 0; i < n; i++)
            frame->sums[i] += weight * row[i];
    }
}

/* The mean of frame->sums over the pixels from `from` to `to` of one channel. */
static guint8
mean_of(const VirtualFrame *frame, int channel, double from, double to, double height)
{
    float sum = 0;
    for (int x = (int)from; x < frame->image->width_px && x < to; x++)
        sum += (float)(MIN(x + 1, to) - MAX(x, from)) * frame->sums[x * frame->channels + channel];
    return (guint8)CLAMP(lroundf(sum / (float)((to - from) * height)), 0, 255);
}

const guint8 *
virtual_frame_side_row(VirtualFrame *frame, int y)
{
    const VirtualImage *image = frame->image;
    if (frame->paper_width_px == image->width_px && frame->paper_height_px == image->height_px)
        return image->pixels + (gsize)y * (gsize)image->width_px * (gsize)frame->channels;

    double step_x = (double)image->width_px / frame->paper_width_px;
    double step_y = (double)image->height_px / frame->paper_height_px;
    sum_rows(frame, y * step_y, (y + 1) * step_y);
    for (int x = 0; x < frame->paper_width_px; x++)
        for (int c = 0; c < frame->channels; c++)
            frame->side_row[x * frame->channels + c] =
                mean_of(frame, c, x * step_x, (x + 1) * step_x, step_y);
    return frame->side_row;
}
