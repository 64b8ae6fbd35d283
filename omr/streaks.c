#include "streaks-private.h"

#include <math.h>
#include <string.h>

/* Lines of a tenth of a mm must show: looked at with pixels of at most about 0.18 mm. */
#define PX_PER_MM 5.5

/* A line is compared with the paper this far on either side of it. */
#define BESIDE_MM 0.9

/* Along the page's edges nothing is printed from here to there. */
#define MARGIN_NEAR_MM 1.2
#define MARGIN_FAR_MM  6.0

/* So much of a margin, and of the paper between, must be darkened. */
#define LEAST_SHARE 0.6

#define MARGIN_ROWS 24
#define BODY_ROWS   192 /* times 255 fits 16 bits */

/* Both sides of a place on a line must be paper to this degree. */
#define PAPER 0.8

/* Fewer places than this say nothing of a column. */
#define LEAST_PLACES 12

#define CACHE_LINE 64 /* bytes, of most processors */

/* What was seen of every column in one part of the page. */
typedef struct {
    guint16 *seen, *dark;
    guint16 *darkness; /* sum over the dark ones, of 255 */
} Tally;

static void
tally_init(Tally *tally, int width)
{
    tally->seen = g_new0(guint16, (gsize)width);
    tally->dark = g_new0(guint16, (gsize)width);
    tally->darkness = g_new0(guint16, (gsize)width);
}

static void
tally_clear(Tally *tally)
{
    g_free(tally->seen);
    g_free(tally->dark);
    g_free(tally->darkness);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tally, tally_clear)

/* The upper and lower edge of the paper in the image: y = y0 + slope · x, in level 0 px. */
typedef struct {
    double top, top_slope, bottom, bottom_slope;
    double left, right; /* where both edges are */
    double px_per_mm;
} Sides;

static int
compare_heights(gconstpointer a, gconstpointer b)
{
    double x = ((const OmrPoint *)a)->y, y = ((const OmrPoint *)b)->y;

    return (x > y) - (x < y);
}

static void
sides_init(Sides *sides, const OmrAlignment *alignment, const FormPackage *package)
{
    OmrPoint corner[4];

    for (int i = 0; i < 4; i++)
        corner[i] = omr_homography_apply(&alignment->map,
                                         (OmrPoint){i % 2 * package->width_mm, i / 2 * package->height_mm});
    qsort(corner, 4, sizeof corner[0], compare_heights);
    OmrJacobian step =
        omr_homography_jacobian(&alignment->map, (OmrPoint){package->width_mm / 2, package->height_mm / 2});
    double across = corner[1].x - corner[0].x, below = corner[3].x - corner[2].x;
    sides->top_slope = fabs(across) > 1 ? (corner[1].y - corner[0].y) / across : 0;
    sides->bottom_slope = fabs(below) > 1 ? (corner[3].y - corner[2].y) / below : 0;
    sides->top = corner[0].y - sides->top_slope * corner[0].x;
    sides->bottom = corner[2].y - sides->bottom_slope * corner[2].x;
    sides->left = MAX(MIN(corner[0].x, corner[1].x), MIN(corner[2].x, corner[3].x));
    sides->right = MIN(MAX(corner[0].x, corner[1].x), MAX(corner[2].x, corner[3].x));
    sides->px_per_mm = sqrt(fabs(step.xx * step.yy - step.xy * step.yx));
}

/* Looks at `n` neighbouring pixels and `beside` px to both sides of each. */
OMR_VECTOR_CLONES static void
tally_pixels(guint16 *restrict seen, guint16 *restrict dark, guint16 *restrict darkness,
             const guint8 *restrict at, int n, int beside, guint16 paper, guint16 least)
{
    const guint8 *left = at - beside, *right = at + beside;

    for (int i = 0; i < n; i++) {
        guint16 side = left[i] < right[i] ? left[i] : right[i], here = at[i];
        guint16 below = side > here ? (guint16)(side - here) : 0;
        guint16 is_seen = side >= paper ? 0xffff : 0, is_dark = below >= least ? is_seen : 0;
        seen[i] = (guint16)(seen[i] - is_seen);
        dark[i] = (guint16)(dark[i] - is_dark);
        darkness[i] = (guint16)(darkness[i] + (below & is_dark));
    }
}

/* A line across the page, in px of level 0, and the columns of a level from `first` to before `last` on it.
 */
typedef struct {
    double start, slope, factor;
    int first, last;
} Line;

static int
row_at(const Line *line, int x)
{
    return (int)((line->start + line->slope * (x + 0.5) * line->factor) / line->factor);
}

/* Where the columns from `x` on end whose places are in the same row. */
static int
end_of_row(const Line *line, int x)
{
    int row = row_at(line, x);
    double place = line->start / line->factor + line->slope * (x + 0.5);
    double rest = ((line->slope > 0 ? row + 1 : row) - place) / line->slope;
    int end = line->slope != 0 ? x + 1 + (int)CLAMP(rest, 0, line->last - x - 1) : line->last;

    while (end > x + 1 && row_at(line, end - 1) != row)
        end--;
    return end;
}

/* Asks for the pixels on the line at once: it is far from the one before, which processors do not foresee. In
 * line, as GCC takes a function that does nothing but this for one without effect and drops its calls. */
G_ALWAYS_INLINE static inline void
fetch_line(const OmrImage *image, const Line *line)
{
    for (int x = line->first; x < line->last; x += CACHE_LINE) {
        int row = CLAMP(row_at(line, x), 0, image->height - 1);
        __builtin_prefetch(image->pixels + (gsize)row * (gsize)image->stride + x);
    }
}

/* Looks at one place of every column, `place_mm` down from the upper edge, or up from the lower edge where
 * `up`. */
static void
tally_row(Tally *tally, const OmrImage *image, double factor, const Sides *sides, double place_mm,
          gboolean up, guint16 paper, guint16 least)
{
    int beside = MAX((int)lround(BESIDE_MM * sides->px_per_mm / factor), 2);
    double shift = (up ? -place_mm : place_mm) * sides->px_per_mm;
    Line line = {.start = (up ? sides->bottom : sides->top) + shift,
                 .slope = up ? sides->bottom_slope : sides->top_slope,
                 .factor = factor,
                 .first = MAX((int)(sides->left / factor), beside),
                 .last = MIN((int)(sides->right / factor), image->width - beside)};

    fetch_line(image, &line);
    for (int x = line.first, end; x < line.last; x = end) {
        int y = row_at(&line, x);
        end = end_of_row(&line, x);
        if (y >= 0 && y < image->height)
            tally_pixels(tally->seen + x, tally->dark + x, tally->darkness + x,
                         image->pixels + (gsize)y * (gsize)image->stride + x, end - x, beside, paper, least);
    }
}

static gboolean
is_dark(const Tally *tally, int x)
{
    return tally->seen[x] >= LEAST_PLACES && tally->dark[x] >= LEAST_SHARE * tally->seen[x];
}

/* Neighbouring columns that are dark from edge to edge become one streak. */
static GArray *
join_columns(const Tally *parts, int width, double factor)
{
    GArray *streaks = g_array_new(FALSE, FALSE, sizeof(OmrStreak));
    gboolean within = FALSE;

    for (int x = 0; x < width; x++) {
        gboolean dark = is_dark(&parts[0], x) && is_dark(&parts[1], x) && is_dark(&parts[2], x);
        if (dark && !within) {
            OmrStreak streak = {.left_px = x * factor};
            g_array_append_val(streaks, streak);
        }
        if (dark) {
            OmrStreak *streak = &g_array_index(streaks, OmrStreak, streaks->len - 1);
            streak->right_px = (x + 1) * factor;
            streak->darkness = MAX(streak->darkness, (float)parts[1].darkness[x] / parts[1].dark[x] / 255);
        }
        within = dark;
    }
    return streaks;
}

GArray *
omr_streaks_find(const OmrPyramid *image, const OmrWhite *white, const OmrAlignment *alignment,
                 const FormPackage *package, double least)
{
    Sides sides;
    sides_init(&sides, alignment, package);
    int index = omr_pyramid_level(image, sides.px_per_mm / PX_PER_MM);
    const OmrImage *level = omr_pyramid_image(image, index);
    double factor = (double)(1 << index);
    double height_mm = (sides.bottom - sides.top) / MAX(sides.px_per_mm, 1e-3);
    double light = omr_white_at(white, image->level[0].width / 2.0, image->level[0].height / 2.0);
    guint16 paper = (guint16)(PAPER * light), darker = (guint16)MAX(least * light, 1);
    g_auto(Tally) top = {0}, body = {0}, bottom = {0};

    tally_init(&top, level->width);
    tally_init(&body, level->width);
    tally_init(&bottom, level->width);
    for (int i = 0; i < MARGIN_ROWS; i++) {
        double place_mm = MARGIN_NEAR_MM + (MARGIN_FAR_MM - MARGIN_NEAR_MM) * i / (MARGIN_ROWS - 1);
        tally_row(&top, level, factor, &sides, place_mm, FALSE, paper, darker);
        tally_row(&bottom, level, factor, &sides, place_mm, TRUE, paper, darker);
    }
    for (int i = 0; i < BODY_ROWS; i++)
        tally_row(&body, level, factor, &sides,
                  MARGIN_FAR_MM + (height_mm - 2 * MARGIN_FAR_MM) * i / BODY_ROWS, FALSE, paper, darker);
    const Tally parts[] = {top, body, bottom};
    return join_columns(parts, level->width, factor);
}

gboolean
omr_streaks_touch(const GArray *streaks, double x_px, double reach_px)
{
    for (guint i = 0; i < streaks->len; i++) {
        const OmrStreak *streak = &g_array_index(streaks, OmrStreak, i);
        if (streak->left_px <= x_px + reach_px && streak->right_px >= x_px - reach_px)
            return TRUE;
    }
    return FALSE;
}
