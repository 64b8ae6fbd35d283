/* Marks of every kind on a small form, read by the whole reader: what people draw is never overlooked, and
 * what they did not draw is never an answer. */
#include "marks-fixture.h"

static const FormRect box_mm = {86, 180, 50, 11};

static void
set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    make_package(fixture);
    let_several(fixture);
    FormPage *page = form_package_page(fixture->package, 1);
    FormField *writing = form_page_add_field(page, "writing", FORM_TEXT);
    writing->has_box = TRUE;
    writing->box = box_mm;
    make_reader(fixture);
}

static void
test_blank(Fixture *fixture, gconstpointer data)
{
    g_autoptr(FormReading) reading = read_marks(fixture, NULL, NULL);

    (void)data;
    g_assert_cmpuint(reading->flags->len, ==, 0);
    for (guint i = 0; i < reading->fields->len; i++) {
        const FormFieldReading *field = g_ptr_array_index(reading->fields, i);
        g_assert_cmpint(field->state, ==, FORM_FIELD_BLANK);
        g_assert_cmpstr(field->value, ==, "");
        g_assert_cmpuint(field->reasons->len, ==, 0);
        g_assert_cmpfloat(field->confidence, >, 0.99);
        for (guint k = 0; k < field->marks->len; k++)
            g_assert_cmpint(g_array_index(field->marks, FormMarkReading, k).state, ==, FORM_MARK_EMPTY);
    }
}

/* Every way of marking is seen, and seen where it is. */
static void
test_every_hand_is_seen(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (guint h = 0; h < G_N_ELEMENTS(hands); h++) {
        g_autoptr(FormReading) reading = read_marks(fixture, mark_every_row, (gpointer)&hands[h]);
        guint answered = 0;
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            const FormFieldReading *field = row_of(reading, row);
            int column = column_of(row);
            char value[2] = {(char)('1' + column), 0};
            g_assert_cmpint(field->state, !=, FORM_FIELD_BLANK);
            for (int i = 0; i < FIXTURE_COLS; i++) {
                FormMarkState state = mark_of(reading, row, i)->state;
                if (i == column)
                    g_assert_true(state == FORM_MARK_MARKED || state == FORM_MARK_UNSURE);
                else
                    g_assert_cmpint(state, !=, FORM_MARK_MARKED);
            }
            if (field->state == FORM_FIELD_ANSWERED) {
                answered++;
                g_assert_cmpstr(field->value, ==, value);
                g_assert_cmpfloat(field->confidence, >, 0.99);
            }
        }
        g_test_message("%s: %u of %d answered", hands[h].name, answered, FIXTURE_ROWS);
        if (hands[h].plain)
            g_assert_cmpuint(answered, ==, FIXTURE_ROWS);
    }
}

/* What a mark's numbers mean: a full bubble has much ink, an empty one none, and both are where they lie. */
static void
test_numbers_of_a_mark(Fixture *fixture, gconstpointer data)
{
    g_autoptr(FormReading) reading = read_marks(fixture, mark_every_row, (gpointer)&hands[0]);

    (void)data;
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        for (int column = 0; column < FIXTURE_COLS; column++) {
            const FormMarkReading *mark = mark_of(reading, row, column);
            OmrPoint mm = fixture_option_mm(row, column);
            double off_px = hypot(mark->x_px - (mm.x * FIXTURE_DPI / 25.4 - 0.5),
                                  mark->y_px - (mm.y * FIXTURE_DPI / 25.4 - 0.5));
            g_assert_cmpfloat(off_px, <, 0.15 * FIXTURE_DPI / 25.4);
            if (column == column_of(row)) {
                g_assert_cmpfloat(mark->ink, >, 0.7);
                g_assert_cmpfloat(mark->ink, <=, 1);
                g_assert_cmpfloat(mark->probability, >, 0.999);
            } else {
                g_assert_cmpfloat(mark->ink, <, 0.01);
                g_assert_cmpfloat(mark->probability, <, 0.001);
            }
        }
    }
}

/* One speck of dust in each bubble, now here, now there. */
static void
draw_specks(cairo_t *cr, gpointer data)
{
    double size_mm = *(double *)data;

    cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
    for (int i = 0; i < FIXTURE_ROWS * FIXTURE_COLS; i++) {
        OmrPoint at = fixture_option_mm(i / FIXTURE_COLS, i % FIXTURE_COLS);
        cairo_new_path(cr);
        cairo_arc(cr, at.x + 1.3 * cos(i), at.y + 1.3 * sin(i), size_mm / 2, 0, 2 * G_PI);
        cairo_fill(cr);
    }
}

static void
test_specks_are_no_answer(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (double size_mm = 0.15; size_mm < 0.31; size_mm += 0.05) {
        g_autoptr(FormReading) reading = read_marks(fixture, draw_specks, &size_mm);
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            g_assert_cmpint(row_of(reading, row)->state, !=, FORM_FIELD_ANSWERED);
            g_assert_cmpint(row_of(reading, row)->state, !=, FORM_FIELD_MULTIPLE);
            for (int column = 0; column < FIXTURE_COLS; column++)
                g_assert_cmpint(mark_of(reading, row, column)->state, !=, FORM_MARK_MARKED);
        }
    }
}

static void
mark_two(cairo_t *cr, gpointer data)
{
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        mark_with(cr, data, row, column_of(row));
        mark_with(cr, data, row, (column_of(row) + 1 + row % 4) % FIXTURE_COLS);
    }
}

/* Two marks are two marks, where one is allowed and where several are. */
static void
test_two_marks(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (guint h = 0; h < G_N_ELEMENTS(hands); h++) {
        if (!hands[h].plain)
            continue;
        g_autoptr(FormReading) reading = read_marks(fixture, mark_two, (gpointer)&hands[h]);
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            const FormFieldReading *field = row_of(reading, row);
            if (row == SEVERAL_ROW) {
                int one = column_of(row), two = (one + 1 + row % 4) % FIXTURE_COLS;
                char values[4] = {(char)('1' + MIN(one, two)), ' ', (char)('1' + MAX(one, two)), 0};
                g_assert_cmpint(field->state, ==, FORM_FIELD_ANSWERED);
                g_assert_cmpstr(field->value, ==, values);
                continue;
            }
            g_assert_cmpint(field->state, ==, FORM_FIELD_MULTIPLE);
            g_assert_cmpstr(field->value, ==, "");
            g_assert_true(has_reason(field, "multiple_marks"));
            g_assert_true(has_field_flag(reading, field->name, "multiple_marks"));
        }
    }
}

static void
strike_rows(cairo_t *cr, gpointer data)
{
    cairo_set_source_rgb(cr, 0, 0, 0);
    cairo_set_line_width(cr, *(double *)data);
    for (int row = 1; row < FIXTURE_ROWS; row += 3) {
        OmrPoint left = fixture_option_mm(row, 0), right = fixture_option_mm(row, FIXTURE_COLS - 1);
        cairo_new_path(cr);
        cairo_move_to(cr, left.x - 8, left.y + 0.3);
        cairo_line_to(cr, right.x + 8, right.y - 0.3);
        cairo_stroke(cr);
    }
}

/* A person took the row back, or a roller left a streak: no answer, and no blank either. */
static void
test_struck_rows_go_to_a_person(Fixture *fixture, gconstpointer data)
{
    static const double pens_mm[] = {0.4, 1, 2, 5, 7};

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(pens_mm); i++) {
        double pen_mm = pens_mm[i];
        g_autoptr(FormReading) reading = read_marks(fixture, strike_rows, &pen_mm);
        for (int row = 0; row < FIXTURE_ROWS; row++) {
            FormFieldState state = row_of(reading, row)->state;
            if (row % 3 != 1)
                g_assert_cmpint(state, ==, FORM_FIELD_BLANK);
            else if (row != SEVERAL_ROW)
                g_assert_true(form_field_needs_person(state));
        }
    }
}

/* Nothing is known of a position beyond the image's edge, or cut by it. */
static void
test_cut_off_positions_are_unsure(Fixture *fixture, gconstpointer data)
{
    g_autoptr(PIX) blank = draw_page(NULL, NULL);
    g_autoptr(PIX) filled = draw_page(mark_every_row, (gpointer)&hands[0]);

    (void)data;
    for (double edge_mm = 110; edge_mm < 138; edge_mm += 4) {
        for (int kind = 0; kind < 2; kind++) {
            PIX *whole = kind == 0 ? blank : filled;
            g_autoptr(PIX) pix = pixCreate((int)(edge_mm * FIXTURE_DPI / 25.4), HEIGHT_PX, 8);
            pixRasterop(pix, 0, 0, pixGetWidth(pix), HEIGHT_PX, PIX_SRC, whole, 0, 0);
            g_autoptr(FormReading) reading = read_pix(fixture, pix);
            g_assert_false(reading->refused);
            for (int i = 0; i < FIXTURE_ROWS * FIXTURE_COLS; i++) {
                int row = i / FIXTURE_COLS, column = i % FIXTURE_COLS;
                if (fixture_option_mm(row, column).x + FIXTURE_OPTION_MM / 2 < edge_mm)
                    continue;
                g_assert_cmpint(mark_of(reading, row, column)->state, !=, FORM_MARK_EMPTY);
                g_assert_cmpint(mark_of(reading, row, column)->state, !=, FORM_MARK_MARKED);
                g_assert_cmpint(row_of(reading, row)->state, ==, FORM_FIELD_UNSURE);
            }
        }
    }
}

/* The lower right corner is torn off before a lid of some grey. */
typedef struct {
    double grey, torn_mm;
    const Hand *hand; /* or NULL: nothing is marked */
} Tear;

static void
draw_tear(cairo_t *cr, gpointer data)
{
    const Tear *tear = data;

    if (tear->hand != NULL)
        mark_every_row(cr, (gpointer)tear->hand);
    cairo_new_path(cr);
    cairo_set_source_rgb(cr, tear->grey, tear->grey, tear->grey);
    cairo_move_to(cr, FIXTURE_W_MM + 1, FIXTURE_H_MM + 1);
    cairo_line_to(cr, FIXTURE_W_MM + 1, FIXTURE_H_MM - tear->torn_mm);
    cairo_line_to(cr, FIXTURE_W_MM - tear->torn_mm, FIXTURE_H_MM + 1);
    cairo_fill(cr);
}

static gboolean
is_torn(const Tear *tear, int row, int column)
{
    OmrPoint at = fixture_option_mm(row, column);

    return FIXTURE_W_MM - at.x + FIXTURE_H_MM - at.y + 1.5 * FIXTURE_OPTION_MM < tear->torn_mm;
}

static void
test_torn_off_positions_are_unsure(Fixture *fixture, gconstpointer data)
{
    const double *grey = data;
    guint torn = 0;

    for (double torn_mm = 45; torn_mm <= 105; torn_mm += 15) {
        for (int kind = 0; kind < 2; kind++) {
            Tear tear = {*grey, torn_mm, kind == 0 ? NULL : &hands[0]};
            g_autoptr(FormReading) reading = read_marks(fixture, draw_tear, &tear);
            for (int i = 0; i < FIXTURE_ROWS * FIXTURE_COLS; i++) {
                int row = i / FIXTURE_COLS, column = i % FIXTURE_COLS;
                if (!is_torn(&tear, row, column))
                    continue;
                torn++;
                g_assert_cmpint(mark_of(reading, row, column)->state, !=, FORM_MARK_EMPTY);
                g_assert_cmpint(mark_of(reading, row, column)->state, !=, FORM_MARK_MARKED);
                g_assert_cmpint(row_of(reading, row)->state, ==, FORM_FIELD_UNSURE);
            }
        }
    }
    g_test_message("%u positions torn off", torn);
    g_assert_cmpuint(torn, >, 20);
}

static void
mark_several(cairo_t *cr, gpointer data)
{
    const char *values = data;

    for (const char *value = values; *value != '\0'; value++)
        mark_with(cr, &hands[6], SEVERAL_ROW, *value - '1');
}

static void
test_several_values(Fixture *fixture, gconstpointer data)
{
    static const struct {
        const char *marked, *value;
    } cases[] = {{"3", "3"}, {"51", "1 5"}, {"432", "2 3 4"}, {"12345", "1 2 3 4 5"}};

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(FormReading) reading = read_marks(fixture, mark_several, (gpointer)cases[i].marked);
        g_assert_cmpint(row_of(reading, SEVERAL_ROW)->state, ==, FORM_FIELD_ANSWERED);
        g_assert_cmpstr(row_of(reading, SEVERAL_ROW)->value, ==, cases[i].value);
    }
}

static void
mark_several_and_a_hint(cairo_t *cr, gpointer data)
{
    static const Hand hint = {"a touch", draw_stroke, 0.2, 0.75, FALSE};

    (void)data;
    mark_several(cr, (gpointer) "14");
    mark_with(cr, &hint, SEVERAL_ROW, 1);
}

/* Half an answer is a wrong answer. */
static void
test_several_with_one_unsure(Fixture *fixture, gconstpointer data)
{
    g_autoptr(FormReading) reading = read_marks(fixture, mark_several_and_a_hint, NULL);
    const FormFieldReading *field = row_of(reading, SEVERAL_ROW);

    (void)data;
    g_assert_cmpint(mark_of(reading, SEVERAL_ROW, 1)->state, ==, FORM_MARK_UNSURE);
    g_assert_cmpint(field->state, ==, FORM_FIELD_UNSURE);
    g_assert_cmpstr(field->value, ==, "");
    g_assert_true(has_reason(field, "unsure_mark"));
    g_assert_true(has_field_flag(reading, field->name, "unsure_mark"));
}

static void
write_in_box(cairo_t *cr, gpointer data)
{
    cairo_set_source_rgb(cr, 0.1, 0.1, 0.4);
    cairo_set_font_size(cr, 5);
    cairo_move_to(cr, box_mm.x_mm + 3, box_mm.y_mm + 8);
    cairo_show_text(cr, data);
}

static void
test_writing(Fixture *fixture, gconstpointer data)
{
    static const char *const texts[] = {"Nguyen", "7", "ok", "l"};

    (void)data;
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(FormReading) reading = read_marks(fixture, write_in_box, (gpointer)texts[i]);
        const FormFieldReading *field = row_of(reading, FIXTURE_ROWS);
        g_assert_cmpstr(field->name, ==, "writing");
        g_assert_cmpint(field->state, ==, FORM_FIELD_TO_KEY);
        g_assert_cmpstr(field->value, ==, "");
        g_assert_cmpuint(field->marks->len, ==, 0);
        g_assert_true(has_reason(field, "written"));
        g_assert_cmpuint(reading->flags->len, ==, 0);
    }
}

static void
mark_in_all_ways(cairo_t *cr, gpointer data)
{
    for (int row = 0; row < FIXTURE_ROWS; row++) {
        if (row % 4 != 3)
            mark_with(cr, &hands[row % 3 * 3], row, column_of(row));
    }
    write_in_box(cr, data);
}

/* `pix` as a scanner with tired lamps sees dark paper. */
static PIX *
shaded(PIX *pix, double white, double fall)
{
    PIX *out = pixCreate(WIDTH_PX, HEIGHT_PX, 8);

    for (int y = 0; y < HEIGHT_PX; y++) {
        for (int x = 0; x < WIDTH_PX; x++) {
            l_uint32 value;
            pixGetPixel(pix, x, y, &value);
            double light = white - fall * (x + y) / (WIDTH_PX + HEIGHT_PX);
            pixSetPixel(out, x, y, (l_uint32)(value * light / 255));
        }
    }
    return out;
}

/* Dark paper and uneven light change nothing of what is read. */
static void
test_light_does_not_matter(Fixture *fixture, gconstpointer data)
{
    static const struct {
        double white, fall;
    } lights[] = {{180, 0}, {255, 60}, {250, 110}, {200, 60}};
    g_autoptr(PIX) pix = draw_page(mark_in_all_ways, (gpointer) "An");
    g_autoptr(FormReading) plain = read_pix(fixture, pix);

    (void)data;
    g_assert_cmpint(row_of(plain, 0)->state, ==, FORM_FIELD_ANSWERED);
    g_assert_cmpint(row_of(plain, 3)->state, ==, FORM_FIELD_BLANK);
    for (guint i = 0; i < G_N_ELEMENTS(lights); i++) {
        g_autoptr(PIX) dim = shaded(pix, lights[i].white, lights[i].fall);
        g_autoptr(FormReading) reading = read_pix(fixture, dim);
        g_assert_false(reading->refused);
        g_test_message("white %g, falling by %g", lights[i].white, lights[i].fall);
        for (int row = 0; row <= FIXTURE_ROWS; row++) {
            g_assert_cmpint(row_of(reading, row)->state, ==, row_of(plain, row)->state);
            g_assert_cmpstr(row_of(reading, row)->value, ==, row_of(plain, row)->value);
        }
    }
}

int
main(int argc, char *argv[])
{
    static const double white = 1, light_grey = 0.85, grey = 0.5, black = 0.05;
    static const FixtureTest tests[] = {
        {"/marks/blank", test_blank, NULL},
        {"/marks/every-hand-is-seen", test_every_hand_is_seen, NULL},
        {"/marks/numbers-of-a-mark", test_numbers_of_a_mark, NULL},
        {"/marks/specks-are-no-answer", test_specks_are_no_answer, NULL},
        {"/marks/two-marks", test_two_marks, NULL},
        {"/marks/struck-rows-go-to-a-person", test_struck_rows_go_to_a_person, NULL},
        {"/marks/cut-off-positions-are-unsure", test_cut_off_positions_are_unsure, NULL},
        {"/marks/torn-off-before-white", test_torn_off_positions_are_unsure, &white},
        {"/marks/torn-off-before-light-grey", test_torn_off_positions_are_unsure, &light_grey},
        {"/marks/torn-off-before-grey", test_torn_off_positions_are_unsure, &grey},
        {"/marks/torn-off-before-black", test_torn_off_positions_are_unsure, &black},
        {"/marks/several-values", test_several_values, NULL},
        {"/marks/several-with-one-unsure", test_several_with_one_unsure, NULL},
        {"/marks/writing", test_writing, NULL},
        {"/marks/light-does-not-matter", test_light_does_not_matter, NULL},
    };

    g_test_init(&argc, &argv, NULL);
    return run_tests(tests, G_N_ELEMENTS(tests), set_up);
}
