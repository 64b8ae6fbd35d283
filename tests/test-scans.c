/* The simulated paper, scanner and camera: that everything that may befall a page does. */
#include <string.h>

#include <glib/gstdio.h>

#include "form-definition.h"
#include "form-layout.h"
#include "form-shipped.h"
#include "scans-fixture.h"

/* Mean and lightest less darkest of a rectangle in mm of a straight scan. */
static double
mean_in(PIX *pix, double dpi, FormRect r, double *contrast)
{
    double k = dpi / 25.4, sum = 0, n = 0, least = 255, most = 0;
    for (int y = (int)(r.y_mm * k); y < (r.y_mm + r.h_mm) * k; y++)
        for (int x = (int)(r.x_mm * k); x < (r.x_mm + r.w_mm) * k; x++) {
            double value = grey_at(pix, x, y);
            sum += value;
            n++;
            least = MIN(least, value);
            most = MAX(most, value);
        }
    if (contrast)
        *contrast = most - least;
    return sum / n;
}

static double
grey_in(PIX *pix, double dpi, double x_mm, double y_mm, double w_mm, double h_mm)
{
    return mean_in(pix, dpi, (FormRect){x_mm, y_mm, w_mm, h_mm}, NULL);
}

static void
test_lost(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100);
    double contrast;
    scan.lost_qr = CALIBRATION_ALL_QR;
    g_autoptr(PIX) covered = scan_page(package, &scan, PRINT_CODES, 1);
    for (int i = 0; i < 2; i++) {
        mean_in(covered, 100, (FormRect){codes[i].x_mm + 2, codes[i].y_mm + 2, 20, 20}, &contrast);
        g_assert_cmpfloat(contrast, <, 20);
    }
    /* Cut or covered, nothing of the dots next to an edge is left, and those in the middle stay. */
    static const double beside[][2] = {{116, 20}, {191, 145}, {116, 270}, {16, 145}};
    for (int edge = CALIBRATION_EDGE_TOP; edge <= CALIBRATION_EDGE_LEFT; edge++)
        for (guint32 seed = 0; seed < 3; seed++) {
            CalibrationScan cut = plain_scan(100);
            cut.lost_edge = (CalibrationEdge)edge;
            cut.lost_edge_mm = 32;
            g_autoptr(PIX) pix = scan_page(package, &cut, PRINT_DOTS, seed);
            for (int i = 0; i < 4; i++) {
                double grey = grey_in(pix, 100, beside[i][0] + 0.5, beside[i][1] + 0.5, 2, 2);
                if (i == edge - 1)
                    g_assert_cmpfloat(grey, >, 150);
                else
                    g_assert_cmpfloat(grey, <, 60);
            }
        }
}

static void
test_dog_ear(void)
{
    g_autoptr(FormPackage) package = make_package();
    static const double places[][2] = {{16, 20}, {191, 20}, {191, 270}, {16, 270}};
    for (int corner = 1; corner <= 4; corner++) {
        CalibrationScan scan = plain_scan(100);
        scan.folded_corner = corner;
        scan.dog_ear_mm = 60;
        scan.lid = 120;
        g_autoptr(PIX) pix = scan_page(package, &scan, PRINT_DOTS, 3);
        for (int i = 0; i < 4; i++) {
            double grey = grey_in(pix, 100, places[i][0] + 0.5, places[i][1] + 0.5, 2, 2);
            if (i == corner - 1)
                g_assert_cmpfloat(grey, >, 100);
            else
                g_assert_cmpfloat(grey, <, 60);
        }
        /* The corner itself is the lid, its back is white. */
        int x = corner == 2 || corner == 3 ? pixGetWidth(pix) - 6 : 5;
        int y = corner >= 3 ? pixGetHeight(pix) - 6 : 5;
        g_assert_cmpfloat(fabs(grey_at(pix, x, y) - 137), <, 20);
    }
}

static void
test_qr_damage(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(150);
    g_autoptr(PIX) whole = scan_page(package, &scan, PRINT_CODES, 1);
    for (int kind = 0; kind < CALIBRATION_QR_DAMAGES; kind++) {
        double before = 0;
        scan.qr_damage = 1 << kind;
        for (int strength = 0; strength <= 2; strength++) {
            double changed = 0;
            scan.qr_strength = strength / 2.0;
            for (guint32 seed = 0; seed < 12; seed++) {
                g_autoptr(PIX) pix = scan_page(package, &scan, PRINT_CODES, seed);
                for (int y = (int)(20 * 150 / 25.4); y < 44 * 150 / 25.4; y += 2)
                    for (int x = (int)(150 * 150 / 25.4); x < 174 * 150 / 25.4; x += 2)
                        changed += fabs(grey_at(pix, x, y) - grey_at(whole, x, y));
                /* Elsewhere only strokes go on. */
                if (kind != 4)
                    g_assert_cmpfloat(grey_in(pix, 150, 60, 100, 80, 60), >, 254);
            }
            if (strength == 0)
                g_assert_cmpfloat(changed, <, 1);
            else
                g_assert_cmpfloat(changed, >, before * 1.2 + 100);
            before = changed;
        }
    }
}

/* The back's print is seen mirrored and faint. */
static void
test_show_through(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100);
    scan.show_through = 0.2;
    g_autoptr(cairo_surface_t) front = print_page(package, 100, PRINT_NOTHING);
    g_autoptr(cairo_surface_t) back = print_page(package, 60, PRINT_NOTHING);
    g_autoptr(cairo_t) cr = cairo_create(back);
    cairo_rectangle(cr, 20 * 60 / 25.4, 50 * 60 / 25.4, 30 * 60 / 25.4, 20 * 60 / 25.4);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_fill(cr);
    cairo_surface_flush(back);
    const CalibrationPaper paper = {.package = package, .page = 1, .front = front, .back = back};
    g_autoptr(GRand) random = calibration_random(1, SERIAL, 1, "scan");
    g_autoptr(PIX) pix = calibration_scan_sheet(&paper, &scan, random);
    g_assert_cmpfloat_with_epsilon(grey_in(pix, 100, 165, 54, 20, 12), 255 - 0.2 * (255 - 24), 4);
    g_assert_cmpfloat(grey_in(pix, 100, 25, 54, 20, 12), >, 253);
}

static void
test_soiled(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100), stained = scan, dirty = scan, creased = scan, curled = scan;
    g_autoptr(PIX) clean = scan_page(package, &scan, PRINT_NOTHING, 2);
    double white = grey_in(clean, 100, 1, 1, 208, 295);
    g_assert_cmpfloat(white, >, 254.5);
    stained.stains = 6;
    stained.stain_depth = 0.4;
    dirty.dirt = 1;
    creased.creases = 20;
    creased.crease_depth = 80;
    curled.curl_edge = CALIBRATION_EDGE_BOTTOM;
    curled.curl_mm = 0.5;
    curled.curl_shade = 0.4;
    const CalibrationScan *scans[] = {&stained, &dirty, &creased, &curled};
    for (guint i = 0; i < G_N_ELEMENTS(scans); i++) {
        g_autoptr(PIX) pix = scan_page(package, scans[i], PRINT_NOTHING, 2);
        double grey = grey_in(pix, 100, 1, 1, 208, 295);
        g_assert_cmpfloat(grey, <, white - 0.03);
        g_assert_cmpfloat(grey, >, white - 40);
    }
    g_autoptr(PIX) bent = scan_page(package, &curled, PRINT_NOTHING, 2);
    g_assert_cmpfloat(grey_in(bent, 100, 50, 290, 100, 3), <, grey_in(bent, 100, 50, 200, 100, 3) - 40);
}

static void
test_streaks(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(300);
    scan.brightness = 200;
    scan.streaks[0] = (CalibrationStreak){.at = 0.25, .width_mm = 0.5, .depth = 0.8};
    scan.streaks[1] = (CalibrationStreak){.at = 0.5, .width_mm = 0.5, .depth = -1};
    scan.streaks[2] = (CalibrationStreak){.at = 0.75, .width_mm = 0.5, .depth = 0.8, .from = 0.4, .to = 0.6};
    g_autoptr(PIX) pix = scan_page(package, &scan, PRINT_NOTHING, 1);
    for (int y = 10; y < 3500; y += 50) {
        g_assert_cmpfloat_with_epsilon(grey_at(pix, 620, y), 40, 2);
        g_assert_cmpfloat_with_epsilon(grey_at(pix, 1240, y), 255, 1);
        g_assert_cmpfloat_with_epsilon(grey_at(pix, 1860, y), y > 1404 && y < 2104 ? 40 : 200, 2);
        g_assert_cmpfloat_with_epsilon(grey_at(pix, 900, y), 200, 1);
        g_assert_cmpfloat_with_epsilon(grey_at(pix, 612, y), 200, 1);
        g_assert_cmpfloat_with_epsilon(grey_at(pix, 628, y), 200, 1);
    }
}

static void
test_light(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100);
    scan.black = 90;
    scan.brightness = 200;
    g_autoptr(PIX) flat = scan_page(package, &scan, PRINT_DOTS, 1);
    g_assert_cmpfloat_with_epsilon(grey_in(flat, 100, 30, 30, 5, 5), 200, 1);
    g_assert_cmpfloat_with_epsilon(grey_in(flat, 100, 16.6, 20.6, 1.8, 1.8), 90, 2);
    scan.brightness = 290;
    scan.black = 24;
    scan.shading = 30; /* does not show where all is beyond white */
    g_autoptr(PIX) over = scan_page(package, &scan, PRINT_DOTS, 1);
    g_assert_cmpfloat(grey_in(over, 100, 20, 28, 160, 15), ==, 255);
    CalibrationScan edges = plain_scan(100);
    edges.dark_edge_mm = 10;
    g_autoptr(PIX) dark = scan_page(package, &edges, PRINT_NOTHING, 1);
    g_assert_cmpfloat(grey_in(dark, 100, 0.3, 100, 1, 50), <, 170);
    g_assert_cmpfloat(grey_in(dark, 100, 208.5, 100, 1, 50), <, 170);
    g_assert_cmpfloat(grey_in(dark, 100, 12, 100, 180, 50), ==, 255);
}

static void
test_camera(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100);
    scan.photo = TRUE;
    scan.vignetting = 0.4;
    g_autoptr(PIX) pix = scan_page(package, &scan, PRINT_NOTHING, 1);
    double middle = grey_in(pix, 100, 108, 150, 10, 10), corner = grey_in(pix, 100, 10, 10, 3, 3);
    g_assert_cmpfloat_with_epsilon((middle - corner) / (middle - 24), 0.35, 0.06);
    CalibrationScan coloured = plain_scan(100);
    coloured.mode = CALIBRATION_COLOUR;
    coloured.cast[2] = 0.3;
    g_autoptr(PIX) warm = scan_page(package, &coloured, PRINT_NOTHING, 1);
    l_int32 red, green, blue;
    pixGetRGBPixel(warm, 400, 500, &red, &green, &blue);
    g_assert_cmpint(red, >, blue + 55);
    /* A hand that moves sideways widens what is upright only. */
    CalibrationScan moving = plain_scan(200);
    moving.motion_mm = 1;
    g_autoptr(PIX) moved = scan_page(package, &moving, PRINT_DOTS, 1);
    g_assert_cmpfloat(grey_in(moved, 200, 15.6, 21, 0.3, 1), <, 250);
    g_assert_cmpfloat(grey_in(moved, 200, 17, 19.5, 1, 0.3), >, 254);
}

/* Dithering keeps the tone: the share of black is what is lost of white. */
static void
test_dither(void)
{
    g_autoptr(FormPackage) package = make_package();
    for (int dither = CALIBRATION_DITHER_ORDERED; dither <= CALIBRATION_DITHER_DIFFUSION; dither++) {
        double before = -1;
        for (int tone = 1; tone <= 3; tone++) {
            CalibrationScan scan = plain_scan(150);
            scan.mode = CALIBRATION_BILEVEL;
            scan.threshold = 0.5;
            scan.dither = (CalibrationDither)dither;
            g_autoptr(cairo_surface_t) paper = print_page(package, 150, PRINT_NOTHING);
            g_autoptr(cairo_t) cr = cairo_create(paper);
            cairo_set_source_rgb(cr, tone * 0.25, tone * 0.25, tone * 0.25);
            cairo_paint(cr);
            cairo_surface_flush(paper);
            g_autoptr(GRand) random = calibration_random(1, SERIAL, 1, "scan");
            g_autoptr(PIX) pix = calibration_scan_paper(paper, package, 1, &scan, random);
            double black = grey_in(pix, 150, 50, 50, 100, 100);
            if (dither == CALIBRATION_DITHER_DIFFUSION)
                g_assert_cmpfloat_with_epsilon(black, 1 - (24 + tone * 0.25 * 231) / 255, 0.03);
            if (before >= 0)
                g_assert_cmpfloat(before - black, >, 0.15);
            before = black;
        }
    }
}

static void
test_threshold(void)
{
    g_autoptr(FormPackage) package = make_package();
    double black[2];
    for (int i = 0; i < 2; i++) {
        CalibrationScan scan = plain_scan(150);
        scan.mode = CALIBRATION_BILEVEL;
        scan.blur_mm = 0.15;
        scan.threshold = i ? 0.75 : 0.35;
        g_autoptr(PIX) pix = scan_page(package, &scan, PRINT_DOTS, 1);
        black[i] = grey_in(pix, 150, 10, 10, 190, 270);
    }
    g_assert_cmpfloat(black[1], >, black[0] * 1.08);
}

/* What a station must flag. */
static void
test_defects(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan scan = plain_scan(100), cut = scan, tail = scan, over = scan, two = scan, faint = scan;
    cut.cut_off = 0.3;
    g_autoptr(PIX) shorter = scan_page(package, &cut, PRINT_DOTS, 1);
    g_assert_cmpint(pixGetWidth(shorter), ==, 827);
    g_assert_cmpint(pixGetHeight(shorter), ==, 818);
    tail.grey_tail = 0.25;
    tail.noise = 4;
    g_autoptr(PIX) grey = scan_page(package, &tail, PRINT_DOTS, 1);
    double contrast;
    g_assert_cmpfloat(mean_in(grey, 100, (FormRect){0, 223, 209, 73}, &contrast), ==, 128);
    g_assert_cmpfloat(contrast, ==, 0);
    g_assert_cmpfloat(grey_in(grey, 100, 0, 216, 209, 6), >, 200);
    over.folded_over = 0.3;
    over.lid = 60;
    g_autoptr(PIX) folded = scan_page(package, &over, PRINT_DOTS, 1);
    g_assert_cmpfloat(grey_in(folded, 100, 16.5, 45.5, 2, 2), <, 60);
    mean_in(folded, 100, (FormRect){10, 140, 190, 60}, &contrast);
    g_assert_cmpfloat(contrast, <, 20);
    g_assert_cmpfloat_with_epsilon(grey_in(folded, 100, 10, 215, 190, 75), 24 + 60 * 231 / 255.0, 20);
    two.overlapped = 0.4;
    g_autoptr(PIX) lapped = scan_page(package, &two, PRINT_DOTS, 1);
    g_assert_cmpfloat(grey_in(lapped, 100, 16.5, 45.5, 2, 2), <, 60);
    mean_in(lapped, 100, (FormRect){10, 190, 190, 95}, &contrast);
    g_assert_cmpfloat(contrast, <, 20);
    faint.fade = 0.9;
    g_autoptr(PIX) pale = scan_page(package, &faint, PRINT_DOTS, 1);
    g_assert_cmpfloat(grey_in(pale, 100, 16.6, 20.6, 1.8, 1.8), >, 220);
}

static void
check_hard(const CalibrationScan *scan)
{
    g_assert_cmpfloat(fabs(scan->skew_deg), <=, 10);
    g_assert_true(scan->print_scale == 0 || (scan->print_scale >= 0.94 && scan->print_scale <= 1.06));
    for (int i = 0; i < CALIBRATION_JUMPS; i++)
        g_assert_true(scan->jump_mm[i] == 0 ||
                      (fabs(scan->jump_mm[i]) >= 0.3 && fabs(scan->jump_mm[i]) <= 1.5));
    for (int i = 0; i < CALIBRATION_STREAKS; i++)
        g_assert_true(scan->streaks[i].width_mm == 0 ||
                      (scan->streaks[i].width_mm >= 0.1 && scan->streaks[i].width_mm <= 0.5));
    g_assert_true(scan->mode == CALIBRATION_BILEVEL ? scan->jpeg_quality == 0
                                                    : scan->jpeg_quality >= 50 && scan->jpeg_quality <= 92);
    /* Pages that cannot be read are no part of it. */
    g_assert_cmpfloat(scan->fade + scan->folded_over + scan->overlapped + scan->cut_off + scan->grey_tail, ==,
                      0);
    g_assert_false(scan->photo);
}

static void
test_hard_population(void)
{
    enum { N = 4000 };
    g_autoptr(GRand) random = calibration_random(1, "", 0, "many");
    int usual_dpi = 0, modes[3] = {0}, seen[12] = {0};
    for (int i = 0; i < N; i++) {
        CalibrationScan scan = calibration_scan_hard(random);
        check_hard(&scan);
        usual_dpi += scan.dpi == 200 || scan.dpi == 300;
        modes[scan.mode]++;
        int have[] = {scan.fold > 0,           scan.seal > 0,          scan.seal_anywhere,
                      scan.stains > 0,         scan.show_through > 0,  scan.streaks[0].width_mm > 0,
                      scan.jump_mm[0] != 0,    scan.folded_corner > 0, scan.quarter_turns == 2,
                      fabs(scan.skew_deg) > 5, scan.dither > 0,        scan.curl_mm > 0};
        for (guint k = 0; k < G_N_ELEMENTS(have); k++)
            seen[k] += have[k];
    }
    static const int least[] = {1000, 300, 70, 140, 800, 100, 160, 50, 300, 100, 30, 220};
    for (guint k = 0; k < G_N_ELEMENTS(least); k++)
        g_assert_cmpint(seen[k], >, least[k]);
    g_assert_cmpint(usual_dpi, >, N / 2);
    for (int mode = 0; mode < 3; mode++)
        g_assert_cmpint(modes[mode], >, N / 10);
    for (int i = 0; i < 200; i++) {
        CalibrationScan scan = calibration_scan_hard(random);
        calibration_scan_spare_pencil(&scan);
        g_assert_cmpint(scan.mode, !=, CALIBRATION_BILEVEL);
        g_assert_cmpfloat(scan.brightness, <=, 255);
    }
}

static char *
hash_hard(guint32 seed, gboolean photo)
{
    g_autoptr(FormPackage) package = make_package();
    g_autoptr(GRand) random = calibration_random(seed, SERIAL, 1, "hard");
    CalibrationScan scan = photo ? calibration_scan_photo(30, random) : calibration_scan_hard(random);
    scan.dpi = 100;
    g_autoptr(PIX) pix = scan_page(package, &scan, PRINT_CODES, seed);
    return hash(pix);
}

static void
test_same_seed_same_page(void)
{
    for (guint32 seed = 1; seed <= 12; seed++) {
        g_autofree char *a = hash_hard(seed, seed > 8), *b = hash_hard(seed, seed > 8);
        g_autofree char *other = hash_hard(seed + 100, seed > 8);
        g_assert_cmpstr(a, ==, b);
        g_assert_cmpstr(a, !=, other);
    }
}

/* The head is printed from a row of the sample list. */
static void
test_head(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *dir = g_dir_make_tmp("phieu-scans-XXXXXX", &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) bytes = form_shipped_definition("sipas-2026", &error);
    g_assert_no_error(error);
    g_autoptr(FormDefinition) definition = form_definition_parse("sipas-2026", bytes, &error);
    g_assert_no_error(error);
    g_autofree char *path = g_build_filename(dir, "f.form.json", NULL);
    g_autoptr(FormPackage) package = form_layout_compile(definition, NULL, path, &error);
    g_assert_no_error(error);
    g_autoptr(FormPrinter) printer = form_printer_new(package, &error);
    g_assert_no_error(error);
    FormPage *page = form_package_page(package, 1);
    if (!page->head) {
        page->head = g_new0(FormHead, 1);
        page->head->rect = (FormRect){20, 30, 100, 8};
        page->head->text = g_strdup("${commune}");
    }
    char *columns[] = {(char *)"serial", (char *)"commune", (char *)"province", NULL};
    char *values[] = {(char *)SERIAL, (char *)"Xã Đông Hòa", (char *)"Tỉnh Bắc", NULL};
    const FormSample sample = {.columns = columns, .n_columns = 3};
    const FormSampleRow row = {.serial = (char *)SERIAL, .values = values, .line = 2};
    CalibrationCopy copy = {.printer = printer, .id = {.version = package->version, .page = 1}};
    g_strlcpy(copy.id.code, package->code, sizeof copy.id.code);
    g_strlcpy(copy.id.serial, SERIAL, sizeof copy.id.serial);
    CalibrationScan scan = plain_scan(150);
    g_autoptr(GRand) random = calibration_random(1, SERIAL, 1, "scan");
    g_autoptr(PIX) empty = calibration_simulate_copy(&copy, &scan, random);
    copy.sample = &sample;
    copy.row = &row;
    g_autoptr(PIX) filled = calibration_simulate_copy(&copy, &scan, random);
    FormRect head = page->head->rect;
    g_assert_cmpfloat(mean_in(filled, 150, head, NULL), <, mean_in(empty, 150, head, NULL) - 1);
    g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
    for (const char *name; (name = g_dir_read_name(open));) {
        g_autofree char *file = g_build_filename(dir, name, NULL);
        g_assert_cmpint(g_unlink(file), ==, 0);
    }
    g_assert_cmpint(g_rmdir(dir), ==, 0);
}

/* Numbers beyond any sense are bounded, and everything at once is still a page. */
static void
test_bounds(void)
{
    g_autoptr(FormPackage) package = make_package();
    CalibrationScan wild = {.dpi = 60,
                            .mode = CALIBRATION_COLOUR,
                            .print_scale = 0.2,
                            .fade = 7,
                            .drift_mm = 1e3,
                            .jump_mm = {1e3, -1e3, 5},
                            .jump_at = {0.1, 0.2, 3},
                            .fold = 50,
                            .fold_at = 9,
                            .fold_slope = 100,
                            .fold_step_mm = 1e4,
                            .curl_edge = CALIBRATION_EDGE_RIGHT,
                            .curl_mm = 1e4,
                            .curl_shade = 9,
                            .creases = 100000000,
                            .crease_depth = 1e4,
                            .folded_corner = 3,
                            .dog_ear_mm = 1e5,
                            .lost_edge = CALIBRATION_EDGE_LEFT,
                            .lost_edge_mm = 1e5,
                            .lost_qr = 55,
                            .qr_damage = -1,
                            .qr_strength = 1e3,
                            .seal = 2,
                            .seal_anywhere = TRUE,
                            .stains = 100000000,
                            .stain_depth = 60,
                            .dirt = 1e6,
                            .show_through = 7,
                            .brightness = 1e6,
                            .black = 1e6,
                            .dark_edge_mm = 1e4,
                            .lid = 1e4,
                            .streaks = {{-3, 1e5, 9, -3, 7}, {0.5, 1e5, -9, 7, -3}},
                            .photo = TRUE,
                            .tilt_deg = 1e3,
                            .distance_mm = 1,
                            .vignetting = 50,
                            .motion_mm = 1e5,
                            .cast = {9, 9, 9},
                            .jpeg_quality = 50,
                            .folded_over = 9,
                            .overlapped = 9,
                            .cut_off = 0.5,
                            .grey_tail = 0.2};
    g_autoptr(PIX) photo = scan_page(package, &wild, PRINT_CODES, 1);
    g_assert_nonnull(photo);
    wild.photo = FALSE;
    wild.mode = CALIBRATION_BILEVEL;
    wild.dither = CALIBRATION_DITHER_DIFFUSION;
    wild.print_scale = 5;
    wild.threshold = 40;
    wild.cut_off = 2;
    g_autoptr(PIX) pix = scan_page(package, &wild, PRINT_CODES, 1);
    g_assert_nonnull(pix);
    double x_px, y_px;
    calibration_scan_place(&wild, package, 10, 10, &x_px, &y_px);
    g_assert_true(isfinite(x_px) && isfinite(y_px));
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    setMsgSeverity(L_SEVERITY_NONE);
    g_test_add_func("/scans/lost", test_lost);
    g_test_add_func("/scans/dog-ear", test_dog_ear);
    g_test_add_func("/scans/qr-damage", test_qr_damage);
    g_test_add_func("/scans/show-through", test_show_through);
    g_test_add_func("/scans/soiled", test_soiled);
    g_test_add_func("/scans/streaks", test_streaks);
    g_test_add_func("/scans/light", test_light);
    g_test_add_func("/scans/camera", test_camera);
    g_test_add_func("/scans/dither", test_dither);
    g_test_add_func("/scans/threshold", test_threshold);
    g_test_add_func("/scans/defects", test_defects);
    g_test_add_func("/scans/hard-population", test_hard_population);
    g_test_add_func("/scans/same-seed-same-page", test_same_seed_same_page);
    g_test_add_func("/scans/head", test_head);
    g_test_add_func("/scans/bounds", test_bounds);
    return g_test_run();
}
