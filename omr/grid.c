/* Finding the grid of a damaged QR. */
#include "grid-private.h"

#include <math.h>
#include <string.h>

/* The area is looked at with modules of this many px: fewer lose small modules, more only add noise. */
#define MODULE_PX 3
#define MAX_SIDE  640

/* A pixel is black or white against its surroundings of this many modules, which hold some of both … */
#define AROUND_MODULES 7

/* … and counts less where these differ by less than so many grey values: there is nothing but paper. */
#define LEAST_SCATTER 14.0

/* A finder pattern with its white rim: 9 modules. Correlation from here on is worth a look; a sound one has
 * 0.9, one with a stroke through it 0.6. */
#define FINDER_RIM         9
#define FINDER_CORRELATION 0.35
#define MAX_PEAKS          14

/* Two finders' distance fits when it is within this share of what is expected: the scale is only roughly
 * known. */
#define DISTANCE_SHARE 0.16

/* Hypotheses that are followed up, and the score that one must reach in the end. */
#define FOLLOWED    4
#define LEAST_SCORE 0.3

typedef struct {
    int side;
    double left, top, step; /* px of level 0: of the first pixel, and from one to the next */
    guint8 *pixels;
    float *value;  /* -1 black … 1 white, against the surroundings */
    guint32 *sums; /* (side + 1)²: of all pixels above and to the left */
    guint64 *squares;
} Area;

static void
area_clear(Area *area)
{
    g_free(area->pixels);
    g_free(area->value);
    g_free(area->sums);
    g_free(area->squares);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Area, area_clear)

static void
sample_area(Area *area, const OmrPyramid *image, const OmrGridArea *wanted)
{
    int side = CLAMP((int)(wanted->side_px / wanted->module_px * MODULE_PX), 8 * MODULE_PX, MAX_SIDE);
    double step = wanted->module_px / MODULE_PX;
    gsize width = (gsize)side + 1;

    area->side = side;
    area->step = step;
    area->left = wanted->centre.x - (side - 1) / 2.0 * step;
    area->top = wanted->centre.y - (side - 1) / 2.0 * step;
    area->pixels = g_malloc((gsize)side * (gsize)side);
    area->value = g_new(float, (gsize)side *(gsize)side);
    area->sums = g_new0(guint32, width * width);
    area->squares = g_new0(guint64, width * width);
    OmrRaster raster = {area->left, area->top, step, 0, 0, step};
    omr_pyramid_sample(image, &raster, side, side, area->pixels, side);
    for (int y = 0; y < side; y++) {
        const guint8 *line = area->pixels + (gsize)y * (gsize)side;
        guint32 sum = 0;
        guint64 square = 0;
        for (int x = 0; x < side; x++) {
            gsize at = (gsize)(y + 1) * width + (gsize)x + 1;
            sum += line[x];
            square += (guint64)(line[x] * line[x]);
            area->sums[at] = area->sums[at - width] + sum;
            area->squares[at] = area->squares[at - width] + square;
        }
    }
}

/* Sum over the square of `size` px from (left, top); it lies within the area. */
static double
box_sum(const Area *area, int left, int top, int size)
{
    gsize width = (gsize)area->side + 1, a = (gsize)top * width + (gsize)left;
    const guint32 *s = area->sums + a;

    return (double)(s[(gsize)size * (width + 1)] - s[size] - s[(gsize)size * width] + s[0]);
}

/* Mean and standard deviation within a square cut to the area. */
static void
box_scatter(const Area *area, int left, int top, int size, double *mean, double *scatter)
{
    int right = MIN(left + size, area->side), bottom = MIN(top + size, area->side);
    gsize width = (gsize)area->side + 1;

    left = MAX(left, 0);
    top = MAX(top, 0);
    gsize a = (gsize)top * width + (gsize)left, b = (gsize)top * width + (gsize)right,
          c = (gsize)bottom * width + (gsize)left, d = (gsize)bottom * width + (gsize)right;
    double n = (double)(right - left) * (bottom - top);
    double sum = (double)(area->sums[d] - area->sums[b] - area->sums[c] + area->sums[a]);
    double squares = (double)(area->squares[d] - area->squares[b] - area->squares[c] + area->squares[a]);
    *mean = sum / n;
    *scatter = sqrt(MAX(squares / n - *mean * *mean, 0));
}

static void
compare_with_surroundings(Area *area)
{
    int size = AROUND_MODULES * MODULE_PX;

    for (int y = 0; y < area->side; y++) {
        for (int x = 0; x < area->side; x++) {
            double mean, scatter;
            gsize at = (gsize)y * (gsize)area->side + (gsize)x;
            box_scatter(area, x - size / 2, y - size / 2, size, &mean, &scatter);
            double value = (area->pixels[at] - mean) / MAX(scatter, LEAST_SCATTER);
            area->value[at] = (float)CLAMP(value, -1, 1);
        }
    }
}

/* Correlation of a finder pattern centred at (x, y): squares within squares, so a few sums tell it. */
static double
finder_at(const Area *area, int x, int y)
{
    const double white = 81 - 49 + 25 - 9, black = 81 - white, px = MODULE_PX * MODULE_PX;
    double sum[4], mean, scatter;

    for (int i = 0; i < 4; i++) {
        int size = (FINDER_RIM - 2 * i) * MODULE_PX;
        sum[i] = box_sum(area, x - size / 2, y - size / 2, size);
    }
    int size = FINDER_RIM * MODULE_PX;
    box_scatter(area, x - size / 2, y - size / 2, size, &mean, &scatter);
    double in_white = (sum[0] - sum[1] + sum[2] - sum[3]) / (white * px);
    double in_black = (sum[1] - sum[2] + sum[3]) / (black * px);
    return (in_white - in_black) * sqrt(white * black) / (white + black) / MAX(scatter, LEAST_SCATTER);
}

typedef struct {
    double x, y, correlation;
} Peak;

/* Keeps the best, sorted; peaks within two modules of a better one are the same. */
static void
keep_peak(Peak *peaks, guint *n, Peak peak)
{
    guint at = *n;

    for (guint i = 0; i < *n; i++) {
        if (hypot(peaks[i].x - peak.x, peaks[i].y - peak.y) < 2 * MODULE_PX) {
            if (peaks[i].correlation >= peak.correlation)
                return;
            memmove(peaks + i, peaks + i + 1, (*n - i - 1) * sizeof *peaks);
            (*n)--;
            i--;
        }
    }
    at = *n;
    while (at > 0 && peaks[at - 1].correlation < peak.correlation)
        at--;
    if (at >= MAX_PEAKS)
        return;
    *n = MIN(*n + 1, MAX_PEAKS);
    memmove(peaks + at + 1, peaks + at, (*n - at - 1) * sizeof *peaks);
    peaks[at] = peak;
}

static guint
find_peaks(const Area *area, Peak peaks[MAX_PEAKS])
{
    int half = FINDER_RIM * MODULE_PX / 2;
    guint n = 0;

    for (int y = half; y < area->side - half; y++) {
        for (int x = half; x < area->side - half; x++) {
            double correlation = finder_at(area, x, y);
            if (correlation >= FINDER_CORRELATION &&
                (n < MAX_PEAKS || correlation > peaks[n - 1].correlation))
                keep_peak(peaks, &n, (Peak){x, y, correlation});
        }
    }
    return n;
}

/* Where a code lies in the area: its top left corner, and a module to its right and down. */
typedef struct {
    OmrPoint origin, right, down;
    double score;
} Frame;

static OmrPoint
frame_at(const Frame *frame, double x, double y)
{
    return (OmrPoint){frame->origin.x + x * frame->right.x + y * frame->down.x,
                      frame->origin.y + x * frame->right.y + y * frame->down.y};
}

static float
value_at(const Area *area, OmrPoint at)
{
    int x = (int)floor(at.x), y = (int)floor(at.y);

    if (x < 0 || y < 0 || x >= area->side - 1 || y >= area->side - 1)
        return 0;
    const float *here = area->value + (gsize)y * (gsize)area->side + x, *below = here + area->side;
    float right = (float)(at.x - x), down = (float)(at.y - y);
    return (1 - down) * (here[0] + right * (here[1] - here[0])) +
           down * (below[0] + right * (below[1] - below[0]));
}

/* The mean of what the modules that are known say for this frame. */
static double
known_score(const Area *area, const Frame *frame, int modules)
{
    double sum = 0;
    int n = 0;

    for (int y = -1; y <= modules; y++) {
        for (int x = -1; x <= modules; x++) {
            int known = omr_grid_known(modules, x, y);
            if (known == 0)
                continue;
            sum += known * (double)value_at(area, frame_at(frame, x + 0.5, y + 0.5));
            n++;
        }
    }
    return sum / n;
}

/* The same with all others being clearly black or white: they tell the grid as well. */
static double
grid_score(const Area *area, const Frame *frame, int modules)
{
    double known_sum = 0, sum = 0;

    for (int y = 0; y < modules; y++) {
        for (int x = 0; x < modules; x++) {
            int known = omr_grid_known(modules, x, y);
            double value = (double)value_at(area, frame_at(frame, x + 0.5, y + 0.5));
            if (known != 0)
                known_sum += known * value;
            else
                sum += fabs(value);
        }
    }
    return known_sum + sum / 2;
}

/* The frame in which two finders of the code, at their places in modules, lie at `a` and `b`. */
static Frame
frame_of(const Peak *a, const Peak *b, const double at[2], const double other[2])
{
    double mx = other[0] - at[0], my = other[1] - at[1], square = mx * mx + my * my;
    double dx = b->x - a->x, dy = b->y - a->y;
    double c = (dx * mx + dy * my) / square, s = (dy * mx - dx * my) / square;
    Frame frame = {.right = {c, s}, .down = {-s, c}};

    frame.origin.x = a->x - c * at[0] + s * at[1];
    frame.origin.y = a->y - s * at[0] - c * at[1];
    return frame;
}

static void
keep_frame(Frame *frames, guint *n, Frame frame)
{
    guint at = *n;

    while (at > 0 && frames[at - 1].score < frame.score)
        at--;
    if (at >= FOLLOWED)
        return;
    *n = MIN(*n + 1, FOLLOWED);
    memmove(frames + at + 1, frames + at, (*n - at - 1) * sizeof *frames);
    frames[at] = frame;
}

/* Any two of the three finders tell where the code lies; which two they are is told by the rest of it. */
static guint
guess_frames(const Area *area, int modules, Frame frames[FOLLOWED])
{
    double near = 3.5, far = modules - 3.5;
    const double finder[3][2] = {{near, near}, {far, near}, {near, far}};
    Peak peaks[MAX_PEAKS];
    guint n_peaks = find_peaks(area, peaks), n = 0;

    for (guint i = 0; i < n_peaks; i++) {
        for (guint k = 0; k < n_peaks; k++) {
            for (int pair = 0; pair < 3 && i != k; pair++) {
                const double *a = finder[pair], *b = finder[(pair + 1) % 3];
                double distance = hypot(peaks[k].x - peaks[i].x, peaks[k].y - peaks[i].y);
                double expected = hypot(b[0] - a[0], b[1] - a[1]) * MODULE_PX;
                if (fabs(distance / expected - 1) > DISTANCE_SHARE)
                    continue;
                Frame frame = frame_of(&peaks[i], &peaks[k], a, b);
                frame.score = known_score(area, &frame, modules);
                keep_frame(frames, &n, frame);
            }
        }
    }
    return n;
}

/* Moves three corners of the frame, ever more finely, to where the grid fits best. */
static void
refine_frame(const Area *area, int modules, Frame *frame)
{
    double best = grid_score(area, frame, modules);

    for (double step = 0.5; step > 0.05; step /= 2) {
        gboolean better = TRUE;
        for (int round = 0; round < 4 && better; round++) {
            better = FALSE;
            for (int move = 0; move < 12; move++) {
                Frame moved = *frame;
                double off = (move & 1 ? -step : step) * MODULE_PX;
                gboolean across = move >> 1 & 1;
                int corner = move >> 2;
                double *origin = across ? &moved.origin.x : &moved.origin.y;
                double *right = across ? &moved.right.x : &moved.right.y;
                double *down = across ? &moved.down.x : &moved.down.y;
                if (corner == 0) {
                    *origin += off;
                } else if (corner == 1) {
                    *right += off / modules;
                } else {
                    *down += off / modules;
                }
                double score = grid_score(area, &moved, modules);
                if (score > best) {
                    best = score;
                    *frame = moved;
                    better = TRUE;
                }
            }
        }
    }
    frame->score = known_score(area, frame, modules);
}

/* The mean over the middle of each module. */
static void
read_values(const Area *area, const Frame *frame, OmrGrid *grid)
{
    for (int y = 0; y < grid->modules; y++) {
        for (int x = 0; x < grid->modules; x++) {
            float sum = 0;
            for (int i = 0; i < 9; i++)
                sum += value_at(area,
                                frame_at(frame, x + 0.5 + (i % 3 - 1) * 0.22, y + 0.5 + (i / 3 - 1) * 0.22));
            grid->value[y * grid->modules + x] = sum / 9;
        }
    }
}

gboolean
omr_grid_find(const OmrPyramid *image, const OmrGridArea *wanted, OmrGrid *grid)
{
    g_auto(Area) area = {0};
    Frame frames[FOLLOWED];
    guint best = 0;

    sample_area(&area, image, wanted);
    compare_with_surroundings(&area);
    guint n = guess_frames(&area, wanted->modules, frames);
    for (guint i = 0; i < n; i++) {
        refine_frame(&area, wanted->modules, &frames[i]);
        if (frames[i].score > frames[best].score)
            best = i;
    }
    if (n == 0 || frames[best].score < LEAST_SCORE)
        return FALSE;
    grid->modules = wanted->modules;
    grid->score = frames[best].score;
    for (int i = 0; i < 4; i++) {
        OmrPoint at =
            frame_at(&frames[best], i == 1 || i == 2 ? grid->modules : 0, i >= 2 ? grid->modules : 0);
        grid->corner[i] = (OmrPoint){area.left + at.x * area.step, area.top + at.y * area.step};
    }
    read_values(&area, &frames[best], grid);
    return TRUE;
}
