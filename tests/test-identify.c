/* Finding the QRs of a page image: wherever the sheet lies, and never another's for ours. */
#include <math.h>
#include <qrencode.h>
#include <string.h>

#include "form-image.h"
#include "identify-private.h"

#define QUIET 4 /* modules */

static const FormRect places[] = {{165, 12, 24, 24}, {21, 258, 24, 24}};

typedef struct {
    FormPackage *package;
    OmrForms *forms;
    OmrFinder *finder;
} Fixture;

/* A4 with QRs at two places, and nothing on it that could be told from them by its print. */
static void
set_up(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    FormPackage *package = form_package_new("TEST", 3);

    (void)data;
    package->width_mm = 210;
    package->height_mm = 297;
    FormPage *page = form_package_add_page(package);
    g_array_append_vals(page->qr, places, G_N_ELEMENTS(places));
    fixture->package = package;
    fixture->forms = omr_forms_new();
    fixture->finder = omr_finder_new();
    omr_forms_add(fixture->forms, package, &error);
    g_assert_no_error(error);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    omr_finder_free(fixture->finder);
    omr_forms_free(fixture->forms);
    form_package_free(fixture->package);
}

static const FormSheetId sheet = {"TEST", 3, "0100423", 1};

static char *
payload_of(const char *code, const char *serial, int page)
{
    FormSheetId id = {.version = 3, .page = page};

    g_strlcpy(id.code, code, sizeof id.code);
    g_strlcpy(id.serial, serial, sizeof id.serial);
    return form_sheet_id_payload(&id);
}

/* A sheet of A4: what its two QRs say (NULL: none there), and how it was scanned. */
typedef struct {
    const char *payload[2];
    double module_px;
    double shift_mm; /* down */
    double noise;    /* standard deviation, of 255 */
    int turns;       /* quarters, clockwise */
} Sheet;

static int
modules_of(const char *payload)
{
    QRcode *code = QRcode_encodeString(payload, 0, QR_ECLEVEL_Q, QR_MODE_8, 1);
    int width = code->width;

    QRcode_free(code);
    return width;
}

/* So that a module of the first QR has the size wanted. */
static double
px_per_mm_of(const Sheet *s)
{
    const char *payload = s->payload[0] != NULL ? s->payload[0] : s->payload[1];

    return payload != NULL ? s->module_px * (modules_of(payload) + 2 * QUIET) / places[0].w_mm : 8;
}

static void
draw_code(PIX *pix, const char *payload, const FormRect *place, double px_per_mm, double shift_mm)
{
    QRcode *code = QRcode_encodeString(payload, 0, QR_ECLEVEL_Q, QR_MODE_8, 1);
    double module_px = place->w_mm * px_per_mm / (code->width + 2 * QUIET);
    double left_px = place->x_mm * px_per_mm + QUIET * module_px;
    double top_px = (place->y_mm + shift_mm) * px_per_mm + QUIET * module_px;
    int side_px = (int)(place->w_mm * px_per_mm);

    pixRasterop(pix, (int)(left_px - QUIET * module_px), (int)(top_px - QUIET * module_px), side_px, side_px,
                PIX_SET, NULL, 0, 0);
    for (int y = 0; y < (int)(code->width * module_px); y++) {
        for (int x = 0; x < (int)(code->width * module_px); x++) {
            int module = (int)(y / module_px) * code->width + (int)(x / module_px);
            if (code->data[module] & 1)
                pixSetPixel(pix, (int)left_px + x, (int)top_px + y, 40);
        }
    }
    QRcode_free(code);
}

static void
add_noise(PIX *pix, double noise)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(11);

    for (int y = 0; y < pixGetHeight(pix) && noise > 0; y++) {
        l_uint32 *line = pixGetData(pix) + (gsize)y * (gsize)pixGetWpl(pix);
        for (int x = 0; x < pixGetWidth(pix); x++) {
            guint32 bits = g_rand_int(random); /* the sum of four uniform numbers is nearly normal */
            int sum =
                (int)(bits & 255) + (int)(bits >> 8 & 255) + (int)(bits >> 16 & 255) + (int)(bits >> 24);
            double off = noise * (sum - 510) / 148;
            SET_DATA_BYTE(line, x, (l_uint8)CLAMP(GET_DATA_BYTE(line, x) + off, 0, 255));
        }
    }
}

static PIX *
draw_sheet(const Sheet *s)
{
    double px_per_mm = px_per_mm_of(s);
    g_autoptr(PIX) pix = pixCreate((int)(210 * px_per_mm), (int)(297 * px_per_mm), 8);

    pixSetAllArbitrary(pix, 240);
    for (int line = 0; line < 20; line++) /* rows of print */
        for (int word = 0; word < 12; word++)
            pixRasterop(pix, (int)((20 + 11 * word) * px_per_mm), (int)((50 + 10 * line) * px_per_mm),
                        (int)((3 + (word * 7 + line) % 6) * px_per_mm), (int)(2 * px_per_mm), PIX_CLR, NULL,
                        0, 0);
    for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
        if (s->payload[i] != NULL)
            draw_code(pix, s->payload[i], &places[i], px_per_mm, s->shift_mm);
    }
    add_noise(pix, s->noise);
    return pixRotateOrth(pix, s->turns);
}

static void
identify(Fixture *fixture, const Sheet *s, OmrIdentity *identity)
{
    g_autoptr(PIX) pix = draw_sheet(s);
    g_auto(OmrPyramid) image = {0};

    omr_pyramid_init(&image, pix);
    omr_identify(fixture->finder, fixture->forms, &image, identity);
}

static void
assert_found(const OmrIdentity *identity, const FormSheetId *id, guint n_symbols)
{
    g_assert_cmpint(identity->result, ==, OMR_IDENTITY_FOUND);
    g_assert_cmpstr(identity->id.code, ==, id->code);
    g_assert_cmpint(identity->id.version, ==, id->version);
    g_assert_cmpstr(identity->id.serial, ==, id->serial);
    g_assert_cmpint(identity->id.page, ==, id->page);
    g_assert_cmpuint(identity->symbols->len, ==, n_symbols);
}

/* Where the corners of the code at `place` come to lie, as OmrSymbol has them. */
static void
true_corners(const Sheet *s, const FormRect *place, OmrPoint corner[4])
{
    double px_per_mm = px_per_mm_of(s), w = 210 * px_per_mm, h = 297 * px_per_mm;
    int modules = modules_of(s->payload[0]);
    double side_mm = place->w_mm * modules / (modules + 2 * QUIET), inset_mm = (place->w_mm - side_mm) / 2;

    for (int i = 0; i < 4; i++) {
        double x = (place->x_mm + inset_mm + (i == 1 || i == 2 ? side_mm : 0)) * px_per_mm;
        double y = (place->y_mm + s->shift_mm + inset_mm + (i >= 2 ? side_mm : 0)) * px_per_mm;
        OmrPoint turned[4] = {{x, y}, {h - y, x}, {w - x, h - y}, {y, w - x}};
        corner[i] = turned[s->turns];
    }
}

/* The corners are in the order of the code, not of the image: they tell how the sheet lies. */
static void
assert_corners(const OmrIdentity *identity, const Sheet *s)
{
    double limit_px = 0.6 * px_per_mm_of(s);

    for (guint i = 0; i < identity->symbols->len; i++) {
        const OmrSymbol *symbol = &g_array_index(identity->symbols, OmrSymbol, i);
        double nearest_px = G_MAXDOUBLE;
        for (guint place = 0; place < G_N_ELEMENTS(places); place++) {
            OmrPoint corner[4];
            double worst_px = 0;
            true_corners(s, &places[place], corner);
            for (int k = 0; k < 4; k++)
                worst_px = MAX(worst_px,
                               hypot(symbol->corner[k].x - corner[k].x, symbol->corner[k].y - corner[k].y));
            nearest_px = MIN(nearest_px, worst_px);
        }
        g_assert_cmpfloat(nearest_px, <, limit_px);
    }
}

/* Both codes are found, small and large, in grainy images, in every turn. */
static void
test_found_in_every_turn(Fixture *fixture, gconstpointer data)
{
    static const double modules_px[] = {3, 5, 10};
    g_autofree char *payload = form_sheet_id_payload(&sheet);

    (void)data;
    for (guint m = 0; m < G_N_ELEMENTS(modules_px); m++) {
        for (int turns = 0; turns < 4; turns++) {
            g_auto(OmrIdentity) identity = {0};
            Sheet s = {{payload, payload}, modules_px[m], 0, 14, turns};
            g_test_message("modules of %g px, turned by %d quarters", s.module_px, turns);
            identify(fixture, &s, &identity);
            assert_found(&identity, &sheet, 2);
            assert_corners(&identity, &s);
        }
    }
}

static void
test_one_is_enough(Fixture *fixture, gconstpointer data)
{
    g_autofree char *payload = form_sheet_id_payload(&sheet);

    (void)data;
    for (int lost = 0; lost < 2; lost++) {
        for (int turns = 0; turns < 4; turns++) {
            g_auto(OmrIdentity) identity = {0};
            Sheet s = {{payload, payload}, 5, 0, 8, turns};
            s.payload[lost] = NULL;
            identify(fixture, &s, &identity);
            assert_found(&identity, &sheet, 1);
        }
    }
}

static void
test_none_is_none(Fixture *fixture, gconstpointer data)
{
    g_auto(OmrIdentity) identity = {0};
    Sheet s = {{NULL, NULL}, 0, 0, 8, 0};

    (void)data;
    identify(fixture, &s, &identity);
    g_assert_cmpint(identity.result, ==, OMR_IDENTITY_NONE);
    g_assert_cmpuint(identity.symbols->len, ==, 0);
}

static void
test_no_forms_find_nothing(Fixture *fixture, gconstpointer data)
{
    g_autoptr(OmrForms) none = omr_forms_new();
    g_autofree char *payload = form_sheet_id_payload(&sheet);
    Sheet s = {{payload, payload}, 5, 0, 0, 0};
    g_autoptr(PIX) pix = draw_sheet(&s);
    g_auto(OmrPyramid) image = {0};
    g_auto(OmrIdentity) identity = {0};

    (void)data;
    omr_pyramid_init(&image, pix);
    omr_identify(fixture->finder, none, &image, &identity);
    g_assert_cmpint(identity.result, ==, OMR_IDENTITY_NONE);
}

/* A QR of a shop, of a badge, of another survey's printer: nothing to do with us, alone or beside ours. */
static void
test_foreign_codes_are_ignored(Fixture *fixture, gconstpointer data)
{
    static const char *const foreign[] = {"https://example.org/a?b=c", "PH2:TEST:3:0100423:1:0000",
                                          "0100423"};
    g_autofree char *payload = form_sheet_id_payload(&sheet);

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(foreign); i++) {
        Sheet alone = {{foreign[i], NULL}, 5, 0, 5, 0}, beside = {{foreign[i], payload}, 5, 0, 5, 0};
        g_auto(OmrIdentity) none = {0}, found = {0};
        identify(fixture, &alone, &none);
        g_assert_cmpint(none.result, ==, OMR_IDENTITY_NONE);
        identify(fixture, &beside, &found);
        assert_found(&found, &sheet, 1);
    }
}

/* One character changed: never taken for what it says; a sound one beside it is. */
static void
test_bad_check(Fixture *fixture, gconstpointer data)
{
    g_autofree char *payload = form_sheet_id_payload(&sheet), *bad = g_strdup(payload);
    char *serial = strstr(bad, "0100423");

    (void)data;
    serial[6] = '8';
    Sheet alone = {{bad, bad}, 5, 0, 5, 0}, first = {{bad, payload}, 5, 0, 5, 0};
    Sheet last = {{payload, bad}, 5, 0, 5, 0};
    g_auto(OmrIdentity) refused = {0}, found = {0}, found_too = {0};
    identify(fixture, &alone, &refused);
    g_assert_cmpint(refused.result, ==, OMR_IDENTITY_BAD_CHECK);
    g_assert_cmpuint(refused.symbols->len, ==, 0);
    identify(fixture, &first, &found);
    assert_found(&found, &sheet, 1);
    identify(fixture, &last, &found_too);
    assert_found(&found_too, &sheet, 1);
}

/* Two sheets at once: another serial, another page, another form. */
static void
test_two_pages_conflict(Fixture *fixture, gconstpointer data)
{
    g_autofree char *payload = form_sheet_id_payload(&sheet);
    g_autofree char *serial = payload_of("TEST", "0100424", 1), *page = payload_of("TEST", "0100423", 2);
    g_autofree char *form = payload_of("OTHER", "0100423", 1);
    const char *const others[] = {serial, page, form};

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        for (int turns = 0; turns < 4; turns++) {
            g_auto(OmrIdentity) identity = {0};
            Sheet s = {{payload, others[i]}, 5, 0, 5, turns};
            identify(fixture, &s, &identity);
            g_assert_cmpint(identity.result, ==, OMR_IDENTITY_CONFLICT);
        }
    }
}

/* What it says is told even where no form of that name is known: the reader refuses it by name. */
static void
test_unknown_form_is_named(Fixture *fixture, gconstpointer data)
{
    g_autofree char *payload = payload_of("OTHER", "77", 4);
    FormSheetId id = {"OTHER", 3, "77", 4};
    g_auto(OmrIdentity) identity = {0};
    Sheet s = {{payload, payload}, 5, 0, 5, 2};

    (void)data;
    identify(fixture, &s, &identity);
    assert_found(&identity, &id, 2);
}

/* Far from where it is printed: the whole page is searched. */
static void
test_shifted_sheet(Fixture *fixture, gconstpointer data)
{
    g_autofree char *payload = form_sheet_id_payload(&sheet);

    (void)data;
    for (int turns = 0; turns < 4; turns++) {
        for (double shift_mm = -40; shift_mm <= 40; shift_mm += 80) {
            g_auto(OmrIdentity) identity = {0};
            Sheet s = {{payload, payload}, 5, shift_mm, 5, turns};
            s.payload[shift_mm < 0 ? 0 : 1] = NULL; /* beyond the edge */
            identify(fixture, &s, &identity);
            assert_found(&identity, &sheet, 1);
        }
    }
}

static void
add(const char *path, void (*test)(Fixture *fixture, gconstpointer data))
{
    g_test_add(path, Fixture, NULL, set_up, test, tear_down);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    setMsgSeverity(L_SEVERITY_NONE);
    add("/identify/found-in-every-turn", test_found_in_every_turn);
    add("/identify/one-is-enough", test_one_is_enough);
    add("/identify/none-is-none", test_none_is_none);
    add("/identify/no-forms-find-nothing", test_no_forms_find_nothing);
    add("/identify/foreign-codes-are-ignored", test_foreign_codes_are_ignored);
    add("/identify/bad-check", test_bad_check);
    add("/identify/two-pages-conflict", test_two_pages_conflict);
    add("/identify/unknown-form-is-named", test_unknown_form_is_named);
    add("/identify/shifted-sheet", test_shifted_sheet);
    return g_test_run();
}
