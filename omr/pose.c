#include "pose-private.h"

#include <math.h>
#include <string.h>

#include "form-qr.h"

/* Corners of a 16 mm code are known to 0.1 mm; over the length of A4 that leaves 4 mm, and perspective adds
 * to it. */
#define SYMBOL_ERROR_MM   4.0
#define WIDE_ERROR_MM     12.0
#define FEATURES_ERROR_MM 4.0

/* What growing from the codes leaves. */
#define GROWN_ERROR_MM 2.5

/* Two codes at two corners fix the page far better than one; more than this means that they were mixed up. */
#define MAX_SYMBOL_RMS_MM 8.0

#define MAX_GUESSES 16

static gboolean
add_pairs(const OmrSymbol *symbol, const FormRect *rect, OmrPair *pairs)
{
    FormRect area;

    if (!form_qr_symbol(rect, symbol->payload, &area))
        return FALSE;
    double right = area.x_mm + area.w_mm, bottom = area.y_mm + area.h_mm;
    OmrPoint corner[4] = {{area.x_mm, area.y_mm}, {right, area.y_mm}, {right, bottom}, {area.x_mm, bottom}};

    for (int i = 0; i < 4; i++)
        pairs[i] = (OmrPair){.from = corner[i], .to = symbol->corner[i], .weight = 1};
    return TRUE;
}

/* How far the page's centre lies from the image's, by the image's size: a page that hangs out of it is wrong.
 */
static double
off_centre(const OmrHomography *map, const FormPackage *package, const OmrImage *image)
{
    OmrPoint centre = omr_homography_apply(map, (OmrPoint){package->width_mm / 2, package->height_mm / 2});

    return hypot(centre.x / image->width - 0.5, centre.y / image->height - 0.5);
}

typedef struct {
    double score;
    OmrHomography map;
    OmrPair pairs[8];
    guint n_pairs;
} Guess;

/* The page's place when the first symbol was printed at `first` and the second, if told, at `second`. */
static gboolean
guess_page(const GArray *symbols, const FormRect *first, const FormRect *second, Guess *guess)
{
    OmrHomography *map = &guess->map;

    guess->n_pairs = second != NULL ? 8 : 4;
    if (!add_pairs(&g_array_index(symbols, OmrSymbol, 0), first, guess->pairs) ||
        (second != NULL && !add_pairs(&g_array_index(symbols, OmrSymbol, 1), second, guess->pairs + 4)) ||
        !omr_homography_fit_similarity(guess->pairs, guess->n_pairs, map))
        return FALSE;
    return omr_homography_rms(map, guess->pairs, guess->n_pairs) <=
           MAX_SYMBOL_RMS_MM * hypot(map->h[0], map->h[3]);
}

static int
compare_scores(gconstpointer a, gconstpointer b)
{
    double x = ((const Guess *)a)->score, y = ((const Guess *)b)->score;

    return (x > y) - (x < y);
}

guint
omr_poses_from_symbols(const GArray *symbols, const FormPackage *package, const FormPage *page,
                       const OmrImage *image, OmrPose *poses)
{
    Guess guess[MAX_GUESSES];
    guint n = 0, n_rects = MIN(page->qr->len, 4), n_second = symbols->len > 1 ? n_rects : 1;

    for (guint a = 0; a < n_rects && symbols->len > 0; a++) {
        for (guint b = 0; b < n_second && n < MAX_GUESSES; b++) {
            const FormRect *second = n_second > 1 ? &g_array_index(page->qr, FormRect, b) : NULL;
            if ((second == NULL || a != b) &&
                guess_page(symbols, &g_array_index(page->qr, FormRect, a), second, &guess[n])) {
                guess[n].score = off_centre(&guess[n].map, package, image);
                n++;
            }
        }
    }
    qsort(guess, n, sizeof guess[0], compare_scores);
    n = MIN(n, OMR_MAX_POSES / 4);
    for (guint i = 0; i < n; i++) {
        OmrPose *grown = &poses[n + i];
        poses[i] = (OmrPose){.map = guess[i].map, .error_mm = SYMBOL_ERROR_MM};
        *grown = (OmrPose){.map = guess[i].map, .error_mm = GROWN_ERROR_MM, .n_known = guess[i].n_pairs};
        memcpy(grown->known, guess[i].pairs, sizeof grown->known);
        poses[2 * n + i] = (OmrPose){.map = guess[i].map, .error_mm = SYMBOL_ERROR_MM, .thorough = TRUE};
        poses[3 * n + i] = (OmrPose){.map = guess[i].map, .error_mm = WIDE_ERROR_MM, .thorough = TRUE};
    }
    return 4 * n;
}

/* The page filling the image, turned clockwise by so many quarters. */
static OmrHomography
filling(const FormPackage *package, const OmrImage *image, int quarters)
{
    static const int c[4] = {1, 0, -1, 0}, s[4] = {0, 1, 0, -1};
    double turned_w = quarters % 2 ? package->height_mm : package->width_mm;
    double turned_h = quarters % 2 ? package->width_mm : package->height_mm;
    double scale = MIN(image->width / turned_w, image->height / turned_h);
    double xx = scale * c[quarters], xy = -scale * s[quarters], yx = scale * s[quarters],
           yy = scale * c[quarters];

    return (OmrHomography){
        {xx, xy, image->width / 2.0 - xx * package->width_mm / 2 - xy * package->height_mm / 2, yx, yy,
         image->height / 2.0 - yx * package->width_mm / 2 - yy * package->height_mm / 2, 0, 0}};
}

guint
omr_poses_from_print(const OmrBlank *blank, const OmrPyramid *image, OmrPose *poses)
{
    OmrHomography maps[4];
    guint n = 0;

    if (blank->features != NULL) {
        g_autoptr(OmrFeatures) features = omr_features_new(image, 1);
        guint n_maps = omr_features_locate(blank->features, features, maps, G_N_ELEMENTS(maps));
        for (guint i = 0; i < n_maps; i++)
            poses[n++] = (OmrPose){.map = maps[i], .error_mm = FEATURES_ERROR_MM, .thorough = TRUE};
    }
    for (int quarters = 0; quarters < 4; quarters++)
        poses[n++] = (OmrPose){.map = filling(blank->package, &image->level[0], quarters),
                               .error_mm = WIDE_ERROR_MM,
                               .thorough = TRUE};
    return n;
}
