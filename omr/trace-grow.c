/* Like shapes, and those between and beside them whose outline is broken, marked or filled. */
#include <math.h>
#include <string.h>

#include "form-image.h"
#include "trace-private.h"

#define LIKE          0.12 /* sizes differ by at most this share … */
#define LIKE_MM       0.25 /* … or so much */
#define IN_LINE       0.35 /* of the size: so far off still stands in the same row or column */
#define NEAR_ACROSS   9.0  /* sizes: neighbours in a row are no further off … */
#define NEAR_DOWN     5.0  /* … and in a column */
#define MANY          5    /* so many others of a kind vouch for one that stands alone */
#define SMALL_MM      3.0  /* smaller ones are letters rather, where they are few */
#define STEP_OFF      0.08 /* steps of a row differ by less */
#define ROUNDS        8
#define MAX_SHAPES    4000
#define CELLS_WALL_MM 1.0 /* cells of a box share their walls, so thick at most … */
#define CELLS_GAP_MM  0.5 /* … or stand so near */

#define GRID        25   /* a shape is compared on so many points across and down */
#define MARGIN_MM   0.6  /* and so far beyond its outline */
#define RIM         0.7  /* only points from this share of the radius on: what is inside differs */
#define SEARCH      0.3  /* of the size: so far about the foretold place */
#define SEARCH_STEP 5    /* steps to each side */
#define ALIKE       0.6  /* correlation with the kind's mean from which on an outline is there */
#define DARK        0.35 /* a mark: so dark on average inside … */
#define LIGHT       0.25 /* … and no darker about it */
#define DARK_VOTES  3    /* a mark must be foretold by so many neighbours */
#define SAMPLES     60   /* of a kind make its mean */

typedef struct {
    const TraceShape *left, *right, *up, *down;
} Neighbours;

typedef struct {
    const TracePage *page;
    const TraceShape *model; /* size and shape of the kind */
    float mean[GRID * GRID];
    gboolean used[GRID * GRID];
} Template;

static gboolean
is_like(const TraceShape *a, const TraceShape *b, double px_per_mm)
{
    return a->shape == b->shape && fabs(a->w - b->w) <= MAX(LIKE * a->w, LIKE_MM * px_per_mm) &&
           fabs(a->h - b->h) <= MAX(LIKE * a->h, LIKE_MM * px_per_mm);
}

static Neighbours
neighbours_of(const GArray *shapes, const TraceShape *shape)
{
    Neighbours near = {NULL, NULL, NULL, NULL};
    double size = MAX(shape->w, shape->h);
    for (guint i = 0; i < shapes->len; i++) {
        const TraceShape *other = &g_array_index(shapes, TraceShape, i);
        double dx = other->x - shape->x, dy = other->y - shape->y;
        if (other == shape || other->kind != shape->kind)
            continue;
        if (fabs(dy) < IN_LINE * shape->h && fabs(dx) < NEAR_ACROSS * size && fabs(dx) > shape->w / 2) {
            const TraceShape **side = dx > 0 ? &near.right : &near.left;
            if (!*side || fabs((*side)->x - shape->x) > fabs(dx))
                *side = other;
        }
        if (fabs(dx) < IN_LINE * shape->w && fabs(dy) < NEAR_DOWN * size && fabs(dy) > shape->h / 2) {
            const TraceShape **side = dy > 0 ? &near.down : &near.up;
            if (!*side || fabs((*side)->y - shape->y) > fabs(dy))
                *side = other;
        }
    }
    return near;
}

/* One of few of its kind, with none of it in its row or column: a letter, a picture. So are a small one or
 * two that stand in no row. */
static gboolean
is_alone(const TracePage *page, const GArray *shapes, const TraceShape *shape)
{
    int kind = 0, line = 0;
    gboolean small = MIN(shape->w, shape->h) < SMALL_MM * page->px_per_mm;
    for (guint i = 0; i < shapes->len; i++) {
        const TraceShape *other = &g_array_index(shapes, TraceShape, i);
        if (other->kind != shape->kind || other == shape)
            continue;
        kind++;
        line +=
            fabs(other->y - shape->y) < IN_LINE * shape->h || fabs(other->x - shape->x) < IN_LINE * shape->w;
    }
    return kind < MANY && line < (small ? 2 : 1);
}

/* Whether two steps are the same, or one of them skips some. */
static gboolean
is_step(double a, double b)
{
    double ratio = MAX(a, b) / MAX(MIN(a, b), 1);
    return fabs(ratio - round(ratio)) < STEP_OFF && ratio < 3.5;
}

/* Stands in a row of even steps, or in a row and a column of even steps: letters do not. */
static gboolean
is_regular(const GArray *shapes, const TraceShape *shape)
{
    Neighbours near = neighbours_of(shapes, shape);
    gboolean across = near.left && near.right && is_step(shape->x - near.left->x, near.right->x - shape->x);
    gboolean down = near.up && near.down && is_step(shape->y - near.up->y, near.down->y - shape->y);
    return across || (down && (near.left || near.right));
}

int
trace_sort_kinds(const TracePage *page, GArray *options)
{
    int kinds = 0;
    if (options->len > MAX_SHAPES)
        g_array_set_size(options, MAX_SHAPES);
    for (guint i = 0; i < options->len; i++) {
        TraceShape *shape = &g_array_index(options, TraceShape, i);
        if (shape->kind >= 0)
            continue;
        shape->kind = kinds++;
        for (guint k = i + 1; k < options->len; k++) {
            TraceShape *other = &g_array_index(options, TraceShape, k);
            if (other->kind < 0 && is_like(shape, other, page->px_per_mm))
                other->kind = shape->kind;
        }
    }
    guint kept = 0, all = options->len;
    g_autofree gboolean *alone = g_new0(gboolean, all + 1);
    g_autofree int *letters = g_new0(int, kinds + 1), *regular = g_new0(int, kinds + 1);
    for (guint i = 0; i < all; i++) {
        const TraceShape *shape = &g_array_index(options, TraceShape, i);
        alone[i] = is_alone(page, options, shape);
        letters[shape->kind] += shape->letter ? 1 : -1;
        regular[shape->kind] += is_regular(options, shape) ? 1 : -1;
    }
    /* Most of a kind tell for all of it. */
    for (guint i = 0; i < all; i++) {
        int kind = g_array_index(options, TraceShape, i).kind;
        alone[i] = alone[i] || (letters[kind] >= 0 && regular[kind] <= 0);
    }
    for (guint i = 0; i < all; i++)
        if (!alone[i])
            g_array_index(options, TraceShape, kept++) = g_array_index(options, TraceShape, i);
    g_array_set_size(options, kept);
    return (int)(all - kept);
}

/* Darkness of the page at a point, 0 paper … 1 black. */
static float
darkness(const TracePage *page, double x, double y)
{
    int w = pixGetWidth(page->grey), h = pixGetHeight(page->grey), column = (int)floor(x - 0.5),
        row = (int)floor(y - 0.5);
    if (column < 0 || row < 0 || column >= w - 1 || row >= h - 1)
        return 0;
    const l_uint32 *line = pixGetData(page->grey) + (gsize)row * (gsize)pixGetWpl(page->grey),
                   *next = line + pixGetWpl(page->grey);
    double right = x - 0.5 - column, down = y - 0.5 - row;
    double above = GET_DATA_BYTE(line, column) * (1 - right) + GET_DATA_BYTE(line, column + 1) * right;
    double below = GET_DATA_BYTE(next, column) * (1 - right) + GET_DATA_BYTE(next, column + 1) * right;
    return (float)CLAMP(1 - (above * (1 - down) + below * down) / TRACE_PAPER, 0, 1);
}

static void
sample(const Template *template, double x, double y, float out[GRID * GRID])
{
    double margin = MARGIN_MM * template->page->px_per_mm;
    double half_w = template->model->w / 2 + margin, half_h = template->model->h / 2 + margin;
    for (int i = 0; i < GRID; i++)
        for (int k = 0; k < GRID; k++)
            out[i * GRID + k] = darkness(template->page, x + half_w * (2.0 * k / (GRID - 1) - 1),
                                         y + half_h * (2.0 * i / (GRID - 1) - 1));
}

/* The mean of what of the kind was found by its own outline, and which points are about the outline. */
static void
template_init(Template *template, const TracePage *page, const GArray *shapes, const TraceShape *model)
{
    float one[GRID * GRID];
    int n = 0;
    *template = (Template){.page = page, .model = model};
    for (guint i = 0; i < shapes->len && n < SAMPLES; i++) {
        const TraceShape *shape = &g_array_index(shapes, TraceShape, i);
        if (shape->kind != model->kind || shape->grown)
            continue;
        sample(template, shape->x, shape->y, one);
        for (int k = 0; k < GRID * GRID; k++)
            template->mean[k] += one[k];
        n++;
    }
    double margin = MARGIN_MM * page->px_per_mm;
    for (int k = 0; k < GRID * GRID; k++) {
        double u = (2.0 * (k % GRID) / (GRID - 1) - 1) * (1 + 2 * margin / model->w),
               v = (2.0 * (k / GRID) / (GRID - 1) - 1) * (1 + 2 * margin / model->h);
        double radius = model->shape == FORM_SHAPE_ELLIPSE ? hypot(u, v) : MAX(fabs(u), fabs(v));
        template->used[k] = radius >= RIM;
        template->mean[k] /= (float)MAX(n, 1);
    }
}

static double
correlate(const Template *template, const float *one)
{
    double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0;
    for (int k = 0; k < GRID * GRID; k++) {
        if (!template->used[k])
            continue;
        double u = template->mean[k], v = one[k];
        n++;
        a += u;
        b += v;
        aa += u * u;
        bb += v * v;
        ab += u * v;
    }
    double var = (aa - a * a / n) * (bb - b * b / n);
    return var > 1e-9 ? (ab - a * b / n) / sqrt(var) : 0;
}

/* Whether what is inside is dark, and what is about it is not. */
static gboolean
is_filled(const float *one)
{
    double inside = 0, about = 0;
    int n_inside = 0, n_about = 0;
    for (int i = 0; i < GRID; i++)
        for (int k = 0; k < GRID; k++) {
            int edge = MIN(MIN(i, k), MIN(GRID - 1 - i, GRID - 1 - k));
            double radius = hypot(2.0 * i / (GRID - 1) - 1, 2.0 * k / (GRID - 1) - 1);
            if (radius < 0.55) {
                inside += one[i * GRID + k];
                n_inside++;
            } else if (edge == 0) {
                about += one[i * GRID + k];
                n_about++;
            }
        }
    return inside >= DARK * n_inside && about <= LIGHT * n_about;
}

/* Looks for a shape about a foretold place, which is set right. */
static gboolean
look(const Template *template, double *x, double *y, int votes)
{
    float one[GRID * GRID];
    double best = -1, best_x = *x, best_y = *y;
    for (int i = -SEARCH_STEP; i <= SEARCH_STEP; i++)
        for (int k = -SEARCH_STEP; k <= SEARCH_STEP; k++) {
            double px = *x + k * SEARCH * template->model->w / SEARCH_STEP,
                   py = *y + i * SEARCH * template->model->h / SEARCH_STEP;
            sample(template, px, py, one);
            double alike = correlate(template, one);
            if (alike > best) {
                best = alike;
                best_x = px;
                best_y = py;
            }
        }
    if (best >= ALIKE) {
        *x = best_x;
        *y = best_y;
        return TRUE;
    }
    sample(template, *x, *y, one);
    return votes >= DARK_VOTES && is_filled(one);
}

/* ---- where shapes are foretold ---- */

typedef struct {
    double x, y;
    int votes;
    int kind;
} Place;

static void
foretell(GArray *places, const GArray *shapes, const TraceShape *from, double dx, double dy)
{
    Place place = {from->x + dx, from->y + dy, 1, from->kind};
    for (guint i = 0; i < shapes->len; i++) {
        const TraceShape *other = &g_array_index(shapes, TraceShape, i);
        if (fabs(other->x - place.x) < (other->w + from->w) / 2 &&
            fabs(other->y - place.y) < (other->h + from->h) / 2)
            return;
    }
    for (guint i = 0; i < places->len; i++) {
        Place *other = &g_array_index(places, Place, i);
        if (other->kind != place.kind || fabs(other->x - place.x) > IN_LINE * from->w ||
            fabs(other->y - place.y) > IN_LINE * from->h)
            continue;
        other->x = (other->x * other->votes + place.x) / (other->votes + 1);
        other->y = (other->y * other->votes + place.y) / (other->votes + 1);
        other->votes++;
        return;
    }
    g_array_append_val(places, place);
}

/* What stands beside a shape's neighbours stands beside it too, and a row or column goes on with its step. */
static void
foretell_about(GArray *places, const GArray *shapes, const TraceShape *shape, const Neighbours *all)
{
    const Neighbours *own = &all[shape - (const TraceShape *)(const void *)shapes->data];
    const TraceShape *const sides[] = {own->left, own->right, own->up, own->down};
    for (int i = 0; i < 4; i++) {
        if (!sides[i])
            continue;
        if (!sides[i ^ 1])
            foretell(places, shapes, shape, shape->x - sides[i]->x, shape->y - sides[i]->y);
        const Neighbours *theirs = &all[sides[i] - (const TraceShape *)(const void *)shapes->data];
        const TraceShape *const beyond[] = {theirs->left, theirs->right, theirs->up, theirs->down};
        for (int k = 0; k < 4; k++)
            if (beyond[k] && k / 2 != i / 2)
                foretell(places, shapes, shape, beyond[k]->x - sides[i]->x, beyond[k]->y - sides[i]->y);
    }
}

static gboolean
grow_once(const TracePage *page, GArray *options)
{
    g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(Place));
    g_autofree Neighbours *all = g_new(Neighbours, options->len);
    guint before = options->len;
    for (guint i = 0; i < before; i++)
        all[i] = neighbours_of(options, &g_array_index(options, TraceShape, i));
    for (guint i = 0; i < before; i++)
        foretell_about(places, options, &g_array_index(options, TraceShape, i), all);
    g_autofree Template *template = g_new0(Template, 1);
    TraceShape model = {.kind = -1};
    for (guint i = 0; i < places->len && options->len < MAX_SHAPES; i++) {
        Place place = g_array_index(places, Place, i);
        for (guint k = 0; k < before && model.kind != place.kind; k++)
            if (g_array_index(options, TraceShape, k).kind == place.kind) {
                model = g_array_index(options, TraceShape, k);
                template_init(template, page, options, &model);
            }
        TraceShape found = model;
        if (!look(template, &place.x, &place.y, place.votes))
            continue;
        found.x = place.x;
        found.y = place.y;
        found.grown = TRUE;
        gboolean seen = FALSE;
        for (guint k = before; k < options->len && !seen; k++) {
            const TraceShape *other = &g_array_index(options, TraceShape, k);
            seen = fabs(other->x - found.x) < found.w / 2 && fabs(other->y - found.y) < found.h / 2;
        }
        if (!seen)
            g_array_append_val(options, found);
    }
    return options->len > before;
}

void
trace_grow(const TracePage *page, GArray *options)
{
    for (int round = 0; round < ROUNDS && options->len > 0; round++)
        if (!grow_once(page, options))
            return;
}

/* ---- cells of a box ---- */

/* Outlines of neighbouring cells are one line: they overlap by it. */
static gboolean
adjoin(const TraceShape *a, const TraceShape *b, double px_per_mm)
{
    double off = fabs(b->x - a->x) - (a->w + b->w) / 2;
    return fabs(a->h - b->h) < LIKE * a->h && fabs(a->w - b->w) < 2 * LIKE * a->w &&
           fabs(a->y - b->y) < LIKE * a->h && off > -CELLS_WALL_MM * px_per_mm &&
           off < CELLS_GAP_MM * px_per_mm;
}

static int
by_x(gconstpointer a, gconstpointer b)
{
    double x = ((const TraceShape *)a)->x, y = ((const TraceShape *)b)->x;
    return (x > y) - (x < y);
}

void
trace_take_cells(const TracePage *page, GArray *options, GArray *boxes)
{
    guint kept = 0, n = options->len;
    g_array_sort(options, by_x);
    for (guint i = 0; i < n; i++)
        g_array_index(options, TraceShape, i).group = -1;
    for (guint i = 0; i < n; i++) {
        TraceShape *last = &g_array_index(options, TraceShape, i), box = *last;
        int cells = 1;
        if (last->group >= 0)
            continue;
        for (guint k = i + 1; k < n && box.group < 0; k++) {
            TraceShape *next = &g_array_index(options, TraceShape, k);
            if (next->group >= 0 || next->shape != FORM_SHAPE_BOX || box.shape != FORM_SHAPE_BOX ||
                !adjoin(last, next, page->px_per_mm))
                continue;
            double left = box.x - box.w / 2;
            box.w = next->x + next->w / 2 - left;
            box.x = left + box.w / 2;
            last = next;
            next->group = ++cells;
        }
        if (cells == 1)
            continue;
        g_array_index(options, TraceShape, i).group = 1;
        box.group = cells;
        g_array_append_val(boxes, box);
    }
    for (guint i = 0; i < n; i++)
        if (g_array_index(options, TraceShape, i).group < 0)
            g_array_index(options, TraceShape, kept++) = g_array_index(options, TraceShape, i);
    g_array_set_size(options, kept);
}
