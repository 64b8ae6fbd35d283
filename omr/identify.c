#include "identify-private.h"

#include <math.h>
#include <string.h>
#include <zbar.h>

#include "form-qr.h"
#include "grid-private.h"

/* A QR is looked for this far around where it is printed: first as ordinary scans have it, every second line
 * (a QR's finders are ten lines high); then as far as a sheet may lie askew or shifted, every line. */
#define NEAR_MM    5.0
#define NEAR_LINES 2
#define AROUND_MM  14.0

/* Modules of 0.5 to 0.8 mm are 3 to 5 px at this resolution: ZBar reads grainy codes better when they are
 * this small, and four times faster (measured: 12 of 12 after a 2 × 2 mean, 0 of 12 before). */
#define FIRST_DPI 150.0

/* Levels of the pyramid tried from there towards full resolution. */
#define TRIES      3
#define PAGE_TRIES 2 /* over the whole page: 600 dpi would take a second */

struct OmrFinder {
    zbar_image_scanner_t *scanner;
};

/* ZBar fits codes with random numbers that go on from page to page: with a new scanner a page is read the
 * same, whatever was read before it. */
static void
renew_scanner(OmrFinder *finder)
{
    if (finder->scanner != NULL)
        zbar_image_scanner_destroy(finder->scanner);
    finder->scanner = zbar_image_scanner_create();
    zbar_image_scanner_set_config(finder->scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(finder->scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
}

OmrFinder *
omr_finder_new(void)
{
    OmrFinder *finder = g_new0(OmrFinder, 1);

    renew_scanner(finder);
    return finder;
}

void
omr_finder_free(OmrFinder *finder)
{
    if (finder == NULL)
        return;
    zbar_image_scanner_destroy(finder->scanner);
    g_free(finder);
}

static void
symbol_clear(gpointer data)
{
    g_free(((OmrSymbol *)data)->payload);
}

void
omr_identity_clear(OmrIdentity *identity)
{
    g_clear_pointer(&identity->symbols, g_array_unref);
    g_clear_pointer(&identity->traces, g_array_unref);
}

/* A part of a pyramid's level, in pixels of that level. */
typedef struct {
    int level, left, top, width, height;
} Window;

/* ZBar names a QR's corners counter-clockwise from its top left: here clockwise, and in pixels of level 0. */
static gboolean
corners_of(const zbar_symbol_t *symbol, const Window *window, OmrPoint corner[4])
{
    static const unsigned clockwise[4] = {0, 3, 2, 1};
    double factor = (double)(1 << window->level);

    if (zbar_symbol_get_loc_size(symbol) < 4)
        return FALSE;
    for (int i = 0; i < 4; i++) {
        corner[i].x = (window->left + zbar_symbol_get_loc_x(symbol, clockwise[i])) * factor;
        corner[i].y = (window->top + zbar_symbol_get_loc_y(symbol, clockwise[i])) * factor;
    }
    return TRUE;
}

static gboolean
same_page(const FormSheetId *a, const FormSheetId *b)
{
    return g_str_equal(a->code, b->code) && a->version == b->version && g_str_equal(a->serial, b->serial) &&
           a->page == b->page;
}

/* What a QR says of the page. Returns whether it is a sound one of ours. */
static gboolean
take_payload(OmrIdentity *identity, const char *payload)
{
    FormSheetId id;

    switch (form_sheet_id_parse(payload, &id)) {
    case FORM_SHEET_ID_FOREIGN:
        return FALSE;
    case FORM_SHEET_ID_BAD_CHECK:
        if (identity->result == OMR_IDENTITY_NONE)
            identity->result = OMR_IDENTITY_BAD_CHECK;
        return FALSE;
    case FORM_SHEET_ID_OK:
        break;
    }
    if (identity->result == OMR_IDENTITY_FOUND && !same_page(&identity->id, &id))
        identity->result = OMR_IDENTITY_CONFLICT;
    if (identity->result == OMR_IDENTITY_CONFLICT)
        return FALSE;
    identity->result = OMR_IDENTITY_FOUND;
    identity->id = id;
    return TRUE;
}

/* Adds a code that carries the page's id, unless it was found before: windows of two forms may hold the same
 * one. */
static void
add_symbol(GArray *symbols, const char *payload, const OmrPoint corner[4])
{
    double side_px = hypot(corner[2].x - corner[0].x, corner[2].y - corner[0].y) / G_SQRT2;

    for (guint i = 0; i < symbols->len; i++) {
        const OmrSymbol *other = &g_array_index(symbols, OmrSymbol, i);
        if (hypot(other->corner[0].x - corner[0].x, other->corner[0].y - corner[0].y) < side_px / 2)
            return;
    }
    OmrSymbol symbol = {.payload = g_strdup(payload)};
    memcpy(symbol.corner, corner, sizeof symbol.corner);
    g_array_append_val(symbols, symbol);
}

/* Decodes the QRs of a picture; NULL when there is none. The caller destroys it. */
static zbar_image_t *
decode(OmrFinder *finder, const guint8 *pixels, int width, int height)
{
    zbar_image_t *picture = zbar_image_create();

    zbar_image_set_format(picture, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(picture, (unsigned)width, (unsigned)height);
    zbar_image_set_data(picture, pixels, (unsigned long)width * (unsigned long)height, NULL);
    if (zbar_scan_image(finder->scanner, picture) > 0)
        return picture;
    zbar_image_destroy(picture);
    return NULL;
}

static char *
payload_of(const zbar_symbol_t *symbol)
{
    return g_strndup(zbar_symbol_get_data(symbol), zbar_symbol_get_data_length(symbol));
}

/* Returns whether any QR with a payload of ours was read. */
static gboolean
scan_window(OmrFinder *finder, const OmrPyramid *image, const Window *window, OmrIdentity *identity)
{
    const OmrImage *level = omr_pyramid_image(image, window->level);
    g_autofree guint8 *pixels = g_malloc((gsize)window->width * (gsize)window->height);
    guint before = identity->symbols->len;

    for (int row = 0; row < window->height; row++)
        memcpy(pixels + (gsize)row * (gsize)window->width,
               level->pixels + (gsize)(window->top + row) * (gsize)level->stride + window->left,
               (gsize)window->width);
    zbar_image_t *picture = decode(finder, pixels, window->width, window->height);
    if (picture == NULL)
        return FALSE;
    const zbar_symbol_t *symbol = zbar_image_first_symbol(picture);
    for (; symbol != NULL; symbol = zbar_symbol_next(symbol)) {
        g_autofree char *payload = payload_of(symbol);
        OmrPoint corner[4];
        if (take_payload(identity, payload) && corners_of(symbol, window, corner))
            add_symbol(identity->symbols, payload, corner);
    }
    zbar_image_destroy(picture);
    return identity->symbols->len > before;
}

/* A square of the page in level 0 pixels, cut to the image. FALSE when nothing of it is left. */
static gboolean
window_around(const OmrPyramid *image, int level, OmrPoint centre, double side_px, Window *window)
{
    double factor = (double)(1 << level), half = side_px / 2;
    const OmrImage *pixels = &image->level[level];
    int left = MAX((int)((centre.x - half) / factor), 0), top = MAX((int)((centre.y - half) / factor), 0);
    int right = MIN((int)((centre.x + half) / factor), pixels->width);
    int bottom = MIN((int)((centre.y + half) / factor), pixels->height);

    *window = (Window){level, left, top, right - left, bottom - top};
    return window->width > 20 && window->height > 20;
}

/* A place where a QR may be, in level 0 pixels, and how thoroughly it is looked for. */
typedef struct {
    OmrPoint centre;
    double side_px, dpi;
    int lines; /* every so manieth is scanned */
    int tries; /* levels */
} Look;

static gboolean
scan_around(OmrFinder *finder, const OmrPyramid *image, const Look *look, OmrIdentity *identity)
{
    int first = omr_pyramid_level(image, look->dpi / FIRST_DPI);

    zbar_image_scanner_set_config(finder->scanner, ZBAR_NONE, ZBAR_CFG_X_DENSITY, look->lines);
    zbar_image_scanner_set_config(finder->scanner, ZBAR_NONE, ZBAR_CFG_Y_DENSITY, look->lines);
    for (int level = first; level >= MAX(first - look->tries + 1, 0); level--) {
        Window window;
        if (window_around(image, level, look->centre, look->side_px, &window) &&
            scan_window(finder, image, &window, identity))
            return TRUE;
    }
    return FALSE;
}

/* Where a place of the page lies when the page fills the image, turned clockwise by `quarters`. */
static OmrPoint
place_in_image(const OmrImage *image, const FormPackage *package, double x_mm, double y_mm, int quarters)
{
    double across = x_mm / package->width_mm, down = y_mm / package->height_mm;
    OmrPoint share[4] = {{across, down}, {1 - down, across}, {1 - across, 1 - down}, {down, 1 - across}};

    return (OmrPoint){share[quarters].x * image->width, share[quarters].y * image->height};
}

/* The places of all forms' QRs, without those that differ by less than 3 mm. */
typedef struct {
    const FormPackage *package;
    FormRect rect;
} Place;

static GArray *
places_of(const OmrForms *forms)
{
    GArray *places = g_array_new(FALSE, FALSE, sizeof(Place));

    for (guint f = 0; f < forms->forms->len; f++) {
        const OmrForm *form = g_ptr_array_index(forms->forms, f);
        for (guint p = 0; p < form->package->pages->len; p++) {
            const FormPage *page = g_ptr_array_index(form->package->pages, p);
            for (guint i = 0; i < page->qr->len; i++) {
                Place place = {form->package, g_array_index(page->qr, FormRect, i)};
                gboolean known = FALSE;
                for (guint k = 0; k < places->len && !known; k++) {
                    const FormRect *other = &g_array_index(places, Place, k).rect;
                    known = hypot(place.rect.x_mm - other->x_mm, place.rect.y_mm - other->y_mm) < 3;
                }
                if (!known)
                    g_array_append_val(places, place);
            }
        }
    }
    return places;
}

/* Whether a code that was read lies there. */
static gboolean
was_read(const OmrIdentity *identity, const Look *look)
{
    for (guint i = 0; i < identity->symbols->len; i++) {
        const OmrPoint *corner = g_array_index(identity->symbols, OmrSymbol, i).corner;
        double x = (corner[0].x + corner[2].x) / 2, y = (corner[0].y + corner[2].y) / 2;
        if (MAX(fabs(x - look->centre.x), fabs(y - look->centre.y)) < look->side_px / 2)
            return TRUE;
    }
    return FALSE;
}

static void
scan_places(OmrFinder *finder, const OmrPyramid *image, const GArray *places, int quarters,
            gboolean thoroughly, OmrIdentity *identity)
{
    const OmrImage *base = &image->level[0];

    for (guint i = 0; i < places->len; i++) {
        const Place *place = &g_array_index(places, Place, i);
        double long_mm = MAX(place->package->width_mm, place->package->height_mm);
        double px_per_mm = MAX(base->width, base->height) / long_mm;
        double side_mm = MAX(place->rect.w_mm, place->rect.h_mm) + 2 * (thoroughly ? AROUND_MM : NEAR_MM);
        Look look = {.centre = place_in_image(base, place->package, place->rect.x_mm + place->rect.w_mm / 2,
                                              place->rect.y_mm + place->rect.h_mm / 2, quarters),
                     .side_px = side_mm * px_per_mm,
                     .dpi = px_per_mm * 25.4,
                     .lines = thoroughly ? 1 : NEAR_LINES,
                     .tries = thoroughly ? TRIES : 1};
        if (!thoroughly || !was_read(identity, &look))
            scan_around(finder, image, &look, identity);
    }
}

static void
scan_everything(OmrFinder *finder, const OmrForms *forms, const OmrPyramid *image, OmrIdentity *identity)
{
    const OmrForm *form = g_ptr_array_index(forms->forms, 0);
    const OmrImage *base = &image->level[0];
    Look look = {.centre = {base->width / 2.0, base->height / 2.0},
                 .side_px = 2 * MAX(base->width, base->height),
                 .dpi = MAX(base->width, base->height) /
                        MAX(form->package->width_mm, form->package->height_mm) * 25.4,
                 .lines = 1,
                 .tries = PAGE_TRIES};

    scan_around(finder, image, &look, identity);
}

/* Further around than an ordinary scan needs: an image that holds a page askew is larger than the page. */
#define DAMAGED_AROUND_MM 22.0

/* Damaged codes of a page that are followed up. */
#define MAX_GRIDS 8

/* Two codes say the same when their values agree so much, the mean of their products (measured: the page's
 * two codes 0.45 to 0.75, others up to 0.13); and a grid that meets what is known so well lies where it seems
 * to. */
#define SAME_GRID  0.3
#define SOUND_GRID 0.5

/* A payload of the form whose code has so many modules; NULL when none has. The caller frees it. */
static char *
payload_like(const FormPackage *package, int modules)
{
    FormSheetId id = {.version = package->version, .page = 1};

    g_strlcpy(id.code, package->code, sizeof id.code);
    for (gsize length = 1; length <= FORM_SERIAL_MAX; length++) {
        memset(id.serial, '0', length);
        g_autofree char *payload = form_sheet_id_payload(&id);
        if (form_qr_modules(payload) == modules)
            return g_steal_pointer(&payload);
    }
    return NULL;
}

static double
agreement_of(const OmrGrid *a, const OmrGrid *b)
{
    int n = a->modules * a->modules;
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += (double)(a->value[i] * b->value[i]);
    return sum / n;
}

/* What the codes drawn as one say, when that is sound. The caller frees it. */
static char *
payload_of_grids(OmrFinder *finder, const OmrGrid *const *grids, guint n, double sharpening)
{
    g_autofree guint8 *pixels = g_malloc(OMR_GRID_MAX_SIDE * OMR_GRID_MAX_SIDE);
    int side = omr_grid_draw(grids, n, sharpening, pixels);
    zbar_image_t *picture = decode(finder, pixels, side, side);
    FormSheetId id;

    if (picture == NULL)
        return NULL;
    g_autofree char *payload = payload_of(zbar_image_first_symbol(picture));
    zbar_image_destroy(picture);
    return form_sheet_id_parse(payload, &id) == FORM_SHEET_ID_OK ? g_steal_pointer(&payload) : NULL;
}

/* Each by itself, then with each other added up; each time as it is and sharpened. */
static char *
combine_grids(OmrFinder *finder, const OmrGrid *grids, guint n, const OmrGrid **decoded)
{
    static const double sharpening[] = {0, 0.6, 1.1};

    for (guint i = 0; i < n; i++) {
        for (guint k = i; k < n; k++) {
            const OmrGrid *both[2] = {&grids[i], &grids[k]};
            for (guint s = 0; s < G_N_ELEMENTS(sharpening); s++) {
                char *payload = payload_of_grids(finder, both, i == k ? 1 : 2, sharpening[s]);
                *decoded = both[0]->score >= both[1]->score ? both[0] : both[1];
                if (payload != NULL)
                    return payload;
            }
        }
    }
    return NULL;
}

static gboolean
is_near(const OmrPoint *points, guint n, OmrPoint point, double distance_px)
{
    for (guint i = 0; i < n; i++) {
        if (hypot(points[i].x - point.x, points[i].y - point.y) < distance_px)
            return TRUE;
    }
    return FALSE;
}

/* Finds the codes of so many modules, in the page as it lies and upside down, or turned either way. */
static guint
find_grids(const OmrPyramid *image, const GArray *places, int modules, int turned, OmrGrid grids[MAX_GRIDS],
           char *like[MAX_GRIDS])
{
    const OmrImage *base = &image->level[0];
    OmrPoint seen[2 * MAX_GRIDS];
    guint n = 0, n_seen = 0;

    for (guint i = 0; i < 2 * places->len && n < MAX_GRIDS && n_seen < G_N_ELEMENTS(seen); i++) {
        const Place *place = &g_array_index(places, Place, i / 2);
        double long_mm = MAX(place->package->width_mm, place->package->height_mm);
        double px_per_mm = MAX(base->width, base->height) / long_mm;
        OmrPoint centre = place_in_image(base, place->package, place->rect.x_mm + place->rect.w_mm / 2,
                                         place->rect.y_mm + place->rect.h_mm / 2, turned + 2 * (int)(i % 2));
        g_autofree char *payload = payload_like(place->package, modules);
        FormRect symbol;
        if (payload == NULL || is_near(seen, n_seen, centre, 4 * px_per_mm) ||
            !form_qr_symbol(&place->rect, payload, &symbol))
            continue;
        seen[n_seen++] = centre;
        double side_mm = MAX(place->rect.w_mm, place->rect.h_mm) + 2 * DAMAGED_AROUND_MM;
        OmrGridArea area = {centre, side_mm * px_per_mm, symbol.w_mm / modules * px_per_mm, modules};
        if (omr_grid_find(image, &area, &grids[n]))
            like[n++] = g_steal_pointer(&payload);
    }
    return n;
}

static gboolean
scan_damaged_codes(OmrFinder *finder, const OmrPyramid *image, const GArray *places, int modules, int turned,
                   OmrIdentity *identity)
{
    g_autofree OmrGrid *grids = g_new(OmrGrid, MAX_GRIDS);
    char *like[MAX_GRIDS];
    guint n = find_grids(image, places, modules, turned, grids, like);
    const OmrGrid *decoded;
    g_autofree char *payload = combine_grids(finder, grids, n, &decoded);

    for (guint i = 0; i < n; i++) {
        if (payload == NULL && grids[i].score >= SOUND_GRID)
            add_symbol(identity->traces, like[i], grids[i].corner);
        g_free(like[i]);
    }
    if (payload == NULL || !take_payload(identity, payload))
        return FALSE;
    add_symbol(identity->symbols, payload, decoded->corner);
    for (guint i = 0; i < n; i++) {
        if (grids[i].score >= SOUND_GRID && agreement_of(&grids[i], decoded) >= SAME_GRID)
            add_symbol(identity->symbols, payload, grids[i].corner);
    }
    return TRUE;
}

/* Codes that nothing was read of: their grids are found by what is known of them. */
static void
scan_damaged(OmrFinder *finder, const OmrPyramid *image, const GArray *places, OmrIdentity *identity)
{
    for (int turned = 0; turned < 2; turned++) {
        for (int modules = 21; modules <= OMR_GRID_MAX_MODULES; modules += 4) {
            if (scan_damaged_codes(finder, image, places, modules, turned, identity))
                return;
        }
    }
}

void
omr_identify(OmrFinder *finder, const OmrForms *forms, const OmrPyramid *image, OmrIdentity *identity)
{
    static const int quarters[4] = {0, 2, 1, 3};
    g_autoptr(GArray) places = places_of(forms);

    memset(identity, 0, sizeof *identity);
    identity->symbols = g_array_new(FALSE, TRUE, sizeof(OmrSymbol));
    g_array_set_clear_func(identity->symbols, symbol_clear);
    identity->traces = g_array_new(FALSE, TRUE, sizeof(OmrSymbol));
    g_array_set_clear_func(identity->traces, symbol_clear);
    if (forms->forms->len == 0)
        return;
    renew_scanner(finder);
    int first = quarters[0];
    for (int i = 0; i < 4 && identity->symbols->len == 0; i++) {
        scan_places(finder, image, places, quarters[i], FALSE, identity);
        first = identity->symbols->len > 0 ? quarters[i] : first;
    }
    scan_places(finder, image, places, first, TRUE, identity);
    for (int i = 0; i < 4 && identity->symbols->len == 0; i++) {
        if (quarters[i] != first)
            scan_places(finder, image, places, quarters[i], TRUE, identity);
    }
    if (identity->symbols->len == 0)
        scan_damaged(finder, image, places, identity);
    if (identity->symbols->len == 0)
        scan_everything(finder, forms, image, identity);
}
