/* Pages whose QRs suffered: noise, streaks of a dirty glass, specks, blur, pen strokes, a torn corner, a
 * label over one of them, several at once. Each must be known for what it is, and none for another.
 *
 * PHIEU_QR_PAGES (default 100) and PHIEU_QR_SEED (default 1001) choose how many pages, and which; `meson test
 * --benchmark qr-damage` takes 1,000. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "calibration-simulation.h"
#include "survey-fixture.h"

#define DEFAULT_PAGES 100
#define DEFAULT_SEED  1001

/* What must be identified, at least. */
#define SHARE 0.995

typedef enum {
    DAMAGE_NOISE,
    DAMAGE_BLUR,
    DAMAGE_STREAKS,
    DAMAGE_SPECKS,
    DAMAGE_PEN,
    DAMAGE_TORN,
    DAMAGE_COVERED,
    N_DAMAGES,
} Damage;

static const char *const damage_names[N_DAMAGES] = {"noise", "blur", "streaks", "specks",
                                                    "pen",   "torn", "covered"};

/* One page: what happens to all of it, and to each of its two QRs. */
typedef struct {
    FormSheetId id;
    CalibrationScan scan;
    guint damages[2]; /* a bit each Damage */
    gboolean filled;
} Case;

/* How many pages with each damage there were, and how many of them were not known. */
typedef struct {
    guint pages, lost, wrong;
    guint of[N_DAMAGES], lost_of[N_DAMAGES];
    double worst_ms, sum_ms;
} Tally;

static double
between(GRand *random, double low, double high)
{
    return g_rand_double_range(random, low, high);
}

static gboolean
chance(GRand *random, double share)
{
    return g_rand_double(random) < share;
}

/* Both QRs are damaged: each by one of the damages, every third by two. What concerns the whole page concerns
 * both. */
static void
draw_damages(Case *c, GRand *random)
{
    for (int qr = 0; qr < 2; qr++) {
        int n = chance(random, 0.33) ? 2 : 1;
        for (int i = 0; i < n; i++)
            c->damages[qr] |= 1u << g_rand_int_range(random, 0, DAMAGE_COVERED);
    }
    if (chance(random, 0.08))
        c->damages[g_rand_int_range(random, 0, 2)] = 1u << DAMAGE_COVERED;
    guint both = (c->damages[0] | c->damages[1]) & (1u << DAMAGE_NOISE | 1u << DAMAGE_BLUR);
    c->damages[0] |= both;
    c->damages[1] |= both;
}

static Case
draw_case(guint32 seed, int n, double dpi)
{
    Case c = {.id = {.code = "SIPAS26", .version = 1}};
    g_autoptr(GRand) random = calibration_random(seed, "qr", n, "damage");

    g_snprintf(c.id.serial, sizeof c.id.serial, "%07d", g_rand_int_range(random, 1, 10000000));
    c.id.page = g_rand_int_range(random, 1, 5);
    CalibrationMode mode = chance(random, 0.5) ? CALIBRATION_GREY : CALIBRATION_BILEVEL;
    c.scan = calibration_scan_ordinary(dpi, mode, random);
    c.scan.seal = 0;
    c.scan.quarter_turns = chance(random, 0.25) ? 2 : 0;
    c.scan.skew_deg = between(random, -5, 5);
    c.filled = chance(random, 0.5);
    draw_damages(&c, random);
    guint all = c.damages[0] | c.damages[1];
    double coarse = MIN(dpi, 300) / 300; /* a coarse scan has little room for either */
    if (all & 1u << DAMAGE_NOISE)
        c.scan.noise = between(random, 10, 40) * (mode == CALIBRATION_BILEVEL ? 0.6 + 0.4 * coarse : 1);
    if (all & 1u << DAMAGE_BLUR)
        c.scan.blur_mm = between(random, 0.08, mode == CALIBRATION_BILEVEL ? 0.18 : 0.25);
    return c;
}

/* Lines of a dirty glass, all along the page: dark or white. */
static void
draw_streaks(cairo_t *cr, const FormRect *qr, double height_mm, GRand *random)
{
    int n = g_rand_int_range(random, 1, 5);

    for (int i = 0; i < n; i++) {
        double x = qr->x_mm + between(random, 0, qr->w_mm), grey = chance(random, 0.5) ? 0.1 : 1;
        cairo_set_source_rgba(cr, grey, grey, grey, between(random, 0.5, 1));
        cairo_set_line_width(cr, between(random, 0.1, 0.7));
        cairo_move_to(cr, x, 0);
        cairo_line_to(cr, x, height_mm);
        cairo_stroke(cr);
    }
}

static void
draw_specks(cairo_t *cr, const FormRect *qr, GRand *random)
{
    int n = g_rand_int_range(random, 30, 300);

    for (int i = 0; i < n; i++) {
        double grey = chance(random, 0.5) ? between(random, 0, 0.4) : between(random, 0.9, 1);
        double x = qr->x_mm + between(random, 0, qr->w_mm), y = qr->y_mm + between(random, 0, qr->h_mm);
        cairo_set_source_rgb(cr, grey, grey, grey);
        cairo_new_path(cr);
        cairo_arc(cr, x, y, between(random, 0.05, 0.35), 0, 2 * G_PI);
        cairo_fill(cr);
    }
}

static void
draw_pen(cairo_t *cr, const FormRect *qr, GRand *random)
{
    int n = g_rand_int_range(random, 1, 4);

    cairo_set_source_rgb(cr, 0.1, 0.1, chance(random, 0.5) ? 0.6 : 0.1);
    for (int i = 0; i < n; i++) {
        double x[4], y[4];
        for (int k = 0; k < 4; k++) {
            x[k] = qr->x_mm + qr->w_mm * between(random, -0.2, 1.2);
            y[k] = qr->y_mm + qr->h_mm * between(random, -0.2, 1.2);
        }
        cairo_set_line_width(cr, between(random, 0.35, 0.9));
        cairo_move_to(cr, x[0], y[0]);
        cairo_curve_to(cr, x[1], y[1], x[2], y[2], x[3], y[3]);
        cairo_stroke(cr);
    }
}

/* The page's corner next to the QR is gone, and up to all of the QR with it. */
static void
tear_corner(cairo_t *cr, const FormRect *qr, const FormPackage *package, GRand *random)
{
    gboolean right = qr->x_mm > package->width_mm / 2, low = qr->y_mm > package->height_mm / 2;
    double corner_x = right ? package->width_mm : 0, corner_y = low ? package->height_mm : 0;
    double out_x = right ? 5 : -5, out_y = low ? 5 : -5, grey = chance(random, 0.35) ? 0.1 : 0.97;
    double along_x = between(random, 22, 60), along_y = between(random, 22, 60);
    double in_x = right ? -along_x : along_x, in_y = low ? -along_y : along_y;

    cairo_set_source_rgb(cr, grey, grey, grey);
    cairo_move_to(cr, corner_x + out_x, corner_y + out_y);
    cairo_line_to(cr, corner_x + in_x, corner_y + out_y);
    cairo_line_to(cr, corner_x + in_x, corner_y);
    cairo_line_to(cr, corner_x + in_x * 0.6, corner_y + in_y * 0.45);
    cairo_line_to(cr, corner_x, corner_y + in_y);
    cairo_line_to(cr, corner_x + out_x, corner_y + in_y);
    cairo_close_path(cr);
    cairo_fill(cr);
}

static void
cover(cairo_t *cr, const FormRect *qr)
{
    cairo_set_source_rgb(cr, 0.96, 0.96, 0.93);
    cairo_rectangle(cr, qr->x_mm - 1, qr->y_mm - 1, qr->w_mm + 2, qr->h_mm + 2);
    cairo_fill(cr);
}

static void
damage_qr(cairo_t *cr, const FormPackage *package, const FormRect *qr, guint damages, GRand *random)
{
    if (damages & 1u << DAMAGE_PEN)
        draw_pen(cr, qr, random);
    if (damages & 1u << DAMAGE_SPECKS)
        draw_specks(cr, qr, random);
    if (damages & 1u << DAMAGE_STREAKS)
        draw_streaks(cr, qr, package->height_mm, random);
    if (damages & 1u << DAMAGE_COVERED)
        cover(cr, qr);
    if (damages & 1u << DAMAGE_TORN)
        tear_corner(cr, qr, package, random);
}

static PIX *
scan_page(const Survey *survey, const Case *c, guint32 seed)
{
    g_autoptr(GRand) random = calibration_random(seed, c->id.serial, c->id.page, "qr scan");
    g_autoptr(cairo_surface_t) paper = form_printer_render(survey->printer, c->scan.dpi, &c->id, NULL, NULL);
    g_autoptr(cairo_t) cr = cairo_create(paper);
    const FormPage *page = form_package_page(survey->package, c->id.page);

    if (c->filled) {
        g_autoptr(CalibrationRespondent) respondent =
            calibration_respondent_new(survey->package, &calibration_habits_ordinary, seed, c->id.serial);
        cairo_save(cr);
        cairo_scale(cr, c->scan.dpi / 72, c->scan.dpi / 72);
        calibration_respondent_draw(respondent, c->id.page, cr);
        cairo_restore(cr);
    }
    cairo_scale(cr, c->scan.dpi / 25.4, c->scan.dpi / 25.4);
    for (guint i = 0; i < page->qr->len && i < 2; i++)
        damage_qr(cr, survey->package, &g_array_index(page->qr, FormRect, i), c->damages[i], random);
    return calibration_scan_paper(paper, survey->package, c->id.page, &c->scan, random);
}

static char *
case_name(const Case *c, int n)
{
    GString *name = g_string_new(NULL);

    g_string_append_printf(name, "page %d: %g dpi %s, %.1f degrees%s, noise %.0f, blur %.2f mm", n,
                           c->scan.dpi, c->scan.mode == CALIBRATION_GREY ? "grey" : "1 bit", c->scan.skew_deg,
                           c->scan.quarter_turns ? ", upside down" : "", c->scan.noise, c->scan.blur_mm);
    for (int qr = 0; qr < 2; qr++) {
        g_string_append_printf(name, "; QR %d", qr + 1);
        for (int i = 0; i < N_DAMAGES; i++) {
            if (c->damages[qr] & 1u << i)
                g_string_append_printf(name, " %s", damage_names[i]);
        }
    }
    return g_string_free(name, FALSE);
}

static void
count(Tally *tally, const Case *c, const FormReading *reading, int n)
{
    gboolean known = reading->serial != NULL || reading->page != 0;
    gboolean wrong =
        known && (g_strcmp0(reading->form, c->id.code) != 0 || reading->version != c->id.version ||
                  g_strcmp0(reading->serial, c->id.serial) != 0 || reading->page != c->id.page);
    g_autofree char *name = case_name(c, n);

    tally->pages++;
    tally->lost += !known;
    tally->wrong += wrong;
    tally->sum_ms += reading->time_ms.total;
    tally->worst_ms = MAX(tally->worst_ms, reading->time_ms.total);
    for (int i = 0; i < N_DAMAGES; i++) {
        gboolean has = (c->damages[0] | c->damages[1]) >> i & 1;
        tally->of[i] += has;
        tally->lost_of[i] += has && !known;
    }
    if (!known)
        g_test_message("not known: %s (%s)", name, g_array_index(reading->flags, FormFlag, 0).code);
    if (wrong) {
        g_test_message("WRONG: %s: read as %s page %d", name, reading->serial, reading->page);
        g_test_fail_printf("taken for another page: %s", name);
    }
}

static int
from_environment(const char *name, int otherwise)
{
    const char *text = g_getenv(name);

    return text != NULL && atoi(text) > 0 ? atoi(text) : otherwise;
}

static void
test_damage(gconstpointer data)
{
    static const struct {
        double dpi, share;
    } parts[] = {{150, 0.35}, {200, 0.35}, {300, 0.27}, {600, 0.03}};
    const Survey *survey = data;
    int pages = from_environment("PHIEU_QR_PAGES", DEFAULT_PAGES), n = 0;
    guint32 seed = (guint32)from_environment("PHIEU_QR_SEED", DEFAULT_SEED);
    Tally tally = {0};

    for (guint part = 0; part < G_N_ELEMENTS(parts); part++) {
        for (int i = 0; i < (int)lround(parts[part].share * pages); i++, n++) {
            Case c = draw_case(seed, n, parts[part].dpi);
            g_autoptr(PIX) pix = scan_page(survey, &c, seed);
            g_autoptr(FormReading) reading = survey_read(survey, pix);
            count(&tally, &c, reading, n);
        }
    }
    for (int i = 0; i < N_DAMAGES; i++)
        g_test_message("%-8s %4u pages, %3u not known", damage_names[i], tally.of[i], tally.lost_of[i]);
    g_test_message("seed %u: %u pages, %u not known, %u taken for another; %.0f ms a page, %.0f at most",
                   seed, tally.pages, tally.lost, tally.wrong, tally.sum_ms / tally.pages, tally.worst_ms);
    g_assert_cmpuint(tally.wrong, ==, 0);
    g_assert_cmpfloat(tally.pages - tally.lost, >=, SHARE * tally.pages);
}

/* What was read before changes nothing: a page is read the same again. */
static void
test_again(gconstpointer data)
{
    const Survey *survey = data;

    for (int n = 0; n < 40; n++) {
        Case c = draw_case(DEFAULT_SEED, n, 150);
        g_autoptr(PIX) pix = scan_page(survey, &c, DEFAULT_SEED);
        g_autoptr(FormReading) first = survey_read(survey, pix), again = survey_read(survey, pix);
        g_test_message("page %d", n);
        g_assert_cmpfloat(first->rotation_deg, ==, again->rotation_deg);
        g_assert_cmpfloat(first->residual_mm, ==, again->residual_mm);
        g_assert_cmpuint(first->fields->len, ==, again->fields->len);
    }
}

int
main(int argc, char *argv[])
{
    static const SurveyTest tests[] = {
        {"/qr-damage/identified", test_damage},
        {"/qr-damage/again", test_again},
    };

    g_test_init(&argc, &argv, NULL);
    return survey_run(tests, G_N_ELEMENTS(tests));
}
