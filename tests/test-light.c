/* Uneven light, crease, blur, and print that fills its positions: what is plain to the eye is read, and
 * nothing of it makes an answer. */
#include <math.h>

#include "marks-fixture.h"

static const Hand pen_cross = {"crossed with a pen", draw_cross, 0.4, 0.1, TRUE};

/* Rows of a page on which every row was marked once. */
typedef struct {
    int right, wrong; /* read; the others were handed over */
} Tally;

static Tally
tally_of(const FormReading *reading)
{
    Tally tally = {0, 0};

    for (int row = 0; row < FIXTURE_ROWS; row++) {
        const FormFieldReading *field = row_of(reading, row);
        if (field->state == FORM_FIELD_UNSURE || field->state == FORM_FIELD_MULTIPLE)
            continue;
        tally.right += is_answered(reading, row, column_of(row));
        tally.wrong += !is_answered(reading, row, column_of(row));
    }
    return tally;
}

/* A straight border of shade: the paper beyond it has `left` of its light. */
typedef struct {
    double deg, at, width_mm, left; /* direction; place from −0.5 to 0.5 of the page; from light to shade */
} Shadow;

static void
cast(PIX *pix, const Shadow *shadow)
{
    int width = pixGetWidth(pix), height = pixGetHeight(pix);
    double c = cos(shadow->deg * G_PI / 180), s = sin(shadow->deg * G_PI / 180);

    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            double away_px = (x - width / 2.0) * c + (y - height / 2.0) * s - shadow->at * height;
            double away = away_px * 25.4 / FIXTURE_DPI / shadow->width_mm;
            double light = 1 - (1 - shadow->left) / (1 + exp(-4 * away));
            l_uint32 value;
            pixGetPixel(pix, x, y, &value);
            pixSetPixel(pix, x, y, (l_uint32)(value * light));
        }
    }
}

static void
test_shadows(Fixture *fixture, gconstpointer data)
{
    static const Shadow shadows[] = {
        {90, 0, 0.5, 0.5},    {80, -0.2, 0.5, 0.4}, {60, 0.1, 1, 0.35}, {100, 0.15, 4, 0.4},
        {10, 0.15, 0.5, 0.5}, {0, 0.2, 3, 0.35},    {45, 0, 20, 0.3},
    };
    int right = 0;

    (void)data;
    for (int cross = 0; cross < 2; cross++) {
        g_autoptr(PIX) page = draw_page(mark_every_row, (gpointer)(cross ? &pen_cross : &pen_fill));
        for (guint i = 0; i < G_N_ELEMENTS(shadows); i++) {
            g_autoptr(PIX) pix = pixCopy(NULL, page);
            cast(pix, &shadows[i]);
            g_autoptr(FormReading) reading = read_pix(fixture, pix);
            g_assert_false(reading->refused);
            Tally tally = tally_of(reading);
            g_test_message("shadow %u: %d right, %d wrong", i, tally.right, tally.wrong);
            g_assert_cmpint(tally.wrong, ==, 0);
            right += tally.right;
        }
    }
    /* those that no border crosses */
    g_assert_cmpint(right, >=, (int)G_N_ELEMENTS(shadows) * 2 * FIXTURE_ROWS * 4 / 5);
}

/* No shadow makes an answer of nothing. */
static void
test_shadows_on_a_blank(Fixture *fixture, gconstpointer data)
{
    g_autoptr(PIX) page = draw_page(NULL, NULL);

    (void)data;
    for (double deg = 0; deg < 180; deg += 15) {
        g_autoptr(PIX) pix = pixCopy(NULL, page);
        Shadow shadow = {deg, deg / 600 - 0.15, 0.4, 0.45};
        cast(pix, &shadow);
        g_autoptr(FormReading) reading = read_pix(fixture, pix);
        g_assert_false(reading->refused);
        for (int row = 0; row < FIXTURE_ROWS; row++)
            g_assert_cmpint(row_of(reading, row)->state, !=, FORM_FIELD_ANSWERED);
    }
}

/* A scanner's halftone: paper that is not quite white is full of dots, which are no marks. */
static void
test_halftone(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (int cross = 0; cross < 2; cross++) {
        g_autoptr(PIX) page = draw_page(mark_every_row, (gpointer)(cross ? &pen_cross : &pen_fill));
        pixMultConstantGray(page, 0.9f);
        g_autoptr(PIX) dots = pixDitherToBinary(page);
        g_autoptr(FormReading) reading = read_pix(fixture, dots);
        g_assert_false(reading->refused);
        Tally tally = tally_of(reading);
        g_assert_cmpint(tally.wrong, ==, 0);
        g_assert_cmpint(tally.right, ==, FIXTURE_ROWS);
    }
}

/* The sheet was folded through a row, from edge to edge of the paper. */
static void
test_fold(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (int cross = 0; cross < 2; cross++) {
        g_autoptr(PIX) pix = draw_page(mark_every_row, (gpointer)(cross ? &pen_cross : &pen_fill));
        for (int row = 2; row < FIXTURE_ROWS; row += 6) {
            double middle_px = fixture_option_mm(row, 0).y * FIXTURE_DPI / 25.4;
            for (int x = 0; x < pixGetWidth(pix); x++) {
                double fold_px = middle_px + 0.01 * (x - pixGetWidth(pix) / 2.0);
                for (int y = (int)fold_px - 10; y < (int)fold_px + 10; y++) {
                    double away_mm = (y - fold_px) * 25.4 / FIXTURE_DPI;
                    l_uint32 value;
                    pixGetPixel(pix, x, y, &value);
                    value = (l_uint32)(value * (1 - 0.35 * exp(-away_mm * away_mm / 0.08)));
                    pixSetPixel(pix, x, y, value);
                }
            }
        }
        g_autoptr(FormReading) reading = read_pix(fixture, pix);
        g_assert_false(reading->refused);
        Tally tally = tally_of(reading);
        g_assert_cmpint(tally.wrong, ==, 0);
        g_assert_cmpint(tally.right, ==, FIXTURE_ROWS);
    }
}

/* A pencil's line from edge to edge strikes the row out, and is no fold. */
static void
strike_from_edge_to_edge(cairo_t *cr, gpointer data)
{
    double y = fixture_option_mm(5, 0).y;

    mark_every_row(cr, data);
    cairo_new_path(cr);
    cairo_set_line_width(cr, 0.8);
    cairo_set_source_rgb(cr, 0.35, 0.35, 0.35);
    cairo_move_to(cr, 0, y - 0.4);
    cairo_line_to(cr, FIXTURE_W_MM, y + 0.4);
    cairo_stroke(cr);
}

static void
test_struck_from_edge_to_edge(Fixture *fixture, gconstpointer data)
{
    g_autoptr(FormReading) reading = read_marks(fixture, strike_from_edge_to_edge, (gpointer)&pen_cross);

    (void)data;
    g_assert_true(form_field_needs_person(row_of(reading, 5)->state));
}

#define MARKED_ROWS 5

/* Some rows are marked; a crease, wide and a quarter dark, runs through one position of each of the next. */
static void
mark_some(cairo_t *cr, gpointer data)
{
    OmrPoint from = fixture_option_mm(MARKED_ROWS + 1, 0), to = fixture_option_mm(FIXTURE_ROWS - 2, 4);

    for (int row = 0; row < MARKED_ROWS; row++)
        mark_with(cr, data, row, column_of(row));
    cairo_new_path(cr);
    cairo_set_line_width(cr, 2.4);
    cairo_set_source_rgba(cr, 0, 0, 0, 0.26);
    cairo_move_to(cr, from.x, from.y);
    cairo_line_to(cr, to.x, to.y);
    cairo_stroke(cr);
}

static void
test_crease(Fixture *fixture, gconstpointer data)
{
    g_autoptr(FormReading) reading = read_marks(fixture, mark_some, (gpointer)&pen_fill);

    (void)data;
    for (int row = 0; row < MARKED_ROWS; row++)
        g_assert_true(is_answered(reading, row, column_of(row)));
    for (int row = MARKED_ROWS; row < FIXTURE_ROWS; row++) {
        g_assert_cmpint(row_of(reading, row)->state, !=, FORM_FIELD_ANSWERED);
        for (int column = 0; column < FIXTURE_COLS; column++)
            g_assert_cmpint(mark_of(reading, row, column)->state, !=, FORM_MARK_MARKED);
    }
}

/* Print that leaves hardly any paper inside a position, as a letter in a small bubble. */
static void
print_letters(cairo_t *cr, gpointer data)
{
    (void)data;
    cairo_new_path(cr);
    cairo_set_line_width(cr, 0.2);
    cairo_set_source_rgb(cr, 0.35, 0.35, 0.35);
    for (int i = 0; i < FIXTURE_ROWS * FIXTURE_COLS; i++) {
        OmrPoint at = fixture_option_mm(i / FIXTURE_COLS, i % FIXTURE_COLS);
        for (double d = -1.4; d < 1.5; d += 0.7) {
            cairo_move_to(cr, at.x - 1.5, at.y + d);
            cairo_line_to(cr, at.x + 1.5, at.y + d);
            cairo_move_to(cr, at.x + d, at.y - 1.5);
            cairo_line_to(cr, at.x + d, at.y + 1.5);
        }
    }
    cairo_stroke(cr);
}

/* A pencil so light that no pixel of it is as dark as the print below. */
static void
shade_letters(cairo_t *cr, gpointer data)
{
    print_letters(cr, NULL);
    cairo_set_source_rgba(cr, 0, 0, 0, *(double *)data);
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        OmrPoint at = fixture_option_mm(row, column_of(row));
        cairo_new_path(cr);
        cairo_arc(cr, at.x, at.y, 1.9, 0, 2 * G_PI);
        cairo_fill(cr);
    }
}

static void
test_letters(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (double pencil = 0.08; pencil < 0.4; pencil += 0.06) {
        g_autoptr(FormReading) reading = read_marks(fixture, shade_letters, &pencil);
        Tally tally = tally_of(reading);
        g_test_message("pencil %.2f: %d right, %d wrong", pencil, tally.right, tally.wrong);
        g_assert_cmpint(tally.wrong, ==, 0);
        g_assert_cmpint(tally.right, ==, FIXTURE_ROWS);
    }
    g_autoptr(FormReading) blank = read_marks(fixture, print_letters, NULL);
    for (int row = 0; row < FIXTURE_ROWS; row++)
        g_assert_cmpint(row_of(blank, row)->state, ==, FORM_FIELD_BLANK);
}

/* Bold outlines, and blocks that show where a page lies that has lost its letters. */
static void
print_boldly(cairo_t *cr, gpointer data)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(5);

    draw_outlines(cr, data);
    for (int i = 0; i < 150; i++) {
        int x = g_rand_int_range(random, 0, 15), y = g_rand_int_range(random, 0, 36);
        cairo_rectangle(cr, 8 + 5 * x, 10 + 5 * y, 4, 4);
    }
    cairo_fill(cr);
}

static gboolean
is_ringed(int row, int column)
{
    return row % 2 == 0 && column == column_of(row);
}

static void
ring_some(cairo_t *cr, gpointer data)
{
    static const Hand pen_ring = {"ringed with a pen", draw_ring, 0.5, 0.1, FALSE};

    (void)data;
    print_boldly(cr, NULL);
    for (int row = 0; row < FIXTURE_ROWS; row += 2)
        mark_with(cr, &pen_ring, row, column_of(row));
}

/* A coarse page out of focus: its edges are a mm wide. An outline comes out wider than the blank has it, and
 * yet is no ring around itself. */
static void
test_blur(Fixture *fixture, gconstpointer data)
{
    const double k = 125 / 25.4;
    OmrHomography coarse = {{k, 0, -0.5, 0, k, -0.5, 0, 0}};
    g_autoptr(PIX) page =
        fixture_draw(&coarse, (int)(FIXTURE_W_MM * k), (int)(FIXTURE_H_MM * k), ring_some, NULL);
    g_autoptr(PIX) pix = pixBlockconv(page, 2, 2);
    g_autoptr(GArray) positions = g_array_new(FALSE, TRUE, sizeof(OmrPosition));
    OmrInput input = {.pix = pix, .image = "blurred", .positions = positions};
    g_autoptr(FormReading) reading = omr_reader_read(fixture->reader, &input);

    (void)data;
    g_assert_false(reading->refused);
    for (guint i = 0; i < positions->len; i++) {
        const OmrPosition *position = &g_array_index(positions, OmrPosition, i);
        int row = (int)i / FIXTURE_COLS, column = (int)i % FIXTURE_COLS;
        if (is_ringed(row, column)) {
            g_assert_cmpfloat(position->mark.ring, >, 0.8);
            continue;
        }
        g_assert_cmpfloat(position->mark.ring, <, 0.1);
        g_assert_cmpint(mark_of(reading, row, column)->kind, !=, FORM_KIND_CIRCLE);
    }
    g_assert_cmpuint(positions->len, ==, FIXTURE_ROWS * FIXTURE_COLS);
}

int
main(int argc, char *argv[])
{
    static const DrawFunc letters = print_letters, bold = print_boldly;
    static const FixtureTest tests[] = {
        {"/light/shadows", test_shadows, NULL},
        {"/light/shadows-on-a-blank", test_shadows_on_a_blank, NULL},
        {"/light/crease", test_crease, NULL},
        {"/light/letters", test_letters, &letters},
        {"/light/blur", test_blur, &bold},
        {"/light/halftone", test_halftone, NULL},
        {"/light/fold", test_fold, NULL},
        {"/light/struck-from-edge-to-edge", test_struck_from_edge_to_edge, NULL},
    };

    g_test_init(&argc, &argv, NULL);
    return run_tests(tests, G_N_ELEMENTS(tests), set_up_form);
}
