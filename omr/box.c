#include "box-private.h"

#include <math.h>
#include <string.h>

#include "piece-private.h"

/* The page's own bend is followed anew after every so many mm of a line. */
#define SEGMENT_MM 10.0

/* A box's own lines are looked for this far around. */
#define SEARCH_MM 0.6

/* Print inside a box: darker than this, of 255. */
#define PRINT 16

/* A piece of ink smaller than this is dust; the dot of an i is as small, but never alone. */
#define SPECK_MM 0.7

/* A piece that reaches over this share of the box's width or height, is no thicker than this on the whole and
 * goes no further askew, is a fold, a streak or a line drawn through the box: nothing is written by it. */
#define ACROSS   0.97
#define THIN_MM  0.9
#define ASKEW_MM 3.0

/* One segment of a box, whose middle is at `middle_mm`, into `out` with rows of `stride`. */
static void
sample_segment(const OmrPyramid *image, const OmrWhite *white, const OmrAlignment *alignment,
               OmrPoint middle_mm, double pixel_mm, int width, int height, guint8 *out, int stride)
{
    OmrJacobian step = omr_homography_jacobian(&alignment->map, middle_mm);
    OmrPoint middle = omr_alignment_point(alignment, middle_mm.x, middle_mm.y, NULL);
    double half_w = (width - 1) / 2.0 * pixel_mm, half_h = (height - 1) / 2.0 * pixel_mm;
    OmrRaster raster = {.x = middle.x - step.xx * half_w - step.xy * half_h,
                        .y = middle.y - step.yx * half_w - step.yy * half_h,
                        .across_x = step.xx * pixel_mm,
                        .across_y = step.yx * pixel_mm,
                        .down_x = step.xy * pixel_mm,
                        .down_y = step.yy * pixel_mm};
    guint white_scale = (guint)(255 * 256 / omr_white_at(white, middle.x, middle.y));

    omr_pyramid_sample(image, &raster, width, height, out, stride);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            guint8 *at = out + y * stride + x;
            *at = (guint8)(255 - MIN(*at * white_scale / 256, 255));
        }
    }
}

/* Samples the whole target moved by (dx, dy) px. */
static void
sample_moved(const OmrTarget *target, const OmrPyramid *image, const OmrWhite *white,
             const OmrAlignment *alignment, int dx, int dy, guint8 *darkness)
{
    double pixel_mm = 1 / target->px_per_mm;
    int segment = (int)(SEGMENT_MM * target->px_per_mm);

    for (int x = 0; x < target->width; x += segment) {
        int width = MIN(segment, target->width - x);
        OmrPoint middle = {target->x_mm + (x + dx + (width - target->width) / 2.0) * pixel_mm,
                           target->y_mm + dy * pixel_mm};
        sample_segment(image, white, alignment, middle, pixel_mm, width, target->height, darkness + x,
                       target->width);
    }
}

/* Where the box's own lines agree best with what is seen: lines are dark at their place and nowhere beside
 * it. */
static void
find_lines(const OmrTarget *target, const guint8 *darkness, int *dx, int *dy)
{
    int radius = (int)lround(SEARCH_MM * target->px_per_mm), width = target->width, height = target->height;
    g_autoptr(GArray) printed = g_array_new(FALSE, FALSE, sizeof(int));
    gint64 best = 0;

    for (int y = radius; y < height - radius; y++) {
        for (int x = radius; x < width - radius; x++) {
            int at = y * width + x;
            if (target->print[at] >= PRINT)
                g_array_append_val(printed, at);
        }
    }
    *dx = *dy = 0;
    for (int y = -radius; y <= radius && printed->len > 0; y++) {
        for (int x = -radius; x <= radius; x++) {
            gint64 sum = 0;
            for (guint i = 0; i < printed->len; i++)
                sum += darkness[g_array_index(printed, int, i) + y * width + x];
            /* on a tie, and within noise of one, the nearest */
            sum = sum * 1000 / (1000 + 10 * (x * x + y * y));
            if (sum > best) {
                best = sum;
                *dx = x;
                *dy = y;
            }
        }
    }
}

guint8 *
omr_box_sample(const OmrTarget *target, const OmrPyramid *image, const OmrWhite *white,
               const OmrAlignment *alignment)
{
    guint8 *darkness = g_malloc((gsize)target->width * (gsize)target->height);
    int dx, dy;

    sample_moved(target, image, white, alignment, 0, 0, darkness);
    find_lines(target, darkness, &dx, &dy);
    if (dx != 0 || dy != 0)
        sample_moved(target, image, white, alignment, dx, dy, darkness);
    return darkness;
}

static gboolean
may_be_writing(const OmrPiece *piece, const OmrTarget *target)
{
    int width = piece->right - piece->left + 1, height = piece->bottom - piece->top + 1;
    double extent = hypot(width, height), px_per_mm = target->px_per_mm;
    int askew = (int)(ASKEW_MM * px_per_mm);

    if (extent < SPECK_MM * px_per_mm)
        return FALSE;
    gboolean across = width >= ACROSS * target->width && height <= askew;
    gboolean down = height >= ACROSS * target->height && width <= MIN(askew, height / 4);
    return !((across || down) && piece->n / extent <= THIN_MM * px_per_mm);
}

double
omr_box_writing_mm2(const OmrTarget *target, guint8 *ink)
{
    int n = target->width * target->height, inked = 0;
    g_autofree int *stack = g_new(int, n);

    for (int at = 0; at < n; at++) {
        if (ink[at] == 0)
            continue;
        OmrPiece piece = omr_piece_take(ink, target->width, target->height, at, stack, NULL);
        if (may_be_writing(&piece, target))
            inked += piece.n;
    }
    return inked / (target->px_per_mm * target->px_per_mm);
}
