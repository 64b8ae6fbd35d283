#include "crop-private.h"

#include <math.h>

/* The page's own bend is followed anew after every so many mm along a line. */
#define SEGMENT_MM 4.0

#define MAX_PX 8000

/* One line of px from `left_mm` on, along the page. */
static void
sample_segment(const OmrPyramid *image, const OmrAlignment *alignment, OmrPoint from_mm, double pixel_mm,
               int n, guint8 *out)
{
    OmrJacobian step = omr_homography_jacobian(&alignment->map, from_mm);
    OmrPoint start = omr_alignment_point(alignment, from_mm.x, from_mm.y, NULL);
    OmrRaster raster = {.x = start.x,
                        .y = start.y,
                        .across_x = step.xx * pixel_mm,
                        .across_y = step.yx * pixel_mm,
                        .down_x = step.xy * pixel_mm,
                        .down_y = step.yy * pixel_mm};

    omr_pyramid_sample(image, &raster, n, 1, out, n);
}

PIX *
omr_crop(const OmrPyramid *image, const OmrAlignment *alignment, const FormRect *rect, double dpi)
{
    double pixel_mm = 25.4 / dpi;
    int width = (int)lround(rect->w_mm / pixel_mm), height = (int)lround(rect->h_mm / pixel_mm);
    int segment = (int)(SEGMENT_MM / pixel_mm);

    if (width < 1 || height < 1 || width > MAX_PX || height > MAX_PX || segment < 1)
        return NULL;
    PIX *pix = pixCreate(width, height, 8);
    g_autofree guint8 *line = g_malloc((gsize)width);
    for (int y = 0; y < height; y++) {
        l_uint32 *data = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        for (int x = 0; x < width; x += segment) {
            OmrPoint at = {rect->x_mm + (x + 0.5) * pixel_mm, rect->y_mm + (y + 0.5) * pixel_mm};
            sample_segment(image, alignment, at, pixel_mm, MIN(segment, width - x), line + x);
        }
        for (int x = 0; x < width; x++)
            SET_DATA_BYTE(data, x, line[x]);
    }
    return pix;
}
