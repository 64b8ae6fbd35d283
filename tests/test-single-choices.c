/* What stands in one position of a single choice, judged by the others, read by the whole reader: fills
 * struck through, slips of the pen, white paint, and marks so faint that only the page's empty positions tell
 * them. */
#include "marks-fixture.h"

static void
set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    make_package(fixture);
    add_questions(fixture, FORM_MARKS_CANCEL);
    make_reader(fixture);
}

/* A pen's straight line, mm from the position's middle. */
static void
draw_line(cairo_t *cr, int row, int column, double x, double y, double to_x, double to_y)
{
    OmrPoint at = fixture_option_mm(row, column);

    cairo_new_path(cr);
    cairo_set_line_width(cr, 0.45);
    cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
    cairo_move_to(cr, at.x + x, at.y + y);
    cairo_line_to(cr, at.x + to_x, at.y + to_y);
    cairo_stroke(cr);
}

/* Every third row has nothing but a struck fill, the others a second one. */
static void
strike_fills(cairo_t *cr, gpointer data)
{
    (void)data;
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        mark_with(cr, &pen_fill, row, column_of(row));
        draw_line(cr, row, column_of(row), -4.5, 0.3 * (row % 3), 4.5, -0.4);
        if (row % 3 != 0)
            mark_with(cr, &pen_fill, row, other_column_of(row));
    }
}

static void
test_struck_fills(Fixture *fixture, gconstpointer data)
{
    g_autoptr(FormReading) reading = read_marks(fixture, strike_fills, NULL);

    (void)data;
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        g_test_message("row %d", row);
        if (row % 3 == 0) {
            g_assert_true(has_reason(row_of(reading, row), "correction"));
            continue;
        }
        g_assert_cmpint(mark_of(reading, row, column_of(row))->state, ==, FORM_MARK_CANCELLED);
        g_assert_true(is_answered(reading, row, other_column_of(row)));
        g_assert_true(has_field_flag(reading, row_of(reading, row)->name, "corrected"));
    }
}

/* Every third row has only the slip, the others an answer beside it; far enough from each other to be slips.
 */
static void
slip_through(cairo_t *cr, gpointer data)
{
    (void)data;
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        if (row != 6)
            mark_with(cr, &pen_fill, row, column_of(row));
    }
    draw_line(cr, 1, other_column_of(1), -1, -5, 0.8, 5);
    draw_line(cr, 6, other_column_of(6), -1, -5, 0.8, 5);
}

static void
test_slips(Fixture *fixture, gconstpointer data)
{
    g_autoptr(FormReading) reading = read_marks(fixture, slip_through, NULL);

    (void)data;
    g_assert_true(is_answered(reading, 1, column_of(1)));
    g_assert_cmpint(mark_of(reading, 1, other_column_of(1))->kind, ==, FORM_KIND_STRAY);
    g_assert_true(form_field_needs_person(row_of(reading, 6)->state));
}

typedef struct {
    int row, column;
} Place;

static void
paint_over(cairo_t *cr, gpointer data)
{
    const Place *place = data;
    OmrPoint at = fixture_option_mm(place->row, place->column);

    for (int row = 0; row < FIXTURE_ROWS; row++)
        mark_with(cr, &pen_fill, row, (place->column + 2) % FIXTURE_COLS);
    cairo_new_path(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_arc(cr, at.x, at.y, 3.2, 0, 2 * G_PI);
    cairo_fill(cr);
}

/* Paint amid the form hides nothing that matters; at its rim, or on the answer, it may be a tear. */
static void
test_white_paint(Fixture *fixture, gconstpointer data)
{
    static const struct {
        Place place;
        gboolean settled;
    } cases[] = {{{4, 2}, TRUE}, {{7, 1}, TRUE}, {{4, 4}, FALSE}, {{0, 2}, FALSE}, {{11, 0}, FALSE}};

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        Place place = cases[i].place;
        g_autoptr(FormReading) reading = read_marks(fixture, paint_over, &place);
        g_test_message("row %d, column %d", place.row, place.column);
        g_assert_cmpint(is_answered(reading, place.row, (place.column + 2) % FIXTURE_COLS), ==,
                        cases[i].settled);
        if (!cases[i].settled)
            g_assert_true(has_reason(row_of(reading, place.row), "unsure_place"));
    }
}

/* In row 5 only a small pale dot. */
static void
dot_palely(cairo_t *cr, gpointer data)
{
    OmrPoint at = fixture_option_mm(5, 3);
    const double *grey = data;

    for (int row = 0; row < FIXTURE_ROWS; row++) {
        if (row != 5)
            mark_with(cr, &pen_fill, row, column_of(row));
    }
    cairo_new_path(cr);
    cairo_set_source_rgb(cr, *grey, *grey, *grey);
    cairo_arc(cr, at.x + 0.3, at.y - 0.2, 0.6, 0, 2 * G_PI);
    cairo_fill(cr);
}

static void
test_pale_dots(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (double grey = 0.75; grey < 0.9; grey += 0.05) {
        g_autoptr(FormReading) reading = read_marks(fixture, dot_palely, &grey);
        g_test_message("a dot of %.2f of white", grey);
        g_assert_true(form_field_needs_person(row_of(reading, 5)->state));
    }
}

/* Rows 3 to 6 are left out, and a diagonal strikes them out; it begins and ends within positions. */
static void
strike_block(cairo_t *cr, gpointer data)
{
    OmrPoint from = fixture_option_mm(6, 0), to = fixture_option_mm(3, 4);
    const double *grey = data;

    for (int row = 0; row < FIXTURE_ROWS; row++) {
        if (row < 3 || row > 6)
            mark_with(cr, &pen_fill, row, column_of(row));
    }
    cairo_new_path(cr);
    cairo_set_line_width(cr, 0.45);
    cairo_set_source_rgb(cr, *grey, *grey, *grey);
    cairo_move_to(cr, from.x - 1.1, from.y + 1.4);
    cairo_line_to(cr, to.x + 1.2, to.y - 1.2);
    cairo_stroke(cr);
}

static void
test_struck_blocks(Fixture *fixture, gconstpointer data)
{
    double greys[] = {0.1, 0.4, 0.6};

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(greys); i++) {
        g_autoptr(FormReading) reading = read_marks(fixture, strike_block, &greys[i]);
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            const FormFieldReading *field = row_of(reading, row);
            g_test_message("grey %g, row %d", greys[i], row);
            if (row >= 3 && row <= 6)
                g_assert_true(field->state == FORM_FIELD_BLANK || form_field_needs_person(field->state));
            else
                g_assert_true(is_answered(reading, row, column_of(row)));
        }
    }
}

/* A tick that ends 2.6 of the position's size from its middle, by a quick hand. */
static void
draw_quick_tick(cairo_t *cr, double x, double y)
{
    cairo_move_to(cr, x - 1.6, y - 0.2);
    cairo_line_to(cr, x - 0.4, y + 1.2);
    cairo_line_to(cr, x + 7.7, y - 7.7);
}

static void
tick_quickly(cairo_t *cr, gpointer data)
{
    static const Hand quick_tick = {"ticked quickly", draw_quick_tick, 0.45, 0.1, FALSE};

    (void)data;
    for (int row = 0; row < FIXTURE_ROWS; row++)
        mark_with(cr, &quick_tick, row, 4);
}

/* A long tail is no line over the question. */
static void
test_quick_ticks(Fixture *fixture, gconstpointer data)
{
    g_autoptr(FormReading) reading = read_marks(fixture, tick_quickly, NULL);

    (void)data;
    for (int row = 0; row < FIXTURE_ROWS; row++)
        g_assert_true(is_answered(reading, row, 4));
}

/* What is drawn in row 5, at its column, where the other rows are marked by one hand. */
typedef struct {
    const Hand *hand;
    void (*draw)(cairo_t *cr, OmrPoint at);
} Odd;

static void
draw_odd(cairo_t *cr, gpointer data)
{
    const Odd *odd = data;

    for (int row = 0; row < FIXTURE_ROWS; row++) {
        if (row != 5)
            mark_with(cr, odd->hand, row, column_of(row));
    }
    cairo_new_path(cr);
    cairo_set_line_width(cr, 0.45);
    cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
    odd->draw(cr, fixture_option_mm(5, column_of(5)));
    cairo_stroke(cr);
}

/* From edge to edge of the position's surroundings, but for its hook. */
static void
draw_long_tick(cairo_t *cr, OmrPoint at)
{
    cairo_move_to(cr, at.x - 4.6, at.y + 1.6);
    cairo_line_to(cr, at.x - 2.9, at.y + 4.0);
    cairo_line_to(cr, at.x + 4.3, at.y - 5.9);
}

static void
draw_broken_ring(cairo_t *cr, OmrPoint at)
{
    static const double gaps[] = {0.5, 0.9};

    cairo_set_dash(cr, gaps, 2, 0);
    cairo_arc(cr, at.x, at.y, 3.2, 0, 2 * G_PI);
}

/* So far off that it runs through the position. */
static void
draw_ring_aside(cairo_t *cr, OmrPoint at)
{
    cairo_set_line_width(cr, 1.1);
    cairo_arc(cr, at.x + 1.4, at.y - 0.9, 3.1, 0, 2 * G_PI);
}

static void
test_odd_marks(Fixture *fixture, gconstpointer data)
{
    static const Hand ring = {"ringed with a pen", draw_ring, 0.45, 0.1, FALSE};
    static const Odd odds[] = {
        {&pen_fill, draw_long_tick}, {&ring, draw_broken_ring}, {&ring, draw_ring_aside}};

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(odds); i++) {
        g_autoptr(FormReading) reading = read_marks(fixture, draw_odd, (gpointer)&odds[i]);
        g_test_message("mark %u", i);
        g_assert_true(is_answered(reading, 5, column_of(5)));
    }
}

/* Filled, then scribbled over, and a pale tick elsewhere instead. */
static void
scribble_over(cairo_t *cr, gpointer data)
{
    static const Hand pale_tick = {"ticked with a pale thin pencil", draw_tick, 0.2, 0.8, FALSE};
    OmrPoint at = fixture_option_mm(5, column_of(5));

    (void)data;
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        if (row != 5)
            mark_with(cr, &pen_fill, row, column_of(row));
    }
    cairo_new_path(cr);
    cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
    cairo_arc(cr, at.x, at.y, 2.75, 0, 2 * G_PI);
    cairo_fill(cr);
    mark_with(cr, &pale_tick, 5, other_column_of(5));
}

static void
test_scribbled_and_pale(Fixture *fixture, gconstpointer data)
{
    g_autoptr(FormReading) reading = read_marks(fixture, scribble_over, NULL);

    (void)data;
    g_assert_true(form_field_needs_person(row_of(reading, 5)->state) ||
                  is_answered(reading, 5, other_column_of(5)));
}

int
main(int argc, char *argv[])
{
    static const FixtureTest tests[] = {
        {"/single-choices/struck-fills", test_struck_fills, NULL},
        {"/single-choices/slips", test_slips, NULL},
        {"/single-choices/white-paint", test_white_paint, NULL},
        {"/single-choices/pale-dots", test_pale_dots, NULL},
        {"/single-choices/odd-marks", test_odd_marks, NULL},
        {"/single-choices/struck-blocks", test_struck_blocks, NULL},
        {"/single-choices/quick-ticks", test_quick_ticks, NULL},
        {"/single-choices/scribbled-and-pale", test_scribbled_and_pale, NULL},
    };

    g_test_init(&argc, &argv, NULL);
    return run_tests(tests, G_N_ELEMENTS(tests), set_up);
}
