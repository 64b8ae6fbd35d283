#include "glyph-private.h"

#include <math.h>
#include <string.h>

/* Ink is darker than half way from paper to the darkest ink, which differ by at least so many grey values. */
#define LEAST_CONTRAST 50
#define PAPER_QUANTILE 0.7
#define INK_QUANTILE   0.01

/* Pieces smaller than this are dust. */
#define DUST_MM 0.25

#define MOST_GLYPHS 120

/* Of the glyphs of a line of print, this share stands on it: the others hang below, as g does, or float. */
#define ON_LINE 0.6

/* Where nearly all stand on it and are of one height, they are digits or capitals. */
#define NEARLY_ALL 0.8

/* Two strokes look alike in any hand. */
#define SLENDER 0.35

/* Between the letters of cells, closed up for reading. */
#define GAP_MM 0.5

/* A letter that comes again and looks the same counts as much as so many aligned edges. */
#define REPEATED 3

void
omr_glyphs_clear(OmrGlyphs *glyphs)
{
    g_clear_pointer(&glyphs->ink, g_free);
    g_clear_pointer(&glyphs->glyphs, g_array_unref);
}

static int
quantile_of(const guint histogram[256], int n, double share)
{
    double seen = 0;

    for (int value = 0; value < 256; value++) {
        seen += histogram[value];
        if (seen >= share * n)
            return value;
    }
    return 255;
}

static gboolean
find_ink(OmrGlyphs *glyphs, PIX *line)
{
    guint histogram[256] = {0};
    int n = glyphs->width * glyphs->height;

    for (int y = 0; y < glyphs->height; y++) {
        const l_uint32 *row = pixGetData(line) + (gsize)y * (gsize)pixGetWpl(line);
        for (int x = 0; x < glyphs->width; x++)
            histogram[GET_DATA_BYTE(row, x)]++;
    }
    int paper = quantile_of(histogram, n, PAPER_QUANTILE), ink = quantile_of(histogram, n, INK_QUANTILE);
    if (paper - ink < LEAST_CONTRAST)
        return FALSE;
    for (int y = 0; y < glyphs->height; y++) {
        const l_uint32 *row = pixGetData(line) + (gsize)y * (gsize)pixGetWpl(line);
        for (int x = 0; x < glyphs->width; x++)
            glyphs->ink[y * glyphs->width + x] = GET_DATA_BYTE(row, x) < (paper + ink) / 2;
    }
    return TRUE;
}

static int
compare_lefts(gconstpointer a, gconstpointer b)
{
    return ((const OmrGlyph *)a)->left - ((const OmrGlyph *)b)->left;
}

/* Dots and accents belong to the letter that they stand over or under. */
static void
join_pieces(GArray *pieces)
{
    g_array_sort(pieces, compare_lefts);
    for (guint i = 1; i < pieces->len;) {
        OmrGlyph *a = &g_array_index(pieces, OmrGlyph, i - 1), *b = &g_array_index(pieces, OmrGlyph, i);
        int common = MIN(a->right, b->right) - b->left + 1;
        int narrower = MIN(a->right - a->left, b->right - b->left) + 1;
        if (2 * common <= narrower) {
            i++;
            continue;
        }
        a->left = MIN(a->left, b->left);
        a->right = MAX(a->right, b->right);
        a->top = MIN(a->top, b->top);
        a->bottom = MAX(a->bottom, b->bottom);
        a->n += b->n;
        g_array_remove_index(pieces, i);
    }
}

gboolean
omr_glyphs_init(OmrGlyphs *glyphs, PIX *line, double px_per_mm)
{
    gsize n = (gsize)pixGetWidth(line) * (gsize)pixGetHeight(line);

    glyphs->width = pixGetWidth(line);
    glyphs->height = pixGetHeight(line);
    glyphs->px_per_mm = px_per_mm;
    glyphs->ink = g_malloc0(n);
    glyphs->glyphs = g_array_new(FALSE, FALSE, sizeof(OmrGlyph));
    if (!find_ink(glyphs, line))
        return FALSE;
    g_autofree guint8 *left = g_memdup2(glyphs->ink, n);
    g_autofree int *stack = g_new(int, n);
    for (gsize at = 0; at < n; at++) {
        if (left[at] == 0)
            continue;
        OmrPiece piece = omr_piece_take(left, glyphs->width, glyphs->height, (int)at, stack, NULL);
        double extent = hypot(piece.right - piece.left + 1, piece.bottom - piece.top + 1);
        if (extent >= DUST_MM * px_per_mm)
            g_array_append_val(glyphs->glyphs, piece);
    }
    join_pieces(glyphs->glyphs);
    return glyphs->glyphs->len > 0 && glyphs->glyphs->len <= MOST_GLYPHS;
}

/* Heights that are one in a font: of digits, of capitals, of small letters with and without a stem. '-' for
 * others, as those with accents. */
#define HEIGHTS "0Abx"

static char
height_of(gunichar base)
{
    if (base == 0 || base > 127)
        return '-';
    if (g_ascii_isdigit((char)base))
        return '0';
    if (g_ascii_isupper((char)base))
        return 'A';
    if (strchr("bdhkl", (int)base) != NULL)
        return 'b';
    return strchr("acemnorsuvwxz", (int)base) != NULL ? 'x' : '-';
}

/* Whether a character stands on the line, and its kind of height. */
static void
class_of(gunichar c, gboolean *stands, char *height)
{
    gunichar parts[4];
    gsize n = g_unichar_fully_decompose(c, FALSE, parts, G_N_ELEMENTS(parts));
    gunichar base = parts[0];

    *stands = g_unichar_isalnum(base) && (base > 127 || strchr("gjpqyQJ", (int)base) == NULL);
    *height = *stands ? height_of(base) : '-';
    for (gsize i = 1; i < n; i++) {
        if (parts[i] == 0x323) /* dot below */
            *stands = FALSE;
        *height = '-';
    }
}

/* Share of the ink that two glyphs have in common when laid over each other, a px this way or that. */
static double
likeness_of(const OmrGlyphs *glyphs, const OmrGlyph *a, const OmrGlyph *b)
{
    int width = MAX(a->right - a->left, b->right - b->left) + 1;
    int height = MAX(a->bottom - a->top, b->bottom - b->top) + 1;
    double best = 0;

    for (int move = 0; move < 9; move++) {
        int dx = move % 3 - 1, dy = move / 3 - 1, both = 0, either = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int ax = a->left + x, ay = a->top + y, bx = b->left + x + dx, by = b->top + y + dy;
                gboolean in_a = ax <= a->right && ay <= a->bottom && glyphs->ink[ay * glyphs->width + ax];
                gboolean in_b = bx >= b->left && by >= b->top && bx <= b->right && by <= b->bottom &&
                                glyphs->ink[by * glyphs->width + bx];
                both += in_a && in_b;
                either += in_a || in_b;
            }
        }
        best = MAX(best, either > 0 ? (double)both / either : 0);
    }
    return best;
}

/* Whether any two are alike and not only both a stroke. */
static gboolean
has_twins(const OmrGlyphs *glyphs, double likeness)
{
    const GArray *all = glyphs->glyphs;

    for (guint i = 0; i < all->len; i++) {
        const OmrGlyph *a = &g_array_index(all, OmrGlyph, i);
        int width = a->right - a->left + 1, height = a->bottom - a->top + 1;
        for (guint k = i + 1; k < all->len && width >= SLENDER * height; k++) {
            const OmrGlyph *b = &g_array_index(all, OmrGlyph, k);
            if (abs(b->right - b->left + 1 - width) <= 1 && abs(b->bottom - b->top + 1 - height) <= 1 &&
                likeness_of(glyphs, a, b) >= likeness)
                return TRUE;
        }
    }
    return FALSE;
}

/* How many of the glyphs are within `tolerance` of the place (or height) that most of them share. */
static guint
count_shared(const GArray *all, gboolean heights, double tolerance)
{
    guint most = 0;

    for (guint i = 0; i < all->len; i++) {
        const OmrGlyph *a = &g_array_index(all, OmrGlyph, i);
        guint n = 0;
        for (guint k = 0; k < all->len; k++) {
            const OmrGlyph *b = &g_array_index(all, OmrGlyph, k);
            int off = heights ? (b->bottom - b->top) - (a->bottom - a->top) : b->bottom - a->bottom;
            n += abs(off) <= tolerance;
        }
        most = MAX(most, n);
    }
    return most;
}

gboolean
omr_glyphs_may_be_print(const OmrGlyphs *glyphs, double tolerance_mm, double likeness)
{
    const GArray *all = glyphs->glyphs;
    double tolerance = tolerance_mm * glyphs->px_per_mm + 1;
    guint on_line = count_shared(all, FALSE, tolerance), as_tall = count_shared(all, TRUE, tolerance);

    if (all->len < 3 || on_line < ON_LINE * all->len)
        return FALSE;
    return (on_line >= NEARLY_ALL * all->len && as_tall >= NEARLY_ALL * all->len) ||
           has_twins(glyphs, likeness);
}

PIX *
omr_glyphs_close_up(const OmrGlyphs *glyphs, PIX *line)
{
    int gap = (int)(GAP_MM * glyphs->px_per_mm), border = 3 * gap, width = 2 * border;

    for (guint i = 0; i < glyphs->glyphs->len; i++) {
        const OmrGlyph *glyph = &g_array_index(glyphs->glyphs, OmrGlyph, i);
        width += glyph->right - glyph->left + 1 + gap;
    }
    PIX *close = pixCreate(width, glyphs->height, 8);
    int at = border;
    pixSetAllArbitrary(close, 255);
    for (guint i = 0; i < glyphs->glyphs->len; i++) {
        const OmrGlyph *glyph = &g_array_index(glyphs->glyphs, OmrGlyph, i);
        int own = glyph->right - glyph->left + 1;
        pixRasterop(close, at, glyph->top, own, glyph->bottom - glyph->top + 1, PIX_SRC, line, glyph->left,
                    glyph->top);
        at += own + gap;
    }
    return close;
}

/* The line that the standing glyphs' feet are on, by least squares. */
static void
fit_line(const OmrGlyphs *glyphs, const gboolean *stands, double *at, double *slope)
{
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;

    for (guint i = 0; i < glyphs->glyphs->len; i++) {
        const OmrGlyph *glyph = &g_array_index(glyphs->glyphs, OmrGlyph, i);
        double x = (glyph->left + glyph->right) / 2.0, y = glyph->bottom;
        if (!stands[i])
            continue;
        n++;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    double spread = n * sxx - sx * sx;
    *slope = spread > 0 ? (n * sxy - sx * sy) / spread : 0;
    *at = n > 0 ? (sy - *slope * sx) / n : 0;
}

/* Coincidences of heights of one class: all but the first must be like the first. -1: one is not. */
static int
count_heights(const OmrGlyphs *glyphs, const char *height, char wanted, double tolerance)
{
    int first = -1, n = 0;

    for (guint i = 0; i < glyphs->glyphs->len; i++) {
        const OmrGlyph *glyph = &g_array_index(glyphs->glyphs, OmrGlyph, i);
        int tall = glyph->bottom - glyph->top;
        if (height[i] != wanted)
            continue;
        if (first >= 0 && abs(tall - first) > tolerance)
            return -1;
        n += first >= 0;
        first = first >= 0 ? first : tall;
    }
    return n;
}

/* Letters that come again look the same. -1: one does not. */
static int
count_repeats(const OmrGlyphs *glyphs, const gunichar *characters, double likeness)
{
    int n = 0;

    for (guint i = 0; i < glyphs->glyphs->len; i++) {
        for (guint k = i + 1; k < glyphs->glyphs->len; k++) {
            if (characters[i] != characters[k] || !g_unichar_isalnum(characters[i]))
                continue;
            if (likeness_of(glyphs, &g_array_index(glyphs->glyphs, OmrGlyph, i),
                            &g_array_index(glyphs->glyphs, OmrGlyph, k)) < likeness)
                return -1;
            n++;
            break;
        }
    }
    return n;
}

int
omr_glyphs_evidence(const OmrGlyphs *glyphs, const char *text, double tolerance_mm, double likeness)
{
    double tolerance = tolerance_mm * glyphs->px_per_mm, at, slope;
    gunichar characters[MOST_GLYPHS];
    gboolean stands[MOST_GLYPHS];
    char height[MOST_GLYPHS];
    guint n = 0, standing = 0;

    for (const char *c = text; *c != '\0'; c = g_utf8_next_char(c)) {
        if (g_unichar_isspace(g_utf8_get_char(c)))
            continue;
        if (n == glyphs->glyphs->len)
            return 0;
        characters[n] = g_utf8_get_char(c);
        class_of(characters[n], &stands[n], &height[n]);
        standing += stands[n] ? 1 : 0;
        n++;
    }
    if (n != glyphs->glyphs->len || standing < 2)
        return 0;
    fit_line(glyphs, stands, &at, &slope);
    for (guint i = 0; i < n; i++) {
        const OmrGlyph *glyph = &g_array_index(glyphs->glyphs, OmrGlyph, i);
        double off = glyph->bottom - at - slope * (glyph->left + glyph->right) / 2.0;
        if (stands[i] && fabs(off) > tolerance)
            return 0;
    }
    int repeats = count_repeats(glyphs, characters, likeness), alike = 0;
    for (const char *kind = HEIGHTS; *kind != '\0'; kind++) {
        int of_kind = count_heights(glyphs, height, *kind, tolerance + 0.5);
        if (of_kind < 0)
            return 0;
        alike += of_kind;
    }
    if (repeats < 0)
        return 0;
    return (int)standing - 2 + alike + REPEATED * repeats;
}
