#include "folds-private.h"

#include <math.h>
#include <string.h>

#include "order-private.h"

/* The page is looked at on upright lines, columns, so many of them: in both margins, where nothing is
 * printed, and between these. */
#define MARGIN_COLUMNS 6
#define BODY_COLUMNS   36
#define COLUMNS        (BODY_COLUMNS + 2 * MARGIN_COLUMNS)
#define MARGIN_NEAR_MM 1.2
#define MARGIN_FAR_MM  6.0

/* Down a column in steps of this, on a level with pixels of at most about 0.18 mm. */
#define STEP_MM   0.2
#define PX_PER_MM 5.5

/* A fold is compared with the paper this far above and below. */
#define BESIDE_MM 1.4

/* How far askew folds are looked for, and in which steps. */
#define MOST_SLOPE 0.034
#define SLOPE_STEP 0.002

/* So many of each margin's columns, of both margins together, and of those between, must be darkened: a sheet
 * that lies askew or off its place loses some of them. Rules of the form darken at most one in a margin. */
#define LEAST_MARGIN  2
#define LEAST_MARGINS 6
#define LEAST_BODY    26

/* Two folds are not nearer than this, nor is one nearer to the edge, where the sheet may end. */
#define APART_MM 8.0

/* Print may cover up to this share of the places along a fold: what is taken for its light is lighter than
 * that. */
#define PAPER_SHARE 0.6
#define PLACES      120

/* A fold leaves at least this share of the paper's light: simulated ones take up to 0.4 of it, a pen's or a
 * printed line more than half. Beside it, where the sheet bends up, paper is lighter, by no more than this.
 */
#define LEAST_LIGHT 0.5f
#define MOST_LIGHT  1.3f

/* The page's coordinates in mm, as an affine map into level 0. */
typedef struct {
    OmrPoint origin, across, down; /* px, px per mm */
    double width_mm, height_mm;
} Sheet;

static void
sheet_init(Sheet *sheet, const OmrAlignment *alignment, const FormPackage *package)
{
    OmrPoint left = omr_homography_apply(&alignment->map, (OmrPoint){0, 0});
    OmrPoint right = omr_homography_apply(&alignment->map, (OmrPoint){package->width_mm, 0});
    OmrPoint below = omr_homography_apply(&alignment->map, (OmrPoint){0, package->height_mm});

    sheet->width_mm = package->width_mm;
    sheet->height_mm = package->height_mm;
    sheet->origin = left;
    sheet->across =
        (OmrPoint){(right.x - left.x) / package->width_mm, (right.y - left.y) / package->width_mm};
    sheet->down =
        (OmrPoint){(below.x - left.x) / package->height_mm, (below.y - left.y) / package->height_mm};
}

static OmrPoint
sheet_point(const Sheet *sheet, double x_mm, double y_mm)
{
    return (OmrPoint){sheet->origin.x + x_mm * sheet->across.x + y_mm * sheet->down.x,
                      sheet->origin.y + x_mm * sheet->across.y + y_mm * sheet->down.y};
}

static double
column_mm(const Sheet *sheet, int column)
{
    double margin = (MARGIN_FAR_MM - MARGIN_NEAR_MM) / (MARGIN_COLUMNS - 1);

    if (column < MARGIN_COLUMNS)
        return MARGIN_NEAR_MM + column * margin;
    if (column >= COLUMNS - MARGIN_COLUMNS)
        return sheet->width_mm - MARGIN_NEAR_MM - (COLUMNS - 1 - column) * margin;
    double between = (sheet->width_mm - 2 * MARGIN_FAR_MM) / (BODY_COLUMNS + 1);
    return MARGIN_FAR_MM + (column - MARGIN_COLUMNS + 1) * between;
}

/* Where the page is darker than above and below, 1, or not, 0: down each column, one after the other. */
typedef struct {
    int n_rows;
    guint8 *dips;
} Dips;

/* Whether each place of a column is darker than those `beside` rows above and below by `least`. */
OMR_VECTOR_CLONES static void
find_dips(const guint8 *values, int n, int beside, guint8 least, guint8 *dips)
{
    for (int i = beside; i < n - beside; i++) {
        guint8 above = values[i - beside], below = values[i + beside], side = above < below ? above : below;
        dips[i] = side > values[i] && side - values[i] >= least;
    }
}

/* Where neighbouring columns, `n` from the first, are darker by `least` than above and below: `dips` has all
 * columns, one after the other. */
static void
look_at_columns(const OmrPyramid *pyramid, const Sheet *sheet, int first, int n, guint8 least, Dips *dips)
{
    int level = omr_pyramid_level(pyramid, hypot(sheet->down.x, sheet->down.y) / PX_PER_MM);
    double factor = (double)(1 << level), apart_mm = column_mm(sheet, first + 1) - column_mm(sheet, first);
    OmrPoint top = sheet_point(sheet, column_mm(sheet, first), 0);
    OmrRaster raster = {.x = (top.x + 0.5) / factor - 0.5,
                        .y = (top.y + 0.5) / factor - 0.5,
                        .across_x = apart_mm * sheet->across.x / factor,
                        .across_y = apart_mm * sheet->across.y / factor,
                        .down_x = STEP_MM * sheet->down.x / factor,
                        .down_y = STEP_MM * sheet->down.y / factor};
    int n_rows = dips->n_rows;
    g_autofree guint8 *rows = g_malloc((gsize)n * (gsize)n_rows), *column = g_malloc((gsize)n_rows);

    omr_image_sample(omr_pyramid_image(pyramid, level), &raster, n, n_rows, rows, n);
    for (int i = 0; i < n; i++) {
        for (int row = 0; row < n_rows; row++)
            column[row] = rows[row * n + i];
        find_dips(column, n_rows, (int)lround(BESIDE_MM / STEP_MM), least, dips->dips + (first + i) * n_rows);
    }
}

OMR_VECTOR_CLONES static void
add_dips(guint8 *restrict count, const guint8 *restrict dips, int n)
{
    for (int i = 0; i < n; i++)
        count[i] = (guint8)(count[i] + dips[i]);
}

/* How much further down a line is at a column than at the page's middle, in steps. */
static int
steps_down(const Sheet *sheet, double slope, int column)
{
    return (int)lround(slope * (column_mm(sheet, column) - sheet->width_mm / 2) / STEP_MM);
}

/* How many of `n` columns from the first are darkened along a line that crosses the page's middle at each
 * row. */
static void
count_columns(guint8 *count, const Sheet *sheet, const Dips *dips, double slope, int first, int n)
{
    int n_rows = dips->n_rows;

    memset(count, 0, (gsize)n_rows);
    for (int column = first; column < first + n; column++) {
        int down = steps_down(sheet, slope, column), from = MAX(-down, 0), to = MIN(n_rows - down, n_rows);
        if (from < to)
            add_dips(count + from, dips->dips + column * n_rows + from + down, to - from);
    }
}

typedef struct {
    int row; /* at the page's middle */
    double slope;
    int score; /* darkened columns */
} Line;

/* The lines along which both margins are darkened. */
static GArray *
find_in_margins(const Sheet *sheet, const Dips *dips)
{
    GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));
    g_autofree guint8 *left = g_malloc(dips->n_rows), *right = g_malloc(dips->n_rows);
    int edge = (int)(APART_MM / STEP_MM), steps = (int)lround(MOST_SLOPE / SLOPE_STEP);

    for (int step = -steps; step <= steps; step++) {
        double slope = step * SLOPE_STEP;
        count_columns(left, sheet, dips, slope, 0, MARGIN_COLUMNS);
        count_columns(right, sheet, dips, slope, COLUMNS - MARGIN_COLUMNS, MARGIN_COLUMNS);
        for (int row = edge; row < dips->n_rows - edge; row++) {
            int both = left[row] + right[row];
            if (both < LEAST_MARGINS || left[row] < LEAST_MARGIN || right[row] < LEAST_MARGIN)
                continue;
            Line line = {row, slope, both};
            g_array_append_val(lines, line);
        }
    }
    return lines;
}

/* Keeps those of the lines along which the page between the margins is darkened, too. */
static void
keep_across(GArray *lines, const Sheet *sheet, const Dips *dips)
{
    guint kept = 0;

    for (guint i = 0; i < lines->len; i++) {
        Line line = g_array_index(lines, Line, i);
        int body = 0;
        for (int column = MARGIN_COLUMNS; column < COLUMNS - MARGIN_COLUMNS; column++) {
            int row = line.row + steps_down(sheet, line.slope, column);
            body += row >= 0 && row < dips->n_rows ? dips->dips[column * dips->n_rows + row] : 0;
        }
        line.score += body;
        if (body >= LEAST_BODY)
            g_array_index(lines, Line, kept++) = line;
    }
    g_array_set_size(lines, kept);
}

static int
compare_scores(gconstpointer a, gconstpointer b)
{
    return ((const Line *)b)->score - ((const Line *)a)->score;
}

/* Of lines near each other only the one with the highest score stays. */
static void
thin_out(GArray *lines)
{
    guint kept = 0;

    g_array_sort(lines, compare_scores);
    for (guint i = 0; i < lines->len; i++) {
        Line line = g_array_index(lines, Line, i);
        gboolean apart = TRUE;
        for (guint k = 0; k < kept; k++)
            apart = apart && abs(g_array_index(lines, Line, k).row - line.row) * STEP_MM >= APART_MM;
        if (apart)
            g_array_index(lines, Line, kept++) = line;
    }
    g_array_set_size(lines, kept);
}

/* Hardly any page has a line in both margins: only then is the page between them looked at. */
static GArray *
find_lines(const OmrPyramid *image, const Sheet *sheet, guint8 least)
{
    int n_rows = (int)(sheet->height_mm / STEP_MM);
    g_autofree guint8 *room = g_malloc0((gsize)n_rows * COLUMNS);
    Dips dips = {n_rows, room};

    look_at_columns(image, sheet, 0, MARGIN_COLUMNS, least, &dips);
    look_at_columns(image, sheet, COLUMNS - MARGIN_COLUMNS, MARGIN_COLUMNS, least, &dips);
    GArray *lines = find_in_margins(sheet, &dips);
    if (lines->len == 0)
        return lines;
    look_at_columns(image, sheet, MARGIN_COLUMNS, BODY_COLUMNS, least, &dips);
    keep_across(lines, sheet, &dips);
    thin_out(lines);
    return lines;
}

/* The paper's light along the fold, so far beyond it. */
static double
light_beyond(const OmrPyramid *pyramid, const OmrWhite *white, const Sheet *sheet, const Line *line,
             double beyond_mm)
{
    double px_per_mm = hypot(sheet->down.x, sheet->down.y), values[PLACES];
    int level = omr_pyramid_level(pyramid, px_per_mm / PX_PER_MM);
    const OmrImage *image = omr_pyramid_image(pyramid, level);
    double factor = (double)(1 << level);

    for (int i = 0; i < PLACES; i++) {
        double x_mm = MARGIN_NEAR_MM + (sheet->width_mm - 2 * MARGIN_NEAR_MM) * i / (PLACES - 1);
        double y_mm = line->row * STEP_MM + line->slope * (x_mm - sheet->width_mm / 2) + beyond_mm;
        OmrPoint at = sheet_point(sheet, x_mm, y_mm);
        values[i] =
            omr_image_at(image, (float)((at.x + 0.5) / factor - 0.5), (float)((at.y + 0.5) / factor - 0.5)) /
            omr_white_at(white, at.x, at.y);
    }
    qsort(values, PLACES, sizeof values[0], omr_compare_doubles);
    return values[(int)(PAPER_SHARE * PLACES)];
}

/* FALSE where it takes so much light that it is ink: a ruled line, a pen. */
static gboolean
describe(OmrFold *fold, const OmrPyramid *pyramid, const OmrWhite *white, const Sheet *sheet,
         const Line *line)
{
    /* mm beyond the line, of a place on the page, are y − row − slope · (x − middle) */
    double area = sheet->across.x * sheet->down.y - sheet->across.y * sheet->down.x;
    double x_per_x = sheet->down.y / area, x_per_y = -sheet->down.x / area;
    double y_per_x = -sheet->across.y / area, y_per_y = sheet->across.x / area;
    OmrPoint middle = sheet_point(sheet, sheet->width_mm / 2, line->row * STEP_MM);
    float light[OMR_FOLD_STEPS], least = 1;

    fold->per_x = y_per_x - line->slope * x_per_x;
    fold->per_y = y_per_y - line->slope * x_per_y;
    fold->offset = -fold->per_x * middle.x - fold->per_y * middle.y;
    for (int i = 0; i < OMR_FOLD_STEPS; i++)
        light[i] =
            (float)light_beyond(pyramid, white, sheet, line, (i - OMR_FOLD_STEPS / 2) * OMR_FOLD_STEP_MM);
    float beside = MAX((light[0] + light[OMR_FOLD_STEPS - 1]) / 2, 0.01f);
    for (int i = 0; i < OMR_FOLD_STEPS; i++) {
        fold->light[i] = MIN(light[i] / beside, MOST_LIGHT);
        least = MIN(least, fold->light[i]);
    }
    return least >= LEAST_LIGHT;
}

GArray *
omr_folds_find(const OmrPyramid *image, const OmrWhite *white, const OmrAlignment *alignment,
               const FormPackage *package, double least)
{
    GArray *folds = g_array_new(FALSE, FALSE, sizeof(OmrFold));
    double light = omr_white_at(white, image->level[0].width / 2.0, image->level[0].height / 2.0);
    Sheet sheet;

    sheet_init(&sheet, alignment, package);
    g_autoptr(GArray) lines = find_lines(image, &sheet, (guint8)MAX(least * light, 1));
    for (guint i = 0; i < lines->len; i++) {
        OmrFold fold;
        if (describe(&fold, image, white, &sheet, &g_array_index(lines, Line, i)))
            g_array_append_val(folds, fold);
    }
    return folds;
}

static double
light_at(const OmrFold *fold, double beyond_mm)
{
    double at = beyond_mm / OMR_FOLD_STEP_MM + OMR_FOLD_STEPS / 2;

    if (at <= 0 || at >= OMR_FOLD_STEPS - 1)
        return 1;
    int step = (int)at;
    return fold->light[step] + (at - step) * (fold->light[step + 1] - fold->light[step]);
}

void
omr_folds_lighten(const GArray *folds, const OmrRaster *raster, int width, int height, guint8 *darkness)
{
    for (guint i = 0; i < folds->len; i++) {
        const OmrFold *fold = &g_array_index(folds, OmrFold, i);
        double first = fold->per_x * raster->x + fold->per_y * raster->y + fold->offset;
        double across = fold->per_x * raster->across_x + fold->per_y * raster->across_y;
        double down = fold->per_x * raster->down_x + fold->per_y * raster->down_y;
        double reach = OMR_FOLD_STEPS / 2 * OMR_FOLD_STEP_MM, last = first + height * down + width * across;
        if (MIN(first, last) - fabs(width * across) > reach ||
            MAX(first, last) + fabs(width * across) < -reach)
            continue;
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                guint8 *at = darkness + row * width + column;
                double light = light_at(fold, first + column * across + row * down);
                *at = (guint8)CLAMP(255 - (255 - *at) / light, 0, 255);
            }
        }
    }
}
