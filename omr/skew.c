#include "skew-private.h"

#include <math.h>

#include "form-image.h"

/* The skew is measured on a copy with its longer side at most this long … */
#define LONG_SIDE_PX 1300

/* … in which this is dark. */
#define DARK 150

/* Leptonica's search: degrees to each side, and how clearly a skew must stand out (its own advice is 3.0 for
 * good text; a wrong one only costs a trial). */
#define MOST_DEG   8.0f
#define STEP_DEG   1.0f
#define FINEST_DEG 0.02f
#define LEAST_CONF 1.5f

/* An image of a whole sheet has its sides in the sheet's ratio, or in that of the sheet turned, within this:
 * feeders stretch by a per cent or two. */
#define SAME_SHAPE 0.025

/* The sheet is not in the middle of the image, and not quite of the size it should have. */
#define ERROR_MM 12.0

static PIX *
binary_copy(const OmrPyramid *image)
{
    int level = 0;

    while (level < image->n_levels - 1 &&
           MAX(image->level[level].width, image->level[level].height) > LONG_SIDE_PX)
        level++;
    const OmrImage *from = omr_pyramid_image(image, level);
    PIX *pix = pixCreate(from->width, from->height, 1);
    for (int y = 0; y < from->height; y++) {
        l_uint32 *line = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        const guint8 *pixels = from->pixels + (gsize)y * (gsize)from->stride;
        for (int x = 0; x < from->width; x++) {
            if (pixels[x] < DARK)
                SET_DATA_BIT(line, x);
        }
    }
    return pix;
}

/* Clockwise turn of the lines of print, degrees; 0 when there is none to be told. */
static double
skew_of(PIX *pix)
{
    l_float32 angle = 0, confidence = 0;

    if (pixFindSkewSweepAndSearch(pix, &angle, &confidence, 2, 1, MOST_DEG, STEP_DEG, FINEST_DEG) != 0 ||
        confidence < LEAST_CONF)
        return 0;
    return -(double)angle;
}

/* Pixels a mm of a page of w × h mm, turned by `skew_deg`, when the image is of its size or just holds it;
 * else 0. */
static double
scale_of(const OmrImage *image, double w_mm, double h_mm, double skew_deg)
{
    double c = cos(skew_deg * G_PI / 180), s = fabs(sin(skew_deg * G_PI / 180));
    double across = image->width / w_mm, down = image->height / h_mm;
    double hull_across = image->width / (w_mm * c + h_mm * s);
    double hull_down = image->height / (w_mm * s + h_mm * c);

    if (fabs(across / down - 1) < SAME_SHAPE)
        return MIN(across, down);
    return fabs(hull_across / hull_down - 1) < SAME_SHAPE ? (hull_across + hull_down) / 2 : 0;
}

void
omr_skew_measure(const OmrPyramid *image, OmrSkew *skew)
{
    g_autoptr(PIX) upright = binary_copy(image);
    g_autoptr(PIX) turned = pixRotateOrth(upright, 3);

    skew->deg[0] = skew_of(upright);
    skew->deg[1] = skew_of(turned);
}

guint
omr_poses_from_skew(const OmrSkew *skew, const FormPackage *package, const OmrImage *image, OmrPose poses[4])
{
    static const int quarters[4] = {0, 2, 1, 3};
    guint n = 0;

    for (int i = 0; i < 4; i++) {
        double w_mm = quarters[i] % 2 ? package->height_mm : package->width_mm;
        double h_mm = quarters[i] % 2 ? package->width_mm : package->height_mm;
        double skew_deg = skew->deg[quarters[i] % 2];
        double scale = scale_of(image, w_mm, h_mm, skew_deg);
        double turn = (90 * quarters[i] + skew_deg) * G_PI / 180, c = scale * cos(turn),
               s = scale * sin(turn);
        double x = package->width_mm / 2, y = package->height_mm / 2;
        OmrHomography map = {
            {c, -s, image->width / 2.0 - c * x + s * y, s, c, image->height / 2.0 - s * x - c * y, 0, 0}};
        if (scale > 0)
            poses[n++] = (OmrPose){.map = map, .error_mm = ERROR_MM, .thorough = TRUE};
    }
    return n;
}
