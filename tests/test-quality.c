/* What is said of a page's image as a whole: every damage is told by its own word, a good scan has none, and
 * a streak makes doubtful what it touches and nothing else. */
#include "calibration-simulation.h"
#include "marks-fixture.h"

static const double resolutions_dpi[] = {150, 200, 300};
static const CalibrationMode modes[] = {CALIBRATION_GREY, CALIBRATION_COLOUR, CALIBRATION_BILEVEL};

/* Scans the form with these marks on it. */
static FormReading *
read_scan(const Fixture *fixture, const CalibrationScan *scan, DrawFunc marks, gpointer data)
{
    double k = scan->dpi / 25.4;
    g_autoptr(cairo_surface_t) paper = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, (int)lround(FIXTURE_W_MM * k), (int)lround(FIXTURE_H_MM * k));
    g_autoptr(cairo_t) cr = cairo_create(paper);
    g_autoptr(GRand) random = g_rand_new_with_seed(3);

    cairo_scale(cr, k, k);
    fixture_print(cr, marks, data);
    g_autoptr(PIX) pix = calibration_scan_paper(paper, fixture->package, 1, scan, random);
    g_assert_nonnull(pix);
    return read_pix(fixture, pix);
}

static FormReading *
read_filled(const Fixture *fixture, const CalibrationScan *scan)
{
    return read_scan(fixture, scan, mark_every_row, (gpointer)&pen_fill);
}

static void
assert_all_answered(const FormReading *reading)
{
    g_assert_false(reading->refused);
    for (int row = 0; row < FIXTURE_ROWS; row++)
        g_assert_true(is_answered(reading, row, column_of(row)));
}

static gboolean
has_page_flag(const FormReading *reading, const char *code)
{
    return has_field_flag(reading, NULL, code);
}

/* Nothing is said of a good scan, filled in or blank. */
static void
test_clean(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (guint r = 0; r < G_N_ELEMENTS(resolutions_dpi); r++) {
        for (guint m = 0; m < G_N_ELEMENTS(modes); m++) {
            CalibrationScan scan = {
                .dpi = resolutions_dpi[r],
                .mode = modes[m],
                .blur_mm = 0.04,
                .noise = 2,
                .threshold = 0.75, /* keeps the grey outlines in 1 bit */
            };
            g_autoptr(FormReading) filled = read_filled(fixture, &scan);
            assert_all_answered(filled);
            g_assert_cmpuint(filled->flags->len, ==, 0);
            if (m != r)
                continue;
            g_autoptr(FormReading) blank = read_scan(fixture, &scan, NULL, NULL);
            g_assert_false(blank->refused);
            g_assert_cmpuint(blank->flags->len, ==, 0);
        }
    }
}

typedef struct {
    const char *code; /* the flag that is due, and no other of the page's */
    CalibrationScan scan;
} Damage;

static const Damage damages[] = {
    {"dark", {.dpi = 200, .mode = CALIBRATION_GREY, .brightness = 110}},
    {"dark", {.dpi = 150, .mode = CALIBRATION_COLOUR, .brightness = 115}},
    {"blurred", {.dpi = 200, .mode = CALIBRATION_GREY, .blur_mm = 0.26}},
    {"blurred", {.dpi = 300, .mode = CALIBRATION_COLOUR, .blur_mm = 0.26}},
    {"flat_tail", {.dpi = 200, .mode = CALIBRATION_GREY, .noise = 2, .grey_tail = 0.05}},
    {"flat_tail", {.dpi = 150, .mode = CALIBRATION_COLOUR, .noise = 2, .grey_tail = 0.05}},
    {"cut_off", {.dpi = 200, .mode = CALIBRATION_GREY, .cut_off = 0.1}},
    {"cut_off", {.dpi = 300, .mode = CALIBRATION_BILEVEL, .cut_off = 0.1}},
    {"folded", {.dpi = 200, .mode = CALIBRATION_GREY, .folded_corner = 3, .dog_ear_mm = 46}},
    {"folded", {.dpi = 300, .mode = CALIBRATION_COLOUR, .folded_corner = 3, .dog_ear_mm = 46}},
};

static const char *const codes[] = {"dark",      "faint",   "blurred", "streak",
                                    "flat_tail", "cut_off", "folded",  "covered"};

/* Only this one of the page's flags is raised, with words for people. */
static void
assert_only(const FormReading *reading, const char *code)
{
    g_assert_false(reading->refused);
    for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
        if (g_str_equal(codes[i], code) != has_page_flag(reading, codes[i]))
            g_error("%s is %s where only %s is due", codes[i],
                    has_page_flag(reading, codes[i]) ? "raised" : "not raised", code);
    }
    for (guint i = 0; i < reading->flags->len; i++)
        g_assert_nonnull(g_array_index(reading->flags, FormFlag, i).detail);
}

static void
test_damages(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(damages); i++) {
        g_autoptr(FormReading) reading = read_filled(fixture, &damages[i].scan);
        g_test_message("%s at %.0f dpi", damages[i].code, damages[i].scan.dpi);
        assert_only(reading, damages[i].code);
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            const FormFieldReading *field = row_of(reading, row);
            g_assert_true(is_answered(reading, row, column_of(row)) || form_field_needs_person(field->state));
        }
    }
}

/* A page of which too little came to be known is refused, and says why all the same. */
static void
test_tail_of_a_refused_page(Fixture *fixture, gconstpointer data)
{
    static const double tails[] = {0, 0.6, 0.9, 1};

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(tails); i++) {
        CalibrationScan scan = {.dpi = 200, .mode = CALIBRATION_GREY, .noise = 2, .grey_tail = tails[i]};
        g_autoptr(FormReading) reading = read_filled(fixture, &scan);
        g_test_message("a tail of %.0f%%", 100 * tails[i]);
        g_assert_true(reading->refused == (tails[i] > 0));
        g_assert_true(has_page_flag(reading, "flat_tail") == (tails[i] > 0));
        if (reading->refused)
            g_assert_cmpstr(g_array_index(reading->flags, FormFlag, 0).code, !=, "flat_tail");
    }
    CalibrationScan other = {.dpi = 200, .mode = CALIBRATION_GREY, .noise = 2, .cut_off = 0.8};
    g_autoptr(FormReading) cut = read_filled(fixture, &other);
    g_assert_true(cut->refused);
    g_assert_false(has_page_flag(cut, "flat_tail"));
}

/* A white label over rows in the middle, with or without marks beneath. */
static void
cover_rows(cairo_t *cr, gpointer data)
{
    OmrPoint from = fixture_option_mm(4, 0), to = fixture_option_mm(5, FIXTURE_COLS - 1);

    if (data != NULL)
        mark_every_row(cr, data);
    cairo_new_path(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_rectangle(cr, from.x - 5, from.y - 5, to.x - from.x + 10, to.y - from.y + 10);
    cairo_fill(cr);
}

static void
test_covered(Fixture *fixture, gconstpointer data)
{
    CalibrationScan scan = {.dpi = 200, .mode = CALIBRATION_GREY, .noise = 2};

    (void)data;
    for (int filled = 0; filled < 2; filled++) {
        g_autoptr(FormReading) reading =
            read_scan(fixture, &scan, cover_rows, filled ? (gpointer)&pen_fill : NULL);
        assert_only(reading, "covered");
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            if (row == 4 || row == 5)
                g_assert_cmpint(row_of(reading, row)->state, ==, FORM_FIELD_UNSURE);
            else if (filled)
                g_assert_true(is_answered(reading, row, column_of(row)));
        }
    }
}

/* Where the streak stands, mm from the sheet's left edge. */
static CalibrationStreak
streak_at(double x_mm)
{
    return (CalibrationStreak){.at = x_mm / FIXTURE_W_MM, .width_mm = 0.35, .depth = 0.6};
}

static void
test_streak_touches(Fixture *fixture, gconstpointer data)
{
    static const double skews_deg[] = {0, 1.8, -1.8};
    guint touched = 0, spared = 0;

    (void)data;
    for (guint i = 0; i < 2 * G_N_ELEMENTS(skews_deg); i++) {
        double dpi = resolutions_dpi[i / G_N_ELEMENTS(skews_deg)];
        CalibrationScan scan = {.dpi = dpi, .noise = 2, .skew_deg = skews_deg[i % G_N_ELEMENTS(skews_deg)]};
        scan.mode = modes[i % 2];
        scan.streaks[0] = streak_at(fixture_option_mm(0, 2).x + 1.5);
        g_autoptr(FormReading) reading = read_filled(fixture, &scan);
        assert_only(reading, "streak");
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            gboolean any = FALSE, near = FALSE;
            for (int column = 0; column < FIXTURE_COLS; column++) {
                const FormMarkReading *mark = mark_of(reading, row, column);
                double streak_mm = scan.streaks[0].at * FIXTURE_W_MM;
                double off_mm = fabs((mark->x_px + 0.5) / dpi * 25.4 - streak_mm) - FIXTURE_OPTION_MM / 2;
                any = any || off_mm < -0.1;
                near = near || fabs(off_mm) < 0.6;
                if (off_mm < -0.1) {
                    g_assert_cmpint(mark->state, ==, FORM_MARK_UNSURE);
                    g_assert_cmpint(mark->kind, ==, FORM_KIND_STREAK);
                }
            }
            if (any) {
                touched++;
                g_assert_cmpint(row_of(reading, row)->state, ==, FORM_FIELD_UNSURE);
                g_assert_true(has_reason(row_of(reading, row), "streak"));
            } else if (!near) {
                spared++;
                g_assert_true(is_answered(reading, row, column_of(row)));
            }
        }
    }
    g_test_message("%u rows touched, %u not", touched, spared);
    g_assert_cmpuint(touched, >, 2 * FIXTURE_ROWS);
    g_assert_cmpuint(spared, >, FIXTURE_ROWS / 2);
}

/* A streak that runs between the columns is told, and nothing is lost by it. */
static void
test_streak_misses(Fixture *fixture, gconstpointer data)
{
    double middle_mm = (fixture_option_mm(0, 1).x + fixture_option_mm(0, 2).x) / 2;

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(resolutions_dpi); i++) {
        CalibrationScan scan = {.dpi = resolutions_dpi[i], .mode = modes[i % 2], .noise = 2};
        scan.streaks[0] = streak_at(middle_mm);
        g_autoptr(FormReading) reading = read_filled(fixture, &scan);
        assert_only(reading, "streak");
        assert_all_answered(reading);
    }
}

static void
draw_rule(cairo_t *cr, gpointer data)
{
    double middle_mm = (fixture_option_mm(0, 1).x + fixture_option_mm(0, 2).x) / 2;

    cairo_new_path(cr);
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_set_line_width(cr, 0.35);
    cairo_move_to(cr, middle_mm, 7);
    cairo_line_to(cr, middle_mm, FIXTURE_H_MM - 7);
    cairo_stroke(cr);
    if (data != NULL)
        mark_every_row(cr, data);
}

/* Faint is what the form prints in black and comes out light grey. */
static void
test_faint(Fixture *fixture, gconstpointer data)
{
    static const CalibrationScan faint = {
        .dpi = 200, .mode = CALIBRATION_GREY, .brightness = 200, .fade = 0.72};
    static const CalibrationScan lighter = {
        .dpi = 200, .mode = CALIBRATION_GREY, .brightness = 200, .fade = 0.5};
    g_autoptr(FormReading) reading = read_scan(fixture, &faint, *(const DrawFunc *)data, NULL);
    g_autoptr(FormReading) passable = read_scan(fixture, &lighter, *(const DrawFunc *)data, NULL);

    assert_only(reading, "faint");
    g_assert_false(passable->refused);
    g_assert_cmpuint(passable->flags->len, ==, 0);
}

/* A line that the form prints from margin to margin is no streak. */
static void
test_printed_rule_is_no_streak(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(resolutions_dpi); i++) {
        CalibrationScan scan = {.dpi = resolutions_dpi[i], .mode = modes[i], .noise = 2};
        g_autoptr(FormReading) reading = read_scan(fixture, &scan, draw_rule, (gpointer)&pen_fill);
        g_assert_cmpuint(reading->flags->len, ==, 0);
        assert_all_answered(reading);
    }
}

int
main(int argc, char *argv[])
{
    static const DrawFunc rule = draw_rule, outlines = draw_outlines;
    static const FixtureTest tests[] = {
        {"/quality/clean", test_clean, NULL},
        {"/quality/damages", test_damages, NULL},
        {"/quality/tail-of-a-refused-page", test_tail_of_a_refused_page, NULL},
        {"/quality/faint", test_faint, &outlines},
        {"/quality/covered", test_covered, NULL},
        {"/quality/streak-touches", test_streak_touches, NULL},
        {"/quality/streak-misses", test_streak_misses, NULL},
        {"/quality/printed-rule-is-no-streak", test_printed_rule_is_no_streak, &rule},
    };

    g_test_init(&argc, &argv, NULL);
    return run_tests(tests, G_N_ELEMENTS(tests), set_up_form);
}
